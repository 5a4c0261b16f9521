from __future__ import annotations

import base64
import csv
import hashlib
import io
import itertools
import re

import pytest

from metastasome.core.errors import InputError
from metastasome.report.page import SCRIPTS, match_page, run_page, script

from .checks import Page
from .synthetic import HOSTILE, MadeUpRun, make_run, with_routes


def test_page_nests_and_names_everything_once(page: str) -> None:
    seen = Page(page)
    assert seen.faults == []
    ids = [a["id"] for _, a in seen.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in seen.elements:
        for reference in ("aria-labelledby", "aria-describedby"):
            if attributes.get(reference):
                assert attributes[reference] in ids
    hashes = [a["href"] for a in seen.all("a") if (a.get("href") or "").startswith("#")]
    assert hashes and all(h is not None and h[1:] in ids for h in hashes)


def test_headings_descend_one_level_at_a_time(page: str) -> None:
    levels = [int(t[1]) for t, _ in Page(page).elements if re.fullmatch(r"h[1-6]", t)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))


def test_landmarks_captions_and_names(page: str) -> None:
    seen = Page(page)
    assert [len(seen.all(t)) for t in ("main", "header", "nav", "footer")] == [1, 1, 1, 1]
    assert len(seen.all("table")) == len(seen.all("caption")) >= 8
    charts = [a for a in seen.all("svg") if a.get("role") == "img"]
    assert len(charts) > 10 and all(a.get("aria-labelledby") for a in charts)
    assert all(a.get("scope") for a in seen.all("th"))
    assert seen.all("html")[0]["lang"] == "en"


def test_every_organ_is_a_named_focusable_button(page: str, run: MadeUpRun) -> None:
    buttons = [a for t, a in Page(page).elements if t == "g" and a.get("role") == "button"]
    assert {a["data-organ"] for a in buttons} == set(run.organs)
    assert all(a["tabindex"] == "0" for a in buttons)
    liver = next(a for a in buttons if a["data-organ"] == "liver")
    assert re.match(
        r"liver: probability of a detectable lesion \d+% \(95% interval \d+% to \d+%\)$", liver["aria-label"] or ""
    )


