"""What a study must agree with beyond its own form: the mechanisms and interventions there are."""

from __future__ import annotations

from collections import defaultdict

from ..core.errors import InputError, StudyError, nearest
from ..core.organs import NAMES
from .model import Study


def check_study(study: Study) -> None:
    """Refuse a study whose mechanisms do not compose or whose interventions cannot be made.

    Raises:
        StudyError: an unknown mechanism, parameter, input or intervention, a value out of range, a mechanism
            without the one it needs.
    """
    from ..mechanisms import catalogue, compose

    known = catalogue()
    for key in study.mechanisms:
        if key not in known:
            hint = nearest(key, known) or f"known: {', '.join(known)}"
            raise StudyError("unknown mechanism", field=f"mechanisms.{key}", hint=hint)
    model = compose(NAMES, study.mechanisms)
    taken = sorted(i.name for i in model.inputs if i.provider == "study")
    for name in study.inputs:
        if name not in taken:
            hint = nearest(name, taken) or f"known: {', '.join(taken)}"
            raise StudyError("no mechanism that is on takes this input", field=f"inputs.{name}", hint=hint)
    _check_interventions(study)


def _check_interventions(study: Study) -> None:
    """Make every intervention once, and its actions on a model whose inputs are all one."""
    import numpy as np
    from numpy.typing import NDArray

    from ..interventions import make

    ones: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.ones(1))
    for i, asked in enumerate(study.interventions):
        try:
            make(asked.do, asked.settings, start=asked.start, stop=asked.stop).actions(ones)
        except InputError as error:
            last = (error.field or "").rpartition(".")[2]
            field = f"interventions.{i}.{last}" if last else f"interventions.{i}"
            raise StudyError(
                error.problem, field=field, value=error.value, expected=error.expected, hint=error.hint
            ) from error
