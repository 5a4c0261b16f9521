"""Engineered vesicles: what a guide would knock down, and what else."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.interventions import EngineeredVesicles, knockdown_table

GUIDE = "UGGAAUGUAAAGAAGUAUGUAU"  # miR-1
FULL = "ATACATACTTCTTTACATTCCA"
SEED = "CCACATTCCAGG"


@pytest.fixture(scope="module")
def utrs():
    """Random 3'UTRs (seed 1); one with the full complement, one with three seed sites, one with none."""
    draw = stream(1, "test/utrs")
    made = {f"g{k}": "".join(draw.choice(list("ACGT"), 600)) for k in range(30)}
    bare = "".join(draw.choice(list("CG"), 300))
    return made | {"CUT": bare + FULL + bare, "SEEDED": SEED.join([bare] * 4), "BARE": bare}


def test_target_is_cut_and_seed_sites_are_off_targets(utrs):
    table = knockdown_table({"si": GUIDE}, utrs, ["CUT"], slicing=0.8, off_target=0.05)
    first = table.iloc[0]
    assert (first["gene"], first["role"], bool(first["cut"])) == ("CUT", "target", True)
    assert first["knockdown"] >= 0.8
    others = table[table["role"] == "off-target"]
    assert "SEEDED" in set(others["gene"]) and "BARE" not in set(others["gene"]) and not others["cut"].any()
    assert np.allclose(table["knockdown"], 1 - np.exp(table["ln_fc"]))


def test_more_free_complex_represses_more(utrs):
    def seeded(free: float) -> float:
        table = knockdown_table({"si": GUIDE}, utrs, ["SEEDED"], free_ago=free)
        return float(table.loc[table["gene"] == "SEEDED", "knockdown"].iloc[0])

    assert seeded(1e-5) < seeded(1e-4) < seeded(1e-3)  # far from saturation


def test_genes_that_are_not_expressed_are_no_off_targets(utrs):
    tpm = dict.fromkeys(utrs, 50.0) | {"SEEDED": 0.0}
    table = knockdown_table({"si": GUIDE}, utrs, ["CUT"], expression=tpm, off_target=0.05)
    assert "SEEDED" not in set(table["gene"])


def test_nonsense_is_refused(utrs):
    with pytest.raises(InputError, match="no sequence of this target"):
        knockdown_table({"si": GUIDE}, utrs, ["TP53"])
    with pytest.raises(InputError, match="not a share"):
        knockdown_table({"si": GUIDE}, utrs, ["CUT"], slicing=2.0)


def test_it_acts_on_one_step_in_one_organ():
    effects = EngineeredVesicles(organ="liver", target="matrix", knockdown=0.6).effects({})
    assert {(e.input, e.organ) for e in effects} == {
        ("rna_top_stroma_matrix", "liver"), ("protein_top_stroma_matrix", "liver"),
    }  # fmt: skip
    assert all(e.factor == pytest.approx(0.4) for e in effects)
