"""Deconvolution: mixtures of known shares, calibration where it is due, donors permuted, and refusals."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import metastasome as ms
from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.readouts.catalogue import make_assay
from metastasome.readouts.deconvolution import deconvolve, embedded, read_signatures, tissue_panel
from metastasome.readouts.deconvolution.dirichlet import _objective, draws, mode
from metastasome.readouts.deconvolution.groups import benjamini_hochberg, compare, least_seen, split_controls
from metastasome.readouts.deconvolution.least_squares import nnls, nu_svr, plain_nnls
from metastasome.readouts.deconvolution.mixtures import mixed, random_shares, spiked
from metastasome.readouts.deconvolution.profile import read_profiles

KNOWN = embedded()
MATRIX = KNOWN.on(KNOWN.mirnas)


def _mixture(i: int, *, reads: float = 1e6, among: int | None = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = stream(i, "test/mixture")
    shares = random_shares(KNOWN.sources, among=among, rng=rng)
    parts = {s: KNOWN.shares[:, KNOWN.sources.index(s)] for s in shares}
    return np.array([shares.get(s, 0.0) for s in KNOWN.sources]), mixed(parts, shares, reads=reads, rng=rng)


def _library(i: int, extra: dict[str, float] | None = None) -> dict[str, float]:
    """A donor: a fixed blend, each miRNA off by a tenth, and maybe shares of sources on top."""
    rng = stream(i, "test/donor")
    base = KNOWN.shares @ np.array([0.5 if s in ("red_cell", "lymphoid") else 0.0 for s in KNOWN.sources])
    base = base * np.exp(0.1 * rng.standard_normal(len(base)))
    base /= base.sum()
    for source, share in (extra or {}).items():
        base = (1 - share) * base + share * KNOWN.shares[:, KNOWN.sources.index(source)]
    return dict(zip(KNOWN.mirnas, map(float, rng.multinomial(400_000, base / base.sum())), strict=True))


def _file(folder: Path, cases: int, controls: int, extra: dict[str, float] | None = None) -> Path:
    donors = {f"T{i}": _library(i, extra) for i in range(cases)} | {f"N{i}": _library(100 + i) for i in range(controls)}
    lines = ["mirna," + ",".join(donors)]
    lines += [f"{m}," + ",".join(f"{d[m]:g}" for d in donors.values()) for m in KNOWN.mirnas]
    path = folder / "plasma.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# signatures


def test_embedded_signatures_are_small_sourced_and_look_right():
    folder = Path(ms.__file__).parent / "readouts" / "deconvolution"
    assert (folder / "signatures.tsv.gz").stat().st_size < 150_000
    top = {s: KNOWN.mirnas[int(np.argmax(KNOWN.shares[:, k]))] for k, s in enumerate(KNOWN.sources)}
    assert top["liver"] == "hsa-miR-122-5p"
    assert top["red_cell"] == "hsa-miR-451a"
    assert top["platelet"] == "hsa-miR-223-3p"
    assert dict(zip(KNOWN.sources, KNOWN.donors, strict=True))["prostate"] == 1
    np.testing.assert_allclose(KNOWN.shares.sum(axis=0), 1.0)
    np.testing.assert_allclose(MATRIX.sum(axis=0), 1.0)
    assert (MATRIX > 0).all() or (MATRIX.sum(axis=1) > 0).all()


@pytest.mark.shared
def test_embedded_signatures_are_the_public_files(shared_data: Path):
    from metastasome.core.files import sha256
    from metastasome.readouts.deconvolution.signatures import record

    for name, digest in record()["sources"].items():
        assert sha256(shared_data / name) == digest


def test_signatures_from_a_file_and_what_is_refused(tmp_path: Path):
    path = tmp_path / "s.csv"
    path.write_text("mirna,a,b\nhsa-miR-122-5p,9,1\nhsa-miR-21-5p,1,9\n", encoding="utf-8")
    made = read_signatures(path)
    np.testing.assert_allclose(made.shares, [[0.9, 0.1], [0.1, 0.9]])
    found = deconvolve({"hsa-miR-122-5p": 500.0, "hsa-miR-21-5p": 500.0}, signatures=path)
    np.testing.assert_allclose(found.shares, [[0.5, 0.5]], atol=0.02)
    path.write_text("mirna,a,b\nhsa-miR-122-5p,0,1\nhsa-miR-21-5p,0,9\n", encoding="utf-8")
    with pytest.raises(InputError, match="all levels of a signature are zero"):
        read_signatures(path)
    path.write_text("mirna,a,b\nhsa-miR-122-5p,-1,1\nhsa-miR-21-5p,0,9\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"row 2.*negative"):
        read_signatures(path)
    with pytest.raises(InputError, match="did you mean 'liver'"):
        KNOWN.only(["livr"])


# methods


@pytest.mark.parametrize("method", [lambda m, y: mode(m, y).shares, nnls, plain_nnls])
def test_mixtures_of_the_signatures_are_taken_apart(method):
    """20 mixtures of 3 sources, 1e6 reads: mean absolute error under one point; equal shares miss by ten."""
    errors, guess = [], []
    for i in range(20):
        true, reads = _mixture(i)
        errors.append(np.abs(method(MATRIX, reads) - true).mean())
        guess.append(np.abs(1 / len(true) - true).mean())
    assert np.mean(errors) < 0.01
    assert np.mean(guess) > 0.05


def test_nu_svr_takes_a_mixture_apart():
    pytest.importorskip("sklearn")
    known = KNOWN.only(["liver", "brain", "red_cell", "skeletal_muscle"])
    matrix = known.on(known.mirnas)
    true = np.array([0.5, 0.3, 0.2, 0.0])
    found = nu_svr(matrix, stream(1, "svr").multinomial(1_000_000, matrix @ true).astype(float))
    assert found.sum() == pytest.approx(1.0)
    assert np.abs(found - true).mean() < 0.1


def test_the_gradient_of_the_likelihood_is_exact():
    from scipy.optimize import check_grad

    _, reads = _mixture(2, reads=3000)
    x = np.append(stream(1, "x").standard_normal(len(KNOWN.sources)), 5.0)
    off = check_grad(lambda v: _objective(v, MATRIX, reads)[0], lambda v: _objective(v, MATRIX, reads)[1], x)
    size = np.linalg.norm(_objective(x, MATRIX, reads)[1])
    assert off < 1e-3 * size


def test_intervals_hold_their_share_of_the_model_they_assume():
    """24 profiles of the model itself (all 18 sources, kappa 3,000), 432 shares: 90% intervals, no inflation.

    Held between 85 and 96% (0.9 +- 3.5 standard errors); intervals a third as wide hold under 60%.
    """
    held, narrow = [], []
    for i in range(24):
        rng = stream(i, "test/calibration")
        true = rng.dirichlet(np.ones(len(KNOWN.sources)))
        p = rng.dirichlet(np.maximum(3000 * (MATRIX @ true), 1e-6))
        at = mode(MATRIX, rng.multinomial(200_000, p).astype(float))
        low, high = np.quantile(draws(at, rng, inflation=1.0), [0.05, 0.95], axis=0)
        held.append((true >= low) & (true <= high))
        middle, half = (low + high) / 2, (high - low) / 6
        narrow.append(np.abs(true - middle) <= half)
    assert 0.85 < np.mean(held) < 0.96
    assert np.mean(narrow) < 0.6


def test_draws_stay_on_the_simplex_and_widen_with_inflation():
    _, reads = _mixture(3, among=None)
    at = mode(MATRIX, reads)
    few, many = (draws(at, stream(1, "d"), inflation=x) for x in (1.0, 100.0))
    np.testing.assert_allclose(few.sum(axis=1), 1.0, atol=1e-9)
    assert (few >= 0).all()
    assert many.std(axis=0).mean() > 2 * few.std(axis=0).mean()


def test_nuts_agrees_with_the_quadratic_draws():
    pytest.importorskip("numpyro")
    from metastasome.readouts.deconvolution import nuts

    known = KNOWN.only(["liver", "brain", "red_cell", "skeletal_muscle"])
    abundant = np.argsort(-known.shares.max(axis=1))[:80]
    matrix = known.on(tuple(known.mirnas[i] for i in abundant))
    rng = stream(1, "nuts")
    reads = rng.multinomial(20_000, rng.dirichlet(3000 * (matrix @ [0.4, 0.3, 0.25, 0.05]))).astype(float)
    exact = nuts.draws(matrix, reads, seed=1, inflation=10.0, warmup=100, n=200)
    quick = draws(mode(matrix, reads), stream(1, "quick"), inflation=10.0)
    sd = exact.std(axis=0)
    assert (np.abs(exact.mean(axis=0) - quick.mean(axis=0)) < 0.5 * sd + 0.005).all()
    np.testing.assert_allclose(quick.std(axis=0), sd, rtol=0.5, atol=0.003)


def test_a_missing_tissue_is_told_by_the_misfit():
    shares = {"liver": 0.5, "red_cell": 0.5}
    parts = {s: KNOWN.shares[:, KNOWN.sources.index(s)] for s in shares}
    reads = mixed(parts, shares, reads=1e6, rng=stream(1, "missing"))
    profile = dict(zip(KNOWN.mirnas, reads, strict=True))
    whole, lacking = deconvolve(profile), deconvolve(profile, signatures=KNOWN.without("liver"))
    assert whole.misfit[0] < 0.05
    assert lacking.misfit[0] > 5 * whole.misfit[0]


@settings(deadline=None, max_examples=15)
@given(st.floats(0.05, 0.95), st.integers(1_000, 2_000_000))
def test_shares_do_not_depend_on_the_scale_of_the_counts_or_their_order(share: float, reads: int):
    parts = {"liver": KNOWN.shares[:, 1], "brain": KNOWN.shares[:, 0]}
    y = mixed(parts, {"liver": share, "brain": 1 - share}, reads=reads, rng=stream(reads, "scale"))
    first = nnls(MATRIX, y)
    np.testing.assert_allclose(nnls(MATRIX, 7 * y), first, atol=1e-9)
    order = stream(1, "order").permutation(len(y))
    np.testing.assert_allclose(nnls(MATRIX[order], y[order]), first, atol=1e-6)


# cases against controls


def test_a_spiked_tissue_is_found_in_cases_and_only_there(tmp_path: Path):
    found = deconvolve(_file(tmp_path, 8, 14, {"liver": 0.05}), case="T", control="N", permutations=1999)
    assert found.groups is not None
    table = found.groups.set_index("source")
    assert table.loc["liver", "fdr"] < 0.05
    assert table.loc["liver", "difference"] == pytest.approx(0.05, abs=0.015)
    assert set(table.index[table["fdr"] < 0.05]) <= {"liver", "background"}
    assert "liver +" in found.summary()[0]
    assert found.limits is not None
    assert found.limits.set_index("source").loc["liver", "least_share_seen"] <= 0.05
    assert len(found.to_frame()) == (8 + 7) * (len(KNOWN.sources) + 1)


def test_without_a_difference_none_is_found(tmp_path: Path):
    """The sabotage twin of the test above: the same donors without the spike."""
    found = deconvolve(_file(tmp_path, 8, 14), case="T", control="N", permutations=999, method="nnls")
    assert found.groups is not None
    assert "No source's share differs" in found.summary()[0]
    assert np.isnan(found.low).all()


def test_permutation_p_values_are_uniform_without_a_difference():
    """200 null tables of 20 donors: share of p below 0.1 within 0.1 +- 4 standard errors (0.085)."""
    labels = ("case",) * 10 + ("control",) * 10
    p = [
        float(compare(stream(i, "null").random((20, 1)), labels, ("x",), seed=i, permutations=199)["p"].iloc[0])
        for i in range(200)
    ]
    assert abs(np.mean(np.array(p) <= 0.1) - 0.1) < 0.085
    shifted = stream(1, "null").random((20, 1)) + np.array([[0.8]] * 10 + [[0.0]] * 10)
    assert compare(shifted, labels, ("x",), seed=1, permutations=199)["p"].iloc[0] <= 0.01


def test_false_discovery_rates_are_the_textbook_ones():
    np.testing.assert_allclose(benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5])), [0.04, 0.16 / 3, 0.16 / 3, 0.5])


def test_controls_are_split_by_key_and_never_used_twice(tmp_path: Path):
    profiles = read_profiles(_file(tmp_path, 2, 9), KNOWN, case="T", control="N")
    base, tested = split_controls(profiles, seed=3)
    assert not set(base) & set(tested)
    assert len(base) + len(tested) == 9
    np.testing.assert_array_equal(split_controls(profiles, seed=3)[0], base)
    small = dataclasses.replace(profiles.rows(np.arange(6)))
    with pytest.raises(InputError, match="too few controls"):
        split_controls(small, seed=1)


def test_a_spike_replaces_reads():
    y = spiked(np.array([100.0, 0.0]), np.array([0.0, 1.0]), 0.3, rng=stream(1, "spike"))
    assert y.sum() == 100
    assert 10 < y[1] < 60
    assert least_seen.__doc__


# refusals


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ({"hsa-miR-21-5p": 0.0, "hsa-miR-122-5p": 0.0}, "zero"),
        ({"geneA": 5.0, "geneB": 1.0}, "no name in it is a known human miRNA"),
        ({"hsa-miR-21-5p": -1.0}, "negative"),
        ({}, "empty"),
        ({"hsa-miR-21-5p": 1.0, "hsa-miR-9999-5p": 99.0}, "too little"),
    ],
)
def test_profiles_that_make_no_sense_are_refused_in_one_line(profile, says):
    with pytest.raises(InputError, match=says) as error:
        deconvolve(profile)
    assert "\n" not in str(error.value)


def test_options_that_make_no_sense_are_refused():
    with pytest.raises(InputError, match="unknown method"):
        deconvolve({"hsa-miR-21-5p": 5.0}, method="svr")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="positive"):
        deconvolve({"hsa-miR-21-5p": 5.0}, inflation=0.0)


# panel and files


def test_a_tissue_panel_estimates_its_share_without_bias():
    panel = tissue_panel("liver")
    assert "hsa-miR-122-5p" in panel.mirnas
    from metastasome.readouts.noise import uniforms

    person = uniforms(1, "p", 3000, 1)[:, None, :]
    draw = uniforms(1, "d", 3000, panel.draw_numbers)[:, None, :]
    usual = dataclasses.replace(panel, between=0.0)
    level = np.full((3000, 1), panel.background * 0.02 / 0.98)
    found = usual.measure({"tumour_ev": level}, person, draw)
    assert found.mean() == pytest.approx(0.02, rel=0.1)
    blank = usual.measure({"tumour_ev": 0 * level}, person, draw)
    assert blank.std() == pytest.approx(panel.blank_sd, rel=0.1)
    assert panel.lod == pytest.approx(3 * panel.blank_sd)
    assert make_assay("mirna_panel:depth=1e5").lod > make_assay("mirna_panel").lod


def test_results_are_written_whole(tmp_path: Path):
    found = ms.deconvolve(_file(tmp_path, 3, 8, {"brain": 0.1}), case="T", control="N", permutations=99, method="nnls")
    folder = found.save(tmp_path / "out")
    names = {p.name for p in folder.iterdir() if not p.name.startswith(".")}
    assert names == {"shares.csv", "groups.csv", "limits.csv", "notes.txt", "shares.png", "shares.svg"}
    with pytest.raises(InputError, match="exists"):
        found.save(tmp_path / "out")
    single = ms.deconvolve(_library(1))
    assert "Mean shares" in repr(single)
    single.plot()


@pytest.mark.shared
def test_the_colorectal_plasma_shows_no_tissue_beyond_the_background(shared_data: Path):
    rna = shared_data / "rna"
    found = deconvolve(
        rna / "ev_plasma_crc_pc_pan_healthy_mir_counts.csv.gz", samples=rna / "ev_plasma_sample_classes.csv",
        case="Colorectal Cancer", control="Healthy Control", method="nnls", permutations=499,
    )  # fmt: skip
    assert found.groups is not None
    assert found.groups.set_index("source").loc["background", "cases"] > 0.9
    assert not (found.groups["fdr"] < 0.05).any()
