"""Laws that every mechanism of the catalogue obeys, new ones without being named here."""

from __future__ import annotations

import dataclasses
import functools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.core.errors import ModelError
from metastasome.mechanisms import Model, catalogue
from metastasome.mechanisms.niche_training import NicheTraining
from metastasome.numerics import Layout
from metastasome.numerics.trace import trace
from metastasome.numerics.units import check_units

from .twins import refuted, swapped
from .world import ORGANS, compose, evaluate, response, start, values

KEYS = tuple(catalogue())
#: quantities that may be negative: growth can be loss, an intervention can spare cells instead of killing them
SIGNED = {"primary_growth_rate", "primary_kill", "log_volume", "log_capacity"}
ROOT = Path(__file__).resolve().parents[2]


def switches(key: str) -> dict[str, Any]:
    """Return the switches that put `key` on, with all it requires."""
    needed, todo = set[str](), [key]
    while todo:
        one = todo.pop()
        needed.add(one)
        todo += [r for r in catalogue()[one].requires if r not in needed]
    return dict.fromkeys(needed, True)


@functools.cache
def everything() -> Model:
    return compose(ORGANS, dict.fromkeys(KEYS, True))


# units


def units_hold(model: Model) -> None:
    inputs = {i.name: i for i in model.inputs}
    states = Layout(tuple(s.name for s in model.states), tuple(model.size(s) for s in model.states))
    sizes = (*(1 for _ in model.parameters), *(model.size(i) for i in inputs.values()))
    founders = {f"intensity_{o}": "cell/day" for o in model.origins}
    derived = {d.name: d.unit for d in model.derived}
    traced = trace(
        model.traced((*derived, *founders)), states=states, params=Layout((*model.parameters, *inputs), sizes)
    )
    units = {s.name: s.unit for s in model.states} | {n: p.unit for n, p in model.parameters.items()}
    check_units(traced, units | {n: i.unit for n, i in inputs.items()} | derived | founders)


@pytest.mark.parametrize("which", ["default", "everything"])
def test_units_of_every_rate_quantity_and_channel(which):
    organs = ORGANS[:2]
    units_hold(compose(organs, {} if which == "default" else dict.fromkeys(KEYS, True)))


def test_a_wrong_unit_is_found():
    class PerHour(NicheTraining):
        def rates(self, xp, q, p):
            return {k: v * p.leak_decay for k, v in super().rates(xp, q, p).items()}

    with pytest.raises(ModelError, match="leakiness"):
        units_hold(swapped(compose(ORGANS[:2]), PerHour))


# signs


def random_state(model: Model, rng: np.random.Generator) -> dict[str, Any]:
    made = start(model)
    for s in model.states:
        if s.name == "log_volume":
            made[s.name] = rng.uniform(-7.0, 6.0, 1)
        elif s.name == "log_capacity":
            made[s.name] = rng.uniform(-5.0, 6.9, 1)
        else:
            top = 1.0 if s.unit == "1" else 1e3
            made[s.name] = rng.uniform(0.0, top, model.size(s))
    return made


def stays_in_bounds(model: Model, seed: int, names: set[str] | None = None) -> None:
    """No state is driven below zero, nor one between 0 and 1 above one; nothing derived or founded is negative."""
    rng = np.random.default_rng(seed)
    known = values(model, answer=response(rng.uniform(-3.0, 3.0), rng.uniform(0.01, 100.0)))
    known["burden"] = rng.exponential(1e9, len(ORGANS))
    state = random_state(model, rng)
    if "healed" in state:
        known["primary_present"] = rng.uniform(0.0, 1.0 - state["healed"])  # what heals was taken out before
    found = evaluate(model, known, state)
    for name, value in {**found.derived, **found.intensity}.items():
        assert np.isfinite(np.asarray(value, dtype=float)).all(), name
        if name not in SIGNED:
            assert np.min(value) >= 0, name
    for s in model.states:
        if s.name in SIGNED or (names is not None and s.name not in names):
            continue
        empty = evaluate(model, known, {**state, s.name: 0.0 * state[s.name]}).rates[s.name]
        assert np.min(empty) >= 0, f"{s.name} at 0"
        if s.unit == "1":
            full = evaluate(model, known, {**state, s.name: 1.0 + 0.0 * state[s.name]}).rates[s.name]
            assert np.max(full) <= 1e-12, f"{s.name} at 1"


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_nothing_is_negative_and_shares_stay_shares(seed):
    stays_in_bounds(everything(), seed)


