"""Items of work, work plans of a year, reports of a period; what was said once is kept (versions, comments, evidence).

Standing and lateness of an item are derived (`saishang.science.execution.standing`), never stored.
docs/decisions/2026-11-30-execution.md
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

__all__ = [
    "Comment", "Evidence", "ItemUnit", "Milestone", "ProgressReport", "ReportVersion", "WorkItem", "WorkPlan",
    "WorkPlanLine",
]  # fmt: skip

_ORGANISATION = "organisations.Organisation"


class WorkItem(models.Model):
    """Something that one organisation owes (任务事项): a duty of a task, a measure, an action or a project."""

    KINDS = [("duty", "任务责任"), ("measure", "措施"), ("action", "行动事项"), ("project", "项目")]

    code = models.CharField(max_length=60, unique=True)
    #: Plan and item of the plan (`ningxia`, `T10`): not a row of a version, so that a new reading keeps the work.
    plan = models.CharField(max_length=60)
    task = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=KINDS)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    title = models.CharField(max_length=300)
    content = models.TextField(blank=True)
    #: 预期成效: what will be there when it is done.
    expected = models.TextField(blank=True)
    organisation = models.ForeignKey(_ORGANISATION, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12, blank=True)
    #: One of the plan's programmes of major projects (`plans/<plan>/work.yaml`).
    programme = models.CharField(max_length=40, blank=True)
    start = models.DateField(null=True)
    due = models.DateField(null=True)
    #: 万元 (10 000 CNY).
    budget = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    #: Codes of the plan's targets that it serves.
    targets = models.JSONField(default=list)
    #: How often it is reported on: month, quarter, year; empty for never.
    cadence = models.CharField(max_length=8, blank=True)
    state = models.CharField(max_length=12, default="draft")
    #: Day from which it is owed: reports on periods before it are not asked for.
    assigned_on = models.DateField(null=True)
    #: Day on which it was said to be done, and by whom: they may not verify it.
    finished = models.DateField(null=True)
    finished_by = models.CharField(max_length=150, blank=True)
    #: Whole per cent by its milestones; empty without milestones.
    percent = models.PositiveSmallIntegerField(null=True)
    #: 人工核定: what somebody says instead, with reason and name.
    override = models.PositiveSmallIntegerField(null=True)
    override_by = models.CharField(max_length=150, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)
    #: Where it comes from: plan, template, table, typed; and the load that brought it.
    origin = models.CharField(max_length=12, default="typed")
    batch = models.CharField(max_length=40, blank=True)
    invented = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["plan", "task", "code"]
        constraints = [
            models.CheckConstraint(
                name="work_item_days_in_order",
                condition=Q(start__isnull=True) | Q(due__isnull=True) | Q(due__gte=F("start")),
            ),
            models.CheckConstraint(
                name="work_item_percent_within", condition=Q(percent__isnull=True) | Q(percent__lte=100)
            ),
            models.CheckConstraint(
                name="work_item_override_says_why",
                condition=Q(override__isnull=True)
                | (Q(override__lte=100) & ~Q(override_reason="") & ~Q(override_by="")),
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "due"], name="work_item_owner"),
            models.Index(fields=["plan", "task", "region"], name="work_item_task"),
            models.Index(fields=["state", "due"], name="work_item_due"),
            models.Index(fields=["region", "state"], name="work_item_region"),
            models.Index(fields=["parent"], name="work_item_parent"),
            models.Index(fields=["batch"], condition=~Q(batch=""), name="work_item_batch"),
            # The order of lists; a page reads as many rows as it shows.
            models.Index(fields=["task", "code"], name="work_item_order"),
            # All that boards count, so that they need not read the items themselves.
            models.Index(
                fields=["organisation", "task", "region", "kind", "programme", "state", "start", "due"],
                include=["id", "cadence", "percent", "override", "invented"],
                name="work_item_board",
            ),
            models.Index(fields=["id"], include=["task", "region"], name="work_item_place"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class ItemUnit(models.Model):
    """Another organisation that has a part in an item (配合、牵头、指导单位)."""

    ROLES = [("lead", "牵头"), ("support", "配合"), ("guide", "指导")]

    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="units")
    organisation = models.ForeignKey(_ORGANISATION, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8, choices=ROLES, default="support")

    class Meta:
        ordering = ["item", "role", "organisation__position"]
        constraints = [models.UniqueConstraint(fields=["item", "organisation"], name="item_unit_once")]
        indexes = [models.Index(fields=["organisation", "item"], name="item_unit_part")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.role} {self.organisation_id}"


class Milestone(models.Model):
    """A step of an item (里程碑) that is reached or not."""

    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    due = models.DateField(null=True)
    weight = models.DecimalField(max_digits=6, decimal_places=2, default=1)
    reached = models.DateField(null=True)
    #: Whoever says so, and the report in which it was said.
    reached_by = models.CharField(max_length=150, blank=True)
    report = models.ForeignKey("ProgressReport", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["item", "position"]
        constraints = [
            models.UniqueConstraint(fields=["item", "position"], name="milestone_position_once"),
            models.CheckConstraint(name="milestone_weight_above_zero", condition=Q(weight__gt=0)),
        ]
        indexes = [models.Index(fields=["due", "id"], condition=Q(reached__isnull=True), name="milestone_open")]

    def __str__(self) -> str:
        return self.title


class WorkPlan(models.Model):
    """What an organisation means to do in a year (年度工作计划)."""

    organisation = models.ForeignKey(_ORGANISATION, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, default="draft")
    note = models.TextField(blank=True)
    submitted_by = models.CharField(max_length=150, blank=True)
    version = models.PositiveIntegerField(default=1)
    invented = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-year", "organisation"]
        constraints = [models.UniqueConstraint(fields=["organisation", "year"], name="work_plan_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.year}"


class WorkPlanLine(models.Model):
    """One item in a year's plan with the aim of that year."""

    ORIGINS = [("plan", "方案任务"), ("carried", "上年结转"), ("new", "新增")]

    work_plan = models.ForeignKey(WorkPlan, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="plan_lines")
    aim = models.TextField(blank=True)
    origin = models.CharField(max_length=8, choices=ORIGINS)

    class Meta:
        ordering = ["work_plan", "item__task", "item__code"]
        constraints = [models.UniqueConstraint(fields=["work_plan", "item"], name="work_plan_line_once")]

    def __str__(self) -> str:
        return f"{self.work_plan_id} {self.item_id}"


