"""Reads of the action log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Model, Q, QuerySet

from saishang.apps.core.models import ActionLogEntry

__all__ = ["changes_of", "counted", "entries", "history_of", "history_of_any", "logged"]


def entries(verb: str | None = None) -> QuerySet[ActionLogEntry]:
    """Entries, newest first, optionally of one verb."""
    found = ActionLogEntry.objects.select_related("actor").order_by("-sequence")
    return found.filter(verb=verb) if verb else found


def counted(rows: QuerySet[Any], most: int) -> tuple[int, bool]:
    """How many rows there are, at most `most`, and whether that is all: counting on would cost more than the page."""
    found = int(rows.order_by()[: most + 1].count())
    return min(found, most), found <= most


def history_of(object_type: str, object_id: str) -> QuerySet[ActionLogEntry]:
    """Everything that was done to one object, oldest first."""
    return ActionLogEntry.objects.filter(object_type=object_type, object_id=object_id)


def history_of_any(objects: Mapping[str, Collection[str]]) -> QuerySet[ActionLogEntry]:
    """Everything that was done to any of these objects (type → ids), newest first."""
    wanted = Q(pk__in=[])
    for kind, ids in objects.items():
        wanted |= Q(object_type=kind, object_id__in=list(ids))
    return ActionLogEntry.objects.filter(wanted).select_related("actor").order_by("-sequence")


def changes_of(object_type: str) -> QuerySet[ActionLogEntry]:
    """Every entry about objects of a type, oldest first."""
    return ActionLogEntry.objects.filter(object_type=object_type).order_by("sequence")


def logged(verb: str, obj: Model) -> dict[str, Any] | None:
    """What the last entry of a verb about an object says that it became; None without such an entry."""
    found = ActionLogEntry.objects.filter(verb=verb, object_type=obj._meta.label, object_id=str(obj.pk))
    entry = found.order_by("-sequence").first()
    return None if entry is None else entry.after
