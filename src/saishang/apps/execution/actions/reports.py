"""Write a report (autosaved as it is written), say who has it open, remark on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.execution.actions.doing import allowed, holds, locked_report, log
from saishang.apps.execution.models import Comment, ProgressReport
from saishang.apps.execution.refusals import WorkRefused, refuse
from saishang.apps.execution.states import WRITABLE
from saishang.apps.execution.telling import tell_of_remark
from saishang.apps.organisations.actions import Doing
from saishang.errors import Fault

__all__ = ["ReportDraft", "comment", "content_faults", "touch_report", "write_report"]

_TEXTS = ("done", "problems", "next_steps")
_LONGEST, _MOST_FIGURES, _LONG_NAME = 50_000, 100, 200
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,9})?")


@dataclass(frozen=True)
class ReportDraft:
    """What a report says; `figures` as (name, value as text, unit), `milestones` as number → day as text."""

    done: str = ""
    problems: str = ""
    next_steps: str = ""
    figures: tuple[tuple[str, str, str], ...] = ()
    milestones: Mapping[str, str] = field(default_factory=dict)
    percent: int | None = None
    percent_reason: str = ""


def write_report(doing: Doing, pk: int, draft: ReportDraft, seen: int | None, *, quiet: bool = False) -> ProgressReport:
    """Permission → lock → check of sizes → change → log.

    What is half written is kept as it is: whether it can be handed in is checked when it is handed over.

    Parameters
    ----------
    seen:
        Version that the writer saw; with an older one nothing is overwritten.
    quiet:
        An autosave: kept, with writer and time, and not logged one by one.

    Raises
    ------
    OldVersion
        When somebody else was faster.
    WorkRefused
        Without permission; when the report was handed over already; for texts that are too long.
    """
    with transaction.atomic():
        row = locked_report(pk, seen)
        allowed(doing, "write_progress", row.organisation)
        if row.state not in WRITABLE:
            raise WorkRefused(f"a report that is {row.state} is not written on", fix="take it back first")
        refuse(_sizes(draft))
        before = _told(row)
        row.done, row.problems, row.next_steps = draft.done, draft.problems, draft.next_steps
        row.figures = [{"name": name, "value": value, "unit": unit} for name, value, unit in draft.figures]
        row.milestones = {str(key): day for key, day in draft.milestones.items() if day}
        row.percent, row.percent_reason = draft.percent, draft.percent_reason
        after = _told(row)
        if after == before and row.version:
            return row
        row.version += 1
        row.written_by = None if isinstance(doing.actor, str) else doing.actor
        row.written_at = timezone.now()
        row.save()
        if not quiet:
            log(doing, "write_report", row, None, {"item": row.item.code, "period": row.period, "version": row.version})
    return row


def content_faults(row: ProgressReport, today: date) -> list[Fault]:
    """What keeps a report from being handed over: no text, figures that are none, milestones that cannot be.

    A milestone's day lies within what the report covers or before it, and not before the item was in force.
    """
    faults = []
    if not row.done.strip():
        faults.append(Fault("done", "expected what was done; got nothing",
                            "write it, and where nothing was done say that and why"))  # fmt: skip
    for number, figure in enumerate(row.figures, start=1):
        name, value = str(figure.get("name", "")).strip(), str(figure.get("value", "")).strip()
        if not name:
            faults.append(Fault("figures", f"figure {number} has no name", "name it, or leave the line empty"))
        if read_figure(value) is None:
            faults.append(Fault("figures", f"figure {number}: expected a number; got {value[:40]!r}",
                                "write digits, with a point before decimals"))  # fmt: skip
    open_steps = {str(step.pk): step for step in row.item.milestones.all()}
    for key, text in row.milestones.items():
        step = open_steps.get(key)
        if step is None:
            faults.append(Fault("milestones", "a milestone is not there any more", "load the page again"))
            continue
        try:
            day = date.fromisoformat(text)
        except ValueError:
            faults.append(Fault("milestones", f"{step.title!r}: expected a day; got {text[:20]!r}",
                                "write it as 2026-11-23"))  # fmt: skip
            continue
        latest = min(today, row.last)
        if day > latest:
            faults.append(Fault("milestones", f"{step.title!r}: expected a day up to {latest}, the end of the period; "
                                f"got {day}", "report it with its own period"))  # fmt: skip
    if row.percent is not None and not row.percent_reason.strip():
        faults.append(Fault("percent_reason", "another percent than the computed one needs a reason; got none",
                            "say why, or leave the percent empty"))  # fmt: skip
    return faults


def read_figure(text: str) -> Decimal | None:
    """A figure as it was typed, with full-width signs and thousands' commas; None for what is no number."""
    plain = text.strip().translate(str.maketrans("０１２３４５６７８９．，－＋", "0123456789.,-+"))
    plain = re.sub(r"(?<=\d),(?=\d{3}(\D|$))", "", plain)
    if not _NUMBER.fullmatch(plain):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def touch_report(doing: Doing, pk: int, seconds: int) -> str:
    """Say that somebody has the form open; the name of who else has it open within `seconds`, empty for nobody.

    Raises
    ------
    WorkRefused
        Without permission to write or review it.
    """
    with transaction.atomic():
        row = locked_report(pk, None)
        if not holds(doing, "write_progress", row.organisation):
            allowed(doing, "review_progress", row.organisation)
        now = timezone.now()
        other = row.open_by
        alive = row.open_at is not None and now - row.open_at < timedelta(seconds=seconds)
        if other is not None and alive and not doing.is_self(other):
            return str(other)
        actor: Any = None if isinstance(doing.actor, str) else doing.actor
        ProgressReport.objects.filter(pk=pk).update(open_by=actor, open_at=now)
    return ""


