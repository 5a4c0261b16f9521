"""Question files: what they say, and one clear line for every mistake; then the commands on them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from metastasome.cli.app import run as main
from metastasome.core.errors import InputError
from metastasome.inference.hypotheses import hypotheses, hypothesis
from metastasome.inference.kinds import kinds
from metastasome.study.explain import fit, sensitivity
from metastasome.study.question import read_question

STUDIES = Path(__file__).parents[2] / "studies"
TABLE = "cohort,pairs,sharing\nours,30,29\n"
TEXT = """\
name: pairs
question: How many lesions are resident?
observations:
  pairs: {kind: truncal, table: pairs.csv}
hypotheses: [cells_only, tota_alone]
fit: {recovery: 5, draws: 200, chains: 2}
"""


@pytest.fixture
def question(tmp_path):
    (tmp_path / "pairs.csv").write_text(TABLE)
    (tmp_path / "question.yaml").write_text(TEXT)
    return tmp_path


def test_hypotheses_are_switches_of_mechanisms_that_exist():
    from metastasome.mechanisms import catalogue

    assert {"cells_only", "totr", "tota_alone", "tota_promoter", "tota_transient", "tota_indirect"} <= set(hypotheses())
    for h in hypotheses().values():
        assert set(h.switches) <= set(catalogue())
    assert not hypothesis("cells_only").resident and not hypothesis("totr").resident
    assert hypothesis("tota_alone").resident and not hypothesis("tota_transient").resident
    mixed = hypothesis("totr+tota_promoter")
    assert mixed.on("niche_training") and mixed.setting("tota_direct") == "needs_promoter"
    with pytest.raises(InputError, match="did you mean 'totr'"):
        hypothesis("tottr")


@pytest.mark.parametrize("path", sorted(STUDIES.glob("explain_*/*.yaml")), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_studies_can_be_read_and_every_hypothesis_allows_what_was_seen(path, request):
    needs_data = any(word in path.read_text() for word in ("table: kinetics/", "table: clinical/"))
    data = request.getfixturevalue("shared_data") if needs_data else None
    asked = read_question(path, data_dir=data)
    for explanation in asked.explanations:
        explanation.check_possible(draws=8)
        z = np.zeros(len(explanation.names))
        drawn = explanation.simulate(explanation.scale.theta(z), np.random.default_rng(1))
        assert np.isfinite(explanation.pointwise(z, drawn)).all()


@pytest.mark.parametrize(("old", "new", "line"), [
    ("kind: truncal", "kind: trunkal", "row 4.*did you mean 'truncal'"),
    ("table: pairs.csv", "table: nothing.csv", "row 4.*no such table"),
    ("hypotheses: [cells_only", "hypotheses: [cells_olny", "row 5.*did you mean 'cells_only'"),
    ("fit: {recovery: 5", "fit: {recover: 5", "row 6.*did you mean 'recovery'"),
    ("draws: 200", "draws: -1", "row 6.*whole number"),
    ("name: pairs\n", "", "'name' is missing"),
    ("table: pairs.csv}", "table: pairs.csv, cary: 0.1}", "did you mean 'carry'"),
    ("table: pairs.csv}", "table: pairs.csv, weight: -1}", "0 or more"),
    ("[cells_only,", "[{is: cells_only, priors: {truncal.missed: [lognormal, -1, 2]}},", "not a prior"),
])  # fmt: skip
def test_mistakes_in_a_question_are_one_line(question, capsys, old, new, line):
    file = question / "question.yaml"
    assert old in TEXT
    file.write_text(TEXT.replace(old, new))
    with pytest.raises(InputError, match=line):
        read_question(file)
    assert main(["compare", str(file), "--out", str(question / "out")]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1 and not (question / "out").exists()


@pytest.mark.parametrize(("table", "line"), [
    ("cohort,pairs,sharing\nours,30,31\n", "0 to n"),
    ("cohort,pairs,sharing\nours,30,2.5\n", "row 2.*not a whole number"),
    ("cohort,pairs,sharing\nours,30,-1\n", "row 2.*outside the support"),
    ("cohort,pairs\nours,30\n", "no such column"),
    ("cohort,pairs,sharing\nours,30,many\n", "row 2.*not a number"),
])  # fmt: skip
def test_mistakes_in_a_table_are_one_line(question, table, line):
    (question / "pairs.csv").write_text(table)
    with pytest.raises(InputError, match=line):
        _ = read_question(question).explanations


def test_columns_can_be_renamed_and_rows_chosen(question):
    (question / "pairs.csv").write_text("who,total,same\na,10,9\nb,20,19\n")
    text = TEXT.replace(
        "table: pairs.csv}", "table: pairs.csv, columns: {cohort: who, pairs: total, sharing: same}, where: {who: b}}"
    )
    (question / "question.yaml").write_text(text)
    seen = read_question(question).explanations[0].observations[0]
    assert seen.labels == ("b",) and seen.data["n"].tolist() == [20.0]


def test_upper_bound_on_resident_share_shrinks_with_pairs(question):
    bounds = []
    for pairs in (10, 300):
        (question / "pairs.csv").write_text(f"cohort,pairs,sharing\nours,{pairs},{pairs}\n")
        made = fit(question, "tota_alone")
        bounds.append(np.quantile(made.theta[..., made.explanation.names.index("truncal.resident_share")], 0.95))
    assert bounds[0] > 0.15 > 0.02 > bounds[1]
    assert bounds[0] == pytest.approx(1 - 0.05 ** (1 / 11), abs=0.05)  # without missed pairs: 1 - 0.05^(1/(n+1))


def test_compare_command_answers_and_keeps(question, capsys):
    out = question / "out"
    assert main(["compare", str(question), "--out", str(out), "--json", "-q"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {r["hypothesis"] for r in answer["table"]} == {"cells_only", "tota_alone"}
    assert "recovery" in answer["verdict"] and answer["recovery"]["sets"] == 5
    assert {"comparison.json", "weights.csv", "recovery.csv", "cells_only.nc"} <= {p.name for p in out.iterdir()}
    assert main(["compare", str(question), "--out", str(out), "-q"]) == 2
    assert "holds a result" in capsys.readouterr().err


def test_fit_command_checks_calibration(question, capsys):
    words = [
        "fit",
        str(question),
        "--hypothesis",
        "cells_only",
        "--check",
        "--sets",
        "40",
        "-q",
        "--out",
        str(question / "o"),
    ]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "truncal.missed" in said and "calibrated" in said and "predictive p" in said


def test_a_hypothesis_that_rules_out_the_data_is_said_and_the_rest_kept(question, capsys):
    (question / "question.yaml").write_text(TEXT.replace(
        "[cells_only,", "[{is: cells_only, key: perfect, title: sequencing that misses nothing, "
        "priors: {truncal.missed: [fixed, 0]}},"
    ))  # fmt: skip
    assert main(["compare", str(question), "--out", str(question / "out"), "-q"]) == 1
    shown = capsys.readouterr()
    assert "gives zero probability to pairs: ours" in shown.err
    assert (question / "out" / "tota_alone.nc").is_file()


def test_design_and_sensitivity_commands(question, capsys):
    assert main(["design", "totr", "tota_alone", "--experiment", "sequence", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["experiment"] == "sequence"
    assert main(["design", "totr", "tota_alon"]) == 2
    assert "did you mean 'tota_alone'" in capsys.readouterr().err
    assert main(["sensitivity", str(question), "--hypothesis", "tota_alone", "-n", "16"]) == 0
    assert "truncal.resident_share" in capsys.readouterr().out
    with pytest.raises(InputError, match="no such datum"):
        sensitivity(question, readout="pairs: theirs")


def test_every_kind_says_what_its_columns_mean():
    assert {"foci", "truncal", "plasma_dna", "arms", "burden", "levels", "growth", "any_metastasis"} <= set(kinds())
    for k in kinds().values():
        assert k.title and all(k.columns.values())
        assert set(k.optional) <= set(k.columns)
