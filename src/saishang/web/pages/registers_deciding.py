"""What the pages that decide about proposals share, be it one, one bundle or some that are ticked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from saishang.apps.registers.actions import Decided, EntryFaults
from saishang.apps.registers.models import Proposal, Version
from saishang.apps.registers.retention import hidden_proposed
from saishang.errors import SaishangError
from saishang.science.register.kind import Kind
from saishang.science.register.values import read_entry
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.registers_common import (
    Reader,
    change_words,
    exact,
    opened,
    place_text,
    state_name,
    value_text,
)
from saishang.web.pages.registers_forms import fault_words
from saishang.web.pages.tables import Cell, Column, Table

__all__ = [
    "PICK", "Difference", "SeveralForm", "chosen_of", "differences", "error_words", "left_table", "opened_guarded",
    "said_of", "seen_versions",
    "tick", "words_of",
]  # fmt: skip

#: Name of the column with the boxes to tick.
PICK = "_pick"


class SeveralForm(forms.Form):
    """What is decided about the proposals that are ticked (of a bundle also: about all that wait)."""

    what = forms.ChoiceField(choices=[("accept", ""), ("return", "")])
    which = forms.ChoiceField(choices=[("all", ""), ("chosen", "")], required=False)
    remark = forms.CharField(required=False, max_length=1000)


@dataclass(frozen=True)
class Difference:
    """One thing that a proposal would have otherwise; `words` says it in one line."""

    label: str
    before: Cell
    after: Cell
    words: str


def opened_guarded(request: HttpRequest, name: str) -> tuple[Kind, Reader]:
    """The register of an address that has asked already who it is (Errors: Http404)."""
    found = opened(request, name, guarded=True)
    if isinstance(found, HttpResponse):  # never for who was let in
        raise Http404
    return found


def chosen_of(request: HttpRequest) -> list[int]:
    """Numbers of the proposals that are ticked."""
    return [int(text) for text in request.POST.getlist("pk") if text.isdigit() and len(text) < 18]


def tick(row: Proposal, *, on: bool = False) -> Cell:
    """The box that picks a proposal for the form beside the table."""
    return Cell(badge=format_html(
        '<input type="checkbox" name="pk" value="{}" form="pick" aria-label="{}"{}>', row.pk, f"{_('选')} {row.key}",
        " checked" if on else "",
    ))  # fmt: skip


def seen_versions(proposals: Sequence[Proposal]) -> dict[tuple[int | None, int | None], Version]:
    """The versions on which changes were proposed, by entry and number."""
    wanted = {(one.entry_id, one.number) for one in proposals if one.entry_id is not None}
    rows = Version.objects.filter(
        entry__in={entry for entry, _number in wanted}, number__in={number for _entry, number in wanted}
    )
    return {(row.entry_id, row.number): row for row in rows if (row.entry_id, row.number) in wanted}


def words_of(kind: Kind, row: Proposal, seen: Any) -> str:
    """What a proposal would have otherwise, in one line."""
    return texts.listed(one.words for one in differences(kind, row, seen))


def differences(kind: Kind, row: Proposal, seen: Any) -> Iterator[Difference]:
    """What the entry said in the version that was seen (None for a new one), and what it would say."""
    if row.action in ("add", "change"):
        yield from _fields(kind, row, seen)
        was = None if seen is None else seen.place
        if was != row.place:
            yield Difference(_("位置"), Cell(place_text(was)), Cell(place_text(row.place)), _("位置"))
    elif row.action == "withdraw":
        yield _plain(_("条目"), _("在册"), _("已撤销"))
    elif seen is not None and kind.life is not None and seen.state in kind.life.states:
        action = row.action.removeprefix("move:")
        to = next((move.after for move in kind.life.moves(seen.state) if move.action == action), "")
        yield _plain(_("状态"), state_name(kind, seen.state), state_name(kind, to))


def _fields(kind: Kind, row: Proposal, seen: Any) -> Iterator[Difference]:
    values, faults = read_entry(kind, row.given, site.rules().regions, state=kind.start if seen is None else seen.state)
    wrong = {fault.field: fault.content for fault in faults}
    hidden, _papers = hidden_proposed(kind, row)
    for field in kind.fields.values():
        old = None if seen is None else seen.values.get(field.id)
        typed, new = wrong.get(field.id), values.get(field.id)
        if field.id in hidden or old == (typed or new):
            continue
        label = texts.both(field.zh, field.en)
        before = Cell(exact(field, old), text=value_text(field, old) or None)
        if typed:
            yield Difference(label, before, Cell(typed), f"{label}{_('：')}{typed}")
        else:
            words = change_words(field, old, new) if seen is not None else f"{label}{_('：')}{value_text(field, new)}"
            yield Difference(label, before, Cell(exact(field, new), text=value_text(field, new) or None), words)


def _plain(label: str, before: str, after: str) -> Difference:
    words = _("%(field)s：%(before)s → %(after)s") % {"field": label, "before": before, "after": after}
    return Difference(label, Cell(before), Cell(after), words)


def error_words(kind: Kind, error: SaishangError) -> tuple[str, str]:
    """Why a proposal was not taken, with the names of the fields that stand in the way, and how to mend it."""
    if not isinstance(error, EntryFaults):
        message, fix = wording.error_words(error)
        return message, fix
    words = [
        f"{texts.both(kind.fields[fault.field].zh, kind.fields[fault.field].en)}{_('：')}"
        f"{fault_words(kind, fault.field, fault.message)}" for fault in error.faults
    ]  # fmt: skip
    return texts.listed(words), _("退回提交人修改。")


def left_table(kind: Kind, left: Sequence[tuple[Proposal, SaishangError]]) -> Table:
    """Proposals that were not decided, and why."""
    columns = [
        Column("number", _("编号"), row_head=True), Column("entry", _("条目"), long=True),
        Column("message", _("原因"), long=True), Column("fix", _("怎么办"), long=True),
    ]  # fmt: skip
    rows = []
    for row, error in left:
        message, fix = error_words(kind, error)
        rows.append({
            "number": Cell(row.pk, href=reverse("registers-proposal", args=[kind.id, row.pk])),
            "entry": f"{row.key} {row.title}", "message": message, "fix": fix,
        })  # fmt: skip
    return Table("left", _("未办理的提交"), columns, rows, tight=True)


def said_of(request: HttpRequest, done: Decided, what: str) -> None:
    """Say how many were decided."""
    count = len(done.decided)
    if count:
        words = _("已通过 %(count)s 条，写入名录。") if what == "accept" else _("已退回 %(count)s 条。")
        messages.success(request, words % {"count": count})
