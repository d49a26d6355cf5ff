"""The queue: procrastinate's tables in our own database, written within the caller's transaction."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django import app

from saishang.apps.jobs.work import QUEUE

__all__ = ["QUEUE", "TASK", "dequeue", "enqueue", "live_workers"]

TASK = "saishang.perform"
#: A worker whose heartbeat is older than this [s] is taken for dead; it sends one every ten seconds.
HEARTBEAT = 45


def enqueue(number: int) -> int:
    """Put job `number` into the queue; returns the queue's row. Nobody sees it before the transaction commits."""
    row: int = app.configure_task(TASK, queue=QUEUE).defer(job=number)
    return row


def dequeue(row: int | None) -> None:
    """Take a row out of the queue if no worker has it yet."""
    if row is not None:
        app.job_manager.cancel_job_by_id(row, abort=False)


def live_workers() -> int:
    """How many workers sent a heartbeat lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_workers where last_heartbeat > now() - make_interval(secs => %s)",
            [HEARTBEAT],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0
