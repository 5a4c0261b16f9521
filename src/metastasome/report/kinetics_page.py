"""The page of a kinetics calculation: where a dose goes, organ by organ and over time, in one file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import InputError, ModelError
from ..core.files import atomic_file
from .charts.lines import Line, lines
from .markup import el, esc, paragraphs
from .moving import clock, moving_map
from .page import document
from .sections.courses import thin
from .sections.parts import figure, grid, section
from .table import Column, table
from .words import number, organ_label, plain

if TYPE_CHECKING:
    import pandas as pd

    from ..kinetics import Exposure
    from ..kinetics.analysis import NCA

PARTS = (("where", "Where"), ("plasma", "Plasma"), ("organs", "Organs"))


def kinetics_page(exposure: Exposure) -> str:
    """Return the report of `exposure` as a whole HTML page."""
    title = f"{plain(exposure.vesicle.name)} vesicles in a {_weight(exposure)} {exposure.body.species}"
    head = el(
        "header",
        el("p", "metastasome", class_="brand"),
        el("h1", esc(title)),
        el("div", el("h2", "Answer", class_="eyebrow"), paragraphs(_answer(exposure)), class_="answer"),
        el("p", el("strong", "What is read: "), esc(_reading(exposure)), class_="datanote"),
        class_="top",
    )
    foot = "Made by metastasome. This page is one file and needs no network."
    modules = ("organs", "moving", "sort", "page")
    return document(
        title, exposure.summary(), head, (_where(exposure), _plasma(exposure), _organs(exposure)), PARTS, foot,
        modules=modules,
    )  # fmt: skip


def write_kinetics(exposure: Exposure, path: str | os.PathLike[str]) -> Path:
    """Write the page of `exposure` to `path`, whole or not at all; return it."""
    with atomic_file(path) as part:
        part.write_text(kinetics_page(exposure), encoding="utf-8", newline="\n")
    return Path(path)


def _answer(exposure: Exposure) -> tuple[str, str]:
    """Return the fullest organs at their own peaks, then how things stand at the end."""
    held = exposure.percent_id
    top = np.argsort(-held.max(axis=0))[:3]
    told = []
    for i in top:
        peak = int(held[:, i].argmax())
        told.append(f"{organ_label(exposure.organs[i])} {held[peak, i]:.3g}% (at {clock(float(exposure.times[peak]))})")
    end = ", ".join(f"{organ_label(exposure.organs[i])} {held[-1, i]:.3g}%" for i in np.argsort(-held[-1])[:3])
    return (
        f"Of {number(float(exposure.given[-1]))} vesicles, most is at its peak in {', '.join(told)}.",
        f"After {clock(float(exposure.times[-1]))} there is left: {end}; {held[-1].sum():.3g}% in all organs together.",
    )


def _weight(exposure: Exposure) -> str:
    kilos = exposure.body.weight_kg
    return f"{kilos:g} kg" if kilos >= 1 else f"{1000 * kilos:g} g"


def _reading(exposure: Exposure) -> str:
    if exposure.label.name in ("none", "vesicle"):
        return "vesicles themselves, without a label."
    return (
        f"the label ({exposure.label.name}), on vesicles, left in cells and free: it outlives the vesicle in cells, "
        "which is why published half-lives differ by label."
    )


def _where(exposure: Exposure) -> str:
    order = np.argsort(-exposure.percent_id.max(axis=0))
    cards = "".join(_card(exposure, int(i), first=n == 0) for n, i in enumerate(order))
    drawn = (
        ""
        if exposure.body.species == "human"
        else f" The organs are a {exposure.body.species}'s, drawn in a human figure."
    )
    return section(
        "where",
        "Where they go",
        el("p", esc(f"Play or move the slider; choose an organ for its course.{drawn}"), class_="hint scripted"),
        el(
            "div", moving_map(exposure), el("div", cards, class_="cards", aria_live="polite", id="organ-panel"),
            class_="mapgrid",
        ),
    )  # fmt: skip


def _card(exposure: Exposure, i: int, *, first: bool) -> str:
    organ, hours = exposure.organs[i], _hours(exposure)
    held = exposure.percent_id[:, i]
    chart = lines(
        [Line(hours, _thinned(exposure, held))], title=f"Label in {organ_label(organ)} over time", x_title="hours",
        y_title="% of dose", desc=f"At most {number(float(held.max()))}% of the dose.",
    )  # fmt: skip
    cells = exposure.per_cell()[-1, i]
    from ..kinetics.conditions import CELLS

    taken = "".join(
        el("li", el("span", esc(plain(c))), el("b", esc(number(float(v))))) for c, v in zip(CELLS, cells, strict=True)
    )
    return el(
        "article",
        el("h3", esc(organ_label(organ))),
        chart,
        el(
            "dl",
            el("dt", f"Vesicles taken up per cell by {clock(float(exposure.times[-1]))}"),
            el("dd", el("ul", taken, class_="pairs")),
        ),
        class_="card",
        data_organ=organ,
        data_first=first,
    )


def _plasma(exposure: Exposure) -> str:
    y = _thinned(exposure, exposure.plasma)
    hours = _hours(exposure)
    positive = [(t, v) for t, v in zip(hours, y, strict=True) if v > 0]
    chart = lines(
        [Line([t for t, _ in positive], [v for _, v in positive])], title="Label in plasma", x_title="hours",
        y_title="EV/mL plasma", log_y=True, desc="Concentration of label in venous plasma over time.", size=(620, 320),
    ) if positive else el("p", "Nothing was ever in plasma.", class_="none")  # fmt: skip
    return section("plasma", "In blood", grid(figure(chart, "Label in venous plasma."), _analysis(exposure)))


def _analysis(exposure: Exposure) -> str:
    try:
        found = exposure.analysis()
    except (InputError, ModelError) as error:
        return el("p", esc(f"No non-compartmental analysis: {error}."), class_="none")
    facts = "".join(el("div", el("dt", esc(k)), el("dd", esc(v))) for k, v in _facts(found))
    return el("div", el("h3", "Non-compartmental analysis"), el("dl", facts, class_="facts small"))


def _facts(found: NCA) -> tuple[tuple[str, str], ...]:
    return (
        ("Clearance", f"{number(found.clearance)} mL/day"),
        ("Volume at steady state", f"{number(found.volume)} mL"),
        ("Mean residence", clock(found.mean_residence)),
        ("First half-life", clock(found.initial_half_life)),
        ("Last half-life", clock(found.half_life)),
        ("AUC", f"{number(found.auc)} EV day/mL ({100 * found.auc_extrapolated:.2g}% extrapolated)"),
    )


def _organs(exposure: Exposure) -> str:
    return section(
        "organs",
        "Every organ",
        table(
            organ_rows(exposure),
            key="organs",
            caption=f"Label by organ: peak, and at {clock(float(exposure.times[-1]))}.",
            columns=[
                Column("organ", "Organ", organ_label),
                Column("peak", "Peak, %ID", number, numeric=True),
                Column("peak_hour", "Peak at, hours", number, numeric=True),
                Column("end", "End, %ID", number, numeric=True),
                Column("end_per_g", "End, %ID/g", number, numeric=True),
            ],
        ),
    )


def organ_rows(exposure: Exposure) -> pd.DataFrame:
    """Return organ, peak (%ID), peak_hour, end (%ID), end_per_g (%ID/g), fullest organ first."""
    import pandas as pd

    held = exposure.percent_id
    frame = pd.DataFrame({
        "organ": list(exposure.organs), "peak": held.max(axis=0), "peak_hour": 24 * exposure.times[held.argmax(axis=0)],
        "end": held[-1], "end_per_g": exposure.percent_id_per_g[-1],
    })  # fmt: skip
    return frame.sort_values("end", ascending=False, ignore_index=True)


def _hours(exposure: Exposure) -> list[float]:
    return _thinned(exposure, 24.0 * exposure.times)


def _thinned(exposure: Exposure, values: np.ndarray) -> list[float]:
    import pandas as pd

    return [float(v) for v in thin(pd.DataFrame({"v": values}))["v"]]
