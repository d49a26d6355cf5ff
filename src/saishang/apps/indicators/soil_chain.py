"""The chains behind soil figures: share ← points with their sample ← contents ← file and line; rate ← plots."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from saishang.apps.indicators import queries
from saishang.apps.indicators.laboratory import file_links
from saishang.apps.indicators.links import Link
from saishang.apps.indicators.models import Run
from saishang.apps.registers import queries as registers
from saishang.lake import Lake
from saishang.science.soil.parameters import MEDIUM

__all__ = ["plots_behind", "samples_behind"]


def samples_behind(lake: Lake, run: Run, key: Mapping[str, Any], begin: date, end: date) -> tuple[Link, ...]:
    """The last sample of every point of the region in the period, its contents, and the line behind each."""
    inside = set(registers.inside(lake.rules, str(key["id"])))
    rows = [
        row
        for row in queries.select(
            run.id, "soil_samples", "last_of_year and basis = ? and period >= ? and period < ?",
            [key["basis"], begin.isoformat(), end.isoformat()], "point, period",
        )
        if row["region"] in inside and key["land"] in ("all", row["land"])
    ]  # fmt: skip
    items: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for item in queries.select(run.id, "soil_items", order="point, period, parameter"):
        items.setdefault((str(item["point"]), str(item["period"])), []).append(item)
    links = []
    for row in rows:
        day = date.fromisoformat(str(row["period"]))
        files = file_links(lake, run, MEDIUM, [str(row["point"])], day, day + timedelta(days=1))
        links.append(_sample(row, items.get((str(row["point"]), str(row["period"])), []), files))
    return tuple(links)


def _sample(
    row: Mapping[str, Any], items: list[dict[str, Any]], files: Mapping[tuple[str, str], tuple[Link, ...]]
) -> Link:
    name = str(row["point"])
    facts = {
        "day": row["period"], "result": row["result"], "valid": row["result"] is not None,
        "reason": row["reason"] or "", "ph": row["ph"], "land_use": row["land_use"],
        "main": [code for code in f"{row['over_intervention']},{row['over_screening']}".split(",") if code],
        "missing": [code for code in str(row["missing"]).split(",") if code],
    }  # fmt: skip
    parts = tuple(
        Link(
            "item", str(item["parameter"]), "" if item["value"] is None else f"{item['value']:.4g}", "mg/kg",
            {"screening": item["screening"], "intervention": item["intervention"], "result": item["result"]},
            files.get((name, str(item["parameter"])), ()),
        )
        for item in items
        if item["value"] is not None
    )  # fmt: skip
    return Link("point", name, "", "", facts, parts)


def plots_behind(lake: Lake, run: Run, key: Mapping[str, Any]) -> tuple[Link, ...]:
    """Every key construction plot of the region with how it stood on the day on which it was opened."""
    inside = set(registers.inside(lake.rules, str(key["id"])))
    rows = queries.select(
        run.id, "soil_plots", "basis = ? and period = ? and period_kind = ?",
        [key["basis"], key["period"], key["period_kind"]], "plot",
    )  # fmt: skip
    return tuple(
        Link(
            "entry", str(row["plot"]), "", "",
            {
                "register": "construction_plots", "entry": int(row["entry"]), "state": row["state"],
                "since": row["changed_on"] or "", "region": row["region"], "counted": row["against"] is False,
                "opened": row["opened_on"] or "", "reason": row["reason"],
            },
        )
        for row in rows
        if row["region"] in inside
    )  # fmt: skip
