"""Tell people something, once: a notice for each, and an e-mail for those who want one at once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils import timezone

from saishang.apps.notices.kinds import families, kind_of
from saishang.apps.notices.models import Mail, Notice, Preference
from saishang.errors import SaishangError

__all__ = ["NoticeRefused", "Telling", "new_mail", "notify", "notify_all"]

_LONGEST = 200
_INSERT = """
insert into notices_notice
  (person_id, kind, subject_type, subject_id, url, params, key, created, mailing)
select t.person, t.kind, t.subject_type, t.subject_id, t.url, t.params::jsonb, t.key, %s, t.mailing
from unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
  as t(person, kind, subject_type, subject_id, url, params, key, mailing)
order by t.person, t.key
on conflict (person_id, key) do nothing
returning id, person_id, mailing
"""


class NoticeRefused(SaishangError):
    """A notice cannot be made, or is not this person's."""

    code = "notice-refused"


@dataclass(frozen=True)
class Telling:
    """What people are to be told; the arguments of `notify`.

    Raises
    ------
    SaishangError, NoticeRefused
        As `notify`.
    """

    people: Sequence[AbstractBaseUser]
    kind: str
    key: str
    subject: tuple[str, str]
    url: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kind_of(self.kind)
        parts = urlsplit(self.url)
        if not self.url.startswith("/") or self.url.startswith(("//", "/\\")) or parts.scheme or parts.netloc:
            raise NoticeRefused(
                f"expected an address within the portal, got {self.url!r}", fix="begin it with one stroke"
            )
        if not 0 < len(self.key) <= _LONGEST:
            raise NoticeRefused(
                f"expected a key of 1 to {_LONGEST} characters, got {len(self.key)}", fix="name subject, part and day"
            )


def notify(
    people: Iterable[AbstractBaseUser], kind: str, key: str, params: Mapping[str, Any] | None = None, *,
    subject: tuple[str, str], url: str, now: datetime | None = None,
) -> int:  # fmt: skip
    """Tell people something; whoever has been told under the same key is not told again. Returns how many were told.

    The caller chooses people who may see the subject (`access.members_who_may`): nothing is checked here. Everything
    is written within the caller's transaction; what is rolled back was never told. The action log has no entry of it:
    it has one of what the notice speaks of.

    Parameters
    ----------
    key: what makes it the same notice, for example `registers/outfalls/12/survey/2026-12-31/-3`.
    params: from which the kind makes the words; nothing that the reader may not see.
    subject: type and id of the thing, as the action log names objects.
    url: where it leads, an address within the portal.

    Raises
    ------
    SaishangError
        For a kind that nobody has declared.
    NoticeRefused
        For a key that is empty or longer than 200 characters, and an address that leads out of the portal.
    """
    return notify_all([Telling(tuple(people), kind, key, subject, url, params or {})], now)


def notify_all(tellings: Iterable[Telling], now: datetime | None = None) -> int:
    """Several things at once, in as many questions to the database as one; returns how many notices were made."""
    moment = now or timezone.now()
    rows: dict[tuple[int, str], list[Any]] = {}
    wanted = _Mailing([telling for telling in tellings if telling.people])
    for telling in wanted.tellings:
        params = json.dumps(dict(telling.params), ensure_ascii=False)
        for person in telling.people:
            if person.is_active:
                rows[person.pk, telling.key] = [
                    person.pk, telling.kind, *telling.subject, telling.url, params, telling.key,
                    wanted.of(person, telling.kind),
                ]  # fmt: skip
    if not rows:
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [moment, *(list(column) for column in zip(*rows.values(), strict=True))])
            made = cursor.fetchall()
        at_once: dict[int, list[int]] = defaultdict(list)
        for number, person, mailing in made:
            if mailing == "once":
                at_once[person].append(number)
        _mail_at_once(at_once, moment)
    return len(made)


class _Mailing:
    """What people have chosen of the families of some tellings."""

    def __init__(self, tellings: list[Telling]) -> None:
        self.tellings = tellings
        rows = Preference.objects.filter(
            person__in={person.pk for telling in tellings for person in telling.people},
            family__in={kind_of(telling.kind).family for telling in tellings},
        )
        self._chosen = {(row.person_id, row.family): row.mail for row in rows} if tellings else {}

    def of(self, person: AbstractBaseUser, kind: str) -> str:
        # Without an address there is nothing to send to; one that is entered later begins with what comes later.
        if not getattr(person, "email", ""):
            return "off"
        family = kind_of(kind).family
        return self._chosen.get((person.pk, family), families()[family].mail)


def _mail_at_once(made: Mapping[int, list[int]], now: datetime) -> None:
    """One e-mail for all that a person is told before it goes out: it joins one that nobody has begun to send."""
    for person, numbers in made.items():
        waiting = Mail.objects.select_for_update(skip_locked=True).filter(person=person, state="queued", attempts=0)
        mail = waiting.first() or Mail.objects.create(**new_mail(person, now))
        Notice.objects.filter(pk__in=numbers).update(mail=mail)


def new_mail(person: int, now: datetime) -> dict[str, Any]:
    """What a new e-mail to a person begins with; its Message-ID is the same at every attempt."""
    domain = urlsplit(settings.CONFIG.url).hostname or "localhost"
    return {"person_id": person, "created": now, "next_try": now, "message_id": make_msgid(domain=domain)}
