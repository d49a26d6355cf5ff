"""The worker: a process that does jobs until it is told to stop, and then leaves none half done.

SIGTERM and SIGINT: no new job is taken, running ones go back to the queue at their next step. A second signal ends
the process at once; recovery sees to the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable

from django.db import connections
from procrastinate.contrib.django import app

from saishang.apps.jobs.models import Job
from saishang.apps.jobs.queue import QUEUE
from saishang.apps.jobs.recovery import recover
from saishang.apps.jobs.work import STOPPING

__all__ = ["CONCURRENCY", "run_worker"]

#: Jobs at a time: a short one need not wait for a long one.
CONCURRENCY = 2
_log = logging.getLogger(__name__)


def run_worker(*, beside: int | None = None, wait: bool = True) -> None:
    """Do jobs until a signal comes.

    Parameters
    ----------
    beside: number of the parent process; the worker stops when that one is gone.
    wait: False = stop as soon as nothing waits.
    """
    STOPPING.clear()
    recover()
    connections.close_all()  # opened in this thread; the jobs' threads open their own
    asyncio.run(_run(beside, wait))
    # A job can start another one on its last step, after the queue looked empty.
    while not wait and not STOPPING.is_set() and Job.objects.filter(state="queued").exists():
        connections.close_all()
        asyncio.run(_run(beside, wait))


async def _run(beside: int | None, wait: bool) -> None:
    # The connector of pages has no way to listen; a worker needs its own, on the same database.
    working = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    loop = asyncio.get_running_loop()
    async with working.open_async():
        task = asyncio.create_task(
            working.run_worker_async(
                queues=[QUEUE],
                name="saishang",
                concurrency=CONCURRENCY,
                wait=wait,
                delete_jobs="successful",
                install_signal_handlers=False,
                fetch_job_polling_interval=5.0,
            )
        )

        def stop() -> None:
            if STOPPING.is_set():
                os._exit(1)
            STOPPING.set()
            task.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        watch = asyncio.create_task(_watch_parent(beside, stop)) if beside is not None else None
        with contextlib.suppress(asyncio.CancelledError):
            await task
        if watch is not None:
            watch.cancel()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _watch_parent(parent: int, stop: Callable[[], None]) -> None:
    while os.getppid() == parent:
        await asyncio.sleep(1.0)
    stop()
