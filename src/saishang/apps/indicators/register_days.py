"""What the plan commits to, counted from registers as they stood on any day: value, base and the entries behind it.

Runs judge by years (`register_values`); a page may ask for any day and any place. Values come from the sums beside the
versions (`apps/registers/book`), the entries behind one place from the register itself. What was written down until now
counts: a correction of an earlier day shows at once, in a run only when the next one is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from saishang.apps.indicators.catalogue import Catalogue, Indicator
from saishang.apps.indicators.register_values import REGISTER
from saishang.apps.registers import book
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import EntryView, Filter
from saishang.rules import Rules
from saishang.science.register.figures import figure_value
from saishang.science.register.kind import Figure, Kind
from saishang.science.register.sums import FigureSum, Part, figure_sum

__all__ = ["Behind", "Commitment", "Day", "Way", "behind", "commitments", "counted_indicators", "on_day", "way_of"]


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a plan commits to cover, share or count (`rules/plans/<name>/commitments.csv`).

    Attributes
    ----------
    target:
        Target of the plan that it is; empty where a measure alone says so.
    indicator:
        Empty where nothing can count it; `missing` says why.
    """

    id: str
    item: str
    target: str
    measure: str
    zh: str
    en: str
    indicator: str
    base: str
    base_en: str
    missing: str
    missing_en: str


@dataclass(frozen=True, slots=True)
class Way:
    """How a register gives an indicator: its figure, and the levels of regions of which there are values (all)."""

    indicator: str
    kind: Kind
    figure: Figure
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """An indicator as its register stood on a day.

    Attributes
    ----------
    regions:
        Region → figure over it and everything below it; only regions of the way's levels.
    entries:
        Region → entries of the register there, whatever the figure counts. 0: the figure says nothing, for nobody
        having entered anything does not mean that there is nothing.
    invented:
        Whether all entries of the register were invented then: they are counted by themselves and judge nobody.
    left_out:
        Invented entries that stood beside real ones and are not counted.
    """

    regions: Mapping[str, FigureSum]
    entries: Mapping[str, int]
    invented: bool
    left_out: int


@dataclass(frozen=True, slots=True)
class Behind:
    """Entries behind the figure of a place and day: each with whether it is counted, or only in the whole."""

    entries: tuple[tuple[EntryView, bool], ...]
    missing: tuple[str, ...]


def commitments(rules: Rules, plan: str) -> tuple[Commitment, ...]:
    """The commitments of a plan in its order; none where it has no such table."""
    table = rules.tables.get(f"plans/{plan}/commitments")
    if table is None:
        return ()
    names = ("id", "item", "target", "measure", "zh", "en", "indicator", "base", "base_en", "missing", "missing_en")
    return tuple(Commitment(*(str(row[name] or "") for name in names)) for row in table.rows)


def way_of(catalogue: Catalogue, rules: Rules, identifier: str) -> Way | None:
    """The register that gives an indicator; None where none does."""
    indicator = catalogue.indicators.get(identifier)
    way = next(iter(indicator.by(REGISTER)), None) if indicator is not None else None
    kind = kinds(rules).get(str(way.statistic["register"])) if way is not None else None
    if way is None or kind is None:
        return None
    levels = tuple(str(level) for level in way.statistic.get("levels", ()))
    return Way(identifier, kind, kind.figures[str(way.statistic["figure"])], levels)


def counted_indicators(catalogue: Catalogue, rules: Rules) -> Iterator[tuple[Indicator, Way]]:
    """Every indicator that a register gives, in the order of the catalogue."""
    for indicator in catalogue.indicators.values():
        way = way_of(catalogue, rules, indicator.id)
        if way is not None:
            yield indicator, way


def on_day(way: Way, rules: Rules, region: str, on: date) -> Day:
    """The indicator for a region and every region of the plan below it, as the register stood at the end of a day."""
    sums = book.sums(way.kind, on, ("", way.figure.id))
    there: dict[bool, dict[str, int]] = {False: defaultdict(int), True: defaultdict(int)}
    for place, part in sums.items():
        if not place.figure:
            there[place.invented][place.region] += part.counted
    made_up = sum(there[True].values())
    invented = not sum(there[False].values()) and made_up > 0
    parts: dict[str, Part] = {
        place.region: part for place, part in sums.items() if place.figure and place.invented is invented
    }
    found, entries = {}, {}
    for code in registers.inside(rules, region):
        row = rules.regions[code]
        if row["use"] != "in_plan" or (way.levels and str(row["level"]) not in way.levels):
            continue
        codes = registers.inside(rules, code)
        within = {place: part for place, part in parts.items() if place in codes}
        found[code] = figure_sum(way.figure, within, registers.counted_regions(way.figure, rules, codes))
        entries[code] = sum(number for place, number in there[invented].items() if place in codes)
    return Day(found, entries, invented, 0 if invented else made_up)


def behind(way: Way, rules: Rules, region: str, on: date, *, invented: bool = False) -> Behind:
    """The entries that an indicator of a place and day was counted from, those counted first, then by key."""
    codes = registers.inside(rules, region)
    listed = registers.entries(way.kind, Filter(regions=codes, on=on))
    mine = [view for view in listed if view.standing.invented is invented]
    result = figure_value(
        way.figure, [view.standing for view in mine], registers.counted_regions(way.figure, rules, codes)
    )  # fmt: skip
    counted, whole = set(result.counted), {*result.base, *result.missing}
    found = [(view, view.key in counted) for view in mine if view.key in counted or view.key in whole]
    return Behind(tuple(sorted(found, key=lambda pair: (not pair[1], pair[0].key))), result.missing)
