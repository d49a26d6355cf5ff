"""What a dead worker left behind: jobs that say `running` and whose lock nobody holds."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.jobs.kinds import kinds
from saishang.apps.jobs.models import Job
from saishang.apps.jobs.queue import HEARTBEAT, enqueue
from saishang.apps.jobs.runner import requeue
from saishang.apps.jobs.work import job_lock, open_connection

__all__ = ["SYSTEM", "recover"]

#: Name under which the action log knows what the worker does by itself.
SYSTEM = "saishang worker"


def recover() -> dict[int, str]:
    """Queue jobs of dead workers again, or fail them after too many deaths; returns job → new state.

    Safe beside working workers and other recoveries: a living worker's job cannot be locked from here, and each job is
    looked at under its own lock.
    """
    settled: dict[int, str] = {}
    running = list(Job.objects.filter(state="running").values_list("pk", flat=True))
    if running:
        with open_connection() as watch:
            for number in running:
                name = job_lock(number)
                row = watch.execute("select pg_try_advisory_lock(hashtextextended(%s, 0)) as got", (name,)).fetchone()
                if row is None or not row["got"]:
                    continue
                try:
                    state = _settle(number)
                finally:
                    watch.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", (name,))
                if state:
                    settled[number] = state
    settled |= _forgotten()
    _strike_off()
    return settled


def _settle(number: int) -> str:
    job = Job.objects.get(pk=number)
    if job.state != "running":  # it ended between the two looks
        return ""
    kind = kinds().get(job.kind)
    facts = {"kind": job.kind, "worker": job.worker, "attempt": job.attempt}
    if kind is not None and job.attempt < kind.attempts and not job.cancel_wanted:
        with transaction.atomic():
            requeue(number, count=True)
            record(SYSTEM, "jobs.requeue", job, facts, {"state": "queued"}, reason="its worker died")
        return "queued"
    state = "cancelled" if job.cancel_wanted else "failed"
    with transaction.atomic():
        job.state, job.finished = state, timezone.now()
        job.error = {
            "code": "worker-lost",
            "message": f"the worker process died {job.attempt} times over this job (last: {job.worker})",
            "fix": "look for a lack of memory or disk in the worker's log, then try the job again",
            "where": None,
        }
        job.save(update_fields=["state", "finished", "error"])
        record(SYSTEM, f"jobs.{state}", job, facts, {"state": state, "error": job.error})
    return state


def _forgotten() -> dict[int, str]:
    """Queue again what waits for ever: its row of the queue is gone, or stuck with a worker that is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select j.id from jobs_job j
            left join procrastinate_jobs q on q.id = j.queue_row
            left join procrastinate_workers w
                on w.id = q.worker_id and w.last_heartbeat > now() - make_interval(secs => %s)
            where j.state = 'queued' and j.created < now() - interval '1 minute'
              and (q.id is null or (q.status <> 'todo' and w.id is null))
            """,
            [HEARTBEAT],
        )
        found = [int(row[0]) for row in cursor.fetchall()]
    for number in found:
        # Twice in the queue does no harm: only the first worker finds the job waiting.
        with transaction.atomic():
            Job.objects.filter(pk=number, state="queued").update(queue_row=enqueue(number))
    return dict.fromkeys(found, "queued")


def _strike_off() -> None:
    """Remove rows of the queue that a dead worker still seems to work on; our own table says what became of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            delete from procrastinate_jobs q
            where q.status = 'doing'
              and not exists (select 1 from procrastinate_workers w
                  where w.id = q.worker_id and w.last_heartbeat > now() - make_interval(secs => %s))
              and not exists (select 1 from jobs_job j where j.queue_row = q.id and j.state in ('queued', 'running'))
            """,
            [HEARTBEAT],
        )
