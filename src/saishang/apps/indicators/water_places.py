"""Places of surface water that the registers hold, by day: drains, drinking-water sources, black-odorous waters, flow.

An entry says something from a day on; what a period needs of it is taken on the days of that period, as far as it had
been written down when the run began.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import EntryView
from saishang.rules import Rules
from saishang.science.periods import Period, periods_between
from saishang.science.water.series import Group, WaterSection

__all__ = [
    "BLACK", "DRAINS", "FLOW", "SOURCES", "Dated", "bodies", "drain_groups", "drain_sections", "drains", "flow_places",
    "periods_to", "sources", "stations_of",
]  # fmt: skip

DRAINS, SOURCES, BLACK, FLOW = "drains", "drinking_sources", "black_odorous_waters", "flow_sections"
_SEPARATORS = re.compile(r"[、,，;；\s]+")


@dataclass(frozen=True)
class Dated:
    """One entry through time: (first day, last day or None, what it said)."""

    spans: tuple[tuple[date, date | None, EntryView], ...]

    @property
    def last(self) -> EntryView:
        """What it said last."""
        return self.spans[-1][2]

    @property
    def invented(self) -> bool:
        """Whether it stands for demonstration only; once invented, always so."""
        return any(view.standing.invented for _, _, view in self.spans)

    def on(self, day: date) -> EntryView | None:
        """What it said on a day; None when it was not there."""
        for first, last, view in self.spans:
            if first <= day and (last is None or day <= last):
                return view
        return None

    def within(self, first: date, last: date) -> EntryView | None:
        """What it said last within some days."""
        found = [view for begin, end, view in self.spans if begin <= last and (end is None or end >= first)]
        return found[-1] if found else None


def _dated(rules: Rules, kind: str, as_of: date, known_at: datetime | None) -> Iterator[Dated]:
    known = kinds(rules).get(kind)
    if known is None:
        return
    for spans in registers.timelines(known, known_at).values():
        held = tuple(span for span in spans if span[0] <= as_of)
        if held:
            yield Dated(held)


def _listed(kind: str) -> Callable[[Rules, date, datetime | None], list[Dated]]:
    def read(rules: Rules, as_of: date, known_at: datetime | None = None) -> list[Dated]:
        return sorted(_dated(rules, kind, as_of, known_at), key=lambda entry: entry.last.key)

    read.__doc__ = f"Entries of the register {kind} that held on a day up to `as_of`, by key."
    return read


drains = _listed(DRAINS)
sources = _listed(SOURCES)
bodies = _listed(BLACK)
flow_places = _listed(FLOW)


def periods_to(first: date, as_of: date) -> list[Period]:
    """Periods of the days, with a year to date while the year runs: in December too, until its last day."""
    return list(periods_between(first, as_of))


def stations_of(text: str | None) -> list[str]:
    """Codes of sampling points as people write them in a row.

    >>> stations_of("A1、A2, A3")
    ['A1', 'A2', 'A3']
    """
    return [code for code in _SEPARATORS.split(text or "") if code]


def drain_sections(found: list[Dated], known: list[WaterSection]) -> list[WaterSection]:
    """Mouths of drains as sections with the target of each day; sections of the site take it where they have none.

    Returns
    -------
    All sections, those of the site first.
    """
    merged = {section.code: section for section in known}
    for code, entry in _mouths(found):
        targets = tuple(
            (first, last, int(view.values["target_class"]))
            for first, last, view in entry.spans
            if view.values.get("target_class") and view.values.get("mouth") == code
        )
        there = merged.get(code)
        if there is None:
            merged[code] = WaterSection(code, "river", targets=targets)
        elif not there.targets:
            merged[code] = WaterSection(there.code, there.body, there.opened, there.closed, targets, there.own_items)
    return list(merged.values())


def drain_groups(found: list[Dated], region: str) -> list[Group]:
    """The drains of the region as a group, and the invented ones as another."""
    groups = []
    for name, invented in ((region, False), ("demonstration", True)):
        codes = tuple(dict.fromkeys(code for code, entry in _mouths(found) if entry.invented is invented))
        if codes:
            groups.append(Group("drains", name, codes))
    return groups


def _mouths(found: list[Dated]) -> Iterator[tuple[str, Dated]]:
    for entry in found:
        code = entry.last.values.get("mouth")
        if code:
            yield str(code), entry
