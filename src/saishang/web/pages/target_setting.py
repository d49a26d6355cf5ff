"""What stands about a target besides the plan's words (目标设定): versions, split, and the form that changes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.actions.set_target import set_target, trial, withdraw_target
from saishang.apps.indicators.states import State
from saishang.apps.indicators.target_objects import history
from saishang.apps.indicators.target_settings import (
    SettingRefused,
    TargetSetting,
    read_setting,
)
from saishang.apps.indicators.target_view import Home, TargetObject, home_of, judged, target_object
from saishang.errors import SaishangError
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.faults import put_faults
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.target_forms import ChangeForm, TargetForm
from saishang.web.pages.target_words import (
    check_words,
    combine_names,
    differences,
    number,
    owner_roles,
    path_names,
    tolerance_words,
)
from saishang.web.security import may, permission, public

__all__ = [
    "ChangeForm",
    "change",
    "home",
    "known_target",
    "places_of",
    "setting_url",
    "versions",
    "withdraw",
]

_CONTROL = {"class": "form-control"}
_SELECT = {"class": "form-select"}
#: Blank lines for owners beyond those that are there.
_MORE_OWNERS = 2


def home() -> Home:
    """Whose targets this portal keeps: those of the newest run."""
    run = queries.latest_run()
    if run is None:
        raise Http404(_("还没有评估。"))
    return home_of(run)


def known_target(request: HttpRequest, target: str, on: date | None = None) -> TargetObject:
    """The target of the address, in the region of `?region=`, as it stands on a day (today)."""
    place = home()
    region = request.GET.get("region") or request.POST.get("region") or ""
    try:
        if not region:
            row = queries.target_row("latest", target)
            region = row.region if row is not None else place.region
        return target_object(site.rules(), place, target, region, on or timezone.localdate())
    except SettingRefused as error:
        raise Http404(wording.say(error.message)) from None


def setting_url(name: str, known: TargetObject) -> str:
    """Address of one of the pages about a target's setting."""
    return f"{reverse(name, args=[known.target])}?{urlencode({'region': known.region})}"


def places_of(known: TargetObject) -> dict[str, Any]:
    """What every page about a target's setting shows at its head."""
    row = queries.target_row("latest", known.target, known.region) or queries.target_row("latest", known.target)
    title = texts.both(row.title_zh, row.title_en) if row is not None else known.goal.text
    return {
        "known": known, "title": title, "region": site.region_name(known.region),
        "unit": texts.unit_name(known.indicator.unit) if known.indicator else "",
        "target_url": f"{reverse('target', args=[known.target])}?{urlencode({'region': known.region})}",
        "setting_url": setting_url("target-setting", known), "change_url": setting_url("target-change", known),
        "split_url": setting_url("target-split", known),
    }  # fmt: skip


@public
@require_safe
def versions(request: HttpRequest, target: str) -> HttpResponse:
    """What stands, how it is split and whether that adds up, and every version with its reason."""
    known = known_target(request, target)
    listed = _versions_table(known)
    parts = _parts_table(known)
    years = _years_table(known)
    tables = [table for table in (parts, years, listed) if table is not None]
    invented = any(part.setting.demonstration for part in known.parts)
    answer = export(request, tables, invented=invented)
    if answer is not None:
        return answer
    split = known.setting.cascade
    context = places_of(known) | {
        "facts": _facts(known), "versions": listed, "parts": parts, "years": years,
        "check": known.check, "split": split,
        "verdict": check_words(known, known.check, split.combine) if split is not None else "",
        "combine": combine_names()[split.combine] if split is not None else "",
        "exempt": texts.listed(
            f"{site.region_name(code)}{texts.aside(why)}" for code, why in split.exempt.items()
        ) if split is not None else "",
        "may_set": may(request, "set_targets"), "here": known.goal.region == known.region,
        "demonstration": invented or known.setting.demonstration,
        "later": known.newest > known.version,
    }  # fmt: skip
    return render(request, "target/setting.html", context)


