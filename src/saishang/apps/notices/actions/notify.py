"""Tell people something, once: a notice for each, and an e-mail for those who want one at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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

__all__ = ["NoticeRefused", "new_mail", "notify"]

_LONGEST = 200
_INSERT = """
insert into notices_notice (person_id, kind, subject_type, subject_id, url, params, key, created, mailing)
select t.person, %s, %s, %s, %s, %s::jsonb, %s, %s, t.mailing
from unnest(%s::bigint[], %s::text[]) as t(person, mailing) order by t.person
on conflict (person_id, key) do nothing
returning id, person_id, mailing
"""


class NoticeRefused(SaishangError):
    """A notice cannot be made, or is not this person's."""

    code = "notice-refused"


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
    told = kind_of(kind)
    parts = urlsplit(url)
    if not url.startswith("/") or url.startswith(("//", "/\\")) or parts.scheme or parts.netloc:
        raise NoticeRefused(f"expected an address within the portal, got {url!r}", fix="begin it with one stroke")
    if not 0 < len(key) <= _LONGEST:
        raise NoticeRefused(
            f"expected a key of 1 to {_LONGEST} characters, got {len(key)}", fix="name subject, part and day"
        )
    moment = now or timezone.now()
    active = {person.pk: person for person in people if person.is_active}
    if not active:
        return 0
    chosen = dict(Preference.objects.filter(person__in=active, family=told.family).values_list("person_id", "mail"))
    # Without an address there is nothing to send to; one that is entered later begins with what comes later.
    mailing = [
        chosen.get(pk, families()[told.family].mail) if getattr(person, "email", "") else "off"
        for pk, person in active.items()
    ]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                _INSERT,
                [kind, *subject, url, json.dumps(dict(params or {}), ensure_ascii=False), key, moment,
                 list(active), mailing],
            )  # fmt: skip
            made = cursor.fetchall()
        _mail_at_once([(number, person) for number, person, wanted in made if wanted == "once"], moment)
    return len(made)


def _mail_at_once(made: list[tuple[int, int]], now: datetime) -> None:
    """One e-mail for all that a person is told before it goes out: it joins one that nobody has begun to send."""
    for number, person in made:
        waiting = Mail.objects.select_for_update(skip_locked=True).filter(person=person, state="queued", attempts=0)
        mail = waiting.first() or Mail.objects.create(**new_mail(person, now))
        Notice.objects.filter(pk=number).update(mail=mail)


def new_mail(person: int, now: datetime) -> dict[str, Any]:
    """What a new e-mail to a person begins with; its Message-ID is the same at every attempt."""
    domain = urlsplit(settings.CONFIG.url).hostname or "localhost"
    return {"person_id": person, "created": now, "next_try": now, "message_id": make_msgid(domain=domain)}
