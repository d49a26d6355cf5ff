"""What the pages of supervision share: how they are reached, forms of a move, files, timelines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.organisations import access
from saishang.apps.supervision import queries
from saishang.apps.supervision.actions import attach_file, strike_file
from saishang.apps.supervision.models import Case, Coordination, Finding, Occurrence
from saishang.apps.supervision.states import Move
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.web import wording
from saishang.web.pages import site
from saishang.web.pages.faults import put_faults
from saishang.web.pages.supervision_words import act_name, level_name, move_name
from saishang.web.pages.uploads import as_it_came, laid_down
from saishang.web.pages.work_common import doing
from saishang.web.security import supervised

__all__ = [
    "CONTROL", "METHODS", "SELECT", "MoveForm", "ReasonForm", "attach_case", "attach_duty", "attach_finding",
    "attach_matter", "buttons", "day_field", "done", "download", "error_words", "files_of", "form_page",
    "may_everywhere", "named",
    "paged", "strike", "tabs", "text_field", "timeline",
]  # fmt: skip

CONTROL = {"class": "form-control"}
SELECT = {"class": "form-select"}
METHODS = ["GET", "HEAD", "POST"]
PER_PAGE = 50
Thing = Case | Finding | Coordination | Occurrence


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """(words, address, current) of the pages of supervision."""
    entries = [
        ("supervision", _("督办台账")), ("supervision-findings", _("反馈问题")), ("supervision-matters", _("协调事项")),
        ("supervision-duties", _("年度定期事项")), ("supervision-bulletins", _("逾期通报")),
    ]  # fmt: skip
    return [(words, reverse(name), name == current) for name, words in entries]


def may_everywhere(request: HttpRequest, action: str) -> bool:
    """Whether the reader may do an action to everything."""
    return access.reach(request.user, action).everything


def buttons(kind: str, moves: Sequence[Move], key: Any) -> list[tuple[str, str, bool]]:
    """(words, address, whether it leads on) of moves; what leads on first, what undoes or breaks off after it."""
    return [
        (move_name(kind, one.action), reverse(f"supervision-{kind}-move", args=[key, one.action]), not one.reason)
        for one in sorted(moves, key=lambda one: one.reason)
    ]  # fmt: skip


def day_field(label: Any, help_text: Any = "", *, required: bool = False) -> forms.DateField:
    """A day, chosen in the browser's own calendar."""
    widget = forms.DateInput(attrs=CONTROL | {"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


def text_field(
    label: Any, help_text: Any = "", *, required: bool = False, rows: int = 0, most: int = 20_000
) -> forms.CharField:
    """A line of text, or with `rows` an area of it. Whether it has to be there is the action's to say."""
    area = forms.Textarea(attrs=CONTROL | {"rows": rows})
    widget = area if rows else forms.TextInput(attrs=CONTROL)
    return forms.CharField(label=label, required=required, max_length=most, help_text=help_text, widget=widget)


class ReasonForm(forms.Form):
    """Why; what needs no reason may have one."""

    reason = text_field(gettext_lazy("事由"), gettext_lazy("为什么，依据哪个文件（文号、日期）"), most=1000)


class MoveForm(ReasonForm):
    """One move of something: why, and on which version; what else it needs, each kind of thing adds by itself."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, row: Case | Finding | Coordination, one: Move, data: Any = None, **initial: Any) -> None:
        super().__init__(data, initial={"seen": row.version} | initial)
        self.fields["reason"].required = one.reason
        if not one.reason:
            self.fields["reason"].label = _("备注")
            self.fields["reason"].help_text = ""


def named(table: Sequence[Move], action: str) -> Move:
    """The row of a state table that an address names; not found when there is none."""
    found = next((one for one in table if one.action == action), None)
    if found is None:
        raise Http404
    return found


def done(form: forms.Form, act: Callable[[], Any]) -> Any:
    """Do it; None, with the faults beside their fields, when the form or the action refuses."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return act()
    except SaishangError as error:
        put_faults(form, error)
        return None


def form_page(
    request: HttpRequest, form: forms.Form, title: str, *, lead: str = "", submit: str, back: str, current: str = "",
    notes: Sequence[str] = (), **more: Any,
) -> HttpResponse:  # fmt: skip
    """A form that is one move."""
    context = {
        "form": form, "title": title, "lead": lead, "submit": submit, "back": back, "notes": notes,
        "crumbs": _crumbs(current, back, lead),
    }  # fmt: skip
    return render(request, "supervision/form.html", context | more, status=422 if form.is_bound else 200)


def _crumbs(current: str, back: str, lead: str) -> list[tuple[str, str]]:
    """(words, address) of what is above a form: supervision, the list, and what the form is about."""
    found = [(_("督办"), reverse("supervision"))]
    found += [(words, href) for words, href, shown in tabs(current) if shown and href != found[0][1]]
    if back not in {href for _words, href in found}:
        found.append((lead.split(" · ")[0] or _("返回"), back))
    return found


def error_words(error: SaishangError) -> str:
    """An error as one line of a message."""
    return " ".join(wording.error_words(error))


def paged(request: HttpRequest, rows: Any) -> Any:
    """One page of rows."""
    from django.core.paginator import Paginator

    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def timeline(kind: str, acts: Iterable[Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Acts of a case, finding or matter, the newest first, in words."""
    found = []
    for one in sorted(acts, key=lambda row: -row.number):
        unit = getattr(one, "organisation", None)
        level = getattr(one, "level", "")
        found.append(
            {
                "at": one.at, "who": one.actor_name, "what": act_name(kind, one.action), "text": one.text,
                "reason": one.reason, "files": [file["name"] for file in one.files],
                "due": getattr(one, "due", None), "level": level_name(level) if level else "",
                "unit": names.get(unit.code, unit.code) if unit is not None else "",
            }
        )  # fmt: skip
    return found


def files_of(row: Thing, may_attach: bool, address: str) -> dict[str, Any]:
    """Files beside something for the page: those that hold, those that were struck out, and where to lay more."""
    listed = sorted(row.files.all(), key=lambda file: (file.struck_at is not None, file.added_at))
    return {"files": listed, "may_attach": may_attach, "attach": address}


class _FileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("文件"))


def _attach(request: HttpRequest, row: Thing | None, back: str) -> HttpResponse:
    if row is None:
        raise Http404
    form = _FileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("请选择一个文件。"))
        return redirect(back)
    archive = Archive(settings.CONFIG.archive)
    try:
        sent = form.cleaned_data["file"]
        with laid_down(sent) as path:
            made = attach_file(doing(request), site.rules(), archive, row, path, sent.name or "file")
        messages.success(request, _("已附上“%(name)s”。") % {"name": made.name})
    except SaishangError as error:
        messages.error(request, error_words(error))
    return redirect(back)


@supervised("case", "answer_supervision", "supervise")
@require_POST
def attach_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay a file beside a case."""
    return _attach(request, queries.case(pk), reverse("supervision-case", args=[pk]))


@supervised("finding", "answer_supervision", "supervise")
@require_POST
def attach_finding(request: HttpRequest, code: str) -> HttpResponse:
    """Lay a file beside a finding."""
    return _attach(request, queries.finding(code), reverse("supervision-finding", args=[code]))


@supervised("matter", "answer_supervision", "supervise")
@require_POST
def attach_matter(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay a file beside a matter."""
    return _attach(request, queries.matter(pk), reverse("supervision-matter", args=[pk]))


@supervised("duty", "answer_supervision", "supervise")
@require_POST
def attach_duty(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay a file beside a duty of a year."""
    return _attach(request, queries.occurrence(pk), reverse("supervision-duty", args=[pk]))


@supervised("file", "view_internal")
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file as it came in."""
    row = queries.file(pk)
    if row is None:
        raise Http404
    return as_it_came(row.sha256, row.name)


@supervised("file", "answer_supervision", "supervise")
@require_POST
def strike(request: HttpRequest, pk: int) -> HttpResponse:
    """Strike a file out."""
    row = queries.file(pk)
    if row is None:
        raise Http404
    try:
        strike_file(doing(request, request.POST.get("reason", "")[:300]), pk)
        messages.success(request, _("已注明作废，文件仍可查阅。"))
    except SaishangError as error:
        messages.error(request, error_words(error))
    if row.finding is not None:
        return redirect("supervision-finding", row.finding.code)
    if row.case_id:
        return redirect("supervision-case", row.case_id)
    return redirect("supervision-matter", row.coordination_id) if row.coordination_id else redirect(
        "supervision-duty", row.occurrence_id)  # fmt: skip
