"""What an organisation owes: the way to its board, and, when it was merged, its successor takes it over (接续办理)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from saishang.apps.execution import actions as execution
from saishang.apps.execution import queries as work
from saishang.apps.organisations import access
from saishang.apps.organisations.models import Organisation
from saishang.apps.supervision import actions as supervision
from saishang.apps.supervision import queries as supervised
from saishang.errors import SaishangError
from saishang.web import wording
from saishang.web.pages.work_common import doing, names
from saishang.web.security import organisation

__all__ = ["owed", "take_over"]


def owed(request: HttpRequest, own: Organisation, on: date) -> dict[str, Any]:
    """Context of an organisation's page: its board for who may see it; what is left of one that was merged."""
    if not access.may(request.user, "view_internal", own):
        return {"board_href": "", "left": None}
    told: dict[str, Any] = {"board_href": reverse("work-organisation", args=[own.code]), "left": None}
    if own.closed is not None and own.closed < on:
        items, asked = work.left_by(own.code), supervised.left_by(own.code)
        told["left"] = {
            "items": items, "asked": asked, "items_href": f"{reverse('work-items')}?organisation={own.code}",
            "may": own.successor is not None and access.may(request.user, "assign_items", own),
        } if items or asked else None  # fmt: skip
    return told


@organisation("assign_items")
@require_POST
def take_over(request: HttpRequest, code: str) -> HttpResponse:
    """Give everything that a merged organisation still owes to its successor, all of it or nothing."""
    who = doing(request, request.POST.get("reason", ""))
    try:
        with transaction.atomic():
            done = execution.take_over(who, code)
            asked = supervision.take_over(who, code)
    except SaishangError as error:
        messages.error(request, _("。").join(wording.error_words(error)))
        return redirect("organisations-one", code)
    told = {
        "heir": names().get(done.successor, done.successor), "items": len(done.items),
        "known": len(done.known), "reports": done.reports, "asked": sum(asked.values()),
    }  # fmt: skip
    messages.success(request, _(
        "已由 %(heir)s 接续：事项 %(items)s，未报报告 %(reports)s，督办整改 %(asked)s，重复而取消的责任 %(known)s。"
    ) % told)  # fmt: skip
    return redirect("organisations-one", code)
