"""Reads of the action log."""

from __future__ import annotations

from django.db.models import QuerySet

from saishang.apps.core.models import ActionLogEntry

__all__ = ["entries", "history_of"]


def entries(verb: str | None = None) -> QuerySet[ActionLogEntry]:
    """Entries, newest first, optionally of one verb."""
    found = ActionLogEntry.objects.select_related("actor").order_by("-sequence")
    return found.filter(verb=verb) if verb else found


def history_of(object_type: str, object_id: str) -> QuerySet[ActionLogEntry]:
    """Everything that was done to one object, oldest first."""
    return ActionLogEntry.objects.filter(object_type=object_type, object_id=object_id)
