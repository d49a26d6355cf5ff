"""Propose what is to be entered, and decide about it: the real action runs on trial, and again when accepted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.organisations import queries as organisations
from saishang.apps.organisations.actions.doing import find_organisation
from saishang.apps.registers.actions.add import add_entry
from saishang.apps.registers.actions.change import change_entry
from saishang.apps.registers.actions.move import EvidenceFile, kept, move_entry
from saishang.apps.registers.actions.withdraw import withdraw_entry
from saishang.apps.registers.actions.write import EntryFaults, EntryRefused, locked
from saishang.apps.registers.models import Entry, Proposal
from saishang.apps.registers.permits import Signing, for_whom, may_decide, may_propose, may_review, proposes_somewhere
from saishang.apps.registers.states import PROPOSAL_MOVES
from saishang.apps.registers.telling import tell_decision, tell_reviewers
from saishang.lake.archive import Archive
from saishang.rules import Rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import Place, read_place
from saishang.science.register.steps import touched
from saishang.science.register.values import FieldFault, as_text

__all__ = [
    "Wish", "accept_proposal", "accept_quietly", "certificate_stays", "not_permitted", "place_digest",
    "propose_entry", "return_proposal", "return_quietly", "take_back_proposal", "told",
]  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What somebody wants to be entered.

    Attributes
    ----------
    action:
        `add`, `change`, `move:<action>`, `withdraw`.
    pk, number:
        The entry and the version that the person saw; None for a new one.
    given:
        Field → text, of a new entry or a change.
    effective:
        Day from which it is to hold; None = today, for a withdrawal always the day of the decision.
    """

    action: str
    pk: int | None = None
    number: int | None = None
    given: Mapping[str, str | None] = field(default_factory=dict)
    place: Place | None = None
    effective: date | None = None
    reason: str = ""
    files: Sequence[EvidenceFile] = ()


class _Trial(Exception):
    """Rolls a trial back."""


def propose_entry(
    actor: Any, kind: Kind, rules: Rules, archive: Archive, wish: Wish, *, today: date, address: str | None = None
) -> Proposal:
    """Permission → lock → check, by doing it on trial → keep the files → change → log → tell the reviewers.

    Raises
    ------
    EntryFaults
        With every field that cannot be taken.
    EntryRefused
        When the actor may not, or the action itself would be refused: nothing is left of it then.
    """
    with transaction.atomic():
        entry = None if wish.pk is None else locked(kind, wish.pk, wish.number)
        regions = () if entry is None else (entry.region,)
        allowed = proposes_somewhere(actor, kind, rules) if entry is None else may_propose(actor, kind, *regions)
        if not allowed:  # asked first: what is wrong with the rest is nobody else's business
            raise not_permitted()
        if kind.steps.who(wish.action.removeprefix("move:")) == "certifier":
            raise EntryRefused(
                "this step is made by the agency that certifies, and by nobody for it",
                fix="propose the steps before it; the agency sees what waits for it", code="not-permitted",
            )  # fmt: skip
        tried = _tried(kind, rules, archive, wish, today)
        certificate_stays(kind, entry, tried.values)
        # Where it will lie is known now; both places have to be theirs.
        code = for_whom(actor, kind, *regions, tried.region)
        if code is None:
            raise not_permitted(kind.region_field if wish.given else None)
        proposal = Proposal.objects.create(
            kind=kind.id, entry=entry, number=None if entry is None else entry.number, action=wish.action,
            given=dict(wish.given), place=None if wish.place is None else dict(wish.place.geometry),
            effective=None if wish.action == "withdraw" else wish.effective or today, reason=wish.reason.strip(),
            evidence=[kept(archive, file) for file in wish.files], key=tried.key, title=tried.title,
            region=tried.region, organisation=find_organisation(code), actor=actor, actor_name=actor.get_username(),
            proposed_at=timezone.now(),
        )  # fmt: skip
        record(
            actor, "registers.propose", _named(proposal), after=told(proposal), reason=proposal.reason, address=address
        )
        tell_reviewers(proposal, kind)
        return proposal


def certificate_stays(kind: Kind, entry: Entry | None, values: Mapping[str, Any]) -> None:
    """Raise when a proposal would write a certificate in force otherwise: that is the certifier's (EntryFaults)."""
    if entry is None:
        return
    changed = touched(kind.steps.certificate, entry.state, entry.values, values)
    if changed:
        message, fix = "the certificate is written by the agency that certifies, with its own step", "leave it as it is"
        raise EntryFaults([FieldFault(name, as_text(values.get(name)), message, fix) for name in changed])


