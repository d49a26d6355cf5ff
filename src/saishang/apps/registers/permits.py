"""Who may see, propose and review entries of a register: the one place that says it.

The workshop's post (`edit_registers`) writes at once. Of a register that an office keeps (`Kind.owner`), people of that
office, and of the government of the region in which a thing lies, propose what is to be entered; people who review
for the office decide. Nobody decides what he proposed himself. A register without an owner is the workshop's alone.
A step that certifies (`Kind.steps`) is made by people of the certifying agency alone, and by nobody who had a hand in
the entry before: neither the workshop nor the owner makes it for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from saishang.apps.organisations import access
from saishang.apps.organisations import queries as organisations
from saishang.apps.organisations.access import Span
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.models import Proposal, Version
from saishang.apps.registers.queries import region_of
from saishang.rules import Rules
from saishang.science.register.kind import Kind

__all__ = [
    "Signing", "certifies_for", "covers", "for_whom", "had_a_hand", "may_certify", "may_decide", "may_make",
    "may_propose", "may_registered", "may_review", "may_see_inside", "may_write", "proposes_somewhere",
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
    owner = kind.owner if covers(span, kind.owner) else None
    places = [region if region and covers(span, region) else owner for region in regions or ("",)]
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
    return covers(span, kind.owner) or (bool(kind.region_field) and any(covers(span, code) for code in rules.regions))


def may_review(person: object, kind: Kind) -> bool:
    """Whether somebody decides about proposals of a register, those of others."""
    if may_write(person):
        return True
    return bool(kind.owner) and covers(access.reach(person, "review_entries"), kind.owner)


def may_certify(person: object, kind: Kind, region: str) -> bool:
    """Whether somebody certifies things of a region: a person of the certifying agency, whatever he holds besides.

    A text stands for a command of the server's keeper. Whether he had a hand in the thing is asked by `had_a_hand`.
    """
    if not kind.steps.certifies:
        return False
    if isinstance(person, str):
        return True
    code = kind.steps.certifier(region)
    return bool(code) and covers(access.reach(person, "certify_entries"), code)


def certifies_for(person: object, kind: Kind, rules: Rules) -> list[str] | None:
    """Regions of whose things somebody is the certifier; None = of all, whatever their region."""
    span = access.reach(person, "certify_entries")
    if not kind.steps.certifies or span.nothing:
        return []
    if kind.steps.agency:
        return None if covers(span, kind.steps.agency) else []
    return [code for code, government in kind.steps.governments.items() if covers(span, government)]


def had_a_hand(person: Any, kind: Kind, pk: int) -> bool:
    """Whether somebody entered, changed, proposed or reviewed an entry: he does not certify it, too.

    Certifying steps of his own do not count: who named a thing may look at it again.
    """
    mine = Version.objects.filter(entry=pk, actor=person)
    certifying = [f"move:{action}" for action, who in kind.steps.by.items() if who == "certifier"]
    if mine.exclude(action__in=certifying).exists():
        return True
    about = Q(entry=pk) | Q(made=pk)
    return Proposal.objects.filter(about, kind=kind.id).filter(Q(actor=person) | Q(decided_by=person)).exists()


def may_make(person: object, kind: Kind, region: str, action: str) -> bool:
    """Whether somebody makes a move of things of a region at once, as far as his place goes."""
    who = kind.steps.who(action)
    if who == "certifier":
        return may_certify(person, kind, region)
    return may_review(person, kind) or (who == "proposer" and may_propose(person, kind, region))


def may_decide(person: object, kind: Kind, proposal: Proposal) -> bool:
    """Whether somebody may accept or return a proposal: four eyes, whatever he holds besides."""
    return may_review(person, kind) and not _wrote(person, proposal)


def may_see_inside(person: Any, kind: Kind, region: str | None = None) -> bool:
    """Whether somebody sees what is not public of a register; with a region, of an entry there (empty: in none).

    Of a whole register: who sees everything internal, sees the owner's material, or reviews. Of one entry also who may
    propose a change of it, or certify it.
    """
    if not getattr(person, "is_authenticated", False):
        return False
    if person.may("view_internal") or may_review(person, kind):
        return True
    if region is not None and may_certify(person, kind, region):
        return True
    if kind.owner and covers(access.reach(person, "view_internal"), kind.owner):
        return True
    return region is not None and may_propose(person, kind, region)


def may_registered(
    person: Any, action: str, rules: Rules, name: str, pk: int | None, proposal: int | None, bundle: int | None = None
) -> bool:
    """Whether somebody may do an action to what an address names: a register, an entry, a proposal or a table of them.

    Parameters
    ----------
    action:
        `propose_entries`: write or propose, of a register somewhere in it; `review_entries`: decide; `certify_entries`:
        certify an entry; `own`: look at what he proposed himself; `view_internal`: see what is not public.
    """
    kind = kinds(rules).get(name)
    if kind is None:
        return False
    if action == "review_entries":
        return may_review(person, kind)
    if action == "own":
        mine = Proposal.objects.filter(kind=kind.id, actor=person)
        if bundle is not None:
            return mine.filter(bundle=bundle).exists()
        return (mine if proposal is None else mine.filter(pk=proposal)).exists()
    region = None if pk is None else region_of(kind, pk)
    if action == "certify_entries":
        return region is not None and may_certify(person, kind, region)
    if action == "view_internal":
        return may_see_inside(person, kind, region)
    if may_write(person):
        return True
    return (
        proposes_somewhere(person, kind, rules)
        if pk is None
        else region is not None and may_propose(person, kind, region)
    )


def covers(span: Span, code: str) -> bool:
    """Whether a span holds the organisation of a code; one that is not there only by everything."""
    return span.everything or (not span.nothing and span.covers(organisations.one(code)))


def _wrote(person: object, proposal: Proposal) -> bool:
    return not isinstance(person, str) and proposal.actor_id == getattr(person, "pk", None)
