"""Kinds of jobs: ask for the reports of every ended period before anybody is reminded; write a long list of items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from saishang.apps.jobs.kinds import Kind, Schedule, Step, register
from saishang.apps.jobs.work import Work

__all__ = ["LOAD_ITEMS", "OPEN_REPORTS"]

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


def _load(work: Work) -> Mapping[str, Any]:
    from saishang.apps.core.queries import entries
    from saishang.apps.execution.actions import Doing, load_items
    from saishang.lake.archive import Archive
    from saishang.rules import load_rules

    batch = str(work.params["batch"])
    # A worker can die after the load and before the job says so: what was written is not written again.
    done = entries("execution.load_items").filter(object_id=batch).first()
    if done is not None and done.after is not None:
        return {"batch": batch, "added": len(done.after["added"]), "changed": len(done.after["changed"]),
                "refused": done.after["refused"]}  # fmt: skip
    archive = Archive(settings.CONFIG.archive)
    outcome = load_items(
        Doing(work.actor, work.reason, work.params.get("address")), load_rules(settings.CONFIG.rules_overlay), archive,
        archive.verify(work.params["sha256"]), work.params["file"], dry_run=False, batch=batch,
        progress=lambda step, rows, done: work.progress(step, rows=rows, done=done),
    )  # fmt: skip
    return {"batch": outcome.batch, "added": outcome.count("added"), "changed": outcome.count("changed"),
            "refused": outcome.refused}  # fmt: skip


def _file(params: Mapping[str, Any]) -> tuple[str, str]:
    name = str(params.get("file", ""))
    return name, name


LOAD_ITEMS = register(
    Kind(
        "load_items", "导入任务清单", "Load a list of items", _load,
        {"check": Step("逐行核对", "check every row"), "write": Step("写入", "write", 40)},
        permission="edit_items", title=_file, somewhere=True,
    )
)  # fmt: skip
