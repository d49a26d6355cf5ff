"""The chain behind a value, down to the raw line: each level loads when it is opened.

Every level is a page of its own as well (its address can be sent); to a request by htmx it answers without the frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import chain as chains
from saishang.apps.indicators import queries
from saishang.apps.indicators.chain import Link
from saishang.apps.observations.queries import site_lake
from saishang.errors import SaishangError
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.ecology_words import grade_name, part_name
from saishang.web.pages.exports import export
from saishang.web.pages.groundwater_common import choice_name, item_names
from saishang.web.pages.noise_common import span_name, zone_name
from saishang.web.pages.registers_common import kind_named
from saishang.web.pages.soil_common import POINTS, result_name
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.water_board import place_name
from saishang.web.pages.water_common import item_words, section_name
from saishang.web.reasons import basis_name, missing_name, reason_name
from saishang.web.security import public
from saishang.web.texts import counted
from saishang.web.wording.columns import heading, value_words

__all__ = ["certificate_url", "chain", "chain_url", "fact_words", "hours", "station_days"]


@dataclass(frozen=True)
class Node:
    """One link with its words, for the template."""

    kind: str
    name: str
    value: str
    unit: str
    facts: list[tuple[str, str]]
    children: list[Node]
    words: str = ""
    follow: str = ""
    more: str = ""
    mark: str = ""
    href: str = ""


def chain_url(run: str, indicator: str, region: str, period: str, basis: str = "", kind: str = "") -> str:
    """Address of the chain of a value; `kind` tells a reported from a computed one on the same basis."""
    return _address("targets-chain", run, indicator, region, period=period, basis=basis, kind=kind)


def certificate_url(run: str, indicator: str, region: str, period: str, basis: str = "", kind: str = "") -> str:
    """Address of the certificate of a value; `kind` as in `chain_url`."""
    return _address("targets-certificate", run, indicator, region, period=period, basis=basis, kind=kind)


def _address(page: str, run: str, indicator: str, region: str, **asked: str) -> str:
    return f"{reverse(page, args=[run, indicator, region])}?{urlencode({k: v for k, v in asked.items() if v})}"


@public
@require_safe
def chain(request: HttpRequest, run: str, indicator: str, region: str) -> HttpResponse:
    """The chain of one value: value ← cities ← stations ← files."""
    period, basis, kind = (request.GET.get(key) or None for key in ("period", "basis", "kind"))
    try:
        link = chains.chain(site_lake(), run, indicator, region, period=period, basis=basis, kind=kind)
    except SaishangError as error:
        raise Http404(wording.say(error.message)) from None
    period = str(link.facts.get("period") or period or "")
    found = queries.indicator(indicator)
    parameter = str((found.statistic if found else {}).get("parameter") or "PM2.5")
    node = _node(link, run, parameter, period)
    title = texts.both(found.zh, found.en) if found else indicator
    certificate = reverse("targets-certificate", args=[run, indicator, region]) + f"?{request.GET.urlencode()}"
    context = {
        "certificate": certificate, "node": node, "title": title, "period": period,
        "region": site.region_name(region), "run_id": run,
        "demonstration": link.facts.get("basis") == "demonstration",
    }  # fmt: skip
    return render(request, "target/chain.html", context)


def _node(link: Link, run: str, parameter: str, period: str) -> Node:
    facts = dict(link.facts)
    mark = str(facts.pop("status", "") or "") if link.kind in ("value", "report") else ""
    if link.kind == "report":
        facts.pop("indicator", None)  # it is the name
    more = href = ""
    if link.kind == "station":
        more = _station_url(run, link.name, parameter, period)
    if link.kind == "noise_station":
        href = f"{reverse('noise-station', args=[link.name])}?{urlencode({'run': run, 'period': period})}"
    if link.kind == "section":
        href = f"{reverse('water-section', args=[link.name])}?{urlencode({'run': run})}"
    if link.kind in ("radiation_station", "gamma_alarm"):
        code = str(facts.pop("station", link.name))
        day = {"day": facts.pop("day")} if "day" in facts else {}
        href = f"{reverse('radiation-station', args=[code])}?{urlencode({'run': run, **day})}"
    if link.kind == "point":
        page = "groundwater-point" if "target_class" in facts else "soil-point"
        href = f"{reverse(page, args=[link.name])}?{urlencode({'run': run})}"
    if link.kind == "water_source":
        href = f"{reverse('water-sources')}?{urlencode({'run': run, 'source': link.name})}"
    if link.kind == "flow":
        href = f"{reverse('water-flow')}?{urlencode({'run': run, 'section': link.name})}"
    if link.kind == "entry":
        facts["state"] = _entry_state(str(facts["register"]), str(facts.get("state") or ""))
        href = reverse("registers-entry", args=[facts.pop("register"), facts.pop("entry")])
    if link.kind == "file" and "batch" in facts:
        href = reverse("data-batch", args=[facts["batch"]])
        if facts.get("values") == 1 and "line" in facts:
            href = f"{reverse('data-line', args=[facts['batch'], facts['line']])}?cell={facts['cell']}"
            for key in ("values", "first_line", "last_line"):
                facts.pop(key)
    return Node(
        kind=link.kind,
        name=_radiation_name(run, link) if link.kind == "radiation_station" else _name(link),
        value=link.value,
        unit="" if link.unit == "1" else texts.unit_name(link.unit),
        facts=[
            (_label(key), _how(value, facts) if key == "kind" else _say(key, value))
            for key, value in facts.items()
            if value not in (None, "", {}, [], ())
        ],
        children=[_node(child, run, parameter, period) for child in link.children],
        words=_kind_words(link.kind),
        follow=_follow_words(link.kind),
        more=more,
        mark=mark,
        href=href,
    )


def _entry_state(register: str, state: str) -> str:
    """A state of a register's entry in words; runs hold its id or its Chinese words."""
    kind = kind_named(register)
    for known in kind.life.states.values() if kind is not None and kind.life is not None else ():
        if state in (known.id, known.zh):
            return texts.both(known.zh, known.en)
    return state


