"""Signing in and out, and changing one's password."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from saishang.apps.core import lockout
from saishang.apps.core.actions import record
from saishang.apps.organisations.models import User
from saishang.web.security import public, staff

__all__ = ["change_password", "sign_in", "sign_out"]


class SignInForm(AuthenticationForm):
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("用户名")
        self.fields["password"].label = _("密码")
        _style(self)


class PasswordForm(PasswordChangeForm):
    """The old password and twice the new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _style(self)


@public
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in; a name or an address that fails too often has to wait."""
    address = request.META.get("REMOTE_ADDR")
    after = _safe_next(request)
    if request.method != "POST":
        return render(request, "account/sign_in.html", {"form": SignInForm(request), "next": after})
    name = request.POST.get("username", "")
    if lockout.is_locked(name, address):
        minutes = int(lockout.WINDOW.total_seconds() // 60)
        form = SignInForm(request)
        context = {"form": form, "next": after, "locked_minutes": minutes}
        return render(request, "account/sign_in.html", context, status=429)
    form = SignInForm(request, data=request.POST)
    if not form.is_valid():
        lockout.note_failure(name, address)
        return render(request, "account/sign_in.html", {"form": form, "next": after}, status=422)
    lockout.note_success(name)
    login(request, form.get_user())
    return redirect(after or resolve_url("overview"))


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return redirect("overview")


@staff
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other sessions of the same person end."""
    user = cast(User, request.user)
    form = PasswordForm(user, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        form.save()
        record(user, "organisations.change_password", user, address=request.META.get("REMOTE_ADDR"))
        update_session_auth_hash(request, user)
        messages.success(request, _("密码已修改，其他设备上的登录已失效。"))
        return redirect("overview")
    return render(request, "account/password.html", {"form": form}, status=422 if form.is_bound else 200)


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    return wanted if url_has_allowed_host_and_scheme(wanted, hosts, request.is_secure()) else ""


def _style(form: forms.BaseForm) -> None:
    for field in form.fields.values():
        field.widget.attrs.setdefault("class", "form-control")
