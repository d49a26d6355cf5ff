"""What search finds of organisations and people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone

from saishang.apps.organisations.actions.doing import Doing, manages
from saishang.apps.organisations.models import Organisation, User
from saishang.apps.organisations.names import name_on
from saishang.apps.organisations.roles import ROLES_IN_ORGANISATIONS
from saishang.apps.search.providers import Document, Provider, Watch, register

__all__ = ["ORGANISATION", "PERSON"]


def _organisations(_keys: Sequence[str] | None) -> Iterator[Document]:
    """Every organisation under its name of today, with all names that it ever bore or will bear."""
    today = timezone.localdate()
    for row in Organisation.objects.prefetch_related("names"):
        names = list(row.names.all())
        now = name_on(names, today)
        own = {now.zh, now.en} if now else set()
        zh = [text for name in names for text in (name.zh, name.short, *name.aliases)]
        en = [name.en for name in names]
        yield Document(
            row.code, now.zh if now else row.code, "organisations-one", {"code": row.code},
            title_en=now.en if now else "", text="；".join(_once([*zh, row.code], own)),
            text_en="; ".join(_once(en, own)),
        )  # fmt: skip


def _once(texts: Sequence[str], left_out: set[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text and text not in left_out]


def _people(keys: Sequence[str] | None) -> Iterator[Document]:
    rows = User.objects.prefetch_related("memberships__organisation__names").order_by("pk")
    if keys is not None:
        rows = rows.filter(pk__in=[int(key) for key in keys])
    today = timezone.localdate()
    for row in rows:
        zh, en, places = [row.username], [row.username], []
        for held in row.memberships.all():
            name = name_on(list(held.organisation.names.all()), today)
            role = ROLES_IN_ORGANISATIONS.get(held.role)
            zh.append(f"{name.zh if name else held.organisation.code}{role.zh if role else held.role}")
            en.append(f"{role.en if role else held.role}, {(name and name.en) or held.organisation.code}")
            places.append(held.organisation_id)
        yield Document(
            str(row.pk), row.display_name or row.username, "people-person", {"pk": row.pk},
            text="；".join(dict.fromkeys([*zh, row.email] if row.email else zh)), text_en="; ".join(dict.fromkeys(en)),
            audience="manage_members", organisations=tuple(dict.fromkeys(places)),
        )  # fmt: skip


def _managed(person: Any, keys: Sequence[str]) -> set[str]:
    """People whose account this person may manage: the page of anybody else does not open."""
    doing = Doing(person, "")
    rows = User.objects.filter(pk__in=[int(key) for key in keys])
    return {str(row.pk) for row in rows if manages(doing, row)}


ORGANISATION = register(
    Provider(
        "organisation", "机构", "Organisations", _organisations,
        watch=(Watch("organisations_organisation", "'*'"), Watch("organisations_organisationname", "'*'")),
        # A name may begin to hold on a day on which nobody changes anything.
        version=lambda: timezone.localdate().isoformat(), place=60,
    )
)  # fmt: skip
PERSON = register(
    Provider(
        "person", "人员", "People", _people,
        watch=(Watch("organisations_user", "id"), Watch("organisations_membership", "user_id")),
        may_open=_managed, audiences=("manage_members",), place=95,
    )
)  # fmt: skip
