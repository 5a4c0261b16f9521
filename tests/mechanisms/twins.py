"""Sabotage twins: a model with one deliberately wrong mechanism, and the claim that a check fails on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from metastasome.mechanisms import Model


def swapped(model: Model, wrong: type) -> Model:
    """Return `model` with its mechanism of the same key replaced by `wrong`, its settings kept."""
    made = []
    for m in model.mechanisms:
        same = m.key == wrong.key  # type: ignore[attr-defined]
        made.append(wrong(**{f.name: getattr(m, f.name) for f in dataclasses.fields(m)}) if same else m)  # type: ignore[arg-type]
    return Model(model.organs, tuple(made))


def refuted(check: Callable[..., None], *args: Any, **options: Any) -> None:
    """The same check must fail on the wrong twin."""
    with pytest.raises(AssertionError):
        check(*args, **options)
