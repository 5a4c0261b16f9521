"""Compile long straight-line Python quickly: the text goes to LLVM without numba's type inference.

A generated right-hand side is hundreds of assignments without a branch. numba infers types statement by statement and
needs half a minute for them; here the same text is read with :mod:`ast` and handed to LLVM instruction by instruction
through a numba intrinsic, in about a hundredth of that time. The text stays valid Python, so a test can run it as it
stands.

What the text may hold: ``name = expression`` and ``array[3] = expression``, with ``+ - * / **``, comparisons,
``a if c else b``, ``and or not``, ``min max abs`` of scalars and functions of :mod:`math` of one argument.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from typing import Any

_ARITHMETIC = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


def straight_line(body: str, arrays: Sequence[str], scalars: Sequence[str] = ()) -> Any:
    """Return a numba intrinsic ``f(*arrays, *scalars)`` that runs `body`.

    Every element is read at most once, before anything is written, so that arrays may be the same.

    Args:
        body: the statements; every name on the right is an argument or was assigned before.
        arrays: names of contiguous float64 arrays, in the order of the arguments.
        scalars: names of float64 arguments that follow.
    """
    from numba import types
    from numba.extending import intrinsic

    names = (*arrays, *scalars)

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointers = {
            name: context.make_array(kind)(context, builder, value).data
            for name, kind, value in zip(arrays, signature.args, args, strict=False)
        }
        values = dict(zip(scalars, args[len(arrays) :], strict=True))
        _Emitter(context, builder, pointers, values).run(ast.parse(body))  # read only where numba compiles
        return context.get_dummy_value()

    # numba reads the number of arguments off the signature, so the typing function is made with the right one
    text = f"def typing(typingctx, {', '.join(names)}):\n    return none({', '.join(names)}), emit\n"
    space: dict[str, Any] = {"none": types.void, "emit": emit}
    exec(text, space)  # noqa: S102 - our own text, of argument names only
    return intrinsic(space["typing"])


class _Emitter:
    """Turns statements into LLVM instructions of one basic block."""

    def __init__(self, context: Any, builder: Any, pointers: dict[str, Any], values: dict[str, Any]) -> None:
        from llvmlite import ir

        self.ir, self.context, self.builder = ir, context, builder
        self.pointers, self.values = pointers, values
        self.loaded: dict[tuple[str, int], Any] = {}
        self.double = ir.DoubleType()

    def run(self, tree: ast.Module) -> None:
        stores = []
        for statement in tree.body:
            if not isinstance(statement, ast.Assign):
                raise TypeError(f"not an assignment: {ast.unparse(statement)}")
            (target,) = statement.targets
            value = self.value(statement.value)
            if isinstance(target, ast.Name):
                self.values[target.id] = value
            else:
                stores.append((self.address(target), value))
        for address, value in stores:
            self.builder.store(value, address)

    def address(self, node: ast.expr) -> Any:
        name, index = _element(node)
        return self.builder.gep(self.pointers[name], [self.ir.Constant(self.ir.IntType(64), index)])

    def value(self, node: ast.expr) -> Any:
        match node:
            case ast.Name(id=name):
                return self.values[name]
            case ast.Constant(value=number):
                return self.ir.Constant(self.double, float(number))  # type: ignore[arg-type]
            case ast.Subscript():
                return self._load(node)
            case ast.BinOp(left=left, op=op, right=right):
                return self._arithmetic(op, self.value(left), self.value(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.builder.fneg(self.value(operand))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.builder.not_(self.value(operand))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self.builder.fcmp_ordered(_COMPARE[type(op)], self.value(left), self.value(right))
            case ast.BoolOp(op=op, values=[left, right]):
                join = self.builder.and_ if isinstance(op, ast.And) else self.builder.or_
                return join(self.value(left), self.value(right))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.builder.select(self.value(test), self.value(body), self.value(orelse))
            case ast.Call(func=function, args=arguments):
                return self._call(function, [self.value(a) for a in arguments])
            case _:
                raise TypeError(f"not straight-line code: {ast.unparse(node)}")

    def _load(self, node: ast.Subscript) -> Any:
        key = _element(node)
        if key not in self.loaded:
            self.loaded[key] = self.builder.load(self.address(node))
        return self.loaded[key]

    def _arithmetic(self, op: ast.operator, left: Any, right: Any) -> Any:
        if isinstance(op, ast.Pow):
            power = self.builder.module.declare_intrinsic("llvm.pow", [self.double])
            return self.builder.call(power, [left, right])
        return getattr(self.builder, _ARITHMETIC[type(op)])(left, right)

    def _call(self, function: ast.expr, args: list[Any]) -> Any:
        match function:
            case ast.Name(id="min"):
                return self.builder.select(self.builder.fcmp_ordered("<", args[1], args[0]), args[1], args[0])
            case ast.Name(id="max"):
                return self.builder.select(self.builder.fcmp_ordered(">", args[1], args[0]), args[1], args[0])
            case ast.Name(id="abs"):
                return self.builder.call(
                    self.builder.module.declare_intrinsic("llvm.fabs", [self.double]), args
                )
            case ast.Attribute(value=ast.Name(id="math"), attr=name):
                from numba import types

                inner = self.context.get_function(getattr(math, name), types.float64(types.float64))
                return inner(self.builder, args)
            case _:
                raise TypeError(f"not a function of straight-line code: {ast.unparse(function)}")


def _element(node: ast.expr) -> tuple[str, int]:
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int(index))):
            return name, index
        case _:
            raise TypeError(f"not an element of an array: {ast.unparse(node)}")
