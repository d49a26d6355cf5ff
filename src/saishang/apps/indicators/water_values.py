"""From the water tables of a run to indicator values: shares of sections of a river or network, with their coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from saishang.apps.indicators.catalogue import Indicator
from saishang.apps.indicators.values import Reader, Value, make_value

__all__ = ["WATER_READERS", "WATER_TABLE", "water_shares"]

WATER_TABLE = "water_evaluation"
_KINDS = ("year", "to_date")
#: Figure of the catalogue → (columns counted, column of the whole).
_FIGURES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "good": (("good",), "sections_evaluated"),
    "worse_than_v": (("bad",), "sections_evaluated"),
    "class_2_or_better": (("class_1", "class_2"), "sections_evaluated"),
    "compliance": (("complying",), "with_target"),
}


def water_shares(
    indicator: Indicator, rows: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[dict[str, Any], Decimal | None, bool, dict[str, Any]]]:
    """(key row, value, valid, coverage) per year and year to date of the group that the indicator names.

    Measured classes only: official monthly classes do not add up to a year (the class of a year is that of its mean).
    A year without a section evaluated is told, as a missing value.
    """
    wanted = indicator.statistic
    parts, whole = _FIGURES[str(wanted["figure"])]
    for row in rows:
        if (row["scope"], row["id"]) != (wanted["scope"], wanted["id"]) or row["basis"] != "measured":
            continue
        if row["period_kind"] not in _KINDS or (row["period_kind"] == "to_date" and not row["sections_evaluated"]):
            continue
        counted, total = sum(int(row[name]) for name in parts), int(row[whole])
        value = Decimal(counted) * 100 / Decimal(total) if total else None
        coverage = {
            "counted": counted,
            "sections_evaluated": int(row["sections_evaluated"]),
            "sections_valid": int(row["sections_valid"]),
            "sections_expected": int(row["sections_expected"]),
        }
        # A share of targets needs that every evaluated section has one.
        whole_known = whole == "sections_evaluated" or total == row["sections_evaluated"]
        key = {name: row[name] for name in ("scope", "id", "period", "period_kind", "basis")}
        key["reason"] = row["reason"] or ("" if whole_known else "no_target")
        yield key, value, bool(row["valid"]) and value is not None and whole_known, coverage


def _water(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    """Shares of sections; the group is named by the catalogue, the region is the run's."""
    for key, value, valid, coverage in water_shares(indicator, rows):
        # The key keeps the group's name for the chain; the value belongs to the region.
        yield replace(make_value(indicator, key, WATER_TABLE, value, valid, coverage), region="")


WATER_READERS: Mapping[str, Reader] = {WATER_TABLE: _water}
