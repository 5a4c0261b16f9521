from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.core.organs import NAMES
from metastasome.report import bodymap
from metastasome.report.charts import Axis, Line, Marker, lines, sankey
from metastasome.report.charts.axes import ends
from metastasome.report.charts.sankey import layout
from metastasome.report.markup import el, esc, linked
from metastasome.report.palette import (
    DIVERGING,
    DIVERGING_DARK,
    SEQUENTIAL,
    SEQUENTIAL_DARK,
    diverging_step,
    nice_top,
    step,
)
from metastasome.report.sections.courses import _table, thin, wide_range
from metastasome.report.table import Column, csv_text, table
from metastasome.report.words import duration, number, p_value, percent, percents, plain, span

few = settings(deadline=None, max_examples=60)


def luminance(colour: str) -> float:
    c = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (math.nan, "–"),
        (math.inf, "∞"),
        (0.00825, "0.00825"),
        (-0.5, "−0.5"),
        (12345.0, "12,300"),
        (1.2e9, "1.2 × 10⁹"),
        (1e-6, "10⁻⁶"),
        (-1e6, "−10⁶"),
        (99999.0, "10⁵"),
        (100, "100"),
        ("x", "–"),
    ],
)
def test_number(value: object, words: str) -> None:
    assert number(value) == words


@few
@given(st.floats(min_value=1e-250, max_value=1e250))
def test_number_reads_back_within_its_digits(x: float) -> None:
    text = number(x).replace(",", "")
    if "10" in text and re.search("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]", text):
        head, _, power = text.rpartition("10")
        exponent = int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
        back = float(f"{(head.replace(' × ', '') or '1')}e{exponent}")
    else:
        back = float(text)
    assert back == pytest.approx(x, rel=0.0051)


def test_percent_and_duration_and_p() -> None:
    assert [percent(v) for v in (0, 1, 0.0004, 0.9996, 0.05, 0.42, math.nan)] == [
        "0%", "100%", "<0.1%", ">99.9%", "5.0%", "42%", "–",
    ]  # fmt: skip
    assert [duration(v) for v in (10, 365.25, 3652.5, math.nan)] == [
        "10 days",
        "12 months",
        "10.0 years",
        "not reached",
    ]
    assert [p_value(v) for v in (1e-9, 0.003, 0.5)] == ["<0.0001", "0.003", "0.50"]
    assert percents(0.1, 0.2) == "10% to 20%" and percents(math.nan, 0.2) == "–"
    assert percents(0.5591, 0.561) == "55.9% to 56.1%" and percents(0.56001, 0.56004) == "56.001% to 56.004%"
    assert percents(0.2, 0.2) == "20% to 20%" and percents(0.9995, 0.9999) == ">99.9% to >99.9%"
    assert span(1, 2) == "1 to 2" and span(math.nan, 1) == "–"


@pytest.mark.parametrize("scale", [SEQUENTIAL, SEQUENTIAL_DARK])
def test_sequential_scale_reads_in_grey(scale: tuple[str, ...]) -> None:
    light = [luminance(c) for c in scale]
    assert light == sorted(light, reverse=scale is SEQUENTIAL)
    assert min(abs(a - b) for a, b in itertools.pairwise(light)) > 0.007


@pytest.mark.parametrize("scale", [DIVERGING, DIVERGING_DARK])
def test_diverging_scale_turns_in_the_middle(scale: tuple[str, ...]) -> None:
    light = [luminance(c) for c in scale]
    down = scale is DIVERGING_DARK
    assert light[:5] == sorted(light[:5], reverse=down) and light[4:] == sorted(light[4:], reverse=not down)


def test_steps() -> None:
    assert [step(v, 0.8) for v in (0.0, 0.4, 0.8, 2.0, math.nan)] == [0, 4, 8, 8, None]
    assert [diverging_step(v, 1.0) for v in (-9.0, -1.0, 0.0, 0.5, math.nan)] == [0, 0, 4, 6, None]
    assert [nice_top(v) for v in (0.66, 0.21, 7.0, 0.0, math.nan)] == [0.8, 0.3, 8.0, 1.0, 1.0]


def test_markup_escapes() -> None:
    assert el("p", esc("<b>&\"'"), title='"><x>') == '<p title="&quot;&gt;&lt;x&gt;">&lt;b&gt;&amp;&quot;&#x27;</p>'
    assert linked(
        "doi:10.1000/a.b"
    ) == 'doi:<a href="https://doi.org/10.1000/a.b" rel="noopener noreferrer">10.1000/a.b</a>' or (
        linked("doi:10.1000/a.b").count("<a ") == 1
    )
    assert linked("javascript:alert(1)") == "javascript:alert(1)"


def test_body_map_draws_every_organ_of_the_vocabulary() -> None:
    assert set(bodymap.drawn()) == set(NAMES)
    for shape in bodymap.drawing().organs:
        assert 0 < shape.anchor[0] < 480 and 0 < shape.anchor[1] < 900
        for _, d in shape.paths:
            assert re.fullmatch(r"[MCZ0-9. -]+", d)
            n = bodymap.numbers_of(d)
            assert len(n) % 2 == 0 and min(n) >= 0 and max(n) <= 900


def test_organs_lie_inside_the_body() -> None:
    from matplotlib.path import Path

    from metastasome.report.figures.body import to_path

    body = Path(to_path(bodymap.drawing().silhouette).to_polygons()[0])
    for shape in bodymap.drawing().organs:
        if shape.name == "skin":
            continue
        for kind, d in shape.paths:
            if kind == "shape":
                inside = body.contains_points(np.concatenate(to_path(d).to_polygons()))
                assert inside.all(), f"{shape.name} sticks out"


