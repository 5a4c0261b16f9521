"""What a mechanism is: a small frozen declaration of what it reads, what it owns, and its rates.

Rates are array expressions written once, with arithmetic and a namespace ``xp`` only. The last axis of every array is
organs, or 1 for a quantity of the whole body; batch axes come before it. The same function runs on NumPy as it stands
and yields exact equations when traced with symbols (:mod:`metastasome.numerics`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from ..core.errors import StudyError
from ..core.parameters import Parameter, parameters_of

Array = Any  # NumPy float64, JAX or object array of SymPy expressions
Values = Mapping[str, Array]
Shape = Literal["body", "organ"]
Provider = Literal["uptake", "response", "body", "engine", "lever", "study"]


@dataclass(frozen=True)
class Quantity:
    """A named value of the model: `shape` is ``"body"`` (one number) or ``"organ"`` (one per organ)."""

    name: str
    shape: Shape
    unit: str
    meaning: str


@dataclass(frozen=True)
class State(Quantity):
    """A quantity that is integrated in time.

    `initial` is its value at time zero, or the name of the owner's parameter that gives it.
    """

    initial: float | str = 0.0


@dataclass(frozen=True)
class Input(Quantity):
    """A quantity set from another room and constant over a window of time.

    `provider` names the room; `default` stands where that room says nothing (a lever that nobody pulls is 1).
    """

    provider: Provider = "study"
    default: float | None = None


class Mechanism:
    """Base of all mechanisms; each subclass is a frozen dataclass whose fields are parameters or options.

    Class attributes declare the wiring; composition refuses a read that nobody writes and a state with two owners.

    Attributes:
        key: name in study files.
        rank: place in the cascade, for reading order (10 primary, 20 vesicles, 30 niche, 40 transformation, 50 cells,
            60 lesions).
        title: name for people.
        claims: claim ids of the two papers (``"B7"``; see docs/mechanisms.md).
        default_on: whether a study that does not mention it has it.
        states: what it owns and integrates.
        derives: what it computes from other quantities.
        inputs: what it takes from other rooms.
        reads: quantities of other mechanisms that must be there.
        reads_if_there: quantities of others that count as zero when their owner is off.
        opens: origins of lesions it founds.
        modifies: targets it scales (``"extravasation"``, ``"death"``, ``"release"`` ...).
        requires: keys of mechanisms without which it makes no sense.
    """

    key: ClassVar[str]
    rank: ClassVar[int] = 90
    title: ClassVar[str]
    claims: ClassVar[tuple[str, ...]] = ()
    default_on: ClassVar[bool] = True
    states: ClassVar[tuple[State, ...]] = ()
    derives: ClassVar[tuple[Quantity, ...]] = ()
    inputs: ClassVar[tuple[Input, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ()
    reads_if_there: ClassVar[tuple[str, ...]] = ()
    opens: ClassVar[tuple[str, ...]] = ()
    modifies: ClassVar[tuple[str, ...]] = ()
    requires: ClassVar[tuple[str, ...]] = ()

    def derive(self, xp: Any, q: Quantities, p: Any) -> Values:
        """Return every quantity named in `derives`."""
        return {}

    def rates(self, xp: Any, q: Quantities, p: Any) -> Values:
        """Return the time derivative of every state, per day."""
        return {}

    def channels(self, xp: Any, q: Quantities, p: Any) -> Values:
        """Return the founders per organ and day of every origin named in `opens`."""
        return {}

    def modifiers(self, xp: Any, q: Quantities, p: Any) -> Values:
        """Return the factor for every target named in `modifies`; factors of several mechanisms multiply."""
        return {}

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """Return the declared parameters, in order."""
        return parameters_of(cls)


class Quantities:
    """Read access to the model's quantities, limited to what a mechanism declared.

    Reading an undeclared name raises at once: the wiring that is drawn is the wiring that runs.
    """

    __slots__ = ("_allowed", "_owner", "_read")

    def __init__(self, owner: str, allowed: frozenset[str], read: Any) -> None:
        self._owner, self._allowed, self._read = owner, allowed, read

    def __getattr__(self, name: str) -> Array:
        if name not in self._allowed:
            raise StudyError(f"mechanism '{self._owner}' reads '{name}' without declaring it", field="reads")
        return self._read(name)

    def modifier(self, target: str) -> Array:
        """Return the product of every mechanism's factor for `target` (1 where there is none)."""
        return self._read(f"*{target}")
