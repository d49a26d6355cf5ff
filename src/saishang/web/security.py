"""Who may open a page, and what a page may load.

Every view declares its audience with one of `public`, `staff`, `permission`, and for what belongs to an organisation
`organisation` (the one of the address), `person` (whose account is managed), `item` and `report` (the organisation that
owes them), `supervised` (a case, finding, matter, duty or file of supervision), `registered` (a register, its entries
and what is proposed of them), `somewhere` (any organisation). A test
walks the address table and fails on a view that declares none. The Content-Security-Policy lets a page load from its
own origin only: no inline script, no inline style, no eval. Charts and maps set styles through the object model, which
the policy allows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url

__all__ = [
    "POLICY", "Access", "SecurityHeaders", "access_of", "ask_to_sign_in", "item", "may", "organisation",
    "permission", "person", "public", "registered", "report", "somewhere", "staff", "supervised",
]  # fmt: skip

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

#: data: is needed for the small pictures inside the style sheets of Tabler and MapLibre; they are never scripts.
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


@dataclass(frozen=True)
class Access:
    """Audience of a view: everybody, whoever is signed in, or holders of one permission or of one action."""

    audience: str  # public | staff | permission | organisation | person | item | report | case | register … | somewhere
    permission: str | None = None


def access_of(view: Any) -> Access | None:
    """The declared audience of a view, None when it declares none."""
    return getattr(view, "access", None)


def public(view: View[P]) -> View[P]:
    """Everybody may open it."""
    return _declare(view, Access("public"))


def staff(view: View[P]) -> View[P]:
    """Whoever is signed in may open it; others are asked to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        return view(request, *args, **kwargs)

    return _declare(guarded, Access("staff"))


def permission(name: str) -> Callable[[View[P]], View[P]]:
    """Only people whose role holds the permission `name` (see `saishang.apps.organisations.models.ROLES`)."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if not may(request, name):
                raise PermissionDenied(name)
            return view(request, *args, **kwargs)

        return _declare(guarded, Access("permission", name))

    return decorate


def organisation(action: str) -> Callable[[View[P]], View[P]]:
    """Only people who may do `action` to things of the organisation whose code the address names as `code`."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            from saishang.apps.organisations import access
            from saishang.apps.organisations.models import Organisation

            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            found = Organisation.objects.filter(code=kwargs["code"]).first()
            if found is None:
                raise Http404
            if not access.may(request.user, action, found):
                raise PermissionDenied(action)
            return view(request, *args, **kwargs)

        return _declare(guarded, Access("organisation", action))

    return decorate


def person(view: View[P]) -> View[P]:
    """Only people who may manage the account whose number the address names as `pk`."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        from saishang.apps.organisations.actions.doing import Doing, manages
        from saishang.apps.organisations.models import User

        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        found = User.objects.filter(pk=int(str(kwargs["pk"]))).first()
        # Whether there is such an account is nobody's business who may not manage it.
        if found is None or not manages(Doing(request.user, ""), found):
            raise PermissionDenied("manage_members")
        return view(request, *args, **kwargs)

    return _declare(guarded, Access("person", "manage_members"))


def item(*actions: str) -> Callable[[View[P]], View[P]]:
    """Only people who may do one of `actions` to the item of work whose code the address names as `code`.

    `view_internal` also holds over an organisation that has a part in the item.
    """
    return _of_work("item", actions)


def report(*actions: str) -> Callable[[View[P]], View[P]]:
    """Only people who may do one of `actions` to the report on work whose number the address names as `pk`."""
    return _of_work("report", actions)


def _of_work(kind: str, actions: tuple[str, ...]) -> Callable[[View[P]], View[P]]:
    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            from saishang.apps.execution.permits import may_item, may_report

            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if kind == "item":
                allowed = any(may_item(request.user, action, str(kwargs["code"])) for action in actions)
            else:
                allowed = any(may_report(request.user, action, int(str(kwargs["pk"]))) for action in actions)
            # Whether there is such a thing is nobody's business who may not see it.
            if not allowed:
                raise PermissionDenied(actions[0])
            return view(request, *args, **kwargs)

        return _declare(guarded, Access(kind, actions[0]))

    return decorate


def supervised(kind: str, *actions: str) -> Callable[[View[P]], View[P]]:
    """Only people who may do one of `actions` to the thing of supervision that the address names.

    `kind` is `case`, `matter`, `duty` or `file`, named as `pk`, or `finding`, named as `code`.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            from saishang.apps.supervision.permits import may_supervised

            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            key = str(kwargs["code" if kind == "finding" else "pk"])
            # Whether there is such a thing is nobody's business who may not see it.
            if not any(may_supervised(request.user, action, kind, key) for action in actions):
                raise PermissionDenied(actions[0])
            return view(request, *args, **kwargs)

        return _declare(guarded, Access(kind, actions[0]))

    return decorate


def registered(*actions: str) -> Callable[[View[P]], View[P]]:
    """Only people who may do one of `actions` (`registers.permits.may_registered`) to what the address names.

    That is a register as `kind`, an entry of it as `pk`, a proposal as `proposal`, or a table of them as `bundle`.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            from saishang.apps.registers.permits import may_registered
            from saishang.web.pages import site

            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            named = [
                None if kwargs.get(name) is None else int(str(kwargs[name])) for name in ("pk", "proposal", "bundle")
            ]
            rules, kind = site.rules(), str(kwargs["kind"])
            # Whether there is such a thing is nobody's business who may not see it.
            if not any(may_registered(request.user, action, rules, kind, *named) for action in actions):
                raise PermissionDenied(actions[0])
            return view(request, *args, **kwargs)

        return _declare(guarded, Access("register", actions[0]))

    return decorate


def somewhere(action: str) -> Callable[[View[P]], View[P]]:
    """Only people who may do `action` in some organisation; what they see there is cut to their reach by the view."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            from saishang.apps.organisations import access

            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if access.reach(request.user, action).nothing:
                raise PermissionDenied(action)
            return view(request, *args, **kwargs)

        return _declare(guarded, Access("somewhere", action))

    return decorate


def may(request: HttpRequest, name: str) -> bool:
    """Whether the person behind the request holds the permission `name`."""
    user: Any = request.user
    return bool(user.is_authenticated and user.may(name))


def _declare(view: View[P], access: Access) -> View[P]:
    view.access = access  # type: ignore[attr-defined]
    return view


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """The answer to somebody who has to say first who it is; leads back to the page that was asked for."""
    address = resolve_url(settings.LOGIN_URL)
    return HttpResponseRedirect(f"{address}?{urlencode({'next': request.get_full_path()})}")


class SecurityHeaders:
    """Adds the policy to every answer, and keeps pages of signed-in people out of shared caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and add the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
