"""Air: sources by wind. Roses, conditional probability by sector, the plane of wind; each with what it cannot say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.science.origin.wind import sector_of
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice, item_name
from saishang.web.pages.air_origin_common import (
    Asked,
    asked,
    limits,
    of_kind,
    percent,
    probability,
    reason_words,
    season_name,
    sector_names,
    settings_of,
    told,
    wind_name,
)
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["wind"]

_RAMP = ("#ffffcc", "#fed976", "#fd8d3c", "#e31a1c", "#800026")
_SPEEDS = ("#cfeaf7", "#8ec7e6", "#4d9fcf", "#1f6fa5", "#0b3c5d")
_CLASSES = ("#cfeaf7", "#8ec7e6", "#fed976", "#fd8d3c", "#b10026")


@public
@require_safe
def wind(request: HttpRequest) -> HttpResponse:
    """By wind direction and speed, for one city, item, season and wind."""
    found = asked(request, "air-origin")
    context = found.context
    if found.run is None or found.rows is None:
        return render(request, "air/origin.html", context)
    kinds = [row for row in of_kind(found.rows, "wind", city=found.city, season="all") if row["wind"]]
    if not kinds:
        return render(request, "air/origin.html", context | {"empty": reason_words("no_wind")})
    names = [row["wind"] for row in kinds]
    which = choice(request, "wind", names, names[0])
    percentiles = [f"{value:g}" for value in settings_of()["probability"]["percentiles"]]
    shown = choice(request, "percentile", percentiles, f"{settings_of()['probability']['shown_percentile']:g}")
    roses = of_kind(found.rows, "wind", city=found.city, season=found.season, wind=which)
    polar = of_kind(
        found.rows, "polar", city=found.city, parameter=found.parameter, season=found.season, wind=which
    )  # fmt: skip
    context |= {
        "winds": [(row["wind"], wind_name(row["wind"], row.get("station", ""))) for row in kinds], "wind": which,
        "percentiles": [(value, _("第 %(n)s 百分位") % {"n": value}) for value in percentiles], "percentile": shown,
        "agreement": _agreement(found), "region": site.region_name(found.run.region),
        "hourly": any(row["per_day"] == 24 for row in kinds),
        "limits": {name: limits(name) for name in ("rose", "cpf", "plane")}, "settings": settings_of(),
    }  # fmt: skip
    tables: list[Table] = []
    if roses:
        context["wind_rose"] = _wind_rose(found, roses[0])
        tables.append(context["wind_rose"].table)
    if not polar or polar[0]["reason"]:
        context["empty"] = reason_words(polar[0]["reason"] if polar else "no_value")
        return export(request, tables) or render(request, "air/origin.html", context)
    row = polar[0]
    cpf = _cpf(found, row, shown)
    days = _days(found, row, which, shown) if which != "station_hours" else None
    context |= {
        "told": told(found, row), "pollution": _pollution(found, row), "cpf": cpf, "answer": _answer(found, row, shown),
        "plane": _plane(found, row, False), "chance": _plane(found, row, True), "cbpf": _cbpf(found, row),
        "days": days, "beyond": row["beyond"], "percent_level": settings_of()["probability"]["level_percent"],
    }  # fmt: skip
    charts = (context["pollution"], cpf, context["plane"])
    tables += [chart.table for chart in charts if chart is not None and chart.table is not None]
    tables += [table for table in (context["cbpf"], days) if table is not None]
    return export(request, tables) or render(request, "air/origin.html", context)


def _agreement(found: Asked) -> str:
    rows = of_kind(found.rows or (), "agreement", city=found.city)
    if not rows:
        return ""
    row = rows[0]
    words = _(
        "两种风不一致时要当心：%(days)s 天里，气象站风向与再分析风向相差 45° 以内的占 %(near)s %%"
        "（方向完全无关时约 25 %%），夹角余弦平均 %(cosine)s，风速相关 %(speed)s。站上的风受地形约束，"
        "再分析是全省平均；两者指向不同的源时，都只能当作线索。"
    )
    return words % {
        "days": row["days"], "near": percent(row["within_45"]), "cosine": f"{row['cosine']:.2f}",
        "speed": "—" if row["speed_correlation"] is None else f"{row['speed_correlation']:.2f}",
    }  # fmt: skip


def _about(found: Asked, row: Mapping[str, Any]) -> list[str]:
    return [
        f"{found.city_name} · {item_name(found.parameter)} · {season_name(found.season)}",
        wind_name(row["wind"], row.get("station", "")), *about_run(found.run),
    ]  # fmt: skip


def _wind_rose(found: Asked, row: Mapping[str, Any]) -> Chart:
    names = sector_names(len(row["counts"]))
    edges = [float(edge) for edge in settings_of()["wind"]["speeds"]]
    labels = _edge_labels(edges, "m/s")
    known = sum(map(sum, row["counts"])) + row["calm"]
    series = [
        {"name": label, "data": [round(counts[n] * 100 / known, 2) if known else 0 for counts in row["counts"]],
         "colour": _SPEEDS[min(n, 4)]}
        for n, label in enumerate(labels)
    ]  # fmt: skip
    columns = [
        Column("sector", _("风向"), row_head=True, nowrap=True),
        *[Column(f"c{n}", label, number=True) for n, label in enumerate(labels)],
        Column("all", _("合计"), number=True), Column("share", _("占比"), "%", number=True),
    ]  # fmt: skip
    listed: list[dict[str, Any]] = [
        {"sector": name, **{f"c{n}": count for n, count in enumerate(counts)}, "all": sum(counts),
         "share": percent(sum(counts) / known if known else None, 1)}
        for name, counts in zip(names, row["counts"], strict=True)
    ]  # fmt: skip
    listed.append(
        {"sector": _("静风"), "all": row["calm"], "share": percent(row["calm"] / known if known else None, 1)}
    )
    caption = _("%(first)s 至 %(last)s 的风资料；缺风 %(missing)s 天，不计入。静风指风速低于 %(calm)s m/s。") % {
        "first": row["first"], "last": row["last"], "missing": row["missing"],
        "calm": settings_of()["wind"]["calm_below"],
    }  # fmt: skip
    table = Table(
        "wind-rose", _("风玫瑰：各风向各级风速的天数"), columns, listed, about=_about(found, row), tight=True,
        caption=caption,
    )  # fmt: skip
    spec = {"kind": "rose", "x": names, "unit": "%", "series": series}
    label = _("%(city)s风玫瑰，%(season)s；同样的数字列在下面的表里。") % {
        "city": found.city_name, "season": season_name(found.season),
    }  # fmt: skip
    return Chart("wind-rose", label, spec, table, size="chart-tall")


def _edge_labels(edges: Sequence[float], unit: str) -> list[str]:
    middle = [f"{low:g}–{high:g}" for low, high in pairwise(edges)]
    return [f"< {edges[0]:g} {unit}", *(f"{part} {unit}" for part in middle), f"≥ {edges[-1]:g} {unit}"]


def _pollution(found: Asked, row: Mapping[str, Any]) -> Chart:
    names = sector_names(len(row["pollution"]))
    edges = [found.figure(edge) for edge in row["classes"]]
    labels = [
        f"≤ {edges[0]}", *(f"{low}–{high}" for low, high in pairwise(edges)), f"> {edges[-1]}"
    ]  # fmt: skip
    used = row["used"] or 1
    series = [
        {"name": label, "data": [round(counts[n] * 100 / used, 2) for counts in row["pollution"]],
         "colour": _CLASSES[n]}
        for n, label in enumerate(labels)
    ]  # fmt: skip
    columns = [
        Column("sector", _("风向"), row_head=True, nowrap=True),
        *[Column(f"c{n}", label, found.unit, number=True) for n, label in enumerate(labels)],
        Column("all", _("合计"), number=True), Column("mean", _("平均浓度"), found.unit, number=True),
    ]  # fmt: skip
    listed: list[dict[str, Any]] = [
        {"sector": name, **{f"c{n}": count for n, count in enumerate(counts)}, "all": sum(counts),
         "mean": Cell(mean, text=found.figure(mean))}
        for name, counts, mean in zip(names, row["pollution"], row["sector_means"], strict=True)
    ]  # fmt: skip
    listed.append(
        {"sector": _("静风"), "all": row["calm"], "mean": Cell(row["calm_mean"], text=found.figure(row["calm_mean"]))}
    )
    caption = _("浓度分级的界限是全部配对日的四分位数和第 90 百分位；单位 %(unit)s。") % {"unit": found.unit}
    table = Table(
        "pollution-rose", _("污染玫瑰：各风向各级浓度的天数"), columns, listed, about=_about(found, row), tight=True,
        caption=caption,
    )  # fmt: skip
    label = _("%(city)s %(item)s 污染玫瑰，%(season)s；同样的数字列在下面的表里。") % {
        "city": found.city_name, "item": item_name(found.parameter), "season": season_name(found.season),
    }  # fmt: skip
    return Chart("pollution-rose", label, {"kind": "rose", "x": names, "unit": "%", "series": series}, table,
                 size="chart-tall")  # fmt: skip


def _stands_out(cell: Sequence[Any]) -> bool:
    return cell[5] is not None and cell[5] <= float(settings_of()["probability"]["stands_out_percent"]) / 100


def _answer(found: Asked, row: Mapping[str, Any], shown: str) -> str:
    cpf = row["cpf"][shown]
    names = sector_names(len(cpf["cells"]))
    out = [
        _("%(sector)s（%(share)s %%，%(m)s/%(n)s 天）") % {
            "sector": name, "share": percent(cell[2]), "m": cell[1], "n": cell[0],
        }
        for name, cell in zip(names, cpf["cells"], strict=True)
        if cell[2] is not None and _stands_out(cell)
    ]  # fmt: skip
    least = settings_of()["probability"]["least"]
    hidden = sum(cell[2] is None for cell in cpf["cells"])
    words = [
        _("高于 %(limit)s %(unit)s 的日子，各风向平均占 %(overall)s %%。") % {
            "limit": found.figure(cpf["threshold"]), "unit": found.unit, "overall": percent(cpf["overall"]),
        }
    ]  # fmt: skip
    if not cpf["shifts"]:
        words.append(_("序列太短，不能检验哪个方向突出。"))
    elif out:
        words.append(_("突出的风向：%(list)s。") % {"list": texts.listed(out)})
    else:
        words.append(_("没有哪个风向明显突出：差别在偶然范围内，不指认方向。"))
    if hidden:
        words.append(_("%(n)s 个风向不足 %(least)s 天，不显示比例。") % {"n": hidden, "least": least})
    return " ".join(words)


def _cpf(found: Asked, row: Mapping[str, Any], shown: str) -> Chart:
    cpf = row["cpf"][shown]
    names = sector_names(len(cpf["cells"]))
    columns = [
        Column("sector", _("风向"), row_head=True, nowrap=True),
        Column("n", _("天数 n"), number=True), Column("m", _("高浓度天数 m"), number=True),
        Column("share", "CPF", "%", number=True), Column("band", _("置信区间"), "%", number=True),
        Column("chance", _("偶然达到"), number=True), Column("out", _("结论"), nowrap=True),
    ]  # fmt: skip
    listed, notes = [], []
    for name, cell in zip(names, cpf["cells"], strict=True):
        n, m, share, low, high, p = cell
        out = _("天数不足，不显示") if share is None else _("突出") if _stands_out(cell) else _("不突出")
        listed.append(
            {
                "sector": name, "n": n, "m": m, "share": Cell(share, text=percent(share)),
                "band": f"{percent(low)}–{percent(high)}" if share is not None else "",
                "chance": Cell(p, text=probability(p)), "out": out,
            }
        )  # fmt: skip
        figures = _("CPF %(share)s %%（%(low)s–%(high)s %%），%(m)s/%(n)s 天") % {
            "share": percent(share), "low": percent(low), "high": percent(high), "m": m, "n": n,
        }  # fmt: skip
        notes.append(f"{name}\n" + (out + f" (n = {n})" if share is None else f"{figures}\n{out}"))
    cells = cpf["cells"]

    def part(low: int | None, high: int) -> list[float]:
        return [
            0 if c[2] is None else round((c[high] - (0 if low is None else c[low])) * 100, 2) for c in cells
        ]  # fmt: skip

    spec = {
        "kind": "rose", "x": names, "unit": "%", "notes": notes, "ring": round(cpf["overall"] * 100, 2),
        "ring_label": _("各风向平均"),
        "series": [
            {"name": _("区间下限以内"), "data": part(None, 3), "colour": "#8a2d0c"},
            {"name": _("到 CPF"), "data": part(3, 2), "colour": "#d9713c"},
            {"name": _("到区间上限"), "data": part(2, 4), "colour": "#d9713c", "opacity": 0.28},
        ],
    }  # fmt: skip
    title = _("条件概率（CPF），第 %(n)s 百分位：%(limit)s %(unit)s") % {
        "n": shown, "limit": found.figure(cpf["threshold"]), "unit": found.unit,
    }  # fmt: skip
    caption = _(
        "CPF = m/n；区间为威尔逊区间（%(level)s %%）。"
        "“偶然达到”：把浓度相对风整体错开 %(shifts)s 次，任一方向达到同样超出的比例。"
    ) % {
        "level": settings_of()["probability"]["level_percent"], "shifts": cpf["shifts"],
    }  # fmt: skip
    table = Table("cpf", title, columns, listed, about=_about(found, row), tight=True, caption=caption)
    label = _("各风向的条件概率和置信区间，虚线圈是各风向平均；同样的数字列在下面的表里。")
    return Chart("cpf", label, spec, table, size="chart-tall")


def _plane(found: Asked, row: Mapping[str, Any], chance: bool) -> Chart | None:
    if not row["plane"]:
        return None
    setting = settings_of()["polar"]
    step, reach = float(setting["cell"]), float(setting["reach"])
    half = round(max(max(abs(x), abs(y)) for x, y, *_rest in row["plane"]) / step) + 1
    axis = [round((n - half) * step, 3) for n in range(2 * half + 1)]
    values = [cell[3] * 100 if chance else cell[2] for cell in row["plane"]]
    unit = "%" if chance else found.unit
    places = 0 if chance else (1 if found.parameter == "CO" else 0)
    cells = [
        {
            "value": [round(x / step) + half, round(y / step) + half, round(value, places + 1)],
            "note": _("东西 %(x)s m/s，南北 %(y)s m/s") % {"x": f"{x:+g}", "y": f"{y:+g}"}
            + f"\n{value:.{places}f} {unit} (n = {support})",
        }
        for (x, y, _mean, _chance, support), value in zip(row["plane"], values, strict=True)
    ]  # fmt: skip
    extent = half * step
    rings = [ring for ring in (1, 2, 4, 6) if ring < extent] if reach else []
    spec = {
        "kind": "plane", "axis": axis, "cells": cells, "unit": unit, "low": round(min(values), places),
        "high": round(max(values), places), "precision": places, "colours": list(_RAMP), "reach": extent,
        "rings": rings,
        "words": {
            "east": _("风来自西 ←　m/s　→ 风来自东"), "north": _("风来自南 ←　m/s　→ 风来自北"), "top": _("北"),
            "right": _("东"), "bottom": _("南"), "left": _("西"),
        },
    }  # fmt: skip
    if chance:
        label = _("双变量条件概率（CBPF）：不同风向风速下高于界限的可能性；空白处数据不足。")
        return Chart("cbpf-plane", label, spec, None, size="chart-square")
    columns = [
        Column("east", _("东西分量"), "m/s", row_head=True, number=True),
        Column("north", _("南北分量"), "m/s", number=True),
        Column("mean", _("平滑均值"), found.unit, number=True), Column("chance", _("高浓度可能性"), "%", number=True),
        Column("support", _("附近天数"), number=True),
    ]  # fmt: skip
    listed = [
        {"east": x, "north": y, "mean": Cell(mean, text=found.figure(mean)), "chance": Cell(share, text=percent(share)),
         "support": support}
        for x, y, mean, share, support in row["plane"]
    ]  # fmt: skip
    caption = _(
        "分量指风的来向：东为正、北为正。高斯核，宽度 %(width)s m/s；一个宽度之内不足 %(least)s 天的格子不显示。"
    ) % {
        "width": setting["bandwidth"], "least": setting["least"],
    }  # fmt: skip
    table = Table("plane", _("风平面上的浓度"), columns, listed, about=_about(found, row), tight=True, caption=caption)
    label = _("双变量极坐标图：不同风向风速下的平均浓度，圆心是静风，越远风越大；同样的数字列在下面的表里。")
    return Chart("plane", label, spec, table, size="chart-square")


def _cbpf(found: Asked, row: Mapping[str, Any]) -> Table:
    edges = [float(edge) for edge in settings_of()["wind"]["speeds"]]
    speeds = _edge_labels(edges, "m/s")
    names = sector_names(int(settings_of()["wind"]["sectors"]))
    columns = [
        Column("sector", _("风向"), row_head=True, nowrap=True), Column("speed", _("风速"), nowrap=True),
        Column("n", _("天数 n"), number=True), Column("m", _("高浓度天数 m"), number=True),
        Column("share", "CBPF", "%", number=True), Column("band", _("置信区间"), "%", number=True),
    ]  # fmt: skip
    listed = [
        {"sector": names[cell // len(speeds)], "speed": speeds[cell % len(speeds)], "n": n, "m": m,
         "share": Cell(share, text=percent(share)), "band": f"{percent(low)}–{percent(high)}"}
        for cell, n, m, share, low, high in row["cbpf"] if share is not None
    ]  # fmt: skip
    hidden = len(row["cbpf"]) - len(listed)
    caption = _("另有 %(hidden)s 格不足 %(least)s 天，不显示。百分位：第 %(n)s。") % {
        "hidden": hidden, "least": settings_of()["probability"]["least"],
        "n": f"{settings_of()['probability']['shown_percentile']:g}",
    }  # fmt: skip
    return Table(
        "cbpf", _("按风向和风速的条件概率（CBPF）"), columns, listed, about=_about(found, row), tight=True,
        caption=caption, empty=_("没有一格够天数。"),
    )  # fmt: skip


def _days(found: Asked, row: Mapping[str, Any], which: str, shown: str) -> Table | None:
    """The days above the threshold with their wind: what the shares are counted from."""
    series = of_kind(found.rows or (), "series", city=found.city, wind=which)
    if found.run is None or not series:
        return None
    first = date.fromisoformat(series[0]["first"])
    speeds, directions = series[0]["speed"].split(" "), series[0]["direction"].split(" ")
    limit = row["cpf"][shown]["threshold"]
    where = "valid and region = ? and parameter = ? and value > ? and day between ? and ?"
    span = [date.fromisoformat(row[key]) for key in ("first", "last")]
    rows = queries.select(
        found.run.id, "city_daily", where, [found.city, found.parameter, limit, *span], "value desc, day"
    )
    months = settings_of()["seasons"].get(found.season, ())
    columns = [
        Column("day", _("日期"), row_head=True, nowrap=True),
        Column("value", item_name(found.parameter), found.unit, number=True),
        Column("sector", _("风向扇区"), nowrap=True), Column("direction", _("风向"), "°", number=True),
        Column("speed", _("风速"), "m/s", number=True),
    ]  # fmt: skip
    listed = []
    for each in rows:
        at = (each["day"] - first) // timedelta(days=1)
        if months and each["day"].month not in months:
            continue
        inside = 0 <= at < len(speeds)
        speed, direction = (
            None if not inside or written[at] == "-" else float(written[at]) for written in (speeds, directions)
        )
        listed.append(
            {
                "day": Cell(each["day"], href=reverse("air-day", args=[found.city, each["day"].isoformat()])),
                "value": Cell(each["value"], text=found.figure(each["value"])),
                "sector": _sector(speed, direction), "direction": Cell(direction), "speed": Cell(speed),
            }
        )  # fmt: skip
    title = _("高于 %(limit)s %(unit)s 的日子和当日的风") % {"limit": found.figure(limit), "unit": found.unit}
    return Table(
        "high-days", title, columns, listed[:20], about=_about(found, row), tight=True, everything=listed,
        caption=_("共 %(n)s 天，从高到低，页面列前 20 天，导出全部；点日期看当天的来历。") % {"n": len(listed)},
    )  # fmt: skip


def _sector(speed: float | None, direction: float | None) -> str:
    """Where a day's wind counts."""
    rule = settings_of()["wind"]
    if speed is not None and speed < float(rule["calm_below"]):
        return _("静风")
    if speed is None or direction is None:
        return _("缺风")
    names = sector_names(int(rule["sectors"]))
    number = sector_of(np.array([speed]), np.array([direction]), len(names), float(rule["calm_below"]))
    return names[int(number[0])]
