"""Start a job: permission → row → queue → log, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from saishang.apps.core.actions import record
from saishang.apps.jobs.kinds import Kind, kind_of
from saishang.apps.jobs.models import Job
from saishang.apps.jobs.queue import enqueue
from saishang.apps.organisations.access import reach
from saishang.errors import SaishangError

__all__ = ["JobRefused", "start"]

#: One writer decides at a time whether a job of a `single` kind is already waiting.
_START_LOCK = 0x5A15_0003


class JobRefused(SaishangError):
    """The job may not, or cannot, be started, cancelled or tried again."""

    code = "job-refused"


def start(
    actor: Any, kind: str, params: Mapping[str, Any], *, reason: str = "", address: str | None = None,
    retry_of: Job | None = None,
) -> Job:  # fmt: skip
    """Put a job into the queue and return it; a waiting job of a `single` kind with the same parameters is returned.

    `actor` is a signed-in user, or a text for what the system starts by itself.

    Raises
    ------
    JobRefused
        Without the permission that the kind asks for.
    """
    wanted = kind_of(kind)
    if not isinstance(actor, str) and not _may(actor, wanted):
        raise JobRefused(
            f"starting this job needs the permission {wanted.permission}",
            fix="ask an administrator for the role editor",
        )
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_START_LOCK])
        if wanted.single:
            waiting = Job.objects.filter(kind=kind, state="queued", params=dict(params)).order_by("pk").first()
            if waiting is not None:
                return waiting
        job = Job.objects.create(
            kind=kind,
            params=dict(params),
            reason=reason[:1000],
            started_by=None if isinstance(actor, str) else actor,
            actor_name=actor if isinstance(actor, str) else actor.get_username(),
            retry_of=retry_of,
        )
        job.queue_row = enqueue(job.pk)
        job.save(update_fields=["queue_row"])
        record(actor, "jobs.start", job, None, {"kind": kind, "params": params}, reason=reason, address=address)
    return job


def _may(actor: Any, kind: Kind) -> bool:
    if not getattr(actor, "is_authenticated", False):
        return False
    return not reach(actor, kind.permission).nothing if kind.somewhere else bool(actor.may(kind.permission))
