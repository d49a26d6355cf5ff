"""Evidence (佐证材料) beside a report: sent, struck out, fetched."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.execution.actions import attach_evidence, strike_evidence
from saishang.apps.execution.models import Evidence, ProgressReport
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.web.pages import site
from saishang.web.pages.faults import fault_words
from saishang.web.pages.work_common import doing
from saishang.web.security import report

__all__ = ["add", "fetch", "strike"]


@report("write_progress")
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay files beside a report; each that is refused says why, the others are kept."""
    row = ProgressReport.objects.select_related("item").get(pk=pk)
    sent = request.FILES.getlist("file")
    if not sent:
        messages.warning(request, _("没有选择文件。"))
    kept = 0
    for file in sent:
        with tempfile.TemporaryDirectory(prefix="saishang-evidence-") as folder:
            path = Path(folder) / "file"
            with path.open("wb") as out:
                for chunk in file.chunks():
                    out.write(chunk)
            try:
                attach_evidence(
                    doing(request), site.rules(), Archive(settings.CONFIG.archive), row.item.code, path,
                    file.name or "file", report=pk, note=request.POST.get("note", ""),
                )  # fmt: skip
                kept += 1
            except SaishangError as error:
                messages.error(request, fault_words(error.message, error.fix))
    if kept:
        messages.success(request, _("已附上 %(count)s 个文件。") % {"count": kept})
    return redirect(reverse("work-report", args=[pk]) + "#evidence")


@report("write_progress")
@require_POST
def strike(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """Strike a file out, with a reason; it stays readable."""
    _of(pk, file)
    try:
        strike_evidence(doing(request, request.POST.get("reason", "")), file)
    except SaishangError as error:
        messages.error(request, fault_words(error.message, error.fix))
    else:
        messages.success(request, _("已作废；文件和记录仍保留。"))
    return redirect(reverse("work-report", args=[pk]) + "#evidence")


@report("view_internal")
@require_safe
def fetch(request: HttpRequest, pk: int, file: int) -> HttpResponseBase:
    """A file as it came in; never shown inside the portal: an uploaded file has no business in our origin."""
    row = _of(pk, file)
    path = Archive(settings.CONFIG.archive).verify(row.sha256)
    return FileResponse(path.open("rb"), as_attachment=True, filename=row.name, content_type="application/octet-stream")


def _of(pk: int, file: int) -> Evidence:
    row = Evidence.objects.filter(pk=file, report_id=pk).first()
    if row is None:
        raise Http404(_("报告没有这份材料。"))
    return row
