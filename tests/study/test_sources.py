"""Public files are fetched whole, checked, and recognised."""

from __future__ import annotations

import functools
import gzip
import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from metastasome.core.errors import InputError, ModelError
from metastasome.study import read_study
from metastasome.study.files import named_files
from metastasome.study.sources import Source, choose, fetch, sources, state

STUDIES = Path(__file__).parents[2] / "studies"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address it is served at, on this machine."""
    (tmp_path / "www").mkdir()
    handler = functools.partial(_Quiet, directory=str(tmp_path / "www"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path / "www", f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def source(name: str, text: bytes, parts: list[tuple[str, bytes]], made: str = "copy") -> Source:
    return Source(name, "", "", "", digest(text), made, tuple((a, digest(b)) for a, b in parts))


def test_a_file_is_fetched_packed_and_recognised(served: tuple[Path, str], tmp_path: Path) -> None:
    www, address = served
    (www / "x.csv").write_bytes(b"a,b\n1,2\n")
    wanted = source("rna/x.csv.gz", b"a,b\n1,2\n", [(f"{address}/x.csv", b"a,b\n1,2\n")])
    assert state(wanted, tmp_path) == "absent"
    path = fetch(wanted, tmp_path)
    assert gzip.decompress(path.read_bytes()) == b"a,b\n1,2\n"
    assert state(wanted, tmp_path) == "there"
    (www / "x.csv").unlink()
    assert fetch(wanted, tmp_path) == path  # kept, not fetched again
    path.write_bytes(b"\x1f\x8bbroken")
    assert state(wanted, tmp_path) == "different"


def test_what_is_not_the_expected_file_is_not_written(served: tuple[Path, str], tmp_path: Path) -> None:
    www, address = served
    (www / "x.csv").write_bytes(b"changed")
    wanted = source("x.csv", b"text", [(f"{address}/x.csv", b"text")])
    with pytest.raises(ModelError, match="SHA-256 differs"):
        fetch(wanted, tmp_path)
    with pytest.raises(ModelError, match="could not be downloaded"):
        fetch(source("x.csv", b"text", [(f"{address}/none.csv", b"text")]), tmp_path)
    assert not (tmp_path / "x.csv").exists()


def test_utrs_are_made_from_their_tables(served: tuple[Path, str], tmp_path: Path) -> None:
    www, address = served
    head = b"mirna_id\tmirna_seq\tmrna_id\tmrna_seq\tlabel\n"
    tables = [
        head + b"m\tU\tENSG2\t" + b"A" * 90 + b"\t1\n",
        head + b"n\tU\tENSG1\tCC\t0\nn\tU\tENSG2\t" + b"A" * 90 + b"\t0\n",
    ]
    for i, table in enumerate(tables):
        (www / str(i)).write_bytes(table)
    text = b">ENSG1\nCC\n>ENSG2\n" + b"A" * 80 + b"\n" + b"A" * 10 + b"\n"
    wanted = source("u.fa", text, [(f"{address}/{i}", t) for i, t in enumerate(tables)], "utr_tables")
    assert fetch(wanted, tmp_path).read_bytes() == text


def test_names_are_chosen_or_refused() -> None:
    assert choose(()) == sources()
    assert choose(["hpa_RNAtableTissue.tsv.gz"])[0].name == "rna/hpa_RNAtableTissue.tsv.gz"
    with pytest.raises(InputError, match="did you mean"):
        choose(["hpa_RNAtableTisue.tsv.gz"])


@pytest.mark.parametrize("path", sorted(STUDIES.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_file_of_our_studies_has_a_source(path: Path) -> None:
    assert set(named_files(read_study(path)).values()) <= {s.name for s in sources()}


@pytest.mark.shared
def test_the_shared_files_are_the_expected_ones(shared_data: Path) -> None:
    assert {s.name: state(s, shared_data) for s in sources()} == {s.name: "there" for s in sources()}


@pytest.mark.shared
def test_sample_classes_follow_their_rule(shared_data: Path) -> None:
    from metastasome.study.sources import _sample_classes

    counts = gzip.decompress((shared_data / "rna/ev_plasma_crc_pc_pan_healthy_mir_counts.csv.gz").read_bytes())
    assert _sample_classes([counts]) == (shared_data / "rna/ev_plasma_sample_classes.csv").read_bytes()
