"""End a person's role on a day (免去); one that has not begun is withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from saishang.apps.organisations.actions.doing import Doing, check_reach, keepers, lock, log, still_kept
from saishang.apps.organisations.models import Membership
from saishang.apps.organisations.refusals import ChangeRefused, NotAllowed, refuse
from saishang.errors import Fault

__all__ = ["end_role", "lay_down"]


def end_role(doing: Doing, membership: int, last: date) -> Membership | None:
    """Permission → check → change → log: `last` is the last day of the role; yesterday ends it at once.

    A role that would begin after `last` is withdrawn: its row goes, since it never held; the log keeps it.

    Returns
    -------
    Membership or None
        None when it was withdrawn.

    Raises
    ------
    NotAllowed
        When the actor could not grant the role.
    ChangeRefused
        Without reason; for a role that is not there or has ended; on a day before yesterday or before a role that has
        begun; not earlier than the end that it has; when it would take the last administrator.
    """
    with transaction.atomic():
        lock()
        row = Membership.objects.select_related("organisation", "user").filter(pk=membership).first()
        if row is None:
            raise ChangeRefused("there is no such role", fix="look at the person's page")
        if (far := check_reach(doing, row.role, row.organisation)) is not None:
            raise NotAllowed(far.message, fix=far.fix)
        faults = doing.faults()
        if row.last is not None and row.last <= last:
            faults.append(Fault("last", f"it ends on {row.last} already; got {last}", "choose an earlier day"))
        if last < doing.today - timedelta(1):
            message = f"expected yesterday or a later day; got {last}"
            faults.append(Fault("last", message, "roles do not end backwards: yesterday ends it at once"))
        if row.first <= doing.today and last < row.first:
            faults.append(Fault("last", f"it began on {row.first}, which is its first day; got {last}",
                                "choose that day or a later one"))  # fmt: skip
        refuse(faults)
        before = keepers(last + timedelta(1))
        if not lay_down(doing, row, last):
            return None
        still_kept(before, last + timedelta(1))
        return row


def lay_down(doing: Doing, row: Membership, last: date, why: Mapping[str, Any] | None = None) -> bool:
    """Change → log, for actions that have checked: True when a role ends on `last`, False when it is withdrawn.

    Parameters
    ----------
    why:
        What the entry of a withdrawal tells beside the organisation.
    """
    code = row.organisation.code
    state = {"organisation": code, "role": row.role, "first": row.first, "last": row.last}
    if row.first > last:
        log(doing, "withdraw_role", row.user, state, {"organisation": code, **(why or {})})
        row.delete()
        return False
    row.last = last
    row.save(update_fields=["last"])
    log(doing, "end_role", row.user, state, state | {"last": last})
    return True
