"""The parts between readers and answers: guides, fast sums, draws, stand-ins."""

import dataclasses
import math

import numpy as np
import pytest

from metastasome.cargo import Cargo
from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.matchmaking.affinity import learned_table
from metastasome.matchmaking.curves import curves
from metastasome.matchmaking.delivery import Delivery, with_options
from metastasome.matchmaking.effects import copies_grid, evaluate, programme_sites, variant
from metastasome.matchmaking.finding import find_sites, known_sequences
from metastasome.matchmaking.guides import gather
from metastasome.matchmaking.match import match
from metastasome.matchmaking.nulls import bootstrap_organs
from metastasome.matchmaking.occupancy import target_copies
from metastasome.matchmaking.rooms import choose, covered, distinct
from metastasome.matchmaking.stand_ins import columns_for
from metastasome.matchmaking.uncertainty import draw, log_dose_sd
from metastasome.stockroom import Recipient

from .small import GUIDES, cargo, programmes, stockroom


def test_guides_gather_names_by_seed_and_say_what_was_lost():
    room = stockroom()
    mixed = Cargo(
        "mixed", ("hsa-miR-25-3p", "hsa-miR-92a-3p", "unheard-of"), np.array([0.3, 0.1, 0.1]), np.array([1.0, 2.0, 1.0])
    )
    guides = gather(mixed, room, GUIDES)
    s = guides.seeds.index("AUUGCAC")
    assert guides.delivered[s] == pytest.approx(0.4)
    assert guides.delivered_log_sd[s] == pytest.approx((0.3 * 1 + 0.1 * 2) / 0.4)
    assert guides.names[s] == "hsa-miR-25-3p"
    np.testing.assert_allclose(guides.endogenous[s], room.mirna[3] + room.mirna[4])
    assert guides.of_cargo.tolist() == [s, s, -1]
    assert any("unheard-of" in n and "20.0%" in n for n in guides.notes)
    seeds_only = gather(mixed, room, {"hsa-miR-25-3p": "AUUGCAC", "hsa-miR-92a-3p": "ATTGCAC"})
    assert seeds_only.sequences[0] == "NAUUGCAC"


def test_users_sequences_come_before_the_reference():
    own = dataclasses.replace(cargo(), sequences={"hsa-miR-21-5p": "U" * 22})
    assert known_sequences(own, None)["hsa-miR-21-5p"] == "U" * 22
    assert known_sequences(own, {"hsa-miR-21-5p": "A" * 22})["hsa-miR-21-5p"] == "A" * 22
    assert known_sequences(own, None)["hsa-miR-122-5p"] == GUIDES["hsa-miR-122-5p"]


def world(n0_from=None):
    room = stockroom()
    guides = gather(cargo(0.01, m1=0.02), room, GUIDES)
    sites = find_sites(room, guides, model="fixed")
    weights = programmes().weights(room.genes, room.mrna)
    return room, guides, sites, weights


def sums(copies, shift=None, delivery=None):
    room, guides, sites, weights = world()
    delivery = delivery or Delivery()
    before = curves(sites, guides, room.mrna, weights, np.array([1.0]), delivery, None).occupancy
    marked = programme_sites(sites, np.abs(weights).sum(axis=(0, 2)) > 0)
    active = np.arange(len(guides.seeds))
    return evaluate(
        sites, marked, target_copies(room.mrna, delivery)[:, 1], weights[:, :, 1], before.n[:, 1, 0],
        before.background[:, 1, 0], guides.endogenous[:, 1], delivery, active, copies_grid(1e5),
        (variant(copies, shift),),
    )[0]  # fmt: skip


def test_sums_of_single_guides_are_exact_for_small_changes():
    room, guides, sites, weights = world()
    dose = np.array([1e2])
    exact = curves(sites, guides, room.mrna, weights, dose, Delivery(), None).shift[1, 0]
    got = sums(guides.delivered[None] * dose * Delivery().copies_per_dose)[0]
    np.testing.assert_allclose(got, exact, rtol=5e-3)


def test_a_shift_of_kd_is_read_as_one():
    # the sites of every guide bound e times tighter: exact curves with the levels moved, small change
    room, guides, sites, weights = world()
    tight = dataclasses.replace(sites, levels=sites.levels - 1.0)
    copies = guides.delivered[None] * 10.0
    before = curves(sites, guides, room.mrna, weights, np.array([1.0]), Delivery(), None).occupancy
    marked = programme_sites(tight, np.abs(weights).sum(axis=(0, 2)) > 0)
    direct = evaluate(
        tight, marked, target_copies(room.mrna, Delivery())[:, 1], weights[:, :, 1], before.n[:, 1, 0],
        0.0 * before.background[:, 1, 0], guides.endogenous[:, 1], Delivery(), np.arange(len(guides.seeds)),
        copies_grid(1e5), (variant(copies),),
    )[0]  # fmt: skip
    read = sums(copies, np.full(copies.shape, -1.0))
    # a parabola through -2, 0 and 2; the background's own shift is left out of the comparison (a few percent)
    np.testing.assert_allclose(read, direct, rtol=0.05)
    assert not np.allclose(sums(copies), direct, rtol=0.1)


