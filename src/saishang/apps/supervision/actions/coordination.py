"""Raise a matter between organisations (协调事项), reply to it, settle it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from saishang.apps.execution.actions.doing import allowed, move_of
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.actions.doing import find_organisation
from saishang.apps.organisations.queries import open_codes
from saishang.apps.plan import queries as plans
from saishang.apps.supervision.actions.doing import (
    act,
    chosen_due,
    lock_numbers,
    locked,
    log,
    needs_text,
    next_number,
    touch,
)
from saishang.apps.supervision.models import Coordination, Party
from saishang.apps.supervision.refusals import SupervisionRefused, refuse
from saishang.apps.supervision.settings import settings_of
from saishang.apps.supervision.states import COORDINATION_MOVES
from saishang.apps.supervision.telling import tell_of_matter
from saishang.errors import Fault
from saishang.rules import Rules

__all__ = ["MatterDraft", "move_matter", "raise_matter", "reply_to_matter"]

_LONG_TITLE = 200


@dataclass(frozen=True)
class MatterDraft:
    """Who raises what to whom (codes), by when a reply is wanted (None: the rule's), for which task of the plan."""

    organisation: str
    parties: tuple[str, ...]
    title: str
    matter: str
    task: str = ""
    due: date | None = None


def raise_matter(doing: Doing, rules: Rules, draft: MatterDraft, *, invented: bool = False) -> Coordination:
    """Permission (`edit_items` over who raises it) → check → change → act → log.

    Raises
    ------
    SupervisionRefused
        Without permission, or with every fault.
    """
    with transaction.atomic():
        lock_numbers()
        there = open_codes(doing.today)
        faults: list[Fault] = []
        if draft.organisation not in there:
            faults.append(Fault("organisation", f"expected the code of an organisation that exists; got "
                                f"{draft.organisation[:40]!r}", "choose who raises it"))  # fmt: skip
        others = [code for code in dict.fromkeys(draft.parties) if code != draft.organisation]
        if not others:
            faults.append(Fault("parties", "expected at least one other organisation; got none", "choose who is asked"))
        faults += [
            Fault("parties", f"expected the code of an organisation that exists; got {code[:40]!r}",
                  "choose from the list")
            for code in others if code not in there
        ]  # fmt: skip
        faults += needs_text("title", draft.title, "a title") + needs_text(
            "matter", draft.matter, "what is to be settled"
        )
        if len(draft.title.strip()) > _LONG_TITLE:
            faults.append(Fault("title", f"expected at most {_LONG_TITLE} characters; got {len(draft.title.strip())}",
                                "say it shorter"))  # fmt: skip
        version = plans.current_version()
        if draft.task and draft.task not in ({item.id for item in plans.items(version.id)} if version else ()):
            faults.append(Fault("task", f"expected the number of a task such as T10; got {draft.task[:20]!r}",
                                "look at the plan"))  # fmt: skip
        due, late = chosen_due(draft.due, settings_of(rules).reply_day(doing.today), doing.today)
        refuse([*faults, *late])
        owner = find_organisation(draft.organisation)
        allowed(doing, "edit_items", owner)
        year = doing.today.year
        codes = Coordination.objects.filter(code__startswith=f"XT-{year}-").values_list("code", flat=True)
        row = Coordination.objects.create(
            code=f"XT-{year}-{next_number(int(code.rsplit('-', 1)[1]) for code in codes):04d}", organisation=owner,
            title=draft.title.strip(), matter=draft.matter.strip(), task=draft.task, raised=doing.today, due=due.day,
            invented=invented, changed_at=timezone.now(), changed_by=doing.name,
        )  # fmt: skip
        Party.objects.bulk_create(Party(coordination=row, organisation_id=there[code]) for code in others)
        act(doing, row, "raise", "", row.matter, organisation=owner)
        log(doing, "raise_matter", row, None, {"code": row.code, "organisation": owner.code, "parties": others,
                                               "title": row.title, "due": row.due.isoformat()})  # fmt: skip
        tell_of_matter(doing, row, "raise")
    return row


def reply_to_matter(doing: Doing, pk: int, organisation: str, text: str, seen: int | None) -> Coordination:
    """The reply of one party; it can be written anew until the matter is settled, every text stays in the acts.

    With the last party's reply the matter waits for its outcome.

    Raises
    ------
    SupervisionRefused
        When the organisation is no party, the actor may not (`answer_supervision`), the matter is over, or without
        text.
    """
    with transaction.atomic():
        row = locked(Coordination, "pk", pk, seen)
        party = row.parties.select_related("organisation").filter(organisation__code=organisation).first()
        if party is None:
            raise SupervisionRefused("this organisation is not asked", fix="choose one of the parties")
        allowed(doing, "answer_supervision", party.organisation)
        if row.state not in ("open", "replied"):
            raise SupervisionRefused("the matter is over", fix="have it reopened first")
        refuse(needs_text("text", text, "a reply"))
        before = row.state
        party.reply, party.replied_on, party.replied_by = text.strip(), doing.today, doing.name
        party.save()
        if not row.parties.filter(replied_on__isnull=True).exists():
            row.state = "replied"
        touch(row, doing)
        act(doing, row, "reply", before, text, organisation=party.organisation)
        log(doing, "reply_to_matter", row, {"state": before}, {"state": row.state, "code": row.code,
            "organisation": organisation, "text": text.strip()})  # fmt: skip
        if row.state == "replied":
            tell_of_matter(doing, row, "replied")
    return row


def move_matter(
    doing: Doing, rules: Rules, pk: int, action: str, seen: int | None, *, text: str = "", due: date | None = None
) -> Coordination:
    """Settle a matter (with its outcome), take it back, or reopen it.

    Raises
    ------
    SupervisionRefused
        When the table has no such move, the actor may not, or with every fault.
    """
    with transaction.atomic():
        row = locked(Coordination, "pk", pk, seen)
        move = move_of(COORDINATION_MOVES, row, action, doing)
        faults = needs_text("text", text, "the outcome") if "text" in move.needs else []
        if "due" in move.needs:
            chosen, late = chosen_due(due, settings_of(rules).reply_day(doing.today), doing.today)
            faults += late
            row.due = chosen.day
        refuse(faults)
        before, row.state = row.state, move.after
        if action == "settle":
            row.outcome, row.settled_on = text.strip(), doing.today
        elif action == "reopen":
            row.outcome, row.settled_on = "", None
            row.parties.update(replied_on=None, replied_by="")
        touch(row, doing)
        act(doing, row, action, before, text, organisation=None)
        log(doing, f"{action}_matter", row, {"state": before},
            {"state": row.state, "code": row.code, "outcome": row.outcome, "due": row.due.isoformat()})  # fmt: skip
        tell_of_matter(doing, row, action)
    return row
