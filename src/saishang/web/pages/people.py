"""People (人员): the list within the reader's reach, one person's account, and what may be done to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.organisations import access, queries
from saishang.apps.organisations.actions import activate, deactivate, reset_password
from saishang.apps.organisations.actions.doing import check_reach, manages
from saishang.apps.organisations.actions.second_factor import reset_second_factor
from saishang.apps.organisations.models import Membership, Organisation, User
from saishang.apps.organisations.queries import Filter, PeopleFilter
from saishang.apps.organisations.refusals import ChangeRefused
from saishang.web import texts, wording
from saishang.web.pages.exports import export
from saishang.web.pages.organisations_common import (
    doing,
    history_table,
    name,
    organisation_url,
    post_name,
    role_name,
    roles,
    until_words,
)
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import person, somewhere

__all__ = ["act", "index", "one", "roles_table"]

_PER_PAGE = 50
#: How many entries of the log a person's page shows.
_HISTORY = 50


@somewhere("manage_members")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """People with a role within reach; to a request by htmx only the results."""
    span = access.reach(request.user, "manage_members")
    chosen = {key: request.GET.get(key, "").strip()[:200] for key in ("q", "organisation", "role", "state")}
    found = queries.people(span, PeopleFilter(chosen["q"], chosen["organisation"], chosen["role"], chosen["state"]))
    page = Paginator(found, _PER_PAGE).get_page(request.GET.get("page"))
    table = _people_table(request, span, list(page.object_list), found)
    answer = export(request, [table])
    if answer is not None:
        return answer
    context: dict[str, Any] = {"table": table, "page": page, "count": page.paginator.count, "chosen": chosen}
    if request.headers.get("HX-Request") == "true":
        return render(request, "people/results.html", context)
    codes = set(Organisation.objects.filter(span.filter("")).values_list("code", flat=True))
    context |= {
        "organisations": [
            (view.code, "　" * view.depth + name(view)) for view in queries.tree(Filter()) if view.code in codes
        ],
        "roles": roles(), "states": [("active", _("账户在用")), ("inactive", _("账户已停用"))],
    }  # fmt: skip
    return render(request, "people/index.html", context)


def _people_table(request: HttpRequest, span: access.Span, shown: list[User], found: Any) -> Table:
    columns = [
        Column("name", _("姓名"), row_head=True), Column("username", _("用户名"), nowrap=True),
        Column("roles", _("角色"), long=True), Column("post", _("数据岗位"), nowrap=True),
        Column("state", _("状态"), nowrap=True), Column("seen", _("上次登录"), nowrap=True, wide_only=True),
    ]  # fmt: skip
    who = doing(request, "")
    linked = {user.pk for user in shown if manages(who, user)}

    def row(user: User) -> dict[str, Any]:
        href = reverse("people-person", args=[user.pk]) if user.pk in linked else None
        return {
            "name": Cell(str(user), href=href), "username": user.username, "roles": _roles_words(user, span),
            "post": post_name(user.role),
            "state": _("账户在用") if user.is_active else _("账户已停用"), "seen": user.last_login,
        }  # fmt: skip

    everyone = [row(user) for user in found] if "format" in request.GET else None
    return Table("people", _("人员"), columns, [row(user) for user in shown], everything=everyone,
                 empty=_("没有符合条件的人员。"), tight=True)  # fmt: skip


def _roles_words(user: User, span: access.Span) -> str:
    """Roles that hold today, within the reader's reach; what a person is elsewhere is not told here."""
    today = timezone.localdate()
    held = [
        f"{_name_of(row.organisation)} · {role_name(row.role)}"
        for row in user.memberships.all()
        if row.first <= today and (row.last is None or row.last >= today) and span.covers(row.organisation)
    ]  # fmt: skip
    return _("；").join(held)


def _name_of(organisation: Organisation) -> str:
    from saishang.apps.organisations.names import name_on

    found = name_on(list(organisation.names.all()), timezone.localdate())
    return organisation.code if found is None else texts.both(found.short or found.zh, found.en)


@person
@require_safe
@never_cache
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: roles, sign-ins, history, and what may be done to it."""
    found = get_object_or_404(User, pk=pk)
    table = roles_table(request, found)
    history = history_table(queries.person_history(found)[:_HISTORY], named=True)
    answer = export(request, [table, history])
    if answer is not None:
        return answer
    factor = getattr(found, "second_factor", None)
    context = {
        "person": found, "post": post_name(found.role), "roles": table, "history": history,
        "second_factor": factor is not None and factor.confirmed is not None, "myself": found.pk == request.user.pk,
        "open": sum(row.ended is None for row in queries.sign_ins(found, 200)),
    }  # fmt: skip
    return render(request, "people/person.html", context)


def roles_table(request: HttpRequest, found: User) -> Table:
    """Every role of a person with its days; one that the reader may end has a link to do so."""
    columns = [
        Column("organisation", _("机构名称"), row_head=True), Column("role", _("角色"), nowrap=True),
        Column("days", _("任期"), nowrap=True), Column("granted", _("授予人")), Column("reason", _("事由"), long=True),
        Column("act", _("办理"), nowrap=True),
    ]  # fmt: skip
    who, today = doing(request, ""), timezone.localdate()
    rows = Membership.objects.filter(user=found).select_related("organisation").prefetch_related("organisation__names")

    def ends(row: Membership) -> Cell:
        open_ = row.last is None or row.last >= today
        if not open_ or check_reach(who, row.role, row.organisation) is not None:
            return Cell("")
        href = reverse("organisations-end-role", args=[row.organisation.code, row.pk])
        return Cell(None, text=_("结束"), href=href)

    listed = [
        {
            "organisation": Cell(_name_of(row.organisation), href=organisation_url(row.organisation.code)),
            "role": role_name(row.role), "days": until_words(row), "granted": row.granted_by, "reason": row.reason,
            "act": ends(row),
        }
        for row in sorted(rows, key=lambda row: (row.last is not None, row.first), reverse=False)
    ]  # fmt: skip
    return Table("roles", _("机构内角色"), columns, listed, empty=_("没有机构内角色。"), tight=True)


@person
@require_POST
@never_cache
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Deactivate, activate, or give a new temporary password; every one with its reason."""
    found = get_object_or_404(User, pk=pk)
    who = doing(request, request.POST.get("reason", ""))
    acts = {"deactivate": deactivate, "activate": activate, "second-factor": reset_second_factor}
    if what not in (*acts, "password"):
        raise Http404
    try:
        if what == "password":
            made = reset_password(who, found.username)
            back = reverse("people-person", args=[pk])
            return render(request, "people/password.html", {
                "person": made.person, "password": made.password, "back": back, "new": False,
            })  # fmt: skip
        acts[what](who, found.username)
    except ChangeRefused as error:
        messages.error(request, _("。").join(wording.error_words(error)))
        return redirect("people-person", pk=pk)
    messages.success(request, {
        "deactivate": _("账户已停用，所有登录已结束。"), "activate": _("账户已启用。"),
        "second-factor": _("动态口令已解除，所有登录已结束。"),
    }[what])  # fmt: skip
    return redirect("people-person", pk=pk)
