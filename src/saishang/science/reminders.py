"""Reminders of what is due (到期提醒): on which days before and after a due day people are told.

Days before and after are working days of the State Council's calendar; where a year's holidays are not known, only
weekends are off, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from saishang.rules import Rules
from saishang.science.clocks import DayOff, DueDay, WorkingDays

__all__ = ["Reminder", "ReminderPlan", "reminder_days", "reminder_plan", "reminder_today", "reminder_window"]


@dataclass(frozen=True, slots=True)
class ReminderPlan:
    """When people are reminded.

    Attributes
    ----------
    before, after:
        Working days before and after the due day.
    make_up_days:
        Calendar days for which a reminder that was not made on its day is still made.
    """

    day_off: DayOff
    before: tuple[int, ...]
    on_the_day: bool
    after: tuple[int, ...]
    make_up_days: int


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is to be told today about a thing that is due.

    Attributes
    ----------
    stage:
        Which of the plan's days it belongs to: -3 = three working days before, 0 = the day itself, 7 = seven after.
    due:
        The due day, moved where the plan moves days on which nobody works.
    days:
        Working days left (negative) or late (positive) as of today.
    complete:
        False when the holidays of a year on the way are not known.
    """

    stage: int
    due: date
    days: int
    complete: bool


def reminder_plan(rules: Rules, provider: str = "") -> ReminderPlan:
    """The plan of the rules (`reminders.yaml`), with what differs for a provider of due things."""
    said = rules.document("reminders")["reminders"]
    said = {**said, **said["providers"].get(provider, {})}
    return ReminderPlan(
        said["day_off"], tuple(said["before"]), bool(said["on_the_day"]), tuple(said["after"]),
        int(said["make_up_days"]),
    )  # fmt: skip


def reminder_days(plan: ReminderPlan, calendar: WorkingDays, due: date) -> list[tuple[int, DueDay]]:
    """Stage and day of every reminder of a thing that is due on a day, the earliest first."""

    def days() -> Iterator[tuple[int, DueDay]]:
        for count in sorted(plan.before, reverse=True):
            yield -count, calendar.before(moved.day, count)
        if plan.on_the_day:
            yield 0, DueDay(moved.day, True)
        for count in sorted(plan.after):
            yield count, calendar.after(moved.day, count)

    moved = calendar.shift(due, plan.day_off)
    return [(stage, DueDay(day.day, day.complete and moved.complete)) for stage, day in days()]


def reminder_today(plan: ReminderPlan, calendar: WorkingDays, due: date, today: date) -> Reminder | None:
    """The latest reminder whose day has come; None before the first one, and when it is too old to be made up for.

    Only the latest: who learns late that something is due needs one word, not all that were missed.
    """
    first, last = reminder_window(plan, today)
    if not first <= due <= last:
        return None
    moved = calendar.shift(due, plan.day_off)
    come = [(stage, day) for stage, day in reminder_days(plan, calendar, due) if day.day <= today]
    if not come:
        return None
    stage, day = come[-1]
    if (today - day.day).days > plan.make_up_days:
        return None
    days = calendar.late(moved.day, today) - calendar.left(today, moved.day)
    return Reminder(stage, moved.day, days, day.complete)


def reminder_window(plan: ReminderPlan, today: date) -> tuple[date, date]:
    """First and last due day of which anything can be told today: for whoever looks for due things in a long list."""
    before, after = (max(days, default=0) for days in (plan.before, plan.after))
    # In any 2n + 20 days there are n working days and the longest holidays twice over: at least two of seven days are
    # off in every week, and no holidays have been longer than nine days.
    return (
        today - timedelta(2 * after + 20 + plan.make_up_days),
        today + timedelta(2 * before + 20),
    )