def test_copies_below_the_grid_are_proportional_and_none_is_none():
    one = np.zeros((3, len(gather(cargo(), stockroom(), GUIDES).seeds)))
    one[1], one[2] = 1e-6, 2e-6
    got = sums(one)
    assert not got[0].any()
    np.testing.assert_allclose(got[2], 2 * got[1], rtol=1e-12)


def test_draws_are_centred_keyed_and_as_wide_as_said():
    # n = 20,000 draws, seed 3; medians within 4 standard errors
    sd = np.array([0.5, 0.9])
    made = draw(Delivery(cytosolic=0.01), sd, np.array([0.3, 0.3]), 20_000, 3)
    assert np.median(made.factor, axis=0) == pytest.approx([1.0, 1.0], abs=0.06)
    wide = np.log(made.factor).std(axis=0)
    assert wide == pytest.approx(np.sqrt(sd**2 + 0.6**2 + 0.6**2), rel=0.03)
    shared = np.corrcoef(np.log(made.factor).T)[0, 1]
    assert shared == pytest.approx((0.25 + 0.72) / (wide[0] * wide[1]), abs=0.03)
    again = draw(Delivery(cytosolic=0.01), sd, np.array([0.3, 0.3]), 20_000, 3)
    assert (again.factor == made.factor).all()
    assert log_dose_sd(Delivery(), 0.5, 0.3) == pytest.approx(math.sqrt(0.72 + 0.25 + 1.0 + 0.25 + 0.09))


def test_no_draw_releases_more_than_everything():
    made = draw(Delivery(cytosolic=0.9), np.zeros(1), np.zeros(1), 5000, 1)
    half_life_only = draw(Delivery(cytosolic=1e-4), np.zeros(1), np.zeros(1), 5000, 1)
    assert np.log(made.factor).mean() < np.log(half_life_only.factor).mean() - 0.1


def test_the_learned_affinities_bring_their_own_constants():
    learned = with_options(None, None, None, model="learned")
    assert learned.b != Delivery().b
    # the free AGO of the transfections it was fitted to is 4.1 nM
    assert math.exp(learned_table().ln_free_ago) * learned.unit_um == pytest.approx(4.1e-3)
    room = stockroom()
    guides = gather(cargo(), room, GUIDES)
    fine, plain = (find_sites(room, guides, model=m) for m in ("learned", "fixed"))
    assert fine.count.sum() == pytest.approx(plain.count.sum(), rel=0.05)
    assert fine.levels.size > 20 > plain.levels.size == 6
    made = match(cargo(), room, programmes=programmes(), nulls=0, draws=0)
    assert set(np.argsort(made.ln_fc[made.index("lung"), made.tested])[:5]) == {0, 1, 2, 3, 4}
    assert any("learned affinities" in n for n in made.notes)


def test_options_replace_single_figures_and_are_checked():
    assert with_options(None, 0.5, None).cytosolic == 0.5
    assert with_options(Delivery(b=2.0), None, 10.0).b == 2.0
    with pytest.raises(InputError, match="not a Delivery"):
        with_options({"b": 1}, None, None)
    assert any("silencing" in s or "volume" in s for s in Delivery().assumptions())


def test_stand_ins_prefer_own_cells_then_a_type_then_the_organ():
    people = (
        Recipient("liver", "liver"), Recipient("liver/macrophage", "liver", "macrophage"), Recipient("lung", "lung"),
        Recipient("endothelium", None, "endothelium", "a line"), Recipient("epithelium", None, "epithelium"),
    )  # fmt: skip
    organs, column, notes = columns_for(people)
    assert organs == ("lung", "liver")
    # endothelium, macrophage, stroma, parenchyma
    assert column.tolist() == [[3, 2, 2, 4], [3, 1, 0, 4]]
    assert any(n == "Stand-in for macrophage: the organ as a whole in lung." for n in notes)
    with pytest.raises(InputError, match="no recipient belongs to an organ"):
        columns_for(people[3:])


def test_rooms_are_chosen_covered_and_made_distinct():
    room = stockroom()
    assert [r.name for r in choose(room, ["hepatic"]).recipients] == ["liver", "endothelium"]
    partly = dataclasses.replace(room, utrs={"G3": room.utrs["G3"], "G1": room.utrs["G1"], "X": "ACGT"})
    assert covered(partly).genes == ("G1", "G3")
    once, where = distinct(
        dataclasses.replace(room, mrna=room.mrna[:, [0, 0, 1, 1]], mirna=room.mirna[:, [0, 0, 1, 2]])
    )
    assert where.tolist() == [0, 0, 1, 2]
    assert [r.name for r in once.recipients] == ["liver", "brain", "endothelium"]


def test_donor_bootstrap_covers_the_contrast():
    rng = stream(1, "test/bootstrap")
    donors, organs = [str(d) for d in range(10) for _ in range(2)], ["a", "b"] * 10
    scores = rng.standard_normal((20, 1)) + np.array([[1.0], [0.0]] * 10)
    low, high = bootstrap_organs(scores, organs, donors, 1)
    effect = scores[::2].mean() - scores[1::2].mean()
    assert low[0, 0] < effect < high[0, 0]
    assert low[0, 0] == pytest.approx(-high[1, 0])
