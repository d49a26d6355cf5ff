"""Matters between organisations (协调事项): the list, raising one, its page, replies and outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from saishang.apps.organisations import access
from saishang.apps.supervision import queries
from saishang.apps.supervision.actions import MatterDraft, move_matter, raise_matter, reply_to_matter
from saishang.apps.supervision.models import Coordination
from saishang.apps.supervision.states import COORDINATION_MOVES, COORDINATION_STATES, Move
from saishang.web.pages import site
from saishang.web.pages.exports import export
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
    paged,
    tabs,
    text_field,
    timeline,
)
from saishang.web.pages.supervision_words import badge, matter_state_name, move_name
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.work_common import doing, names, organisation_choices, task_choices, task_names, today
from saishang.web.security import somewhere, supervised

__all__ = ["index", "matter", "move", "new", "reply"]


@somewhere("view_internal")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Matters that the reader's organisations raised or are asked in."""
    span = access.reach(request.user, "view_internal")
    chosen = {key: request.GET.get(key, "").strip()[:200] for key in ("q", "state")}
    found = queries.matters(span, chosen["state"], chosen["q"])
    page, bodies = paged(request, found), names(today())
    table = _table(list(page.object_list), bodies, found if "format" in request.GET else None)
    answer = export(request, [table])
    if answer is not None:
        return answer
    context = {
        "table": table, "page": page, "count": page.paginator.count, "chosen": chosen,
        "tabs": tabs("supervision-matters"),
        "states": [(one, matter_state_name(one)) for one in COORDINATION_STATES],
        "may_raise": not access.reach(request.user, "edit_items").nothing,
    }  # fmt: skip
    return render(request, "supervision/matters.html", context)


def _table(shown: list[Coordination], bodies: Mapping[str, str], everything: Any) -> Table:
    columns = [
        Column("code", _("编号"), nowrap=True, row_head=True), Column("title", _("协调事项"), long=True),
        Column("organisation", _("提出单位")), Column("replies", _("回复"), nowrap=True),
        Column("state", _("状态"), nowrap=True), Column("due", _("回复期限"), nowrap=True),
        Column("matter", _("内容"), export_only=True), Column("outcome", _("议定结果"), export_only=True),
        Column("nature", _("数据性质"), export_only=True),
    ]  # fmt: skip
    day = today()

    def row(one: Coordination) -> dict[str, Any]:
        late = one.state == "open" and one.due < day
        return {
            "code": Cell(one.code, href=reverse("supervision-matter", args=[one.pk])),
            "title": Cell(one.title, note=_("演示数据") if one.invented else ""),
            "organisation": bodies.get(one.organisation.code, one.organisation.code),
            "replies": f"{getattr(one, 'replies', 0)}/{getattr(one, 'asked', 0)}",
            "state": matter_state_name(one.state),
            "due": Cell(one.due, note=_("逾期") if late else ""), "matter": one.matter, "outcome": one.outcome,
            "nature": _("演示数据") if one.invented else "",
        }  # fmt: skip

    return Table(
        "matters", _("协调事项"), columns, [row(one) for one in shown], tight=True,
        everything=None if everything is None else [row(one) for one in everything],
        empty=_("没有协调事项。需要别的单位配合而自己商定不了的，可以提出协调。"),
    )  # fmt: skip


