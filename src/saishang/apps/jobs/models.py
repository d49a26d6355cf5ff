"""A job (后台任务) as people see it. The queue behind it is procrastinate's; this table says what it means."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from saishang.apps.jobs.states import STATES

__all__ = ["Job"]


class Job(models.Model):
    """One piece of long work. State, progress and outcome are written by the worker, the rest once at the start."""

    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=[(name, name) for name in STATES], default="queued")
    params = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    #: Row of the queue that carries the job; another one after each requeue.
    queue_row = models.BigIntegerField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    percent = models.PositiveSmallIntegerField(default=0)
    #: Code of the step that it is at; the kind has the words.
    step = models.CharField(max_length=40, blank=True)
    rows = models.BigIntegerField(null=True)
    cancel_wanted = models.BooleanField(default=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    worker = models.CharField(max_length=120, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    #: {code, message, fix, where}; null unless the job failed.
    error = models.JSONField(null=True)
    retry_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="retries")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kind", "-created"]),
            models.Index(fields=["state"], condition=Q(state__in=("queued", "running")), name="jobs_job_open"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="jobs_job_state"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="jobs_job_percent"),
            models.CheckConstraint(
                condition=Q(state__in=("queued", "running"), finished__isnull=True)
                | Q(state__in=("succeeded", "failed", "cancelled"), finished__isnull=False),
                name="jobs_job_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.state}"
