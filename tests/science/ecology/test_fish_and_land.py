"""Fish against the base year, sandy and saline land by grade: hand figures and edges."""

from __future__ import annotations

from fractions import Fraction

import pytest

from saishang.rules import load_rules
from saishang.science.ecology.degraded import LandUnit, grade_shares
from saishang.science.ecology.fish import Haul, reach_changes, river_change
from saishang.science.ecology.from_rules import scale
from saishang.science.ecology.reserves import Catch

SCALES = {name: scale(load_rules(), name) for name in ("sandy_cover", "salt_1", "salt_2")}


def haul(key: str, reach: str, year: int, mass: str, hours: str = "24", gear: str = "net", month: int = 9) -> Haul:
    return Haul(key, reach, year, year == 2020, Catch(mass, hours, gear, month))


def test_a_reach_against_its_base_year() -> None:
    hauls = [haul("A1", "A", 2020, "12", "48"), haul("A2", "A", 2022, "10"), haul("A3", "A", 2022, "5")]
    base, now = reach_changes(hauls)
    # 12 kg in 48 h = 0.25; 15 kg in 48 h = 0.3125; a quarter more.
    assert (base.change, now.base, now.current, now.change) == (0, Fraction(1, 4), Fraction(5, 16), 25)
    assert now.keys == ("A1", "A2", "A3")


@pytest.mark.parametrize(
    ("other", "reason"),
    [({"gear": "trawl"}, "no_base_year"), ({"month": 8}, "no_base_year"), ({"hours": "0"}, "parts_refused")],
)
def test_other_gear_month_or_no_effort_is_not_compared(other: dict[str, object], reason: str) -> None:
    found = reach_changes([haul("A1", "A", 2020, "12"), haul("A2", "A", 2022, "10", **other)])  # type: ignore[arg-type]
    change = next(change for change in found if change.year == 2022)
    assert change.change is None and change.reason.startswith(reason)


def test_two_base_years_and_years_before_it_are_not_compared() -> None:
    twice = [haul("A1", "A", 2020, "12"), Haul("A2", "A", 2021, True, Catch("9", "24", "net", 9))]
    assert [change.reason for change in reach_changes(twice)] == ["base_year_unclear"] * 2
    before = reach_changes([haul("A0", "A", 2019, "3"), haul("A1", "A", 2020, "12")])[0]
    assert (before.change, before.reason) == (None, "before_base_year")


def test_the_river_pools_catch_and_effort_of_the_reaches_that_can_be_compared() -> None:
    hauls = [
        haul("A1", "A", 2020, "12"), haul("A2", "A", 2022, "18"), haul("B1", "B", 2020, "36", "48"),
        haul("B2", "B", 2022, "36", "48"), haul("C2", "C", 2022, "90"),
    ]  # fmt: skip
    found = river_change(hauls, 2022)
    # 48 kg in 72 h against 54 kg in 72 h.
    assert (found.change, found.reaches, found.compared, found.reason) == (Fraction(25, 2), 3, 2, "reaches_short")
    assert river_change(hauls[:4], 2022).reason == ""


def test_different_gear_makes_no_figure_of_the_river() -> None:
    hauls = [haul("A1", "A", 2020, "12"), haul("A2", "A", 2022, "18")]
    hauls += [haul("B1", "B", 2020, "12", gear="trawl"), haul("B2", "B", 2022, "18", gear="trawl")]
    found = river_change(hauls, 2022)
    assert (found.change, found.reason) == (None, "gear_differs")


def unit(key: str, area: int, measured: str | None, of: str = "sandy_cover") -> LandUnit:
    kind = "sandy" if of == "sandy_cover" else "saline"
    return LandUnit(key, kind, Fraction(area), None if measured is None else Fraction(measured), of)


def test_areas_by_grade_at_the_edges_of_cover() -> None:
    # 40 belongs to light, just below it to medium; 25 to medium, 10 to heavy.
    units = [
        unit("a", 10, "40"),
        unit("b", 20, "39.99"),
        unit("c", 30, "25"),
        unit("d", 25, "10"),
        unit("e", 15, "9.9"),
    ]
    assert grade_shares(units, SCALES) == {1: (10, 10), 2: (50, 50), 3: (25, 25), 4: (15, 15)}


def test_the_series_of_salt_decides_the_grade() -> None:
    units = [unit("a", 1, "2.5", "salt_1"), unit("b", 3, "2.5", "salt_2")]
    assert grade_shares(units, SCALES) == {1: (3, 75), 2: (1, 25)}


def test_a_unit_that_nobody_measured_leaves_no_share() -> None:
    assert grade_shares([unit("a", 1, "30"), unit("b", 1, None)], SCALES) is None
