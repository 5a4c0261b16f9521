"""Choosing mechanisms by their switches, checking the wiring, and returning a model."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ..core.errors import StudyError, nearest
from ..core.units import to
from .base import Mechanism
from .model import LESION_RATES, Model
from .registry import catalogue, mechanism


def compose(organs: Iterable[str], switches: Mapping[str, Any] | None = None) -> Model:
    """Return the model of the chosen mechanisms.

    Args:
        organs: canonical organ names.
        switches: key -> True, False, or a mapping of parameter values and options with an optional ``on``; values may
            carry units (``"0.1 /day"``). Mechanisms not named keep their default switch.

    Raises:
        StudyError: an unknown mechanism, parameter or option; a value outside its range; a read that nobody writes; a
            state with two owners; a requirement that is switched off.
    """
    chosen = []
    asked = dict(switches or {})
    for key in asked:
        mechanism(key)
    for key, kind in catalogue().items():
        on, values = _switch(kind, asked.get(key, kind.default_on))
        if on:
            chosen.append(_build(kind, values))
    model = Model(tuple(organs), tuple(chosen))
    check(model)
    return model


def check(model: Model) -> None:
    """Refuse a model whose wiring does not close; the error names both sides."""
    on = {m.key for m in model.mechanisms}
    for m in model.mechanisms:
        for needed in m.requires:
            if needed not in on:
                raise StudyError(
                    f"'{m.key}' needs '{needed}', which is switched off",
                    field=f"mechanisms.{m.key}",
                    hint=f"switch '{needed}' on, or '{m.key}' off",
                )
    owners = Counter(q.name for m in model.mechanisms for q in (*m.states, *m.derives))
    for name, count in owners.items():
        if count > 1:
            both = [m.key for m in model.mechanisms if name in {q.name for q in (*m.states, *m.derives)}]
            raise StudyError(f"'{name}' has two owners: {' and '.join(both)}", field="mechanisms")
    for m in model.mechanisms:
        for name in m.reads:
            if name not in owners:
                raise StudyError(
                    f"'{m.key}' reads '{name}', which no mechanism that is on writes",
                    field=f"mechanisms.{m.key}",
                    hint=_writer_hint(name),
                )
    for name in LESION_RATES:
        if name not in owners:
            raise StudyError(f"nothing gives lesions their '{name}' rate", hint=_writer_hint(name))


def _switch(kind: type[Mechanism], asked: Any) -> tuple[bool, dict[str, Any]]:
    if isinstance(asked, bool):
        return asked, {}
    if isinstance(asked, Mapping):
        values = dict(asked)
        on = values.pop("on", True)
        if isinstance(on, bool):
            return on, values
    raise StudyError("not a switch", field=f"mechanisms.{kind.key}", value=asked, expected="true, false or a mapping")


def _build(kind: type[Mechanism], values: Mapping[str, Any]) -> Mechanism:
    declared = {p.name: p for p in kind.parameters()}
    options = {f.name: f for f in dataclasses.fields(kind) if f.name not in declared}  # type: ignore[arg-type]
    made: dict[str, Any] = {}
    for name, value in values.items():
        field = f"mechanisms.{kind.key}.{name}"
        if name in declared:
            made[name] = declared[name].check(to(value, declared[name].unit, field=field), field=field)
        elif name in options:
            allowed = options[name].metadata["choices"]
            if value not in allowed:
                raise StudyError("not a choice", field=field, value=value, expected=" or ".join(map(repr, allowed)))
            made[name] = value
        else:
            known = [*declared, *options]
            raise StudyError(
                "unknown parameter", field=field, hint=nearest(name, known) or f"known: {', '.join(known)}"
            )
    return kind(**made)


def _writer_hint(name: str) -> str:
    writers = [k for k, c in catalogue().items() if name in {q.name for q in (*c.states, *c.derives)}]
    return f"switch on: {' or '.join(writers)}" if writers else "no mechanism writes it"
