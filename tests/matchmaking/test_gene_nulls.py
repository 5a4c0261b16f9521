"""The cargo null gene by gene: planted targets stand out, other genes do not, and labels do not matter to it."""

from __future__ import annotations

import numpy as np
import pytest

from metastasome.cargo import Cargo
from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.matchmaking.match import match
from metastasome.matchmaking.results import Match

from . import small

N_RANDOM = 60


@pytest.fixture(scope="module")
def whole() -> Match:
    """The small tumour's miR-122 among sixty miRNAs that the stockroom knows and nobody delivers."""
    rng = stream(8, "test/gene_nulls")
    extra = {f"hsa-miR-x{i}": "U" + "".join(rng.choice(list("ACGU"), 21)) for i in range(N_RANDOM)}
    guides = {**small.GUIDES, **extra}
    copies = np.zeros(len(guides))
    copies[0] = 0.01
    cargo = Cargo("one guide", tuple(guides), copies, np.full(len(guides), 0.7), sequences=guides)
    return match(cargo, small.stockroom(), programmes=small.programmes(), nulls=0, draws=0)


def test_planted_targets_pass_and_an_organ_full_of_the_guide_does_not(whole: Match) -> None:
    table = whole.gene_significance(recipients=["lung", "liver"], top=None, nulls=400)
    lung, liver = (table[table["recipient"] == name].set_index("gene") for name in ("lung", "liver"))
    planted = [f"G{i}" for i in range(5)]
    assert list(lung.index[:5].sort_values()) == planted
    # one guide alone is drawn again once in a stratum of about 16 seeds, so p cannot fall below about 1/16
    assert (lung.loc[planted, "p"] < 0.1).all()
    assert (lung.loc[planted, "ln_fc"] < lung.loc[planted, "null_median"]).all()
    others = lung.drop(index=planted)
    assert (others["p"] < 0.1).mean() < 0.25  # sabotage twin: the other genes hold no planted site
    assert liver.loc[planted, "ln_fc"].abs().max() < 0.1 * lung.loc[planted, "ln_fc"].abs().min()


def test_sums_agree_with_the_exact_change(whole: Match) -> None:
    table = whole.gene_significance(recipients=["lung"], top=None, nulls=0)
    assert table["p"].isna().all() and (table["n"] == 0).all()
    drawn = whole.gene_significance(recipients=["lung"], top=10, nulls=50)
    assert len(drawn) == 10 and (drawn["low"] <= drawn["ln_fc"]).all() and (drawn["ln_fc"] <= drawn["high"]).all()
    assert drawn["q"].dropna().between(0, 1).all() and (drawn["q"].dropna() >= drawn["p"].dropna() - 1e-12).all()


def test_same_seed_same_answer_for_any_worker_count(whole: Match) -> None:
    one = whole.gene_significance(nulls=30, workers=1)
    two = whole.gene_significance(nulls=30, workers=2)
    assert one.equals(two)
    assert set(one["recipient"]) == set(whole.names)


def test_unknown_recipient_is_one_clear_line(whole: Match) -> None:
    with pytest.raises(InputError, match="unknown recipient"):
        whole.gene_significance(recipients=["lnug"])
