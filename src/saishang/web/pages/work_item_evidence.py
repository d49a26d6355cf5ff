"""Evidence (佐证材料) beside an item: fetched as it came in, added, struck out."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.execution.models import Evidence
from saishang.apps.execution.permits import may_report
from saishang.web.pages import work_common
from saishang.web.pages.uploads import as_it_came
from saishang.web.pages.work_evidence import keep_sent, strike_out
from saishang.web.security import item

__all__ = ["add", "fetch", "strike"]


@item("view_internal")
@require_safe
def fetch(request: HttpRequest, code: str, file: int) -> HttpResponseBase:
    """A file as it came in; one beside a report only for whoever may read the report."""
    row = _of(code, file)
    report = row.report
    if report is not None and report.state != "published" and not may_report(request.user, "view_internal", report.pk):
        raise PermissionDenied("view_internal")
    return as_it_came(row.sha256, row.name)


@item("edit_items", "write_progress")
@require_POST
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Lay files beside the item; each that is refused says why, the others are kept."""
    keep_sent(request, code)
    return redirect(f"{work_common.item_url(code)}#evidence")


@item("edit_items", "write_progress")
@require_POST
def strike(request: HttpRequest, code: str, file: int) -> HttpResponse:
    """Strike a file out, with a reason; it stays readable."""
    strike_out(request, _of(code, file).pk)
    return redirect(f"{work_common.item_url(code)}#evidence")


def _of(code: str, file: int) -> Evidence:
    row = Evidence.objects.select_related("report", "item").filter(pk=file, item__code=code).first()
    if row is None:
        raise Http404(_("没有这份材料。"))
    return row
