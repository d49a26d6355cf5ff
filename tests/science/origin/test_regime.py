"""Ozone hints: planted regimes, no lever, too few days, contradiction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from saishang.science.origin.regime import Hint, RegimeRule, afternoon, morning, ratio, verdict, weekend

RULE = RegimeRule(30, 15, 400, 0.95, 11, 8, 20, 0.05)
DAYS = [date(2019, 4, 1) + timedelta(days=n) for n in range(26 * 7)]  # Monday first, 26 weeks
MONTHS = [(day.year, day.month) for day in DAYS]
RANDOM = np.random.default_rng(2)
NOISE = RANDOM.normal(size=(2, len(DAYS)))


def weekends(no2: float, ozone: float) -> tuple[np.ndarray, np.ndarray]:
    ends = np.array([day.isoweekday() >= 6 for day in DAYS])
    return 100 + ozone * ends + NOISE[0], 40 + no2 * ends + NOISE[1]


@pytest.mark.parametrize(
    ("no2", "ozone", "says", "reason"),
    [
        (-10, +8, "voc_limited", ""),
        (-10, -8, "nox_limited", ""),
        (-10, 0, "none", "uncertain"),
        (0, +8, "none", "no_lever"),
        (+10, +8, "none", "no_lever"),
        (-1, +8, "none", "no_lever"),  # below 5 % of 40
    ],
)
def test_weekend(no2: float, ozone: float, says: str, reason: str) -> None:
    ozone_days, no2_days = weekends(no2, ozone)
    found = weekend(DAYS, ozone_days, no2_days, RULE)
    assert (found.says, found.reason) == (says, reason) and found.counts == {"weeks": 26}
    assert found.figures["no2"] == pytest.approx(no2, abs=0.7)


@pytest.mark.parametrize(("weeks", "said"), [(14, False), (15, True)])
def test_weekend_needs_weeks(weeks: int, said: bool) -> None:
    ozone, no2 = weekends(-10, 8)
    size = weeks * 7
    found = weekend(DAYS[:size], ozone[:size], no2[:size], RULE)
    assert (found.says == "voc_limited") == said and (found.reason == "few_days") != said


def test_a_week_without_weekend_does_not_count() -> None:
    ozone, no2 = weekends(-10, 8)
    ozone[5:7] = np.nan
    assert weekend(DAYS, ozone, no2, RULE).counts == {"weeks": 25}


@pytest.mark.parametrize(("slope", "says"), [(0.8, "nox_limited"), (-0.8, "voc_limited"), (0.0, "none")])
def test_afternoon_and_morning(slope: float, says: str) -> None:
    random = np.random.default_rng(3)
    no2 = 30 + 6 * random.normal(size=len(DAYS))
    # Months differ by far more than days: a comparison over all days would only see the months.
    level = np.array([20 * month for _year, month in MONTHS])
    ozone = level + slope * (no2 - 30) + 4 * random.normal(size=len(DAYS))
    assert afternoon(MONTHS, ozone, no2, RULE).says == says
    assert morning(MONTHS, ozone, no2, RULE).says == says


def test_afternoon_thirds_by_hand() -> None:
    months = [(2019, 5)] * 6
    ozone, no2 = np.array([10.0, 20, 30, 40, 50, 60]), np.array([1.0, 2, 3, 4, 5, 6])
    found = afternoon(months, ozone, no2, replace(RULE, least_days=2))
    assert found.counts == {"high": 2, "low": 2} and found.figures["value"] == 40  # 55 − 15
    assert afternoon(months, ozone, no2, replace(RULE, least_days=3)).reason == "few_days"


def test_morning_ranks_against_scipy() -> None:
    from scipy.stats import spearmanr

    random = np.random.default_rng(4)
    no2, ozone = random.normal(size=40).round(1), random.normal(size=40).round(1)
    found = morning([(2019, 6)] * 40, ozone, no2, RULE)
    expected = spearmanr(no2 - no2.mean(), ozone - ozone.mean())[0]
    assert found.figures["value"] == pytest.approx(float(expected))


@pytest.mark.parametrize(
    ("mixing", "says", "reason"),
    [(5, "voc_limited", ""), (12, "none", "between"), (25, "nox_limited", ""), (8, "none", "uncertain")],
)
def test_ratio_is_one_of_volumes(mixing: float, says: str, reason: str) -> None:
    random = np.random.default_rng(6)
    no2 = np.full(60, 20.0)
    ozone = mixing * (1 + 0.05 * random.normal(size=60)) * 20 * 48 / 46.01
    found = ratio(ozone, no2, RULE)
    assert (found.says, found.reason) == (says, reason)
    assert found.figures["value"] == pytest.approx(mixing, rel=0.02)


@pytest.mark.parametrize(("days", "reason"), [(29, "few_days"), (30, "")])
def test_ratio_needs_days(days: int, reason: str) -> None:
    ozone, no2 = np.full(40, 40.0), np.full(40, 20.0)
    ozone[days:] = np.nan
    assert ratio(ozone, no2, RULE).reason == reason


def test_contradiction_is_said_not_averaged() -> None:
    nox, voc, none = (Hint("ratio", says) for says in ("nox_limited", "voc_limited", "none"))  # type: ignore[arg-type]
    assert verdict([nox, nox, voc]) == "contradiction"
    assert verdict([nox, none]) == "nox_limited" and verdict([none, none]) == "none" and verdict([]) == "none"
