"""Resolves miRNA names to miRBase v22 human mature names, and says how, or why not.

What is understood: v22 names in any case; MIMAT accessions; names that v22 changed; isomiR suffixes (``.1``); old names
without an arm (``hsa-miR-122``) and starred names (``miR-9*``); precursors (``hsa-mir-9-1``). A name that leaves the
arm open is given to one arm only where that arm holds at least :data:`MIN_SHARE` of the reads of both in a tissue atlas
(miRNATissueAtlas2, mean over organs); otherwise it is reported as ambiguous, with its candidates. Nothing is guessed.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..core.errors import nearest
from .mature import Mature, mirna_names

__all__ = ["HOW", "MIN_SHARE", "Mature", "Resolution", "looks_like_mirna", "mirna_names", "resolve"]

MIN_SHARE = 0.8
"""Share of an arm in the atlas from which a name without an arm is given to it (assumption)."""
MIN_CPM = 0.1
"""Mean counts per million in the atlas below which no arm counts as dominant (assumption)."""
_MIMAT = re.compile(r"MIMAT\d{7}", re.IGNORECASE)
_MIRNA = re.compile(r"^(?:[a-z]{3,4}-)?(?:mir|let|lin|lsy|bantam)-?\d*", re.IGNORECASE)
_ARM = re.compile(r"-[35]p$")
_NEAREST_LIMIT = 8  # a near name costs milliseconds; the first few are enough to see what is wrong

HOW: dict[str, str] = {
    "exact": "as written",
    "case": "another case or prefix",
    "accession": "MIMAT accession",
    "renamed": "renamed in miRBase v22",
    "isomir": "isomiR suffix dropped",
    "only": "the precursor's only mature miRNA",
    "dominant": f"no arm given; the arm with at least {MIN_SHARE:.0%} of the reads in the tissue atlas",
    "star": "the lesser arm of a starred name",
}


@dataclass(frozen=True)
class Resolution:
    """What became of a list of names.

    Attributes:
        names: given name -> v22 name, for those resolved.
        how: given name -> key of :data:`HOW`.
        ambiguous: given name -> candidates.
        unknown: given name -> a near known name as a question, or empty.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    how: Mapping[str, str] = field(default_factory=dict)
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)

    def sentences(self) -> tuple[str, ...]:
        """Return the report, one sentence per finding."""
        kinds = Counter(self.how.values())
        told = ", ".join(f"{kinds[k]} {HOW[k]}" for k in HOW if kinds[k])
        out = [f"miRNA names: {len(self.names)} resolved to miRBase v22 ({told})."] if told else []
        if self.ambiguous:
            out.append(
                f"{len(self.ambiguous)} miRNA names leave the arm open and were left out: {_some(self.ambiguous)}."
            )
        if self.unknown:
            out.append(f"{len(self.unknown)} names are no known human miRNA and were left out: {_some(self.unknown)}.")
        return tuple(out)

    def __repr__(self) -> str:
        return f"<Resolution: {len(self.names)} resolved, {len(self.ambiguous)} ambiguous, {len(self.unknown)} unknown>"


def _some(found: Mapping[str, object], limit: int = 5) -> str:
    return ", ".join(list(found)[:limit]) + (", ..." if len(found) > limit else "")


def looks_like_mirna(name: str) -> bool:
    """Return whether `name` has the form of a miRNA name or MIMAT accession, known or not."""
    text = name.strip()
    return bool(_MIRNA.match(text) or _MIMAT.search(text))


def resolve(names: Iterable[str]) -> Resolution:
    """Resolve `names`; nothing is lost: each is in exactly one of ``names``, ``ambiguous`` and ``unknown``.

    >>> resolve(["hsa-miR-122", "MIMAT0000076"]).names["hsa-miR-122"]
    'hsa-miR-122-5p'
    """
    done: dict[str, str] = {}
    how: dict[str, str] = {}
    ambiguous: dict[str, tuple[str, ...]] = {}
    unknown: dict[str, str] = {}
    for given in dict.fromkeys(names):
        candidates, kind = _candidates(given)
        if len(candidates) == 1:
            done[given], how[given] = candidates[0], kind
        elif candidates:
            ambiguous[given] = candidates
        else:
            near = len(unknown) < _NEAREST_LIMIT and looks_like_mirna(given)
            unknown[given] = _near(given) if near else ""
    return Resolution(done, how, ambiguous, unknown)