def _kind_words(kind: str) -> str:
    """What a link of the chain is."""
    return {
        "value": _("数值"), "city": _("城市"), "station": _("站点"), "file": _("文件"), "report": _("填报"),
        "section": _("断面"), "item": _("项目"), "entry": _("条目"), "noise_station": _("监测站"),
        "radiation_station": _("辐射站"), "gamma_alarm": _("高于阈值的过程"),
        "point": _("点位"), "part": _("分项"), "water_source": _("水源"), "water_month": _("月份"),
        "flow": _("控制断面"),
    }.get(kind, kind)  # fmt: skip


def _follow_words(kind: str) -> str:
    """What the address of a link leads to."""
    return {
        "section": _("查看断面"), "entry": _("查看条目"), "noise_station": _("查看逐日和小时声级"),
        "radiation_station": _("查看站点"), "gamma_alarm": _("查看站点"),
        "point": _("查看点位"), "water_source": _("查看水源"), "flow": _("查看控制断面"),
    }.get(kind, _("查看批次"))  # fmt: skip


def _name(link: Link) -> str:
    if link.kind == "station":
        return _station_name(link.name)
    if link.kind == "value" or (link.kind == "report" and "indicator" in link.facts):
        found = queries.indicator(str(link.facts.get("indicator", "")))
        return texts.both(found.zh, found.en) if found else link.name
    if link.kind == "section":
        return section_name(link.name)
    if link.kind == "noise_station":
        return f"{link.name} {link.facts.get('name', '')}"
    if link.kind == "part":
        return part_name(*link.name.split(":", 1))
    if link.kind == "item":
        return texts.name_of(site.rules().parameters[link.name])
    if link.kind == "water_month":
        return texts.period_name(link.name)
    if link.kind in ("water_source", "flow"):
        return place_name("drinking_sources" if link.kind == "water_source" else "flow_sections", link.name)
    if link.kind == "city":
        return next((texts.name_of(row) for row in site.cities() if row["zh"] == link.name), link.name)
    return link.name


