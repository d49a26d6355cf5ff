"""The job that takes into the index what a large change left waiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saishang.apps.jobs.kinds import Kind, Schedule, Step, register
from saishang.apps.jobs.work import Work

__all__ = ["SEARCH"]

#: Changes between two reports of progress.
_STRIDE = 5000


def _search(work: Work) -> Mapping[str, Any]:
    from saishang.apps.search.actions import catch_up, refresh

    work.progress("refresh")
    made = refresh()
    taken = 0
    while True:
        work.progress("update", rows=taken)
        now = catch_up(_STRIDE)
        taken += now
        if not now:
            return {"taken": taken, "made_anew": made}


SEARCH = register(
    Kind(
        "search", "更新检索索引", "Bring the search index up to date", _search,
        {
            "refresh": Step("规则有变的类别重建", "make anew what comes from changed rules"),
            "update": Step("收入已变更的内容", "take in what changed", 20),
        },
        permission="start_jobs", schedule=Schedule(days=1, minute=20), single=True,
    )
)  # fmt: skip
