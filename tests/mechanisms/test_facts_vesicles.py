"""Facts of the vesicle half of the papers, each held by a check that a deliberately wrong mechanism must fail."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from metastasome.mechanisms import Model
from metastasome.mechanisms.ev_uptake import CELLS, EVUptake
from metastasome.mechanisms.growth_bonus import GrowthBonus
from metastasome.mechanisms.lesion_growth import LesionGrowth
from metastasome.mechanisms.niche_training import NicheTraining
from metastasome.mechanisms.tota_direct import TOTaDirect
from metastasome.mechanisms.tota_indirect import TOTaIndirect

from .twins import refuted, swapped
from .world import ORGANS, compose, evaluate, response, start, uptake, values, with_

NICHE = ("leakiness", "matrix", "marrow_cells", "suppression")
GROWN = {"log_volume": 4.0, "log_capacity": 4.5}


def founders(model: Model, given: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    return {k: np.broadcast_to(v, len(ORGANS)) for k, v in evaluate(model, given, state).intensity.items()}


def march(model: Model, given: dict[str, Any], days: int, at: dict[str, Any]) -> dict[str, Any]:
    """Return the states after `days` steps of a day (Runge-Kutta 4; every rate here is under 1 per day)."""
    for _ in range(days):
        k1 = evaluate(model, given, at).rates
        k2 = evaluate(model, given, {n: at[n] + 0.5 * k1[n] for n in at}).rates
        k3 = evaluate(model, given, {n: at[n] + 0.5 * k2[n] for n in at}).rates
        k4 = evaluate(model, given, {n: at[n] + k3[n] for n in at}).rates
        at = {n: at[n] + (k1[n] + 2 * k2[n] + 2 * k3[n] + k4[n]) / 6 for n in at}
    return at


def trained(model: Model, **more: float) -> dict[str, Any]:
    there = {s.name for s in model.states}
    return start(model, **{**GROWN, **{n: 0.5 for n in NICHE if n in there}, **more})


# training


class NicheThatFounds(NicheTraining):
    opens = ("seeded",)

    def channels(self, xp, q, p):
        return {"seeded": 1e-6 * q.matrix}


def no_lesion_without_cells(model: Model) -> None:
    found = founders(model, with_(values(model), lever_shedding=0.0), trained(model))
    assert found["seeded"].max() == 0.0


def test_training_alone_founds_nothing_without_circulating_cells():
    model = compose(ORGANS)
    no_lesion_without_cells(model)
    assert founders(model, values(model), trained(model))["seeded"].max() > 0
    refuted(no_lesion_without_cells, swapped(model, NicheThatFounds))


class NicheThatHarms(NicheTraining):
    def modifiers(self, xp, q, p):
        return {k: 1 / v for k, v in super().modifiers(xp, q, p).items()}


def vesicles_raise_seeding(model: Model) -> None:
    on, off = evaluate(model, values(model), trained(model)), evaluate(model, values(model), start(model, **GROWN))
    lasting = [e.intensity["seeded"] * np.maximum(1 - e.derived["death"] / e.derived["birth"], 0.0) for e in (on, off)]
    assert on.derived["shed"] == off.derived["shed"]
    assert lasting[0].sum() > lasting[1].sum()


def test_vesicle_field_on_exceeds_off_at_equal_input_of_cells():
    model = compose(ORGANS)
    vesicles_raise_seeding(model)
    refuted(vesicles_raise_seeding, swapped(model, NicheThatHarms))


def test_educated_marrow_remembers_after_withdrawal():
    """A year without vesicles: an educated marrow still sends cells to matrix, an uneducated one does not."""
    model = compose(ORGANS, {"marrow_education": True})
    still = with_(values(model), lever_release=0.0)

    def remembers(given: dict[str, Any]) -> None:
        rate = evaluate(model, given, trained(model, education=0.9, marrow_cells=0.0)).rates["marrow_cells"]
        assert rate.min() > 0

    remembers(still)
    refuted(remembers, with_(still, marrow_education__drive=0.0))
    taught = evaluate(model, values(model), trained(model)).rates["education"]
    assert taught > 0
    assert evaluate(model, with_(values(model), lever_met=0.0), trained(model)).rates["education"] == 0


def test_stroma_calls_marrow_cells_besides():
    """Inflamed stroma (S100, CXCL12) draws more marrow cells to the same matrix; without it the niche is as before."""
    plain, called = compose(ORGANS), compose(ORGANS, {"stroma_call": True})

    def calls(model: Model, **levers: float) -> None:
        more = evaluate(model, with_(values(model), **levers), trained(model)).rates["marrow_cells"]
        assert (more > evaluate(plain, values(plain), trained(plain)).rates["marrow_cells"]).all()

    calls(called)
    refuted(calls, called, lever_s100=0.0)


# targeting


class TargetingThatNeedsCells(TOTaDirect):
    reads = (*TOTaDirect.reads, "shed")

    def channels(self, xp, q, p):
        return {k: v * q.shed for k, v in super().channels(xp, q, p).items()}


def lesions_with_no_cells(model: Model) -> None:
    found = founders(model, with_(values(model), lever_shedding=0.0), trained(model, initiated_msc=0.1))
    assert found["seeded"].max() == 0.0
    assert found["tota_direct"].min() > 0.0


def test_targeting_founds_lesions_with_no_circulating_cells():
    model = compose(ORGANS, {"tota_direct": {"setting": "alone"}})
    lesions_with_no_cells(model)
    refuted(lesions_with_no_cells, swapped(model, TargetingThatNeedsCells))


def test_indirect_transformation_needs_training():
    model = compose(ORGANS, {"tota_indirect": True})

    def needs_training(model: Model) -> None:
        naive = start(model, **GROWN)
        assert founders(model, values(model), naive)["tota_indirect"].max() == 0.0
        assert founders(model, values(model), trained(model))["tota_indirect"].min() > 0.0

    class AlwaysDisturbed(TOTaIndirect):
        def derive(self, xp, q, p):
            return {"disturbance": 1 + 0 * q.matrix}

    needs_training(model)
    refuted(needs_training, swapped(model, AlwaysDisturbed))


class Uncoupled(TOTaIndirect):
    """TOTa indirect that leaves direct transformation alone."""

    def channels(self, xp, q, p):
        return {"tota_indirect": p.transformation * q.msc * q.disturbance}

    def modifiers(self, xp, q, p):
        return {"initiation": 1.0}


def two_by_two(wrong: type | None = None) -> dict[tuple[bool, bool], float]:
    """Initiated cells' founders without circulating cells after 60 days, for TOTr x TOTa."""
    found = {}
    for training in (False, True):
        for targeting in (False, True):
            switches = {"tota_direct": {"on": targeting, "setting": "alone"}, "niche_training": training}
            model = compose(ORGANS, {**switches, "tota_indirect": training})
            if wrong is not None and training:
                model = swapped(model, wrong)
            given = with_(values(model), lever_shedding=0.0)
            state = march(model, given, 60, start(model, **GROWN))
            found[training, targeting] = sum(v.sum() for v in founders(model, given, state).values())
    return found


