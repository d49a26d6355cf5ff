"""The chain behind a share of groundwater points: share ← points with their class ← items ← file and line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from saishang.apps.indicators import queries
from saishang.apps.indicators.laboratory import file_links
from saishang.apps.indicators.links import Link
from saishang.apps.indicators.models import Run
from saishang.apps.registers import queries as registers
from saishang.lake import Lake
from saishang.science.groundwater.classes import ROMAN
from saishang.science.groundwater.parameters import MEDIUM

__all__ = ["points_behind"]


def points_behind(lake: Lake, run: Run, key: Mapping[str, Any], begin: date, end: date) -> tuple[Link, ...]:
    """Every open point of the group in the period with its class, its items, and the lines behind each.

    Parameters
    ----------
    key:
        The row of `groundwater_shares`: scope, id, network, period, period_kind, basis.
    begin, end:
        The period, `end` being the day after it.
    """
    where = ["open", "period_kind = ?", "period = ?", "basis = ?"]
    values: list[Any] = [key["period_kind"], key["period"], key["basis"]]
    if key["network"] == "national":
        where.append("network = 'national'")
    classes = queries.select(run.id, "groundwater_class", " and ".join(where), values, "point")
    if key["scope"] == "region":
        inside = set(registers.inside(lake.rules, str(key["id"])))
        classes = [row for row in classes if row["region"] in inside]
    else:
        classes = [row for row in classes if row[str(key["scope"])] == key["id"]]
    items: dict[str, list[dict[str, Any]]] = {}
    for row in queries.select(
        run.id, "groundwater_items", "period_kind = ? and period = ?", [key["period_kind"], key["period"]],
        "point, parameter",
    ):  # fmt: skip
        items.setdefault(str(row["point"]), []).append(row)
    files = file_links(lake, run, MEDIUM, [str(row["point"]) for row in classes], begin, end)
    return tuple(_point(row, items.get(str(row["point"]), []), files) for row in classes)


def _point(
    row: Mapping[str, Any], items: list[dict[str, Any]], files: Mapping[tuple[str, str], tuple[Link, ...]]
) -> Link:
    name = str(row["point"])
    facts = {
        "valid": bool(row["sure"]),
        "reason": row["reason"] or "",
        "class": ROMAN[row["class"] - 1] if row["class"] else None,
        "target_class": ROMAN[row["target"] - 1] if row["target"] else None,
        "complies": row["complies"],
        "main": [code for code in str(row["worst"]).split(",") if code],
        "missing": [code for code in str(row["missing"]).split(",") if code],
        "samples": row["samples"],
    }
    parts = tuple(
        Link(
            "item", str(item["parameter"]), "" if item["value"] is None else f"{item['value']:.4g}", "",
            {"class": ROMAN[item["class"] - 1], "samples": item["samples"], "below": item["below"]},
            files.get((name, str(item["parameter"])), ()),
        )
        for item in items
    )  # fmt: skip
    return Link("point", name, ROMAN[row["class"] - 1] if row["class"] else "", "", facts, parts)
