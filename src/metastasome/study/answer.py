"""A run in words: the answer first, then what it cannot say. Nothing is said that was not computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core.words import count, organ_label, percent, percents, points
from .contrast import Difference

if TYPE_CHECKING:
    from ..mechanisms import Model


def answer(
    differences: Sequence[Difference], *, n: int, horizon_days: float, match_summary: Sequence[str]
) -> list[str]:
    """Return the answer in sentences, the most important first.

    Args:
        differences: from :func:`.contrast.contrast`, any organ first.
        n: patients.
        horizon_days: end of follow-up.
        match_summary: what matchmaking says of itself.
    """
    anywhere, organs = differences[0], differences[1:]
    return [_seen(anywhere, organs, n, horizon_days / 365.25), _effect(anywhere, organs, n), *match_summary]


def _seen(anywhere: Difference, organs: Sequence[Difference], n: int, years: float) -> str:
    from ..readouts import share_with_interval

    share = anywhere.with_vesicles
    _, low, high = share_with_interval(round(share * n), n)
    text = (
        f"Of {count(n, 'virtual patient')} followed for {years:.3g} years, {percent(share) if share else 'none'} had a "
        f"detectable metastasis (95% interval {percents(low, high)})"
    )
    often = sorted((d for d in organs if d.with_vesicles > 0), key=lambda d: -d.with_vesicles)[:3]
    named = [f"{organ_label(d.organ)} ({percent(d.with_vesicles)})" for d in often]
    return text + (f", most often in {_list(named)}." if named else ".")


def _effect(anywhere: Difference, organs: Sequence[Difference], n: int) -> str:
    same = f"the same {count(n, 'patient')} without tumour vesicles had {percent(anywhere.without_vesicles)}"
    apart = f"{points(anywhere.difference)} points, {points(anywhere.low)} to {points(anywhere.high)}"
    opening = (
        "In this model vesicles make a difference"
        if anywhere.clear
        else "This cohort shows no clear effect of vesicles on that share"
    )
    text = f"{opening}: {same} ({apart})."
    clear = sorted((d for d in organs if d.clear), key=lambda d: -abs(d.difference))[:3]
    if not clear:
        return text + " No single organ shows one" + ("." if anywhere.clear else " either.")
    named = [f"{organ_label(d.organ)} ({points(d.difference)} points)" for d in clear]
    return text + f" By organ it shows in {_list(named)}."


def limits(model: Model, *, embedded: bool, n_genes: int, soil: bool = False) -> list[str]:
    """Return what this run cannot say, from what was on and what it rested on; `soil`: the study sets readiness."""
    assumed = [name for name, p in model.parameters.items() if p.assumed]
    said = [
        f"{len(assumed)} of {len(model.parameters)} mechanism parameters are assumptions without a published figure; "
        "the size of every vesicle effect on lesions rests on them.",
        "The default niche effects were set within the range of one mouse experiment whose replication was not "
        "significant (doi:10.7554/eLife.39944); they are no evidence that the effect exists in patients.",
        "Seeding goes by blood flow, filters, the niche and the readiness of organs (soil) that the study sets: site "
        "frequencies are as good as those figures, and repeat what they were fitted to."
        if soil
        else "Seeding goes by blood flow and filters and by the niche alone: the study sets no readiness of organs "
        "(soil), so every organ is equally ready, and site frequencies are not a prediction of clinical tropism.",
        "Primary tumour and lesions grow by one law per patient; treatment other than what the study names, local "
        "recurrence and deaths from anything but tumour burden are left out.",
    ]
    if embedded:
        said.append(
            f"The embedded reference holds {n_genes:,} genes chosen for their programmes: competition by the rest of "
            "the transcriptome and significance against it need the full data (--data-dir)."
        )
    if "tota_direct" not in model.origins:
        said.append("Direct transformation of resident cells (TOTa) is off: the run says nothing about it.")
    return said


def _list(items: Sequence[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]
