"""Recurring duties of the plan in a year (年度定期事项): organisation × duty, and one of them with what fulfils it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saishang.apps.organisations import access
from saishang.apps.plan import queries as plans
from saishang.apps.reports import queries as reports
from saishang.apps.reports.actions import deliver_report
from saishang.apps.supervision import queries
from saishang.apps.supervision.actions import fulfil_duty, open_year, undo_duty
from saishang.apps.supervision.models import Occurrence
from saishang.apps.supervision.queries import ANNUAL, Yearly, yearly
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.organisations_common import organisation_url
from saishang.web.pages.supervision_common import (
    METHODS,
    SELECT,
    ReasonForm,
    day_field,
    done,
    error_words,
    files_of,
    form_page,
    may_everywhere,
    tabs,
    text_field,
)
from saishang.web.pages.supervision_words import badge, proof_name
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.work_common import doing, names, today
from saishang.web.security import somewhere, supervised

__all__ = ["deliver", "duty", "duty_names", "index", "open_", "undo"]

_YEARS = range(2000, 2101)
#: Figure of the page → name of the table with the duties behind it.
_SHOWN = {"fulfilled": "duties-done", "open": "duties-open", "late": "duties-late", "undated": "duties-undated"}


@somewhere("view_internal")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The duties of a year, organisation by organisation."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and int(asked) in _YEARS else today().year
    span = access.reach(request.user, "view_internal")
    rows = list(queries.occurrences(span, year))
    known = _known()
    shown = {duty: one for duty, one in known.items() if any(row.duty == duty for row in rows)}
    show = request.GET.get("show", "")
    chosen = [row for row in rows if show in _standings(row, today())] if show in _SHOWN else None
    table = _matrix(rows, shown, year) if chosen is None else _listing(chosen, known, _SHOWN[show])
    listing = _listing(rows, known, "duties")
    answer = export(request, [table, listing])
    if answer is not None:
        return answer
    context = {
        "tabs": tabs("supervision-duties"), "table": table, "listing": listing, "year": year,
        "years": [year - 1, year, year + 1], "rows": rows,
        "figures": _figures(rows, year), "show": show if chosen is not None else "",
        "duties": [_duty_words(duty, one) for duty, one in shown.items()],
        "others": _others(known), "may_open": may_everywhere(request, "supervise"),
    }  # fmt: skip
    return render(request, "supervision/duties.html", context)


def duty_names() -> dict[str, str]:
    """Duty of the site's plan → its number and what it asks for, in the reader's language."""
    return {key: f"{key} {texts.both(one.row['what'], one.row['what_en'])}" for key, one in _known().items()}


def _known() -> dict[str, Yearly]:
    version = plans.current_version()
    return {} if version is None else {str(one.row["id"]): one for one in yearly(site.rules(), version.plan)}


def _others(known: dict[str, Yearly]) -> list[str]:
    """Recurring duties of the plan that no body with a name owes every year: told, not followed."""
    version = plans.current_version()
    table = site.rules().tables.get(f"plans/{version.plan}/duties") if version is not None else None
    rows = table.rows if table is not None else []
    return [
        f"{row['id']} {texts.both(row['what'], row['what_en'])}{texts.aside(row['who'])}"
        for row in rows if row["id"] not in known
    ]  # fmt: skip


def _duty_words(duty: str, one: Yearly) -> dict[str, Any]:
    row = one.row
    told = [texts.both(row["what"], row["what_en"])]
    if row["to"]:
        told.append(_("报送%(to)s") % {"to": site.agency_name(row["to"])})
    if row["copy"]:
        told.append(_("抄送%(copy)s") % {"copy": site.agency_name(row["copy"])})
    return {
        "id": duty, "words": _("；").join(told), "when": _when(one), "clause": row["clause"],
        "kept": one.kept_by_government, "proof": texts.listed(proof_name(proof) for proof in one.proof),
    }  # fmt: skip


def _when(one: Yearly) -> str:
    days = texts.listed(one.row["due"] or ())
    if not days:
        return _("方案未规定日期")
    return days if one.stated else _("%(days)s（方案未写明，按节日推定）") % {"days": days}


def _state_words(row: Occurrence, day: date) -> str:
    if row.state == "fulfilled":
        return _("✓ 已落实")
    if row.due is not None and row.due < day:
        return _("✗ 逾期")
    return _("○ 待落实")


def _standings(row: Occurrence, day: date) -> set[str]:
    """In which of the page's figures a duty is counted."""
    if row.state == "fulfilled":
        return {"fulfilled"}
    if row.due is None:
        return {"open", "undated"}
    return {"open", "late"} if row.due < day else {"open"}


