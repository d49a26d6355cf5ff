"""The index, what waits to be taken into it, and what each kind was made from."""

from __future__ import annotations

from typing import Any

from django.db import models

__all__ = ["IndexedDocument", "KindState", "WaitingChange", "WordsField"]


class WordsField(models.Field):  # type: ignore[type-arg]
    """A set of words (`tsvector`) that PostgreSQL searches through a GIN index."""

    def db_type(self, connection: Any) -> str:
        """Type of the column."""
        return "tsvector"


class IndexedDocument(models.Model):
    """One object as it is found. Written by `actions` only, and always made anew from the object."""

    #: Given in the order of the days, so that higher numbers are newer.
    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=300)
    audience = models.CharField(max_length=40)
    day = models.DateField(null=True)
    title = models.TextField()
    title_en = models.TextField()
    text = models.TextField()
    text_en = models.TextField()
    view = models.CharField(max_length=60)
    args = models.JSONField()
    query = models.TextField()
    words = WordsField()

    class Meta:
        # The words' own index stands in the migration.
        indexes = [models.Index(fields=["kind", "id"], name="search_document_newest")]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="search_document_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class WaitingChange(models.Model):
    """An object that changed; a trigger writes it in the transaction of the change, so that none is missed."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class KindState(models.Model):
    """What a kind was last made from as a whole."""

    kind = models.CharField(max_length=20, primary_key=True)
    version = models.CharField(max_length=200)
    documents = models.IntegerField()
    made = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.documents}"
