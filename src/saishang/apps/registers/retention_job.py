"""Kind of job: take fields whose years have passed out of the search, and write down in the log which these were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from saishang.apps.jobs.kinds import Kind, Schedule, Step, register
from saishang.apps.jobs.work import Work

__all__ = ["HIDE"]


def _hide(work: Work) -> Mapping[str, Any]:
    from saishang.apps.registers.retention import hide_expired
    from saishang.rules import load_rules

    work.progress("hide")
    rules = load_rules(settings.CONFIG.rules_overlay)
    done = hide_expired(rules, timezone.localdate(), progress=lambda share: work.progress("hide", done=share))
    return {"hidden": done.hidden, "shown": done.shown}


HIDE = register(
    Kind(
        "registers-hide", "名录信息保存期满", "Fields of registers past their years", _hide,
        {"hide": Step("隐去保存期满的内容", "hide what is past its years")},
        permission="start_jobs", schedule=Schedule(days=1, minute=5), single=True,
    )
)  # fmt: skip
