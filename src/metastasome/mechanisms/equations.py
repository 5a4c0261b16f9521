"""The equations of one mechanism as LaTeX, and what it truly reads, by running its own functions on symbols.

Every quantity is one SymPy symbol, with the index o (organ) where there is one per organ; ``xp.sum`` becomes a sum over
organs. Nothing is written twice: what is printed is what runs.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal

from .base import Input, Mechanism, Quantities, Quantity
from .registry import catalogue

Kind = Literal["part", "derived", "rate", "founders", "factor"]
_LONG = 60  # operations above which parts that occur twice are written once


@dataclass(frozen=True)
class Equation:
    """One equation.

    Attributes:
        kind: what the left side is: a part that others use, a derived quantity, the rate of a state, founders of an
            origin, or a factor on a target.
        name: its name.
        latex: the whole line.
    """

    kind: Kind
    name: str
    latex: str


@dataclass(frozen=True)
class Reads:
    """What a mechanism read while it was run: quantities of others or of the study, and targets of modifiers."""

    quantities: frozenset[str]
    targets: frozenset[str]


def equations(made: Mechanism) -> tuple[Equation, ...]:
    """Return the equations of a mechanism with its options as they are: derived, rates, founders, factors."""
    import sympy

    walk = _walk(made)
    parts, whole = _shortened([e for _, _, e in walk.found])
    names = dict(walk.names)
    for i, (x, e) in enumerate(parts, 1):
        names[x] = rf"x_{{{i}{',o' if _by_organ(e, names) else ''}}}"

    def line(kind: Kind, name: str, left: str, expression: Any) -> Equation:
        return Equation(kind, name, f"{left} = {sympy.latex(_plain(expression), symbol_names=names)}")

    first = [line("part", f"x{i}", names[x], e) for i, (x, e) in enumerate(parts, 1)]
    rest = [line(k, n, _left(k, n, names), e) for (k, n, _), e in zip(walk.found, whole, strict=True)]
    return (*first, *rest)


def _by_organ(expression: Any, names: dict[Any, str]) -> bool:
    """Return whether an expression has a value per organ: an indexed symbol outside every sum over organs."""
    if type(expression).__name__ == "Total":
        return False
    if expression.is_Symbol:
        return "o}" in names.get(expression, "")
    return any(_by_organ(a, names) for a in expression.args)


def _shortened(expressions: list[Any]) -> tuple[list[tuple[Any, Any]], list[Any]]:
    """Return (symbol, expression) of parts that long expressions share, and the expressions written with them."""
    import sympy

    if max((e.count_ops() for e in expressions), default=0) < _LONG:
        return [], expressions
    parts, whole = sympy.cse(expressions, symbols=sympy.numbered_symbols("part "), order="none")
    return parts, whole


@functools.lru_cache(maxsize=128)
def reads_of(made: Mechanism) -> Reads:
    """Return what `made` reads, found by running it."""
    read = _walk(made).read
    own = {q.name for q in (*made.states, *made.derives)}
    return Reads(
        frozenset(n for n in read if not n.startswith("*") and n not in own),
        frozenset(n[1:] for n in read if n.startswith("*")),
    )


class _OneOrgan:
    """The namespace of rates on single expressions; a sum over organs stays a sum."""

    def __init__(self, total: Any) -> None:
        import sympy

        self.exp, self.log, self.sqrt, self.tanh, self.abs = (
            sympy.exp, sympy.log, sympy.sqrt, sympy.tanh, sympy.Abs,
        )  # fmt: skip
        self.power, self.less = sympy.Pow, sympy.StrictLessThan
        self.minimum = lambda a, b: sympy.Min(a, b)
        self.maximum = lambda a, b: sympy.Max(a, b)
        self.log1p, self.expm1 = (lambda x: sympy.log(1 + x)), (lambda x: sympy.exp(x) - 1)
        self.where = lambda c, a, b: sympy.Piecewise((a, c), (b, True))
        self.sum = total


@dataclass(frozen=True)
class _Walk:
    found: tuple[tuple[Kind, str, Any], ...]
    names: dict[Any, str]
    read: frozenset[str]


def _walk(made: Mechanism) -> _Walk:
    import sympy

    shapes = _shapes(made)
    symbols: dict[str, Any] = {}
    names: dict[Any, str] = {}

    def read(name: str) -> Any:
        if name not in symbols:
            symbols[name] = sympy.Symbol(name.replace("*", "factor of "), real=True)
            names[symbols[name]] = _quantity(name, shapes.get(name, "organ" if name.startswith("*") else "body"))
        return symbols[name]

    p = SimpleNamespace(**{x.name: sympy.Symbol(f"p {x.name}", positive=True) for x in made.parameters()})
    names.update({v: rf"\mathit{{{_text(k)}}}" for k, v in vars(p).items()})
    kind = type(made)
    allowed = frozenset(
        {q.name for q in (*kind.states, *kind.derives, *kind.inputs)} | {*kind.reads, *kind.reads_if_there}
    )
    q = Quantities(made.key, allowed, read)
    xp = _OneOrgan(_total())
    found: list[tuple[Kind, str, Any]] = []
    parts: tuple[tuple[Kind, str, bool], ...] = (
        ("derived", "derive", bool(made.derives)), ("rate", "rates", bool(made.states)),
        ("founders", "channels", bool(made.opens)), ("factor", "modifiers", bool(made.modifies)),
    )  # fmt: skip
    for what, method, there in parts:
        if there:
            found += [(what, n, sympy.sympify(e)) for n, e in getattr(made, method)(xp, q, p).items()]
    for what, name, _ in found:
        if what != "factor":
            names.setdefault(name, _quantity(name, shapes.get(name, "organ")))
    return _Walk(tuple(found), names, frozenset(symbols))


def _total() -> Any:
    """Return the sum over organs: a function of SymPy that prints as one."""
    import sympy

    class Total(sympy.Function):  # type: ignore[misc]
        nargs = 1

        def _latex(self, printer: Any, exp: str | None = None) -> str:
            inner = printer.parenthesize(self.args[0], sympy.printing.precedence.PRECEDENCE["Mul"])
            whole = rf"\sum_{{o}} {inner}"
            return whole if exp is None else rf"\left({whole}\right)^{{{exp}}}"

    return Total


@functools.cache
def _known() -> dict[str, str]:
    return {q.name: q.shape for kind in catalogue().values() for q in (*kind.states, *kind.derives, *kind.inputs)}


def _shapes(made: Mechanism) -> dict[str, str]:
    own: tuple[Quantity | Input, ...] = (*made.states, *made.derives, *made.inputs)
    return {**_known(), **{q.name: q.shape for q in own}}


def _quantity(name: str, shape: str) -> str:
    if name.startswith("*"):
        return rf"\Phi_{{\mathrm{{{_text(name[1:])}}}}}"
    return rf"\mathrm{{{_text(name)}}}" + ("_{o}" if shape == "organ" else "")


def _left(kind: Kind, name: str, names: dict[Any, str]) -> str:
    if kind == "factor":
        return rf"\phi_{{\mathrm{{{_text(name)}}}}}"
    if kind == "founders":
        return rf"\nu_{{o}}^{{\mathrm{{{_text(name)}}}}}"
    own = names[name]
    return rf"\frac{{d}}{{dt}}\, {own}" if kind == "rate" else own


def _plain(expression: Any) -> Any:
    """Write 1.0 as 1, and leave terms that are zero times something out."""
    import sympy

    floats = expression.atoms(sympy.Float)
    return expression.xreplace({f: sympy.Integer(int(f)) for f in floats if float(f).is_integer() and abs(f) < 1e6})


def _text(name: str) -> str:
    return name.replace("_", r"\_")