def _figures(rows: list[Occurrence], year: int) -> list[tuple[str, str, int, str]]:
    """Each figure with its words, and the address of the duties behind it; none where there is none."""
    counts = Counter(standing for row in rows for standing in _standings(row, today()))
    words = {"fulfilled": _("已落实"), "open": _("待落实"), "late": _("其中逾期"), "undated": _("其中未定期限")}
    return [
        (name, words[name], counts[name], f"?year={year}&show={name}" if counts[name] else "") for name in _SHOWN
    ]  # fmt: skip


def _matrix(rows: list[Occurrence], shown: dict[str, Yearly], year: int) -> Table:
    bodies, day = names(today()), today()
    columns = [
        Column("organisation", _("责任单位"), row_head=True),
        *(Column(duty, duty, nowrap=True) for duty in shown),
    ]
    cells: dict[str, dict[str, list[Occurrence]]] = {}
    for row in rows:
        cells.setdefault(row.organisation.code, {}).setdefault(row.duty, []).append(row)
    order = {code: number for number, code in enumerate(bodies)}
    lines = []
    for code, told in sorted(cells.items(), key=lambda pair: order.get(pair[0], len(order))):
        line: dict[str, Any] = {"organisation": Cell(bodies.get(code, code))}
        for duty, found in told.items():
            worst = next((one for one in found if one.state != "fulfilled"), found[0])
            line[duty] = Cell(_state_words(worst, day), href=reverse("supervision-duty", args=[worst.pk]),
                              note=_("%(slot)s，共 %(n)s 次") % {"slot": worst.slot, "n": len(found)}
                              if len(found) > 1 else "")  # fmt: skip
        lines.append(line)
    return Table("matrix", _("%(year)s 年定期事项") % {"year": year}, columns, lines, tight=True,
                 empty=_("这一年的定期事项还没有生成。"))  # fmt: skip


def _listing(rows: list[Occurrence], known: dict[str, Yearly], name: str) -> Table:
    columns = [
        Column("duty", _("事项编号"), row_head=True), Column("what", _("事项名称"), long=True),
        Column("organisation", _("责任单位")), Column("due", _("期限")), Column("stated", _("方案是否写明日期")),
        Column("state", _("状态")), Column("proof", _("落实依据")), Column("done_on", _("落实日期")),
        Column("text", _("记录")),
    ]  # fmt: skip
    bodies, day = names(today()), today()
    lines = [
        {
            "duty": Cell(row.duty, href=reverse("supervision-duty", args=[row.pk])),
            "what": texts.both(known[row.duty].row["what"], known[row.duty].row["what_en"])
            if row.duty in known else "", "organisation": bodies.get(row.organisation.code, row.organisation.code),
            "due": row.due, "stated": row.stated, "state": _state_words(row, day),
            "proof": proof_name(row.proof) if row.proof else "", "done_on": row.done_on, "text": row.text,
        }
        for row in rows
    ]  # fmt: skip
    return Table(name, _("定期事项清单"), columns, lines, tight=True)


@somewhere("supervise")
@require_POST
def open_(request: HttpRequest) -> HttpResponse:
    """Ask for the duties of a year; what is asked for already stays."""
    year = request.POST.get("year", "")
    try:
        made = open_year(doing(request), site.rules(), int(year) if year.isdigit() else 0)
        messages.success(request, _("新增 %(n)s 项。") % {"n": sum(made.values())})
    except SaishangError as error:
        messages.error(request, error_words(error))
        return redirect("supervision-duties")
    return redirect(f"{reverse('supervision-duties')}?year={year}")


class FulfilForm(forms.Form):
    """What fulfils a duty."""

    proof = forms.ChoiceField(label=gettext_lazy("落实依据"), widget=forms.Select(attrs=SELECT))
    on = day_field(gettext_lazy("落实日期"), gettext_lazy("留空为今天"))
    text = text_field(gettext_lazy("办理情况"), gettext_lazy("用办理记录作依据时填写，并先附上佐证"), rows=4)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, row: Occurrence, one: Yearly | None, data: Any = None) -> None:
        super().__init__(data, initial={"seen": row.version})
        # An annual report is handed over with its file, from the list of those that were made.
        proofs = [proof for proof in one.proof if proof != ANNUAL] if one is not None else []
        self.fields["proof"].choices = [(proof, proof_name(proof)) for proof in proofs]  # type: ignore[attr-defined]


