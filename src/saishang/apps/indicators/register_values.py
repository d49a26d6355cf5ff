"""Indicators that a register gives (由名录统计): a figure of a kind, per region, as the register stood at a year's end.

An entry of the catalogue with `statistic: {source: register, register: KIND, figure: FIGURE}` (or the same under
`also`) is computed for the region of the run and every region below it that has entries; with `levels: [province]` only
for regions of these levels, where the figure of a smaller one says nothing (the share of one city in itself). The
running year is told as the register stood on the day of the run: a register is a stock, it has a state on every day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from saishang.apps.indicators.catalogue import Catalogue, Indicator
from saishang.apps.indicators.links import Link
from saishang.apps.indicators.models import Run
from saishang.apps.indicators.values import DEMONSTRATION, Value, exact_decimal
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import EntryView, Filter
from saishang.rules import Rules
from saishang.science.register.figures import figure_value
from saishang.science.register.kind import Figure, Kind

__all__ = ["MEASURED", "REGISTER", "basis_of", "entries_behind", "link_of", "register_parameters", "register_values"]

#: Basis of a figure that was counted from a register.
REGISTER = "register"
#: Basis of what was measured at a point that stands in a register.
MEASURED = "measured"


def register_parameters(rules: Rules, known_at: datetime | None) -> dict[str, Any]:
    """How far each register had been written at a moment: what decides the digits beside rules and code."""
    known = kinds(rules, known_at)
    return {name: told for name, told in registers.recorded(known_at).items() if name in known}


def register_values(
    catalogue: Catalogue, rules: Rules, region: str, as_of: date, known_at: datetime | None, *,
    only: Collection[str] | None = None,
) -> list[Value]:  # fmt: skip
    """Values of every indicator that reads a register, by indicator, year, region and basis.

    An empty register gives nothing: that nobody entered anything does not mean that there is nothing.

    Parameters
    ----------
    only:
        Registers that are asked; None = all.
    """
    known = kinds(rules, known_at)
    ways = [way for indicator in catalogue.indicators.values() for way in indicator.by(REGISTER)]
    below = {code: set(registers.inside(rules, code)) for code in registers.inside(rules, region)}
    found: list[Value] = []
    asked = {str(way.statistic["register"]) for way in ways} & known.keys()
    for name in sorted(asked if only is None else asked & set(only)):
        kind = known[name]
        first = registers.first_day(kind, known_at)
        if first is None:
            continue
        mine = [way for way in ways if way.statistic["register"] == name]
        for year in range(first.year, as_of.year + 1):
            on = min(date(year, 12, 31), as_of)
            listed = registers.entries(kind, Filter(on=on, known_at=known_at))
            for basis, part in _bases(listed):
                found += _values(mine, kind, rules, below, region, year, on, basis, part)
    return found


def basis_of(view: EntryView, real: str = MEASURED) -> str:
    """Basis of what rests on an entry: invented entries are demonstration, whatever was measured there."""
    return DEMONSTRATION if view.standing.invented else real


def _bases(listed: Sequence[EntryView]) -> Iterator[tuple[str, list[EntryView]]]:
    for basis in (REGISTER, DEMONSTRATION):
        mine = [view for view in listed if basis_of(view, REGISTER) == basis]
        if mine:
            yield basis, mine


def _values(
    ways: Iterable[Indicator], kind: Kind, rules: Rules, below: Mapping[str, set[str]], region: str, year: int,
    on: date, basis: str, listed: Sequence[EntryView],
) -> Iterator[Value]:  # fmt: skip
    there = {view.region for view in listed}
    for way in ways:
        figure = kind.figures.get(str(way.statistic["figure"]))
        if figure is None:  # the entries do not stand under the description that has it yet
            continue
        levels = tuple(str(level) for level in way.statistic.get("levels", ()))
        for code, inside in sorted(below.items()):
            if levels and str(rules.regions[code]["level"]) not in levels:
                continue
            if code != region and not inside & there:
                continue
            yield _value(way, kind, figure, rules, code, inside, year, on, basis, listed)


def _value(
    way: Indicator, kind: Kind, figure: Figure, rules: Rules, code: str, inside: set[str], year: int, on: date,
    basis: str, listed: Sequence[EntryView],
) -> Value:  # fmt: skip
    counted = registers.counted_regions(figure, rules, inside)
    result = figure_value(figure, [view.standing for view in listed if view.region in inside], counted)
    reason = ""
    if result.value is None:
        reason = f"fields_missing:{','.join(result.missing[:5])}" if result.missing else "nothing_registered"
    coverage: dict[str, Any] = {"entries_counted": len(result.counted)}
    if result.base:
        coverage["regions_counted" if figure.measure == "region_share" else "entries_of"] = len(result.base)
    return Value(
        indicator=way.id, region=code, period=str(year), period_kind="year", basis=basis, kind="computed",
        value=None if result.value is None else exact_decimal(result.value),
        rounded="" if result.rounded is None else str(result.rounded), unit=way.unit, valid=result.value is not None,
        coverage=coverage, reason=reason, clause=way.clause,
        inputs={"register": kind.id, "figure": figure.id, "on": on.isoformat()},
    )  # fmt: skip


def _words(kind: Kind, state: str) -> str:
    known = kind.known_state(state)
    return state if known is None else known.zh


def entries_behind(rules: Rules, run: Run, region: str, basis: str, inputs: Mapping[str, Any]) -> tuple[Link, ...]:
    """The entries that were counted, as the register stood on the day and was known when the run began."""
    kind = kinds(rules, run.started).get(str(inputs["register"]))
    figure = None if kind is None else kind.figures.get(str(inputs["figure"]))
    if kind is None or figure is None:
        return ()
    inside = set(registers.inside(rules, region))
    on = date.fromisoformat(str(inputs["on"]))
    listed = dict(_bases(registers.entries(kind, Filter(on=on, known_at=run.started)))).get(basis, [])
    mine = [view for view in listed if view.region in inside]
    result = figure_value(
        figure, [view.standing for view in mine], registers.counted_regions(figure, rules, inside)
    )  # fmt: skip
    counted, whole = set(result.counted), set(result.base)
    return tuple(
        link_of(kind, view, counted=view.key in counted) for view in mine if view.key in counted or view.key in whole
    )


def link_of(kind: Kind, view: EntryView, *, counted: bool) -> Link:
    """An entry as the end of a chain."""
    return Link(
        "entry", f"{view.key} {view.title}", "", "",
        {
            "register": kind.id, "entry": view.pk, "version": view.number, "state": _words(kind, view.state),
            "since": view.since.isoformat(), "region": view.region, "counted": counted,
        },
    )  # fmt: skip
