"""Change lists (更正公告): what corrected observations would change, and the lists that an office released."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.actions.release_changes import release_changes
from saishang.apps.indicators.changes import ValueChange
from saishang.apps.indicators.correction import Correction, preview, summary
from saishang.apps.indicators.models import ChangeRelease, Run
from saishang.apps.indicators.queries import NoSuchRun
from saishang.apps.indicators.since import Cause
from saishang.apps.observations.queries import site_lake
from saishang.errors import SaishangError
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.data_tabs import tabs
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import kind_name, kind_named
from saishang.web.pages.runs_compare import targets_table, values_table
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import may, permission, public
from saishang.web.wording.columns import value_words

__all__ = ["cause_kind", "release", "releases", "waiting"]


@public
@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """Every released list, the newest first."""
    found = list(ChangeRelease.objects.select_related("before", "after", "released_by"))
    columns = [
        Column("released", _("发布时间"), row_head=True, nowrap=True), Column("as_of", _("截至日期"), nowrap=True),
        Column("reason", _("事由"), long=True), Column("numbers", _("改变的数字"), number=True),
        Column("targets", _("改变的目标"), number=True), Column("by", _("发布人"), nowrap=True),
        Column("list", _("清单")), Column("seal", _("摘要"), nowrap=True),
    ]  # fmt: skip
    listed = [
        {
            "released": row.released_at, "as_of": row.after.as_of, "reason": row.reason, "numbers": row.numbers,
            "targets": row.targets, "by": str(row.released_by),
            "list": Cell(row.id, text=_("查看"), href=compare_url(row.before_id, row.after_id)),
            "seal": Cell(row.digest, text=row.digest[:12]),
        }
        for row in found
    ]  # fmt: skip
    empty = _("还没有发布过更正。公布的数字因更正而改变时，清单在此公布：改了哪些、之前之后、为什么。")
    table = Table("releases", _("更正公告"), columns, listed, empty=empty)
    context = {"tabs": tabs("data-changes", request), "table": table, "may_preview": may(request, "run_evaluation")}
    return export(request, [table]) or render(request, "runs/releases.html", context)


@permission("run_evaluation")
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """What came in since the latest run, and what it would change in it."""
    run = _run(request.GET.get("run"))
    context: dict[str, Any] = {"tabs": tabs("data-changes", request), "run": run}
    if run is None:
        return render(request, "runs/waiting.html", context)
    lake = site_lake()
    try:
        found = preview(settings.CONFIG, lake, lake.rules, run)
    except SaishangError as error:
        context |= {"refused": wording.say(error.message), "mend": wording.say(error.fix)}
        return render(request, "runs/waiting.html", context)
    about = [_("评估编号：%(id)s") % {"id": run.id}]
    printed = [change for change in found.values if not change.only_precision]
    numbered = {id(cause): number for number, cause in enumerate(found.causes, start=1)}

    def why(change: ValueChange) -> str:
        return texts.listed(str(numbered[id(cause)]) for cause in found.reasons(change))

    tables = [
        _causes_table(found, about),
        targets_table(list(found.targets), about),
        values_table(printed, printed, run.id, _("更正之后"), run.id, about, why=why),
        _days_table(found, about),
        _rows_table(found, about),
    ]
    context |= {
        "found": found, "tables": tables, "printed": len(printed), "hidden": len(found.values) - len(printed),
        "took": f"{found.seconds:.1f}",
        "media": texts.listed(value_words("medium", name) or name for name in found.media),
    }  # fmt: skip
    return export(request, tables) or render(request, "runs/waiting.html", context)


def _causes_table(found: Correction, about: list[str]) -> Table:
    """What came in since the run, numbered; the numbers stand beside every figure that they touch."""
    columns = [
        Column("number", _("序号"), number=True), Column("kind", _("类别"), nowrap=True),
        Column("what", _("内容"), row_head=True), Column("where", _("位置")), Column("who", _("来自")),
        Column("when", _("时间"), nowrap=True),
    ]  # fmt: skip
    listed = []
    for number, cause in enumerate(found.causes, start=1):
        what, where = _cause(cause)
        listed.append(
            {"number": number, "kind": cause_kind(cause.kind), "what": what, "where": where, "who": cause.who or None,
             "when": cause.when}
        )  # fmt: skip
    return Table(
        "causes", _("评估之后的变化"), columns, listed, about=about,
        caption=_("数字旁的“缘由”写的是这里的序号。"), empty=_("评估之后没有任何变化。"),
    )  # fmt: skip


def cause_kind(kind: str) -> str:
    """Words for a kind of cause."""
    return {
        "file": _("数据文件"), "flag": _("质量控制"), "register": _("名录登记"), "decision": _("沙尘日认定"),
        "report": _("报送数值"), "plan": _("方案版本"), "setting": _("目标设定"),
    }[kind]  # fmt: skip


def _cause(cause: Cause) -> tuple[Cell | str, Cell | str | None]:
    """What a cause says, and where it stands."""
    facts = cause.facts
    if cause.kind == "file":
        where: Cell | str | None = None
        if facts["first_line"]:
            one = facts["first_line"] == facts["last_line"]
            span = {"line": facts["first_line"], "first": facts["first_line"], "last": facts["last_line"]}
            lines = (_("第 %(line)s 行") if one else _("第 %(first)s–%(last)s 行")) % span
            where = Cell(
                facts["first_line"], text=lines,
                href=reverse("data-line", args=[facts["batch"], facts["first_line"]]),
                note=_("%(rows)s 个值，%(stations)s 个站点")
                % {"rows": facts["rows"], "stations": len(facts["stations"])},
            )  # fmt: skip
        return Cell(facts["file"], href=reverse("data-batch", args=[facts["batch"]])), where
    if cause.kind == "flag":
        told = {"medium": value_words("medium", facts["lake"]) or facts["lake"], "rows": facts["rows"]}
        return _("%(medium)s：%(rows)s 个值的剔除有变") % told, f"{facts['first']} – {facts['last']}"
    if cause.kind == "register":
        kind = kind_named(facts["register"])
        address = reverse("registers-entry", args=[facts["register"], facts["entry"]])
        words = f"{kind_name(kind)} {facts['key']}" if kind else facts["key"]
        return Cell(facts["key"], text=words, href=address), _("第 %(number)s 版") % {"number": facts["version"]}
    if cause.kind == "decision":
        verdict = {"confirmed": _("确认"), "rejected": _("否决")}.get(facts["status"], facts["status"])
        text = f"{site.region_name(facts['region'])} {facts['day']} {verdict}"
        return Cell(text, href=reverse("air-dust")), None
    if cause.kind == "report":
        known = queries.catalogue().indicators.get(facts["indicator"])
        name = texts.both(known.zh, known.en) if known else facts["indicator"]
        figure = f"{facts['text']} {texts.unit_name(facts['unit'])}"
        text = f"{name} {site.region_name(facts['region'])} {facts['period']} = {figure}"
        return Cell(text.strip(), href=reverse("targets-values")), None
    if cause.kind == "setting":
        return Cell("targets", text=_("目标的设定有变"), href=reverse("targets")), None
    return f"{facts['before'][:24]} → {facts['after'][:24]}", None


@permission("release_changes")
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Release the list between two runs."""
    before, after = _run(request.POST.get("before")), _run(request.POST.get("after"))
    if before is None or after is None:
        raise Http404(_("没有这次评估。"))
    try:
        made = release_changes(
            request.user, before, after, request.POST.get("reason", "")[:1000], address=request.META.get("REMOTE_ADDR")
        )
    except SaishangError as error:
        messages.error(request, f"{wording.say(error.message)} {wording.say(error.fix)}")
        return redirect(compare_url(before.id, after.id))
    messages.success(
        request, _("已发布：%(numbers)s 个数字、%(targets)s 个目标改变。")
        % {"numbers": made.numbers, "targets": made.targets},
    )  # fmt: skip
    return redirect("data-changes")


