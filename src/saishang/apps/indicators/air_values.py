"""From the air tables of a run to indicator values: means, shares of days, attaining cities, composite indices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from saishang.apps.indicators.catalogue import Indicator
from saishang.apps.indicators.values import PERIOD_KINDS, Reader, Value, decimal_of, make_value, share

__all__ = ["AIR_READERS"]

#: A share of days is shown only when at least this part of the period's days counts. Own choice: an incomplete day
#: counts only when it is polluted all the same, so a share of few days would look worse than the air was.
_LEAST_PART_OF_DAYS = Decimal("0.5")
_SCOPES = ("city", "region")


def _wanted(row: Mapping[str, Any]) -> bool:
    """Years always (a year without data is told), years to date only where there is something."""
    if row["period_kind"] not in PERIOD_KINDS or row.get("scope", "city") not in _SCOPES:
        return False
    empty = not row.get("days_valid") if "days_valid" in row else row.get("value") is None
    return row["period_kind"] == "year" or not empty


def _days(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"days_valid": row.get("days_valid"), "days_expected": row.get("days_expected")}


def _period_statistics(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    wanted = indicator.statistic
    for row in rows:
        if _wanted(row) and (row["parameter"], row["statistic"]) == (wanted["parameter"], wanted["statistic"]):
            yield make_value(
                indicator, row, "period_statistics", decimal_of(row["value"]), bool(row["valid"]), _days(row)
            )


def _period_days(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    heavy = indicator.id == "air.heavy_days"
    for row in rows:
        if not _wanted(row):
            continue
        part = (row["heavy"] or 0) + (row["severe"] or 0) if heavy else row["good"]
        counted, expected = row["days_valid"] or 0, row["days_expected"] or 0
        value = share(part or 0, counted) if counted >= expected * _LEAST_PART_OF_DAYS else None
        # No standard states a minimum of days for a share; the table asks for the 324 days of the annual mean.
        complete = bool(row["valid"])
        coverage = _days(row) | {"counted": part}
        yield make_value(indicator, row, "period_days", value, complete and value is not None, coverage)


def _attainment(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    """Share of the region's cities that attain; one with an item that cannot be judged does not count as attaining."""
    by_period: dict[tuple[str, str, str, str], dict[str, list[bool | None]]] = {}
    for row in rows:
        if row.get("scope", "city") == "city" and row["period_kind"] in PERIOD_KINDS:
            key = (row["period"], row["period_kind"], row["basis"], row["standard"])
            by_period.setdefault(key, {}).setdefault(row["id"], []).append(row["attains"])
    for (period, kind, basis, standard), cities in sorted(by_period.items()):
        judged = {city: _all_attain(items) for city, items in cities.items()}
        complete = all(verdict is not None for verdict in judged.values())
        attaining = sorted(city for city, verdict in judged.items() if verdict)
        row = {"scope": "region", "id": "", "period": period, "period_kind": kind, "basis": basis, "standard": standard}
        row["reason"] = "" if complete else "no_valid_year"
        value = share(len(attaining), len(judged)) if complete else None
        coverage = {
            "cities": len(judged),
            "attaining": attaining,
            "judged": sum(v is not None for v in judged.values()),
        }
        yield make_value(indicator, row, "attainment", value, complete, coverage)


def _all_attain(items: Sequence[bool | None]) -> bool | None:
    if any(item is False for item in items):
        return False
    return None if any(item is None for item in items) else True


def _composite(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    for row in rows:
        if _wanted(row):
            yield make_value(indicator, row, "composite", decimal_of(row["value"]), bool(row["valid"]), _days(row))


AIR_READERS: Mapping[str, Reader] = {
    "period_statistics": _period_statistics,
    "period_days": _period_days,
    "attainment": _attainment,
    "composite": _composite,
}