class ReportContent(models.Model):
    """What a report says."""

    #: 进展情况
    done = models.TextField(blank=True)
    #: 存在问题
    problems = models.TextField(blank=True)
    #: 下一步工作
    next_steps = models.TextField(blank=True)
    #: [{"name", "value" as decimal text, "unit"}]
    figures = models.JSONField(default=list)
    #: Milestone (its number as text) → day on which it was reached.
    milestones = models.JSONField(default=dict)
    percent = models.PositiveSmallIntegerField(null=True)
    percent_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True


class ProgressReport(ReportContent):
    """The report on one item for one period (进展报告); made when the period ends, so that a missing one is a row."""

    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="reports")
    #: Who owed it then.
    organisation = models.ForeignKey(_ORGANISATION, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=8)
    first = models.DateField()
    last = models.DateField()
    due = models.DateField()
    state = models.CharField(max_length=12, default="draft")
    version = models.PositiveIntegerField(default=0)
    #: Whoever wrote last: they may not review it.
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(null=True)
    #: First handing in; decides whether it was late, for good.
    submitted_at = models.DateTimeField(null=True)
    late = models.BooleanField(null=True)
    published_at = models.DateTimeField(null=True)
    #: Who has the form open, and when they were last seen.
    open_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    open_at = models.DateTimeField(null=True)
    invented = models.BooleanField(default=False)

    class Meta:
        ordering = ["-last", "item"]
        constraints = [
            models.UniqueConstraint(fields=["item", "period"], name="report_once_a_period"),
            models.CheckConstraint(
                name="report_percent_within", condition=Q(percent__isnull=True) | Q(percent__lte=100)
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "due"], name="report_owner"),
            models.Index(fields=["state", "due"], name="report_due"),
            models.Index(fields=["period", "organisation"], name="report_period"),
            # What was never handed in: few of many, and the late ones among them are counted on every inbox.
            models.Index(fields=["state", "due"], condition=Q(submitted_at__isnull=True), name="report_unsent"),
            # The order of lists; a page reads as many rows as it shows.
            models.Index(F("last").desc(), F("due"), F("item"), F("organisation"), name="report_order"),
            models.Index(
                F("last").desc(),
                F("due"),
                F("item"),
                F("organisation"),
                condition=Q(submitted_at__isnull=True),
                name="report_missing_order",
            ),
            models.Index(fields=["due"], include=["organisation", "late", "submitted_at"], name="report_counted"),
            models.Index(
                fields=["due"],
                condition=Q(submitted_at__isnull=True),
                include=["organisation", "item"],
                name="report_missing_by",
            ),
            models.Index(
                fields=["item"],
                condition=Q(submitted_at__isnull=True),
                include=["due", "organisation"],
                name="report_missing_of",
            ),
            models.Index(
                fields=["-submitted_at", "-id"],
                condition=Q(submitted_at__isnull=False) & ~Q(problems=""),
                name="report_problem",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.period}"


class ReportVersion(ReportContent):
    """A report as it stood at one move; rows are only ever added (a trigger of the database refuses the rest)."""

    report = models.ForeignKey(ProgressReport, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=20)
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    reason = models.CharField(max_length=1000, blank=True)
    #: [{"name", "sha256", "size"}] of the evidence that lay beside it.
    evidence = models.JSONField(default=list)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)

    class Meta:
        ordering = ["report", "number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="report_version_once")]

    def __str__(self) -> str:
        return f"{self.report_id} v{self.number} {self.action}"


class Evidence(models.Model):
    """A file behind a report or an item (佐证材料), kept in the raw archive; struck out, never deleted."""

    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="evidence")
    report = models.ForeignKey(ProgressReport, null=True, on_delete=models.PROTECT, related_name="evidence")
    milestone = models.ForeignKey(Milestone, null=True, on_delete=models.SET_NULL, related_name="evidence")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    #: What its content is: pdf, image, office, ofd, table.
    kind = models.CharField(max_length=12)
    note = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=150)
    struck_at = models.DateTimeField(null=True)
    struck_by = models.CharField(max_length=150, blank=True)
    struck_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return self.name


class Comment(models.Model):
    """What somebody remarked on a report; only ever added."""

    report = models.ForeignKey(ProgressReport, on_delete=models.PROTECT, related_name="comments")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=150)
    text = models.TextField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.by_name}: {self.text[:60]}"
