"""A trial in words: the answer first, then what it cannot say. Nothing is said that was not computed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..core.words import percent, points
from .trial_endpoints import ENDPOINTS
from .trial_scan import half_lost, stops_helping
from .trial_survival import WORTH

if TYPE_CHECKING:
    from .trial import Trial
    from .trial_survival import Compared


_VERDICTS = {
    "helps": "helps on",
    "harms": "harms on",
    "little": "makes next to no difference to",
    "unclear": "shows no clear effect on",
}


def answer(trial: Trial) -> list[str]:
    """Return the answer in sentences, the most important first."""
    said = [_arm(trial, name, c) for name, c in trial.compared.items()]
    said += _scan(trial)
    return said or ["The trial has no arm beside control."]


def _arm(trial: Trial, name: str, c: Compared) -> str:
    what = ENDPOINTS[trial.endpoint][0]
    years = trial.horizon_days / 365.25
    risks = f"{percent(c.risk)} met the event within {years:.3g} years against {percent(c.risk_control)} under control"
    d = c.risk_difference
    apart = f"{points(d.value)} points, {points(d.low)} to {points(d.high)}"
    if trial.outcomes[name].same(trial.outcomes[trial.control]):
        return f"Arm '{name}' changes nothing at all: every patient fares as under '{trial.control}'."
    text = f"Arm '{name}' {_VERDICTS[c.verdict]} {what}: of {c.n:,} patients {risks} ({apart}); {_days(c)}"
    if c.risk_difference.clear:
        kind = "treat for one event fewer" if c.nnt.value > 0 else "treat for one event more"
        text += f"; number to {kind} {abs(c.nnt.value):.3g} ({_ends(c)})"
    if math.isfinite(c.hazard_ratio.value):
        text += f"; hazard ratio {c.hazard_ratio.value:.2f} ({c.hazard_ratio.low:.2f} to {c.hazard_ratio.high:.2f})"
    return text + "."


def _days(c: Compared) -> str:
    g = c.rmst_gain
    return f"event-free time {g.value:+.0f} days ({g.low:.0f} to {g.high:.0f})"


def _ends(c: Compared) -> str:
    low, high = sorted((abs(c.nnt.low), abs(c.nnt.high)))
    return f"{low:.3g} to {high:.3g}"


def _scan(trial: Trial) -> list[str]:
    table = trial.scan
    if table is None:
        return []
    (one,) = trial.scan_arms[0].interventions
    if not len(table[table["start_day"].notna()]):
        sizes = ", ".join(
            f"{row.start_cm}{'' if row.start_cm == 'resection' else ' cm'}: {row.gain_days:+.0f} days "
            f"({row.gain_low:.0f} to {row.gain_high:.0f})"
            for row in table.itertuples()
        )
        return [f"Event-free time gained by '{one.key}' by the size of the primary at its start: {sizes}."]
    last, first = stops_helping(table)
    if math.isnan(last):
        text = f"No start of '{one.key}' that was tried shows a clear benefit worth naming."
    elif math.isnan(first):
        text = f"'{one.key}' still helps when started on day {last:.0f} ({last / 365.25:.1f} years), the latest tried."
    else:
        text = (
            f"'{one.key}' helps when started by day {last:.0f} ({last / 365.25:.1f} years) and shows no benefit "
            f"worth naming from a start on day {first:.0f} ({first / 365.25:.1f} years) on"
        ) + "."
    half = half_lost(table)
    lost = f" Half of the gain of the earliest start is lost by a start on day {half:.0f} ({half / 365.25:.1f} years)."
    return [text + (lost if math.isfinite(half) else "")]


def limits(trial: Trial) -> list[str]:
    """Return what this trial cannot say."""
    said = [
        "The arms are the same virtual patients on the same random numbers, so the intervals hold the chance of which "
        "patients were drawn; they do not hold the doubt about the model and its parameters, which is larger.",
        "Effect sizes that are assumptions decide the answer; they are listed with each intervention.",
        f"A benefit of less than {100 * WORTH:g}% of the follow-up in event-free time is called none, however clear.",
        "Side effects, adherence and deaths from anything but tumour burden are left out.",
    ]
    if trial.cargo_spread == 0.0:
        said.append(
            "All patients have vesicles with one cargo: the trial cannot tell whose cargo makes a block useful."
        )
    else:
        said.append(
            f"How cargo match differs between patients (log-scale spread {trial.cargo_spread:g}) is an assumption."
        )
    if trial.endpoint in ("survival", "metastasis_free"):
        said.append(
            "Death is linked to tumour burden alone: a patient dies when primary and lesions reach the lethal one."
        )
    if trial.clock == "resection":
        said.append(
            "Day 0 is the resection of the control arm, in patients without a metastasis then; an arm that acts before "
            "it would let others enter."
        )
    else:
        said.append("Day 0 is a primary of 1 cubic millimetre, years before anybody would be asked into a trial.")
    return said
