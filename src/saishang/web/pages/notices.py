"""Notices (通知): one's own list, opening and marking as read, what comes by e-mail; for keepers the e-mails."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saishang.apps.notices import queries
from saishang.apps.notices.actions import NoticeRefused, choose, mark_all_read, mark_read
from saishang.apps.notices.kinds import families
from saishang.apps.notices.models import MAIL_STATES, MAILING, Mail
from saishang.apps.organisations.models import User
from saishang.web import texts
from saishang.web.pages.account import safe_next
from saishang.web.pages.exports import export
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import may, permission, staff

__all__ = ["index", "mails", "open_one", "read_all", "read_one", "settings"]

_PAGE = 50


def _family_name(family: str) -> str:
    found = families().get(family)
    return texts.both(found.zh, found.en) if found else ""


@staff
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """One's own notices, the newest first."""
    user = cast(User, request.user)
    family = request.GET.get("family", "")
    family = family if family in families() else ""
    only_unread = request.GET.get("show") == "unread"
    rows = queries.notices(user, only_unread=only_unread, family=family)
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    shown = [
        {"id": view.id, "words": texts.both(view.zh, view.en), "family": _family_name(view.family),
         "created": view.created, "read": view.read}
        for view in queries.views(list(page))
    ]  # fmt: skip
    newest = queries.notices(user).values_list("pk", flat=True).first()
    context = {
        "page": page, "shown": shown, "newest": newest, "family": family, "only_unread": only_unread,
        "families": [(name, _family_name(name)) for name in families()],
        "any_unread": queries.notices(user, only_unread=True, family=family).exists(),
        "here": request.get_full_path(), "may_mails": may(request, "manage_users"),
    }  # fmt: skip
    return render(request, "notices/index.html", context)


@staff
@never_cache
@require_safe
def open_one(request: HttpRequest, number: int) -> HttpResponse:
    """Lead to what a notice speaks of; it has been read then."""
    try:
        found = mark_read(cast(User, request.user), number)
    except NoticeRefused:
        raise Http404 from None
    return redirect(found.url)


@staff
@require_POST
def read_one(request: HttpRequest, number: int) -> HttpResponse:
    """Mark one notice as read."""
    try:
        mark_read(cast(User, request.user), number)
    except NoticeRefused:
        raise Http404 from None
    return redirect(safe_next(request) or reverse("notices"))


@staff
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything up to the newest notice that the page showed as read."""
    last, family = request.POST.get("last", ""), request.POST.get("family", "")
    # Numbers are 64 bits wide; a longer one is none of ours.
    number = int(last) if last.isascii() and last.isdigit() and len(last) < 19 else 0
    count = mark_all_read(cast(User, request.user), number, family if family in families() else "")
    messages.success(request, _("已标为已读：%(n)s 条。") % {"n": count})
    return redirect(safe_next(request) or reverse("notices"))


def _mailing_name(mail: str) -> str:
    return {"off": _("不发"), "once": _("随时"), "daily": _("每日汇总")}[mail]


@staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Which families of notices come by e-mail, and how often."""
    user = cast(User, request.user)
    status, fault = 200, ""
    if request.method == "POST":
        wanted = {name: request.POST[name] for name in families() if name in request.POST}
        try:
            choose(user, wanted, address=request.META.get("REMOTE_ADDR"))
        except NoticeRefused:
            status, fault = 422, _("请为每一类通知选择一种发送方式。")
        else:
            messages.success(request, _("通知设置已保存。"))
            return redirect("account-notices")
    chosen = queries.preferences(user)
    failed = Mail.objects.filter(person=user, state="given_up").order_by("-pk").first()
    context = {
        "rows": [(name, _family_name(name), chosen[name]) for name in families()],
        "choices": [(mail, _mailing_name(mail)) for mail in MAILING],
        "address": user.email, "failed": failed, "fault": fault,
    }  # fmt: skip
    return render(request, "account/notices.html", context, status=status)


def _mail_state(state: str) -> str:
    return {"queued": _("待发送"), "sent": _("已发送"), "given_up": _("未能送达"), "spared": _("已读，不再发送")}[state]


@permission("manage_users")
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """E-mails on their way, sent or given up with what the server said."""
    state = request.GET.get("state", "")
    state = state if state in MAIL_STATES else ""
    rows = queries.mails(state)
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    everything = [_mail_row(row) for row in rows[:10_000]] if "format" in request.GET else None
    columns = [
        Column("id", _("邮件编号"), number=True), Column("person", _("收件人"), row_head=True),
        Column("state", _("状态"), nowrap=True), Column("notices", _("通知数"), number=True),
        Column("attempts", _("发送次数"), number=True), Column("created", _("生成时间"), nowrap=True),
        Column("sent", _("发出时间"), nowrap=True), Column("next_try", _("下次发送"), nowrap=True),
        Column("reason", _("失败原因"), long=True),
    ]  # fmt: skip
    table = Table(
        "mails", _("通知邮件"), columns, [_mail_row(row) for row in page], everything=everything,
        empty=_("没有符合条件的邮件。"), tight=True,
    )  # fmt: skip
    answer = export(request, [table])
    if answer is not None:
        return answer
    context = {
        "table": table, "page": page, "state": state, "states": [(name, _mail_state(name)) for name in MAIL_STATES],
    }  # fmt: skip
    return render(request, "notices/mails.html", context)


def _mail_row(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "person": Cell(str(row.person), href=reverse("people-person", args=[row.person_id])),
        "state": Cell(row.state, text=_mail_state(row.state)), "notices": row.speaks_of, "attempts": row.attempts,
        "created": row.created, "sent": row.sent, "next_try": row.next_try if row.state == "queued" else None,
        "reason": row.reason,
    }  # fmt: skip
