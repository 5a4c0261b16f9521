"""How strongly a 3'UTR answers: the estimate, its bounds, and the lookup by sequence."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome.core.streams import stream
from metastasome.matchmaking import responsive
from metastasome.matchmaking.kmers import build_index
from metastasome.matchmaking.predict import predict_repression

MIR1 = "UGGAAUGUAAAGAAGUAUGUAU"
UTR = "GUGUCAGCUGUCUGUCAGUCAUGC" + "ACAUUCCAGUGUCAGCUGU" * 3


def test_factor_finds_what_was_put_in_and_is_shrunk_to_one() -> None:
    rng = stream(1, "tests/responsive")
    truth = np.array([0.0, 0.5, 1.0, 2.0])
    predicted = rng.normal(0, 3, (4, 40))
    found = responsive.learn(predicted, truth[:, None] * predicted + rng.normal(0, 0.1, (4, 40)))
    np.testing.assert_allclose(found, truth, atol=0.05)
    faint = responsive.learn(predicted / 30, 2 * predicted / 30)
    assert ((faint > 1) & (faint < 2)).all()
    assert (responsive.learn(np.zeros((2, 5)), rng.normal(0, 1, (2, 5))) == 1).all()


def test_factor_is_bounded() -> None:
    predicted = np.tile([[-3.0, 3.0]], (2, 1))
    assert responsive.learn(predicted, predicted * np.array([[-5.0], [50.0]])).tolist() == [0.0, responsive.MOST]


def test_fingerprint_knows_the_letters_and_not_how_they_are_written() -> None:
    marks = responsive.fingerprints(build_index([UTR, UTR.lower().replace("u", "t"), UTR + "A", UTR[::-1], ""]))
    assert marks[0] == marks[1] and len(set(marks)) == 4 and all(len(mark) == 12 for mark in marks)


def test_a_seen_utr_is_multiplied_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = responsive.fingerprints(build_index([UTR]))[0]
    utrs, guides = {"seen": UTR, "unseen": UTR + "GUGUC"}, {"m": MIR1}
    alone = predict_repression(guides, utrs, responsiveness=False)
    monkeypatch.setattr(responsive, "_table", lambda: {mark: 0.5})
    known = predict_repression(guides, utrs)
    assert known.loc["seen", "m"] == pytest.approx(0.5 * alone.loc["seen", "m"])
    assert known.loc["unseen", "m"] == alone.loc["unseen", "m"]
    assert known.attrs["responsiveness_known"] == 1 and alone.attrs["responsiveness_known"] == 0
    assert predict_repression(guides, utrs, model="fixed").attrs["responsiveness_known"] == 0


def test_table_of_hela_is_whole() -> None:
    values = np.array(list(responsive._table().values()))
    assert len(values) > 3000 and (values >= 0).all() and (values <= responsive.MOST).all()
    assert 0.8 < np.median(values) < 1.1
