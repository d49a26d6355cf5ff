"""The work of a year as facts, counted at one moment from what the app `execution` tells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Length

from saishang.apps.execution import queries as execution
from saishang.apps.execution.queries import ItemFilter, ReportFilter
from saishang.apps.organisations import queries as organisations
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.queries import Filter, OrganisationView
from saishang.apps.reports.content import LISTED, Account, Kind, MissingReport, Name, TaskFact, UnitFact, Work
from saishang.apps.reports.words import STANDINGS
from saishang.rules import Rules

__all__ = ["count_work"]

#: The organisation's own things or everything: who may make the report was asked before (`actions/make_report`).
_ALL = Span(everything=True)
#: Reports that an office handed in: what is still being written or was sent back says nothing yet.
_HANDED_IN = ("submitted", "accepted", "published")
_DONE = ("done", "verified")


def count_work(kind: Kind, view: OrganisationView, year: int, counted: datetime, rules: Rules) -> Work | None:
    """Items, reports and what the reports say, as they stand at a moment.

    Items that are drafts or were cancelled are nobody's duty and are left out, and so is what was finished before the
    year began. Of a report that is due on the very day nobody says that it is missing.

    Parameters
    ----------
    kind:
        `organisation`: what the organisation itself owes, without what is below it; `consolidated`: everybody's.

    Returns
    -------
    Work or None
        None when no item at all is on record: then nothing can be said.
    """
    whole, today = kind == "consolidated", counted.date()
    names = {row.code: Name(row.code, row.zh, row.en) for row in organisations.tree(Filter(on=today, closed=True))}
    own = "" if whole else view.code
    items = _items(own, year, today, execution.soon_days(rules))
    asked = _asked(own, year, today)
    by_unit = _standings(items)
    if not by_unit and not asked.exists():
        return None
    due = asked.filter(Q(due__lt=today) | Q(submitted_at__isnull=False))
    missing = due.filter(submitted_at__isnull=True)
    told = asked.filter(pk__in=_latest(asked)).exclude(problems="", next_steps="")
    counts = {key: sum(unit.get(key, 0) for unit in by_unit.values()) for key in STANDINGS}
    lacking = {row["organisation__code"]: row["found"] for row in _per_organisation(missing)}
    done = items.filter(state__in=_DONE)
    invented = items.filter(invented=True).exists()
    return Work(
        counts=counts, after_due=done.filter(finished__gt=F("due")).count(), done=_tasks(done, names),
        late=_tasks(items.filter(standing="late"), names),
        items=() if whole else _tasks(items, names), owed=due.count(), late_reports=due.filter(late=True).count(),
        missing_reports=sum(lacking.values()), missing=tuple(_missing(row, names) for row in missing[:LISTED]),
        told=told.count(), accounts=tuple(_account(row, names) for row in told[:LISTED]),
        invented=invented or asked.filter(Q(invented=True) | Q(item__invented=True)).exists(),
        units=_units(by_unit, lacking, items, names) if whole else (),
        due_next=_in_force(own, today, execution.soon_days(rules)).filter(due__year=year + 1)
        .exclude(state__in=_DONE).count(),
    )  # fmt: skip


def _items(own: str, year: int, today: date, soon: int) -> QuerySet[Any]:
    """Items of the year: begun by its end, not finished before it, in force or done. What is late from earlier years
    is still owed, whatever its due day."""
    rows = _in_force(own, today, soon).exclude(start__year__gt=year).exclude(finished__year__lt=year)
    # In the order of the plan: T2 before T10.
    return rows.order_by(Length("task"), "task", "code")


def _in_force(own: str, today: date, soon: int) -> QuerySet[Any]:
    """Items that are somebody's duty, whenever: no drafts, nothing that was cancelled."""
    rows: QuerySet[Any] = execution.items(_ALL, ItemFilter(organisation=own), today, soon)
    rows = rows.filter(standing__in=tuple(STANDINGS))
    return rows.filter(organisation__code=own) if own else rows


def _asked(own: str, year: int, today: date) -> QuerySet[Any]:
    """Reports on periods that end in the year, item by item."""
    rows = execution.reports(_ALL, ReportFilter(organisation=own), today).filter(last__year=year)
    rows = rows.order_by(Length("item__task"), "item__task", "item__code", "last", "period")
    return rows.filter(organisation__code=own) if own else rows


def _latest(asked: QuerySet[Any]) -> QuerySet[Any]:
    """Of each item the report on the latest period that was handed in."""
    handed_in = asked.filter(state__in=_HANDED_IN)
    return handed_in.order_by("item_id", "-last", "-pk").distinct("item_id").values("pk")


def _standings(items: QuerySet[Any]) -> dict[str, dict[str, int]]:
    """Organisation → items by standing."""
    found: dict[str, dict[str, int]] = {}
    for row in items.order_by().values("organisation__code", "standing").annotate(found=Count("pk")):
        found.setdefault(row["organisation__code"], {})[row["standing"]] = row["found"]
    return found


def _per_organisation(rows: QuerySet[Any]) -> Iterable[dict[str, Any]]:
    found: Iterable[dict[str, Any]] = rows.order_by().values("organisation__code").annotate(found=Count("pk"))
    return found


def _tasks(rows: QuerySet[Any], names: dict[str, Name]) -> tuple[TaskFact, ...]:
    return tuple(
        TaskFact(
            code=row.code, task=row.task, title=row.title, organisation=_named(row.organisation.code, names),
            standing=row.standing, start=row.start, due=row.due, finished=row.finished,
            percent=row.percent if row.override is None else row.override, overridden=row.override is not None,
            after_due=None if row.finished is None or row.due is None else row.finished > row.due,
            invented=row.invented,
        )
        for row in rows[:LISTED]
    )  # fmt: skip


def _missing(row: Any, names: dict[str, Name]) -> MissingReport:
    return MissingReport(row.item.code, row.item.title, _named(row.organisation.code, names), row.period, row.due,
                         row.invented or row.item.invented)  # fmt: skip


def _account(row: Any, names: dict[str, Name]) -> Account:
    return Account(row.item.code, row.item.title, _named(row.organisation.code, names), row.period, row.problems,
                   row.next_steps, row.invented or row.item.invented)  # fmt: skip


def _units(
    by_unit: dict[str, dict[str, int]], lacking: dict[str, int], items: QuerySet[Any], names: dict[str, Name]
) -> tuple[UnitFact, ...]:
    """Organisation by organisation, in the order of the tree."""
    invented = set(items.filter(invented=True).order_by().values_list("organisation__code", flat=True).distinct())
    places = {code: place for place, code in enumerate(names)}
    return tuple(
        UnitFact(
            _named(code, names), sum(by_unit.get(code, {}).values()), by_unit.get(code, {}), lacking.get(code, 0),
            code in invented,
        )
        for code in sorted({*by_unit, *lacking}, key=lambda code: (places.get(code, len(places)), code))
    )  # fmt: skip


def _named(code: str, names: dict[str, Name]) -> Name:
    return names.get(code, Name(code, code))
