"""Text files: every way a file can be broken gives one line, and no file can fill the memory."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.core.errors import InputError
from metastasome.core.text import MAX_LINE, iter_lines, read_text


def written(folder: Path, data: bytes, name: str = "file.tsv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_gzip_is_known_by_its_bytes_not_its_name(tmp_path: Path) -> None:
    assert read_text(written(tmp_path, gzip.compress(b"a\tb\n1\t2\n"))).text == "a\tb\n1\t2\n"
    assert read_text(written(tmp_path, b"a\tb\n", "plain.gz")).text == "a\tb\n"


@pytest.mark.parametrize("cut", [11, 30, -1, -8])
def test_truncated_gzip_is_named(tmp_path: Path, cut: int) -> None:
    data = gzip.compress(b"".join(b"%d\t%d\n" % (i, i * i) for i in range(999)))
    path = written(tmp_path, data[:cut])
    with pytest.raises(InputError, match="truncated or damaged"):
        read_text(path)
    with pytest.raises(InputError, match="truncated or damaged"):
        list(iter_lines(path))


def test_a_gzip_with_flipped_bits_is_named(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(b"a,b\n" * 500))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(InputError, match=r"damaged|UTF-8|binary"):
        read_text(written(tmp_path, bytes(data)))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \n\r\n", "empty"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        ("a\tb\n1\t2".encode("utf-16"), "UTF-16"),
        (b"a,b\n\x00\x01,2\n", "binary"),
        ("µ,b\n1,2\n".encode("latin-1"), "not UTF-8"),
    ],
)
def test_what_is_no_text_table_is_named(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_text(written(tmp_path, data))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_text(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="is a folder"):
        read_text(tmp_path)


def test_bare_cr_and_crlf_are_line_ends(tmp_path: Path) -> None:
    bare = read_text(written(tmp_path, b"a\tb\r1\t2\r"))
    assert bare.text == "a\tb\n1\t2\n"
    assert "bare CR" in bare.notes[0]
    assert read_text(written(tmp_path, b"a\tb\r\n1\t2\r\n")).text == "a\tb\n1\t2\n"
    assert list(iter_lines(written(tmp_path, b"a\rb\r\nc\n"))) == ["a", "b", "c"]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert read_text(written(tmp_path, b"\xef\xbb\xbfmiRNA,a\n")).text.startswith("miRNA")


def test_a_two_gigabyte_line_is_refused_within_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "one_line.csv"
    with path.open("wb") as file:
        file.write(b"miRNA,")
        file.truncate(2 * 2**30)  # sparse: takes no room on the disk
    tracemalloc.start()
    try:
        for read in (read_text, lambda p: list(iter_lines(p))):
            with pytest.raises(InputError, match=r"line is longer|binary"):
                read(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 * MAX_LINE


def test_a_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(b"a,b\n" * 500_000))
    with pytest.raises(InputError, match="MiB of text"):
        read_text(path, max_bytes=2**20)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.sampled_from([b"\n", b"\r", b"\r\n"]))
def test_the_line_limit_is_exact(tmp_path_factory: pytest.TempPathFactory, lengths: list[int], end: bytes) -> None:
    path = written(tmp_path_factory.mktemp("t"), end.join(b"x" * n for n in lengths) + b"y")
    longest = max([*lengths[:-1], lengths[-1] + 1])
    read_text(path, max_line=longest)
    if longest > 1:
        with pytest.raises(InputError, match="line is longer"):
            read_text(path, max_line=longest - 1)
