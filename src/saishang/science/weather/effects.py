"""What the trees have learned: partial dependence of every weather variable, and importance on held-out blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from saishang.science.forecast.methods import generator
from saishang.science.weather.frame import Floats, Frame
from saishang.science.weather.model import Fold, predict
from saishang.science.weather.rule import WeatherRule

__all__ = ["Dependence", "importance", "partial_dependence"]

_POINTS = 12
_BACKGROUND = 120


@dataclass(frozen=True, slots=True)
class Dependence:
    """Mean prediction [unit of the series] at values of one variable, all else as it was; bounds over the folds."""

    variable: str
    at: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def partial_dependence(frame: Frame, folds: list[Fold], rule: WeatherRule) -> tuple[Dependence, ...]:
    """Curves between the 5 % and 95 % quantiles: beyond them hardly any day speaks."""
    inputs = frame.inputs
    background = inputs[np.unique(np.linspace(0, len(inputs) - 1, min(_BACKGROUND, len(inputs))).astype(int))]
    found = []
    for column, variable in enumerate(rule.features):
        at = np.unique(np.quantile(frame.weather[:, column], np.linspace(0.05, 0.95, _POINTS)))
        stacked = np.tile(background, (len(at), 1))
        stacked[:, column] = np.repeat(at, len(background))
        by_fold = np.array([predict(f.model, stacked).reshape(len(at), -1).mean(axis=1) for f in folds])
        found.append(
            Dependence(
                variable, tuple(at.tolist()), tuple(by_fold.mean(axis=0).tolist()),
                tuple(by_fold.min(axis=0).tolist()), tuple(by_fold.max(axis=0).tolist()),
            )
        )  # fmt: skip
    return tuple(found)


def importance(
    frame: Frame, folds: list[Fold], expected: Floats, rule: WeatherRule, name: str
) -> tuple[tuple[str, float], ...]:
    """By how much the held-out RMSE grows when a variable (with its day before) is shuffled; greatest first."""
    inputs = frame.inputs
    names = [*(one.removesuffix("@before") for one in frame.names), *frame.calendar_names]
    base = float(np.sqrt(np.mean((frame.values - expected) ** 2)))
    found = []
    for variable in dict.fromkeys(names):
        columns = [place for place, one in enumerate(names) if one == variable]
        rng = generator(rule.seed, f"{name}/shuffled/{variable}")
        shuffled = np.empty_like(expected)
        for fold in folds:
            changed = inputs[fold.held].copy()
            changed[:, columns] = changed[rng.permutation(len(changed))][:, columns]
            shuffled[fold.held] = predict(fold.model, changed)
        found.append((variable, float(np.sqrt(np.mean((frame.values - shuffled) ** 2))) - base))
    return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0])))
