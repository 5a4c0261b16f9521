"""Compile long straight-line Python quickly: the text goes to LLVM without numba's type inference.

A generated right-hand side is hundreds of assignments without a branch. numba infers types statement by statement and
needs half a minute for them; here the same text is read with :mod:`ast` and handed to LLVM instruction by instruction
through a numba intrinsic, in about a hundredth of that time. The text stays valid Python, so a test can run it as it
stands. With ``lanes=8`` the same text computes eight systems at once: every number is a vector of eight, and element k
of an array is the k-th group of eight.

What the text may hold: ``name = expression`` and ``array[3] = expression``, with ``+ - * / **``, comparisons,
``a if c else b``, ``and or not``, ``min max abs`` of scalars and functions of :mod:`math` of one argument.
"""

from __future__ import annotations

import ast
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PIECE = 128
_SCRATCH = "scratch of straight-line code"
_ARITHMETIC = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


def straight_line(body: str, arrays: Sequence[str], scalars: Sequence[str] = (), *, lanes: int = 1) -> Any:
    """Return a numba intrinsic ``f(*arrays, *scalars)`` that runs `body`.

    The arrays must not overlap, and no element may be read after it was written.

    Args:
        body: the statements; every name on the right is an argument or was assigned before.
        arrays: names of contiguous float64 arrays, or pointers to them, in the order of the arguments.
        scalars: names of float64 arguments that follow, one number for all lanes.
        lanes: systems computed at once.
    """
    from numba import types
    from numba.core.errors import TypingError
    from numba.extending import intrinsic

    names = (*arrays, *scalars)
    digest = hashlib.sha256("\n".join([str(lanes), *names, body]).encode()).hexdigest()[:24]
    pointer = types.CPointer(types.float64)  # type: ignore[no-untyped-call,unused-ignore]

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointers = [
            value if kind == pointer else context.make_array(kind)(context, builder, value).data
            for kind, value in zip(signature.args[: len(arrays)], args[: len(arrays)], strict=True)
        ]
        function = _function(context, builder, f"metastasome_{digest}", body, arrays, scalars, lanes)
        builder.call(function, [*pointers, *args[len(arrays) :]])
        return context.get_dummy_value()

    def typed(*kinds: Any) -> Any:
        for kind in kinds[: len(arrays)]:
            row = isinstance(kind, types.Array) and kind.layout == "C" and kind.ndim == 1
            if not (kind == pointer or (row and kind.dtype == types.float64)):
                raise TypingError(f"straight-line code needs contiguous one-dimensional float64 arrays, not {kind}")
        return types.void(*kinds[: len(arrays)], *[types.float64] * len(scalars)), emit

    # numba reads the number of arguments off the signature, so the typing function is made with the right one
    text = f"def typing(typingctx, {', '.join(names)}):\n    return typed({', '.join(names)})\n"
    space: dict[str, Any] = {"typed": typed}
    exec(text, space)  # our own text, of argument names only
    return intrinsic(space["typing"])


def _function(
    context: Any, builder: Any, name: str, body: str, arrays: Sequence[str], scalars: Sequence[str], lanes: int
) -> Any:
    """Return the LLVM function of `body`, added to the module if it is not there yet.

    It calls one function per piece of the text: the time LLVM needs grows with the square of a block's length. What
    a later piece needs of an earlier one goes through an array on the stack.
    """
    from llvmlite import ir  # type: ignore[import-untyped,unused-ignore]

    if name in builder.module.globals:
        return builder.module.globals[name]
    pieces = _pieces(ast.parse(body).body)
    kept = sorted(set().union(*(p.leaves for p in pieces))) if pieces else []
    double, slots = ir.DoubleType(), {variable: k for k, variable in enumerate(kept)}
    outer, call = _declare(builder.module, name, arrays, scalars)
    scratch = call.alloca(ir.ArrayType(double, max(1, len(kept)) * lanes))
    first = call.bitcast(scratch, double.as_pointer())
    for k, piece in enumerate(pieces):
        inner, inside = _declare(builder.module, f"{name}_{k}", [*arrays, _SCRATCH], scalars)
        given = dict(zip([*arrays, _SCRATCH, *scalars], inner.args, strict=True))
        _Emitter(context, inside, given, slots, lanes).run(piece, scalars)
        inside.ret_void()
        call.call(inner, [*outer.args[: len(arrays)], first, *outer.args[len(arrays) :]])
    call.ret_void()
    return outer


