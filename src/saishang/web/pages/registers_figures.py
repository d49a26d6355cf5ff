"""Statistics of a register: figures by place and day with the entries behind them, trends by month, what is overdue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.registers import book, queries
from saishang.apps.registers.book import Place
from saishang.apps.registers.movements import CAME, WENT
from saishang.apps.registers.queries import Filter
from saishang.apps.registers.trend import comings, month_ends, monthly
from saishang.science.register.kind import DEMONSTRATION, Figure, Kind
from saishang.science.register.sums import FigureSum, Part, figure_sum
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import Reader, day_of, kind_name, opened, state_name, tabs, today
from saishang.web.pages.registers_filters import fields_asked
from saishang.web.pages.registers_open import counted_url
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["about", "figures"]

#: Months of a trend that can be chosen.
_SPANS = (12, 24, 60)
Sums = Mapping[Place, Part]


@public
@require_safe
def figures(request: HttpRequest, kind: str) -> HttpResponse:
    """Figures of a register by place, as it stood on a day; trends up to it; what is overdue today."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    asked = _Asked(request, known, reader)
    if not book.ready([known]):
        return render(request, "registers/figures.html", {
            "kind": known, "name": kind_name(known), "tabs": tabs(known, reader, "registers-figures"),
            "making": book.percent(known) or 0,
        })  # fmt: skip
    found_sums = book.sums(known, asked.on)
    # Invented entries are never counted beside real ones; alone they show what the page is for, under their mark.
    there = {place.invented for place, part in found_sums.items() if not place.figure and part.counted}
    asked.real = False in there or True not in there
    mine = {place: part for place, part in found_sums.items() if place.invented is not asked.real}
    made_up = sum(part.counted for place, part in found_sums.items() if not place.figure and place.invented)
    told = about(known, Filter(on=asked.on))
    if not asked.real and made_up:
        told.append(_("演示数据：条目都是虚构的。"))
    trend, states_trend, flows = _trends(known, asked, told)
    tables = [_figures_table(known, asked, mine, told), _states_table(known, asked, mine, told)]
    late = _late_table(known, asked, told)
    charts = [chart for chart in (trend, states_trend, flows) if chart is not None]
    exported = [*tables, *(chart.table for chart in charts if chart.table is not None), *([late] if late else [])]
    answer = export(request, exported)
    if answer is not None:
        return answer
    context = {
        "kind": known, "name": kind_name(known), "tabs": tabs(known, reader, "registers-figures"), "table": tables[0],
        "on": asked.on.isoformat() if asked.on else "", "states": tables[1], "late": late,
        "demonstration": _demonstration(made_up, asked.real), "charts": charts, "asked": asked,
        "figures": [(one.id, texts.both(one.zh, one.en)) for one in known.figures.values()],
        "places": [(code, site.region_name(code)) for code in asked.choices], "spans": _SPANS,
    }  # fmt: skip
    return render(request, "registers/figures.html", context)


class _Asked:
    """Day, place, figure and span that an address asks for; what nobody knows is passed over."""

    def __init__(self, request: HttpRequest, kind: Kind, reader: Reader) -> None:
        rows = [row for row in site.rules().regions.values() if row["use"] == "in_plan"]
        wide = [row for row in rows if row["level"] in ("province", "prefecture_city")]
        self.choices = [str(row["code"]) for row in wide]
        self.on = day_of(request.GET.get("on"))
        place = request.GET.get("place", "")
        self.place = place if place in self.choices else self.choices[0]
        level = {str(row["code"]): row["level"] for row in wide}[self.place]
        below = [str(row["code"]) for row in rows if row["parent"] == self.place]
        if level == "province":
            below = [code for code in below if code in self.choices]
        self.codes = [self.place, *below]
        figure = request.GET.get("figure", "")
        self.figure = kind.figures.get(figure) or next(iter(kind.figures.values()), None)
        months = request.GET.get("months", "")
        self.months = int(months) if months in {str(span) for span in _SPANS} else _SPANS[0]
        self.real = True
        self.reader = reader

    @property
    def day(self) -> date:
        return self.on or today()

    def link(self, kind: Kind, region: str, **more: str) -> str:
        """The list of the entries behind a number, as it stood on that day."""
        said = {"region": region, **more}
        if self.on is not None:
            said["on"] = self.on.isoformat()
        if DEMONSTRATION in kind.fields:
            said["invented"] = "0" if self.real else "1"
        return f"{reverse('registers-list', args=[kind.id])}?{urlencode(said)}"

    def counted_link(self, kind: Kind, figure: Figure, region: str) -> str | None:
        """The entries that a figure counts; None for who may not see all that it looks at."""
        asked = fields_asked(QueryDict(urlencode({"figure": figure.id})), kind)
        if not asked <= {known.id for known in self.reader.fields}:
            return None
        return counted_url(kind, figure, region, self.on, invented=not self.real)


