"""Propose a table of entries, and decide about what came in one: every row with what it would change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saishang.apps.registers.actions import RowRefusal, decide_bundle, propose_table
from saishang.apps.registers.actions.propose_table import MOST_ROWS
from saishang.apps.registers.actions.take_rows import RowChange
from saishang.apps.registers.form import PLACE
from saishang.apps.registers.models import Bundle, Proposal
from saishang.apps.registers.retention import hidden_proposed
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.science.register.kind import Kind
from saishang.science.register.values import read_entry
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import (
    Reader,
    address_of,
    change_words,
    kind_name,
    opened,
    tabs,
    today,
    value_text,
)
from saishang.web.pages.registers_forms import RegisterTableForm, fault_words
from saishang.web.pages.registers_words import proposal_state
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.uploads import laid_down, plain_name
from saishang.web.security import registered

__all__ = ["bundle", "decide", "load"]

_LARGEST = 10 << 20


class _Decision(forms.Form):
    """What is decided about which rows; none chosen: about all that wait."""

    what = forms.ChoiceField(choices=[("accept", ""), ("return", "")])
    which = forms.ChoiceField(choices=[("all", ""), ("chosen", "")])
    remark = forms.CharField(required=False, max_length=1000)


@registered("propose_entries")
@require_http_methods(["GET", "HEAD", "POST"])
def load(request: HttpRequest, kind: str) -> HttpResponse:
    """Propose a table, on trial or for good; what was refused comes back cell by cell."""
    known, reader = _opened(request, kind)
    if reader.editor:  # who writes at once imports
        return redirect("registers-import", known.id)
    form = RegisterTableForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "kind": known, "name": kind_name(known), "form": form, "reader": reader, "most": MOST_ROWS,
        "tabs": tabs(known, reader, "registers-propose-table"),
        "columns": [
            (texts.both(field.zh, field.en), field.required is True, texts.both(field.form_zh, field.form_en))
            for field in known.fields.values()
        ],
    }  # fmt: skip
    page = "registers/propose_table.html"
    if request.method != "POST" or not form.is_valid():
        return render(request, page, context, status=422 if request.method == "POST" else 200)
    sent, data = form.cleaned_data["file"], form.cleaned_data
    if sent.size > _LARGEST:
        form.add_error("file", _("文件超过 10 MiB。"))
        return render(request, page, context, status=422)
    with laid_down(sent) as path:
        try:
            found = propose_table(
                request.user, known, site.rules(), Archive(settings.CONFIG.archive), path, plain_name(sent, "table"),
                today=today(), reason=data["reason"], effective=data["effective"], dry_run=data["dry_run"],
                address=address_of(request),
            )  # fmt: skip
        except SaishangError as error:
            return render(request, page, context | {"error": error}, status=422)
    outcome = found.outcome
    tables = [_changes(known, outcome.changes), refusals_table(known, outcome.refusals)]
    context |= {"outcome": outcome, "bundle": found.bundle, "changes": tables[0], "refusals": tables[1],
                "trial": data["dry_run"]}  # fmt: skip
    context |= {effect: outcome.count(effect) for effect in ("added", "changed", "unchanged")}
    return export(request, tables) or render(request, page, context)


@registered("review_entries", "own")
@require_safe
def bundle(request: HttpRequest, kind: str, bundle: int) -> HttpResponse:
    """A table of proposals: row by row what it would change, and what was decided."""
    known, reader = _opened(request, kind)
    return _page(request, known, reader, _bundle(known, bundle))


@registered("review_entries", "own")
@require_POST
def decide(request: HttpRequest, kind: str, bundle: int) -> HttpResponse:
    """Accept or return all rows that wait, or those that are ticked."""
    known, reader = _opened(request, kind)
    row, form = _bundle(known, bundle), _Decision(request.POST)
    if not form.is_valid():
        return _page(request, known, reader, row, status=422, refused=_("请求不完整。"))
    data = form.cleaned_data
    chosen = [int(text) for text in request.POST.getlist("row") if text.isdigit()]
    if data["which"] == "chosen" and not chosen:
        return _page(request, known, reader, row, status=422, refused=_("请先勾选要办理的行。"))
    try:
        done = decide_bundle(
            request.user, known, site.rules(), Archive(settings.CONFIG.archive), row.pk, data["what"], today=today(),
            chosen=chosen if data["which"] == "chosen" else None, remark=data["remark"], address=address_of(request),
        )  # fmt: skip
    except SaishangError as error:
        message, fix = wording.error_words(error)
        return _page(request, known, reader, row, status=422, refused=message, mend=fix)
    words = _("已通过 %(count)s 条，写入名录。") if data["what"] == "accept" else _("已退回 %(count)s 条。")
    messages.success(request, words % {"count": done.decided})
    if done.left:
        left = [
            RowRefusal(line, "", "", error.message, error.fix) for line, error in done.left
        ]  # fmt: skip
        return _page(request, known, reader, row, status=422, left=refusals_table(known, left, title=_("未办理的行")))
    return redirect("registers-bundle", known.id, row.pk)


def refusals_table(kind: Kind, refusals: Sequence[RowRefusal], *, title: str = "") -> Table:
    """Cells that were not taken: where, what, why, how to mend it."""
    columns = [
        Column("line", _("行"), number=True), Column("column", _("列")), Column("content", _("内容")),
        Column("message", _("原因"), long=True), Column("fix", _("怎么办"), long=True),
    ]  # fmt: skip
    rows = [
        {"line": one.line, "column": one.column, "content": Cell(one.content),
         "message": fault_words(kind, one.field, one.message), "fix": wording.say(one.fix)}
        for one in refusals
    ]  # fmt: skip
    return Table("refusals", title or _("未接收的单元格"), columns, rows, empty=_("没有被拒绝的内容。"))


def _opened(request: HttpRequest, name: str) -> tuple[Kind, Reader]:
    found = opened(request, name, guarded=True)
    if isinstance(found, HttpResponse):  # never for who was let in
        raise Http404
    return found


def _bundle(kind: Kind, pk: int) -> Bundle:
    row = Bundle.objects.filter(kind=kind.id, pk=pk).first()
    if row is None:
        raise Http404(_("没有这份提交。"))
    return row


def _changes(kind: Kind, changes: Sequence[RowChange]) -> Table:
    effects = {"added": _("新增"), "changed": _("修改"), "unchanged": _("未变")}
    rows = [
        {"line": change.line, "key": change.key, "effect": effects[change.effect],
         "fields": _told(kind, change.fields) if change.effect == "changed" else ""}
        for change in changes
    ]  # fmt: skip
    return Table("changes", _("将要提交的内容"), _row_columns(kind), rows, tight=True, empty=_("没有一行可以接收。"))


def _row_columns(kind: Kind) -> list[Column]:
    key = kind.fields[kind.key]
    return [
        Column("line", _("行"), number=True), Column("key", texts.both(key.zh, key.en), row_head=True),
        Column("effect", _("结果"), nowrap=True), Column("fields", _("改动"), long=True),
    ]  # fmt: skip


def _told(kind: Kind, fields: Any) -> str:
    return texts.listed(
        _("位置") if name == PLACE else change_words(kind.fields[name], before, after)
        for name, (before, after) in fields.items()
    )


def _page(
    request: HttpRequest, kind: Kind, reader: Reader, row: Bundle, *, status: int = 200, **more: Any
) -> HttpResponse:  # fmt: skip
    proposals = list(row.proposals.select_related("entry", "made", "organisation").order_by("line", "pk"))
    table = _rows_table(kind, proposals)
    answer = export(request, [table])
    if answer is not None:
        return answer
    waiting = [one for one in proposals if one.state == "open"]
    decides = reader.reviewer and row.actor_id != request.user.pk
    context = {
        "kind": kind, "name": kind_name(kind), "row": row, "table": table, "waiting": len(waiting),
        "decides": decides and bool(waiting),
        "ticks": [(one.pk, one.line, one.key, one.title) for one in waiting] if decides else [],
        "states": [(proposal_state(state), sum(one.state == state for one in proposals))
                   for state in ("open", "accepted", "returned", "taken_back")],
        **more,
    }  # fmt: skip
    return render(request, "registers/bundle.html", context, status=status)


def _rows_table(kind: Kind, proposals: Sequence[Proposal]) -> Table:
    columns = [*_row_columns(kind), Column("title", texts.both(kind.fields[kind.title].zh, kind.fields[kind.title].en)),
               Column("state", _("状态"), nowrap=True), Column("remark", _("审核意见"), long=True)]  # fmt: skip
    seen = {(step.entry_id, step.number): step for step in _seen(proposals)}
    rows = []
    for one in proposals:
        before = seen.get((one.entry_id, one.number))
        values, _faults = read_entry(
            kind, one.given, site.rules().regions, state=before.state if before else kind.start
        )
        words = []
        hidden, _papers = hidden_proposed(kind, one)
        for field in kind.fields.values():
            if field.id in hidden:
                continue
            old, new = (before.values.get(field.id) if before else None), values.get(field.id)
            if old != new and before is not None:
                words.append(change_words(field, old, new))
            elif old != new:
                words.append(f"{texts.both(field.zh, field.en)}{_('：')}{value_text(field, new)}")
        if before is not None and before.place != one.place:
            words.append(_("位置"))
        changed = one.state == "open" and one.entry is not None and one.entry.number != one.number
        rows.append({
            "line": one.line, "key": Cell(one.key, href=reverse("registers-proposal", args=[kind.id, one.pk])),
            "title": one.title, "effect": _("新增") if one.action == "add" else _("修改"),
            "fields": texts.listed(words), "remark": one.remark,
            "state": Cell(proposal_state(one.state), note=_("提交后条目又有改动") if changed else ""),
        })  # fmt: skip
    return Table("rows", _("逐行内容"), columns, rows, tight=True)


def _seen(proposals: Sequence[Proposal]) -> Any:
    """The versions on which changes were proposed."""
    from saishang.apps.registers.models import Version

    wanted = {(one.entry_id, one.number) for one in proposals if one.entry_id is not None}
    rows = Version.objects.filter(entry__in=[entry for entry, _number in wanted])
    return [row for row in rows if (row.entry_id, row.number) in wanted]
