"""What pages and commands read of organisations and people: the tree of a day, names, members, history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from saishang.apps.core.generations import kept
from saishang.apps.core.models import ActionLogEntry
from saishang.apps.organisations.access import Span, held_on, holding
from saishang.apps.organisations.models import Membership, Organisation, OrganisationName, SignIn, User, open_on
from saishang.apps.organisations.names import name_on, plain
from saishang.apps.organisations.refusals import ChangeRefused

__all__ = [
    "Filter", "OrganisationView", "PeopleFilter", "codes_by_number", "codes_owed", "find", "held_today", "history",
    "members", "names_of", "numbers_within", "one", "open_codes", "open_role", "path_of", "people", "person_history",
    "sign_ins", "tree",
]  # fmt: skip

#: Verbs of the log that tell about a person's place in an organisation.
_ROLE_VERBS = ("organisations.grant_role", "organisations.end_role", "organisations.withdraw_role")


@dataclass(frozen=True)
class OrganisationView:
    """An organisation on a day, with its name of that day."""

    pk: int
    code: str
    kind: str
    zh: str
    en: str
    short: str
    aliases: tuple[str, ...]
    path: str
    depth: int
    parent: str | None
    region: str
    opened: date | None
    closed: date | None
    successor: str | None
    open: bool
    members: int = 0


@dataclass(frozen=True)
class Filter:
    """Which organisations: words in code, names or aliases; kind; a day (today); those that are closed, too."""

    text: str = ""
    kind: str = ""
    on: date | None = None
    closed: bool = False


@dataclass(frozen=True)
class PeopleFilter:
    """Which people: words in names; organisation and below; role; `active` or `inactive`."""

    text: str = ""
    organisation: str = ""
    role: str = ""
    state: str = ""


class _Name(NamedTuple):
    """A row of names; rows of models would be most of the time that a tree of a province takes."""

    first: date | None
    zh: str
    en: str
    short: str
    aliases: Sequence[str]


class _Row(NamedTuple):
    pk: int
    code: str
    kind: str
    parent: int | None
    path: str
    region: str
    position: int
    opened: date | None
    closed: date | None
    successor: int | None


def tree(wanted: Filter | None = None, *, members: bool = False) -> list[OrganisationView]:
    """Organisations of a day in the order of the tree, each after its parent and by rank among its siblings.

    With `members` each says how many people hold a role in it on that day.
    """
    wanted = wanted or Filter()
    day = wanted.on or timezone.localdate()
    if not members:
        return list(_listed(replace(wanted, on=day)))
    return _walked(wanted, day, _people_in(day))


@kept("organisations")
def _listed(wanted: Filter) -> tuple[OrganisationView, ...]:
    return tuple(_walked(wanted, wanted.on or timezone.localdate(), {}))


@kept("organisations")
def _rows() -> tuple[dict[int, _Row], dict[int, list[_Name]]]:
    """Every organisation by its number, and the names that each has borne, the oldest first."""
    fields = ("pk", "code", "kind", "parent", "path", "region", "position", "opened", "closed", "successor")
    rows = {row[0]: _Row(*row) for row in Organisation.objects.order_by("pk").values_list(*fields)}
    names: dict[int, list[_Name]] = {}
    dated = OrganisationName.objects.order_by(F("first").asc(nulls_first=True))
    for number, *said in dated.values_list("organisation", "first", "zh", "en", "short", "aliases"):
        names.setdefault(number, []).append(_Name(*said))
    return rows, names


def _walked(wanted: Filter, day: date, people: Mapping[int, int]) -> list[OrganisationView]:
    rows, names = _rows()
    below: dict[int | None, list[_Row]] = {}
    for row in rows.values():
        below.setdefault(row.parent, []).append(row)
    found: list[OrganisationView] = []

    def walk(parent: int | None, depth: int) -> None:
        for row in sorted(below.get(parent, ()), key=lambda row: (row.position, row.code)):
            view = _view_of(row, rows, names.get(row.pk, []), day, depth, people.get(row.pk, 0))
            if _wanted(view, names.get(row.pk, []), wanted):
                found.append(view)
            walk(row.pk, depth + 1)

    walk(None, 0)
    return found


def _people_in(day: date) -> dict[int, int]:
    """Number of an organisation → how many people hold a role in it on a day."""
    held = Membership.objects.filter(held_on(day)).order_by().values("organisation")
    return dict(held.annotate(people=Count("user", distinct=True)).values_list("organisation", "people"))


def _view_of(
    row: _Row, rows: Mapping[int, _Row], names: Sequence[_Name], day: date, depth: int, people: int
) -> OrganisationView:
    name = name_on(names, day)
    return OrganisationView(
        row.pk, row.code, row.kind, name.zh if name else row.code, name.en if name else "", name.short if name else "",
        tuple(name.aliases) if name else (), row.path, depth, rows[row.parent].code if row.parent else None, row.region,
        row.opened, row.closed, rows[row.successor].code if row.successor else None,
        open_on(row.opened, row.closed, day), people,
    )  # fmt: skip


def _wanted(view: OrganisationView, names: Sequence[_Name], wanted: Filter) -> bool:
    if wanted.kind and view.kind != wanted.kind:
        return False
    if not wanted.closed and not view.open:
        return False
    if not wanted.text:
        return True
    words = plain(wanted.text)
    texts = [view.code, *(text for name in names for text in (name.zh, name.en, name.short, *name.aliases))]
    return any(words in plain(text) for text in texts)


def one(code: str, on: date | None = None) -> OrganisationView | None:
    """An organisation with its name of a day (today); None when there is none with this code."""
    return _one(code, on or timezone.localdate())


@kept("organisations", most=2048)
def _one(code: str, day: date) -> OrganisationView | None:
    rows, names = _rows()
    row = next((row for row in rows.values() if row.code == code), None)
    return None if row is None else _view_of(row, rows, names.get(row.pk, []), day, row.path.count("/") - 2, 0)


def path_of(view: OrganisationView, on: date | None = None) -> list[OrganisationView]:
    """What it is under, the top first, itself left out."""
    found = [one(code, on) for code in view.path.split("/") if code and code != view.code]
    return [above for above in found if above is not None]


def find(text: str, on: date | None = None) -> list[OrganisationView]:
    """Organisations that a written name or code means on a day: by code, else by the day's name or short name, else by
    an alias. A name is compared whole, never by a part of it: 市场监管厅 and 地方金融监督管理局 share words.

    Several of them when the name is not unambiguous; none when nobody bears it.
    """
    day, said = on or timezone.localdate(), plain(text)
    if not said:
        return []
    views = tree(Filter(on=day, closed=True))
    for keys in (_codes, _names, _aliases):
        found = [view for view in views if said in keys(view)]
        alive = [view for view in found if view.open]
        if alive or found:
            return alive or found
    return []


def _codes(view: OrganisationView) -> set[str]:
    return {plain(view.code)}


def _names(view: OrganisationView) -> set[str]:
    return {plain(text) for text in (view.zh, view.en, view.short) if text}


def _aliases(view: OrganisationView) -> set[str]:
    return {plain(alias) for alias in view.aliases}


def names_of(code: str) -> list[OrganisationName]:
    """Every name that an organisation has borne, the newest first."""
    rows = OrganisationName.objects.filter(organisation__code=code)
    return sorted(rows, key=lambda name: name.first or date.min, reverse=True)


def numbers_within(span: Span, below: str = "") -> list[int]:
    """Numbers (not codes) of the organisations that a span covers, in their order; of one and those below it only."""
    return list(_numbers_within(span, below))


@kept("organisations")
def _numbers_within(span: Span, below: str) -> tuple[int, ...]:
    rows, _names = _rows()
    return tuple(pk for pk, row in rows.items() if span.covers(row) and (not below or f"/{below}/" in row.path))


def codes_owed(code: str) -> list[str]:
    """Codes under which a plan may speak of an organisation: its own, and those of what was merged into it."""
    found, waiting = [code], [code]
    while waiting:
        rows = Organisation.objects.filter(successor__code=waiting.pop()).values_list("code", flat=True)
        new = [row for row in rows if row not in found]
        found += new
        waiting += new
    return found


def members(code: str, on: date | None = None, *, past: bool = False) -> list[Membership]:
    """Roles in an organisation that hold on a day (today), by role and name; with `past`, every one there was."""
    rows = Membership.objects.filter(organisation__code=code).select_related("user", "organisation")
    if not past:
        rows = rows.filter(held_on(on or timezone.localdate()))
    return list(rows.order_by("role", "user__display_name", "user__username", "first"))


def held_today(person: User, on: date | None = None) -> list[Membership]:
    """Roles of a person that hold on a day (today), in organisations that exist on it."""
    return list(holding(on or timezone.localdate()).filter(user=person).select_related("organisation"))


def open_codes(on: date) -> dict[str, int]:
    """Code → number of every organisation that exists on a day."""
    alive = Q(closed__isnull=True) | Q(closed__gte=on)
    rows = Organisation.objects.filter(alive, Q(opened__isnull=True) | Q(opened__lte=on))
    return dict(rows.values_list("code", "pk"))


def codes_by_number() -> dict[int, str]:
    """Number → code of every organisation: what counts large tables groups by the number and needs no join."""
    rows, _names = _rows()
    return {pk: row.code for pk, row in rows.items()}


def open_role(username: str, code: str, role: str) -> int:
    """Number of the role that a person holds or will hold in an organisation.

    Raises
    ------
    ChangeRefused
        When there is none.
    """
    rows = Membership.objects.filter(user__username=username, organisation__code=code, role=role)
    rows = rows.filter(Q(last__isnull=True) | Q(last__gte=timezone.localdate())).order_by("first")
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise ChangeRefused("there is no such role", fix="look at the person's page")
    return int(found)


def people(span: Span, wanted: PeopleFilter | None = None, on: date | None = None) -> QuerySet[User]:
    """People who have, had or will have a role within a span; with everything, every account."""
    wanted, day = wanted or PeopleFilter(), on or timezone.localdate()
    rows = User.objects.prefetch_related("memberships__organisation__names").order_by("username")
    if not span.everything:
        inside = Membership.objects.filter(span.filter("organisation"))
        rows = rows.filter(pk__in=inside.values("user"))
    for word in wanted.text.split():
        rows = rows.filter(Q(username__icontains=word) | Q(display_name__icontains=word) | Q(email__icontains=word))
    if wanted.organisation or wanted.role:
        held = Membership.objects.filter(held_on(day)).filter(span.filter("organisation"))
        if wanted.organisation:
            held = held.filter(organisation__path__contains=f"/{wanted.organisation}/")
        if wanted.role:
            held = held.filter(role=wanted.role)
        rows = rows.filter(pk__in=held.values("user"))
    if wanted.state in ("active", "inactive"):
        rows = rows.filter(is_active=wanted.state == "active")
    return rows


def history(code: str) -> QuerySet[ActionLogEntry]:
    """What was done to an organisation and to roles in it, the newest first."""
    found = Organisation.objects.filter(code=code).values_list("pk", flat=True).first()
    own = Q(object_type=Organisation._meta.label, object_id=str(found))
    roles = Q(verb__in=_ROLE_VERBS, after__organisation=code)
    return ActionLogEntry.objects.filter(own | roles).order_by("-sequence")


def person_history(person: User) -> QuerySet[ActionLogEntry]:
    """What was done to a person's account and roles, the newest first."""
    rows = ActionLogEntry.objects.filter(object_type=User._meta.label, object_id=str(person.pk))
    return rows.order_by("-sequence")


def sign_ins(person: User, most: int = 20) -> Sequence[SignIn]:
    """The latest sign-ins of a person, those that hold first."""
    rows: Iterable[SignIn] = SignIn.objects.filter(user=person).order_by("-started")[:200]
    return sorted(rows, key=lambda row: row.ended is not None)[:most]
