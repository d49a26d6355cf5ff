"""What boards count: items in one reading by task, owner, region and standing; reports owed; what changed; problems.

Everything stays within a span of `view_internal`. Counts are made by the database, sums of counts here: a board by
task, by owner and by region are three foldings of the same rows, and can therefore not disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, When
from django.db.models.functions import Coalesce, Length
from django.utils import timezone

from saishang.apps.execution.models import Milestone, ProgressReport, WorkItem
from saishang.apps.execution.queries import (
    ItemFilter,
    ReportFilter,
    items,
    reports,
    reports_of,
    visible,
)
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.queries import codes_by_number
from saishang.science.execution.standing import Standing, worst

__all__ = [
    "PARTS", "Changes", "Deadline", "Group", "Owed", "ReportCount", "Tally", "changes", "counts", "days_of",
    "deadlines", "fold", "matrix", "overdue_counts", "problems", "report_counts", "tallies", "timeline", "undated",
]  # fmt: skip

#: What boards tell apart, and the fields of an item that say it.
PARTS = ("task", "organisation", "region")
_FIELDS = {"task": "task", "organisation": "organisation_id", "region": "region"}
#: Standings of what is not owed: not yet, or no more. Their percent counts for nothing.
NOT_OWED = frozenset({"draft", "cancelled"})
#: States of reports that say something to others: handed in, and not taken or sent back.
_SAID = ("submitted", "accepted", "published")


@dataclass(frozen=True, slots=True)
class Tally:
    """Items of one task, owner, region and standing.

    Attributes
    ----------
    count:
        How many.
    dated:
        How many of them are in force and have a due day: only these can be late.
    known, percent:
        How many have a percent complete (computed or overridden), and the sum of it.
    """

    task: str
    organisation: str
    region: str
    standing: str
    count: int
    dated: int
    known: int
    percent: int


@dataclass
class Group:
    """Tallies that were folded together: one line of a board."""

    counts: dict[str, int] = field(default_factory=dict)
    dated: int = 0
    known: int = 0
    owed: int = 0
    percent: int = 0

    def add(self, row: Tally) -> None:
        """Take in one tally."""
        self.counts[row.standing] = self.counts.get(row.standing, 0) + row.count
        self.dated += row.dated
        if row.standing not in NOT_OWED:
            self.owed += row.count
            self.known += row.known
            self.percent += row.percent

    @property
    def total(self) -> int:
        """All items."""
        return sum(self.counts.values())

    @property
    def late(self) -> int:
        """Items whose due day is over."""
        return self.counts.get("late", 0)

    @property
    def mean(self) -> int | None:
        """Mean percent complete of what is owed and has milestones, whole per cent rounded down; None without any."""
        return self.percent // self.known if self.known else None

    @property
    def unknown(self) -> int:
        """Owed items without a percent: they are in no mean."""
        return self.owed - self.known

    @property
    def late_share(self) -> float | None:
        """Late items among those in force that have a due day [0 … 1]; None when none has."""
        return self.late / self.dated if self.dated else None

    @property
    def worst(self) -> Standing | None:
        """The standing that needs somebody most; what is cancelled counts only where there is nothing else."""
        return worst(self.counts)


@dataclass(frozen=True, slots=True)
class Owed:
    """Reports on items of one task, owner and region that were due before today and are not handed in."""

    task: str
    organisation: str
    region: str
    count: int


@dataclass(frozen=True, slots=True)
class ReportCount:
    """Reports of an organisation whose due day lies in a span of days.

    A report counts once it was handed in or its due day is over; what may still come in time is no part of it.
    """

    in_time: int = 0
    late: int = 0
    missing: int = 0

    @property
    def due(self) -> int:
        """All that count."""
        return self.in_time + self.late + self.missing

    @property
    def late_share(self) -> float | None:
        """Late or missing ones among those that count [0 … 1]; None when none counts."""
        return (self.late + self.missing) / self.due if self.due else None

    def __add__(self, other: ReportCount) -> ReportCount:
        return ReportCount(self.in_time + other.in_time, self.late + other.late, self.missing + other.missing)


@dataclass(frozen=True)
class Changes:
    """What happened after a day up to today: items assigned, finished, newly late; milestones reached; reports in."""

    since: date
    assigned: int
    finished: int
    became_late: int
    milestones: int
    reports: int


@dataclass(frozen=True)
class Deadline:
    """A day that comes: of an item, or of a milestone of it (then with its title)."""

    on: date
    item: WorkItem
    milestone: str = ""


def tallies(span: Span, wanted: ItemFilter, today: date, soon: int, by: Collection[str] = PARTS) -> list[Tally]:
    """Items within a span, counted; one query, and organisations that are kept.

    Parameters
    ----------
    by:
        What is told apart, of `PARTS`; the rest stays empty in each tally. A province has some tens of thousands of
        pairs of a task and an office, and a board shows one of the two.
    """
    codes = codes_by_number()
    found = []
    for keys, told in _grouped(items(span, wanted, today, soon, many=True), [_FIELDS[name] for name in by]):
        known = dict(zip(by, keys, strict=True))
        owner = codes[known["organisation"]] if "organisation" in known else ""
        found.append(Tally(known.get("task", ""), owner, known.get("region", ""), *told))
    return found


def matrix(span: Span, wanted: ItemFilter, today: date, soon: int) -> dict[tuple[str, str], dict[str, int]]:
    """(task, region) → items by standing; items without a region stand under the empty one."""
    cells: dict[tuple[str, str], dict[str, int]] = {}
    for (task, region), (seen, count, *_more) in _grouped(
        items(span, wanted, today, soon, many=True), ["task", "region"]
    ):
        cells.setdefault((task, region), {})[seen] = count
    return cells


def counts(span: Span, wanted: ItemFilter, today: date, soon: int) -> dict[str, tuple[int, int]]:
    """Standing → items with it, and how many of these are invented; the filter's own standing does not restrict."""
    found: dict[str, tuple[int, int]] = {}
    rows = items(span, replace(wanted, standing=""), today, soon, many=True)
    for (invented,), (seen, number, *_more) in _grouped(rows, ["invented"]):
        all_, made_up = found.get(seen, (0, 0))
        found[seen] = all_ + number, made_up + (number if invented else 0)
    return found


