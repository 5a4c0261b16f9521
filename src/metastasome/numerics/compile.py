"""Compile a traced system: generated numba code for rates, outputs and the sparse Jacobian.

The functions of the generated module, all ``nogil`` and cached on disk:

=============================  ==========================================================================
``rhs(y, p, dy)``              rates, from states and parameters
``observe(y, p, out)``         outputs
``jac_values(y, p, values)``   non-zeros of the Jacobian, in CSR order
``prepare(p, c)``              everything that depends on parameters only, once per parameter set
``rhs_c(y, c, dy)``            rates from prepared parameters: what solvers call (also ``observe_c``, ``jac_c``)
=============================  ==========================================================================

A kernel that calls them is a module of its own (:func:`.cache.compile_module`) whose source starts with
``from <compiled.module_name> import rhs_c, prepare``; passing them as arguments also works, but then numba compiles
the kernel again in every process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import codegen
from .cache import compile_module, load_module
from .derivative import jacobian as sparse_jacobian
from .layout import Layout
from .program import Program
from .trace import System

Float = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class CompiledSystem:
    """Compiled functions of a system, with the layouts they work on.

    Arrays given to the functions are one-dimensional, contiguous float64: `y`, `dy` ``(states,)``, `p` ``(params,)``,
    `c` ``(n_constants,)``, `out` ``(outputs,)``, `values` ``(non-zeros,)``.

    Attributes:
        states, params, outputs: layouts.
        module_name: where the functions live; kernels import from it by this name.
        digest: of the system.
        n_constants: length of `c`.
        jac_indptr, jac_indices: CSR pattern of the Jacobian (rows: rates, columns: states); empty without it.
        has_time: whether ``time`` is the last state.
        program: the equations as a straight-line program, for further code (:mod:`.native`).
    """

    states: Layout
    params: Layout
    outputs: Layout
    module_name: str
    digest: str
    n_constants: int
    jac_indptr: Index = field(repr=False)
    jac_indices: Index = field(repr=False)
    has_time: bool = False
    program: Program = field(default_factory=Program, repr=False, compare=False)

    @property
    def module(self) -> ModuleType:
        """The generated module."""
        return load_module(self.module_name)

    @property
    def rhs(self) -> Any:
        """``rhs(y, p, dy)``."""
        return self.module.rhs

    @property
    def observe(self) -> Any:
        """``observe(y, p, out)``."""
        return self.module.observe

    @property
    def jac_values(self) -> Any:
        """``jac_values(y, p, values)``."""
        return self.module.jac_values

    @property
    def prepare(self) -> Any:
        """``prepare(p, c)``."""
        return self.module.prepare

    @property
    def nnz(self) -> int:
        """Number of structural non-zeros of the Jacobian."""
        return len(self.jac_indices)

    def prepared(self, p: ArrayLike) -> Float:
        """Return the vector `c` of a parameter vector."""
        c = np.empty(self.n_constants)
        self.prepare(np.ascontiguousarray(p, dtype=np.float64), c)
        return c

    def rates(self, y: ArrayLike, p: ArrayLike) -> Float:
        """Return d y/dt for one state vector."""
        dy = np.empty(self.states.size)
        self.rhs(*_vectors(y, p), dy)
        return dy

    def observed(self, y: ArrayLike, p: ArrayLike) -> Float:
        """Return the outputs for one state vector ``(states,)`` or a path ``(times, states)``."""
        path, params = _vectors(y, p)
        rows = path.reshape(-1, self.states.size)
        out = np.empty((len(rows), self.outputs.size))
        for row, target in zip(rows, out, strict=True):
            self.observe(row, params, target)
        return out.reshape(*path.shape[:-1], self.outputs.size)

    def jacobian(self, y: ArrayLike, p: ArrayLike) -> Float:
        """Return the Jacobian as a dense matrix ``(states, states)``."""
        values = np.empty(self.nnz)
        self.jac_values(*_vectors(y, p), values)
        dense = np.zeros((self.states.size, self.states.size))
        dense[np.repeat(np.arange(self.states.size), np.diff(self.jac_indptr)), self.jac_indices] = values
        return dense


def compile_system(system: System, *, jacobian: bool = True) -> CompiledSystem:
    """Return the compiled functions of `system`; the first call on a machine compiles, later ones load from disk.

    Args:
        system: traced equations.
        jacobian: whether to differentiate (needed by the implicit solver and by :mod:`.steady`).
    """
    program = system.program()
    rows, columns, nodes = sparse_jacobian(program, program.rates) if jacobian else ([], [], [])
    known = codegen.slots(program, [*program.rates, *program.outputs, *nodes])
    source = _source(program, known, nodes, digest=system.digest, jacobian=jacobian)
    module = compile_module(source, "system")
    counts = np.bincount(np.asarray(rows, dtype=np.int64), minlength=system.states.size)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return CompiledSystem(
        system.states, system.params, system.outputs, module.__name__, system.digest, known.size,
        indptr, np.asarray(columns, dtype=np.int64), system.has_time, program,
    )  # fmt: skip


def _source(program: Program, known: codegen.Slots, nodes: list[int], *, digest: str, jacobian: bool) -> str:
    constant = not any(program.varies[k] for k in nodes)
    parts = [
        f'"""Generated by metastasome.numerics from the system {digest}."""\n',
        "import numpy as np\nfrom numba import njit\n\nfrom metastasome.numerics.straightline import straight_line\n",
        f"N_CONSTANTS = {known.size}\nN_VALUES = {len(nodes)}\nCONSTANT_JACOBIAN = {constant}\n\n",
        codegen.function(program, "prepare", "c", list(known.index), None, doc="Parameter-only numbers."),
    ]
    wanted = [("rhs", "dy", program.rates, "Rates"), ("observe", "out", program.outputs, "Outputs")]
    wanted += [("jac", "values", tuple(nodes), "Non-zeros of the Jacobian")] if jacobian else []
    for name, target, results, doc in wanted:
        parts.append(codegen.function(program, f"{name}_c", target, results, known, doc=f"{doc}, prepared."))
        public = "jac_values" if name == "jac" else name
        parts.append(_plain(public, name, target, doc))
    return "\n\n".join(parts)


def _plain(public: str, name: str, target: str, doc: str) -> str:
    return "\n".join([
        codegen.JIT, f"def {public}(y, p, {target}):", f'    """{doc}."""', "    c = np.empty(N_CONSTANTS)",
        "    _prepare(p, c)", f"    _{name}_c(y, c, {target})", "",
    ])  # fmt: skip


def _vectors(y: ArrayLike, p: ArrayLike) -> tuple[Float, Float]:
    return np.ascontiguousarray(y, dtype=np.float64), np.ascontiguousarray(p, dtype=np.float64)