def _facts(known: TargetObject) -> list[dict[str, str]]:
    """What stands, with where each part of it is from: the plan, the site's rules, an office."""
    unit = known.indicator.unit if known.indicator else ""
    setting, office = known.setting, _("第 %(number)s 版") % {"number": known.version}
    plan, rules = _("方案"), _("本站规则")
    told: list[dict[str, str]] = []

    def say(name: str, words: str, origin: str) -> None:
        told.append({"name": name, "words": words or "—", "origin": origin})

    undetermined = known.level is None
    goal = _("未定") if undetermined else texts.goal_text(known.comparator, known.level, unit)
    say(_("目标值"), goal, office if setting.goal is not None else plan)
    if known.goal.year is not None:
        say(_("目标年"), str(known.goal.year), office if setting.year is not None else plan)
    start = known.start
    if start is not None:
        said = f"{start.year} · {number(start.value)} {texts.unit_name(unit)} · {wording.clause(known.start_source)}"
        say(_("基准"), said, office if setting.baseline is not None else rules)
    else:
        say(_("基准"), _("没有基准，不能给出序时进度"), "")
    way = setting.way
    until = [point for point in known.path if known.goal.year is None or point.year <= known.goal.year]
    points = texts.listed(f"{point.year} {number(point.value, 2)}" for point in until)
    kind = path_names()[way.kind if way is not None else "straight"]
    say(_("序时进度"), f"{kind}{texts.aside(points)}" if points else "", office if way is not None else rules)
    tolerance = {"value": number(setting.tolerance.value), "of": setting.tolerance.of} if setting.tolerance else None
    shared = queries.catalogue().status.tolerance
    said = tolerance_words(tolerance or {"value": number(shared.value), "of": shared.of}, unit)
    say(_("容差"), said, office if tolerance else rules)
    roles = owner_roles()
    owners = texts.listed(
        (f"{site.agency_name(owner.agency)}{texts.aside(roles[owner.role])}" for owner in setting.owners)
        if setting.owners
        else (site.agency_name(name) for name in known.plan_owners)
    )
    say(_("责任单位"), owners, office if setting.owners else plan)
    if setting.clause:
        say(_("依据条款"), setting.clause, office)
    if known.indicator is not None:
        say(_("指标"), texts.both(known.indicator.zh, known.indicator.en), _("指标目录"))
    return told


def _parts_table(known: TargetObject) -> Table | None:
    if known.setting.cascade is None:
        return None
    unit = texts.unit_name(known.indicator.unit) if known.indicator else ""
    rows = {row.region: row for row in queries.part_rows("latest", known.target, known.region)}
    columns = [
        Column("region", _("地区"), row_head=True, nowrap=True),
        Column("goal", _("目标值"), unit, number=True), Column("weight", _("权重"), number=True),
        Column("baseline", _("基准"), unit, number=True), Column("source", _("基准来源"), long=True),
        Column("value", _("最新值"), unit, number=True), Column("state", _("状态")),
        Column("version", _("版本"), number=True),
    ]  # fmt: skip
    listed = []
    for part in known.parts:
        row = rows.get(part.region)
        query = urlencode({"region": part.region})
        listed.append(
            {
                "region": Cell(
                    part.region, text=site.region_name(part.region),
                    href=f"{reverse('target-setting', args=[known.target])}?{query}",
                ),
                "goal": None if part.goal is None else number(part.goal),
                "weight": None if part.weight is None else number(part.weight),
                "baseline": None if part.baseline is None
                else Cell(part.baseline.value, text=number(part.baseline.value), note=str(part.baseline.year)),
                "source": wording.clause(part.baseline_source) if part.baseline_source else None,
                "value": Cell(row.value, text=row.rounded, note=texts.period_name(row.value_period))
                if row is not None and row.rounded else None,
                "state": Cell(row.status, state=row.status) if row is not None else Cell(None, text=_("下次评估起")),
                "version": part.version or None,
            }
        )  # fmt: skip
    if not any(part.weight for part in known.parts):
        columns = [column for column in columns if column.key != "weight"]
    return Table("parts", _("分解到各地"), columns, listed, tight=True)


def _years_table(known: TargetObject) -> Table | None:
    """Whether the parts' paths lead to the whole's, year by year; without `each`, which makes no number."""
    split = known.setting.cascade
    if split is None or split.combine == "each" or not known.years:
        return None
    if all(year.check.value is None for year in known.years):
        return None
    unit = texts.unit_name(known.indicator.unit) if known.indicator else ""
    columns = [
        Column("year", _("年份"), row_head=True), Column("expected", _("总体进度应达"), unit, number=True),
        Column("value", _("各地进度合成"), unit, number=True), Column("gap", _("差"), unit, number=True),
        Column("kept", _("是否一致")),
    ]  # fmt: skip
    words = {True: _("满足"), False: _("不满足"), None: _("无法核对")}
    rows = [
        {
            "year": str(year.year), "expected": number(year.expected, 2), "value": number(year.check.value, 2),
            "gap": number(year.check.gap, 2), "kept": words[year.check.kept],
        }
        for year in known.years
    ]  # fmt: skip
    return Table("years", _("各地进度与总体进度"), columns, rows, tight=True)


