"""Soil rules as the objects that the functions of this package take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from saishang.rules import Row, RuleLookupError, Rules
from saishang.science.machine import StateTable
from saishang.science.naming import NameBook
from saishang.science.numbers import exact
from saishang.science.soil.admission import AdmissionRules
from saishang.science.soil.development import DevelopmentLand, DevelopmentValues
from saishang.science.soil.farmland import Farmland

__all__ = ["admission_rules", "development_standard", "farmland_standard", "words"]

_FOLDER = "standards/soil"


def _rows(rules: Rules, table: str, on: date) -> tuple[Row, ...]:
    rows = rules.table(f"{_FOLDER}/{table}").in_force(on)
    if not rows:
        first = min(row["from"] for row in rules.table(f"{_FOLDER}/{table}").rows)
        raise RuleLookupError(
            f"expected values of {table} in force on {on.isoformat()}, got none",
            fix=f"choose a day from {first.isoformat()} on",
            where=f"{_FOLDER}/{table}",
        )
    return rows


def farmland_standard(rules: Rules, on: date) -> Farmland:
    """GB 15618 as in force on the day of the sample."""
    rows = _rows(rules, "farmland_limits", on)
    section = rules.document(f"{_FOLDER}/assessment")["farmland"]
    names: dict[str, set[str]] = {}
    for row in rows:
        names.setdefault(row["item"], set()).update((row["zh"], row["en"], *(row["aliases"] or ())))
    return Farmland(
        name=rows[0]["edition"],
        bands=tuple(None if band["to"] is None else exact(band["to"]) for band in section["ph_bands"]),
        limits={
            (row["kind"], row["item"], row["land_use"]): tuple(exact(row[f"band{n}"]) for n in range(1, 5))
            for row in rows
        },
        land_uses={entry["id"]: tuple(entry["rows"]) for entry in section["land_uses"]},
        names=NameBook(
            ((entry["id"], (entry["zh"], entry["en"], *entry["names"])) for entry in section["land_uses"]),
            what="land use",
        ),
        book=NameBook(names.items(), what="farmland item"),
        titles={row["item"]: row["zh"] for row in rows},
    )


def development_standard(rules: Rules, on: date) -> DevelopmentLand:
    """GB 36600 as in force on the day of the sample."""
    rows = _rows(rules, "development_limits", on)
    return DevelopmentLand(
        name=rows[0]["edition"],
        items={
            row["item"]: DevelopmentValues(
                item=row["item"],
                en=row["en"],
                basic=row["table"] == 1,
                screening=(exact(row["screening1"]), exact(row["screening2"])),
                intervention=(exact(row["intervention1"]), exact(row["intervention2"])),
                natural_background=row["natural_background"],
            )
            for row in rows
        },
        book=NameBook(((row["item"], (row["en"], *(row["aliases"] or ()))) for row in rows), what="item of GB 36600"),
    )


def words(rules: Rules, section: str, entries: str) -> Mapping[str, tuple[str, str]]:
    """Words of categories or results by id: `words(rules, "farmland", "categories")`."""
    found = rules.document(f"{_FOLDER}/assessment")[section][entries]
    return {str(entry["id"]): (entry["zh"], entry["en"]) for entry in found}


def admission_rules(rules: Rules) -> AdmissionRules:
    """The admission chain and its gate."""
    document: Mapping[str, Any] = rules.document(f"{_FOLDER}/admission")
    gate = document["gate"]
    return AdmissionRules(
        table=StateTable.from_entries(document["states"], document["transitions"], name="准入链"),
        uses=NameBook(((use["id"], (use["zh"], use["en"], *use["names"])) for use in gate["uses"]), what="use"),
        gate={(rule["state"], rule["use"]): (rule["allowed"], rule["reason"]) for rule in gate["rules"]},
        reasons={code: (entry["zh"], entry["en"], entry["clause"]) for code, entry in gate["reasons"].items()},
    )
