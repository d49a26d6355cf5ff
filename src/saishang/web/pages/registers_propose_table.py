"""Propose a table of entries, and decide about what came in one: every row with what it would change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saishang.apps.registers.actions import decide_bundle, propose_table
from saishang.apps.registers.actions.propose_table import MOST_ROWS
from saishang.apps.registers.models import Bundle, Proposal
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.science.register.kind import Kind
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import Reader, action_name, address_of, kind_name, tabs, today
from saishang.web.pages.registers_deciding import (
    PICK,
    SeveralForm,
    chosen_of,
    error_words,
    left_table,
    opened_guarded,
    said_of,
    seen_versions,
    tick,
    words_of,
)
from saishang.web.pages.registers_forms import RegisterTableForm
from saishang.web.pages.registers_tables import changes_table, refusals_table, row_columns
from saishang.web.pages.registers_words import proposal_state
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.uploads import laid_down, plain_name
from saishang.web.security import registered

__all__ = ["bundle", "decide", "load"]

_LARGEST = 10 << 20


@registered("propose_entries")
@require_http_methods(["GET", "HEAD", "POST"])
def load(request: HttpRequest, kind: str) -> HttpResponse:
    """Propose a table, on trial or for good; what was refused comes back cell by cell."""
    known, reader = opened_guarded(request, kind)
    if reader.editor:  # who writes at once imports
        return redirect("registers-import", known.id)
    form = RegisterTableForm(request.POST or None, request.FILES or None)
    form.fields["file"].help_text = _("本名录导出的填报表（Excel 或 CSV），最大 10 MiB，%(most)s 行。") % {
        "most": MOST_ROWS
    }
    form.fields["reason"].help_text = _("提交时必填，如来文名称、文号")
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
    tables = [changes_table(known, outcome.changes, _("将要提交的内容")), refusals_table(known, outcome.refusals)]
    context |= {"outcome": outcome, "bundle": found.bundle, "changes": tables[0], "refusals": tables[1],
                "trial": data["dry_run"]}  # fmt: skip
    context |= {effect: outcome.count(effect) for effect in ("added", "changed", "unchanged")}
    return export(request, tables) or render(request, page, context)


@registered("review_entries", "own")
@require_safe
def bundle(request: HttpRequest, kind: str, bundle: int) -> HttpResponse:
    """A table of proposals: row by row what it would change, and what was decided."""
    known, reader = opened_guarded(request, kind)
    return _page(request, known, reader, _bundle(known, bundle))


@registered("review_entries", "own")
@require_POST
def decide(request: HttpRequest, kind: str, bundle: int) -> HttpResponse:
    """Accept or return all rows that wait, or those that are ticked."""
    known, reader = opened_guarded(request, kind)
    row, form = _bundle(known, bundle), SeveralForm(request.POST)
    if not form.is_valid():
        return _page(request, known, reader, row, status=422, refused=_("请求不完整。"))
    data, chosen = form.cleaned_data, chosen_of(request)
    if data["which"] != "all" and not chosen:
        return _page(request, known, reader, row, status=422, refused=_("请先勾选要办理的行。"))
    try:
        done = decide_bundle(
            request.user, known, site.rules(), Archive(settings.CONFIG.archive), row.pk, data["what"], today=today(),
            chosen=None if data["which"] == "all" else chosen, remark=data["remark"], address=address_of(request),
        )  # fmt: skip
    except SaishangError as error:
        message, fix = error_words(known, error)
        return _page(request, known, reader, row, status=422, refused=message, mend=fix)
    said_of(request, done, data["what"])
    if done.left:
        return _page(request, known, reader, row, status=422, left=left_table(known, done.left))
    return redirect("registers-bundle", known.id, row.pk)


def _bundle(kind: Kind, pk: int) -> Bundle:
    row = Bundle.objects.filter(kind=kind.id, pk=pk).first()
    if row is None:
        raise Http404(_("没有这份提交。"))
    return row


def _page(
    request: HttpRequest, kind: Kind, reader: Reader, row: Bundle, *, status: int = 200, **more: Any
) -> HttpResponse:  # fmt: skip
    proposals = list(row.proposals.select_related("entry", "made", "organisation").order_by("line", "pk"))
    waiting = sum(one.state == "open" for one in proposals)
    decides = reader.reviewer and row.actor_id != request.user.pk and waiting > 0
    ticked = chosen_of(request)
    table = _rows_table(kind, proposals, ticks=decides and "format" not in request.GET, ticked=ticked)
    answer = export(request, [table])
    if answer is not None:
        return answer
    context = {
        "kind": kind, "name": kind_name(kind), "row": row, "table": table, "waiting": waiting, "decides": decides,
        "remark": request.POST.get("remark", ""), "some": request.POST.get("which") == "chosen",
        "states": [(proposal_state(state), sum(one.state == state for one in proposals))
                   for state in ("open", "accepted", "returned", "taken_back")],
        **more,
    }  # fmt: skip
    return render(request, "registers/bundle.html", context, status=status)


def _rows_table(kind: Kind, proposals: Sequence[Proposal], *, ticks: bool, ticked: Sequence[int]) -> Table:
    columns = [*row_columns(kind), Column("title", texts.both(kind.fields[kind.title].zh, kind.fields[kind.title].en)),
               Column("state", _("状态"), nowrap=True), Column("remark", _("审核意见"), long=True)]  # fmt: skip
    if ticks:
        columns.insert(0, Column(PICK, _("选")))
    seen = seen_versions(proposals)
    rows = []
    for one in proposals:
        before = seen.get((one.entry_id, one.number))
        changed = one.state == "open" and one.entry is not None and one.entry.number != one.number
        rows.append({
            PICK: tick(one, on=one.pk in ticked) if one.state == "open" else Cell("", text=""),
            "line": one.line, "key": Cell(one.key, href=reverse("registers-proposal", args=[kind.id, one.pk])),
            "title": one.title, "effect": _("新增") if one.action == "add" else action_name(kind, one.action),
            "fields": words_of(kind, one, before), "remark": one.remark,
            "state": Cell(proposal_state(one.state), note=_("提交后条目又有改动") if changed else ""),
        })  # fmt: skip
    return Table("rows", _("逐行内容"), columns, rows, tight=True)
