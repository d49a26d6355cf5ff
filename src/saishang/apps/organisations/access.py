"""Who may do what to whose things: the one predicate, and the same as a filter for lists.

Both read `roles.ROLES_IN_ORGANISATIONS` and the memberships that hold on a day; a page that shows a button and the
query behind a list can therefore not disagree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.db.models import Q, QuerySet
from django.utils import timezone

from saishang.apps.core.generations import kept
from saishang.apps.organisations.models import ROLES, Membership, Organisation, User
from saishang.apps.organisations.roles import ACTIONS, ROLES_IN_ORGANISATIONS, Reach, reaches

__all__ = [
    "Placed",
    "Span",
    "account_of",
    "held_on",
    "holding",
    "holds_everywhere",
    "may",
    "members_who_may",
    "nearest_who_may",
    "people_who_hold",
    "reach",
    "reaches_over",
    "roles_held",
]


class Placed(Protocol):
    """What has a place in the tree: an organisation, or what `queries` tells of one."""

    @property
    def path(self) -> str:
        """`/code/code/…/` from the root to itself."""


@dataclass(frozen=True)
class Span:
    """Over which organisations somebody may do something.

    Attributes
    ----------
    everything:
        All of them, and what belongs to none.
    below:
        Paths of organisations: these and everything under them.
    own:
        Paths of organisations: these alone.
    """

    everything: bool = False
    below: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    @property
    def nothing(self) -> bool:
        """Whether nothing at all is covered."""
        return not (self.everything or self.below or self.own)

    def covers(self, organisation: Placed | None) -> bool:
        """Whether a thing of this organisation is covered; a thing of none only by everything."""
        if self.everything:
            return True
        if organisation is None:
            return False
        return organisation.path in self.own or self.covers_all_below(organisation)

    def covers_all_below(self, organisation: Placed) -> bool:
        """Whether everything under an organisation, with itself, is covered now and whatever comes below it later."""
        return self.everything or any(organisation.path.startswith(path) for path in self.below)

    def filter(self, field: str = "organisation") -> Q:
        """The same as a condition over rows whose `field` is their organisation (empty: rows are organisations)."""
        if self.everything:
            return Q()
        name = f"{field}__path" if field else "path"
        found = Q(pk__in=[])
        if self.own:
            found |= Q(**{f"{name}__in": sorted(self.own)})
        for path in sorted(self.below):
            found |= Q(**{f"{name}__startswith": path})
        return found


def reach(person: object, action: str, on: date | None = None) -> Span:
    """Over which organisations a person may do an action on a day (today).

    Raises
    ------
    KeyError
        For an action that is in no list: a slip in the code must not pass for a refusal.
    """
    return reaches_over(person, (action,), on)[action]


def reaches_over(person: object, actions: Collection[str], on: date | None = None) -> dict[str, Span]:
    """The same for several actions at once, with one look at the memberships.

    Raises
    ------
    KeyError
        As above.
    """
    if unknown := sorted(set(actions) - set(ACTIONS)):
        raise KeyError(unknown[0])
    if not isinstance(person, User) or not person.is_active:
        return dict.fromkeys(actions, Span())
    # A post in the data workshop holds what it holds for everybody.
    held = ROLES.get(person.role, frozenset())
    found = {action: Span(everything=True) for action in actions if person.is_superuser or action in held}
    if len(found) == len(set(actions)):
        return found
    mine = roles_held(person, on or timezone.localdate())
    for action in actions:
        if action not in found:
            found[action] = _span(mine, action)
    return found


def _span(held: Iterable[tuple[str, str]], action: str) -> Span:
    below, own = set(), set()
    for role, path in held:
        far = reaches(role, action)
        if far == "all":
            return Span(everything=True)
        if far == "below":
            below.add(path)
        elif far == "own":
            own.add(path)
    return Span(below=frozenset(below), own=frozenset(own))


def roles_held(person: User, day: date) -> list[tuple[str, str]]:
    """Roles of a person on a day, each with the path of its organisation."""
    return list(_held(person.pk, day))


@kept("roles", "organisations", most=4096)
def _held(person: int, day: date) -> tuple[tuple[str, str], ...]:
    return tuple(holding(day).filter(user=person).values_list("role", "organisation__path"))


def account_of(person: object) -> str:
    """Name of a person's account, by which rows remember who acted; empty for nobody."""
    return person.get_username() if isinstance(person, User) else ""


