"""State of a target: every boundary just below, at and above."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from saishang.science.targets import (
    Goal,
    PathPoint,
    Tolerance,
    entered_path,
    judge,
    level_after_change,
    satisfies,
    stepped_path,
    straight_path,
)

PM = Goal(D(30), "<=", 2027)
# 33 in 2020 → 30 in 2027: 3/7 a year, so 2024 expects 33 − 12/7 = 31.2857…
PATH = straight_path(PathPoint(2020, D(33)), [PathPoint(2027, D(30)), PathPoint(2035, D(28))])


def _judge(value: str | None, year: int | None, goal: Goal = PM, as_of: int = 2024, direction: str = "lower"):
    return judge(
        goal,
        None if value is None else D(value),
        year,
        direction=direction,  # type: ignore[arg-type]
        path=PATH,
        as_of_year=as_of,
        max_age_years=2,
        tolerance=Tolerance(D(5)),
    )


def test_path_is_straight_between_its_goals() -> None:
    by_year = {p.year: p.value for p in PATH}
    assert sorted(by_year) == list(range(2020, 2036))
    assert by_year[2027] == 30 and by_year[2031] == 29 and by_year[2035] == 28
    assert abs(by_year[2024] - (D(33) - D(12) / 7)) < D("1e-20")


@pytest.mark.parametrize("years", [(2020, 2020), (2020, 2019)])
def test_path_refuses_goals_that_are_not_later(years: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="later goal years"):
        straight_path(PathPoint(years[0], D(1)), [PathPoint(years[1], D(2))])


@pytest.mark.parametrize(
    ("value", "year", "status"),
    [
        ("30", 2024, "on_track"),  # at the goal's level three years early
        ("31.2", 2024, "on_track"),  # just better than 31.2857
        ("31.3", 2024, "at_risk"),  # just worse; band is 5 % of 30 = 1.5 → to 32.7857
        ("32.7", 2024, "at_risk"),
        ("32.8", 2024, "off_track"),
        ("30", 2027, "met"),
        ("31", 2027, "off_track"),
        ("29", 2028, "met"),
    ],
)
def test_states_along_the_path(value: str, year: int, status: str) -> None:
    assert _judge(value, year, as_of=year).status == status


@pytest.mark.parametrize(
    ("value_year", "as_of", "over", "status"),
    [
        (2027, 2027, True, "met"),
        (2027, 2027, False, "on_track"),  # the year may still take it back
        (2027, 2028, False, "met"),
        (2028, 2028, False, "met"),
        (2026, 2027, False, "on_track"),
    ],
)
def test_a_goal_is_met_only_when_its_year_is_over(value_year: int, as_of: int, over: bool, status: str) -> None:
    result = judge(
        PM, D(30), value_year, direction="lower", path=PATH, as_of_year=as_of, max_age_years=2,
        tolerance=Tolerance(D(5)), year_over=over,
    )  # fmt: skip
    assert result.status == status


@pytest.mark.parametrize(
    ("base", "amount", "change", "comparator", "percent", "level"),
    [
        ("50", "18", "drop", ">=", True, ("41", "<=")),
        ("50", "18", "drop", ">", True, ("41", "<")),
        ("50", "18", "drop", "<=", True, ("41", ">=")),  # 下降不超过18%
        ("50", "18", "drop", "~", True, ("41", "<=")),
        ("50", "18", "rise", "=", True, ("59", ">=")),
        ("76", "2", "rise", ">=", False, ("78", ">=")),
        ("10", "3", "drop", ">=", False, ("7", "<=")),
    ],
)
def test_a_change_means_a_level(
    base: str, amount: str, change: str, comparator: str, percent: bool, level: tuple[str, str]
) -> None:
    found = level_after_change(D(base), D(amount), change, comparator, percent=percent)  # type: ignore[arg-type]
    assert found == (D(level[0]), level[1])


def test_a_missing_value_is_never_a_pass() -> None:
    assert _judge(None, None).status == "not_evaluated"


def test_a_stale_value_is_not_evaluated_and_says_so() -> None:
    assert _judge("29", 2022, as_of=2024).status == "on_track"
    stale = _judge("29", 2021, as_of=2024)
    assert (stale.status, stale.reason, stale.detail["value_year"]) == ("not_evaluated", "value_too_old", 2021)


def test_a_withheld_goal_is_undetermined_whatever_the_value() -> None:
    assert _judge("29", 2024, Goal(None, ">=", 2035, undetermined=True)).status == "undetermined"


def test_a_standing_state_is_judged_now() -> None:
    assert _judge("0", 2024, Goal(D(0), "<=", None)).status == "met"
    assert _judge("1", 2024, Goal(D(0), "<=", None)).status == "off_track"


def test_without_a_baseline_only_the_distance_is_told() -> None:
    result = judge(
        Goal(D(45), ">=", 2027), D(40), 2024, direction="higher", path=(), as_of_year=2024, max_age_years=2,
        tolerance=Tolerance(D(5)),
    )  # fmt: skip
    assert (result.status, result.distance) == ("not_evaluated", D(-5))


@pytest.mark.parametrize(
    ("value", "comparator", "direction", "kept"),
    [
        ("60", "=", "higher", True),
        ("61", "=", "higher", True),
        ("59", "=", "higher", False),
        ("60", ">", "higher", False),
        ("60.1", ">", "higher", True),
        ("30", "<", "lower", False),
        ("29.9", "<", "lower", True),
        ("31", "~", "lower", False),
        ("7", "=", "equal", False),
    ],
)
def test_comparators(value: str, comparator: str, direction: str, kept: bool) -> None:
    goal = D(60) if direction == "higher" else D(30) if direction == "lower" else D(6)
    assert satisfies(D(value), comparator, goal, direction) is kept  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "status"), [("31.9", "on_track"), ("32", "at_risk"), ("33", "at_risk"), ("33.1", "off_track")]
)
def test_a_tolerance_in_the_unit_itself_just_below_at_and_above(value: str, status: str) -> None:
    # The path expects 31.9 in 2024; one unit of tolerance and a bit: at risk up to 33.0.
    path = [PathPoint(2020, D(33)), PathPoint(2024, D("31.9"))]
    found = judge(
        Goal(D(30), "<=", 2027), D(value), 2024, direction="lower", path=path, as_of_year=2025, max_age_years=2,
        tolerance=Tolerance(D("1.1"), "unit"),
    )  # fmt: skip
    assert found.status == status


def test_a_tolerance_of_nothing_knows_no_risk() -> None:
    found = judge(
        Goal(D(30), "<=", 2027), D("31.01"), 2024, direction="lower", path=[PathPoint(2024, D(31))], as_of_year=2025,
        max_age_years=2, tolerance=Tolerance(D(0)),
    )  # fmt: skip
    assert (found.status, found.reason) == ("off_track", "far_behind")


def test_a_year_that_an_entered_path_leaves_out_is_told_as_such() -> None:
    options = {"direction": "lower", "as_of_year": 2025, "max_age_years": 2, "tolerance": Tolerance(D(5))}
    path = entered_path([PathPoint(2025, D(31)), PathPoint(2027, D(30))])
    found = judge(Goal(D(30), "<=", 2027), D(32), 2024, path=path, path_entered=True, **options)  # type: ignore[arg-type]
    assert (found.status, found.reason, found.distance) == ("not_evaluated", "path_not_entered", 2)
    steps = stepped_path(PathPoint(2020, D(33)), [PathPoint(2027, D(30))])
    found = judge(Goal(D(30), "<=", 2027), D(33), 2024, path=steps, **options)  # type: ignore[arg-type]
    assert (found.status, found.expected) == ("on_track", 33)
