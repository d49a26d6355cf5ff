"""From the soil tables of a run to indicator values: points within the values, key construction plots in safe use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from saishang.apps.indicators.catalogue import Indicator
from saishang.apps.indicators.values import Reader, Value, decimal_of, make_value, share

__all__ = ["CONSTRUCTION_TABLE", "POINTS_TABLE", "SOIL_READERS"]

POINTS_TABLE, CONSTRUCTION_TABLE = "soil_shares", "soil_construction"


def _points(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    """Share of long-term points within every screening value, of the land that the catalogue names."""
    land = indicator.statistic["land"]
    for row in rows:
        if row["land"] != land:
            continue
        value = share(int(row["within"]), int(row["points_evaluated"]))
        coverage = {
            "counted": int(row["within"]), "points_evaluated": int(row["points_evaluated"]),
            "points_sampled": int(row["points_sampled"]), "points_expected": int(row["points_expected"]),
        }  # fmt: skip
        made = make_value(indicator, row, POINTS_TABLE, value, bool(row["valid"]), coverage)
        yield replace(made, inputs=made.inputs | {"key": made.inputs["key"] | {"land": land}})


def _construction(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    """Share of key construction plots that were not opened against the gate."""
    for row in rows:
        lawful = int(row["changed"]) - int(row["against"]) - int(row["undetermined"])
        coverage = {"counted": lawful, "entries_of": int(row["changed"]), "opened": int(row["opened"])}
        value = share(lawful, int(row["changed"])) if row["valid"] else decimal_of(None)
        yield make_value(indicator, row, CONSTRUCTION_TABLE, value, bool(row["valid"]), coverage)


SOIL_READERS: Mapping[str, Reader] = {POINTS_TABLE: _points, CONSTRUCTION_TABLE: _construction}
