"""Sums of a register's figures, written with every version: what five million entries come to is read from hundreds of
rows, for any day.

Movements (`movements`) follow from the versions and from the kind's description; with another description
(`Kind.digest`) they are made anew (`making`). Whoever has to prove a figure counts the entries (`queries.figures`): a
test holds the two against each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import connection

from saishang.apps.jobs.actions import start
from saishang.apps.jobs.queries import jobs
from saishang.apps.registers.making import bring_up, compact, due_day, forget, is_current, make
from saishang.apps.registers.models import Book, Entry
from saishang.apps.registers.movements import CAME, WENT, Place, first_days, part_of_row
from saishang.science.register.kind import Kind
from saishang.science.register.sums import Part

__all__ = [
    "SUMS_JOB",
    "Place",
    "compact",
    "counts",
    "due_day",
    "ended",
    "forget",
    "is_current",
    "make",
    "percent",
    "ready",
    "sums",
]

#: Name of the kind of job that makes a large book.
SUMS_JOB = "registers_sums"
#: Books of so many entries are made while somebody waits for them; larger ones by a job.
_AT_A_LOOK = 2000
_WORKER = "saishang"


def ready(kinds: Iterable[Kind]) -> set[str]:
    """Those of some kinds whose sums can be read.

    A small book that is not current is made at once, a large one by a job, which is started here.
    """
    wanted = {kind.id: kind for kind in kinds}
    made = dict(Book.objects.filter(kind__in=list(wanted), ready=True).values_list("kind", "digest"))
    found = set()
    for name, kind in wanted.items():
        if made.get(name) == kind.digest:
            found.add(name)
        elif Entry.objects.filter(kind=name)[: _AT_A_LOOK + 1].count() <= _AT_A_LOOK:
            make(kind)
            found.add(name)
        elif percent(kind) is None:
            start(_WORKER, SUMS_JOB, {"kind": name})
    return found


def percent(kind: Kind) -> int | None:
    """How far the job is that makes the sums of a kind [%]; None when none waits or runs."""
    for state in ("running", "queued"):
        listed, _all = jobs(kind=SUMS_JOB, state=state, limit=1000)
        for job in listed:
            if job.params.get("kind") == kind.id:
                return job.percent
    return None


def sums(kind: Kind, on: date | None = None, figures: Iterable[str] | None = None) -> dict[Place, Part]:
    """Sums of a kind as it stood on a day (now); made first where the book is not current: pages ask `ready` before.

    Parameters
    ----------
    figures:
        Which ones; `""` for entries by state, `CAME` and `WENT` for what came and went. None = all but these two.
    """
    bring_up([kind])
    of, given = _until("registers_movement", kind, on)
    only = "<> all(%s)" if figures is None else "= any(%s)"
    given.append([CAME, WENT] if figures is None else list(figures))
    with connection.cursor() as cursor:
        cursor.execute(
            "select figure, region, state, invented, sum(counted), sum(total), sum(base), sum(base_total),"  # noqa: S608
            f" sum(missing) from ({of}) m where figure {only} group by 1, 2, 3, 4",
            given,
        )
        rows = cursor.fetchall()
    return {Place(*row[:4]): part_of_row(*row[4:]) for row in rows}


def _until(table: str, kind: Kind, on: date | None) -> tuple[str, list[Any]]:
    """Rows of a table of movements up to a day: whole years before its year, months before its month, its days."""
    if on is None:
        return f"select * from {table} where kind = %s and span = 'y'", [kind.id]  # noqa: S608
    (_y, year), (_m, month), (_d, day) = first_days(on)
    spans = ("span = 'y' and day < %s", "span = 'm' and day >= %s and day < %s",
             "span = 'd' and day >= %s and day <= %s")  # fmt: skip
    parts = [f"select * from {table} where kind = %s and {one}" for one in spans]  # noqa: S608
    return " union all ".join(parts), [kind.id, year, kind.id, year, month, kind.id, month, day]


def ended(kind: Kind, before: date) -> Counter[tuple[str, str, bool]]:
    """How many terms that run now end before a day: (term, region, invented) → their number."""
    bring_up([kind])
    of, given = _until("registers_termmovement", kind, before - timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute(
            f"select term, region, invented, sum(counted) from ({of}) m group by 1, 2, 3",  # noqa: S608
            given,
        )
        return Counter({(term, region, invented): int(number) for term, region, invented, number in cursor.fetchall()})


def counts(kinds: Iterable[Kind]) -> dict[str, int]:
    """Entries by kind, withdrawn ones left out; kinds whose sums are being made are left out, too."""
    names = ready(kinds)
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, sum(counted) from registers_movement"
            " where kind = any(%s) and span = 'y' and figure = '' group by kind",
            [list(names)],
        )
        return dict.fromkeys(names, 0) | {name: int(number) for name, number in cursor.fetchall()}