@supervised("duty", "view_internal")
@require_http_methods(METHODS)
@never_cache
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    """One duty of a year: what the plan asks, by when, what fulfils it; to those who owe it, the form."""
    row = _row(pk)
    known = _known().get(row.duty)
    day, bodies = today(), names(today())
    supervises = access.reach(request.user, "supervise").covers(row.organisation)
    owes = supervises or access.reach(request.user, "answer_supervision").covers(row.organisation)
    form = FulfilForm(row, known, request.POST if request.method == "POST" else None)

    def act() -> Occurrence:
        data = form.cleaned_data
        return fulfil_duty(
            doing(request), site.rules(), pk, data["proof"], data["seen"], text=data["text"], on=data["on"]
        )

    if done(form, act) is not None:
        messages.success(request, _("已记录，写入操作日志。"))
        return redirect("supervision-duty", pk)
    late = row.state == "open" and row.due is not None and row.due < day
    look = "met" if row.state == "fulfilled" else "off_track" if late else "at_risk"
    context: dict[str, Any] = {
        "row": row, "tabs": tabs("supervision-duties"), "told": _duty_words(row.duty, known) if known else None,
        "form": form if owes and row.state == "open" else None, "may_undo": supervises and row.state == "fulfilled",
        "organisation": (bodies.get(row.organisation.code), organisation_url(row.organisation.code)),
        "badge": badge(_state_words(row, day)[2:], look, look),
        "proof": proof_name(row.proof) if row.proof else "",
        **_annual(request, row, known, owes and row.state == "open"),
        **files_of(row, owes and row.state == "open", reverse("supervision-duty-file", args=[pk])),
    }  # fmt: skip
    return render(request, "supervision/duty.html", context, status=422 if form.is_bound else 200)


def _annual(request: HttpRequest, row: Occurrence, known: Yearly | None, may_deliver: bool) -> dict[str, Any]:
    """The organisation's annual reports of the year, where one of them fulfils the duty."""
    if known is None or ANNUAL not in known.proof:
        return {"annual": False}
    span, code = access.reach(request.user, "view_internal"), row.organisation.code
    made = [one for one in reports.reports(span, code, row.year) if one.kind == "organisation"]
    return {
        "annual": True, "may_deliver": may_deliver,
        "reports": [(one, reverse("reports-one", args=[code, one.number])) for one in made],
        "make": reverse("reports-make", args=[code])
        if row.state == "open" and access.reach(request.user, "make_report").covers(row.organisation) else "",
    }  # fmt: skip


@supervised("duty", "answer_supervision", "supervise")
@require_POST
def deliver(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Hand an annual report of the organisation over: its file beside the duty, the duty fulfilled."""
    row = _row(pk)
    span = access.reach(request.user, "view_internal")
    seen = request.POST.get("seen", "")
    found = reports.report(span, row.organisation.code, number)
    if found is None or found.year != row.year:
        messages.error(request, _("没有编号为 %(number)s 的报告。") % {"number": number})
        return redirect("supervision-duty", pk)
    archive = Archive(settings.CONFIG.archive)
    try:
        deliver_report(doing(request), site.rules(), archive, number, int(seen) if seen.isdigit() else None)
        messages.success(request, _("已报送：报告存为佐证，事项记为已落实。"))
    except SaishangError as error:
        messages.error(request, error_words(error))
    return redirect("supervision-duty", pk)


@supervised("duty", "supervise")
@require_http_methods(METHODS)
@never_cache
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """The office does not accept what was said to fulfil a duty."""
    row = _row(pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    back = reverse("supervision-duty", args=[pk])
    if done(form, lambda: undo_duty(doing(request, form.cleaned_data["reason"]), pk, row.version)) is not None:
        messages.success(request, _("已退回，记入操作日志。"))
        return redirect(back)
    lead = f"{row.duty} · {row.year} · {names(today()).get(row.organisation.code, row.organisation.code)}"
    return form_page(request, form, _("退回，重新落实"), lead=lead, submit=_("退回"), back=back,
                     current="supervision-duties", notes=[row.text] if row.text else [],
                     notes_title=_("记录"))  # fmt: skip


def _row(pk: int) -> Occurrence:
    row = queries.occurrence(pk)
    if row is None:
        raise Http404
    return row
