"""Score size to metastasis, cancer by cancer left out with one anchor each, vesicles off and on; make the embedded fit.

Run: ``python validation/seer.py [TABLE.csv] [--write]``. Without a table the embedded nine cancers of SEER are used.
Errors weigh bins by their patients; the plain error and what counting alone gives stand beside.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from metastasome.core.files import atomic_file
from metastasome.inference import sizes_table
from metastasome.inference.sizes_fit import Setting, SizeModel, fit_sizes, intervals
from metastasome.inference.sizes_score import CurvePrediction, baselines, laws_without, predict_curve, rmse
from metastasome.inference.sizes_table import SizeCurve, read_sizes, training_curves

BAR = 0.03
OUT = Path(__file__).resolve().parent / "results" / "seer.txt"
SETTINGS = {
    "vesicles off": Setting(),
    "vesicles on": Setting(vesicles=True),
    "vesicles off, every cell sheds alike": Setting(exponent=1.0),
    "vesicles on, every cell sheds alike": Setting(vesicles=True, exponent=1.0),
}


def told(name: str, model: SizeModel, found: list[CurvePrediction]) -> list[str]:
    law = model.law
    lines = [
        f"{name}: log marginal likelihood {model.fit:.1f} with {model.free} shared parameters",
        f"  exponent {law.exponent:.2f} (sd {model.exponent_sd:.2f})"
        f"  capable {law.capable:.2f} (logit sd {model.capable_sd:.2f})"
        f"  pace {law.pace:.2f}  scatter {model.scatter:.2f}  gain {law.gain:.2f} half {law.half_cm:.2f} cm",
    ]
    for p in found:
        lines.append(
            f"  {p.curve.cancer:20s} anchor {where(p)} n {p.curve.n[p.anchor].sum():6.0f}"
            f"  RMSE {p.rmse:.4f}"
            f"  plain {p.rmse_plain:.4f}  counting alone {p.counting_noise:.4f}  in 95% limits {p.coverage:.0%}"
        )
    return [*lines, "  " + total(found)]


def spread(model: SizeModel, setting: Setting) -> list[str]:
    """Return the shared parameters with 95% limits."""
    made = intervals(model, training_curves(), setting=setting)
    return ["  95% limits: " + "; ".join(f"{k} {v:.3g} ({lo:.3g} to {hi:.3g})" for k, (v, lo, hi) in made.items())]


def where(p: CurvePrediction) -> str:
    d = p.curve.diameter[p.anchor]
    return f"{d.min():.1f}-{d.max():.1f} cm"


def summary(each: list[float], parts: list[tuple[SizeCurve, np.ndarray, np.ndarray]]) -> str:
    error = np.concatenate([(c.fraction - m)[k] for c, m, k in parts])
    n = np.concatenate([c.n[k] for c, _, k in parts])
    pooled = float(np.sqrt(np.average(error**2, weights=n)))
    plain = float(np.sqrt(np.mean(error**2)))
    met = sum(e <= BAR for e in each)
    told = f"mean RMSE {np.mean(each):.4f}; all bins {pooled:.4f}; every bin alike {plain:.4f}"
    return f"{told}; {met} of {len(each)} at most {BAR}"


def main(words: list[str]) -> int:
    train = training_curves()
    paths = [w for w in words if not w.startswith("--")]
    curves = read_sizes(paths[0]) if paths else train
    models = {name: fit_sizes(train, setting=setting) for name, setting in SETTINGS.items()}
    if "--write" in words:
        folder = Path(sizes_table.__file__).parent
        kept = {k: asdict(models[k]) for k in ("vesicles off", "vesicles on")}
        put(folder / "sizes_fitted.json", json.dumps(kept, indent=1) + "\n")
    lines = verdict(models)
    print("\n".join(lines), flush=True)
    for name in ("vesicles off", "vesicles on"):
        laws = laws_without(curves, train, setting=SETTINGS[name], full=models[name])
        found = [predict_curve(law, c) for law, c in zip(laws, curves, strict=True)]
        one = [predict_curve(law, c, at_cm=4.0) for law, c in zip(laws, curves, strict=True)]
        lines += ["", *told(name, models[name], found), *spread(models[name], SETTINGS[name])]
        lines.append(f"  anchored at the one bin nearest to 4 cm instead: {total(one)}")
        print("\n".join(lines[-len(found) - 6 :]), flush=True)
    lines += ["", "the same anchors, simple curves:", *simple(found, train)]
    print("\n".join(lines[-5:]))
    if not paths:
        put(OUT, "\n".join(lines) + "\n")
    return 0


def total(found: list[CurvePrediction]) -> str:
    return summary([p.rmse for p in found], [(p.curve, p.mean, p.others) for p in found])


def simple(found: list[CurvePrediction], train: tuple[SizeCurve, ...]) -> list[str]:
    """Return a line per simple curve through the anchors of `found`."""
    parts: dict[str, list[tuple[SizeCurve, np.ndarray, np.ndarray]]] = {}
    for p in found:
        for way, curve in baselines([t for t in train if t.cancer != p.curve.cancer]).items():
            parts.setdefault(way, []).append((p.curve, curve(p.curve, p.anchor), p.others))
    each = {w: [rmse(*part) for part in mine] for w, mine in parts.items()}
    return [f"  {w:22s} {' '.join(f'{e:.3f}' for e in each[w])}  {summary(each[w], mine)}" for w, mine in parts.items()]


def verdict(models: dict[str, SizeModel]) -> list[str]:
    made = []
    for with_, without in (
        ("vesicles on", "vesicles off"),
        ("vesicles on, every cell sheds alike", "vesicles off, every cell sheds alike"),
    ):
        a, b = models[with_], models[without]
        gain, cost = a.fit - b.fit, a.free - b.free
        bins = sum(len(c.n) for c in training_curves())
        made.append(
            f"{with_} against {without}: ln likelihood {gain:+.1f} for {cost} more parameters "
            f"(AIC {2 * cost - 2 * gain:+.1f}, BIC {cost * np.log(bins) - 2 * gain:+.1f}; below 0 favours vesicles)"
        )
    return made


def put(path: Path, text: str) -> None:
    with atomic_file(path) as part:
        part.write_text(text, encoding="utf-8")
    print(f"wrote {path.name}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
