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


def test_the_worst_of_a_cell() -> None:
    assert worst({"verified": 9, "late": 1}) == "late"
    assert worst({"verified": 9, "on_time": 1}) == "on_time"
    assert worst({"verified": 2}) == "verified"
    assert worst({}) is None
    assert worst({"late": 0}) is None
    assert len(set(STANDINGS)) == 10
