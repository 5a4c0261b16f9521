"""A question file: what was seen, which hypotheses are put to it, and how. YAML, read with the same care as a study.

::

    name: explain-foci
    question: Do vesicles transform cells alone, with a promoter, or for a while only?
    observations:
      foci: {kind: foci, table: foci.csv}
    hypotheses: [tota_alone, tota_promoter, tota_transient]
    fit: {recovery: 100}
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from ..core.errors import InputError, StudyError, nearest
from ..core.parameters import Prior
from ..inference.explanation import Explanation
from ..inference.hypotheses import Hypothesis, hypothesis
from ..inference.kinds import kind
from ..inference.kinds.base import given
from .document import Document, read_document

KEYS = ("name", "question", "observations", "hypotheses", "fit", "experiments")
SETTINGS: Mapping[str, Any] = {"method": "auto", "draws": 1000, "chains": 4, "warmup": 500, "recovery": 100, "seed": 1}
METHODS = ("auto", "grid", "importance", "nuts")
_PRIORS = {"lognormal": 2, "normal": 2, "uniform": 2, "loguniform": 2, "fixed": 1}


@dataclass(frozen=True)
class Seen:
    """One observation as written: its kind, table, weight and options."""

    name: str
    kind: str
    table: Path
    weight: float
    options: Mapping[str, Any]
    columns: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rival:
    """One hypothesis as written, with its priors and the options it sets for observations."""

    hypothesis: Hypothesis
    belief: float
    priors: Mapping[str, Prior]
    options: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Question:
    """What is asked of which data.

    Attributes:
        name, question: short name, and the question in words.
        seen: observations. rivals: hypotheses.
        settings: of the fit. experiments: experiment -> its settings, for ``design``.
    """

    name: str
    question: str
    seen: tuple[Seen, ...]
    rivals: tuple[Rival, ...]
    settings: Mapping[str, Any] = field(default_factory=lambda: dict(SETTINGS))
    experiments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @functools.cached_property
    def explanations(self) -> tuple[Explanation, ...]:
        """Every hypothesis with its observations.

        Raises:
            InputError: a table, column, row or option is not what its kind expects.
        """
        return tuple(self._explanation(r) for r in self.rivals)

    def explanation(self, key: str) -> Explanation:
        """Return the explanation of the hypothesis called `key`."""
        for r in self.rivals:
            if r.hypothesis.key == key:
                return self._explanation(r)
        known = [r.hypothesis.key for r in self.rivals]
        raise InputError(
            f"'{self.name}' has no hypothesis '{key}'", hint=nearest(key, known) or f"known: {', '.join(known)}"
        )

    def _explanation(self, rival: Rival) -> Explanation:
        made = []
        for s in self.seen:
            asked = {**s.options, **rival.options.get(s.name, {})}
            k = kind(s.kind)
            made.append(k.build(given(
                k, name=s.name, table=s.table, hypothesis=rival.hypothesis, weight=s.weight, options=asked,
                columns=s.columns, where=s.where,
            )))  # fmt: skip
        return Explanation(rival.hypothesis.key, rival.hypothesis.title, tuple(made), rival.priors, rival.belief)


def read_question(path: str | Path, *, data_dir: str | Path | None = None) -> Question:
    """Return the question written at `path`; tables are looked for beside it, then in `data_dir`.

    `data_dir` is the folder of public data files; METASTASOME_DATA when not given.

    Raises:
        InputError: the file is not readable, or a value is not what was expected, with file, row and field.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "question.yaml"
    return _Reader(read_document(file), file.parent, data_dir or os.environ.get("METASTASOME_DATA")).question()


