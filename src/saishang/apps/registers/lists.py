"""Lists of a register a page at a time: filtered, in the order of an index, counted as far as it is cheap.

`queries.entries` brings every entry, for whoever needs all of them; a page, a file that is written row by row and a map
ask here. docs/decisions/2026-11-30-registers-at-scale.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet

from saishang.apps.core.queries import counted
from saishang.apps.registers.matching import beyond, field_is, figured, in_order
from saishang.apps.registers.models import Entry, Movement
from saishang.apps.registers.queries import EntryView, Filter, narrowed, view_of
from saishang.apps.registers.sought import grams_of
from saishang.science.register.kind import DEMONSTRATION, Figure, Kind

__all__ = [
    "MOST_LATE", "ORDERS", "Range", "Wanted", "count_invented", "count_late", "invented", "late", "page", "rows",
    "runs_of",
]  # fmt: skip

#: What a list can be put in order by: columns with an index.
ORDERS = {"key": ("key",), "title": ("title", "key"), "due": ("due", "key")}
#: The least and the greatest value that may be, as numbers or days; None = open.
Range = tuple[Any, Any]


@dataclass(frozen=True)
class Wanted:
    """Which entries, beyond `Filter`.

    Attributes
    ----------
    fields:
        Choice or truth → the value it has.
    overdue:
        A day: entries with a term that ended before it.
    box:
        West, south, east, north [degrees]: entries whose own box touches it.
    one_of:
        Field → values, of which it has one.
    ranges:
        Number or date → least and greatest value, both included. What has no value is in no range.
    since:
        Days between which the state began, both included.
    invented:
        Whether it stands for demonstration only; None = either.
    figure:
        Entries that a figure counts.
    """

    filter: Filter = field(default_factory=Filter)
    fields: Mapping[str, Any] = field(default_factory=dict)
    overdue: date | None = None
    box: tuple[float, float, float, float] | None = None
    one_of: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    since: tuple[date | None, date | None] = (None, None)
    invented: bool | None = None
    figure: Figure | None = None


#: Entries that `late` brings at once.
MOST_LATE = 1000


def late(kind: Kind, day: date, most: int = MOST_LATE, since: date | None = None) -> list[EntryView]:
    """Entries whose earliest term ended before a day (and not before `since`), the longest first."""
    found = rows(kind, Wanted(overdue=day), "due")
    if since is not None:
        found = found.filter(due__gte=since)
    return [view_of(row, kind.id) for row in found[:most]]


def count_late(kind: Kind, day: date) -> tuple[int, int]:
    """How many real and how many invented entries have a term that ended before a day, however many they are."""
    found = rows(kind, Wanted(overdue=day)).order_by()
    everything = found.count()
    made_up = count_invented(kind, found, everything)
    return everything - made_up, made_up


def invented(found: QuerySet[Any], kind: Kind) -> QuerySet[Any]:
    """Of rows those that stand for demonstration only."""
    if DEMONSTRATION not in kind.fields:
        return found.none()
    if found.model is Entry:
        return found.filter(invented=True)
    return found.filter(values__contains={DEMONSTRATION: True})


def count_invented(kind: Kind, found: QuerySet[Any], most: int) -> int:
    """How many of some entries stand for demonstration only, up to `most`; where there are none an index says so."""
    if DEMONSTRATION not in kind.fields or not Entry.objects.filter(kind=kind.id, invented=True).exists():
        return 0
    return counted(invented(found, kind), most)[0]


def page(kind: Kind, wanted: Wanted, order: str, first: int, most: int) -> list[Any]:
    """Rows of a list from the row `first` (0-based) on, at most `most`.

    A list of some regions is in the order of its keys, and no index has it so. It is merged from one short run per
    region and state: keys of a region often follow each other, and walking along all keys would meet none for long.
    """
    asked = wanted.filter
    plain = Wanted(Filter(regions=asked.regions, states=asked.states, withdrawn=asked.withdrawn))
    if not (wanted == plain and asked.regions and order == "key"):
        return list(rows(kind, wanted, order)[first : first + most])
    shown = "" if asked.withdrawn else "and not withdrawn"
    with connection.cursor() as cursor:
        cursor.execute(
            "select e.id from unnest(%s::text[]) as r (region) cross join unnest(%s::text[]) as s (state)"  # noqa: S608
            " cross join lateral (select id, key from registers_entry where kind = %s and region = r.region"
            f" and state = s.state {shown} order by key limit %s) e order by e.key offset %s limit %s",
            [list(asked.regions), sorted(asked.states or _states(kind)), kind.id, first + most, first, most],
        )
        keys = [row[0] for row in cursor.fetchall()]
    read = Entry.objects.in_bulk(keys)
    return [read[key] for key in keys if key in read]


def runs_of(kind: Kind, asked: Filter) -> list[tuple[str, str]]:
    """Region and state of the runs of keys that a filter chooses, which names regions."""
    states = sorted(asked.states or _states(kind))
    return [(region, state) for region in asked.regions for state in states]


def _states(kind: Kind) -> set[str]:
    """States that entries of a kind have: those of its life cycle, and any that it had once and the sums know."""
    known = set(kind.life.states) if kind.life is not None else set()
    summed = Movement.objects.filter(kind=kind.id, span="y", figure="").order_by().values_list("state", flat=True)
    return known | {""} | set(summed.distinct())


def rows(kind: Kind, wanted: Wanted, order: str = "key") -> QuerySet[Any]:
    """Entries (or their versions, of a day) in an order; `queries.view_of` makes one of a row.

    Parameters
    ----------
    order:
        One of `ORDERS`, or a field; with a minus the other way round. For fields there is no index.
    """
    found, name = _filtered(kind, wanted), order.removeprefix("-")
    if name in ORDERS:
        # The day of a term is a column of the entry alone.
        prefix = "entry__" if name == "due" and wanted.filter.on is not None else ""
        columns = [f"{prefix}{column}" if column == "due" else column for column in ORDERS[name]]
        return found.order_by(*(f"-{column}" for column in columns) if order != name else columns)
    return in_order(found, kind, name, descending=order != name)


def _filtered(kind: Kind, wanted: Wanted) -> QuerySet[Any]:
    asked = wanted.filter
    rows = narrowed(kind, asked)
    if wanted.fields:
        rows = rows.filter(values__contains=dict(wanted.fields))
    prefix = "" if asked.on is None else "entry__"
    if wanted.overdue is not None:
        rows = rows.filter(**{f"{prefix}due__lt": wanted.overdue})
    for name, values in wanted.one_of.items():
        rows = rows.filter(field_is(name, values))
    for name, (least, most) in wanted.ranges.items():
        rows = beyond(rows, kind.fields[name], least, most)
    first, last = wanted.since
    if first is not None:
        rows = rows.filter(since__gte=first)
    if last is not None:
        rows = rows.filter(since__lte=last)
    if wanted.invented is not None:
        rows = rows.filter(_is_invented(kind, asked.on is None, wanted.invented))
    if wanted.figure is not None:
        rows = rows.filter(figured(kind, wanted.figure))
    if wanted.box is not None:
        west, south, east, north = wanted.box
        rows = rows.filter(**{
            f"{prefix}west__lte": east, f"{prefix}east__gte": west, f"{prefix}south__lte": north,
            f"{prefix}north__gte": south,
        })  # fmt: skip
    for word in asked.text.casefold().split():
        rows = rows.filter(_holds(word, prefix))
    return rows


def _is_invented(kind: Kind, now: bool, yes: bool) -> Q:
    """Whether rows stand for demonstration only; versions of a day say so in their fields alone."""
    if DEMONSTRATION not in kind.fields:
        return Q() if not yes else Q(pk__in=[])
    found = Q(invented=True) if now else Q(values__contains={DEMONSTRATION: True})
    return found if yes else ~found


def _holds(word: str, prefix: str) -> Q:
    """Entries whose words hold a part: its grams stand in the index, the part itself is compared."""
    exact = Q(**{f"{prefix}words__contains": word})
    grams = sorted(grams_of(word))
    return Q(_HoldsGrams([F(f"{prefix}{name}") for name in _OF_GRAMS], grams)) & exact if grams else exact


_OF_GRAMS = ("kind", "region", "state", "words")


class _HoldsGrams(Func):
    """Whether all grams stand among those of an entry (migration 0061)."""

    output_field = BooleanField()

    def __init__(self, columns: list[F], grams: list[str]) -> None:
        super().__init__(*columns)
        self.grams = grams

    def as_sql(self, compiler: Any, connection: Any, **_more: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """The condition and its parameters."""
        compiled = [compiler.compile(expression) for expression in self.get_source_expressions()]
        columns = ", ".join(sql for sql, _parameters in compiled)
        return (
            f"(registers_grams({columns}) @> %s::text[])", [*(p for _sql, more in compiled for p in more), self.grams]
        )  # fmt: skip
