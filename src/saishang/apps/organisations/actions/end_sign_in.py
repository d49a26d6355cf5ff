"""End sign-ins (sessions): one's own on another device, or all of a person."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.organisations.models import SignIn, User
from saishang.apps.organisations.refusals import ChangeRefused

__all__ = ["begin_sign_in", "end_all", "end_one"]

#: How often the time of the last page is written down; a row per page would be a row per click.
SEEN_EVERY = 60


def begin_sign_in(person: User, way: str, address: str | None, device: str) -> SignIn:
    """Write down that a person has signed in."""
    now = timezone.now()
    return SignIn.objects.create(
        user=person, started=now, seen=now, address=address or None, device=device[:200], way=way
    )


def end_all(person: User, why: str, *, but: int | None = None) -> int:
    """End every sign-in of a person, but for one; how many. The caller logs the change that it belongs to."""
    rows = SignIn.objects.filter(user=person, ended__isnull=True)
    if but is not None:
        rows = rows.exclude(pk=but)
    return rows.update(ended=timezone.now(), end_reason=why)


def end_one(person: User, sign_in: int, address: str | None = None) -> SignIn:
    """Permission (one's own) → check → change → log.

    Raises
    ------
    ChangeRefused
        When it is not the person's own, or has ended.
    """
    with transaction.atomic():
        row = SignIn.objects.select_for_update().filter(pk=sign_in, user=person, ended__isnull=True).first()
        if row is None:
            raise ChangeRefused("this sign-in is not one of yours, or has ended", fix="look at the list again")
        row.ended, row.end_reason = timezone.now(), "ended"
        row.save(update_fields=["ended", "end_reason"])
        record(person, "organisations.end_sign_in", person, {"sign_in": row.pk, "started": row.started}, None,
               address=address)  # fmt: skip
    return row