def coupled(found: dict[tuple[bool, bool], float]) -> None:
    assert found[False, False] == 0.0
    assert found[True, True] > 1.05 * (found[True, False] + found[False, True])


def test_two_by_two_design_shows_the_coupling():
    coupled(two_by_two())
    refuted(coupled, two_by_two(Uncoupled))


def initiated_in_order(model: Model, *, first: str) -> float:
    """Initiated cells after 40 days of training and 40 of targeting, in either order, the other cargo absent."""
    cargo = {"training": response(0.5), "targeting": response(0.5)}
    for kind, answer in cargo.items():
        p = answer.programmes.index("tumour_suppression")
        keep = np.arange(len(answer.programmes)) == p
        answer.rna_top[:, :, keep if kind == "training" else ~keep] = 0.0
    state = start(model, **GROWN)
    for kind in (first, *(k for k in cargo if k != first)):
        state = march(model, values(model, answer=cargo[kind]), 40, state)
    return float(evaluate(model, values(model), state).derived["initiated"].sum())


def test_training_before_targeting_raises_transformation():
    model = compose(ORGANS, {"tota_direct": {"setting": "alone", "reversion": 0.0}, "tota_indirect": True})

    def order_matters(model: Model) -> None:
        after = initiated_in_order(model, first="training")
        assert after > 1.05 * initiated_in_order(model, first="targeting") > 0

    order_matters(model)
    refuted(order_matters, swapped(model, Uncoupled))


