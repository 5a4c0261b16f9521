"""Writing HTML and SVG safely: everything that is not made here is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/[^\s;,\"'<>|]+)", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s;,\"'<>|]+", re.IGNORECASE)


def esc(value: object) -> str:
    """Return `value` as text safe in HTML and in a quoted attribute; control characters are dropped."""
    return html.escape(_CONTROL.sub("", str(value)), quote=True)


def el(name: str, /, *inside: str, **attributes: object) -> str:
    """Return an element; `inside` is markup already, attribute values are escaped.

    A trailing underscore is dropped from attribute names and the others become hyphens (``class_``, ``aria_label``);
    None and False leave an attribute out, True writes it bare.
    """
    words = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        words.append(attribute if value is True else f'{attribute}="{esc(value)}"')
    opening = " ".join(words)
    if name in _SHAPES and not any(inside):
        return f"<{opening}/>"
    return f"<{opening}>" if name in _VOID else f"<{opening}>{''.join(inside)}</{name}>"


_SHAPES = frozenset({"path", "rect", "circle"})
_VOID = frozenset({"meta", "link", "br", "hr", "input", "col"})


def paragraphs(sentences: Iterable[str], class_: str | None = None) -> str:
    """Return one escaped paragraph per sentence."""
    return "".join(el("p", esc(s), class_=class_) for s in sentences)


def bullets(sentences: Iterable[str], class_: str | None = None) -> str:
    """Return an escaped list."""
    return el("ul", *(el("li", esc(s)) for s in sentences), class_=class_)


def linked(text: object) -> str:
    """Return escaped text in which DOIs and http(s) addresses are links whose words can be read offline."""
    raw = _CONTROL.sub("", str(text))
    out, at = [], 0
    while (found := _DOI.search(raw, at) or _URL.search(raw, at)) is not None:
        url = _URL.search(raw, at)
        if url is not None and url.start() < found.start():
            found = url
        doi = found.group(1) if found.re is _DOI else None
        shown = (doi or found.group(0)).rstrip(".)")
        end = found.start() + found.group(0).index(shown) + len(shown)
        out.append(esc(raw[at : found.start()]))
        address = f"https://doi.org/{shown}" if doi else shown
        out.append(el("a", esc(shown), href=address, rel="noopener noreferrer"))
        at = end
    return "".join(out) + esc(raw[at:])
