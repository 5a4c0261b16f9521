"""A match as the report reads it: every recipient whose dose is known, cells of no organ among them."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome.core.organs import ANY_ORGAN
from metastasome.matchmaking.match import match
from metastasome.matchmaking.results import Match
from metastasome.report.sections.links import network_paths
from metastasome.study.match_view import MatchView

from ..matchmaking.small import cargo, programmes, stockroom


def made(**delivered: float) -> Match:
    return match(cargo(m1=0.01), stockroom(), programmes=programmes(), delivered=delivered, nulls=0, draws=20, seed=1)


@pytest.fixture(scope="module")
def everywhere() -> Match:
    return made(lung=3e4, liver=1e3, endothelium=5e4)


def test_cells_of_no_organ_stand_beside_the_organs(everywhere: Match) -> None:
    view = MatchView(everywhere)
    shown = view.programmes()
    assert set(shown["organ"]) == {"lung", "liver", ANY_ORGAN}
    free = shown[(shown["organ"] == ANY_ORGAN) & (shown["programme"] == "barrier")].iloc[0]
    own = everywhere.programmes()
    want = own[(own["recipient"] == "endothelium") & (own["programme"] == "barrier")].iloc[0]
    assert free["cell"] == "endothelium" and free["rna_shift"] == want["shift"] != 0
    assert {ANY_ORGAN, "brain"} <= set(view.dose_curve()["organ"]) and ANY_ORGAN in set(view.network()["organ"])
    assert {path[-1] for path, _ in network_paths(view)} == {"lung", "liver", "brain", "endothelium"}


def test_a_dose_that_is_not_given_is_no_shift_of_nothing() -> None:
    view = MatchView(made(lung=3e4))
    assert set(view.programmes()["organ"]) == set(view.genes()["organ"]) == {"lung"}
    rows = view.shifts().set_index("recipient")
    unknown = rows.loc[["liver", "brain", "endothelium"], ["shift", "low", "high", "rna_shift", "protein_shift"]]
    assert unknown.isna().to_numpy().all() and rows.loc["lung", "shift"].notna().all()
    nowhere = MatchView(made(lung=0.0)).shifts().set_index("recipient")
    np.testing.assert_array_equal(nowhere.loc["lung", "shift"], 0.0)  # nothing arrives: known, and nothing


def test_genes_are_all_read_at_doses_delivered(everywhere: Match) -> None:
    doses = MatchView(everywhere).genes().groupby("recipient")["dose"].first().to_dict()
    assert doses == {"lung": 3e4, "liver": 1e3, "endothelium": 5e4}  # not at the dose of the nulls, where brain is read