def test_each_resident_type_is_initiated_by_its_own_response():
    """Stem cells and fibroblasts answer as stroma, epithelium as parenchyma; the number of each sets how many."""
    model = compose(ORGANS, {"tota_direct": {"setting": "alone", "fibroblast": 1.0, "epithelial": 1.0}})

    def own_response(model: Model) -> None:
        for cell, touched in (("stroma", {"msc", "fibroblast"}), ("parenchyma", {"epithelium"})):
            answer = response(0.5)
            answer.rna_top[:, [c != cell for c in answer.cells]] = 0.0
            rates = evaluate(model, values(model, answer=answer), start(model, **GROWN)).rates
            assert {t for t in ("msc", "fibroblast", "epithelium") if rates[f"initiated_{t}"].max() > 0} == touched

    class OneForAll(TOTaDirect):
        def derive(self, xp, q, p):
            made = super().derive(xp, q, p)
            return {**made, "stimulus_initiation_parenchyma": made["stimulus_initiation_stroma"]}

    own_response(model)
    refuted(own_response, swapped(model, OneForAll))


# the two-stage assay


def assay(model: Model, ng_per_ml: float, *, promoter: float = 1.0, answer: Any = None) -> float:
    """Return founders after 3 days at a concentration of vesicle protein, then as promoted."""
    given = values(model, promoter=promoter, answer=answer)
    state = start(model, **GROWN)
    per_release = evaluate(model, given, state).derived["exposure"][0] / given["ev_release.rate"][0]
    given = with_(given, ev_release__rate=ng_per_ml * 8.75e5 / per_release)
    rates = evaluate(model, given, state).rates
    state = {**state, "initiated_msc": 3.0 * rates["initiated_msc"]}
    return float(evaluate(model, given, state).intensity["tota_direct"][0])


def normal_or_tumour(level: float) -> Any:
    """Return matchmaking's answer to vesicles whose ligands have `level` times the amount of normal vesicles."""
    from metastasome.cargo import Cargo
    from metastasome.matchmaking import proteins

    none = np.zeros(0)
    names = {a.ligand for a in proteins.axes()}
    carried = Cargo("vesicles", (), none, none, proteins=dict.fromkeys(names, level))
    genes = sorted({a.receptor for a in proteins.axes()})
    blank = response(0.0)
    shape = (len(ORGANS), len(blank.cells))
    mrna, column = np.full((len(genes), 1), 100.0), np.zeros(shape, np.int64)
    top, _ = proteins.protein_top(carried, blank.cells, blank.programmes, genes, mrna, column)
    # mesenchymal cells answer here as epithelium does, so that the assay's cells have a receptor
    top[:, blank.cells.index("stroma")] = top[:, blank.cells.index("parenchyma")]
    return dataclasses.replace(blank, protein_top=top)


def two_stage_assay(model: Model) -> None:
    assert assay(model, 80.0) > 0.0
    assert assay(model, 80.0, promoter=0.0) == 0.0
    assert assay(model, 7.9) == 0.0
    assert assay(model, 0.8) == 0.0
    assert assay(model, 9.0) > 0.0
    assert assay(model, 80.0, answer=normal_or_tumour(3.0)) > 0.0
    assert assay(model, 80.0, answer=normal_or_tumour(1.0)) == 0.0


def test_promoter_setting_follows_the_two_stage_assay(monkeypatch):
    """Stefanius 2019: no foci without promoter, none below 8 ng/mL, none from vesicles of normal cells."""
    model = compose(ORGANS, {"tota_direct": True})
    two_stage_assay(model)

    class NoPromoter(TOTaDirect):
        def channels(self, xp, q, p):
            return {"tota_direct": p.transformation * q.initiated}

    class NoThreshold(TOTaDirect):
        def gate(self, xp, q, p):
            return 1.0

    refuted(two_stage_assay, swapped(model, NoPromoter))
    refuted(two_stage_assay, swapped(model, NoThreshold))
    monkeypatch.setattr("metastasome.matchmaking.proteins.excess_factor", lambda ratio: 1.0)
    refuted(two_stage_assay, model)


# withdrawal


def own_rates(model: Model) -> None:
    """With no vesicles every trained state falls at its own rate, and an established clone goes on growing."""
    p = {name: x.default for name, x in model.parameters.items()}
    decay = {
        "leakiness": p["niche_training.leak_decay"], "matrix": p["niche_training.matrix_decay"],
        "marrow_cells": p["niche_training.marrow_decay"], "suppression": p["niche_training.suppression_decay"],
        "bonus": p["growth_bonus.decay"], "driven": p["oncogene_transfer.turnover"],
        "initiated_msc": p["tota_direct.reversion"],
    }  # fmt: skip
    still = with_(values(model), lever_release=0.0)
    state = trained(model, bonus=0.4, driven=0.3, initiated_msc=0.01)
    found = evaluate(model, still, state)
    for name, rate in decay.items():
        np.testing.assert_allclose(found.rates[name], -rate * state[name], rtol=1e-12, err_msg=name)
    gone = evaluate(model, still, start(model, **GROWN)).derived
    np.testing.assert_allclose(gone["birth"] - gone["death"], p["lesion_growth.net_growth"], rtol=1e-9)