def _near(given: str) -> str:
    """Return a near known name as a question; only names with the same number are looked at, where there are any."""
    number = re.search(r"\d+", given)
    same = [n for n in mirna_names() if number and number.group() in n]
    return nearest(given, same or mirna_names())


@dataclass(frozen=True)
class _Index:
    lower: Mapping[str, str]
    accession: Mapping[str, str]
    old: Mapping[str, str]
    arms: Mapping[str, tuple[str, ...]]  # lower-case name without arm -> mature names
    copies: Mapping[str, tuple[str, ...]]  # lower-case name without arm and copy number -> mature names of its copies


@functools.cache
def _index() -> _Index:
    known = mirna_names()
    arms: dict[str, list[str]] = {}
    copies: dict[str, list[str]] = {}
    for name in known:
        base = _ARM.sub("", name).lower()
        arms.setdefault(base, []).append(name)
        if base != name.lower() and (copy := _copy_of(base)) != base:
            copies.setdefault(copy, []).append(name)
    return _Index(
        {n.lower(): n for n in known},
        {m.mimat: n for n, m in known.items() if m.mimat},
        {o.lower(): n for n, m in known.items() for o in m.old},
        {base: tuple(names) for base, names in arms.items()},
        {base: tuple(names) for base, names in copies.items()},
    )


def _copy_of(base: str) -> str:
    """Return ``hsa-mir-125b`` for ``hsa-mir-125b-2``; a name without a copy number as it is."""
    return re.sub(r"-\d+$", "", base) if base.count("-") >= 3 else base


def _candidates(given: str) -> tuple[tuple[str, ...], str]:
    """Return the mature names `given` may stand for, and the key of :data:`HOW` when there is one."""
    index = _index()
    if given in mirna_names():
        return (given,), "exact"
    if (found := _MIMAT.search(given)) and (name := index.accession.get(found.group().upper())):
        return (name,), "accession"
    key = given.strip().strip("\"'").lower()
    if re.match(r"^(mir|let)-?\d", key):
        key = "hsa-" + key
    key = re.sub(r"^(hsa-)(mir|let)(\d)", r"\1\2-\3", key)
    if "/" in key:
        return _joined(key), "only"
    if (name := index.lower.get(key)) is not None:
        return (name,), "case"
    # Old mature names (miR-9, miR-126) had a known arm; a precursor of that name (mir-9) keeps both open.
    if (name := index.old.get(key)) is not None and ("-mir-" not in given or len(_arms_of(key)) < 2):
        return (name,), "renamed"
    if re.search(r"\.\d+$", key):
        inner, kind = _candidates(re.sub(r"\.\d+$", "", key))
        return inner, "isomir" if kind in ("exact", "case") else kind
    if key.endswith("*"):
        return _starred(key.rstrip("*"))
    return _without_arm(key)


def _joined(key: str) -> tuple[str, ...]:
    """Names joined by a slash (``hsa-miR-17-5p/106a-5p``) stand for several miRNAs: all of them are candidates."""
    parts = [p if p.startswith("hsa-") else f"hsa-mir-{re.sub('^mir-', '', p)}" for p in key.split("/")]
    return tuple(dict.fromkeys(c for p in parts for c in _candidates(p)[0]))


def _without_arm(key: str) -> tuple[tuple[str, ...], str]:
    arms = _arms_of(key)
    if len(arms) < 2:
        return arms, "only"
    known = mirna_names()
    total = sum(known[a].cpm for a in arms)
    best = max(arms, key=lambda a: known[a].cpm)
    if known[best].cpm >= max(MIN_CPM, MIN_SHARE * total):
        return (best,), "dominant"
    return arms, ""


def _arms_of(key: str) -> tuple[str, ...]:
    """Return the mature miRNAs of a precursor or arm-less name: its own arms, and those its copies share."""
    index = _index()
    own = index.arms.get(key, ())
    copy = _copy_of(key)
    if copy != key:
        # hsa-mir-125b-2 makes 125b-2-3p (its own) and 125b-5p (shared); an own arm stands for the shared one.
        taken = {n[-3:] for n in own}
        return own + tuple(n for n in index.arms.get(copy, ()) if n[-3:] not in taken)
    return own + tuple(n for n in index.copies.get(key, ()) if n not in own)


def _starred(key: str) -> tuple[tuple[str, ...], str]:
    arms = _arms_of(key)
    best, kind = _without_arm(key)
    if len(arms) == 2 and kind == "dominant":
        return tuple(a for a in arms if a != best[0]), "star"
    return (arms, "") if len(arms) > 1 else ((), "")
