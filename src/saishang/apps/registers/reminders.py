"""What of the registers is due, for the offices that keep them: one notice per register and day; words of proposals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from saishang.apps.notices.kinds import (
    DUE,
    Family,
    NoticeKind,
    due_words,
    mark_words,
    register,
    register_family,
)
from saishang.apps.notices.providers import DueThing, Provider, provide
from saishang.apps.organisations import queries as organisations
from saishang.apps.organisations.access import members_who_may
from saishang.apps.organisations.actions.doing import find_organisation
from saishang.rules import Rules, load_rules
from saishang.science.register.figures import Due
from saishang.science.register.kind import Kind

if TYPE_CHECKING:
    from saishang.apps.registers.queries import EntryView

__all__ = ["BUNDLE", "DECIDED", "PROPOSED", "PROVIDER", "SEVERAL", "TERM"]


def _words(params: Mapping[str, Any]) -> tuple[str, str]:
    from saishang.apps.registers.kinds import kind_of

    kind = kind_of(load_rules(settings.CONFIG.rules_overlay), params["register"])
    # A term that the register does not have any more was told of all the same.
    known = {term.id: (term.zh, term.en) for term in kind.terms}
    term = known.get(params["term"], (params["term"] or "办理期限", params["term"] or "term"))
    mark = mark_words(params)
    count = int(params.get("count", 1))
    which = (params["entry"], params["entry"]) if count == 1 else (f"{count} 条", f"{count} entries")
    what = f"{kind.zh} {which[0]} · {term[0]}{mark[0]}", f"{kind.en} {which[1]} · {term[1]}{mark[1]}"
    return due_words(what, params)


def _proposal_words(params: Mapping[str, Any]) -> tuple[str, str]:
    from saishang.apps.registers.kinds import kind_of

    kind = kind_of(load_rules(settings.CONFIG.rules_overlay), params["register"])
    zh = f"{kind.zh} {params['entry']}（第 {params['number']} 号提交）"
    en = f"{kind.en} {params['entry']} (proposal {params['number']})"
    said = {
        "open": ("待审核", "waits for review"), "accepted": ("已通过", "was accepted"),
        "returned": ("被退回", "was returned"),
    }[params["state"]]  # fmt: skip
    return f"{zh}：{said[0]}", f"{en}: {said[1]}"


def _several_words(params: Mapping[str, Any]) -> tuple[str, str]:
    from saishang.apps.registers.kinds import kind_of

    kind, count = kind_of(load_rules(settings.CONFIG.rules_overlay), params["register"]), params["count"]
    said = {"accepted": ("已通过", "accepted"), "returned": ("被退回", "returned")}[params["state"]]
    return f"{kind.zh}：{count} 件提交{said[0]}", f"{kind.en}: {count} proposals were {said[1]}"


def _bundle_words(params: Mapping[str, Any]) -> tuple[str, str]:
    from saishang.apps.registers.kinds import kind_of

    kind = kind_of(load_rules(settings.CONFIG.rules_overlay), params["register"])
    count = int(params["count"])
    said = {
        "open": ("待审核", f"{'waits' if count == 1 else 'wait'} for review"), "accepted": ("已通过", "accepted"),
        "returned": ("被退回", "returned"),
    }[params["state"]]  # fmt: skip
    things = "proposal" if count == 1 else "proposals"
    return (
        f"{kind.zh}第 {params['number']} 批提交：{count} 条{said[0]}",
        f"{kind.en}, batch {params['number']}: {count} {things} {said[1]}",
    )


@dataclass
class _Group:
    """Terms of one register that end on one day, for the people of one office."""

    count: int = 0
    invented: int = 0
    terms: set[str] = field(default_factory=set)
    #: Of the only entry, as long as there is one.
    entry: str = ""
    pk: int = 0


def _due(rules: Rules, first: date, last: date) -> Iterator[DueThing]:
    from saishang.apps.registers.kinds import kinds

    offices = _Offices()
    for kind in kinds(rules).values():
        if not kind.terms or kind.closed:
            continue
        groups: dict[tuple[date, str | None], _Group] = defaultdict(_Group)
        for view, term in _ending(kind, first, last):
            for office in offices.of(kind, view.region):
                group = groups[term.on, office]
                group.count += 1
                group.invented += view.standing.invented
                group.terms.add(term.term)
                group.entry, group.pk = view.key, view.pk
        for (on, office), group in sorted(groups.items(), key=lambda item: (item[0][0], item[0][1] or "")):
            yield _thing(kind, on, office, group)


def _ending(kind: Kind, first: date, last: date) -> Iterator[tuple[EntryView, Due]]:
    """Terms that end in these days, with their entries."""
    from saishang.apps.registers import lists, queries

    wanted = lists.Wanted(overdue=last + timedelta(days=1))
    for row in lists.rows(kind, wanted, "due").iterator(chunk_size=1000):
        view = queries.view_of(row, kind.id)
        for term in queries.due(kind, [view]):
            if first <= term.on <= last:
                yield view, term


class _Offices:
    """Which offices hear of an entry: the owner and the government of the place, where somebody there may propose.

    Where nobody of the owner is, the workshop hears of it (None).
    """

    def __init__(self) -> None:
        self._people: dict[str, bool] = {}

    def of(self, kind: Kind, region: str) -> list[str | None]:
        found: list[str | None] = [kind.owner if kind.owner and self._has_people(kind.owner) else None]
        if kind.owner and region and region != kind.owner and self._has_people(region):
            found.append(region)
        return found

    def _has_people(self, code: str) -> bool:
        if code not in self._people:
            there = organisations.one(code) is not None
            self._people[code] = there and bool(members_who_may("propose_entries", find_organisation(code)))
        return self._people[code]


def _thing(kind: Kind, on: date, office: str | None, group: _Group) -> DueThing:
    """One notice, however many entries it speaks of."""
    if group.count == 1:
        url = reverse("registers-entry", args=[kind.id, group.pk])
    else:
        url = f"{reverse('registers-list', args=[kind.id])}?due={on}"
        url += f"&region={office}" if office and office != kind.owner else ""
    term = group.terms.pop() if len(group.terms) == 1 else ""
    return DueThing(
        TERM.id, ("registers.Register", f"{kind.id}/{office or 'workshop'}"), on, url,
        "edit_registers" if office is None else "propose_entries", organisation=office,
        params={"register": kind.id, "entry": group.entry if group.count == 1 else "", "term": term,
                "count": group.count, "invented": group.invented == group.count},
    )  # fmt: skip


#: A decision is waited for: word of it goes out at once with whoever has not chosen otherwise.
_REVIEW = register_family(Family("registers", "名录审核", "review of registers", "once"))
SEVERAL = register(NoticeKind("registers.several", _REVIEW.id, _several_words))
BUNDLE = register(NoticeKind("registers.bundle", _REVIEW.id, _bundle_words))
PROPOSED = register(NoticeKind("registers.proposed", _REVIEW.id, _proposal_words))
DECIDED = register(NoticeKind("registers.decided", _REVIEW.id, _proposal_words))
TERM = register(NoticeKind("registers.term", DUE.id, _words))
PROVIDER = provide(Provider("registers", _due))
