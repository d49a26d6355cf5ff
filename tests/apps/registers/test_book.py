"""Sums that are written with every change, against counting the entries: for any day, after any change."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from saishang.apps.registers import book, lists, making, queries
from saishang.apps.registers.actions import add_entry, change_entry, undo_entry, withdraw_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.lists import Wanted
from saishang.apps.registers.models import Book, Entry, Movement
from saishang.apps.registers.queries import Filter
from saishang.rules import load_rules
from saishang.science.register.figures import figure_value
from saishang.science.register.sums import figure_sum

RULES = load_rules()
KIND = kind_of(RULES, "outfalls")
PLOTS = kind_of(RULES, "construction_plots")
TODAY = date(2026, 6, 30)
REGIONS = ("640104", "640105")
pytestmark = pytest.mark.django_db


def outfall(code: str, on: date, state: str = "found", region: str = "640104", **more: str) -> Entry:
    category = KIND.fields["category"].choices[0].id
    given = {"code": code, "name": f"试验排口 {code}", "region": region, "category": category, "river": "某沟", **more}
    return add_entry(
        "tests", KIND, RULES, given, today=TODAY, effective=on, state=state, reason="tests"
    )  # fmt: skip


def the_same(on: date | None) -> None:
    """Every figure of every region, from the sums and from the entries."""
    listed = queries.entries(KIND, Filter(on=on))
    found = book.sums(KIND, on)
    for invented in (False, True):
        mine = [view.standing for view in listed if view.standing.invented is invented]
        states = {state for place in found for state in [place.state] if not place.figure}
        for state in states:
            told = sum(part.counted for place, part in found.items()
                       if not place.figure and place.state == state and place.invented is invented)  # fmt: skip
            assert told == sum(entry.state == state for entry in mine)
        for figure in KIND.figures.values():
            for region in REGIONS:
                parts = {p.region: part for p, part in found.items()
                         if p.figure == figure.id and p.region == region and p.invented is invented}  # fmt: skip
                long = figure_value(figure, [entry for entry in mine if entry.region == region], [region])
                told = figure_sum(figure, parts, [region])
                assert (told.value, told.rounded) == (long.value, long.rounded), (figure.id, region, on)
                assert (told.counted, told.missing) == (len(long.counted), len(long.missing))


def days() -> list[date | None]:
    return [date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 15), date(2026, 4, 30), TODAY, None]


def test_sums_follow_every_change() -> None:
    assert book.sums(KIND) == {}  # makes the book of an empty register
    outfall("640104-0001", date(2026, 1, 31))
    second = outfall("640105-0001", date(2026, 2, 1), "kept", "640105", approval="某文", responsible="某单位")
    outfall("640104-0002", date(2026, 3, 1), demonstration="是")
    given = {name: str(value) for name, value in second.values.items() if value is not None}
    change_entry("tests", KIND, RULES, second.pk, given | {"region": "640104"}, number=None, today=TODAY,
                 effective=date(2026, 3, 15), reason="tests")  # fmt: skip
    third = outfall("640104-0003", date(2026, 4, 1))
    withdraw_entry("tests", KIND, third.pk, number=None, today=date(2026, 4, 30), reason="tests")
    undo_entry("tests", KIND, second.pk, number=None, today=TODAY, reason="tests")
    for day in days():
        the_same(day)
    # By hand: on the last day two real ones stand, one in each county, the one of 640105 kept.
    found = book.sums(KIND)
    assert {(place.region, place.state): part.counted for place, part in found.items()
            if not place.figure and not place.invented and part.counted} == {
        ("640104", "found"): 1, ("640105", "kept"): 1,
    }  # fmt: skip
    # Made anew from the versions, the same sums come out.
    Book.objects.all().delete()
    assert not book.is_current(KIND)
    again = book.sums(KIND)
    assert {place: part for place, part in again.items() if part.counted} == {
        place: part for place, part in found.items() if part.counted
    }
    for day in days():
        the_same(day)


def test_numbers_are_summed_exactly_and_missing_ones_are_told() -> None:
    codes = {}
    for code, area in (("P1", "1000.10"), ("P2", "0.20"), ("P3", None)):
        given: dict[str, Any] = {"code": code, "name": code, "region": "640104", "area": area}
        codes[code] = given
    figure = PLOTS.figures["area_on_register"]
    sums = {"640104": book.Part(counted=2, total=Fraction("1000.30"))}
    assert figure_sum(figure, sums).value == Fraction("1000.3")
    lacking = {"640104": book.Part(counted=3, total=Fraction("1000.30"), missing=1)}
    assert figure_sum(figure, lacking).value is None


def test_another_description_makes_the_book_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    book.sums(KIND)
    outfall("640104-0001", date(2026, 1, 31))
    Book.objects.filter(kind=KIND.id).update(digest="older")
    # A change while the book is of another description leaves no half of it behind.
    outfall("640104-0002", date(2026, 2, 1))
    assert not Book.objects.filter(kind=KIND.id).exists()
    assert sum(part.counted for place, part in book.sums(KIND).items() if not place.figure) == 2
    assert book.is_current(KIND)


def test_many_movements_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    book.sums(KIND)
    for number in range(3):
        outfall(f"640104-000{number}", date(2026, 1, 31))
    before, rows = book.sums(KIND), Movement.objects.count()
    assert book.compact(KIND.id) == 0  # few are left alone
    monkeypatch.setattr(making, "_MANY", 1)
    assert book.compact(KIND.id) > 0
    assert Movement.objects.count() < rows
    assert book.sums(KIND) == before


def test_lists_find_by_text_place_and_term() -> None:
    outfall("640104-0001", date(2025, 1, 31))
    outfall("640104-0002", date(2026, 1, 31), responsible="银川某某纸业")
    kept = outfall("640105-0001", date(2026, 2, 1), "kept", "640105", approval="某文", responsible="某单位")

    def found(**asked: Any) -> list[str]:
        wanted = Wanted(asked.pop("filter", Filter()), **asked)
        return [queries.view_of(row, KIND.id).key for row in lists.rows(KIND, wanted)]

    assert found() == ["640104-0001", "640104-0002", "640105-0001"]
    assert found(filter=Filter(text="某纸")) == ["640104-0002"]
    assert found(filter=Filter(text="纸")) == ["640104-0002"]
    assert found(filter=Filter(text="纸业 银川")) == ["640104-0002"]
    assert found(filter=Filter(text="业纸")) == []
    assert found(filter=Filter(regions=("640105",))) == ["640105-0001"]
    assert found(fields={"category": kept.values["category"]}) == ["640104-0001", "640104-0002", "640105-0001"]
    # Never inspected: twelve months after the state began, 31 January 2026.
    assert found(overdue=date(2026, 1, 31)) == []
    assert found(overdue=date(2026, 2, 1)) == ["640104-0001"]
    assert [view.key for view in lists.late(KIND, date(2026, 2, 1))] == ["640104-0001"]
    due = Entry.objects.get(key="640104-0001").due
    assert due is not None
    # Its term ended on that day: it is late from the day after on, and not among those of later days.
    assert lists.count_late(KIND, due + timedelta(days=1))[0] == lists.count_late(KIND, due)[0] + 1
    assert [view.key for view in lists.late(KIND, due + timedelta(days=1), since=due)] == ["640104-0001"]
    assert lists.late(KIND, due + timedelta(days=1), since=due + timedelta(days=1)) == []
    # As it stood before the others were entered.
    assert found(filter=Filter(on=date(2025, 6, 30))) == ["640104-0001"]
    withdraw_entry("tests", KIND, kept.pk, number=None, today=TODAY, reason="tests")
    assert found() == ["640104-0001", "640104-0002"]
    assert found(filter=Filter(on=TODAY - timedelta(days=1), regions=("640105",))) == ["640105-0001"]


def test_a_list_of_regions_is_merged_in_the_order_of_its_keys() -> None:
    for number, (region, state) in enumerate([
        ("640105", "found"), ("640104", "kept"), ("640104", "found"), ("640105", "kept"), ("640106", "found"),
        ("640104", "found"), ("640105", "found"),
    ]):  # fmt: skip
        outfall(f"K-{number:05d}", date(2026, 1, 31), state, region, approval="某文", responsible="某单位")
    withdraw_entry("tests", KIND, Entry.objects.get(key="K-00005").pk, number=None, today=TODAY, reason="tests")
    both = ("640104", "640105")

    def page(first: int, most: int, **asked: Any) -> list[str]:
        return [row.key for row in lists.page(KIND, Wanted(Filter(**asked)), "key", first, most)]

    assert page(0, 9, regions=both) == ["K-00000", "K-00001", "K-00002", "K-00003", "K-00006"]
    assert page(2, 2, regions=both) == ["K-00002", "K-00003"]
    assert page(4, 2, regions=both) == ["K-00006"]
    assert page(5, 2, regions=both) == []
    assert page(0, 9, regions=both, withdrawn=True)[4] == "K-00005"
    assert page(0, 9, regions=both, states=("kept",)) == ["K-00001", "K-00003"]
    assert page(0, 9, regions=both, text="k-00003") == ["K-00003"]
    # As the plain query has them, whatever the page.
    for first in range(6):
        plain = lists.rows(KIND, Wanted(Filter(regions=both)))[first : first + 3]
        assert page(first, 3, regions=both) == [row.key for row in plain]


def test_a_past_day_is_the_sum_of_years_months_and_days() -> None:
    """Boundary days of the spans: the first and last of a month and a year, and the days beside them."""
    book.sums(KIND)
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 1, 31), date(2025, 2, 1), date(2025, 2, 28),
            date(2026, 1, 1)]  # fmt: skip
    for number, day in enumerate(days):
        outfall(f"K-{number:05d}", day)
    for day in {day + timedelta(days=shift) for day in days for shift in (-1, 0, 1)}:
        stood = sum(part.counted for place, part in book.sums(KIND, day).items() if not place.figure)
        assert stood == sum(other <= day for other in days), day


def test_whoever_reads_sums_makes_a_book_that_is_not_current() -> None:
    """After a description has changed nothing answers from the sums of the former one, whoever asks first."""
    from saishang.apps.registers import glance, reading, series

    outfall("640104-0001", date(2026, 4, 1))
    outfall("640104-0002", date(2026, 4, 2))
    figure = KIND.figures["found"]

    def forgotten() -> None:
        book.sums(KIND)
        Book.objects.filter(kind=KIND.id).update(digest="another")
        Movement.objects.filter(kind=KIND.id).delete()

    forgotten()
    told = glance.figures([(KIND, figure)], RULES, "640104", TODAY)
    assert told[KIND.id, "found"].entries == 2
    forgotten()
    assert glance.glances([KIND], TODAY)[KIND.id].entries == 2
    forgotten()
    assert reading.first_days([KIND]) == {KIND.id: date(2026, 4, 1)}
    forgotten()
    assert [value.rounded for value in series.series(KIND, figure, RULES, "640104", [TODAY])] == [2]
