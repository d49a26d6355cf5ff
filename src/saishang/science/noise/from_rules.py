"""Noise rules as the objects that the functions of this package take."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from saishang.rules import RuleLookupError, Rules
from saishang.science.noise.compliance import BackgroundRule, NoiseLimit, NoiseLimits
from saishang.science.noise.grades import Grade, NoiseGrades
from saishang.science.noise.levels import Periods
from saishang.science.numbers import exact

__all__ = ["background_rule", "noise_grades", "noise_limits", "periods", "setting"]

_FOLDER = "standards/noise"


def setting(rules: Rules, name: str) -> Any:
    """Default of a named setting of `noise.yaml`."""
    for entry in rules.document(f"{_FOLDER}/noise")["settings"]:
        if entry["id"] == name:
            return entry["default"]
    raise RuleLookupError(f"expected a setting {name!r}, got none", fix="add it under settings", where=_FOLDER)


def periods(rules: Rules, on: date) -> Periods:
    """Day and night in force."""
    edition = rules.edition(f"{_FOLDER}/noise", on)
    return Periods(
        day_start=int(edition["day"]["start_hour"]),
        day_end=int(edition["day"]["end_hour"]),
        penalty=exact(edition["night"]["penalty"]),
    )


def noise_limits(rules: Rules, on: date) -> NoiseLimits:
    """Limits of every place in force on a day; construction changed its standard on 2026-01-01."""
    decimals = int(rules.edition(f"{_FOLDER}/noise", on)["decimals"])

    def bound(value: Any) -> Fraction | None:
        return None if value is None else exact(value)

    rows = rules.table(f"{_FOLDER}/limits").in_force(on)
    return NoiseLimits(
        limits={
            (row["place"], row["class"], row["period"]): NoiseLimit(
                row["edition"], exact(row["limit"]), bound(row["sudden_frequent"]), bound(row["sudden_occasional"])
            )
            for row in rows
        },
        decimals=decimals,
    )


def noise_grades(rules: Rules, on: date) -> NoiseGrades:
    """Grades in force on a day."""
    rows = rules.table(f"{_FOLDER}/grades").in_force(on)
    if not rows:
        raise RuleLookupError(
            f"expected grades of noise in force on {on.isoformat()}, got none",
            fix="choose a day from 2013-03-01 on (HJ 640-2012)",
            where=f"{_FOLDER}/grades",
        )
    bands: dict[tuple[str, str], list[Grade]] = {}
    for row in sorted(rows, key=lambda row: int(row["grade"])):
        bands.setdefault((row["scope"], row["period"]), []).append(
            Grade(
                number=int(row["grade"]),
                zh=row["zh"],
                word=row["word"],
                en=row["en"],
                low=None if row["low"] is None else exact(row["low"]),
                high=None if row["high"] is None else exact(row["high"]),
            )
        )
    return NoiseGrades(rows[0]["edition"], {key: tuple(found) for key, found in bands.items()})


def background_rule(rules: Rules) -> BackgroundRule:
    """Correction of boundary noise by the background."""
    bands = rules.document(f"{_FOLDER}/noise")["background"]
    return BackgroundRule(
        tuple(
            (int(band["from"]), None if band["to"] is None else int(band["to"]), int(band["correction"]))
            for band in bands
        )
    )
