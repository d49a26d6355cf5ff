"""Against which goal a place's year is held: its own part of a split target, else the region's; no invented one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from saishang.apps.indicators import outlook_marks, queries
from saishang.apps.indicators.outlook_data import RunDays

DAYS = cast(RunDays, SimpleNamespace(run="r", region="640000", cities=("640100", "640200"), as_of=date(2026, 6, 30)))


def _row(region: str, goal: str, year: int, **setting: Any) -> SimpleNamespace:
    return SimpleNamespace(
        target="G02", indicator="air.pm25.mean", region=region, goal=Decimal(goal), year=year, comparator="<=",
        setting=setting, parent=setting.get("parent", ""),
    )  # fmt: skip


def _goals(monkeypatch: pytest.MonkeyPatch, *rows: SimpleNamespace) -> dict[str, Any]:
    monkeypatch.setattr(queries, "target_rows", lambda run, parts: list(rows))
    found = outlook_marks.next_goals(DAYS)
    return {place: marks.get("air.pm25.mean") for place, marks in found.items()}


def test_a_city_is_held_against_its_own_part_and_others_against_the_region(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _goals(
        monkeypatch, _row("640000", "30", 2027), _row("640100", "31", 2027, parent="640000"),
        _row("640000", "28", 2035), _row("640100", "29", 2035, parent="640000"),
    )  # fmt: skip
    assert {place: (str(mark.value), mark.part) for place, mark in found.items()} == {
        "640000": ("30", False), "640100": ("31", True), "640200": ("30", False),
    }  # fmt: skip


@pytest.mark.parametrize(("year", "value"), [(2025, "30"), (2026, "31"), (2027, "31")])
def test_a_part_whose_year_is_over_asks_nothing_more(monkeypatch: pytest.MonkeyPatch, year: int, value: str) -> None:
    found = _goals(monkeypatch, _row("640000", "30", 2027), _row("640100", "31", year, parent="640000"))
    assert str(found["640100"].value) == value


def test_an_invented_part_is_nobodys_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (_row("640000", "30", 2027), _row("640100", "99", 2027, parent="640000", demonstration=True))
    assert str(_goals(monkeypatch, *rows)["640100"].value) == "30"