def test_withdrawal_reverts_the_bonus_at_its_own_rate():
    """... and the niche, transferred protein and initiated cells at theirs, but no established clone."""
    model = compose(ORGANS, {"growth_bonus": True, "oncogene_transfer": True, "tota_direct": True})
    own_rates(model)

    class BonusForGood(GrowthBonus):
        def rates(self, xp, q, p):
            return {"bonus": p.build * q.stimulus_bonus * (1 - q.bonus)}

    class ClonesThatRevert(LesionGrowth):
        reads = ("bonus",)

        def derive(self, xp, q, p):
            made = super().derive(xp, q, p)
            return {**made, "birth": made["birth"] * (0.9 + q.bonus)}

    refuted(own_rates, swapped(model, BonusForGood))
    refuted(own_rates, swapped(model, ClonesThatRevert))


# matchmaker


def rna_and_integrins(model: Model) -> None:
    """Lung against liver: a swap of RNA moves the niche at equal doses, a swap of integrins moves the doses."""
    seen = {}
    for rna in ("lung", "liver"):
        for integrins in ("lung", "liver"):
            given = values(model, answer=response(organ=rna), law=uptake(**{integrins: 2.0}))
            seen[rna, integrins] = evaluate(model, given, start(model, **GROWN))
    lung, liver = ORGANS.index("lung"), ORGANS.index("liver")

    def dose(e: Any) -> Any:
        return e.derived["dose_stroma"]

    base, by_rna, by_integrin = seen["lung", "lung"], seen["liver", "lung"], seen["lung", "liver"]
    np.testing.assert_array_equal(dose(base), dose(by_rna))
    assert dose(base)[lung] > dose(by_integrin)[lung]
    assert dose(base)[liver] < dose(by_integrin)[liver]
    for moved, place in ((base, lung), (by_rna, liver), (by_integrin, lung)):
        assert np.argmax(moved.rates["matrix"]) == place
        assert np.delete(moved.rates["matrix"], place).max() == 0.0
    assert base.rates["matrix"][lung] > by_integrin.rates["matrix"][lung] > 0


def test_rna_and_integrins_shift_tropism_separately():
    model = compose(ORGANS)
    rna_and_integrins(model)

    class DeafNiche(NicheTraining):
        def derive(self, xp, q, p):
            return {k: 0.1 + 0 * v for k, v in super().derive(xp, q, p).items()}

    class BlindUptake(EVUptake):
        def derive(self, xp, q, p):
            made = super().derive(xp, q, p)
            return {k: v if k == "plasma_ev" else 0 * v + np.mean(v) for k, v in made.items()}

    refuted(rna_and_integrins, swapped(model, DeafNiche))
    refuted(rna_and_integrins, swapped(model, BlindUptake))


def rna_only(model: Model, *, both: bool = False) -> None:
    """Without RNA the number of vesicles and what their proteins do stay; RNA's effects go."""
    rna, protein = response(0.5), response(0.0)
    protein = dataclasses.replace(protein, protein_top=rna.rna_top)
    for answer, stays in ((rna, False), (protein, True)):
        given = values(model, answer=answer)
        levers = {"lever_rna": 0.0, "lever_protein": 0.0} if both else {"lever_rna": 0.0}
        full, without = (evaluate(model, g, start(model, **GROWN)) for g in (given, with_(given, **levers)))
        for name in ("release", "plasma_ev", *(f"dose_{c}" for c in CELLS)):
            np.testing.assert_array_equal(full.derived[name], without.derived[name])
        stimulus = without.derived["stimulus_matrix"]
        np.testing.assert_array_equal(stimulus, full.derived["stimulus_matrix"] if stays else 0.0)


def test_removing_rna_at_equal_number_removes_rna_effects_only():
    model = compose(ORGANS)
    rna_only(model)
    refuted(rna_only, model, both=True)


def test_stockrooms_make_the_same_vesicles_differ():
    model = compose(ORGANS)

    def differ(answer: Any) -> None:
        rate = evaluate(model, values(model, answer=answer), start(model, **GROWN)).rates["matrix"]
        dose = evaluate(model, values(model, answer=answer), start(model, **GROWN)).derived["dose_stroma"]
        gained = rate / dose
        assert gained[ORGANS.index("bone")] > 10 * np.delete(gained, ORGANS.index("bone")).max()

    differ(response(organ="bone"))
    refuted(differ, response())
