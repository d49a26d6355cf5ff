"""Who may see, propose and review entries of a register: the one place that says it.

The workshop's post (`edit_registers`) writes at once. Of a register that an office keeps (`Kind.owner`), people of that
office, and of the government of the region in which a thing lies, propose what is to be entered; people who review
for the office decide. Nobody decides what he proposed himself. A register without an owner is the workshop's alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from saishang.apps.organisations import access
from saishang.apps.organisations import queries as organisations
from saishang.apps.organisations.access import Span
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.models import Proposal
from saishang.apps.registers.queries import region_of
from saishang.rules import Rules
from saishang.science.register.kind import Kind

__all__ = [
    "Signing", "for_whom", "may_decide", "may_propose", "may_registered", "may_review", "may_see_inside",
    "may_write", "proposes_somewhere",
]  # fmt: skip


@dataclass(frozen=True)
class Signing:
    """Who carries out what somebody else proposed: the proposal permits it, this person signs for it.

    Made by `actions.proposals` alone, after it has asked whether the person may decide.
    """

    person: Any


def may_write(person: object) -> bool:
    """Whether somebody writes into every register at once; a text stands for a command of the server's keeper."""
    return isinstance(person, str) or bool(getattr(person, "may", lambda _name: False)("edit_registers"))


def for_whom(person: object, kind: Kind, *regions: str) -> str | None:
    """For which organisation somebody proposes an entry: the government of its region, else the owner; None = may not.

    Parameters
    ----------
    regions:
        Where the thing lies; of a change where it lay and where it will lie, and each of them has to be covered.
    """
    if not kind.owner:
        return None
    span = access.reach(person, "propose_entries")
    owner = kind.owner if _covers(span, kind.owner) else None
    places = [region if region and _covers(span, region) else owner for region in regions or ("",)]
    return None if None in places else places[-1]


def may_propose(person: object, kind: Kind, *regions: str) -> bool:
    """Whether somebody may propose an entry, or a change, of things in these regions."""
    return for_whom(person, kind, *regions) is not None


def proposes_somewhere(person: object, kind: Kind, rules: Rules) -> bool:
    """Whether there is a region, or the whole register, for which somebody may propose entries."""
    if not kind.owner:
        return False
    span = access.reach(person, "propose_entries")
    if span.nothing:
        return False
    return _covers(span, kind.owner) or (bool(kind.region_field) and any(_covers(span, code) for code in rules.regions))


def may_review(person: object, kind: Kind) -> bool:
    """Whether somebody decides about proposals of a register, those of others."""
    if may_write(person):
        return True
    return bool(kind.owner) and _covers(access.reach(person, "review_entries"), kind.owner)


def may_decide(person: object, kind: Kind, proposal: Proposal) -> bool:
    """Whether somebody may accept or return a proposal: four eyes, whatever he holds besides."""
    return may_review(person, kind) and not _wrote(person, proposal)


def may_see_inside(person: Any, kind: Kind, region: str | None = None) -> bool:
    """Whether somebody sees what is not public of a register; with a region, of an entry there (empty: in none).

    Of a whole register: who sees everything internal, sees the owner's material, or reviews. Of one entry also who may
    propose a change of it.
    """
    if not getattr(person, "is_authenticated", False):
        return False
    if person.may("view_internal") or may_review(person, kind):
        return True
    if kind.owner and _covers(access.reach(person, "view_internal"), kind.owner):
        return True
    return region is not None and may_propose(person, kind, region)


def may_registered(person: Any, action: str, rules: Rules, name: str, pk: int | None, proposal: int | None) -> bool:
    """Whether somebody may do an action to what an address names: a register, an entry or a proposal of it.

    Parameters
    ----------
    action:
        `propose_entries`: write or propose, of a register somewhere in it; `review_entries`: decide; `own`: look at
        what he proposed himself; `view_internal`: see what is not public.
    """
    kind = kinds(rules).get(name)
    if kind is None:
        return False
    if action == "review_entries":
        return may_review(person, kind)
    if action == "own":
        mine = Proposal.objects.filter(kind=kind.id, actor=person)
        return (mine if proposal is None else mine.filter(pk=proposal)).exists()
    region = None if pk is None else region_of(kind, pk)
    if action == "view_internal":
        return may_see_inside(person, kind, region)
    if may_write(person):
        return True
    return (
        proposes_somewhere(person, kind, rules)
        if pk is None
        else region is not None and may_propose(person, kind, region)
    )


def _covers(span: Span, code: str) -> bool:
    """Whether a span holds the organisation of a code; one that is not there only by everything."""
    return span.everything or (not span.nothing and span.covers(organisations.one(code)))


def _wrote(person: object, proposal: Proposal) -> bool:
    return not isinstance(person, str) and proposal.actor_id == getattr(person, "pk", None)
