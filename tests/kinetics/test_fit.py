"""Learning parameters: the differentiable model is the model, truth is found, and ignorance is admitted."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from metastasome import kinetics
from metastasome.core.errors import InputError
from metastasome.kinetics.coefficients import theta_of
from metastasome.kinetics.forward import double_precision, experiments, predictor
from metastasome.kinetics.table import Measurement, read_value

pytest.importorskip("jax", reason="the extra 'infer' is not installed")
pytest.importorskip("numpyro", reason="the extra 'infer' is not installed")

TRUTH = {"processing": 16.0}


def _row(organ: str, minutes: float, value: float = 1.0, unit: str = "%ID") -> Measurement:
    return Measurement(2, "mouse", "B16", "iv", 1.0, "125I", organ, minutes / 1440, value, unit, "made")


ROWS = (_row("plasma", 10.0, unit="%ID/mL"), *(_row(o, m) for o in ("liver", "spleen") for m in (10.0, 240.0)))


def _synthetic(noise: float, seed: int, truth: dict[str, float] = TRUTH) -> tuple[Measurement, ...]:
    """Values of the full NumPy model at the truth, with log-normal errors."""
    (made,) = experiments(ROWS)
    rng = np.random.Generator(np.random.Philox(seed))
    course = kinetics.distribute(
        1.0, made.given.body, times=np.concatenate([[0.0], made.times]), label="125I", method="linear",
        parameters=kinetics.KineticParameters().with_(**truth),
    )  # fmt: skip
    values = [read_value(course, r.organ, r.unit, 1 + int(k)) for r, k in zip(made.rows, made.at, strict=True)]
    return tuple(
        dataclasses.replace(r, value=v * float(np.exp(noise * rng.standard_normal())))
        for r, v in zip(made.rows, values, strict=True)
    )


def test_differentiable_model_is_the_model() -> None:
    import jax
    import jax.numpy as jnp

    (made,) = experiments(_synthetic(0.0, 1, {}))  # the fit keeps the background's hold on macrophages at its default
    with double_precision(jax):
        found = np.asarray(predictor(made, jnp)(theta_of(kinetics.KineticParameters())))
    np.testing.assert_allclose(found, made.values, rtol=1e-8)


@pytest.mark.slow
def test_gradient_fit_finds_the_truth_and_admits_ignorance() -> None:
    found = kinetics.fit(_synthetic(0.03, 2), free=("processing", "macrophage_clearance", "stroma_clearance"))
    table = found.identifiability().set_index("quantity")
    assert found.parameters().processing == pytest.approx(16.0, rel=0.25)
    assert table.loc["processing", "verdict"] == "informed"
    assert table.loc["stroma_clearance", "verdict"] == "prior only"
    assert np.median(found.fold_errors) < 1.15
    frame = found.to_frame()
    assert (frame["low"] < frame["high"]).all()
    assert ((frame["low"] < frame["measured"]) & (frame["measured"] < frame["high"])).mean() >= 0.6


@pytest.mark.slow
def test_draws_agree_with_the_curvature(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    lines = [f"mouse,B16,iv,,125I,{r.organ},{r.time} day,{r.value},{r.unit}" for r in _synthetic(0.03, 3)]
    path.write_text("species,source,route,dose,label,organ,time,value,unit\n" + "\n".join(lines) + "\n")
    flat = kinetics.fit_table(path, free=("processing",))
    drawn = kinetics.fit_table(path, tmp_path / "out", free=("processing",), method="nuts", draws=60, warmup=60)
    assert drawn.draws.shape == (60, 3)
    assert drawn.draws[:, 0].mean() == pytest.approx(flat.estimate[0], rel=0.25)
    assert 0.3 < drawn.posterior_sd[0] / flat.posterior_sd[0] < 4.0
    assert {p.name for p in (tmp_path / "out").glob("[!.]*")} == {"predictions.csv", "identifiability.csv", "draws.csv"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: kinetics.fit([_row("liver", 10.0, 0.0)]), "value of zero"),
        (lambda: kinetics.fit([]), "no data"),
        (lambda: kinetics.fit(ROWS, free=("procesing",)), "did you mean 'processing'"),
        (lambda: kinetics.fit(ROWS, free=("unbinding", "heparan_share")), "no log-normal prior"),
        (lambda: kinetics.fit(ROWS, seed=-1), "not a usable seed"),
    ],
)
def test_bad_fits_get_one_line(call: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()  # type: ignore[operator]
