"""Proposals of a register: the list, one of them with what it would change, accepting, returning, taking back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.registers.actions import accept_proposal, decide_several, return_proposal, take_back_proposal
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.models import Proposal, Version
from saishang.apps.registers.permits import may_propose, proposes_somewhere
from saishang.apps.registers.proposals import listed, returned, to_review
from saishang.apps.registers.retention import hidden_proposed
from saishang.apps.registers.states import PROPOSAL_MOVES, PROPOSAL_STATES, moves_of
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.science.register.kind import Kind
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.paging import LongPaginator
from saishang.web.pages.registers_common import (
    Reader,
    action_name,
    address_of,
    entry_url,
    kind_name,
    paper_name,
    tabs,
    today,
)
from saishang.web.pages.registers_deciding import (
    PICK,
    SeveralForm,
    chosen_of,
    differences,
    error_words,
    left_table,
    opened_guarded,
    said_of,
    seen_versions,
    tick,
    words_of,
)
from saishang.web.pages.registers_steps import office_name
from saishang.web.pages.registers_words import proposal_state
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.uploads import as_it_came
from saishang.web.security import registered

__all__ = ["decide", "decide_ticked", "evidence", "listing", "proposal", "proposal_tables"]

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
    known, reader = opened_guarded(request, kind)
    return _listing(request, known, reader)


def _listing(
    request: HttpRequest, kind: Kind, reader: Reader, *, status: int = 200, ticked: Sequence[int] = (), **more: Any
) -> HttpResponse:  # fmt: skip
    # What waits comes first: whoever wants all of it says so.
    state = request.GET.get("state", "open")
    state = state if state in PROPOSAL_STATES else ""
    rows = listed(request.user, kind, state)
    pages = LongPaginator(rows, _PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    here = list(page.object_list)
    # Nobody decides about what he proposed himself.
    mine = {row.pk for row in here if reader.reviewer and row.state == "open" and row.actor_id != request.user.pk}
    table = _table("proposals", _("提交的登记和修改"), here, rows, state=True, told_whole=True,
                   ticks=mine if "format" not in request.GET else set(), ticked=ticked)  # fmt: skip
    answer = export(request, [table])
    if answer is not None:
        return answer
    context = {
        "kind": kind, "name": kind_name(kind), "tabs": tabs(kind, reader, "registers-proposals"), "table": table,
        "page": page, "count": pages.count, "reader": reader, "chosen": state, "everything": state == "",
        "states": [(name, proposal_state(name)) for name in PROPOSAL_STATES], "owner": office_name(kind.owner),
        "decides": bool(mine), "remark": request.POST.get("remark", ""), **more,
    }  # fmt: skip
    return render(request, "registers/proposals.html", context, status=status)


@registered("review_entries")
@require_POST
def decide_ticked(request: HttpRequest, kind: str) -> HttpResponse:
    """Accept or return the proposals that are ticked in the list, with one remark."""
    known, reader = opened_guarded(request, kind)
    form, chosen = SeveralForm(request.POST), chosen_of(request)
    if not form.is_valid():
        return _listing(request, known, reader, status=422, refused=_("请求不完整。"))
    if not chosen:
        return _listing(request, known, reader, status=422, refused=_("请先勾选要办理的行。"))
    data = form.cleaned_data
    try:
        done = decide_several(
            request.user, known, site.rules(), Archive(settings.CONFIG.archive), chosen, data["what"], today=today(),
            remark=data["remark"], address=address_of(request),
        )  # fmt: skip
    except SaishangError as error:
        message, fix = error_words(known, error)
        return _listing(request, known, reader, status=422, refused=message, mend=fix, ticked=chosen)
    said_of(request, done, data["what"])
    if done.left:
        return _listing(request, known, reader, status=422, left=left_table(known, done.left))
    return redirect("registers-proposals", known.id)


@registered("review_entries", "own")
@require_safe
def proposal(request: HttpRequest, kind: str, proposal: int) -> HttpResponse:
    """What somebody proposed: what holds now, what would hold, why, and what was decided."""
    known, reader = opened_guarded(request, kind)
    return _page(request, known, reader, _row(known, proposal))


@registered("review_entries", "own")
@require_POST
def decide(request: HttpRequest, kind: str, proposal: int) -> HttpResponse:
    """Accept, return or take back."""
    known, reader = opened_guarded(request, kind)
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
    except SaishangError as error:
        message, fix = error_words(known, error)
        return _page(request, known, reader, _row(known, proposal), status=422, refused=message, mend=fix)
    said = {"accept": _("已通过，写入名录。"), "return": _("已退回提交人。"), "take_back": _("已收回。")}
    messages.success(request, said[what])
    return redirect("registers-proposal", known.id, row.pk)


@registered("review_entries", "own")
@require_safe
def evidence(request: HttpRequest, kind: str, proposal: int, sha256: str) -> HttpResponseBase:
    """A file of a proposal, as it came in."""
    known, _reader = opened_guarded(request, kind)
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


def _row(kind: Kind, pk: int) -> Proposal:
    row = Proposal.objects.select_related("organisation", "entry", "made").filter(kind=kind.id, pk=pk).first()
    if row is None:
        raise Http404(_("没有这份提交。"))
    return row


def _table(
    name: str, title: str, rows: list[Proposal], everything: Any, *, register: bool = False, state: bool = False,
    remark: bool = False, caption: str = "", told_whole: bool = False, ticks: Collection[int] = (),
    ticked: Collection[int] = (),
) -> Table:  # fmt: skip
    columns = [Column(PICK, _("选"))] if ticks else []
    columns += [Column("number", _("编号"), row_head=True)]
    columns += [Column("register", _("名录"))] if register else []
    columns += [Column("entry", _("条目")), Column("action", _("事项"))]
    # What is decided from the list is seen in it.
    columns += [Column("fields", _("改动"), long=True), Column("bundle", _("批次"))] if told_whole else []
    columns += [
        Column("organisation", _("提交单位")), Column("actor", _("提交人"), nowrap=True),
        Column("at", _("提交时间"), nowrap=True),
    ]  # fmt: skip
    columns += [Column("state", _("状态"), nowrap=True)] if state else []
    columns += [Column("remark", _("审核意见"), long=True)] if state or remark else []
    known = kinds(site.rules())

    def told(row: Proposal, seen: Mapping[Any, Version]) -> dict[str, Any]:
        kind = known.get(row.kind)
        bundle = None if row.bundle_id is None else Cell(
            row.bundle_id, href=reverse("registers-bundle", args=[row.kind, row.bundle_id])
        )  # fmt: skip
        return {
            PICK: tick(row, on=row.pk in ticked) if row.pk in ticks else Cell("", text=""), "bundle": bundle,
            "number": Cell(row.pk, href=reverse("registers-proposal", args=[row.kind, row.pk])),
            "register": kind_name(kind) if kind else row.kind,
            "fields": words_of(kind, row, seen.get((row.entry_id, row.number))) if kind and told_whole else "",
            "action": action_name(kind, row.action) if kind else row.action, "entry": f"{row.key} {row.title}",
            "organisation": office_name(row.organisation.code), "actor": row.actor_name, "at": row.proposed_at,
            "state": proposal_state(row.state), "remark": row.remark,
        }  # fmt: skip

    def all_of(found: Iterable[Proposal]) -> Iterator[dict[str, Any]]:
        rest = iter(found)
        while some := list(islice(rest, 500)):
            seen = seen_versions(some) if told_whole else {}
            yield from (told(row, seen) for row in some)

    return Table(name, title, columns, list(all_of(rows)), tight=True, caption=caption,
                 everything=all_of(everything.iterator(chunk_size=1000)), empty=_("没有提交的内容。"))  # fmt: skip


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
    rows = [
        {"field": one.label, "before": one.before, "after": one.after} for one in differences(kind, row, seen)
    ]  # fmt: skip
    title = _("登记内容") if row.action == "add" else _("改动")
    if row.action == "add":
        columns = [columns[0], columns[2]]
    return Table("differences", title, columns, rows, about=[kind_name(kind), row.key, row.title])
