"""The settings of `rules/origin.yaml` as objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from saishang.rules import Rules
from saishang.science.origin.regime import RegimeRule
from saishang.science.origin.wind import Floats

__all__ = ["LagRule", "OriginRule", "PathRule", "PlaneRule", "ProbabilityRule", "WindRule", "origin_rule"]

#: The code that the weather service gives to calm.
_CALM_CODE = 17


@dataclass(frozen=True, slots=True)
class WindRule:
    """Sectors, calm [m/s], edges of classes [m/s], reach of a station [km], order of direction codes."""

    sectors: int
    calm_below: float
    speeds: tuple[float, ...]
    reach_km: float
    first_code: str
    codes: int

    def degrees(self, code: Floats) -> Floats:
        """Direction [°] of a code of the weather service; calm and missing have none."""
        width = 360.0 / self.codes
        turned = ((code - (1 if self.first_code == "N" else 0)) * width) % 360.0
        return np.where((code >= 1) & (code <= self.codes), turned, np.nan)

    def calm_code(self, code: Floats) -> np.ndarray:
        """Where the code says calm."""
        return np.asarray(code == _CALM_CODE)


@dataclass(frozen=True, slots=True)
class ProbabilityRule:
    """Percentiles and the one shown first, least pairs, level of intervals, what stands out, smallest turn."""

    percentiles: tuple[float, ...]
    shown: float
    least: int
    level: float
    stands_out: float
    gap_days: int


@dataclass(frozen=True, slots=True)
class PlaneRule:
    """Half width, cell and bandwidth [m/s], least pairs within a bandwidth."""

    reach: float
    cell: float
    bandwidth: float
    least: int


@dataclass(frozen=True, slots=True)
class PathRule:
    """Trajectories and PSCF."""

    hours: float
    step: float
    arrival: float
    power: float
    reach_km: float
    cell: float
    percentile: float
    least_days: int
    weights: tuple[tuple[float, float], ...]
    place_reach_km: float
    drawn: int


@dataclass(frozen=True, slots=True)
class LagRule:
    """Lags between cities."""

    parameters: tuple[str, ...]
    most: int
    within: float
    least_speed: float
    least_days: int
    wind_reach_km: float
    least_of_travel: float
    window: int
    least_correlation: float
    draws: int
    level: float
    seed: int


@dataclass(frozen=True, slots=True)
class OriginRule:
    """All settings; `seasons` by name → months, `regime_*`: months and hours (by their end) of the ozone hints."""

    wind: WindRule
    probability: ProbabilityRule
    plane: PlaneRule
    paths: PathRule
    lags: LagRule
    regime: RegimeRule
    regime_months: tuple[int, ...]
    regime_hours: Mapping[str, tuple[int, ...]]
    regime_least_hours: int
    seasons: Mapping[str, tuple[int, ...]]


def origin_rule(rules: Rules) -> OriginRule:
    """Read the settings."""
    document = rules.document("origin")["origin"]
    wind, chance, plane = document["wind"], document["probability"], document["polar"]
    paths, lags, regime = document["trajectory"], document["lags"], document["regime"]
    return OriginRule(
        wind=WindRule(
            int(wind["sectors"]), float(wind["calm_below"]), _floats(wind["speeds"]), float(wind["station_reach_km"]),
            str(wind["first_code_is"]), int(wind["codes"]),
        ),
        probability=ProbabilityRule(
            _floats(chance["percentiles"]), float(chance["shown_percentile"]), int(chance["least"]),
            float(chance["level_percent"]) / 100, float(chance["stands_out_percent"]) / 100, int(chance["gap_days"]),
        ),
        plane=PlaneRule(
            float(plane["reach"]), float(plane["cell"]), float(plane["bandwidth"]), int(plane["least"])
        ),
        paths=PathRule(
            float(paths["hours"]), float(paths["step_hours"]), float(paths["arrival_hour"]), float(paths["power"]),
            float(paths["reach_km"]), float(paths["cell_degrees"]), float(paths["percentile"]),
            int(paths["least_days"]), tuple((float(w["above_mean"]), float(w["weight"])) for w in paths["weights"]),
            float(paths["place_reach_km"]), int(paths["drawn"]),
        ),
        lags=LagRule(
            tuple(str(code) for code in lags["parameters"]), int(lags["most_hours"]), float(lags["within_degrees"]),
            float(lags["least_speed"]), int(lags["least_days"]), float(lags["wind_reach_km"]),
            float(lags["least_of_travel"]), int(lags["window_days"]), float(lags["least_correlation"]),
            int(lags["draws"]), float(lags["level_percent"]) / 100, int(lags["seed"]),
        ),
        regime=RegimeRule(
            int(regime["least_days"]), int(regime["least_weeks"]), int(regime["draws"]),
            float(regime["level_percent"]) / 100, int(regime["seed"]), float(regime["ratio_low"]),
            float(regime["ratio_high"]), float(regime["least_change"]),
        ),
        regime_months=_ints(regime["months"]),
        regime_hours={name: _ints(regime[f"{name}_hours"]) for name in ("morning", "afternoon", "midday")},
        regime_least_hours=int(regime["least_hours"]),
        seasons={name: _ints(months) for name, months in document["seasons"].items()},
    )  # fmt: skip


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _ints(values: Any) -> tuple[int, ...]:
    return tuple(int(value) for value in values)
