import numpy as np
import pytest

from metastasome.cargo import Cargo
from metastasome.core.organs import NAMES
from metastasome.matchmaking.proteins import (
    FACTOR_RANGE,
    axes,
    excess_factor,
    integrin_factor,
    ligand_factor,
    protein_top,
)
from metastasome.matchmaking.response import CELLS, PROGRAMMES


def carrying(**proteins):
    return Cargo("proteins", (), np.zeros(0), np.zeros(0), proteins=proteins)


def test_every_axis_is_usable_and_sourced():
    for axis in axes():
        assert axis.cell in CELLS
        assert axis.programme in PROGRAMMES
        assert axis.source and axis.evidence
        assert axis.weight != 0


def test_integrins_send_vesicles_to_their_organs():
    organs = ("lung", "liver", "brain", "kidney")
    to_lung = integrin_factor(carrying(ITGA6=4.0, ITGB4=9.0), organs)
    assert to_lung[0] == pytest.approx(ligand_factor(6.0))
    assert to_lung[1:].tolist() == [1.0, 1.0, 1.0]
    to_liver = integrin_factor(carrying(ITGAV=2.0, ITGB5=2.0, ITGB3=0.0), organs)
    assert to_liver[1] > 1 and to_liver[2] == FACTOR_RANGE[0]
    assert integrin_factor(carrying(), NAMES).tolist() == [1.0] * len(NAMES)


def test_a_missing_partner_is_no_measurement():
    assert integrin_factor(carrying(ITGB4=100.0), ("lung",)).tolist() == [1.0]


def test_ligand_and_receptor_set_the_size_of_an_axis():
    genes = ("CD74", "TGFBR2")
    mrna = np.array([[1e4, 0.0], [np.nan, 5.0]])
    column = np.tile(np.array([[0], [1]]), (1, len(CELLS)))
    unknown, notes = protein_top(carrying(), CELLS, PROGRAMMES, genes, mrna, column)
    more, _ = protein_top(carrying(MIF=10.0), CELLS, PROGRAMMES, genes, mrna, column)
    usual, _ = protein_top(carrying(MIF=1.0), CELLS, PROGRAMMES, genes, mrna, column)
    at = (0, CELLS.index("macrophage"), PROGRAMMES.index("matrix"))
    assert 0 == usual[at] < unknown[at] < more[at] < 2 * unknown[at]
    assert unknown[1, at[1], at[2]] == 0.0  # no receptor there
    barrier = unknown[:, CELLS.index("endothelium"), PROGRAMMES.index("barrier")]
    assert barrier.tolist() == [-0.5, -0.5]  # KDR is not in the table: half effect, and a note
    stroma = (CELLS.index("stroma"), PROGRAMMES.index("matrix"))
    assert unknown[0][stroma] == 0.0 < unknown[1][stroma]
    assert any("MIF" in note for note in notes) and any("KDR" in note for note in notes)


def test_vesicles_like_normal_ones_do_nothing_by_protein():
    ligands = {axis.ligand: 1.0 for axis in axes()}
    column = np.zeros((1, len(CELLS)), dtype=np.int64)
    genes = tuple(sorted({axis.receptor for axis in axes()}))
    tops, _ = protein_top(carrying(**ligands), CELLS, PROGRAMMES, genes, np.full((len(genes), 1), 100.0), column)
    assert np.abs(tops).max() == 0.0
    assert excess_factor(0.2) == excess_factor(1.0) == 0.0
    assert excess_factor(3.0) == excess_factor(None) == 1.0
    assert excess_factor(np.inf) == 2.0


def test_ligand_factor_is_bounded():
    assert ligand_factor(0.0) == 0.0
    assert ligand_factor(1.0) == 1.0
    assert ligand_factor(np.inf) == 2.0
