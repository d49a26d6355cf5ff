"""A book is made anew from the versions of its kind, and many movements are added up.

Small ones are made at once, while nobody writes into the register. Millions of versions are read beside the writers, by
a job or a command: the book is opened first, so that changes are written into it, and what stood before is added from
a snapshot of exactly that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from saishang.apps.registers.models import Book, CellMovement, Entry, Movement, TermMovement, Version
from saishang.apps.registers.movements import LOCK, Spot, Tally, insert, terms_of
from saishang.apps.registers.sought import words_of
from saishang.science.register.figures import Standing
from saishang.science.register.kind import Kind

__all__ = ["bring_up", "compact", "due_day", "forget", "is_current", "make", "make_beside"]

#: First half of the lock of whoever makes a book, taken before the other one (the one between is that of descriptions).
_MAKING = LOCK + 2
#: Told how many versions, then entries, were read; what it raises ends the work.
Progress = Callable[[str, int], None]
#: Rows of one reading.
_AT_ONCE = 5000
#: Sums that are held in memory before they are written.
_HELD = 100_000
#: More rows than this behind one answer are added up when there is time.
_MANY = 20_000
_SPOT = ("pk", "cell", "state", "invented")


def is_current(kind: Kind) -> bool:
    """Whether the book of a kind is written by its description as it is now."""
    return Book.objects.filter(kind=kind.id, digest=kind.digest, ready=True).exists()


def bring_up(kinds: Iterable[Kind]) -> None:
    """Make the books of some kinds that are not current, for whoever reads them at once and cannot wait for a job."""
    listed = {kind.id: kind for kind in kinds}
    made = dict(Book.objects.filter(kind__in=list(listed), ready=True).values_list("kind", "digest"))
    for name, kind in listed.items():
        if made.get(name) != kind.digest:
            make(kind)


def make(kind: Kind) -> int:
    """Write the book of a kind anew from its versions, and the columns of its entries that follow from the description.

    Nobody writes into the register meanwhile. Returns how many entries were looked at.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            # A book that is made beside the writers is not made a second time: both would count.
            cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_MAKING, kind.id])
            cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, kind.id])
        if is_current(kind):  # somebody else was faster
            return 0
        _clear(kind)
        # First the columns: which entries are invented decides where they are counted on the map.
        entries = _columns(kind, _silent)
        _sum(kind, _silent)
        Book.objects.update_or_create(
            kind=kind.id, defaults={"digest": kind.digest, "made": timezone.now(), "ready": True}
        )
    return entries


