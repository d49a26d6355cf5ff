"""Signing in through an OpenID Connect provider (统一身份认证): authorisation code flow with PKCE, state and nonce.

Off unless `SAISHANG_OIDC_ISSUER` is set. The provider says who somebody is; what they may do stands here alone.
"""

from __future__ import annotations

import logging
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from joserfc.errors import JoseError

from saishang.apps.organisations.actions.outside_identity import person_of
from saishang.apps.organisations.refusals import ChangeRefused
from saishang.config import Oidc
from saishang.web import wording
from saishang.web.pages.account import SignInForm, admit, safe_next
from saishang.web.security import public

__all__ = ["back", "start"]

logger = logging.getLogger("saishang.web")
_NEXT = "outside_next"
#: Seconds to wait for the provider.
_PATIENCE = 10


def _client(oidc: Oidc) -> Any:
    registry = OAuth()
    return registry.register(
        name="outside", client_id=oidc.client_id, client_secret=oidc.client_secret or None,
        server_metadata_url=f"{oidc.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": oidc.scopes, "code_challenge_method": "S256", "timeout": _PATIENCE,
            # Without a secret the proof of PKCE is the only one.
            **({} if oidc.client_secret else {"token_endpoint_auth_method": "none"}),
        },
    )  # fmt: skip


def _setting() -> Oidc:
    oidc: Oidc | None = settings.CONFIG.oidc
    if oidc is None:
        raise Http404
    return oidc


@public
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Send somebody to the provider."""
    oidc = _setting()
    request.session[_NEXT] = safe_next(request)
    try:
        client = _client(oidc)
        said = client.load_server_metadata().get("issuer")
        if str(said).rstrip("/") != oidc.issuer:
            return _refused(request, _("服务方自称 %(said)s，与设置不符。") % {"said": said}, 502)
        answer: HttpResponse = client.authorize_redirect(
            request, request.build_absolute_uri(reverse("sign-in-outside-back"))
        )
    except (requests.RequestException, AuthlibBaseError, ValueError) as error:
        logger.warning("OpenID Connect provider: %s", error)
        return _refused(request, _("统一身份认证暂时联系不上，请用密码登录或稍后再试。"), 502)
    return answer


@public
@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Take what the provider says; only an account that is here already is let in."""
    oidc = _setting()
    address = request.META.get("REMOTE_ADDR")
    try:
        token = _client(oidc).authorize_access_token(request)
        claims = token.get("userinfo")
        if not claims:
            return _refused(request, _("服务方没有给出身份令牌。"), 502)
        user = person_of(oidc.issuer, claims, oidc.claim, address=address)
    except ChangeRefused as error:
        return _refused(request, _("。").join(wording.error_words(error)), 403)
    except requests.RequestException as error:
        logger.warning("OpenID Connect provider: %s", error)
        return _refused(request, _("统一身份认证暂时联系不上，请用密码登录或稍后再试。"), 502)
    except (AuthlibBaseError, JoseError, ValueError) as error:
        # A wrong state, a code that was used, a token that does not fit: told in the log, not to whoever tries.
        logger.warning("OpenID Connect sign-in refused: %s", error)
        return _refused(request, _("统一身份认证没有成功，请重新登录。"), 400)
    return admit(request, user, request.session.pop(_NEXT, ""), "outside")


def _refused(request: HttpRequest, words: str, status: int) -> HttpResponse:
    context = {"form": SignInForm(request), "refused": words, "outside": True, "next": ""}
    return render(request, "account/sign_in.html", context, status=status)
