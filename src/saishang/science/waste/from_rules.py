"""Rules of solid waste as the objects that the functions of this package take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from saishang.rules import RuleLookupError, Rules
from saishang.science.machine import StateTable
from saishang.science.naming import NameBook
from saishang.science.waste.balance import Stream
from saishang.science.waste.new_pollutants import Substance, SubstanceList
from saishang.science.waste.zero_waste import ZeroWasteIndicator

__all__ = ["manifest_digits", "manifest_states", "new_pollutants", "setting", "streams", "zero_waste_indicators"]

_FOLDER = "standards/waste"


def _document(rules: Rules) -> Mapping[str, Any]:
    return rules.document(f"{_FOLDER}/waste")


def setting(rules: Rules, name: str) -> Any:
    """Default of a named setting of `waste.yaml`."""
    for entry in _document(rules)["settings"]:
        if entry["id"] == name:
            return entry["default"]
    raise RuleLookupError(f"expected a setting {name!r}, got none", fix="add it under settings", where=_FOLDER)


def streams(rules: Rules) -> dict[str, Stream]:
    """Streams of waste by id, in the order of the rules."""
    return {
        entry["id"]: Stream(
            entry["id"],
            entry["zh"],
            entry["en"],
            tuple(entry["sources"]),
            tuple(entry["sinks"]),
            entry["rate"],
            tuple(entry.get("borders", {}).get("in", ())),
            tuple(entry.get("borders", {}).get("out", ())),
        )
        for entry in _document(rules)["streams"]
    }


def manifest_digits(rules: Rules) -> tuple[tuple[str, int], ...]:
    """Parts of a manifest's number with their digits."""
    return tuple((part["part"], int(part["digits"])) for part in _document(rules)["manifest"]["number"])


def manifest_states(rules: Rules) -> StateTable:
    """The chain of a manifest as a state table."""
    manifest = _document(rules)["manifest"]
    return StateTable.from_entries(manifest["states"], manifest["transitions"], name="转移联单")


def zero_waste_indicators(rules: Rules, on: date) -> tuple[ZeroWasteIndicator, ...]:
    """The list of indicators in force, by number."""
    rows = sorted(rules.table(f"{_FOLDER}/zero_waste_indicators").in_force(on), key=lambda row: int(row["no"]))
    return tuple(
        ZeroWasteIndicator(
            no=int(row["no"]),
            zh=row["indicator"],
            en=row["en"],
            level1=row["level1"],
            level2=row["level2"],
            required=row["required"],
            kind=row["kind"],
            unit=row["unit"],
            catalogue=row["catalogue"] or "",
        )
        for row in rows
    )


def new_pollutants(rules: Rules, on: date) -> SubstanceList:
    """The list of new pollutants in force on a day."""
    rows = rules.table(f"{_FOLDER}/new_pollutants").in_force(on)
    substances = {
        row["item"]: Substance(
            key=row["item"],
            entry=int(row["entry"]),
            zh=row["zh"],
            en=row["en"],
            cas=tuple(row["cas"] or ()),
            group=row["group"],
            measures=tuple(row["measures"]),
        )
        for row in rows
    }
    book = NameBook(((key, (item.zh, item.en, *item.cas)) for key, item in substances.items()), what="substance")
    return SubstanceList(edition=rows[0]["edition"] if rows else "", substances=substances, book=book)
