"""What a study must agree with beyond its own form: the mechanisms and interventions there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..core.errors import InputError, StudyError, nearest
from ..core.organs import NAMES
from .model import Intervention as Asked
from .model import Study

if TYPE_CHECKING:
    from ..mechanisms import Model


#: Largest relative readiness or birth rate of an organ that a study may set.
MAX_RELATIVE = 1e6


def check_study(study: Study) -> None:
    """Refuse a study whose mechanisms do not compose or whose interventions cannot be made.

    Raises:
        StudyError: an unknown mechanism, parameter, input or intervention, a value out of range, a mechanism
            without the one it needs, an embedded cargo or a body that there is not.
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
        _check_input(name, study)
    _check_rooms(study)
    _check_interventions(study, model)


def _check_input(name: str, study: Study) -> None:
    given = study.inputs[name]
    high = 1.0 if name == "promoter" else MAX_RELATIVE
    for organ, value in given.items() if isinstance(given, Mapping) else [("", given)]:
        if not 0.0 <= value <= high:
            field = f"inputs.{name}.{organ}" if organ else f"inputs.{name}"
            raise StudyError("outside its range", field=field, value=value, expected=f"0 to {high:,.15g}")


def _check_rooms(study: Study) -> None:
    """Refuse a body or an embedded cargo that there is not, before any file is read."""
    from ..cargo.embedded import ABOUT
    from .gather import body

    name = study.cargo.reference
    if name is not None and name not in ABOUT:
        hint = nearest(name, ABOUT) or f"known: {', '.join(ABOUT)}"
        raise StudyError("no embedded cargo is called so", field="cargo.reference", value=name, hint=hint)
    try:
        body(study)
    except InputError as error:
        raise StudyError(
            f"no {study.body.species} weighs so much or so little", field="body.weight",
            value=f"{study.body.weight:g} kg", expected=error.expected, hint="give body.weight with its unit",
        ) from error  # fmt: skip


def _check_interventions(study: Study, model: Model) -> None:
    """Make every intervention once, and its actions on a model whose inputs are all one."""
    _check_list(study.interventions, "interventions", study, model)
    if study.trial is None:
        return
    for name, arm in study.trial.arms.items():
        _check_list(arm, f"trial.arms.{name}", study, model)
    if study.trial.scan is not None:
        _check_list((study.trial.scan.intervention,), "trial.scan.intervention", study, model)


def _check_list(asked: Sequence[Asked], where: str, study: Study, model: Model) -> None:
    import numpy as np

    from ..interventions import make, together
    from .arms_actions import check_horizon, usable

    ones = {i.name: np.ones(model.size(i)) for i in model.inputs}
    made = []
    for i, one in enumerate(asked):
        at = f"{where}.{i}" if len(asked) > 1 or where != "trial.scan.intervention" else where
        try:
            made.append(make(one.do, one.settings, start=one.start, stop=one.stop))
            check_horizon(made[-1], study.cohort.horizon)
            usable(model, ones, made[-1])
        except InputError as error:
            raise _placed(error, at) from error
    try:
        together(made)
    except InputError as error:
        raise _placed(error, where) from error


def _placed(error: InputError, at: str) -> StudyError:
    last = (error.field or "").rpartition(".")[2]
    field = f"{at}.{last}" if last else at
    return StudyError(error.problem, field=field, value=error.value, expected=error.expected, hint=error.hint)
