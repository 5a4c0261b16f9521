"""3'UTRs: any letters and names that are in use, and one line for what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.core.errors import InputError
from metastasome.stockroom import GeneMap, read_utrs

KNOWN = GeneMap({"ENSG00000000001": "ALB", "NM_000477": "ALB", "ENST00000000002": "TJP1"}, {"map.tsv": "0"})


def fasta(folder: Path, text: str) -> Path:
    path = folder / "u.fa"
    path.write_text(text)
    return path


@settings(deadline=None, max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from(["ALB", "TJP1", "PKM", "HLA-A"]), st.text("ACGT", min_size=1, max_size=90), min_size=1
    ),
    st.integers(1, 40),
    st.booleans(),
    st.booleans(),
)
def test_sequences_come_back_however_wrapped(
    tmp_path_factory: pytest.TempPathFactory, utrs: dict[str, str], width: int, rna: bool, lower: bool
) -> None:
    lines = []
    for gene, seq in utrs.items():
        written = seq.replace("T", "U") if rna else seq
        written = written.lower() if lower else written
        lines += [f">{gene} something else", *(written[i : i + width] for i in range(0, len(written), width))]
    assert read_utrs(fasta(tmp_path_factory.mktemp("u"), "\n".join(lines))).sequences == utrs


def test_ids_versions_bars_and_odd_letters(tmp_path: Path) -> None:
    path = fasta(
        tmp_path,
        ">ENSG00000000001.4 x\nACGT\n>NM_000477.6\nACGTAC\n>ENST00000000002|TJP1\nacgrunn\n"
        ">ENSG00000000009\nAAAA\n>PKM\n\n",
    )
    found = read_utrs(path, symbols=KNOWN)
    assert found.sequences == {"ALB": "ACGTAC", "TJP1": "ACGNTNN"}
    for words in ("1 empty", "1 of ids without a symbol", "1 further ones", "1 with letters other"):
        assert words in found.notes[0]


@pytest.mark.parametrize(("title", "known"), [
    ("ENST00000295897.9|ENSG00000163631.18|OTTHUMG1.5|OTTHUMT1.3|ALB-201|ALB|2335|UTR5:1-39|UTR3:1870-2335|", None),
    ("ENSG00000163631|ENST00000295897|ALB", None),
    ("hg38_refGene_NM_000477 range=chr4:73397114-73421412 5'pad=0 strand=+", KNOWN),
    ("hg38_knownGene_ENSG00000000001.4_0_3 range=chr4:1-2", KNOWN),
])  # fmt: skip
def test_titles_of_gencode_biomart_and_ucsc(tmp_path: Path, title: str, known: GeneMap | None) -> None:
    text = f">{title}\nACGT\n>{title}\nSequence unavailable\n"  # BioMart's word for no 3'UTR
    found = read_utrs(fasta(tmp_path, text), symbols=known)
    assert found.sequences == {"ALB": "ACGT"} and "1 empty" in found.notes[0]


def test_targetscan_tables(tmp_path: Path) -> None:
    path = tmp_path / "utr.txt"
    head = "Refseq ID\tGene ID\tGene Symbol\tSpecies ID\tUTR sequence\n"
    path.write_text(head + "NM_1\t1\tALB\t9606\tAC--GU\nNM_1\t1\tALB\t10090\tAAAA\nNM_2\t2\tPKM\t9606\t\n")
    assert read_utrs(path).sequences == {"ALB": "ACGT"}
    assert read_utrs(path, species="10090").sequences == {"ALB": "AAAA"}
    path.write_text("ENST00000000002\t9606\tAC-GU\n")
    assert read_utrs(path, symbols=KNOWN).sequences == {"TJP1": "ACGT"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello\n", "row 1: neither FASTA nor"),
        (">ALB\nACGT\n>PKM\nAC!T\n", r"row 3: not a nucleotide sequence \(found '!'\)"),
        (">ENSG00000000001\nACGT\n", "give a table of ids and symbols"),
        (">\nACGT\n", "a sequence has no name"),
        (">ALB\n", "no 3'UTR of a known gene"),
        ("a\tb\n", "neither FASTA nor"),
        ("NM_1\t9606\tACGT\nNM_2\t9606\n", "row 2: 2 fields"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_utrs(fasta(tmp_path, text), symbols=KNOWN if text.startswith("NM") else None)


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda t: (">" + t).encode()))
def test_any_bytes_are_utrs_or_one_line(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("u") / "u.fa"
    path.write_bytes(data)
    try:
        read_utrs(path, symbols=KNOWN)
    except InputError as error:
        assert "\n" not in str(error)
