"""Features, terms and affinities: against plain twins, for orders that must hold, and the table's provenance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.core.errors import InputError
from metastasome.core.files import sha256
from metastasome.core.streams import stream
from metastasome.matchmaking import affinity, features, sites
from metastasome.matchmaking.energy import seed_energies
from metastasome.matchmaking.kmers import build_index
from metastasome.matchmaking.pairing import FIRST, LAST, MAX_SHIFT
from metastasome.matchmaking.terms import FARTHEST, NAMES, PRODUCTS, USUAL, blocks
from metastasome.matchmaking.weak import ln_abundance, weak_counts

MIR1 = "UGGAAUGUAAAGAAGUAUGUAU"
PAIR = {"A": "U", "C": "G", "G": "C", "U": "A"}


def random_case(seed: int, n: int = 40, mean: int = 600) -> tuple[list[str], list[str]]:
    rng = stream(seed, "tests/affinity")
    utrs = ["".join(rng.choice(list("ACGUN"), k, p=[0.27, 0.2, 0.2, 0.31, 0.02])) for k in rng.integers(6, mean, n)]
    return utrs, ["".join(rng.choice(list("ACGU"), 22)) for _ in range(30)]


def plain_au(utr: str, position: int) -> float:
    low, high = position - 1, position + 6
    left = [(1 / d, utr[low - d]) for d in range(1, 31) if low - d >= 0]
    right = [(1 / d, utr[high + d]) for d in range(1, 31) if high + d < len(utr)]
    both = left + right
    return sum(w for w, c in both if c in "AU") / sum(w for w, _ in both) if both else 0.5


def plain_pairing(utr: str, guide: str, anchor: int) -> float:
    best = 0.0
    for shift in range(-MAX_SHIFT, MAX_SHIFT + 1):
        run = 0.0
        for nt in range(FIRST, min(LAST, len(guide)) + 1):
            at = anchor + 7 - nt - shift
            paired = 0 <= at <= anchor - 2 and at < len(utr) and PAIR.get(utr[at]) == guide[nt - 1]
            run = run + (1.0 if 13 <= nt <= 16 else 0.5) if paired else 0.0
            best = max(best, run - 0.5 * max(0, abs(shift) - 2))
    return best


def test_every_feature_equals_its_plain_twin() -> None:
    utrs, guides = random_case(1)
    table = sites.scan(utrs, guides)
    found = features.compute(table, utrs)
    assert len(table) > 100
    for i in range(len(table)):
        utr, position = utrs[table.utr[i]], int(table.position[i])
        assert found.local_au[i] == pytest.approx(plain_au(utr, position), abs=2e-4)
        assert found.to_end[i] == len(utr) - position - 6
        want = [utr[position + j] if 0 <= position + j < len(utr) else "N" for j in (-3, -2, -1, 6, 7, 8)]
        assert ["ACGUN"[c] for c in found.flanks[i]] == want
        assert found.pairing3[i] == plain_pairing(utr, guides[table.mirna[i]], int(table.anchor[i]))


def test_neighbour_is_the_nearest_site_of_the_same_mirna_and_utr() -> None:
    utrs, guides = random_case(2, mean=3000)
    table = sites.scan(utrs, guides)
    found = features.compute(table, utrs, pairing3=False).neighbour
    for i in range(0, len(table), 7):
        same = (table.mirna == table.mirna[i]) & (table.utr == table.utr[i])
        same[i] = False
        gaps = np.abs(table.position[same] - table.position[i])
        assert found[i] == (gaps.min() if gaps.size else -1)


def test_perfect_supplementary_pairing_scores_more_than_none() -> None:
    tail = "".join(PAIR[c] for c in reversed(MIR1[12:16]))
    paired = "GGGG" + tail + "GGGGACAUUCCAGG"
    plain = "GGGG" + "GGGG" + "GGGGACAUUCCAGG"
    scores = [features.compute(sites.scan([u], [MIR1]), [u]).pairing3[0] for u in (paired, plain)]
    assert scores[0] >= 4.0 > scores[1]


@settings(deadline=None, max_examples=40)
@given(st.text("ACGU", min_size=8, max_size=8))
def test_seed_energy_is_a_sum_of_stacks(seed: str) -> None:
    energies = seed_energies(seed + "ACGU")
    assert (energies < 0).all()
    assert energies[0] == energies[1] < energies[2] == energies[3] < energies[5]
    assert energies[0] < energies[4]


def test_known_stacks() -> None:
    assert seed_energies("AGGCCAAUA")[3] == pytest.approx(-3.26 - 3.42 - 3.26 - 2.11 - 0.93)


def test_terms_cover_the_table_and_are_centred_for_ordinary_sites() -> None:
    rng = stream(4, "tests/affinity")
    utrs = ["".join(rng.choice(list("ACGU"), 1500, p=[0.28, 0.2, 0.2, 0.32])) for _ in range(40)]
    index = build_index(utrs)
    table = sites.scan(index, random_case(4)[1])
    parts = list(blocks(table, index))
    assert sum(rows.stop - rows.start for rows, _ in parts) == len(table)
    terms = np.concatenate([part for _, part in parts])
    assert terms.shape == (len(table), len(NAMES)) and np.isfinite(terms).all()
    assert (np.abs(terms.mean(axis=0)) < 1.6).all()


def test_products_are_of_standardised_terms_and_bounded() -> None:
    utrs, guides = random_case(3, mean=9000)
    index = build_index(utrs)
    terms = np.concatenate([part for _, part in blocks(sites.scan(index, guides), index)])
    for a, b in PRODUCTS:
        one, other = ((terms[:, NAMES.index(n)] - USUAL[n][0]) / USUAL[n][1] for n in (a, b))
        want = np.clip(one * other - (a == b), -FARTHEST, FARTHEST)
        np.testing.assert_allclose(terms[:, NAMES.index(f"{a} x {b}")], want, atol=1e-12)


def test_cleavage_signal_upstream_is_counted_in_its_own_utr_only() -> None:
    body = "G" * 100 + "AAUAAA" + "G" * 100 + "ACAUUCCA" + "G" * 100
    utrs = [body, body.replace("AAUAAA", "GGGGGG"), "G" * 30 + "ACAUUCCA" + "G" * 200 + "AAUAAA" + "G" * 100]
    index = build_index(utrs)
    ((_, terms),) = blocks(sites.scan(index, [MIR1], types=["8mer"]), index)
    assert terms[:, NAMES.index("after_AATAAA")].tolist() == [1.0, 0.0, 0.0]


def test_learned_orders_that_must_hold() -> None:
    kd = affinity.type_ln_kd(MIR1)
    assert kd.shape == (6,) and kd[0] < kd[1] < kd[3] < 0 and kd[2] < kd[3]
    assert (kd[4:] > kd[3]).all()
    rich, poor = "UUUUUUUUUU", "GCGCGCGCGC"
    utrs = [rich * 8 + "ACAUUCCA" + rich * 8, poor * 8 + "ACAUUCCA" + poor * 8]
    table = sites.scan(utrs, [MIR1], types=["8mer"])
    tight, loose = affinity.site_ln_kd(table, [MIR1], utrs)
    assert tight < loose < 0


def test_uncertainty_is_positive_and_wider_away_from_the_ordinary_site() -> None:
    utrs, guides = random_case(5)
    table = sites.scan(utrs, guides)
    sd = affinity.site_ln_kd_sd(table, guides, utrs)
    assert (sd >= affinity.SCATTER).all() and np.isfinite(sd).all() and sd.max() < 5
    assert (affinity.type_ln_kd_sd() >= affinity.SCATTER).all()
    assert (affinity.site_ln_kd_sd(table, guides, utrs, model="fixed") == affinity.FIXED_SD).all()


def test_fixed_model_is_the_constants() -> None:
    utrs, guides = random_case(6)
    table = sites.scan(utrs, guides)
    np.testing.assert_array_equal(
        affinity.site_ln_kd(table, guides, utrs, model="fixed"), affinity.FIXED_LN_KD[table.type]
    )


def test_blocks_do_not_change_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from metastasome.matchmaking import terms

    utrs, guides = random_case(7)
    table = sites.scan(utrs, guides)
    whole = affinity.site_ln_kd(table, guides, utrs)
    monkeypatch.setattr(terms, "BLOCK", 17)
    np.testing.assert_allclose(affinity.site_ln_kd(table, guides, utrs), whole, rtol=1e-12)


def test_names_are_matched_and_misfits_refused() -> None:
    utrs = ["GGACAUUCCAGG"]
    table = sites.scan(utrs, {"a": MIR1})
    by_name = affinity.site_ln_kd(table, {"b": "ACGUACGUACGU", "a": MIR1}, utrs)
    np.testing.assert_array_equal(by_name, affinity.site_ln_kd(table, [MIR1], utrs))
    with pytest.raises(InputError, match="miRNA without a sequence"):
        affinity.site_ln_kd(table, {"b": MIR1}, utrs)
    with pytest.raises(InputError, match="sequences do not fit"):
        affinity.site_ln_kd(table, [MIR1, MIR1], utrs)
    with pytest.raises(InputError, match="unknown affinity model"):
        affinity.site_ln_kd(table, [MIR1], utrs, model="guess")  # type: ignore[arg-type]


def test_weak_pairings_are_counted_and_are_no_sites() -> None:
    utrs = ["GGGGUUCCCGGG", "GGCAUUCGGGGG", "GGGGAUUCCCGG", "GGACAUUCCAGG"]
    counts = weak_counts(build_index(utrs), [MIR1])[0]
    assert counts[2].tolist() == [1.0, 0.0, 0.0]
    assert counts[1].tolist() == [0.0, 1.0, 0.0]
    assert counts[3].sum() == 0
    assert ln_abundance(np.array([140.0 * 50]), 50e6)[0] == pytest.approx(0.0)
    assert ln_abundance(np.array([0.0]), 0.0)[0] == pytest.approx(0.0)


def test_table_says_where_it_came_from() -> None:
    table = affinity.learned_table()
    said = table.provenance
    assert "HEK293FT unseen" in str(said["source"]) and str(said["command"]).startswith("python -m")
    assert table.terms == NAMES and table.coefficients.shape == (len(NAMES),)
    assert table.covariance.shape == (6 + len(NAMES),) * 2
    assert (np.linalg.eigvalsh(table.covariance) > -1e-4).all()  # entries are rounded to six digits


@pytest.mark.shared
def test_table_was_learned_from_these_files(shared_data: Path) -> None:
    sums = affinity.learned_table().provenance["sha256"]
    assert isinstance(sums, dict)
    assert {name: sha256(shared_data / "rna" / name) for name in sums} == sums


@pytest.mark.shared
def test_training_reads_no_hek_column(shared_data: Path) -> None:
    from metastasome.matchmaking.train_data import read_transfections

    data = read_transfections(shared_data / "rna")
    assert len(data.mirnas) == 17 and data.level.shape == (len(data.genes), 17)
    assert not {"miR-122", "miR-451a", "miR-375"} & set(data.mirnas)
