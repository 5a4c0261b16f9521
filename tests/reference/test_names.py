"""miRNA names: what is clear is resolved, what is not is reported, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.reference.names import MIN_SHARE, mirna_names, resolve

ALL = sorted(mirna_names())


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(ALL), st.sampled_from([str, str.lower, str.upper, lambda n: n.removeprefix("hsa-")]))
def test_every_v22_name_is_itself_however_written(name: str, written: object) -> None:
    given_name = written(name)  # type: ignore[operator]
    assert resolve([given_name]).names == {given_name: name}


def test_every_accession_is_its_name() -> None:
    known = {m.mimat: n for n, m in mirna_names().items() if m.mimat}
    assert len(known) > 2500
    assert resolve(known).names == known


@pytest.mark.parametrize(
    ("given_name", "name", "how"),
    [
        ("hsa-miR-122", "hsa-miR-122-5p", "dominant"),
        ("hsa-miR-122*", "hsa-miR-122-3p", "star"),
        ("miR-21", "hsa-miR-21-5p", "dominant"),
        ("hsa-let-7a-1", "hsa-let-7a-5p", "dominant"),
        ("let7a", "hsa-let-7a-5p", "dominant"),
        ("hsa-mir-125b-2", "hsa-miR-125b-5p", "dominant"),
        ("hsa-mir-105-1", "hsa-miR-105-5p", "dominant"),
        ("hsa-mir-107", "hsa-miR-107", "case"),
        ("hsa-miR-137", "hsa-miR-137-3p", "renamed"),
        ("hsa-miR-375", "hsa-miR-375-3p", "renamed"),
        ("hsa-miR-9", "hsa-miR-9-5p", "renamed"),
        ("hsa-miR-9*", "hsa-miR-9-3p", "renamed"),
        ("hsa-miR-101-3p.1", "hsa-miR-101-3p", "isomir"),
        ("hsa-miR-21-5p|MIMAT0000076", "hsa-miR-21-5p", "accession"),
    ],
)
def test_names_of_every_kind(given_name: str, name: str, how: str) -> None:
    found = resolve([given_name])
    assert found.names == {given_name: name}
    assert found.how == {given_name: how}


@pytest.mark.parametrize(
    ("given_name", "candidates"),
    [
        ("hsa-mir-9-1", {"hsa-miR-9-3p", "hsa-miR-9-5p"}),
        ("hsa-mir-126", {"hsa-miR-126-3p", "hsa-miR-126-5p"}),
        ("hsa-miR-142", {"hsa-miR-142-3p", "hsa-miR-142-5p"}),
        ("hsa-mir-509-3", {"hsa-miR-509-3-5p", "hsa-miR-509-3p"}),
        ("hsa-miR-17-5p/106a-5p", {"hsa-miR-17-5p", "hsa-miR-106a-5p"}),
    ],
)
def test_open_arms_are_reported_not_guessed(given_name: str, candidates: set[str]) -> None:
    found = resolve([given_name])
    assert not found.names
    assert set(found.ambiguous[given_name]) == candidates
    assert "leave the arm open" in found.sentences()[0]


@pytest.mark.parametrize("name", ["mmu-miR-155-5p", "GAPDH", "MIMAT9999999", "hsa-miR-99999", "", "*", "/", "-", "."])
def test_what_is_no_human_mirna_is_unknown(name: str) -> None:
    assert list(resolve([name]).unknown) == [name]


def test_a_misspelt_name_is_answered_with_a_near_one() -> None:
    assert "hsa-miR-122-5p" in resolve(["hsa-miR-122-5pp"]).unknown["hsa-miR-122-5pp"]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text(max_size=20) | st.sampled_from(ALL), max_size=8))
def test_nothing_is_lost(names: list[str]) -> None:
    found = resolve(names)
    parts = [set(found.names), set(found.ambiguous), set(found.unknown)]
    assert set().union(*parts) == set(names)
    assert sum(map(len, parts)) == len(set(names))
    assert set(found.names.values()) <= set(ALL)


def test_an_arm_is_only_chosen_when_it_dominates() -> None:
    known = mirna_names()
    bases = {n[:-3] for n in ALL if n.endswith(("-5p", "-3p")) and {n[:-3] + "-5p", n[:-3] + "-3p"} <= set(ALL)}
    found = resolve(sorted(bases))
    chosen = {b: n for b, n in found.names.items() if found.how[b] == "dominant"}
    assert len(chosen) > 300
    for name in chosen.values():
        other = name[:-3] + ("-3p" if name.endswith("-5p") else "-5p")
        assert known[name].cpm >= MIN_SHARE * (known[name].cpm + known[other].cpm)


def test_known_sequences_and_seeds() -> None:
    known = mirna_names()
    assert known["hsa-miR-122-5p"].sequence == "UGGAGUGUGACAAUGGUGUUUG"
    assert known["hsa-miR-122-5p"].seed == "GGAGUGU"
    assert known["hsa-miR-105-5p"].seed == "CAAAUGC"
    assert all(set(m.sequence) <= set("ACGU") for m in known.values())
