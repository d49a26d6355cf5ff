"""Settings of the normalisation (`rules/weather.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Trees", "WeatherRule"]


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees: number, learning rate, leaves per tree, least rows in a leaf."""

    number: int
    rate: float
    leaves: int
    least_rows: int


@dataclass(frozen=True, slots=True)
class WeatherRule:
    """Everything that decides the digits.

    Attributes
    ----------
    parameters:
        Air parameters that are analysed.
    features, before:
        Weather parameters of the same day (or hour), and those whose mean over the day before is a feature as well.
    least, least_span:
        Least number of days with value and weather; least days from the first to the last.
    block, folds, buffer:
        Days of a held-out block, number of folds, days left out on both sides of a held-out block.
    must_beat:
        The held-out RMSE must be below this part of the better one of the two baselines.
    window, draws, model_draws:
        Weather is drawn from days at most `window` days away in the year; draws per day for the series, and per day
        for the spread between the models.
    period_days, period_months:
        Least days of a month (or the months of a year) that are compared; least common months of two years.
    chance_block, chance_draws, level:
        Days of the blocks of residuals, number of draws of them, level of the bands [0 … 1].
    """

    seed: int
    parameters: tuple[str, ...]
    basis: str
    features: tuple[str, ...]
    before: tuple[str, ...]
    least: int
    least_span: int
    block: int
    folds: int
    buffer: int
    must_beat: float
    window: int
    draws: int
    model_draws: int
    period_days: int
    period_months: int
    chance_block: int
    chance_draws: int
    level: float
    trees: Trees

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> WeatherRule:
        """Read the document `weather`."""
        rule = document["weather"]
        held, drawn, trees = rule["held_out"], rule["resampling"], rule["trees"]
        periods, chance = rule["periods"], rule["chance"]
        return cls(
            seed=int(rule["seed"]),
            parameters=tuple(rule["parameters"]),
            basis=str(rule["basis"]),
            features=tuple(rule["features"]),
            before=tuple(rule["day_before"]),
            least=int(rule["least_days"]),
            least_span=int(rule["least_span_days"]),
            block=int(held["block_days"]),
            folds=int(held["folds"]),
            buffer=int(held["buffer_days"]),
            must_beat=float(held["must_beat"]),
            window=int(drawn["window_days"]),
            draws=int(drawn["draws"]),
            model_draws=int(drawn["model_draws"]),
            period_days=int(periods["least_days"]),
            period_months=int(periods["least_months"]),
            chance_block=int(chance["block_days"]),
            chance_draws=int(chance["draws"]),
            level=int(rule["level_percent"]) / 100,
            trees=Trees(
                int(trees["number"]), float(trees["learning_rate"]), int(trees["leaves"]), int(trees["least_rows"])
            ),
        )