def comment(doing: Doing, pk: int, text: str) -> Comment:
    """Remark on a report; whoever may see it inside may.

    Raises
    ------
    WorkRefused
        Without permission; for nothing, or too much.
    """
    with transaction.atomic():
        row = locked_report(pk, None)
        allowed(doing, "view_internal", row.organisation)
        words = text.strip()
        if not words or len(words) > _LONGEST:
            message = f"expected a remark of 1 to {_LONGEST} characters; got {len(words)}"
            raise WorkRefused(message, fix="write it", faults=[Fault("text", message, "write it")])
        made = Comment.objects.create(
            report=row, at=timezone.now(), by=None if isinstance(doing.actor, str) else doing.actor,
            by_name=doing.name, text=words,
        )  # fmt: skip
        log(doing, "comment_report", row, None, {"item": row.item.code, "period": row.period, "comment": made.pk})
        tell_of_remark(doing, row, made.pk, words)
    return made


def _sizes(draft: ReportDraft) -> list[Fault]:
    faults = []
    for name in _TEXTS:
        length = len(getattr(draft, name))
        if length > _LONGEST:
            faults.append(Fault(name, f"expected at most {_LONGEST} characters; got {length}", "attach it as a file"))
    if len(draft.figures) > _MOST_FIGURES:
        faults.append(Fault("figures", f"expected at most {_MOST_FIGURES} figures; got {len(draft.figures)}",
                            "attach them as a table"))  # fmt: skip
    if any(len(part) > _LONG_NAME for figure in draft.figures for part in figure):
        faults.append(Fault("figures", f"expected at most {_LONG_NAME} characters a cell", "say it shorter"))
    if draft.percent is not None and not 0 <= draft.percent <= 100:
        faults.append(Fault("percent", f"expected 0 to 100; got {draft.percent}", "enter a whole per cent"))
    if len(draft.percent_reason) > 500:
        faults.append(Fault("percent_reason", f"expected at most 500 characters; got {len(draft.percent_reason)}",
                            "say it shorter"))  # fmt: skip
    return faults


def _told(row: ProgressReport) -> dict[str, Any]:
    names = (*_TEXTS, "figures", "milestones", "percent", "percent_reason")
    return {name: getattr(row, name) for name in names}
