"""Choose what comes by e-mail: off, at once or daily, family by family."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from saishang.apps.core.actions import record
from saishang.apps.notices.actions.notify import NoticeRefused
from saishang.apps.notices.kinds import families
from saishang.apps.notices.models import MAILING, Preference
from saishang.apps.notices.queries import preferences

__all__ = ["choose"]


def choose(person: AbstractBaseUser, wanted: Mapping[str, str], *, address: str | None = None) -> None:
    """Check → change → log of one's own choices; families that are not named stay as they are.

    Raises
    ------
    NoticeRefused
        For a family or a choice that there is not.
    """
    for family, mail in wanted.items():
        if family not in families() or mail not in MAILING:
            raise NoticeRefused(
                f"expected off, once or daily for a family of notices, got {mail!r} for {family!r}",
                fix=f"choose for {', '.join(families())}",
            )
    with transaction.atomic():
        before = preferences(person)
        changed = {family: mail for family, mail in wanted.items() if before[family] != mail}
        if not changed:
            return
        for family, mail in changed.items():
            Preference.objects.update_or_create(person_id=person.pk, family=family, defaults={"mail": mail})
        record(
            person, "notices.choose", person, {family: before[family] for family in changed}, changed, address=address
        )
