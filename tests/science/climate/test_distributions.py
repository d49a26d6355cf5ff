"""Distributions against a second method: SciPy's own, and fits of samples whose parameters are known."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from saishang.science.climate.distributions import Gamma, LogLogistic, fit_gamma, fit_log_logistic, standard_score
from saishang.science.numbers import InputError


@given(st.floats(0.2, 20), st.floats(0.5, 200), st.floats(0.001, 1000))
def test_gamma_as_scipy_has_it(alpha: float, beta: float, rain: float) -> None:
    ours = Gamma(alpha, beta).probability(rain)
    assert ours == pytest.approx(float(stats.gamma.cdf(rain, alpha, scale=beta)), abs=1e-12)


@given(st.floats(1, 200), st.floats(1.1, 20), st.floats(-200, 100), st.floats(0.01, 500))
def test_log_logistic_as_scipy_has_it(alpha: float, beta: float, gamma: float, above: float) -> None:
    ours = LogLogistic(alpha, beta, gamma).probability(gamma + above)
    assert ours == pytest.approx(float(stats.fisk.cdf(gamma + above, beta, loc=gamma, scale=alpha)), abs=1e-9)


def test_thom_lies_near_the_likeliest(monkeypatch: pytest.MonkeyPatch) -> None:
    """2,000 quantiles of gamma(2, 50): Thom's fit and the maximum likelihood both find them within 2 %."""
    sample = [float(stats.gamma.ppf((n + 0.5) / 2000, 2, scale=50)) for n in range(2000)]
    found = fit_gamma(sample)
    likeliest, _, scale = stats.gamma.fit(sample, floc=0)
    assert found.alpha == pytest.approx(2, rel=0.02) and found.beta == pytest.approx(50, rel=0.02)
    assert found.alpha == pytest.approx(likeliest, rel=0.01) and found.beta == pytest.approx(scale, rel=0.01)


def test_moments_find_the_log_logistic_again() -> None:
    """2,000 quantiles of the distribution of the worked example: alpha 60, beta 4, gamma -80."""
    sample = [-80 + 60 * (p / (1 - p)) ** (1 / 4) for p in ((n + 0.5) / 2000 for n in range(2000))]
    found = fit_log_logistic(sample)
    assert (found.alpha, found.beta, found.gamma) == (
        pytest.approx(60, rel=0.02), pytest.approx(4, rel=0.02), pytest.approx(-80, rel=0.02))  # fmt: skip


def test_zeros() -> None:
    """2 of 6 sums are 0: q = 1/3, by Weibull 2/7; a sum of 0 has the probability q."""
    sums = [0.0, 0.0, 10.0, 20.0, 30.0, 40.0]
    assert fit_gamma(sums).q == pytest.approx(1 / 3)
    assert fit_gamma(sums, zeros="weibull").q == pytest.approx(2 / 7)
    assert fit_gamma(sums).probability(0) == pytest.approx(1 / 3)


@pytest.mark.parametrize("sums", [[], [5.0], [0.0, 0.0, 7.0], [4.0, 4.0, 4.0], [-1.0, 2.0, 3.0]])
def test_what_has_no_gamma_is_refused(sums: list[float]) -> None:
    with pytest.raises(InputError):
        fit_gamma(sums)


@pytest.mark.parametrize("balances", [[], [1.0, 2.0, 3.0], [5.0, 5.0, 5.0, 5.0, 5.0]])
def test_what_has_no_log_logistic_is_refused(balances: list[float]) -> None:
    with pytest.raises(InputError):
        fit_log_logistic(balances)


@pytest.mark.parametrize("make", [lambda: Gamma(0, 1), lambda: Gamma(1, 1, 1.0), lambda: LogLogistic(1, 0, 0)])
def test_impossible_parameters_are_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(InputError):
        make()


def test_the_score_of_a_half_is_zero_and_certainty_is_bounded() -> None:
    """Φ⁻¹(0.5) = 0, Φ⁻¹(0.975) = 1.95996; 0 and 1 stay finite and symmetric."""
    assert standard_score(0.5) == 0
    assert standard_score(0.975) == pytest.approx(1.959964, abs=1e-6)
    assert standard_score(0) == pytest.approx(-standard_score(1)) and math.isfinite(standard_score(0))
