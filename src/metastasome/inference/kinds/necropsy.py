"""Mice whose primary was taken out and that were looked through later: a metastasis or none.

A primary of volume V at its removal, t days after it was given, has grown at rate a and has founded lesions in
proportion to V(s)^g. One founded s days before removal was w + s days old at necropsy, w days after removal, and is
seen once older than a lognormal time around `delay`. Of a group l, with m_l lesions expected from a primary taken out
at 1 cm3 (without vesicles, in no hurry),

    p = 1 - exp(-m_l L),   L = (V / 1 cm3)^g int_0^U (1 + G h) Phi(ln((w + s) / delay) / varies) du,
    u = 1 - exp(-g a s),   U = 1 - exp(-g a t),   h = V(s) / (V(s) + half)

where G, the gain of founding in niches that vesicles have trained, is 0 unless the hypothesis trains niches. Under the
law ``group`` neither size nor time matters: L = 1. Groups differ by ln m_l = ln m + unlike x_l, x standard normal.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.parameters import ASSUMPTION, Parameter, Prior
from ..laws import Binomial
from ..observation import Array, Data, Floats, Theta, special
from .base import Given, Kind, key_of, lognormal
from .sizes import EXPONENT, GAIN

LAWS = ("founded", "group")
GROUPS = ("line", "passage", "none")
YES, NO = ("y", "yes", "met", "1", "true"), ("n", "no", "non_met", "0", "false")


LESIONS = lognormal("necropsy.lesions", 0.5, 1.5, "1", 1e-6, 1e4, "lesions expected from a primary taken out at 1 cm3")
UNLIKE = lognormal("necropsy.unlike", 1.0, 0.7, "1", 0.01, 10.0, "sd between groups of ln lesions")
GROWTH = lognormal("necropsy.growth", 0.08, 0.5, "1/day", 1e-3, 2.0, "growth rate of the primary until it is taken out")
DELAY = lognormal("necropsy.delay", 80.0, 0.6, "day", 1.0, 2000.0, "age at which histology finds half of the lesions")
HALF = lognormal("necropsy.half", 500.0, 1.0, "mm**3", 0.1, 1e6, "volume of the primary that trains niches by half")
_CM3 = 1000.0  # mm3
_U, _WEIGHT = (np.asarray(x) for x in np.polynomial.legendre.leggauss(24))


def build(given: Given) -> Binomial:
    """Return the mice under the law of the options, with vesicles where the hypothesis trains niches."""
    law, by = given.options["law"], given.options["groups"]
    for field, value, known in (("law", law, LAWS), ("groups", by, GROUPS)):
        if value not in known:
            raise InputError("unknown", field=f"{given.name}.{field}", value=value, expected=" or ".join(known))
    varies = float(given.options["varies"])
    if not varies > 0:
        raise InputError("not a spread", field=f"{given.name}.varies", value=varies, expected="above 0")
    names = _groups(given, by)
    groups = tuple(dict.fromkeys(names))
    own = tuple(
        Parameter(f"necropsy.{key_of(g)}", 0.0, "1", -8.0, 8.0,
                  Prior("normal", 0.0, 1.0), ASSUMPTION, f"how {g} deviates, in its sd") for g in groups
    )  # fmt: skip
    if len({p.name for p in own}) < len(own):
        raise InputError("two groups have nearly the same name", file=given.table.path, field="line", value=groups)
    vesicles, differ = given.hypothesis.on("niche_training") and law == "founded", by != "none"
    at = np.array([groups.index(g) for g in names])

    def chance(theta: Theta, data: Data, xp: Any) -> Array:
        ln = xp.log(theta[LESIONS.name]) + 0.0 * data["volume"]
        if differ:
            ln = ln + theta[UNLIKE.name] * xp.stack([xp.asarray(theta[p.name], dtype=float) for p in own])[at]
        if law == "founded":
            gain, half = (theta[GAIN.name], theta[HALF.name]) if vesicles else (0.0, 1.0)
            ln = ln + _ln_seen(theta, data, gain, half, varies, xp)
        return -xp.expm1(-xp.exp(xp.clip(ln, -60.0, 3.4)))  # 3.4: a chance just below 1

    needed = [LESIONS, *((UNLIKE, *own) if differ else ())]
    if law == "founded":
        needed += [EXPONENT, GROWTH, DELAY, *((GAIN, HALF) if vesicles else ())]
    return Binomial(given.name, _data(given), given.words("mouse"), tuple(needed), chance, given.weight)


def _ln_seen(theta: Theta, data: Data, gain: Array, half: Array, varies: float, xp: Any) -> Array:
    """Return ln L of each mouse ``(m,)``."""
    speed = theta[EXPONENT.name] * theta[GROWTH.name]
    most = -xp.expm1(-speed * data["removed"])[:, None]
    back = -xp.log1p(-most * 0.5 * (_U + 1)) / speed  # days before removal (m, nodes)
    volume = data["volume"][:, None] * xp.exp(-theta[GROWTH.name] * back)
    old = xp.log((data["after"][:, None] + back) / theta[DELAY.name]) / varies
    rate = (1 + gain * volume / (volume + half)) * special(xp).ndtr(old)
    seen = 0.5 * most[:, 0] * (rate @ _WEIGHT)
    return theta[EXPONENT.name] * xp.log(data["volume"] / _CM3) + xp.log(xp.maximum(seen, 1e-26))


def _groups(given: Given, by: str) -> tuple[str, ...]:
    """Return the group of each mouse."""
    if by == "none":
        return ("all",) * len(given.table.rows)
    lines = given.words("line")
    if by == "line":
        return lines
    given.table.index("passage")  # needed here
    return tuple(f"{line} p{p:g}" for line, p in zip(lines, given.numbers("passage", low=0), strict=True))


def _data(given: Given) -> Data:
    """Return outcomes and what was controlled; a volume that is missing is the geometric mean of the others."""
    volume = _volumes(given)
    removed = given.numbers("removed", low=0)
    given.refuse(removed <= 0, "removed", removed, "above 0 days")
    after = given.numbers("after", low=0)
    found = [w.strip().lower() for w in given.words("metastasis")]
    for i, word in enumerate(found):
        if word not in YES + NO:
            raise given.wrong(i, "metastasis", "neither yes nor no", word, "y or n", "leave such rows out by 'where'")
    k = np.array([float(w in YES) for w in found])
    return {"k": k, "n": np.ones(len(k)), "volume": volume, "removed": removed, "after": np.maximum(after, 1e-3)}


def _volumes(given: Given) -> Floats:
    made = given.table.numbers([given.table.index("volume")], missing=math.nan)[:, 0]
    given.refuse(made <= 0, "volume", made, "above 0 mm3, or nothing where unknown")
    if np.isnan(made).all():
        raise InputError("no volume is known", file=given.table.path, field="volume")
    return np.where(np.isnan(made), np.exp(np.nanmean(np.log(made))), made)


KIND = Kind(
    "necropsy", "mice whose primary was taken out: a metastasis at necropsy or none",
    {"mouse": "which animal", "line": "cell line or xenograft", "passage": "its passage, for groups: passage",
     "removed": "days from transplant to removal", "after": "days from removal to necropsy",
     "volume": "of the primary when it was taken out, mm3; may be empty", "metastasis": "y or n"},
    build,
    {"law": ("founded", "founded by the primary over time, or 'group': neither size nor time matters"),
     "groups": ("line", "what mice may differ by: line, passage (of a line), none"),
     "varies": (0.3, "sd of ln of the age at which a lesion is found")},
    {"passage": 0.0},
)  # fmt: skip
