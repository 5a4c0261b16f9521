"""Affinity of a guide for a site: the natural log of the relative K_D, where a site-less 12-mer has 0.

Two models. ``"learned"``: coefficients fitted by this project on the HeLa transfections of McGeary 2019 through the
occupancy model (``matchmaking.train``), with type, seed pairing energy, flanks, local AU, 3' pairing and position.
``"fixed"``: one constant per site type, the named fallback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from .kmers import UtrIndex
from .sites import SiteTable

Model = Literal["learned", "fixed"]

FIXED_LN_KD = np.array([-5.00, -3.91, -3.83, -3.03, -1.32, -2.05])
"""Mean ln relative K_D by site type of miR-122 and miR-133 (McGeary 2019 doi:10.1126/science.aav1741, sample features
of the published code), in the order of ``sites.TYPES``."""
FIXED_SD = 1.0
"""Assumption: flanking dinucleotides alone move K_D about 100-fold from end to end (McGeary 2019), an sd near e^1."""


def site_ln_kd(
    table: SiteTable,
    mirna_sequences: Mapping[str, str] | Sequence[str],
    utrs: Mapping[str, str] | Sequence[str] | UtrIndex,
    *,
    model: Model = "learned",
) -> NDArray[np.float64]:
    """Return ln K_D of every site, ``(n,)``; more negative is tighter.

    Args:
        table: sites of :func:`~metastasome.matchmaking.sites.scan`.
        mirna_sequences: guides 5' to 3', by name or in the order of ``table.mirnas``.
        utrs: the sequences (or index) that were scanned.
        model: ``"learned"`` or ``"fixed"``.

    Raises:
        InputError: an unknown model, or a miRNA of the table without a sequence.
    """
    ordered(table, mirna_sequences)
    if model == "fixed":
        return FIXED_LN_KD[table.type]
    if model != "learned":
        raise InputError("unknown affinity model", field="model", value=model, expected="learned or fixed")
    raise InputError("the learned table is not installed yet", field="model", hint="use model='fixed'")


def ordered(table: SiteTable, mirna_sequences: Mapping[str, str] | Sequence[str]) -> list[str]:
    """Return guide sequences in the order of ``table.mirnas``.

    Raises:
        InputError: a name is missing, or a bare list has another length.
    """
    if isinstance(mirna_sequences, Mapping):
        missing = [name for name in table.mirnas if name not in mirna_sequences]
        if missing:
            raise InputError("miRNA without a sequence", field="mirna_sequences", value=missing[0])
        return [mirna_sequences[name] for name in table.mirnas]
    if len(mirna_sequences) != len(table.mirnas):
        expected = f"{len(table.mirnas)} sequences, as scanned"
        raise InputError(
            "sequences do not fit", field="mirna_sequences", value=len(mirna_sequences), expected=expected
        )
    return list(mirna_sequences)
