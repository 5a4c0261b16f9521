"""What the commands on a dose share: the dose, the body, and what is measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ...body import Body
    from ...kinetics import Exposure
    from ...kinetics.dosing import Dose

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS = (
    click.argument("dose"),
    click.option("--body", default="human", show_default=True, help="human, mouse, rat, or a body file."),
    click.option("--weight", help="Body weight with its unit; the species' own when not given."),
    click.option("--vesicle", default="small", show_default=True, help="Class of vesicle."),
    click.option("--route", default="iv", show_default=True, help="iv, ia, portal, lymph, sc, ip, im, tissue:ORGAN."),
    click.option("--repeat", type=click.IntRange(1, 10_000), default=1, help="Give the dose so many times."),
    click.option("--every", help="Time between repeated doses, with its unit."),
    click.option("--label", help="What is measured: luciferase, dye, radioiodine, radiometal; else vesicles."),
    click.option("--heparin", default="0 ug/mL", show_default=True, help="Heparin in plasma; it competes for binding."),
    click.option("--parameters", type=click.Path(path_type=Path), metavar="FILE", help="Kinetic parameters in YAML."),
    click.option("--particles-per-ug", type=float, help="Vesicles per microgram, for a dose in mass."),
    click.option("--time", "times", multiple=True, help="A time of output with its unit; may be given again."),
)


def given(function: F) -> F:
    """Give a command the dose, the body and what is measured."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function


def exposure(
    dose: str,
    body: str,
    weight: str | None,
    vesicle: str,
    route: str,
    repeat: int,
    every: str | None,
    label: str | None,
    heparin: str,
    parameters: Path | None,
    particles_per_ug: float | None,
    times: tuple[str, ...],
) -> Exposure:
    """Return the course of a dose as the options ask for it."""
    from ...core.units import to
    from ...kinetics import distribute, read_parameters

    return distribute(
        _doses(dose, route, repeat, every, particles_per_ug),
        _body(body, weight),
        times=sorted(times, key=lambda t: to(t, "day", field="--time")) or None,
        vesicle=vesicle,
        label=label,
        heparin=to(heparin, "ug/mL", field="--heparin"),
        parameters=read_parameters(parameters) if parameters else None,
    )


def _doses(dose: str, route: str, repeat: int, every: str | None, particles_per_ug: float | None) -> Sequence[Dose]:
    import dataclasses

    from ...core.errors import InputError
    from ...core.units import to
    from ...kinetics import Bolus
    from ...kinetics.dosing import doses

    if (repeat > 1) != (every is not None):
        raise InputError("repeated doses need both", field="--repeat", value=repeat, expected="--repeat N --every TIME")
    amount: float | str = float(dose) if _is_number(dose) else dose
    first = dataclasses.replace(doses(amount, particles_per_ug)[0], route=route)
    if repeat == 1 or every is None:
        return (first,)
    if not isinstance(first, Bolus):
        raise InputError("a release can't be repeated", field="--repeat", value=repeat, expected="a dose in EV or ug")
    gap = to(every, "day", field="--every")
    if not gap > 0:
        raise InputError("must be positive", field="--every", value=every)
    return tuple(dataclasses.replace(first, time=k * gap) for k in range(repeat))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _body(name: str, weight: str | None) -> Body:
    from ... import body
    from ...core.errors import InputError, nearest
    from ...core.units import to

    known: dict[str, Callable[..., Body]] = {"human": body.human, "mouse": body.mouse, "rat": body.rat}
    if name in known:
        return known[name]() if weight is None else known[name](to(weight, "kg", field="--weight"))
    if not Path(name).is_file():
        hint = nearest(name, known) or f"known: {', '.join(known)}, or a body file"
        raise InputError(f"body '{name}' is unknown", field="--body", hint=hint)
    if weight is not None:
        raise InputError("a body file brings its own weight", field="--weight", value=weight)
    return body.read(name)


def free_path(out: Path, kinds: tuple[str, ...], overwrite: bool) -> str:
    """Return the ending of `out`, one of `kinds`; a file that is there already is kept unless `overwrite`."""
    from ...core.errors import InputError, StoreError

    kind = out.suffix.lstrip(".").lower()
    if kind not in kinds:
        raise InputError("not a kind of file", field="--out", value=out.name, expected=f"a .{' or .'.join(kinds)} file")
    if out.exists() and not overwrite:
        raise StoreError("the file exists", file=out, hint="choose another --out or pass --overwrite")
    return kind
