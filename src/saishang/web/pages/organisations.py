"""Organisations (机构): the tree of a day, and one organisation with names, duties, members and history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.organisations import access, queries
from saishang.apps.organisations.models import Organisation
from saishang.apps.organisations.queries import Filter, OrganisationView
from saishang.apps.plan import queries as plan
from saishang.web import texts
from saishang.web.pages import organisations_left as left
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.keeping import kept_words
from saishang.web.pages.organisations_common import (
    crumbs,
    history_table,
    kind_name,
    kinds,
    name,
    organisation_url,
    role_about,
    role_name,
    roles,
    until_words,
)
from saishang.web.pages.plan import owner_role_name
from saishang.web.pages.registers_common import day_of
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["index", "one"]

#: Verbs of a history that name nobody.
_PUBLIC_VERBS = tuple(f"organisations.{verb}" for verb in ("seed", "add", "rename", "move", "close"))


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The tree with search and filters; to a request by htmx only the results."""
    chosen = {key: request.GET.get(key, "").strip() for key in ("q", "kind", "on", "closed")}
    on = day_of(chosen["on"])
    chosen["on"] = on.isoformat() if on else ""
    kind = chosen["kind"] if chosen["kind"] in kinds() else ""
    signed_in = request.user.is_authenticated
    wanted = Filter(chosen["q"][:200], kind, on or timezone.localdate(), bool(chosen["closed"]))
    table, listed = _listed(wanted, signed_in)
    answer = export(request, [table])
    if answer is not None:
        return answer
    context: dict[str, Any] = {
        "table": table, "listed": listed, "count": len(table.rows), "chosen": chosen, "kinds": kinds().items(),
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        return render(request, "organisations/results.html", context)
    whole = queries.tree()
    context |= {
        "figures": [(kind_name(kind), sum(view.kind == kind for view in whole)) for kind in kinds()],
        "any": bool(whole), "may_people": signed_in and not access.reach(request.user, "manage_members").nothing,
        "roles": [(role_name(role), role_about(role)) for role, _words in roles()],
    }  # fmt: skip
    return render(request, "organisations/index.html", context)


@kept_words("organisations", "roles", "plan", most=16)
def _listed(wanted: Filter, signed_in: bool) -> tuple[Table, SafeString]:
    """The tree as a table, and the same as it stands on the page; who is signed in sees how many people there are."""
    table = _tree_table(queries.tree(wanted, members=signed_in), _owed_counts(), signed_in, wanted.on)
    return table, render_to_string("parts/table.html", {"table": table, "bare": True})


def _owed_counts() -> dict[str, int]:
    version = plan.current_version()
    if version is None:
        return {}
    rows = [row for row in plan.owners(version.id) if row.agency_code]
    return {row.agency_code: row.items or row.inherited for row in rows}


def _everywhere(view: OrganisationView) -> list[str]:
    """Codes under which a plan speaks to all cities, counties and districts at once."""
    if view.kind != "government" or not view.depth:
        return []
    rows = site.rules().agencies.values()
    return [str(row["code"]) for row in rows if row["level"] == "prefecture_and_county"]


def _tree_table(views: Sequence[OrganisationView], owed: dict[str, int], signed_in: bool, on: date | None) -> Table:
    columns = [
        Column("name", _("机构名称"), row_head=True), Column("code", _("编码"), nowrap=True),
        Column("kind", _("类别"), nowrap=True, wide_only=True), Column("parent", _("上级"), export_only=True),
        Column("region", _("地区"), wide_only=True), Column("owed", _("方案任务"), number=True),
    ]  # fmt: skip
    if signed_in:
        columns.append(Column("members", _("人员"), number=True))
    columns += [
        Column("en", _("英文名称"), export_only=True), Column("short", _("简称"), export_only=True),
        Column("opened", _("设立"), export_only=True), Column("closed", _("最后一日"), export_only=True),
    ]  # fmt: skip
    rows = [
        {
            "name": Cell(name(view), depth=view.depth, href=organisation_url(view.code),
                         note="" if view.open else _closed_words(view, on)),
            "code": view.code, "kind": kind_name(view.kind), "parent": view.parent,
            "region": site.region_name(view.region), "members": view.members or None,
            "owed": next((n for code in (view.code, *_everywhere(view)) if (n := owed.get(code))), None),
            "en": view.en, "short": view.short, "opened": view.opened, "closed": view.closed,
        }
        for view in views
    ]  # fmt: skip
    day = (on or timezone.localdate()).isoformat()
    return Table(
        "organisations", _("机构"), columns, rows, about=[_("机构日期：%(day)s") % {"day": day}], tight=True,
        empty=_("没有符合条件的机构。换个说法，或勾选“含已撤销机构”。"),
    )  # fmt: skip


def _closed_words(view: OrganisationView, on: date | None) -> str:
    if view.closed is not None and view.closed < (on or timezone.localdate()):
        words = _("已撤销，最后一日 %(day)s") % {"day": view.closed}
        return f"{words} → {view.successor}" if view.successor else words
    return _("%(day)s 设立") % {"day": view.opened}


@public
@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One organisation; who works there is shown to people who are signed in."""
    view = queries.one(code)
    if view is None:
        raise Http404(_("没有编码为“%(code)s”的机构。") % {"code": code})
    signed_in = request.user.is_authenticated
    own = Organisation.objects.get(pk=view.pk)
    parent = own.parent
    names, below = _names_table(code), _below_table(view)
    owed, shared = _owed_table(view)
    entries = queries.history(code)
    if not signed_in:
        entries = entries.filter(verb__in=_PUBLIC_VERBS)
    page = Paginator(entries, 30).get_page(request.GET.get("page"))
    history = history_table(page.object_list, named=signed_in)
    tables = [names, below, owed, history]
    members = _members_table(code) if signed_in else None
    if members is not None:
        tables.append(members)
    answer = export(request, tables)
    if answer is not None:
        return answer
    manages = {
        action: access.may(request.user, action, own) for action in ("manage_organisations", "manage_members")
    }  # fmt: skip
    heirs = Organisation.objects.filter(successor=own)
    context: dict[str, Any] = {
        "view": view, "name": name(view), "kind": kind_name(view.kind), "crumbs": crumbs(view), "names": names,
        "below": below, "owed": owed, "shared": shared, "members": members, "history": history, "page": page,
        "manages": manages, "region": site.region_name(view.region),
        "from": [(one_name(row.code), organisation_url(row.code)) for row in heirs],
        "successor": (one_name(view.successor), organisation_url(view.successor)) if view.successor else None,
        "may_place": parent is not None and access.may(request.user, "manage_organisations", parent),
        **left.owed(request, own, timezone.localdate()),
    }  # fmt: skip
    return render(request, "organisations/one.html", context)


def one_name(code: str) -> str:
    """Name of an organisation today."""
    found = queries.one(code)
    return code if found is None else name(found)


def _names_table(code: str) -> Table:
    columns = [
        Column("first", _("自"), nowrap=True, row_head=True), Column("zh", _("中文名称")),
        Column("en", _("英文名称")), Column("short", _("简称")), Column("aliases", _("别名"), long=True),
    ]  # fmt: skip
    rows = [
        {"first": Cell(row.first, text=None if row.first else _("起初")), "zh": row.zh, "en": row.en,
         "short": row.short, "aliases": texts.listed(row.aliases)}
        for row in queries.names_of(code)
    ]  # fmt: skip
    return Table("names", _("历次名称"), columns, rows, tight=True)


def _below_table(view: OrganisationView) -> Table:
    columns = [
        Column("name", _("机构名称"), row_head=True), Column("code", _("编码"), nowrap=True), Column("kind", _("类别")),
    ]  # fmt: skip
    children = [row for row in queries.tree(Filter(closed=True)) if row.parent == view.code]
    rows = [
        {"name": Cell(name(row), href=organisation_url(row.code), note="" if row.open else _closed_words(row, None)),
         "code": row.code, "kind": kind_name(row.kind)}
        for row in children
    ]  # fmt: skip
    return Table("below", _("下级机构"), columns, rows, empty=_("没有下级机构。"), tight=True)


def _owed_table(view: OrganisationView) -> tuple[Table, str]:
    """Tasks of the plan that it owes under its own name or that of a predecessor, and by a clause for all places."""
    columns = [
        Column("number", _("编号"), nowrap=True), Column("title", _("任务"), row_head=True),
        Column("role", _("职责"), nowrap=True), Column("targets", _("目标数"), number=True),
        Column("version", _("方案版本"), export_only=True),
    ]  # fmt: skip
    rows: list[dict[str, Any]] = []
    version, shared = plan.current_version(), ""
    if version is not None:
        codes = queries.codes_owed(view.code)
        everywhere = _everywhere(view)
        if everywhere:
            shared = texts.name_of(site.rules().agencies[everywhere[0]])
        items = {item.id: item for code in (*codes, *everywhere) for item in plan.items_by_owner(version.id, code)}
        for item in sorted(items.values(), key=lambda item: item.position):
            held = [owner for owner in item.owners if owner.agency_code in (*codes, *everywhere)]
            own = [owner for owner in held if owner.agency_code == view.code]
            note = "" if own else (one_name(held[0].agency_code) if held[0].agency_code in codes else _("一并写给各地"))
            rows.append({
                "number": item.id, "title": Cell(texts.both(item.title, item.title_en),
                                                 href=reverse("plan-task", args=[item.id])),
                "role": Cell(texts.listed(dict.fromkeys(owner_role_name(owner.role) for owner in held)), note=note),
                "targets": len(item.targets) + len(item.commitments) or None, "version": version.name,
            })  # fmt: skip
    return Table(
        "owed", _("方案中的责任"), columns, rows, tight=True,
        empty=_("现行方案没有点名这个机构。"), about=[version.name] if version is not None else [],
    ), shared  # fmt: skip


def _members_table(code: str) -> Table:
    columns = [
        Column("name", _("姓名"), row_head=True), Column("role", _("角色"), nowrap=True),
        Column("days", _("任期"), nowrap=True), Column("reason", _("事由"), long=True),
    ]  # fmt: skip
    rows = [
        {"name": Cell(str(row.user), note="" if row.user.is_active else _("账户已停用")), "role": role_name(row.role),
         "days": until_words(row), "reason": row.reason}
        for row in queries.members(code)
    ]  # fmt: skip
    return Table("members", _("人员"), columns, rows, empty=_("还没有人员。"), tight=True)
