"""Bulk entry of items (批量导入): looked at first, then written, by a job where it is long; and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.core.queries import entries
from saishang.apps.execution.actions import ItemsOutcome, load_items, undo_items
from saishang.apps.execution.actions.item_cells import COLUMNS
from saishang.apps.jobs import queries as jobs
from saishang.apps.jobs.actions import start
from saishang.apps.organisations import access
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.web import texts, wording
from saishang.web.pages import site, work_common
from saishang.web.pages.faults import fault_words
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.uploads import laid_down, plain_name
from saishang.web.pages.work_item_parts import field_name, value_words
from saishang.web.security import somewhere

__all__ = ["load", "loaded", "loading", "undo"]

_LARGEST = 20 << 20
#: From so many rows on a job writes them, so that nobody waits for a page.
_LONG = 300
#: Rows of a preview on the page.
_SHOWN = 400
#: How long a file that was looked at may be written [s].
_FRESH = 24 * 3600
_SALT = "work-items-import"


class TableForm(forms.Form):
    """A list of items."""

    file = forms.FileField(
        label=gettext_lazy("文件"),
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".xlsx,.csv"}),
        help_text=gettext_lazy("清单页下载的填报表（Excel 或 CSV），最大 20 MiB、20000 行。"),
    )  # fmt: skip


@somewhere("edit_items")
@require_http_methods(["GET", "HEAD", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """Look at a table, or write one that was looked at."""
    if request.method == "POST" and request.POST.get("token"):
        return _write(request)
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, status=422 if request.method == "POST" else 200)
    sent = form.cleaned_data["file"]
    name = plain_name(sent, "table")
    if sent.size > _LARGEST:
        form.add_error("file", _("文件超过 20 MiB。"))
        return _page(request, form, status=422)
    with laid_down(sent) as path:
        try:
            outcome = _load(request, path, name, "", dry_run=True)
        except SaishangError as error:
            return _page(request, form, error=error, status=422)
    return _page(
        request, TableForm(), outcome=outcome, token=_token(request, outcome.sha256, name, outcome.rows), name=name
    )


def _load(request: HttpRequest, path: Path, name: str, reason: str, *, dry_run: bool) -> ItemsOutcome:
    archive = Archive(settings.CONFIG.archive)
    return load_items(work_common.doing(request, reason), site.rules(), archive, path, name, dry_run=dry_run)


def _token(request: HttpRequest, sha256: str, name: str, rows: int) -> str:
    """What was looked at by whom: nobody can have a file read that somebody else sent."""
    return signing.dumps({"sha256": sha256, "name": name, "rows": rows, "by": request.user.pk}, salt=_SALT)


def _write(request: HttpRequest) -> HttpResponse:
    form, reason = TableForm(), request.POST.get("reason", "")
    try:
        told = signing.loads(request.POST["token"], salt=_SALT, max_age=_FRESH)
    except signing.BadSignature:
        told = {}
    if told.get("by") != request.user.pk:
        messages.error(request, _("试算已过期，请重新上传。"))
        return redirect("work-items-import")
    path = Archive(settings.CONFIG.archive).verify(told["sha256"])
    if told["rows"] > _LONG and reason.strip():
        doing = work_common.doing(request, reason)
        job = start(request.user, "load_items", {
            "sha256": told["sha256"], "file": told["name"], "batch": uuid4().hex, "address": doing.address,
        }, reason=reason, address=doing.address)  # fmt: skip
        return redirect("work-items-loading", job.pk)
    try:
        outcome = _load(request, path, told["name"], reason, dry_run=False)
    except SaishangError as error:
        try:
            seen = _load(request, path, told["name"], "", dry_run=True)
        except SaishangError:
            return _page(request, form, error=error, status=422)
        return _page(request, form, outcome=seen, token=request.POST["token"], name=told["name"], error=error,
                     reason=reason, status=422)  # fmt: skip
    messages.success(request, _("已写入：新增 %(added)s 项，修改 %(changed)s 项。") % {
        "added": outcome.count("added"), "changed": outcome.count("changed"),
    })  # fmt: skip
    return redirect("work-items-loaded", outcome.batch)


def _page(
    request: HttpRequest, form: TableForm, *, outcome: ItemsOutcome | None = None, token: str = "", name: str = "",
    error: SaishangError | None = None, reason: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    english = int(texts.english())
    context: dict[str, Any] = {
        "form": form, "tabs": work_common.tabs("work-items", request), "error": error, "token": token, "file": name,
        "reason": reason, "told": fault_words(error.message, error.fix) if error is not None else "",
        "columns": [(words[english], key in ("task", "title", "organisation")) for key, words in COLUMNS.items()],
        "mine": _mine(request),
    }  # fmt: skip
    if outcome is not None:
        names = work_common.names()
        context |= {
            "outcome": outcome, "changes": _changes(outcome, names), "faults": _faults(outcome),
            "long": outcome.rows > _LONG,
            "more": max(0, outcome.count("added") + outcome.count("changed") - _SHOWN),
            "more_faults": max(0, len(outcome.faults) - _SHOWN), "refused": outcome.refused,
            **{effect: outcome.count(effect) for effect in ("added", "changed", "unchanged")},
        }  # fmt: skip
    return render(request, "work/import.html", context, status=status)


def _changes(outcome: ItemsOutcome, names: Mapping[str, str]) -> Table:
    columns = [
        Column("line", _("行"), number=True), Column("effect", _("结果"), nowrap=True),
        Column("code", _("编号"), nowrap=True),
        Column("title", _("工作事项"), row_head=True), Column("fields", _("改动"), long=True),
    ]  # fmt: skip
    effects = {"added": _("新增"), "changed": texts.both("修改", "Changed")}
    rows = [
        {"line": row.line, "effect": effects[row.effect], "title": row.title,
         "code": Cell(row.code, href=work_common.item_url(row.code)) if row.code else None,
         "fields": _("；").join(
             f"{field_name(name)}{_('：')}{_words(name, before, names)} → {_words(name, after, names)}"
             for name, (before, after) in row.fields.items())}
        for row in [row for row in outcome.effects if row.effect != "unchanged"][:_SHOWN]
    ]  # fmt: skip
    return Table("changes", _("将要发生的变化"), columns, rows, tight=True, empty=_("没有新增，也没有改动。"))


def _words(name: str, value: Any, names: Mapping[str, str]) -> str:
    return value_words(name, value.isoformat() if hasattr(value, "isoformat") else value, names)


def _faults(outcome: ItemsOutcome) -> Table:
    columns: Sequence[Column] = [
        Column("sheet", _("工作表"), wide_only=True), Column("cell", _("单元格"), row_head=True, nowrap=True),
        Column("column", _("列"), nowrap=True), Column("content", _("内容")), Column("message", _("原因"), long=True),
        Column("fix", _("怎么办"), long=True),
    ]  # fmt: skip
    english = int(texts.english())
    headings = {words[0]: words[english] for words in COLUMNS.values()}
    rows = [
        {"sheet": fault.sheet, "cell": fault.cell, "column": headings.get(fault.column, fault.column),
         "content": fault.content[:80], "message": wording.say(fault.message), "fix": wording.say(fault.fix)}
        for fault in outcome.faults[:_SHOWN]
    ]  # fmt: skip
    return Table("faults", _("未接收的单元格"), columns, rows, tight=True)


def _mine(request: HttpRequest) -> list[dict[str, Any]]:
    """The last loads of this person."""
    found = entries("execution.load_items").filter(actor_name=request.user.get_username())[:5]
    return [{"at": row.at, "href": reverse("work-items-loaded", args=[row.object_id]), **_counts(row)} for row in found]


def _counts(row: ActionLogEntry) -> dict[str, Any]:
    after = row.after or {}
    return {"file": after.get("file", ""), "added": len(after.get("added", ())),
            "changed": len(after.get("changed", ())), "unchanged": after.get("unchanged", 0),
            "refused": after.get("refused", 0)}  # fmt: skip


@somewhere("edit_items")
@require_safe
def loading(request: HttpRequest, number: int) -> HttpResponse:
    """How far a long load is; looked at again every few seconds, until it leads to what came of it."""
    row = jobs.job(number)
    if row is None or row.kind != "load_items" or not _theirs(request, row.actor_id):
        raise Http404
    if row.state == "succeeded" and row.result is not None:
        target = reverse("work-items-loaded", args=[row.result["batch"]])
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": target})
        return redirect(target)
    error = row.error or {}
    context = {
        "row": row, "step": texts.both(row.step_zh, row.step_en), "tabs": work_common.tabs("work-items", request),
        "told": fault_words(error.get("message", ""), error.get("fix", "")) if error else "",
    }  # fmt: skip
    part = request.headers.get("HX-Request") == "true"
    return render(request, "work/loading_part.html" if part else "work/loading.html", context)


@somewhere("edit_items")
@require_safe
def loaded(request: HttpRequest, batch: str) -> HttpResponse:
    """What came of a load, with the way back."""
    row = _batch(request, batch)
    undone = entries("execution.undo_items").filter(object_id=batch).first()
    after = row.after or {}
    context = {
        "row": row, "batch": batch, **_counts(row), "tabs": work_common.tabs("work-items", request),
        "added_codes": [(code, work_common.item_url(code)) for code in after.get("added", ())[:_SHOWN]],
        "changed_codes": [(code, work_common.item_url(code)) for code, _version in after.get("changed", ())[:_SHOWN]],
        "undone": undone, "left": (undone.after or {}).get("left", ()) if undone is not None else (),
    }  # fmt: skip
    return render(request, "work/loaded.html", context)


@somewhere("edit_items")
@require_POST
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    """Take a whole load back."""
    _batch(request, batch)
    try:
        done = undo_items(work_common.doing(request, request.POST.get("reason", "")), site.rules(), batch)
    except SaishangError as error:
        messages.error(request, fault_words(error.message, error.fix))
    else:
        words = _("已撤回：作废 %(dropped)s 项，恢复 %(restored)s 项；%(left)s 项此后有人办理或无权修改，未撤回。")
        messages.success(request, words % {
            "dropped": len(done.dropped), "restored": len(done.restored), "left": len(done.left),
        })  # fmt: skip
    return redirect("work-items-loaded", batch)


def _batch(request: HttpRequest, batch: str) -> ActionLogEntry:
    row = entries("execution.load_items").filter(object_id=batch).first()
    if row is None or not _theirs(request, row.actor_id):
        raise Http404
    return row


def _theirs(request: HttpRequest, actor: int | None) -> bool:
    """Whether it is this person's own load, or the person keeps every list."""
    return actor == request.user.pk or access.reach(request.user, "edit_items").everything
