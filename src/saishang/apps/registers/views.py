"""Reads of saved views: which ones somebody sees, and with which one a list opens."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from saishang.apps.organisations.queries import held_today
from saishang.apps.registers.models import OwnDefault, SavedView
from saishang.science.register.kind import Kind

__all__ = ["default_of", "organisations_of", "seen"]


def organisations_of(person: Any) -> list[Any]:
    """Organisations in which somebody holds a role today, for the choice with whom a view is shared."""
    if not getattr(person, "is_authenticated", False):
        return []
    found = {row.organisation_id: row.organisation for row in held_today(person)}
    return list(found.values())


def seen(person: Any, kind: Kind) -> QuerySet[SavedView]:
    """Views of a register that somebody sees: the own first, then those that are shared, by name."""
    mine = Q(shared="everybody")
    if getattr(person, "is_authenticated", False):
        mine |= Q(owner=person) | Q(shared="organisation", organisation__in=organisations_of(person))
    return SavedView.objects.filter(mine, kind=kind.id).select_related("owner", "organisation").order_by("name", "pk")


def default_of(person: Any, kind: Kind) -> SavedView | None:
    """The view with which the list opens for somebody, as long as that person sees it."""
    if not getattr(person, "is_authenticated", False):
        return None
    row = OwnDefault.objects.filter(person=person, kind=kind.id).first()
    return None if row is None else seen(person, kind).filter(pk=row.view_id).first()
