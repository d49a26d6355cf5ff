"""Pages for what went wrong: not found, not allowed, our own fault, an expired form."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from saishang.errors import ConfigurationError, SaishangError
from saishang.web import texts, wording
from saishang.web.api import problems
from saishang.web.assets import asset_url
from saishang.web.security import public

__all__ = ["Teaching", "bad_request", "expired_form", "forbidden", "not_found", "server_error"]

logger = logging.getLogger("saishang.web")


def _page(request: HttpRequest, code: int, title: str, text: str, fix: str = "") -> HttpResponse:
    context = {"code": code, "error_title": title, "error_text": text, "error_fix": fix}
    return render(request, "errors/error.html", context, status=code)


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _page(request, 400, _("请求无法理解"), _("地址或表单中有本站不认识的内容。"), _("请从导航重新进入。"))


@public
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    text = _("您的账户没有办理此事的权限。")
    return _page(request, 403, _("没有权限"), text, _("如工作需要，请联系系统管理员调整角色。"))


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404; for programmes that asked for an address of the interface, in their form."""
    if request.path.startswith(("/api/", "/ogc/")):
        return problems.answer(problems.Problem(404, "not-found", _("没有这个地址")), request.path)
    detail = exception.args[0] if exception is not None and exception.args else ""
    text = wording.say(detail) if isinstance(detail, str) and detail else _("没有这个地址，或该内容已不在本次评估中。")
    return _page(request, 404, _("找不到页面"), text, _("请检查地址，或从导航进入。"))


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """500. Uses no database, no session and no context processor, since one of them may be what failed."""
    try:
        styles = asset_url("styles.css")
    except ConfigurationError:
        styles = ""
    context = {
        "code": 500, "html_lang": "en" if texts.english() else "zh-CN", "styles": styles, "path": request.path,
        "time": timezone.localtime().strftime("%Y-%m-%d %H:%M:%S"),
    }  # fmt: skip
    return HttpResponse(render_to_string("errors/server_error.html", context), status=500)


@public
def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose protection token is missing or old."""
    text = _("表单已过期，或浏览器没有接受本站的 Cookie。")
    return _page(request, 403, _("表单未被接受"), text, _("请返回上一页，刷新后重新提交。"))


class Teaching:
    """Middleware: an error that teaches becomes a page that teaches instead of a server error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; see `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Show message and remedy of a `SaishangError`; leave everything else to Django."""
        if not isinstance(exception, SaishangError):
            return None
        logger.warning("%s: %s", request.path, exception)
        return _page(request, 503, _("暂时无法显示"), *wording.error_words(exception))
