"""Give a person a role in an organisation, from a day to a day or open (任用)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q

from saishang.apps.organisations.actions.doing import Doing, check_reach, find_organisation, find_person, lock, log
from saishang.apps.organisations.models import Membership, Organisation, User
from saishang.apps.organisations.refusals import NotAllowed, refuse
from saishang.apps.organisations.roles import ROLES_IN_ORGANISATIONS
from saishang.errors import Fault

__all__ = ["add_role", "grant_role", "role_faults"]


def grant_role(
    doing: Doing, username: str, organisation: str, role: str, *, first: date | None = None, last: date | None = None
) -> Membership:
    """Permission → check → change → log.

    Raises
    ------
    NotAllowed
        When the actor may not manage the people of the organisation.
    ChangeRefused
        Without reason; for a role that is none, or that reaches further than the actor; to oneself; to an account that
        is not active; from a day that has passed, with days out of order, or on which the organisation does not exist;
        for a role that the person holds there on one of these days.
    """
    with transaction.atomic():
        lock()
        where, day = find_organisation(organisation), first or doing.today
        faults = doing.faults() + role_faults(doing, where, role, day)
        person = find_person(username)
        if not isinstance(doing.actor, str) and person.pk == doing.actor.pk:
            faults.append(Fault("username", "nobody grants a role to themself", "ask another administrator"))
        if not person.is_active:
            faults.append(Fault("username", f"the account {person.username} is not active", "activate it first"))
        if last is not None and last < day:
            faults.append(Fault("last", f"expected a day not before {day}; got {last}", "correct the days"))
        if last is not None and where.closed is not None and last > where.closed:
            faults.append(Fault("last", f"{where.code} does not exist on {last}", "choose a day on which it does"))
        held = person.memberships.filter(Q(last__isnull=True) | Q(last__gte=day), organisation=where, role=role)
        if last is not None:
            held = held.filter(first__lte=last)
        if (row := held.first()) is not None:
            until = row.last or "further notice"
            faults.append(Fault("role", f"{person.username} holds this role there from {row.first} to {until}",
                                "end that one first, or choose other days"))  # fmt: skip
        refuse(faults)
        return add_role(doing, person, where, role, day, last)


def role_faults(doing: Doing, where: Organisation, role: str, day: date) -> list[Fault]:
    """What speaks against granting a role in an organisation from a day on.

    Raises
    ------
    NotAllowed
        When the actor may not manage the people there at all.
    """
    if not doing.span("manage_members").covers(where):
        raise NotAllowed(f"this account may not manage the people of {where.code}",
                         fix="ask an administrator of it, or of one above it")  # fmt: skip
    if role not in ROLES_IN_ORGANISATIONS:
        return [Fault("role", f"expected one of {', '.join(ROLES_IN_ORGANISATIONS)}; got {role!r}", "choose one")]
    faults = []
    if (far := check_reach(doing, role, where)) is not None:
        faults.append(far)
    if day < doing.today and not isinstance(doing.actor, str):
        message = f"expected today or a later day; got {day}"
        faults.append(Fault("first", message, "roles do not begin backwards: choose today or a later day"))
    if not where.open_on(day):
        faults.append(Fault("first", f"{where.code} does not exist on {day}", "choose a day on which it does"))
    return faults


def add_role(doing: Doing, person: User, where: Organisation, role: str, first: date, last: date | None) -> Membership:
    """The row and its entry in the log, inside the caller's transaction."""
    made = Membership.objects.create(
        user=person, organisation=where, role=role, first=first, last=last, granted_by=doing.name,
        reason=doing.reason.strip(),
    )  # fmt: skip
    log(doing, "grant_role", person, None, {"organisation": where.code, "role": role, "first": first, "last": last})
    return made
