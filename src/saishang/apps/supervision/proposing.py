"""What the rules say should be asked about (督办建议): overdue items, milestones, reports, findings, cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from saishang.apps.execution import queries as work
from saishang.apps.execution.names import report_title
from saishang.apps.organisations.access import Span
from saishang.apps.supervision.models import Case, Finding
from saishang.apps.supervision.settings import Settings, settings_of
from saishang.apps.supervision.states import OPEN_CASES, UNDONE, next_level
from saishang.rules import Rules

__all__ = ["Proposal", "proposals"]


@dataclass(frozen=True)
class Proposal:
    """One thing that should be asked about.

    Attributes
    ----------
    key:
        Stands for it in a form: `item:T10-640100-001`, `escalate:12`.
    days:
        Whole days since its due day.
    demand:
        What would be asked, in Chinese and English.
    name, args:
        Name of the address of what it is about, and its parts.
    case:
        The case that would be escalated; None where one would be opened.
    """

    key: str
    subject: str
    subject_key: str
    organisation: Any
    title: str
    due: date
    days: int
    level: str
    demand: tuple[str, str]
    name: str
    args: tuple[Any, ...]
    case: Case | None = None


def proposals(rules: Rules, span: Span, today: date, most: int | None = None) -> list[Proposal]:
    """Everything within a span of `supervise` that the rules propose today, what is longest over first.

    With `most` so many at most: nobody reads beyond the first hundreds, and a province can have many thousands.

    What has an open case is not proposed again; when its answer is over, its escalation is. A milestone or report of an
    item that is overdue as a whole is not asked about beside it.
    """
    settings = settings_of(rules)
    found: list[Proposal] = []
    for kind in (_items, _milestones, _reports, _findings, _unanswered):
        found += kind(settings, span, today, most)
    return sorted(found, key=lambda one: (one.due, one.key))[:most]


def _asked(subject: str) -> QuerySet[Any, Any]:
    """Subjects of a kind about which a case is open."""
    rows: QuerySet[Any, Any] = Case.objects.filter(subject=subject, state__in=OPEN_CASES).values(subject)
    return rows


def _until(settings: Settings, what: str, today: date) -> date:
    """The last due day of which something is proposed today."""
    return today - timedelta(days=settings.days_over(what))


def _items(settings: Settings, span: Span, today: date, most: int | None) -> Iterator[Proposal]:
    last = _until(settings, "item", today)
    rows = work.overdue(span, last + timedelta(days=1)).exclude(pk__in=_asked("item"))
    for row in rows.filter(span.filter("organisation"))[:most]:
        if row.due is None:
            continue
        title, days = f"{row.code} {row.title}", (today - row.due).days
        yield Proposal(f"item:{row.code}", "item", row.code, row.organisation, title, row.due, days, "prompt",
                       settings.demand("item", row.title, days), "work-item", (row.code,))  # fmt: skip


def _milestones(settings: Settings, span: Span, today: date, most: int | None) -> Iterator[Proposal]:
    last = _until(settings, "milestone", today)
    rows = work.overdue_milestones(span, last + timedelta(days=1)).exclude(pk__in=_asked("milestone"))
    for row in rows.filter(span.filter("item__organisation")).exclude(item__due__lt=today)[:most]:
        if row.due is None:
            continue
        title, days = f"{row.item.code} {row.item.title} · {row.title}", (today - row.due).days
        yield Proposal(f"milestone:{row.pk}", "milestone", str(row.pk), row.item.organisation, title, row.due, days,
                       "prompt", settings.demand("milestone", row.title, days), "work-item",
                       (row.item.code,))  # fmt: skip


def _reports(settings: Settings, span: Span, today: date, most: int | None) -> Iterator[Proposal]:
    rows = work.reports_due(today, _until(settings, "report", today)).exclude(pk__in=_asked("report"))
    for row in rows.filter(span.filter("organisation")).exclude(item__due__lt=today)[:most]:
        title, days = f"{row.item.code} {report_title(row)}", (today - row.due).days
        yield Proposal(f"report:{row.pk}", "report", str(row.pk), row.organisation, title, row.due, days, "prompt",
                       settings.demand("report", report_title(row), days), "work-report", (row.pk,))  # fmt: skip


def _findings(settings: Settings, span: Span, today: date, most: int | None) -> Iterator[Proposal]:
    rows = Finding.objects.filter(
        span.filter("organisation"), state__in=UNDONE, due__lte=_until(settings, "finding", today)
    )
    rows = rows.exclude(pk__in=_asked("finding")).select_related("organisation").order_by("due", "code")
    for row in rows[:most]:
        if row.due is None:
            continue
        days = (today - row.due).days
        # An inspection's finding is asked about by a numbered notice at once.
        yield Proposal(f"finding:{row.code}", "finding", row.code, row.organisation, f"{row.code} {row.title}", row.due,
                       days, "notice", settings.demand("finding", row.title, days), "supervision-finding",
                       (row.code,))  # fmt: skip


def _unanswered(settings: Settings, span: Span, today: date, most: int | None) -> Iterator[Proposal]:
    rows = Case.objects.filter(span.filter("organisation"), state="open", due__lte=_until(settings, "escalate", today))
    for row in rows.select_related("organisation").order_by("due", "pk")[:most]:
        level = next_level(row.level)
        if level is not None:
            days = (today - row.due).days
            yield Proposal(f"escalate:{row.pk}", row.subject, "", row.organisation, row.title, row.due, days, level,
                           settings.demand("escalate", row.title, days), "supervision-case", (row.pk,),
                           row)  # fmt: skip
