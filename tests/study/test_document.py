"""YAML is read with care: caps, rows, duplicate keys, tags."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metastasome.core.errors import InputError
from metastasome.study.document import MAX_BYTES, MAX_DEPTH, parse_document, read_document


def test_plain_values_and_their_rows() -> None:
    found = parse_document("a: 1\nb:\n  on: off\n  c: [1.5, 1e3, '2', ~, 10 years]\n")
    assert found.data == {"a": 1, "b": {"on": False, "c": [1.5, 1000.0, "2", None, "10 years"]}}
    place = found.place(("b", "c", 1))
    assert place is not None
    assert place.row == 4
    missing = found.place(("b", "none"))
    assert missing is not None
    assert missing.row == 3


BAD = {
    "broken": ("a: [1", "row 1"),
    "tab": ("a:\n\t- 1", "row 2"),
    "empty": ("", "empty"),
    "comment": ("# nothing", "empty"),
    "list": ("- 1", "not a mapping"),
    "twice": ("a: 1\nb: 2\na: 3", "row 3"),
    "object": ("a: !!python/object/apply:os.system ['true']", "not allowed"),
    "object scalar": ("a: !!python/name:os.system ''", "not allowed"),
    "own tag": ("a: !thing 3", "not allowed"),
    "merge": ("x: &x {a: 1}\ny:\n  <<: *x", "merge"),
    "mapping key": ("? {a: 1}\n: 2", "key must be a word"),
    "two documents": ("a: 1\n---\nb: 2", "another document"),
    "deep": ("a: " + "[" * 200 + "]" * 200, "too deeply"),
    "very deep": ("a: " + "[" * 100_000, "too deeply"),
    "deep aliases": ("a: &a [*a]", "deeply"),
    "digits": ("a: " + "9" * 5000, "digits"),
    "unknown alias": ("a: *b", "undefined alias"),
    "null byte": ("a: \0", "not YAML"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_text_is_one_clear_line(case: str) -> None:
    text, expected = BAD[case]
    with pytest.raises(InputError) as caught:
        parse_document(text, file="study.yaml")
    line = str(caught.value)
    assert expected in line
    assert line.startswith("study.yaml")
    assert "\n" not in line


def test_a_bomb_of_aliases_is_refused_quickly() -> None:
    levels = "\n".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(InputError, match="too large when its aliases are followed"):
        parse_document(f"a: &a [x,x,x,x,x,x,x,x,x]\n{levels}\n")


def test_size_cap_and_encoding(tmp_path: Path) -> None:
    big = tmp_path / "big.yaml"
    big.write_bytes(b"a" * (MAX_BYTES + 5))
    with pytest.raises(InputError, match="too large"):
        read_document(big)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"a: 1\nb: caf\xe9\n")
    with pytest.raises(InputError, match=r"row 2: not UTF-8"):
        read_document(latin)
    with pytest.raises(InputError, match="no such study file"):
        read_document(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="folder"):
        read_document(tmp_path)


def test_a_depth_within_the_cap_is_read() -> None:
    depth = MAX_DEPTH - 1
    found = parse_document("a: " + "[" * depth + "]" * depth).data["a"]
    for _ in range(depth - 1):
        found = found[0]
    assert found == []


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_data_or_an_input_error(text: str | bytes) -> None:
    try:
        assert isinstance(parse_document(text).data, dict)
    except InputError as error:
        assert "\n" not in str(error)


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="ab:- \n[]{}&*!|>'\"#?,0123.~<%@`", max_size=60))
def test_any_yaml_like_text_is_data_or_an_input_error(text: str) -> None:
    try:
        assert isinstance(parse_document(text).data, dict)
    except InputError as error:
        assert "\n" not in str(error)


def test_escaped_pairs_are_one_character_and_halves_are_refused() -> None:
    assert parse_document(r'a: "\ud800\udc00"').data == {"a": "\U00010000"}
    with pytest.raises(InputError, match="half a character"):
        parse_document(r'a: "\ud800"')
