r"""A panel of vesicle miRNAs by sequencing: the share of vesicles that a tissue or tumour adds to the usual profile.

With healthy shares p, the tumour's shares q and a tumour share f of all vesicles, reads of miRNA m in a library of
`depth` panel reads are negative binomial with mean ``depth ((1 - f) p + f q)`` and dispersion over people and
libraries. The least-variance linear estimate of f,

.. math:: \hat f = \frac{\sum_m w_m (c_m/\text{depth} - p_m)}{\sum_m w_m (q_m - p_m)}, \qquad
   w_m = \frac{q_m - p_m}{\phi p_m^2 + p_m/\text{depth}}

is what is reported; three blank standard deviations are its limit of detection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..core.errors import InputError
from ..core.parameters import ASSUMPTION, Prior, parameter
from .assay import Assay, Floats, Levels, lognormal
from .noise import negative_binomial, normal

_FLOOR = 1e-9


@dataclass(frozen=True)
class MirnaPanel(Assay):
    """The share of plasma vesicles that carry the tumour's profile, by counting `mirnas`.

    Attributes:
        mirnas: miRBase v22 names.
        healthy: their shares in healthy plasma vesicles (of all reads).
        tumour: their shares in the tumour's vesicles.
    """

    key: ClassVar[str] = "mirna_panel"
    title: ClassVar[str] = "vesicle miRNA panel by sequencing"
    reads: ClassVar[str] = "tumour_ev"
    unit: ClassVar[str] = "share of vesicles"
    lod_unit: ClassVar[str] = "share of vesicles"
    false_positive: ClassVar[str] = "haemolysis, a meal or damage to the same tissue looks like its tumour"
    draw_numbers: ClassVar[int] = 81

    mirnas: tuple[str, ...] = ()
    healthy: tuple[float, ...] = ()
    tumour: tuple[float, ...] = ()
    depth: float = parameter(
        2e6, "1", low=1e3, high=1e9, source=ASSUMPTION, prior=Prior("loguniform", 1e5, 2e7),
        meaning="miRNA reads of a library (median of the shared plasma libraries: 2.6e6)",
    )  # fmt: skip
    dispersion: float = parameter(
        0.09, "1", low=0.0, high=4.0, source=ASSUMPTION, prior=Prior("loguniform", 0.02, 0.5),
        meaning="squared relative spread of a miRNA between people and libraries",
    )  # fmt: skip
    background: float = parameter(
        1e10, "EV/mL", low=1e8, high=1e12, evidence=("ev_plasma_level_07",),
        source="https://orbit.dtu.dk/en/publications/what-is-the-blood-concentration-of-extracellular-vesicles-implica",
        meaning="vesicles in healthy plasma",
    )  # fmt: skip
    between: float = parameter(
        0.5, "1", low=0.0, high=2.0, source=ASSUMPTION, prior=Prior("uniform", 0.2, 1.0),
        meaning="spread of that number between people, ln scale",
    )  # fmt: skip
    deviate: float = parameter(
        1.644854, "1", low=0.0, high=6.0, source=ASSUMPTION, prior=Prior("fixed", 1.644854),
        meaning="blank standard deviations from which a test is positive (95% specific)",
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < len(self.mirnas) <= 40 or not len(self.mirnas) == len(self.healthy) == len(self.tumour):
            raise InputError(
                "a panel needs 1 to 40 miRNAs, each with a healthy and a tumour share", field="mirna_panel.mirnas",
                value=len(self.mirnas),
            )  # fmt: skip
        if not self._gain.any():
            raise InputError("the panel's miRNAs do not tell tumour from healthy", field="mirna_panel.tumour")

    @property
    def _p(self) -> Floats:
        return np.maximum(np.array(self.healthy, dtype=np.float64), _FLOOR)

    @property
    def _gain(self) -> Floats:
        return np.array(self.tumour, dtype=np.float64) - self._p

    @property
    def _weights(self) -> Floats:
        w = self._gain / (self.dispersion * self._p**2 + self._p / self.depth)
        return np.asarray(w / (w * self._gain).sum())

    @property
    def blank_sd(self) -> float:
        """Standard deviation of the estimated share in people without a tumour."""
        variance = self.dispersion * self._p**2 + self._p / self.depth
        return float(np.sqrt((self._weights**2 * variance).sum()))

    @property
    def lod(self) -> float:
        """Three blank standard deviations: a share of vesicles."""
        return 3 * self.blank_sd

    @property
    def threshold(self) -> float:
        """Share from which a test is positive."""
        return self.deviate * self.blank_sd

    def expected(self, levels: Levels) -> Floats:
        """Return the tumour's share of vesicles."""
        tumour = np.asarray(levels[self.reads], dtype=np.float64)
        return np.asarray(tumour / (tumour + self.background))

    def measure(self, levels: Levels, person: Floats, draw: Floats) -> Floats:
        """Return the estimated share; it may fall below 0."""
        tumour = np.asarray(levels[self.reads], dtype=np.float64)
        usual = self.background * lognormal(normal(person[..., 0]), self.between)
        f = tumour / (tumour + usual)
        m = len(self.mirnas)
        mean = self.depth * (self._p + f[..., None] * self._gain)
        counts = negative_binomial(draw[..., :m], draw[..., m : 2 * m], mean, self.dispersion)
        return np.asarray(((counts / self.depth - self._p) * self._weights).sum(axis=-1))


def choose_panel(
    names: tuple[str, ...], healthy: Floats, tumour: Floats, *, size: int = 20, depth: float = 2e6,
    dispersion: float = 0.09,
) -> MirnaPanel:  # fmt: skip
    """Return the panel of the `size` miRNAs that tell most about the tumour's share.

    Args:
        names: miRNAs of both profiles, ``m`` of them.
        healthy, tumour: shares of reads, ``(m,)``.
        size: miRNAs on the panel, up to 40.
        depth, dispersion: as in :class:`MirnaPanel`.
    """
    p, q = np.maximum(healthy / healthy.sum(), _FLOOR), tumour / tumour.sum()
    told = (q - p) ** 2 / (dispersion * p**2 + p / depth)
    best = np.argsort(-told, kind="stable")[:size]
    return MirnaPanel(
        mirnas=tuple(names[j] for j in best), healthy=tuple(map(float, p[best])), tumour=tuple(map(float, q[best])),
        depth=depth, dispersion=dispersion,
    )  # fmt: skip
