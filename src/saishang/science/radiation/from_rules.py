"""Radiation rules as the objects that the functions of this package take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from saishang.rules import Row, RuleLookupError, Rules
from saishang.science.machine import StateTable
from saishang.science.naming import NameBook
from saishang.science.numbers import exact
from saishang.science.radiation.background import AlarmRule
from saishang.science.radiation.emf import UNITS, Band, EmfLimits, Law
from saishang.science.radiation.ledger import AlarmKind
from saishang.science.radiation.network import StationRule
from saishang.science.radiation.sources import Nuclide, SourceRules
from saishang.science.register.kind import Kind, read_kind

__all__ = [
    "LEDGER", "alarm_kinds", "alarm_rule", "emf_limits", "ledger_kind", "ledger_states", "loss_grade",
    "project_divisor", "source_rules", "station_rule",
]  # fmt: skip

#: Register of radioactive sources.
LEDGER = "radioactive_sources"

_FOLDER = "standards/radiation"


def _document(rules: Rules) -> Mapping[str, Any]:
    return rules.document(f"{_FOLDER}/radiation")


def _in_force(rules: Rules, table: str, on: date) -> tuple[Row, ...]:
    rows = rules.table(f"{_FOLDER}/{table}").in_force(on)
    if not rows:
        raise RuleLookupError(
            f"expected rows of {table} in force on {on.isoformat()}, got none",
            fix="choose a later day",
            where=f"{_FOLDER}/{table}",
        )
    return rows


def emf_limits(rules: Rules, on: date) -> EmfLimits:
    """GB 8702 as in force on a day."""
    rows = _in_force(rules, "emf_limits", on)
    section = _document(rules)["emf"]
    bands = sorted((_band(row) for row in rows), key=lambda band: band.low)
    return EmfLimits(
        name=rows[0]["edition"],
        bands=tuple(bands),
        split=exact(section["sum"]["below_hz"]),
        impedance=exact(section["impedance_ohm"]),
    )


def project_divisor(rules: Rules) -> Fraction:
    """By how much the power density of one project is below the limit."""
    return exact(_document(rules)["emf"]["project_share"]["power"])


def _band(row: Row) -> Band:
    unit = UNITS[row["f_unit"].casefold()]

    def law(name: str) -> Law:
        divisor = exact(row["s_divisor"]) if name == "s" else Fraction(1)
        return Law(exact(row[f"{name}_factor"]) / divisor, int(2 * exact(row[f"{name}_power"])), unit)

    return Band(
        low=exact(row["low"]) * unit,
        high=exact(row["high"]) * unit,
        electric=law("e"),
        magnetic=law("h"),
        induction=law("b"),
        power=None if row["s_factor"] is None else law("s"),
    )


def source_rules(rules: Rules, on: date) -> SourceRules:
    """Categories of sources as in force on a day, with half-lives."""
    rows = _in_force(rules, "source_categories", on)
    half_lives = {row["nuclide"]: exact(row["years"]) for row in rules.table(f"{_FOLDER}/half_lives").rows}
    nuclides = {
        row["nuclide"]: Nuclide(
            name=row["nuclide"],
            least=(
                exact(row["category1"]),
                exact(row["category2"]),
                exact(row["category3"]),
                exact(row["category4"]),
                exact(row["category5"]),
            ),
            d_value=exact(row["d_value"]),
            half_life=half_lives.get(row["nuclide"]),
        )
        for row in rows
    }
    ratios = [exact(entry["ratio"]) for entry in _document(rules)["categories"] if entry["ratio"] is not None]
    return SourceRules(
        nuclides=nuclides,
        book=NameBook(((name, _spellings(name)) for name in nuclides), what="nuclide"),
        ratios=(ratios[0], ratios[1], ratios[2], ratios[3]),
    )


def _spellings(name: str) -> tuple[str, ...]:
    """`Cs-137` → `Cs137`, `137Cs`, `137-Cs`; a mixture such as `Am-241/Be` → also without the dash."""
    symbol, _, rest = name.partition("-")
    mass, slash, other = rest.partition("/")
    tail = f"{slash}{other}"
    return (f"{symbol}{mass}{tail}", f"{mass}{symbol}{tail}", f"{mass}-{symbol}{tail}")


def alarm_rule(rules: Rules) -> AlarmRule:
    """When a gamma station raises an alarm."""
    section = _document(rules)["gamma"]
    return AlarmRule(exact(section["sigmas"]), int(section["in_a_row"]), int(section["min_history"]))


def ledger_states(rules: Rules) -> StateTable:
    """States of a source as a table."""
    section = _document(rules)["ledger"]
    return StateTable.from_entries(section["states"], section["transitions"], name="放射源台账")


def ledger_kind(rules: Rules) -> Kind:
    """The register of radioactive sources: its fields, states and terms."""
    return read_kind(LEDGER, rules.document(f"registers/{LEDGER}"), rules)


def alarm_kinds(rules: Rules, kind: Kind) -> dict[str, AlarmKind]:
    """Alarms of the ledger by name, urgent ones first; source and clause of a term's alarm are the term's.

    Raises
    ------
    RuleLookupError
        When an alarm names a term that the register does not have.
    """
    terms = {term.id: term for term in kind.terms}
    entries = _document(rules)["ledger"]["alarms"]
    found: list[AlarmKind] = []
    for index, entry in enumerate(entries):
        term = terms.get(entry.get("term", ""))
        if term is None and "term" in entry:
            raise RuleLookupError(
                f"expected a term of {kind.id}, got {entry['term']!r}",
                fix=f"use one of {', '.join(terms)}",
                where=rules.where(f"{_FOLDER}/radiation", "ledger", "alarms", index),
            )
        origin: Any = entry if term is None else {"source": term.source, "clause": term.clause, "status": term.status}
        found.append(
            AlarmKind(
                entry["id"], entry["zh"], entry["en"], entry["todo_zh"], entry["todo_en"],
                bool(entry.get("urgent", False)), "" if term is None else term.id, origin["source"],
                str(origin["clause"]), origin["status"],
            )
        )  # fmt: skip
    told = {alarm.term for alarm in found}
    # A term that a site added has its own words; what to do about it nobody has written yet.
    found += [
        AlarmKind(term.id, term.zh, term.en, "", "", False, term.id, term.source, term.clause, term.status)
        for term in kind.terms
        if term.id not in told
    ]
    return {alarm.id: alarm for alarm in sorted(found, key=lambda alarm: not alarm.urgent)}


def loss_grade(rules: Rules, category: str) -> Mapping[str, str]:
    """Grade of the accident when a source of that category is lost: `zh` and `en`; empty when none is named."""
    for entry in _document(rules)["ledger"]["loss"]:
        if category in entry["categories"]:
            return {"zh": entry["zh"], "en": entry["en"]}
    return {}


def station_rule(rules: Rules) -> StationRule:
    """Which days of automatic stations count, and from which hours their background is made."""
    section = _document(rules)["stations"]
    return StationRule(
        *(int(section[name]) for name in ("capture_percent", "window_days", "window_hours", "rain_hours"))
    )
