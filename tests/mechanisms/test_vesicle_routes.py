"""How vesicles come to be and where they go: release, classes, lymph, fluid, DNA, escape; each with a wrong twin."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import pytest

from metastasome.core.organs import NAMES
from metastasome.mechanisms import Model
from metastasome.mechanisms.acidity import Acidity
from metastasome.mechanisms.apoptosis import Apoptosis
from metastasome.mechanisms.ev_release import EVRelease
from metastasome.mechanisms.ev_uptake import CELLS, EVUptake
from metastasome.mechanisms.genometastasis import Genometastasis
from metastasome.mechanisms.immune_escape import ImmuneEscape
from metastasome.mechanisms.oncogene_transfer import OncogeneTransfer
from metastasome.mechanisms.oxidative_stress import OxidativeStress
from metastasome.mechanisms.pleural_effusion import PleuralEffusion
from metastasome.mechanisms.provide import inputs

from .twins import refuted, swapped
from .world import ORGANS, compose, evaluate, integrate, response, start, values, with_

GROWN = {"log_volume": 4.0, "log_capacity": 4.2}
SMALL = {"log_volume": -6.9, "log_capacity": -4.4}


@functools.cache
def _laws() -> tuple[Any, dict[str, Any]]:
    from metastasome.body import human
    from metastasome.kinetics import uptake_law

    whose = human()
    return whose, {k: uptake_law(whose, vesicle=k) for k in ("small", "large", "apoptotic")}


def person(model: Model, *, answer: Any = None, primary: str = "breast") -> dict[str, Any]:
    """Return values of inputs and parameters in the human body, with its own uptake laws."""
    whose, laws = _laws()
    blank = answer or response(0.5)
    o = len(NAMES)
    wide = {
        f: np.broadcast_to(getattr(blank, f)[:1], (o, *getattr(blank, f).shape[1:]))
        for f in ("rna_top", "rna_half", "protein_top", "protein_half", "fit_error")
    }
    made = inputs(
        model, body=whose, uptake=laws["small"], response=dataclasses.replace(blank, organs=NAMES, **wide),
        primary=primary, classes={k: v for k, v in laws.items() if k != "small"},
    )  # fmt: skip
    return {**made, **{name: np.array([p.default]) for name, p in model.parameters.items()}}


# the primary


def births_less_deaths(model: Model, kill: float = 1.5) -> None:
    """Division less deaths per cell is the growth of ln volume, untouched and under killing."""
    for factor in (1.0, kill):
        found = evaluate(model, with_(values(model), lever_primary_death=factor), start(model, **GROWN))
        balance = model.parameters["apoptosis.division"].default - found.derived["primary_death"]
        np.testing.assert_allclose(found.rates["log_volume"], balance, rtol=1e-12)


def test_births_less_deaths_are_growth():
    model = compose(ORGANS)
    births_less_deaths(model)

    class KillsForNothing(Apoptosis):
        def derive(self, xp, q, p):
            return {**super().derive(xp, q, p), "primary_kill": 0 * q.primary_cells}

    refuted(births_less_deaths, swapped(model, KillsForNothing))


def test_killing_shrinks_the_primary_and_more_angiogenesis_blockade_slows_it():
    model = compose(ORGANS)
    rate = evaluate(model, with_(values(model), lever_primary_death=3.0), start(model, **GROWN)).rates
    assert rate["log_volume"] < 0
    free, blocked = (
        evaluate(model, with_(values(model), lever_angiogenesis=x), start(model, **SMALL)).rates["log_capacity"]
        for x in (1.0, 0.5)
    )
    assert 0 < blocked < free


def test_deaths_feed_blood_dna():
    """1 cm3 sheds what keeps some 0.2 genome equivalents per mL of plasma at a half-life of 30 minutes (ctdna_03)."""
    model = compose(ORGANS)
    one_ml = start(model, log_volume=0.0, log_capacity=0.5)
    dna = evaluate(model, values(model), one_ml).derived["dna_release"][0]
    per_ml = dna / (np.log(2) / (30 / 1440)) / 3000.0
    assert 0.05 < per_ml < 1.0
    with_lesions = {**values(model), "burden": np.full(len(ORGANS), 1e9)}
    assert evaluate(model, with_lesions, one_ml).derived["dna_release"][0] > 2 * dna


# release


def rises_with_crowding(model: Model) -> None:
    small, large = (evaluate(model, values(model), start(model, **at)).derived for at in (SMALL, GROWN))
    assert large["release_per_primary_cell"] > 1.2 * small["release_per_primary_cell"]
    np.testing.assert_array_equal(large["release_per_cell"], small["release_per_cell"])


@pytest.mark.parametrize("lever", ["hypoxia", "acidity"])
def test_release_rises_where_the_primary_outgrows_its_vessels(lever):
    model = compose(ORGANS, {lever: True})
    rises_with_crowding(model)
    refuted(rises_with_crowding, compose(ORGANS))
    name = {"hypoxia": "lever_hif", "acidity": "lever_acidity"}[lever]
    base = model.parameters["ev_release.rate"].default
    blocked = evaluate(model, with_(values(model), **{name: 0.0}), start(model, **GROWN)).derived
    assert blocked["release_per_primary_cell"] == pytest.approx(base, rel=1e-12)


def test_grown_tumours_have_the_measured_acidity():
    model = compose(ORGANS, {"acidity": True})
    for educated in (0.0, 1.0):
        ph = evaluate(model, values(model), start(model, **GROWN, acid_stroma=educated)).derived["ph_tumour"]
        assert 6.5 <= ph <= 6.9
    assert evaluate(model, values(model), start(model, **SMALL)).derived["ph_tumour"] > 7.2


def loop(model: Model) -> None:
    """More vesicles acidify the stroma more; acid stroma releases more."""
    acid, calm = (
        evaluate(model, values(model), start(model, **GROWN, acid_stroma=x)).derived["release"] for x in (1.0, 0.0)
    )
    assert acid > calm
    many, few = (
        evaluate(model, with_(values(model), lever_release=x), start(model, **GROWN)).rates["acid_stroma"]
        for x in (1.0, 0.2)
    )
    assert many > few > 0


def test_acid_and_release_drive_each_other():
    model = compose(ORGANS, {"acidity": True})
    loop(model)

    class OpenLoop(Acidity):
        def derive(self, xp, q, p):
            return {"ph_tumour": p.ph_normal - p.drop_tumour + 0 * q.acid_stroma}

    refuted(loop, swapped(model, OpenLoop))


def test_stroma_acidifies_for_vesicles_with_more_ca9_than_normal_ones():
    """The loop's way in is an axis of matchmaking: none from vesicles like those of normal cells."""
    from metastasome.cargo import Cargo
    from metastasome.matchmaking import proteins

    model, blank, none = compose(ORGANS, {"acidity": True}), response(0.0), np.zeros(0)
    rates = []
    for level in (1.0, 3.0):
        carried = Cargo("vesicles", (), none, none, proteins={"CA9": level})
        mrna, column = np.full((1, 1), 100.0), np.zeros((len(ORGANS), len(blank.cells)), np.int64)
        top, _ = proteins.protein_top(carried, blank.cells, blank.programmes, ("ATP6V1B2",), mrna, column)
        answer = dataclasses.replace(blank, protein_top=top)
        rates.append(evaluate(model, values(model, answer=answer), start(model, **GROWN)).rates["acid_stroma"][0])
    assert rates[1] > rates[0] == 0.0


