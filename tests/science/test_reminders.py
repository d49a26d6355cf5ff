"""Due days and reminders on the calendar of working days, counted by hand on a wall calendar."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from saishang.rules import RuleError, load_rules
from saishang.science.clocks import DayOff, DueDay, WorkingDays, working_days
from saishang.science.reminders import (
    Reminder,
    ReminderPlan,
    reminder_days,
    reminder_plan,
    reminder_today,
    reminder_window,
)

CALENDAR = working_days(load_rules())
PLAN = ReminderPlan("keep", (15, 7, 3, 1), True, (1, 3, 7), 5)


@pytest.mark.parametrize(
    ("year", "days"),
    # Days of the year − Saturdays and Sundays − legal holidays: what is swapped for a weekend changes nothing.
    # 2024: 366 − 104 − 11; 2025 and 2026: 365 − 104 − 13 (two more days since 2025).
    [(2024, 251), (2025, 248), (2026, 248)],
)
def test_working_days_of_a_year(year: int, days: int) -> None:
    first = date(year, 1, 1)
    assert sum(CALENDAR.is_working(first + timedelta(n)) for n in range((date(year + 1, 1, 1) - first).days)) == days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2024, 2, 4), True), (date(2024, 2, 9), True), (date(2024, 2, 10), False), (date(2024, 2, 17), False),
        (date(2024, 2, 18), True), (date(2024, 10, 12), True), (date(2024, 10, 7), False),
        (date(2025, 1, 26), True), (date(2025, 1, 27), True), (date(2025, 1, 28), False), (date(2025, 2, 4), False),
        (date(2025, 2, 5), True), (date(2025, 2, 8), True), (date(2025, 10, 8), False), (date(2025, 10, 9), True),
    ],
)  # fmt: skip
def test_days_that_the_notices_name(day: date, works: bool) -> None:
    assert CALENDAR.is_working(day) is works


@pytest.mark.parametrize(
    ("end", "count", "day", "complete"),
    [
        (date(2026, 12, 31), 1, date(2026, 12, 30), True),
        (date(2026, 12, 31), 15, date(2026, 12, 10), True),
        (date(2026, 10, 12), 1, date(2026, 10, 10), True),  # a Saturday that is worked
        # 10, 9, 8 October, 30, 29, 28, 24 September: 1 to 7 October and 25 to 27 September are off.
        (date(2026, 10, 12), 7, date(2026, 9, 24), True),
        # then 23, 22, 21, Sunday 20 (worked), 18, 17, 16, 15
        (date(2026, 10, 12), 15, date(2026, 9, 15), True),
        (date(2024, 1, 2), 1, date(2023, 12, 29), False),  # 2023 is not loaded
        (date(2026, 12, 31), 0, date(2026, 12, 31), True),
    ],
)
def test_working_days_before(end: date, count: int, day: date, complete: bool) -> None:
    assert CALENDAR.before(end, count) == DueDay(day, complete)


@pytest.mark.parametrize(
    ("due", "after", "before", "complete"),
    [
        (date(2026, 2, 15), date(2026, 2, 24), date(2026, 2, 14), True),  # 15 to 23 off, Saturday 14 worked
        (date(2026, 2, 28), date(2026, 2, 28), date(2026, 2, 28), True),  # a Saturday that is worked
        (date(2026, 12, 30), date(2026, 12, 30), date(2026, 12, 30), True),
        (date(2027, 1, 2), date(2027, 1, 4), date(2027, 1, 1), False),  # a Saturday of a year that is not known
        (date(2027, 1, 5), date(2027, 1, 5), date(2027, 1, 5), False),  # it may be a holiday: nobody knows
    ],
)
def test_a_due_day_on_which_nobody_works(due: date, after: date, before: date, complete: bool) -> None:
    """民法典 article 203 is `next`."""
    assert CALENDAR.shift(due, "next") == DueDay(after, complete)
    assert CALENDAR.shift(due, "previous") == DueDay(before, complete)
    assert CALENDAR.shift(due, "keep") == DueDay(due, True)


def test_days_left_and_late() -> None:
    friday, saturday, sunday, monday = (date(2026, 11, day) for day in (27, 28, 29, 30))
    assert [CALENDAR.left(today, monday) for today in (friday, saturday, sunday, monday)] == [1, 0, 0, 0]
    assert CALENDAR.left(friday, saturday) == 1
    assert [CALENDAR.late(saturday, today) for today in (friday, saturday, sunday, monday)] == [0, 0, 0, 1]
    assert CALENDAR.late(date(2026, 9, 30), date(2026, 10, 10)) == 3  # 8, 9, 10 October


def test_every_day_of_a_plan() -> None:
    # Thursday 31 December 2026; the holidays of 2027 are not loaded: only weekends are off, and that is said.
    assert reminder_days(PLAN, CALENDAR, date(2026, 12, 31)) == [
        (-15, DueDay(date(2026, 12, 10), True)), (-7, DueDay(date(2026, 12, 22), True)),
        (-3, DueDay(date(2026, 12, 28), True)), (-1, DueDay(date(2026, 12, 30), True)),
        (0, DueDay(date(2026, 12, 31), True)), (1, DueDay(date(2027, 1, 1), False)),
        (3, DueDay(date(2027, 1, 5), False)), (7, DueDay(date(2027, 1, 11), False)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("today", "stage", "days"),
    [
        (date(2026, 12, 9), None, 0),
        (date(2026, 12, 10), -15, -15),
        (date(2026, 12, 11), -15, -14),
        (date(2026, 12, 15), -15, -12),  # made up for on the fifth day: 15 to 18, 21 to 25, 28 to 30
        (date(2026, 12, 16), None, 0),  # not on the sixth
        (date(2026, 12, 21), None, 0),
        (date(2026, 12, 22), -7, -7),
        (date(2026, 12, 27), -7, -3),  # a Sunday
        (date(2026, 12, 28), -3, -3),
        (date(2026, 12, 30), -1, -1),
        (date(2026, 12, 31), 0, 0),
        (date(2027, 1, 1), 1, 1),
        (date(2027, 1, 4), 1, 2),
        (date(2027, 1, 5), 3, 3),
        (date(2027, 1, 11), 7, 7),
        (date(2027, 1, 16), 7, 11),  # a Saturday: 1, 4 to 8, 11 to 15
        (date(2027, 1, 17), None, 0),
        (date(2046, 1, 1), None, 0),
    ],
)
def test_what_is_told_today(today: date, stage: int | None, days: int) -> None:
    found = reminder_today(PLAN, CALENDAR, date(2026, 12, 31), today)
    if stage is None:
        assert found is None
    else:
        assert found == Reminder(stage, date(2026, 12, 31), days, today.year == 2026)


def test_a_moved_due_day_moves_its_reminders() -> None:
    plan = ReminderPlan("next", (1,), True, (), 0)
    # Sunday 15 February 2026 moves to Tuesday 24; the working day before it is Saturday 14.
    assert reminder_today(plan, CALENDAR, date(2026, 2, 15), date(2026, 2, 15)) is None
    assert reminder_today(plan, CALENDAR, date(2026, 2, 15), date(2026, 2, 14)) == Reminder(
        -1, date(2026, 2, 24), -1, True
    )
    assert reminder_today(plan, CALENDAR, date(2026, 2, 15), date(2026, 2, 24)) == Reminder(
        0, date(2026, 2, 24), 0, True
    )


def test_without_any_known_year_only_weekends_are_off_and_it_is_said() -> None:
    nothing = WorkingDays(frozenset(), frozenset(), frozenset())
    assert nothing.before(date(2026, 10, 5), 1) == DueDay(date(2026, 10, 2), False)
    found = reminder_today(PLAN, nothing, date(2026, 10, 5), date(2026, 10, 2))
    assert found is not None and (found.stage, found.complete) == (-1, False)


def test_the_shipped_plan_and_a_sites_own(tmp_path: Path) -> None:
    assert reminder_plan(load_rules()) == PLAN
    assert reminder_plan(load_rules(), "reports") == ReminderPlan("keep", (5, 3, 1), True, (1, 3, 7), 5)
    own = {"reminders": {"day_off": "previous", "before": [2], "providers": {"registers": {"after": [10]}}}}
    (tmp_path / "reminders.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    rules = load_rules(overlay=tmp_path)
    assert reminder_plan(rules) == ReminderPlan("previous", (2,), True, (1, 3, 7), 5)
    assert reminder_plan(rules, "registers") == ReminderPlan("previous", (2,), True, (10,), 5)


@pytest.mark.parametrize("wrong", [{"before": [0]}, {"day_off": "later"}, {"providers": {"registars": {"after": [1]}}}])
def test_a_plan_that_says_nonsense_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    (tmp_path / "reminders.yaml").write_text(yaml.safe_dump({"reminders": wrong}), encoding="utf-8")
    with pytest.raises(RuleError):
        load_rules(overlay=tmp_path)


@pytest.mark.parametrize("day_off", ["keep", "next", "previous"])
@pytest.mark.parametrize("count", [1, 15, 250])
def test_nothing_outside_the_window_could_be_told(day_off: DayOff, count: int) -> None:
    """Every day of three years with all their holidays: outside, no reminder has come, or the last one is too old."""
    plan = ReminderPlan(day_off, (count,), True, (count,), 5)
    reach = {due: reminder_days(plan, CALENDAR, due) for due in (date(2024, 1, 1) + timedelta(n) for n in range(1096))}
    for due, days in reach.items():
        first, last = days[0][1].day, days[-1][1].day
        assert due <= reminder_window(plan, first)[1], due
        assert due >= reminder_window(plan, last + timedelta(plan.make_up_days))[0], due
