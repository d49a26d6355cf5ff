"""Reads for other programmes: a register in pages that follow each other by a mark, what changed since a moment, what
held within days, and the entries behind a figure.

A page begins behind the last entry of the page before it (its key, number or moment), never at a count of rows: it
costs the same at the end of five million entries as at their beginning, and what is entered meanwhile moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from saishang.apps.core.queries import counted
from saishang.apps.registers import lists
from saishang.apps.registers.lists import Wanted
from saishang.apps.registers.making import bring_up, due_day
from saishang.apps.registers.models import Entry, Movement, Version
from saishang.apps.registers.queries import EntryView, counted_regions, inside, view_of
from saishang.rules import Rules
from saishang.science.register.boxes import Box, meets, split
from saishang.science.register.kind import Figure, Kind
from saishang.science.register.sums import part_of

__all__ = [
    "LOOKED_AT", "Asked", "Behind", "Page", "Read", "behind", "changed", "complete_until", "first_days",
    "last_written", "matched", "one_within", "page", "read_of", "within",
]  # fmt: skip

#: Rows that one page looks at where each has to be judged by itself; a page may then hold fewer entries than asked for.
LOOKED_AT = 20_000
_CHUNK = 1000


@dataclass(frozen=True)
class Read:
    """An entry with what other programmes need to keep a copy of it."""

    view: EntryView
    recorded_at: datetime
    invented: bool


@dataclass(frozen=True)
class Page:
    """Entries in their order, and the mark behind which the next page begins; None at the end."""

    entries: list[Read]
    after: Any


@dataclass(frozen=True)
class Asked:
    """Which entries.

    Attributes
    ----------
    wanted:
        What lists ask for, too; its box is that of the map, both sides belong to it.
    key:
        One entry by its key; empty = all.
    """

    wanted: Wanted
    key: str = ""


@dataclass(frozen=True)
class Behind:
    """An entry behind a figure: whether it is counted, or (of a share) belongs to the whole alone."""

    read: Read
    counted: bool


def page(kind: Kind, asked: Asked, after: Any, most: int) -> Page:
    """Entries by key, or by number where the register is read as it stood on a day.

    Parameters
    ----------
    after:
        Mark of the page before: a key, or a number on a day; None = from the beginning.
    """
    on = asked.wanted.filter.on
    rows, keep = _rows(kind, asked)
    if on is None:
        return _walk(kind, rows.order_by("key"), keep, lambda last: Q(key__gt=last), lambda row: row.key, after, most)
    return _walk(
        kind, rows.order_by("entry_id"), keep, lambda last: Q(entry_id__gt=last), lambda row: row.entry_id, after, most
    )  # fmt: skip


def matched(kind: Kind, asked: Asked, most: int = 1000) -> int | None:
    """How many entries there are; None where counting would cost more than the page."""
    if asked.wanted.filter.on is not None or asked.wanted.box is not None:
        return None
    rows, keep = _rows(kind, asked)
    if keep is not None:
        return None
    found, whole = counted(rows, most)
    return found if whole else None


def changed(kind: Kind, asked: Asked, since: datetime, until: datetime, after: Any, most: int) -> Page:
    """Entries whose last version was written in [since, until), withdrawn ones too, in the order of writing.

    Whoever asks again with the moment `until` of this answer misses nothing (`complete_until`).
    """
    shown = replace(asked.wanted, filter=replace(asked.wanted.filter, withdrawn=True, on=None))
    rows, keep = _rows(kind, replace(asked, wanted=shown))
    rows = rows.filter(recorded_at__gte=since, recorded_at__lt=until).order_by("recorded_at", "pk")

    def behind_it(last: Any) -> Q:
        moment, number = datetime.fromisoformat(last[0]), int(last[1])
        return Q(recorded_at__gt=moment) | Q(recorded_at=moment, pk__gt=number)

    def mark(row: Any) -> list[Any]:
        return [row.recorded_at.isoformat(), row.pk]

    return _walk(kind, rows, keep, behind_it, mark, after, most)


def complete_until() -> datetime:
    """The moment before which nothing more can appear: when the oldest transaction that still runs began.

    A version carries the moment of its writing and is seen when its transaction ends, a long import a minute later.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(min(xact_start), clock_timestamp()) from pg_stat_activity where datname ="
            " current_database() and xact_start is not null and pid <> pg_backend_pid()"
            " and backend_type = 'client backend'"
        )
        oldest: datetime = cursor.fetchone()[0]
    return min(oldest, timezone.now())


def within(kind: Kind, asked: Asked, first: date | None, last: date | None, after: Any, most: int) -> Page:
    """Entries that were in the register within two days (both belong to it), each as it last stood then."""
    rows = _held_within(kind, first, last)
    if asked.wanted.fields:
        rows = rows.filter(values__contains=dict(asked.wanted.fields))
    keep = None if asked.wanted.box is None else _in_box(asked.wanted.box)
    return _walk(
        kind, rows.order_by("entry_id"), keep, lambda mark: Q(entry_id__gt=mark), lambda row: row.entry_id, after, most
    )  # fmt: skip


