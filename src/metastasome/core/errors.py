"""The errors a user can meet, as one tree.

::

    MetastasomeError            exit 1   anything we raise on purpose
    ├── InputError              exit 2   a file, row, field or value is not what was expected
    │   ├── StudyError          exit 2   the study file contradicts itself
    │   └── StoreError          exit 2   a results folder is not what it should be
    ├── MissingExtraError       exit 2   an optional library is not installed
    └── ModelError              exit 1   the model or the data said no
        └── SolverError         exit 1   a numerical method stopped, with a sentence saying why

Each prints as one line that names where, what was found, what was expected and the next step.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from os import PathLike


class MetastasomeError(Exception):
    """Base of every error raised on purpose; `exit_code` is what the command line returns."""

    exit_code = 1


class InputError(MetastasomeError):
    """A file, row, field or value is not what was expected.

    Args:
        problem: what is wrong, in a few words.
        file, row, field, value: where; each is left out of the line when not given. Rows count from 1, header
            included, as an editor shows them.
        expected: what would have been accepted.
        hint: the next step.
    """

    exit_code = 2

    def __init__(
        self,
        problem: str,
        *,
        file: str | PathLike[str] | None = None,
        row: int | None = None,
        field: str | None = None,
        value: object = None,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.problem, self.file, self.row, self.field = problem, file, row, field
        self.value, self.expected, self.hint = value, expected, hint
        super().__init__(self._line())

    def _line(self) -> str:
        where = [str(self.file)] if self.file is not None else []
        where += [f"row {self.row}"] if self.row is not None else []
        where += [f"field '{self.field}'"] if self.field is not None else []
        what = self.problem if self.value is None else f"{self.problem} (found {_short(self.value)})"
        parts = [": ".join([", ".join(where), what]) if where else what]
        parts += [f"expected {self.expected}"] if self.expected else []
        parts += [self.hint] if self.hint else []
        return " ".join("; ".join(parts).split())


class StudyError(InputError):
    """The study file contradicts itself or asks for what cannot be composed."""


class StoreError(InputError):
    """A results folder is missing, broken, in the way, or from another study."""


class MissingExtraError(MetastasomeError):
    """An optional library is not installed."""

    exit_code = 2

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs {package}; install it with: pip install 'metastasome[{extra}]'")


class ModelError(MetastasomeError):
    """The model or the data said no: the input was readable but the question has no answer."""


class SolverError(ModelError):
    """A numerical method stopped before its end; the message is the status sentence."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'lung'?"`` for a misspelt `name`, or an empty string when nothing is close."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else ""


def _short(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
