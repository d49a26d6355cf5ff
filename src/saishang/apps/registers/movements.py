"""What changes of entries add to the sums of a register, and how it is written down with them.

A movement says what a change added to a figure, or took from it, from a day on; others say the same of the cells of the
map and of the terms that run, as the register stands now. All follow from the versions and the kind's description.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from django.db import connection

from saishang.apps.core.copying import create_many
from saishang.apps.registers.models import CellMovement, Movement, TermMovement
from saishang.science.numbers import exact
from saishang.science.register.cells import LEVEL
from saishang.science.register.figures import Due, Standing, due_terms
from saishang.science.register.kind import Figure, Kind
from saishang.science.register.sums import NOTHING, Part, belongs, part_of, part_of_many
from saishang.science.register.values import as_text

__all__ = [
    "CAME", "LEVELS", "LOCK", "WENT", "Place", "Spot", "Tally", "first_days", "insert", "note", "part_of_row",
    "spot_of",     "standing_of", "terms_of",
]  # fmt: skip

#: First half of the lock of a kind's book; the second is made of its name. Writers share it, a new making has it alone.
LOCK = 0x5A15
#: Levels of the map's grid that are summed: cells of about 61, 7.7 and 1 km at 38° north.
LEVELS = (9, 12, 15)
#: Kept like figures: how many entries came into the register, and how many went, by being withdrawn.
CAME, WENT = "+", "-"
#: Rows of one insertion.
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Place:
    """What a sum is kept for: a figure (empty: entries in a state; `CAME`, `WENT`), region, state, invented or not."""

    figure: str
    region: str
    state: str
    invented: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an entry is counted on the map: cell, state, invented or not."""

    cell: int
    state: str
    invented: bool


#: Of one entry: place of a sum, the figure (None: entries in a state), whether it is counted, and of the whole.
_Member = tuple[Place, Figure | None, bool, bool]


