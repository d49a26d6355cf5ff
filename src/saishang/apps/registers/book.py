"""Sums of a register's figures, written with every version: what five million entries come to is read from hundreds of
rows, for any day.

A movement says what a change added to a figure, or took from it, from a day on. Movements follow from the versions
and from the kind's description; with another description (`Kind.digest`) they are made anew. Whoever has to prove a
figure counts the entries (`queries.figures`): a test holds the two against each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from saishang.apps.registers.models import Book, Entry, Movement, Version
from saishang.science.register.figures import Standing, due_terms
from saishang.science.register.kind import Kind
from saishang.science.register.sums import NOTHING, Part, part_of

__all__ = [
    "Place",
    "compact",
    "counts",
    "due_day",
    "forget",
    "is_current",
    "make",
    "movements",
    "note",
    "standing_of",
    "sums",
]

#: First half of the lock of a kind's book; the second is made of its name. Writers share it, a new making has it alone.
_LOCK = 0x5A15
#: Movements of one insertion.
_AT_ONCE = 2000
#: More rows than this behind one answer are added up when there is time.
_MANY = 20_000


@dataclass(frozen=True, slots=True)
class Place:
    """What a sum is kept for: a figure (empty: entries in a state), region, state, invented or not."""

    figure: str
    region: str
    state: str
    invented: bool


def movements(kind: Kind, before: Standing | None, after: Standing | None) -> dict[Place, Part]:
    """What changes in the sums when an entry that stood one way stands another; None: not there, or withdrawn."""
    found: dict[Place, Part] = defaultdict(lambda: NOTHING)
    for standing, sign in ((before, -1), (after, 1)):
        if standing is None:
            continue
        for place, part in _parts(kind, standing):
            found[place] += part if sign > 0 else -part
    return {place: part for place, part in found.items() if part != NOTHING}


def _parts(kind: Kind, standing: Standing) -> Iterator[tuple[Place, Part]]:
    yield Place("", standing.region, standing.state, standing.invented), Part(counted=1)
    for figure in kind.figures.values():
        part = part_of(figure, standing)
        if part != NOTHING:
            yield Place(figure.id, standing.region, "", standing.invented), part


def note(kind: Kind, rows: Mapping[tuple[date, Place], Part]) -> None:
    """Write movements down, inside the transaction of the change.

    Where the book is not written by this description of the kind, it is left alone: it is made anew from the versions
    before anybody reads it.
    """
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock_shared(%s, hashtext(%s))", [_LOCK, kind.id])
        cursor.execute("select digest from registers_book where kind = %s", [kind.id])
        row = cursor.fetchone()
        if row is None:
            return
        if row[0] != kind.digest:
            cursor.execute("delete from registers_book where kind = %s", [kind.id])
            return
    _insert(kind.id, rows)


def sums(kind: Kind, on: date | None = None, figures: Iterable[str] | None = None) -> dict[Place, Part]:
    """Sums of a kind as it stood on a day (now); made first where the book is not current.

    Parameters
    ----------
    figures:
        Which ones; `""` for entries by state. None = all.
    """
    if not is_current(kind):
        make(kind)
    where, values = "kind = %s", list[Any]([kind.id])
    if on is not None:
        where, values = f"{where} and day <= %s", [*values, on]
    if figures is not None:
        where, values = f"{where} and figure = any(%s)", [*values, list(figures)]
    with connection.cursor() as cursor:
        cursor.execute(
            "select figure, region, state, invented, sum(counted), sum(total), sum(base), sum(base_total),"  # noqa: S608
            f" sum(missing), count(*) from registers_movement where {where} group by 1, 2, 3, 4",
            values,
        )
        rows = cursor.fetchall()
    return {
        Place(*row[:4]): Part(int(row[4]), Fraction(row[5]), int(row[6]), Fraction(row[7]), int(row[8]))
        for row in rows
    }  # fmt: skip


def counts(kinds: Iterable[Kind]) -> dict[str, int]:
    """Entries by kind, withdrawn ones left out."""
    written = dict(Book.objects.values_list("kind", "digest"))
    names = []
    for kind in kinds:
        if written.get(kind.id) != kind.digest:
            make(kind)
        names.append(kind.id)
    rows = Movement.objects.filter(kind__in=names, figure="").values("kind").annotate(number=Sum("counted"))
    return {row["kind"]: int(row["number"]) for row in rows}


def is_current(kind: Kind) -> bool:
    """Whether the book of a kind is written by its description as it is now."""
    return Book.objects.filter(kind=kind.id, digest=kind.digest).exists()


def make(kind: Kind) -> int:
    """Write the book of a kind anew from its versions, and the columns of its entries that follow from the description.

    Nobody writes into the register meanwhile. Returns how many entries were looked at.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, kind.id])
        if is_current(kind):  # somebody else was faster
            return 0
        Movement.objects.filter(kind=kind.id).delete()
        found: dict[tuple[date, Place], Part] = defaultdict(lambda: NOTHING)
        entries = 0
        for steps in _histories(kind):
            entries += 1
            before: Standing | None = None
            for day, after in steps:
                for place, part in movements(kind, before, after).items():
                    found[day, place] += part
                before = after
        _insert(kind.id, {key: part for key, part in found.items() if part != NOTHING})
        _columns(kind)
        Book.objects.update_or_create(kind=kind.id, defaults={"digest": kind.digest, "made": timezone.now()})
    return entries


