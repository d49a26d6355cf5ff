"""The board of supervision (督办台账) and what the rules propose (督办建议)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from saishang.apps.organisations import access
from saishang.apps.supervision import queries
from saishang.apps.supervision.actions import Issued, issue_proposals
from saishang.apps.supervision.models import Case
from saishang.apps.supervision.queries import CaseFilter, Proposal
from saishang.apps.supervision.states import CASE_STATES
from saishang.errors import SaishangError
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.supervision_common import METHODS, paged, tabs
from saishang.web.pages.supervision_words import (
    age_name,
    ages,
    case_state_name,
    level_name,
    levels,
    notice_number,
    subject_name,
)
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.work_common import doing, names, organisation_choices, today
from saishang.web.security import somewhere

__all__ = ["index", "proposals"]

#: So many proposals are shown; the rest comes up when these are done with.
_MOST = 200


@somewhere("view_internal")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Cases within reach: counts by level, age and organisation, and the list; to a request by htmx only the list."""
    span, day = access.reach(request.user, "view_internal"), today()
    chosen = {
        key: request.GET.get(key, "").strip()[:200]
        for key in ("q", "level", "state", "subject", "organisation", "age", "open", "only")
    }
    wanted = CaseFilter(chosen["q"], chosen["level"], chosen["state"], chosen["subject"], chosen["organisation"],
                        chosen["age"], chosen["open"] == "1", chosen["only"] == "1")  # fmt: skip
    found = queries.cases(span, wanted, day)
    page, bodies = paged(request, found), names(day)
    table = _cases_table(list(page.object_list), bodies, found if "format" in request.GET else None)
    summary = _summary_table(queries.counts(span, "organisation", day), bodies)
    answer = export(request, [table, summary])
    if answer is not None:
        return answer
    context: dict[str, Any] = {"table": table, "page": page, "count": page.paginator.count, "chosen": chosen}
    if request.headers.get("HX-Request") == "true":
        return render(request, "supervision/cases_results.html", context)
    by_age = queries.counts(span, "age", day)
    by_level = queries.counts(span, "level", day)
    supervises = not access.reach(request.user, "supervise").nothing
    context |= {
        "tabs": tabs("supervision"), "summary": summary,
        "figures": [
            *((words, sum(by_level.get(level, {}).values()), f"?level={level}&open=1") for level, words in levels()),
            *((words, sum(by_age.get(age, {}).values()), f"?age={age}") for age, words in ages()[1:]),
        ],
        "levels": levels(), "ages": ages(), "states": [(state, case_state_name(state)) for state in CASE_STATES],
        "subjects": [(one, subject_name(one)) for one in ("item", "milestone", "report", "target", "finding")],
        "organisations": organisation_choices(span), "supervises": supervises,
        "proposed": _number(queries.proposals(site.rules(), access.reach(request.user, "supervise"), day, _MOST + 1))
        if supervises else "0",
        "any": Case.objects.filter(span.filter("organisation")).exists(),
    }  # fmt: skip
    return render(request, "supervision/index.html", context)


def _cases_table(shown: list[Case], bodies: Mapping[str, str], everything: Any) -> Table:
    columns = [
        Column("code", _("编号"), nowrap=True, row_head=True), Column("title", _("督办事项"), long=True),
        Column("organisation", _("责任单位")), Column("level", _("级别"), nowrap=True),
        Column("state", _("状态"), nowrap=True), Column("due", _("答复期限"), nowrap=True),
        Column("age", _("超期"), nowrap=True), Column("subject", _("督办对象"), export_only=True),
        Column("issued", _("下发日期"), export_only=True), Column("demand", _("要求"), export_only=True),
        Column("answer", _("答复"), export_only=True), Column("nature", _("数据性质"), export_only=True),
    ]  # fmt: skip

    def row(one: Case) -> dict[str, Any]:
        age = getattr(one, "age", "in_time")
        return {
            "code": Cell(one.code, href=reverse("supervision-case", args=[one.pk]), note=notice_number(one)),
            "title": Cell(one.title, note=_("演示数据") if one.invented else ""),
            "organisation": bodies.get(one.organisation.code, one.organisation.code), "level": level_name(one.level),
            "state": case_state_name(one.state), "due": one.due if one.state == "open" else Cell(one.due, text="—"),
            "age": Cell(age_name(age), text=age_name(age) if one.state == "open" else "—"),
            "subject": subject_name(one.subject), "issued": one.issued, "demand": one.demand, "answer": one.answer,
            "nature": _("演示数据") if one.invented else "",
        }  # fmt: skip

    return Table(
        "cases", _("督办事项"), columns, [row(one) for one in shown], tight=True,
        everything=None if everything is None else [row(one) for one in everything],
        empty=_("没有符合条件的督办事项。"),
    )  # fmt: skip


