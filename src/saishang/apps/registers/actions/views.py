"""Saved views: kept, renamed and shared, deleted, made one's own default. They open nothing that the list does not."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.registers.actions.write import EntryRefused
from saishang.apps.registers.models import OwnDefault, SavedView
from saishang.apps.registers.permits import may_see_inside
from saishang.apps.registers.views import organisations_of, seen
from saishang.science.register.kind import Kind

__all__ = ["change_view", "delete_view", "open_with", "save_view"]

#: Views that one person keeps of one register.
_MOST = 50
_LONGEST_NAME, _LONGEST = 80, 2000


def save_view(
    actor: Any, kind: Kind, name: str, query: str, *, shared: str = "", organisation: str = "",
    address: str | None = None,
) -> SavedView:  # fmt: skip
    """Permission → check → keep → log; a view of the own of that name is replaced.

    Parameters
    ----------
    shared:
        As `SavedView.shared`; `organisation` is the code of the one it is shared with.

    Raises
    ------
    EntryRefused
        When the actor may not see the register, the name is empty or too long, or the actor has no role in the
        organisation.
    """
    _sees(actor, kind)
    name = _name(name)
    if len(query) > _LONGEST:
        raise EntryRefused("the filters of this view are too long", fix="use fewer filters or columns")
    with transaction.atomic():
        row = SavedView.objects.select_for_update().filter(kind=kind.id, owner=actor, name=name).first()
        if row is None and SavedView.objects.filter(kind=kind.id, owner=actor).count() >= _MOST:
            raise EntryRefused(f"one person keeps at most {_MOST} views of a register", fix="delete one first")
        before = None if row is None else _told(row)
        made = row or SavedView(kind=kind.id, owner=actor, name=name)
        made.query = query
        _share(actor, made, shared, organisation)
        return _keep(actor, made, "save_view", before, address)


def change_view(
    actor: Any, kind: Kind, pk: int, *, name: str, shared: str, organisation: str = "", address: str | None = None
) -> SavedView:
    """Permission → lock → check → rename and share → log (Errors: as `save_view`)."""
    with transaction.atomic():
        row = _own(actor, kind, pk)
        before, row.name = _told(row), _name(name)
        if SavedView.objects.filter(kind=kind.id, owner=actor, name=row.name).exclude(pk=pk).exists():
            raise EntryRefused("another view of yours has this name", fix="choose another name", where="name")
        _share(actor, row, shared, organisation)
        return _keep(actor, row, "change_view", before, address)


def delete_view(actor: Any, kind: Kind, pk: int, *, address: str | None = None) -> None:
    """Permission → lock → delete → log; lists that opened with it open with everything again."""
    with transaction.atomic():
        row = _own(actor, kind, pk)
        record(actor, "registers.delete_view", _named(row), _told(row), None, address=address)
        row.delete()


def open_with(actor: Any, kind: Kind, pk: int | None, *, address: str | None = None) -> None:
    """Permission → change → log: with which view the list opens for this person; None = with everything."""
    _sees(actor, kind)
    with transaction.atomic():
        if pk is None:
            OwnDefault.objects.filter(person=actor, kind=kind.id).delete()
        else:
            if not seen(actor, kind).filter(pk=pk).exists():
                raise _absent()
            OwnDefault.objects.update_or_create(person=actor, kind=kind.id, defaults={"view_id": pk})
        told = {"person": actor.get_username(), "view": pk}
        record(actor, "registers.open_with", ("register", kind.id), None, told, address=address)


def _sees(actor: Any, kind: Kind) -> None:
    if not (kind.public or may_see_inside(actor, kind)):
        raise EntryRefused(
            "this account may not see this register", fix="ask the office that keeps it", code="not-permitted"
        )


def _absent() -> EntryRefused:
    return EntryRefused("there is no such view among yours", fix="open it from the list again")


def _own(actor: Any, kind: Kind, pk: int) -> SavedView:
    _sees(actor, kind)
    row = SavedView.objects.select_for_update().filter(kind=kind.id, owner=actor, pk=pk).first()
    if row is None:
        raise _absent()
    return row


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME:
        raise EntryRefused(
            f"a view needs a name of at most {_LONGEST_NAME} characters", fix="give it a short name", where="name"
        )
    return name


def _share(actor: Any, row: SavedView, shared: str, organisation: str) -> None:
    row.shared = shared if shared in ("organisation", "everybody") else ""
    row.organisation = None
    if row.shared == "organisation":
        mine = {one.code: one for one in organisations_of(actor)}
        if organisation not in mine:
            raise EntryRefused(
                "a view is shared with an organisation in which you hold a role", fix="choose one of yours",
                where="organisation",
            )  # fmt: skip
        row.organisation = mine[organisation]


def _keep(actor: Any, row: SavedView, verb: str, before: Any, address: str | None) -> SavedView:
    row.changed_at = timezone.now()
    row.save()
    record(actor, f"registers.{verb}", _named(row), before, _told(row), address=address)
    return row


def _named(row: SavedView) -> tuple[str, str]:
    return "registers.SavedView", f"{row.kind}/{row.pk}"


def _told(row: SavedView) -> dict[str, Any]:
    code = None if row.organisation is None else row.organisation.code
    return {"name": row.name, "query": row.query, "shared": row.shared, "organisation": code}