def exosomes_only(model: Model) -> None:
    """With Rab27 and nSMase2 gone what is left is at least the microvesicles, and they are as many as before."""
    full = evaluate(model, values(model), start(model, **GROWN)).derived
    for lever in ("lever_rab27", "lever_nsmase2"):
        cut = evaluate(model, with_(values(model), **{lever: 0.0}), start(model, **GROWN)).derived
        assert cut["release"] < full["release"]
        np.testing.assert_allclose(
            cut["release"] * cut["large_share"], full["release"] * full["large_share"], rtol=1e-12
        )


def test_rab27_and_nsmase2_act_on_exosomes_only():
    model = compose(ORGANS)
    exosomes_only(model)

    class AllClasses(EVRelease):
        def derive(self, xp, q, p):
            made = super().derive(xp, q, p)
            return {**made, "release": made["release"] * q.lever_rab27}

    refuted(exosomes_only, swapped(model, AllClasses))
    untouched = evaluate(model, values(model), start(model, **GROWN)).derived["release_per_cell"]
    assert untouched == model.parameters["ev_release.rate"].default


# ways


def shared_out(model: Model) -> None:
    """Classes add up to release and apoptotic bodies; each is taken up or lost, none twice."""
    given = person(model)
    found = evaluate(model, given, start(model, **GROWN)).derived
    small = found["plasma_ev"] * (given["clearance"].sum() + given["loss"])
    large = found["plasma_large"] * (given["large_clearance"].sum() + given["large_loss"])
    np.testing.assert_allclose(small + large, found["release"], rtol=1e-12)
    bodies = found["plasma_apoptotic"] * (given["apoptotic_clearance"].sum() + given["apoptotic_loss"])
    np.testing.assert_allclose(bodies, found["primary_deaths"], rtol=1e-12)