def _declare(module: Any, name: str, arrays: Sequence[str], scalars: Sequence[str]) -> tuple[Any, Any]:
    """Return an internal function of pointers that do not overlap and of numbers, and a builder at its start."""
    from llvmlite import ir  # type: ignore[import-untyped,unused-ignore]

    double = ir.DoubleType()
    kinds = [double.as_pointer()] * len(arrays) + [double] * len(scalars)
    made = ir.Function(module, ir.FunctionType(ir.VoidType(), kinds), name)
    made.linkage = "internal"
    for attribute in ("noinline", "nounwind"):
        made.attributes.add(attribute)
    for argument in made.args[: len(arrays)]:
        argument.add_attribute("noalias")
    return made, ir.IRBuilder(made.append_basic_block("entry"))


@dataclass(frozen=True)
class _Piece:
    """Consecutive statements; `enters` are names assigned before and read here, `leaves` those read later."""

    statements: tuple[ast.Assign, ...]
    enters: frozenset[str]
    leaves: frozenset[str]


def _pieces(statements: Sequence[ast.stmt]) -> list[_Piece]:
    assigned = [s for s in statements if isinstance(s, ast.Assign)]
    if len(assigned) != len(statements):
        raise TypeError("straight-line code holds assignments only")
    cuts = [assigned[k : k + PIECE] for k in range(0, len(assigned), PIECE)]
    made = [{s.targets[0].id for s in cut if isinstance(s.targets[0], ast.Name)} for cut in cuts]
    read = [{n.id for s in cut for n in ast.walk(s.value) if isinstance(n, ast.Name)} for cut in cuts]
    found = []
    for k, cut in enumerate(cuts):
        before, after = set[str]().union(*made[:k]), set[str]().union(*read[k + 1 :])
        found.append(_Piece(tuple(cut), frozenset(read[k] & before), frozenset(made[k] & after)))
    return found


class _Emitter:
    """Turns statements into LLVM instructions of one basic block."""

    def __init__(self, context: Any, builder: Any, given: dict[str, Any], slots: dict[str, int], lanes: int) -> None:
        from llvmlite import ir  # type: ignore[import-untyped,unused-ignore]

        self.ir, self.context, self.builder, self.slots, self.lanes = ir, context, builder, slots, lanes
        self.values = dict(given)
        self.loaded: dict[tuple[str, int], Any] = {}
        self.double = ir.DoubleType()
        self.kind = self.double if lanes == 1 else ir.VectorType(self.double, lanes)

    def run(self, piece: _Piece, scalars: Sequence[str] = ()) -> None:
        for name in scalars:
            self.values[name] = self._spread(self.values[name])
        for name in sorted(piece.enters):
            self.values[name] = self._read(_SCRATCH, self.slots[name])
        for statement in piece.statements:
            (target,) = statement.targets
            value = self.value(statement.value)
            if isinstance(target, ast.Name):
                self.values[target.id] = value
            else:
                self._write(value, *_element(target))
        for name in sorted(piece.leaves):
            self._write(self.values[name], _SCRATCH, self.slots[name])

    def number(self, value: float) -> Any:
        if self.lanes == 1:
            return self.ir.Constant(self.double, value)
        return self.ir.Constant(self.kind, [self.ir.Constant(self.double, value)] * self.lanes)

    def _spread(self, value: Any) -> Any:
        if self.lanes == 1:
            return value
        whole = self.ir.Constant(self.kind, self.ir.Undefined)
        for lane in range(self.lanes):
            whole = self.builder.insert_element(whole, value, self.ir.Constant(self.ir.IntType(32), lane))
        return whole

    def _place(self, array: str, index: int) -> Any:
        place = self.builder.gep(self.values[array], [self.ir.Constant(self.ir.IntType(64), index * self.lanes)])
        return place if self.lanes == 1 else self.builder.bitcast(place, self.kind.as_pointer())

    def _read(self, array: str, index: int) -> Any:
        return self.builder.load(self._place(array, index), align=8)

    def _write(self, value: Any, array: str, index: int) -> None:
        self.builder.store(value, self._place(array, index), align=8)

    def value(self, node: ast.expr) -> Any:
        match node:
            case ast.Name(id=name):
                return self.values[name]
            case ast.Constant(value=number):
                return self.number(float(number))  # type: ignore[arg-type]
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
            self.loaded[key] = self._read(*key)
        return self.loaded[key]

    def _arithmetic(self, op: ast.operator, left: Any, right: Any) -> Any:
        if isinstance(op, ast.Pow):
            return self.intrinsic("pow", [left, right])
        fused = ("contract",) if self.lanes > 1 else ()  # a product and a sum may become one instruction
        return getattr(self.builder, _ARITHMETIC[type(op)])(left, right, flags=fused)

    def intrinsic(self, name: str, args: list[Any]) -> Any:
        full = f"llvm.{name}.f64" if self.lanes == 1 else f"llvm.{name}.v{self.lanes}f64"
        known = self.builder.module.globals.get(full)
        kind = self.ir.FunctionType(self.kind, [self.kind] * len(args))
        return self.builder.call(known or self.ir.Function(self.builder.module, kind, full), args)

    def _call(self, function: ast.expr, args: list[Any]) -> Any:
        match function:
            case ast.Name(id="min"):
                return self.builder.select(self.builder.fcmp_ordered("<", args[1], args[0]), args[1], args[0])
            case ast.Name(id="max"):
                return self.builder.select(self.builder.fcmp_ordered(">", args[1], args[0]), args[1], args[0])
            case ast.Name(id="abs"):
                return self.intrinsic("fabs", args)
            case ast.Attribute(value=ast.Name(id="math"), attr=name):
                return self._one_by_one(name, args) if self.lanes == 1 else self._mathematical(name, args)
            case _:
                raise TypeError(f"not a function of straight-line code: {ast.unparse(function)}")

    def _mathematical(self, name: str, args: list[Any]) -> Any:
        if name == "exp":
            return vector_exp(self, args[0])
        return self.intrinsic("sqrt", args) if name == "sqrt" else self._one_by_one(name, args)

    def _one_by_one(self, name: str, args: list[Any]) -> Any:
        from numba import types

        inner = self.context.get_function(getattr(math, name), types.float64(types.float64))
        if self.lanes == 1:
            return inner(self.builder, args)
        whole = self.ir.Constant(self.kind, self.ir.Undefined)
        for lane in range(self.lanes):
            place = self.ir.Constant(self.ir.IntType(32), lane)
            one = inner(self.builder, [self.builder.extract_element(args[0], place)])
            whole = self.builder.insert_element(whole, one, place)
        return whole


