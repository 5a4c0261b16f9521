"""Colours, once for page and figures: one sequential hue, one diverging pair, and the origins.

Lightness runs one way along the sequential scale, so it reads in grey and for every kind of colour vision. The
origins take the colours of Okabe and Ito (https://jfly.uni-koeln.de/color/), and are always named beside the colour.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

SEQUENTIAL = ("#fbe9dd", "#f7cdb6", "#f0a98b", "#e58467", "#d15f52", "#b33d4b", "#8c2646", "#641a3e", "#3d1030")
SEQUENTIAL_DARK = ("#3a2a33", "#54303f", "#713446", "#923c4b", "#b34a4e", "#d06153", "#e68364", "#f3ab86", "#fcd9bb")
DIVERGING = ("#1f4e8c", "#4379b8", "#84abd6", "#c3d6ea", "#f1eee8", "#f2d3b3", "#e2a36a", "#c06f2b", "#8a4510")
DIVERGING_DARK = ("#9ccbf8", "#649cda", "#3f70a8", "#2f4b6b", "#302c31", "#58432e", "#8d5d2e", "#cf8a3c", "#f8bd72")

ORIGINS: Mapping[str, str] = {
    "seeded": "#0072b2",
    "emt": "#56b4e9",
    "hybrid": "#e69f00",
    "macrophage": "#d55e00",
    "stem_mutation": "#009e73",
    "tota_direct": "#cc79a7",
    "tota_indirect": "#8f5fa8",
    "genometastasis": "#7a7a7a",
}
_OTHER = "#9c9a2c"

LIGHT: Mapping[str, str] = {
    "bg": "#fbfaf7",
    "panel": "#ffffff",
    "ink": "#211b1e",
    "muted": "#685d63",
    "line": "#e2dbd3",
    "grid": "#ece6df",
    "accent": "#8c2646",
    "focus": "#1f5fae",
    "body": "#f3ede5",
    "edge": "#5d3040",
    "decor": "#e6dfd8",
    "missing": "#d9d5d0",
    "series": "#8c2646",
    "second": "#1f4e8c",
    "third": "#8a5a00",
}
DARK: Mapping[str, str] = {
    "bg": "#151215",
    "panel": "#1e191d",
    "ink": "#ede6e6",
    "muted": "#b0a4aa",
    "line": "#3b3238",
    "grid": "#2d262b",
    "accent": "#f3ab86",
    "focus": "#8fc1ff",
    "body": "#262025",
    "edge": "#9b808b",
    "decor": "#3f363c",
    "missing": "#4b464a",
    "series": "#f0966f",
    "second": "#8dbdf2",
    "third": "#e8c15a",
}


def step(value: float, top: float, steps: int = len(SEQUENTIAL)) -> int | None:
    """Return the class 0..steps-1 of `value` on a scale from 0 to `top`; None for NaN."""
    if math.isnan(value):
        return None
    return min(steps - 1, max(0, int(steps * value / top))) if top > 0 else 0


def diverging_step(value: float, top: float) -> int | None:
    """Return the class 0..8 of `value` on a scale from -`top` to `top`; None for NaN."""
    if math.isnan(value):
        return None
    half = len(DIVERGING) // 2
    return half + max(-half, min(half, round(half * value / top))) if top > 0 else half


def nice_top(value: float) -> float:
    """Return the least round number (1, 1.5, 2, 3, ... times a power of ten) not below `value`; 1 if not positive."""
    if not (value > 0 and math.isfinite(value)):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return float(f"{next(m * power for m in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if m * power >= value * (1 - 1e-9)):.6g}")


def origin_colour(origin: str) -> str:
    """Return the colour of an origin of lesions."""
    return ORIGINS.get(origin, _OTHER)


def ink_on(colour: str) -> str:
    """Return black or white, whichever reads better on `colour` (WCAG relative luminance)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#1a1416" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "#ffffff"


def css_tokens() -> str:
    """Return the custom properties of both themes; print always takes the light one."""
    light, dark = _tokens(LIGHT, SEQUENTIAL, DIVERGING), _tokens(DARK, SEQUENTIAL_DARK, DIVERGING_DARK)
    return (
        f":root{{color-scheme:light;{light}}}\n"
        "@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light])"
        f"{{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n"
        + "".join(f".s{i}{{--fill:var(--s{i})}}" for i in range(len(SEQUENTIAL)))
        + "".join(f".d{i}{{--fill:var(--d{i})}}" for i in range(len(DIVERGING)))
        + ".sx{--fill:var(--missing)}\n"
    )


def _tokens(named: Mapping[str, str], sequential: tuple[str, ...], diverging: tuple[str, ...]) -> str:
    pairs = [(k, v) for k, v in named.items()]
    pairs += [(f"s{i}", c) for i, c in enumerate(sequential)] + [(f"d{i}", c) for i, c in enumerate(diverging)]
    return "".join(f"--{k}:{v};" for k, v in pairs)
