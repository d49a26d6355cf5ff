"""Proposals of a register: the list, one of them with what it would change, accepting, returning, taking back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.registers.actions import (
    EntryFaults,
    accept_proposal,
    return_proposal,
    take_back_proposal,
)
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.models import Proposal
from saishang.apps.registers.permits import may_propose, proposes_somewhere
from saishang.apps.registers.proposals import listed, returned, to_review
from saishang.apps.registers.retention import hidden_proposed
from saishang.apps.registers.states import PROPOSAL_MOVES, PROPOSAL_STATES, moves_of
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.science.register.kind import Kind
from saishang.science.register.values import read_entry
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.paging import LongPaginator
from saishang.web.pages.registers_common import (
    Reader,
    action_name,
    address_of,
    entry_url,
    exact,
    kind_name,
    opened,
    paper_name,
    place_text,
    state_name,
    tabs,
    today,
    value_text,
)
from saishang.web.pages.registers_forms import fault_words
from saishang.web.pages.registers_steps import office_name
from saishang.web.pages.registers_words import proposal_state
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.uploads import as_it_came
from saishang.web.security import registered

__all__ = ["decide", "evidence", "listing", "proposal", "proposal_tables"]

_PER_PAGE = 50
#: What the page of own work shows of each kind; all of it is exported.
_SHOWN = 20


class _DecisionForm(forms.Form):
    """What is decided, and what is said about it."""

    what = forms.ChoiceField(choices=[(name, name) for name in PROPOSAL_MOVES])
    remark = forms.CharField(required=False, max_length=1000)


@registered("propose_entries", "review_entries", "own")
@require_safe
def listing(request: HttpRequest, kind: str) -> HttpResponse:
    """Proposals of a register, by state: all for reviewers, else the own."""
    known, reader = _opened(request, kind)
    # What waits comes first: whoever wants all of it says so.
    state = request.GET.get("state", "open")
    state = state if state in PROPOSAL_STATES else ""
    rows = listed(request.user, known, state)
    pages = LongPaginator(rows, _PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    table = _table("proposals", _("提交的登记和修改"), list(page.object_list), rows, state=True)
    answer = export(request, [table])
    if answer is not None:
        return answer
    context = {
        "kind": known, "name": kind_name(known), "tabs": tabs(known, reader, "registers-proposals"), "table": table,
        "page": page, "count": pages.count, "reader": reader, "chosen": state, "everything": state == "",
        "states": [(name, proposal_state(name)) for name in PROPOSAL_STATES], "owner": office_name(known.owner),
    }  # fmt: skip
    return render(request, "registers/proposals.html", context)


@registered("review_entries", "own")
@require_safe
def proposal(request: HttpRequest, kind: str, proposal: int) -> HttpResponse:
    """What somebody proposed: what holds now, what would hold, why, and what was decided."""
    known, reader = _opened(request, kind)
    return _page(request, known, reader, _row(known, proposal))


@registered("review_entries", "own")
@require_POST
def decide(request: HttpRequest, kind: str, proposal: int) -> HttpResponse:
    """Accept, return or take back."""
    known, reader = _opened(request, kind)
    row, form = _row(known, proposal), _DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, known, reader, row, status=422, refused=_("请求不完整。"))
    what, remark, address = form.cleaned_data["what"], form.cleaned_data["remark"], address_of(request)
    try:
        if what == "accept":
            accept_proposal(request.user, known, site.rules(), Archive(settings.CONFIG.archive), row.pk, today=today(),
                            remark=remark, address=address)  # fmt: skip
        elif what == "return":
            return_proposal(request.user, known, row.pk, remark=remark, address=address)
        else:
            take_back_proposal(request.user, known, row.pk, remark=remark, address=address)
    except EntryFaults as error:
        words = [
            f"{texts.both(known.fields[fault.field].zh, known.fields[fault.field].en)}{_('：')}"
            f"{fault_words(known, fault.field, fault.message)}" for fault in error.faults
        ]  # fmt: skip
        return _page(request, known, reader, row, status=422, refused=texts.listed(words),
                     mend=_("退回提交人修改。"))  # fmt: skip
    except SaishangError as error:
        message, fix = wording.error_words(error)
        return _page(request, known, reader, _row(known, proposal), status=422, refused=message, mend=fix)
    said = {"accept": _("已通过，写入名录。"), "return": _("已退回提交人。"), "take_back": _("已收回。")}
    messages.success(request, said[what])
    return redirect("registers-proposal", known.id, row.pk)


@registered("review_entries", "own")
@require_safe
def evidence(request: HttpRequest, kind: str, proposal: int, sha256: str) -> HttpResponseBase:
    """A file of a proposal, as it came in."""
    known, _reader = _opened(request, kind)
    row = _row(known, proposal)
    _fields, past = hidden_proposed(known, row)
    for paper in row.evidence:
        if paper["sha256"] == sha256 and paper["document"] not in past:
            return as_it_came(sha256, paper["name"])
    raise Http404(_("条目没有这份材料。"))


def proposal_tables(request: HttpRequest) -> list[Table]:
    """For the page of own work: what waits to be decided by this person, and what came back to him."""
    found = [
        ("registers-review", _("名录待审"), to_review(request.user, site.rules()), False),
        ("registers-returned", _("名录被退回"), returned(request.user), True),
    ]
    tables = []
    for name, title, rows, remark in found:
        first = list(rows[: _SHOWN + 1])
        if first:
            more = _("显示前 %(shown)s 项，全部见导出。") % {"shown": _SHOWN} if len(first) > _SHOWN else ""
            tables.append(_table(name, title, first[:_SHOWN], rows, register=True, remark=remark, caption=more))
    return tables


def _opened(request: HttpRequest, name: str) -> tuple[Kind, Reader]:
    found = opened(request, name, guarded=True)
    if isinstance(found, HttpResponse):  # never for who was let in
        raise Http404
    return found


def _row(kind: Kind, pk: int) -> Proposal:
    row = Proposal.objects.select_related("organisation", "entry", "made").filter(kind=kind.id, pk=pk).first()
    if row is None:
        raise Http404(_("没有这份提交。"))
    return row


def _table(
    name: str, title: str, rows: list[Proposal], everything: Any, *, register: bool = False, state: bool = False,
    remark: bool = False, caption: str = "",
) -> Table:  # fmt: skip
    columns = [Column("number", _("编号"), row_head=True)]
    columns += [Column("register", _("名录"))] if register else []
    columns += [
        Column("action", _("事项")), Column("entry", _("条目"), long=True), Column("organisation", _("提交单位")),
        Column("actor", _("提交人"), nowrap=True), Column("at", _("提交时间"), nowrap=True),
    ]  # fmt: skip
    columns += [Column("state", _("状态"), nowrap=True)] if state else []
    columns += [Column("remark", _("审核意见"), long=True)] if state or remark else []
    known = kinds(site.rules())

    def told(row: Proposal) -> dict[str, Any]:
        kind = known.get(row.kind)
        return {
            "number": Cell(row.pk, href=reverse("registers-proposal", args=[row.kind, row.pk])),
            "register": kind_name(kind) if kind else row.kind,
            "action": action_name(kind, row.action) if kind else row.action, "entry": f"{row.key} {row.title}",
            "organisation": office_name(row.organisation.code), "actor": row.actor_name, "at": row.proposed_at,
            "state": proposal_state(row.state), "remark": row.remark,
        }  # fmt: skip

    return Table(name, title, columns, [told(row) for row in rows], tight=True, caption=caption,
                 everything=map(told, everything.iterator(chunk_size=1000)), empty=_("没有提交的内容。"))  # fmt: skip


def _page(
    request: HttpRequest, kind: Kind, reader: Reader, row: Proposal, *, status: int = 200, **more: Any
) -> HttpResponse:  # fmt: skip
    table = _differences(kind, row)
    answer = export(request, [table])
    if answer is not None:
        return answer
    writer = row.actor_id == request.user.pk
    _fields, past = hidden_proposed(kind, row)
    made = row.made or row.entry
    context = {
        "kind": kind, "name": kind_name(kind), "row": row, "table": table, "action": action_name(kind, row.action),
        "state": proposal_state(row.state), "organisation": office_name(row.organisation.code),
        "owner": office_name(kind.owner),
        "moves": [move.action for move in moves_of(row.state, reviewer=reader.reviewer, writer=writer)],
        "writer": writer, "changed": row.state == "open" and row.entry is not None and row.entry.number != row.number,
        "entry": entry_url(kind, made.pk) if made is not None else "",
        "again": _again(request, kind, row) if writer else "", "region": site.region_name(row.region),
        "papers": [
            (f"{paper_name(kind, paper)} {paper['name']}",
             reverse("registers-proposal-evidence", args=[kind.id, row.pk, paper["sha256"]]))
            for paper in row.evidence if paper["document"] not in past
        ],
        **more,
    }  # fmt: skip
    return render(request, "registers/proposal.html", context, status=status)


def _again(request: HttpRequest, kind: Kind, row: Proposal) -> str:
    """Where the writer mends what did not go through; empty where there is nothing to mend, or he may no more."""
    if row.state not in ("returned", "taken_back"):
        return ""
    if row.action == "add" and proposes_somewhere(request.user, kind, site.rules()):
        return f"{reverse('registers-new', args=[kind.id])}?again={row.pk}"
    if row.entry is None or not may_propose(request.user, kind, row.entry.region):
        return ""
    if row.action == "change":
        return f"{entry_url(kind, row.entry.pk, 'registers-edit')}?again={row.pk}"
    return entry_url(kind, row.entry.pk)


def _differences(kind: Kind, row: Proposal) -> Table:
    """What the entry said in the version that was seen, and what it would say; only what differs, for a new one all."""
    columns = [
        Column("field", _("项目"), row_head=True), Column("before", _("原内容"), long=True),
        Column("after", _("提交内容"), long=True),
    ]  # fmt: skip
    seen = None if row.entry is None else row.entry.versions.filter(number=row.number or 0).first()
    before: dict[str, Any] = {} if seen is None else seen.values
    rows: list[dict[str, Any]] = []
    if row.action in ("add", "change"):
        values, faults = read_entry(
            kind, row.given, site.rules().regions, state=kind.start if seen is None else seen.state
        )
        wrong = {fault.field: fault.content for fault in faults}
        hidden, _papers = hidden_proposed(kind, row)
        for field in kind.fields.values():
            if field.id in hidden:
                continue
            old, new = before.get(field.id), wrong.get(field.id) or values.get(field.id)
            if old != new and not (seen is None and new is None):
                after = Cell(wrong[field.id]) if wrong.get(field.id) else Cell(
                    exact(field, new), text=value_text(field, new) or None
                )  # fmt: skip
                old_cell = Cell(exact(field, old), text=value_text(field, old) or None)
                rows.append({"field": texts.both(field.zh, field.en), "before": old_cell, "after": after})
        was = None if seen is None else seen.place
        if was != row.place:
            rows.append({"field": _("位置"), "before": place_text(was), "after": place_text(row.place)})
    elif (
        row.action.startswith("move:") and seen is not None and kind.life is not None and seen.state in kind.life.states
    ):
        step = row.action.removeprefix("move:")
        to = next((move.after for move in kind.life.moves(seen.state) if move.action == step), "")
        rows.append({"field": _("状态"), "before": state_name(kind, seen.state), "after": state_name(kind, to)})
    elif row.action == "withdraw":
        rows.append({"field": _("条目"), "before": _("在册"), "after": _("已撤销")})
    title = _("登记内容") if row.action == "add" else _("改动")
    if row.action == "add":
        columns = [columns[0], columns[2]]
    return Table("differences", title, columns, rows, about=[kind_name(kind), row.key, row.title])
