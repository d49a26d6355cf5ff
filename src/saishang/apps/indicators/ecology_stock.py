"""Rows of the ecology tables that tell what stands in a register on a day: places, finds, hauls, land.

Each function takes the entries of one basis as they stood on that day and gives rows without `period_kind`, `basis`
and `register`, which are the same for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from saishang.apps.ecology.queries import find_of
from saishang.apps.indicators.media import Asked
from saishang.apps.registers import queries as registers
from saishang.apps.registers.queries import EntryView
from saishang.science.ecology.degraded import LandUnit, grade_shares, unit_grade
from saishang.science.ecology.finds import SpeciesBook, count_finds, warnings_of
from saishang.science.ecology.fish import Haul, reach_changes, river_change
from saishang.science.ecology.from_rules import listed_species, scale
from saishang.science.ecology.reserves import Catch, protected_share
from saishang.science.grading import Scale
from saishang.science.numbers import InputError, exact

__all__ = ["alien_rows", "degraded_rows", "fish_rows", "land_unit", "protected_rows"]

Row = dict[str, Any]
#: States in which a protected area is one.
_PROTECTED = ("established", "adjusting")
_SCALES = ("sandy_cover", "salt_1", "salt_2")


def protected_rows(views: Sequence[EntryView], asked: Asked, on: date) -> Iterator[Row]:
    """The share of protected areas in the region of the run.

    Only of that region: a place that crosses counties has no share in one of them.
    """
    inside = set(registers.inside(asked.rules, asked.region))
    mine = [view for view in views if view.region in inside and view.state in _PROTECTED]
    if not mine:
        return
    land = asked.rules.regions[asked.region]["area"]
    lacking = [view.key for view in mine if view.values.get("area") is None]
    reason = "" if complete_register(asked) else "register_partial"
    area = overlap = share = None
    if lacking:
        reason = f"fields_missing:{','.join(lacking[:5])}"
    else:
        sizes = [exact(view.values["area"]) for view in mine]
        area = sum(sizes, Fraction(0))
        overlap = sum((exact(view.values.get("overlap") or 0) for view in mine), Fraction(0))
        try:
            share = protected_share(sizes, land, overlap=overlap)
        except InputError as error:
            reason = f"parts_refused:{error.message}"
    yield {
        "scope": "region", "id": asked.region, "period": str(on.year), "places": len(mine), "area": area,
        "overlap": overlap, "land": None if land is None else exact(land), "share": share,
        "entries": " ".join(view.key for view in mine), "valid": share is not None and not reason, "reason": reason,
    }  # fmt: skip


def complete_register(asked: Asked) -> bool:
    """Whether the site says that its register of protected areas is complete; silence is no."""
    name = f"sites/{asked.site}/protected_areas"
    if name not in asked.rules.documents:
        return False
    return bool(asked.rules.document(name)["groups"]["register"]["values"]["complete"])


def alien_rows(views: Sequence[EntryView], asked: Asked, on: date) -> Iterator[Row]:
    """Finds, species and what was done about them, of the run's region and every region below it with finds."""
    book = SpeciesBook(listed_species(asked.rules))
    finds = [find for find in map(find_of, views) if find.found_on <= on]
    warnings = warnings_of(finds, book)
    for region, inside in _regions(asked, {find.region for find in finds}):
        mine = [find for find in finds if find.region in inside]
        if not mine:
            continue
        counted = count_finds(mine, book)
        told = [warning for warning in warnings if warning.find.region in inside]
        total = counted["finds"]
        yield {
            "scope": "region", "id": region, "period": str(on.year), **counted,
            "handled_share": Fraction(100 * counted["handled"], total) if total else None, "warnings": len(told),
            "warnings_open": sum(warning.open for warning in told), "entries": " ".join(find.key for find in mine),
            "valid": True, "reason": "" if total else "nothing_registered",
        }  # fmt: skip


def fish_rows(views: Sequence[EntryView], asked: Asked, on: date) -> Iterator[Row]:
    """Every reach against its base year, and the region as a whole, for every year with surveys."""
    hauls = [
        Haul(
            view.key, str(view.values["reach"]), int(view.values["year"]), bool(view.values.get("base")),
            Catch(view.values["mass"], view.values["net_hours"], str(view.values["gear"]), int(view.values["month"])),
        )
        for view in views
        if date(int(view.values["year"]), int(view.values["month"]), 1) <= on
    ]  # fmt: skip
    places = {view.key: view.region for view in views}
    for change in reach_changes(hauls):
        yield {
            "scope": "reach", "id": places[change.keys[-1]], "reach": change.reach, "gear": change.gear,
            "month": change.month, "period": str(change.year), "base_year": change.base_year, "base": change.base,
            "current": change.current, "change": change.change, "reaches": 1,
            "compared": int(change.change is not None), "entries": " ".join(change.keys),
            "valid": change.change is not None, "reason": change.reason,
        }  # fmt: skip
    for year in sorted({haul.year for haul in hauls}):
        whole = river_change(hauls, year)
        yield {
            "scope": "region", "id": asked.region, "reach": "", "gear": "", "month": None, "period": str(year),
            "base_year": None, "base": None, "current": None, "change": whole.change, "reaches": whole.reaches,
            "compared": whole.compared, "entries": " ".join(whole.keys),
            "valid": whole.change is not None and not whole.reason, "reason": whole.reason,
        }  # fmt: skip


def land_unit(view: EntryView) -> LandUnit:
    """An entry of the register of degraded land."""
    values = view.values
    sandy = values["kind"] == "sandy"
    measured = values.get("cover" if sandy else "salt")
    return LandUnit(
        view.key, str(values["kind"]), exact(values["area"]), None if measured is None else exact(measured),
        "sandy_cover" if sandy else str(values.get("series") or "salt_1"),
    )  # fmt: skip


def degraded_rows(views: Sequence[EntryView], asked: Asked, on: date) -> Iterator[Row]:
    """Area and share of every grade of sandy and of saline land, by region."""
    scales: Mapping[str, Scale] = {name: scale(asked.rules, name) for name in _SCALES}
    levels = {"sandy": scales["sandy_cover"], "saline": scales["salt_1"]}
    for region, inside in _regions(asked, {view.region for view in views}):
        for kind, known in levels.items():
            units = [land_unit(view) for view in views if view.region in inside and view.values["kind"] == kind]
            if not units:
                continue
            shares = grade_shares(units, scales)
            lacking = [unit.key for unit in units if unit.measured is None]
            total = None if shares is None else sum((area for area, _ in shares.values()), Fraction(0))
            for grade in known.grades:
                area, share = (None, None) if shares is None else shares.get(grade.level, (Fraction(0), None))
                if share is None and total:
                    share = Fraction(0)
                keys = [
                    unit.key for unit in units
                    if unit.measured is not None and (found := unit_grade(unit, scales)) and found.level == grade.level
                ]  # fmt: skip
                yield {
                    "scope": "region", "id": region, "period": str(on.year), "kind": kind, "level": grade.level,
                    "area": area, "total": total, "share": share, "entries": " ".join(keys),
                    "valid": share is not None,
                    "reason": f"fields_missing:{','.join(lacking[:5])}" if lacking else "",
                }  # fmt: skip


def _regions(asked: Asked, there: set[str]) -> Iterator[tuple[str, set[str]]]:
    """The run's region and every region below it that holds something."""
    for code in sorted(registers.inside(asked.rules, asked.region)):
        inside = set(registers.inside(asked.rules, code))
        if code == asked.region or inside & there:
            yield code, inside
