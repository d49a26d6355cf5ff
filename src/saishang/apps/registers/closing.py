"""Whether a register is closed to writers because its entries come under a new description: by whom, how far it is.

The lock of the migration is what closes it (`actions.adopting`); this reads, for whoever meets it, the job behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from saishang.apps.jobs.queries import jobs

__all__ = ["MIGRATE_JOB", "Closing", "closing_of"]

#: Name of the kind of job that migrates a register.
MIGRATE_JOB = "migrate_register"
#: Migrations that may run at a time; more workers do not work in one place.
_MOST = 100


@dataclass(frozen=True)
class Closing:
    """A migration that runs: its job, who started it, since when it runs, how far it is [%]."""

    job: int
    actor: str
    since: datetime
    percent: int


def closing_of(name: str) -> Closing | None:
    """The migration that closes a register now; None when none runs as a job."""
    listed, _all = jobs(kind=MIGRATE_JOB, state="running", limit=_MOST)
    for job in listed:
        if job.params.get("register") == name:
            return Closing(job.id, job.actor, job.started or job.created, job.percent)
    return None