def _grouped(
    rows: QuerySet[WorkItem], fields: Sequence[str]
) -> Iterator[tuple[list[Any], tuple[str, int, int, int, int]]]:
    """Keys, and the figures of a `Tally`, for each group of fields and standing.

    The grouping stands around the question, not in it: of groups by a standing, which is a rule and no column, the
    planner expects as many as there are items, and sorts them all.
    """
    counted = (
        rows.select_related(None)
        .order_by()
        .values(
            *fields,
            seen=F("standing"),
            day=Case(When(state="active", then="due")),
            said=Coalesce("override", "percent"),
        )
    )
    try:
        inner, parameters = counted.query.sql_with_params()
    except EmptyResultSet:  # somebody who sees nothing
        return
    quoted = ", ".join(connection.ops.quote_name(name) for name in fields)
    keys = f"{quoted}, seen" if quoted else "seen"
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {keys}, count(*), count(day), count(said), coalesce(sum(said), 0)"  # noqa: S608 – names of columns
            f" from ({inner} offset 0) items group by {keys}",
            parameters,
        )
        for *key, seen, found, dated, known, percent in cursor.fetchall():
            yield key, (seen, found, dated, known, int(percent))


def fold(rows: Iterable[Tally], key: Callable[[Tally], str | None]) -> dict[str, Group]:
    """Tallies summed by a key of each; those with the key None are left out."""
    found: dict[str, Group] = {}
    for row in rows:
        name = key(row)
        if name is not None:
            found.setdefault(name, Group()).add(row)
    return found


def overdue_counts(
    span: Span, wanted: ItemFilter, today: date, soon: int, by: Collection[str] = PARTS
) -> list[Owed]:  # fmt: skip
    """Reports that were due before today and are not handed in, of the items that are wanted; `by` as for `tallies`."""
    rows = reports_of(reports(span, ReportFilter(overdue=True), today), wanted, today, soon).select_related(None)
    codes = codes_by_number()
    found = []
    for keys, count in _owed_by_items(rows, by) if set(by) - {"organisation"} else _owed_by_owners(rows):
        known = dict(zip(by, keys, strict=True))
        owner = codes[known["organisation"]] if "organisation" in known else ""
        found.append(Owed(known.get("task", ""), owner, known.get("region", ""), count))
    return found


def _owed_by_owners(rows: QuerySet[ProgressReport]) -> Iterator[tuple[list[Any], int]]:
    for owner, count in rows.order_by().values_list("organisation_id").annotate(found=Count("*")):
        yield [owner], count


def _owed_by_items(rows: QuerySet[ProgressReport], by: Collection[str]) -> Iterator[tuple[list[Any], int]]:
    """Keys of the items that reports belong to, and how many reports.

    Reports come in the order of their items, both out of indexes: a hash of every item would cost more than the count.
    """
    try:
        inner, parameters = rows.order_by("item_id").values("item_id", "organisation_id").query.sql_with_params()
    except EmptyResultSet:  # somebody who sees nothing
        return
    fields = {"task": "items.task", "organisation": "owed.organisation_id", "region": "items.region"}
    keys = ", ".join(fields[name] for name in by)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {keys}, count(*) from ({inner} offset 0) owed"  # noqa: S608 – names of columns
            f" join execution_workitem items on items.id = owed.item_id group by {keys}",
            parameters,
        )
        for *key, count in cursor.fetchall():
            yield key, count


