import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from metastasome.core.errors import InputError
from metastasome.core.streams import stream
from metastasome.matchmaking.delivery import Delivery
from metastasome.matchmaking.occupancy import free_guide, load, occupy, target_copies
from metastasome.matchmaking.sitesource import from_sites


def balance(free, total, kd, pool):
    return free + (pool * free / (free + kd)).sum() - total


def plain_free(total, kd, pool):
    """The slow twin: bisection and interpolation on the same balance."""
    return brentq(balance, 0.0, total, args=(total, kd, pool), xtol=1e-300, rtol=1e-14)


def plain_occupancy(seed, gene, ln_kd, mrna, guides, delivery):
    """The slow twin of `occupy`: every site by itself; n and background, ``(g, r, d)``."""
    n, low = np.zeros((mrna.shape[0], *guides.shape[1:])), np.zeros((mrna.shape[0], *guides.shape[1:]))
    targets = target_copies(mrna, delivery) * delivery.relative_per_copy
    for s, r, d in np.ndindex(guides.shape):
        own, kd = gene[seed == s], np.exp(ln_kd[seed == s])
        free = plain_free(guides[s, r, d] * delivery.relative_per_copy, kd, targets[own, r])
        np.add.at(n[:, r, d], own, free / (free + kd))
        np.add.at(low[:, r, d], own, free / (free + 1.0))
    return n, low


def random_sites(n_seeds=4, n_genes=12, n_sites=200):
    rng = stream(1, "test/source")
    seed, gene = np.sort(rng.integers(0, n_seeds, n_sites)), rng.integers(0, n_genes, n_sites)
    return seed, gene, rng.uniform(-7.0, -0.5, n_sites)


def source_of(sites, n_seeds=4, n_genes=12, levels=64):
    seeds = tuple("ACGU"[i] * 7 for i in range(n_seeds))
    return from_sites(seeds, tuple(f"G{i}" for i in range(n_genes)), *sites, levels=levels)


@settings(deadline=None, max_examples=60)
@given(
    ln_total=st.floats(-25.0, 8.0),
    ln_pool=st.lists(st.floats(-25.0, 8.0), min_size=1, max_size=6),
    ln_kd=st.lists(st.floats(-12.0, 0.0), min_size=6, max_size=6),
)
def test_free_guide_agrees_with_bisection_and_conserves(ln_total, ln_pool, ln_kd):
    total, pool = np.exp(ln_total), np.exp(np.array(ln_pool))
    kd = np.exp(np.array(ln_kd[: pool.size]))
    free = float(free_guide(np.array([total]), kd, pool)[0])
    assert 0.0 < free <= total
    assert free == pytest.approx(plain_free(total, kd, pool), rel=1e-9)
    assert abs(balance(free, total, kd, pool)) <= 1e-9 * total


def test_free_guide_rises_with_guides_and_falls_with_targets():
    kd = np.exp(np.array([-5.0, -3.0]))
    pool = np.array([0.05, 0.4])
    totals = np.geomspace(1e-6, 10.0, 40)
    assert (np.diff(free_guide(totals, kd, pool)) > 0).all()
    more = [free_guide(np.array([0.1]), kd, pool * f)[0] for f in (0.0, 0.1, 1.0, 10.0)]
    assert more[0] == pytest.approx(0.1)
    assert (np.diff(more) < 0).all()
    assert free_guide(np.array([0.0]), kd, pool)[0] == 0.0


def test_occupancy_is_the_sum_over_sites():
    sites = random_sites()
    rng = stream(2, "test/occupancy")
    mrna, guides = rng.lognormal(3, 1, (12, 3)), rng.lognormal(6, 2, (4, 3, 5))
    guides[1] = guides[1, :, :1]  # one guide that no dose changes
    got = occupy(source_of(sites, levels=256), mrna, guides, Delivery())
    n, low = plain_occupancy(*sites, mrna, guides, Delivery())
    np.testing.assert_allclose(got.n, n, rtol=1e-8)
    np.testing.assert_allclose(got.background, low, rtol=1e-8)


def test_gathering_affinities_changes_occupancy_little():
    # steps of 0.1 in ln K_D, each standing at its mean: second order in the step
    sites = random_sites(n_sites=1500)
    source = source_of(sites)
    assert source.levels.size <= 64 < np.unique(sites[2]).size
    mrna, guides = np.full((12, 1), 20.0), np.geomspace(1.0, 1e6, 8) * np.ones((4, 1, 1))
    exact, _ = plain_occupancy(*sites, mrna, guides, Delivery())
    got = occupy(source, mrna, guides, Delivery()).n
    np.testing.assert_allclose(got.sum(axis=0), exact.sum(axis=0), rtol=1e-3)
    np.testing.assert_allclose(got, exact, rtol=1e-2)


def test_threads_do_not_change_the_answer():
    source = source_of(random_sites())
    rng = stream(3, "test/threads")
    mrna, guides = rng.lognormal(3, 1, (12, 7)), rng.lognormal(6, 2, (4, 7, 3))
    one = occupy(source, mrna, guides, Delivery(), workers=1, chunk=7)
    two = occupy(source, mrna, guides, Delivery(), workers=2, chunk=2)
    assert (one.n == two.n).all()
    assert (one.free == two.free).all()


def test_limiting_ago_is_shared():
    guides = np.array([[[1000.0]], [[3000.0]]])
    assert load(guides, None) is guides
    shared = load(guides, 2000.0)
    assert shared.sum() == pytest.approx(2000.0)
    assert shared[1, 0, 0] == pytest.approx(1500.0)
    assert (load(guides, 1e9) == guides).all()


def test_targets_stand_for_the_whole_cell():
    copies = target_copies(np.array([[1.0, 3e5], [np.nan, 3e5]]), Delivery(total_mrna=2e5))
    assert copies[:, 0].tolist() == [2e5, 0.0]
    assert copies[:, 1].tolist() == [3e5, 3e5]


def test_units_reproduce_the_worked_figures():
    delivery = Delivery()
    assert 1000 * delivery.relative_per_copy == pytest.approx(8.3e-4, rel=1e-2)  # 0.83 nM, K_D unit 1 uM
    assert Delivery(half_life_h=24.0, cytosolic=0.3).copies_per_dose == pytest.approx(0.3 / np.log(2))


def test_sources_refuse_what_cannot_be_used():
    with pytest.raises(InputError, match="no site of any miRNA"):
        from_sites(("AAAAAAA",), ("G",), np.array([0]), np.array([0]), np.array([0.5]))
    with pytest.raises(InputError, match="not a number"):
        from_sites(("AAAAAAA",), ("G",), np.array([0]), np.array([0]), np.array([np.nan]))
    with pytest.raises(InputError, match="levels"):
        source_of(random_sites(), levels=300)
    with pytest.raises(InputError, match="outside its range"):
        Delivery(cytosolic=2.0)


def test_distinct_targets_are_counted_once():
    source = from_sites(
        ("A" * 7, "C" * 7), ("G0", "G1"), np.array([1, 0, 0, 0]), np.array([1, 0, 0, 1]), np.array([-1.0, -2, -3, -4])
    )
    assert source.targets().tolist() == [2, 1]
    assert source.matrix().tolist() == [[2.0, 1.0], [0.0, 1.0]]
