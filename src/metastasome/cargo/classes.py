"""Which sample is a case and which a control: from a class file, a mapping, or marks in the sample names."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..core.errors import InputError, nearest
from ..core.tables import Table, read_table

CASE, CONTROL, UNUSED = "case", "control", ""
_USUAL = frozenset({"label", "class", "condition", "group", "type", "diagnosis", "status"})
Marks = str | Sequence[str] | None


def marks(given: Marks) -> tuple[str, ...]:
    """Return one mark or several as a tuple; None as an empty one."""
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def marked(sample: str, mark: str) -> bool:
    """Return whether `sample` starts with `mark`, or holds it right after a character that is no letter or digit."""
    return re.search(rf"(?:^|[^A-Za-z0-9]){re.escape(mark)}", sample) is not None


def by_marks(samples: Sequence[str], *, case: Marks, control: Marks, file: Path | None = None) -> tuple[str, ...]:
    """Return the class of each sample by marks in its name.

    Raises:
        InputError: a mark fits no sample, or a sample fits marks of both classes.
    """
    for side, wanted in ((CASE, marks(case)), (CONTROL, marks(control))):
        for mark in wanted:
            if not any(marked(s, mark) for s in samples):
                shown = ", ".join(samples[:4])
                raise InputError(
                    "no sample has this mark",
                    file=file,
                    field=side,
                    value=mark,
                    hint=f"samples: {shown}, ...",
                )
    found = []
    for sample in samples:
        is_case = any(marked(sample, m) for m in marks(case))
        is_control = any(marked(sample, m) for m in marks(control))
        if is_case and is_control:
            raise InputError("this sample fits both case and control", file=file, field="sample", value=sample)
        found.append(CASE if is_case else CONTROL if is_control else UNUSED)
    return tuple(found)


def by_label(
    samples: Sequence[str],
    labels: Mapping[str, str],
    *,
    case: Marks,
    control: Marks,
    file: Path | None = None,
) -> tuple[str, ...]:
    """Return the class of each sample from a mapping of sample to label.

    Raises:
        InputError: no sample is in the mapping, or a wanted label is not among its labels.
    """
    known = sorted({v.strip() for v in labels.values()})
    for side, wanted in ((CASE, marks(case)), (CONTROL, marks(control))):
        for label in wanted:
            if label not in known:
                hint = nearest(label, known) or f"known: {', '.join(known[:8])}"
                raise InputError("no sample has this label", file=file, field=side, value=label, hint=hint)
    if both := set(marks(case)) & set(marks(control)):
        raise InputError("a label cannot be both case and control", file=file, field="case", value=both.pop())
    if not any(s in labels for s in samples):
        hint = f"classes name {next(iter(labels), '')!r}, the counts name {samples[0]!r}"
        raise InputError("no sample of the counts is in the sample classes", file=file, hint=hint)
    sides = {**dict.fromkeys(marks(control), CONTROL), **dict.fromkeys(marks(case), CASE)}
    return tuple(sides.get(labels.get(s, "").strip(), UNUSED) for s in samples)


def read_classes(
    path: str | os.PathLike[str], *, column: str | None = None, samples: Sequence[str] = ()
) -> tuple[dict[str, str], str]:
    """Read a table of sample and class. Returns (mapping, SHA-256).

    Args:
        path: the table.
        column: the class column; without it the second of two columns is taken, or the only column whose name is usual
            for a class (``label``, ``class``, ``condition``, ``group``, ``type``, ``diagnosis``, ``status``).
        samples: names that are looked for; the column with most of them holds the samples, else the first.

    Raises:
        InputError: the class column is not clear, or a sample occurs twice.
    """
    table = read_table(path)
    wanted, width = set(samples), range(len(table.header))
    named = max(width, key=lambda j: sum(row[j].strip() in wanted for row in table.rows))
    chosen = table.index(column) if column is not None else _class_column(table, named)
    out: dict[str, str] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        sample = row[named].strip()
        if sample in out:
            field = table.header[named]
            raise InputError("a sample has two rows", file=table.path, row=line, field=field, value=sample)
        out[sample] = row[chosen].strip()
    return out, table.sha256


def _class_column(table: Table, named: int) -> int:
    others = [j for j, name in enumerate(table.header) if j != named and name]
    if len(others) == 1:
        return others[0]
    usual = [j for j in others if table.header[j].lower() in _USUAL]
    if len(usual) != 1:
        shown = ", ".join(repr(table.header[j]) for j in others[:8])
        raise InputError(
            "which column holds the class?", file=table.path, field="class_column", expected=f"one of {shown}"
        )
    return usual[0]
