"""Ready measures (市县模板) for cities and counties: looked through, then taken over as drafts of a year."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from saishang.apps.execution.actions import apply_template
from saishang.apps.execution.actions.apply_template import Ready, level_of, ready
from saishang.apps.execution.known import known
from saishang.apps.organisations import access
from saishang.apps.organisations.queries import Filter, tree
from saishang.errors import SaishangError
from saishang.web import texts
from saishang.web.pages import site, work_common
from saishang.web.pages.faults import fault_words
from saishang.web.security import somewhere

__all__ = ["templates"]


@somewhere("edit_items")
@require_http_methods(["GET", "HEAD", "POST"])
def templates(request: HttpRequest) -> HttpResponse:
    """What a template would bring to an organisation in a year; whoever keeps its list takes it over."""
    given = request.POST if request.method == "POST" else request.GET
    rules, today = site.rules(), work_common.today()
    span = access.reach(request.user, "edit_items")
    fits = {view.code for view in tree(Filter()) if _fits(view.kind, view.region)}
    places = [(code, words) for code, words in work_common.organisation_choices(span) if code in fits]
    code = given.get("organisation", "") or (places[0][0] if len(places) == 1 else "")
    code = code if code in dict(places) else ""
    text = given.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year + (today.month >= 10)
    level = level_of(rules, code) if code else ""
    error = ""
    if request.method == "POST" and code:
        only = frozenset(request.POST.getlist("only"))
        try:
            done = apply_template(work_common.doing(request, request.POST.get("reason", "")), rules, code, level, year,
                                  only=only)  # fmt: skip
        except SaishangError as refused:
            error = fault_words(refused.message, refused.fix)
        else:
            messages.success(request, _("已生成 %(count)s 项草拟，可逐项修改后报送。") % {"count": len(done.added)})
            return redirect(_list_of(code))
    listed: list[Ready] = []
    if code and level:
        try:
            listed = ready(rules, known(rules, today), code, level, year)
        except SaishangError as refused:
            error = fault_words(refused.message, refused.fix)
    titles = work_common.task_names()
    groups: dict[str, list[dict[str, object]]] = {}
    for one in listed:
        groups.setdefault(one.draft.task, []).append({
            "id": one.id, "title": texts.both(one.draft.title, one.en), "draft": one.draft,
            "kind": work_common.kind_name(one.draft.kind), "cadence": work_common.cadence_name(one.draft.cadence),
            "made": one.code, "href": work_common.item_url(one.code) if one.code else "",
        })  # fmt: skip
    context = {
        "places": places, "code": code, "year": year, "level": level, "error": error,
        "groups": [(task, titles.get(task, ""), rows) for task, rows in groups.items()],
        "count": len(listed), "left": sum(not one.code for one in listed),
        "tabs": work_common.tabs("work-items", request),
    }  # fmt: skip
    return render(request, "work/templates.html", context, status=422 if error else 200)


def _fits(kind: str, region: str) -> bool:
    """Whether templates fit an organisation of this kind in this region."""
    rows = site.rules().regions
    return kind == "government" and region in rows and str(rows[region]["level"]) not in ("province", "management_area")


def _list_of(code: str) -> str:
    return f"{reverse('work-items')}?organisation={code}&state=draft"
