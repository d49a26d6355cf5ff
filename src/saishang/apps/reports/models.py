"""Reports that were made: what they say, the file, and its digest. Added to, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

__all__ = ["Report"]


class Report(models.Model):
    """An annual report (年度报告) as it was made. A new one does not replace an old one: both stand in the list."""

    KINDS = [("organisation", "单位报告"), ("consolidated", "综合报告")]

    kind = models.CharField(max_length=12, choices=KINDS)
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    #: Id of the run that its targets are from, and the moment as of which work was counted.
    run = models.CharField(max_length=60)
    counted = models.DateTimeField()
    #: The facts (`content.to_json`), from which the file can be made again.
    facts = models.JSONField()
    file = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    #: Program that wrote the file: another one may set the same facts otherwise.
    writer = models.CharField(max_length=60)
    invented = models.BooleanField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField(max_length=150)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["organisation", "year"], name="report_of_organisation")]

    def __str__(self) -> str:
        return f"{self.kind} {self.organisation_id} {self.year}"
