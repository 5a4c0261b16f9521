"""From counts to copies per vesicle: the scale, the shrinkage, and what may not become cargo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from metastasome.cargo import combine, documented, embedded, from_counts, read_mirna_counts
from metastasome.cargo.copies import log_sd
from metastasome.cargo.excess import Moments, difference, mixture, moments
from metastasome.core.errors import InputError
from metastasome.core.streams import stream

from .tables import MIRNAS, donors, write

RAISED = (1.0, 3.0, 1.0, 1.0, 0.4, 1.0)


def table(folder: Path, raised: tuple[float, ...] = RAISED, n: int = 12):
    counts, names = donors(3, n, n, raised)
    return read_mirna_counts(write(folder / "c.csv", counts, samples=names), case="case", control="ctrl")


def test_the_log_normal_has_the_mean_and_spread_of_the_figure() -> None:
    sigma = log_sd(0.00825, 0.02)
    draws = stream(1, "tests/lognormal").lognormal(np.log(0.00825) - sigma**2 / 2, sigma, 4_000_000)
    assert draws.mean() == pytest.approx(0.00825, rel=0.02)  # n 4e6: standard error of the mean 0.12%
    assert draws.std() == pytest.approx(0.02, rel=0.15)  # heavy tail


def test_the_average_abundant_mirna_carries_the_figure(tmp_path: Path) -> None:
    counts = table(tmp_path)
    alone = replace(counts, labels=tuple("case" for _ in counts.labels))
    made = from_counts(alone, copies_per_ev=0.5, abundant=3)
    assert np.sort(made.copies)[::-1][:3].mean() == pytest.approx(0.5)
    assert "No controls" in made.notes[-1]


def test_only_what_cases_carry_above_controls_is_cargo(tmp_path: Path) -> None:
    made = from_counts(table(tmp_path))
    copies = dict(zip(made.mirnas, made.copies, strict=True))
    assert max(copies, key=copies.__getitem__) == "hsa-miR-122-5p"
    assert copies["hsa-miR-92a-3p"] == 0
    assert (made.copies >= 0).all()
    assert made.samples is not None and made.samples.shape == (24, 6)
    assert made.labels.count("case") == 12
    assert any("Lower in cases" in n for n in made.notes)
    assert made.sequences["hsa-miR-122-5p"] == "UGGAGUGUGACAAUGGUGUUUG"


def test_a_share_of_tumour_vesicles_concentrates_the_excess(tmp_path: Path) -> None:
    counts = table(tmp_path)
    np.testing.assert_allclose(from_counts(counts, tumour_share=0.01).copies, from_counts(counts).copies * 100)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"copies_per_ev": 0.0}, "copies_per_ev"),
        ({"copies_per_ev": float("nan")}, "copies_per_ev"),
        ({"copies_sd": -1.0}, "copies_sd"),
        ({"tumour_share": 1.5}, "tumour_share"),
    ],
)
def test_figures_out_of_range_are_named(tmp_path: Path, options: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        from_counts(table(tmp_path), **options)


def test_one_donor_a_class_is_too_few(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too few donors"):
        from_counts(table(tmp_path, n=1))


def noise_share(seed: int, shrunken: bool) -> float:
    """Return cargo made of pure noise, as a share of all differences (300 miRNAs, 20 + 20 donors)."""
    rng = stream(seed, "tests/cargo/noise")
    case, control = rng.lognormal(0, 0.3, (2, 20, 300))
    found = difference(moments(case), moments(control))
    return float((found.excess if shrunken else np.maximum(found.difference, 0)).sum() / np.abs(found.difference).sum())


def test_noise_alone_makes_next_to_no_cargo() -> None:
    """20 data sets without any difference, seeds 0-19: shrunken excess stays small; its sabotage twin does not."""
    assert np.mean([noise_share(s, True) for s in range(20)]) < 0.05
    assert np.mean([noise_share(s, False) for s in range(20)]) > 0.4


def test_shrinkage_recovers_real_differences() -> None:
    """n = 2000 miRNAs, 30% real with tau 3, seed 1: the null share errs to the high side, shrunk is nearer than raw.

    Storey's estimate counts real effects near zero as null: expected 2 (0.7 x 0.5 + 0.3 x 0.168) = 0.80, and tau then
    sqrt(2.7 / 0.2) = 3.7; 4 standard errors of the null share are 0.09.
    """
    rng = stream(1, "tests/cargo/real")
    real = rng.random(2000) < 0.3
    effect = np.where(real, rng.normal(0, 3, 2000), 0.0)
    z = effect + rng.normal(size=2000)
    null, tau = mixture(z)
    assert null == pytest.approx(0.80, abs=0.09)
    assert tau == pytest.approx(3.7, rel=0.2)
    found = difference(Moments(z, np.full(2000, 10.0), 200), Moments(np.zeros(2000), np.full(2000, 10.0), 200))
    assert np.mean((found.shrunk - effect) ** 2) < 0.6 * np.mean((found.difference - effect) ** 2)


def test_equal_constant_donors_do_not_divide_by_zero() -> None:
    same = Moments(np.array([5.0, 7.0]), np.zeros(2), 3)
    assert difference(same, same).excess.tolist() == [0.0, 0.0]


def test_documented_cargo_names_must_be_clear() -> None:
    made = documented(["hsa-miR-105-5p", "miR-122"], 0.01)
    assert made.mirnas == ("hsa-miR-105-5p", "hsa-miR-122-5p")
    assert made.copies.tolist() == [0.01, 0.01]
    assert documented({"hsa-miR-21-5p": 2.0}).copies.tolist() == [2.0]
    with pytest.raises(InputError, match="leaves the arm open"):
        documented(["hsa-miR-142"])
    with pytest.raises(InputError, match="did you mean 'hsa-miR-122-5p'"):
        documented(["hsa-miR-122-5pp"])
    with pytest.raises(InputError, match="must be positive"):
        documented(["hsa-miR-21-5p"], -1.0)
    assert documented("miR-122").mirnas == ("hsa-miR-122-5p",)  # one name is not its letters
    for given, says in (
        ([], "no miRNA"),
        ({"hsa-miR-21-5p": 0.1, "MIMAT0000076": 0.2}, "named twice"),
        ({"hsa-miR-21-5p": "0.1"}, "hsa-miR-21-5p': copies per vesicle must be positive"),
        ({"hsa-miR-21-5p": None}, "must be positive"),
    ):
        with pytest.raises(InputError, match=says):
            documented(given)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not a cargo"):
        combine("breast")  # type: ignore[arg-type]


def test_parts_are_combined_and_later_ones_win(tmp_path: Path) -> None:
    measured = from_counts(table(tmp_path))
    made = combine(measured, documented({"hsa-miR-105-5p": 1.0, "hsa-miR-21-5p": 2.0}), proteins={"ITGB4": 3.0})
    copies = dict(zip(made.mirnas, made.copies, strict=True))
    assert copies["hsa-miR-105-5p"] == 1.0
    assert copies["hsa-miR-21-5p"] == 2.0
    assert made.samples is not None
    assert made.samples[:, made.mirnas.index("hsa-miR-105-5p")].sum() == 0
    np.testing.assert_array_equal(made.samples[:, made.mirnas.index(MIRNAS[0])], measured.samples[:, 0])
    assert made.proteins == {"ITGB4": 3.0}
    with pytest.raises(InputError, match="nothing to combine"):
        combine()
    with pytest.raises(InputError, match="ratio must be positive"):
        combine(measured, proteins={"MET": 0.0})


@pytest.mark.parametrize("name", ["colorectal", "prostate", "pancreatic", "glioblastoma", "breast"])
def test_every_embedded_cargo_stands(name: str) -> None:
    made = embedded(name)
    assert made.copies.sum() > 0
    assert set(made.sequences) == set(made.mirnas)
    assert "Embedded reference" in made.notes[0]
    assert embedded(name, tumour_share=0.1).copies.sum() == pytest.approx(10 * made.copies.sum())


def test_an_unknown_embedded_cargo_is_named() -> None:
    with pytest.raises(InputError, match="did you mean 'colorectal'"):
        embedded("colerectal")


def test_breast_cargo_has_documented_mirnas_and_integrins() -> None:
    made = embedded("breast")
    assert made.mirnas == ("hsa-miR-105-5p", "hsa-miR-122-5p", "hsa-miR-181c-5p")
    assert made.proteins["ITGB5"] > 10
    assert made.proteins["ITGB6"] < 0.1
