"""``metastasome fit``: the posterior of each hypothesis of a question."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import DATA_DIR, OVERWRITE, SEED, Voice, voiced

if TYPE_CHECKING:
    from ..inference.fitting import Fit
    from ..study.question import Question

_ANSWER = ("*.json", "*.nc", "weights.csv", "recovery.csv", "report.html")


@click.command("fit")
@click.argument("question", type=click.Path(path_type=Path), metavar="QUESTION")
@DATA_DIR
@click.option(
    "--hypothesis", "keys", multiple=True, metavar="KEY", help="Fit this one only; may be given several times."
)
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Where fits are kept.")
@click.option("--check", is_flag=True, help="Also check the posterior's calibration and what it predicts.")
@click.option("--sets", type=click.IntRange(20, 100_000), default=200, show_default=True, help="Data sets for --check.")
@SEED
@OVERWRITE
@voiced
def command(
    question: Path, data_dir: Path | None, keys: tuple[str, ...], out: Path | None, check: bool, sets: int,
    seed: int | None, overwrite: bool, voice: Voice,
) -> None:  # fmt: skip
    """Fit the hypotheses of a QUESTION to its data.

    A question is a YAML file, or the folder of one. Prints prior and posterior of every parameter and whether the
    sampler can be trusted. Exit code 1 where it cannot, where a hypothesis is impossible or where a prior contradicts
    the data, with the partial result kept. --overwrite moves an earlier result into its subfolder 'earlier'; finished
    chains are taken up again where neither question nor settings have changed.
    """
    from ..core.errors import ModelError
    from ..study.question import read_question

    asked = read_question(question, data_dir=data_dir)
    folder = answer_folder(asked, out, overwrite)
    chosen = [asked.explanation(k) for k in keys] if keys else list(asked.explanations)
    made, trouble = [], []
    for e in chosen:
        try:
            found = _fit(asked, e, seed, folder, voice)
        except ModelError as error:
            trouble.append(str(error))
            continue
        found.save(folder)
        checks = _check(found, sets, voice) if check else {}
        made.append({**found.as_dict(), **checks})
        if not voice.json:
            print(_text(found, checks))
        trouble += [] if found.trusted else [f"{e.key}: {found.words[0]}"]
        trouble += [f"{e.key}: {line}" for line in found.contradictions]
    voice.data({"question": asked.question, "out": str(folder), "fits": made}, f"kept in {folder}")
    if trouble:
        raise ModelError(" ".join(trouble))


def answer_folder(asked: Question, out: Path | None, overwrite: bool) -> Path:
    """Return where the answer is kept.

    With `overwrite` an earlier answer is moved into its subfolder ``earlier``; nothing else in the folder is touched.
    Finished chains stay: those of the same question and settings are taken up again, no others are mistaken for them.

    Raises:
        StoreError: there is an answer and `overwrite` is false, or a file has the folder's name.
    """
    import shutil

    from ..core.errors import StoreError

    folder = out if out is not None else Path("results") / asked.name
    if folder.exists() and not folder.is_dir():
        raise StoreError("a file, not a folder", file=folder, hint="choose another --out")
    there = sorted(p for pattern in _ANSWER for p in folder.glob(pattern))
    if there and not overwrite:
        raise StoreError("the output folder holds a result", file=folder,
                         hint="choose another --out, or pass --overwrite, which moves it to 'earlier'")  # fmt: skip
    if there:
        earlier = folder / "earlier"
        for pattern in _ANSWER:
            for old in earlier.glob(pattern):
                old.unlink()
        earlier.mkdir(exist_ok=True)
        for p in there:
            shutil.move(p, earlier / p.name)
    return folder


def _fit(asked: Question, explanation: Any, seed: int | None, folder: Path, voice: Voice) -> Fit:
    from ..inference.fitting import fit

    s = asked.settings
    return fit(
        explanation, method=s["method"], draws=s["draws"], chains=s["chains"], warmup=s["warmup"],
        seed=s["seed"] if seed is None else seed, keep=folder / "chains", progress=voice.progress,
    )  # fmt: skip


def _check(found: Fit, sets: int, voice: Voice) -> dict[str, Any]:
    from ..inference.calibration import calibrate, predictive_check

    ranks = calibrate(found.explanation, sets=sets, seed=found.seed, progress=voice.progress)
    return {
        "calibration": ranks.table().to_dict(orient="records"),
        "calibrated": ranks.fine(),
        "predictive": predictive_check(found).to_dict(orient="records"),
    }


def _text(found: Fit, checks: dict[str, Any]) -> str:
    import pandas as pd

    shown = found.summary()[["parameter", "unit", "median", "low", "high", "prior_median", "prior_low", "prior_high"]]
    lines = [f"{found.explanation.key}: {found.explanation.title} ({found.posterior.method})"]
    lines += [shown.to_string(index=False, float_format="%.4g")] if len(shown) else ["no free parameter"]
    lines += [f"  {w}" for w in found.words]
    if checks:
        lines.append(
            "calibration (ranks of the truth; p of chi-square and Kolmogorov-Smirnov; share of 95% intervals):"
        )
        lines.append(pd.DataFrame(checks["calibration"]).to_string(index=False, float_format="%.3g"))
        lines.append("calibrated" if checks["calibrated"] else "NOT calibrated at alpha 0.01 shared over the tests")
        lines += [f"{r['observation']}: predictive p {r['p']:.2f}, {r['verdict']}" for r in checks["predictive"]]
    return "\n".join(lines) + "\n"
