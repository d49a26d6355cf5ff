"""Surface water: rivers drawn with the class of each section, months as strips, shares of rivers and networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages.air_common import choice, kind_name
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run, with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.water_common import (
    BASES,
    KINDS,
    class_cell,
    class_name,
    classes,
    codes_named,
    fitting,
    grade_name,
    group_name,
    legend,
    period_names,
    rivers,
    sections,
    tabs,
)
from saishang.web.reasons import basis_name, figure, reason_name
from saishang.web.security import public

__all__ = ["months", "overview", "ratios"]

#: Layout of the drawing [units of the view box]: where sections begin and end, the least and most between two of them.
_LEFT, _RIGHT, _ROW = 190, 1114, 62
_LEAST, _MOST = 132, 190
#: Room of a name at the last section of a line.
_NAME = 70


@dataclass(frozen=True)
class Node:
    """A section in the drawing: place, class, words."""

    x: int
    label: str
    number: int
    shown: str
    valid: bool
    dark: bool
    title: str
    href: str


@dataclass(frozen=True)
class Line:
    """A river in the drawing; `ordered` when its sections stand downstream."""

    y: int
    name: str
    end: int
    ordered: bool
    nodes: tuple[Node, ...]


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Rivers with the class of every section in one period, and the same as a table."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("water"), "run": run}
    rows = classes(run) if run is not None else []
    if run is None or not rows:
        return render(request, "water/overview.html", base)
    there = [name for name in KINDS if period_names(rows, name)]
    kind = choice(request, "kind", there, there[0])
    known = period_names(rows, kind)
    period = fitting(request, "period", known, {str(row["period"]) for row in rows}, known[0])
    shown = [row for row in rows if row["period_kind"] == kind and row["period"] == period]
    bases = [name for name in BASES if any(row["basis"] == name for row in shown)]
    most = max(bases, key=lambda name: sum(row["basis"] == name for row in shown))
    basis = fitting(request, "basis", bases, BASES, most)
    by_section = {(row["section"], row["basis"]): row for row in shown}
    table = _sections_table(by_section, kind, period, run, request)
    answer = export(request, [table])
    if answer is not None:
        return answer
    lines = _lines({code: row for (code, b), row in by_section.items() if b == basis}, request)
    context = base | {
        "kinds": [(name, kind_name(name)) for name in there], "kind": kind,
        "periods": [(name, texts.period_name(name)) for name in known], "period": period,
        "period_name": texts.period_name(period),
        "bases": [(name, basis_name(name)) for name in bases], "basis": basis, "basis_name": basis_name(basis),
        "lines": lines, "height": _ROW * len(lines) + 16, "width": _width(lines),
        "figures": _figures(by_section, basis),
        "legend": legend(), "table": table, "any_invalid": any(not n.valid for line in lines for n in line.nodes),
    }  # fmt: skip
    return render(request, "water/overview.html", context)


def _figures(found: Mapping[tuple[str, str], Mapping[str, Any]], basis: str) -> list[tuple[str, str, str]]:
    """(words, figure, remark) of the period: sections with a class, good ones, those worse than V, those on target.

    Sections are counted as they are; the shares by the measures of 2011 stand on the page of shares.
    """
    known = [row for (_code, b), row in found.items() if b == basis and row["class"]]
    judged = [row for row in known if row["complies"] is not None]
    total = len(sections())
    figures = [(_("有类别的断面"), str(len(known)), _("共登记 %(total)s 个断面") % {"total": total})]
    if known:
        figures += [
            (_("Ⅰ～Ⅲ类"), str(sum(row["class"] <= 3 for row in known)), _("个断面")),
            (_("Ⅳ～Ⅴ类"), str(sum(4 <= row["class"] <= 5 for row in known)), _("个断面")),
            (_("劣Ⅴ类"), str(sum(row["class"] == 6 for row in known)), _("个断面")),
        ]
    if judged:
        met = sum(bool(row["complies"]) for row in judged)
        figures.append((_("达到目标"), f"{met} / {len(judged)}", _("有目标类别的断面")))
    return figures


def _lines(found: Mapping[str, Mapping[str, Any]], request: HttpRequest) -> list[Line]:
    lines = []
    step = _step(max((len(rows) for rows in rivers().values()), default=1))
    for number, (river, rows) in enumerate(rivers().items()):
        nodes = []
        for place, row in enumerate(rows):
            state = found.get(str(row["code"]))
            klass = int(state["class"] or 0) if state is not None else 0
            valid = bool(state["valid"]) if state is not None else False
            name = texts.name_of(row)
            words = class_name(klass) or reason_name(state["reason"] if state is not None else "no_data")
            nodes.append(
                Node(
                    x=_LEFT + place * step + 20,
                    label=_short(name),
                    number=klass,
                    shown=("> V" if texts.english() else "劣") if klass == 6 else class_name(klass) or "–",
                    valid=valid or not klass,
                    dark=klass in (2, 3, 6),
                    title=f"{name}: {words}",
                    href=with_run(reverse("water-section", args=[row["code"]]), request),
                )
            )
        ordered = all(row["order"] for row in rows)
        name = group_name("river", river)
        lines.append(Line(_ROW * number + 28, name, _LEFT + (len(rows) - 1) * step + 20, ordered, tuple(nodes)))
    return lines


def _step(most: int) -> int:
    """Distance between two sections, so that the longest river fills the width as far as names stay readable."""
    return max(_LEAST, min(_MOST, (_RIGHT - _LEFT - 20 - _NAME) // max(most - 1, 1)))


def _width(lines: Sequence[Line]) -> int:
    return max([_RIGHT, *(line.end + _NAME for line in lines)])


def _short(name: str) -> str:
    """A name that fits between two sections of the drawing; Chinese signs are twice as wide as others."""
    room, kept = 20, ""
    for sign in name:
        room -= 2 if ord(sign) > 0x2E7F else 1
        if room < 0:
            return f"{kept}…"
        kept += sign
    return kept


def _sections_table(
    found: Mapping[tuple[str, str], Mapping[str, Any]], kind: str, period: str, run: RunFacts, request: HttpRequest
) -> Table:
    columns = [
        Column("section", _("断面"), row_head=True, nowrap=True),
        Column("river", _("河流"), nowrap=True),
        Column("role", _("位置")),
        Column("level", _("控制级别")),
        Column("target", _("目标")),
        Column("measured", _("实测类别")),
        Column("published", _("公布类别")),
        Column("complies", _("达到目标")),
        Column("main", _("主要污染指标")),
        Column("missing", _("缺测项目")),
        Column("note", _("备注")),
    ]
    rows = []
    for code, row in sections().items():
        measured, published = found.get((code, "measured")), found.get((code, "published"))
        either = measured or published
        # The verdict on the target is that of what was measured, else of what was published.
        notes = [reason_name(item["reason"]) for item in (measured, published) if item is not None and item["reason"]]
        rows.append(
            {
                "section": Cell(texts.name_of(row), href=with_run(reverse("water-section", args=[code]), request)),
                "river": group_name("river", str(row["river"])),
                "role": texts.both(row["role"], row["role_en"]) if row["role"] else "",
                "level": {"national": _("国控"), "provincial": _("区控")}.get(row["control_level"] or "", ""),
                "target": class_cell(either["target"] if either else None),
                "measured": _class_of(measured),
                "published": _class_of(published),
                "complies": _yes_no(either["complies"] if either else None),
                "main": codes_named(measured["main"]) if measured else "",
                "missing": codes_named(measured["missing"]) if measured and measured["class"] else "",
                "note": texts.listed(dict.fromkeys(notes)) or ("" if either else reason_name("no_data")),
            }
        )
    title = _("%(period)s各断面水质类别") % {"period": texts.period_name(period)}
    caption = _("带点框的类别由不足有效性要求的数据得出，仅供参考；实测与公布分列，互不替代。")
    return Table(f"sections-{kind}", title, columns, rows, about=about_run(run), caption=caption, tight=True)


def _class_of(row: Mapping[str, Any] | None) -> Cell:
    return Cell(None) if row is None else class_cell(row["class"], valid=bool(row["valid"]))


def _yes_no(value: bool | None) -> Cell:
    return Cell(None) if value is None else Cell(bool(value), text=_("是") if value else _("否"))


@public
@require_safe
def months(request: HttpRequest) -> HttpResponse:
    """A strip of twelve months for every section of one year."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("water-months"), "run": run}
    rows = [row for row in classes(run) if row["period_kind"] == "month"] if run is not None else []
    if run is None or not rows:
        return render(request, "water/months.html", base)
    bases = [name for name in BASES if any(row["basis"] == name for row in rows)]
    basis = choice(request, "basis", ["both", *bases], "both")
    years = sorted({row["period"][:4] for row in rows}, reverse=True)
    year = choice(request, "year", years, years[0])
    mine = [row for row in rows if row["period"].startswith(year) and basis in ("both", row["basis"])]
    # Measured classes go before published ones where a month has both; the table says which it shows.
    cells = {(row["section"], int(row["period"][5:])): row for row in sorted(mine, key=lambda r: r["basis"] < "n")}
    columns = [
        Column("section", _("断面"), row_head=True, nowrap=True),
        Column("river", _("河流"), nowrap=True),
        *[Column(str(month), texts.month_name(month)) for month in range(1, 13)],
    ]
    listed = []
    for code, row in sections().items():
        line: dict[str, Any] = {"section": texts.name_of(row), "river": group_name("river", str(row["river"]))}
        for month in range(1, 13):
            found = cells.get((code, month))
            if found is None:
                continue
            note = basis_name(found["basis"]) if basis == "both" else ""
            if found["class"] is None:
                line[str(month)] = Cell(reason_name(found["reason"]))
            else:
                line[str(month)] = class_cell(found["class"], valid=bool(found["valid"]), note=note)
        listed.append(line)
    title = _("%(year)s 年各断面逐月水质类别") % {"year": year}
    table = Table(f"months-{year}", title, columns, listed, about=about_run(run), tight=True)
    context = base | {
        "years": years, "year": year, "basis": basis, "table": table, "legend": legend(),
        "bases": [("both", _("实测优先")), *[(name, basis_name(name)) for name in bases]],
    }  # fmt: skip
    return export(request, [table]) or render(request, "water/months.html", context)


