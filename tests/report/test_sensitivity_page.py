"""The page of a sensitivity analysis says what the table says, and the command writes it once."""

from __future__ import annotations

import re

import numpy as np
import pytest

from metastasome.cli.app import run as main
from metastasome.inference.sensitivity import Profile, Sensitivity
from metastasome.report.charts.tornado import Swing, tornado
from metastasome.report.sensitivity_page import sensitivity_page


@pytest.fixture
def found():
    index = np.array([[0.1, 0.0, 0.2], [0.9, 0.8, 1.0]])
    return Sensitivity(("weak", "strong"), index, index, np.array([[1.9, 2.1], [5.0, 0.5]]), 2.0)


def bars_of(drawn):
    return [float(w) for w in re.findall(r'width="([\d.]+)" height="16"', drawn)]


def test_the_page_names_the_strongest_and_shows_every_profile(found):
    shown = [Profile("strong", np.array([1.0, 2.0, 3.0]), np.array([-9.0, -1.0, -4.0]), 1.5, None)]
    page = sensitivity_page("t <b>", "What is expected", found, shown)
    assert "depends most on strong (total Sobol index 0.90)" in page and "t &lt;b&gt;" in page
    assert "strong is bounded below only, at 1.5." in page
    assert "What the data identify" not in sensitivity_page("t", "What is expected", found)


def test_bars_of_a_tornado_are_as_long_as_the_swings():
    drawn = tornado([Swing("strong", 5.0, 0.5), Swing("weak", 1.9, 2.1)], 2.0, title="t", x_title="x")
    down, up, *small = bars_of(drawn)
    assert down / up == pytest.approx(3.0 / 1.5, rel=0.01)
    assert small[0] == pytest.approx(small[1], abs=0.2) and small[0] < 0.1 * up
    assert drawn.index('class="bar down"') < drawn.index('class="bar up"')


def test_the_command_writes_a_page_and_never_over_another(tmp_path, capsys):
    (tmp_path / "pairs.csv").write_text("cohort,pairs,sharing\nours,30,29\n")
    (tmp_path / "question.yaml").write_text(
        "name: p\nquestion: q?\nobservations: {pairs: {kind: truncal, table: pairs.csv}}\nhypotheses: [tota_alone]\n"
    )
    asked = ["sensitivity", str(tmp_path), "-n", "8", "--profile", "-o", str(tmp_path / "s.html")]
    assert main(asked) == 0
    page = (tmp_path / "s.html").read_text()
    assert "truncal.resident_share" in page and page.count("<svg") >= 4
    capsys.readouterr()
    assert main(asked) == 2 and "--overwrite" in capsys.readouterr().err
    assert main([*asked, "--overwrite"]) == 0 and (tmp_path / "s.html").read_text() == page