def _station_name(code: str) -> str:
    for row in site.stations():
        if row["code"] == code:
            return f"{code} {texts.name_of(row)}"
    return code


def _radiation_name(run: str, link: Link) -> str:
    """Code and name of a radiation station as the run had it."""
    rows = queries.select(run, "radiation_stations", "station = ?", [link.name])
    return f"{link.name} {rows[0]['name']}" if rows else link.name


def _station_url(run: str, station: str, parameter: str, period: str) -> str:
    address = reverse("targets-chain-station", args=[run, station])
    return f"{address}?{urlencode({'parameter': parameter, 'period': period})}"


def _label(key: str) -> str:
    return {
        "indicator": _("指标"), "period": _("时段"), "basis": _("口径"), "kind": _("来源方式"), "valid": _("是否有效"),
        "reason": _("理由"), "clause": _("统计条款"), "source": _("来源"), "unrounded": _("未修约值"),
        "coverage": _("覆盖"), "run": _("评估编号"), "lake_version": _("观测数据版本"), "rules": _("规则"),
        "code": _("程序"), "days_expected": _("应有天数"), "days_valid": _("有效天数"), "excluded": _("剔除"),
        "origin": _("出处"), "city_mean": _("是否参与城市均值"), "hours_present": _("实有小时"),
        "hours_expected": _("应有小时"), "hours_missing": _("缺测小时"),
        "batch": _("批次"), "values": _("数值个数"), "first_line": _("首行"),
        "last_line": _("末行"), "sha256": "SHA-256", "agency": _("填报单位"), "evidence": _("证据"),
        "caliber": _("统计口径"), "note": _("备注"), "entered_at": _("录入时间"), "attains": _("是否达标"),
        "items": _("各项目"), "main": _("主要污染物"), "good": _("优良天数"),
        "class": _("水质类别"), "target_class": _("目标类别"), "complies": _("达到目标类别"), "missing": _("缺测项目"),
        "multiple": _("超标倍数"), "samples": _("样品数"), "months_valid": _("有效月数"),
        "months_expected": _("应有月数"), "counted": _("计入断面"), "sections_evaluated": _("参评断面"),
        "sections_valid": _("有效断面"), "sections_expected": _("应评断面"), "state": _("状态"),
        "since": _("状态起始日"),
        "region": _("地区"), "version": _("版本"), "register": _("名录"), "entry": _("条目"), "figure": _("统计量"),
        "entries_counted": _("计入条目"), "entries_of": _("参比条目"), "regions_counted": _("参比地区"),
        "on": _("名录日期"), "over": _("超标项目"), "items_measured": _("有值项目数"), "days": _("采样天数"),
        "volume": _("取水量（万立方米）"),
        "days_kept": _("达到目标天数"), "target_flow": _("目标流量（立方米/秒）"),
        "sources_complying": _("达标水源"), "sources_evaluated": _("参评水源"), "sources_expected": _("应评水源"),
        "volume_complying": _("达标取水量"),
        "zone": _("功能区类别"), "span": _("昼夜"), "limit": _("限值"), "passed": _("达标点次"),
        "evaluated": _("参评点次"), "not_evaluated": _("未参评点次"), "stations": _("监测站"), "points": _("测点"),
        "points_without": _("缺声级的测点"), "length": _("长度（km）"), "name": _("名称"),
        "points_evaluated": _("参评点位"), "points_expected": _("在用点位"),
        "points_sure": _("类别确定的点位"), "points_sampled": _("采样点位"), "below": _("低于检出限的样品"),
        "day": _("采样日"), "line": _("行"), "cell": _("列"), "result": _("评价"), "ph": "pH", "land_use": _("用地"),
        "screening": _("筛选值"), "intervention": _("管制值"), "opened": _("已供地或利用"),
        "weight": _("权重"), "adds": _("对指数的贡献"), "grade": _("等级"),
        "change_grade": _("变化幅度"), "against": _("比较年份"), "restriction": _("环境限制"), "places": _("保护地"),
        "area": _("面积（km²）"), "overlap": _("扣除重叠（km²）"), "land": _("国土面积（km²）"), "finds": _("发现点"),
        "species": _("物种"), "key_species": _("其中重点管理"), "handled": _("已防控"),
        "warnings_open": _("未处置的预警"), "reaches": _("调查河段"), "compared": _("能比较的河段"),
        "total": _("监测面积（km²）"),
    }.get(key) or heading(key, "chain")  # fmt: skip


