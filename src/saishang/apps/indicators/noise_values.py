"""From the noise tables of a run to indicator values: rates of point-times by region, means and grades of surveys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from saishang.apps.indicators.catalogue import Indicator
from saishang.apps.indicators.values import Reader, Value, make_value, share
from saishang.science.noise.series.rates import ALL

__all__ = ["NOISE_READERS", "RATES", "SURVEY"]

RATES, SURVEY = "noise_rates", "noise_surveys"
_KINDS = ("year", "to_date")


def _rates(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    """Rates over all classes, per region with stations, year and year to date; unrounded from the counts."""
    span = str(indicator.statistic["span"])
    for row in rows:
        if row["span"] != span or row["zone"] != ALL or row["region"] == ALL or row["period_kind"] not in _KINDS:
            continue
        if row["period_kind"] == "to_date" and not row["evaluated"]:
            continue
        key = {name: row[name] for name in ("period", "period_kind", "basis", "reason")}
        key |= {"scope": "region", "id": row["region"], "statistic": span}
        coverage = {name: int(row[name]) for name in ("stations", "passed", "evaluated", "not_evaluated")}
        value = share(coverage["passed"], coverage["evaluated"])
        yield make_value(indicator, key, RATES, value, bool(row["valid"]), coverage)


def _surveys(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    """Mean [dB(A)] or grade (1 to 5) of a city's survey of a year."""
    wanted = indicator.statistic
    for row in rows:
        if (row["scope"], row["span"]) != (wanted["scope"], wanted["span"]):
            continue
        key = {
            "scope": "region", "id": row["region"], "period": str(row["year"]), "period_kind": "year",
            "basis": row["basis"], "reason": row["reason"], "statistic": f"{row['scope']}:{row['span']}",
        }  # fmt: skip
        found = row["mean"] if wanted["figure"] == "mean" else row["grade"]
        value = None if found is None else Decimal(found)
        coverage: dict[str, Any] = {"points": row["points"], "points_without": row["points_without"]}
        if row["length"] is not None:
            coverage["length"] = format(row["length"].normalize(), "f")
        yield make_value(indicator, key, SURVEY, value, bool(row["valid"]), coverage)


NOISE_READERS: Mapping[str, Reader] = {RATES: _rates, SURVEY: _surveys}