def test_a_state_that_leaves_its_bounds_is_found():
    class Unbounded(NicheTraining):
        def rates(self, xp, q, p):
            return {**super().rates(xp, q, p), "matrix": p.matrix_build * (1 + 0 * q.matrix)}

    refuted(stays_in_bounds, swapped(compose(ORGANS), Unbounded), 1)


# switches


@pytest.mark.parametrize("key", [k for k in KEYS if not catalogue()[k].default_on])
def test_what_is_off_leaves_no_trace(key):
    """Off: no state, quantity, parameter, lever or origin of it. On: it takes what it needs and closes."""
    off, on = compose(ORGANS), compose(ORGANS, switches(key))
    kind = catalogue()[key]
    there = {q.name for q in (*off.states, *off.derived)}
    assert not {q.name for q in (*kind.states, *kind.derives)} & there
    assert not any(name.startswith(f"{key}.") for name in off.parameters)
    others = {o for k, c in catalogue().items() if c.default_on for o in c.opens}
    assert not (set(kind.opens) - others) & set(off.origins)
    assert {q.name for q in (*kind.states, *kind.derives)} <= {q.name for q in (*on.states, *on.derived)}
    evaluate(on, values(on), start(on))


@pytest.mark.parametrize("key", KEYS)
def test_every_parameter_can_be_drawn_and_sits_in_its_prior(key):
    """Priors give finite values and hold the default, at an end of a uniform one or between 0.1% and 99.9% points."""
    for p in catalogue()[key].parameters():
        drawn = p.prior.quantile(np.array([0.001, 0.5, 0.999]))
        assert np.isfinite(drawn).all(), p.name
        ends = (p.prior.a, p.prior.b) if "uniform" in p.prior.kind else (drawn[0], drawn[2])
        assert p.prior.kind == "fixed" or ends[0] <= p.default <= ends[1], (p.name, p.prior.describe())


def test_every_piece_of_evidence_is_a_row_of_the_literature_table(shared_data):
    import csv

    with (shared_data / "parameters" / "literature_parameters.csv").open(encoding="utf-8") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    for key in KEYS:
        for p in catalogue()[key].parameters():
            assert set(p.evidence) <= known, (key, p.name)


# the table of systems


def rows() -> list[list[str]]:
    text = (ROOT / "docs" / "mechanisms.md").read_text(encoding="utf-8")
    table = text[text.index("| # | system |") :].splitlines()[2:]
    lines = table[: next(i for i, line in enumerate(table) if not line.startswith("|"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_of_systems_is_true():
    found = rows()
    assert list(dict.fromkeys(int(r[0]) for r in found)) == list(range(1, 36))
    tests = "\n".join(f.read_text(encoding="utf-8") for f in (ROOT / "tests").rglob("test_*.py"))
    named = set()
    for number, _, claims, file, switch, default, source, test in found:
        assert claims and source, number
        if file != "-":
            assert (ROOT / "src" / "metastasome" / file.strip("`")).is_file(), (number, file)
        if switch != "-":
            kind = catalogue()[switch.strip("`")]
            named.add(switch.strip("`"))
            assert default == ("on" if kind.default_on else "off"), (number, switch)
            listed = set(re.findall(r"[AB]\d+", claims))
            assert listed & set(kind.claims), (number, claims, kind.claims)
        if test != "-":
            assert f"def {test.strip('`')}(" in tests, (number, test)
    assert named <= set(KEYS)


def test_every_lever_starts_at_one_and_says_what_it_leaves():
    for key in KEYS:
        for i in catalogue()[key].inputs:
            assert i.name.startswith("lever_") == (i.provider == "lever"), (key, i.name)
            if i.provider == "lever":
                assert i.default == 1.0 and i.unit == "1" and i.meaning, (key, i.name)


def test_declarations_are_frozen():
    for kind in catalogue().values():
        assert dataclasses.is_dataclass(kind) and kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
