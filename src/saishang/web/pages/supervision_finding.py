"""One finding: its page with plan, checks, files and timeline; the plan, each move, superseding a record of a check."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saishang.apps.organisations import access
from saishang.apps.supervision import queries
from saishang.apps.supervision.actions import (
    AcceptanceDraft,
    Said,
    move_finding,
    supersede_acceptance,
    tie_item,
    untie_item,
    write_plan,
)
from saishang.apps.supervision.actions.finding_moves import WAYS
from saishang.apps.supervision.models import Acceptance, Finding
from saishang.apps.supervision.settings import settings_of
from saishang.apps.supervision.states import FINDING_MOVES, FINDING_STATES, Move
from saishang.errors import SaishangError
from saishang.web.pages import site
from saishang.web.pages.organisations_common import organisation_url
from saishang.web.pages.supervision_common import (
    METHODS,
    SELECT,
    MoveForm,
    ReasonForm,
    buttons,
    day_field,
    done,
    error_words,
    files_of,
    form_page,
    named,
    tabs,
    text_field,
    timeline,
)
from saishang.web.pages.supervision_words import (
    case_badge,
    finding_badge,
    finding_state_name,
    level_name,
    move_name,
    source_name,
    standing_badge,
    way_name,
)
from saishang.web.pages.work_common import doing, names, region_label, task_names, today
from saishang.web.security import supervised
from saishang.web.texts import counted

__all__ = ["finding", "move", "plan", "supersede", "tie"]


@supervised("finding", "view_internal")
@require_safe
@never_cache
def finding(request: HttpRequest, code: str) -> HttpResponse:
    """The problem, its plan, how far it has come, what checks found, and what the reader may do."""
    row = _row(code)
    bodies, day, tasks = names(today()), today(), task_names()
    answers, supervises = (
        access.reach(request.user, action).covers(row.organisation) for action in ("answer_supervision", "supervise")
    )
    reached = FINDING_STATES.index(row.state)
    context: dict[str, Any] = {
        "row": row, "tabs": tabs("supervision-findings"), "badge": finding_badge(row.state),
        "standing": standing_badge(queries.standing_of(row, day, queries.soon_days(site.rules()))),
        "late_days": (day - row.due).days if row.due else 0, "source": f"{source_name(row.source)} · {row.round}",
        "organisation": (bodies.get(row.organisation.code), organisation_url(row.organisation.code)),
        "units": [
            (bodies.get(unit.organisation.code), organisation_url(unit.organisation.code)) for unit in row.units.all()
        ],
        "tasks": [(f"{task} {tasks.get(task, '')}", reverse("plan-task", args=[task])) for task in row.tasks],
        "region": region_label(row.region), "measures": [line for line in row.measures.splitlines() if line.strip()],
        "steps": [
            (finding_state_name(state), "done" if at < reached else "now" if at == reached else "next")
            for at, state in enumerate(FINDING_STATES)
        ],
        "items": [(tie.item, reverse("work-item", args=[tie.item.code])) for tie in row.items.all()],
        "cases": [(one, level_name(one.level), case_badge(one.state, one.due < day)) for one in row.cases.all()],
        "acceptances": [_acceptance_words(one) for one in queries.acceptances(row)],
        "acts": timeline("finding", row.acts.all(), bodies), "supervises": supervises,
        "may_plan": answers and row.state == "listed",
        # Before there is a plan, writing it comes first; then handing it in.
        "unwritten": answers and row.state == "listed" and not row.measures,
        "may_tie": (answers or supervises) and row.state != "closed",
        "may_supersede": supervises and row.state in ("checked", "publicised", "closed")
        and row.applied_by != request.user.get_username(),
        "publicity_over": row.public_until is not None and day > row.public_until,
        "moves": buttons("finding", [
            one for one in queries.moves_of(FINDING_MOVES, row, request.user)
            if "publicity" not in one.needs or (row.public_until is not None and day > row.public_until)
        ], code),
        **files_of(row, (answers or supervises) and row.state != "closed",
                   reverse("supervision-finding-file", args=[code])),
    }  # fmt: skip
    return render(request, "supervision/finding.html", context)


def _acceptance_words(one: Acceptance) -> dict[str, Any]:
    return {
        "row": one, "way": way_name(one.way), "superseded": getattr(one, "superseded_by", None),
        "verdict": _("通过") if one.passed else _("未通过"),
    }  # fmt: skip


class PlanForm(forms.Form):
    """The rectification plan."""

    goal = text_field(gettext_lazy("整改目标"), rows=3)
    measures = text_field(gettext_lazy("整改措施"), gettext_lazy("每行一条"), rows=8)
    plan_due = day_field(gettext_lazy("完成期限"), gettext_lazy("不晚于反馈要求的期限；留空按反馈要求"))
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())


@supervised("finding", "answer_supervision")
@require_http_methods(METHODS)
@never_cache
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """Write the plan; it is kept as it is so far and handed in by a move of its own."""
    row = _row(code)
    initial = {"goal": row.goal, "measures": row.measures, "plan_due": row.plan_due, "seen": row.version}
    form = PlanForm(request.POST if request.method == "POST" else None, initial=initial)

    def act() -> Finding:
        data = form.cleaned_data
        return write_plan(doing(request), code, data["goal"], data["measures"], data["plan_due"], data["seen"])

    back = reverse("supervision-finding", args=[code])
    if done(form, act) is not None:
        messages.success(request, _("方案已保存；写好后请报送。"))
        return redirect(back)
    notes = [row.problem, *([_("反馈要求的期限：%(day)s") % {"day": row.due}] if row.due else [])]
    return form_page(request, form, _("编写整改方案"), lead=f"{row.code} · {row.title}", submit=_("保存"), back=back,
                     current="supervision-findings", notes=notes, notes_title=_("反馈问题"))  # fmt: skip


class AcceptanceForm(ReasonForm):
    """What a check found."""

    passed = forms.ChoiceField(label=gettext_lazy("结论"), widget=forms.Select(attrs=SELECT))
    checked_on = day_field(gettext_lazy("核查日期"), required=True)
    way = forms.ChoiceField(label=gettext_lazy("核查方式"), widget=forms.Select(attrs=SELECT))
    members = text_field(gettext_lazy("核查人员"), most=300, required=True)
    opinion = text_field(gettext_lazy("核查意见"), rows=5, required=True)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())
    field_order = ("passed", "checked_on", "way", "members", "opinion", "reason", "seen")

    def __init__(self, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["passed"].choices = [("yes", _("通过")), ("no", _("未通过，退回整改"))]  # type: ignore[attr-defined]
        self.fields["way"].choices = [(way, way_name(way)) for way in WAYS]  # type: ignore[attr-defined]

    def draft(self) -> AcceptanceDraft:
        """What was written; call after `is_valid`."""
        data = self.cleaned_data
        return AcceptanceDraft(
            data["passed"] == "yes", data["checked_on"], data["way"], data["members"], data["opinion"]
        )


class FindingMove(MoveForm):
    """What a move says: the fields that it needs."""

    def __init__(self, row: Finding, one: Move, data: Any = None) -> None:
        super().__init__(row, one, data, public_from=today(), text=row.result)
        if "text" in one.needs:
            self.fields["text"] = text_field(
                _("整改结果"), _("做了什么、达到什么效果；佐证材料先在问题页面附上"), rows=6, required=True
            )
        if "channel" in one.needs:
            days = settings_of(site.rules()).told["findings"]["publicity_working_days"]
            self.fields["channel"] = text_field(
                _("公示渠道"), _("如自治区政府网站、党报、电视台"), most=200, required=True
            )
            self.fields["public_from"] = day_field(
                _("公示首日"), counted("公示 %(days)s 个工作日后才能销号", days) % {"days": days}
            )
        if "due" in one.needs:
            self.fields["due"] = day_field(_("新的整改期限"), required=True)
        self.order_fields(["text", "channel", "public_from", "due", "reason"])


@supervised("finding", "answer_supervision", "supervise")
@require_http_methods(METHODS)
@never_cache
def move(request: HttpRequest, code: str, action: str) -> HttpResponse:
    """One move of a finding as a form."""
    row = _row(code)
    one = named(FINDING_MOVES, action)
    data = request.POST if request.method == "POST" else None
    form: FindingMove | AcceptanceForm = (
        AcceptanceForm(data, {"seen": row.version, "checked_on": today()})
        if "acceptance" in one.needs else FindingMove(row, one, data)
    )  # fmt: skip

    def act() -> Finding:
        given = form.cleaned_data
        said = Said(given.get("text", ""), given.get("due"), given.get("channel", ""), given.get("public_from"),
                    form.draft() if isinstance(form, AcceptanceForm) else None)  # fmt: skip
        return move_finding(doing(request, given["reason"]), site.rules(), code, action, given["seen"], said)

    back = reverse("supervision-finding", args=[code])
    if done(form, act) is not None:
        messages.success(request, _("已记录，写入操作日志。"))
        return redirect(back)
    words = move_name("finding", action)
    return form_page(request, form, words, lead=f"{row.code} · {row.title}", submit=words, back=back,
                     current="supervision-findings", notes=[row.result] if row.result else [row.problem],
                     notes_title=_("整改结果") if row.result else _("反馈问题"))  # fmt: skip


@supervised("finding", "supervise")
@require_http_methods(METHODS)
@never_cache
def supersede(request: HttpRequest, code: str, record: int) -> HttpResponse:
    """A new record of a check in the place of one that was wrong."""
    row = _row(code)
    old = next((one for one in row.acceptances.all() if one.pk == record), None)
    if old is None:
        raise Http404
    initial = {
        "passed": "yes" if old.passed else "no", "checked_on": old.checked_on, "way": old.way, "members": old.members,
        "opinion": old.opinion,
    }  # fmt: skip
    form = AcceptanceForm(request.POST if request.method == "POST" else None, initial)
    back = reverse("supervision-finding", args=[code])
    made = done(form, lambda: supersede_acceptance(doing(request, form.cleaned_data["reason"]), record, form.draft()))
    if made is not None:
        messages.success(request, _("已记下新的核查记录，原记录保留。"))
        return redirect(back)
    return form_page(request, form, _("更正核查记录"), lead=f"{row.code} · {row.title}", submit=_("记下"), back=back,
                     current="supervision-findings", notes=[_("原记录不会改动；改为未通过的，问题退回整改。")],
                     notes_title=_("请注意"))  # fmt: skip


@supervised("finding", "answer_supervision", "supervise")
@require_POST
def tie(request: HttpRequest, code: str) -> HttpResponse:
    """Tie an item of work to a finding, or take it off."""
    item, off = request.POST.get("item", "")[:60], request.POST.get("off", "")[:60]
    try:
        if off:
            untie_item(doing(request), code, off)
        else:
            tie_item(doing(request), site.rules(), code, item)
        messages.success(request, _("已记录，写入操作日志。"))
    except SaishangError as error:
        messages.error(request, error_words(error))
    return redirect("supervision-finding", code)


def _row(code: str) -> Finding:
    row = queries.finding(code)
    if row is None:
        raise Http404(_("没有这个问题。"))
    return row
