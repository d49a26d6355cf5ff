"""The soil tables of a run: long-term points against GB 15618 and GB 36600, and the use of key construction plots.

Tables (column names are a contract for pages and export):

- `soil_items(point, region, basis, period_kind, period, parameter, value, below, screening, intervention, result,
  before, before_day, change_percent, direction)`; period the day of sampling, contents in mg/kg; result `within
  over_screening over_intervention`, null = missing; before = the sample before it, direction `rising falling steady
  cannot_tell`
- `soil_samples(point, region, land_use, land, basis, period_kind, period, year, last_of_year, ph, ph_from, result,
  over_screening, over_intervention, missing, reason)`; land `farmland | development`; result `priority safe_use strict`
  on farmland, `below_screening over_screening over_intervention` elsewhere, null = cannot be told; ph_from `sample |
  register`; reason `no_data no_ph items_missing`
- `soil_shares(scope, id, land, period_kind, period, basis, points_expected, points_sampled, points_evaluated, within,
  over_screening, over_intervention, share, rounded, valid, reason)`; land `all farmland development`; share of the
  points evaluated that are within every screening value [%], by the last sample of the year; reason
  `points_undetermined`
- `soil_plots(plot, entry, region, basis, period_kind, period, state, changed_to, changed_on, opened_on, opened_state,
  allowed, against, reason)`; key construction plots (changed to housing, public administration or public service) as
  the register stood at the end of the period; allowed = what the gate said on the day of opening, null = cannot be told
- `soil_construction(scope, id, period_kind, period, basis, changed, opened, against, undetermined, rate, rounded,
  valid, reason)`; reason `state_unknown`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pyarrow as pa

from saishang.apps.indicators.laboratory import (
    Points,
    Reading,
    Sample,
    entries_by_year,
    excluded_parameters,
    members,
    periods_of,
    samples,
)
from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.register_values import basis_of
from saishang.apps.indicators.soil_construction import CONSTRUCTION_TABLES, construction_rows
from saishang.apps.registers.queries import EntryView
from saishang.rules import RuleLookupError, Rules
from saishang.science.numbers import exact
from saishang.science.rounding import round_half_even
from saishang.science.soil.development import DevelopmentLand
from saishang.science.soil.farmland import Farmland
from saishang.science.soil.from_rules import development_standard, farmland_standard
from saishang.science.soil.parameters import MEDIUM, PH, development_items, farmland_items
from saishang.science.soil.points import item_changes
from saishang.science.soil.rounds import DEVELOPMENT, JudgedSample, judge_sample

__all__ = ["POINTS", "SOIL_TABLES", "parameters_of", "tables_of"]

#: The register of long-term points.
POINTS = "soil_points"
_POINT = [("point", pa.string()), ("region", pa.string())]
_PERIOD = [("basis", pa.string()), ("period_kind", pa.string()), ("period", pa.string())]
SOIL_TABLES: Mapping[str, pa.Schema] = {
    "soil_items": pa.schema(
        [
            *_POINT, *_PERIOD, ("parameter", pa.string()), ("value", pa.float64()), ("below", pa.bool_()),
            ("screening", pa.float64()), ("intervention", pa.float64()), ("result", pa.string()),
            ("before", pa.float64()), ("before_day", pa.string()), ("change_percent", pa.float64()),
            ("direction", pa.string()),
        ]
    ),
    "soil_samples": pa.schema(
        [
            *_POINT, ("land_use", pa.string()), ("land", pa.string()), *_PERIOD, ("year", pa.int32()),
            ("last_of_year", pa.bool_()), ("ph", pa.float64()), ("ph_from", pa.string()), ("result", pa.string()),
            ("over_screening", pa.string()), ("over_intervention", pa.string()), ("missing", pa.string()),
            ("reason", pa.string()),
        ]
    ),
    "soil_shares": pa.schema(
        [
            ("scope", pa.string()), ("id", pa.string()), ("land", pa.string()), *_PERIOD,
            *((name, pa.int32()) for name in ("points_expected", "points_sampled", "points_evaluated", "within",
                                              "over_screening", "over_intervention")),
            ("share", pa.float64()), ("rounded", pa.string()), ("valid", pa.bool_()), ("reason", pa.string()),
        ]
    ),
}  # fmt: skip
#: Result of a sample → what a share counts it as.
_COUNTED = {
    "priority": "within", "below_screening": "within", "safe_use": "over_screening",
    "over_screening": "over_screening", "strict": "over_intervention", "over_intervention": "over_intervention",
}  # fmt: skip


def parameters_of(asked: Asked) -> dict[str, Any]:
    """What decides the digits of soil beside lake, rules, code and registers."""
    return excluded_parameters(asked, MEDIUM)


def tables_of(asked: Asked) -> dict[str, pa.Table]:
    """The soil tables of a run: those of points with samples of registered points, those of plots with any plot."""
    made: dict[str, pa.Table] = {}
    taken = samples(asked, MEDIUM)
    if taken:
        asked.progress("soil")
        years = range(min(sample.day.year for sample in taken), asked.as_of.year + 1)
        points = entries_by_year(asked, POINTS, years)
        visits = list(_visits(taken, points, asked.rules))
        if visits:
            rows = {
                "soil_items": list(_items(visits)),
                "soil_samples": list(_samples(visits)),
                "soil_shares": list(_shares(asked, points, visits)),
            }
            made = {name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in SOIL_TABLES.items()}
    plots = construction_rows(asked)
    if plots:
        made |= {name: pa.Table.from_pylist(plots[name], schema=schema) for name, schema in CONSTRUCTION_TABLES.items()}
    return made


@dataclass(frozen=True)
class _Visit:
    """One judged sample of a registered point; `codes` item → parameter, `before` the visit before it."""

    view: EntryView
    day: date
    ph: Fraction | None
    ph_from: str
    verdict: JudgedSample
    codes: Mapping[str, str]
    below: frozenset[str]
    before: _Visit | None
    last_of_year: bool

    @property
    def land_use(self) -> str:
        """Use of the land as the register has it."""
        return str(self.view.values["land_use"])

    @property
    def values(self) -> dict[str, Fraction]:
        """Parameter → content [mg/kg] of what was measured."""
        return {self.codes[e.item]: e.value for e in self.verdict.items if e.value is not None}


class _Standards:
    """The standards of each day, and which parameter is which of their items."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._known: dict[date, tuple[Farmland, DevelopmentLand, Mapping[str, str], Mapping[str, str]] | None] = {}

    def on(self, day: date) -> tuple[Farmland, DevelopmentLand, Mapping[str, str], Mapping[str, str]] | None:
        """(GB 15618, GB 36600, parameter → item of each); None before the first editions."""
        if day not in self._known:
            try:
                farmland, development = farmland_standard(self.rules, day), development_standard(self.rules, day)
            except RuleLookupError:
                self._known[day] = None
            else:
                self._known[day] = (
                    farmland, development, farmland_items(self.rules, farmland),
                    development_items(self.rules, development),
                )  # fmt: skip
        return self._known[day]


