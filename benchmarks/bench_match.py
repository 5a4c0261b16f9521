"""Times a full match: 100 donors x 60 recipients x 12 doses x 4,025 genes x 2,600 miRNAs, 1,000 nulls; bar 2 minutes.

    python benchmarks/bench_match.py [--quick] [--model learned|fixed] [--workers 2]

All of it is made up but of real size: random 3'UTRs (mean 2 kb, as in the miRAW set), random guides, log-normal
levels.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from metastasome.cargo import Cargo
from metastasome.core.organs import NAMES
from metastasome.core.streams import stream
from metastasome.matchmaking.match import match
from metastasome.matchmaking.programmes import Programmes
from metastasome.stockroom import Recipient, Stockroom


def problem(donors: int, recipients: int, genes: int, mirnas: int) -> tuple[Cargo, Stockroom, Programmes]:
    """Return a made-up cargo, stockroom and ten programmes of 40 genes."""
    rng = stream(1, "bench/match")
    letters = np.array(list("ACGT"))
    lengths = np.maximum(rng.lognormal(7.3, 0.8, genes), 30).astype(int)
    text = "".join(letters[rng.integers(0, 4, lengths.sum())])
    ends = np.concatenate([[0], np.cumsum(lengths)])
    symbols = tuple(f"G{i}" for i in range(genes))
    utrs = {g: text[a:b] for g, a, b in zip(symbols, ends[:-1], ends[1:], strict=True)}
    names = tuple(f"miR-{i}" for i in range(mirnas))
    guides = {n: "".join(np.array(list("ACGU"))[rng.integers(0, 4, 22)]) for n in names}
    kinds = ("bulk", "stroma", "macrophage")
    people = tuple(Recipient(f"r{i}", NAMES[i % 20], kinds[i // 20 % 3]) for i in range(recipients))
    mirna = rng.lognormal(0, 3, (mirnas, recipients))
    room = Stockroom(
        "made up", symbols, people, rng.lognormal(0, 2, (genes, recipients)), names, mirna / mirna.sum(axis=0) * 1.5e5,
        utrs=utrs,
    )  # fmt: skip
    samples = rng.lognormal(3, 2, mirnas) * np.exp(0.3 * rng.standard_normal((donors, mirnas)))
    labels = tuple("case" if i % 2 else "control" for i in range(donors))
    rise = np.maximum(samples[1::2].mean(axis=0) - samples[::2].mean(axis=0), 0.0)
    cargo = Cargo(
        "made up", names, 0.2 * rise / rise.sum(), np.full(mirnas, 1.0), samples=samples, labels=labels,
        sequences=guides,
    )  # fmt: skip
    members = rng.choice(genes, (10, 40))
    sets = Programmes(
        tuple(f"p{i}" for i in range(10)), np.repeat(np.arange(10), 40), tuple(symbols[i] for i in members.ravel()),
        rng.choice([-1.0, 1.0], 400),
    )  # fmt: skip
    return cargo, room, sets


def main() -> None:
    """Run the match once to warm up on a small problem, once to time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--model", default="learned")
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    doses = np.geomspace(10.0, 1e7, 12)
    options = {"doses": doses, "model": chosen.model, "seed": 1, "workers": chosen.workers}
    cargo, room, sets = problem(10, 3, 200, 50)
    match(cargo, room, programmes=sets, nulls=20, draws=10, **options)
    size = (100, 20, 1000, 600) if chosen.quick else (100, 60, 4025, 2600)
    cargo, room, sets = problem(*size)
    start, cpu = time.perf_counter(), time.process_time()
    made = match(cargo, room, programmes=sets, nulls=1000, draws=200, **options)
    took, cpu = time.perf_counter() - start, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    donors, recipients, genes, mirnas = size
    print(
        f"{donors} donors x {recipients} recipients x {doses.size} doses x {genes} genes x {mirnas} miRNAs, "
        f"1,000 nulls, 200 draws, {chosen.workers} workers, {chosen.model} affinities: {took:.1f} s wall, "
        f"{cpu:.1f} s of processor, {memory:.2f} GiB"
    )
    print(f"misfit of the sums behind nulls and intervals: {made.linear_error:.2g}")


if __name__ == "__main__":
    main()
