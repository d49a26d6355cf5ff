"""One case (督办事项): its page with timeline, opening one by hand, and each of its moves as a form."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from saishang.apps.organisations import access
from saishang.apps.supervision import queries
from saishang.apps.supervision.actions import CaseDraft, move_case, open_case
from saishang.apps.supervision.models import Case
from saishang.apps.supervision.settings import settings_of
from saishang.apps.supervision.states import CASE_MOVES, LEVELS, Move, next_level
from saishang.web.pages import site
from saishang.web.pages.organisations_common import organisation_url
from saishang.web.pages.supervision_common import (
    METHODS,
    SELECT,
    MoveForm,
    buttons,
    day_field,
    done,
    files_of,
    form_page,
    named,
    tabs,
    text_field,
    timeline,
)
from saishang.web.pages.supervision_words import case_badge, level_name, levels, move_name, notice_number, subject_name
from saishang.web.pages.work_common import doing, names, organisation_choices, today
from saishang.web.security import somewhere, supervised

__all__ = ["case", "move", "new"]


@supervised("case", "view_internal")
@require_safe
@never_cache
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """What was asked, what was answered, every act, and what the reader may do."""
    row = _row(pk)
    bodies, day = names(today()), today()
    moves = queries.moves_of(CASE_MOVES, row, request.user)
    may_attach = row.state in ("open", "answered") and any(
        access.reach(request.user, action).covers(row.organisation) for action in ("answer_supervision", "supervise")
    )
    context: dict[str, Any] = {
        "row": row, "tabs": tabs("supervision"), "number": notice_number(row), "level": level_name(row.level),
        "badge": case_badge(row.state, row.due < day), "organisation": bodies.get(row.organisation.code),
        "organisation_url": organisation_url(row.organisation.code), "subject": subject_name(row.subject),
        "about": about_url(row), "days_over": (day - row.due).days if row.state == "open" else 0,
        "acts": timeline("case", row.acts.all(), bodies),
        "moves": buttons("case", [
            one for one in moves if "level" not in one.needs or next_level(row.level) is not None
        ], pk),
        **files_of(row, may_attach, reverse("supervision-case-file", args=[pk])),
    }  # fmt: skip
    return render(request, "supervision/case.html", context)


def about_url(row: Case) -> str:
    """Page of what a case is about; empty where there is none."""
    if row.finding is not None:
        return reverse("supervision-finding", args=[row.finding.code])
    if row.target:
        return reverse("target", args=[row.target])
    if row.report is not None:
        return reverse("work-report", args=[row.report.pk])
    item = row.item or (row.milestone.item if row.milestone is not None else None)
    return reverse("work-item", args=[item.code]) if item is not None else ""


class CaseForm(forms.Form):
    """A case by hand."""

    subject = forms.ChoiceField(label=gettext_lazy("督办对象"), widget=forms.Select(attrs=SELECT))
    key = text_field(
        gettext_lazy("对象编码"),
        gettext_lazy("事项、反馈问题或目标的编码；进展报告和里程碑写其编号"),
        required=True,
        most=100,
    )
    organisation = forms.ChoiceField(
        label=gettext_lazy("责任单位"), required=False, widget=forms.Select(attrs=SELECT),
        help_text=gettext_lazy("留空为对象自己的责任单位；目标没有，须选择"),
    )  # fmt: skip
    level = forms.ChoiceField(label=gettext_lazy("级别"), widget=forms.Select(attrs=SELECT))
    demand = text_field(gettext_lazy("要求"), rows=4, required=True)
    due = day_field(gettext_lazy("答复期限"), gettext_lazy("留空按级别的工作日计算"))

    def __init__(self, request: HttpRequest, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        subjects = [(one, subject_name(one)) for one in ("item", "finding", "target", "report", "milestone")]
        self.fields["subject"].choices = subjects  # type: ignore[attr-defined]
        bodies = organisation_choices(access.reach(request.user, "supervise"))
        self.fields["organisation"].choices = [("", "—"), *bodies]  # type: ignore[attr-defined]
        self.fields["level"].choices = levels()  # type: ignore[attr-defined]


@somewhere("supervise")
@require_http_methods(METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """Open a case; what it is about may stand in the address."""
    given = {name: request.GET[name] for name in ("subject", "key", "organisation", "level") if name in request.GET}
    form = CaseForm(request, request.POST if request.method == "POST" else None, given)

    def act() -> Case:
        data = form.cleaned_data
        draft = CaseDraft(
            data["subject"], data["key"], data["level"], data["demand"], data["organisation"], data["due"]
        )
        return open_case(doing(request), site.rules(), draft)

    made = done(form, act)
    if made is not None:
        messages.success(request, _("已下发，记入操作日志。"))
        return redirect("supervision-case", made.pk)
    settings = settings_of(site.rules())
    usual = [f"{level_name(level)} → {_due_words(settings.answer_day(level, today()))}" for level in LEVELS]
    return form_page(request, form, _("新建督办"), submit=_("下发"), back=reverse("supervision"), current="supervision",
                     notes=usual, notes_title=_("今天下发的答复期限"))  # fmt: skip


def _due_words(due: Any) -> str:
    day: date = due.day
    return day.isoformat() if due.complete else _("%(day)s（该年节假日安排尚未录入，仅按周末推算）") % {"day": day}


class CaseMove(MoveForm):
    """What a move says: the fields that it needs."""

    def __init__(self, row: Case, one: Move, data: Any = None) -> None:
        super().__init__(row, one, data, level=next_level(row.level) or "")
        if "text" in one.needs:
            self.fields["text"] = text_field(_("答复"), _("原因、措施、完成日期；佐证材料在督办页面附上"), rows=6,
                                             required=True)  # fmt: skip
        elif "due" in one.needs:
            self.fields["text"] = text_field(_("新的要求"), _("留空沿用原要求"), rows=4)
        if "level" in one.needs:
            stern = [pair for pair in levels() if LEVELS.index(pair[0]) > LEVELS.index(row.level)]
            self.fields["level"] = forms.ChoiceField(
                label=_("升级为"), choices=stern, widget=forms.Select(attrs=SELECT)
            )
        if "due" in one.needs:
            self.fields["due"] = day_field(_("答复期限"), _("留空按级别的工作日计算"))
        self.order_fields(["text", "level", "due", "reason"])


@supervised("case", "answer_supervision", "supervise")
@require_http_methods(METHODS)
@never_cache
def move(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """One move of a case as a form."""
    row = _row(pk)
    one = named(CASE_MOVES, action)
    form = CaseMove(row, one, request.POST if request.method == "POST" else None)

    def act() -> Case:
        data = form.cleaned_data
        return move_case(doing(request, data["reason"]), site.rules(), pk, action, data["seen"],
                         text=data.get("text", ""), due=data.get("due"), level=data.get("level", ""))  # fmt: skip

    made = done(form, act)
    back = reverse("supervision-case", args=[pk])
    if made is not None:
        messages.success(request, _("已记录，写入操作日志。"))
        return redirect(back)
    words = move_name("case", action)
    return form_page(request, form, words, lead=f"{row.code} · {row.title}", submit=words, back=back,
                     current="supervision", notes=[row.demand], notes_title=_("要求"))  # fmt: skip


def _row(pk: int) -> Case:
    row = queries.case(pk)
    if row is None:
        raise Http404(_("没有这件督办。"))
    return row
