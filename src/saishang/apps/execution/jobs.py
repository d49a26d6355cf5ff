"""Kind of job: ask for the reports of every period that has ended, before anybody is reminded of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from saishang.apps.jobs.kinds import Kind, Schedule, Step, register
from saishang.apps.jobs.work import Work

__all__ = ["OPEN_REPORTS"]

_ACTOR = "saishang worker"


def _open_reports(work: Work) -> Mapping[str, Any]:
    from saishang.apps.execution.actions import open_reports
    from saishang.rules import load_rules

    work.progress("open")
    made = open_reports(_ACTOR, load_rules(settings.CONFIG.rules_overlay), timezone.localdate())
    return {"reports": sum(made.values()), **made}


OPEN_REPORTS = register(
    Kind(
        "open_reports", "生成待填进展报告", "Ask for progress reports", _open_reports,
        {"open": Step("按报告期生成", "by period")}, permission="start_jobs",
        # Ten minutes before the reminders, which look for these rows.
        schedule=Schedule(days=1, minute=40), single=True,
    )
)  # fmt: skip
