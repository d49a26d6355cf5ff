"""From the tables of a run to indicator values: one per indicator, region, period and basis, with how it came about.

Pure: tables in, rows out. The clause, the counts and the reason of a missing value travel with every row, so that a
page or an explanation never has to guess.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa

from saishang.apps.indicators.catalogue import Catalogue, Indicator
from saishang.apps.indicators.models import ReportedValue
from saishang.apps.indicators.water_values import WATER_TABLE, water_shares
from saishang.science.rounding import round_half_even

__all__ = ["PERIOD_KINDS", "Value", "computed_values", "reported_values"]

PERIOD_KINDS = ("year", "to_date")
#: A share of days is shown only when at least this part of the period's days counts. Own choice: an incomplete day
#: counts only when it is polluted all the same, so a share of few days would look worse than the air was.
_LEAST_PART_OF_DAYS = Decimal("0.5")
_SCOPES = ("city", "region")


@dataclass(frozen=True)
class Value:
    """One indicator value. `rounded` keeps its decimals as text; `value` is unrounded [unit of the indicator]."""

    indicator: str
    region: str
    period: str
    period_kind: str
    basis: str
    kind: str
    value: Decimal | None
    rounded: str
    unit: str
    valid: bool
    coverage: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    clause: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    standard: str = ""


def computed_values(
    catalogue: Catalogue,
    tables: Mapping[str, pa.Table],
    region: str,
    *,
    cities: Collection[str],
    known: Collection[str],
) -> list[Value]:
    """Values of every computed indicator from the statistics tables of a run.

    Parameters
    ----------
    region, cities:
        The region of the run, and the cities that it is made of.
    known:
        Codes of the rules' regions. National series bring hundreds of cities of other provinces into the tables; nobody
        here is judged by them, so they have no values, and above all no part in the region's shares.
    """
    rows = {
        name: [row for row in table.to_pylist() if row.get("scope") != "city" or row["id"] in known]
        for name, table in tables.items()
        if name in _READ_BY
    }
    rows["attainment"] = [row for row in rows.get("attainment", ()) if row["id"] in cities]
    found: list[Value] = []
    for indicator in catalogue.indicators.values():
        if indicator.kind != "computed":
            continue
        source = str(indicator.statistic["source"]).removeprefix("air.")
        if source not in _READ_BY:
            continue  # made elsewhere: of reported parts (`composed`), or by a medium whose tables this run has not
        found.extend(
            value if value.region else replace(value, region=region)
            for value in _READ_BY[source](indicator, rows.get(source, ()))
        )
    return found


def reported_values(catalogue: Catalogue, reports: Iterable[ReportedValue]) -> list[Value]:
    """Values that agencies report; only the newest of each (the others are superseded)."""
    found = []
    for row in reports:
        indicator = catalogue.indicators[row.indicator]
        found.append(
            Value(
                indicator=indicator.id,
                region=row.region,
                period=row.period,
                period_kind="year",
                basis=row.basis,
                kind="reported",
                value=row.value,
                rounded=row.text,
                unit=row.unit,
                valid=True,
                coverage={},
                clause=indicator.clause,
                inputs={
                    "report": row.pk,
                    "agency": row.agency,
                    "evidence": row.evidence,
                    "status": row.status,
                    "caliber": row.caliber,
                    "note": row.note,
                    "origin": row.origin,
                    "entered_at": row.entered_at.isoformat(),
                },
            )
        )
    return found


def _make(
    indicator: Indicator,
    row: Mapping[str, Any],
    table: str,
    value: Decimal | None,
    valid: bool,
    coverage: dict[str, Any],
) -> Value:
    rounded = "" if value is None else str(round_half_even(value, indicator.decimals))
    key = {name: row[name] for name in ("scope", "id", "period", "period_kind", "basis") if name in row}
    key |= {name: row[name] for name in ("parameter", "statistic", "standard") if name in row}
    return Value(
        indicator=indicator.id,
        region=row["id"],
        period=row["period"],
        period_kind=row["period_kind"],
        basis=row["basis"],
        kind="computed",
        value=value,
        rounded=rounded,
        unit=indicator.unit,
        valid=valid,
        coverage=coverage,
        reason=row.get("reason") or "",
        clause=indicator.clause,
        inputs={"table": table, "key": key},
        standard=row.get("standard", ""),
    )


def _decimal(number: Any) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _share(part: int, whole: int) -> Decimal | None:
    """Percentage with the exactness of the counts; None of nothing."""
    return Decimal(part) * 100 / Decimal(whole) if whole else None


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
            yield _make(indicator, row, "period_statistics", _decimal(row["value"]), bool(row["valid"]), _days(row))


def _period_days(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    heavy = indicator.id == "air.heavy_days"
    for row in rows:
        if not _wanted(row):
            continue
        part = (row["heavy"] or 0) + (row["severe"] or 0) if heavy else row["good"]
        counted, expected = row["days_valid"] or 0, row["days_expected"] or 0
        value = _share(part or 0, counted) if counted >= expected * _LEAST_PART_OF_DAYS else None
        # No standard states a minimum of days for a share; the table asks for the 324 days of the annual mean.
        complete = bool(row["valid"])
        coverage = _days(row) | {"counted": part}
        yield _make(indicator, row, "period_days", value, complete and value is not None, coverage)


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
        value = _share(len(attaining), len(judged)) if complete else None
        coverage = {
            "cities": len(judged),
            "attaining": attaining,
            "judged": sum(v is not None for v in judged.values()),
        }
        yield _make(indicator, row, "attainment", value, complete, coverage)


def _all_attain(items: Sequence[bool | None]) -> bool | None:
    if any(item is False for item in items):
        return False
    return None if any(item is None for item in items) else True


def _composite(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    for row in rows:
        if _wanted(row):
            yield _make(indicator, row, "composite", _decimal(row["value"]), bool(row["valid"]), _days(row))


def _climate_years(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    """A figure of a calendar year at the region's station, the first by code where there are several.

    A year with missing days keeps its figure, a lower bound, and is not valid.
    """
    column = str(indicator.statistic["statistic"])
    told: set[tuple[str, int]] = set()
    for row in sorted(rows, key=lambda row: (row["year"], row["region"], row["station"])):
        if not row["region"] or (row["region"], row["year"]) in told:
            continue
        told.add((row["region"], row["year"]))
        value, complete = _decimal(row[column]), bool(row["complete"])
        shaped = {
            "scope": "city",
            "id": row["region"],
            "period": str(row["year"]),
            "period_kind": "year",
            "basis": "measured",
            "reason": "" if complete and value is not None else "days_short",
        }
        coverage = {"stations": [row["station"]], "days_missing": row["rain_missing"]}
        yield _make(indicator, shaped, "climate_years", value, complete and value is not None, coverage)


def _water(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    """Shares of sections; the group is named by the catalogue, the region is the run's."""
    for key, value, valid, coverage in water_shares(indicator, rows):
        # The key keeps the group's name for the chain; the value belongs to the region.
        yield replace(_make(indicator, key, WATER_TABLE, value, valid, coverage), region="")


_READ_BY = {
    WATER_TABLE: _water,
    "climate_years": _climate_years,
    "period_statistics": _period_statistics,
    "period_days": _period_days,
    "attainment": _attainment,
    "composite": _composite,
}