@public
@require_safe
def ratios(request: HttpRequest) -> HttpResponse:
    """Good share, share worse than V, grade and compliance of networks, regions and rivers."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("water-ratios"), "run": run}
    rows = _evaluations(run) if run is not None else []
    if run is None or not rows:
        return render(request, "water/ratios.html", base)
    there = [name for name in KINDS if period_names(rows, name)]
    kind = choice(request, "kind", there, there[0])
    bases = [name for name in BASES if any(row["basis"] == name and row["period_kind"] == kind for row in rows)]
    basis = fitting(request, "basis", bases, BASES, bases[-1])
    mine = [row for row in rows if row["period_kind"] == kind and row["basis"] == basis]
    known = period_names(mine, kind)
    period = fitting(request, "period", known, {str(row["period"]) for row in rows}, known[0])
    indices = {
        (row["scope"], row["id"]): row
        for row in queries.select(run.id, "cwqi", "period_kind = ? and period = ?", [kind, period])
        if basis == "measured"
    }
    table = _ratio_table([row for row in mine if row["period"] == period], indices, period, basis, run)
    chart = _ratio_chart(mine, run)
    bad = _ratio_chart(mine, run, "bad_rounded")
    charts = [each.table for each in (chart, bad) if each is not None and each.table is not None]
    answer = export(request, [table, *charts])
    if answer is not None:
        return answer
    context = base | {
        "kinds": [(name, kind_name(name)) for name in there], "kind": kind,
        "periods": [(name, texts.period_name(name)) for name in known], "period": period,
        "bases": [(name, basis_name(name)) for name in bases], "basis": basis, "table": table, "chart": chart,
        "bad_chart": bad,
    }  # fmt: skip
    return render(request, "water/ratios.html", context)


_SCOPES = ("network", "region", "basin", "city", "river", "lake", "drains")


def _evaluations(run: RunFacts) -> list[dict[str, Any]]:
    rows = queries.select(run.id, "water_evaluation", "sections_evaluated > 0", order="period, id")
    return sorted(rows, key=lambda row: _SCOPES.index(row["scope"]))


def _ratio_table(
    rows: Sequence[Mapping[str, Any]],
    indices: Mapping[tuple[str, str], Mapping[str, Any]],
    period: str,
    basis: str,
    run: RunFacts,
) -> Table:
    columns = [
        Column("group", _("范围"), row_head=True, nowrap=True),
        Column("good", _("Ⅰ～Ⅲ类比例"), "%", number=True),
        Column("bad", _("劣Ⅴ类比例"), "%", number=True),
        Column("grade", _("水质状况")),
        Column("main", _("主要污染指标")),
        Column("compliance", _("达标率"), "%", number=True),
        Column("cwqi", "CWQI", number=True),
        *[Column(f"class_{n}", class_name(n), number=True, wide_only=True) for n in range(1, 7)],
        Column("sections", _("参评 / 应评断面"), number=True),
        Column("note", _("备注")),
    ]
    listed = []
    for row in rows:
        valid = bool(row["valid"])
        excused = _("断流或结冰 %(n)s") % {"n": row["sections_excused"]} if row["sections_excused"] else ""
        method = _("按断面均值评价") if row["method"] == "means" else ""
        few = _("不足 5 个断面，仅有类别不能定性") if row["method"] is None else ""
        parts = [reason_name(row["reason"]), excused, method, few]
        listed.append(
            {
                "group": group_name(row["scope"], row["id"]),
                "good": Cell(row["good_rounded"], text=figure(row["good_rounded"], 1), valid=valid),
                "bad": Cell(row["bad_rounded"], text=figure(row["bad_rounded"], 1), valid=valid),
                "grade": Cell(grade_name(row["grade"]) or None, valid=valid),
                "main": codes_named(row["main"]),
                "compliance": Cell(row["compliance"], text=figure(row["compliance"], 1), valid=valid),
                "cwqi": _index_cell(indices.get((row["scope"], row["id"]))),
                **{f"class_{n}": row[f"class_{n}"] for n in range(1, 7)},
                "sections": f"{row['sections_evaluated']} / {row['sections_expected']}",
                "note": texts.listed(part for part in parts if part),
            }
        )
    title = _("%(period)s水质比例与评价（%(basis)s）") % {
        "period": texts.period_name(period), "basis": basis_name(basis),
    }  # fmt: skip
    caption = _("带点线的数字参评断面或有效数据不足，仅供参考。")
    return Table("ratios", title, columns, listed, about=about_run(run), caption=caption, tight=True)


def _index_cell(row: Mapping[str, Any] | None) -> Cell:
    if row is None:
        return Cell(None)
    return Cell(row["value"], text=figure(row["rounded"], 4), valid=bool(row["valid"]))


def _ratio_chart(rows: Sequence[Mapping[str, Any]], run: RunFacts, column: str = "good_rounded") -> Chart | None:
    """Share of classes I to III, or of those worse than V, of the region and the networks over the periods."""
    wanted = [row for row in rows if row["scope"] in ("region", "network")]
    names = sorted({row["period"] for row in wanted})
    if len(names) < 2:
        return None
    groups = list(dict.fromkeys((row["scope"], row["id"]) for row in wanted))
    values = {((row["scope"], row["id"]), row["period"]): row[column] for row in wanted}
    valid = {((row["scope"], row["id"]), row["period"]): bool(row["valid"]) for row in wanted}
    series = [{"name": group_name(*group), "data": [values.get((group, name)) for name in names]} for group in groups]
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True),
        *[Column(f"{scope}-{code}", group_name(scope, code), "%", number=True) for scope, code in groups],
    ]
    listed = [
        {
            "period": texts.period_name(name),
            **{
                f"{scope}-{code}": Cell(
                    values.get(((scope, code), name)),
                    text=figure(values.get(((scope, code), name)), 1),
                    valid=valid.get(((scope, code), name), True),
                )
                for scope, code in groups
            },
        }
        for name in names
    ]
    good = column == "good_rounded"
    title = _("Ⅰ～Ⅲ类断面比例变化") if good else _("劣Ⅴ类断面比例变化")
    name = "ratio-trend" if good else "bad-trend"
    table = Table(name, title, columns, listed, about=about_run(run), tight=True)
    label = _("%(title)s折线图；同样的数字列在下面的表里。") % {"title": title}
    x = [texts.period_name(name) for name in names]
    return Chart(name, label, {"kind": "lines", "unit": "%", "x": x, "series": series}, table)
