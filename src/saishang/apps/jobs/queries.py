"""Reads for pages and commands: jobs with their words, counts by state, whether a worker is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from saishang.apps.jobs.kinds import Kind, kinds
from saishang.apps.jobs.models import Job
from saishang.apps.jobs.queue import live_workers
from saishang.apps.jobs.schedule import next_due
from saishang.apps.jobs.states import ENDED
from saishang.errors import SaishangError

__all__ = ["JobRow", "Upcoming", "Workshop", "job", "jobs", "last_succeeded", "upcoming", "workshop"]


@dataclass(frozen=True)
class JobRow:
    """One job for a page; texts come in Chinese and English."""

    id: int
    kind: str
    kind_zh: str
    kind_en: str
    title_zh: str
    title_en: str
    state: str
    percent: int
    step: str
    step_zh: str
    step_en: str
    rows: int | None
    attempt: int
    cancel_wanted: bool
    actor: str
    actor_id: int | None
    reason: str
    worker: str
    created: datetime
    started: datetime | None
    finished: datetime | None
    params: Mapping[str, Any]
    result: Mapping[str, Any] | None
    error: Mapping[str, Any] | None
    retry_of: int | None
    retries: tuple[int, ...]

    @property
    def over(self) -> bool:
        """Whether the job has ended."""
        return self.state in ENDED

    def to_dict(self) -> dict[str, Any]:
        """Fields by name, for JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class Workshop:
    """State of the queue: living workers and jobs by state; `failed` counts those of the last seven days."""

    workers: int
    queued: int
    running: int
    failed: int


@dataclass(frozen=True)
class Upcoming:
    """When a kind starts by itself next (local time)."""

    kind: str
    zh: str
    en: str
    at: datetime


def _row(found: Job, retries: tuple[int, ...] = ()) -> JobRow:
    kind: Kind | None = kinds().get(found.kind)
    title = kind.title(found.params) if kind else ("", "")
    step = kind.steps.get(found.step) if kind else None
    return JobRow(
        id=found.pk, kind=found.kind, kind_zh=kind.zh if kind else found.kind, kind_en=kind.en if kind else found.kind,
        title_zh=title[0], title_en=title[1], state=found.state, percent=found.percent, step=found.step,
        step_zh=step.zh if step else found.step, step_en=step.en if step else found.step, rows=found.rows,
        attempt=found.attempt, cancel_wanted=found.cancel_wanted, actor=found.actor_name,
        actor_id=found.started_by_id, reason=found.reason, worker=found.worker, created=found.created,
        started=found.started, finished=found.finished, params=found.params, result=found.result, error=found.error,
        retry_of=found.retry_of_id, retries=retries,
    )  # fmt: skip


def job(number: int) -> JobRow:
    """One job (Errors: SaishangError when there is none with this number)."""
    found = Job.objects.filter(pk=number).first()
    if found is None:
        raise SaishangError(f"there is no job {number}", fix="see the list of jobs", code="no-job")
    return _row(found, tuple(Job.objects.filter(retry_of=found).order_by("pk").values_list("pk", flat=True)))


def jobs(
    *, state: str = "", kind: str = "", actor: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[JobRow], int]:
    """Jobs, newest first, and how many there are in all."""
    found = Job.objects.order_by("-pk")
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    if actor:
        found = found.filter(actor_name=actor)
    return [_row(item) for item in found[offset : offset + limit]], found.count()


def last_succeeded(kind: str) -> datetime | None:
    """When the last job of a kind that ran without parameters and succeeded began; None when there was none."""
    found = Job.objects.filter(kind=kind, state="succeeded", params={}).order_by("-started").first()
    return None if found is None else found.started


def workshop() -> Workshop:
    """Count workers and jobs."""
    counts = dict(
        Job.objects.filter(state__in=("queued", "running")).values_list("state").annotate(Count("pk")).order_by()
    )
    week = timezone.now() - timedelta(days=7)
    retried = Job.objects.filter(retry_of__isnull=False).values("retry_of")
    failed = Job.objects.filter(state="failed", finished__gte=week).exclude(pk__in=retried).count()
    return Workshop(live_workers(), counts.get("queued", 0), counts.get("running", 0), failed)


def upcoming() -> list[Upcoming]:
    """What starts by itself next, soonest first."""
    now = timezone.localtime().replace(tzinfo=None)
    hour = settings.CONFIG.maintenance_hour
    found = [
        Upcoming(kind.id, kind.zh, kind.en, next_due(kind.schedule, now, hour))
        for kind in kinds().values()
        if kind.schedule is not None
    ]
    return sorted(found, key=lambda item: item.at)
