"""SymPy expressions in the infix language of SBML Level 3, which libSBML turns into MathML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CALLS = {"exp": "exp", "log": "ln", "tanh": "tanh", "Abs": "abs"}
_RELATIONS = {"StrictLessThan": "<", "LessThan": "<=", "StrictGreaterThan": ">", "GreaterThan": ">=",
              "Equality": "==", "Unequality": "!="}  # fmt: skip


def formula(expression: Any, names: Mapping[Any, str], *, numbers: str = "") -> str:
    """Return the infix text of `expression`.

    Args:
        expression: SymPy expression.
        names: identifier of every symbol.
        numbers: unit written after every bare number (``"dimensionless"``), for checkers of units.
    """
    return _Printer(names, f" {numbers}" if numbers else "").text(expression)


class _Printer:
    """Prints with full brackets; equal subexpressions are printed once and reused as text."""

    def __init__(self, names: Mapping[Any, str], suffix: str) -> None:
        self.memo: dict[Any, str] = dict(names)
        self.suffix = suffix

    def text(self, e: Any) -> str:
        found = self.memo.get(e)
        if found is None:
            found = self.memo[e] = self._print(e)
        return found

    def _print(self, e: Any) -> str:
        kind = type(e).__name__
        if e in (True, False):
            return "true" if e else "false"
        if e.is_number:
            return self._number(float(e))
        if kind == "Piecewise":
            inner = ", ".join(f"{self.text(v)}, {self.text(c)}" for v, c in e.args[:-1])
            return f"piecewise({inner}, {self.text(e.args[-1][0])})"
        args = [self.text(a) for a in e.args]
        if e.is_Add:
            return f"({' + '.join(args)})"
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow:
            return f"sqrt({args[0]})" if e.exp == 0.5 else f"pow({args[0]}, {args[1]})"
        if kind in _CALLS:
            return f"{_CALLS[kind]}({args[0]})"
        if kind in ("log1p", "expm1"):
            one = self._number(1.0)
            return f"ln({one} + {args[0]})" if kind == "log1p" else f"(exp({args[0]}) - {one})"
        if kind in _RELATIONS:
            return f"({args[0]} {_RELATIONS[kind]} {args[1]})"
        return self._choice(kind, args)

    def _product(self, e: Any) -> str:
        above, below = [], []
        for factor in e.args:
            if factor.is_Pow and factor.exp == -1:
                below.append(self.text(factor.base))
            else:
                above.append(self.text(factor))
        top = "*".join(above) or self._number(1.0)
        return f"({top})" if not below else f"({top}/({'*'.join(below)}))"

    def _choice(self, kind: str, args: list[str]) -> str:
        if kind in ("And", "Or"):
            return f"({(' && ' if kind == 'And' else ' || ').join(args)})"
        if kind == "Not":
            return f"!({args[0]})"
        if kind in ("Max", "Min"):  # written out: many readers of Level 3 know no max
            sign, whole = (">=" if kind == "Max" else "<="), args[0]
            for other in args[1:]:
                whole = f"piecewise({whole}, {whole} {sign} {other}, {other})"
            return whole
        raise TypeError(f"no SBML for {kind}")

    def _number(self, value: float) -> str:
        text = repr(abs(value))
        whole = f"{int(value) if value == int(value) and abs(value) < 1e15 else text}" if value >= 0 else text
        return f"{whole}{self.suffix}" if value >= 0 else f"(-{text}{self.suffix})"