def test_classes_share_out_the_release():
    model = compose(NAMES, {"ev_classes": True})
    shared_out(model)

    class CountsTwice(EVUptake):
        reads_if_there = tuple(r for r in EVUptake.reads_if_there if r != "large_release")

        def derive(self, xp, q, p):
            clearance = q.clearance * (1 + q.leak_response * q.leakiness)
            plasma = q.release / (xp.sum(clearance) + q.loss)
            doses = {f"dose_{c}": plasma * clearance * getattr(q, f"per_cell_{c}") for c in CELLS}
            return {"plasma_ev": plasma, "exposure": plasma + 0 * clearance, **doses}

    refuted(shared_out, swapped(model, CountsTwice))


@pytest.mark.parametrize("effusion", [0.0, 5.0])
def test_all_ways_together_lose_no_vesicle(effusion):
    """Blood of both classes, sentinel nodes and effusion add up to release, at the most that lymph can take."""
    model = compose(NAMES, {"ev_classes": True, "lymph_spread": {"share": 1.0}, "pleural_effusion": True})
    given = person(model)
    given["burden"] = np.where(np.array(NAMES) == "pleura", 1e10, 1e8)
    found = evaluate(model, given, start(model, **GROWN, effusion=effusion)).derived
    small = found["plasma_ev"] * (given["clearance"].sum() + given["loss"])
    large = found["plasma_large"] * (given["large_clearance"].sum() + given["large_loss"])
    assert small > 0 and large > 0
    total = small + large + found["node_caught"] + found["pleura_kept"]
    np.testing.assert_allclose(total, found["release"], rtol=1e-12)


def test_large_vesicles_lodge_in_the_lung():
    model = compose(NAMES, {"ev_classes": True})
    given = person(model)
    lung = NAMES.index("lung")
    share = {k: given[f"{k}clearance"][lung] / given[f"{k}clearance"].sum() for k in ("", "large_", "apoptotic_")}
    assert share[""] < share["large_"] < share["apoptotic_"]


def sentinel_first(model: Model) -> None:
    given, off = person(model), person(compose(NAMES))
    found = evaluate(model, given, start(model, **GROWN)).derived
    plain = evaluate(compose(NAMES), off, start(compose(NAMES), **GROWN)).derived
    node = NAMES.index("lymph_node")
    assert found["dose_macrophage"][node] > 2 * plain["dose_macrophage"][node]
    elsewhere = np.arange(len(NAMES)) != node
    assert (found["dose_macrophage"][elsewhere] < plain["dose_macrophage"][elsewhere]).all()
    lost = found["plasma_ev"] * (given["clearance"].sum() + given["loss"])
    np.testing.assert_allclose(lost + found["node_caught"], found["release"], rtol=1e-12)


def test_lymph_reaches_the_sentinel_node_first():
    model = compose(NAMES, {"lymph_spread": True})
    sentinel_first(model)
    refuted(sentinel_first, compose(NAMES, {"lymph_spread": {"share": 0.0}}))


def keeps_its_vesicles(model: Model) -> None:
    given, pleura = person(model), NAMES.index("pleura")
    assert evaluate(model, given, start(model, **GROWN)).rates["effusion"] == 0.0
    given["burden"] = np.where(np.arange(len(NAMES)) == pleura, 1e10, 0.0)
    assert evaluate(model, given, start(model, **GROWN)).rates["effusion"] > 0
    wet, flat = (evaluate(model, given, start(model, **GROWN, effusion=x)).derived for x in (0.5, 0.0))
    assert wet["dose_macrophage"][pleura] > flat["dose_macrophage"][pleura]
    assert wet["plasma_ev"] < flat["plasma_ev"]
    drained = evaluate(model, with_(given, lever_effusion=0.0), start(model, **GROWN, effusion=0.5))
    assert drained.rates["effusion"] < 0


def test_effusion_forms_over_pleural_lesions_and_keeps_their_vesicles():
    model = compose(NAMES, {"pleural_effusion": True})
    keeps_its_vesicles(model)

    class Sieve(PleuralEffusion):
        def derive(self, xp, q, p):
            return {k: 0 * v for k, v in super().derive(xp, q, p).items()}

    refuted(keeps_its_vesicles, swapped(model, Sieve))


