"""A straight-line program: the traced expressions with every shared part computed once.

Nodes are numbered; equal parts get the same number (hash-consing), so building the program is also the elimination of
common subexpressions. Derivatives (:mod:`.derivative`) are built with the same constructors and share the same nodes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ..core.errors import InputError

Node = tuple[Any, ...]  # (operation, argument nodes or payload ...)
LEAVES = ("const", "state", "param", "live")  # live: set from outside between steps (see `native`)
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp, "log": math.log, "log1p": math.log1p, "expm1": math.expm1, "sqrt": math.sqrt, "tanh": math.tanh,
    "abs": abs,
}  # fmt: skip
RELATIONS = {"StrictLessThan": "<", "LessThan": "<=", "StrictGreaterThan": ">", "GreaterThan": ">=", "Equality": "==",
             "Unequality": "!="}  # fmt: skip


class Program:
    """Nodes in order of computation, with the nodes of rates and outputs.

    Attributes:
        nodes: ``(operation, *arguments)``; an argument is the number of an earlier node.
        varies: per node, whether it depends on a state (else on parameters only).
        rates, outputs: node numbers of the results.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.varies: list[bool] = []
        self.rates: tuple[int, ...] = ()
        self.outputs: tuple[int, ...] = ()
        self._known: dict[Node, int] = {}

    @classmethod
    def of(cls, states: Sequence[Any], params: Sequence[Any], rates: Sequence[Any], outputs: Sequence[Any]) -> Program:
        """Return the program of SymPy expressions over the given symbols."""
        made = cls()
        reader = _Reader(made, states, params)
        made.rates = tuple(reader.node(e) for e in rates)
        made.outputs = tuple(reader.node(e) for e in outputs)
        return made

    def listing(self) -> list[str]:
        """Return the program as text, one node per line; equal programs have equal listings."""
        lines = [f"n{k} = {' '.join(map(repr, node))}" for k, node in enumerate(self.nodes)]
        return [*lines, f"rates {self.rates}", f"outputs {self.outputs}"]

    def add_node(self, operation: str, *arguments: Any) -> int:
        """Return the number of the node, made if it does not exist yet."""
        node = (operation, *arguments)
        found = self._known.get(node)
        if found is None:
            found = len(self.nodes)
            self._known[node] = found
            self.nodes.append(node)
            leaf = operation in LEAVES
            moves = operation in ("state", "live")
            self.varies.append(moves if leaf else any(self.varies[a] for a in self.arguments(found)))
        return found

    def arguments(self, k: int) -> tuple[int, ...]:
        """Return the nodes that node `k` is computed from."""
        operation, *rest = self.nodes[k]
        if operation in LEAVES:
            return ()
        return tuple(rest[1:]) if operation in ("call", "relation") else tuple(rest)

    def value(self, k: int) -> float | None:
        """Return the number a constant node stands for, else None."""
        node = self.nodes[k]
        return float(node[1]) if node[0] == "const" else None

    # Constructors: each folds constants and the neutral elements 0 and 1.

    def const(self, value: float) -> int:
        """Return the node of a number."""
        return self.add_node("const", float(value) + 0.0)

    def add(self, a: int, b: int) -> int:
        """Return a + b."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.const(x + y)
        if x == 0:
            return b
        if y == 0:
            return a
        if self.nodes[b][0] == "neg":
            return self.sub(a, self.nodes[b][1])
        if self.nodes[a][0] == "neg":
            return self.sub(b, self.nodes[a][1])
        return self.add_node("add", *sorted((a, b)))

    def sub(self, a: int, b: int) -> int:
        """Return a - b."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.const(x - y)
        if y == 0:
            return a
        if x == 0:
            return self.neg(b)
        return self.const(0.0) if a == b else self.add_node("sub", a, b)

    def neg(self, a: int) -> int:
        """Return -a."""
        x = self.value(a)
        if x is not None:
            return self.const(-x)
        operation, *rest = self.nodes[a]
        if operation == "neg":
            return int(rest[0])
        return self.sub(rest[1], rest[0]) if operation == "sub" else self.add_node("neg", a)

    def mul(self, a: int, b: int) -> int:
        """Return a * b."""
        for one, other in ((a, b), (b, a)):
            x, y = self.value(one), self.value(other)
            if x is not None:
                if y is not None:
                    return self.const(x * y)
                if x == 0:
                    return self.const(0.0)
                if x in (1, -1):
                    return other if x == 1 else self.neg(other)
        for one, other in ((a, b), (b, a)):
            if self.nodes[one][0] == "neg":
                return self.neg(self.mul(self.nodes[one][1], other))
        return self.add_node("mul", *sorted((a, b)))

    def div(self, a: int, b: int) -> int:
        """Return a / b as a times the inverse of b, so that every division by b is done once."""
        x, y = self.value(a), self.value(b)
        if y is not None and y != 0:
            return self.const(x / y) if x is not None else self.mul(a, self.const(1 / y))
        return self.mul(a, self.add_node("div", self.const(1.0), b))

    def power(self, a: int, b: int) -> int:
        """Return a ** b; small whole powers become products."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.const(x**y)
        if y is not None:
            if y == 0.5:
                return self.call("sqrt", a)
            if y < 0:
                return self.div(self.const(1.0), self.power(a, self.const(-y)))
            if y == int(y) and y <= 8:
                return self._whole_power(a, int(y))
        return self.add_node("pow", a, b)

    def _whole_power(self, a: int, n: int) -> int:
        if n == 0:
            return self.const(1.0)
        half = self._whole_power(a, n // 2)
        square = self.mul(half, half)
        return self.mul(square, a) if n % 2 else square

    def call(self, name: str, a: int) -> int:
        """Return the node of a function of one argument."""
        x = self.value(a)
        if x is not None and (x > 0 or name in ("exp", "expm1", "tanh", "abs")):
            return self.const(FUNCTIONS[name](x))
        return self.add_node("call", name, a)

    def where(self, condition: int, a: int, b: int) -> int:
        """Return a where the condition holds, else b."""
        return a if a == b else self.add_node("where", condition, a, b)


class _Reader:
    """Reads SymPy expressions into a program; equal subexpressions are read once."""

    def __init__(self, program: Program, states: Sequence[Any], params: Sequence[Any]) -> None:
        self.program = program
        self.memo: dict[Any, int] = {}
        for kind, symbols in (("state", states), ("param", params)):
            for k, symbol in enumerate(symbols):
                if symbol in self.memo:
                    raise InputError("two entries of the layouts have the same name", field=str(symbol))
                self.memo[symbol] = program.add_node(kind, k)

    def node(self, expression: Any) -> int:
        found = self.memo.get(expression)
        if found is None:
            found = self.memo[expression] = self._read(expression)
        return found

    def _read(self, e: Any) -> int:
        program, kind = self.program, type(e).__name__
        if e.is_Add:
            return self._sum(e)
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow:
            return program.power(self.node(e.base), self.node(e.exp))
        if kind in ("exp", "log", "tanh", "log1p", "expm1", "Abs"):
            return program.call(kind.lower(), self.node(e.args[0]))
        if kind in ("Max", "Min"):
            return self._fold(kind.lower(), [self.node(a) for a in e.args])
        if kind == "Piecewise":
            return self._cases(list(e.args))
        if kind in RELATIONS:
            return program.add_node("relation", RELATIONS[kind], self.node(e.lhs), self.node(e.rhs))
        if kind in ("And", "Or"):
            return self._fold(kind.lower(), sorted(self.node(a) for a in e.args))
        if kind == "Not":
            return program.add_node("not", self.node(e.args[0]))
        return self._leaf(e)

    def _leaf(self, e: Any) -> int:
        if e in (True, False):
            return self.program.const(float(bool(e)))
        if e.is_number and e.is_real:
            return self.program.const(float(e))
        if e.is_Symbol:
            raise InputError("a rate uses a symbol that is no state or parameter", value=str(e))
        raise InputError("a rate uses something that cannot be compiled", value=str(e), expected="the functions of xp")

    def _fold(self, operation: str, nodes: list[int]) -> int:
        whole = nodes[0]
        for n in nodes[1:]:
            whole = self.program.add_node(operation, whole, n)
        return whole

    def _cases(self, cases: list[Any]) -> int:
        (value, condition), *rest = cases
        if condition in (True,) or not rest:
            return self.node(value)
        return self.program.where(self.node(condition), self.node(value), self._cases(rest))

    def _sum(self, e: Any) -> int:
        nodes = sorted((self.node(a) for a in e.args), key=lambda n: (self.program.varies[n], n))
        whole = nodes[0]
        for n in nodes[1:]:
            whole = self.program.add(whole, n)
        return whole

    def _product(self, e: Any) -> int:
        """Read a product: what is free of states first, so that it is computed once; one division at most."""
        program, above, below = self.program, list[int](), list[int]()
        for factor in e.args:
            if factor.is_Pow and factor.exp.is_Number and factor.exp.is_negative:
                below.append(program.power(self.node(factor.base), program.const(-float(factor.exp))))
            else:
                above.append(self.node(factor))
        return program.div(self._times(above), self._times(below)) if below else self._times(above)

    def _times(self, nodes: list[int]) -> int:
        whole = self.program.const(1.0)
        for n in sorted(nodes, key=lambda n: (self.program.varies[n], n)):
            whole = self.program.mul(whole, n)
        return whole
