"""Make the bulletin of what is overdue (逾期通报): frozen on the day, its digest in the log."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.execution import queries as work
from saishang.apps.execution.actions.doing import allowed
from saishang.apps.execution.names import report_title
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.queries import Filter, tree
from saishang.apps.supervision.actions.doing import lock_numbers, log, next_number
from saishang.apps.supervision.models import Bulletin, Case, Finding
from saishang.apps.supervision.refusals import SupervisionRefused
from saishang.apps.supervision.states import UNDONE

__all__ = ["digest_of", "make_bulletin"]


def make_bulletin(doing: Doing) -> Bulletin:
    """Permission → number → freeze → log: what is overdue today, by organisation. One a day.

    What was overdue on an earlier day can no longer be told exactly, so only today's can be made.

    Raises
    ------
    SupervisionRefused
        Without permission (`supervise`) for everything, or when today's is made already.
    """
    allowed(doing, "supervise", None)
    with transaction.atomic():
        lock_numbers()
        day = doing.today
        if Bulletin.objects.filter(day=day).exists():
            raise SupervisionRefused(f"the bulletin of {day} is made already", fix="make the next one on another day")
        number = next_number(Bulletin.objects.filter(year=day.year).values_list("number", flat=True))
        content = {"day": day.isoformat(), "rows": _rows(day)}
        row = Bulletin.objects.create(day=day, year=day.year, number=number, content=content, digest=digest_of(content),
                                      made_at=timezone.now(), made_by=doing.name)  # fmt: skip
        log(doing, "make_bulletin", row, None, {
            "day": day.isoformat(), "number": number, "rows": len(content["rows"]), "sha256": row.digest,
        })  # fmt: skip
    return row


def digest_of(content: Any) -> str:
    """SHA-256 of a bulletin's content in one fixed writing."""
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def _rows(day: date) -> list[dict[str, Any]]:
    """Everything that is overdue: organisation with its names of the day, kind, what, due day, days over."""
    all_ = Span(everything=True)
    names = {view.code: view for view in tree(Filter(on=day, closed=True))}
    found: list[tuple[Any, str, str, str, date]] = []
    for item in work.overdue(all_, day):
        if item.due is not None:
            found.append((item.organisation, "item", item.code, item.title, item.due))
    for step in work.overdue_milestones(all_, day):
        if step.due is not None:
            title = f"{step.item.title} · {step.title}"
            found.append((step.item.organisation, "milestone", step.item.code, title, step.due))
    found += [
        (report.organisation, "report", report.item.code, report_title(report), report.due)
        for report in work.reports_due(day, date.fromordinal(day.toordinal() - 1))
    ]
    for finding in Finding.objects.filter(state__in=UNDONE, due__lt=day).select_related("organisation"):
        if finding.due is not None:
            found.append((finding.organisation, "finding", finding.code, finding.title, finding.due))
    found += [
        (case.organisation, "case", case.code, case.title, case.due)
        for case in Case.objects.filter(state="open", due__lt=day).select_related("organisation")
    ]
    ordered = sorted(found, key=lambda one: (one[0].path, one[4], one[1], one[2], one[3]))
    return [
        {"organisation": owner.code, "zh": names[owner.code].zh, "en": names[owner.code].en, "kind": kind, "code": code,
         "title": title, "due": due.isoformat(), "days": (day - due).days}
        for owner, kind, code, title, due in ordered
    ]  # fmt: skip
