"""What supervision has to do with an item of work: cases and findings about it, and where a case about it is opened."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.execution.models import ProgressReport, WorkItem
from saishang.apps.execution.states import SETTLED
from saishang.apps.organisations import access
from saishang.apps.supervision import queries
from saishang.web.pages.supervision_words import case_state_name, finding_state_name, level_name
from saishang.web.pages.tables import Cell, Column, Table

__all__ = ["case_address", "supervision_table"]


def supervision_table(request: HttpRequest, item: WorkItem) -> Table | None:
    """Cases about an item, its milestones and reports, and findings that it mends; None where the reader sees none."""
    span = access.reach(request.user, "view_internal")
    cases, findings = queries.of_item(span, item.pk)
    rows: list[dict[str, Any]] = [
        {"code": Cell(row.code, href=reverse("supervision-case", args=[row.pk])), "kind": level_name(row.level),
         "title": row.title, "state": case_state_name(row.state), "due": row.due}
        for row in cases
    ]  # fmt: skip
    rows += [
        {"code": Cell(row.code, href=reverse("supervision-finding", args=[row.code])), "kind": _("反馈问题"),
         "title": row.title, "state": finding_state_name(row.state), "due": row.due}
        for row in findings
    ]  # fmt: skip
    if not rows:
        return None
    columns = [
        Column("code", _("编号"), row_head=True, nowrap=True), Column("kind", _("级别"), nowrap=True),
        Column("title", _("督办事项"), long=True), Column("state", _("状态"), nowrap=True),
        Column("due", _("期限"), nowrap=True),
    ]  # fmt: skip
    return Table("supervision", _("督办和整改"), columns, rows, tight=True)


def case_address(request: HttpRequest, about: WorkItem | ProgressReport) -> str:
    """Where a case about an item or a report is opened; empty for who does not supervise, and for what is over."""
    over = about.state in SETTLED if isinstance(about, WorkItem) else about.submitted_at is not None
    if over or not access.reach(request.user, "supervise").covers(about.organisation):
        return ""
    subject, key = ("item", about.code) if isinstance(about, WorkItem) else ("report", str(about.pk))
    return f"{reverse('supervision-case-new')}?{urlencode({'subject': subject, 'key': key})}"
