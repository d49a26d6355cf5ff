"""Upload: a file goes into the raw archive at once and into the table by a job, whose page shows the progress."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from saishang.apps.observations.actions import upload as take
from saishang.errors import SaishangError
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.data_tabs import tabs
from saishang.web.security import permission

__all__ = ["upload"]


class UploadForm(forms.Form):
    """A file, the kind of source, and why."""

    file = forms.FileField(
        label=gettext_lazy("文件"),
        help_text=gettext_lazy("CSV、Excel 或 Parquet，最大 1 GiB；按内容而不是按文件名识别。"),
    )
    source = forms.ChoiceField(label=gettext_lazy("来源"), required=False, help_text=gettext_lazy("留空则按内容识别。"))
    reason = forms.CharField(label=gettext_lazy("事由"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (s["id"], texts.both(s.get("zh"), s.get("en"))) for s in site.rules().documents_under("sources").values()
        ]
        source = self.fields["source"]
        if isinstance(source, forms.ChoiceField):
            source.choices = [("", _("自动识别")), *choices]
            source.widget.attrs["class"] = "form-select"
        for name in ("file", "reason"):
            self.fields[name].widget.attrs["class"] = "form-control"


@permission("upload_data")
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file; the page of its job shows the progress and leads to the batch with everything that was refused."""
    form = UploadForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "tabs": tabs("data-upload", request)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "data/upload.html", context, status=422 if request.method == "POST" else 200)
    try:
        job = take(
            request.user, form.cleaned_data["file"], source=form.cleaned_data["source"] or None,
            reason=form.cleaned_data["reason"], address=request.META.get("REMOTE_ADDR"),
        )  # fmt: skip
    except SaishangError as error:
        return render(request, "data/upload.html", context | {"error": error}, status=422)
    return redirect("jobs-job", number=job.pk)
