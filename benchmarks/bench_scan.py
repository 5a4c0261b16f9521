"""Time the site scan: all human miRNAs on 20,000 synthetic 3'UTRs of 1.2 kb, and a small subset beside its peers.

    python benchmarks/bench_scan.py [--mirnas TABLE] [--quick]

Peers on the subset: a plain Python search (str.find) and RNAhybrid (Debian package ``rnahybrid``) where installed. The
ratios compare time per miRNA and nucleotide; RNAhybrid does more: whole duplexes and their energies.
Times are CPU seconds of one core, so that a busy machine does not change them much. The whole is run three times: in a
virtual machine the first to touch memory waits for the host to give it (`first`), later runs do not (`full`, the best).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from metastasome.core.streams import stream
from metastasome.matchmaking import features, sites
from metastasome.matchmaking.kmers import build_index

UTRS, MEAN_LENGTH, MIRNAS = 20_000, 1200, 2606
COMPOSITION = (0.28, 0.20, 0.21, 0.31)
"""A, C, G, U of human 3'UTRs, about."""
SEED = 7


def synthetic_utrs(n: int, mean: int) -> list[str]:
    rng = stream(SEED, "bench/utrs")
    lengths = np.maximum(20, rng.gamma(1.2, mean / 1.2, n)).astype(int)
    lengths = np.maximum(20, lengths * (mean / lengths.mean())).astype(int)
    letters = np.frombuffer(b"ACGU", np.uint8)[rng.choice(4, lengths.sum(), p=COMPOSITION)].tobytes().decode()
    ends = np.cumsum(lengths)
    return [letters[a:b] for a, b in zip(ends - lengths, ends, strict=True)]


def mirnas(table: Path | None) -> dict[str, str]:
    """Human miRNAs of a TargetScan family table, or as many random ones."""
    if table is not None:
        with gzip.open(table, "rt") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        return {r["MiRBase ID"]: r["Mature sequence"] for r in rows if r["Species ID"] == "9606"}
    rng = stream(SEED, "bench/mirnas")
    return {f"random-{i}": "".join(rng.choice(list("ACGU"), 22)) for i in range(MIRNAS)}


def plain_scan(utrs: list[str], guides: list[str]) -> int:
    """Sites of the four canonical types and both marginal ones by str.find; returns how many."""
    pair = str.maketrans("ACGU", "UGCA")
    n = 0
    for guide in guides:
        site = guide[1:8].translate(pair)[::-1]
        core, words = site[1:], (site[1:], site[:6], site[2:] + "A")
        for utr in utrs:
            for k, word in enumerate(words):
                i = utr.find(word)
                while i >= 0:
                    after, before = utr[i + 6 : i + 7], utr[i - 1 : i] if i else ""
                    n += k == 0 or (k == 1 and after != core[5]) or (k == 2 and before != core[0])
                    i = utr.find(word, i + 1)
    return n


def rnahybrid(utrs: list[str], guides: list[str]) -> float | None:
    """CPU seconds of RNAhybrid with the seed forced, or None where it is not installed."""
    if shutil.which("RNAhybrid") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        target, query = Path(folder) / "t.fa", Path(folder) / "q.fa"
        target.write_text("".join(f">u{i}\n{u}\n" for i, u in enumerate(utrs)))
        query.write_text("".join(f">m{i}\n{g}\n" for i, g in enumerate(guides)))
        command = [
            "RNAhybrid",
            "-s",
            "3utr_human",
            "-f",
            "2,7",
            "-m",
            "50000",
            "-c",
            "-t",
            str(target),
            "-q",
            str(query),
        ]
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def ours(utrs: list[str], guides: dict[str, str] | list[str], *, pairing3: bool) -> tuple[dict[str, float], int]:
    clock, wall = time.process_time(), time.perf_counter()
    index = build_index(utrs)
    indexed = time.process_time()
    table = sites.scan(index, guides)
    scanned = time.process_time()
    features.compute(table, index, pairing3=pairing3)
    end = time.process_time()
    times = {
        "index_s": indexed - clock,
        "scan_s": scanned - indexed,
        "features_s": end - scanned,
        "cpu_s": end - clock,
    }
    return {**times, "wall_s": time.perf_counter() - wall}, len(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirnas", type=Path, help="TargetScan miR_Family_Info.txt.gz; random miRNAs without it")
    parser.add_argument("--quick", action="store_true", help="a tenth of the miRNAs")
    given = parser.parse_args()
    ours(["ACGUACGUAGC"], ["ACGUACGUACGUACGU"], pairing3=True)  # compile
    utrs, guides = synthetic_utrs(UTRS, MEAN_LENGTH), mirnas(given.mirnas)
    if given.quick:
        guides = dict(list(guides.items())[::10])
    nt = sum(map(len, utrs))
    out: dict[str, object] = {"utrs": len(utrs), "nt": nt, "mirnas": len(guides)}
    out["first"], out["sites"] = ours(utrs, guides, pairing3=False)
    again = [ours(utrs, guides, pairing3=False)[0] for _ in range(2)]
    out["full"] = min(again, key=lambda times: times["cpu_s"])
    out["peak_gib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    few_utrs, few = utrs[:100], list(guides.values())[:10]
    work = sum(map(len, few_utrs)) * len(few)
    start = time.process_time()
    n_plain = plain_scan(few_utrs, few)
    per_pair = {"plain_python": (time.process_time() - start) / work}
    out["sites_agree"] = n_plain == len(sites.scan(few_utrs, few))
    full = out["full"]
    assert isinstance(full, dict)
    per_pair["metastasome"] = full["cpu_s"] / (nt * len(guides))
    hybrid = rnahybrid(few_utrs, few)
    if hybrid is not None:
        per_pair["RNAhybrid"] = hybrid / work
    out["s_per_mirna_and_nt"] = per_pair
    out["times_slower_than_metastasome"] = {k: v / per_pair["metastasome"] for k, v in per_pair.items()}
    tenth = dict(list(guides.items())[::10])
    with_pairing, n = ours(utrs, tenth, pairing3=True)
    without, _ = ours(utrs, tenth, pairing3=False)
    out["pairing3_ns_per_site"] = 1e9 * (with_pairing["features_s"] - without["features_s"]) / n
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
