"""A flat vector with named blocks: how states, parameters and outputs are laid out in memory."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError, nearest


@dataclass(frozen=True)
class Layout:
    """Names and sizes of the blocks of a flat vector, in order.

    A block has one entry per organ, or a single entry for a body-wide quantity.

    >>> layout = Layout(("blood", "tissue"), (1, 3))
    >>> layout.pack({"blood": 1.0, "tissue": [2, 3, 4]})
    array([1., 2., 3., 4.])

    Raises:
        InputError: a name is repeated, or a size is not a positive whole number.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.names) != len(self.sizes):
            raise InputError("a layout needs one size per name", expected=f"{len(self.names)} sizes")
        for name, size in zip(self.names, self.sizes, strict=True):
            if self.names.count(name) > 1:
                raise InputError("a block is named twice", field=name)
            if size < 1:
                raise InputError("a block must have at least one entry", field=name, value=size)

    @functools.cached_property
    def _slices(self) -> dict[str, slice]:
        ends = np.cumsum(self.sizes, dtype=np.int64).tolist()
        return {n: slice(end - s, end) for n, s, end in zip(self.names, self.sizes, ends, strict=True)}

    @property
    def size(self) -> int:
        """Length of the flat vector."""
        return sum(self.sizes)

    def slice(self, name: str) -> slice:
        """Return where block `name` lies in the flat vector."""
        if name not in self._slices:
            raise InputError(f"no block called '{name}'", hint=nearest(name, self.names) or None)
        return self._slices[name]

    def entry_names(self) -> tuple[str, ...]:
        """Return one name per entry: ``blood`` for a block of one, else ``tissue_0``, ``tissue_1``, ..."""
        found: list[str] = []
        for name, size in zip(self.names, self.sizes, strict=True):
            found += [name] if size == 1 else [f"{name}_{k}" for k in range(size)]
        return tuple(found)

    def pack(self, values: Mapping[str, ArrayLike]) -> NDArray[np.float64]:
        """Return the flat vector of `values`, one entry per block, ``(..., size)``; scalars fill their block.

        Raises:
            InputError: a block is missing, unknown, or does not fit its size.
        """
        for name in values:
            self.slice(name)
        blocks = [self._block(name, size, values) for name, size in zip(self.names, self.sizes, strict=True)]
        batch = np.broadcast_shapes(*(b.shape[:-1] for b in blocks)) if blocks else ()
        whole = np.empty((*batch, self.size))
        for name, block in zip(self.names, blocks, strict=True):
            whole[..., self._slices[name]] = block
        return whole

    def _block(self, name: str, size: int, values: Mapping[str, ArrayLike]) -> NDArray[np.float64]:
        if name not in values:
            raise InputError("a block has no value", field=name)
        block = np.atleast_1d(np.asarray(values[name], dtype=np.float64))
        if block.shape[-1] not in (1, size):
            raise InputError("a block does not fit", field=name, value=block.shape, expected=f"last axis of {size}")
        return block

    def unpack(self, vector: ArrayLike) -> dict[str, NDArray[np.float64]]:
        """Return the blocks of a flat vector ``(..., size)`` as views ``(..., block)``, by name."""
        whole = np.asarray(vector)
        if whole.ndim < 1 or whole.shape[-1] != self.size:
            raise InputError("vector does not fit the layout", value=whole.shape, expected=f"last axis of {self.size}")
        return {name: whole[..., self._slices[name]] for name in self.names}
