"""``metastasome kinetics``: where vesicles go after a dose or during a release."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .options import OVERWRITE, SEED, Voice, voiced

if TYPE_CHECKING:
    from ..body import Body
    from ..kinetics import Exposure

F = TypeVar("F", bound=Callable[..., Any])


@click.group("kinetics")
def command() -> None:
    """Where vesicles go in the body, and how fast."""


def given(function: F) -> F:
    """Give a command the dose, the body and what is measured."""
    options = (
        click.argument("dose"),
        click.option("--body", default="human", show_default=True, help="human, mouse, rat, or a body file."),
        click.option("--weight", help="Body weight with its unit; the species' own when not given."),
        click.option("--vesicle", default="small", show_default=True, help="Class of vesicle."),
        click.option("--label", help="What is measured: luciferase, dye, radioiodine, radiometal; else vesicles."),
        click.option("--particles-per-ug", type=float, help="Vesicles per microgram, for a dose in mass."),
        click.option("--time", "times", multiple=True, help="A time of output with its unit; may be given again."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@command.command("simulate")
@given
@voiced
def simulate(voice: Voice, **asked: Any) -> None:
    """Print the course of vesicles after a DOSE as a table.

    DOSE is an i.v. bolus ("1e10 EV", "5 ug") or a release into blood ("1e9 EV/min").
    """
    found = exposure(**asked)
    voice.say(found.summary())
    table = found.to_frame()
    if voice.json:
        voice.data({"summary": found.summary(), "rows": table.to_dict(orient="records")})
    else:
        print(table.to_csv(sep="\t", index=False, float_format="%.6g"), end="")


@command.command("plot")
@given
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="An .svg or .png.")
@OVERWRITE
@voiced
def plot(out: Path, overwrite: bool, voice: Voice, **asked: Any) -> None:
    """Draw the course of vesicles after a DOSE into a file."""
    from ..core.errors import InputError, StoreError
    from ..core.files import atomic_file

    kind = out.suffix.lstrip(".").lower()
    if kind not in ("svg", "png"):
        raise InputError("not a kind of picture", field="--out", value=out.name, expected="a .svg or .png file")
    if out.exists() and not overwrite:
        raise StoreError("the file exists", file=out, hint="choose another --out or pass --overwrite")
    figure = drawn(exposure(**asked))
    with atomic_file(out) as part:
        figure.savefig(part, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
    out.chmod(0o644)
    voice.data({"out": str(out)}, str(out))


@command.command("fit")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--free", multiple=True, help="A parameter to fit; may be given again.")
@click.option(
    "--method", type=click.Choice(["map", "nuts"]), default="map", show_default=True, help="Estimate, or draws."
)
@click.option("--particles-per-ug", type=float, help="Vesicles per microgram, for doses in mass.")
@SEED
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Predictions, verdicts and draws.")
@voiced
def fit(
    table: Path,
    free: tuple[str, ...],
    method: str,
    particles_per_ug: float | None,
    seed: int | None,
    out: Path | None,
    voice: Voice,
) -> None:
    """Fit kinetic parameters to a TABLE of biodistribution or plasma data.

    Prints what each parameter was believed to be, what the data make of it, and whether they informed it. Needs the
    extra: pip install 'metastasome[infer]'
    """
    from ..kinetics import fit_table

    options: dict[str, Any] = {"method": method, "seed": 1 if seed is None else seed}
    if free:
        options["free"] = free
    with voice.progress.task("fit"):
        found = fit_table(table, out, particles_per_ug=particles_per_ug, **options)
    verdicts = found.identifiability()
    import numpy as np

    median = float(np.median(found.fold_errors))
    voice.say(f"{len(found.rows)} measurements, median fold error {median:.3g}")
    if voice.json:
        voice.data({"median_fold_error": median, "parameters": verdicts.to_dict(orient="records")})
    else:
        print(verdicts.to_csv(sep="\t", index=False, float_format="%.4g"), end="")


def exposure(
    dose: str,
    body: str,
    weight: str | None,
    vesicle: str,
    label: str | None,
    particles_per_ug: float | None,
    times: tuple[str, ...],
) -> Exposure:
    """Return the course of a dose as the options ask for it."""
    from ..kinetics import distribute

    amount: float | str = float(dose) if _is_number(dose) else dose
    return distribute(
        amount,
        _body(body, weight),
        times=list(times) or None,
        vesicle=vesicle,
        label=label,
        particles_per_ug=particles_per_ug,
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _body(name: str, weight: str | None) -> Body:
    from .. import body
    from ..core.errors import InputError, nearest
    from ..core.units import to

    known: dict[str, Callable[..., Body]] = {"human": body.human, "mouse": body.mouse, "rat": body.rat}
    if name in known:
        return known[name]() if weight is None else known[name](to(weight, "kg", field="--weight"))
    if not Path(name).is_file():
        hint = nearest(name, known) or f"known: {', '.join(known)}, or a body file"
        raise InputError(f"body '{name}' is unknown", field="--body", hint=hint)
    if weight is not None:
        raise InputError("a body file brings its own weight", field="--weight", value=weight)
    return body.read(name)


def drawn(found: Exposure) -> Any:
    """Return a figure: plasma on the left, the six fullest organs on the right."""
    import matplotlib as mpl
    import numpy as np
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "metastasome"  # the same picture has the same bytes
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    hours = found.times * 24
    left.plot(hours, np.maximum(found.plasma, 1e-300))
    left.set(xlabel="hours", ylabel="EV/mL plasma", yscale="log", ylim=(max(found.plasma.max(), 1e-9) * 1e-6, None))
    for k in np.argsort(-found.percent_id.max(axis=0))[:6]:
        right.plot(hours, found.percent_id[:, k], label=found.organs[k])
    right.set(xlabel="hours", ylabel="% of dose")
    right.legend(frameon=False)
    return figure
