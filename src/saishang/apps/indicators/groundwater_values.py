"""From the groundwater tables of a run to indicator values: shares of points, per region, with their coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from saishang.apps.indicators.catalogue import Indicator
from saishang.apps.indicators.values import Reader, Value, make_value, share

__all__ = ["GROUNDWATER_READERS", "GROUNDWATER_TABLE"]

GROUNDWATER_TABLE = "groundwater_shares"
#: Figure of the catalogue → (column counted, column of the whole).
_FIGURES: Mapping[str, tuple[str, str]] = {
    "class_five": ("class_5", "points_evaluated"),
    "compliance": ("complying", "with_target"),
}


def _shares(indicator: Indicator, rows: Iterable[Mapping[str, Any]]) -> Iterator[Value]:
    wanted = indicator.statistic
    part, whole = _FIGURES[str(wanted["figure"])]
    for row in rows:
        if row["scope"] != "region" or row["network"] != wanted["network"]:
            continue
        total = int(row[whole])
        value: Decimal | None = share(int(row[part]), total)
        coverage = {
            "counted": int(row[part]), "points_evaluated": int(row["points_evaluated"]),
            "points_sure": int(row["points_sure"]), "points_expected": int(row["points_expected"]),
        }  # fmt: skip
        # A share of targets needs that every point has one and that it could be judged.
        judged = part == "class_5" or total == row["points_expected"]
        valid = bool(row["valid"]) and value is not None and judged
        reason = row["reason"] or ("" if judged else "no_target")
        made = make_value(indicator, {**row, "reason": reason}, GROUNDWATER_TABLE, value, valid, coverage)
        key = made.inputs["key"] | {"network": row["network"]}
        yield replace(made, inputs=made.inputs | {"key": key})


GROUNDWATER_READERS: Mapping[str, Reader] = {GROUNDWATER_TABLE: _shares}