def _visits(taken: Sequence[Sample], points: Points, rules: Rules) -> Iterator[_Visit]:
    """Samples in the order of points and days, each with the one before it at the same point."""
    standards = _Standards(rules)
    last_days = {(sample.point, sample.day.year): sample.day for sample in taken}
    before: _Visit | None = None
    for sample in taken:
        view, known = points.at(sample.point, sample.day.year), standards.on(sample.day)
        if view is None or known is None:
            continue
        farmland, development, of_farmland, of_development = known
        land_use = str(view.values["land_use"])
        items = of_development if land_use in DEVELOPMENT else of_farmland
        own = sample.readings.get(PH)
        number = view.values.get("ph") if own is None or own.value is None else own.value
        ph = None if number is None else exact(number)
        values = {items[code]: _content(found) for code, found in sample.readings.items() if code in items}
        previous = before if before is not None and before.view.key == view.key else None
        before = _Visit(
            view, sample.day, ph if ph is not None and ph <= 14 else None,
            "" if ph is None else "register" if own is None or own.value is None else "sample",
            judge_sample(values, ph if ph is not None and ph <= 14 else None, land_use, farmland, development),
            {item: code for code, item in items.items()},
            frozenset(code for code, found in sample.readings.items() if found.below), previous,
            last_days[sample.point, sample.day.year] == sample.day,
        )  # fmt: skip
        yield before


