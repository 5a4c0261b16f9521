"""What cannot be trusted is one clear sentence and exit code 1, with everything that was computed kept."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome.cli.app import run as main
from metastasome.core.parameters import Parameter, Prior
from metastasome.inference.compiled import compiled
from metastasome.inference.grid import grid
from metastasome.inference.scale import scale_of

from .small import chance

TEXT = """\
name: pairs
question: How many lesions are resident?
observations:
  pairs: {kind: truncal, table: pairs.csv}
hypotheses: HYPOTHESES
fit: FIT
"""


def ask(folder, capsys, command, hypotheses="[cells_only, tota_alone]", counts="30,29", fit="{recovery: 2}"):
    """Return the exit code and the lines on stderr of a command on a question of its own."""
    (folder / "pairs.csv").write_text(f"cohort,pairs,sharing\nours,{counts}\n")
    (folder / "question.yaml").write_text(TEXT.replace("HYPOTHESES", hypotheses).replace("FIT", fit))
    code = main([command, str(folder), "--out", str(folder / "out"), "-q"])
    return code, capsys.readouterr().err.strip().splitlines()


@pytest.mark.parametrize("command", ["fit", "compare"])
def test_a_count_outside_the_support_names_row_and_range(tmp_path, capsys, command):
    code, said = ask(tmp_path, capsys, command, counts="30,31")
    assert code == 2 and len(said) == 1 and "outside the support" in said[0] and "0 to n" in said[0]


@pytest.mark.parametrize("command", ["fit", "compare"])
def test_the_impossible_says_which_and_why(tmp_path, capsys, command):
    perfect = "[{is: cells_only, key: perfect, priors: {truncal.missed: [fixed, 0]}}, tota_alone]"
    code, said = ask(tmp_path, capsys, command, perfect)
    assert code == 1 and len(said) == 1
    assert "'perfect'" in said[0] and "pairs: ours" in said[0] and "seen: k 29, n 30" in said[0]
    assert "it expects 1" in said[0]
    assert (tmp_path / "out" / "tota_alone.nc").is_file()


@pytest.mark.parametrize("command", ["fit", "compare"])
def test_a_prior_that_contradicts_the_data_ends_in_1_with_the_fit_kept(tmp_path, capsys, command):
    narrow = "[{is: cells_only, key: narrow, priors: {truncal.missed: [lognormal, 0.01, 0.2]}}, tota_alone]"
    code, said = ask(tmp_path, capsys, command, narrow, counts="200,150")
    assert code == 1 and len(said) == 1
    assert "narrow: The prior of truncal.missed contradicts the data" in said[0]
    assert (tmp_path / "out" / "narrow.nc").is_file()


def test_chains_that_cannot_be_trusted_end_in_1_with_the_draws_kept(tmp_path, capsys):
    settings = "{method: nuts, draws: 20, warmup: 20, chains: 2}"
    code, said = ask(tmp_path, capsys, "fit", "[cells_only]", fit=settings)
    assert code == 1 and len(said) == 1 and "Do not trust this fit" in said[0] and "run longer" in said[0]
    kept = {p.name for p in (tmp_path / "out").iterdir()}
    assert {"cells_only.nc", "cells_only.json"} <= kept
    assert len(list((tmp_path / "out" / "chains").glob("*/chain-*.npz"))) == 2


def test_overwriting_moves_the_doubtful_answer_aside_and_takes_its_chains_up(tmp_path, capsys):
    settings = "{method: nuts, draws: 20, warmup: 20, chains: 2}"
    out = tmp_path / "out"
    ask(tmp_path, capsys, "fit", "[cells_only]", fit=settings)
    (out / "notes.txt").write_text("mine")
    first = (out / "cells_only.json").read_bytes()
    chains = {p: p.stat().st_mtime_ns for p in out.glob("chains/*/*.npz")}

    def again(fit):
        ask(tmp_path, capsys, "fit", "[cells_only]", fit=fit)  # without --overwrite: refused, all stays
        assert (out / "cells_only.json").read_bytes() == before
        main(["fit", str(tmp_path), "--out", str(out), "-q", "--overwrite"])
        assert (out / "earlier" / "cells_only.json").read_bytes() == before
        assert (out / "notes.txt").read_text() == "mine"
        assert {p: p.stat().st_mtime_ns for p in out.glob("chains/*/*.npz") if p in chains} == chains
        return (out / "cells_only.json").read_bytes()

    before = first
    assert again(settings) == first
    assert len(list(out.glob("chains/*/*.npz"))) == 2  # the same question: nothing was drawn anew
    before = first
    assert again("{method: nuts, draws: 40, warmup: 20, chains: 2}") != first
    assert len(list(out.glob("chains/*/*.npz"))) == 4


def test_a_file_in_place_of_the_output_folder_is_one_line(tmp_path, capsys):
    (tmp_path / "out").write_text("thesis")
    code, said = ask(tmp_path, capsys, "fit")
    assert code == 2 and len(said) == 1 and "a file, not a folder" in said[0]
    assert (tmp_path / "out").read_text() == "thesis"


def test_divergent_steps_are_said_and_not_trusted():
    from metastasome.inference.words import sampler_words

    said = sampler_words(method="nuts", r_hat=1.0, ess=900.0, divergences=7, draws=1000, k_hat=float("nan"))
    assert said[0].startswith("Do not trust this fit: 7 of 1000 steps diverged")


def test_the_grid_follows_the_mass_beyond_the_prior():
    """Prior median 0.01, data near 0.9: the whole mass lies 17 prior deviations away."""
    e = chance(90.0, 100.0, prior=Prior("lognormal", 0.01, 0.2))
    on = grid(compiled(e))
    ln = np.linspace(np.log(0.01), -1e-6, 20_001)
    weight = 90 * ln + 10 * np.log(-np.expm1(ln)) - 0.5 * ((ln - np.log(0.01)) / 0.2) ** 2
    weight = np.exp(weight - weight.max())
    assert on.weights @ e.scale.rows(on.z)[:, 0] == pytest.approx(weight @ np.exp(ln) / weight.sum(), rel=1e-4)


def test_a_posterior_far_out_stays_in_the_range_of_its_parameter():
    scale = scale_of([Parameter("a", 1.0, "1", 1e-4, 0.5, Prior("lognormal", 0.01, 0.2), "assumption", "a")])
    found = scale.theta(np.array([[0.0, 25.0]]))["a"]
    np.testing.assert_allclose(found, [0.01, 0.5])