def test_nothing_is_fetched(page: str) -> None:
    seen = Page(page)
    assert not seen.all("link") and not seen.all("img") and not seen.all("iframe")
    assert all("src" not in a for a in seen.all("script"))
    assert "@import" not in page and "url(" not in page
    policy = next(a["content"] for a in seen.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None and policy.startswith("default-src 'none'")
    for name in SCRIPTS:
        digest = base64.b64encode(hashlib.sha256(script(name).encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_small_enough_to_send(page: str) -> None:
    assert len(page.encode()) < 1_500_000


def test_same_run_same_bytes(page: str) -> None:
    assert run_page(make_run()) == page


def test_another_seed_another_page(page: str) -> None:
    assert run_page(make_run(seed=4)) != page


def test_hostile_names_stay_text(hostile: MadeUpRun, small: MadeUpRun) -> None:
    made = run_page(hostile)
    made.encode("utf-8")
    seen, plain = Page(made), Page(run_page(small))
    assert seen.faults == []
    assert len(seen.all("script")) == len(plain.all("script")) == len(SCRIPTS)
    assert not seen.all("img")
    assert len(seen.elements) == len(plain.elements)
    assert not [k for _, a in seen.elements for k in a if k.startswith("on")]
    assert HOSTILE.replace("\x00", "").replace("\ud800", "") in seen.text


def test_only_web_addresses_become_links() -> None:
    run = make_run(n=20, organs=("liver",))
    run.sources.loc[0, "doi"] = "javascript:alert(1)"
    run.sources.loc[1, "doi"] = "see https://example.org/a?b=1&c=<d> and doi:10.1000/xyz.1."
    hrefs = [a["href"] or "" for a in Page(run_page(run)).all("a")]
    assert "https://example.org/a?b=1&c=" in hrefs and "https://doi.org/10.1000/xyz.1" in hrefs
    assert all(h.startswith(("#", "https://", "data:text/csv;")) for h in hrefs)


def test_a_run_in_which_nothing_happened(uneventful: MadeUpRun) -> None:
    seen = Page(run_page(uneventful))
    assert seen.faults == []
    assert "No lesion was drawn" in seen.text and "no matchmaking" in seen.text
    assert "in fewer than 5% of patients within the follow-up" in seen.text
    assert "What the vesicles do" not in seen.text


def test_organs_that_are_not_drawn_get_a_button() -> None:
    run = make_run(n=20, organs=("liver", "rest"))
    seen = Page(run_page(run))
    assert [a["data-organ"] for a in seen.all("button")] == ["rest"]


def test_csv_inside_the_page_holds_full_precision(page: str, run: MadeUpRun) -> None:
    link = next(a for a in Page(page).all("a") if a.get("download") == "organs.csv")
    text = base64.b64decode((link["href"] or "").partition("base64,")[2]).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {r["organ"]: float(r["probability"]) for r in rows} == dict(
        zip(run.organs, run.p_detectable.tolist(), strict=True)
    )


def test_contrast_names_what_is_clear(page: str, run: MadeUpRun) -> None:
    clear = int((run.effect["low"] > 0).sum())
    assert 0 < clear < len(run.effect)
    assert f"leaves out zero in {clear} of {len(run.effect)} rows" in page
    assert page.count('class="joint unclear"') == len(run.effect) - clear


def test_a_run_without_contrast_has_no_such_section() -> None:
    from dataclasses import replace

    from metastasome.report.snapshot import read_run

    taken = read_run(make_run(n=20, organs=("liver", "lung")))
    without = run_page(replace(taken, effect=None))
    assert 'href="#effect"' in run_page(taken) and 'href="#effect"' not in without
    assert Page(without).faults == []


def test_tables_of_a_run_are_read_once() -> None:
    made = make_run(n=20, organs=("liver", "lung"))
    asked = []

    class Counting:
        def __getattr__(self, name: str) -> object:
            asked.append(name)
            return getattr(made, name)

    run_page(Counting())  # type: ignore[arg-type]
    assert asked.count("lesions") == asked.count("trajectories") == asked.count("first_detection") == 1


def test_assumptions_stand_before_sourced_parameters(page: str) -> None:
    assert page.index('id="table-assumptions"') < page.index('id="table-parameters"')


def test_a_missing_column_is_one_clear_line() -> None:
    run = make_run(n=20, organs=("liver",))
    run.trajectories.drop(columns="q95", inplace=True)
    with pytest.raises(InputError, match="the table 'trajectories' has no column 'q95'"):
        run_page(run)


def test_routes_are_told_apart_where_the_match_tells_them(small: MadeUpRun) -> None:
    assert small.match is not None
    words = {"title": "CRC", "question": "What would change?", "data_note": "embedded"}
    plain = Page(match_page(small.match, **words))
    apart = Page(match_page(with_routes(small.match), **words))
    assert apart.faults == []
    maps = [[a["data-choice"] for a in p.all("figure") if a.get("data-choice")] for p in (plain, apart)]
    assert len(maps[1]) == 2 * len(maps[0]) and "stroma, RNA alone" in maps[1]
    assert "Two routes add up" in apart.text and "Two routes add up" not in plain.text


def test_significance_speaks_of_the_rna_route_alone(small: MadeUpRun) -> None:
    from dataclasses import replace

    from metastasome.report.sections.links import volcano_points

    assert small.match is not None
    bare = replace(small.match, gene_table=small.match.gene_table.drop(columns=["p", "q"]))
    whole, part = volcano_points(bare)[0], volcano_points(with_routes(bare))[0]
    assert [p.effect for p in part] == pytest.approx([0.1 * p.effect for p in whole])


def test_match_alone_has_a_page(small: MadeUpRun) -> None:
    assert small.match is not None
    seen = Page(match_page(small.match, title="CRC", question="What would change?", data_note="embedded"))
    assert seen.faults == []
    assert small.match.summary()[0] in seen.text
    assert "Where metastases appear" not in seen.text


def test_numbers_of_lesions_are_exact_and_say_whose_they_are(run: MadeUpRun) -> None:
    """The table of organs rounded 31,168 to 31,200, beside a chart that did not, and kept silent on whose they were."""
    from dataclasses import replace

    from metastasome.report.sections.body import where

    counts = run.lesions["organ"].value_counts()
    assert counts.max() > 1000, "three digits are not enough"
    assert f">{counts.max():,}<" in where(run)
    assert "Lesions, first" not in where(run)
    part = where(replace(run, lesion_patients=run.n_patients // 2))
    assert f"Lesions, first {run.n_patients // 2:,} patients" in part