def _content(found: Reading) -> Fraction | None:
    """Content [mg/kg]; half the limit of what was not found, and missing where no limit was given."""
    if found.value is None:
        return None
    return exact(found.value) / 2 if found.below else exact(found.value)


def _head(visit: _Visit) -> dict[str, Any]:
    return {
        "point": visit.view.key, "region": visit.view.region, "basis": basis_of(visit.view), "period_kind": "sample",
        "period": visit.day.isoformat(),
    }  # fmt: skip


def _items(visits: Sequence[_Visit]) -> Iterator[dict[str, Any]]:
    for visit in visits:
        before = {} if visit.before is None else visit.before.values
        # A point is compared with itself only, and only while it is the same kind of land.
        same = visit.before is not None and visit.before.land_use == visit.land_use
        changes = {c.item: c for c in item_changes(visit.view.key, before, visit.values)} if same else {}
        for entry in visit.verdict.items:
            code = visit.codes[entry.item]
            change = changes.get(code)
            yield _head(visit) | {
                "parameter": code, "value": None if entry.value is None else float(entry.value),
                "below": code in visit.below, "screening": float(entry.screening),
                "intervention": None if entry.intervention is None else float(entry.intervention),
                "result": entry.result,
                "before": None if change is None or change.before is None else float(change.before),
                "before_day": visit.before.day.isoformat() if change is not None and visit.before is not None else "",
                "change_percent": None if change is None or change.percent is None else float(change.percent),
                "direction": "" if change is None else change.direction,
            }  # fmt: skip


def _samples(visits: Sequence[_Visit]) -> Iterator[dict[str, Any]]:
    for visit in visits:
        verdict = visit.verdict

        def named(items: Sequence[str], visit: _Visit = visit) -> str:
            return ",".join(visit.codes[item] for item in items)

        yield _head(visit) | {
            "land_use": visit.land_use, "land": _land(visit.view), "year": visit.day.year,
            "last_of_year": visit.last_of_year, "ph": None if visit.ph is None else float(visit.ph),
            "ph_from": visit.ph_from, "result": verdict.result,
            "over_screening": named(verdict.named("over_screening")),
            "over_intervention": named(verdict.named("over_intervention")), "missing": named(verdict.named(None)),
            "reason": verdict.reason,
        }  # fmt: skip


def _land(view: EntryView) -> str:
    return "development" if view.values["land_use"] in DEVELOPMENT else "farmland"


def _shares(asked: Asked, points: Points, visits: Sequence[_Visit]) -> Iterator[dict[str, Any]]:
    """Per year in which anything was sampled: points by the result of their last sample of the year."""
    inside = members(asked, points.latest.values())
    for period in periods_of({visit.day.year for visit in visits}, asked.as_of):
        listed = points.open_in(period)
        mine = {v.view.key: v for v in visits if v.last_of_year and period.first <= v.day <= period.last}
        for basis in sorted({basis_of(view) for view in listed} | {basis_of(v.view) for v in mine.values()}):
            for code, codes in inside.items():
                for land in ("all", "farmland", "development"):
                    there = [
                        view
                        for view in listed
                        if view.region in codes and basis_of(view) == basis and land in ("all", _land(view))
                    ]
                    found = [
                        visit
                        for visit in mine.values()
                        if visit.view.region in codes
                        and basis_of(visit.view) == basis
                        and land in ("all", _land(visit.view))
                    ]
                    if found:
                        yield {
                            "scope": "region", "id": code, "land": land, "basis": basis, "period_kind": period.kind,
                            "period": period.name, "points_expected": len(there),
                        } | _counted(found)  # fmt: skip


def _counted(visits: Sequence[_Visit]) -> dict[str, Any]:
    results = [_COUNTED[v.verdict.result] for v in visits if v.verdict.result is not None]
    within = results.count("within")
    value = Fraction(100 * within, len(results)) if results else None
    whole = len(results) == len(visits)
    return {
        "points_sampled": len(visits), "points_evaluated": len(results), "within": within,
        "over_screening": results.count("over_screening"), "over_intervention": results.count("over_intervention"),
        "share": None if value is None else float(value),
        "rounded": None if value is None else str(round_half_even(value, 1)),
        # A point that cannot be told could be over a value: a share without it would flatter.
        "valid": whole and value is not None, "reason": "" if whole else "points_undetermined",
    }  # fmt: skip
