"""The chain behind a figure of the radiation network: figure ← stations with days and alarms ← files and lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from saishang.apps.indicators import queries
from saishang.apps.indicators.links import Link
from saishang.apps.indicators.models import Run
from saishang.apps.registers import queries as registers
from saishang.rules import Rules

__all__ = ["stations_behind"]


def stations_behind(
    rules: Rules, run: Run, indicator: str, key: Mapping[str, Any], sources: Mapping[str, list[Link]],
    missing: Mapping[str, Mapping[str, int]], begin: date, end: date,
) -> tuple[Link, ...]:  # fmt: skip
    """Every station of the region and basis that the figure speaks of: gamma stations or electromagnetic ones.

    Parameters
    ----------
    key:
        The row of `radiation_network`: id, period, period_kind, basis.
    sources, missing:
        Files behind each station, and its missing hours by reason.
    begin, end:
        First day of the period and the day after its last.
    """
    inside = registers.inside(rules, str(key["id"]))
    marks = ", ".join("?" * len(inside))
    where, values = f"basis = ? and region in ({marks})", [key["basis"], *inside]
    if indicator.startswith("radiation.gamma"):
        days = _by_station(run, "gamma_daily", where, values, "day", begin, end)
        alarms = _by_station(run, "gamma_alarms", where, values, "start", begin, end)
        return tuple(
            _gamma(code, rows, alarms.get(code, []), sources, missing.get(code, {})) for code, rows in days.items()
        )
    days = _by_station(run, "emf_daily", where, values, "day", begin, end)
    return tuple(_field(code, rows, sources, missing.get(code, {})) for code, rows in days.items())


def _by_station(
    run: Run, table: str, where: str, values: Sequence[Any], column: str, begin: date, end: date
) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    rows = queries.select(
        run.id, table, f'{where} and "{column}" >= ? and "{column}" < ?', [*values, begin, end], f'station, "{column}"'
    )
    for row in rows:
        found.setdefault(str(row["station"]), []).append(row)
    return found


def _gamma(
    code: str, days: Sequence[Mapping[str, Any]], alarms: Sequence[Mapping[str, Any]],
    sources: Mapping[str, list[Link]], missing: Mapping[str, int],
) -> Link:  # fmt: skip
    facts: dict[str, Any] = {
        "days_valid": sum(bool(day["valid"]) for day in days),
        "days_expected": len(days),
        "hours_present": sum(day["hours_present"] for day in days),
        "hours_expected": sum(day["hours_expected"] for day in days),
        "hours_missing": dict(missing),
        "days_undetermined": sum(day["state"] == "undetermined" for day in days),
        "excluded": _reasons(days),
    }
    runs = tuple(
        Link(
            "gamma_alarm", f"{alarm['start']:%Y-%m-%d %H:%M}–{alarm['end']:%m-%d %H:%M}", f"{alarm['peak']:.1f}",
            "nGy/h",
            {"hours": alarm["hours"], "background": f"{alarm['background']:.1f}",
             "threshold": f"{alarm['threshold']:.1f}", "rain": alarm["rain"], "station": code,
             "day": alarm["start"].date().isoformat()},
        )
        for alarm in alarms
    )  # fmt: skip
    return Link("radiation_station", code, "", "", facts, runs + tuple(sources.get(code, ())))


def _field(
    code: str, days: Sequence[Mapping[str, Any]], sources: Mapping[str, list[Link]], missing: Mapping[str, int]
) -> Link:
    highest = max((day for day in days if day["maximum"] is not None), key=lambda day: day["maximum"], default=None)
    facts: dict[str, Any] = {
        "days_valid": sum(bool(day["valid"]) for day in days),
        "days_expected": len(days),
        "values_present": sum(day["values_present"] for day in days),
        "values_expected": sum(day["values_expected"] for day in days),
        "hours_missing": dict(missing),
        "days_over": sum(day["attains"] is False for day in days),
        "days_undetermined": sum(day["attains"] is None for day in days),
        "excluded": _reasons(days),
    }
    shown = ""
    if highest is not None:
        shown = f"{highest['maximum']:.2f}"
        facts |= {
            "maximum_at": f"{highest['maximum_at']:%Y-%m-%d %H:%M}",
            "limit": None if highest["limit"] is None else f"{highest['limit']:.4g} V/m",
            "share": None if highest["share"] is None else f"{highest['share']:.1f} %",
        }
    return Link("radiation_station", code, shown, "V/m" if shown else "", facts, tuple(sources.get(code, ())))


def _reasons(days: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for day in days:
        if day["reason"]:
            found[str(day["reason"])] = found.get(str(day["reason"]), 0) + 1
    return found
