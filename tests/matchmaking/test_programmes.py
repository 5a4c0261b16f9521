import numpy as np
import pandas as pd
import pytest

from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.matchmaking.programmes import Programmes, enrichment, from_table, read_gmt


def sets():
    return Programmes(("up", "mixed"), np.array([0, 0, 1, 1]), ("A", "B", "B", "C"), np.array([1.0, 1.0, 1.0, -1.0]))


def test_weights_sum_to_one_and_follow_expression():
    mrna = np.array([[1.0, 0.0], [1e9, 0.0], [3.0, np.nan]])
    w = sets().weights(("A", "B", "C"), mrna)
    assert np.abs(w[:, :, 0]).sum(axis=1).tolist() == pytest.approx([1.0, 1.0])
    assert w[0, 0, 0] == pytest.approx(0.5 / 1.5)
    assert w[1, 2, 0] < 0 < w[1, 1, 0]
    assert not w[:, :, 1].any()  # nothing is expressed there


def test_a_uniform_fall_shifts_an_unsigned_set_by_itself():
    w = sets().weights(("A", "B", "C"), np.full((3, 1), 7.0))
    change = np.full(3, -0.3)
    assert (w[:, :, 0] @ change).tolist() == pytest.approx([-0.3, 0.0])


def test_no_shared_gene_names_both_sides():
    with pytest.raises(InputError, match=r"'A'.*ENSG1"):
        sets().weights(("ENSG1", "ENSG2"), np.ones((2, 1)))


def test_table_with_and_without_sign():
    table = pd.DataFrame(
        {"programme": ["p", "p", "q"], "gene": ["A", "B", "C"], "sign": [1, -1, 1], "weight": [1, 2, 3]}
    )
    made = from_table(table, names=("q", "p", "r"))
    assert made.names == ("q", "p", "r")
    assert made.weight.tolist() == [1.0, -2.0, 3.0]
    assert from_table(table[["programme", "gene"]]).weight.tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(InputError, match="column missing"):
        from_table(table.drop(columns="gene"))
    with pytest.raises(InputError, match=r"row 3.*sign"):
        from_table(table.assign(sign=[1, "down", 1]))


def test_gmt_up_and_down_are_one_signed_set(tmp_path):
    file = tmp_path / "sets.gmt"
    file.write_text("EMT_UP\tx\tVIM\tFN1,1.0\nEMT_DN\tx\tCDH1\n\nOTHER\tx\tA\n")
    made = read_gmt(file)
    assert made.names == ("EMT", "OTHER")
    assert made.gene == ("VIM", "FN1", "CDH1", "A")
    assert made.weight.tolist() == [1.0, 1.0, -1.0, 1.0]
    assert read_gmt(file, only=("OTHER",)).names == ("OTHER",)
    with pytest.raises(InputError, match="no gene set"):
        read_gmt(file, only=("X",))
    file.write_text("EMPTY\tx\n")
    with pytest.raises(InputError, match="row 1"):
        read_gmt(file)


def test_members_and_network_hold_the_same_pairs():
    assert sets().members(("B", "C")).tolist() == [[True, False], [True, True]]
    assert sets().network().columns.tolist() == ["source", "target", "weight"]


@pytest.mark.slow
def test_enrichment_finds_the_planted_set_and_only_it():
    # n = 400 genes, seed 5; the planted set of 20 falls by two standard deviations
    rng = stream(5, "test/ulm")
    genes = [f"G{i}" for i in range(400)]
    change = 0.05 * rng.standard_normal((2, 400))
    change[0, :20] -= 0.1
    made = Programmes(
        ("planted", "other"), np.array([0] * 20 + [1] * 20), tuple(genes[:20] + genes[50:70]), np.ones(40)
    )
    found = enrichment(pd.DataFrame(change, index=["hit", "miss"], columns=genes), made)
    row = found.set_index(["recipient", "programme"])
    assert row.loc[("hit", "planted"), "t"] < -5 and row.loc[("hit", "planted"), "q"] < 1e-4
    assert (row.drop(("hit", "planted"))["q"] > 0.01).all()
