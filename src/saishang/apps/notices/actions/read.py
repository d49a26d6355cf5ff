"""Mark notices as read; only one's own."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from saishang.apps.notices.actions.notify import NoticeRefused
from saishang.apps.notices.kinds import kinds
from saishang.apps.notices.models import Notice

__all__ = ["mark_all_read", "mark_read"]


def mark_read(person: AbstractBaseUser, number: int) -> Notice:
    """Mark one notice as read, and return it.

    Raises
    ------
    NoticeRefused
        When the person has none of that number; whether somebody else has is not told.
    """
    found = Notice.objects.filter(person=person.pk, pk=number).first()
    if found is None:
        raise NoticeRefused(f"there is no notice {number}", fix="look at the list of your notices")
    if found.read is None:
        Notice.objects.filter(pk=found.pk, read__isnull=True).update(read=timezone.now())
    return found


def mark_all_read(person: AbstractBaseUser, last: int, family: str = "") -> int:
    """Mark the person's notices up to the number `last`, the newest that was seen, as read; returns how many were not.

    What came after the page was made has not been seen, and stays unread.
    """
    rows = Notice.objects.filter(person=person.pk, read__isnull=True, pk__lte=last)
    if family:
        rows = rows.filter(kind__in=[kind.id for kind in kinds().values() if kind.family == family])
    return rows.update(read=timezone.now())
