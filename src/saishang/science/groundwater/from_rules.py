"""Groundwater rules as the objects that the functions of this package take."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from saishang.rules import Row, RuleLookupError, Rules
from saishang.science.groundwater.classes import Groundwater, Item
from saishang.science.naming import NameBook
from saishang.science.numbers import exact

__all__ = ["editions", "groundwater_standard"]

_FOLDER = "standards/groundwater"


def editions(rules: Rules) -> tuple[str, ...]:
    """Names of the editions, oldest first."""
    return tuple(entry["id"] for entry in rules.document(f"{_FOLDER}/assessment")["editions"])


def groundwater_standard(rules: Rules, which: str | date) -> Groundwater:
    """One edition by name (`GB/T 14848-2017`) or by the day of the sample."""
    document = rules.document(f"{_FOLDER}/assessment")
    name = rules.edition(f"{_FOLDER}/assessment", which)["id"]
    rows = rules.table(f"{_FOLDER}/limits").find(edition=name)
    words = {key: frozenset(str(word).casefold() for word in found) for key, found in document["words"].items()}
    return Groundwater(
        name=name,
        items={row["item"]: _item(row) for row in rows},
        book=NameBook(
            ((row["item"], (row["zh"], row["en"], *(row["aliases"] or ()))) for row in rows), what="groundwater item"
        ),
        absent=words["absent"],
        present=words["present"],
        not_detected=words["not_detected"],
        below_detection=_setting(document, "below_detection"),
    )


def _setting(document: Any, name: str) -> Any:
    for entry in document["settings"]:
        if entry["id"] == name:
            return entry["default"]
    raise RuleLookupError(f"expected a setting {name!r}, got none", fix="add it under settings", where=_FOLDER)


def _item(row: Row) -> Item:
    def bound(name: str) -> Fraction | None:
        return None if row[name] is None else exact(row[name])

    return Item(
        key=row["item"],
        zh=row["zh"],
        en=row["en"],
        unit=row["unit"],
        kind=row["kind"],
        low=(bound("low1"), bound("low2"), bound("low3"), bound("low4")),
        high=(bound("high1"), bound("high2"), bound("high3"), bound("high4")),
        beyond=int(row["beyond"]),
        group=row["group"],
    )