# what they carry


def needs_carrier(make: Any) -> None:
    """Free DNA goes with DNase, packed DNA with the vesicles; each setting by its own carrier only."""
    for carrier, gone in (("free", "lever_dnase"), ("vesicle", "lever_release")):
        model = make(carrier)
        given = values(model)
        assert evaluate(model, given, start(model, **GROWN)).intensity["genometastasis"].max() > 0
        cut = evaluate(model, with_(given, **{gone: 0.0}), start(model, **GROWN)).intensity["genometastasis"]
        assert cut.max() == 0.0
    kept = evaluate(make("vesicle"), with_(values(make("vesicle")), lever_dnase=0.0), start(model, **GROWN))
    assert kept.intensity["genometastasis"].max() > 0


def test_genometastasis_needs_dna_of_the_named_carrier():
    def right(carrier: str) -> Model:
        return compose(ORGANS, {"genometastasis": {"carrier": carrier}})

    class AnyCarrier(Genometastasis):
        def derive(self, xp, q, p):
            return {"dna_dose": q.dna_release * q.flow_share + q.dose_stroma * 0}

    needs_carrier(right)
    refuted(needs_carrier, lambda carrier: swapped(right(carrier), AnyCarrier))


def protein_and_fades(model: Model) -> None:
    state = start(model, **GROWN, driven=0.5)
    protein = dataclasses.replace(response(0.0), protein_top=response(0.5).rna_top)
    by_rna, by_protein = (
        evaluate(model, values(model, answer=a), start(model, **GROWN)).rates["driven"]
        for a in (response(0.5), protein)
    )
    assert by_rna.max() == 0.0
    assert by_protein.min() > 0.0
    still = with_(values(model, answer=protein), lever_release=0.0)
    later = integrate(model, still, 30.0, at=state)["driven"]
    assert later.max() < 1e-5, "transient: a month without vesicles leaves none"


def test_oncogene_transfer_needs_protein_and_fades():
    model = compose(ORGANS, {"oncogene_transfer": True, "niche_training": False})
    protein_and_fades(model)

    class ForGood(OncogeneTransfer):
        def rates(self, xp, q, p):
            return {"driven": p.build * q.stimulus_oncogene * (1 - q.driven)}

    refuted(protein_and_fades, swapped(model, ForGood))


def escape(model: Model) -> None:
    """Killing is held back while vesicles come, locally at once and everywhere through suppressor cells."""
    given = person(model)
    on = evaluate(model, given, start(model, **GROWN))
    off = evaluate(model, with_(given, lever_release=0.0), start(model, **GROWN))
    assert (on.derived["killing"] < off.derived["killing"]).all()
    assert off.derived["escape"].max() == 0.0
    assert on.rates["mdsc"] > 0
    assert evaluate(model, with_(given, lever_mdsc=0.0), start(model, **GROWN)).rates["mdsc"] == 0
    late = evaluate(model, with_(given, lever_release=0.0), start(model, **GROWN, mdsc=0.5))
    assert late.derived["escape"].min() > 0
    assert late.rates["mdsc"] < 0


def test_escape_comes_with_vesicles_and_goes_with_them():
    model = compose(NAMES, {"immune_escape": True, "immune_killing": True})
    escape(model)

    class Innate(ImmuneEscape):
        def derive(self, xp, q, p):
            made = super().derive(xp, q, p)
            return {**made, "escape": 0.5 + 0 * made["escape"]}

    refuted(escape, swapped(model, Innate))


def costs_and_helps(model: Model) -> None:
    calm = compose(ORGANS, {"tota_direct": {"setting": "alone"}})
    found = [evaluate(m, values(m), start(m, **GROWN)) for m in (calm, model)]
    assert (found[1].intensity["seeded"] <= found[0].intensity["seeded"]).all()
    assert found[1].intensity["seeded"].sum() < found[0].intensity["seeded"].sum()
    assert (found[1].rates["initiated_msc"] > found[0].rates["initiated_msc"]).all()


def test_oxidative_stress_costs_arrivals_and_helps_initiation():
    model = compose(ORGANS, {"tota_direct": {"setting": "alone"}, "oxidative_stress": True})
    costs_and_helps(model)

    class Shield(OxidativeStress):
        def modifiers(self, xp, q, p):
            return {k: 1 / v for k, v in super().modifiers(xp, q, p).items()}

    refuted(costs_and_helps, swapped(model, Shield))
