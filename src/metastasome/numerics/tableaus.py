"""Published coefficients of Rosenbrock methods, in the form that needs no matrix-vector product.

With E = 1/(h gamma) - J a step is, for stages i (autonomous system, Hairer & Wanner 1996, Solving Ordinary
Differential Equations II, eq. IV.7.25):

    E k_i = f(y + sum_j a_ij k_j) + sum_j (c_ij / h) k_j,    y_new = y + sum_j a_sj k_j + k_s,    error = k_s

where the last stages of these stiffly accurate methods start from the sum before plus the last k. Between steps
y(t + theta h) = (1 - theta) y + theta (y_new + (1 - theta) (d_1 + theta (d_2 + theta d_3))), d_m = sum_i dense_mi k_i.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Row = tuple[float, ...]


@dataclass(frozen=True)
class Tableau:
    """One method: `order` of the solution, `a` and `c` below the diagonal, `dense` rows of the interpolation."""

    name: str
    order: int
    gamma: float
    a: tuple[Row, ...]
    c: tuple[Row, ...]
    dense: tuple[Row, ...]
    source: str

    @property
    def stages(self) -> int:
        """Number of stages, one linear solve each."""
        return len(self.c) + 1

    @functools.cached_property
    def arrays(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """`a` and `c` as square matrices, `dense`, and which stages start where the stage before ended."""
        n = self.stages
        a, c = np.zeros((n, n)), np.zeros((n, n))
        for s in range(1, n):
            a[s, :s], c[s, :s] = self.a[s - 1], self.c[s - 1]
        goes_on = [s > 1 and self.a[s - 1] == (*self.a[s - 2], 1.0) for s in range(n)]
        return a, c, np.array(self.dense), np.array(goes_on)


_A5 = (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895)
RODAS4 = Tableau(
    name="rodas4",
    order=4,
    gamma=0.25,
    a=(
        (1.544,),
        (0.9466785280815826, 0.2557011698983284),
        (3.314825187068521, 2.896124015972201, 0.9986419139977817),
        _A5,
        (*_A5, 1.0),
    ),
    c=(
        (-5.6688,),
        (-2.430093356833875, -0.2063599157091915),
        (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
        (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616),
        (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
    ),
    dense=(
        (
            10.12623508344586,
            -7.487995877610167,
            -34.80091861555747,
            -7.992771707568823,
            1.025137723295662,
            0.0,
        ),
        (
            -0.6762803392801253,
            6.087714651680015,
            16.43084320892478,
            24.76722511418386,
            -6.594389125716872,
            0.0,
        ),
    ),
    source="Hairer & Wanner 1996, Solving Ordinary Differential Equations II, doi:10.1007/978-3-642-05221-7 (RODAS)",
)

_A6 = (-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946)
RODAS5P = Tableau(
    name="rodas5p",
    order=5,
    gamma=0.21193756319429014,
    a=(
        (3.0,),
        (2.849394379747939, 0.45842242204463923),
        (-6.954028509809101, 2.489845061869568, -10.358996098473584),
        (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641),
        _A6,
        (*_A6, 1.0),
        (*_A6, 1.0, 1.0),
    ),
    c=(
        (-14.155112264123755,),
        (-17.97296035885952, -2.859693295451294),
        (147.12150275711716, -1.41221402718213, 71.68940251302358),
        (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306),
        (24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471),
        (30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623,
         -28.087943162872662),
        (37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002,
         -54.66780262877968, -9.48861652309627),
    ),
    dense=(
        (25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204, 0.524948541321073,
         1.1241088310450404, 0.4272876194431874, -0.17202221070155493),
        (-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796, 20.176138334709044,
         15.98066361424651, -6.789040303419874, -6.710236069923372),
        (11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643, -52.072871366152654,
         -59.78993625266729, -0.15582684282751913, 4.883087185713722),
    ),
    source="Steinebach 2023, BIT Numer Math 63:27, doi:10.1007/s10543-023-00967-x",
)  # fmt: skip

TABLEAUS = {t.name: t for t in (RODAS4, RODAS5P)}