_MAGIC = 1.5 * 2.0**52  # adding it leaves the nearest whole number in the low bits
_LN2 = (6.93147180369123816490e-01, 1.90821492927058770002e-10)  # fdlibm's split of ln 2


def vector_exp(e: _Emitter, x: Any) -> Any:
    """Return exp of a vector within 2 units in the last place: 2^k times the Taylor polynomial of |r| <= ln(2)/2.

    Range reduction by ln 2 in two parts (Cody & Waite 1980, Software Manual for the Elementary Functions, ch. 6).
    Zero below x = -707, infinite above x = 709.
    """
    b, whole = e.builder, e.ir.VectorType(e.ir.IntType(64), e.lanes)
    low, high = b.fcmp_ordered("<", x, e.number(-707.0)), b.fcmp_ordered(">", x, e.number(709.0))
    inside = b.select(low, e.number(-707.0), b.select(high, e.number(709.0), x))
    shifted = e.intrinsic("fmuladd", [inside, e.number(1.0 / math.log(2.0)), e.number(_MAGIC)])
    k = b.fneg(b.fsub(shifted, e.number(_MAGIC)))
    r = e.intrinsic("fmuladd", [k, e.number(_LN2[1]), e.intrinsic("fmuladd", [k, e.number(_LN2[0]), inside])])
    total = e.number(1.0 / math.factorial(13))
    for n in range(12, -1, -1):
        total = e.intrinsic("fmuladd", [total, r, e.number(1.0 / math.factorial(n))])
    places = e.ir.Constant(whole, [e.ir.Constant(e.ir.IntType(64), 52)] * e.lanes)
    power = b.shl(b.bitcast(shifted, whole), places)
    found = b.bitcast(b.add(b.bitcast(total, whole), power), e.kind)
    return b.select(low, e.number(0.0), b.select(high, e.number(math.inf), found))


def _element(node: ast.expr) -> tuple[str, int]:
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int(index))):
            return name, index
        case _:
            raise TypeError(f"not an element of an array: {ast.unparse(node)}")
