"""Exact sparse derivatives of a straight-line program (forward accumulation, node by node).

Griewank & Walther 2008, Evaluating Derivatives, ch. 3 and 7 (doi:10.1137/1.9780898717761). Each node carries the
derivatives with respect to the states it depends on, as nodes of the same program.
"""

from __future__ import annotations

from collections.abc import Sequence

from .program import LEAVES, Program

Gradient = dict[int, int]  # state -> node of the derivative


def jacobian(
    program: Program, results: Sequence[int], *, most: int | None = None, keep: frozenset[int] = frozenset()
) -> tuple[list[int], list[int], list[int]]:
    """Return rows, columns and nodes of the non-zero derivatives of `results` by state, in row-major order.

    With `most`, what depends on more states than that (a pool that all organs feed) is taken to depend on those of
    `keep` only: a sparse part of the Jacobian, enough for methods whose order does not depend on it.
    """
    gradients: dict[int, Gradient] = {}
    for k in _needed(program, results):
        found = _gradient(program, k, gradients)
        crowded = most is not None and len(found) > most
        gradients[k] = {s: node for s, node in found.items() if s in keep} if crowded else found
    rows, columns, nodes = [], [], []
    for row, result in enumerate(results):
        for column, node in sorted(gradients[result].items()):
            if program.value(node) != 0:
                rows.append(row)
                columns.append(column)
                nodes.append(node)
    return rows, columns, nodes


def _needed(program: Program, results: Sequence[int]) -> list[int]:
    wanted, todo = set(), list(results)
    while todo:
        k = todo.pop()
        if k not in wanted:
            wanted.add(k)
            todo += program.arguments(k)
    return sorted(wanted)


def _gradient(program: Program, k: int, known: dict[int, Gradient]) -> Gradient:
    operation, *rest = program.nodes[k]
    if operation in LEAVES:
        return {rest[0]: program.const(1.0)} if operation == "state" else {}
    if not program.varies[k]:
        return {}
    if operation == "add":
        return _linear(program, [(known[rest[0]], 1.0), (known[rest[1]], 1.0)])
    if operation == "sub":
        return _linear(program, [(known[rest[0]], 1.0), (known[rest[1]], -1.0)])
    if operation == "neg":
        return _linear(program, [(known[rest[0]], -1.0)])
    if operation in ("min", "max", "where"):
        return _choice(program, k, known)
    if operation in ("relation", "and", "or", "not"):
        return {}
    return _chain(program, [(known[a], outer) for a, outer in _outer(program, k) if known[a]])


def _linear(program: Program, parts: list[tuple[Gradient, float]]) -> Gradient:
    total: Gradient = {}
    for gradient, sign in parts:
        for state, node in gradient.items():
            term = node if sign > 0 else program.neg(node)
            total[state] = program.add(total[state], term) if state in total else term
    return total


def _chain(program: Program, parts: list[tuple[Gradient, int]]) -> Gradient:
    total: Gradient = {}
    for gradient, outer in parts:
        for state, inner in gradient.items():
            term = program.mul(outer, inner)
            total[state] = program.add(total[state], term) if state in total else term
    return total


def _choice(program: Program, k: int, known: dict[int, Gradient]) -> Gradient:
    operation, *rest = program.nodes[k]
    if operation == "where":
        condition, a, b = rest
    else:
        a, b = rest
        condition = program.add_node("relation", "<" if operation == "min" else ">", a, b)
    zero = program.const(0.0)
    states = sorted(set(known[a]) | set(known[b]))
    return {s: program.where(condition, known[a].get(s, zero), known[b].get(s, zero)) for s in states}


def _outer(program: Program, k: int) -> list[tuple[int, int]]:
    """Return pairs (argument, derivative of node k by that argument)."""
    operation, *rest = program.nodes[k]
    if operation == "mul":
        a, b = rest
        return [(a, b), (b, a)]
    if operation == "div":
        a, b = rest
        inverse = program.div(program.const(1.0), b)
        return [(a, inverse), (b, program.neg(program.mul(k, inverse)))]
    if operation == "pow":
        a, b = rest
        by_base = program.mul(b, program.power(a, program.sub(b, program.const(1.0))))
        by_exponent = program.mul(k, program.call("log", a)) if program.varies[b] else program.const(0.0)
        return [(a, by_base), (b, by_exponent)]
    name, a = rest
    return [(a, _function(program, name, a, k))]


def _function(program: Program, name: str, a: int, k: int) -> int:
    one = program.const(1.0)
    match name:
        case "exp":
            return k
        case "log":
            return program.div(one, a)
        case "log1p":
            return program.div(one, program.add(one, a))
        case "expm1":
            return program.add(one, k)
        case "sqrt":
            return program.div(program.const(0.5), k)
        case "tanh":
            return program.sub(one, program.mul(k, k))
        case _:  # abs; zero is given to the right-hand side
            condition = program.add_node("relation", "<", a, program.const(0.0))
            return program.where(condition, program.const(-1.0), one)
