"""What stands behind a task of the plan: how many items in which state, and the reports that are published."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from saishang.apps.execution import queries
from saishang.apps.organisations import access
from saishang.web import texts
from saishang.web.pages import work_common

__all__ = ["work_behind"]

_MOST = 5


def work_behind(request: HttpRequest, plan: str, task: str) -> dict[str, Any]:
    """Context of the card: counts and published reports for everybody, the list for people inside."""
    real, shown = queries.behind(plan, task), queries.behind(plan, task, invented=True)
    counted = real or shown
    names = work_common.names()
    inside = not access.reach(request.user, "view_internal").nothing
    return {
        "behind": [(work_common.state_name(state), counted[state]) for state in ("active", "done", "verified", "paused")
                   if counted.get(state)],
        "behind_invented": sum(shown.values()), "behind_alone": not real,
        "behind_reports": [
            {"owner": names.get(row.organisation.code, row.organisation.code), "title": row.item.title,
             "period": texts.period_name(row.period.replace("-M", "-")), "done": row.done, "invented": row.invented}
            for row in queries.published(task, plan, _MOST)
        ],
        "behind_list": f"{reverse('work-items')}?{urlencode({'task': task})}" if inside else "",
    }  # fmt: skip
