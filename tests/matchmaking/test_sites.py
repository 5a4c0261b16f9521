"""Sites: every type against a plain str.find twin, on random and awkward sequences, and on known genes."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.core.errors import InputError
from metastasome.matchmaking import sites
from metastasome.matchmaking.kmers import build_index

PAIR = str.maketrans("ACGU", "UGCA")
MIR1 = "UGGAAUGUAAAGAAGUAUGUAU"


def clean(sequence: str) -> str:
    return sequence.upper().replace("T", "U")


def twin(utr: str, guide: str) -> list[tuple[int, str]]:
    """Every site of one guide on one UTR by str.find, straight from the definitions."""
    utr, guide = clean(utr), clean(guide)
    site = guide[1:8].translate(PAIR)[::-1]  # opposite guide nt 8 to 2
    m8, core = site[0], site[1:]
    found = []

    def at(i: int) -> str:
        return utr[i] if 0 <= i < len(utr) else ""

    def every(word: str) -> list[int]:
        hits, i = [], utr.find(word)
        while i >= 0:
            hits.append(i)
            i = utr.find(word, i + 1)
        return hits

    for i in every(core):
        eight, one = at(i - 1) == m8, at(i + 6) == "A"
        found.append((i, {(1, 1): "8mer", (1, 0): "7mer-m8", (0, 1): "7mer-A1", (0, 0): "6mer"}[eight, one]))
    found += [(i, "offset-6mer") for i in every(m8 + core[:5]) if at(i + 6) != core[5]]
    found += [(i, "6mer-A1") for i in every(core[1:] + "A") if at(i - 1) != core[0]]
    return sorted(found)


def scanned(utrs: list[str], guides: list[str]) -> dict[tuple[int, int], list[tuple[int, str]]]:
    table = sites.scan(utrs, guides)
    out: dict[tuple[int, int], list[tuple[int, str]]] = {
        (m, u): [] for m in range(len(guides)) for u in range(len(utrs))
    }
    for m, u, position, kind in zip(table.mirna, table.utr, table.position, table.type, strict=True):
        out[int(m), int(u)].append((int(position), sites.TYPES[kind]))
    return out


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.text("ACGTUacgtuN", max_size=60), min_size=1, max_size=4),
    st.lists(st.text("ACGU", min_size=8, max_size=23), min_size=1, max_size=3),
)
def test_every_site_and_no_other(utrs: list[str], guides: list[str]) -> None:
    found = scanned(utrs, guides)
    for (m, u), got in found.items():
        assert sorted(got) == twin(utrs[u], guides[m])


@settings(deadline=None, max_examples=150)
@given(st.text("AU", max_size=40), st.text("AU", min_size=8, max_size=10))
def test_low_complexity_where_registers_overlap(utr: str, guide: str) -> None:
    assert sorted(scanned([utr], [guide])[0, 0]) == twin(utr, guide)


def test_random_genome_sized_counts_and_order() -> None:
    rng = np.random.default_rng(3)
    utrs = ["".join(rng.choice(list("ACGU"), n)) for n in rng.integers(0, 3000, 60)]
    guides = ["".join(rng.choice(list("ACGU"), 22)) for _ in range(20)]
    table = sites.scan(utrs, guides)
    assert {k: sorted(v) for k, v in scanned(utrs, guides).items()} == {
        (m, u): twin(utrs[u], guides[m]) for m in range(20) for u in range(60)
    }
    key = table.mirna.astype(np.int64) * 10**8 + table.utr * 10**5 + table.position
    assert (np.diff(key) >= 0).all()
    assert table.counts().sum() == len(table)


def test_types_told_apart() -> None:
    eight = "GG" + "ACAUUCC" + "A" + "GG"
    cases = {
        eight: "8mer", "GGACAUUCCGGG": "7mer-m8", "GGCCAUUCCAGG": "7mer-A1", "GGCCAUUCCGGG": "6mer",
        "GGACAUUCAGGG": "offset-6mer", "GGAGAUUCCAGG": "6mer-A1",
    }  # fmt: skip
    for utr, kind in cases.items():
        table = sites.scan([utr], {"miR-1": MIR1})
        assert [sites.TYPES[t] for t in table.type] == [kind]
        assert table.anchor[0] == 3


def test_dna_rna_case_and_gaps_are_the_same() -> None:
    ways = ["GGACAUUCCAGG", "ggacattccagg", "GGACATTCCAGG", "GG-ACA--TTCCAGG", "GGACAUUC CAGG\n"]
    table = sites.scan(ways, {"miR-1": MIR1.replace("U", "T").lower()})
    assert table.counts()[0, :, 0].tolist() == [1] * 5


def test_ambiguous_letters_match_nothing() -> None:
    assert len(sites.scan(["GGACANUCCAGG"], [MIR1])) == 0
    assert [sites.TYPES[t] for t in sites.scan(["GGNCAUUCCNGG"], [MIR1]).type] == ["6mer"]
    assert len(sites.scan(["GGACAUUCCAGG"], ["UGGNAUGUAAAG"])) == 0


def test_sites_at_the_very_ends() -> None:
    assert [sites.TYPES[t] for t in sites.scan(["CAUUCC"], [MIR1]).type] == ["6mer"]
    assert [sites.TYPES[t] for t in sites.scan(["ACAUUCCA"], [MIR1]).type] == ["8mer"]
    table = sites.scan(["AUUCCA"], [MIR1])
    assert [sites.TYPES[t] for t in table.type] == ["6mer-A1"] and table.anchor.tolist() == [-1]


def test_no_site_spans_two_utrs() -> None:
    assert len(sites.scan(["GGACAU", "UCCAGG"], [MIR1])) == 0


def test_seeds_of_six_seven_and_whole_guides_agree() -> None:
    utr = ["GGACAUUCCAGGGCAUUCCAUU"]
    whole = sites.scan(utr, [MIR1], types=["8mer", "7mer-m8", "7mer-A1", "6mer"])
    seven = sites.scan(utr, [MIR1[1:8]], types=["8mer", "7mer-m8", "7mer-A1", "6mer"])
    assert whole.type.tolist() == seven.type.tolist()
    assert sites.scan(utr, [MIR1[1:7]], types=["7mer-A1", "6mer"]).position.tolist() == whole.position.tolist()


def test_chosen_types_only() -> None:
    utr = ["GGACAUUCCAGGACAUUCAGGG"]
    table = sites.scan(utr, [MIR1], types=["offset-6mer"])
    assert [sites.TYPES[t] for t in table.type] == ["offset-6mer"]


def test_empty_inputs() -> None:
    assert len(sites.scan([], [MIR1])) == 0
    assert len(sites.scan(["", "A"], [MIR1])) == 0
    assert len(sites.scan(["ACGU"], {})) == 0


@pytest.mark.parametrize(
    ("utrs", "mirnas", "says"),
    [
        (["ACGZ"], [MIR1], "letter 4 is no nucleotide"),
        (["ACG"], ["UGG"], "too short for a seed"),
        ("ACGU", [MIR1], "one bare sequence"),
        (["ACG"], MIR1, "one bare sequence"),
        ([None], [MIR1], "not a nucleotide sequence"),
    ],
)
def test_bad_input_is_one_clear_line(utrs: object, mirnas: object, says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        sites.scan(utrs, mirnas)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


def test_unknown_type_suggests_a_near_one() -> None:
    with pytest.raises(InputError, match="did you mean '7mer-m8'"):
        sites.scan(["ACG"], [MIR1], types=["7mer-m9"])


def test_an_index_serves_several_scans() -> None:
    index = build_index({"a": "GGACAUUCCAGG"})
    assert build_index(index) is index
    assert sites.scan(index, [MIR1]).utrs == ("a",)
    assert "1 3'UTRs, 12 nt" in repr(index)


@pytest.mark.shared
def test_known_genes(shared_data: Path) -> None:
    """TJP1/miR-105 has 2 8mer, 2 7mer-m8 and 4 6mer sites; KLF4/miR-25 one 8mer and one 7mer-A1."""
    utrs: dict[str, str] = {}
    with gzip.open(shared_data / "rna" / "miraw_utr3_ensg.fa.gz", "rt") as file:
        for line in file:
            if line.startswith(">"):
                name = line[1:].strip()
                utrs[name] = ""
            elif name in ("ENSG00000104067", "ENSG00000136826"):
                utrs[name] += line.strip()
    mirnas = {"miR-105-5p": "UCAAAUGCUCAGACUCCUGUGGU", "miR-25-3p": "CAUUGCACUUGUCUCGGUCUGA"}
    counts = sites.scan({k: utrs[k] for k in ("ENSG00000104067", "ENSG00000136826")}, mirnas).counts()
    assert counts[0, 0, :4].tolist() == [2, 2, 0, 4]
    assert counts[1, 1, :4].tolist() == [1, 0, 1, 0]
