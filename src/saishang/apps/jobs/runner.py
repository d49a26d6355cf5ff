"""Doing a job: claim → work → outcome. Whatever happens, the job's row says how it ended."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from saishang.apps.core.actions import record
from saishang.apps.jobs.kinds import kind_of
from saishang.apps.jobs.models import Job
from saishang.apps.jobs.queue import enqueue
from saishang.apps.jobs.work import JobCancelled, Work, WorkerStopping
from saishang.errors import SaishangError

__all__ = ["perform", "requeue"]

_log = logging.getLogger(__name__)


def perform(number: int) -> str:
    """Do job `number`; returns the state it is left in, or "" when it was not ours to do. Never raises an Exception."""
    with Work(number) as work:
        if not work.claimed:
            return ""
        try:
            kind = kind_of(work.kind)
            work.use_steps({code: step.begins for code, step in kind.steps.items()})
            if isinstance(work.actor, int):
                work.actor = get_user_model().objects.get(pk=work.actor)
            result = dict(kind.work(work))
        except WorkerStopping:
            requeue(number, count=False)
            return "queued"
        except JobCancelled as error:
            return _end(work, "cancelled", error=_told(error))
        except SaishangError as error:
            return _end(work, "failed", error=_told(error))
        except Exception as error:
            _log.exception("job %s (%s) failed", number, work.kind)
            return _end(
                work,
                "failed",
                error={
                    "code": "unexpected",
                    "message": f"{type(error).__name__}: {error}"[:2000],
                    "fix": "try again; when it fails again, send the worker's log to whoever keeps the system",
                    "where": None,
                },
            )
        return _end(work, "succeeded", result=result)


def _told(error: SaishangError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "fix": error.fix, "where": error.where}


def _end(
    work: Work, state: str, *, result: Mapping[str, Any] | None = None, error: Mapping[str, Any] | None = None
) -> str:
    if not work.end(state, result=result, error=error):
        return ""
    record(
        work.actor, f"jobs.{state}", ("jobs.Job", str(work.number)), None,
        {"kind": work.kind, "attempt": work.attempt, "result": result, "error": error},
    )  # fmt: skip
    return state


def requeue(number: int, *, count: bool) -> None:
    """Put a running job back into the queue; `count` = this start counts as one of its attempts."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=number)
        if job.state != "running":
            return
        job.state, job.worker, job.step, job.percent = "queued", "", "", 0
        job.attempt -= 0 if count else 1
        job.queue_row = enqueue(number)
        job.save(update_fields=["state", "worker", "step", "percent", "attempt", "queue_row"])
