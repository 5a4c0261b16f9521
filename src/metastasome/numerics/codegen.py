"""Python source for numba from a straight-line program.

What depends on parameters only is computed once per parameter set by ``prepare(p, c)``; the functions that run in
solvers read those numbers from `c`. The plain ``rhs(y, p, dy)`` does both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .program import LEAVES, Program

JIT = '@njit(cache=True, nogil=True, error_model="numpy")'
_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "and": "and", "or": "or"}
_ARRAY = {"state": "y", "param": "p", "live": "c"}
_CONDITIONS = ("relation", "and", "or", "not")  # written where they are used: a name stands for a number
_INLINE_LIMIT = 160  # characters; longer expressions get a name of their own


@dataclass(frozen=True)
class Slots:
    """Where prepared numbers lie in `c`: node -> index; the first `live` places are set from outside."""

    index: dict[int, int]
    live: int = 0

    @property
    def size(self) -> int:
        """Length of `c` (at least 1, because numba cannot take an address in an empty array)."""
        return max(1, self.live + len(self.index))


def slots(program: Program, results: Sequence[int], live: int = 0) -> Slots:
    """Return slots for every parameter-only node that a varying node, or a result, reads, behind `live` places."""
    found: dict[int, int] = {}
    for k in [*_reads_of_varying(program, results), *results]:
        if not program.varies[k] and program.value(k) is None:
            found.setdefault(k, live + len(found))
    return Slots(found, live)


def function(program: Program, name: str, target: str, results: Sequence[int], known: Slots | None, *, doc: str) -> str:
    """Return the source of ``name(y, c, target)`` that writes `results` to `target`.

    With `known` None the function is ``name(p, target)`` and computes from parameters alone.
    """
    lines = statements(program, results, known, target=target + "[{}]")
    return straight(name, ("y", "c", target) if known else ("p", target), lines, doc=doc)


def statements(
    program: Program, results: Sequence[int], known: Slots | None, *, target: str | Sequence[str], first: int = 0
) -> list[str]:
    """Return the statements that compute `results`; `target` names the k-th, from `first` on, with ``{}`` for k, or
    holds a name for each."""
    writer = _Writer(program, results, known)
    lines = writer.statements()
    if isinstance(target, str):
        target = [target.format(k) for k in range(first, first + len(results))]
    return lines + [f"{name} = {writer.text(r)}" for name, r in zip(target, results, strict=True)]


def straight(name: str, arrays: Sequence[str], lines: Sequence[str], scalars: Sequence[str] = (), *, doc: str) -> str:
    """Return the source of a numba function whose body is straight-line text (see :mod:`.straightline`)."""
    arguments = ", ".join([*arrays, *scalars])
    text = "\n".join(lines)
    return (
        f'_{name}_text = """\n{text}\n"""\n'
        f"_{name} = straight_line(_{name}_text, {tuple(arrays)!r}, {tuple(scalars)!r})\n\n\n"
        f'{JIT}\ndef {name}({arguments}):\n    """{doc}"""\n    _{name}({arguments})\n'
    )


def _reads_of_varying(program: Program, results: Sequence[int]) -> list[int]:
    order = needed(program, results, stop=lambda k: not program.varies[k])
    return [a for k in order if program.varies[k] for a in program.arguments(k)]


def needed(program: Program, results: Sequence[int], stop: object = None) -> list[int]:
    """Return the nodes that `results` are computed from, in order of computation, not looking behind `stop`."""
    wanted: set[int] = set()
    todo = list(results)
    while todo:
        k = todo.pop()
        if k not in wanted:
            wanted.add(k)
            if not (callable(stop) and stop(k)):
                todo += program.arguments(k)
    return sorted(wanted)


class _Writer:
    """Writes nodes as statements; a node read once is written in place."""

    def __init__(self, program: Program, results: Sequence[int], known: Slots | None) -> None:
        self.program, self.known = program, known.index if known else {}
        stop = (lambda k: k in self.known) if known else None
        self.order = needed(program, results, stop)
        self.uses: dict[int, int] = {}
        for k in self.order:
            for a in () if k in self.known else program.arguments(k):
                self.uses[a] = self.uses.get(a, 0) + 1
        for r in results:
            self.uses[r] = self.uses.get(r, 0) + 1
        self.texts: dict[int, str] = {}

    def statements(self) -> list[str]:
        lines = []
        for k in self.order:
            text = self._written(k)
            leaf = k in self.known or self.program.nodes[k][0] in (*LEAVES, *_CONDITIONS)
            if leaf or (self.uses.get(k, 0) < 2 and len(text) < _INLINE_LIMIT):
                self.texts[k] = text
            else:
                lines.append(f"v{k} = {text}")
                self.texts[k] = f"v{k}"
        return lines

    def text(self, k: int) -> str:
        return self.texts[k]

    def _written(self, k: int) -> str:
        if k in self.known:
            return f"c[{self.known[k]}]"
        operation, *rest = self.program.nodes[k]
        if operation == "const":
            value = float(rest[0])
            return repr(value) if value >= 0 else f"({value!r})"
        if operation in LEAVES:
            return f"{_ARRAY[operation]}[{rest[0]}]"
        texts = [self.texts[a] for a in self.program.arguments(k)]
        if operation in _INFIX:
            return f"({texts[0]} {_INFIX[operation]} {texts[1]})"
        if operation == "relation":
            return f"({texts[0]} {rest[0]} {texts[1]})"
        if operation == "call":
            return f"abs({texts[0]})" if rest[0] == "abs" else f"math.{rest[0]}({texts[0]})"
        return _special(operation, texts)


def _special(operation: str, texts: list[str]) -> str:
    if operation == "neg":
        return f"(-{texts[0]})"
    if operation == "not":
        return f"(not {texts[0]})"
    if operation == "where":
        return f"({texts[1]} if {texts[0]} else {texts[2]})"
    return f"{operation}({texts[0]}, {texts[1]})"  # min, max
