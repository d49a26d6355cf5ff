"""Filters and orders of lists against entries that were written by hand; those behind a figure by counting."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from saishang.apps.registers import lists, queries
from saishang.apps.registers.actions import add_entry, change_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.lists import Wanted
from saishang.apps.registers.matching import BY_SINCE, BY_STATE
from saishang.apps.registers.models import Entry
from saishang.apps.registers.queries import Filter
from saishang.rules import load_rules
from saishang.science.register.figures import figure_value

pytestmark = pytest.mark.django_db
RULES = load_rules()
KIND = kind_of(RULES, "construction_plots")
JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))
#: code → area, former use, changed on, invented.
GIVEN = {
    "PLOT-A": ("9.5", "coking", "2026-01-01", ""), "PLOT-B": ("10", "metal", "2026-01-02", "true"),
    "PLOT-C": ("100.25", "coking", "", ""), "PLOT-D": ("2", "", "2025-12-31", "false"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def entries() -> None:
    for code, (area, use, changed, invented) in GIVEN.items():
        given = {"code": code, "name": code, "region": "640104", "area": area, "former_use": use,
                 "changed_on": changed, "demonstration": invented}  # fmt: skip
        add_entry("tests", KIND, RULES, given, today=JAN)


def found(order: str = "key", on: date | None = None, **asked: object) -> str:
    rows = lists.rows(KIND, Wanted(Filter(on=on), **asked), order)  # type: ignore[arg-type]
    return "".join(row.key[-1] for row in rows)


@pytest.mark.parametrize("on", [None, FEB])
def test_conditions_just_at_their_edges(on: date | None) -> None:
    assert found(on=on, one_of={"former_use": ("coking",)}) == "AC"
    assert found(on=on, one_of={"former_use": ("coking", "metal")}) == "ABC"
    assert found(on=on, ranges={"area": (Decimal("9.5"), Decimal(10))}) == "AB"
    assert found(on=on, ranges={"area": (Decimal("9.51"), Decimal("9.99"))}) == ""
    # As numbers, not as texts: "9.5" is less than "100.25".
    assert found(on=on, ranges={"area": (Decimal("10.01"), None)}) == "C"
    # What has no day is in no range of days.
    assert found(on=on, ranges={"changed_on": (None, date(2026, 1, 1))}) == "AD"
    assert found(on=on, ranges={"changed_on": (date(2026, 1, 2), None)}) == "B"
    assert found(on=on, invented=True) == "B" and found(on=on, invented=False) == "ACD"
    assert found(on=on, since=(JAN, JAN)) == "ABCD" and found(on=on, since=(FEB, None)) == ""


@pytest.mark.parametrize("on", [None, FEB])
def test_orders_of_numbers_days_and_words(on: date | None) -> None:
    assert found("area", on) == "DABC" and found("-area", on) == "CBAD"
    # Without a value: last, both ways.
    assert found("changed_on", on) == "DABC" and found("-changed_on", on) == "BADC"
    assert found("key", on) == "ABCD" and found("-key", on) == "DCBA" and found("-title", on) == "DCBA"
    assert sorted(found("due", on)) == list("ABCD")


def test_orders_of_states_and_of_the_day_since_which_they_are() -> None:
    """A: second state since 1 Feb; B: the first since 1 Jan; C: a state that the life does not know; D: the last."""
    assert KIND.life is not None
    names = list(KIND.life.states)
    set_now = {"A": (names[1], FEB), "B": (names[0], JAN), "C": ("gone", MAR), "D": (names[-1], JAN)}
    for letter, (state, since) in set_now.items():
        Entry.objects.filter(key=f"PLOT-{letter}").update(state=state, since=since)
    # As the life cycle names them, not by their letters; what it does not know is last, both ways.
    assert found(BY_STATE) == "BADC" and found(f"-{BY_STATE}") == "DABC"
    # The same day: by key.
    assert found(BY_SINCE) == "BDAC" and found(f"-{BY_SINCE}") == "CADB"
    # On a past day what the versions said: all four had just begun.
    assert found(BY_STATE, FEB) == "ABCD" and found(BY_SINCE, FEB) == "ABCD"


def test_a_day_is_filtered_by_what_held_on_it() -> None:
    entry = Entry.objects.get(key="PLOT-A")
    given = {"code": "PLOT-A", "name": "PLOT-A", "region": "640104", "area": "50"}
    change_entry("tests", KIND, RULES, entry.pk, given, number=None, today=MAR)
    at = {"area": (Decimal(50), Decimal(50))}
    assert found(ranges=at) == "A" and found(on=FEB, ranges=at) == ""
    coking = {"former_use": ("coking",)}
    assert found(on=FEB, one_of=coking) == "AC" and found(one_of=coking) == "C"


def test_the_entries_behind_every_figure_are_those_that_the_figure_counts() -> None:
    """Of every figure of kinds with conditions of all forms, drawn by the second way: counting in Python."""
    views = queries.entries(KIND)
    for figure in KIND.figures.values():
        counted = figure_value(figure, [view.standing for view in views], ["640104"]).counted
        assert found(figure=figure) == "".join(sorted(key[-1] for key in counted)), figure.id


def test_something_else_than_a_number_is_in_no_range() -> None:
    Entry.objects.filter(key="PLOT-A").update(values={"area": "about ten", "changed_on": "soon"})
    assert found(ranges={"area": (Decimal(0), None)}) == "BCD"
    assert found(ranges={"changed_on": (date(2000, 1, 1), None)}) == "BD"
