"""Sentinel nodes: vesicles are taken or passed on, first nodes most per cell."""

from __future__ import annotations

import pytest

from metastasome import body, kinetics
from metastasome.core.errors import InputError


def test_what_is_not_taken_passes_on() -> None:
    who = body.human()
    found = kinetics.sentinel_uptake(who, "breast", 1e12)
    assert found.nodes.name == "axillary nodes"
    assert found.uptake.sum() + found.passed == pytest.approx(1e12)
    assert (found.uptake >= 0).all()


def test_first_nodes_get_more_per_cell_than_nodes_fed_by_blood() -> None:
    who = body.human()
    first = kinetics.sentinel_uptake(who, "breast", 1e12).per_cell[1]
    others = kinetics.uptake_law(who).dose(1e12)[who.index("lymph_node"), 1]
    assert first > 10 * others


def test_bad_primaries() -> None:
    with pytest.raises(InputError, match="no sentinel"):
        body.sentinel("lymph_node")
    with pytest.raises(InputError, match="unknown"):
        kinetics.sentinel_uptake(body.human(), "brest", 1.0)
    with pytest.raises(InputError, match="not in this body"):
        kinetics.sentinel_uptake(body.human(sex="female"), "prostate", 1.0)
    with pytest.raises(InputError, match="release"):
        kinetics.sentinel_uptake(body.human(), "breast", -1.0)
