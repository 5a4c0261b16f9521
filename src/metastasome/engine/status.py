"""What can stop a patient, as numbers in compiled code and as sentences outside."""

from __future__ import annotations

from ..core.errors import ModelError, SolverError

FINE = 0
BAD_RATE = 101
BAD_SIZE = 102
TOO_MANY = 103
TABLE_FULL = 104
ENDLESS_EVENTS = 105
STEP_TOO_SMALL = 106
MAX_FOUNDERS = 2e6

SENTENCES = {
    BAD_RATE: "a birth, death, founding or dormancy rate is negative or not a number",
    BAD_SIZE: "a saturation size is not above zero",
    TOO_MANY: f"more than {MAX_FOUNDERS:.0e} founders that matter are expected; lower the intensity or the horizon",
    TABLE_FULL: "rates change too often; use a shorter horizon or longer cells",
    ENDLESS_EVENTS: "events set each other off without end",
}


def stop(patient: int, code: int, day: float, where: str) -> None:
    """Raise the error of a status code met at `day` by `patient`; `where` names the organ when one is to blame."""
    at = f"patient {patient}, day {day:.6g}{where}"
    if code in SENTENCES:
        raise ModelError(f"{at}: {SENTENCES[code]}")
    raise SolverError(
        f"{at}: the step of the integrator became too small; rates have a jump or a pole, or are not finite"
    )