def _how(kind: Any, facts: Mapping[str, Any]) -> str:
    coverage = facts.get("coverage")
    return texts.kind_name(str(kind), coverage if isinstance(coverage, Mapping) else None)


def fact_words(key: str, value: Any) -> str:
    """A fact of a value in words: what it is, and what it says."""
    return f"{_label(key)} {_say(key, value)}"


def _item_words(text: str) -> str:
    """An item of water with its multiple, from `FE:0.20`; what is no item stays as it is."""
    code, _sep, multiple = text.partition(":")
    return f"{item_words(code)}{texts.aside(multiple)}"


def _say(key: str, value: Any) -> str:
    if key == "region":
        return site.region_name(str(value))
    if key in ("grade", "change_grade") and ":" in str(value):
        scale, _colon, level = str(value).partition(":")
        return grade_name(scale, int(level))
    if key == "period":
        return texts.period_name(str(value))
    if key in ("clause", "source"):
        return wording.clause(str(value))
    if key == "basis":
        return basis_name(str(value))
    if key == "kind":
        return texts.kind_name(str(value))
    if key == "zone":
        return zone_name(str(value))
    if key == "span":
        return span_name(str(value))
    if key == "result":
        return result_name(str(value))
    if key == "land_use":
        return choice_name(kind_named(POINTS), "land_use", str(value))
    if key in ("main", "missing") and isinstance(value, list | tuple):
        return item_names(value) if all(str(code) in site.rules().parameters for code in value) else texts.listed(value)
    if key == "reason":
        return reason_name(str(value))
    if key == "hours_missing" and isinstance(value, Mapping):
        return "；".join(f"{missing_name(str(why))} {n}" for why, n in value.items())
    if key == "excluded" and isinstance(value, Mapping):
        return "；".join(
            counted("%(why)s %(n)s 天", n) % {"why": reason_name(str(why)), "n": n} for why, n in value.items()
        )
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Mapping):
        return "；".join(f"{_label(str(k))} {_say(str(k), v)}" for k, v in value.items() if v not in (None, ""))
    if key in ("over", "missing") and isinstance(value, list | tuple):
        return texts.listed(_item_words(str(item)) for item in value)
    if isinstance(value, list | tuple):
        return texts.listed(texts.kind_name(str(item)) if key == "origin" else item for item in value)
    return value_words(key, str(value)) or str(value)


@public
@require_safe
def station_days(request: HttpRequest, run: str, station: str) -> HttpResponse:
    """Days of one station in a period: value, hours, and why a day does not count."""
    parameter = request.GET.get("parameter", "")
    try:
        begin, end = chains.period_span(request.GET.get("period", ""))
    except ValueError:
        raise Http404(_("时段应为 2019、2019-03、2019-Q1 或 2019-01..2019-09 这样的形式。")) from None
    try:
        rows = queries.select(
            run, "station_daily", "station = ? and parameter = ? and day >= ? and day < ?",
            [station, parameter, begin, end], "day",
        )  # fmt: skip
    except SaishangError as error:
        raise Http404(wording.say(error.message)) from None
    if not rows:
        raise Http404(_("本次评估中没有站点 %(station)s 该时段的日值。") % {"station": station})
    unit = site.rules().parameters[parameter]["unit"]
    columns = [
        Column("day", _("日期"), row_head=True, nowrap=True),
        Column("value", parameter, unit, number=True),
        Column("hours", _("实有 / 应有小时"), number=True),
        Column("valid", _("是否有效")),
        Column("reason", _("理由")),
        Column("more", _("小时值")),
    ]
    listed = [
        {
            "day": row["day"],
            "value": Cell(row["value"], text=None if row["value"] is None else f"{row['value']:.2f}"),
            "hours": f"{row['hours_present'] or 0} / {row['hours_expected'] or 0}",
            "valid": Cell(bool(row["valid"]), text=_("是") if row["valid"] else _("否")),
            "reason": reason_name(row["reason"]),
            "more": Cell(None, text=_("查看"), href=_hours_url(run, station, parameter, row["day"])),
        }
        for row in rows
    ]
    title = _("%(station)s 逐日 %(parameter)s") % {"station": _station_name(station), "parameter": parameter}
    about = [_("评估编号：%(id)s") % {"id": run}]
    table = Table(f"days-{station}", title, columns, listed, about=about, tight=True)
    return export(request, [table]) or _level(request, table, run)


