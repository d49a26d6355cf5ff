"""The radiation board: gamma and electromagnetic stations of a day, alarms, limits, coverage; the ledger for staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.chain import chain_url
from saishang.web.pages.charts import Chart, MapView
from saishang.web.pages.exports import export
from saishang.web.pages.radiation_common import (
    COLOURS,
    INDICATORS,
    Network,
    band_text,
    calculators,
    field_state,
    gamma_state,
    limit_curve,
    measures_name,
    network,
    rain_name,
    rules_note,
    state_cell,
    station_url,
    tabs,
)
from saishang.web.pages.radiation_sources import staff_summary
from saishang.web.pages.registers_common import day_of
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, figure, reason_name
from saishang.web.security import may, public

__all__ = ["board"]

#: Days that the charts of the board look back.
_BACK = 60


@public
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Every station on one day, with what lies behind its state; who is signed in sees the ledger's alarms as well."""
    run = chosen_run(request)
    base: dict[str, Any] = {
        "tabs": tabs("radiation", request), "run": run, "calculators": calculators(),
        "ledger": staff_summary() if may(request, "view_internal") else None,
    }  # fmt: skip
    found = network(request, run) if run is not None else None
    if run is None or found is None:
        return render(request, "radiation/board.html", base)
    last = _last_day(found)
    day = day_of(request.GET.get("day")) or last or run.as_of
    tables = _Tables(request, found, day)
    gamma, field, sums, alarms = tables.gamma(), tables.field(), tables.sums(), tables.alarms()
    coverage, figures, strangers = tables.coverage(), tables.figures(), _strangers(found)
    charts = [chart for chart in (tables.gamma_chart(), tables.field_chart(), tables.curve()) if chart is not None]
    shown = [
        gamma,
        field,
        *([sums] if sums.rows else []),
        alarms,
        coverage,
        figures,
        *([strangers] if strangers else []),
    ]
    answer = export(
        request,
        [*shown, *(chart.table for chart in charts if chart.table is not None)],
        invented=found.invented,
        real=["emf-limits"],
    )
    if answer is not None:
        return answer
    context = base | {
        "network": found, "basis": found.basis, "bases": [(name, basis_name(name)) for name in found.bases],
        "day": day.isoformat(), "last": last, "stale": last is not None and last < run.as_of - timedelta(days=3),
        "keys": tables.keys(), "map": tables.map(), "gamma": gamma, "field": field, "sums": sums, "alarms": alarms,
        "coverage": coverage, "figures": figures, "strangers": strangers, "charts": charts, "how": rules_note(),
        "legend": [(name, gamma_state(name)) for name in COLOURS],
    }  # fmt: skip
    return render(request, "radiation/board.html", context)


def _last_day(found: Network) -> date | None:
    days = [
        row["day"]
        for table, column in (("gamma_daily", "hours_present"), ("emf_daily", "values_present"))
        for row in found.rows(table, f"{column} > 0", order="day desc limit 1")
    ]
    return max(days, default=None)


def _strangers(found: Network) -> Table | None:
    """Series that arrive and belong to no station on the register: they count nowhere until somebody enters it."""
    rows = queries.select(found.run.id, "radiation_strangers", order="station, parameter")
    if not rows:
        return None
    columns = [
        Column("station", _("站点编码"), row_head=True, nowrap=True), Column("parameter", _("项目")),
        Column("values", _("数值个数"), number=True), Column("first", _("首个"), nowrap=True),
        Column("last", _("末个"), nowrap=True),
    ]  # fmt: skip
    caption = _("这些站点有数据而名录中没有登记，在登记之前不参与任何统计。")
    return Table("strangers", _("未登记的站点"), columns, rows, about=about_run(found.run), caption=caption)


