"""Names of items."""

from __future__ import annotations

import doctest

import pytest

from saishang.science import naming
from saishang.science.naming import NameBook
from saishang.science.numbers import InputError

BOOK = NameBook([("cr6", ["铬(六价)", "六价铬"]), ("cr", ["总铬"]), ("x", ["Long  Name", "乙(1)"]), ("y", ["乙(2)"])])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("CR6", "cr6"),
        ("铬（六价）", "cr6"),
        ("long name", "x"),
        ("LONGNAME", "x"),
        ("总铬", "cr"),
        ("乙（2）", "y"),
    ],
)
def test_spellings(name: str, key: str) -> None:
    assert BOOK.key(name) == key and BOOK[name] == key and name in BOOK


def test_a_short_form_that_two_items_share_is_nobodys() -> None:
    with pytest.raises(InputError, match="乙"):
        BOOK.key("乙")


@pytest.mark.parametrize("name", ["铬", "chromium"])
def test_a_valence_is_part_of_the_substance(name: str) -> None:
    book = NameBook([("cr6", ["铬(六价)", "Chromium (VI)"])])
    assert book.key("铬（六价）") == "cr6" == book.key("chromium (vi)")
    with pytest.raises(InputError, match=name):
        book.key(name)  # total chromium judged by the values of hexavalent chromium would be a false alarm


def test_a_spelling_belongs_to_one_item() -> None:
    with pytest.raises(ValueError, match="stands for"):
        NameBook([("a", ["甲"]), ("b", ["甲"])])


def test_unknown_names_teach() -> None:
    with pytest.raises(InputError) as caught:
        BOOK.key("long nam")
    assert "longname" in caught.value.fix and len(BOOK) == len(list(BOOK))


def test_examples_run() -> None:
    result = doctest.testmod(naming)
    assert result.attempted and not result.failed
