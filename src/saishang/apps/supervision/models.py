"""What is supervised (督办): cases, findings of inspections, matters, yearly duties, bulletins; every act is kept.

Acts, acceptances and bulletins can only be added (a trigger of the database refuses the rest). Whether something is
late is derived from its due day, never stored. docs/decisions/2026-11-30-supervision.md
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

__all__ = [
    "Acceptance", "Bulletin", "Case", "CaseAct", "Coordination", "CoordinationAct", "File", "Finding", "FindingAct",
    "FindingItem", "FindingUnit", "Occurrence", "Party",
]  # fmt: skip

_ORGANISATION = "organisations.Organisation"


class Act(models.Model):
    """One move with what was said; rows are only ever added."""

    number = models.PositiveIntegerField()
    action = models.CharField(max_length=20)
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)
    text = models.TextField(blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    #: [{"name", "sha256", "size"}] of the files that lay beside it then.
    files = models.JSONField(default=list)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)

    class Meta:
        abstract = True


class Finding(models.Model):
    """A problem that an inspection fed back or that was found by oneself (督察反馈问题), until struck off (销号)."""

    SOURCES = [("central", "中央督察"), ("region", "自治区督察"), ("self", "自查发现")]

    code = models.CharField(max_length=60, unique=True)
    source = models.CharField(max_length=8, choices=SOURCES)
    #: Round of the inspection as it is called (第二轮); of what was found by oneself, the year.
    round = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    #: The problem in one's own words.
    problem = models.TextField()
    organisation = models.ForeignKey(_ORGANISATION, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12, blank=True)
    #: Tasks of the plan that it belongs to.
    tasks = models.JSONField(default=list)
    listed_on = models.DateField()
    due = models.DateField(null=True)
    state = models.CharField(max_length=16, default="listed")
    #: 整改方案: goal, measures (one a line).
    goal = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    #: By when, as the plan says; with its approval it becomes the due day.
    plan_due = models.DateField(null=True)
    plan_by = models.CharField(max_length=150, blank=True)
    #: What was achieved, as the responsible unit says when it applies (申请销号), and who said it.
    result = models.TextField(blank=True)
    applied_by = models.CharField(max_length=150, blank=True)
    applied_on = models.DateField(null=True)
    #: 公示: where, and from when to when.
    channel = models.CharField(max_length=200, blank=True)
    public_from = models.DateField(null=True)
    public_until = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    batch = models.CharField(max_length=40, blank=True)
    invented = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["source", "round", "number"]
        constraints = [models.UniqueConstraint(fields=["source", "round", "number"], name="finding_number_once")]
        indexes = [
            models.Index(fields=["organisation", "state", "due"], name="finding_owner"),
            models.Index(fields=["state", "due"], name="finding_due"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class FindingUnit(models.Model):
    """An organisation that helps with a finding (配合单位)."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="units")
    organisation = models.ForeignKey(_ORGANISATION, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["finding", "organisation__position"]
        constraints = [models.UniqueConstraint(fields=["finding", "organisation"], name="finding_unit_once")]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.organisation_id}"


class FindingItem(models.Model):
    """An item of work by which a finding is mended."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey("execution.WorkItem", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["finding", "item__code"]
        constraints = [models.UniqueConstraint(fields=["finding", "item"], name="finding_item_once")]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.item_id}"


class FindingAct(Act):
    """One move of a finding, with its plan and result as they stood."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="acts")
    #: Goal, measures, due day, result as they stood.
    content = models.JSONField(default=dict)

    class Meta:
        ordering = ["finding", "number"]
        constraints = [models.UniqueConstraint(fields=["finding", "number"], name="finding_act_once")]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.number} {self.action}"


class Acceptance(models.Model):
    """What a check found (验收记录); never edited, a newer one supersedes it."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="acceptances")
    number = models.PositiveIntegerField()
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    passed = models.BooleanField()
    checked_on = models.DateField()
    #: site (现场核查), documents (资料核查), both.
    way = models.CharField(max_length=12)
    opinion = models.TextField()
    #: Names of those who went; the account that writes it down answers for it.
    members = models.CharField(max_length=300)
    reason = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)

    class Meta:
        ordering = ["finding", "number"]
        constraints = [models.UniqueConstraint(fields=["finding", "number"], name="acceptance_once")]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.number}"


class Case(models.Model):
    """Something that an organisation is called to account for (督办事项): a prompt, a notice, a talk."""

    code = models.CharField(max_length=20, unique=True)
    organisation = models.ForeignKey(_ORGANISATION, on_delete=models.PROTECT, related_name="+")
    #: item, milestone, report, target, finding.
    subject = models.CharField(max_length=10)
    item = models.ForeignKey("execution.WorkItem", null=True, on_delete=models.PROTECT, related_name="+")
    milestone = models.ForeignKey("execution.Milestone", null=True, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey("execution.ProgressReport", null=True, on_delete=models.PROTECT, related_name="+")
    finding = models.ForeignKey(Finding, null=True, on_delete=models.PROTECT, related_name="cases")
    target = models.CharField(max_length=20, blank=True)
    #: What it is about, as it was called when the case was opened.
    title = models.CharField(max_length=400)
    #: prompt (提示), notice (督办单), talk (约谈).
    level = models.CharField(max_length=8)
    #: 督办〔year〕number号; given with the first notice, never again.
    year = models.PositiveSmallIntegerField(null=True)
    number = models.PositiveIntegerField(null=True)
    demand = models.TextField()
    issued = models.DateField()
    due = models.DateField()
    #: False when a year's holidays on the way to the due day are not known.
    due_sure = models.BooleanField(default=True)
    state = models.CharField(max_length=16, default="open")
    answer = models.TextField(blank=True)
    answered_on = models.DateField(null=True)
    answered_by = models.CharField(max_length=150, blank=True)
    closed_on = models.DateField(null=True)
    invented = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-issued", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="case_number_once"),
            models.CheckConstraint(
                name="case_number_whole",
                condition=Q(year__isnull=True, number__isnull=True) | Q(year__isnull=False, number__isnull=False),
            ),
            models.CheckConstraint(name="case_notice_is_numbered", condition=~Q(level="notice", number__isnull=True)),
            models.CheckConstraint(
                name="case_has_one_subject",
                condition=Q(subject="item", item__isnull=False)
                | Q(subject="milestone", milestone__isnull=False)
                | Q(subject="report", report__isnull=False)
                | Q(subject="finding", finding__isnull=False)
                | (Q(subject="target") & ~Q(target="")),
            ),
            # One open case about one thing: what is asked again is asked more sternly, not twice.
            *(
                models.UniqueConstraint(
                    fields=["organisation", name], condition=Q(subject=name, state__in=("open", "answered")),
                    name=f"case_open_{name}_once",
                )
                for name in ("item", "milestone", "report", "finding", "target")
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["organisation", "state", "due"], name="case_owner"),
            models.Index(fields=["state", "due"], name="case_due"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class CaseAct(Act):
    """One move of a case: demand, answer, escalation, closing."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="acts")
    level = models.CharField(max_length=8)
    due = models.DateField(null=True)

    class Meta:
        ordering = ["case", "number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="case_act_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number} {self.action}"


