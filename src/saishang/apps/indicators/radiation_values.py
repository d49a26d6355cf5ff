"""From the radiation tables of a run to indicator values: what the network of a region says of a year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from saishang.apps.indicators.catalogue import Indicator
from saishang.apps.indicators.radiation_schemas import NETWORK
from saishang.apps.indicators.values import Reader, Value, decimal_of, make_value, share

__all__ = ["RADIATION_READERS"]


def _network(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    """One figure of the network per region, period and basis.

    A running year's full value waits for its end (`year` rows are not valid before); alarms and values over a limit are
    a lower bound while days or stations have no verdict, and not valid then.
    """
    listed = list(rows)
    running = {row["period"][:4] for row in listed if row["period_kind"] == "to_date"}
    for row in listed:
        told = _told(str(indicator.statistic["figure"]), row)
        if told is None:
            continue
        value, reason, coverage = told
        if row["period_kind"] == "year" and row["period"] in running:
            reason = reason or "period_open"
        yield make_value(indicator, {**row, "reason": reason}, NETWORK, value, not reason, coverage)


def _told(figure: str, row: Mapping[str, Any]) -> tuple[Decimal | None, str, dict[str, Any]] | None:
    """(value, why it is not valid, coverage); None for a network that has no such stations."""
    if figure.startswith("gamma"):
        if not row["gamma_stations"]:
            return None
        present, expected = int(row["gamma_hours_present"]), int(row["gamma_hours_expected"])
        coverage = {
            "gamma_stations": row["gamma_stations"], "hours_present": present, "hours_expected": expected,
            "rain_alarms": row["rain_alarms"],
        }  # fmt: skip
        if figure == "gamma_capture":
            return share(present, expected), "" if expected else "no_data", coverage
        undetermined = int(row["gamma_undetermined"])
        coverage["days_undetermined"] = undetermined
        reason = "no_data" if not present else "days_undetermined" if undetermined else ""
        return Decimal(row["alarms"]) if present else None, reason, coverage
    if not row["emf_stations"]:
        return None
    evaluated, all_of_them = int(row["emf_evaluated"]), int(row["emf_stations"])
    coverage = {"emf_stations": all_of_them, "emf_evaluated": evaluated}
    reason = "" if evaluated == all_of_them else "stations_unjudged"
    if figure == "emf_share":
        value = decimal_of(row["emf_share"])
        return value, reason or ("" if value is not None else "no_data"), coverage
    # Over in one value is known to be over; that none was takes a verdict on every station.
    return (Decimal(row["emf_over"]) if evaluated else None), reason, coverage


RADIATION_READERS: Mapping[str, Reader] = {NETWORK: _network}