def compare_url(before: str, after: str) -> str:
    """Address of the comparison of two runs."""
    return f"{reverse('data-runs-compare')}?{urlencode({'before': before, 'after': after})}"


def _run(wanted: str | None) -> Run | None:
    try:
        return queries.get_run(wanted) if wanted else queries.latest_run()
    except NoSuchRun:
        raise Http404(_("没有编号为“%(run)s”的评估。") % {"run": wanted}) from None


def _days_table(found: Correction, about: list[str]) -> Table:
    columns = [Column("station", _("站点或城市"), row_head=True, nowrap=True), Column("day", _("日期"), nowrap=True)]
    names = {str(row["code"]): texts.name_of(row) for row in site.stations()}
    listed = [
        {"station": site.region_name(code[5:]) if code.startswith("city:") else f"{code} {names.get(code, '')}".strip(),
         "day": day}
        for code, day in found.days
    ]  # fmt: skip
    return Table("days", _("有更正的站点日"), columns, listed, about=about, tight=True)


def _rows_table(found: Correction, about: list[str]) -> Table:
    columns = [Column("table", _("统计表"), row_head=True, nowrap=True), Column("rows", _("改变的行"), number=True)]
    listed = [{"table": name, "rows": count} for name, count in summary(found)]
    caption = _("只重算受影响的时段，其余各行与评估时相同。")
    return Table("tables", _("各统计表改变的行数"), columns, listed, about=about, caption=caption, tight=True)
