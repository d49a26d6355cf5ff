"""What the page of own work (我的工作) shows of registers: to decide, to certify, what came back, what is overdue."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.models import Bundle, Entry
from saishang.apps.registers.proposals import bundles_returned, bundles_to_review
from saishang.apps.registers.work import overdue, to_certify
from saishang.web.pages import site
from saishang.web.pages.registers_common import entry_url, kind_name, state_name, today
from saishang.web.pages.registers_proposals import proposal_tables
from saishang.web.pages.tables import Cell, Column, Table

__all__ = ["waiting_tables"]

#: What the page shows of each kind; all of it is exported.
_SHOWN = 20


def waiting_tables(request: HttpRequest) -> list[Table]:
    """Tables of what waits for this person in registers; none where nothing does."""
    tables = proposal_tables(request)
    tables += _bundles("registers-bundles", _("名录批量提交待审"), bundles_to_review(request.user, site.rules()))
    tables += _bundles("registers-bundles-returned", _("名录批量提交被退回"), bundles_returned(request.user))
    tables += _to_certify(request)
    tables += _overdue(request)
    return tables


def _bundles(name: str, title: str, rows: QuerySet[Bundle]) -> list[Table]:
    first = list(rows[: _SHOWN + 1])
    if not first:
        return []
    columns = [
        Column("number", _("编号"), row_head=True), Column("register", _("名录")),
        Column("count", _("条数"), number=True),
        Column("file", _("文件"), long=True), Column("actor", _("提交人"), nowrap=True),
        Column("at", _("提交时间"), nowrap=True), Column("reason", _("事由"), long=True),
    ]  # fmt: skip
    known = kinds(site.rules())

    def told(row: Any) -> dict[str, Any]:
        return {
            "number": Cell(row.pk, href=reverse("registers-bundle", args=[row.kind, row.pk])),
            "register": kind_name(known[row.kind]) if row.kind in known else row.kind, "count": row.waiting,
            "file": row.file or _("从列表勾选"), "actor": row.actor_name, "at": row.proposed_at, "reason": row.reason,
        }  # fmt: skip

    return [
        Table(name, title, columns, [told(row) for row in first[:_SHOWN]], tight=True, caption=_more(len(first)),
              everything=map(told, rows.iterator(chunk_size=1000)))
    ]  # fmt: skip


def _to_certify(request: HttpRequest) -> list[Table]:
    rows = to_certify(request.user, site.rules())
    first = list(rows[: _SHOWN + 1])
    if not first:
        return []
    columns = [
        Column("entry", _("条目"), row_head=True), Column("register", _("名录")), Column("region", _("地区")),
        Column("state", _("状态")), Column("since", _("自"), nowrap=True),
    ]  # fmt: skip
    known = kinds(site.rules())

    def told(row: Entry) -> dict[str, Any]:
        kind = known[row.kind]
        return {
            "entry": Cell(f"{row.key} {row.title}".strip(), href=entry_url(kind, row.pk)), "register": kind_name(kind),
            "region": site.region_name(row.region), "state": state_name(kind, row.state), "since": row.since,
        }  # fmt: skip

    return [
        Table("registers-certify", _("名录待认定"), columns, [told(row) for row in first[:_SHOWN]], tight=True,
              caption=_more(len(first)), everything=map(told, rows.iterator(chunk_size=1000)))
    ]  # fmt: skip


def _overdue(request: HttpRequest) -> list[Table]:
    found = overdue(request.user, site.rules(), today())
    if not found:
        return []
    columns = [
        Column("register", _("名录"), row_head=True), Column("count", _("逾期条目"), number=True),
        Column("first", _("最早到期"), nowrap=True),
    ]  # fmt: skip
    rows = []
    for one in found:
        href = f"{reverse('registers-list', args=[one.kind.id])}?due=1{_at(one.regions)}"
        rows.append({"register": Cell(kind_name(one.kind), href=href), "count": one.count, "first": one.first})
    return [
        Table("registers-overdue", _("名录逾期未复核"), columns, rows, tight=True,
              caption=_("您单位管理的名录中期限已过的条目，如到期复核、限期整改。"))
    ]  # fmt: skip


def _at(regions: tuple[str, ...]) -> str:
    """The government's own region, where it is one: the list holds everything below it, too."""
    return f"&region={regions[0]}" if len(regions) == 1 else ""


def _more(count: int) -> str:
    return _("显示前 %(shown)s 项，全部见导出。") % {"shown": _SHOWN} if count > _SHOWN else ""