def accept_proposal(
    actor: Any, kind: Kind, rules: Rules, archive: Archive, pk: int, *, today: date, remark: str = "",
    address: str | None = None,
) -> Entry:  # fmt: skip
    """Permission → lock → do what was proposed, as the reviewer → change → log → tell the proposer.

    Raises
    ------
    EntryFaults
        When a field cannot be taken (any more).
    EntryRefused
        When the actor may not or wrote it himself, it is decided already, or the entry changed meanwhile.
    """
    with transaction.atomic():
        made, proposal = accept_quietly(actor, kind, rules, archive, pk, today=today, remark=remark, address=address)
        tell_decision(proposal, kind)
        return made


def accept_quietly(
    actor: Any, kind: Kind, rules: Rules, archive: Archive, pk: int, *, today: date, remark: str = "",
    address: str | None = None,
) -> tuple[Entry, Proposal]:  # fmt: skip
    """The same without word to the proposer, for whoever tells him of many at once (Errors: as `accept_proposal`)."""
    with transaction.atomic():
        proposal = _open(actor, kind, pk, "accept", remark)
        unknown = sorted(set(proposal.given) - set(kind.fields))
        if unknown:  # nothing of a proposal is let fall in silence
            raise EntryRefused(
                "the description of this register changed after this was proposed: it has no field"
                f" {', '.join(unknown)}",
                fix="return the proposal, so that it is made again on what holds now", code="description-changed",
            )  # fmt: skip
        who = organisations.one(proposal.organisation.code)
        said = f"{proposal.reason}（{who.zh if who else proposal.organisation.code}第 {proposal.pk} 号提交）"
        try:
            made = _carry_out(
                Signing(actor), kind, rules, archive, _wish(kind, archive, proposal, said), today, address
            )
        except EntryRefused as error:
            if error.code != "changed-meanwhile":
                raise
            raise EntryRefused(
                f"the entry was changed after this was proposed on version {proposal.number}",
                fix="return the proposal, so that it is made again on what holds now", code="changed-meanwhile",
            ) from error  # fmt: skip
        if made is None:
            raise EntryRefused("nothing would change by this proposal any more", fix="return it")
        proposal.made, proposal.made_number = made, made.number
        _decide(actor, proposal, "accept", remark, address)
        return made, proposal


def return_proposal(actor: Any, kind: Kind, pk: int, *, remark: str, address: str | None = None) -> Proposal:
    """Permission → lock → check → change → log → tell the proposer; the register stays as it is.

    Raises
    ------
    EntryRefused
        When the actor may not or wrote it himself, it is decided already, or the remark is missing.
    """
    with transaction.atomic():
        proposal = return_quietly(actor, kind, pk, remark=remark, address=address)
        tell_decision(proposal, kind)
        return proposal


def return_quietly(actor: Any, kind: Kind, pk: int, *, remark: str, address: str | None = None) -> Proposal:
    """The same without word to the proposer (Errors: as `return_proposal`)."""
    with transaction.atomic():
        proposal = _open(actor, kind, pk, "return", remark)
        _decide(actor, proposal, "return", remark, address)
        return proposal


def take_back_proposal(actor: Any, kind: Kind, pk: int, *, remark: str = "", address: str | None = None) -> Proposal:
    """Permission → lock → check → change → log; what was returned is let rest by it.

    Raises
    ------
    EntryRefused
        When somebody else wrote it, or it is decided already.
    """
    with transaction.atomic():
        proposal = _open(actor, kind, pk, "take_back", remark)
        _decide(actor, proposal, "take_back", remark, address)
        return proposal


def not_permitted(where: str | None = None) -> EntryRefused:
    """What is said to whoever may not propose; `where` is the field that names the place."""
    return EntryRefused(
        "this account may not propose entries of this register for this place",
        fix="ask the office that keeps the register, or the government of the place", where=where, code="not-permitted",
    )  # fmt: skip


def _tried(kind: Kind, rules: Rules, archive: Archive, wish: Wish, today: date) -> Entry:
    """The entry as the wish would make it; nothing of it stays."""
    made: Entry | None = None
    try:
        with transaction.atomic():
            made = _carry_out("trial", kind, rules, archive, wish, today, None)
            raise _Trial
    except _Trial:
        pass
    if made is None:
        raise EntryRefused("nothing would change by this", fix="change a field first")
    return made


