"""The page in a real browser: what it shows, and that it asks nobody for anything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from metastasome import report

from .synthetic import MadeUpRun

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass
class Watched:
    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as p:
        made = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def report_file(run: MadeUpRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report.write(run, tmp_path_factory.mktemp("report"), figures=False)


@pytest.fixture(scope="module")
def hostile_file(hostile: MadeUpRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report.write(hostile, tmp_path_factory.mktemp("hostile"), figures=False)


def visit(browser: Any, file: Path, width: int = 1280, **options: Any) -> Watched:
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    seen = Watched(context.new_page())
    seen.page.on("request", lambda r: seen.requests.append(r.url))
    seen.page.on("console", lambda m: seen.complaints.append(m.text) if m.type in ("error", "warning") else None)
    seen.page.on("pageerror", lambda e: seen.complaints.append(str(e)))
    seen.page.on("dialog", lambda d: (seen.complaints.append(d.message), d.dismiss()))
    seen.page.goto(file.as_uri())
    return seen


def shown_card(page: Any) -> str:
    cards = page.locator(".card:visible")
    assert cards.count() == 1
    return str(cards.locator("h3").inner_text()).lower()


@pytest.mark.parametrize("width", [1280, 768, 390])
def test_opens_from_disk_without_network_errors_or_sideways_scroll(browser: Any, report_file: Path, width: int) -> None:
    seen = visit(browser, report_file, width)
    for y in range(0, 16_000, 1500):
        seen.page.mouse.wheel(0, y)
    assert seen.requests == [report_file.as_uri()]
    assert seen.complaints == []
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_hostile_names_do_nothing(browser: Any, hostile_file: Path) -> None:
    seen = visit(browser, hostile_file)
    seen.page.wait_for_timeout(200)
    assert seen.complaints == [] and seen.requests == [hostile_file.as_uri()]
    assert seen.page.title().startswith("Colorectal cancer, plasma vesicles\"'>")


def test_organs_are_buttons(browser: Any, report_file: Path, run: MadeUpRun) -> None:
    page = visit(browser, report_file).page
    assert shown_card(page) == "liver"
    page.get_by_role("button", name="brain").click()
    assert shown_card(page) == "brain"
    assert page.get_by_role("button", name="brain").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="liver").click()
    assert shown_card(page) == "liver"
    for organ in ("lung", "kidney", "skin", "bone and marrow", "lymph nodes", "adrenal glands"):
        assert page.get_by_role("button", name=organ).count() == 1
        page.get_by_role("button", name=organ).focus()
        assert shown_card(page) == organ


def test_keyboard_alone_reaches_and_chooses_organs(browser: Any, report_file: Path) -> None:
    page = visit(browser, report_file).page
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        organ = page.evaluate("document.activeElement?.dataset?.organ ?? ''")
        if organ:
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
            reached.add(organ)
    assert len(reached) == 20


def test_label_beside_the_figure_chooses_too(browser: Any, report_file: Path) -> None:
    page = visit(browser, report_file).page
    page.locator(".tag[data-for=spleen] .organname").click()
    assert shown_card(page) == "spleen"


def test_menus_show_one_figure(browser: Any, report_file: Path) -> None:
    page = visit(browser, report_file).page
    page.get_by_label("Time course", exact=True).select_option("leakiness, liver")
    shown = page.locator("#when .choose figure:visible")
    assert shown.count() == 1
    assert shown.get_attribute("data-choice") == "leakiness, liver"


def test_tables_sort_both_ways(browser: Any, report_file: Path) -> None:
    page = visit(browser, report_file).page
    names = page.locator("#table-organs tbody th")
    before = names.all_inner_texts()
    head = page.locator("#table-organs thead button", has_text="Organ")
    head.click()
    assert names.all_inner_texts() == sorted(before)
    head.click()
    assert names.all_inner_texts() == sorted(before, reverse=True)
    lesions = page.locator("#table-organs thead button", has_text="Lesions")
    lesions.click()
    values = [
        float(v or "nan")
        for v in page.locator("#table-organs tbody td:last-child").evaluate_all("c => c.map(x => x.dataset.v)")
    ]
    assert values == sorted(values, reverse=True)


def test_csv_downloads(browser: Any, report_file: Path, tmp_path: Path) -> None:
    page = visit(browser, report_file).page
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download CSV: organs").click()
    waiting.value.save_as(tmp_path / "organs.csv")
    assert (tmp_path / "organs.csv").read_text().startswith("organ,probability,low,high")


def test_dark_by_preference_and_by_hand(browser: Any, report_file: Path) -> None:
    page = visit(browser, report_file, color_scheme="dark").page
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Light colours").click()
    assert page.evaluate(ground) != dark
    page.get_by_role("button", name="Dark colours").click()
    assert page.evaluate(ground) == dark


def test_reads_without_script(browser: Any, report_file: Path) -> None:
    page = visit(browser, report_file, java_script_enabled=False).page
    assert page.locator(".card:visible").count() == 20
    assert page.locator("#match .choose figure:visible").count() == 4
    assert page.locator("#table-organs").is_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_no_chart_text_is_cut_off(browser: Any, report_file: Path, width: int) -> None:
    page = visit(browser, report_file, width).page
    outside = page.evaluate(
        """() => [...document.querySelectorAll('figure')].flatMap((f) => {
          const box = f.getBoundingClientRect();
          if (!box.width || f.querySelector('.flow')) return [];
          return [...f.querySelectorAll('svg text')].filter((t) => {
            const b = t.getBoundingClientRect();
            return b.left < box.left - 1 || b.right > box.right + 1 || b.top < box.top - 1;
          }).map((t) => t.textContent);
        })"""
    )
    assert outside == []


def test_the_body_map_moves_through_time(browser: Any, tmp_path: Path) -> None:
    from metastasome import body, kinetics
    from metastasome.report.kinetics_page import write_kinetics

    course = kinetics.distribute(1e10, body.mouse(), label="dye", method="linear")
    seen = visit(browser, write_kinetics(course, tmp_path / "where.html"))
    page, value = seen.page, ".tag[data-for=liver] .organvalue"
    late = page.locator(value).text_content()
    page.locator("input[type=range]").fill("20")
    early = page.locator(value).text_content()
    assert early != late
    assert page.locator(".bodymap [data-organ=liver]").get_attribute("class") == "organ s8"
    assert "liver" in page.locator(".bodymap [data-organ=liver]").get_attribute("aria-label").lower()
    page.locator("select[aria-label='What is shown']").select_option("1")
    assert "%ID/g" in (page.locator(value).text_content() or "")
    page.locator(".bodymap [data-organ=spleen]").focus()
    assert shown_card(page).lower().startswith("spleen")
    assert not seen.complaints
    assert [r for r in seen.requests if not r.startswith("file:")] == []
