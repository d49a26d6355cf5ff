"""Who hears of proposals: reviewers of a new one, the proposer of the decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from saishang.apps.notices.actions import notify
from saishang.apps.organisations.access import members_who_may, nearest_who_may, people_who_hold
from saishang.apps.organisations.actions.doing import find_organisation
from saishang.apps.organisations.refusals import ChangeRefused
from saishang.apps.registers.models import Bundle, Proposal
from saishang.science.register.kind import Kind

__all__ = [
    "tell_bundle_decision", "tell_decision", "tell_decisions", "tell_reviewers", "tell_reviewers_of_bundle",
]  # fmt: skip


def tell_reviewers(proposal: Proposal, kind: Kind) -> None:
    """Tell those who are nearest to the register and may decide; where nobody is, the workshop."""
    _notify(_reviewers(proposal.actor_id, kind), "registers.proposed", proposal)


def tell_decision(proposal: Proposal, kind: Kind) -> None:
    """Tell the proposer what was decided."""
    if proposal.actor is not None:
        _notify([proposal.actor], "registers.decided", proposal)


def tell_decisions(decided: Sequence[Proposal], kind: Kind) -> None:
    """Tell one proposer what was decided about several of his, once; all of them were decided alike."""
    first, last = decided[0], decided[-1]
    if first.actor is None:
        return
    notify(
        [first.actor], "registers.several", f"registers.several/{kind.id}/{first.pk}-{last.pk}/{len(decided)}",
        {"register": kind.id, "state": first.state, "count": len(decided)}, subject=("registers.Register", kind.id),
        url=f"{reverse('registers-proposals', args=[kind.id])}?state={first.state}",
    )  # fmt: skip


def tell_reviewers_of_bundle(bundle: Bundle, kind: Kind, count: int) -> None:
    """The same of a whole table, once."""
    _notify_of_bundle(_reviewers(bundle.actor_id, kind), bundle, "open", count)


def tell_bundle_decision(bundle: Bundle, kind: Kind, what: str, count: int) -> None:
    """Tell whoever brought a table what was decided about some of it, or all."""
    if bundle.actor is not None:
        _notify_of_bundle([bundle.actor], bundle, {"accept": "accepted", "return": "returned"}[what], count)


def _notify_of_bundle(people: list[Any], bundle: Bundle, state: str, count: int) -> None:
    open_rows = bundle.proposals.filter(state="open").count()
    notify(
        people, "registers.bundle", f"registers.bundle/{bundle.kind}/{bundle.pk}/{state}/{open_rows}",
        {"register": bundle.kind, "number": bundle.pk, "state": state, "count": count},
        subject=("registers.Bundle", f"{bundle.kind}/{bundle.pk}"),
        url=reverse("registers-bundle", args=[bundle.kind, bundle.pk]),
    )  # fmt: skip


def _reviewers(proposer: int | None, kind: Kind) -> list[Any]:
    groups: list[Any] = []
    try:
        owner = find_organisation(kind.owner)
    except ChangeRefused:  # an agency of the rules that is no organisation of the site (yet)
        pass
    else:
        groups = [nearest_who_may("review_entries", owner), members_who_may("review_entries", owner)]
    for people in (*groups, people_who_hold("edit_registers")):
        others = [person for person in people if person.pk != proposer]
        if others:
            return others
    return []


def _notify(people: list[Any], notice: str, proposal: Proposal) -> None:
    notify(
        people, notice, f"{notice}/{proposal.kind}/{proposal.pk}/{proposal.state}",
        {"register": proposal.kind, "entry": proposal.key, "number": proposal.pk, "state": proposal.state},
        subject=("registers.Proposal", f"{proposal.kind}/{proposal.pk}"),
        url=reverse("registers-proposal", args=[proposal.kind, proposal.pk]),
    )  # fmt: skip
