"""Try a job again that failed or was cancelled: a new job with the same parameters that names the old one."""

from __future__ import annotations

from typing import Any

from saishang.apps.jobs.actions.start import JobRefused, start
from saishang.apps.jobs.models import Job

__all__ = ["retry"]


def retry(actor: Any, number: int, *, address: str | None = None) -> Job:
    """Start the job anew under the actor's own name (Errors: JobRefused)."""
    job = Job.objects.get(pk=number)
    if job.state not in {"failed", "cancelled"}:
        raise JobRefused(
            f"only a job that failed or was cancelled can be tried again, this one is {job.state}",
            fix="wait for its end, or cancel it first",
        )
    return start(actor, job.kind, job.params, reason=job.reason, address=address, retry_of=job)