def make_beside(kind: Kind, progress: Progress = lambda step, rows: None, *, anew: bool = False) -> int:
    """The same for millions, outside of any transaction: who writes into the register waits for a moment only.

    Parameters
    ----------
    anew:
        Also where the book is current.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, hashtext(%s))", [_MAKING, kind.id])
    try:
        return _make_beside(kind, progress, anew)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, hashtext(%s))", [_MAKING, kind.id])


def _make_beside(kind: Kind, progress: Progress, anew: bool) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, hashtext(%s))", [LOCK, kind.id])
    held = True
    try:
        if is_current(kind) and not anew:
            return 0
        with transaction.atomic():
            _clear(kind)
            Book.objects.update_or_create(
                kind=kind.id, defaults={"digest": kind.digest, "made": timezone.now(), "ready": False}
            )
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read")
                cursor.execute(
                    "select 1"
                )  # the snapshot: whoever wrote before is in it, whoever writes now adds to the book
                cursor.execute("select pg_advisory_unlock(%s, hashtext(%s))", [LOCK, kind.id])
                held = False
            _sum(kind, progress)
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s, hashtext(%s))", [LOCK, kind.id])
    entries = _columns(kind, progress)
    compact(kind.id)
    Book.objects.filter(kind=kind.id, digest=kind.digest).update(ready=True, made=timezone.now())
    return entries


def _silent(_step: str, _rows: int) -> None:
    return None


def _clear(kind: Kind) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from registers_movement where kind = %s", [kind.id])
        cursor.execute("delete from registers_cellmovement where kind = %s", [kind.id])
        cursor.execute("delete from registers_termmovement where kind = %s", [kind.id])


def _sum(kind: Kind, progress: Progress) -> None:
    """Movements of every version, and the terms and cells of what stands now."""
    tally = Tally(kind)
    read = 0
    for steps in _histories(kind):
        before: Standing | None = None
        for day, after in steps:
            tally.change(day, before, after)
            before = after
        tally.end(before, terms_of(kind, before))
        read += len(steps)
        if len(tally) > _HELD:
            insert(tally)
            tally = Tally(kind)
        if read % _AT_ONCE < len(steps):
            progress("versions", read)
    rows = Entry.objects.filter(kind=kind.id, withdrawn=False, cell__isnull=False)
    for cell, state, invented in rows.values_list(*_SPOT[1:]).iterator(chunk_size=_AT_ONCE):
        tally.move(None, Spot(cell, state, invented))
        if len(tally) > _HELD:
            insert(tally)
            tally = Tally(kind)
    insert(tally)


def _histories(kind: Kind) -> Iterator[list[tuple[date, Standing | None]]]:
    """Of each entry the days from which it stood some way, in their order; None where it was withdrawn."""
    fields = ("entry_id", "effective", "withdrawn", "key", "state", "since", "values", "region", "epoch")
    rows = Version.objects.filter(entry__kind=kind.id).order_by("entry_id", "number").values_list(*fields)
    steps: list[tuple[date, Standing | None]] = []
    last = None
    for entry, effective, withdrawn, key, state, since, values, region, epoch in rows.iterator(chunk_size=_AT_ONCE):
        if entry != last and steps:
            yield steps
            steps = []
        last = entry
        steps.append((effective, None if withdrawn else Standing(key, state, since, values, region, epoch)))
    if steps:
        yield steps


def _columns(kind: Kind, progress: Progress) -> int:
    """Days of terms, and the mark of invented entries, as the description has them now; how many entries were read.

    An entry that somebody changed meanwhile has them already: its number is another one.
    """
    fields = (
        "pk", "number", "withdrawn", "key", "state", "since", "values", "region", "epoch", "due", "invented", "words",
        "hidden",
    )  # fmt: skip
    last, read = 0, 0
    while True:
        rows = list(
            Entry.objects.filter(kind=kind.id, pk__gt=last).order_by("pk").values_list(*fields)[:_AT_ONCE]
        )  # fmt: skip
        if not rows:
            return read
        last, read = rows[-1][0], read + len(rows)
        changed = []
        for pk, number, withdrawn, key, state, since, values, region, epoch, due, invented, words, hidden in rows:
            if withdrawn:
                continue
            standing = Standing(key, state, since, values, region, epoch)
            day, sought = due_day(kind, standing), words_of(kind, values, hidden)
            if (day, standing.invented, sought) != (due, invented, words):
                changed.append((pk, number, day, standing.invented, sought))
        if changed:
            with connection.cursor() as cursor:
                cursor.execute(
                    "update registers_entry e set due = given.due, invented = given.invented, words = given.words"
                    " from unnest(%s::bigint[], %s::int[], %s::date[], %s::bool[], %s::text[])"
                    " as given (id, number, due, invented, words) where e.id = given.id and e.number = given.number",
                    [list(column) for column in zip(*changed, strict=True)],
                )
        progress("entries", read)


def due_day(kind: Kind, standing: Standing) -> date | None:
    """The earliest day on which a term of an entry ends; None when none runs."""
    return min((term.on for term in terms_of(kind, standing)), default=None)


def forget(kind: str) -> None:
    """Let the book of a kind be made anew before anybody reads it."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, kind])
        cursor.execute("delete from registers_book where kind = %s", [kind])


def compact(kind: str) -> int:
    """Add movements of the same place and day, and of the same cell, up where there are many; rows that it saved."""
    saved = 0
    for model, places, numbers in (
        (Movement, "kind, span, figure, day, region, state, invented",
         ("counted", "total", "base", "base_total", "missing")),
        (CellMovement, "kind, level, cell, state, invented", ("counted",)),
        (TermMovement, "kind, span, term, day, region, invented", ("counted",)),
    ):  # fmt: skip
        table = model._meta.db_table
        sums = ", ".join(f"sum({name})" for name in numbers)
        something = " or ".join(f"sum({name}) <> 0" for name in numbers)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"select count(*), (select count(*) from (select distinct {places} from {table} where kind = %s) d)"  # noqa: S608
                f" from {table} where kind = %s", [kind, kind],
            )  # fmt: skip
            there, needed = cursor.fetchone()
            if there <= _MANY or there < needed * 1.2:
                continue
            cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, kind])
            cursor.execute(
                f"with gone as (delete from {table} where kind = %s returning *)"  # noqa: S608
                f" insert into {table} ({places}, {', '.join(numbers)}) select {places}, {sums} from gone"
                f" group by {places} having {something}",
                [kind],
            )
            saved += there - int(cursor.rowcount)
    return saved
