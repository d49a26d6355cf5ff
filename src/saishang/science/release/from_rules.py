"""The rules of releases and events as the objects that this package takes; it only reads `standards/emergency`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from saishang.rules import Rules
from saishang.science.grading import Scale, scale_from_rules
from saishang.science.numbers import exact
from saishang.science.release.events import COUNTS, EventRule, RadiationRule
from saishang.science.release.plume import Curve, StabilityRow

__all__ = ["curves", "event_rule", "radiation_rule", "scale", "stability_rows"]

_FOLDER = "standards/emergency"
_COLUMNS = ("strong", "moderate", "slight", "night_cloudy", "night_clear")


def scale(rules: Rules, name: str) -> Scale:
    """A scale of grades by name: `deaths`, `poisoned`, `evacuated`, `loss_yuan`, `hj22`."""
    return scale_from_rules(rules, f"{_FOLDER}/grades", name)


def curves(rules: Rules) -> dict[tuple[str, str], Curve]:
    """Briggs' curves by terrain and stability class."""
    return {
        (row["terrain"], row["stability"]): Curve(
            (float(row["y_a"]), float(row["y_b"]), float(row["y_p"])),
            (float(row["z_a"]), float(row["z_b"]), float(row["z_p"])),
            float(row["x_min"]),
            float(row["x_max"]),
        )
        for row in rules.table(f"{_FOLDER}/briggs")
    }


def stability_rows(rules: Rules) -> tuple[StabilityRow, ...]:
    """Pasquill's table, calm first."""
    rows = sorted(rules.table(f"{_FOLDER}/pasquill"), key=lambda row: int(row["row"]))
    return tuple(
        StabilityRow(
            low=None if row["low"] is None else exact(row["low"]),
            low_in=bool(row["low_in"]),
            high=None if row["high"] is None else exact(row["high"]),
            high_in=bool(row["high_in"]),
            classes={name: str(row[name]) for name in _COLUMNS},
        )
        for row in rows
    )


def _group(rules: Rules, group: str) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], rules.document(f"{_FOLDER}/events")["groups"][group]["values"])


def _names(rules: Rules) -> dict[int, str]:
    return {grade.level: grade.zh for grade in scale(rules, "deaths").grades}


def event_rule(rules: Rules) -> EventRule:
    """Grades of events and the clock of the first report."""
    return EventRule(
        counts={name: scale(rules, name) for name in COUNTS},
        words={
            name: {word: int(level) for word, level in _group(rules, name).items()}
            for name in ("water_supply", "cross")
        },
        names=_names(rules),
        hours={grade: int(hours) for grade, hours in _group(rules, "reporting_hours").items()},
        recipients={grade: (str(to["zh"]), str(to["en"])) for grade, to in _group(rules, "reporting_to").items()},
    )


def radiation_rule(rules: Rules) -> RadiationRule:
    """Grades of radiation accidents."""
    people = _group(rules, "radiation_people")
    return RadiationRule(
        sources={name: int(level) for name, level in _group(rules, "radiation_source").items()},
        deaths_first=int(people["deaths_first"]),
        severe_second=int(people["severe_second"]),
        names=_names(rules),
    )
