"""What a running job holds on to: its lock, its row, and the wish of others that it stop.

The lock is a PostgreSQL session lock on a connection of its own. It goes when the process dies, by whatever death, so
a job that says `running` and whose lock is free has lost its worker: no waiting for heartbeats, no guessing. The
queue's own bookkeeping of dead workers forgets jobs whose worker was already struck off
(github.com/procrastinate-org/procrastinate/issues/1518).
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import psycopg
from django.db import connections
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from saishang.errors import SaishangError

__all__ = ["QUEUE", "STOPPING", "JobCancelled", "Work", "WorkerStopping", "job_lock", "open_connection", "worker_name"]

#: Name of the queue that workers serve.
QUEUE = "saishang"
#: Set when this worker was told to stop: jobs go back to the queue at their next step.
STOPPING = threading.Event()
#: Progress is written at most this often [s]; a new step is written at once.
_PAUSE = 0.4


class JobCancelled(SaishangError):
    """A person asked that the job stop."""

    code = "cancelled"


class WorkerStopping(SaishangError):
    """The worker is being stopped; the job will be taken up again."""

    code = "worker-stopping"


def open_connection() -> psycopg.Connection[DictRow]:
    """Open a connection of its own to the database that Django uses, in autocommit mode."""
    params = connections["default"].get_connection_params()
    for name in ("cursor_factory", "context"):
        params.pop(name, None)
    connection: psycopg.Connection[DictRow] = psycopg.connect(**params, autocommit=True, row_factory=dict_row)
    return connection


def job_lock(number: int) -> str:
    """Name of the lock that the worker of a job holds."""
    return f"saishang-job-{number}"


def worker_name() -> str:
    """Who works here: host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Work:
    """A claimed job, handed to the function that does its work.

    `claimed` is False when the job is not ours to do: cancelled meanwhile, or in another worker's hands.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.claimed = False
        self.kind = ""
        self.params: Mapping[str, Any] = {}
        self.actor: Any = ""
        self.actor_name = ""
        self.reason = ""
        self.attempt = 0
        self._steps: Mapping[str, int] = {}
        self._written = 0.0
        self._step = ""
        self._connection: psycopg.Connection[DictRow] | None = None

    def __enter__(self) -> Work:
        self._connection = open_connection()
        try:
            # Whoever put the job back into the queue may hold the lock for a moment longer.
            self._connection.execute("set lock_timeout = '10s'")
            self._connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (job_lock(self.number),))
            self._connection.execute("set lock_timeout = 0")
        except psycopg.errors.LockNotAvailable:
            return self
        claimed = self._connection.execute(
            "update jobs_job set state = 'running', started = now(), attempt = attempt + 1, worker = %s, percent = 0, "
            "step = '', rows = null where id = %s and state = 'queued' "
            "returning kind, params, actor_name, started_by_id, reason, attempt",
            (worker_name(), self.number),
        ).fetchone()
        if claimed is not None:
            self.claimed = True
            self.kind, self.params, self.reason = claimed["kind"], claimed["params"], claimed["reason"]
            self.attempt, self.actor_name = claimed["attempt"], claimed["actor_name"]
            self.actor = claimed["started_by_id"] or claimed["actor_name"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()  # the lock goes with it

    def use_steps(self, steps: Mapping[str, int]) -> None:
        """Take the kind's steps in order: code → per cent of the whole at which it begins."""
        self._steps = steps

    def progress(self, step: str, *, done: float | None = None, rows: int | None = None) -> None:
        """Say where the work is; raises when it has to stop here.

        Parameters
        ----------
        step: code of one of the kind's steps; any other leaves the bar where it is.
        done: share of this step that is done, 0 to 1.
        rows: how many rows were handled so far.

        Raises
        ------
        JobCancelled
            When a person cancelled the job.
        WorkerStopping
            When this worker is being stopped.
        """
        if STOPPING.is_set():
            raise WorkerStopping("the worker is being stopped", fix="the next worker takes the job up again")
        now = time.monotonic()
        if step == self._step and now - self._written < _PAUSE:
            return
        self._step, self._written = step, now
        assert self._connection is not None  # noqa: S101 - progress is only called inside the with statement
        row = self._connection.execute(
            "update jobs_job set step = %s, rows = coalesce(%s, rows), percent = greatest(percent, %s) "
            "where id = %s and state = 'running' returning cancel_wanted",
            (step[:40], rows, self._percent(step, done), self.number),
        ).fetchone()
        if row is None:
            raise JobCancelled("the job was taken away from this worker", fix="see the page of jobs")
        if row["cancel_wanted"]:
            raise JobCancelled("cancelled by a person", fix="start it again when it is wanted after all")

    def _percent(self, step: str, done: float | None) -> int:
        codes = list(self._steps)
        if step not in codes:
            return 0
        place = codes.index(step)
        low = self._steps[step]
        high = self._steps[codes[place + 1]] if place + 1 < len(codes) else 100
        return round(low + (high - low) * min(max(done or 0.0, 0.0), 1.0))

    def end(
        self, state: str, *, result: Mapping[str, Any] | None = None, error: Mapping[str, Any] | None = None
    ) -> bool:
        """Write how the job ended; False when it was no longer ours."""
        assert self._connection is not None  # noqa: S101 - called inside the with statement
        row = self._connection.execute(
            "update jobs_job set state = %(state)s::text, finished = now(), result = %(result)s, error = %(error)s, "
            "percent = case when %(state)s::text = 'succeeded' then 100 else percent end "
            "where id = %(id)s and state = 'running' returning id",
            {
                "state": state, "id": self.number,
                "result": None if result is None else Jsonb(dict(result)),
                "error": None if error is None else Jsonb(dict(error)),
            },
        ).fetchone()  # fmt: skip
        return row is not None
