"""What a kind of observation is, and its table: columns that are checked before anything is computed."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError, nearest
from ...core.parameters import ASSUMPTION, Parameter, Prior
from ...core.tables import Table, read_table
from ..hypotheses import Hypothesis
from ..observation import Floats, Observation

Build = Callable[["Given"], Observation]


@dataclass(frozen=True)
class Kind:
    """One kind of data.

    Attributes:
        key: name in a question. title: what it is.
        columns: column -> meaning, of the tidy table it is read from.
        build: makes the observation under a hypothesis.
        options: option -> (default, meaning).
        optional: column -> value where the table has no such column.
    """

    key: str
    title: str
    columns: Mapping[str, str]
    build: Build
    options: Mapping[str, tuple[Any, str]]
    optional: Mapping[str, float]


@dataclass(frozen=True)
class Given:
    """What a kind builds from: the table, the hypothesis, and options with their defaults filled in."""

    kind: Kind
    name: str
    table: Table
    hypothesis: Hypothesis
    weight: float
    options: Mapping[str, Any]

    def words(self, column: str) -> tuple[str, ...]:
        """Return a column of words."""
        return self.table.column(column)

    def numbers(self, column: str, *, low: float = -np.inf, high: float = np.inf) -> Floats:
        """Return a column of numbers, each from `low` to `high`.

        Raises:
            InputError: file, row and field of the first that is not.
        """
        if column not in self.table.header and column in self.kind.optional:
            return np.full(len(self.table.rows), self.kind.optional[column])
        found = self.table.numbers([self.table.index(column)])[:, 0]
        upper = "" if np.isinf(high) else f" to {high:g}"
        expected = f"{low:g}{upper}" if upper else f"{low:g} or more"
        self.refuse((found < low) | (found > high), column, found, expected)
        return found

    def counts(self, column: str) -> Floats:
        """Return a column of whole numbers of 0 or more."""
        found = self.numbers(column, low=0)
        self.refuse(found != np.round(found), column, found, "a whole number of 0 or more", "not a whole number")
        return found

    def refuse(
        self, bad: NDArray[np.bool_], column: str, values: Floats, expected: str, problem: str = "outside the support"
    ) -> None:
        """Raise :class:`InputError` at the first row that is `bad` ``(n,)``."""
        if bad.any():
            i = int(np.argmax(bad))
            raise self.wrong(i, column, problem, float(values[i]), expected)

    def wrong(
        self, i: int, field: str, problem: str, value: object, expected: str | None, hint: str | None = None
    ) -> InputError:
        """Return what to raise of a cell of row `i`: it names the table's file and the line in it."""
        return InputError(
            problem, file=self.table.path, row=self.table.lines[i], field=field, value=value, expected=expected,
            hint=hint,
        )  # fmt: skip


def key_of(name: str) -> str:
    """Return the name of a cancer, a line or an intervention as it stands in the name of a parameter."""
    return re.sub(r"\W+", "_", name.strip().lower()).strip("_")


def lognormal(name: str, median: float, spread: float, unit: str, low: float, high: float, meaning: str) -> Parameter:
    """Return a parameter whose log-normal prior is an assumption."""
    return Parameter(name, median, unit, low, high, Prior("lognormal", median, spread), ASSUMPTION, meaning)


def given(
    kind: Kind,
    *,
    name: str,
    table: Path,
    hypothesis: Hypothesis,
    weight: float = 1.0,
    options: Mapping[str, Any] | None = None,
    columns: Mapping[str, str] | None = None,
    where: Mapping[str, Any] | None = None,
) -> Given:
    """Read and check what `kind` needs; `columns` renames (wanted -> name in the file), `where` keeps rows.

    Raises:
        InputError: a column is missing, an option is unknown or of the wrong type.
    """
    asked = dict(options or {})
    for key, value in asked.items():
        if key not in kind.options:
            raise InputError(
                f"'{kind.key}' has no option '{key}'", field=f"{name}.{key}", hint=nearest(key, kind.options) or None
            )
        default = kind.options[key][0]
        numeric = isinstance(default, int | float) and not isinstance(default, bool)
        if numeric != (isinstance(value, int | float) and not isinstance(value, bool)) and default is not None:
            raise InputError("not usable", field=f"{name}.{key}", value=value, expected=f"a value like {default!r}")
    found = _prepared(read_table(table), columns or {}, where or {}, kind)
    for column in kind.columns:
        if column not in kind.optional:
            found.index(column)
    return Given(kind, name, found, hypothesis, weight, {**{k: v[0] for k, v in kind.options.items()}, **asked})


def _prepared(table: Table, columns: Mapping[str, str], where: Mapping[str, Any], kind: Kind) -> Table:
    """Return the table with columns renamed (wanted -> there) and only the rows asked for."""
    header = list(table.header)
    for wanted, there in columns.items():
        if wanted not in kind.columns:
            raise InputError(f"'{kind.key}' has no column '{wanted}'", hint=nearest(wanted, kind.columns))
        at = table.index(there)
        if wanted in header and header.index(wanted) != at:
            header[header.index(wanted)] = f"{wanted} (as in the file)"
        header[at] = wanted
    keep = list(range(len(table.rows)))
    for name, value in where.items():
        j, allowed = table.index(name), {str(v) for v in (value if isinstance(value, list) else [value])}
        keep = [i for i in keep if table.rows[i][j].strip() in allowed]
    if not keep:
        raise InputError("no row is left", file=table.path, field="where", value=dict(where))
    rows, lines = tuple(table.rows[i] for i in keep), tuple(table.lines[i] for i in keep)
    return dataclasses.replace(table, header=tuple(header), rows=rows, lines=lines)
