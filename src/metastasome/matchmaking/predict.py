"""Predicted repression of any transcripts by any miRNAs: sequences in, ln fold changes out.

For each miRNA alone, at one global free concentration of loaded complex,

    N = sum over sites of 1 / (1 + K_D / a)        guide strand, and passenger strand where given
    ln FC = ln(1 + b N_bg) - ln(1 + b N)           (McGeary 2019 doi:10.1126/science.aav1741)

With learned affinities a strand is diluted over its targets, ``a * abundance ** -dilution``, where abundance is its
8mer and 7mer sites per Mb of the 3'UTRs given over the usual, and pairings too weak to be sites are counted in N. A
3'UTR whose very sequence was seen in the HeLa transfections is known to answer more or less than its sites say:
``matchmaking.responsive``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError
from . import affinity
from .affinity import Model
from .conserved import Conserved, coefficient, combined, table_of
from .kmers import UtrIndex, build_index
from .predict_input import guides_of, levels_of, passengers_of
from .repression import B_BIOCHEMICAL_PLUS, ln_fc
from .responsive import factors
from .sites import scan
from .weak import ln_abundance, weak_counts

if TYPE_CHECKING:
    import pandas as pd

F8 = NDArray[np.float64]
SITES_AT_ONCE = 3_000_000
DETECTABLE_TPM = 1.0


def predict_repression(
    mirna_sequences: Mapping[str, str] | Sequence[str],
    utrs: Mapping[str, str] | Sequence[str] | UtrIndex,
    expression: Mapping[str, float] | ArrayLike | None = None,
    *,
    passenger: Mapping[str, str] | Sequence[str] | None = None,
    free_ago: float | None = None,
    passenger_share: float | None = None,
    model: Model = "learned",
    responsiveness: bool = True,
    conserved: Conserved | pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the ln fold change of every transcript under each miRNA, transcripts in rows, miRNAs in columns.

    Args:
        mirna_sequences: mature guides 5' to 3' (RNA or DNA letters, either case), by name (mapping, Series, frame of
            one column) or as a list. 6 or 7 letters are a seed: guide nucleotides 2 to 7 or 2 to 8.
        utrs: 3'UTRs by transcript or gene, likewise, or a ready index; an empty UTR is predicted not to change.
        expression: TPM of the untreated cell, by name or in the order of `utrs`; names need not tell the version of an
            Ensembl or RefSeq id. It does not change a prediction
            (weighing target abundance by expression gained under 0.001 of r2 in cross-validation on HeLa). It marks
            which transcripts could be seen to change, in ``frame.attrs["detectable"]`` (TPM of 1 or more).
        passenger: the other strand of each duplex where one was transfected; names without one have none.
        free_ago: free loaded complex in units where a site-less 12-mer has K_D 1; default is what HeLa was fitted by.
        passenger_share: of `free_ago`, for a passenger strand that starts with A or U; default likewise. One that
            starts with G or C loads less by what was learned.
        model: affinity model.
        responsiveness: multiply by how strongly each 3'UTR answered in HeLa, where its very sequence was seen there
            (``frame.attrs["responsiveness_known"]`` counts them; others have 1, and so has the model "fixed"). False
            predicts from sequence alone.
        conserved: scores of sites kept through evolution (``matchmaking.read_conserved``, or a frame with ``family`` or
            ``mirna``, ``gene`` and ``score``). Pairs that it names fall further, at most by
            ``conserved.coefficient()``, others not; ``frame.attrs["conserved_known"]`` counts the miRNAs it knows.
            Learned beside the learned affinities; guides only (passengers gained nothing on HeLa).

    Raises:
        InputError: a letter that is no nucleotide, an open letter in a seed, a sequence longer than any mature miRNA, a
            name given twice, no miRNA or no UTR, a passenger of an unknown miRNA, expression that fits no transcript,
            a concentration that is not positive, conserved sites of other genes or miRNAs.

    >>> frame = predict_repression({"miR-1": "UGGAAUGUAAAGAAGUAUGUAU"}, {"a": "AAAACATTCCATTT" * 3, "b": "GGGCGC"})
    >>> bool(frame.loc["a", "miR-1"] < -0.05), float(frame.loc["b", "miR-1"])
    (True, 0.0)
    """
    import pandas as pd

    index = build_index(utrs)
    names, guides = guides_of(mirna_sequences, index)
    strands = passengers_of(names, passenger)
    a, share, b = _constants(model, free_ago, passenger_share)
    n, background = occupied(guides, index, np.full(len(guides), a), model)
    if strands:
        which = [i for i, name in enumerate(names) if name in strands]
        others = [strands[names[i]] for i in which]
        extra = occupied(others, index, a * share * _loading(others, model), model)
        n[:, which] += extra[0]
        background[:, which] += extra[1]
    change, known = ln_fc(n, background, b=b), 0
    if responsiveness and model == "learned":
        factor, seen = factors(index)
        change, known = change * factor[:, None], int(seen.sum())
    sure = 0
    if conserved is not None:
        table = conserved if isinstance(conserved, Conserved) else table_of(conserved)
        evidence, there = table.evidence(names, guides, index.names)
        # learned at the free complex of HeLa: less complex binds less, and what more would do is not known
        c = coefficient().value * min(1.0, a / _usual(model)[0])
        change, sure = combined(change, evidence, c), int(there.sum())
    frame = pd.DataFrame(change, index=list(index.names), columns=list(names))
    frame.attrs["free_ago"], frame.attrs["model"], frame.attrs["responsiveness_known"] = a, model, known
    frame.attrs["conserved_known"] = sure
    if expression is not None:
        frame.attrs["detectable"] = (levels_of(expression, index.names) >= DETECTABLE_TPM).tolist()
    return frame


