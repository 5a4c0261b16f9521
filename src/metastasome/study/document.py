"""Reading YAML with care: plain data and the row of every value, or one clear error.

Nothing of YAML's machinery for making objects is used: nodes are composed and turned into strings, numbers, truth
values, lists and mappings here, with caps on size, depth and the size after aliases are followed. Keys are taken as
they are written, so that ``on:`` is the word "on" and not a truth value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from ..core.errors import InputError

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_NODES = 20_000
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_SCALARS = {"str", "int", "float", "bool", "null", "timestamp", "merge", "value"}
_TRUE, _FALSE, _NULL = {"true", "yes", "on"}, {"false", "no", "off"}, {"", "~", "null"}

#: What YAML says of the mistakes made most, and the way out.
_HINTS = {
    "'\\t'": "indent with spaces, not tabs",
    "mapping values are not allowed": "put a text with ': ' in quotes, and indent alike what belongs together",
    "found another document": "keep one study in a file",
}

Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """Where a value was written."""

    file: str
    row: int


@dataclass(frozen=True)
class Document:
    """A YAML mapping as plain data, and the place of each value by its path of keys."""

    data: dict[str, Any]
    places: Mapping[Keys, Place] = field(default_factory=dict)

    def place(self, path: Keys) -> Place | None:
        """Return the place of `path`, or of the nearest enclosing value that has one."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path)


def read_document(path: str | Path) -> Document:
    """Return the YAML file `path` as a :class:`Document`.

    Raises:
        InputError: no such file, too large, not UTF-8, not YAML, or not a mapping.
    """
    file = Path(path)
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        what = "is a folder, not a file" if file.is_dir() else "cannot be read"
        raise InputError(f"the study file {what}" if file.exists() else "no such study file", file=file) from error
    return parse_document(raw, file=str(file))


def parse_document(raw: bytes | str, *, file: str = "<text>") -> Document:
    """Return YAML text as a :class:`Document`; `file` is the name that errors carry."""
    if len(raw) > MAX_BYTES:
        raise InputError("too large for a study file", file=file, expected=f"at most {MAX_BYTES:,} bytes")
    return _Builder(file).document(_decoded(raw, file) if isinstance(raw, bytes) else raw)


def _decoded(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise InputError("not UTF-8 text", file=file, row=row, expected="a YAML text file") from error


class _Builder:
    """Turns composed nodes into plain data, counting as it goes."""

    def __init__(self, file: str) -> None:
        self.file, self.nodes = file, 0
        self.places: dict[Keys, Place] = {}

    def document(self, text: str) -> Document:
        import yaml

        try:
            root = _compose(text)
        except _TooDeepError:
            self.refuse("nested too deeply", None, expected=f"at most {MAX_DEPTH} levels")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            row = None if mark is None else mark.line + 1
            hint = next((say for told, say in _HINTS.items() if told in str(error.problem)), None)
            raise InputError(f"not YAML: {error.problem}", file=self.file, row=row, hint=hint) from error
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            reason = getattr(error, "reason", "it cannot be parsed")
            raise InputError(f"not YAML: {reason}", file=self.file) from error
        if root is None:
            raise InputError("the study file is empty", file=self.file)
        if root.id != "mapping":
            self.refuse("not a mapping", root, expected="lines such as 'name: my-study'")
        return Document(self.value(root, (), 0), self.places)

    def value(self, node: Any, path: Keys, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.refuse("grows too large when its aliases are followed", node, expected=f"at most {MAX_NODES:,} values")
        if depth > MAX_DEPTH:
            self.refuse("nested too deeply", node, expected=f"at most {MAX_DEPTH} levels")
        self.places[path] = Place(self.file, node.start_mark.line + 1)
        if node.id == "scalar":
            return self.scalar(node)
        if node.tag not in ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            self.refuse(f"tag '{node.tag}' is not allowed", node, expected="plain YAML")
        if node.id == "sequence":
            return [self.value(n, (*path, i), depth + 1) for i, n in enumerate(node.value)]
        return self.mapping(node, path, depth)

    def mapping(self, node: Any, path: Keys, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.id != "scalar":
                self.refuse("a key must be a word", key_node)
            key = self.text(key_node)
            if key == "<<":
                self.refuse("merge keys are not allowed", key_node, expected="'extends: <preset or file>'")
            if key in made:
                self.refuse(f"'{key}' is given twice", key_node, expected="each key once")
            made[key] = self.value(value_node, (*path, key), depth + 1)
        return made

    def scalar(self, node: Any) -> Any:
        text, kind = self.text(node), node.tag.rpartition(":")[2]
        if kind not in _SCALARS or not node.tag.startswith("tag:yaml.org,2002:"):
            self.refuse(f"tag '{node.tag}' is not allowed", node, expected="plain YAML")
        if kind == "str" or node.style in ("'", '"', "|", ">"):
            return self.number(text, node) if node.style is None and _NUMBER.fullmatch(text) else text
        if kind == "null" and text.lower() in _NULL:
            return None
        if kind == "bool" and text.lower() in _TRUE | _FALSE:
            return text.lower() in _TRUE
        if kind == "float" and text.lower().lstrip("+-") in (".nan", ".inf"):
            return math.nan if "nan" in text.lower() else math.copysign(math.inf, -1 if text[0] == "-" else 1)
        plain = text.replace("_", "")
        return self.number(plain, node) if kind in ("int", "float") and _NUMBER.fullmatch(plain) else text

    def text(self, node: Any) -> str:
        """Return a scalar's text; JSON writes a rare character as two escapes, and half of one is no character."""
        try:
            return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self.refuse("half a character", node, expected="whole escapes")

    def number(self, text: str, node: Any) -> int | float:
        if len(text) > 40:
            self.refuse("a number of too many digits", node, expected="at most 40 characters")
        whole = text.lstrip("+-").isdigit()
        return int(text) if whole else float(text)

    def refuse(self, problem: str, node: Any, *, expected: str | None = None) -> NoReturn:
        row = None if node is None else node.start_mark.line + 1
        raise InputError(problem, file=self.file, row=row, expected=expected)


class _TooDeepError(Exception):
    """Nesting went beyond the cap while nodes were composed."""


def _compose(text: str) -> Any:
    """Return the root node; the depth is watched here already, as composing is recursive."""
    import yaml

    class Loader(yaml.SafeLoader):
        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            self.depth += 1
            if self.depth > 2 * MAX_DEPTH:
                raise _TooDeepError
            try:
                return super().compose_node(parent, index)
            finally:
                self.depth -= 1

    loader = Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()
