"""What boards count, against a small world that was counted by hand; days just before, on and after each boundary."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from saishang.apps.core.generations import pinned
from saishang.apps.execution.models import ItemUnit, Milestone, ProgressReport, WorkItem
from saishang.apps.execution.queries import ItemFilter
from saishang.apps.execution.queries_boards import (
    Group,
    Owed,
    ReportCount,
    changes,
    days_of,
    deadlines,
    fold,
    overdue_counts,
    problems,
    report_counts,
    tallies,
    timeline,
    undated,
)
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.models import Organisation
from tests.work_world import make_item, make_report, make_tree

pytestmark = pytest.mark.django_db

TODAY, SOON = date(2026, 11, 30), 30
ALL = Span(everything=True)
CITY = Span(below=frozenset({"/640000/640100/"}))
COUNTY = Span(own=frozenset({"/640000/640100/640104/"}))
NOBODY = Span()


@pytest.fixture
def world() -> dict[str, Organisation]:
    """Nine items: four in force with a day under T1 besides one cancelled; four under T2, one of which has a day."""
    tree = make_tree()
    make_item("T1-A", "640100", region="640100", start=date(2026, 1, 1), due=date(2026, 11, 29), percent=50)
    make_item("T1-B", "640100", region="640100", due=date(2026, 11, 30))
    make_item("T1-C", "640104", region="640104", due=date(2026, 12, 30), percent=100)
    make_item("T1-D", "640104", region="640104", due=date(2026, 12, 31), percent=80, override=20, override_by="x",
              override_reason="y")  # fmt: skip
    make_item("T1-I", "640200", region="640200", state="cancelled", due=date(2026, 1, 1), percent=10)
    shared = make_item("T2-E", "NX-STT")
    make_item("T2-F", "NX-STT", start=date(2026, 12, 1), due=date(2027, 12, 1))
    make_item("T2-G", "NX-SLT", state="draft", due=date(2026, 1, 1), percent=0)
    make_item("T2-H", "NX-SLT", state="verified", due=date(2026, 1, 1), percent=100, finished=date(2026, 2, 1))
    ItemUnit.objects.create(item=shared, organisation=tree["640104"], role="support")
    return tree


def by(span: Span, key: str, wanted: ItemFilter | None = None) -> dict[str, Group]:
    return fold(tallies(span, wanted or ItemFilter(), TODAY, SOON), lambda row: str(getattr(row, key)))


def test_tasks(world: Any) -> None:
    found = by(ALL, "task")
    one, two = found["T1"], found["T2"]
    assert one.counts == {"late": 1, "due_soon": 2, "on_time": 1, "cancelled": 1}
    assert (one.total, one.late, one.dated, one.late_share) == (5, 1, 4, 0.25)
    # (50 + 100 + 20) / 3 = 56.67, rounded down; the cancelled one is in no mean, B has no milestones.
    assert (one.owed, one.known, one.percent, one.mean, one.unknown, one.worst) == (4, 3, 170, 56, 1, "late")
    assert two.counts == {"no_day": 1, "not_begun": 1, "draft": 1, "verified": 1}
    assert (two.total, two.dated, two.late_share, two.owed, two.known, two.mean, two.unknown) == (4, 1, 0, 3, 1, 100, 2)
    assert two.worst == "not_begun"


def test_owners_and_regions_sum_to_the_same(world: Any) -> None:
    owners, regions = by(ALL, "organisation"), by(ALL, "region")
    assert {key: group.total for key, group in owners.items()} == {
        "640100": 2, "640104": 2, "640200": 1, "NX-STT": 2, "NX-SLT": 2,
    }  # fmt: skip
    assert {key: group.total for key, group in regions.items()} == {"640100": 2, "640104": 2, "640200": 1, "": 4}
    assert owners["640200"].worst == "cancelled"
    assert owners["640200"].mean is None
    assert owners["640200"].late_share is None


@pytest.mark.parametrize(
    ("span", "seen"),
    [(ALL, 9), (CITY, 5), (COUNTY, 3), (NOBODY, 0)],
    ids=["all", "city: own, its county's, and the county's part", "county: own and its part", "nobody"],
)  # fmt: skip
def test_only_what_the_span_holds(world: Any, span: Span, seen: int) -> None:
    assert sum(row.count for row in tallies(span, ItemFilter(), TODAY, SOON)) == seen
    assert timeline(span, ItemFilter(), TODAY, SOON).count() + undated(span, ItemFilter(), TODAY, SOON) == seen


def test_filters_reach_the_counts(world: Any) -> None:
    assert set(by(ALL, "task", ItemFilter(organisation="640100"))) == {"T1"}
    assert by(ALL, "task", ItemFilter(organisation="640100"))["T1"].total == 4
    assert by(ALL, "task", ItemFilter(standing="late"))["T1"].counts == {"late": 1}


def test_a_key_of_none_is_left_out(world: Any) -> None:
    found = fold(tallies(ALL, ItemFilter(), TODAY, SOON), lambda row: "x" if row.task == "T1" else None)
    assert set(found) == {"x"}
    assert found["x"].total == 5


# Reports


def handed_in(item: WorkItem, period: str, due: date, **more: Any) -> ProgressReport:
    return make_report(item, period, date(2026, 1, 1), date(2026, 1, 31), due, **more)


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_reports_count_when_in_or_over(world: Any) -> None:
    city, county = WorkItem.objects.get(code="T1-A"), WorkItem.objects.get(code="T1-C")
    handed_in(city, "2026-M01", date(2026, 2, 5), submitted_at=at(2, 4), late=False, state="accepted")
    handed_in(city, "2026-M02", date(2026, 3, 5), submitted_at=at(3, 6), late=True, state="accepted")
    handed_in(city, "2026-M10", date(2026, 11, 29))  # over yesterday
    handed_in(city, "2026-M11", date(2026, 11, 30))  # today: still in time, does not count
    handed_in(city, "2026-M12", date(2027, 1, 8), submitted_at=at(11, 1), late=False, state="submitted")  # next year's
    handed_in(county, "2026-M10", date(2026, 11, 6))
    year = (date(2026, 1, 1), date(2026, 12, 31))
    found = report_counts(ALL, *year, TODAY)
    assert found == {"640100": ReportCount(1, 1, 1), "640104": ReportCount(0, 0, 1)}
    assert found["640100"].due == 3
    assert found["640100"].late_share == pytest.approx(2 / 3)
    assert sum(found.values(), ReportCount()) == ReportCount(1, 1, 2)
    assert ReportCount().late_share is None
    assert set(report_counts(COUNTY, *year, TODAY)) == {"640104"}
    assert set(report_counts(ALL, *year, TODAY, "640104")) == {"640104"}
    assert set(report_counts(ALL, *year, TODAY, "640100")) == {"640100", "640104"}

    owed = overdue_counts(ALL, ItemFilter(), TODAY, SOON)
    assert sorted(owed, key=lambda row: row.organisation) == [
        Owed("T1", "640100", "640100", 1), Owed("T1", "640104", "640104", 1),
    ]  # fmt: skip
    assert overdue_counts(ALL, ItemFilter(region="640104"), TODAY, SOON) == [Owed("T1", "640104", "640104", 1)]
    assert overdue_counts(COUNTY, ItemFilter(), TODAY, SOON) == [Owed("T1", "640104", "640104", 1)]
    assert overdue_counts(NOBODY, ItemFilter(), TODAY, SOON) == []


def test_problems_are_the_newest_that_were_said_to_others(world: Any) -> None:
    item = WorkItem.objects.get(code="T1-A")
    for number, (state, words, when) in enumerate([
        ("submitted", "资金未到位", at(5, 1)), ("published", "征地未完", at(6, 1)), ("accepted", "", at(7, 1)),
        ("returned", "被退回", at(8, 1)), ("draft", "还没报出", None),
    ], start=1):  # fmt: skip
        handed_in(
            item, f"2026-M{number:02d}", date(2026, number + 1, 5), state=state, problems=words, submitted_at=when
        )
    assert [row.problems for row in problems(ALL, 5)] == ["征地未完", "资金未到位"]
    assert [row.problems for row in problems(ALL, 1)] == ["征地未完"]
    assert problems(COUNTY, 5) == []


# Timeline


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        # B has no first day and is due on the 30th; late A lasts until today.
        (date(2026, 11, 30), date(2026, 11, 30), ["T1-A", "T1-B", "T1-C", "T1-D"]),
        # From tomorrow on nothing that is over; F begins on that day.
        (date(2026, 12, 1), date(2026, 12, 1), ["T1-C", "T1-D", "T2-F"]),
        (date(2026, 12, 31), date(2027, 1, 1), ["T1-D", "T2-F"]),
        (date(2025, 12, 1), date(2025, 12, 31), ["T1-B", "T1-C", "T1-D", "T1-I", "T2-G", "T2-H"]),
        (date(2026, 1, 1), date(2026, 1, 1), ["T1-A", "T1-B", "T1-C", "T1-D", "T1-I", "T2-G", "T2-H"]),
        (date(2026, 1, 2), date(2026, 1, 2), ["T1-A", "T1-B", "T1-C", "T1-D"]),
    ],
)
def test_window(world: Any, first: date, last: date, wanted: list[str]) -> None:
    found = timeline(ALL, ItemFilter(), TODAY, SOON, (first, last))
    assert sorted(row.code for row in found) == wanted


def test_timeline_orders_tasks_as_the_plan_does(world: Any) -> None:
    make_item("T10-X", "640100", due=date(2026, 5, 1))
    found = [row.code for row in timeline(ALL, ItemFilter(), TODAY, SOON)]
    assert found == ["T1-I", "T1-A", "T1-B", "T1-C", "T1-D", "T2-G", "T2-H", "T2-F", "T10-X"]
    assert undated(ALL, ItemFilter(), TODAY, SOON) == 1
    assert days_of(timeline(ALL, ItemFilter(), TODAY, SOON)) == (date(2026, 1, 1), date(2027, 12, 1))
    assert days_of(timeline(NOBODY, ItemFilter(), TODAY, SOON)) is None


# What changed, what comes


def test_changes_after_a_day_up_to_today(world: Any) -> None:
    since = date(2026, 10, 30)
    WorkItem.objects.all().delete()
    for number, (assigned, due) in enumerate([
        (since, date(2026, 10, 29)),  # assigned before, late before
        (date(2026, 10, 31), since),  # assigned after; on the day itself still in time, so newly late
        (TODAY, date(2026, 11, 29)),  # assigned today, over since yesterday
        (date(2026, 12, 1), TODAY),  # assigned tomorrow, due today: not late
    ]):  # fmt: skip
        make_item(f"T1-{number}", "640100", assigned_on=assigned, due=due)
    for number, (state, finished) in enumerate([
        ("done", since), ("done", date(2026, 10, 31)), ("verified", TODAY), ("active", date(2026, 11, 5)),
    ]):  # fmt: skip
        make_item(f"T2-{number}", "640104", state=state, finished=finished, assigned_on=since)
    item = WorkItem.objects.get(code="T2-0")
    for number, reached in enumerate([since, date(2026, 10, 31), TODAY, None]):
        Milestone.objects.create(item=item, position=number, title="x", reached=reached)
    handed_in(item, "2026-M09", date(2026, 10, 5), submitted_at=at(10, 30, 23), state="submitted")
    handed_in(item, "2026-M10", date(2026, 11, 5), submitted_at=at(10, 31, 0), state="submitted")
    found = changes(ALL, since, TODAY)
    assert (found.assigned, found.finished, found.became_late, found.milestones, found.reports) == (2, 2, 2, 2, 1)
    own = changes(COUNTY, since, TODAY)
    assert (own.assigned, own.finished, own.became_late, own.milestones, own.reports) == (0, 2, 0, 2, 1)
    none = changes(NOBODY, since, TODAY)
    assert (none.assigned, none.finished, none.became_late, none.milestones, none.reports) == (0, 0, 0, 0, 0)


def test_deadlines_from_today_on(world: Any) -> None:
    item = WorkItem.objects.get(code="T1-D")
    for number, (title, due, reached) in enumerate([
        ("昨天", date(2026, 11, 29), None), ("今天", TODAY, None), ("已达成", date(2026, 12, 1), date(2026, 11, 1)),
        ("明天", date(2026, 12, 1), None),
    ]):  # fmt: skip
        Milestone.objects.create(item=item, position=number, title=title, due=due, reached=reached)
    found = [(one.on.isoformat(), one.item.code, one.milestone) for one in deadlines(ALL, TODAY, 4)]
    assert found == [
        ("2026-11-30", "T1-B", ""), ("2026-11-30", "T1-D", "今天"), ("2026-12-01", "T1-D", "明天"),
        ("2026-12-30", "T1-C", ""),
    ]  # fmt: skip
    assert [one.item.code for one in deadlines(COUNTY, TODAY, 9)] == ["T1-D", "T1-D", "T1-C", "T1-D"]
    assert deadlines(NOBODY, TODAY, 9) == []


@pytest.mark.parametrize("span", [ALL, CITY])
def test_few_queries_each(world: Any, span: Span, django_assert_max_num_queries: Any) -> None:
    # One of them asks whether the organisations that are kept are still those.
    with pinned(), django_assert_max_num_queries(4):
        tallies(span, ItemFilter(), TODAY, SOON)
    with pinned(), django_assert_max_num_queries(4):
        overdue_counts(span, ItemFilter(task="T1"), TODAY, SOON)
    with pinned(), django_assert_max_num_queries(4):
        report_counts(span, date(2026, 1, 1), TODAY, TODAY)
    with pinned(), django_assert_max_num_queries(5):
        changes(span, date(2026, 10, 30), TODAY)