class Tally:
    """Changes of entries of one kind, added up: by day what they add to each sum, and what to each cell.

    Entries that figures cannot tell apart but by their numbers share one answer, so that millions are added up in the
    time in which they are read.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        figures = kind.figures.values()
        told = [where for figure in figures for where in (figure.where, figure.of, *figure.any_of)]
        self._fields = sorted({name for where in told for name in where} - {"state"})
        self._numbers = sorted({figure.field for figure in figures if figure.field})
        self._members: dict[tuple[Any, ...], list[_Member]] = {}
        self._entries: Counter[tuple[date, tuple[Any, ...]]] = Counter()
        self._totals: dict[tuple[date, tuple[Any, ...], str], Fraction] = defaultdict(Fraction)
        self._missing: Counter[tuple[date, tuple[Any, ...], str]] = Counter()
        self._cells: Counter[Spot] = Counter()
        self._flows: Counter[tuple[date, Place]] = Counter()
        #: (term, day on which it ends, region, invented) → how many more or fewer.
        self._terms: Counter[tuple[str, date, str, bool]] = Counter()
        #: Where a figure meant something else once, entries of one period count otherwise than those of another.
        self._periods = any(figure.earlier for figure in figures)
        self._parts: dict[tuple[date, Place], Part] = defaultdict(lambda: NOTHING)

    def __len__(self) -> int:
        """How much is held in memory."""
        held = (self._entries, self._totals, self._cells, self._parts, self._flows, self._terms)
        return sum(len(one) for one in held)

    def change(self, day: date, before: Standing | None, after: Standing | None) -> None:
        """An entry that stood one way stands another from a day on; None: not there, or withdrawn."""
        if before is not None:
            self._add(day, before, -1)
        if after is not None:
            self._add(day, after, 1)
        one = before or after
        if one is not None and (before is None or after is None):
            self._flows[day, Place(WENT if after is None else CAME, one.region, "", one.invented)] += 1

    def end(self, standing: Standing | None, terms: Iterable[Due], sign: int = 1) -> None:
        """Terms that run for an entry as it stands now (`terms_of`); -1: those that ran as it stood before."""
        if standing is not None:
            for term in terms:
                self._terms[term.term, term.on, standing.region, standing.invented] += sign

    def move(self, before: Spot | None, after: Spot | None) -> None:
        """An entry that stood in one spot of the map stands in another."""
        if before == after:
            return
        if before is not None:
            self._cells[before] -= 1
        if after is not None:
            self._cells[after] += 1

    def _add(self, day: date, standing: Standing, sign: int) -> None:
        if self._periods:
            self._add_one(day, standing, sign)
            return
        values = standing.values
        alike = (standing.state, standing.region, standing.invented, *[as_text(values.get(f)) for f in self._fields])
        if alike not in self._members:
            self._members[alike] = list(self._of(standing))
        self._entries[day, alike] += sign
        for name in self._numbers:
            given = values.get(name)
            if given is None:
                self._missing[day, alike, name] += sign
            else:
                self._totals[day, alike, name] += sign * exact(given)

    def _add_one(self, day: date, standing: Standing, sign: int) -> None:
        parts = [(figure.id, "", part_of(figure, standing)) for figure in self.kind.figures.values()]
        for name, state, part in [("", standing.state, Part(counted=1)), *parts]:
            place = Place(name, standing.region, state, standing.invented)
            self._parts[day, place] += part if sign > 0 else -part

    def _of(self, standing: Standing) -> Iterator[_Member]:
        yield Place("", standing.region, standing.state, standing.invented), None, True, False
        for figure in self.kind.figures.values():
            counted, base = belongs(figure, standing)
            if counted or base:
                yield Place(figure.id, standing.region, "", standing.invented), figure, counted, base

    def rows(self) -> dict[tuple[date, Place], Part]:
        """Day and place → what it adds; what adds nothing is left out."""
        found: dict[tuple[date, Place], Part] = defaultdict(lambda: NOTHING, self._parts)
        for at_place, number in self._flows.items():
            found[at_place] = Part(counted=number)
        for (day, alike), number in self._entries.items():
            for place, figure, counted, base in self._members[alike]:
                if figure is None:
                    part = Part(counted=number)
                else:
                    at = (day, alike, figure.field)
                    total = self._totals.get(at, Fraction(0)) if figure.field else Fraction(number)
                    part = part_of_many(number, total, self._missing.get(at, 0), counted=counted, base=base)
                found[day, place] += part
        return {key: part for key, part in found.items() if part != NOTHING}

    def cells(self) -> dict[tuple[int, Spot], int]:
        """Level and spot (its cell at that level) → how many entries more or fewer."""
        found: Counter[tuple[int, Spot]] = Counter()
        for spot, number in self._cells.items():
            for level in LEVELS:
                above = Spot(spot.cell >> 2 * (LEVEL - level), spot.state, spot.invented)
                found[level, above] += number
        return {key: number for key, number in found.items() if number}

    def terms(self) -> dict[tuple[str, date, str, str, bool], int]:
        """Span, its first day, term, region, invented → how many terms more or fewer end in it."""
        found: Counter[tuple[str, date, str, str, bool]] = Counter()
        for (term, day, region, invented), number in self._terms.items():
            for span, first in first_days(day):
                found[span, first, term, region, invented] += number
        return {key: number for key, number in found.items() if number}


def note(tally: Tally) -> None:
    """Write movements down, inside the transaction of the change.

    Where the book is not written by this description of the kind, it is left alone: it is made anew from the versions
    before anybody reads it. One that is being made takes changes already.
    """
    kind = tally.kind
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock_shared(%s, hashtext(%s))", [LOCK, kind.id])
        cursor.execute("select digest from registers_book where kind = %s", [kind.id])
        row = cursor.fetchone()
        if row is None:
            return
        if row[0] != kind.digest:
            cursor.execute("delete from registers_book where kind = %s", [kind.id])
            return
    insert(tally)


def insert(tally: Tally) -> None:
    """Write what a tally holds as rows, each movement for its year, month and day."""
    kind = tally.kind.id
    spans: dict[tuple[str, date, Place], Part] = defaultdict(lambda: NOTHING)
    for (day, place), part in tally.rows().items():
        for span, first in first_days(day):
            spans[span, first, place] += part
    rows = [
        Movement(
            kind=kind, span=span, figure=place.figure, day=day, region=place.region, state=place.state,
            invented=place.invented, counted=part.counted, total=_decimal(part.total), base=part.base,
            base_total=_decimal(part.base_total), missing=part.missing,
        )
        for (span, day, place), part in spans.items() if part != NOTHING
    ]  # fmt: skip
    cells = [
        CellMovement(
            kind=kind, level=level, cell=spot.cell, state=spot.state, invented=spot.invented, counted=number
        )
        for (level, spot), number in tally.cells().items()
    ]  # fmt: skip
    terms = [
        TermMovement(kind=kind, span=span, day=day, term=term, region=region, invented=invented, counted=number)
        for (span, day, term, region, invented), number in tally.terms().items()
    ]
    for made in (rows, cells, terms):
        for start in range(0, len(made), _AT_ONCE):
            create_many(made[start : start + _AT_ONCE])


def first_days(day: date) -> tuple[tuple[str, date], ...]:
    """Spans of a day (year, month, the day itself) with their first days."""
    return ("y", date(day.year, 1, 1)), ("m", date(day.year, day.month, 1)), ("d", day)


def _decimal(value: Fraction) -> Decimal:
    """Exact: numbers of entries are decimals, and so are their sums."""
    if value.denominator == 1:
        return Decimal(value.numerator)
    with localcontext() as context:
        context.prec = 60
        return Decimal(value.numerator) / Decimal(value.denominator)


def part_of_row(counted: Any, total: Decimal, base: Any, base_total: Decimal, missing: Any) -> Part:
    """A sum as the database tells it."""
    return Part(int(counted), _fraction(total), int(base), _fraction(base_total), int(missing))


def _fraction(value: Decimal) -> Fraction:
    """Exact; most sums are whole numbers, which need no reading of digits."""
    whole = int(value)
    return Fraction(whole) if whole == value else Fraction(value)


def standing_of(row: Any) -> Standing | None:
    """How an entry or version stands; None for one that is withdrawn, or for none."""
    if row is None or row.withdrawn:
        return None
    return Standing(row.key, row.state, row.since, row.values, row.region, row.epoch)


def terms_of(kind: Kind, standing: Standing | None) -> list[Due]:
    """Terms that run for an entry, the earliest end first; none for one that is withdrawn."""
    return [] if standing is None or not kind.terms else due_terms(kind, [standing])


def spot_of(row: Any) -> Spot | None:
    """Where an entry is counted on the map; None for one that is withdrawn or has no place, or for none."""
    if row is None or row.withdrawn or row.cell is None:
        return None
    return Spot(row.cell, row.state, row.invented)