def about(kind: Kind, wanted: Filter) -> list[str]:
    """What travels with an export: which register, of which day, by which source."""
    return [
        kind_name(kind),
        _("名录日期：%(day)s") % {"day": (wanted.on or today()).isoformat()},
        _("依据：%(source)s") % {"source": kind.source},
    ]


def _figures_table(kind: Kind, asked: _Asked, sums: Sums, told: Sequence[str]) -> Table:
    columns = [Column("figure", _("指标"), row_head=True), Column("unit", _("计量单位"))]
    columns += [Column(code, site.region_name(code), number=True) for code in asked.codes]
    rows = []
    for figure in kind.figures.values():
        row: dict[str, Any] = {"figure": texts.both(figure.zh, figure.en), "unit": texts.unit_name(figure.unit)}
        for code in asked.codes:
            value = _figure(figure, sums, code)
            note = (
                texts.counted("%(count)s 条缺少数值", value.missing) % {"count": value.missing} if value.missing else ""
            )
            href = asked.counted_link(kind, figure, code) if value.counted else None
            row[code] = Cell(value.rounded, note=note, href=href)
        rows.append(row)
    return Table(
        "figures", _("各地统计"), columns, rows, about=told, empty=_("此名录没有定义统计指标。"),
        caption=_("按所选日期名录的状态统计；没有可比对象时不给出比例，缺少数值时不给出合计。"),
    )  # fmt: skip


def _figure(figure: Figure, sums: Sums, region: str) -> FigureSum:
    """A figure of a region and everything below it."""
    codes = queries.inside(site.rules(), region)
    parts = {place.region: part for place, part in sums.items() if place.figure == figure.id and place.region in codes}
    return figure_sum(figure, parts, queries.counted_regions(figure, site.rules(), codes))


def _states_table(kind: Kind, asked: _Asked, sums: Sums, told: Sequence[str]) -> Table:
    """How many entries are in which state, and what may happen to them next."""
    if kind.life is None:
        return Table("states", _("状态"), [], [], empty=_("此名录的条目没有办理流程。"))
    columns = [
        Column("state", _("状态"), row_head=True), Column("count", _("条目数"), number=True),
        Column("next", _("下一步"), long=True),
    ]  # fmt: skip
    codes = set(queries.inside(site.rules(), asked.place))
    rows = [
        {
            "state": Cell(state_name(kind, state), href=asked.link(kind, asked.place, state=state)),
            "count": _in_state(sums, state, codes),
            "next": texts.listed(texts.both(move.zh, move.en) for move in kind.life.moves(state))
            if state in kind.life.states
            else "",
        }
        for state in [*kind.life.states, *_gone(kind, sums)]
    ]
    return Table("states", _("各状态的条目"), columns, rows, about=told)


def _gone(kind: Kind, sums: Sums) -> list[str]:
    """States of earlier descriptions that entries are still in."""
    known = kind.life.states if kind.life is not None else {}
    return sorted({place.state for place, part in sums.items() if not place.figure and part.counted} - known.keys())


def _in_state(sums: Sums, state: str | None, codes: set[str]) -> int:
    """Entries in a state (None: in any); those in no region belong to the whole province alone."""
    whole = site.rules().regions
    top = any(whole[code]["level"] == "province" for code in codes)
    return sum(
        part.counted for place, part in sums.items()
        if not place.figure and state in (None, place.state) and (place.region in codes or (top and not place.region))
    )  # fmt: skip


def _trends(kind: Kind, asked: _Asked, told: Sequence[str]) -> tuple[Chart | None, Chart | None, Chart | None]:
    """The chosen figure, entries by state, and what came and went, by month."""
    # One month more: what came and went in the first is the difference to it.
    days = month_ends(asked.day, asked.months + 1)
    wanted = ["", CAME, WENT, *([asked.figure.id] if asked.figure is not None else [])]
    longer = [
        (day, {place: part for place, part in sums.items() if place.invented is not asked.real})
        for day, sums in monthly(kind, days, wanted)
    ]
    steps = longer[1:]
    return _figure_trend(asked, steps, told), _state_trend(kind, asked, steps, told), _flows(asked, longer, told)


