"""Training: derivatives against differences, a fit that finds what was put in, and tables told apart."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from metastasome.core.streams import stream
from metastasome.matchmaking import train, train_fit
from metastasome.matchmaking.terms import NAMES
from metastasome.matchmaking.train_data import Transfections
from metastasome.matchmaking.train_newton import fit

USED = [0, 1, 2, 3]
PENALTY = np.full(len(USED), 3.0)


def small(genes: int = 120, mirnas: int = 6) -> train_fit.Problem:
    rng = stream(3, "tests/train")
    utrs = tuple("".join(rng.choice(list("ACGU"), n)) for n in rng.integers(200, 2500, genes))
    guides, passengers = (tuple("".join(rng.choice(list("ACGU"), 22)) for _ in range(mirnas)) for _ in range(2))
    level = rng.normal(0, 0.1, (genes, mirnas))
    names = tuple(f"g{i}" for i in range(genes)), utrs, tuple(f"m{i}" for i in range(mirnas))
    amounts = rng.uniform(50, 500, (2, genes))
    return train_fit.build_problem(Transfections(*names, guides, passengers, level, *amounts))


def planted(problem: train_fit.Problem) -> NDArray[np.float64]:
    truth = train_fit.start(len(USED))
    truth[train_fit.REST.start] = -5.0
    truth[train_fit.SLOPES] = [-2.5, 0.3, 2.0, -0.4]
    problem.level[:] = 3 * train_fit.predict(problem, truth, USED) + problem.level / 10
    return truth


def test_slopes_are_those_of_small_differences() -> None:
    problem = small()
    at = train_fit.start(len(USED)) + stream(4, "tests/train").normal(0, 0.2, train_fit.SLOPES.start + len(USED))
    middle, slopes = train_fit.slopes(problem, at, USED)
    np.testing.assert_allclose(middle, train_fit.predict(problem, at, USED), atol=1e-12)
    for k in range(len(at)):
        ends = [train_fit.predict(problem, at + sign * 1e-4 * (np.arange(len(at)) == k), USED) for sign in (1, -1)]
        np.testing.assert_allclose(slopes[:, :, k], (ends[0] - ends[1]) / 2e-4, atol=1e-5)


def test_fit_predicts_what_was_planted_and_not_from_other_genes() -> None:
    problem = small()
    planted(problem)
    first, factor = train_fit.start(len(USED)), np.full(120, 3.0)
    keep = [0, 1, 2, 3, 4]

    def r2(found: NDArray[np.float64]) -> float:
        return float(np.corrcoef(train_fit.predict(problem, found, USED)[:, 5], problem.level[:, 5])[0, 1] ** 2)

    found = fit(problem, keep=keep, first=first, columns=USED, penalty=PENALTY, factor=factor)
    again = fit(problem, keep=keep, first=found, columns=USED, penalty=PENALTY, factor=factor)
    np.testing.assert_allclose(again, found, atol=0.02)  # it was the bottom
    assert r2(found) > 0.8 > r2(first)
    problem.level[:] = problem.level[::-1].copy()  # sabotage: every gene has another's answer
    wrong = fit(problem, keep=keep, first=first, columns=USED, penalty=PENALTY, factor=factor)
    assert r2(wrong) < 0.2


def test_held_out_mirnas_do_not_move_their_own_prediction() -> None:
    problem = small()
    planted(problem)
    groups = [[0, 1], [2, 3], [4, 5]]
    one = train.cross_validate(problem, groups, USED, PENALTY, 1)
    problem.level[:, 0] += stream(5, "tests/train").normal(0, 1, len(problem.level))
    other = train.cross_validate(problem, groups, USED, PENALTY, 1)
    np.testing.assert_allclose(other.without[0], one.without[0], atol=0.02)
    assert np.abs(other.whole - one.whole).max() > 0.1


def test_tables_learned_anew_are_told_apart(tmp_path: Path) -> None:
    content = {"intercepts": [-5.0, -4.0], "coefficients": [0.1] * len(NAMES), "covariance": [[1.0, 0.0], [0.0, 1.0]]}
    answers = "gene,fingerprint,factor\nA,0011,1.000\nB,0022,0.500\n"
    (tmp_path / train.TABLE).write_text(json.dumps(content))
    (tmp_path / train.FILE).write_text(answers)
    assert set(train.differences(content, answers, tmp_path).values()) == {0.0}
    moved = content | {"intercepts": [-5.0, -4.1]}
    assert train.differences(moved, answers, tmp_path)["intercepts"] == pytest.approx(0.1)
    assert train.differences(content, answers.replace("0.500", "0.520"), tmp_path)["factor"] == pytest.approx(0.02)
    assert train.differences(content, answers.replace("0022", "0033"), tmp_path)["factor"] == np.inf