def report_counts(
    span: Span, first: date, last: date, today: date, organisation: str = ""
) -> dict[str, ReportCount]:  # fmt: skip
    """Code of an organisation → its reports with a due day from `first` to `last`; two queries.

    Parameters
    ----------
    organisation:
        Only of this one and everything below it; empty for all.
    """
    rows = ProgressReport.objects.filter(span.filter("organisation"), due__gte=first, due__lte=last)
    if organisation:
        rows = rows.filter(organisation__path__contains=f"/{organisation}/")
    counted = rows.order_by().values("organisation_id").annotate(
        in_time=Count("pk", filter=Q(late=False)),
        was_late=Count("pk", filter=Q(late=True)),
        missing=Count("pk", filter=Q(submitted_at__isnull=True, due__lt=today)),
    )  # fmt: skip
    codes = codes_by_number()
    return {
        codes[row["organisation_id"]]: ReportCount(row["in_time"], row["was_late"], row["missing"]) for row in counted
    }


def timeline(
    span: Span, wanted: ItemFilter, today: date, soon: int, window: tuple[date, date] | None = None
) -> QuerySet[WorkItem]:  # fmt: skip
    """Items with a first or a due day, by task, the earliest due day first; each with its milestones.

    Parameters
    ----------
    window:
        First and last day: only items that reach into it. An item without a first day begins before everything, one
        without a due day never ends, and one that is late lasts until today.
    """
    rows = items(span, wanted, today, soon).exclude(start__isnull=True, due__isnull=True)
    if window is not None:
        first, last = window
        ends = Q(due__isnull=True) | Q(due__gte=first)
        if today >= first:
            ends |= Q(state="active")
        rows = rows.filter(Q(start__isnull=True) | Q(start__lte=last), ends)
    return rows.order_by(Length("task"), "task", F("due").asc(nulls_last=True), "code").prefetch_related("milestones")


def days_of(rows: QuerySet[WorkItem]) -> tuple[date, date] | None:
    """The first and the last day that items name; None when they name none."""
    found = rows.order_by().aggregate(a=Min("start"), b=Min("due"), c=Max("start"), d=Max("due"))
    days = [day for day in found.values() if day is not None]
    return (min(days), max(days)) if days else None


def undated(span: Span, wanted: ItemFilter, today: date, soon: int) -> int:
    """How many items have neither a first nor a due day, and can stand on no timeline."""
    return items(span, wanted, today, soon).order_by().filter(start__isnull=True, due__isnull=True).count()


def changes(span: Span, since: date, today: date) -> Changes:
    """What happened after the day `since`, today included; three queries.

    Newly late: in force, not over on `since` (a due day is still in time), over today.
    """
    rows = WorkItem.objects.filter(visible(span))
    counted = rows.aggregate(
        assigned=Count("pk", filter=Q(assigned_on__gt=since, assigned_on__lte=today)),
        finished=Count("pk", filter=Q(finished__gt=since, finished__lte=today, state__in=("done", "verified"))),
        late=Count("pk", filter=Q(state="active", due__gte=since, due__lt=today)),
    )
    steps = Milestone.objects.filter(reached__gt=since, reached__lte=today)
    if not span.everything:
        steps = steps.filter(item__in=rows.values("pk"))
    handed_in = ProgressReport.objects.filter(span.filter("organisation"), submitted_at__gte=_end_of(since))
    return Changes(since, counted["assigned"], counted["finished"], counted["late"], steps.count(), handed_in.count())


def problems(span: Span, most: int) -> list[ProgressReport]:
    """Reports that say a problem and were handed in, the newest first; those taken or sent back are left out."""
    rows = ProgressReport.objects.filter(span.filter("organisation"), state__in=_SAID).exclude(problems="")
    rows = rows.filter(submitted_at__isnull=False)
    return list(rows.select_related("organisation", "item").order_by("-submitted_at", "-pk")[:most])


def deadlines(span: Span, today: date, most: int) -> list[Deadline]:
    """The next days of items and milestones in force, today included; two queries."""
    own = WorkItem.objects.filter(visible(span), state="active", due__gte=today)
    steps = Milestone.objects.filter(item__state="active", reached__isnull=True, due__gte=today)
    if not span.everything:
        steps = steps.filter(item__in=WorkItem.objects.filter(visible(span)).values("pk"))
    found = [
        Deadline(row.due, row)
        for row in own.select_related("organisation").order_by("due", "code")[:most]
        if row.due is not None
    ]
    found += [
        Deadline(row.due, row.item, row.title)
        for row in steps.select_related("item__organisation").order_by("due", "pk")[:most]
        if row.due is not None
    ]
    return sorted(found, key=lambda one: (one.on, one.item.code, one.milestone))[:most]


def _end_of(day: date) -> datetime:
    """The first moment after a day, where the portal stands."""
    following = date.fromordinal(day.toordinal() + 1)
    return timezone.make_aware(datetime.combine(following, time.min))
