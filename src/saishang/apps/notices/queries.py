"""Reads for pages: a person's notices with their words, how many are unread, what is chosen, e-mails on their way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, QuerySet

from saishang.apps.notices.kinds import families, kinds, words_of
from saishang.apps.notices.models import Mail, Notice, Preference

__all__ = ["MOST_COUNTED", "NoticeView", "mails", "notices", "preferences", "unread", "views"]

#: Beyond this the bell only says that there are more: counting must stay cheap.
MOST_COUNTED = 99


@dataclass(frozen=True)
class NoticeView:
    """A notice with its words."""

    id: int
    family: str
    zh: str
    en: str
    created: datetime
    read: datetime | None


def unread(person: AbstractBaseUser) -> int:
    """How many notices a person has not read, at most one more than `MOST_COUNTED`; one query over an index."""
    return Notice.objects.filter(person=person.pk, read__isnull=True).order_by()[: MOST_COUNTED + 1].count()


def notices(person: AbstractBaseUser, *, only_unread: bool = False, family: str = "") -> QuerySet[Notice]:
    """A person's own notices, the newest first."""
    rows = Notice.objects.filter(person=person.pk).order_by("-pk")
    if only_unread:
        rows = rows.filter(read__isnull=True)
    if family:
        rows = rows.filter(kind__in=[kind.id for kind in kinds().values() if kind.family == family])
    return rows


def views(rows: Sequence[Notice]) -> list[NoticeView]:
    """Notices with their words."""
    found = []
    for row in rows:
        kind = kinds().get(row.kind)
        zh, en = words_of(row.kind, row.params)
        found.append(NoticeView(row.pk, kind.family if kind else "", zh, en, row.created, row.read))
    return found


def preferences(person: AbstractBaseUser) -> dict[str, str]:
    """Family → off, once or daily, as chosen or by the family's default."""
    chosen = dict(Preference.objects.filter(person=person.pk).values_list("family", "mail"))
    return {family.id: chosen.get(family.id, family.mail) for family in families().values()}


def mails(state: str = "") -> QuerySet[Mail]:
    """E-mails, the newest first, with their person and the number of notices they speak of."""
    rows = Mail.objects.select_related("person").annotate(speaks_of=Count("notices")).order_by("-pk")
    return rows.filter(state=state) if state else rows