def _held_within(kind: Kind, first: date | None, last: date | None) -> QuerySet[Version]:
    """Of each entry the last version that held within two days and was not a withdrawal."""

    def held(rows: QuerySet[Version]) -> QuerySet[Version]:
        # A version that another one of the same day replaced never held.
        following = Version.objects.filter(entry=OuterRef("entry"), number=OuterRef("number") + 1)
        rows = rows.filter(~Exists(following.filter(effective=OuterRef("effective"))), withdrawn=False)
        return rows if last is None else rows.filter(effective__lte=last)

    rows = held(Version.objects.filter(entry__kind=kind.id))
    later = held(Version.objects.filter(entry=OuterRef("entry"), number__gt=OuterRef("number")))
    if first is not None:
        following = Version.objects.filter(entry=OuterRef("entry"), number=OuterRef("number") + 1)
        rows = rows.filter(~Exists(following.filter(effective__lte=first)))
    return rows.filter(~Exists(later)).annotate(kind=F("entry__kind"))


def one_within(kind: Kind, pk: int, days: tuple[date | None, date | None] | None) -> Read | None:
    """One entry as it stands, or as it last stood within some days; None where it was not in the register."""
    row: Entry | Version | None
    if days is None:
        row = Entry.objects.filter(kind=kind.id, pk=pk, withdrawn=False).first()
    else:
        row = _held_within(kind, *days).filter(entry_id=pk).first()
    return None if row is None else read_of(kind, row)


def behind(
    kind: Kind, figure: Figure, rules: Rules, region: str, on: date | None, *, invented: bool, after: Any, most: int
) -> tuple[list[Behind], Any]:
    """The entries that a figure of a region counted on a day, and those of its whole; the mark of the next page."""
    codes = inside(rules, region)
    if figure.measure == "region_share":
        codes = tuple(counted_regions(figure, rules, codes))
    wanted = Wanted(replace(Wanted().filter, regions=codes, on=on))
    rows, _keep = _rows(kind, Asked(wanted))
    if not codes:
        rows = rows.none()

    def belongs(row: Any) -> bool:
        standing = view_of(row, kind.id).standing
        part = part_of(figure, standing)
        return standing.invented is invented and bool(part.counted or part.base)

    name = "key" if on is None else "entry_id"
    found = _walk(
        kind, rows.order_by(name), belongs, lambda last: Q(**{f"{name}__gt": last}), lambda row: getattr(row, name),
        after, most,
    )  # fmt: skip
    return (
        [Behind(read, bool(part_of(figure, read.view.standing).counted)) for read in found.entries], found.after
    )  # fmt: skip


def last_written(kind: Kind) -> datetime | None:
    """When something was last written into a register; None of an empty one."""
    found: datetime | None = (
        Entry.objects.filter(kind=kind.id).order_by("-recorded_at").values_list("recorded_at", flat=True).first()
    )
    return found


def first_days(kinds: Iterable[Kind]) -> dict[str, date]:
    """The earliest day from which anything of a register holds, read from its sums; empty registers left out."""
    listed = list(kinds)
    bring_up(listed)
    names = [kind.id for kind in listed]
    rows = Movement.objects.filter(kind__in=names, span="d", figure="").values_list("kind").annotate(first=Min("day"))
    return dict(rows)


def _rows(kind: Kind, asked: Asked) -> tuple[QuerySet[Any], Callable[[Any], bool] | None]:
    """Rows that the database can choose, and what each of them has to be asked besides."""
    wanted, on = asked.wanted, asked.wanted.filter.on
    asks: list[Callable[[Any], bool]] = []
    if on is not None and wanted.overdue is not None:
        # The column has the term of today; on another day it follows from what the entry said then.
        day, wanted = wanted.overdue, replace(wanted, overdue=None)
        asks.append(lambda row: _ended(kind, row, day))
    if wanted.box is not None:
        asks.append(_in_box(wanted.box))
        boxes, wanted = split(wanted.box), replace(wanted, box=None)
    else:
        boxes = ()
    rows = lists.rows(kind, wanted)
    if boxes and on is None:
        near = Q()
        for west, south, east, north in boxes:
            near |= Q(west__lte=east, east__gte=west, south__lte=north, north__gte=south)
        rows = rows.filter(near)
        if kind.place == "point":  # its own box is the point itself
            asks = asks[:-1]
    if asked.key:
        rows = rows.filter(key=asked.key)
    return rows, (lambda row: all(ask(row) for ask in asks)) if asks else None


def _ended(kind: Kind, row: Any, day: date) -> bool:
    ends = due_day(kind, view_of(row, kind.id).standing)
    return ends is not None and ends < day


def _in_box(box: Box) -> Callable[[Any], bool]:
    boxes = split(box)
    return lambda row: row.place is not None and any(meets(row.place, part) for part in boxes)


def _walk(
    kind: Kind, rows: QuerySet[Any], keep: Callable[[Any], bool] | None, behind_it: Callable[[Any], Q],
    mark: Callable[[Any], Any], after: Any, most: int,
) -> Page:  # fmt: skip
    """A page of rows, and a look at one more, so that the last page has no mark."""
    found: list[Any] = []
    looked = 0
    last = after
    while len(found) <= most:
        size = most + 1 if keep is None else _CHUNK
        chunk = list((rows if last is None else rows.filter(behind_it(last)))[:size])
        for row in chunk:
            looked += 1
            last = mark(row)
            if keep is None or keep(row):
                found.append(row)
                if len(found) > most:
                    break
        if len(chunk) < size:
            last = None if len(found) <= most else last
            break
        if looked >= LOOKED_AT:
            break
    if len(found) > most:
        found = found[:most]
        last = mark(found[-1])
    return Page([read_of(kind, row) for row in found], last)


def read_of(kind: Kind, row: Any) -> Read:
    """An entry from its row, or from the row of one of its versions."""
    view = view_of(row, kind.id)
    return Read(view, row.recorded_at, view.standing.invented)
