"""The ecology tables of a run: what registers say about regions, put into indices, shares and changes.

Tables (column names are a contract for pages and export); `basis` is `register`, or `demonstration` for what rests on
invented entries; `entries` are keys in the register that the figure rests on, parted by spaces:

- `ecology_index(index, scope, id, period, period_kind, basis, value, rounded, grade, free, restriction, change,
  change_grade, against, missing, register, entries, valid, reason)`; index `ei | eqi | bi`, grade a level of the scale
  of that name, `free` EI before its restriction, change against the period `against`; reason `missing:<fields>`,
  `parts_refused:<why>`
- `ecology_parts(index, id, period, basis, part, value, weight, adds)`
- `ecology_protected(scope, id, period, period_kind, basis, places, area, overlap, land, share, register, entries,
  valid, reason)`; reason `register_partial` while the site does not say that its register is complete
- `ecology_alien(scope, id, period, period_kind, basis, finds, species, key_species, handled, handled_share, warnings,
  warnings_open, register, entries, valid, reason)`
- `ecology_fish(scope, id, reach, gear, month, period, period_kind, basis, base_year, base, current, change, reaches,
  compared, register, entries, valid, reason)`; scope `reach | region`
- `ecology_degraded(scope, id, period, period_kind, basis, kind, level, area, total, share, register, entries, valid,
  reason)`; reason `fields_missing:<units>` where a unit lacks its measurement
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pyarrow as pa

from saishang.apps.indicators.ecology_stock import alien_rows, degraded_rows, fish_rows, protected_rows
from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.register_values import REGISTER, basis_of
from saishang.apps.indicators.values import DEMONSTRATION
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import EntryView, Filter
from saishang.rules import Rules
from saishang.science.ecology.from_rules import (
    biodiversity_rule,
    ecological_index_rule,
    eqi_change_against,
    quality_index_rule,
)
from saishang.science.ecology.index import change_grade
from saishang.science.ecology.quality import quality_change
from saishang.science.ecology.surveys import Computed, bi_of, ei_of, eqi_of
from saishang.science.grading import Grade
from saishang.science.rounding import round_half_even

__all__ = ["ECOLOGY_TABLES", "KINDS", "index_rows", "tables_of"]

_KEY = [(name, pa.string()) for name in ("scope", "id", "period", "period_kind", "basis")]
_END = [("register", pa.string()), ("entries", pa.string()), ("valid", pa.bool_()), ("reason", pa.string())]


def _numbers(*names: str) -> list[tuple[str, pa.DataType]]:
    return [(name, pa.float64()) for name in names]


def _wholes(*names: str) -> list[tuple[str, pa.DataType]]:
    return [(name, pa.int32()) for name in names]


ECOLOGY_TABLES: Mapping[str, pa.Schema] = {
    "ecology_index": pa.schema([
        ("index", pa.string()), *_KEY, *_numbers("value"), ("rounded", pa.string()), *_wholes("grade"),
        *_numbers("free"), ("restriction", pa.string()), *_numbers("change"), *_wholes("change_grade"),
        ("against", pa.string()), ("missing", pa.string()), *_END,
    ]),
    "ecology_parts": pa.schema([
        ("index", pa.string()), ("id", pa.string()), ("period", pa.string()), ("basis", pa.string()),
        ("part", pa.string()), *_numbers("value", "weight", "adds"),
    ]),
    "ecology_protected": pa.schema([*_KEY, *_wholes("places"), *_numbers("area", "overlap", "land", "share"), *_END]),
    "ecology_alien": pa.schema([
        *_KEY, *_wholes("finds", "species", "key_species", "handled"), *_numbers("handled_share"),
        *_wholes("warnings", "warnings_open"), *_END,
    ]),
    "ecology_fish": pa.schema([
        *_KEY[:2], ("reach", pa.string()), ("gear", pa.string()), *_wholes("month"), *_KEY[2:],
        *_wholes("base_year"), *_numbers("base", "current", "change"), *_wholes("reaches", "compared"), *_END,
    ]),
    "ecology_degraded": pa.schema([
        *_KEY, ("kind", pa.string()), *_wholes("level"), *_numbers("area", "total", "share"), *_END,
    ]),
}  # fmt: skip

Row = dict[str, Any]
#: Index → (register it is made of, decimals).
_INDICES = {"ei": ("ei_inputs", 1), "eqi": ("eqi_inputs", 2), "bi": ("biodiversity_surveys", 1)}


def tables_of(asked: Asked) -> dict[str, pa.Table]:
    """The ecology tables of a run; none when no register of ecology holds anything."""
    rows: dict[str, list[Row]] = {name: [] for name in ECOLOGY_TABLES}
    now = {name: _listed(asked, name, asked.as_of) for name, _ in _INDICES.values()}
    for basis in (REGISTER, DEMONSTRATION):
        indices, parts = index_rows(
            {name: [view for view in views if basis_of(view, REGISTER) == basis] for name, views in now.items()},
            asked.rules, asked.as_of, basis,
        )  # fmt: skip
        rows["ecology_index"] += indices
        rows["ecology_parts"] += parts
    for table, kind, make in _STOCKS:
        for on in _days(asked, kind):
            listed = _listed(asked, kind, on)
            for basis in (REGISTER, DEMONSTRATION):
                mine = [view for view in listed if basis_of(view, REGISTER) == basis]
                if mine:
                    rows[table] += [
                        row | {"period_kind": "year", "basis": basis, "register": kind}
                        for row in make(mine, asked, on)
                    ]  # fmt: skip
    if not any(rows.values()):
        return {}
    return {
        name: pa.Table.from_pylist([_plain(row) for row in rows[name]], schema=schema)
        for name, schema in ECOLOGY_TABLES.items()
    }


#: Tables of what stands in a register at a year's end: (table, register, rows of one day and basis).
_STOCKS: tuple[tuple[str, str, Callable[[Sequence[EntryView], Asked, date], Iterator[Row]]], ...] = (
    ("ecology_protected", "protected_areas", protected_rows),
    ("ecology_alien", "invasive_sites", alien_rows),
    ("ecology_fish", "fish_surveys", fish_rows),
    ("ecology_degraded", "degraded_land", degraded_rows),
)


#: Registers that the tables are made of.
KINDS = (*(register for register, _ in _INDICES.values()), *(register for _, register, _ in _STOCKS))


def _listed(asked: Asked, name: str, on: date) -> list[EntryView]:
    kind = kinds(asked.rules).get(name)
    return [] if kind is None else registers.entries(kind, Filter(on=on, known_at=asked.known_at))


def _days(asked: Asked, name: str) -> list[date]:
    """The last day of every year since the register began; of the running year the day of the run.

    Surveys of fish tell their own years, so only the register's last state is asked for.
    """
    kind = kinds(asked.rules).get(name)
    first = None if kind is None else registers.first_day(kind, asked.known_at)
    if first is None or first > asked.as_of:
        return []
    if name == "fish_surveys":
        return [asked.as_of]
    return [min(date(year, 12, 31), asked.as_of) for year in range(first.year, asked.as_of.year + 1)]


def _plain(row: Row) -> Row:
    return {name: float(value) if isinstance(value, Fraction) else value for name, value in row.items()}


def index_rows(
    views: Mapping[str, Sequence[EntryView]], rules: Rules, as_of: date, basis: str
) -> tuple[list[Row], list[Row]]:
    """Rows of `ecology_index` and `ecology_parts` of one basis.

    A year is told when it is over; of several entries for one region and year the one with the greatest key holds.
    """
    over = as_of.year if (as_of.month, as_of.day) == (12, 31) else as_of.year - 1
    newest = {
        name: {
            (view.region, int(view.values["year"])): view
            for view in sorted(listed, key=lambda view: view.key)
            if int(view.values["year"]) <= over
        }
        for name, listed in views.items()
    }
    ecological, quality = ecological_index_rule(rules), quality_index_rule(rules)
    counted = {
        key: bi_of(view.values, biodiversity_rule(rules))
        for key, view in newest.get("biodiversity_surveys", {}).items()
    }
    rows: list[Row] = []
    parts: list[Row] = []
    for index, (register, decimals) in _INDICES.items():
        found: dict[tuple[str, int], tuple[Computed, list[str]]] = {}
        for key, view in newest.get(register, {}).items():
            behind = [view.key]
            if index == "bi":
                computed = counted[key]
            elif index == "eqi":
                computed = eqi_of(view.values, quality)
            else:
                given = view.values.get("bi")
                survey = counted.get(key)
                if given is None and survey is not None and survey.value is not None:
                    given = survey.value
                    behind.append(newest["biodiversity_surveys"][key].key)
                computed = ei_of(view.values, given, ecological)
            found[key] = computed, behind
        grade_of = _changes(index, rules, ecological, quality)
        first = eqi_change_against(rules) == "first" and index == "eqi"
        for (region, year), (computed, behind) in sorted(found.items()):
            before = min((y for r, y in found if r == region), default=year) if first else year - 1
            earlier = found.get((region, before))
            change = None
            if computed.value is not None and earlier and earlier[0].value is not None and before < year:
                change = computed.value - earlier[0].value
            rows.append({
                "index": index, "scope": "region", "id": region, "period": str(year), "period_kind": "year",
                "basis": basis, "value": computed.value,
                "rounded": "" if computed.value is None else str(round_half_even(computed.value, decimals)),
                "grade": None if computed.grade is None else computed.grade.level, "free": computed.free,
                "restriction": str(newest[register][region, year].values.get("restriction") or ""),
                "change": change, "change_grade": _level(None if change is None else grade_of(change)),
                "against": "" if change is None else str(before), "missing": ",".join(computed.missing),
                "register": register, "entries": " ".join(behind), "valid": computed.value is not None,
                "reason": _reason(computed),
            })  # fmt: skip
            parts += [
                {"index": index, "id": region, "period": str(year), "basis": basis, "part": part.name,
                 "value": part.value, "weight": part.weight, "adds": part.adds}
                for part in computed.parts
            ]  # fmt: skip
    return rows, parts


def _changes(index: str, rules: Rules, ecological: Any, quality: Any) -> Callable[[Fraction], Grade | None]:
    if index == "ei":
        return lambda change: change_grade(change, ecological)
    if index == "eqi":
        return lambda change: quality_change(change, quality)
    return lambda change: None  # HJ 623-2011 has no grades of change


def _level(grade: Grade | None) -> int | None:
    return None if grade is None else grade.level


def _reason(computed: Computed) -> str:
    if computed.missing:
        return f"fields_missing:{','.join(computed.missing)}"
    return f"parts_refused:{computed.refused}" if computed.refused else ""
