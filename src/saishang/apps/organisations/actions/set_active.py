"""Deactivate a person's account, which ends every session at once, and activate it again (停用, 启用)."""

from __future__ import annotations

from django.db import transaction

from saishang.apps.organisations.actions.doing import Doing, find_person, keepers, lock, log, manages, still_kept
from saishang.apps.organisations.actions.end_sign_in import end_all
from saishang.apps.organisations.models import User
from saishang.apps.organisations.refusals import ChangeRefused, NotAllowed, refuse
from saishang.errors import Fault

__all__ = ["activate", "deactivate", "managed_person"]


def managed_person(doing: Doing, username: str) -> User:
    """A person whose account the actor may manage.

    Raises
    ------
    NotAllowed
        When the person's roles reach further than the actor, or lie elsewhere.
    """
    person = find_person(username)
    if not manages(doing, person):
        raise NotAllowed(
            f"this account may not manage {person.username}: a role of that person lies outside, or reaches further",
            fix="ask an administrator above, or of the system",
        )
    return person


def deactivate(doing: Doing, username: str) -> User:
    """Permission → check → change → log: no sign-in any more, every session ends; roles and history stay.

    Raises
    ------
    NotAllowed, ChangeRefused
        As `managed_person`; without reason; oneself; when it is not active; when it would take the last administrator.
    """
    with transaction.atomic():
        lock()
        person = managed_person(doing, username)
        faults = doing.faults()
        if doing.is_self(person):
            faults.append(Fault("reason", "nobody deactivates their own account", "ask another administrator"))
        if not person.is_active:
            faults.append(Fault("reason", f"the account {person.username} is not active", "nothing is to be done"))
        refuse(faults)
        before = keepers(doing.today)
        person.is_active = False
        person.save(update_fields=["is_active"])
        still_kept(before, doing.today)
        ended = end_all(person, "deactivated")
        log(doing, "deactivate", person, {"active": True}, {"active": False, "sessions_ended": ended})
    return person


def activate(doing: Doing, username: str) -> User:
    """Permission → check → change → log.

    Raises
    ------
    NotAllowed, ChangeRefused
        As `managed_person`; without reason; when it is active.
    """
    with transaction.atomic():
        lock()
        person = managed_person(doing, username)
        refuse(doing.faults())
        if person.is_active:
            raise ChangeRefused(f"the account {person.username} is active", fix="nothing is to be done")
        person.is_active = True
        person.save(update_fields=["is_active"])
        log(doing, "activate", person, {"active": False}, {"active": True})
    return person
