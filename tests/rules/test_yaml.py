"""YAML without guesses: what looks like a word stays a word, numbers stay exact."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from saishang.rules.yamltree import compose


def read(text: str) -> object:
    tree, problems = compose(text, "file.yaml")
    assert problems == []
    assert tree is not None
    return tree.plain()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),  # nitric oxide; YAML 1.1 reads false
        ("yes", "yes"),
        ("Off", "Off"),
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("12:30", "12:30"),  # YAML 1.1 reads 750
        ("0", 0),
        ("-15", -15),
        ("007", "007"),  # YAML 1.1 reads octal
        ("640100", 640100),
        ("'640100'", "640100"),
        ("0.1", Decimal("0.1")),
        ("2.50", Decimal("2.50")),
        ("1e-3", Decimal("0.001")),
        (".5", ".5"),
        (".inf", ".inf"),
        ("1_000", "1_000"),
        ("2018-08-31", date(2018, 8, 31)),
        ("2018-8-31", "2018-8-31"),
        ("2019-02-29", "2019-02-29"),  # no such day: left for the schema to refuse
        ("2018-08-31T08:00:00", "2018-08-31T08:00:00"),
        ("null", None),
        ("~", None),
        ("''", ""),
        ("1447A", "1447A"),
        ("1e5x", "1e5x"),
    ],
)
def test_scalars(text: str, value: object) -> None:
    got = read(f"key: {text}")
    assert got == {"key": value}
    assert type(got["key"]) is type(value)  # type: ignore[index]


def test_exactness_of_decimals() -> None:
    assert str(read("key: 2.50")["key"]) == "2.50"  # type: ignore[index]


def test_keys_are_text() -> None:
    assert read("NO: 1\n100: 2\ntrue: 3\n2018-01-01: 4") == {"NO": 1, "100": 2, "true": 3, "2018-01-01": 4}


def test_empty_value_and_empty_file() -> None:
    assert read("key:") == {"key": None}
    assert read("") == {}


def test_folded_text_and_anchors() -> None:
    assert read("a: &x {n: 1}\nb: *x\nc: >-\n  two\n  lines") == {"a": {"n": 1}, "b": {"n": 1}, "c": "two lines"}


def test_places() -> None:
    tree, _ = compose("a:\n  - b: 1\n    c: 2\n  - d:\n      e: 3\n", "file.yaml")
    assert tree is not None
    assert tree.locate(("a", 0, "c")) == ("file.yaml", 3)
    assert tree.locate(("a", 1, "d")) == ("file.yaml", 4)
    assert tree.locate(("a", 1, "d", "e")) == ("file.yaml", 5)
    # A path that leads nowhere ends at the nearest value.
    assert tree.locate(("a", 1, "x", "y")) == ("file.yaml", 4)


@pytest.mark.parametrize(
    "text", ["a: [1, 2", "a: 'open", "a: b: c", "\ta: 1", "a: *nobody", "---\na: 1", "? [a]\n: 1", "*x : 1"]
)
def test_syntax_errors_have_a_line(text: str) -> None:
    tree, problems = compose("ok: 1\n" + text, "file.yaml")
    assert tree is None
    assert problems[0].code == "unreadable-file"
    assert problems[0].line >= 2
