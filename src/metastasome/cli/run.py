"""``metastasome run``: a study file in, a results folder out."""

from __future__ import annotations

from pathlib import Path

import click

from .options import DATA_DIR, OVERWRITE, PATIENTS, SCHEDULER, SEED, WORKERS, Voice, voiced


@click.command("run")
@click.argument("study", metavar="STUDY")
@DATA_DIR
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Results; results/NAME when not given."
)
@PATIENTS
@SEED
@WORKERS
@SCHEDULER
@click.option("--resume/--no-resume", default=True, show_default=True, help="Go on from chunks of a killed run.")
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
    """Run a study file or a preset and write its results.

    STUDY is the path of a YAML file or the name of a preset, such as colorectal or mouse_b16 (docs/presets.md).
    """
    execute(
        study,
        data_dir=data_dir,
        out=out,
        patients=patients,
        seed=seed,
        workers=workers,
        scheduler=scheduler,
        resume=resume,
        overwrite=overwrite,
        voice=voice,
    )


def execute(
    source: str,
    *,
    data_dir: Path | None,
    out: Path | None,
    patients: int | None,
    seed: int | None,
    workers: int,
    resume: bool,
    overwrite: bool,
    voice: Voice,
    scheduler: str | None = None,
) -> Path:
    """Run the study at `source`, write its results, print the answer, and return the folder."""
    from ..core.files import check_target
    from ..study import read_study
    from ..study.runner import run
    from ..study.store import remembered_seed

    wanted = read_study(source)
    if patients is not None:
        wanted = wanted.with_(cohort={"patients": patients})
    folder = check_target(out if out is not None else Path("results") / wanted.name, overwrite=overwrite)
    if seed is None and wanted.cohort.seed is None and resume:
        seed = remembered_seed(folder)
    done = run(
        wanted, data_dir=data_dir, out=folder, seed=seed, progress=voice.progress, workers=workers,
        scheduler=scheduler, resume=resume,
    )  # fmt: skip
    done.save(folder, overwrite=overwrite)
    report = folder / "report.html"
    lines = [*done.answer[:2], f"data: {done.data_note}", f"seed: {done.seed}", f"report: {report}"]
    voice.data({"out": str(folder), "report": str(report), "summary": done.summary()}, "\n".join(lines))
    return folder