def may(person: object, action: str, organisation: Placed | None, on: date | None = None) -> bool:
    """Whether a person may do an action to a thing of an organisation (None: of nobody) on a day (today)."""
    return reach(person, action, on).covers(organisation)


def holds_everywhere(person: User, action: str, on: date | None = None) -> bool:
    """Whether a membership grants the action for everything; False for words that are no action of organisations."""
    return action in ACTIONS and reach(person, action, on).everything


def members_who_may(action: str, organisation: Organisation, on: date | None = None) -> list[User]:
    """People who may do an action to things of an organisation, whom a notice has to reach; by name."""
    people = {row.user_id: row.user for row in _rows_that_reach(action, organisation, on)}
    return sorted(people.values(), key=lambda user: user.username)


def nearest_who_may(action: str, organisation: Organisation, on: date | None = None) -> list[User]:
    """Of the people who may do an action to things of an organisation those who are nearest to it; by name.

    People of the organisation itself, or else of the one above, and so on; those who reach everybody only where there
    is nobody else. A reminder goes to whoever does the work, not to everybody above who could.
    """
    groups: dict[int, dict[int, User]] = {}
    for row in _rows_that_reach(action, organisation, on):
        everybody = reaches(row.role, action) == "all"
        near = -1 if everybody else row.organisation.path.count("/")
        groups.setdefault(near, {})[row.user_id] = row.user
    people = groups[max(groups)] if groups else {}
    return sorted(people.values(), key=lambda user: user.username)


def _rows_that_reach(action: str, organisation: Organisation, on: date | None) -> list[Membership]:
    """Memberships of people with open accounts by which an action may be done to things of an organisation on a day."""
    day = on or timezone.localdate()
    reached: dict[Reach, list[str]] = {"own": [], "below": [], "all": []}
    for role in ROLES_IN_ORGANISATIONS:
        far = reaches(role, action)
        if far is not None:
            reached[far].append(role)
    codes = [code for code in organisation.path.split("/") if code]
    rows = holding(day).filter(
        Q(role__in=reached["own"], organisation=organisation)
        | Q(role__in=reached["below"], organisation__code__in=codes)
        | Q(role__in=reached["all"])
    )
    return list(rows.filter(user__is_active=True).select_related("user", "organisation"))


def people_who_hold(permission: str, on: date | None = None) -> list[User]:
    """People who hold a permission for everything, by their post or by a role that reaches all; by name.

    Keepers of the system that have no such post could do it, too: it is not theirs to do.
    """
    roles = [role for role in ROLES_IN_ORGANISATIONS if reaches(role, permission) == "all"]
    posts = [post for post, held in ROLES.items() if permission in held]
    members = holding(on or timezone.localdate()).filter(role__in=roles).values("user")
    return list(User.objects.filter(Q(role__in=posts) | Q(pk__in=members), is_active=True).order_by("username"))


def holding(day: date) -> QuerySet[Membership]:
    """Memberships that hold on a day, in organisations that exist on it."""
    exists = Q(organisation__closed__isnull=True) | Q(organisation__closed__gte=day)
    return Membership.objects.filter(held_on(day), exists)


def held_on(day: date, prefix: str = "") -> Q:
    """The condition that a membership's own days hold a day; `prefix` where rows are not memberships."""
    return (Q(**{f"{prefix}last__isnull": True}) | Q(**{f"{prefix}last__gte": day})) & Q(**{f"{prefix}first__lte": day})