class Coordination(models.Model):
    """Something that several organisations have to settle among themselves (协调事项)."""

    code = models.CharField(max_length=20, unique=True)
    organisation = models.ForeignKey(_ORGANISATION, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    matter = models.TextField()
    task = models.CharField(max_length=20, blank=True)
    raised = models.DateField()
    due = models.DateField()
    state = models.CharField(max_length=16, default="open")
    outcome = models.TextField(blank=True)
    settled_on = models.DateField(null=True)
    invented = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-raised", "-pk"]
        indexes = [models.Index(fields=["state", "due"], name="coordination_due")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Party(models.Model):
    """An organisation that is asked (会办单位), with its reply."""

    coordination = models.ForeignKey(Coordination, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(_ORGANISATION, on_delete=models.PROTECT, related_name="+")
    reply = models.TextField(blank=True)
    replied_on = models.DateField(null=True)
    replied_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["coordination", "organisation__position"]
        constraints = [models.UniqueConstraint(fields=["coordination", "organisation"], name="party_once")]

    def __str__(self) -> str:
        return f"{self.coordination_id} {self.organisation_id}"


class CoordinationAct(Act):
    """One move of a coordination item."""

    coordination = models.ForeignKey(Coordination, on_delete=models.PROTECT, related_name="acts")
    organisation = models.ForeignKey(_ORGANISATION, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["coordination", "number"]
        constraints = [models.UniqueConstraint(fields=["coordination", "number"], name="coordination_act_once")]

    def __str__(self) -> str:
        return f"{self.coordination_id} {self.number} {self.action}"


class Occurrence(models.Model):
    """A recurring duty of the plan (定期事项) as one organisation owes it in one year."""

    plan = models.CharField(max_length=60)
    duty = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(_ORGANISATION, on_delete=models.PROTECT, related_name="+")
    #: Which day of the year, where a duty has several (`06-05`); empty where the plan names none.
    slot = models.CharField(max_length=8, blank=True)
    due = models.DateField(null=True)
    #: Whether the plan itself names the day.
    stated = models.BooleanField()
    state = models.CharField(max_length=16, default="open")
    #: work_plan, reports, annual, record.
    proof = models.CharField(max_length=12, blank=True)
    work_plan = models.ForeignKey("execution.WorkPlan", null=True, on_delete=models.PROTECT, related_name="+")
    #: The annual report that lies beside it as its proof.
    annual = models.ForeignKey("reports.Report", null=True, on_delete=models.PROTECT, related_name="+")
    #: How many reports of the year it was fulfilled by.
    reports = models.PositiveIntegerField(null=True)
    text = models.TextField(blank=True)
    done_on = models.DateField(null=True)
    done_by = models.CharField(max_length=150, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["year", "duty", "organisation__path", "slot"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "duty", "year", "organisation", "slot"], name="duty_once_a_year"
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["year", "state"], name="duty_year")]

    def __str__(self) -> str:
        return f"{self.duty} {self.year} {self.organisation_id}"


class File(models.Model):
    """A file behind a case, a finding, a coordination item or a fulfilled duty; kept in the raw archive."""

    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="files")
    finding = models.ForeignKey(Finding, null=True, on_delete=models.PROTECT, related_name="files")
    coordination = models.ForeignKey(Coordination, null=True, on_delete=models.PROTECT, related_name="files")
    occurrence = models.ForeignKey(Occurrence, null=True, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    #: Who laid it there: the organisation called to account, or the office.
    organisation = models.ForeignKey(_ORGANISATION, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=150)
    struck_at = models.DateTimeField(null=True)
    struck_by = models.CharField(max_length=150, blank=True)
    struck_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return self.name


class Bulletin(models.Model):
    """What was overdue on a day (逾期通报), frozen; its digest stands in the action log."""

    day = models.DateField(unique=True)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["year", "number"], name="bulletin_number_once")]

    def __str__(self) -> str:
        return f"{self.year}-{self.number} {self.day}"