class MatterForm(forms.Form):
    """A matter."""

    organisation = forms.ChoiceField(label=gettext_lazy("提出单位"), widget=forms.Select(attrs=SELECT))
    parties = forms.MultipleChoiceField(
        label=gettext_lazy("会办单位"), widget=forms.SelectMultiple(attrs=SELECT | {"size": 8}),
        help_text=gettext_lazy("按住 Ctrl 或 ⌘ 可选多个"),
    )  # fmt: skip
    title = text_field(gettext_lazy("事项名称"), most=200, required=True)
    matter = text_field(gettext_lazy("需要协调什么"), rows=5, required=True)
    task = forms.ChoiceField(label=gettext_lazy("方案任务"), required=False, widget=forms.Select(attrs=SELECT))
    due = day_field(gettext_lazy("回复期限"), gettext_lazy("留空按工作日计算"))

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        own = organisation_choices(access.reach(request.user, "edit_items"))
        super().__init__(data, initial={"organisation": own[0][0] if own else ""})
        everybody = organisation_choices(access.Span(everything=True))
        tasks = [("", "—"), *task_choices()]
        for name, choices in (("organisation", own), ("parties", everybody), ("task", tasks)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


@somewhere("edit_items")
@require_http_methods(METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """Raise a matter."""
    form = MatterForm(request, request.POST if request.method == "POST" else None)

    def act() -> Coordination:
        data = form.cleaned_data
        draft = MatterDraft(data["organisation"], tuple(data["parties"]), data["title"], data["matter"], data["task"],
                            data["due"])  # fmt: skip
        return raise_matter(doing(request), site.rules(), draft)

    made = done(form, act)
    if made is not None:
        messages.success(request, _("已提出，记入操作日志。"))
        return redirect("supervision-matter", made.pk)
    return form_page(request, form, _("提出协调事项"), submit=_("提出"), back=reverse("supervision-matters"),
                     current="supervision-matters")  # fmt: skip


@supervised("matter", "view_internal")
@require_safe
@never_cache
def matter(request: HttpRequest, pk: int) -> HttpResponse:
    """The matter, replies, outcome, and what the reader may do."""
    row = _row(pk)
    bodies, day = names(today()), today()
    mine = access.reach(request.user, "answer_supervision")
    open_ = row.state in ("open", "replied")
    parties = [
        {
            "party": party, "name": bodies.get(party.organisation.code),
            "href": reverse("supervision-matter-reply", args=[pk, party.organisation.code])
            if open_ and mine.covers(party.organisation) else "",
        }
        for party in row.parties.all()
    ]  # fmt: skip
    supervises = access.reach(request.user, "supervise").covers(row.organisation)
    involved = supervises or mine.covers(row.organisation) or any(one["href"] for one in parties)
    late = row.state == "open" and row.due < day
    looks = {"settled": "met", "withdrawn": "not_evaluated", "replied": "on_track"}
    look = "off_track" if late else looks.get(row.state, "at_risk")
    tasks = task_names()
    context: dict[str, Any] = {
        "row": row, "tabs": tabs("supervision-matters"), "parties": parties,
        "badge": badge(_("逾期未回复") if late else matter_state_name(row.state), look, look),
        "organisation": (bodies.get(row.organisation.code), organisation_url(row.organisation.code)),
        "task": (f"{row.task} {tasks.get(row.task, '')}", reverse("plan-task", args=[row.task])) if row.task else None,
        "acts": timeline("matter", row.acts.all(), bodies),
        "moves": buttons("matter", queries.moves_of(COORDINATION_MOVES, row, request.user), pk),
        **files_of(row, open_ and involved, reverse("supervision-matter-file", args=[pk])),
    }  # fmt: skip
    return render(request, "supervision/matter.html", context)


class ReplyForm(forms.Form):
    """The reply of a party."""

    text = text_field(gettext_lazy("回复意见"), rows=6, required=True)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())


@supervised("matter", "answer_supervision")
@require_http_methods(METHODS)
@never_cache
def reply(request: HttpRequest, pk: int, organisation: str) -> HttpResponse:
    """Reply for an organisation that is asked."""
    row = _row(pk)
    party = next((one for one in row.parties.all() if one.organisation.code == organisation), None)
    if party is None:
        raise Http404
    # The address opens to everyone who has a part in the matter; each replies for the own organisation.
    if not access.reach(request.user, "answer_supervision").covers(party.organisation):
        raise PermissionDenied("answer_supervision")
    initial = {"text": party.reply, "seen": row.version}
    form = ReplyForm(request.POST if request.method == "POST" else None, initial=initial)
    back = reverse("supervision-matter", args=[pk])
    made = done(form, lambda: reply_to_matter(
        doing(request), pk, organisation, form.cleaned_data["text"], form.cleaned_data["seen"]))  # fmt: skip
    if made is not None:
        messages.success(request, _("已回复，记入操作日志。"))
        return redirect(back)
    lead = f"{row.code} · {row.title} · {names(today()).get(organisation, organisation)}"
    return form_page(request, form, _("回复协调事项"), lead=lead, submit=_("回复"), back=back,
                     current="supervision-matters", notes=[row.matter], notes_title=_("需要协调什么"))  # fmt: skip


class MatterMove(MoveForm):
    """What a move says: the fields that it needs."""

    def __init__(self, row: Coordination, one: Move, data: Any = None) -> None:
        super().__init__(row, one, data)
        if "text" in one.needs:
            self.fields["text"] = text_field(_("议定结果"), _("谁做什么、何时完成"), rows=5, required=True)
        if "due" in one.needs:
            self.fields["due"] = day_field(_("回复期限"), _("留空按工作日计算"))
        self.order_fields(["text", "due", "reason"])


@supervised("matter", "supervise", "edit_items")
@require_http_methods(METHODS)
@never_cache
def move(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Settle a matter, take it back, reopen it."""
    row = _row(pk)
    one = named(COORDINATION_MOVES, action)
    form = MatterMove(row, one, request.POST if request.method == "POST" else None)

    def act() -> Coordination:
        data = form.cleaned_data
        return move_matter(doing(request, data["reason"]), site.rules(), pk, action, data["seen"],
                           text=data.get("text", ""), due=data.get("due"))  # fmt: skip

    back = reverse("supervision-matter", args=[pk])
    if done(form, act) is not None:
        messages.success(request, _("已记录，写入操作日志。"))
        return redirect(back)
    words = move_name("matter", action)
    return form_page(request, form, words, lead=f"{row.code} · {row.title}", submit=words, back=back,
                     current="supervision-matters", notes=[row.matter], notes_title=_("需要协调什么"))  # fmt: skip


def _row(pk: int) -> Coordination:
    row = queries.matter(pk)
    if row is None:
        raise Http404(_("没有这个协调事项。"))
    return row
