"""Signing in, with a one-time code where somebody has set one up, signing out, and changing one's password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from saishang.apps.core import lockout
from saishang.apps.organisations.actions import change_own_password
from saishang.apps.organisations.actions.second_factor import check, has_second_factor
from saishang.apps.organisations.models import User
from saishang.apps.organisations.refusals import ChangeRefused
from saishang.web import wording
from saishang.web.security import public, staff
from saishang.web.sessions import NUMBER

__all__ = ["admit", "change_password", "safe_next", "second_step", "sign_in", "sign_out"]

_BACKEND = "django.contrib.auth.backends.ModelBackend"
#: Where the session keeps who has given the first half of a sign-in, and for how long.
_HALF = "half_signed_in"
_HALF_HOLDS = timedelta(minutes=5)


class SignInForm(AuthenticationForm):
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("用户名")
        self.fields["password"].label = _("密码")
        _style(self)


class CodeForm(forms.Form):
    """A one-time code, or a recovery code."""

    code = forms.CharField(max_length=20, widget=forms.TextInput(attrs={
        "class": "form-control", "autocomplete": "one-time-code", "autofocus": True,
    }))  # fmt: skip

    def __init__(self, data: Any = None, *, only_app: bool = False) -> None:
        super().__init__(data)
        self.fields["code"].label = _("动态口令")
        # Recovery codes open the door; setting codes up asks for the app, and there are none yet.
        self.fields["code"].help_text = (
            _("手机应用当前显示的六位数字")
            if only_app
            else _("手机应用当前显示的六位数字；手机不在身边时输入一个恢复码。")
        )


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
    after = safe_next(request)
    told = {"next": after, "outside": settings.CONFIG.oidc is not None}
    if request.method != "POST":
        return render(request, "account/sign_in.html", told | {"form": SignInForm(request)})
    name = request.POST.get("username", "")
    if lockout.is_locked(name, address):
        context = told | {"form": SignInForm(request), "locked_minutes": _minutes()}
        return render(request, "account/sign_in.html", context, status=429)
    form = SignInForm(request, data=request.POST)
    if not form.is_valid():
        lockout.note_failure(name, address)
        return render(request, "account/sign_in.html", told | {"form": form}, status=422)
    return admit(request, form.get_user(), after, "password")


def admit(request: HttpRequest, user: User, after: str, way: str) -> HttpResponse:
    """Let somebody in who has been recognised; with one-time codes only after the second step."""
    if has_second_factor(user):
        request.session[_HALF] = {
            "user": user.pk, "at": timezone.now().timestamp(), "next": after, "way": way,
            "check": user.get_session_auth_hash(),
        }  # fmt: skip
        return redirect("sign-in-code")
    return _let_in(request, user, after, way)


def _let_in(request: HttpRequest, user: User, after: str, way: str) -> HttpResponse:
    # Only now: whoever knows the password alone must not clear the count of wrong codes.
    lockout.note_success(user.username)
    request.session.pop(_HALF, None)
    request.sign_in_way = way  # type: ignore[attr-defined]
    login(request, user, backend=_BACKEND)
    return redirect(after or resolve_url("overview"))


@public
@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """The second half of a sign-in: a one-time code or a recovery code."""
    half = request.session.get(_HALF) or {}
    user = User.objects.filter(pk=half.get("user") or 0, is_active=True).first()
    late = timezone.now().timestamp() - half.get("at", 0) > _HALF_HOLDS.total_seconds()
    if user is None or late or half.get("check") != user.get_session_auth_hash():
        request.session.pop(_HALF, None)
        return redirect("sign-in")
    if request.method != "POST":
        return render(request, "account/code.html", {"form": CodeForm()})
    address = request.META.get("REMOTE_ADDR")
    if lockout.is_locked(user.username, address):
        context = {"form": CodeForm(), "locked_minutes": _minutes()}
        return render(request, "account/code.html", context, status=429)
    form = CodeForm(request.POST)
    found = check(user, form.cleaned_data["code"], address=address) if form.is_valid() else None
    if found is None:
        lockout.note_failure(user.username, address)
        form.add_error("code", _("口令不对，或已经用过、过时。"))
        return render(request, "account/code.html", {"form": form}, status=422)
    if found == "recovery":
        messages.warning(request, _("恢复码已用掉，不能再用。可在账户页更换一组。"))
    return _let_in(request, user, str(half.get("next") or ""), f"{half['way']}+{found}")


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
    forced = user.must_change_password
    form = PasswordForm(user, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            address = request.META.get("REMOTE_ADDR")
            keep = request.session.get(NUMBER)
            change_own_password(user, form.cleaned_data["new_password1"], keep=keep, address=address)
        except ChangeRefused as error:
            form.add_error("new_password1", _("。").join(wording.error_words(error)))
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("密码已修改，其他设备上的登录已失效。"))
            return redirect("account" if not forced else "overview")
    context = {"form": form, "forced": forced}
    return render(request, "account/password.html", context, status=422 if form.is_bound else 200)


def safe_next(request: HttpRequest) -> str:
    """Where to go after signing in, when it is one of our own addresses."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    return wanted if url_has_allowed_host_and_scheme(wanted, hosts, request.is_secure()) else ""


def _minutes() -> int:
    return int(lockout.WINDOW.total_seconds() // 60)


def _style(form: forms.BaseForm) -> None:
    for field in form.fields.values():
        field.widget.attrs.setdefault("class", "form-control")
