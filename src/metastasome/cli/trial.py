"""``metastasome trial``: the arms of a study on the same virtual patients, one page of report."""

from __future__ import annotations

from pathlib import Path

import click

from .options import DATA_DIR, OVERWRITE, PATIENTS, SCHEDULER, SEED, WORKERS, Voice, voiced


@click.command("trial")
@click.argument("study", metavar="STUDY")
@DATA_DIR
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Results; results/NAME-trial when not given."
)
@PATIENTS
@SEED
@WORKERS
@SCHEDULER
@click.option("--resume/--no-resume", default=True, show_default=True, help="Go on from chunks of a killed trial.")
@OVERWRITE
@voiced
def command(
    study: str,
    data_dir: Path | None,
    out: Path | None,
    patients: int | None,
    seed: int | None,
    workers: int,
    scheduler: str | None,
    resume: bool,
    overwrite: bool,
    voice: Voice,
) -> None:
    """Compare the arms of a study on the same patients and write one page of report.

    STUDY is the path of a YAML file with a 'trial' part, or any study or preset: without that part it is asked when
    blocking vesicle release stops helping (control, early, late, and seven start days).
    """
    from ..core.files import check_target
    from ..study import read_study
    from ..study.store import remembered_seed
    from ..study.trial_run import run_trial

    wanted = read_study(study)
    if patients is not None:
        wanted = wanted.with_(cohort={"patients": patients})
    folder = check_target(out if out is not None else Path("results") / f"{wanted.name}-trial", overwrite=overwrite)
    if seed is None and wanted.cohort.seed is None and resume:
        seed = remembered_seed(folder)
    done = run_trial(
        wanted, data_dir=data_dir, seed=seed, out=folder, resume=resume, workers=workers, scheduler=scheduler,
        progress=voice.progress,
    )  # fmt: skip
    done.save(folder, overwrite=overwrite)
    report = folder / "report.html"
    lines = [*done.answer, f"seed: {done.seed}", f"report: {report}"]
    voice.data({"out": str(folder), "report": str(report), "summary": done.summary()}, "\n".join(lines))
