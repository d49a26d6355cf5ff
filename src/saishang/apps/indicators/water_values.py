"""From the water tables of a run to indicator values, with their coverage.

Shares of sections of a river or network, of drinking-water sources, of control sections that keep their flow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from saishang.apps.indicators.catalogue import Indicator
from saishang.apps.indicators.values import Reader, Value, make_value, share

__all__ = ["FLOW_TABLE", "SOURCE_TABLE", "WATER_READERS", "WATER_TABLE", "flow_shares", "source_shares", "water_shares"]

WATER_TABLE = "water_evaluation"
SOURCE_TABLE = "water_source_shares"
FLOW_TABLE = "water_flow"
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


def source_shares(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    """Shares of compliant drinking-water sources per region, all levels together: by number or by volume."""
    figure = str(indicator.statistic["figure"])
    for row in rows:
        if row["level"] != "all" or row["period_kind"] not in _KINDS:
            continue
        value = _share(row["complying_volume"], row["volume"]) if figure == "by_volume" else _share(
            row["complying"], row["evaluated"]
        )  # fmt: skip
        coverage = {
            "sources_complying": row["complying"], "sources_evaluated": row["evaluated"],
            "sources_expected": row["sources"],
        }  # fmt: skip
        if figure == "by_volume":
            coverage |= {"volume": row["volume"], "volume_complying": row["complying_volume"]}
        reason = row["reason"] or (row["volume_reason"] if figure == "by_volume" else "") or ""
        yield make_value(
            indicator, {**row, "reason": reason}, SOURCE_TABLE, value, value is not None and not reason, coverage
        )  # fmt: skip


def flow_shares(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    """Share of the control sections that keep their ecological flow in a year or to date; invented ones apart.

    A section whose missing days could turn its verdict is not evaluated, and the share is not valid then.
    """
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["period_kind"] in _KINDS:
            groups.setdefault((row["basis"], row["period_kind"], row["period"]), []).append(row)
    for (basis, kind, period), mine in sorted(groups.items()):
        judged = [row for row in mine if row["met"] is not None]
        met = sum(bool(row["met"]) for row in judged)
        reason = "no_data" if not judged else "" if len(judged) == len(mine) else "sections_short"
        key = {"id": "", "period": period, "period_kind": kind, "basis": basis, "reason": reason}
        coverage = {"counted": met, "sections_evaluated": len(judged), "sections_expected": len(mine)}
        yield make_value(indicator, key, FLOW_TABLE, share(met, len(judged)), not reason, coverage)


def _share(part: float | None, whole: float | None) -> Decimal | None:
    if part is None or not whole:
        return None
    return Decimal(str(part)) * 100 / Decimal(str(whole))


WATER_READERS: Mapping[str, Reader] = {
    WATER_TABLE: _water, SOURCE_TABLE: source_shares, FLOW_TABLE: flow_shares
}  # fmt: skip
