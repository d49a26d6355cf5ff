"""Standing of items: every boundary by hand."""

from __future__ import annotations

from datetime import date

import pytest

from saishang.science.execution.standing import STANDINGS, standing, worst

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("state", "start", "due", "expected"),
    [
        ("active", None, date(2026, 11, 29), "late"),
        ("active", None, TODAY, "due_soon"),  # the due day itself is still in time
        ("active", None, date(2026, 12, 30), "due_soon"),  # 30 days ahead
        ("active", None, date(2026, 12, 31), "on_time"),
        ("active", date(2026, 12, 1), date(2027, 12, 31), "not_begun"),
        ("active", TODAY, date(2027, 12, 31), "on_time"),
        ("active", date(2026, 12, 1), date(2026, 12, 15), "due_soon"),
        ("active", None, None, "no_day"),
        ("active", date(2026, 12, 1), None, "not_begun"),
        ("draft", None, date(2026, 1, 1), "draft"),
        ("proposed", None, date(2026, 1, 1), "draft"),
        ("done", None, date(2026, 1, 1), "done"),
        ("verified", None, date(2026, 1, 1), "verified"),
        ("paused", None, date(2026, 1, 1), "paused"),
        ("cancelled", None, date(2026, 1, 1), "cancelled"),
    ],
)
def test_standing(state: str, start: date | None, due: date | None, expected: str) -> None:
    assert standing(state, start, due, TODAY, 30) == expected


@pytest.mark.parametrize(
    ("kind", "cadence", "start", "due", "report_due", "expected"),
    [
        ("duty", "year", None, None, None, "continuing"),
        ("duty", "month", TODAY, None, date(2026, 12, 1), "continuing"),  # the report is due tomorrow
        ("duty", "month", None, None, TODAY, "continuing"),  # the due day of a report is still in time, too
        ("duty", "month", None, None, date(2026, 11, 29), "unreported"),
        ("duty", "year", date(2026, 12, 1), None, date(2026, 11, 29), "not_begun"),
        # With a day it ends, and is judged by it; its reports are counted beside.
        ("duty", "year", None, date(2026, 12, 31), date(2026, 11, 29), "on_time"),
        ("duty", "year", None, date(2026, 11, 29), None, "late"),
        # Nobody reports on it: nothing tells how it stands.
        ("duty", "", None, None, None, "no_day"),
        ("duty", "", None, None, date(2026, 11, 29), "no_day"),
        # What ends at some time should say when.
        ("measure", "month", None, None, None, "no_day"),
        ("action", "month", None, None, date(2026, 11, 29), "no_day"),
        ("project", "year", None, None, None, "no_day"),
    ],
)
def test_a_duty_that_goes_on_is_judged_by_its_reports(
    kind: str, cadence: str, start: date | None, due: date | None, report_due: date | None, expected: str
) -> None:
    found = standing("active", start, due, TODAY, 30, kind=kind, cadence=cadence, report_due=report_due)
    assert found == expected
    for state in ("draft", "proposed", "done", "verified", "paused", "cancelled"):
        other = standing(state, start, due, TODAY, 30, kind=kind, cadence=cadence, report_due=report_due)
        assert other == ("draft" if state == "proposed" else state)


def test_the_worst_of_a_cell() -> None:
    assert worst({"verified": 9, "late": 1}) == "late"
    assert worst({"verified": 9, "on_time": 1}) == "on_time"
    assert worst({"verified": 2}) == "verified"
    assert worst({}) is None
    assert worst({"late": 0}) is None
    assert worst({"continuing": 9, "unreported": 1, "due_soon": 1}) == "unreported"
    assert worst({"unreported": 9, "late": 1}) == "late"
    assert worst({"continuing": 9, "no_day": 1}) == "continuing"
    assert len(set(STANDINGS)) == 12
