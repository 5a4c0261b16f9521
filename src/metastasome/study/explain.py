"""What a notebook calls to explain data: a question file (or its parts) in, posteriors, weights and plans out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import InputError
from ..core.progress import SILENT, Progress
from .question import Question, read_question

if TYPE_CHECKING:
    from ..inference.comparison import Comparison
    from ..inference.design import Design
    from ..inference.explanation import Explanation
    from ..inference.fitting import Fit
    from ..inference.sensitivity import Sensitivity


def fit(
    what: str | Path | Question | Explanation,
    hypothesis: str | None = None,
    *,
    data_dir: str | Path | None = None,
    seed: int | None = None,
    keep: str | Path | None = None,
    progress: Progress = SILENT,
    **settings: Any,
) -> Fit:
    """Return the posterior of one hypothesis.

    Args:
        what: the path of a question file (or its folder), a question, or an explanation made in Python.
        hypothesis: which one of the question; its first when not given.
        seed: the question's when not given.
        keep: folder in which finished chains are kept, so that a killed fit goes on.
        **settings: ``method``, ``draws``, ``chains``, ``warmup`` instead of the question's; an unknown one is refused.

    Raises:
        InputError: the question or its data is not usable. ModelError: the hypothesis rules out what was seen.
    """
    from ..inference.explanation import Explanation
    from ..inference.fitting import fit as fitted

    if isinstance(what, Explanation):
        chosen, own = what, {}
    else:
        asked = as_question(what, data_dir)
        chosen, own = asked.explanation(hypothesis or asked.rivals[0].hypothesis.key), dict(asked.settings)
    given = _settings(own, settings, ("method", "draws", "chains", "warmup"))
    chosen_seed = own.get("seed", 1) if seed is None else seed
    return fitted(chosen, seed=chosen_seed, keep=None if keep is None else Path(keep), progress=progress, **given)


def compare_hypotheses(
    what: str | Path | Question | Sequence[Explanation],
    *,
    data_dir: str | Path | None = None,
    recovery: int | None = None,
    recover_from: str = "posterior",
    seed: int | None = None,
    keep: str | Path | None = None,
    progress: Progress = SILENT,
    **settings: Any,
) -> Comparison:
    """Return the weights of rival hypotheses with their recovery, and a verdict in words.

    Args:
        what: as in :func:`fit`, or a list of explanations of the same data.
        recovery: data sets simulated per hypothesis; the question's number when not given, 0 for none.
        recover_from: ``"posterior"`` or ``"prior"``: where their parameters come from.

    Raises:
        InputError: the question or its data is not usable. ModelError: every hypothesis is impossible.
    """
    from ..inference.comparison import compare

    if isinstance(what, str | Path | Question):
        asked = as_question(what, data_dir)
        explanations, own, text = asked.explanations, dict(asked.settings), asked.question
    else:
        explanations, own, text = tuple(what), {}, ""
    return compare(
        explanations, question=text, sets=own.get("recovery", 100) if recovery is None else recovery,
        recover_from=recover_from, seed=own.get("seed", 1) if seed is None else seed,
        keep=None if keep is None else Path(keep), progress=progress,
        **_settings(own, settings, ("method", "draws", "chains", "warmup")),
    )  # fmt: skip


def design(
    hypotheses: str | Path | Question | Sequence[str],
    experiments: Sequence[str] | Mapping[str, Mapping[str, Any]] | None = None,
    *,
    data_dir: str | Path | None = None,
    belief: Sequence[float] | None = None,
    sizes: Sequence[int] | None = None,
    goal: float = 0.95,
    draws: int = 2000,
    seed: int = 1,
) -> Design:
    """Return which experiment would separate hypotheses, and how many lesions or animals each would take.

    Args:
        hypotheses: names (``["totr", "tota_alone"]``), or a question, whose hypotheses and experiments are taken.
        experiments: names, or name -> settings (costs, strength); every known one when not given.
        belief: weights of the hypotheses now; equal when not given.
        sizes: numbers of lesions or animals to try. goal: chance of naming the truth that is wanted.

    Raises:
        InputError: an unknown hypothesis, experiment or setting.
    """
    from ..inference import design as room
    from ..inference.experiments import EXPERIMENTS, experiment
    from ..inference.hypotheses import hypothesis

    if isinstance(hypotheses, str | Path | Question):
        asked = as_question(hypotheses, data_dir)
        rivals = [r.hypothesis for r in asked.rivals]
        experiments = experiments if experiments is not None else (asked.experiments or None)
    else:
        rivals = [hypothesis(name) for name in hypotheses]
    if not 0.5 < goal < 1:
        raise InputError("not usable", field="goal", value=goal, expected="a chance between 0.5 and 1")
    settings: Mapping[str, Mapping[str, Any]]
    settings = experiments if isinstance(experiments, Mapping) else {k: {} for k in experiments or EXPERIMENTS}
    made = [experiment(k, **v) for k, v in settings.items()]
    return room.design(
        rivals, made, sizes=room.SIZES if sizes is None else sizes, belief=belief, draws=draws, goal=goal, seed=seed
    )


def sensitivity(
    what: str | Path | Question | Explanation,
    hypothesis: str | None = None,
    *,
    readout: str | Callable[[dict[str, float]], float] | None = None,
    data_dir: str | Path | None = None,
    n: int = 128,
    seed: int = 1,
) -> Sensitivity:
    """Return how far a readout moves with each parameter of a hypothesis, over its priors.

    Args:
        what, hypothesis: as in :func:`fit`.
        readout: ``"observation: datum"`` for what is expected of one datum (the first of all when not given), or a
            function of parameter values.
        n: base sample, a power of two; it costs ``n (d + 2)`` readouts.

    Raises:
        InputError: no such datum, or the observation predicts no single number.
    """
    from ..inference.explanation import Explanation
    from ..inference.sensitivity import sensitivity as computed

    if isinstance(what, Explanation):
        chosen = what
    else:
        asked = as_question(what, data_dir)
        chosen = asked.explanation(hypothesis or asked.rivals[0].hypothesis.key)
    function = readout if callable(readout) else expected(chosen, readout)
    return computed(function, chosen.scale.parameters, n=n, seed=seed)


def expected(explanation: Explanation, datum: str | None) -> Callable[[dict[str, float]], float]:
    """Return the readout "what is expected of `datum`" of an explanation."""
    from ..core.errors import nearest

    known = [f"{o.name}: {label}" for o in explanation.observations for label in o.labels]
    name = known[0] if datum is None else datum
    if name not in known:
        shown = nearest(name, known) or f"for example '{known[0]}'"
        raise InputError("no such datum", field="readout", value=name, hint=shown)
    for o in explanation.observations:
        labels = [f"{o.name}: {label}" for label in o.labels]
        if name in labels:
            predict: Any = getattr(o, "predict", None)
            if predict is None:
                raise InputError(f"'{o.name}' predicts no single number per datum", field="readout", value=name)
            at = labels.index(name)
            fixed = dict(explanation.scale.fixed)
            return lambda theta: float(np.ravel(np.asarray(predict({**fixed, **theta}, o.data, np)))[at])
    raise AssertionError(name)


def as_question(what: str | Path | Question, data_dir: str | Path | None = None) -> Question:
    """Return the question meant by a path or a question."""
    return what if isinstance(what, Question) else read_question(what, data_dir=data_dir)


def _settings(own: Mapping[str, Any], given: Mapping[str, Any], allowed: tuple[str, ...]) -> dict[str, Any]:
    from ..core.errors import nearest

    for name in given:
        if name not in allowed:
            raise InputError(
                "unknown setting", field=name, hint=nearest(name, allowed) or f"known: {', '.join(allowed)}"
            )
    return {**{k: own[k] for k in allowed if k in own}, **given}
