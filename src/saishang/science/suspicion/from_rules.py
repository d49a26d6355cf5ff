"""The settings of `rules/suspicion.yaml` as the objects that the signals take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from saishang.science.suspicion.copies import CopyRule
from saishang.science.suspicion.digits import DigitRule
from saishang.science.suspicion.flat import FlatRule
from saishang.science.suspicion.leads import SuspicionRule
from saishang.science.suspicion.neighbours import NeighbourRule
from saishang.science.suspicion.ratios import RatioRule
from saishang.science.suspicion.sprinkled import SprinkledRule
from saishang.science.suspicion.steps import Inspection, StepRule

__all__ = ["inspections_of", "rule_of"]


def rule_of(document: Mapping[str, Any]) -> SuspicionRule:
    """Settings of all signals from the rules' document `suspicion`."""
    body = document["suspicion"]
    signals, near = body["signals"], body["neighbours"]
    return SuspicionRule(
        false_share=_share(body["false_share_percent"]), radius_km=float(near["radius_km"]),
        most_neighbours=int(near["most"]), floors=_floats(near["floors"]), dust=float(near["dust_pm10"]),
        gaps={name: int(settings["join_hours"]) for name, settings in signals.items()},
        flat=_flat(signals["flat"]), copies=_copies(signals["copies"]), sprinkled=_sprinkled(signals["sprinkled"]),
        steps=_steps(signals["steps"]), ratios=_ratios(signals["ratios"]),
        neighbours=_neighbours(signals["neighbours"]),
        digits=_digits(signals["digits"]),
        harmless={str(name): tuple(map(str, codes)) for name, codes in document["harmless"].items()},
    )  # fmt: skip


def inspections_of(document: Mapping[str, Any]) -> tuple[Inspection, ...]:
    """Inspections of the rules' document, the earliest first."""
    made = [
        Inspection(
            str(row["name"]), np.datetime64(str(row["first"]), "D"), np.datetime64(str(row["last"]), "D"),
            frozenset(map(str, row.get("places") or ())),
        )
        for row in document["suspicion"]["inspections"]
    ]  # fmt: skip
    return tuple(sorted(made, key=lambda row: (row.first, row.name)))


def _share(percent: Any) -> float:
    return float(percent) / 100


def _floats(table: Mapping[str, Any]) -> dict[str, float]:
    return {str(name): float(value) for name, value in table.items()}


def _codes(settings: Mapping[str, Any], name: str = "parameters") -> tuple[str, ...]:
    return tuple(map(str, settings[name]))


def _flat(s: Mapping[str, Any]) -> FlatRule:
    least = {str(name): int(value) for name, value in s["least_hours"].items()}
    return FlatRule(_codes(s), least, _floats(s["low"]), int(s["low_hours"]), float(s["prior_hours"]))


def _copies(s: Mapping[str, Any]) -> CopyRule:
    return CopyRule(
        _codes(s), int(s["window_hours"]), int(s["least_hours"]), int(s["least_distinct"]),
        float(s["most_digits_per_hour"]), int(s["most_alike"]), float(s["scaled_spread_steps"]),
        int(s["scaled_shifts_half_days"]), (float(s["scaled_slope_least"]), float(s["scaled_slope_most"])),
    )  # fmt: skip


def _sprinkled(s: Mapping[str, Any]) -> SprinkledRule:
    return SprinkledRule(
        tuple(map(int, s["blocks_hours"])), int(s["edge_hours"]), int(s["days"]), int(s["step_days"]),
        int(s["least_days"]), _share(s["least_drop_percent"]), _share(s["least_days_percent"]),
        _share(s["most_gas_percent"]), float(s["coarse_slack"]), _codes(s, "gases"),
    )  # fmt: skip


def _steps(s: Mapping[str, Any]) -> StepRule:
    return StepRule(
        _codes(s), int(s["flank_days"]), _share(s["least_change_percent"]), int(s["month_end_days"]),
        int(s["month_end_flank_days"]), int(s["lasting_days"]), _share(s["least_lasting_percent"]),
        int(s["least_hours"]),
    )  # fmt: skip


def _ratios(s: Mapping[str, Any]) -> RatioRule:
    return RatioRule(
        tuple(map(int, s["lengths_days"])), int(s["season_days"]), _share(s["least_change_percent"]),
        int(s["inverted_days"]), _share(s["least_inverted_percent"]), int(s["least_hours"]),
    )  # fmt: skip


def _neighbours(s: Mapping[str, Any]) -> NeighbourRule:
    return NeighbourRule(
        _codes(s), tuple(map(int, s["lengths_days"])), int(s["season_days"]), _share(s["least_change_percent"]),
        int(s["drift_days"]), _share(s["least_drift_percent"]), int(s["least_hours"]),
    )  # fmt: skip


def _digits(s: Mapping[str, Any]) -> DigitRule:
    edges = {str(name): tuple(map(float, values)) for name, values in s["edges"].items()}
    return DigitRule(
        _codes(s), int(s["days"]), int(s["step_days"]), int(s["least_values"]), float(s["least_range_cycles"]),
        _share(s["least_shift_percent"]), edges, int(s["edge_width_steps"]),
        int(s["least_near"]), int(s["least_hours"]),
    )  # fmt: skip