@few
@given(st.lists(st.floats(30, 870), min_size=1, max_size=20))
def test_labels_keep_their_distance(wanted: list[float]) -> None:
    out = bodymap.spread(sorted(wanted), 38.0, 30.0, 870.0)
    assert all(b - a >= 38.0 - 1e-9 for a, b in itertools.pairwise(out))
    assert out[-1] <= 870.0


@few
@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_within_the_axis_and_even(low: float, width: float) -> None:
    axis = Axis(low, low + width, 0, 100)
    if not axis.high - axis.low > 1e-9 * abs(low):
        return
    ticks = axis.ticks()
    slack = 1e-6 * width + 1e-9 * abs(low)
    assert 1 <= len(ticks) <= 8
    assert all(low - slack <= t <= low + width + slack for t in ticks)


def test_axis_ends_hold_the_values() -> None:
    assert ends([1.0, 3.0], zero=True)[0] == 0.0
    assert ends([]) == (0.0, 1.0)
    low, high = ends([2.0, 2.0])
    assert low < 2.0 < high


def test_log_axis_puts_a_decade_at_even_steps() -> None:
    axis = Axis(1, 1000, 0, 300, log=True)
    assert [axis.at(v) for v in (1, 10, 100, 1000)] == pytest.approx([0, 100, 200, 300])
    assert axis.at(0.0) == 0.0


def test_curve_goes_where_the_data_go() -> None:
    made = lines([Line([0.0, 1.0], [0.0, 10.0])], title="t", desc="d", x_title="x", y_title="y")
    path = re.search(r'd="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" class="curve"', made)
    assert path is not None
    x0, y0, x1, y1 = (float(v) for v in path.groups())
    assert x0 < x1 and y0 > y1


def test_nan_and_nothing_are_drawn_without_fuss() -> None:
    nan = math.nan
    made = lines([Line([0.0, 1.0, 2.0], [nan, 1.0, nan])], title="t", desc="", x_title="", y_title="")
    assert "nan" not in made
    empty = lines(
        [Line([], [])], title="t", desc="", x_title="", y_title="", log_x=True, markers=[Marker(math.inf, "m")]
    )
    assert "nan" not in empty and "inf" not in empty


def test_flows_conserve_their_weight() -> None:
    paths = [(("a", "x", "p"), 1.0), (("a", "y", "p"), 2.0), (("b", "x", "q"), 3.0)]
    plan = layout(paths, 3, (300, 200))
    for column in range(3):
        assert sum(n.weight for n in plan.nodes if n.column == column) == pytest.approx(6.0)
    for n in plan.nodes:
        out = sum(r.height for r in plan.ribbons if (r.column, r.source) == (n.column, n.name))
        if n.column < 2:
            assert out == pytest.approx(n.height)
    assert sankey(paths, ("1", "2", "3"), title="t", desc="d").count("<path") == 6


def test_table_says_how_much_it_leaves_out_and_sorts_by_value() -> None:
    frame = pd.DataFrame({"name": ["a", "b", "c"], "x": [1.5, math.nan, 2e9]})
    made = table(
        frame, [Column("name", "Name"), Column("x", "X", number, numeric=True)], key="k", caption="C.", limit=2
    )
    assert "First 2 of 3 rows." in made and 'data-v="1.5"' in made and 'data-v=""' in made
    assert "nothing to show" in table(frame.head(0), [Column("name", "Name")], key="k", caption="C.")


def test_csv_disarms_formulas_and_keeps_numbers() -> None:
    frame = pd.DataFrame({"t": ["=1+1", "@x", "plain", None], "v": [-1.0, 0.1, math.nan, 1e-300]})
    assert csv_text(frame) == "t,v\n'=1+1,-1.0\n'@x,0.1\nplain,\n,1e-300\n"


def test_thinning_keeps_both_ends() -> None:
    frame = pd.DataFrame({"day": np.arange(1000.0)})
    short = thin(frame, 50)["day"].tolist()
    assert len(short) <= 50 and short[0] == 0 and short[-1] == 999


def test_what_solving_leaves_of_nothing_is_shown_as_nothing() -> None:
    """A leakiness of −2.3 × 10⁻⁴³ stood in the table of time courses."""
    quantiles = {"q05": [0.0, -2.3e-43], "q25": [0.0, 1e-9], "q50": [0.0, 4e-8], "q75": [0.0, 0.2], "q95": [0.0, 0.6]}
    courses = pd.DataFrame({"name": "leakiness:lung", "unit": "1", "day": [0.0, 365.0], **quantiles})
    shown = _table(courses, ["leakiness:lung"])
    assert "10⁻⁴³" not in shown and "4 × 10⁻⁸" in shown and "0.6" in shown


def test_short_names_are_written_as_people_write_them() -> None:
    assert plain("ctc_per_ml") == "CTC per mL" and plain("plasma_ev") == "plasma EV"
    assert plain("tota_direct") == "TOTa direct" and plain("immune_suppression") == "immune suppression"
    assert plain("tumour_level") == "tumour level", "only whole words"


def test_only_wide_ranges_get_a_log_axis() -> None:
    assert wide_range([10.0**k for k in range(12)]) and not wide_range([1.0, 2.0, 3.0]) and not wide_range([])
