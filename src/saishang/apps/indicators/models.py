"""Evaluation runs (评估运行), indicator values, target states, and values that agencies report."""

from __future__ import annotations

from django.conf import settings
from django.db import models

__all__ = [
    "ChangeRelease",
    "DustDecision",
    "IndicatorValue",
    "LeadReview",
    "ReportedValue",
    "Run",
    "TargetState",
    "TargetVersion",
]

STATUSES = [
    ("met", "已达标"),
    ("on_track", "进度正常"),
    ("at_risk", "有风险"),
    ("off_track", "滞后"),
    ("not_evaluated", "未评估"),
    ("undetermined", "目标值未定"),
]


class Run(models.Model):
    """One evaluation. Never changed once finished: a database trigger refuses updates of a finished run's rows.

    `lake_version`, `rules_digest` and `code_version` are what it takes to compute the same digits again.
    """

    id = models.CharField(primary_key=True, max_length=40)
    as_of = models.DateField()
    started = models.DateTimeField()
    finished = models.DateTimeField(null=True)
    lake_version = models.BigIntegerField()
    rules_digest = models.CharField(max_length=64)
    code_version = models.CharField(max_length=80)
    plan_version = models.CharField(max_length=80)
    parameters = models.JSONField(default=dict)
    inputs_digest = models.CharField(max_length=64)
    result_digest = models.CharField(max_length=64, blank=True)
    #: Seals over the rows as stored (`rows`) and over the files of the tables (`tables`: name → sha256).
    seals = models.JSONField(default=dict)
    started_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-started"]

    def __str__(self) -> str:
        return self.id


class IndicatorValue(models.Model):
    """Value of an indicator for a region and a period on one basis, with how it came about."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="values")
    indicator = models.CharField(max_length=80)
    region = models.CharField(max_length=40)
    period = models.CharField(max_length=40)
    period_kind = models.CharField(max_length=12)
    basis = models.CharField(max_length=40)
    kind = models.CharField(max_length=12)  # computed | reported
    standard = models.CharField(max_length=80, blank=True)  # a year split between two sets of limits has two values
    value = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    rounded = models.CharField(max_length=40, blank=True)
    unit = models.CharField(max_length=40)
    valid = models.BooleanField()
    coverage = models.JSONField(default=dict)
    reason = models.CharField(max_length=200, blank=True)
    clause = models.TextField(blank=True)
    inputs = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "indicator", "region", "period", "period_kind", "basis", "kind", "standard"],
                name="one_value",
            )
        ]
        indexes = [models.Index(fields=["run", "indicator", "region"])]

    def __str__(self) -> str:
        return f"{self.indicator} {self.region} {self.period} = {self.rounded or '—'}"


class TargetState(models.Model):
    """Where one target of the plan stands in one run."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="targets")
    target = models.CharField(max_length=40)
    item = models.CharField(max_length=40)
    item_title = models.CharField(max_length=200, blank=True)
    item_title_en = models.CharField(max_length=300, blank=True)
    title = models.TextField()
    title_en = models.TextField(blank=True)
    kind = models.CharField(max_length=20)
    owners = models.JSONField(default=list)
    aspirational = models.BooleanField(default=False)
    indicator = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=40)
    status = models.CharField(max_length=20, choices=STATUSES)
    reason = models.CharField(max_length=80)
    detail = models.JSONField(default=dict)
    goal = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    comparator = models.CharField(max_length=4, blank=True)
    year = models.IntegerField(null=True)
    value = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    rounded = models.CharField(max_length=40, blank=True)
    value_period = models.CharField(max_length=40, blank=True)
    value_kind = models.CharField(max_length=12, blank=True)
    expected = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    distance = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    path = models.JSONField(default=list)
    order = models.IntegerField(default=0)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["run", "target", "region"], name="one_state")]

    def __str__(self) -> str:
        return f"{self.target} {self.status}"


class TargetVersion(models.Model):
    """What an office set about a target in one region (目标设定), version by version; added to, never changed.

    Version 0 is what the plan says and has no row. On a day the version with the highest `number` stands among those
    that were in force by then (`effective`); one that is `withdrawn` gives the target back to the plan.
    """

    plan = models.SlugField(max_length=60)
    target = models.CharField(max_length=40)
    region = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    effective = models.DateField()
    setting = models.JSONField(default=dict)
    withdrawn = models.BooleanField(default=False)
    reason = models.TextField()
    document = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["target", "region", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "target", "region", "number"], name="target_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.region} v{self.number}"


class DustDecision(models.Model):
    """A person's verdict on a city-day that the hour test proposes as a dust day (沙尘日); the newest one counts."""

    region = models.CharField(max_length=40)
    day = models.DateField()
    status = models.CharField(max_length=12, choices=[("confirmed", "确认"), ("rejected", "否决")])
    reason = models.TextField()
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["region", "day", "pk"]
        indexes = [models.Index(fields=["region", "day"])]

    def __str__(self) -> str:
        return f"{self.region} {self.day} {self.status}"


class ChangeRelease(models.Model):
    """A change list (更正公告) that an office released: what two runs tell otherwise, and why. Never changed."""

    before = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    #: How many printed numbers and how many targets come out otherwise.
    numbers = models.IntegerField()
    targets = models.IntegerField()
    #: Seal over the list as it was released.
    digest = models.CharField(max_length=64)
    reason = models.TextField()
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["before", "after"], name="released_once")]

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"


class LeadReview(models.Model):
    """What a person said about a lead of suspicious data (线索复核). Added to, never changed; the newest one counts."""

    lead = models.CharField(max_length=12)
    signal = models.CharField(max_length=20)
    variant = models.CharField(max_length=40, blank=True)
    station = models.CharField(max_length=80)
    parameter = models.CharField(max_length=40)
    other = models.CharField(max_length=80, blank=True)
    #: Hours that the lead covered when it was reviewed, `YYYY-MM-DDTHH:MM` by the clock of the observations, which has
    #: no zone; such texts compare as their times do.
    first = models.CharField(max_length=16)
    last = models.CharField(max_length=16)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    score = models.FloatField()
    event = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    cause = models.CharField(max_length=40, blank=True)
    reason = models.TextField()
    reviewed_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["signal", "station"], name="lead_reviews_by_station")]

    def __str__(self) -> str:
        return f"{self.lead} {self.state}"


class ReportedValue(models.Model):
    """A figure that an agency reports or publishes, with its evidence. Never changed: a correction supersedes it."""

    indicator = models.CharField(max_length=80)
    region = models.CharField(max_length=40)
    period = models.CharField(max_length=40)
    basis = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=30, decimal_places=12)
    text = models.CharField(max_length=40)
    unit = models.CharField(max_length=40)
    agency = models.CharField(max_length=80)
    evidence = models.TextField()
    status = models.CharField(max_length=20)  # confirmed | recalled | unconfirmed
    caliber = models.CharField(max_length=80, blank=True)
    note = models.TextField(blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=200)
    superseded_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="supersedes")

    class Meta:
        ordering = ["indicator", "region", "period"]

    def __str__(self) -> str:
        return f"{self.indicator} {self.region} {self.period} = {self.text}"
