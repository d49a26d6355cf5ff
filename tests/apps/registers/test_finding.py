"""A text in a list: by walking along the keys and by the index alike, in order, with their regions and states."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from unittest.mock import patch

import pytest
from django.db import connection

from saishang.apps.registers import finding
from saishang.apps.registers.actions import add_entry, withdraw_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.lists import Wanted
from saishang.apps.registers.models import Entry
from saishang.apps.registers.queries import Filter
from saishang.apps.registers.sought import grams_of
from saishang.rules import load_rules

RULES = load_rules()
KIND = kind_of(RULES, "outfalls")
TODAY = date(2026, 6, 30)
pytestmark = pytest.mark.django_db


def outfall(code: str, region: str = "640104", river: str = "某沟", state: str = "found") -> Entry:
    category = KIND.fields["category"].choices[0].id
    given = {"code": code, "name": f"排口{code}", "region": region, "category": category, "river": river,
             "responsible": "某单位", "approval": "某文"}  # fmt: skip
    return add_entry("tests", KIND, RULES, given, today=TODAY, effective=TODAY, state=state, reason="tests")


@pytest.fixture(params=["walk", "index"])
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both ways of finding: every gram is taken for frequent, or for rare."""
    with patch.object(finding, "_is_rare", lambda _grams: request.param == "index"):
        yield request.param


def found(text: str, upto: int = 51, **more: object) -> list[str]:
    hits = finding.find(KIND, Wanted(Filter(text, **more)), "key", upto)  # type: ignore[arg-type]
    assert hits is not None and not hits.cut
    keys = dict(Entry.objects.values_list("pk", "key"))
    return [keys[pk] for pk in hits.ids]


def test_parts_of_words_in_any_place(way: str) -> None:
    outfall("A-12345-9", river="清水沟")
    outfall("B-0012345", "640105", river="清水河", state="kept")
    outfall("C-1234", river="水清沟")
    gone = outfall("D-12345", river="清水沟")
    withdraw_entry("tests", KIND, gone.pk, number=None, today=TODAY, reason="tests")
    assert found("12345") == ["A-12345-9", "B-0012345"]
    assert found("1234") == ["A-12345-9", "B-0012345", "C-1234"]
    assert found("23456") == []
    assert found("清水") == ["A-12345-9", "B-0012345"]
    assert found("水清") == ["C-1234"]
    assert found("清水 12345-9") == ["A-12345-9"]
    assert found("清") == ["A-12345-9", "B-0012345", "C-1234"]
    assert found("排口A-12") == ["A-12345-9"]
    assert found("%") == [] and found("_") == [] and found("\\") == []
    assert found("12345", regions=("640105",)) == ["B-0012345"]
    assert found("1234", regions=("640104", "640105")) == ["A-12345-9", "B-0012345", "C-1234"]
    assert found("1234", states=("kept",)) == ["B-0012345"]
    assert found("1234", regions=("640104",), states=("kept",)) == []
    assert found("12345", withdrawn=True) == ["A-12345-9", "B-0012345", "D-12345"]


def test_keys_that_begin_with_the_text_come_first(way: str) -> None:
    for code in ("A-640104", "640104-2", "640104-1", "X-640104"):
        outfall(code)
    outfall("640105-1", "640105")
    assert found("640104") == ["640104-1", "640104-2", "A-640104", "X-640104"]
    assert found("a-6") == ["A-640104"]


def test_pages_beyond_what_was_asked_for_first_are_found_later(way: str) -> None:
    for number in range(12):
        outfall(f"K-{number:05d}")
    with patch.object(finding, "MOST_FOUND", 4):
        pages = finding.found(KIND, Wanted(Filter("排口")), "key", 3)
        assert pages is not None and pages.number == (4, False)
        assert [entry.key for entry in pages.page(2, 2)] == ["K-00002", "K-00003"]
        assert [entry.key for entry in pages.page(9, 3)] == ["K-00009", "K-00010", "K-00011"]
        assert pages.page(12, 3) == [] and pages.number == (12, True)


def test_a_short_walk_is_told_from_a_whole_one() -> None:
    for number in range(6):
        outfall(f"K-{number:05d}", river="典农河" if number == 5 else "某沟")
    with (
        patch.object(finding, "_is_rare", lambda _grams: False), patch.object(finding, "_WALK", 3),
        patch.object(finding, "_EACH", 0),
    ):  # fmt: skip
        # Three keys were walked along: enough for two rows, and what the index knows is asked where they are not.
        hits = finding.find(KIND, Wanted(Filter("某沟")), "key", 0)
        assert hits is not None and (len(hits.ids), hits.whole, hits.cut) == (3, False, False)
        assert found("典农河") == ["K-00005"]
        # A single character has no grams: the list says that it looked along the first keys only.
        lone = finding.find(KIND, Wanted(Filter("典")), "key", 0)
        assert lone is not None and (lone.ids, lone.whole) == ([], False)
        lone = finding.find(KIND, Wanted(Filter("典")), "key", 1)
        assert lone is not None and (list(lone.ids), lone.whole, lone.cut) == ([], False, True)
        with patch.object(finding, "_LOOKED_UP", 2):
            many = finding.find(KIND, Wanted(Filter("某沟 排口")), "key", 4)
            assert many is not None and len(many.ids) == 3 and not many.whole


def test_lists_answer_where_a_walk_cannot() -> None:
    for wanted, order in (
        (Wanted(Filter("")), "key"), (Wanted(Filter("  ")), "key"), (Wanted(Filter("某", on=TODAY)), "key"),
        (Wanted(Filter("某")), "title"), (Wanted(Filter("某"), overdue=TODAY), "key"),
    ):  # fmt: skip
        assert finding.find(KIND, wanted, order, 51) is None


@pytest.mark.parametrize("words", ["12345", "ab1234-清水沟 x", "清", "a", "", "123", "abc 清水abcd9水"])
def test_grams_of_a_part_are_among_those_of_the_whole(words: str) -> None:
    """What is asked for a part of some words is what the database keeps of the words, whatever stands around it."""
    whole = f"某{words}某 9{words}z"
    with connection.cursor() as cursor:
        cursor.execute("select registers_grams('k', 'r', 's', %s)", [whole])
        kept = set(cursor.fetchone()[0])
        cursor.execute("select registers_grams('k', 'r', 's', %s)", [words])
        own = set(cursor.fetchone()[0]) - {"#k", "@r", "=s"}
    for word in words.split():
        assert grams_of(word) <= kept
    pairs = {words[n : n + 2] for n in range(len(words) - 1)}
    runs = {words[n : n + 4] for n in range(len(words) - 3)
            if all(c in "0123456789" for c in words[n : n + 4])}  # fmt: skip
    assert {gram for gram in own if len(gram) > 1} == pairs | runs
