"""Reads of proposals: what waits for whom, what came back, what is open about an entry."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.models import Bundle, Proposal
from saishang.apps.registers.permits import may_review
from saishang.rules import Rules
from saishang.science.register.kind import Kind

__all__ = ["bundles_returned", "bundles_to_review", "listed", "mine_again", "returned", "to_review", "waiting_for"]


def listed(person: Any, kind: Kind, state: str = "") -> QuerySet[Proposal]:
    """Proposals of a register that somebody sees, the newest first: all for reviewers, else the own."""
    rows = Proposal.objects.filter(kind=kind.id).select_related("organisation", "entry", "made")
    if not may_review(person, kind):
        rows = rows.filter(actor=person)
    return (rows.filter(state=state) if state else rows).order_by("-pk")


def to_review(person: Any, rules: Rules) -> QuerySet[Proposal]:
    """What waits for somebody to decide about it, the longest first; never what he proposed himself.

    What came in a table waits as a whole (`bundles_to_review`).
    """
    mine = [kind.id for kind in kinds(rules).values() if may_review(person, kind)]
    rows = Proposal.objects.filter(kind__in=mine, state="open", bundle=None).exclude(actor=person)
    return rows.select_related("organisation").order_by("pk")


def returned(person: Any) -> QuerySet[Proposal]:
    """What came back to somebody and was neither proposed again nor let rest, the newest decision first."""
    same = Q(entry__isnull=False, entry=OuterRef("entry")) | Q(entry__isnull=True, key=OuterRef("key"))
    later = Proposal.objects.filter(same, actor=person, kind=OuterRef("kind"), pk__gt=OuterRef("pk"))
    rows = Proposal.objects.filter(~Exists(later), actor=person, state="returned", bundle=None)
    return rows.select_related("organisation").order_by(F("decided_at").desc(), "pk")


def bundles_to_review(person: Any, rules: Rules) -> QuerySet[Bundle]:
    """Tables with rows that wait for somebody to decide about them, the longest first; `waiting` says how many."""
    mine = [kind.id for kind in kinds(rules).values() if may_review(person, kind)]
    rows = Bundle.objects.filter(kind__in=mine, proposals__state="open").exclude(actor=person)
    return rows.annotate(waiting=Count("proposals")).order_by("pk")


def bundles_returned(person: Any) -> QuerySet[Bundle]:
    """Own tables with rows that came back and were not let rest; `waiting` says how many."""
    rows = Bundle.objects.filter(actor=person, proposals__state="returned")
    return rows.annotate(waiting=Count("proposals")).order_by("-pk")


def waiting_for(kind: Kind, pk: int) -> list[Proposal]:
    """Proposals about an entry that wait for a decision, the oldest first."""
    return list(Proposal.objects.filter(kind=kind.id, entry=pk, state="open").order_by("pk"))


def mine_again(person: Any, kind: Kind, number: str, entry: int | None) -> Proposal | None:
    """An own proposal that did not go through, to be mended and proposed again; None when there is none."""
    if not number.isdigit():
        return None
    rows = Proposal.objects.filter(kind=kind.id, actor=person, entry=entry, state__in=("returned", "taken_back"))
    return rows.filter(pk=int(number)).first()
