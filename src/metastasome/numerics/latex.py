"""The equations of a system as LaTeX, from the traced expressions that also run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .labels import entry_labels
from .trace import System


def equations(
    system: System, *, blocks: Sequence[str] | None = None, labels: Mapping[str, Sequence[str]] | None = None
) -> list[str]:
    r"""Return one LaTeX line per entry, ``\frac{d x}{d t} = ...``, then one per output.

    Args:
        system: traced equations.
        blocks: names of states and outputs to print; all when not given.
        labels: names of the entries of a block (organs), by block; numbered when not given.
    """
    import sympy

    names: dict[object, str] = {}
    for layout, symbols in ((system.states, system.state_symbols), (system.params, system.param_symbols)):
        for symbol, (block, label) in zip(symbols, entry_labels(layout, labels), strict=True):
            names[symbol] = _symbol(block, label)
    lines = []
    for layout, expressions, form in (
        (system.states, system.rates, r"\frac{{d {0}}}{{d t}}"), (system.outputs, system.output_exprs, "{0}")
    ):  # fmt: skip
        for (block, label), expression in zip(entry_labels(layout, labels), expressions, strict=True):
            if blocks is None or block in blocks:
                right = sympy.latex(_whole_numbers(expression), symbol_names=names)
                lines.append(f"{form.format(_symbol(block, label))} = {right}")
    return lines


def _whole_numbers(expression: Any) -> Any:
    """Write 1.0 as 1 and leave it out where it multiplies."""
    import sympy

    floats = expression.atoms(sympy.Float) if hasattr(expression, "atoms") else ()
    return expression.xreplace({f: sympy.Integer(int(f)) for f in floats if float(f).is_integer() and abs(f) < 1e6})


def _symbol(block: str, label: str | None) -> str:
    whole = rf"\mathrm{{{_text(block)}}}"
    return whole if label is None else rf"{whole}_{{\mathrm{{{_text(label)}}}}}"


def _text(name: str) -> str:
    return name.replace("_", r"\_")
