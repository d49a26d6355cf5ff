"""What every change of organisations and people begins with: who, why, from where; permission; one writer at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.organisations.access import Span, may, reach
from saishang.apps.organisations.models import Membership, Organisation, User
from saishang.apps.organisations.refusals import ChangeRefused, NotAllowed
from saishang.apps.organisations.roles import ROLES_IN_ORGANISATIONS
from saishang.errors import Fault

__all__ = [
    "Doing", "allowed", "check_reach", "find_organisation", "find_person", "heir_of", "keepers", "lock", "log",
    "manages", "open_roles", "still_kept",
]  # fmt: skip

#: One writer of organisations and memberships at a time: checks of the tree see it as it is.
_LOCK = 0x5A15_0005
_LONGEST_REASON = 300


@dataclass(frozen=True)
class Doing:
    """Who changes and why. `actor` is a person, or the name of a command, which may everything."""

    actor: Any
    reason: str
    address: str | None = None

    @property
    def name(self) -> str:
        """How the actor is written down."""
        return self.actor if isinstance(self.actor, str) else str(self.actor.get_username())

    @property
    def today(self) -> date:
        """The day of the change."""
        return timezone.localdate()

    def is_self(self, person: User) -> bool:
        """Whether somebody changes what is their own."""
        return not isinstance(self.actor, str) and self.actor.pk == person.pk

    def span(self, action: str) -> Span:
        """Over what the actor may do an action."""
        return Span(everything=True) if isinstance(self.actor, str) else reach(self.actor, action)

    def faults(self) -> list[Fault]:
        """What is missing of it."""
        if not self.reason.strip():
            return [Fault("reason", "a change of organisations or people needs a reason; got none",
                          "say why, with the document that decides it")]  # fmt: skip
        if len(self.reason.strip()) > _LONGEST_REASON:
            message = f"expected a reason of at most {_LONGEST_REASON} characters; got {len(self.reason.strip())}"
            return [Fault("reason", message, "say it shorter, and name the document")]
        return []


def lock() -> None:
    """Take the one place of a writer, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def allowed(doing: Doing, action: str, organisation: Organisation | None) -> None:
    """Permission over one organisation.

    Raises
    ------
    NotAllowed
        When the actor may not.
    """
    if isinstance(doing.actor, str) or may(doing.actor, action, organisation):
        return
    where = organisation.code if organisation is not None else "an organisation outside the tree"
    raise NotAllowed(f"this account may not change {where}", fix="ask an administrator of it, or of one above it")


def check_reach(doing: Doing, role: str, organisation: Organisation) -> Fault | None:
    """Whether the actor may grant or end a role there: never what reaches further than the actor's own reach."""
    span = doing.span("manage_members")
    if span.everything:
        return None
    if not span.covers(organisation):
        return Fault("organisation", f"this account may not manage the people of {organisation.code}",
                     "ask an administrator of it, or of one above it")  # fmt: skip
    far = set(ROLES_IN_ORGANISATIONS[role].grants.values())
    if "all" in far:
        return Fault("role", f"the role {role} reaches further than this account: it reaches everybody",
                     "ask an administrator of the system")  # fmt: skip
    if "below" in far and not span.covers_all_below(organisation):
        return Fault("role", f"the role {role} reaches further than this account: it reaches what is below",
                     "ask an administrator of an organisation above")  # fmt: skip
    return None


def open_roles(person: User, today: date) -> list[Membership]:
    """Roles of a person that hold today or will hold."""
    return list(person.memberships.filter(Q(last__isnull=True) | Q(last__gte=today)).select_related("organisation"))


def manages(doing: Doing, person: User) -> bool:
    """Whether the actor may manage the account of a person: whoever can take an account over can do what it can.

    Therefore every role that the person holds must be one that the actor could grant, and a post in the data workshop
    asks for an administrator of the system. Without an open role the past ones decide.
    """
    if doing.span("manage_members").everything:
        return True
    if person.is_superuser or person.role != "member":
        return False
    held = open_roles(person, doing.today) or list(person.memberships.select_related("organisation"))
    return bool(held) and all(check_reach(doing, row.role, row.organisation) is None for row in held)


def keepers(on: date) -> tuple[set[int], set[int]]:
    """People who keep the system, and those who are administrators of a whole tree, on a day."""
    system = User.objects.filter(is_active=True).filter(Q(role="admin") | Q(is_superuser=True))
    whole = Membership.objects.filter(
        Q(last__isnull=True) | Q(last__gte=on), role="administrator", first__lte=on, user__is_active=True,
        organisation__parent__isnull=True,
    )  # fmt: skip
    return set(system.values_list("pk", flat=True)), set(whole.values_list("user_id", flat=True))


def still_kept(before: tuple[set[int], set[int]], on: date) -> None:
    """Refuse, inside the transaction of the change, when it takes the last administrator.

    Raises
    ------
    ChangeRefused
        When there was an administrator of the system, or of the whole tree, and there would be none.
    """
    after = keepers(on)
    for held, left, what in zip(before, after, ("the system", "the whole tree"), strict=True):
        if held and not left:
            raise ChangeRefused(
                f"this would take the last administrator of {what}", fix="make somebody else administrator first"
            )


def find_organisation(code: str) -> Organisation:
    """An organisation by its code.

    Raises
    ------
    ChangeRefused
        When there is none.
    """
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise ChangeRefused(f"expected the code of an organisation; got {code!r}", fix="look at /organisations/")
    return found


def heir_of(code: str, on: date) -> tuple[Organisation, Organisation]:
    """An organisation that is no more on a day, and the one that goes on with what it owed (through further mergers).

    Raises
    ------
    ChangeRefused
        When there is none, while it exists, or when nobody follows it.
    """
    found = find_organisation(code)
    if found.closed is None or found.closed >= on:
        raise ChangeRefused(f"{code} exists on {on}: what it owes stays with it", fix="close or merge it first")
    heir = found
    while heir.closed is not None and heir.closed < on and heir.successor is not None:
        heir = heir.successor
    if not heir.open_on(on):
        raise ChangeRefused(f"nobody follows {code}", fix="change the owner of each item instead")
    return found, heir


def find_person(username: str) -> User:
    """A person by the name of the account.

    Raises
    ------
    ChangeRefused
        When there is none.
    """
    found = User.objects.filter(username=username.strip()).first()
    if found is None:
        message = f"expected the name of an account; got {username!r}"
        raise ChangeRefused(message, fix="look at /people/",
                            faults=[Fault("username", message, "look at /people/")])  # fmt: skip
    return found


def log(
    doing: Doing, verb: str, obj: models.Model, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> None:
    """One entry of the action log."""
    record(doing.actor, f"organisations.{verb}", obj, before, after, doing.reason.strip(), address=doing.address)
