"""Evidence (佐证材料) beside a report: sent, struck out, fetched."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
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
from saishang.web.pages.uploads import as_it_came, laid_down
from saishang.web.pages.work_common import doing
from saishang.web.security import report
from saishang.web.texts import counted

__all__ = ["add", "fetch", "keep_sent", "strike", "strike_out"]


@report("write_progress")
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay files beside a report; each that is refused says why, the others are kept."""
    row = ProgressReport.objects.select_related("item").get(pk=pk)
    keep_sent(request, row.item.code, pk)
    return redirect(reverse("work-report", args=[pk]) + "#evidence")


@report("write_progress")
@require_POST
def strike(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """Strike a file out, with a reason; it stays readable."""
    _of(pk, file)
    strike_out(request, file)
    return redirect(reverse("work-report", args=[pk]) + "#evidence")


@report("view_internal")
@require_safe
def fetch(request: HttpRequest, pk: int, file: int) -> HttpResponseBase:
    """A file as it came in."""
    row = _of(pk, file)
    return as_it_came(row.sha256, row.name)


def keep_sent(request: HttpRequest, code: str, report_pk: int | None = None) -> None:
    """Lay the files of a form beside an item, or a report on it; each that is refused says why, the others are kept."""
    sent = request.FILES.getlist("file")
    if not sent:
        messages.warning(request, _("没有选择文件。"))
    archive, note, kept = Archive(settings.CONFIG.archive), request.POST.get("note", ""), 0
    for file in sent:
        with laid_down(file) as path:
            try:
                attach_evidence(doing(request), site.rules(), archive, code, path, file.name or "file",
                                report=report_pk, note=note)  # fmt: skip
                kept += 1
            except SaishangError as error:
                messages.error(request, fault_words(error.message, error.fix))
    if kept:
        messages.success(request, counted("已附上 %(count)s 个文件。", kept) % {"count": kept})


def strike_out(request: HttpRequest, file: int) -> None:
    """Strike a file out with the reason of the form, and say what became of it."""
    try:
        strike_evidence(doing(request, request.POST.get("reason", "")), file)
    except SaishangError as error:
        messages.error(request, fault_words(error.message, error.fix))
    else:
        messages.success(request, _("已作废；文件和记录仍保留。"))


def _of(pk: int, file: int) -> Evidence:
    row = Evidence.objects.filter(pk=file, report_id=pk).first()
    if row is None:
        raise Http404(_("报告没有这份材料。"))
    return row
