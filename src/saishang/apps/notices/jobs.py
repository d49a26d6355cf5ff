"""Kind of job: remind people of what is due, and make the e-mails of the day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from saishang.apps.jobs.kinds import Kind, Schedule, Step, register
from saishang.apps.jobs.work import Work
from saishang.errors import SaishangError

__all__ = ["REMIND"]


def _remind(work: Work) -> Mapping[str, Any]:
    from saishang.apps.notices.actions import make_digests, remind
    from saishang.rules import load_rules

    work.progress("due")
    rules = load_rules(settings.CONFIG.rules_overlay)
    done = remind(rules, timezone.localdate(), progress=lambda share: work.progress("due", done=share))
    work.progress("digest")
    mails = make_digests()
    if done.failed:
        told = "; ".join(f"{name}: {what}" for name, what in done.failed.items())
        raise SaishangError(
            f"{len(done.failed)} of {len(done.told)} sources of due things failed: {told}",
            fix="the others were asked; see the worker's log, mend it and start the job again", code="reminders-failed",
        )  # fmt: skip
    return {"reminders": sum(done.told.values()), "digests": mails}


REMIND = register(
    Kind(
        "remind", "到期提醒和每日邮件", "Reminders and daily e-mails", _remind,
        {"due": Step("查找到期事项", "look for what is due"), "digest": Step("汇总每日邮件", "daily e-mails", 90)},
        permission="start_jobs", schedule=Schedule(days=1, minute=50), single=True,
    )
)  # fmt: skip
