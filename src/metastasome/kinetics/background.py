"""Normal vesicles of the same blood, and vesicles counted from their protein."""

from __future__ import annotations

from ..body import Body
from ..core.errors import InputError
from ..core.units import to

HUMAN_EV_PER_MIN = 1.5e12  # ev_secretion_01: (1.5 +- 0.4)e12 EV/min, J Extracell Biol 2022;1:e46
PARTICLES_PER_NG = (
    8.75e5  # niche_dose_05, a Capan-2 assay (doi:10.7554/eLife.40226); protein co-isolates, so a lower bound
)
_MINUTES = 1440.0


def background_release_per_day(body: Body, given: float | str | None = None) -> float:
    """Return normal vesicles secreted into blood, EV/day: `given` (EV/min as a number) or the species' figure.

    Human 1.5e12 EV/min; other weights and species in proportion to body weight (assumption: the same cells secrete
    the same). A mouse's 18 ug protein/min (doi:10.1080/20013078.2019.1696517) is not converted to vesicles, since
    protein co-isolates.
    """
    if given is not None:
        rate = to(given, "EV/min", field="background_release") * _MINUTES
        if rate < 0:
            raise InputError("must not be negative", field="background_release", value=given)
        return rate
    return HUMAN_EV_PER_MIN * _MINUTES * body.weight_kg / 70.0


def particles(dose: float | str, particles_per_ug: float | None = None, *, field: str = "dose") -> float:
    """Return a dose as a number of vesicles: ``1e10`` or ``"1e10 EV"`` as it stands, ``"5 ug"`` by the conversion.

    Raises:
        InputError: a mass without `particles_per_ug` (vesicles per microgram of protein), or not a positive dose.
    """
    if isinstance(dose, str) and _is_mass(dose):
        if particles_per_ug is None:
            raise InputError(
                "a dose in mass needs a conversion",
                field=field,
                value=dose,
                expected="particles_per_ug",
                hint=f"for example {PARTICLES_PER_NG * 1e3:.3g} (Capan-2, doi:10.7554/eLife.40226)",
            )
        if not particles_per_ug > 0:
            raise InputError(
                "not a conversion", field="particles_per_ug", value=particles_per_ug, expected="more than 0"
            )
        return _positive(to(dose, "ug", field=field) * particles_per_ug, field)
    return _positive(to(dose, "EV", field=field), field)


def _is_mass(dose: str) -> bool:
    from ..core.units import registry

    try:
        return bool(registry().Quantity(dose).check("[mass]"))
    except Exception:
        return False  # `to` says what is wrong with it


def _positive(number: float, field: str) -> float:
    if not number > 0:
        raise InputError("must be more than zero", field=field, value=number)
    return number
