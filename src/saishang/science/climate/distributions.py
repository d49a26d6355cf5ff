"""Distributions behind the standardised indices: gamma with zeros (SPI), log-logistic (SPEI), normal quantile.

Both fits are closed forms, so every machine gives the same digits: Thom's approximation for the gamma distribution
(the `APP` of xclim), unbiased probability weighted moments for the log-logistic one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from scipy.special import gammainc

from saishang.science.numbers import InputError

__all__ = ["Gamma", "LogLogistic", "ZeroProbability", "fit_gamma", "fit_log_logistic", "standard_score"]

ZeroProbability = Literal["share", "weibull"]

_NORMAL = NormalDist()
#: Probabilities are kept off 0 and 1, where the normal quantile has no value; ±5.2 standard deviations.
_EDGE = 1e-7


@dataclass(frozen=True, slots=True)
class Gamma:
    """Precipitation sums: `q` of them are zero, the others follow a gamma distribution.

    Attributes
    ----------
    alpha:
        Shape [1].
    beta:
        Scale [mm].
    q:
        Probability of a sum of zero [0-1].
    a:
        Thom's A = ln(mean) - mean(ln x), from which alpha came; None when alpha was given.
    """

    alpha: float
    beta: float
    q: float = 0.0
    a: float | None = None

    def __post_init__(self) -> None:
        if not (self.alpha > 0 and self.beta > 0):
            raise InputError("A gamma distribution needs alpha and beta above 0.", fix="Check the parameters.")
        if not 0 <= self.q < 1:
            raise InputError("The probability of zero must lie in [0, 1).", fix="Give q as a fraction.")

    def gamma_probability(self, value: float) -> float:
        """G(x): probability that a sum above zero is at most `value` [mm]."""
        return 0.0 if value <= 0 else float(gammainc(self.alpha, value / self.beta))

    def probability(self, value: float) -> float:
        """H(x) = q + (1 - q) G(x)."""
        return self.q + (1 - self.q) * self.gamma_probability(value)


@dataclass(frozen=True, slots=True)
class LogLogistic:
    """Water balances: `F(x) = 1 / (1 + (alpha / (x - gamma))^beta)` above its origin `gamma`, 0 below.

    Attributes
    ----------
    alpha:
        Scale [mm].
    beta:
        Shape [1].
    gamma:
        Origin [mm].
    """

    alpha: float
    beta: float
    gamma: float

    def __post_init__(self) -> None:
        if not (self.alpha > 0 and self.beta > 0):
            raise InputError("A log-logistic distribution needs alpha and beta above 0.", fix="Check the parameters.")

    def probability(self, value: float) -> float:
        """F(x): probability that a balance is at most `value` [mm]."""
        if value <= self.gamma:
            return 0.0
        return 1 / (1 + math.pow(self.alpha / (value - self.gamma), self.beta))


def fit_gamma(sums: Sequence[float], *, zeros: ZeroProbability = "share") -> Gamma:
    """Gamma distribution of precipitation sums by Thom's approximation.

    Parameters
    ----------
    sums:
        Sums of one calendar month (or one day of the year) over the years [mm].
    zeros:
        `share`: q = m/n; `weibull`: q = m/(n + 1).

    Raises
    ------
    InputError
        When a sum is negative, fewer than two are above zero, or all of those are equal: nothing can be fitted.
    """
    if any(value < 0 for value in sums):
        raise InputError("Precipitation must not be negative.", fix="Leave a missing sum out.")
    wet = [value for value in sums if value > 0]
    if len(wet) < 2:
        raise InputError("A gamma distribution needs at least two sums above zero.", fix="Give more years.")
    average = math.fsum(wet) / len(wet)
    a = math.log(average) - math.fsum(map(math.log, wet)) / len(wet)
    if a <= 1e-12:
        raise InputError("All sums are equal: they have no distribution.", fix="Give more years.")
    alpha = (1 + math.sqrt(1 + 4 * a / 3)) / (4 * a)
    dry = len(sums) - len(wet)
    q = dry / (len(sums) + (1 if zeros == "weibull" else 0))
    return Gamma(alpha=alpha, beta=average / alpha, q=q, a=a)


def fit_log_logistic(balances: Sequence[float]) -> LogLogistic:
    """Log-logistic distribution of water balances by unbiased probability weighted moments (Beguería 2014).

    `beta = (2w1 - w0) / (6w1 - w0 - 6w2)`, `alpha = (w0 - 2w1) beta / (Γ(1 + 1/beta) Γ(1 - 1/beta))`,
    `gamma = w0 - alpha Γ(1 + 1/beta) Γ(1 - 1/beta)`, with ws the moments of 1 - F.

    Raises
    ------
    InputError
        When there are fewer than four balances, or their moments fit no such distribution.
    """
    count = len(balances)
    if count < 4:
        raise InputError("A log-logistic distribution needs at least four balances.", fix="Give more years.")
    ordered = sorted(balances)
    # ws = 1/n Σ C(n - i, s) x_i / C(n - 1, s), the unbiased estimate of E[x (1 - F)^s].
    w0 = math.fsum(ordered) / count
    w1 = math.fsum(x * (count - i) for i, x in enumerate(ordered, start=1)) / (count * (count - 1))
    w2 = math.fsum(x * (count - i) * (count - i - 1) for i, x in enumerate(ordered, start=1)) / (
        count * (count - 1) * (count - 2)
    )
    lower, upper = 2 * w1 - w0, 6 * w1 - w0 - 6 * w2
    if abs(upper) < 1e-12 or lower / upper <= 1:
        raise InputError("These balances fit no log-logistic distribution.", fix="Give more years.")
    beta = lower / upper
    spread = math.gamma(1 + 1 / beta) * math.gamma(1 - 1 / beta)
    alpha = (w0 - 2 * w1) * beta / spread
    return LogLogistic(alpha=alpha, beta=beta, gamma=w0 - alpha * spread)


def standard_score(probability: float) -> float:
    """Φ⁻¹ of a probability: how many standard deviations from the median; kept within ±5.2."""
    return _NORMAL.inv_cdf(min(max(probability, _EDGE), 1 - _EDGE))
