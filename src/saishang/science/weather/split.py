"""A change between two periods, split into weather and the rest, so that the parts add up to what was observed.

For the days of a period, with the observed mean M, the mean f of the held-out predictions and the mean N of the same
under usual weather, the *weather factor* is w = f / N, and M = w · N · (M / f). Between two periods the logarithms of
the three factors add up to that of the observed ratio; the logarithmic mean turns them into amounts that add up to the
observed difference (logarithmic mean Divisia index; exact, and the same whichever period is the first).

Months weigh alike in the means of both periods, and only months that both have count: were a January missing in one of
them, the season would be taken for a change.

- weather: w₂ / w₁
- the rest: (M₂ / w₂) / (M₁ / w₁), of which the trees' trend sees N₂ / N₁, and the remainder no model has seen
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from saishang.science.forecast.methods import generator
from saishang.science.weather.frame import Floats, Ints
from saishang.science.weather.rule import WeatherRule

__all__ = ["Days", "Part", "Split", "logarithmic_mean", "split", "weather_factor"]


@dataclass(frozen=True)
class Days:
    """What is known of every row; the arrays run in parallel.

    Attributes
    ----------
    published, observed:
        Concentration as it was published, and on one reference state (equal where nothing had to be converted).
    expected, usual:
        Held-out prediction with the weather as it was, and under usual weather.
    model_expected, model_usual:
        The same by every fold's model on all rows, shape (folds, rows): how far the models differ.
    """

    published: Floats
    observed: Floats
    expected: Floats
    usual: Floats
    model_expected: Floats
    model_usual: Floats


@dataclass(frozen=True)
class Part:
    """Rows of a period and how much each of them weighs in its means (any positive numbers)."""

    rows: Ints
    weights: Floats

    @classmethod
    def plain(cls, rows: Ints) -> Part:
        """Every row weighs alike."""
        return cls(rows, np.ones(len(rows)))

    def mean(self, values: Floats) -> float:
        """Weighted mean of an array of all rows over those of the period."""
        return float(np.average(values[self.rows], weights=self.weights))


@dataclass(frozen=True, slots=True)
class Split:
    """Parts of a change [unit of the series]; `first + state + weather + rest = second`.

    `…_ratio − 1` is the change in parts of one. `low` and `high` bound the part at the level of the rules; those of the
    rest hold the spread of the models and what chance does to the days, those of the weather the spread alone.
    """

    days_first: int
    days_second: int
    first: float
    second: float
    state: float
    weather: float
    rest: float
    trend: float
    unexplained: float
    weather_ratio: float
    weather_low: float
    weather_high: float
    rest_ratio: float
    rest_low: float
    rest_high: float

    @property
    def beyond_chance(self) -> bool:
        """Whether the band of the rest leaves out "no change"."""
        return self.rest_low > 1 or self.rest_high < 1


def logarithmic_mean(first: float, second: float) -> float:
    """`(b − a) / ln(b / a)`; a where both are equal.

    Examples
    --------
    >>> round(logarithmic_mean(1.0, 2.718281828459045), 6)
    1.718282
    """
    if np.isclose(first, second, rtol=1e-12, atol=0):
        return first
    return float((second - first) / np.log(second / first))


def weather_factor(days: Days, part: Part) -> tuple[float, float]:
    """(w, standard error of its logarithm) of a period: below 1 = weather kept the air cleaner than usual.

    The error is that of a jackknife over the folds: how far the factor moves when a fold's blocks are not learned from.
    """
    return part.mean(days.expected) / part.mean(days.usual), _spread(_model_logs(days, part))


def split(days: Days, first: Part, second: Part, rule: WeatherRule, name: str, *, crosses: bool = False) -> Split:
    """Split the change from one period to another; both must have rows.

    Parameters
    ----------
    crosses:
        Whether a change of the reference state lies between them. Where none does, the state has no part in the change,
        and the published means are held against each other as they are.
    """
    published = [part.mean(days.published) for part in (first, second)]
    observed = [part.mean(days.observed) for part in (first, second)] if crosses else published
    usual = [part.mean(days.usual) for part in (first, second)]
    factors = [weather_factor(days, part)[0] for part in (first, second)]
    weight = logarithmic_mean(published[0], published[1])
    change = published[1] - published[0]
    weather_log = float(np.log(factors[1] / factors[0]))
    state = weight * float(np.log((published[1] / observed[1]) / (published[0] / observed[0]))) if crosses else 0.0
    weather = weight * weather_log
    trend = weight * float(np.log(usual[1] / usual[0]))
    rest = change - state - weather
    rest_log = float(np.log(observed[1] / observed[0])) - weather_log
    # The error of the difference, not of two errors: what the models say wrongly of both periods cancels out.
    error = _spread(_model_logs(days, second) - _model_logs(days, first))
    rng = generator(rule.seed, name)
    chance = _chance(days, second, rule, rng) - _chance(days, first, rule, rng)
    model = error * rng.standard_normal(rule.chance_draws)
    tail = (1 - rule.level) / 2
    wide = np.quantile(chance - np.mean(chance) + model, [tail, 1 - tail])
    narrow = np.quantile(model, [tail, 1 - tail])
    return Split(
        days_first=len(first.rows), days_second=len(second.rows), first=published[0], second=published[1], state=state,
        weather=weather, rest=rest, trend=trend, unexplained=rest - trend,
        weather_ratio=float(np.exp(weather_log)),
        weather_low=float(np.exp(weather_log + narrow[0])), weather_high=float(np.exp(weather_log + narrow[1])),
        rest_ratio=float(np.exp(rest_log)),
        rest_low=float(np.exp(rest_log + wide[0])), rest_high=float(np.exp(rest_log + wide[1])),
    )  # fmt: skip


def _model_logs(days: Days, part: Part) -> Floats:
    """Logarithm of the weather factor by every fold's model."""
    rows, weights = part.rows, part.weights
    expected = np.average(days.model_expected[:, rows], axis=1, weights=weights)
    return np.asarray(np.log(expected / np.average(days.model_usual[:, rows], axis=1, weights=weights)))


def _spread(logs: Floats) -> float:
    count = len(logs)
    return float(np.sqrt((count - 1) / count * np.sum((logs - np.mean(logs)) ** 2)))


def _chance(days: Days, part: Part, rule: WeatherRule, rng: np.random.Generator) -> Floats:
    """Draws of the logarithm of M / f, from blocks of neighbouring days with repetition: days come in spells."""
    count = len(part.rows)
    length = min(rule.chance_block, count)
    begins = rng.integers(0, count, size=(rule.chance_draws, -(-count // length)))
    # Round the corner, so that the first and last days are drawn as often as any.
    drawn = ((begins[:, :, None] + np.arange(length)) % count).reshape(rule.chance_draws, -1)[:, :count]
    observed = (days.observed[part.rows] * part.weights)[drawn].sum(axis=1)
    return np.asarray(np.log(observed / (days.expected[part.rows] * part.weights)[drawn].sum(axis=1)))
