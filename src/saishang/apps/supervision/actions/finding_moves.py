"""Move a finding to its striking off (整改销号): plan, work, application, check, publicity, closing; and back (反弹).

Whoever applied does not check and does not close; what a check found is never edited, a newer record supersedes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.db import transaction
from django.utils import timezone

from saishang.apps.execution.actions.doing import allowed, move_of
from saishang.apps.organisations.actions import Doing
from saishang.apps.supervision.actions.doing import act, log, needs_text, touch
from saishang.apps.supervision.actions.doing import locked as _locked
from saishang.apps.supervision.actions.findings import content_of, due_faults
from saishang.apps.supervision.models import Acceptance, Finding
from saishang.apps.supervision.refusals import NotAllowed, SupervisionRefused, refuse
from saishang.apps.supervision.settings import settings_of
from saishang.apps.supervision.states import FINDING_MOVES, Move
from saishang.apps.supervision.telling import tell_of_finding
from saishang.errors import Fault
from saishang.rules import Rules

__all__ = ["WAYS", "AcceptanceDraft", "Said", "move_finding", "supersede_acceptance"]

#: 现场核查、资料核查、两者都有
WAYS = ("site", "documents", "both")
_LONG_MEMBERS, _LONG_CHANNEL = 300, 200
_NOBODY = {"planner": "plan_by", "applicant": "applied_by"}
_WHO = {
    "planner": "whoever wrote the plan does not approve it",
    "applicant": "whoever applied for the striking off does not check or close it",
}  # fmt: skip


@dataclass(frozen=True)
class AcceptanceDraft:
    """What a check found: passed or not, when, how (`WAYS`), by whom, with which opinion."""

    passed: bool
    checked_on: date | None
    way: str
    members: str
    opinion: str


@dataclass(frozen=True)
class Said:
    """What is said with a move: the result (`apply`), a new due day (`reopen`), channel and first day of publicity."""

    text: str = ""
    due: date | None = None
    channel: str = ""
    public_from: date | None = None
    acceptance: AcceptanceDraft | None = None


def move_finding(
    doing: Doing, rules: Rules, code: str, action: str, seen: int | None, said: Said | None = None
) -> Finding:
    """Permission → lock → check → change → record → act → log.

    A check that is not passed keeps its record and sends the finding back to work. Striking off waits until the
    publicity is over.

    Raises
    ------
    SupervisionRefused
        When the table has no such move, the actor may not, or with every fault.
    """
    said = said or Said()
    with transaction.atomic():
        row = _locked(Finding, "code", code, seen)
        move = move_of(FINDING_MOVES, row, action, doing)
        _another(row, move, doing)
        refuse(_faults(row, move, said, doing.today))
        before, after = row.state, move.after
        if action == "submit_plan":
            row.plan_by = doing.name
        elif action == "approve_plan":
            row.due = row.plan_due or row.due
        elif action == "apply":
            row.result, row.applied_by, row.applied_on = said.text.strip(), doing.name, doing.today
        elif action == "check" and said.acceptance is not None:
            if not said.acceptance.passed:
                after = "in_progress"
            _keep(doing, row, said.acceptance, None)
        elif action == "publicise":
            row.channel = said.channel.strip()
            row.public_from = said.public_from or doing.today
            row.public_until = settings_of(rules).publicity_end(row.public_from).day
        elif action == "close":
            row.closed_on = doing.today
        elif action == "reopen":
            row.due = said.due or row.due
        if after == "in_progress":
            _back(row)
        row.state = after
        touch(row, doing)
        act(doing, row, action, before, said.text, content=content_of(row))
        log(doing, f"{action}_finding", row, {"state": before}, {"state": row.state, "code": row.code} | {
            name: value for name, value in content_of(row).items() if value})  # fmt: skip
        tell_of_finding(doing, row, action)
    return row


def supersede_acceptance(doing: Doing, pk: int, draft: AcceptanceDraft) -> Acceptance:
    """A new record of what the check found, in the place of the newest one, with a reason; both stay.

    A verdict that is now "not passed" sends the finding back to work, also from the publicity or the closed ones.

    Raises
    ------
    SupervisionRefused
        Without permission or reason, with every fault, for a record that was superseded already, or while the finding
        waits for another check.
    """
    with transaction.atomic():
        old = Acceptance.objects.select_related("finding").filter(pk=pk).first()
        if old is None:
            raise SupervisionRefused("there is no such record of a check", fix="load the page again")
        row = _locked(Finding, "code", old.finding.code, None)
        allowed(doing, "supervise", row.organisation)
        if row.applied_by == doing.name:
            raise NotAllowed(_WHO["applicant"], fix="let somebody else do it")
        newest = row.acceptances.order_by("-number").first()
        if newest is None or newest.pk != old.pk:
            raise SupervisionRefused("only the newest record is superseded", fix="load the page again")
        if row.state not in ("checked", "publicised", "closed"):
            raise SupervisionRefused("after another round of work there will be another check", fix="wait for it")
        faults = _acceptance_faults(draft, row, doing.today)
        if not doing.reason.strip():
            faults.append(
                Fault("reason", "superseding a record needs a reason; got none", "say what was wrong with it")
            )
        refuse(faults)
        made = _keep(doing, row, draft, old)
        before = row.state
        if not draft.passed:
            row.state = "in_progress"
            _back(row)
        touch(row, doing)
        act(doing, row, "supersede", before, draft.opinion, content=content_of(row))
        log(doing, "supersede_acceptance", row, {"state": before, "record": old.number, "passed": old.passed},
            {"state": row.state, "record": made.number, "passed": made.passed, "code": row.code})  # fmt: skip
    return made


def _another(row: Finding, move: Move, doing: Doing) -> None:
    if move.not_by and getattr(row, _NOBODY[move.not_by]) == doing.name:
        raise NotAllowed(_WHO[move.not_by], fix="let somebody else do it")


def _back(row: Finding) -> None:
    """What belonged to the round that was not the last; the acts keep it."""
    row.closed_on, row.channel, row.public_from, row.public_until = None, "", None, None


def _keep(doing: Doing, row: Finding, draft: AcceptanceDraft, old: Acceptance | None) -> Acceptance:
    return Acceptance.objects.create(
        finding=row, number=row.acceptances.count() + 1, supersedes=old, passed=draft.passed,
        checked_on=cast("date", draft.checked_on), way=draft.way,
        opinion=draft.opinion.strip(), members=draft.members.strip(),
        reason=doing.reason.strip(), at=timezone.now(), actor=None if isinstance(doing.actor, str) else doing.actor,
        actor_name=doing.name,
    )  # fmt: skip


def _faults(row: Finding, move: Move, said: Said, today: date) -> list[Fault]:
    faults: list[Fault] = []
    if "plan" in move.needs:
        for name, text, what in (("goal", row.goal, "a goal"), ("measures", row.measures, "measures")):
            faults += needs_text(name, text, what)
        due = row.plan_due or row.due
        if due is None:
            faults.append(Fault("plan_due", "expected a day by which it will be done; got nothing", "enter one"))
        faults += due_faults(row, row.plan_due, today)
    if "text" in move.needs:
        faults += needs_text("text", said.text, "what was achieved")
    if "files" in move.needs and not row.files.filter(struck_at__isnull=True).exists():
        faults.append(Fault("file", "expected at least one file of evidence; got none", "attach one first"))
    if "acceptance" in move.needs:
        faults += _acceptance_faults(said.acceptance, row, today)
    if "channel" in move.needs:
        faults += _publicity_faults(said, today)
    if "publicity" in move.needs and row.public_until is not None and today <= row.public_until:
        faults.append(Fault("", f"the publicity runs until {row.public_until}", "strike it off on a later day"))
    if "due" in move.needs and said.due is not None and said.due < today:
        faults.append(Fault("due", f"expected a day from today on; got {said.due}", "choose a later day"))
    if "due" in move.needs and said.due is None:
        faults.append(Fault("due", "expected a day by which it is mended again; got nothing", "enter one"))
    return faults


def _publicity_faults(said: Said, today: date) -> list[Fault]:
    faults = needs_text("channel", said.channel, "where it is made public")
    if len(said.channel.strip()) > _LONG_CHANNEL:
        faults.append(Fault("channel", f"expected at most {_LONG_CHANNEL} characters; got {len(said.channel.strip())}",
                            "say it shorter"))  # fmt: skip
    if said.public_from is not None and said.public_from > today:
        faults.append(Fault("public_from", f"expected a day up to today; got {said.public_from}",
                            "enter the day on which it was made public"))  # fmt: skip
    return faults


def _acceptance_faults(draft: AcceptanceDraft | None, row: Finding, today: date) -> list[Fault]:
    if draft is None:
        return [Fault("opinion", "expected a record of the check; got nothing", "write it")]
    faults = needs_text("opinion", draft.opinion, "an opinion") + needs_text("members", draft.members, "who checked")
    if len(draft.members.strip()) > _LONG_MEMBERS:
        faults.append(Fault("members", f"expected at most {_LONG_MEMBERS} characters; got {len(draft.members.strip())}",
                            "say it shorter"))  # fmt: skip
    if draft.way not in WAYS:
        faults.append(Fault("way", f"expected one of {', '.join(WAYS)}; got {draft.way[:20]!r}", "choose one"))
    first = row.applied_on or row.listed_on
    if draft.checked_on is None or not first <= draft.checked_on <= today:
        faults.append(Fault("checked_on", f"expected a day from {first}, on which it was applied for, up to today; "
                            f"got {draft.checked_on}", "enter the day of the check"))  # fmt: skip
    return faults
