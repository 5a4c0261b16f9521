"""``metastasome petab``: parameter estimation problems that other programs can fit."""

from __future__ import annotations

from pathlib import Path

import click

from .options import DATA_DIR, OVERWRITE, Voice, voiced


@click.group("petab")
def command() -> None:
    """Write a study with measurements as a PEtab problem, and read one back.

    PEtab problems are what pyPESTO, AMICI, COPASI and others fit. Needs the extra: pip install 'metastasome[petab]'
    """


@command.command("export")
@click.argument("study")
@click.argument("measurements", type=click.Path(path_type=Path))
@click.option("--free", "free", multiple=True, required=True, metavar="NAME", help="Parameter to estimate; repeatable.")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, metavar="FOLDER", help="Folder to write.")
@DATA_DIR
@OVERWRITE
@voiced
def export(
    study: str, measurements: Path, free: tuple[str, ...], out: Path, data_dir: Path | None, overwrite: bool,
    voice: Voice,
) -> None:  # fmt: skip
    """Write the deterministic model of STUDY with MEASUREMENTS as a PEtab problem.

    MEASUREMENTS is a table with the columns quantity (a state or derived quantity, organs after an underscore), day,
    value, and maybe condition; further columns are parameters or inputs that a condition sets.
    """
    from ..study.petab import export_petab

    made = export_petab(study, measurements, out, free=free, data_dir=data_dir, overwrite=overwrite)
    voice.data({"out": str(made)}, str(made))


@command.command("score")
@click.argument("problem", type=click.Path(path_type=Path))
@DATA_DIR
@voiced
def score(problem: Path, data_dir: Path | None, voice: Voice) -> None:
    """Print what the model gives for every measurement of PROBLEM at its nominal values, and the log-likelihood."""
    from ..study.petab_read import read_petab

    found = read_petab(problem, data_dir=data_dir)
    given = found.simulate()
    rows = [(m.quantity, m.condition, m.day, m.value, float(v)) for m, v in zip(found.measured, given, strict=True)]
    heads = ("quantity", "condition", "day", "measured", "model")
    value = found.log_likelihood()
    lines = ["\t".join(heads), *(f"{q}\t{c}\t{day:g}\t{seen:.6g}\t{v:.6g}" for q, c, day, seen, v in rows)]
    told = {"rows": [dict(zip(heads, r, strict=True)) for r in rows], "log_likelihood": value}
    voice.data(told, "\n".join([*lines, f"log-likelihood {value:.6f}"]))


@command.command("fit")
@click.argument("problem", type=click.Path(path_type=Path))
@click.option("--most", type=click.IntRange(1, 10_000), default=60, show_default=True, help="Iterations.")
@DATA_DIR
@voiced
def fit(problem: Path, most: int, data_dir: Path | None, voice: Voice) -> None:
    """Find the likeliest values of the estimated parameters of PROBLEM, priors included."""
    from ..study.petab_read import read_petab

    found = read_petab(problem, data_dir=data_dir)
    values, height = found.fit(most=most)
    lines = ["parameter\tnominal\testimate"]
    lines += [f"{k}\t{found.nominal[k]:.6g}\t{v:.6g}" for k, v in values.items()]
    voice.data({"estimates": values, "log_posterior": height}, "\n".join([*lines, f"log-posterior {height:.6f}"]))
