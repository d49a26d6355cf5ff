"""环办监测〔2016〕120号 (sand and dust) and the good-day arithmetic that follows from it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from saishang.rules import Rules
from saishang.science.air.dust import DustRule, dust_grade, dust_windows, mask_dust_day
from saishang.science.air.from_rules import dust_grades, dust_rule
from saishang.science.air.good_days import GoodDays, good_days, pooled
from saishang.science.numbers import InputError
from saishang.science.rounding import fixed

CALM = [80] * 6
FINE = [40] * 6  # ratio 0.5


@pytest.fixture
def rule(rules: Rules) -> DustRule:
    return dust_rule(rules)


def start(rule: DustRule, coarse: object, fine: object, base: int = 80) -> int | None:
    """Where an episode starts when one hour follows six calm ones."""
    found = dust_windows([base] * 6 + [coarse], [base // 2] * 6 + [fine], rule)
    return found[0].start if found else None


@pytest.mark.parametrize(("coarse", "starts"), [(159, False), (160, True), (161, True)])
def test_start_needs_twice_the_mean_of_six_hours(rule: DustRule, coarse: int, starts: bool) -> None:
    """Start: PM10 at least 2 × the mean of the six hours before (2 × 80)."""
    assert (start(rule, coarse, 20) == 6) is starts


@pytest.mark.parametrize(("coarse", "starts"), [(150, False), ("150.1", True)])
def test_start_needs_more_than_150(rule: DustRule, coarse: object, starts: bool) -> None:
    """Start: PM10 above 150 µg/m³, even where twice the mean is less."""
    assert (start(rule, coarse, 20, base=40) == 6) is starts


@pytest.mark.parametrize(("fine", "starts"), [(60, True), ("60.1", False)])
def test_start_needs_half_the_ratio(rule: DustRule, fine: object, starts: bool) -> None:
    """Start: PM2.5/PM10 at most half its mean over the six hours (240 × 0.25 = 60)."""
    assert (start(rule, 240, fine) == 6) is starts


def test_ratio_test_is_a_named_setting(rule: DustRule) -> None:
    """Start: whether the ratio is required, an alternative or ignored is a setting."""
    assert start(rule, 240, 120) is None
    assert start(replace(rule, ratio_test="ignored"), 240, 120) == 6
    assert start(replace(rule, ratio_test="alternative"), 240, 120) == 6
    assert start(replace(rule, ratio_test="alternative"), 155, 30) == 6  # no doubling, but the ratio fell
    assert start(rule, 240, None) is None


@pytest.mark.parametrize(("back", "ends"), [("88.1", False), (88, True), (60, True), (None, False)])
def test_end_is_within_ten_percent_of_the_mean(rule: DustRule, back: object, ends: bool) -> None:
    """End: the first hour with PM10 at most 10 % above the mean before the start; a missing hour ends nothing."""
    (window,) = dust_windows([*CALM, 400, back], [*FINE, 50, 30], rule)
    assert window.end == (7 if ends else None)


def test_two_episodes_in_one_record(rule: DustRule) -> None:
    """An episode ends before the next can begin; the six hours before it must be in the record."""
    coarse = [*CALM, 400, 80, *CALM, 500, 600, 80]
    fine = [*FINE, 50, 40, *FINE, 60, 60, 40]
    found = dust_windows(coarse, fine, rule)
    assert [(window.start, window.end, window.peak_pm10) for window in found] == [(6, 7, 400), (14, 16, 600)]
    assert dust_windows([400] + [80] * 5, [50] + [40] * 5, rule) == ()


def test_gaps_in_the_six_hours(rule: DustRule) -> None:
    """Hours before the start: four of six suffice, three do not."""
    fine = [*FINE, 50]
    assert dust_windows([None, None, 80, 80, 80, 80, 400], fine, rule)[0].baseline_pm10 == 80
    assert dust_windows([None, None, None, 80, 80, 80, 400], fine, rule) == ()


def test_both_series_have_the_same_hours(rule: DustRule) -> None:
    """Inputs of different length are refused: an hour must mean the same hour."""
    with pytest.raises(InputError, match="PM10 has 7 hours"):
        dust_windows([*CALM, 400], FINE, rule)


def test_exclusion_blanks_particles_and_keeps_gases(rule: DustRule) -> None:
    """Exclusion: PM10 and PM2.5 of the day are blank, nothing is put in their place."""
    values = {"PM10": 212, "PM2.5": 48, "O3": 158, "CO": "0.4"}
    assert mask_dust_day(values, rule, dust=True) == {"PM10": None, "PM2.5": None, "O3": 158, "CO": "0.4"}
    assert mask_dust_day(values, rule, dust=False) == values


@pytest.mark.parametrize(
    ("peak", "grade"),
    [
        ("599.9", None),
        (600, 1),
        (999, 1),
        (1000, 2),
        (1320, 2),
        (1880, 2),
        (2000, 3),
        (3999, 3),
        (4000, 4),
        (None, None),
    ],
)
def test_grade_by_the_hourly_peak(rules: Rules, peak: object, grade: int | None) -> None:
    """Grades: 0.6, 1, 2 and 4 mg/m³; a 2016 bulletin of Ningxia with peaks of 1.32 and 1.88 says level 2."""
    assert dust_grade(peak, dust_grades(rules)) == grade


def test_deducted_days_become_good_and_stay_in_the_denominator() -> None:
    """Assessment: Yinchuan 2025, 365 days, 55 polluted, 12 deducted: 322 good, 88.2 % (not 310/353 = 87.8)."""
    found = good_days(365, 55, abnormal_dust=12)
    assert (found.good, found.days) == (322, 365)
    assert found.percent is not None and fixed(found.percent, 1) == "88.2"


def test_a_region_pools_the_days_of_its_cities() -> None:
    """Region: Ningxia, first quarter of 2016, 287 of 455 days = 63.1 %."""
    cities = {str(place): GoodDays(good, 91) for place, good in enumerate((51, 51, 56, 62, 67))}
    region = pooled(cities)
    assert (region.good, region.days) == (287, 455)
    assert region.percent is not None and fixed(region.percent, 1) == "63.1"


def test_no_valid_day_has_no_share() -> None:
    """Share of good days: nothing measured is not 0 % and not 100 %."""
    assert good_days(0, 0).percent is None


@pytest.mark.parametrize(("days", "polluted", "dust"), [(10, 11, 0), (10, -1, 0), (10, 5, 6), (10, 5, -1)])
def test_counts_must_fit(days: int, polluted: int, dust: int) -> None:
    """Share of good days: polluted days are among the valid, deducted ones among the polluted."""
    with pytest.raises(InputError):
        good_days(days, polluted, abnormal_dust=dust)


def test_percent_is_exact() -> None:
    """Share of good days: unrounded until it is printed."""
    assert GoodDays(1, 3).percent == Fraction(100, 3)
