"""Close an organisation, or merge it into another one (撤销, 合并): nothing is deleted, its roles end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from saishang.apps.organisations.actions.doing import Doing, allowed, find_organisation, keepers, lock, log, still_kept
from saishang.apps.organisations.actions.end_role import lay_down
from saishang.apps.organisations.models import Organisation
from saishang.apps.organisations.refusals import refuse
from saishang.errors import Fault

__all__ = ["Closing", "close_organisation"]


@dataclass(frozen=True)
class Closing:
    """What closing did: roles that end on the last day, and roles that were to begin later and never will."""

    organisation: Organisation
    last: date
    ended: tuple[str, ...]
    withdrawn: tuple[str, ...]


def close_organisation(doing: Doing, code: str, day: date, successor: str = "") -> Closing:
    """Permission → check → change → log: from `day` on it does not exist; its last day is the one before.

    Roles in it end on that last day and those that would begin later are withdrawn; both are told. With a successor
    (合并) what it owes is the successor's from `day` on.

    Raises
    ------
    ChangeRefused
        Without permission over the organisation above (and over the successor) or reason; for the top of the tree; on
        a day that has passed, or before it opened; when it is closed already; while something below it is open; for a
        successor that is itself, below it, or does not exist on that day; when a role in it begins on the day.
    """
    with transaction.atomic():
        lock()
        found = find_organisation(code)
        heir = find_organisation(successor) if successor else None
        allowed(doing, "manage_organisations", found.parent if found.parent is not None else found)
        if heir is not None:
            allowed(doing, "manage_organisations", heir)
        before, last = keepers(day), day - timedelta(1)
        refuse(doing.faults() + _faults(doing, found, day, last, heir))
        open_rows = found.memberships.filter(Q(last__isnull=True) | Q(last__gt=last)).select_related("user")
        ended: list[str] = []
        withdrawn: list[str] = []
        for row in open_rows:
            told = f"{row.user.username} ({row.role})"
            (ended if lay_down(doing, row, last, {"closed": last}) else withdrawn).append(told)
        found.closed, found.successor = last, heir
        found.save(update_fields=["closed", "successor"])
        still_kept(before, day)
        log(doing, "close", found, {"closed": None, "successor": None}, {
            "organisation": code, "closed": last, "successor": heir.code if heir else None, "ended": ended,
            "withdrawn": withdrawn,
        })  # fmt: skip
    return Closing(found, last, tuple(ended), tuple(withdrawn))


def _faults(doing: Doing, found: Organisation, day: date, last: date, heir: Organisation | None) -> list[Fault]:
    faults: list[Fault] = []
    if found.parent_id is None:
        faults.append(Fault("day", "the top of the tree cannot be closed", "close what is below it"))
    if found.closed is not None:
        return [*faults, Fault("day", f"it is closed already; its last day is {found.closed}", "nothing is to be done")]
    if day < doing.today:
        message = f"expected today or a later day; got {day}"
        faults.append(Fault("day", message, "roles do not end backwards: choose today or a later day"))
    if found.opened is not None and last < found.opened:
        faults.append(Fault("day", f"expected a day after {found.opened}, on which it opened; got {day}",
                            "choose a later day"))  # fmt: skip
    below = found.children.filter(Q(closed__isnull=True) | Q(closed__gt=last)).order_by("position", "code")
    if names := [child.code for child in below]:
        faults.append(Fault("day", f"below it are still open: {', '.join(names[:10])}", "move or close these first"))
    begins = found.memberships.filter(first__gt=last, first__lte=doing.today).select_related("user")
    if begun := [f"{row.user.username} ({row.role})" for row in begins]:
        faults.append(Fault("day", f"a role in it has begun on or after the day: {', '.join(begun[:10])}",
                            "choose a later day"))  # fmt: skip
    if heir is not None:
        if heir.path.startswith(found.path):
            faults.append(Fault("successor", f"{heir.code} is {found.code} itself or below it", "choose another one"))
        elif not heir.open_on(day):
            faults.append(Fault("successor", f"{heir.code} does not exist on {day}", "choose one that does"))
    return faults
