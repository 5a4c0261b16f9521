"""What a sampler did, and what weights mean, in sentences a reader can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

R_HAT, ESS_LEAST, K_HAT = 1.01, 400.0, 0.7
#: Recovery below this share: the comparison cannot be trusted to name the right hypothesis.
SURE, LIKELY = 0.95, 0.75
#: Error of a ln evidence (nats) from which recovery is said to be blurred by it: 0.1 moves a weight of 0.5 by 0.025.
BLUR = 0.1


def sampler_words(
    *, method: str, r_hat: float, ess: float, divergences: int, draws: int, k_hat: float, peaks: int = 1
) -> list[str]:
    """Return sentences on whether the draws can be trusted; the first is the verdict.

    `peaks` is the number of maxima that the posterior is known to have.
    """
    if method == "grid":
        return ["The posterior was computed on a grid: no sampling error but that of its draws."]
    if method == "importance":
        return [f"Importance sampling worked (Pareto k-hat {k_hat:.2f}, below {K_HAT})."]
    bad = []
    if not r_hat < R_HAT:
        way = "narrow the priors" if k_hat > K_HAT else "ask for method importance"
        stuck = f"the posterior has {peaks} peaks and chains stay at theirs; {way}"
        advice = stuck if peaks > 1 else "run longer"
        bad.append(f"the chains do not agree (R-hat {r_hat:.3f}, wanted below {R_HAT}): {advice}")
    if not ess > ESS_LEAST:
        bad.append(f"there are too few independent draws ({ess:.0f} of {draws}, wanted {ESS_LEAST:.0f}): run longer")
    if divergences:
        bad.append(
            f"{divergences} of {draws} steps diverged: the posterior has a region that the sampler cannot enter; "
            "narrow the priors or raise the target acceptance"
        )
    if bad:
        return [f"Do not trust this fit: {'; '.join(bad)}."]
    fine = f"The chains agree (R-hat {r_hat:.3f}) and hold {ess:.0f} independent draws of {draws}; none diverged."
    tried = f" Importance sampling had failed its own check (Pareto k-hat {k_hat:.2f})."
    return [fine + (tried if k_hat > K_HAT else "")]


def verdict(
    titles: Mapping[str, str],
    weights: Mapping[str, float],
    recovery: float | None,
) -> str:
    """Return one sentence on what the weights say, with the recovery beside them.

    `recovery` is the share of simulated data sets whose own hypothesis got the greatest weight, over all hypotheses.
    """
    order = sorted(weights, key=lambda k: -weights[k])
    shown = "/".join(f"{weights[k]:.2f}" for k in order)
    beside = "" if recovery is None else f", recovery {100 * recovery:.0f}%"
    if len(order) == 1:
        return f"Only one hypothesis was given: {titles[order[0]]}."
    if weights[order[0]] >= SURE and (recovery is None or recovery >= LIKELY):
        return f"The data support {_named(titles, order[:1])} (weights {shown}{beside})."
    if weights[order[0]] >= LIKELY and (recovery is None or recovery >= 0.6):
        weak = " weakly" if recovery is None or recovery < LIKELY else ""
        return f"The data lean{weak} to {_named(titles, order[:1])} (weights {shown}{beside}); they do not settle it."
    alike = [k for k in order if weights[k] >= 0.1 * weights[order[0]]]
    if len(alike) == 1:
        named = _named(titles, alike)
        named = named[:1].upper() + named[1:]
        return f"{named} has the weight, but data of this size would not name it reliably (weights {shown}{beside})."
    return f"These data can't separate {_named(titles, alike)}: weights {shown}{beside}."


def _named(titles: Mapping[str, str], keys: Sequence[str]) -> str:
    names = [titles[k] for k in keys]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " from " + names[-1]


def evidence_words(error: float) -> str:
    """Return what the error of the ln evidence of simulated data sets (nats) means for recovery; empty where small."""
    if not error > BLUR:
        return ""
    swing = 1 / (1 + np.exp(-error * np.sqrt(2)))  # two rivals, each with this error, alike otherwise
    return (
        f"The ln evidence of a simulated data set carries a sampling error of {error:.2f}: two rivals that are alike "
        f"get weights such as {swing:.2f} and {1 - swing:.2f}, so recovery may be off where rivals are close."
    )


def contraction_words(name: str, contraction: float) -> str:
    """Return what the data taught about a parameter; contraction is 1 - posterior variance / prior variance (of z)."""
    if contraction < 0.1:
        return f"{name}: the data say nothing; what stands there is the prior."
    if contraction < 0.5:
        return f"{name}: the data say little."
    return f"{name}: known from the data." if contraction > 0.9 else f"{name}: the data say much."


def percent(values: np.ndarray) -> str:
    """Return shares as percentages joined by slashes."""
    return "/".join(f"{100 * v:.0f}%" for v in values)