def _hours_url(run: str, station: str, parameter: str, day: date) -> str:
    return (
        f"{reverse('targets-chain-hours', args=[run, station, day.isoformat()])}?{urlencode({'parameter': parameter})}"
    )


@public
@require_safe
def hours(request: HttpRequest, run: str, station: str, day: str) -> HttpResponse:
    """Rows of one station and day as the run saw them, each with batch, file, line and cell."""
    parameter = request.GET.get("parameter", "")
    try:
        rows = chains.hours(site_lake(), run, station, parameter, date.fromisoformat(day))
        missing = chains.missing_of_day(site_lake(), run, station, parameter, date.fromisoformat(day))
    except ValueError:
        raise Http404(_("日期应为 2019-03-01 这样的形式。")) from None
    except SaishangError as error:
        raise Http404(wording.say(error.message)) from None
    columns = [
        Column("interval", _("时段（北京时间）"), row_head=True, nowrap=True),
        Column("parameter", _("项目")),
        Column("value", _("数值"), number=True),
        Column("qualifier", _("标记")),
        Column("source", _("来源")),
        Column("batch", _("批次"), number=True),
        Column("file", _("文件")),
        Column("line", _("行"), number=True),
        Column("cell", _("列"), number=True),
        Column("raw", _("原文")),
    ]
    listed = [
        {
            "interval": f"{row['start']:%m-%d %H:%M} – {row['end']:%m-%d %H:%M}",
            "parameter": row["parameter"],
            "value": row["value"],
            "qualifier": row["qualifier"],
            "source": row["source"],
            "batch": Cell(row["batch"], href=reverse("data-batch", args=[row["batch"]])),
            "file": row["file_name"],
            "line": row["line"],
            "cell": row["cell"] or None,
            "raw": Cell(
                None,
                text=_("查看"),
                href=f"{reverse('data-line', args=[row['batch'], row['line']])}?cell={row['cell']}",
            ),
        }
        for row in rows
    ]
    listed += [
        {
            "interval": f"{hour['start']:%m-%d %H:%M} – {hour['end']:%m-%d %H:%M}",
            "parameter": parameter,
            "qualifier": missing_name(hour["why"]),
            "batch": Cell(hour["batch"], href=reverse("data-batch", args=[hour["batch"]])) if hour["batch"] else None,
            "file": hour["file_name"],
        }
        for hour in missing
        if hour["why"] not in ("marked", "removed_by_qc")  # these have a row above
    ]
    title = _("%(station)s %(day)s 的原始记录（%(parameter)s）") % {
        "station": _station_name(station), "day": day, "parameter": parameter,
    }  # fmt: skip
    empty = _("库中没有这一天的记录：未测、未传或被拒收，见“数据”页的缺测台账。")
    table = Table(f"hours-{station}-{day}", title, columns, listed, empty=empty, tight=True)
    return export(request, [table]) or _level(request, table, run)


def _level(request: HttpRequest, table: Table, run: str) -> HttpResponse:
    part = request.headers.get("HX-Request") == "true"
    return render(request, "target/level_part.html" if part else "target/level.html", {"table": table, "run_id": run})
