"""Cancel a job: at once while it waits, at its next step while it runs."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.jobs.actions.start import JobRefused
from saishang.apps.jobs.models import Job
from saishang.apps.jobs.queue import dequeue
from saishang.apps.jobs.states import ENDED

__all__ = ["cancel", "may_cancel"]


def may_cancel(actor: Any, job: Job) -> bool:
    """Whoever started a job may cancel it while holding `start_jobs`; others need `cancel_any_job`."""
    if not getattr(actor, "is_authenticated", False):
        return False
    return bool(actor.may("cancel_any_job") or (job.started_by_id == actor.pk and actor.may("start_jobs")))


def cancel(actor: Any, number: int, *, reason: str = "", address: str | None = None) -> Job:
    """Permission → state → change → log; returns the job (Errors: JobRefused)."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=number)
        if not may_cancel(actor, job):
            raise JobRefused(
                "cancelling a job that somebody else started needs the permission cancel_any_job",
                fix="ask whoever started it, or an administrator",
            )
        if job.state in ENDED:
            raise JobRefused(f"job {number} is over ({job.state})", fix="there is nothing to cancel")
        before = {"state": job.state}
        if job.state == "queued":
            dequeue(job.queue_row)
            job.state, job.finished = "cancelled", timezone.now()
        job.cancel_wanted = True
        job.save(update_fields=["state", "finished", "cancel_wanted"])
        record(
            actor, "jobs.cancel", job, before, {"state": job.state, "cancel_wanted": True}, reason=reason,
            address=address,
        )  # fmt: skip
    return job
