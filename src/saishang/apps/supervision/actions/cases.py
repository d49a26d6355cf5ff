"""Open a case (督办), answer it, send it back, escalate it, close it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.execution import queries as work
from saishang.apps.execution.actions.doing import allowed, move_of
from saishang.apps.execution.names import report_title
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.actions.doing import find_organisation
from saishang.apps.organisations.refusals import ChangeRefused
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
from saishang.apps.supervision.models import Case, Finding
from saishang.apps.supervision.refusals import NotAllowed, SupervisionRefused, refuse
from saishang.apps.supervision.settings import settings_of
from saishang.apps.supervision.states import CASE_MOVES, LEVELS, OPEN_CASES, next_level
from saishang.apps.supervision.telling import tell_of_case
from saishang.errors import Fault
from saishang.rules import Rules

__all__ = ["SUBJECTS", "CaseDraft", "move_case", "open_case"]

SUBJECTS = ("item", "milestone", "report", "target", "finding")
_LONG_TITLE = 400


@dataclass(frozen=True)
class CaseDraft:
    """What somebody wants a case to say.

    Attributes
    ----------
    subject, key:
        What it is about: code of an item, number of a milestone or report, code of a target or finding.
    organisation:
        Code of who is called to account; empty for whoever owes the subject (a target has no owner and needs it).
    level:
        `prompt`, `notice` or `talk`.
    due:
        Day by which an answer is wanted; None for the rule's.
    """

    subject: str
    key: str
    level: str
    demand: str
    organisation: str = ""
    due: date | None = None


def open_case(doing: Doing, rules: Rules, draft: CaseDraft, *, invented: bool = False) -> Case:
    """Permission → check → number → change → act → log. A notice gets the year's next number, without gaps.

    Raises
    ------
    SupervisionRefused
        Without permission (`supervise`), with every fault of the draft, or when a case about it is open already.
    """
    with transaction.atomic():
        lock_numbers()
        about, faults = _about(rules, draft, doing.today)
        settings = settings_of(rules)
        if draft.level not in LEVELS:
            faults.append(
                Fault("level", f"expected one of {', '.join(LEVELS)}; got {draft.level[:20]!r}", "choose one")
            )
            refuse(faults)
        due, late = chosen_due(draft.due, settings.answer_day(draft.level, doing.today), doing.today)
        refuse([*faults, *late, *needs_text("demand", draft.demand, "what is asked for")])
        allowed(doing, "supervise", about["organisation"])
        open_ = Case.objects.filter(organisation=about["organisation"], subject=draft.subject, state__in=OPEN_CASES)
        known = open_.filter(**{name: about[name] for name in (draft.subject,)}).first()
        if known is not None:
            message = f"there is an open case about it already: {known.code}"
            raise SupervisionRefused(
                message, fix="escalate that one", faults=[Fault("key", message, "escalate that one")]
            )
        row = Case(
            **about, subject=draft.subject, level=draft.level, demand=draft.demand.strip(), issued=doing.today,
            due=due.day, due_sure=due.complete, invented=invented, changed_at=timezone.now(), changed_by=doing.name,
        )  # fmt: skip
        year = doing.today.year
        codes = Case.objects.filter(code__startswith=f"DB-{year}-").values_list("code", flat=True)
        row.code = f"DB-{year}-{next_number(int(code.rsplit('-', 1)[1]) for code in codes):04d}"
        _number(row, year)
        row.save()
        act(doing, row, "open", "", row.demand, level=row.level, due=row.due)
        log(doing, "open_case", row, None, _told(row) | {"title": row.title, "subject": row.subject})
        tell_of_case(doing, row, "open")
    return row


def move_case(
    doing: Doing, rules: Rules, pk: int, action: str, seen: int | None, *, text: str = "", due: date | None = None,
    level: str = "",
) -> Case:  # fmt: skip
    """Permission → lock → check → change → act → log.

    Parameters
    ----------
    text:
        The answer; what a sent back, reopened or escalated case asks for now (empty: what it asked before).
    due:
        New day by which to answer; None for the rule's.
    level:
        Where to escalate to; empty for the next one. Only ever sterner.

    Raises
    ------
    SupervisionRefused
        When the table has no such move, the actor may not, or with every fault.
    """
    with transaction.atomic():
        lock_numbers()
        row = locked(Case, "pk", pk, seen)
        move = move_of(CASE_MOVES, row, action, doing)
        if move.not_by == "answerer" and row.answered_by == doing.name:
            raise NotAllowed("whoever answered does not close the case", fix="let somebody else do it")
        faults: list[Fault] = []
        wanted = row.level
        if "text" in move.needs:
            faults += needs_text("text", text, "an answer")
        if "level" in move.needs:
            wanted = level or next_level(row.level) or ""
            if wanted not in LEVELS or LEVELS.index(wanted) <= LEVELS.index(row.level):
                faults.append(Fault("level", f"expected a level above {row.level}; got {wanted[:20] or 'none'}",
                                    "there is nothing sterner than a talk: send it back, or close it"))  # fmt: skip
                wanted = row.level
        if "due" in move.needs:
            usual = settings_of(rules).answer_day(wanted, doing.today)
            chosen, late = chosen_due(due, usual, doing.today)
            faults += late
            row.due, row.due_sure = chosen.day, chosen.complete
        if action == "reopen" and _others_open(row):
            faults.append(Fault("", "another case about the same thing is open", "escalate that one"))
        refuse(faults)
        before, was = row.state, _told(row)
        row.state, row.level = move.after, wanted
        if action == "answer":
            row.answer, row.answered_on, row.answered_by = text.strip(), doing.today, doing.name
        elif move.after == "open":
            row.demand = text.strip() or row.demand
            row.answered_on, row.answered_by, row.answer = None, "", ""
        row.closed_on = doing.today if move.after == "closed" else None
        _number(row, doing.today.year)
        touch(row, doing)
        act(doing, row, action, before, text, level=row.level, due=row.due)
        log(doing, f"{action}_case", row, was, _told(row))
        tell_of_case(doing, row, action)
    return row


def _others_open(row: Case) -> bool:
    same = {"organisation": row.organisation, "subject": row.subject, row.subject: getattr(row, row.subject)}
    return Case.objects.filter(**same, state__in=OPEN_CASES).exclude(pk=row.pk).exists()


def _number(row: Case, year: int) -> None:
    """A notice gets a number once; a talk that was never a notice has none."""
    if row.level == "notice" and row.number is None:
        given = Case.objects.filter(year=year).values_list("number", flat=True)
        row.year, row.number = year, next_number(given)


def _about(rules: Rules, draft: CaseDraft, today: date) -> tuple[dict[str, Any], list[Fault]]:
    """Fields of the case that tell what it is about and whose it is."""
    finders = {"item": _item, "milestone": _milestone, "report": _report, "target": _target, "finding": _finding}
    if draft.subject not in finders:
        return {}, [
            Fault("subject", f"expected one of {', '.join(SUBJECTS)}; got {draft.subject[:20]!r}", "choose one")
        ]
    found = finders[draft.subject](rules, draft.key.strip(), today)
    if found is None:
        message = f"expected the code of the {draft.subject}; got {draft.key[:60]!r}"
        return {}, [Fault("key", message, "look at its page")]
    value, title, owner = found
    faults: list[Fault] = []
    if draft.organisation:
        try:
            owner = find_organisation(draft.organisation)
        except ChangeRefused as error:
            faults.append(Fault("organisation", error.message, error.fix))
    if owner is None and not faults:
        faults.append(Fault("organisation", "expected an organisation; got nothing", "choose who is called to account"))
    return {draft.subject: value, "title": title[:_LONG_TITLE], "organisation": owner}, faults


def _item(rules: Rules, key: str, today: date) -> Any:
    row = work.item(key, today, work.soon_days(rules))
    return None if row is None else (row, f"{row.code} {row.title}", row.organisation)


def _milestone(_rules: Rules, key: str, _today: date) -> Any:
    row = work.milestone(int(key)) if key.isdigit() else None
    return None if row is None else (row, f"{row.item.code} {row.item.title} · {row.title}", row.item.organisation)


def _report(_rules: Rules, key: str, _today: date) -> Any:
    row = work.report(int(key)) if key.isdigit() else None
    return None if row is None else (row, f"{row.item.code} {report_title(row)}", row.organisation)


def _target(_rules: Rules, key: str, _today: date) -> Any:
    version = plans.current_version()
    rows = plans.targets(version.id) if version is not None else []
    found = next((row for row in rows if row.code == key), None)
    return None if found is None else (key, f"{key} {found.indicator}", None)


def _finding(_rules: Rules, key: str, _today: date) -> Any:
    row = Finding.objects.select_related("organisation").filter(code=key).first()
    return None if row is None else (row, f"{row.code} {row.title}", row.organisation)


def _told(row: Case) -> dict[str, Any]:
    return {
        "code": row.code, "organisation": row.organisation.code, "level": row.level, "state": row.state,
        "notice": f"{row.year}-{row.number}" if row.number else None, "due": row.due.isoformat(),
        "demand": row.demand, "answer": row.answer,
    }  # fmt: skip
