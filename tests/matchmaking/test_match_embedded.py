"""Matches on the embedded reference and on real public files."""

import time

import numpy as np
import pytest

from metastasome import stockroom as rooms
from metastasome.cargo import embedded
from metastasome.core.errors import InputError
from metastasome.matchmaking import PROGRAMMES, integrin_factor
from metastasome.matchmaking.finding import find_sites, known_sequences
from metastasome.matchmaking.guides import gather
from metastasome.matchmaking.match import match
from metastasome.matchmaking.profiles import read_donor_profiles
from metastasome.matchmaking.rooms import choose, covered, distinct


@pytest.fixture(scope="module")
def room():
    return choose(rooms.embedded(), ["lung", "liver", "brain"])


@pytest.fixture(scope="module")
def breast(room):
    return match(embedded("breast"), room, nulls=50, draws=20, seed=1, model="fixed")


def test_the_reference_answers_with_nothing_downloaded(breast, room):
    assert breast.response.programmes == PROGRAMMES
    assert breast.response.organs == ("lung", "liver", "brain")
    assert np.isfinite(breast.shift).all()
    assert breast.shift[:, breast.tested].any(axis=0).all()  # every programme has genes with sites
    assert breast.summary()[0].startswith("The most sensitive gene")
    assert any("class labels were not permuted" in n for n in breast.notes)


def test_known_biology_of_the_breast_cargo(breast):
    # miR-105 takes TJP1 from endothelium, miR-122 does nothing to a liver full of it
    lung = breast.network(recipient="lung/endothelium", top=400).set_index(["source", "target"])["weight"]
    assert ("hsa-miR-105-5p", "TJP1") in lung.index
    liver = breast.network(recipient="liver", top=4000).set_index(["source", "target"])["weight"]
    assert liver[("hsa-miR-122-5p", "PKM")] > 0.3 * lung[("hsa-miR-122-5p", "PKM")]  # both negative, liver's is small


def test_counts_by_type_are_used_as_they_stand(room):
    cargo = embedded("breast")
    used, _ = distinct(covered(room))
    guides = gather(cargo, used, known_sequences(cargo, None))
    sites = find_sites(used, guides, model="fixed")
    counts = room.site_counts
    seed, gene = "CAAAUGC", "TJP1"  # miR-105-5p
    expected = counts.dense([seed])[0, counts.genes.index(gene)]
    s, g = sites.seeds.index(seed), sites.genes.index(gene)
    own = slice(sites.indptr[s], sites.indptr[s + 1])
    here = sites.gene[own] == g
    got = dict(zip(sites.levels[sites.level[own][here]], sites.count[own][here], strict=True))
    assert got == pytest.approx({k: n for k, n in zip((-5.0, -3.91, -3.83, -3.03), expected, strict=True) if n})


def test_integrins_of_the_breast_cargo_reach_kinetics():
    factor = integrin_factor(embedded("breast"), ("lung", "liver", "brain", "spleen"))
    assert ((factor > 0) & (factor <= 2)).all()
    assert factor[3] == 1.0
    assert (factor[:3] != 1.0).any()


@pytest.mark.slow
def test_a_match_on_the_whole_reference_is_quick():
    whole, cargo = rooms.embedded(), embedded("glioblastoma")
    match(cargo, whole, nulls=10, draws=2, model="fixed")
    start = time.process_time()
    made = match(cargo, whole, seed=1, model="fixed")
    assert time.process_time() - start < 10.0
    assert len(made.significance()) == 2 * len(whole.recipients) * len(PROGRAMMES)


@pytest.mark.shared
def test_donors_of_the_atlas_are_single_profiles(shared_data, room):
    path = shared_data / "rna" / "mirnatissueatlas2_raw_counts.csv.gz"
    profiles = read_donor_profiles(path, room)
    people = profiles.stockroom.recipients
    assert {p.organ for p in people} == {"lung", "liver", "brain"}
    assert set(profiles.donors) <= set("123456")
    assert profiles.stockroom.mirna.sum(axis=0) == pytest.approx(1.5e5, rel=0.02)
    livers = [i for i, p in enumerate(people) if p.organ == "liver"]
    mir122 = profiles.stockroom.mirna[profiles.stockroom.mirnas.index("hsa-miR-122-5p")]
    assert mir122[livers].min() > 10 * np.delete(mir122, livers).mean()
    made = match(embedded("breast"), room, nulls=100, draws=0, donors=profiles, model="fixed")
    assert set(made.significance()["question"]) == {"cargo", "gene", "recipient"}


def test_profiles_refuse_another_kind_of_table(tmp_path, room):
    file = tmp_path / "t.csv"
    file.write_text("miRNA,liver,lung\nhsa-miR-21-5p,1,2\nhsa-miR-122-5p,3,4\n")
    with pytest.raises(InputError, match="organ__tissue__donor"):
        read_donor_profiles(file, room)
