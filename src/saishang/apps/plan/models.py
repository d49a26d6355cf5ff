"""Versions of a plan as they were imported; a version is never edited, a better reading is a new version."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

__all__ = [
    "Chapter",
    "Commitment",
    "Duty",
    "InheritedOwner",
    "Item",
    "ItemOwner",
    "Measure",
    "PlanTarget",
    "PlanVersion",
    "Section",
    "Unresolved",
]


class PlanVersion(models.Model):
    """One reading of one plan document."""

    plan = models.SlugField(max_length=60)
    label = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    draft = models.CharField(max_length=30, blank=True)
    issued = models.DateField(null=True, blank=True)
    origin = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    imported_at = models.DateTimeField(auto_now_add=True)
    imported_by = models.CharField(max_length=150)
    notes = models.JSONField(default=list)

    class Meta:
        ordering = ["plan", "-id"]
        constraints = [models.UniqueConstraint(fields=["plan", "label"], name="plan_version_once")]

    def __str__(self) -> str:
        return f"{self.plan}@{self.label}"


class Chapter(models.Model):
    """A part of the plan (一、…)."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="chapters")
    position = models.PositiveIntegerField()
    number = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()


class Section(models.Model):
    """A level between chapter and item (（一）…)."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="sections")
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="sections", null=True)
    position = models.PositiveIntegerField()
    number = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"（{self.number}）{self.title}"


class Item(models.Model):
    """The lowest numbered unit: a task, a step, a safeguard or a preamble."""

    ROLES = [("preamble", "总体要求"), ("task", "任务"), ("step", "步骤"), ("safeguard", "保障措施")]

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="items")
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="items", null=True)
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="items", null=True)
    key = models.CharField(max_length=20)
    position = models.PositiveIntegerField()
    number = models.CharField(max_length=20, blank=True)
    role = models.CharField(max_length=12, choices=ROLES)
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="plan_item_key_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"


class Measure(models.Model):
    """One sentence of an item: what is to be done."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="measures")
    position = models.PositiveIntegerField()
    text = models.TextField()
    text_en = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.text[:60]


class ItemOwner(models.Model):
    """One unit that owes an item in one role; `agency` is the formal name, empty while nobody has settled it."""

    ROLES = [("lead", "牵头"), ("responsible", "责任"), ("support", "配合"), ("guide", "指导")]

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="owners")
    position = models.PositiveIntegerField()
    role = models.CharField(max_length=12, choices=ROLES)
    unit = models.CharField(max_length=200)
    agency = models.CharField(max_length=200, blank=True)
    agency_code = models.CharField(max_length=40, blank=True)
    inherited = models.BooleanField(default=False)
    etc = models.BooleanField(default=False)
    measure = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["agency"]), models.Index(fields=["agency_code"])]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.agency or self.unit}"


class PlanTarget(models.Model):
    """A number promised for a year; a withheld number has no value and says so."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="targets")
    position = models.PositiveIntegerField()
    code = models.CharField(max_length=40)
    indicator = models.CharField(max_length=300)
    indicator_en = models.CharField(max_length=300, blank=True)
    comparator = models.CharField(max_length=2)
    value = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    low = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    high = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    unit = models.CharField(max_length=60, blank=True)
    year = models.PositiveIntegerField(null=True)
    base_year = models.PositiveIntegerField(null=True)
    change = models.CharField(max_length=4, blank=True)
    frequency = models.CharField(max_length=20, blank=True)
    scope = models.CharField(max_length=120, blank=True)
    aspirational = models.BooleanField(default=False)
    undetermined = models.BooleanField(default=False)
    text = models.TextField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                name="plan_target_withheld_has_no_value",
                condition=Q(undetermined=False) | Q(value__isnull=True, low__isnull=True, high__isnull=True),
            ),
            models.CheckConstraint(
                name="plan_target_has_number_or_is_withheld",
                condition=Q(undetermined=True) | Q(value__isnull=False) | Q(low__isnull=False, high__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_target_comparator_known", condition=Q(comparator__in=[">=", ">", "<=", "<", "=", "~"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.comparator} {self.value if self.value is not None else '**'} {self.unit}"


class Commitment(models.Model):
    """A promise without a number: a state, full coverage, a grade, a stage goal."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="commitments")
    position = models.PositiveIntegerField()
    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=300)
    subject_en = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    year = models.PositiveIntegerField(null=True)
    aspirational = models.BooleanField(default=False)
    text = models.TextField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.subject} {self.state}"


class Duty(models.Model):
    """Something owed again and again, or by a date, to somebody named."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="duties")
    position = models.PositiveIntegerField()
    what = models.TextField()
    what_en = models.TextField(blank=True)
    when = models.CharField(max_length=120, blank=True)
    to = models.CharField(max_length=200, blank=True)
    copy = models.CharField(max_length=200, blank=True)
    who = models.CharField(max_length=200, blank=True)
    recurring = models.BooleanField(default=True)
    text = models.TextField()

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "duties"

    def __str__(self) -> str:
        return f"{self.when} {self.what}"


class InheritedOwner(models.Model):
    """Units that the plan names once for many items."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="inherited_owners")
    role = models.CharField(max_length=12, choices=ItemOwner.ROLES)
    units = models.JSONField(default=list)
    agencies = models.JSONField(default=list)
    applies_to = models.JSONField(default=list)
    text = models.TextField()

    def __str__(self) -> str:
        return "、".join(self.units)


class Unresolved(models.Model):
    """A unit that a person has to settle; settled ones keep who decided and what."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="unresolved")
    unit = models.CharField(max_length=200)
    at = models.JSONField(default=list)
    reason = models.CharField(max_length=300)
    agency = models.CharField(max_length=200, blank=True)
    settled_by = models.CharField(max_length=150, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "unit"], name="plan_unresolved_once")]

    def __str__(self) -> str:
        return self.unit
