"""Maintenance that starts by itself: which kinds are due at a moment, whatever was missed while nothing ran.

A moment that passed while no worker was running is made up for once, when one runs again. A new installation waits
for its first night: nothing is due before the tables of the jobs were made.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from saishang.apps.jobs.actions.start import start
from saishang.apps.jobs.kinds import Schedule, kinds
from saishang.apps.jobs.models import Job
from saishang.apps.jobs.recovery import SYSTEM

__all__ = ["last_due", "next_due", "start_due"]

#: Days are counted from here: a Sunday, so that weekly work falls on Sundays.
_ORIGIN = datetime(2024, 1, 7)


def last_due(schedule: Schedule, now: datetime, hour: int) -> datetime:
    """Latest moment at or before `now` (local time, without zone) at which the schedule wanted a start."""
    begin = _ORIGIN + timedelta(hours=hour, minutes=schedule.minute)
    return begin + ((now - begin) // schedule.every) * schedule.every


def next_due(schedule: Schedule, now: datetime, hour: int) -> datetime:
    """First moment after `now` at which the schedule wants a start."""
    return last_due(schedule, now, hour) + schedule.every


def start_due(now: datetime | None = None) -> list[int]:
    """Start every kind whose moment has passed since its last start; returns the new jobs."""
    moment = now or timezone.now()
    local = timezone.localtime(moment).replace(tzinfo=None)
    made = MigrationRecorder.Migration.objects.filter(app="jobs").order_by("applied").first()
    started = []
    for kind in list(kinds().values()):
        if kind.schedule is None:
            continue
        due = last_due(kind.schedule, local, settings.CONFIG.maintenance_hour)
        before = [made.applied] if made is not None else []
        newest = Job.objects.filter(kind=kind.id, actor_name=SYSTEM).order_by("-created").first()
        if newest is not None:
            before.append(newest.created)
        if not before or timezone.localtime(max(before)).replace(tzinfo=None) >= due:
            continue
        if Job.objects.filter(kind=kind.id, params={}, state__in=("queued", "running")).exists():
            continue  # somebody started it by hand, or the last one is not over
        started.append(start(SYSTEM, kind.id, {}).pk)
    return started
