"""Sign-ins as rows that end: idle too long, too old, ended by the person, by a new password, by a closed account.

The cookie's session only carries the number of its row; the row says whether it still holds. What a person has to do
before anything else (choose an own password, set up one-time codes) is asked here, too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from saishang.apps.core.generations import pinned
from saishang.apps.organisations.access import roles_held
from saishang.apps.organisations.actions.end_sign_in import SEEN_EVERY, begin_sign_in
from saishang.apps.organisations.actions.second_factor import has_second_factor
from saishang.apps.organisations.models import SignIn, User

__all__ = ["NUMBER", "Sessions", "must_have_second_factor", "signed_in", "signed_out"]

#: Where the session keeps the number of its row.
NUMBER = "sign_in"
#: What somebody may open who has something to do first.
_FIRST = {
    "password-change",
    "account-second-factor",
    "account-recovery",
    "sign-out",
    "sign-in",
    "set_language",
    "health",
}
#: Pages that ask by themselves for news: nobody sits before them for sure.
_BY_ITSELF = {"jobs-progress"}


class Sessions:
    """Middleware; after the one that knows the user and the one that carries messages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """End what no longer holds, ask what has to come first, answer."""
        if request.method not in ("GET", "HEAD"):
            return self._answer(request)
        with pinned():
            return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if SESSION_KEY not in request.session:
            return self.get_response(request)
        row = SignIn.objects.filter(pk=request.session.get(NUMBER) or 0).first()
        why = _ended(row) if row is not None else "unknown"
        if row is None or why or not request.user.is_authenticated:
            if row is not None and row.ended is None:
                SignIn.objects.filter(pk=row.pk).update(ended=timezone.now(), end_reason=why or "deactivated")
            logout(request)
            if why in ("idle", "too_long"):
                messages.warning(request, _("登录已到时限，请重新登录。"))
            return self.get_response(request)
        name = _name(request)
        if timezone.now() - row.seen > timedelta(seconds=SEEN_EVERY) and name not in _BY_ITSELF:
            SignIn.objects.filter(pk=row.pk).update(seen=timezone.now())
        user: Any = request.user
        if name not in _FIRST:
            # Whoever comes through a provider need not even know the password.
            if user.must_change_password and not row.way.startswith("outside"):
                return redirect("password-change")
            if must_have_second_factor(user) and not has_second_factor(user):
                return redirect("account-second-factor")
        return self.get_response(request)


def _ended(row: SignIn) -> str:
    """Why a sign-in no longer holds; empty while it does."""
    now, config = timezone.now(), settings.CONFIG
    if row.ended is not None:
        return row.end_reason or "ended"
    if now - row.started >= timedelta(hours=config.session_hours):
        return "too_long"
    if now - row.seen >= timedelta(minutes=config.session_idle_minutes):
        return "idle"
    return ""


def _name(request: HttpRequest) -> str:
    try:
        return str(resolve(request.path_info).view_name)
    except Resolver404:
        return ""


def must_have_second_factor(user: User) -> bool:
    """Whether a setting asks one-time codes of a role that this person holds today."""
    wanted = settings.CONFIG.totp_roles
    if not wanted:
        return False
    if user.role in wanted:
        return True
    return any(role in wanted for role, _path in roles_held(user, timezone.localdate()))


def signed_in(sender: Any, request: HttpRequest, user: User, **_more: Any) -> None:
    """Signal of Django: a row for this sign-in."""
    way = getattr(request, "sign_in_way", "password")
    row = begin_sign_in(user, way, request.META.get("REMOTE_ADDR"), str(request.META.get("HTTP_USER_AGENT", "")))
    request.session[NUMBER] = row.pk


def signed_out(sender: Any, request: HttpRequest, user: User | None, **_more: Any) -> None:
    """Signal of Django: the row ends."""
    number = request.session.get(NUMBER)
    if number:
        SignIn.objects.filter(pk=number, ended__isnull=True).update(ended=timezone.now(), end_reason="signed_out")
