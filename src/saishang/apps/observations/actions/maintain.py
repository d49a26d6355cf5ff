"""Upkeep of the lake: join small files, remove files of old versions, settle batches, judge what is new.

The same steps serve the commands (`saishang ingest compact|vacuum|…`) and the worker's jobs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from saishang.apps.indicators.queries import lake_versions
from saishang.lake import Lake
from saishang.lake.gaps import update_gaps
from saishang.lake.quality import NoData, run_quality

__all__ = ["Checked", "Vacuumed", "check", "new_span", "vacuum"]


@dataclass(frozen=True)
class Vacuumed:
    """Files removed (or that would be), versions of the table that evaluation runs protect."""

    files: tuple[str, ...]
    kept_versions: tuple[int, ...]


@dataclass(frozen=True)
class Checked:
    """What a check did: the days it looked at, flags of the quality run (None: no hourly air data), gap rows."""

    first: date | None
    last: date | None
    quality_run: int | None
    flagged: int
    gap_days: int


def vacuum(lake: Lake, keep: timedelta, *, dry_run: bool) -> Vacuumed:
    """Remove files that neither a version younger than `keep` nor the version of an evaluation run needs.

    A published figure can be replayed as long as its run exists, however old the version of the table is.
    """
    newest = lake.table.version
    kept = tuple(version for version in lake_versions() if version <= newest)
    return Vacuumed(tuple(lake.table.vacuum(keep, dry_run=dry_run, keep=kept)), kept)


def new_span(since: datetime | None) -> tuple[date, date] | None:
    """First and last day of what batches brought that were committed since a moment; None when there were none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select min(first_start)::date, max(last_end - interval '1 microsecond')::date from lake_batch "
            "where status = 'committed' and added + replaced > 0 and finished_at >= %s",
            [since or datetime(1970, 1, 1, tzinfo=UTC)],
        )
        row = cursor.fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])


def check(
    lake: Lake, first: date, last: date, *, actor: str, progress: Callable[[str], Any] = lambda step: None
) -> Checked:
    """Run the quality tests and compute the gap ledger anew for the days `first` to `last`."""
    progress("quality")
    run, flagged = None, 0
    try:
        found = run_quality(
            lake.table, lake.ledger, lake.rules,
            first=datetime.combine(first, datetime.min.time()),
            last=datetime.combine(last, datetime.min.time()) + timedelta(days=1), actor=actor,
        )  # fmt: skip
        run, flagged = found.id, sum(outcome.flagged for outcome in found.results)
    except NoData:
        pass
    progress("gaps")
    counts = update_gaps(lake.table, lake.ledger, lake.folders, lake.rules, lake.described(), first=first, last=last)
    return Checked(first, last, run, flagged, sum(count.days for count in counts))
