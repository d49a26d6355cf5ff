"""One automatic radiation station: its hours against background or limit, days, months, alarms, and the raw lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import chain as chains
from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.observations.queries import site_lake
from saishang.apps.registers import queries as registers
from saishang.apps.registers.queries import EntryView, Filter
from saishang.science.register.kind import Kind
from saishang.web import texts
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.radiation_common import (
    field_state,
    gamma_state,
    limit_curve,
    rain_name,
    rules_note,
    state_cell,
    tabs,
)
from saishang.web.pages.registers_common import day_of, entry_url, kind_named, state_name, value_text
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, figure, missing_name, reason_name
from saishang.web.security import public
from saishang.web.texts import counted

__all__ = ["station"]

_KIND = "radiation_stations"
#: Days that the chart of hours looks back from the chosen day.
_BACK = 30


@public
@require_safe
def station(request: HttpRequest, code: str) -> HttpResponse:
    """A station of the run or, before it was evaluated, of the register."""
    kind = kind_named(_KIND)
    view = None if kind is None else next((v for v in registers.entries(kind, Filter()) if v.key == code), None)
    run = chosen_run(request)
    found = [] if run is None else queries.select(run.id, "radiation_stations", "station = ?", [code])
    if not found and view is None:
        raise Http404(_("没有编码为“%(code)s”的辐射站点。") % {"code": code})
    row = found[0] if found else None
    # A station that has left the register still stands in the run, under its basis.
    invented = view.standing.invented if view is not None else row is not None and row["basis"] == "demonstration"
    base: dict[str, Any] = {
        "tabs": tabs("", request), "run": run, "code": code, "row": row,
        "name": str(row["name"]) if row is not None else view.title if view is not None else code,
        "facts": _facts(kind, view), "entry": entry_url(kind, view.pk) if kind is not None and view is not None else "",
        "invented": invented,
    }  # fmt: skip
    if run is None or row is None:
        return render(request, "radiation/station.html", base)
    told = _Told(run, row, day_of(request.GET.get("day")), request)
    tables = [told.hours(), told.days(), told.months(), *([told.alarms()] if told.gamma else [])]
    sums = told.sums()
    charts = [told.chart(), *([] if told.gamma else [told.curve()])]
    shown = [*tables, *([sums] if sums.rows else []), *(chart.table for chart in charts if chart.table is not None)]
    context = base | {
        "day": told.day.isoformat(), "hours": tables[0], "days": tables[1], "months": tables[2],
        "alarms": tables[3] if told.gamma else None, "sums": sums, "charts": charts, "gamma": told.gamma,
        "how": rules_note() if told.gamma else "", "keys": told.keys(), "basis_name": basis_name(row["basis"]),
        "first": row["opened"].isoformat(), "lines": told.lines_url(),
    }  # fmt: skip
    return export(request, shown, invented=invented, real=["emf-limits"]) or render(
        request, "radiation/station.html", context
    )


def _facts(kind: Kind | None, view: EntryView | None) -> list[tuple[str, str]]:
    """What everybody may see of the entry; what is empty is left out."""
    if kind is None or view is None:
        return []
    facts = [(texts.both(field.zh, field.en), f"{value_text(field, view.values.get(field.id))} {field.unit}".strip())
             for field in kind.seen_by(staff=False) if view.values.get(field.id) is not None]  # fmt: skip
    place = view.place["coordinates"] if view.place is not None else None
    return [
        *facts, (_("状态"), state_name(kind, view.state)),
        (_("经度，纬度"), f"{place[0]}, {place[1]}" if place is not None else _("未登记")),
    ]  # fmt: skip


class _Told:
    """What a run says of one station."""

    def __init__(self, run: RunFacts, row: Mapping[str, Any], day: date | None, request: HttpRequest) -> None:
        self.run, self.row, self.request = run, row, request
        self.code, self.gamma = str(row["station"]), row["measures"] == "gamma"
        self.parameter = "GAMMA" if self.gamma else "EMF_E"
        self.unit, self.decimals = ("nGy/h", 1) if self.gamma else ("V/m", 2)
        self.about = [f"{self.code} {row['name']}", _("口径：%(basis)s") % {"basis": basis_name(row["basis"])},
                      *about_run(run)]  # fmt: skip
        self.day_rows = self._rows("gamma_daily" if self.gamma else "emf_daily", order="day desc")
        there = next((r["day"] for r in self.day_rows if r["mean"] is not None), run.as_of)
        self.day = day or there

    def _rows(
        self, table: str, where: str = "true", values: Sequence[Any] = (), order: str = ""
    ) -> list[dict[str, Any]]:
        return queries.select(self.run.id, table, f"station = ? and {where}", [self.code, *values], order)

    def lines_url(self) -> str:
        """The page with the raw rows of the day."""
        address = reverse("targets-chain-hours", args=[self.run.id, self.code, self.day.isoformat()])
        return f"{address}?{urlencode({'parameter': self.parameter})}"

    def keys(self) -> list[tuple[str, str, str]]:
        """(words, figure, remark) of the chosen day."""
        row = next((found for found in self.day_rows if found["day"] == self.day), None)
        if row is None:
            return [(_("当日状态"), _("当日未运行"), self.day.isoformat())]
        if self.gamma:
            state = gamma_state(row["state"])
            return [
                (_("当日状态"), state, reason_name(row["reason"]) or self.day.isoformat()),
                (_("日均值"), figure(row["mean"], 1), "nGy/h"),
                (_("最大小时值"), figure(row["maximum"], 1), "nGy/h"),
                (_("本底均值"), figure(row["background"], 1),
                 counted("由 %(n)s 个小时建立", row["background_hours"]) % {"n": row["background_hours"]}),
                (_("报警阈值"), figure(row["threshold"], 1), "nGy/h"),
                (_("有效小时"), f"{row['hours_present']} / {row['hours_expected']}", ""),
            ]  # fmt: skip
        words = field_state(row["attains"])[1]
        return [
            (_("当日状态"), words, reason_name(row["reason"]) or self.day.isoformat()),
            (_("当日最大值"), figure(row["maximum"], 2),
             "V/m" if row["maximum_at"] is None else f"V/m · {row['maximum_at']:%H:%M}"),
            (_("限值"), "—" if row["limit"] is None else f"{row['limit']:.4g}", "V/m"),
            (_("占限值"), figure(row["share"], 1), "%"),
            (_("有效值"), f"{row['values_present']} / {row['values_expected']}", ""),
            *self._site_sum(),
        ]  # fmt: skip

    def _site_sum(self) -> list[tuple[str, str, str]]:
        """The sum over the bands of the site: a station within its own limit may stand in a place that is not."""
        row = next((found for found in self._sum_rows() if found["day"] == self.day), None)
        if row is None:
            return []
        words = field_state(row["attains"])[1]
        return [(_("同点位多频叠加"), figure(row["maximum"], 3), words)]

    def _sum_rows(self) -> list[dict[str, Any]]:
        if self.gamma or not self.row["site"]:
            return []
        return queries.select(
            self.run.id, "emf_sums", "site = ? and region = ? and basis = ?",
            [self.row["site"], self.row["region"], self.row["basis"]], "day desc",
        )  # fmt: skip

    def chart(self) -> Chart:
        """Hours of the last days against the background of their day, or against the limit."""
        end = datetime(self.day.year, self.day.month, self.day.day) + timedelta(days=1)
        begin = max(end - timedelta(days=_BACK), datetime.combine(self.row["opened"], datetime.min.time()))
        rows = self._rows("radiation_values", '"start" >= ? and "start" < ?', [begin, end], '"start"')
        by = {row["start"]: row for row in rows}
        step = timedelta(minutes=min((row["minutes"] for row in rows), default=60))
        starts = [begin + place * step for place in range(int((end - begin) / step))]
        x = [f"{start:%m-%d %H:%M}" for start in starts]
        values = [by[start]["value"] if start in by else None for start in starts]
        name = _("小时值") if step == timedelta(hours=1) else _("%(n)s 分钟值") % {"n": step // timedelta(minutes=1)}
        series: list[dict[str, Any]] = [{"name": name, "data": values}]
        spec: dict[str, Any] = {"kind": "lines", "unit": self.unit, "x": x, "series": series}
        if self.gamma:
            levels = {row["day"]: row for row in self.day_rows}

            def of_day(column: str) -> list[float | None]:
                found = (levels.get(start.date(), {}).get(column) for start in starts)
                return [None if value is None else round(value, 2) for value in found]

            series += [
                {"name": _("报警阈值"), "data": of_day("threshold"), "bound": True},
                {"name": _("本底均值"), "data": of_day("background"), "bound": True},
            ]  # fmt: skip
            spec |= {"scale": True, "areas": self._areas(begin, end)}
            title = _("%(name)s 近 %(n)s 天小时值与本底") % {"name": self.row["name"], "n": (end - begin).days}
        else:
            if self.row["limit"] is not None:
                spec["within"] = [self.row["limit"]]
                series[0] |= {"limit": self.row["limit"], "limit_label": _("限值 %(limit)s V/m") % {
                    "limit": f"{self.row['limit']:.4g}"}}  # fmt: skip
            title = _("%(name)s 近 %(n)s 天测值与限值") % {"name": self.row["name"], "n": (end - begin).days}
        columns = [
            Column("start", _("开始"), row_head=True, nowrap=True),
            Column("value", name, self.unit, number=True),
            Column("bound", _("报警阈值") if self.gamma else _("限值"), self.unit, number=True),
        ]  # fmt: skip
        listed = [
            {"start": start, "value": by[start]["value"] if start in by else None,
             "bound": Cell(by[start]["bound"], text=figure(by[start]["bound"], 2)) if start in by else None}
            for start in reversed(starts)
        ]  # fmt: skip
        table = Table("series", title, columns, listed[:48], about=self.about, tight=True, everything=listed,
                      caption=_("页面列最近 48 个，导出为全部。"))  # fmt: skip
        return Chart("series", title, spec, table)

    def _areas(self, begin: datetime, end: datetime) -> list[dict[str, str]]:
        alarms = self._rows("gamma_alarms", '"end" > ? and "start" < ?', [begin, end], '"start"')
        return [
            {
                "from": f"{max(row['start'], begin):%m-%d %H:%M}",
                "to": f"{min(row['end'], end) - timedelta(hours=1):%m-%d %H:%M}",
                "label": _("降雨") if row["rain"] == "yes" else _("报警"),
            }
            for row in alarms
        ]  # fmt: skip

    def curve(self) -> Chart:
        highest = max((row["maximum"] for row in self.day_rows if row["maximum"] is not None), default=None)
        return limit_curve(self.run.as_of, [self.row], {} if highest is None else {self.code: highest})

    def hours(self) -> Table:
        """Every interval of the day: value, verdict, and the file and line it came from; a missing one says so."""
        rows = chains.hours(site_lake(), self.run.id, self.code, self.parameter, self.day)
        by = {row["start"]: row for row in rows}
        absent = {hour["start"]: hour for hour in chains.missing_of_day(
            site_lake(), self.run.id, self.code, self.parameter, self.day)}  # fmt: skip
        used = {row["start"]: row for row in self._rows(
            "radiation_values", '"start" >= ? and "start" < ?',
            [datetime(self.day.year, self.day.month, self.day.day),
             datetime(self.day.year, self.day.month, self.day.day) + timedelta(days=1)])}  # fmt: skip
        step = timedelta(minutes=min((row["minutes"] for row in used.values()), default=60))
        begin = datetime(self.day.year, self.day.month, self.day.day)
        columns = [
            Column("start", _("时段（北京时间）"), row_head=True, nowrap=True),
            Column("value", _("数值"), self.unit, number=True),
            Column("bound", _("报警阈值") if self.gamma else _("限值"), self.unit, number=True),
            Column("state", _("判定")), Column("batch", _("批次"), number=True), Column("file", _("文件")),
            Column("line", _("行"), number=True), Column("raw", _("原文")),
        ]  # fmt: skip
        listed = []
        for place in range(timedelta(days=1) // step):
            start = begin + place * step
            row, value = by.get(start), used.get(start)
            told: dict[str, Any] = {"start": f"{start:%H:%M}–{start + step:%H:%M}", "state": self._verdict(row, value)}
            gap = absent.get(start.replace(minute=0)) if row is None else None
            if gap is not None:
                told["state"] = _("缺测：%(why)s") % {"why": missing_name(gap["why"])}
                if gap["batch"] is not None:
                    told |= {"batch": Cell(gap["batch"], href=reverse("data-batch", args=[gap["batch"]])),
                             "file": gap["file_name"]}  # fmt: skip
            if value is not None:
                told |= {"value": Cell(value["value"], text=figure(value["value"], self.decimals)),
                         "bound": Cell(value["bound"], text=figure(value["bound"], 2))}  # fmt: skip
            elif row is not None:
                told["value"] = Cell(row["value"], text=figure(row["value"], self.decimals), valid=False)
            if row is not None:
                told |= {
                    "batch": Cell(row["batch"], href=reverse("data-batch", args=[row["batch"]])),
                    "file": row["file_name"], "line": row["line"],
                    "raw": Cell(None, text=_("查看"),
                                href=f"{reverse('data-line', args=[row['batch'], row['line']])}?cell={row['cell']}"),
                }  # fmt: skip
            listed.append(told)
        title = _("%(day)s 各时段与原始行") % {"day": self.day.isoformat()}
        return Table("hours", title, columns, listed, about=self.about, tight=True)

    def _verdict(self, row: Mapping[str, Any] | None, value: Mapping[str, Any] | None) -> str:
        if value is None:
            if row is None:
                return _("缺测：没有记录")
            if row["qualifier"] not in (None, "<"):
                return _("带标记，不参与统计：%(mark)s") % {"mark": row["qualifier"]}
            return _("缺测：没有数值") if row["value"] is None else _("质检剔除")
        if value["bound"] is None:
            return _("无法判定：%(why)s") % {"why": reason_name("history_short" if self.gamma else "no_limit")}
        if value["value"] > value["bound"]:
            return _("高于阈值") if self.gamma else _("超过限值")
        return _("不高于阈值") if self.gamma else _("不超过限值")

    def days(self) -> Table:
        link = reverse("radiation-station", args=[self.code])
        kept = {"run": self.run.id} if self.request.GET.get("run") else {}

        def head(row: Mapping[str, Any]) -> Cell:
            day = row["day"].isoformat()
            return Cell(row["day"], href=f"{link}?{urlencode(kept | {'day': day})}")

        if self.gamma:
            columns = [
                Column("day", _("日期"), row_head=True, nowrap=True), Column("state", _("状态")),
                Column("mean", _("日均值"), "nGy/h", number=True),
                Column("maximum", _("最大小时值"), "nGy/h", number=True),
                Column("background", _("本底均值"), "nGy/h", number=True),
                Column("deviation", _("本底标准差"), "nGy/h", number=True),
                Column("threshold", _("报警阈值"), "nGy/h", number=True),
                Column("window", _("本底小时数"), number=True), Column("hours", _("实有 / 应有小时"), number=True),
            ]  # fmt: skip
            rows = [
                {
                    "day": head(row), "state": state_cell(row["state"], gamma_state(row["state"]), row["reason"]),
                    "mean": Cell(row["mean"], text=figure(row["mean"], 1), valid=bool(row["valid"])),
                    **{name: Cell(row[name], text=figure(row[name], places)) for name, places in (
                        ("maximum", 1), ("background", 1), ("deviation", 2), ("threshold", 1))},
                    "window": row["background_hours"], "hours": f"{row['hours_present']} / {row['hours_expected']}",
                }
                for row in self.day_rows
            ]  # fmt: skip
        else:
            columns = [
                Column("day", _("日期"), row_head=True, nowrap=True), Column("state", _("状态")),
                Column("mean", _("日均值"), "V/m", number=True), Column("maximum", _("最大值"), "V/m", number=True),
                Column("share", _("占限值"), "%", number=True), Column("over", _("超限值个数"), number=True),
                Column("values", _("实有 / 应有值"), number=True),
            ]  # fmt: skip
            rows = [
                {
                    "day": head(row), "state": state_cell(*field_state(row["attains"]), row["reason"]),
                    "mean": Cell(row["mean"], text=figure(row["mean"], 2), valid=bool(row["valid"])),
                    "maximum": Cell(row["maximum"], text=figure(row["maximum"], 2)),
                    "share": Cell(row["share"], text=figure(row["share"], 1)), "over": row["over"],
                    "values": f"{row['values_present']} / {row['values_expected']}",
                }
                for row in self.day_rows
            ]  # fmt: skip
        near = [row for row in rows if self.day - timedelta(days=_BACK) < row["day"].value <= self.day]
        caption = _("页面列所选日期之前 %(n)s 天，导出为全部。") % {"n": _BACK}
        return Table("days", _("逐日"), columns, near, about=self.about, tight=True, caption=caption, everything=rows)

    def months(self) -> Table:
        rows = self._rows("gamma_monthly" if self.gamma else "emf_monthly", order="period desc")
        rows = [row for row in rows if row["mean"] is not None] or rows[:12]
        columns = [
            Column("period", _("月份"), row_head=True, nowrap=True),
            Column("mean", _("月均值"), self.unit, number=True), Column("maximum", _("最大值"), self.unit, number=True),
            *([] if self.gamma else [Column("share", _("占限值"), "%", number=True), Column("state", _("判定"))]),
            Column("days", _("有效 / 应有天数"), number=True), Column("note", _("备注")),
        ]  # fmt: skip
        listed = [
            {
                "period": texts.period_name(row["period"]),
                "mean": Cell(row["mean"], text=figure(row["mean"], self.decimals), valid=bool(row["valid"])),
                "maximum": Cell(row["maximum"], text=figure(row["maximum"], self.decimals)),
                "share": None if self.gamma else Cell(row["share"], text=figure(row["share"], 1)),
                "state": None if self.gamma else field_state(row["attains"])[1],
                "days": f"{row['days_valid']} / {row['days_expected']}", "note": reason_name(row["reason"]),
            }
            for row in rows
        ]  # fmt: skip
        return Table("months", _("逐月"), columns, listed, about=self.about, tight=True)

    def alarms(self) -> Table:
        columns = [
            Column("start", _("开始"), row_head=True, nowrap=True), Column("end", _("结束"), nowrap=True),
            Column("hours", _("小时数"), number=True), Column("peak", _("峰值"), "nGy/h", number=True),
            Column("background", _("本底均值"), "nGy/h", number=True),
            Column("threshold", _("报警阈值"), "nGy/h", number=True), Column("rain", _("降雨")),
        ]  # fmt: skip
        rows = [
            {
                "start": row["start"], "end": row["end"], "hours": row["hours"], "rain": rain_name(row["rain"]),
                **{name: Cell(row[name], text=figure(row[name], 1)) for name in ("peak", "background", "threshold")},
            }
            for row in self._rows("gamma_alarms", order='"start" desc')
        ]  # fmt: skip
        empty = _("没有连续高于阈值的过程。无法判定的日子不等于没有报警。")
        return Table("alarms", _("本底报警记录"), columns, rows, about=self.about, tight=True, empty=empty)

    def sums(self) -> Table:
        """Days of the sum over the bands of the station's site."""
        columns = [
            Column("day", _("日期"), row_head=True, nowrap=True), Column("stations", _("参与站点")),
            Column("maximum", _("最大叠加值"), number=True), Column("over", _("超过 1 的个数"), number=True),
            Column("state", _("判定")),
        ]  # fmt: skip
        rows = [
            {
                "day": row["day"], "stations": texts.listed(row["stations"].split(",")),
                "maximum": Cell(row["maximum"], text=figure(row["maximum"], 3)), "over": row["over"],
                "state": state_cell(*field_state(row["attains"]), row["reason"]),
            }
            for row in self._sum_rows()
        ]  # fmt: skip
        near = [row for row in rows if row["day"] <= self.day][:7]
        return Table(
            "sums", _("%(site)s 多频叠加") % {"site": self.row["site"]}, columns, near, about=self.about, tight=True,
            everything=rows, caption=_("各频段（测值/限值）的平方和，不大于 1 为达标。页面列最近 7 天，导出为全部。"),
        )  # fmt: skip
