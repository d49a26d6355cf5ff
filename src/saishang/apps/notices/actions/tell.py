"""Tell whoever has to go on with something, or waited for it, that it has come to them (办理通知)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saishang.apps.notices.actions.notify import notify
from saishang.apps.organisations.access import nearest_who_may

__all__ = ["tell_who_may"]


def tell_who_may(
    actor: object, action: str, organisation: Any, kind: str, key: str, params: Mapping[str, Any], *,
    subject: tuple[str, str], url: str,
) -> int:  # fmt: skip
    """Tell the people nearest to an organisation who may do an action, but not the one who has just acted.

    Within the caller's transaction, as `notify`: what is rolled back was never told.

    Parameters
    ----------
    action:
        Of `organisations.roles`: what they may do next, or by what they are concerned.
    """
    people = [person for person in nearest_who_may(action, organisation) if person != actor]
    return notify(people, kind, key, params, subject=subject, url=url)
