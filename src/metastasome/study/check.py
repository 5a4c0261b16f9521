"""What a study must agree with beyond its own form: the mechanisms there are and the inputs they leave to it."""

from __future__ import annotations

from ..core.errors import StudyError, nearest
from ..core.organs import NAMES
from .model import Study


def check_study(study: Study) -> None:
    """Refuse a study whose mechanisms do not compose.

    Raises:
        StudyError: an unknown mechanism, parameter or input, a value out of range, a mechanism
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
