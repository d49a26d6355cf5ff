"""One's own account (我的账户): roles and what they may do, sessions, one-time codes."""

from __future__ import annotations

import io
from typing import Any, cast

import pyotp
import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saishang.apps.core import lockout
from saishang.apps.organisations import queries
from saishang.apps.organisations.actions import end_one
from saishang.apps.organisations.actions.second_factor import (
    begin,
    confirm,
    drop,
    has_second_factor,
    new_recovery_codes,
    pending_secret,
)
from saishang.apps.organisations.models import RecoveryCode, User
from saishang.apps.organisations.refusals import ChangeRefused
from saishang.apps.organisations.roles import ROLES_IN_ORGANISATIONS
from saishang.web import wording
from saishang.web.pages.account import CodeForm
from saishang.web.pages.organisations_common import action_name, history_table, post_name, reach_name
from saishang.web.pages.people import roles_table
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import staff
from saishang.web.sessions import NUMBER, must_have_second_factor

__all__ = ["end_session", "overview", "recovery", "second_factor"]

#: What an app that shows codes calls this portal.
_ISSUER = "Saishang"


@staff
@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Roles and what they may do, sign-ins, what was done to the account."""
    user = cast(User, request.user)
    held = [row.role for row in queries.held_today(user)]
    context = {
        "person": user, "post": post_name(user.role), "roles": roles_table(request, user),
        "rights": _rights(held, user.role), "sessions": queries.sign_ins(user),
        "this": request.session.get(NUMBER), "ways": way_words(),
        "second_factor": has_second_factor(user), "asked": must_have_second_factor(user),
        "codes_left": RecoveryCode.objects.filter(user=user, used__isnull=True).count(),
        "history": history_table(queries.person_history(user)[:30], named=True),
    }  # fmt: skip
    return render(request, "account/overview.html", context)


def way_words() -> dict[str, str]:
    """Words for how somebody was recognised, and why a sign-in ended."""
    return {
        "password": _("密码"), "password+code": _("密码和动态口令"), "password+recovery": _("密码和恢复码"),
        "outside": _("统一身份认证"), "outside+code": _("统一身份认证和动态口令"),
        "outside+recovery": _("统一身份认证和恢复码"), "signed_out": _("已退出"), "idle": _("闲置超时"),
        "too_long": _("到时限"), "ended": _("本人结束"), "deactivated": _("账户停用"), "reset": _("已重置"),
        "second_factor": _("启用动态口令"),
    }  # fmt: skip


def _rights(held: list[str], post: str) -> Table:
    columns = [Column("action", _("可以办理"), row_head=True), Column("reach", _("权限范围"), nowrap=True)]
    empty = (
        _("没有机构内角色，只能查看公开页面。") if post == "member" else _("没有机构内角色；能做什么由数据岗位决定。")
    )
    order = ("own", "below", "all")
    reached: dict[str, str] = {}
    for role in held:
        for action, far in ROLES_IN_ORGANISATIONS[role].grants.items() if role in ROLES_IN_ORGANISATIONS else ():
            reached[action] = max(reached.get(action, "own"), far, key=order.index)
    rows = [{"action": Cell(action_name(action)), "reach": reach_name(far)} for action, far in reached.items()]
    return Table("rights", _("角色允许的事项"), columns, rows, empty=empty, tight=True)


@staff
@require_POST
def end_session(request: HttpRequest, number: int) -> HttpResponse:
    """End one of one's own sign-ins."""
    user = cast(User, request.user)
    try:
        end_one(user, number, request.META.get("REMOTE_ADDR"))
    except ChangeRefused as error:
        messages.error(request, _("。").join(wording.error_words(error)))
    else:
        messages.success(request, _("该处登录已结束。"))
    return redirect("account")


@staff
@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set one-time codes up, or give them up; the secret is shown only until the first right code."""
    user, form = cast(User, request.user), CodeForm(only_app=True)
    if request.method == "POST":
        what = request.POST.get("what", "")
        if what == "begin":
            try:
                begin(user)
            except ChangeRefused as error:
                messages.error(request, _("。").join(wording.error_words(error)))
            return redirect("account-second-factor")
        form = CodeForm(request.POST, only_app=True)
        codes = _with_code(request, user, form, what)
        if isinstance(codes, HttpResponse):
            return codes
        if codes is not None:
            return render(request, "account/recovery.html", {"codes": codes})
    done = has_second_factor(user)
    secret = None if done else pending_secret(user)
    context: dict[str, Any] = {
        "form": form, "done": done, "asked": must_have_second_factor(user), "secret": _grouped(secret),
        "picture": None if secret is None else _picture(secret, user),
    }  # fmt: skip
    return render(request, "account/second_factor.html", context, status=422 if form.is_bound else 200)


@staff
@sensitive_post_parameters("code")
@never_cache
@require_POST
def recovery(request: HttpRequest) -> HttpResponse:
    """New recovery codes, against a code of the app."""
    user, form = cast(User, request.user), CodeForm(request.POST, only_app=True)
    codes = _with_code(request, user, form, "codes")
    if isinstance(codes, list):
        return render(request, "account/recovery.html", {"codes": codes})
    return codes or render(request, "account/second_factor.html", {"form": form, "done": True}, status=422)


def _with_code(request: HttpRequest, user: User, form: CodeForm, what: str) -> HttpResponse | list[str] | None:
    """What asks for a code; guesses count as failed sign-ins do. None with the fault beside its field."""
    address = request.META.get("REMOTE_ADDR")
    if lockout.is_locked(user.username, address):
        form.add_error(
            "code", _("失败次数过多，请过 %(n)s 分钟再试。") % {"n": int(lockout.WINDOW.total_seconds() // 60)}
        )
        return None
    if not form.is_valid():
        return None
    code = form.cleaned_data["code"]
    try:
        if what == "confirm":
            codes = confirm(user, code, keep=request.session.get(NUMBER), address=address)
        elif what == "codes":
            codes = new_recovery_codes(user, code, address=address)
        else:
            drop(user, code, address=address)
            lockout.note_success(user.username)
            messages.success(request, _("动态口令已停用。"))
            return redirect("account")
    except ChangeRefused as error:
        lockout.note_failure(user.username, address)
        form.add_error("code", _("。").join(wording.error_words(error)))
        return None
    lockout.note_success(user.username)
    return codes


def _picture(secret: str, user: User) -> str:
    """The address that apps read, as a picture made here: no other host learns the secret, and no inline style."""
    address = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=_ISSUER)
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", xmldecl=False, svgns=False, scale=5, border=4, dark="#000", light="#fff", omitsize=False,
        title=_("动态口令二维码"),
    )  # fmt: skip
    return mark_safe(out.getvalue().decode())  # noqa: S308 - made by segno of our own address, title escaped by it


def _grouped(secret: str | None) -> str:
    return "" if secret is None else " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