def _summary_table(counted: dict[str, dict[str, int]], bodies: Mapping[str, str]) -> Table:
    columns = [Column("organisation", _("责任单位"), row_head=True)]
    columns += [Column(level, words, number=True) for level, words in levels()]
    columns.append(Column("total", _("合计"), number=True))

    def figure(code: str, number: int, level: str = "") -> Cell:
        said = urlencode({"organisation": code, "only": "1", "open": "1"} | ({"level": level} if level else {}))
        return Cell(number, href=f"?{said}")

    rows = [
        {"organisation": Cell(bodies.get(code, code), href=f"?organisation={code}&only=1&open=1"),
         **{level: figure(code, number, level) for level, number in told.items()},
         "total": figure(code, sum(told.values()))}
        for code, told in sorted(counted.items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))
    ]  # fmt: skip
    return Table("summary", _("各单位未办结督办"), columns, rows, tight=True, empty=_("没有未办结的督办事项。"))


@somewhere("supervise")
@require_http_methods(METHODS)
def proposals(request: HttpRequest) -> HttpResponse:
    """What is proposed; a trial of what was chosen, and issuing it: one press each, or several in one transaction."""
    day, bodies = today(), names(today())
    most = None if request.GET.get("format") else _MOST + 1
    found = queries.proposals(site.rules(), access.reach(request.user, "supervise"), day, most)
    table = _proposals_table(found, bodies)
    answer = export(request, [table])
    if answer is not None:
        return answer
    context: dict[str, Any] = {
        "tabs": tabs("supervision"), "table": table, "count": _number(found), "most": _MOST, "over": len(found) > _MOST,
        "rows": [_proposal_words(one, bodies) for one in found[:_MOST]], "reason": "",
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "supervision/proposals.html", context)
    one = request.POST.get("one", "")
    keys = [one] if one else request.POST.getlist("key")
    reason = request.POST.get("reason", "")[:1000]
    trial = not one and request.POST.get("do") != "issue"
    context |= {"chosen": keys, "reason": reason}
    try:
        made = issue_proposals(doing(request, reason), site.rules(), keys, dry_run=trial)
    except SaishangError as error:
        return render(request, "supervision/proposals.html", context | {"error": error}, status=422)
    if trial:
        return render(
            request, "supervision/proposals.html", context | {"trial": [_issued(row, bodies) for row in made]}
        )
    words = _("已下发 %(n)s 件，记入操作日志。") % {"n": len(made)}
    messages.success(request, words)
    if len(made) == 1:
        return redirect("supervision-case", made[0].case.pk)
    return redirect("supervision")


def _number(found: list[Proposal]) -> str:
    """How many there are, as far as they were asked for."""
    return f"{_MOST}+" if len(found) > _MOST else str(len(found))


def _issued(row: Issued, bodies: Mapping[str, str]) -> dict[str, Any]:
    case = row.case
    return {
        "code": case.code, "number": notice_number(case), "level": level_name(case.level), "title": case.title,
        "organisation": bodies.get(case.organisation.code, case.organisation.code), "due": case.due,
        "sure": case.due_sure, "demand": case.demand,
    }  # fmt: skip


def _proposal_words(one: Proposal, bodies: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": one.key, "title": one.title, "organisation": bodies.get(one.organisation.code, one.organisation.code),
        "due": one.due, "days": one.days, "level": level_name(one.level), "demand": texts.both(*one.demand),
        "subject": _("督办答复") if one.case is not None else subject_name(one.subject),
        "href": reverse(one.name, args=one.args), "case": one.case.code if one.case is not None else "",
    }  # fmt: skip


def _proposals_table(found: list[Proposal], bodies: Mapping[str, str]) -> Table:
    columns = [
        Column("title", _("事项名称"), row_head=True, long=True), Column("subject", _("督办对象")),
        Column("organisation", _("责任单位")), Column("due", _("期限"), nowrap=True),
        Column("days", _("逾期天数"), number=True), Column("level", _("建议")), Column("demand", _("要求"), long=True),
    ]  # fmt: skip
    return Table("proposals", _("督办建议"), columns, [_proposal_words(one, bodies) for one in found],
                 empty=_("今天没有需要督办的事项。"))  # fmt: skip
