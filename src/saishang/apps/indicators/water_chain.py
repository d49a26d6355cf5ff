"""The chain behind figures of surface water.

Share of sections ← sections with their class ← items with means ← files and lines; share of drinking-water sources ←
sources ← months with their verdict ← files; share of control sections ← sections with their assurance ← files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from saishang.apps.indicators import queries
from saishang.apps.indicators.links import Link
from saishang.apps.indicators.models import Run
from saishang.apps.indicators.water_places import drains
from saishang.apps.registers import queries as registers
from saishang.rules import load_rules
from saishang.science.periods import period_span
from saishang.science.water.classes import class_name

__all__ = ["ITEMS", "flows_behind", "sections_behind", "sources_behind"]

#: Items whose samples are followed to their files: those that decide a class at automatic stations.
ITEMS = ("PH", "DO", "CODMN", "NH3N", "TP")


def sections_behind(run: Run, key: Mapping[str, Any], sources: Mapping[str, list[Link]]) -> tuple[Link, ...]:
    """Every section of the group in the period with its class; one without a class says why.

    Parameters
    ----------
    key:
        The row of `water_evaluation`: scope, id, period, period_kind, basis.
    sources:
        Files behind each section.
    """
    members = _members(run, key)
    classes = queries.select(
        run.id, "section_class", "period_kind = ? and period = ? and basis = ?",
        [key["period_kind"], key["period"], key["basis"]], "section",
    )  # fmt: skip
    items: dict[str, list[dict[str, Any]]] = {}
    for row in queries.select(
        run.id, "section_items", "period_kind = ? and period = ? and counts", [key["period_kind"], key["period"]],
        "section, parameter",
    ):  # fmt: skip
        items.setdefault(str(row["section"]), []).append(row)
    return tuple(
        _section(row, items.get(str(row["section"]), []), sources)
        for row in classes
        if members is None or row["section"] in members
    )


def _members(run: Run, key: Mapping[str, Any]) -> set[str] | None:
    """Sections of the group by the rules that are loaded; None = all (the region)."""
    if key["scope"] == "drains":
        entries = drains(load_rules(settings.CONFIG.rules_overlay), run.as_of, run.started)
        wanted = key["id"] == "demonstration"
        return {str(entry.last.values.get("mouth")) for entry in entries if entry.invented is wanted}
    column = {"river": "river", "basin": "basin", "city": "city", "network": "control_level", "lake": "code"}.get(
        str(key["scope"])
    )
    if column is None:
        return None
    rules = load_rules(settings.CONFIG.rules_overlay)
    table = rules.tables.get(f"sites/{run.parameters.get('site', '')}/water_sections")
    return set() if table is None else {str(row["code"]) for row in table if row[column] == key["id"]}


def _section(row: Mapping[str, Any], items: list[dict[str, Any]], sources: Mapping[str, list[Link]]) -> Link:
    facts = {
        "valid": bool(row["valid"]),
        "reason": row["reason"] or "",
        "class": class_name(row["class"]) if row["class"] else None,
        "target_class": class_name(row["target"]) if row["target"] else None,
        "complies": row["complies"],
        "main": [code for code in str(row["main"]).split(",") if code],
        "missing": [code for code in str(row["missing"]).split(",") if code],
    }
    parts = tuple(_item(item) for item in items)
    name = str(row["section"])
    return Link(
        "section", name, class_name(row["class"]) if row["class"] else "", "", facts,
        parts + tuple(sources.get(name, ())),
    )  # fmt: skip


def _item(item: Mapping[str, Any]) -> Link:
    facts = {
        "class": class_name(item["class"]) if item["class"] else None,
        "multiple": item["multiple"],
        "samples": item["samples"],
        "days_valid": item["days_valid"],
        "days_expected": item["days_expected"],
        "months_valid": item["months_valid"],
        "months_expected": item["months_expected"],
        "valid": bool(item["valid"]),
        "reason": item["reason"] or "",
    }
    shown = "" if item["value"] is None else f"{item['value']:.4g}"
    return Link("item", str(item["parameter"]), shown, "", facts)


def sources_behind(
    run: Run, region: str, key: Mapping[str, Any], sources: Mapping[str, list[Link]]
) -> tuple[Link, ...]:
    """Every source of the region in the period with its verdict, and the months that it was judged by.

    Parameters
    ----------
    sources:
        Files behind each sampling point.
    """
    inside = set(registers.inside(load_rules(settings.CONFIG.rules_overlay), region))
    rows = queries.select(
        run.id, "water_sources", "period_kind = ? and period = ? and basis = ?",
        [key["period_kind"], key["period"], key["basis"]], "source",
    )  # fmt: skip
    months: dict[str, list[dict[str, Any]]] = {}
    first, last = period_span(str(key["period"]))
    for row in queries.select(run.id, "water_sources", "period_kind = 'month'", [], "source, period"):
        if f"{first:%Y-%m}" <= row["period"] < f"{last:%Y-%m}":
            months.setdefault(str(row["source"]), []).append(row)
    return tuple(
        Link(
            "water_source", str(row["source"]), "", "", _source_facts(row),
            tuple(
                Link("water_month", str(month["period"]), "", "", _source_facts(month))
                for month in months.get(str(row["source"]), [])
            ) + tuple(sources.get(str(row["station"]), ())),
        )
        for row in rows
        if row["region"] in inside
    )  # fmt: skip


def _source_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "valid": bool(row["valid"]), "reason": row["reason"] or "", "attains": row["compliant"],
        "class": class_name(row["class"]) if row["class"] else None,
        "over": [part for part in str(row["over"]).split(",") if part],
        "missing": [part for part in str(row["missing"]).split(",") if part],
        "items_measured": row["items"], "days": row["days"], "volume": row["volume"],
    }  # fmt: skip


def flows_behind(run: Run, key: Mapping[str, Any], sources: Mapping[str, list[Link]]) -> tuple[Link, ...]:
    """Every control section in the period with its assurance and the files of its flow."""
    rows = queries.select(
        run.id, "water_flow", "period_kind = ? and period = ? and basis = ?",
        [key["period_kind"], key["period"], key["basis"]], "section",
    )  # fmt: skip
    return tuple(
        Link(
            "flow", str(row["section"]), "" if row["rounded"] is None else f"{row['rounded']:.1f}", "%",
            {
                "valid": bool(row["valid"]), "reason": row["reason"] or "", "attains": row["met"],
                "days_expected": row["days_expected"], "days_valid": row["days_present"],
                "days_kept": row["days_kept"], "target_flow": row["target"],
            },
            tuple(sources.get(str(row["section"]), ())),
        )
        for row in rows
    )  # fmt: skip
