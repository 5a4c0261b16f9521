"""The page as one file: head, style, sections, scripts; it asks the network for nothing."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Sequence
from importlib import resources

from .markup import bullets, el, esc, paragraphs
from .palette import css_tokens
from .protocol import MatchView, RunView
from .sections import answer, basis, body, courses, effect, lesions, match
from .sections.parts import section
from .snapshot import RunSnapshot, read_match, read_run

PARTS = (
    ("where", "Where"),
    ("effect", "Effect"),
    ("match", "Match"),
    ("when", "When"),
    ("lesions", "Lesions"),
    ("basis", "Rests on"),
    ("limits", "Limits"),
    ("repeat", "Repeat"),
)
SCRIPTS = ("organs", "choose", "sort", "page")


def run_page(run: RunView | RunSnapshot) -> str:
    """Return the report of a run as a whole HTML page."""
    run = read_run(run)
    sections = (
        body.where(run),
        effect.contrasted(run.effect),
        match.matched(run.match),
        courses.when(run),
        lesions.lesions(run),
        basis.rests_on(run),
        basis.cannot_say(run),
        basis.repeat(run),
    )
    version = run.versions.get("metastasome", "")
    foot = f"Made by metastasome {version}, {run.created}. This page is one file and needs no network."
    parts = [p for p in PARTS if p[0] != "effect" or sections[1]]
    return document(run.title, answer.described(run), answer.header(run), sections, parts, foot)


def match_page(
    found: MatchView, *, title: str, question: str, data_note: str, foot: str = "", notes: Sequence[str] = ()
) -> str:
    """Return the report of a match alone as a whole HTML page; `notes` are its remarks."""
    found = read_match(found)
    head = el(
        "header",
        el("p", "metastasome", class_="brand"),
        el("h1", esc(title)),
        el("p", esc(question), class_="question"),
        el("div", el("h2", "Answer", class_="eyebrow"), paragraphs(found.summary()), class_="answer"),
        el("p", el("strong", "Data behind it: "), esc(data_note), class_="datanote"),
        class_="top",
    )
    sections, parts = [match.matched(found, said=False)], [("match", "Match")]
    if notes:
        sections.append(section("remarks", "Remarks", bullets(notes)))
        parts.append(("remarks", "Remarks"))
    return document(title, question, head, sections, parts, foot)


def document(
    title: str,
    described: str,
    header: str,
    sections: Sequence[str],
    parts: Sequence[tuple[str, str]],
    foot: str,
    *,
    modules: Sequence[str] = SCRIPTS,
) -> str:
    """Return a whole page of `sections`, with its contents list and the named script modules inside."""
    scripts = [script(name) for name in modules]
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; script-src "
        + " ".join(f"'sha256-{_digest(s)}'" for s in scripts)
    )
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="description", content=described),
        el("title", esc(title)),
        el("style", css_tokens() + asset("report.css")),
    )
    toc = el(
        "nav", el("ul", *(el("li", el("a", t, href=f"#{k}")) for k, t in parts)), class_="toc", aria_label="Contents"
    )
    inside = el(
        "body",
        el("a", "Skip to the report", href="#main", class_="skip"),
        el("div", header, toc, el("main", *sections, id="main"), el("footer", el("p", esc(foot))), class_="page"),
        *(el("script", s, type="module") for s in scripts),
    )
    return f"<!DOCTYPE html>\n{el('html', head, inside, lang='en')}\n"


@functools.cache
def asset(name: str) -> str:
    """Return a text file of ``assets/``."""
    return resources.files(__package__).joinpath("assets", name).read_text("utf-8")


def script(name: str) -> str:
    """Return one of the page's modules."""
    return asset(f"js/{name}.js")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
