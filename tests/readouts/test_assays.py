"""Assays alone: expected signal, noise, limits, thresholds, and the published figures they must meet."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.core.errors import InputError
from metastasome.core.parameters import ASSUMPTION, parameters_of
from metastasome.readouts.assay import LEVELS, Assay
from metastasome.readouts.blank import healthy_values
from metastasome.readouts.catalogue import make_assay, makers
from metastasome.readouts.cells import CirculatingCells
from metastasome.readouts.ctdna import CirculatingDNA, informed, minus_log10_p, screening
from metastasome.readouts.elisa import Elisa, caveolin
from metastasome.readouts.imaging import Imaging, ball_cells, ball_diameter
from metastasome.readouts.noise import gamma, largest_poisson, negative_binomial, normal, poisson, uniforms
from metastasome.readouts.particles import MarkedVesicles, ParticleTracking, published

N = 40_000
BLOOD = [a for a in makers() if a != "imaging"]


def _read(assay: Assay, level: float, n: int = N, seed: int = 1) -> np.ndarray:
    """One draw each of `n` people with the same level."""
    person = uniforms(seed, "test/person", n, assay.person_numbers)[:, None, :]
    draw = uniforms(seed, "test/draw", n, assay.draw_numbers)[:, None, :]
    return assay.measure({assay.reads: np.full((n, 1), level)}, person, draw)[:, 0]


# noise


def test_a_persons_numbers_do_not_depend_on_how_many_there_are():
    np.testing.assert_array_equal(uniforms(3, "x", 5, 4, 2), uniforms(3, "x", 500, 4, 2)[:5])
    assert (uniforms(3, "x", 5, 4, 2) != uniforms(3, "x", 5, 4, 3)).all()


@pytest.mark.parametrize("mean", [0.05, 0.9, 7.3, 400.0, 5e6])
def test_poisson_counts_have_the_law(mean: float):
    """n = 40,000, seed 1: mean and variance within 5 standard errors (alpha about 1e-6 each)."""
    k = poisson(uniforms(1, "poisson", N, 1)[:, 0], mean)
    assert abs(k.mean() - mean) < 5 * np.sqrt(mean / N)
    assert abs(k.var() / mean - 1) < 5 * np.sqrt((2 + 1 / mean) / N)
    np.testing.assert_allclose((k == 0).mean(), np.exp(-mean), atol=5 * np.sqrt(np.exp(-mean) / N) + 1e-12)


def test_poisson_is_the_smallest_count_whose_distribution_reaches_u():
    from scipy.stats import poisson as reference

    u = uniforms(2, "poisson", 2000, 1)[:, 0]
    for mean in (0.3, 4.0, 60.0, 12_000.0):
        np.testing.assert_allclose(poisson(u, mean), reference.ppf(u, mean), atol=1.0 if mean > 1e4 else 0.0)


def test_largest_of_many_counts_and_its_sabotage_twin():
    u = uniforms(4, "largest", N // 4, 1)[:, 0]
    one_by_one = poisson(uniforms(5, "each", N // 4, 20), 0.4).max(axis=1)
    found = largest_poisson(u, 0.4, 20)
    assert abs(found.mean() - one_by_one.mean()) < 5 * one_by_one.std() * np.sqrt(5 / N)
    assert abs(largest_poisson(u, 0.4, 10).mean() - one_by_one.mean()) > 5 * one_by_one.std() * np.sqrt(5 / N)
    assert (largest_poisson(u, 0.4, 0) == 0).all()


def test_gamma_and_negative_binomial_moments():
    u = uniforms(6, "nb", N, 2)
    g = gamma(u[:, 0], 2.0, 3.0)
    assert g.mean() == pytest.approx(6.0, rel=0.02)
    assert g.var() == pytest.approx(18.0, rel=0.06)
    c = negative_binomial(u[:, 0], u[:, 1], np.full(N, 30.0), 0.1)
    assert c.mean() == pytest.approx(30.0, rel=0.02)
    assert c.var() == pytest.approx(30 + 0.1 * 900, rel=0.06)
    assert negative_binomial(u[:, 0], u[:, 1], np.full(N, 30.0), 0.0).var() == pytest.approx(30, rel=0.06)


# every assay


@pytest.mark.parametrize("name", list(makers()))
def test_every_assay_has_a_limit_sources_and_a_meaning_of_false_alarms(name: str):
    assay = make_assay(name)
    assert assay.lod > 0
    assert np.isfinite(assay.threshold)
    assert assay.reads in LEVELS
    assert assay.false_positive
    for p in parameters_of(assay):
        assert p.source == ASSUMPTION or p.source.startswith(("doi:", "http"))
        assert p.low <= p.default <= p.high
        assert p.meaning
    assert {row["parameter"] for row in assay.describe()} == {p.name for p in parameters_of(assay)}


@pytest.mark.parametrize("name", BLOOD)
def test_more_tumour_is_reported_as_more(name: str):
    assay = make_assay(name)
    scale = {"deaths": 1e9, "ctc": 5.0}.get(assay.reads, 1e10)
    few, many = _read(assay, 0.0, 4000), _read(assay, scale, 4000)
    assert np.median(many) > np.median(few)
    assert assay.positive(many).mean() > 2 * assay.positive(few).mean()


@pytest.mark.parametrize("name", [a for a in BLOOD if a not in ("ctdna", "cancerseek", "cappseq", "ctc")])
def test_the_threshold_keeps_the_wanted_specificity(name: str):
    """n = 40,000 other healthy people: 5% positive within 5 standard errors (0.55%); fewer where the limit decides."""
    assay = make_assay(name)
    called = assay.positive(_read(assay, 0.0)).mean()
    assert called < 0.0555
    assert called > 0.0445 or assay.threshold == assay.lod


def test_without_a_limit_of_detection_an_assay_is_refused_in_one_line():
    for make in (
        lambda: MarkedVesicles(limit=None),
        lambda: make_assay("elisa:limit=none"),
        lambda: Imaging(limit=0.0),
    ):
        with pytest.raises(InputError, match="has no limit of detection") as error:
            make()
        assert "\n" not in str(error.value)


def test_words_that_name_no_assay_are_refused():
    with pytest.raises(InputError, match="did you mean 'elisa'"):
        make_assay("elsia")
    with pytest.raises(InputError, match="no such parameter"):
        make_assay("elisa:lmit=3")
    with pytest.raises(InputError, match="outside its range"):
        make_assay("ctdna:efficiency=2")
    with pytest.raises(InputError, match="not a number"):
        make_assay("ctdna:efficiency=half")
    with pytest.raises(InputError, match="not a setting"):
        make_assay("ctdna:efficiency")
    with pytest.raises(InputError, match="no published limit"):
        published("nanocub2")
    assert make_assay("ctdna:efficiency=0.7").efficiency == 0.7


# circulating DNA


def test_ctdna_per_ml_is_the_published_one():
    """Avanzini 2020: 0.21 haploid genome equivalents per mL plasma and 1.7 in 15 mL of blood at 1 cm3."""
    assay = CirculatingDNA()
    deaths = np.array(1e9 * 0.136)
    assert assay.per_ml(deaths) == pytest.approx(0.21, abs=0.005)
    assert assay.in_blood(deaths) * 15 / 5000 == pytest.approx(1.7, abs=0.03)


def test_chance_of_detection_is_the_published_programs():
    """One mutation, specificity 99%: 17.6, 33.6, 56.0, 90.7% at 1.0, 1.24, 1.5, 2.0 cm.

    Printed by the authors' own program (github.com/reiterlab/ctdna, example.ipynb). n = 40,000, seed 1: within 4
    standard errors (0.25%) plus 0.2% for the grid of plasma DNA.
    """
    assay = CirculatingDNA(mutations=1, panel=1, false_rate=0.01)
    for cells, published_share in zip(
        (ball_cells(1.0), 1e9, ball_cells(1.5), ball_cells(2.0)), (0.176, 0.336, 0.560, 0.907), strict=True
    ):
        found = assay.positive(_read(assay, float(cells) * 0.136)).mean()
        assert found == pytest.approx(published_share, abs=0.012)


def test_a_wrong_shedding_rate_would_not_pass_that_test():
    assay = CirculatingDNA(mutations=1, panel=1, false_rate=0.01, shed=2.1e-4)
    assert abs(assay.positive(_read(assay, 1e9 * 0.136)).mean() - 0.336) > 0.05


@pytest.mark.parametrize("assay", [screening(), screening(bases=3e5, mutations=10), informed()])
def test_healthy_draws_are_called_no_more_than_wanted(assay: CirculatingDNA):
    rate = assay.positive(_read(assay, 0.0)).mean()
    assert rate <= assay.false_rate + 4 * np.sqrt(assay.false_rate / N)
    assert rate > 0.5 * assay.false_rate


def test_the_limit_of_detection_is_found_in_95_percent():
    assay = informed()
    deaths = assay.lod * assay.blood * assay.plasma_share * assay.per_day / assay.shed
    median = 0.5
    u = uniforms(7, "lod", N, 3)[:, None, :].copy()
    u[..., 0] = median
    found = assay.positive(assay.measure({"deaths": np.full((N, 1), deaths)}, u, u)).mean()
    assert found == pytest.approx(0.95, abs=0.01)


def test_p_values_agree_with_scipy_and_far_tails_stay_ordered():
    from scipy.stats import poisson as reference

    k = np.array([0.0, 1.0, 5.0, 30.0])
    np.testing.assert_allclose(minus_log10_p(k, np.full(4, 0.7)), -reference.logsf(k - 1, 0.7) / np.log(10), rtol=1e-9)
    far = minus_log10_p(np.array([300.0, 500.0, 5000.0]), np.full(3, 0.01))
    assert (np.diff(far) > 0).all()


def test_allele_fraction_is_mutant_over_all():
    assay = CirculatingDNA()
    u = uniforms(8, "maf", N, 2)
    fraction = assay.allele_fraction(np.full(N, 1e12), u[:, 0], u[:, 1])
    assert ((fraction >= 0) & (fraction < 1)).all()
    assert fraction.mean() > 0.01


# ELISA


@settings(deadline=None, max_examples=25)
@given(st.floats(30.0, 8000.0))
def test_a_clean_elisa_reads_its_level_back(level: float):
    assay = Elisa(hook=1e12)
    assert assay.back(assay.density(np.array(level))) == pytest.approx(level, rel=1e-9)


def test_the_hook_hides_very_high_levels():
    assay = Elisa()
    x = np.array([1e4, 1e7])
    read = assay.back(assay.density(x))
    assert read[1] < read[0]
    assert Elisa(hook=1e12).back(Elisa(hook=1e12).density(x))[1] >= read[0]


def test_wells_average_out_and_below_the_limit_nothing_is_reported():
    noise = uniforms(9, "wells", N, 2)
    one, eight = (dataclasses.replace(Elisa(), replicates=k).well_mean(np.full(N, 500.0), *noise.T) for k in (1.0, 8.0))
    assert one.std() / eight.std() == pytest.approx(np.sqrt(8), rel=0.1)
    assert (Elisa().well_mean(np.full(N, 2.0), *noise.T) == 0).mean() > 0.8


def test_a_wound_raises_caveolin_and_fades():
    assay = caveolin()
    levels = {"tumour_ev": np.zeros(3), "since_surgery": np.array([-5.0, 7.0, 200.0])}
    before, week, late = assay.true(levels)
    assert week / before == pytest.approx(1 + 1.7 * 0.5**0.5)
    assert late == pytest.approx(before, rel=1e-3)


# imaging, cells, particles


def test_imaging_sees_half_of_the_lesions_at_its_limit_and_brain_lesions_earlier():
    scan = Imaging(organs=("lung", "brain"), false_rate=0.0)
    size = np.zeros((N, 1, 2))
    size[..., 0] = ball_cells(0.494)
    draw = uniforms(10, "scan", N, 2)[:, None, :]
    assert scan.positive(scan.measure({"largest": size}, draw, draw)).mean() == pytest.approx(0.5, abs=0.015)
    in_brain = scan.measure({"largest": size[..., ::-1]}, draw, draw)
    assert scan.positive(in_brain).mean() > 0.9
    assert ball_diameter(ball_cells(0.7)) == pytest.approx(0.7)


def test_false_findings_of_imaging_come_at_their_rate():
    scan = Imaging(false_rate=0.1)
    draw = uniforms(11, "scan", N, 2)[:, None, :]
    assert scan.positive(scan.measure({"largest": np.zeros((N, 1, 1))}, draw, draw)).mean() == pytest.approx(
        0.1, abs=0.01
    )


def test_ctc_counts_scatter_more_than_poisson():
    count = _read(CirculatingCells(), 1.0)
    assert count.mean() == pytest.approx(0.1 + 6.0, rel=0.05)
    assert count.var() > 3 * count.mean()
    assert _read(CirculatingCells(swing=0.0), 1.0).var() == pytest.approx(6.1, rel=0.05)


def test_a_thousandth_more_vesicles_is_lost_in_tracking_but_not_to_marks():
    total, marked = ParticleTracking(), MarkedVesicles()
    assert total.positive(_read(total, 1e7)).mean() < 0.06
    assert marked.positive(_read(marked, 1e7)).mean() > 0.99


def test_healthy_values_are_the_same_each_time():
    np.testing.assert_array_equal(healthy_values(Elisa(), 50), healthy_values(Elisa(), 80)[:50])
    assert abs(float(np.mean(normal(uniforms(1, "n", N, 1))))) < 0.02
