"""Entries of registers as rows of versions; the entry itself holds a copy of its last version for lists and filters."""

from __future__ import annotations

from django.conf import settings
from django.db import models

__all__ = ["Content", "Entry", "Version"]


class Content(models.Model):
    """What a version says: the state, the fields, the place."""

    key = models.CharField(max_length=200)
    title = models.CharField(max_length=400)
    region = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=40, blank=True)
    #: Day on which the state began.
    since = models.DateField()
    #: Day from which this content holds.
    effective = models.DateField()
    withdrawn = models.BooleanField(default=False)
    #: Field → value; numbers as decimal text (`saishang.science.register.values`).
    values = models.JSONField()
    #: GeoJSON geometry, WGS-84 degrees.
    place = models.JSONField(null=True)

    class Meta:
        abstract = True


class Entry(Content):
    """One entry of a register as it stands now. Changed by actions only, together with its new version."""

    kind = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
    #: Everything that a search looks through, lower case; private fields stay out of it.
    words = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="registers_key_once")]
        indexes = [
            models.Index(fields=["kind", "state"]),
            models.Index(fields=["kind", "region"]),
            models.Index(fields=["kind", "title"]),
            models.Index(fields=["kind", "west", "east"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Version(Content):
    """One version of an entry. Rows are only ever added: a database trigger refuses updates and deletions."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    #: add | change | move:<action> | withdraw | restore | undo
    action = models.CharField(max_length=60)
    reason = models.TextField(blank=True)
    #: [{kind, name, sha256, size}] of the files that a move was made with.
    evidence = models.JSONField(default=list)
    #: Import that wrote it; empty for what was typed.
    batch = models.CharField(max_length=40, blank=True, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["entry", "number"]
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="registers_version_once")]
        indexes = [models.Index(fields=["entry", "effective"])]

    def __str__(self) -> str:
        return f"{self.entry_id} v{self.number} {self.action}"
