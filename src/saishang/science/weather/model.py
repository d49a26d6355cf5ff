"""Boosted trees on weather, season, weekday, hour and trend, judged on blocks of days that they have not seen.

Why blocks: neighbouring days share their air and their weather. With single days held out at random the trees have
seen yesterday and tomorrow, and the error measured is that of filling a gap, not that of knowing what weather does.
Blocks of whole weeks, with a buffer on both sides, take that away.

Why Poisson loss: concentrations are skewed and weather acts on them as a factor. The logarithmic link makes effects
multiply, and the mean stays the mean, so that nothing has to be scaled back.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import ThreadpoolController

from saishang.science.weather.frame import Floats, Frame, Ints
from saishang.science.weather.rule import Trees, WeatherRule

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor

__all__ = [
    "Fold", "Skill", "climatology", "cross_fit", "fit", "folds_of", "one_thread", "predict", "skill", "year_distance",
]  # fmt: skip


@dataclass(frozen=True)
class Fold:
    """Rows held out and rows learned from (indices); `model` is fitted on the latter, `plain` without the weather."""

    held: Ints
    learned: Ints
    model: HistGradientBoostingRegressor
    plain: HistGradientBoostingRegressor


@dataclass(frozen=True, slots=True)
class Skill:
    """Errors on held-out blocks [unit of the series], and the share of the variance explained there."""

    r2: float
    rmse: float
    r2_without: float
    rmse_without: float
    r2_climate: float
    rmse_climate: float
    blocks: int

    def better(self, part: float) -> bool:
        """Whether the error is below `part` of the better one of the baselines."""
        return self.rmse < part * min(self.rmse_without, self.rmse_climate)


@cache
def _controller() -> ThreadpoolController:
    # Looking for the libraries costs milliseconds, and the trees are asked hundreds of times. It finds what is loaded.
    import sklearn.ensemble  # noqa: F401

    return ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """Fit and predict on one thread: no digit may depend on how many there are, and threads get in each other's way."""
    limit: AbstractContextManager[Any] = _controller().limit(limits=1)
    return limit


def fit(inputs: Floats, values: Floats, trees: Trees) -> HistGradientBoostingRegressor:
    """Fit trees."""
    # Loading it takes as long as all the rest of a page's code, and most processes never fit a tree.
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(
        loss="poisson",
        max_iter=trees.number,
        learning_rate=trees.rate,
        max_leaf_nodes=trees.leaves,
        min_samples_leaf=trees.least_rows,
        early_stopping=False,
        random_state=0,
    )
    return model.fit(inputs, values)


def predict(model: HistGradientBoostingRegressor, inputs: Floats) -> Floats:
    """Concentrations that the trees expect."""
    return np.asarray(model.predict(inputs), dtype=np.float64)


def folds_of(day: Ints, rule: WeatherRule) -> list[tuple[Ints, Ints]]:
    """(held out, learned from) by contiguous blocks of days, dealt out to the folds in turn.

    Rows closer than the buffer to a held-out block are in neither.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> rule = SimpleNamespace(block=2, folds=2, buffer=1)
    >>> [(held.tolist(), learned.tolist()) for held, learned in folds_of(np.arange(8), rule)]
    [([0, 1, 4, 5], [7]), ([2, 3, 6, 7], [0])]
    """
    block = day // rule.block
    found = []
    for number in range(rule.folds):
        held = block % rule.folds == number
        near = np.zeros(len(day), dtype=bool)
        for one in np.unique(block[held]):
            first, last = one * rule.block, (one + 1) * rule.block - 1
            near |= (day >= first - rule.buffer) & (day <= last + rule.buffer)
        if held.any():
            found.append((np.flatnonzero(held), np.flatnonzero(~near)))
    return found


def cross_fit(frame: Frame, rule: WeatherRule) -> list[Fold]:
    """Fit one model per fold, with and without the weather."""
    inputs = frame.inputs
    return [
        Fold(
            held,
            learned,
            fit(inputs[learned], frame.values[learned], rule.trees),
            fit(frame.calendar[learned], frame.values[learned], rule.trees),
        )
        for held, learned in folds_of(frame.day, rule)
    ]


def climatology(frame: Frame, held: Ints, learned: Ints, window: int) -> Floats:
    """The simplest forecast: the mean of the learned rows of the same season (± window days) and hour, of any year."""
    season, hour = frame.day_of_year, frame.hour
    known, overall = frame.values[learned], float(np.mean(frame.values[learned]))
    means: dict[tuple[int, int], float] = {}
    found = []
    for row in held:
        key = (int(season[row]), int(hour[row]))
        if key not in means:
            near = (year_distance(season[learned], key[0]) <= window) & (hour[learned] == key[1])
            means[key] = float(np.mean(known[near])) if near.any() else overall
        found.append(means[key])
    return np.array(found)


def year_distance(days: Ints, day: int) -> Ints:
    """Days between days of the year, the short way round.

    Examples
    --------
    >>> year_distance(np.array([360, 10, 100]), 5).tolist()
    [11, 5, 95]
    """
    apart = np.abs(days - day)
    return np.asarray(np.minimum(apart, 366 - apart), dtype=np.int64)


def skill(frame: Frame, folds: list[Fold], rule: WeatherRule) -> tuple[Skill, Floats]:
    """Errors on all held-out rows together, and the held-out predictions in the order of the rows."""
    inputs, actual = frame.inputs, frame.values
    full, plain, climate = (np.empty_like(actual) for _ in range(3))
    for fold in folds:
        full[fold.held] = predict(fold.model, inputs[fold.held])
        plain[fold.held] = predict(fold.plain, frame.calendar[fold.held])
        climate[fold.held] = climatology(frame, fold.held, fold.learned, rule.window)
    r2, rmse = _score(actual, full)
    r2_without, rmse_without = _score(actual, plain)
    r2_climate, rmse_climate = _score(actual, climate)
    blocks = len(np.unique(frame.day // rule.block))
    return Skill(r2, rmse, r2_without, rmse_without, r2_climate, rmse_climate, blocks), full


def _score(actual: Floats, expected: Floats) -> tuple[float, float]:
    squares = float(np.sum((actual - expected) ** 2))
    total = float(np.sum((actual - np.mean(actual)) ** 2))
    # A constant series has nothing to explain.
    return (1 - squares / total if total > 0 else 0.0), float(np.sqrt(squares / len(actual)))
