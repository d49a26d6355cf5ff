"""Bulk import into a register: the form that goes out comes in again; a trial first, undo afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from saishang.apps.registers.actions import TableOutcome, load_table, undo_batch
from saishang.apps.registers.form import PLACE
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.science.register.kind import Kind
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import address_of, change_words, kind_name, opened, tabs, today
from saishang.web.pages.registers_forms import RegisterTableForm, fault_words
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.uploads import laid_down, plain_name
from saishang.web.security import permission

__all__ = ["load", "undo"]

_LARGEST = 10 << 20


@permission("edit_registers")
@require_http_methods(["GET", "HEAD", "POST"])
def load(request: HttpRequest, kind: str) -> HttpResponse:
    """Take a table of entries, on trial or for good; what was refused comes back cell by cell."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    form = RegisterTableForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "kind": known, "name": kind_name(known), "form": form, "tabs": tabs(known, reader, "registers-import"),
        "columns": [
            (texts.both(field.zh, field.en), field.required is True, texts.both(field.form_zh, field.form_en))
            for field in known.fields.values()
        ],
    }  # fmt: skip
    page = "registers/import.html"
    if request.method != "POST" or not form.is_valid():
        return render(request, page, context, status=422 if request.method == "POST" else 200)
    sent, data = form.cleaned_data["file"], form.cleaned_data
    name = plain_name(sent, "table")
    if sent.size > _LARGEST:
        form.add_error("file", _("文件超过 10 MiB。"))
        return render(request, page, context, status=422)
    with laid_down(sent) as path:
        try:
            outcome = load_table(
                request.user, known, site.rules(), Archive(settings.CONFIG.archive), path, name, today=today(),
                reason=data["reason"], effective=data["effective"], dry_run=data["dry_run"],
                address=address_of(request),
            )  # fmt: skip
        except SaishangError as error:
            return render(request, page, context | {"error": error}, status=422)
    tables = [_changes(known, outcome), _refusals(known, outcome)]
    context |= {"outcome": outcome, "changes": tables[0], "refusals": tables[1]}
    context |= {effect: outcome.count(effect) for effect in ("added", "changed", "unchanged")}
    return export(request, tables) or render(request, page, context)


@permission("edit_registers")
@require_POST
def undo(request: HttpRequest, kind: str) -> HttpResponse:
    """Take a whole import back."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, _reader = found
    try:
        undone, left = undo_batch(
            request.user, known, request.POST.get("batch", ""), today=today(), reason=request.POST.get("reason", ""),
            address=address_of(request),
        )  # fmt: skip
    except SaishangError as error:
        messages.error(request, " ".join(wording.error_words(error)))
        return redirect("registers-import", known.id)
    words = _("已撤回 %(undone)s 条；%(left)s 条此后有过改动，未撤回。") % {"undone": undone, "left": left}
    messages.success(request, words)
    return redirect("registers-list", known.id)


def _changes(kind: Kind, outcome: TableOutcome) -> Table:
    key = kind.fields[kind.key]
    columns = [
        Column("line", _("行"), number=True), Column("key", texts.both(key.zh, key.en), row_head=True),
        Column("effect", _("结果")), Column("fields", _("改动"), long=True),
    ]  # fmt: skip
    effects = {"added": _("新增"), "changed": _("修改"), "unchanged": _("未变")}
    rows = [
        {"line": change.line, "key": change.key, "effect": effects[change.effect],
         "fields": _told(kind, change.fields) if change.effect == "changed" else ""}
        for change in outcome.changes
    ]  # fmt: skip
    return Table("changes", _("将要发生的变化") if outcome.dry_run else _("已发生的变化"), columns, rows, tight=True,
                 empty=_("没有一行可以接收。"))  # fmt: skip


def _told(kind: Kind, fields: Any) -> str:
    words = []
    for name, (before, after) in fields.items():
        if name == PLACE:
            words.append(_("位置"))
            continue
        words.append(change_words(kind.fields[name], before, after))
    return texts.listed(words)


def _refusals(kind: Kind, outcome: TableOutcome) -> Table:
    columns: Sequence[Column] = [
        Column("line", _("行"), number=True), Column("column", _("列")), Column("content", _("内容")),
        Column("message", _("原因"), long=True), Column("fix", _("怎么办"), long=True),
    ]  # fmt: skip
    rows = [
        {"line": refusal.line, "column": refusal.column, "content": Cell(refusal.content),
         "message": fault_words(kind, refusal.field, refusal.message), "fix": wording.say(refusal.fix)}
        for refusal in outcome.refusals
    ]  # fmt: skip
    return Table("refusals", _("未接收的单元格"), columns, rows, empty=_("没有被拒绝的内容。"))
