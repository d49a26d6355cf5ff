"""One e-mail a day for everything unread that a person wants to hear of daily."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from saishang.apps.notices.actions.notify import new_mail
from saishang.apps.notices.models import Mail, Notice

__all__ = ["make_digests"]


def make_digests(now: datetime | None = None) -> int:
    """Queue an e-mail for everybody with unread notices for the day; doing it again queues nothing. How many."""
    moment, made = now or timezone.now(), 0
    waiting = Notice.objects.filter(mailing="daily", mail__isnull=True, read__isnull=True)
    for person in list(waiting.order_by("person").values_list("person", flat=True).distinct()):
        with transaction.atomic():
            # Locked: a second digest at the same time finds them taken, or waits and finds none.
            mine = list(waiting.filter(person=person).select_for_update().values_list("pk", flat=True))
            if not mine:
                continue
            mail = Mail.objects.create(**new_mail(person, moment))
            Notice.objects.filter(pk__in=mine).update(mail=mail)
            made += 1
    return made
