"""Lags: bearings, winds along a way, planted delays, and who does not lead."""

from __future__ import annotations

import numpy as np
import pytest

from saishang.science.numbers import InputError
from saishang.science.origin.lags import along, anomalies, bearing, lead, pair_sums

NAN = np.nan
OPTIONS = {"least_days": 20, "draws": 200, "level": 0.9, "seed": 7}


def test_bearings() -> None:
    assert bearing(106, 38, 106, 39) == 0
    assert bearing(106, 39, 106, 38) == 180
    assert bearing(0, 0, 1, 0) == pytest.approx(90)


@pytest.mark.parametrize(
    ("direction", "expected"), [(270, True), (225, True), (315, True), (224.9, False), (90, False), (NAN, False)]
)
def test_wind_along_a_way_to_the_east(direction: float, expected: bool) -> None:
    # A west wind (270°) blows to the east; 45° to either side count.
    assert bool(along(np.array([direction]), 90, 45)[0]) == expected


def test_along_across_north() -> None:
    assert along(np.array([180.0, 150.0, 360.0, 0.0]), 10, 45).tolist() == [True, True, False, False]


def series(seed: int, days: int = 60, lag: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Hours with memory; the second repeats the first `lag` hours later, with noise."""
    random = np.random.default_rng(seed)
    x = np.zeros(days * 24)
    for n in range(1, len(x)):
        x[n] = 0.9 * x[n - 1] + random.normal()
    y = np.roll(x, lag) + random.normal(size=len(x))
    return x.reshape(days, 24), y.reshape(days, 24)


def test_a_planted_delay_is_recovered() -> None:
    a, b = series(3)
    found = lead(pair_sums(a, b, 24), np.ones(60, dtype=bool), **OPTIONS)
    assert found.lag == 5 and found.low is not None and found.low >= 4 and found.high is not None and found.high <= 6
    # The other way round the sign turns.
    assert lead(pair_sums(b, a, 24), np.ones(60, dtype=bool), **OPTIONS).lag == -5


def test_missing_hours_do_not_move_the_delay() -> None:
    a, b = series(4)
    random = np.random.default_rng(1)
    a[random.random(a.shape) < 0.3] = NAN
    b[10:14] = NAN
    found = lead(pair_sums(a, b, 24), np.ones(60, dtype=bool), **OPTIONS)
    assert found.lag == 5 and found.days == 56


@pytest.mark.parametrize(("days", "said"), [(19, False), (20, True)])
def test_least_days(days: int, said: bool) -> None:
    a, b = series(5)
    taken = np.arange(60) < days
    found = lead(pair_sums(a, b, 24), taken, **OPTIONS)
    assert found.days == days and (found.lag is not None) == said


def test_correlation_against_numpy() -> None:
    a, b = series(6)
    sums = pair_sums(a, b, 3)
    found = lead(sums, np.ones(60, dtype=bool), **OPTIONS)
    x, y = a.reshape(-1), b.reshape(-1)
    assert found.lag == 3 and found.correlation == pytest.approx(np.corrcoef(x[:-3], y[3:])[0, 1])
    assert found.at_zero == pytest.approx(np.corrcoef(x, y)[0, 1])


def test_anomalies_lose_the_daily_course_and_the_level() -> None:
    course = 10 * np.exp(np.sin(np.arange(24)))
    rest = anomalies(np.tile(course, (10, 1)) * 3, 5)
    assert np.abs(rest).max() < 1e-12
    with_gap = np.tile(course, (10, 1))
    with_gap[3, 4], with_gap[3, 5] = NAN, 0
    assert np.isnan(anomalies(with_gap, 5)[3, [4, 5]]).all()
    with pytest.raises(InputError):
        anomalies(np.ones((3, 23)), 5)


@pytest.mark.parametrize("days", [1, 2, 3, 4, 5, 6])
def test_a_record_shorter_than_the_window(days: int) -> None:
    # The same every hour: nothing is left, however few the days.
    rest = anomalies(np.full((days, 24), 7.0), 5)
    assert rest.shape == (days, 24) and np.abs(rest).max() < 1e-12


def test_running_mean_by_hand() -> None:
    # Logarithms 0 and 1 by days: with a window of three the slow part is 1/2 on both days of two.
    rest = anomalies(np.exp(np.repeat([[0.0], [1.0]], 24, axis=1)), 3)
    assert rest[:, 0].tolist() == pytest.approx([-0.5, 0.5])
