"""The chain behind a share of sections: share ← sections with their class ← items with means ← files and lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from saishang.apps.indicators import queries
from saishang.apps.indicators.links import Link
from saishang.apps.indicators.models import Run
from saishang.rules import load_rules
from saishang.science.water.classes import class_name

__all__ = ["ITEMS", "sections_behind"]

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