def _figure_trend(asked: _Asked, steps: Sequence[tuple[date, Sums]], told: Sequence[str]) -> Chart | None:
    figure = asked.figure
    if figure is None:
        return None
    values = [(day, _figure(figure, sums, asked.place)) for day, sums in steps]
    name, unit = texts.both(figure.zh, figure.en), texts.unit_name(figure.unit)
    title = _("%(figure)s：逐月") % {"figure": f"{site.region_name(asked.place)} {name}"}
    columns = [Column("day", _("日期"), row_head=True, nowrap=True), Column("value", name, unit, number=True),
               Column("counted", _("条目数"), number=True)]  # fmt: skip
    rows = [{"day": day, "value": value.rounded, "counted": value.counted} for day, value in values]
    spec = {
        "kind": "lines", "x": [_month(day) for day, _value in values], "unit": unit,
        "series": [{"name": name, "data": [None if value.rounded is None else float(value.rounded)
                                           for _day, value in values]}],
    }  # fmt: skip
    return Chart("trend", title, spec, Table("trend", title, columns, rows, about=told, tight=True), open_table=True)


def _state_trend(kind: Kind, asked: _Asked, steps: Sequence[tuple[date, Sums]], told: Sequence[str]) -> Chart | None:
    if kind.life is None:
        return None
    codes = set(queries.inside(site.rules(), asked.place))
    states = [*kind.life.states, *sorted({state for _day, sums in steps for state in _gone(kind, sums)})]
    counts = {state: [_in_state(sums, state, codes) for _day, sums in steps] for state in states}
    # States that nothing was in all the time would only crowd the picture.
    used = [state for state, numbers in counts.items() if any(numbers)]
    if not used:
        return None
    title = _("各状态条目数：逐月")
    columns = [Column("day", _("日期"), row_head=True, nowrap=True)]
    columns += [Column(state, state_name(kind, state), number=True) for state in used]
    rows = [{"day": day, **{state: counts[state][n] for state in used}} for n, (day, _sums) in enumerate(steps)]
    spec = {"kind": "lines", "x": [_month(day) for day, _sums in steps], "unit": "",
            "series": [{"name": state_name(kind, state), "data": counts[state]} for state in used]}  # fmt: skip
    return Chart("states-trend", title, spec, Table("states-trend", title, columns, rows, about=told, tight=True))


def _flows(asked: _Asked, longer: Sequence[tuple[date, Sums]], told: Sequence[str]) -> Chart | None:
    codes, steps = queries.inside(site.rules(), asked.place), longer[1:]
    totals = [_in_state(sums, None, set(codes)) for _day, sums in steps]
    if not any(totals):
        return None
    listed = [*codes, ""] if asked.place == asked.choices[0] else list(codes)
    moved = comings(longer, listed, invented=not asked.real)
    columns = [Column("day", _("日期"), row_head=True, nowrap=True), Column("total", _("条目数"), number=True)]
    rows: list[dict[str, Any]] = [{"day": day, "total": total} for (day, _s), total in zip(steps, totals, strict=True)]
    title, x = _("逐月新增和撤销"), [_month(day) for day, _sums in steps]
    columns += [Column("came", _("新增"), number=True), Column("went", _("撤销"), number=True)]
    for row, (_day, came, went) in zip(rows, moved, strict=True):
        row |= {"came": came, "went": went}
    series = [
        {"name": _("新增"), "type": "bar", "data": [came for _day, came, _went in moved]},
        {"name": _("撤销"), "type": "bar", "data": [went for _day, _came, went in moved]},
    ]  # fmt: skip
    spec = {"kind": "lines", "x": x, "unit": "", "series": series}
    return Chart("flows", title, spec, Table("flows", title, columns, rows, about=told, tight=True))


def _late_table(kind: Kind, asked: _Asked, told: Sequence[str]) -> Table | None:
    """Terms that ended before today, by term and place; of a past day the entries no longer tell them."""
    if not kind.terms or asked.on not in (None, today()):
        return None
    codes = {code: set(queries.inside(site.rules(), code)) for code in asked.codes}
    counts: Counter[tuple[str, str]] = Counter()
    for (term, region, invented), number in book.ended(kind, today()).items():
        if invented is not asked.real:
            for code, inside in codes.items():
                counts[term, code] += number if region in inside else 0
    columns = [Column("term", _("期限"), row_head=True)]
    columns += [Column(code, site.region_name(code), number=True) for code in asked.codes]
    rows = [
        {"term": texts.both(term.zh, term.en),
         **{code: Cell(counts[term.id, code], href=asked.link(kind, code, due="1") if counts[term.id, code] else None)
            for code in asked.codes}}
        for term in kind.terms
    ]  # fmt: skip
    return Table("late", _("逾期的期限"), columns, rows, about=told)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _demonstration(invented: int, any_real: bool) -> str:
    """What a reader of the figures has to know about invented entries; empty without any."""
    if not invented:
        return ""
    if any_real:
        return texts.counted("名录中有 %(n)s 条虚构的演示条目，不计入本页的数字。", invented) % {"n": invented}
    return _("名录中的条目都是虚构的，本页的数字不代表任何真实情况，也不计入任何考核指标。")
