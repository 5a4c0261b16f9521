"""Small count tables that tests write to files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MIRNAS = ("hsa-miR-21-5p", "hsa-miR-122-5p", "hsa-let-7a-5p", "hsa-miR-16-5p", "hsa-miR-92a-3p", "hsa-miR-451a")


def write(
    path: Path,
    counts: NDArray[np.float64],
    *,
    mirnas: Sequence[str] = MIRNAS,
    samples: Sequence[str] | None = None,
    delimiter: str = ",",
    mirnas_in_rows: bool = True,
) -> Path:
    """Write counts of shape ``(samples, miRNAs)`` in either orientation."""
    names = samples or [f"s{i}" for i in range(len(counts))]
    down, across, values = (mirnas, names, counts.T) if mirnas_in_rows else (names, mirnas, counts)
    lines = [delimiter.join(["", *across])]
    lines += [delimiter.join([d, *map(repr, map(float, row))]) for d, row in zip(down, values, strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def donors(seed: int, n_case: int, n_control: int, raised: Sequence[float]) -> tuple[NDArray[np.float64], list[str]]:
    """Return counts of donors with log-normal spread between them, cases raised by factors, and their names."""
    from metastasome.core.streams import stream

    rng = stream(seed, "tests/cargo/donors")
    base = np.geomspace(1e5, 1e3, len(raised))
    level = np.concatenate([np.tile(base * np.array(raised), (n_case, 1)), np.tile(base, (n_control, 1))])
    counts = np.round(level * rng.lognormal(0.0, 0.2, level.shape))
    return counts, [f"case_{i}" for i in range(n_case)] + [f"ctrl_{i}" for i in range(n_control)]
