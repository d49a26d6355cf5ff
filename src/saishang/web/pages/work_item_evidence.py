"""Evidence (佐证材料) beside an item: fetched as it came in, added, struck out."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.execution.actions import attach_evidence, strike_evidence
from saishang.apps.execution.models import Evidence
from saishang.apps.execution.permits import may_report
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.web.pages import site, work_common
from saishang.web.pages.faults import fault_words
from saishang.web.security import item

__all__ = ["add", "fetch", "strike"]


@item("view_internal")
@require_safe
def fetch(request: HttpRequest, code: str, file: int) -> HttpResponseBase:
    """A file as it came in; one beside a report only for whoever may read the report.

    Never shown inside the portal: an uploaded file has no business in our origin.
    """
    row = _of(code, file)
    report = row.report
    if report is not None and report.state != "published" and not may_report(request.user, "view_internal", report.pk):
        raise PermissionDenied("view_internal")
    path = Archive(settings.CONFIG.archive).verify(row.sha256)
    return FileResponse(path.open("rb"), as_attachment=True, filename=row.name, content_type="application/octet-stream")


@item("edit_items", "write_progress")
@require_POST
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Lay files beside the item; each that is refused says why, the others are kept."""
    sent = request.FILES.getlist("file")
    kept = 0
    if not sent:
        messages.warning(request, _("没有选择文件。"))
    for file in sent:
        with tempfile.TemporaryDirectory(prefix="saishang-evidence-") as folder:
            path = Path(folder) / "file"
            with path.open("wb") as out:
                for chunk in file.chunks():
                    out.write(chunk)
            try:
                attach_evidence(
                    work_common.doing(request), site.rules(), Archive(settings.CONFIG.archive), code, path,
                    file.name or "file", note=request.POST.get("note", ""),
                )  # fmt: skip
                kept += 1
            except SaishangError as error:
                messages.error(request, fault_words(error.message, error.fix))
    if kept:
        messages.success(request, _("已附上 %(count)s 个文件。") % {"count": kept})
    return redirect(f"{work_common.item_url(code)}#evidence")


@item("edit_items", "write_progress")
@require_POST
def strike(request: HttpRequest, code: str, file: int) -> HttpResponse:
    """Strike a file out, with a reason; it stays readable."""
    row = _of(code, file)
    try:
        strike_evidence(work_common.doing(request, request.POST.get("reason", "")), row.pk)
    except SaishangError as error:
        messages.error(request, fault_words(error.message, error.fix))
    else:
        messages.success(request, _("已作废；文件和记录仍保留。"))
    return redirect(f"{work_common.item_url(code)}#evidence")


def _of(code: str, file: int) -> Evidence:
    row = Evidence.objects.select_related("report", "item").filter(pk=file, item__code=code).first()
    if row is None:
        raise Http404(_("没有这份材料。"))
    return row