def _histories(kind: Kind) -> Iterator[list[tuple[date, Standing | None]]]:
    """Of each entry the days from which it stood some way, in their order; None where it was withdrawn."""
    fields = ("entry_id", "effective", "withdrawn", "key", "state", "since", "values", "region", "epoch")
    rows = Version.objects.filter(entry__kind=kind.id).order_by("entry_id", "number").values_list(*fields)
    steps: list[tuple[date, Standing | None]] = []
    last = None
    for entry, effective, withdrawn, key, state, since, values, region, epoch in rows.iterator(chunk_size=5000):
        if entry != last and steps:
            yield steps
            steps = []
        last = entry
        steps.append((effective, None if withdrawn else Standing(key, state, since, values, region, epoch)))
    if steps:
        yield steps


def _columns(kind: Kind) -> None:
    """Days of terms, and the mark of invented entries, as the description has them now."""
    fields = ("pk", "key", "state", "since", "values", "region", "due", "invented")
    changed: list[Entry] = []
    for pk, key, state, since, values, region, due, invented in (
        Entry.objects.filter(kind=kind.id, withdrawn=False).values_list(*fields).iterator(chunk_size=5000)
    ):
        standing = Standing(key, state, since, values, region)
        day = due_day(kind, standing)
        if (day, standing.invented) != (due, invented):
            changed.append(Entry(pk=pk, due=day, invented=standing.invented))
        if len(changed) >= _AT_ONCE:
            Entry.objects.bulk_update(changed, ["due", "invented"])
            changed = []
    Entry.objects.bulk_update(changed, ["due", "invented"])


def due_day(kind: Kind, standing: Standing) -> date | None:
    """The earliest day on which a term of an entry ends; None when none runs."""
    return min((term.on for term in due_terms(kind, [standing])), default=None)


def forget(kind: str) -> None:
    """Let the book of a kind be made anew before anybody reads it."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, kind])
        cursor.execute("delete from registers_book where kind = %s", [kind])


def compact(kind: str) -> int:
    """Add movements of the same place and day up where there are many; returns how many rows that saved."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select count(*) from registers_movement where kind = %s", [kind])
        there = int(cursor.fetchone()[0])
        if there <= _MANY:
            return 0
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, kind])
        cursor.execute(
            "with gone as (delete from registers_movement where kind = %s returning *)"
            " insert into registers_movement (kind, figure, day, region, state, invented, counted, total, base,"
            " base_total, missing) select kind, figure, day, region, state, invented, sum(counted), sum(total),"
            " sum(base), sum(base_total), sum(missing) from gone group by 1, 2, 3, 4, 5, 6"
            " having sum(counted) <> 0 or sum(total) <> 0 or sum(base) <> 0 or sum(base_total) <> 0 or"
            " sum(missing) <> 0",
            [kind],
        )
        return there - int(cursor.rowcount)


def _insert(kind: str, rows: Mapping[tuple[date, Place], Part]) -> None:
    Movement.objects.bulk_create(
        (
            Movement(
                kind=kind, figure=place.figure, day=day, region=place.region, state=place.state,
                invented=place.invented, counted=part.counted, total=_decimal(part.total), base=part.base,
                base_total=_decimal(part.base_total), missing=part.missing,
            )
            for (day, place), part in rows.items()
        ),
        batch_size=_AT_ONCE,
    )  # fmt: skip


def _decimal(value: Fraction) -> Decimal:
    """Exact: numbers of entries are decimals, and so are their sums."""
    with localcontext() as context:
        context.prec = 60
        return Decimal(value.numerator) / Decimal(value.denominator)


def standing_of(row: Any) -> Standing | None:
    """How an entry or version stands; None for one that is withdrawn, or for none."""
    if row is None or row.withdrawn:
        return None
    return Standing(row.key, row.state, row.since, row.values, row.region, row.epoch)
