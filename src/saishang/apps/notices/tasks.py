"""What the queue calls every minute: send the e-mails that wait."""

from __future__ import annotations

from procrastinate.contrib.django import app

from saishang.apps.jobs.work import QUEUE

__all__ = ["send"]


@app.periodic(cron="* * * * *")
@app.task(name="saishang.mail", queue=QUEUE, queueing_lock="saishang.mail")
def send(timestamp: int) -> None:
    """Send what waits in the outbox; two at the same time share it."""
    from saishang.apps.notices.outbox import send_waiting

    send_waiting()
