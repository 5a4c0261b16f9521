"""Predicted repression: orders that must hold for any miRNA and any 3'UTR, and robustness to what users give."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.matchmaking.predict import predict_repression

MIR1 = "UGGAAUGUAAAGAAGUAUGUAU"
SPACER = "GUGUCAGCUGUCUGUCAGUCAUGCUGUGUCUGUUGGCUCUG"


def with_sites(n: int, site: str = "ACAUUCCA") -> str:
    return SPACER + (site + SPACER) * n


def test_more_sites_repress_more_and_none_repress_not() -> None:
    utrs = {"none": with_sites(0), "one": with_sites(1), "two": with_sites(2), "empty": ""}
    fall = predict_repression({"miR-1": MIR1}, utrs)["miR-1"]
    assert fall["two"] < fall["one"] < fall["none"] <= 1e-9
    assert fall["empty"] == 0


@pytest.mark.parametrize("model", ["learned", "fixed"])
def test_types_in_order_of_strength(model: str) -> None:
    utrs = {k: with_sites(1, s) for k, s in {"8mer": "ACAUUCCA", "7mer-m8": "ACAUUCCG", "6mer": "GCAUUCCG"}.items()}
    fall = predict_repression([MIR1], utrs, model=model)[MIR1]  # type: ignore[arg-type]
    assert fall["8mer"] < fall["7mer-m8"] < fall["6mer"] < 0


def test_more_free_complex_represses_more_within_bounds() -> None:
    utrs = {"a": with_sites(2)}
    falls = [predict_repression([MIR1], utrs, free_ago=a).iloc[0, 0] for a in (1e-6, 1e-4, 1e-2)]
    assert falls[2] < falls[1] < falls[0] < 0
    assert falls[0] > -0.01


def test_letters_and_case_do_not_matter() -> None:
    way = predict_repression({"m": MIR1}, {"a": with_sites(2)})
    other = predict_repression({"m": MIR1.replace("U", "T").lower()}, {"a": with_sites(2).replace("U", "T").lower()})
    pd.testing.assert_frame_equal(way, other)


def test_ambiguous_letters_are_taken_as_no_match_and_refused_in_a_seed() -> None:
    frame = predict_repression({"m": MIR1[:14] + "NNNN", "k": MIR1}, {"a": with_sites(1) + "N" * 50})
    assert frame.loc["a", "k"] < 0 and frame.loc["a", "m"] < 0
    with pytest.raises(InputError, match=r"mirna_sequences: m.*open letter"):
        predict_repression({"m": "NNNNNNNNNNNNNNNNNNNN"}, {"a": with_sites(1)})


def test_series_and_frames_of_one_column_are_maps() -> None:
    utrs, guides = {"a": with_sites(2), "b": with_sites(0)}, {"m": MIR1, "k": MIR1[::-1]}
    want = predict_repression(guides, utrs, {"a": 5, "b": 0.1})
    frame = predict_repression(
        pd.DataFrame({"sequence": guides}), pd.DataFrame({"utr": utrs}), pd.DataFrame({"tpm": {"b": 0.1, "a": 5}})
    )  # fmt: skip
    pd.testing.assert_frame_equal(frame, want)
    assert frame.attrs["detectable"] == [True, False]
    strand = {"m": "AUACGUGCCAAAGAAGUAUGUAU"}
    both = predict_repression(guides, utrs, passenger={**strand, "k": MIR1})
    other_order = pd.Series({"k": MIR1, **strand})  # a Series is read by its names, not by its order
    pd.testing.assert_frame_equal(predict_repression(guides, utrs, passenger=other_order), both)
    one = predict_repression(guides, utrs, passenger=[strand["m"], None])  # type: ignore[list-item]
    pd.testing.assert_frame_equal(one, predict_repression(guides, utrs, passenger=strand))


def test_versions_of_ids_need_not_agree() -> None:
    utrs = {"ENSG00000163631.18": with_sites(1), "ENSG00000163632.2": with_sites(1)}
    frame = predict_repression([MIR1], utrs, pd.Series([0.6, 0.6], index=["ENSG00000163631.17", "ENSG00000163631.16"]))
    assert frame.attrs["detectable"] == [True, False]


def test_passenger_adds_and_only_to_its_own_mirna() -> None:
    utrs = {"a": with_sites(1), "b": with_sites(1, "GGCACGUA")}
    guides = {"m": MIR1, "k": "UUUGGCAAUGGUAGAACUCACACU"}
    alone = predict_repression(guides, utrs)
    duplex = predict_repression(guides, utrs, passenger={"m": "AUACGUGCCAAAGAAGUAUGUAU"})
    assert duplex.loc["b", "m"] < alone.loc["b", "m"]
    np.testing.assert_array_equal(duplex["k"], alone["k"])
    none = predict_repression(guides, utrs, passenger={"m": "AUACGUGCCAAAGAAGUAUGUAU"}, passenger_share=0.0)
    np.testing.assert_allclose(none, alone, atol=1e-12)


def test_many_mirnas_are_predicted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = stream(1, "tests/predict")
    utrs = ["".join(rng.choice(list("ACGU"), 800)) for _ in range(20)]
    guides = ["".join(rng.choice(list("ACGU"), 22)) for _ in range(25)]
    whole = predict_repression(guides, utrs)
    monkeypatch.setattr("metastasome.matchmaking.predict.SITES_AT_ONCE", 100)
    pd.testing.assert_frame_equal(predict_repression(guides, utrs), whole)
    assert whole.shape == (20, 25) and (whole.to_numpy() <= 1e-9).all() and (whole.to_numpy() < 0).mean() > 0.3


def test_expression_marks_what_could_be_seen() -> None:
    utrs = {"a": with_sites(1), "b": with_sites(2), "c": with_sites(0)}
    for expression in ({"a": 5.0, "b": 0.1, "x": 3.0}, [5.0, 0.1, 0.0], pd.Series({"a": 5.0, "b": 0.1})):
        frame = predict_repression([MIR1], utrs, expression)
        assert frame.attrs["detectable"] == [True, False, False]
        pd.testing.assert_frame_equal(frame, predict_repression([MIR1], utrs), check_flags=False)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (({}, ["ACGU"]), "no miRNA"),
        (([MIR1], {}), "no 3'UTR"),
        (([MIR1], {"a": "ACXZ"}), "letter 4 is no nucleotide"),
        ((["hsa-miR-1-3p"], {"a": "ACGU"}), "a name, not a sequence"),
        (([MIR1], {"a": "ACGU"}, {"a": -3.2}), "less than nothing.*logarithmic"),
        (([MIR1], {"a": "ACGU"}, {"ENSG1": 3.0}), "no transcript is in both tables; expression has"),
        (([MIR1], {"a": "ACGU"}, [1.0, 2.0]), "does not fit the UTRs"),
        (([MIR1], {"a": "ACGU"}, {"a": "high"}), "expression: a': not a level"),
        (([MIR1], {"a": "ACGU"}, [float("inf")]), "not a level"),
        (([MIR1], {"a": "ACGU"}, pd.DataFrame({"gene": ["a"], "tpm": [1]})), "which column"),
        ((pd.DataFrame({"name": ["m"], "sequence": [MIR1]}), {"a": "ACGU"}), "which column.*found 'name, sequence'"),
        ((pd.Series([MIR1, MIR1], index=["m", "m"]), {"a": "ACGU"}), "a miRNA is named twice"),
        (({"m": MIR1 * 4}, {"a": "ACGU"}), "m': too long for a miRNA .*precursor"),
        ((5, {"a": "ACGU"}), "no sequences"),
        (([MIR1], None), "no sequences"),
    ],
)
def test_bad_input_is_one_clear_line(arguments: tuple[object, ...], says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        predict_repression(*arguments)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


def test_bad_options_are_one_clear_line() -> None:
    for options, says in (
        ({"free_ago": 0.0}, "not a concentration"),
        ({"passenger_share": -1.0}, "not a share"),
        ({"passenger": {"z": MIR1}}, "passenger of a miRNA that was not given"),
        ({"passenger": [MIR1, MIR1]}, "passengers do not fit"),
    ):
        with pytest.raises(InputError, match=says):
            predict_repression({"a": MIR1}, {"u": "ACGU"}, **options)  # type: ignore[arg-type]


def test_passenger_that_starts_with_g_or_c_loads_less() -> None:
    utrs = {"a": with_sites(1, "GGCACGUA")}
    falls = [
        predict_repression({"m": MIR1}, utrs, passenger={"m": first + "UACGUGCCAAAGAAGUAUGUAU"}).loc["a", "m"]
        for first in "UAGC"
    ]
    assert falls[0] == falls[1] and falls[2] == falls[3]
    assert falls[2] > falls[0]


def test_strand_with_many_targets_is_diluted() -> None:
    few = {"a": with_sites(1), **{f"x{i}": SPACER * 60 for i in range(200)}}
    many = {"a": with_sites(1), **{f"x{i}": with_sites(60) for i in range(200)}}
    assert predict_repression([MIR1], few).loc["a", MIR1] < predict_repression([MIR1], many).loc["a", MIR1] < 0


def test_series_are_maps() -> None:
    utrs, guides = {"a": with_sites(1), "b": with_sites(2)}, {"m": MIR1}
    pd.testing.assert_frame_equal(
        predict_repression(pd.Series(guides), pd.Series(utrs)),  # type: ignore[arg-type]
        predict_repression(guides, utrs),
    )