class _Tables:
    """What the board shows of one day."""

    def __init__(self, request: HttpRequest, found: Network, day: date) -> None:
        self.request, self.found, self.day = request, found, day
        self.about = [
            _("%(day)s，口径：%(basis)s") % {"day": day, "basis": basis_name(found.basis)},
            *about_run(found.run),
        ]
        self.gamma_rows = {row["station"]: row for row in found.rows("gamma_daily", "day = ?", [day])}
        self.field_rows = {row["station"]: row for row in found.rows("emf_daily", "day = ?", [day])}
        self.now = self._now()
        self.alarm_rows = found.rows("gamma_alarms", "start < ?", [self._end()], '"start" desc')
        self.network_rows = self._network()

    def _end(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day) + timedelta(days=1)

    def _now(self) -> dict[str, Mapping[str, Any]]:
        """Last value of every station up to the end of the day."""
        rows = self.found.rows("radiation_values", '"start" < ? and "start" >= ?',
                               [self._end(), self._end() - timedelta(days=_BACK)], '"start"')  # fmt: skip
        return {row["station"]: row for row in rows}

    def _network(self) -> dict[str, Any] | None:
        rows = self.found.rows("radiation_network", "id = ? and period_kind = 'year'", [self.found.run.region])
        return next((row for row in rows if row["period"] == str(self.day.year)), None)

    def state_of(self, code: str) -> str:
        """Key of the state on this day."""
        if self.found.stations[code]["measures"] == "gamma":
            return str(self.gamma_rows[code]["state"]) if code in self.gamma_rows else "undetermined"
        return field_state(self.field_rows[code]["attains"] if code in self.field_rows else None)[0]

    def keys(self) -> list[tuple[str, str, str]]:
        """(words, figure, remark)."""
        gamma, field = self.found.of("gamma"), self.found.of("emf_broadband", "emf_band")
        states = Counter(self.state_of(str(row["station"])) for row in gamma)
        fields = Counter(self.state_of(str(row["station"])) for row in field)
        share = max((row["share"] for row in self.field_rows.values() if row["share"] is not None), default=None)
        counties = self._counties()
        return [
            (_("γ辐射自动站"), str(len(gamma)), _("当日正常 %(n)s，无法判定 %(u)s") % {
                "n": states["normal"], "u": states["undetermined"]}),
            (_("当日本底报警"), str(states["alarm"]), _("降雨冲刷 %(n)s 站") % {"n": states["rain"]}),
            (_("电磁辐射自动站"), str(len(field)), _("当日达标 %(n)s，无法判定 %(u)s") % {
                "n": fields["normal"], "u": fields["undetermined"]}),
            (_("当日超过限值"), str(fields["alarm"]), _("最大占限值 %(share)s") % {
                "share": "—" if share is None else f"{share:.1f} %"}),
            (_("电磁站覆盖县（市、区）"), f"{sum(emf > 0 for _r, _g, emf in counties)} / {len(counties)}",
             _("本次评估日在用站点")),
        ]  # fmt: skip

    def map(self) -> MapView | None:
        layers = site.map_layers()
        placed = [row for row in self.found.stations.values() if row["lon"] is not None]
        if not layers or not placed:
            return None
        points = []
        for row in placed:
            state = self.state_of(row["station"])
            words = gamma_state(state) if row["measures"] == "gamma" else self._field_words(row["station"])
            points.append(
                {"lon": row["lon"], "lat": row["lat"], "style": "point", "colour": COLOURS[state],
                 "href": station_url(row["station"], self.request), "label": "γ" if row["measures"] == "gamma" else "E",
                 "note": f"{row['station']} {row['name']} · {measures_name(row['measures'])} · {words}"}
            )  # fmt: skip
        spec = {
            "layers": layers, "points": points, "bounds": site.bounds_of("prefecture"),
            "notice": site.unofficial_map_notice(),
        }  # fmt: skip
        return MapView("stations", _("辐射自动站分布与当日状态；同样的内容列在下面的表里。"), spec)

    def _field_words(self, code: str) -> str:
        row = self.field_rows.get(code)
        return field_state(None if row is None else row["attains"])[1]

    def _name(self, row: Mapping[str, Any]) -> Cell:
        return Cell(row["name"], href=f"{self._url(row)}", note=row["station"])

    def _url(self, row: Mapping[str, Any]) -> str:
        address = station_url(str(row["station"]), self.request)
        return f"{address}{'&' if '?' in address else '?'}day={self.day.isoformat()}"

    def _last(self, code: str, decimals: int) -> Cell:
        row = self.now.get(code)
        if row is None:
            return Cell(None)
        return Cell(row["value"], text=figure(row["value"], decimals), note=f"{row['start']:%m-%d %H:%M}")

    def gamma(self) -> Table:
        columns = [
            Column("name", _("站点"), row_head=True), Column("region", _("县（市、区）"), nowrap=True),
            Column("state", _("当日状态")), Column("now", _("最近小时值"), "nGy/h", number=True),
            Column("mean", _("日均值"), "nGy/h", number=True), Column("maximum", _("最大小时值"), "nGy/h", number=True),
            Column("background", _("本底均值"), "nGy/h", number=True),
            Column("threshold", _("报警阈值"), "nGy/h", number=True),
            Column("hours", _("实有 / 应有小时"), number=True),
        ]  # fmt: skip
        rows = []
        for station in self.found.of("gamma"):
            row = self.gamma_rows.get(str(station["station"]))
            told: dict[str, Any] = {
                "name": self._name(station), "region": site.region_name(str(station["region"])),
                "now": self._last(str(station["station"]), 1), "state": Cell(None, text=_("当日未运行")),
            }  # fmt: skip
            if row is not None:
                told |= {
                    "state": state_cell(row["state"], gamma_state(row["state"]), row["reason"]),
                    "mean": Cell(row["mean"], text=figure(row["mean"], 1), valid=bool(row["valid"])),
                    "maximum": Cell(row["maximum"], text=figure(row["maximum"], 1)),
                    "background": Cell(row["background"], text=figure(row["background"], 1)),
                    "threshold": Cell(row["threshold"], text=figure(row["threshold"], 1)),
                    "hours": f"{row['hours_present']} / {row['hours_expected']}",
                }
            rows.append(told)
        return Table("gamma", _("γ辐射自动站"), columns, rows, about=self.about, tight=True,
                     empty=_("名录中没有γ辐射自动站。"))  # fmt: skip

    def field(self) -> Table:
        columns = [
            Column("name", _("站点"), row_head=True), Column("region", _("县（市、区）"), nowrap=True),
            Column("state", _("当日状态")), Column("band", _("频段"), nowrap=True),
            Column("now", _("最近值"), "V/m", number=True), Column("maximum", _("当日最大值"), "V/m", number=True),
            Column("limit", _("限值"), "V/m", number=True), Column("share", _("占限值"), "%", number=True),
            Column("over", _("超限值个数"), number=True), Column("values", _("实有 / 应有值"), number=True),
        ]  # fmt: skip
        rows = []
        for station in self.found.of("emf_broadband", "emf_band"):
            row = self.field_rows.get(str(station["station"]))
            told: dict[str, Any] = {
                "name": self._name(station), "region": site.region_name(str(station["region"])),
                "band": band_text(station), "now": self._last(str(station["station"]), 2),
                "limit": Cell(station["limit"], text=None if station["limit"] is None else f"{station['limit']:.4g}"),
                "state": Cell(None, text=_("当日未运行")),
            }  # fmt: skip
            if row is not None:
                at = "" if row["maximum_at"] is None else f"{row['maximum_at']:%H:%M}"
                told |= {
                    "state": state_cell(*field_state(row["attains"]), row["reason"]),
                    "maximum": Cell(row["maximum"], text=figure(row["maximum"], 2), note=at),
                    "share": Cell(row["share"], text=figure(row["share"], 1)),
                    "over": row["over"],
                    "values": f"{row['values_present']} / {row['values_expected']}",
                }
            rows.append(told)
        caption = _("宽频或选频测值与该频段最严的公众曝露控制限值比较，等于限值不算超过；没有登记频段的站点不能判定。")
        return Table("emf", _("电磁辐射自动站"), columns, rows, about=self.about, tight=True, caption=caption,
                     empty=_("名录中没有电磁辐射自动站。"))  # fmt: skip

    def sums(self) -> Table:
        columns = [
            Column("site", _("点位"), row_head=True), Column("stations", _("参与站点")),
            Column("maximum", _("最大叠加值"), number=True), Column("at", _("出现时刻"), nowrap=True),
            Column("over", _("超过 1 的个数"), number=True), Column("values", _("实有 / 应有值"), number=True),
            Column("state", _("当日状态")),
        ]  # fmt: skip
        rows = [
            {
                "site": row["site"], "stations": texts.listed(row["stations"].split(",")),
                "maximum": Cell(row["maximum"], text=figure(row["maximum"], 3)),
                "at": "" if row["maximum_at"] is None else f"{row['maximum_at']:%H:%M}", "over": row["over"],
                "values": f"{row['values_present']} / {row['values_expected']}",
                "state": state_cell(*field_state(row["attains"]), row["reason"]),
            }
            for row in self.found.rows("emf_sums", "day = ?", [self.day], "site")
        ]  # fmt: skip
        caption = _(
            "同一点位各频段叠加：100 kHz 以上各频段（测值/限值）的平方和、以下的线性和都不大于 1 为达标；"
            "缺一个频段不判定达标。"
        )
        return Table("sums", _("多频叠加"), columns, rows, about=self.about, tight=True, caption=caption)

    def alarms(self) -> Table:
        columns = [
            Column("station", _("站点"), row_head=True), Column("start", _("开始"), nowrap=True),
            Column("end", _("结束"), nowrap=True), Column("hours", _("小时数"), number=True),
            Column("peak", _("峰值"), "nGy/h", number=True), Column("background", _("本底均值"), "nGy/h", number=True),
            Column("threshold", _("报警阈值"), "nGy/h", number=True), Column("rain", _("降雨")),
            Column("note", _("判定")),
        ]  # fmt: skip
        rows = []
        for row in self.alarm_rows:
            station = self.found.stations[row["station"]]
            words = _("降雨冲刷，不计报警") if row["rain"] == "yes" else _("本底报警，按规则确认")
            rows.append(
                {
                    "station": Cell(station["name"], note=row["station"], href=(
                        f"{station_url(row['station'], self.request)}{'&' if self.request.GET.get('run') else '?'}"
                        f"day={row['start']:%Y-%m-%d}")),
                    "start": row["start"], "end": row["end"], "hours": row["hours"],
                    "peak": Cell(row["peak"], text=figure(row["peak"], 1)),
                    "background": Cell(row["background"], text=figure(row["background"], 1)),
                    "threshold": Cell(row["threshold"], text=figure(row["threshold"], 1)),
                    "rain": rain_name(row["rain"]),
                    "note": Cell(words, note=_("到数据末尾仍未结束") if row["going_on"] else ""),
                }
            )  # fmt: skip
        shown = rows[:30]
        caption = _("截至 %(day)s；页面列最近 30 次，导出为全部。") % {"day": self.day}
        empty = _("到这一天没有连续高于阈值的过程。无法判定的站日见上表，不等于没有报警。")
        return Table(
            "alarms", _("本底报警记录"), columns, shown, about=self.about, tight=True, caption=caption, everything=rows,
            empty=empty,
        )  # fmt: skip

    def _counties(self) -> list[tuple[Any, int, int]]:
        """(region, gamma stations, electromagnetic stations) of every county and district; stations in use only."""
        levels = ("district", "county", "county_level_city")
        counts: dict[str, Counter[bool]] = {}
        for row in self.found.stations.values():
            if row["state"] == "in_use":
                counts.setdefault(str(row["region"]), Counter())[row["measures"] == "gamma"] += 1
        return [
            (row, counts.get(str(row["code"]), Counter())[True], counts.get(str(row["code"]), Counter())[False])
            for row in site.rules().regions.values()
            if row["use"] == "in_plan" and row["level"] in levels
        ]

    def coverage(self) -> Table:
        columns = [
            Column("region", _("县（市、区）"), row_head=True, nowrap=True), Column("city", _("所属市"), nowrap=True),
            Column("gamma", _("γ辐射站"), number=True), Column("emf", _("电磁站"), number=True),
            Column("covered", _("电磁站覆盖")),
        ]  # fmt: skip
        rows = [
            {"region": texts.name_of(row), "city": site.region_name(str(row["parent"])), "gamma": gamma, "emf": emf,
             "covered": Cell(emf > 0, text=_("已覆盖") if emf else _("未覆盖"))}
            for row, gamma, emf in self._counties()
        ]  # fmt: skip
        caption = _("按名录统计本次评估日在用的站点；方案要求电磁辐射自动监测网络覆盖全区。")
        return Table("coverage", _("各县（市、区）覆盖"), columns, rows, about=self.about, tight=True, caption=caption)

    def figures(self) -> Table:
        """Values of the run that follow from the network, each with its chain."""
        columns = [
            Column("indicator", _("指标"), row_head=True), Column("region", _("地区"), nowrap=True),
            Column("period", _("时段"), nowrap=True), Column("value", _("数值"), number=True),
            Column("unit", _("计量单位")), Column("basis", _("口径")), Column("note", _("备注"), long=True),
            Column("chain", _("追溯")),
        ]  # fmt: skip
        rows = []
        run = self.found.run
        wanted = {str(self.day.year), f"{self.day.year}-01..{self.day.year}-{run.as_of.month:02d}"}
        for name in INDICATORS:
            known = queries.indicator(name)
            values = queries.indicator_values(run.id, name).filter(period__in=wanted).order_by("region", "period")
            basis = {"demonstration"} if self.found.invented else {"measured", "register", "as_published"}
            for value in values:
                if value.basis not in basis or known is None:
                    continue
                rows.append(
                    {
                        "indicator": texts.name_of(known), "region": site.region_name(value.region),
                        "period": texts.period_name(value.period),
                        "value": Cell(value.value, text=value.rounded or None, valid=value.valid),
                        "unit": texts.unit_name(value.unit), "basis": basis_name(value.basis),
                        "note": reason_name(value.reason),
                        "chain": Cell(None, text=_("查看"),
                                      href=chain_url(run.id, name, value.region, value.period, value.basis)),
                    }
                )  # fmt: skip
        whole = [row for row in rows if row["region"] == site.region_name(run.region)]
        caption = _("页面列全区，导出含各市县；带点线的数字不满足有效性规定。每个数字都可追溯到站点、文件和行。")
        return Table("figures", _("网络指标"), columns, whole, about=about_run(run), tight=True, caption=caption,
                     everything=rows, empty=_("本年没有可计算的指标。"))  # fmt: skip

    def _span(self) -> tuple[date, list[str]]:
        first = self.day - timedelta(days=_BACK - 1)
        return first, [(first + timedelta(days=step)).isoformat() for step in range(_BACK)]

    def _lines(self, table: str, column: str, decimals: int) -> list[dict[str, Any]]:
        first, days = self._span()
        rows = self.found.rows(table, "day >= ? and day <= ?", [first, self.day])
        by = {(row["station"], row["day"].isoformat()): row[column] for row in rows}
        names = [
            str(row["station"]) for row in self.found.stations.values() if any((row["station"], d) in by for d in days)
        ]
        return [
            {"name": name, "data": [None if by.get((name, day)) is None else round(by[name, day], decimals)
                                    for day in days]}
            for name in names
        ]  # fmt: skip

    def gamma_chart(self) -> Chart | None:
        series = self._lines("gamma_daily", "maximum", 1)
        if not series:
            return None
        spec = {"kind": "lines", "unit": "nGy/h", "scale": True, "x": self._span()[1], "series": series}
        title = _("各γ站每日最大小时值（近 %(n)s 天）") % {"n": _BACK}
        return Chart("gamma-days", title, spec, _series_table("gamma-days", title, spec, self.about))

    def field_chart(self) -> Chart | None:
        series = self._lines("emf_daily", "share", 1)
        if not series:
            return None
        series[0] |= {"limit": 100, "limit_label": _("限值")}
        spec = {"kind": "lines", "unit": "%", "x": self._span()[1], "series": series}
        title = _("各电磁站每日最大值占限值（近 %(n)s 天）") % {"n": _BACK}
        return Chart("emf-days", title, spec, _series_table("emf-days", title, spec, self.about))

    def curve(self) -> Chart:
        first, _days = self._span()
        highest: dict[str, float] = {}
        for row in self.found.rows("emf_daily", "day >= ? and day <= ? and maximum is not null", [first, self.day]):
            highest[row["station"]] = max(row["maximum"], highest.get(row["station"], 0))
        return limit_curve(self.found.run.as_of, self.found.of("emf_broadband", "emf_band"), highest)


def _series_table(name: str, title: str, spec: Mapping[str, Any], about: Sequence[str]) -> Table:
    """The figures of a chart of lines: a row per position, the latest first."""
    series = spec["series"]
    columns = [Column("x", _("日期"), row_head=True, nowrap=True)]
    columns += [Column(line["name"], line["name"], spec["unit"], number=True) for line in series]
    rows = [
        {"x": x, **{line["name"]: line["data"][place] for line in series}} for place, x in enumerate(spec["x"])
    ]  # fmt: skip
    return Table(name, title, columns, rows[::-1], about=about, tight=True)
