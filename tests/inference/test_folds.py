"""Fold changes: the law against a t-test and closed forms, and one clear line for what cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from metastasome.cli.app import run as main
from metastasome.core.errors import InputError
from metastasome.inference.compiled import compiled
from metastasome.inference.explanation import Explanation
from metastasome.inference.grid import grid
from metastasome.inference.hypotheses import hypothesis
from metastasome.inference.kinds import kind
from metastasome.inference.kinds.base import given

HEAD = "intervention,fold,sd,n,control\n"


def read(folder, rows, key="totr", head=HEAD, **options):
    (folder / "folds.csv").write_text(head + rows)
    k = kind("folds")
    made = k.build(given(k, name="folds", table=folder / "folds.csv", hypothesis=hypothesis(key), options=options))
    return Explanation(key, key, (made,))


def test_the_chance_of_no_effect_is_that_of_a_t_test_on_the_animals(tmp_path):
    rng = np.random.default_rng(3)
    treated, control = rng.normal(-0.8, 0.5, 7), rng.normal(0.0, 0.5, 9)
    pooled = np.sqrt((6 * treated.var(ddof=1) + 8 * control.var(ddof=1)) / 14)
    fold = np.exp(treated.mean() - control.mean())
    e = read(tmp_path, f"block,{fold:.15g},{pooled:.15g},7,9\n", "cells_only")
    t = stats.ttest_ind(treated, control).statistic
    scale = pooled * np.sqrt(1 / 7 + 1 / 9)
    assert e.names == ()
    assert float(e.pointwise(np.zeros(0), e.data)[0]) == pytest.approx(stats.t(14).logpdf(t) - np.log(scale), rel=1e-9)


def test_a_strong_effect_is_found_and_none_is_not(tmp_path):
    weak, strong = "block,0.95,0.5,8,8\n", "block,0.2,0.5,8,8\n"

    def gain(rows):
        free, none = (grid(compiled(read(tmp_path, rows, key))) for key in ("totr", "cells_only"))
        return free.log_evidence - none.log_evidence

    assert gain(strong) > 3 and gain(weak) < 0


def test_interventions_have_effects_of_their_own_in_proportion_to_dose(tmp_path):
    rows = "block,0.5,0.4,9,9,1\nblock,0.25,0.4,9,9,2\nfilter,0.9,0.4,9,9,1\n"
    e = read(tmp_path, rows, head=HEAD.replace("control\n", "control,dose\n"))
    assert e.names == ("folds.effect_block", "folds.effect_filter")
    on = grid(compiled(e))
    block, other = on.weights @ e.scale.rows(on.z)
    assert block == pytest.approx(np.log(0.5), abs=0.1) and other == pytest.approx(np.log(0.9), abs=0.1)
    drawn = e.simulate(e.scale.theta(np.array([-1.0, 0.0])), np.random.default_rng(1))[0]["ln_fold"]
    assert drawn.shape == (3,) and drawn[1] < drawn[0] < 0


@pytest.mark.parametrize(("row", "says"), [
    ("block,0,0.4,9,9", "row 2.*'fold'"), ("block,-2,0.4,9,9", "row 2.*'fold'"), ("block,x,0.4,9,9", "row 2.*'fold'"),
    ("block,nan,0.4,9,9", "row 2.*'fold'"), ("block,0.5,0,9,9", "row 2.*'sd'"), ("block,0.5,0.4,8.5,9", "whole number"),
    ("block,0.5,0.4,1,1", "3 animals"),
])  # fmt: skip
def test_what_cannot_be_is_one_line(tmp_path, capsys, row, says):
    with pytest.raises(InputError, match=says):
        read(tmp_path, row + "\n")
    text = "name: f\nquestion: q?\nobservations: {f: {kind: folds, table: folds.csv}}\nhypotheses: [totr]\n"
    (tmp_path / "question.yaml").write_text(text)
    assert main(["fit", str(tmp_path), "-o", str(tmp_path / "out"), "-q"]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
