"""The answer in words: no key of the program is printed, and doses read as numbers."""

import re

import pytest

from metastasome.core.words import cell_label
from metastasome.matchmaking.match import match
from metastasome.matchmaking.sentences import named
from metastasome.stockroom import Recipient

from .small import cargo, programmes, stockroom


@pytest.mark.parametrize(("who", "words"), [
    (Recipient("t_cell", None, "t_cell"), "T cell"),
    (Recipient("msc", None, "msc"), "mesenchymal stem cell"),
    (Recipient("bone", "bone"), "bone and marrow"),
    (Recipient("liver/macrophage", "liver", "macrophage"), "liver (macrophage)"),
    (Recipient("lung/club_cell", "lung", "club_cell"), "lung (club cell)"),
])  # fmt: skip
def test_recipients_in_words(who, words):
    assert named(who) == words


def test_a_class_without_a_label_of_its_own_loses_its_underscores():
    assert cell_label("bulk") == "whole tissue" and cell_label("dendritic_cell") == "dendritic cell"


@pytest.mark.parametrize("delivered", [None, {"lung": 200.0}, {"lung": 1e7}])
def test_sentences_hold_no_key_and_no_computer_notation(delivered):
    said = " ".join(
        match(cargo(), stockroom(), delivered=delivered, programmes=programmes(), nulls=20, draws=5).summary()
    )
    assert not re.search(r"_|\de[+-]\d|\w/\w", said), said
    assert "EV per cell and day" in said
