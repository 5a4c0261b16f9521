"""Sites kept through evolution: bounds and orders, what is left alone, tables that do not fit, and a sabotage."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from metastasome.core.errors import InputError
from metastasome.core.files import sha256
from metastasome.core.streams import stream
from metastasome.matchmaking import conserved, read_conserved
from metastasome.matchmaking.predict import predict_repression
from metastasome.matchmaking.train_conserved import added, best, held_out

GUIDES = {"miR-1": "UGGAAUGUAAAGAAGUAUGUAU", "let-7": "UGAGGUAGUAGGUUGUAUAGUU"}
UTRS = dict.fromkeys(("A", "B", "C", "D", "E"), "GUGUCAGCUGUCUGUCAGUC" + "ACAUUCCAGUGUCAGCUGU" * 2)
SCORES = {"A": 0.0, "B": -0.1, "C": -0.7, "D": -17.0}


def frame_of(scores: dict[str, float] = SCORES, **names: str) -> pd.DataFrame:
    own = names or {"family": "GGAAUGU"}
    return pd.DataFrame([{**own, "gene": g, "sites": 1, "score": s} for g, s in scores.items()])


def test_evidence_lowers_in_order_and_is_bounded() -> None:
    plain = predict_repression(GUIDES, UTRS)
    found = predict_repression(GUIDES, UTRS, conserved=frame_of())
    taken = (plain - found)["miR-1"]
    assert taken["A"] == taken["E"] == 0 < taken["B"] < taken["C"] < taken["D"] <= conserved.coefficient().value
    assert (found["miR-1"] >= -np.hypot(plain["miR-1"], conserved.coefficient().value)).all()
    pd.testing.assert_series_equal(found["let-7"], plain["let-7"])
    assert found.attrs["conserved_known"] == 1 and plain.attrs["conserved_known"] == 0


def test_less_complex_takes_less_and_more_no_more() -> None:
    usual, taken = predict_repression(GUIDES, UTRS).attrs["free_ago"], []
    for factor in (1e-3, 0.5, 1.0, 50.0):
        frames = [predict_repression(GUIDES, UTRS, free_ago=usual * factor, conserved=t) for t in (None, frame_of())]
        plain, found = (frame.loc["D", "miR-1"] for frame in frames)
        taken.append(np.sqrt(found**2 - plain**2))
    c = conserved.coefficient().value
    assert taken == pytest.approx([c / 1000, c / 2, c, c])


def test_families_and_names_give_the_same() -> None:
    want = predict_repression(GUIDES, UTRS, conserved=frame_of())
    for table in (frame_of(family="ggaatgt"), frame_of(mirna="miR-1"), frame_of().rename(columns={"gene": "feature"})):
        pd.testing.assert_frame_equal(predict_repression(GUIDES, UTRS, conserved=table), want)


def test_file_and_ids_of_transcripts(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "sites.tsv.gz", "wt") as file:
        frame_of().to_csv(file, sep="\t", index=False)
    frame_of().to_csv(tmp_path / "sites.csv", index=False)
    rows = [{"Transcript ID": f"ENST{g}.3", "Gene ID": f"ENSG{g}.1", "Gene symbol": g} for g in UTRS]
    pd.DataFrame(rows).to_csv(tmp_path / "info.txt", sep="\t", index=False)
    want = predict_repression(GUIDES, UTRS, conserved=frame_of()).to_numpy()
    for name in ("sites.tsv.gz", "sites.csv"):
        table = read_conserved(tmp_path / name, gene_info=tmp_path / "info.txt")
        for pattern in ("{}", "ENST{}.3", "ENST{}.9", "ENSG{}"):
            utrs = {pattern.format(g): u for g, u in UTRS.items()}
            np.testing.assert_array_equal(predict_repression(GUIDES, utrs, conserved=table).to_numpy(), want)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (frame_of().drop(columns="score"), "missing column.*it has family, gene, sites"),
        (frame_of().drop(columns="family"), "missing column.*family or mirna"),
        (frame_of({"A": 0.4}), "not a score.*0 or less"),
        (frame_of({"A": float("nan")}), "not a score"),
        (pd.concat([frame_of(), frame_of()]), "a pair is named twice"),
        (frame_of().iloc[:0], "no rows"),
        (frame_of({"X": -1.0}), "no 3'UTR is a gene of the table.*3'UTRs have A, B, C, the table has X"),
        (frame_of(family="AAAAAAA"), "no family of these miRNAs.*asked were GGAAUGU, GAGGUAG, the table has AAAAAAA"),
    ],
)
def test_a_bad_table_is_one_clear_line(table: pd.DataFrame, says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        predict_repression(GUIDES, UTRS, conserved=table)
    assert "\n" not in str(error.value)


def test_a_bad_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("family\tgene\tscore\nGGAAUGU\tA\t-0.1\nGGAAUGU\tB\tmuch\n")
    with pytest.raises(InputError, match=r"a\.tsv.*row 3.*score.*much"):
        read_conserved(tmp_path / "a.tsv")
    (tmp_path / "b.tsv").write_text("")
    with pytest.raises(InputError, match=r"b\.tsv.*not a table"):
        read_conserved(tmp_path / "b.tsv")


def synthetic(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = stream(seed, "tests/conserved")
    plain, evidence = -np.abs(rng.normal(0, 0.2, (800, 9))), rng.random((800, 9)) * (rng.random((800, 9)) < 0.2)
    known = np.arange(9) != 4
    evidence[:, ~known] = 0
    return conserved.combined(plain, evidence, 0.8) + rng.normal(0, 0.2, (800, 9)), plain, evidence, known


def mean_r2(p: np.ndarray, level: np.ndarray) -> float:
    return float(np.mean([np.corrcoef(p[:, i], level[:, i])[0, 1] ** 2 for i in range(9)]))


def test_coefficient_is_recovered_and_its_gain_lost_when_genes_are_shuffled() -> None:
    level, plain, evidence, known = synthetic(1)
    shuffled = evidence[stream(2, "tests/conserved").permutation(len(evidence))]
    assert best(level, plain, evidence, known) == pytest.approx(0.8, abs=0.05)
    assert best(level, plain, shuffled, known) < 0.2
    cube = np.broadcast_to(plain, (9, *plain.shape))
    without, gain, sabotaged = (
        mean_r2(held_out(level, cube, e, known)[0], level) for e in (np.zeros_like(evidence), evidence, shuffled)
    )
    assert gain > without + 0.05 and sabotaged < without + 0.005


def test_a_family_that_is_not_known_keeps_its_prediction() -> None:
    level, plain, evidence, known = synthetic(3)
    cube = np.broadcast_to(plain, (9, *plain.shape))
    more, without = held_out(level, cube, evidence, known)
    np.testing.assert_array_equal(more[:, 4], held_out(level, cube, np.zeros_like(evidence), known)[0][:, 4])
    assert (added(plain, evidence, known, 0.8)[:, 4] == 0).all() and without.std() < 0.05


def test_coefficient_says_where_it_came_from() -> None:
    c = conserved.coefficient()
    assert 0 < c.value < 1 and 0 < c.sd < c.value / 3
    assert "HEK293FT unseen" in str(c.provenance["source"]) and str(c.provenance["command"]).startswith("python -m")


@pytest.mark.shared
def test_coefficient_was_learned_from_these_files(shared_data: Path) -> None:
    sums = conserved.coefficient().provenance["sha256"]
    assert isinstance(sums, dict)
    assert {name: sha256(shared_data / "rna" / name) for name in sums} == sums