def _versions_table(known: TargetObject) -> Table:
    unit = known.indicator.unit if known.indicator else ""
    columns = [
        Column("number", _("版本"), row_head=True, number=True), Column("effective", _("施行日期"), nowrap=True),
        Column("change", _("改变"), long=True), Column("reason", _("事由"), long=True),
        Column("document", _("依据文件"), long=True), Column("by", _("经办")),
        Column("at", _("记录时间"), nowrap=True),
    ]  # fmt: skip
    found = history(home().plan, known.target, known.region)
    settings = [TargetSetting() if row.withdrawn else read_setting(row.setting) for row in found]
    rows = []
    for row, setting, before in zip(found, settings, [*settings, TargetSetting()][1:], strict=True):
        told = differences(before, setting, unit)
        rows.append(
            {
                "number": row.number, "effective": row.effective,
                "change": _("；").join(told) if told else _("恢复按方案"), "reason": row.reason,
                "document": row.document, "by": str(row.recorded_by) if row.recorded_by else "saishang",
                "at": row.recorded_at,
            }
        )  # fmt: skip
    return Table(
        "versions", _("历次版本"), columns, rows, empty=_("没有另行设定：目标按方案和本站规则执行。"), tight=True
    )


@permission("set_targets")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, target: str) -> HttpResponse:
    """Fill in what the plan leaves open; a trial first shows what the state would be."""
    known = known_target(request, target)
    form = TargetForm(known, request.POST or None)
    context = places_of(known) | {
        "form": form,
        "may_withdraw": bool(known.version and not known.parent and known.setting.cascade is None),
        "plan_owners": texts.listed(site.agency_name(name) for name in known.plan_owners),
    }
    if request.method != "POST" or not form.is_valid():
        return render(request, "target/change.html", context, status=422 if request.method == "POST" else 200)
    given, faults = form.given()
    made = form.change_of(request)
    place, rules, expected = home(), site.rules(), form.cleaned_data["number"]
    try:
        if faults:
            raise SettingRefused(faults[0].message, fix=faults[0].fix, faults=faults)
        if "trial" in request.POST:
            day = made.effective
            before = judged(rules, place, target, known.region, day)
            after = trial(
                lambda: set_target(made, rules, place, target, known.region, given, expected=expected),
                lambda: judged(rules, place, target, known.region, day),
            )
            context |= {"trial": True, "before": _standing(before), "after": _standing(after)}
            return render(request, "target/change.html", context)
        version = set_target(made, rules, place, target, known.region, given, expected=expected)
    except SaishangError as error:
        put_faults(form, error)
        return render(request, "target/change.html", context, status=422)
    messages.success(request, _("已记录第 %(number)s 版，下一次评估起生效。") % {"number": version.number})
    return redirect(context["setting_url"])


@permission("set_targets")
@require_http_methods(["POST"])
def withdraw(request: HttpRequest, target: str) -> HttpResponse:
    """Give the target back to the plan."""
    return take_back(request, target, withdraw_target, _("已恢复按方案执行，下一次评估起生效。"))


def take_back(request: HttpRequest, target: str, act: Callable[..., object], done: str) -> HttpResponse:
    """Withdraw or dissolve by the posted day, document and reason, and go to the page of what stands."""
    known = known_target(request, target)
    form = ChangeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写施行日期。"))
    else:
        try:
            act(
                form.change_of(request), site.rules(), home(), target, known.region,
                expected=form.cleaned_data["number"],
            )  # fmt: skip
            messages.success(request, done)
        except SaishangError as error:
            messages.error(request, " ".join(wording.error_words(error)))
    return redirect(setting_url("target-setting", known))


def _standing(state: State | None) -> dict[str, Any]:
    """A state in words, for the trial."""
    if state is None:
        return {}
    rule = queries.catalogue().status
    unit = state.indicator.unit if state.indicator else ""
    detail = state.detail | dict(state.standing.detail)
    return {
        "status": state.standing.status,
        "reason": rule.words(state.standing.reason, detail, "en" if texts.english() else "zh"),
        "goal": texts.goal_text(state.comparator, state.goal_value, unit) if state.goal_value is not None else "—",
        "expected": number(state.standing.expected, 2), "distance": number(state.standing.distance, 2),
        "unit": texts.unit_name(unit),
    }  # fmt: skip
