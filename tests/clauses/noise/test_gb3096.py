"""GB 3096-2008, GB 12348-2008, GB 22337-2008, GB 12523: limits, sudden noise, editions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Literal

import pytest

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.noise.compliance import Place, boundary_level, pass_rate, sudden_check, zone_check
from saishang.science.noise.from_rules import background_rule, noise_limits

DAY = date(2026, 6, 1)
#: Place, class → day / night [dB(A)], typed by hand.
LIMITS: dict[tuple[Place, str], str] = {
    ("ambient", "0"): "50 40", ("ambient", "1"): "55 45", ("ambient", "2"): "60 50", ("ambient", "3"): "65 55",
    ("ambient", "4a"): "70 55", ("ambient", "4b"): "70 60",
    ("industrial_boundary", "0"): "50 40", ("industrial_boundary", "1"): "55 45", ("industrial_boundary", "2"): "60 50",
    ("industrial_boundary", "3"): "65 55", ("industrial_boundary", "4"): "70 55",
    ("social_boundary", "0"): "50 40", ("social_boundary", "1"): "55 45", ("social_boundary", "2"): "60 50",
    ("social_boundary", "3"): "65 55", ("social_boundary", "4"): "70 55",
    ("construction", "-"): "70 55",
}  # fmt: skip
CASES = [
    (place, zone, period, Fraction(text))
    for (place, zone), pair in LIMITS.items()
    for period, text in zip(("day", "night"), pair.split(), strict=True)
]


@pytest.mark.parametrize(("place", "zone", "period", "limit"), CASES)
def test_limits_just_below_at_and_just_above(
    rules: Rules, place: Place, zone: str, period: Literal["day", "night"], limit: Fraction
) -> None:
    """Equal to the limit attains; a tenth of a decibel above does not."""
    limits = noise_limits(rules, DAY)
    found = [
        zone_check(limit + step, place, zone, period, limits)
        for step in (Fraction(-1, 10), Fraction(0), Fraction(1, 10))
    ]
    assert [check.attains for check in found] == [True, True, False]
    assert [check.excess for check in found] == [0, 0, Fraction(1, 10)]


def test_there_is_no_other_class(rules: Rules) -> None:
    limits = noise_limits(rules, DAY).limits
    assert {(place, zone) for place, zone, _ in limits} == set(LIMITS)


@pytest.mark.parametrize(("level", "attains"), [("50.04", True), ("50.05", True), ("50.06", False)])
def test_a_level_is_compared_as_it_is_reported(rules: Rules, level: str, attains: bool) -> None:
    """To 0.1 dB, half to even: 50.05 is reported as 50.0."""
    assert zone_check(level, "ambient", "2", "night", noise_limits(rules, DAY)).attains is attains


def test_a_missing_level_neither_attains_nor_fails(rules: Rules) -> None:
    check = zone_check(None, "ambient", "2", "day", noise_limits(rules, DAY))
    assert (check.attains, check.excess, check.limit) == (None, None, 60)


@pytest.mark.parametrize(("maximum", "attains"), [("59.9", True), ("60", True), ("60.1", False)])
def test_clause_5_4_sudden_noise_by_night_at_most_15_dB_over(rules: Rules, maximum: str, attains: bool) -> None:
    """Class 1: 45 + 15 = 60."""
    limits = noise_limits(rules, DAY)
    assert sudden_check(maximum, "ambient", "1", limits).attains is attains
    assert sudden_check(maximum, "ambient", "2", limits, night_limit=45).attains is attains


@pytest.mark.parametrize(("maximum", "attains"), [("59.9", True), ("60", True), ("60.1", False)])
def test_gb12348_frequent_sudden_noise_at_most_10_dB_over(rules: Rules, maximum: str, attains: bool) -> None:
    """Class 2 boundary: 50 + 10 = 60; occasional noise may go to 65."""
    limits = noise_limits(rules, DAY)
    assert sudden_check(maximum, "industrial_boundary", "2", limits, frequent=True).attains is attains
    assert sudden_check("65", "industrial_boundary", "2", limits).attains is True
    with pytest.raises(SaishangError, match="no rule"):
        sudden_check("60", "ambient", "2", limits, frequent=True)


@pytest.mark.parametrize(
    ("day", "edition"),
    [(date(2012, 7, 1), "GB 12523-2011"), (date(2025, 12, 31), "GB 12523-2011"), (date(2026, 1, 1), "GB 12523-2025")],
)
def test_gb12523_changes_on_the_first_of_january_2026(rules: Rules, day: date, edition: str) -> None:
    assert noise_limits(rules, day).limit("construction", "-", "day").edition == edition


def test_gb12523_2025_limits_are_marked_as_not_read(rules: Rules) -> None:
    rows = rules.table("standards/noise/limits").find(edition="GB 12523-2025")
    assert {row["status"] for row in rows} == {"unconfirmed"} and len(rows) == 2


def test_before_july_2012_construction_has_no_limit_here(rules: Rules) -> None:
    with pytest.raises(SaishangError, match="no class"):
        noise_limits(rules, date(2012, 6, 30)).limit("construction", "-", "day")


def test_an_unknown_class_names_those_that_exist(rules: Rules) -> None:
    with pytest.raises(SaishangError) as caught:
        zone_check(50, "ambient", "5", "day", noise_limits(rules, DAY))
    assert "4a, 4b" in str(caught.value)


@pytest.mark.parametrize(
    ("background", "level"),
    [
        ("57.6", None),  # 2.4 rounds to 2
        ("57.5", None),  # 2.5 rounds to even: 2
        ("57.4", "57.0"),  # 2.6 rounds to 3: 60 - 3
        ("57", "57.0"), ("56", "58.0"), ("55", "58.0"), ("54", "59.0"), ("50", "59.0"),
        ("49.5", "59.0"),  # 10.5 rounds to even: 10
        ("49.4", "60.0"), ("40", "60.0"),
    ],
)  # fmt: skip
def test_correction_by_the_background(rules: Rules, background: str, level: str | None) -> None:
    """Measured 60 dB: differences of 3, 4–5, 6–10 and above 10 take off 3, 2, 1 and 0; below 3 is not valid."""
    found = boundary_level(60, background, background_rule(rules))
    assert found == (None if level is None else Fraction(level))


def test_pass_rate_counts_point_times() -> None:
    """Seven of eight: 87.5%; the ninth was not evaluated."""
    found = pass_rate([True] * 7 + [False, None])
    assert (found.passed, found.evaluated, found.not_evaluated, str(found.percent)) == (7, 8, 1, "87.5")
    assert pass_rate([None]).percent is None
