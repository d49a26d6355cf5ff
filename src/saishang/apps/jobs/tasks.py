"""What the queue calls: do a job, and once a minute see what is due or left behind."""

from __future__ import annotations

from procrastinate.contrib.django import app

from saishang.apps.jobs.queue import QUEUE, TASK

__all__ = ["perform", "tick"]


@app.task(name=TASK, queue=QUEUE)
def perform(job: int) -> None:
    """Do one job; its outcome is in its own row."""
    from saishang.apps.jobs.runner import perform as do

    do(job)


@app.periodic(cron="* * * * *")
@app.task(name="saishang.tick", queue=QUEUE, queueing_lock="saishang.tick", priority=10)
def tick(timestamp: int) -> None:
    """Settle what dead workers left, and start the maintenance that is due."""
    from saishang.apps.jobs.recovery import recover
    from saishang.apps.jobs.schedule import start_due

    recover()
    start_due()