class _Reader:
    """Turns a document into a question, saying where each mistake is."""

    def __init__(self, document: Document, folder: Path, data_dir: str | Path | None) -> None:
        self.document, self.folder = document, folder
        self.data_dir = Path(data_dir) if data_dir else None

    def question(self) -> Question:
        data = self.mapping((), self.document.data, KEYS, needed=("name", "question", "observations", "hypotheses"))
        settings = {**SETTINGS, **self.settings(data.get("fit", {}))}
        seen = tuple(self.seen(n, v) for n, v in self.named(data["observations"], ("observations",)).items())
        rivals = data["hypotheses"]
        if not isinstance(rivals, list) or not rivals:
            self.refuse(("hypotheses",), "not a list of hypotheses", rivals)
        return Question(
            self.text(data["name"], ("name",)), self.text(data["question"], ("question",)), seen,
            tuple(self.rival(v, ("hypotheses", i), seen) for i, v in enumerate(rivals)), settings,
            self.named(data.get("experiments", {}), ("experiments",)),
        )  # fmt: skip

    def seen(self, name: str, value: Any) -> Seen:
        at = ("observations", name)
        if not isinstance(value, Mapping):
            self.refuse(at, "not an observation", value, expected="kind and table")
        made = dict(value)
        for key in ("kind", "table"):
            if key not in made:
                self.refuse(at, f"'{name}' lacks its '{key}'", None, expected=f"'{key}:'")
        try:
            k = kind(self.text(made.pop("kind"), (*at, "kind")))
        except InputError as error:
            self.refuse((*at, "kind"), error.problem, error.value, hint=error.hint)
        weight = self.number(made.pop("weight", 1.0), (*at, "weight"), low=0.0)
        path = self.table(self.text(made.pop("table"), (*at, "table")), (*at, "table"))
        columns = self.named(made.pop("columns", {}), (*at, "columns"))
        where = self.named(made.pop("where", {}), (*at, "where"))
        for key in made:
            if key not in k.options:
                self.refuse((*at, key), f"'{k.key}' has no option '{key}'", None, hint=nearest(key, k.options))
        return Seen(name, k.key, path, weight, made, {c: str(v) for c, v in columns.items()}, where)

    def table(self, name: str, at: tuple[str | int, ...]) -> Path:
        beside = self.folder / name
        if beside.is_file() or self.data_dir is None:
            if not beside.is_file() and not Path(name).is_absolute():
                hint = "public data files are looked for in --data-dir or METASTASOME_DATA"
                self.refuse(at, "no such table beside the question", name, hint=hint)
            return beside
        found = self.data_dir / name
        if not found.is_file():
            self.refuse(at, "no such table beside the question or in the data folder", name)
        return found

    def rival(self, value: Any, at: tuple[str | int, ...], seen: tuple[Seen, ...]) -> Rival:
        if isinstance(value, str):
            return Rival(self.known(value, at), 1.0, {}, {})
        data = self.mapping(at, value, ("key", "is", "title", "belief", "priors", "options"), needed=("is",))
        base = self.known(self.text(data["is"], (*at, "is")), (*at, "is"))
        key = self.text(data.get("key", base.key), (*at, "key"))
        title = self.text(data.get("title", base.title), (*at, "title"))
        priors = {
            n: self.prior(v, (*at, "priors", n)) for n, v in self.named(data.get("priors", {}), (*at, "priors")).items()
        }
        options = self.named(data.get("options", {}), (*at, "options"))
        for name in options:
            if name not in {s.name for s in seen}:
                hint = nearest(name, [s.name for s in seen])
                self.refuse((*at, "options", name), f"no observation is called '{name}'", None, hint=hint)
        belief = self.number(data.get("belief", 1.0), (*at, "belief"), low=1e-12)
        return Rival(Hypothesis(key, title, base.claims, base.switches), belief, priors, options)

    def known(self, name: str, at: tuple[str | int, ...]) -> Hypothesis:
        try:
            return hypothesis(name)
        except InputError as error:
            self.refuse(at, error.problem, None, hint=error.hint)

    def prior(self, value: Any, at: tuple[str | int, ...]) -> Prior:
        kind_ = value[0] if isinstance(value, list) and value else None
        if kind_ not in _PRIORS or len(value) != 1 + _PRIORS[kind_]:
            self.refuse(at, "not a prior", value, expected="for example [lognormal, 1.0, 0.5] or [uniform, 0, 1]")
        numbers = [self.number(v, at) for v in value[1:]]
        made = Prior(kind_, *numbers)
        wrong = (kind_ in ("lognormal", "loguniform") and numbers[0] <= 0) or (
            numbers[1:] and (numbers[1] <= 0 if kind_ in ("lognormal", "normal") else numbers[1] <= numbers[0])
        )
        if wrong:
            self.refuse(at, "not a prior", value, expected="a median above 0 and a spread above 0, or low below high")
        return made

    def settings(self, value: Any) -> dict[str, Any]:
        made = self.mapping(("fit",), value, tuple(SETTINGS))
        for key, given_ in made.items():
            if key == "method":
                if given_ not in METHODS:
                    self.refuse(("fit", key), "not a method", given_, expected=" or ".join(METHODS))
            elif (
                isinstance(given_, bool)
                or not isinstance(given_, int)
                or given_ < (0 if key in ("recovery", "seed") else 1)
            ):
                self.refuse(("fit", key), "not a usable number", given_, expected="a whole number above 0")
        return made

    def mapping(
        self, at: tuple[str | int, ...], value: Any, keys: tuple[str, ...], *, needed: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        made = self.named(value, at)
        for key in made:
            if key not in keys:
                self.refuse(
                    (*at, key), f"unknown key '{key}'", None, hint=nearest(key, keys) or f"known: {', '.join(keys)}"
                )
        for key in needed:
            if key not in made:
                self.refuse(at, f"'{key}' is missing", None, expected=f"'{key}:'")
        return made

    def named(self, value: Any, at: tuple[str | int, ...]) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            self.refuse(at, "not a mapping", value, expected="name: value")
        return dict(value)

    def text(self, value: Any, at: tuple[str | int, ...]) -> str:
        if not isinstance(value, str) or not value.strip():
            self.refuse(at, "not a text", value, expected="words")
        return str(value).strip()

    def number(self, value: Any, at: tuple[str | int, ...], *, low: float = -float("inf")) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= float(value) < float("inf"):
            self.refuse(at, "not a usable number", value, expected="a number" if low < 0 else f"{low:g} or more")
        return float(value)

    def refuse(
        self,
        at: tuple[str | int, ...],
        problem: str,
        value: Any,
        *,
        expected: str | None = None,
        hint: str | None = None,
    ) -> NoReturn:
        place = self.document.place(at)
        raise StudyError(
            problem, file=place.file if place else None, row=place.row if place else None,
            field=".".join(str(k) for k in at) or None, value=value, expected=expected, hint=hint or None,
        )  # fmt: skip
