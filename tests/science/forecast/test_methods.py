"""Methods with known answers: planted trends, seasons and bounds; how often the band holds."""

from __future__ import annotations

import numpy as np
import pytest

from saishang.science.forecast.methods import (
    damped,
    generator,
    logit_theil_sen,
    on_logit,
    persistence,
    random_walk,
    state_space,
    theil_sen,
)


def band(draws: np.ndarray) -> tuple[float, float, float]:
    low, median, high = (float(q) for q in np.quantile(draws, [0.1, 0.5, 0.9]))
    return low, median, high


def test_persistence_by_hand() -> None:
    months = {24: 5.0, 25: 6.0, 36: 7.0}
    assert persistence(months, [37, 48, 40]) == [7.0, 7.0, 7.0]
    # January (36) and February (25) of earlier years; of May there is none, so the last value stands.
    assert persistence(months, [48, 49, 40], season=12) == [7.0, 6.0, 7.0]


def test_an_exact_line_goes_on_exactly() -> None:
    points = {year: 60.0 - 2 * (year - 2010) for year in range(2010, 2022)}
    draws = theil_sen(points, [2025], generator(1, "line"))
    assert band(draws[:, 0]) == pytest.approx((30.0, 30.0, 30.0))


def test_a_bad_year_does_not_bend_the_line() -> None:
    points = {year: 60.0 - 2 * (year - 2010) for year in range(2010, 2022)} | {2020: 95.0}
    _, median, _ = band(theil_sen(points, [2025], generator(1, "outlier"))[:, 0])
    assert abs(median - 30) < 2  # least squares would say 44


def test_gaps_between_years_count() -> None:
    points = {2010: 60.0, 2011: 58.0, 2014: 52.0, 2017: 46.0, 2018: 44.0, 2021: 38.0}
    assert band(theil_sen(points, [2024], generator(1, "gaps"))[:, 0])[1] == pytest.approx(32.0)


@pytest.mark.parametrize("n", [8, 12])
def test_eight_bands_in_ten_hold_what_comes(n: int) -> None:
    # 200 trends with independent errors: the share of held bands has a standard deviation of 2.8 points.
    made = np.random.default_rng(7)
    held = 0
    for number in range(200):
        values = 40 - 1.2 * np.arange(n + 2) + made.normal(0, 3, n + 2)
        points = {step: float(values[step]) for step in range(n)}
        low, _, high = band(theil_sen(points, [n + 1], generator(1, str(number)), draws=300)[:, 0])
        held += low <= values[n + 1] <= high
    assert 0.72 <= held / 200 <= 0.88


def test_shares_stay_within_their_bounds() -> None:
    points = {2015 + k: share for k, share in enumerate([70.0, 78.0, 85.0, 90.0, 93.5, 96.0, 97.5, 98.5])}
    draws = logit_theil_sen(points, [2023, 2030], generator(1, "share"))
    assert draws.min() > 0 and draws.max() < 100
    assert 98.5 < band(draws[:, 0])[1] < band(draws[:, 1])[1] < 100
    # A straight line through the same years would be past 100 % in 2023.
    assert band(theil_sen(points, [2023], generator(1, "share"))[:, 0])[1] > 100
    # 0 and 100 % have no logit; they are taken as half a tenth from the end.
    assert np.isfinite(logit_theil_sen({1: 0.0, 2: 50.0, 3: 100.0}, [4], generator(1, "ends"))).all()


def season(step: int) -> float:
    return float(np.exp(3.6 + 0.4 * np.cos(2 * np.pi * step / 12)))


def test_a_season_is_found_across_missing_months() -> None:
    made = np.random.default_rng(3)
    points = {k: season(k) * float(np.exp(made.normal(0, 0.05))) for k in range(60) if not 25 <= k < 37}
    draws = state_space(points, [60, 63, 66], generator(1, "season"))
    for column, step in enumerate((60, 63, 66)):
        low, median, high = band(draws[:, column])
        assert median == pytest.approx(season(step), rel=0.12)
        assert low < season(step) < high


def test_bands_of_months_hold() -> None:
    made = np.random.default_rng(11)
    held = 0
    for number in range(40):
        values = [season(k) * float(np.exp(made.normal(0, 0.15))) for k in range(39)]
        draws = state_space(
            {k: values[k] for k in range(36)}, [36, 37, 38], generator(1, f"m{number}"), draws=300
        ).mean(axis=1)
        low, _, high = band(draws)
        held += low <= float(np.mean(values[36:])) <= high
    # Forty checks: 0.8 with a standard deviation of 6 points; parameters count as known, so a little narrow.
    assert 0.62 <= held / 40 <= 0.95


def test_same_name_same_draws() -> None:
    points = {k: float(k % 3) + k for k in range(10)}
    first, second = (theil_sen(points, [12], generator(5, "a")) for _ in range(2))
    assert (first == second).all()
    assert (theil_sen(points, [12], generator(5, "b")) != first).any()
    months = {k: season(k) for k in range(30)}
    one, two = (state_space(months, [30, 31], generator(5, "a"), draws=50) for _ in range(2))
    assert (one == two).all()


def test_a_damped_trend_by_hand() -> None:
    """Two less a year from 38 on; four fifths of the pace each year: 38 − 2 (0.8 + 0.64) after two."""
    points = {year: 60.0 - 2 * (year - 2010) for year in range(2010, 2022)}
    draws = damped(points, [2022, 2023], generator(1, "slow"), damping=0.8)
    assert band(draws[:, 0]) == pytest.approx((36.4, 36.4, 36.4))
    assert band(draws[:, 1]) == pytest.approx((35.12, 35.12, 35.12))


def test_a_random_walk_stays_in_the_middle() -> None:
    """Changes +3, −3, +3, −3 end where they began: no pace, a spread of 3, Student's t with four degrees."""
    points = {1: 10.0, 2: 13.0, 3: 10.0, 4: 13.0, 5: 10.0}
    draws = random_walk(points, [6, 9], generator(1, "walk"), draws=20000)
    low, median, high = band(draws[:, 0])
    assert median == pytest.approx(10.0) and high - 10 == pytest.approx(1.533 * 3, rel=0.04)
    assert 10 - low == pytest.approx(1.533 * 3, rel=0.04)
    # Four years ahead it is twice as wide.
    assert band(draws[:, 1])[2] - 10 == pytest.approx(2 * 1.533 * 3, rel=0.04)
    shares = on_logit(random_walk)({1: 85.0, 2: 80.0, 3: 95.0}, [4], generator(1, "share"))
    assert shares.min() >= 0 and shares.max() <= 100 and band(shares[:, 0])[1] == pytest.approx(95.0)