def _carry_out(
    actor: Any, kind: Kind, rules: Rules, archive: Archive, wish: Wish, today: date, address: str | None
) -> Entry | None:
    """The real action; None when nothing differs."""
    if wish.action == "add":
        return add_entry(actor, kind, rules, wish.given, today=today, effective=wish.effective, place=wish.place,
                         reason=wish.reason, address=address)  # fmt: skip
    pk = wish.pk
    if pk is None:
        raise EntryRefused("expected an entry of the register, there is none", fix="open it from the list again")
    if wish.action == "change":
        return change_entry(
            actor, kind, rules, pk, wish.given, number=wish.number, today=today, effective=wish.effective,
            place=wish.place, reason=wish.reason, address=address,
        )  # fmt: skip
    if wish.action == "withdraw":
        return withdraw_entry(actor, kind, pk, number=wish.number, today=today, reason=wish.reason, address=address)
    move = wish.action.removeprefix("move:")
    return move_entry(actor, kind, rules, archive, pk, move, wish.files, number=wish.number, today=today,
                      effective=wish.effective, reason=wish.reason, address=address)  # fmt: skip


def _wish(kind: Kind, archive: Archive, proposal: Proposal, reason: str) -> Wish:
    """A proposal as it was wished."""
    place = None if proposal.place is None else read_place(proposal.place, kind.place)
    files = [
        EvidenceFile(paper["document"], paper["name"], archive.verify(paper["sha256"])) for paper in proposal.evidence
    ]
    return Wish(proposal.action, proposal.entry_id, proposal.number, proposal.given, place, proposal.effective, reason,
                files)  # fmt: skip


def _open(actor: Any, kind: Kind, pk: int, action: str, remark: str) -> Proposal:
    """The proposal under lock, for a move that this person may make now."""
    row = Proposal.objects.select_for_update(of=("self",)).select_related("organisation").filter(kind=kind.id, pk=pk)
    proposal, move = row.first(), PROPOSAL_MOVES[action]
    if proposal is None:
        raise EntryRefused("there is no such proposal in this register", fix="open the list of proposals again")
    writer = not isinstance(actor, str) and proposal.actor_id == actor.pk
    if move.who == "writer" and not writer:
        raise EntryRefused("only who proposed it takes it back", fix="return it instead", code="not-permitted")
    if move.who == "reviewer" and not may_decide(actor, kind, proposal):
        if may_review(actor, kind):
            raise EntryRefused(
                "nobody decides about what he proposed himself", fix="ask another reviewer", code="not-permitted"
            )
        raise EntryRefused(
            "this account may not review this register", fix="ask a reviewer of the office that keeps it",
            code="not-permitted",
        )  # fmt: skip
    if proposal.state not in move.before:
        raise EntryRefused(
            f"this proposal is decided already, by {proposal.decided_name}",
            fix="open it again and see what was decided", code="changed-meanwhile",
        )  # fmt: skip
    if move.remark and not remark.strip():
        raise EntryRefused("returning a proposal needs a remark", fix="say what has to be mended", where="remark")
    return proposal


def _decide(actor: Any, proposal: Proposal, action: str, remark: str, address: str | None) -> None:
    before, proposal.state = proposal.state, PROPOSAL_MOVES[action].after
    if before == "open":  # what a reviewer said of it stays when it is let rest
        proposal.decided_by = None if isinstance(actor, str) else actor
        proposal.decided_name = actor if isinstance(actor, str) else actor.get_username()
        proposal.decided_at, proposal.remark = timezone.now(), remark.strip()
    proposal.save()
    after = {"state": proposal.state, "proposer": proposal.actor_name}
    if proposal.made_number is not None:
        after |= {"entry": f"{proposal.kind}/{proposal.made_id}", "number": str(proposal.made_number)}
    record(
        actor, f"registers.{action}_proposal", _named(proposal), {"state": before}, after, remark.strip(),
        address=address,
    )  # fmt: skip


def _named(proposal: Proposal) -> tuple[str, str]:
    return "registers.Proposal", f"{proposal.kind}/{proposal.pk}"


def told(proposal: Proposal) -> dict[str, Any]:
    """What the log keeps of a proposal; `saishang audit` holds the row against it."""
    found: dict[str, Any] = {
        "action": proposal.action, "key": proposal.key, "entry": proposal.entry_id, "number": proposal.number,
        "given": proposal.given, "effective": None if proposal.effective is None else proposal.effective.isoformat(),
        "evidence": proposal.evidence, "organisation": proposal.organisation.code, "state": proposal.state,
        "place": place_digest(proposal.place), "title": proposal.title, "region": proposal.region,
    }  # fmt: skip
    if proposal.bundle_id is not None:
        found |= {"bundle": proposal.bundle_id, "line": proposal.line}
    return found


def place_digest(place: Mapping[str, Any] | None) -> str:
    """SHA-256 of a place as JSON with sorted keys; empty without one."""
    return "" if place is None else sha256(json.dumps(place, sort_keys=True).encode()).hexdigest()