def _loading(passengers: list[str], model: Model) -> F8:
    """Return how well each passenger loads for its first nucleotide, 1 for A and U."""
    loss = affinity.learned_table().start_gc if model != "fixed" else 0.0
    return np.exp([loss * (strand.strip()[:1].upper() in ("G", "C")) for strand in passengers])


def occupied(guides: Sequence[str], index: UtrIndex, free: F8, model: Model) -> tuple[F8, F8]:
    """Return bound complexes per transcript and guide, and the same had no site been one; both ``(u, m)``.

    Args:
        guides: strands.
        index: the 3'UTRs.
        free: free loaded complex of each strand before dilution over its targets, ``(m,)``.
        model: affinity model.
    """
    shape = (len(index), len(guides))
    n, background = np.zeros(shape), np.zeros(shape)
    nucleotides = float(index.lengths.sum(dtype=np.int64))
    step = max(1, int(SITES_AT_ONCE // max(1, nucleotides / 600)))
    for start in range(0, len(guides), step):
        part = list(guides[start : start + step])
        columns = slice(start, start + len(part))
        n[:, columns], background[:, columns] = _occupied(part, index, free[columns], model, nucleotides)
    return n, background


def _occupied(guides: list[str], index: UtrIndex, free: F8, model: Model, nucleotides: float) -> tuple[F8, F8]:
    table = scan(index, guides)
    own = free
    if model != "fixed":
        strong = np.bincount(table.mirna[table.type < 3], minlength=len(guides)).astype(np.float64)
        own = free * np.exp(-affinity.learned_table().dilution * ln_abundance(strong, nucleotides))
    ln_kd = affinity.site_ln_kd(table, guides, index, model=model)
    bound = own[table.mirna] / (own[table.mirna] + np.exp(ln_kd))
    shape = (len(index), len(guides))
    flat = table.utr.astype(np.int64) * shape[1] + table.mirna
    n = np.bincount(flat, bound, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
    nowhere = own / (own + 1)
    background = np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape) * nowhere
    if model != "fixed":
        counts = weak_counts(index, guides)
        weak = np.exp(affinity.learned_table().weak)
        n += np.einsum("muk,mk->um", counts, own[:, None] / (own[:, None] + weak))
        background += (counts.sum(axis=2) * nowhere[:, None]).T
    return n, background


def _usual(model: Model) -> tuple[float, float, float]:
    """Return free complex, passenger's share of it, and b of the repression law, as the model was learned."""
    if model == "fixed":
        return math.exp(affinity.FIXED_FREE_AGO), math.exp(affinity.FIXED_PASSENGER), B_BIOCHEMICAL_PLUS
    learned = affinity.learned_table()
    return math.exp(learned.ln_free_ago), math.exp(learned.ln_passenger), math.exp(learned.ln_decay)


def _constants(model: Model, free_ago: float | None, share: float | None) -> tuple[float, float, float]:
    """Return the same with what the user gave in their place."""
    default = _usual(model)
    a, s = default[0] if free_ago is None else free_ago, default[1] if share is None else share
    if not (a > 0 and math.isfinite(a)):
        raise InputError("not a concentration", field="free_ago", value=a, expected="a positive number")
    if not (s >= 0 and math.isfinite(s)):
        raise InputError("not a share", field="passenger_share", value=s, expected="0 or a positive number")
    return a, s, default[2]
