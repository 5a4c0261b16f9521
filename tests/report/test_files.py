from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from metastasome import report
from metastasome.report.figures import body, draw_run, match
from metastasome.report.figures.style import save, styled

from .checks import Page
from .synthetic import MadeUpRun


def test_importing_the_room_is_light() -> None:
    code = "import sys, metastasome.report; print([m for m in ('pandas', 'matplotlib', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_write_leaves_page_and_tables(small: MadeUpRun, tmp_path: Path) -> None:
    path = report.write(small, tmp_path / "out", figures=False)
    assert path == tmp_path / "out" / "report.html"
    names = {p.name for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert {"report.html", "organs.csv", "lesions.csv", "programmes.csv", "network.csv"} <= names
    assert not [n for n in names if n.startswith(".")]
    with (tmp_path / "out/tables/lesions.csv").open() as file:
        assert sum(1 for _ in csv.DictReader(file)) == len(small.lesions)


def test_match_alone_leaves_its_tables(small: MadeUpRun, tmp_path: Path) -> None:
    assert small.match is not None
    path = report.write_match(small.match, tmp_path, figures=False)
    assert path.is_file()
    assert {p.name for p in (tmp_path / "tables").iterdir()} == {
        "programmes.csv", "genes.csv", "dose_curve.csv", "network.csv",
    }  # fmt: skip


@pytest.mark.slow
def test_hostile_names_in_every_figure(hostile: MadeUpRun, tmp_path: Path) -> None:
    drawn = draw_run(hostile, tmp_path)
    assert len(drawn) == 26 and all(p.stat().st_size > 2000 for p in drawn)
    assert not [p for p in drawn if p.suffix == ".svg" and "<script" in p.read_text("utf-8")]


def test_uneventful_run_is_drawn(uneventful: MadeUpRun, tmp_path: Path) -> None:
    names = {p.stem for p in draw_run(uneventful, tmp_path)}
    assert names == {"body_map", "organs", "metastasis_free"}


def test_figures_come_out_the_same(small: MadeUpRun, tmp_path: Path) -> None:
    assert small.match is not None
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        with styled():
            save(body.ranked_figure(small), tmp_path / folder / "organs")
            flow = match.flow_figure(small.match)
            assert flow is not None
            save(flow, tmp_path / folder / "flow")
    for made in sorted((tmp_path / "a").iterdir()):
        assert made.read_bytes() == (tmp_path / "b" / made.name).read_bytes()


def test_notebook_table(run: MadeUpRun, hostile: MadeUpRun) -> None:
    seen = Page(report.run_html(run))
    assert seen.faults == [] and "12 more organs" in seen.text and "liver" in seen.text
    assert not Page(report.run_html(hostile)).all("script")


def test_plot_shows_body_organs_and_curve(small: MadeUpRun) -> None:
    figure = report.plot(small)
    titles = [a.get_title(loc="left") for a in figure.axes]
    assert "Without a detectable metastasis" in titles and "Organs with a detectable lesion" in titles
    bars = next(a for a in figure.axes if a.get_title(loc="left") == "Organs with a detectable lesion").patches
    assert [b.get_width() for b in bars] == pytest.approx(sorted(small.p_detectable, reverse=True))
