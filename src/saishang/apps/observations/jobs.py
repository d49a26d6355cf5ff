"""Kinds of jobs around observations: load a file, keep the table in order, judge what is new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from saishang.apps.jobs.kinds import Kind, Schedule, Step, register
from saishang.apps.jobs.work import Work

__all__ = ["CHECK", "COMPACT", "LOAD", "RECONCILE", "VACUUM"]


def _load(work: Work) -> Mapping[str, Any]:
    from saishang.apps.jobs.actions import start
    from saishang.apps.observations.actions.upload import load_archived

    batch = load_archived(
        work.actor, work.params["sha256"], work.params["file"], source=work.params.get("source"), reason=work.reason,
        progress=lambda step, rows, done: work.progress(step, rows=rows, done=done),
    )  # fmt: skip
    if not batch.no_op and batch.added + batch.replaced:
        start("saishang worker", CHECK.id, {})
    return {
        "batch": batch.id, "no_op": batch.no_op, "added": batch.added, "replaced": batch.replaced,
        "identical": batch.identical, "rejected": batch.rejected,
    }  # fmt: skip


def _compact(work: Work) -> Mapping[str, Any]:
    from saishang.apps.observations.queries import site_lake

    work.progress("compact")
    return site_lake().table.compact(progress=lambda done: work.progress("compact", done=done))


def _vacuum(work: Work) -> Mapping[str, Any]:
    from saishang.apps.observations.actions.maintain import vacuum
    from saishang.apps.observations.queries import site_lake

    work.progress("vacuum")
    days = settings.CONFIG.keep_days
    done = vacuum(site_lake(), timedelta(days=days), dry_run=False)
    return {"files": len(done.files), "keep_days": days, "kept_versions": len(done.kept_versions)}


def _reconcile(work: Work) -> Mapping[str, Any]:
    from saishang.apps.observations.queries import site_lake

    work.progress("reconcile")
    lake = site_lake()
    settled = lake.reconcile()
    return {"settled": {str(number): state for number, state in settled.items()}, "swept": lake.archive.sweep()}


def _check(work: Work) -> Mapping[str, Any]:
    from saishang.apps.jobs.queries import last_succeeded
    from saishang.apps.observations.actions.maintain import check, new_span
    from saishang.apps.observations.queries import site_lake

    if work.params.get("first"):
        span: tuple[date, date] | None = (
            date.fromisoformat(work.params["first"]),
            date.fromisoformat(work.params["last"]),
        )
    else:
        span = new_span(last_succeeded(CHECK.id))
    if span is None:
        return {"nothing_new": True}
    done = check(site_lake(), *span, actor=work.actor_name, progress=work.progress)
    return {
        "first": span[0].isoformat(), "last": span[1].isoformat(), "quality_run": done.quality_run,
        "flagged": done.flagged, "gap_days": done.gap_days,
    }  # fmt: skip


def _file(params: Mapping[str, Any]) -> tuple[str, str]:
    name = str(params.get("file", ""))
    return name, name


def _days(params: Mapping[str, Any]) -> tuple[str, str]:
    if not params.get("first"):
        return "上次以来的新数据", "what is new since the last time"
    span = f"{params['first']} – {params['last']}"
    return span, span


LOAD = register(
    Kind(
        "load_file", "载入文件", "Load a file", _load,
        {
            "archive": Step("存档", "keep the raw file"),
            "read": Step("读取", "read", 5),
            "compare": Step("与已有数据比对", "compare with what is there", 80),
            "commit": Step("提交", "commit", 90),
        },
        permission="upload_data", title=_file,
    )
)  # fmt: skip
COMPACT = register(
    Kind(
        "compact", "合并小文件", "Join small files", _compact,
        {"compact": Step("逐月合并", "join month by month")},
        permission="start_jobs", schedule=Schedule(days=1, minute=10), single=True,
    )
)  # fmt: skip
VACUUM = register(
    Kind(
        "vacuum", "清理旧版本文件", "Remove files of old versions", _vacuum,
        {"vacuum": Step("清理", "remove")},
        permission="manage_users", schedule=Schedule(days=7, minute=30), single=True,
    )
)  # fmt: skip
RECONCILE = register(
    Kind(
        "reconcile", "了结中断的批次", "Settle interrupted batches", _reconcile,
        {"reconcile": Step("核对表的日志", "read the table's log")},
        permission="start_jobs", schedule=Schedule(days=1, minute=0), single=True,
    )
)  # fmt: skip
CHECK = register(
    Kind(
        "check", "质量检验和缺测统计", "Quality tests and gap ledger", _check,
        {"quality": Step("质量检验", "quality tests"), "gaps": Step("重算缺测台账", "gap ledger", 60)},
        permission="start_jobs", schedule=Schedule(days=1, minute=40), single=True, title=_days,
    )
)  # fmt: skip
