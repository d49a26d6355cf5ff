"""From the climate tables of a run to indicator values: figures of calendar years at the region's station."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from saishang.apps.indicators.catalogue import Indicator
from saishang.apps.indicators.values import Reader, Value, decimal_of, make_value

__all__ = ["CLIMATE_READERS"]


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
        value, complete = decimal_of(row[column]), bool(row["complete"])
        shaped = {
            "scope": "city",
            "id": row["region"],
            "period": str(row["year"]),
            "period_kind": "year",
            "basis": "measured",
            "reason": "" if complete and value is not None else "days_short",
        }
        coverage = {"stations": [row["station"]], "days_missing": row["rain_missing"]}
        yield make_value(indicator, shaped, "climate_years", value, complete and value is not None, coverage)


CLIMATE_READERS: Mapping[str, Reader] = {"climate_years": _climate_years}
