"""Protected areas with their share of the territory, and alien species: warnings, finds on the map, scores by parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.ecology import queries as species
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.indicators.values import decimal_of
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import EntryView, Filter
from saishang.science.ecology.finds import FindWarning, SpeciesBook
from saishang.science.ecology.from_rules import listed_species, risk_rule
from saishang.science.ecology.invasive import risk_score
from saishang.science.register.kind import Kind
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.chain import chain_url
from saishang.web.pages.charts import MapView
from saishang.web.pages.ecology_common import COLOURS, choose_basis, digits, reason_words, rows_of, sources_of, tabs
from saishang.web.pages.ecology_words import list_name
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import area_map, entry_url, kind_named, state_name, today, value_text
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import figure
from saishang.web.security import public

__all__ = ["alien", "protected"]

_SCORES = ("pathway", "establish", "spread", "harm", "control")


@public
@require_safe
def protected(request: HttpRequest) -> HttpResponse:
    """The register of protected areas as it stands, and its share of the territory in the run."""
    run = chosen_run(request)
    kind = kind_named("protected_areas")
    views = registers.entries(kind, Filter()) if kind is not None else []
    rows = rows_of(run, "ecology_protected", order="period")
    about = [_("自然保护地名录"), *about_run(run)]
    tables: list[Table] = []
    base: dict[str, Any] = {"tabs": tabs("ecology-protected"), "run": run, "kind": kind}
    if kind is None or not views:
        return render(request, "ecology/protected.html", base)
    table = _areas(kind, views, about)
    tables.append(table)
    shares = _shares(rows, run, about) if rows else None
    if shares is not None:
        tables.append(shares)
    spec = _coloured(area_map(kind, views, reverse("registers-places", args=[kind.id])))
    invented = any(view.standing.invented for view in views)
    boxes = any(view.values.get("outline") == "box" for view in views)
    context = base | {
        "table": table, "shares": shares, "map": MapView("protected", _("自然保护地分布图"), spec) if spec else None,
        "boxes": boxes, "placed": sum(view.place is not None for view in views), "count": len(views),
        "figures": _share_figures(rows, views), "demonstration": invented, "published": _published(),
        "register_href": reverse("registers-list", args=[kind.id]),
        "partial": any(row["reason"] == "register_partial" for row in rows),
    }  # fmt: skip
    return export(request, tables) or render(request, "ecology/protected.html", context)


def _coloured(spec: dict[str, Any] | None) -> dict[str, Any] | None:
    """The map of a register paints what waits for a step; a protected place waits for nothing: all one green."""
    if spec is not None:
        spec["points"] = [{**point, "colour": COLOURS[0]} for point in spec["points"]]
        for layer in spec["layers"]:
            if "colours" in layer:
                layer["colours"] = dict.fromkeys(layer["colours"], COLOURS[0])
    return spec


def _published() -> dict[str, Any] | None:
    """What was published about the reserves of the site, to be seen beside the register."""
    name = f"sites/{site.site()}/protected_areas"
    if name not in site.rules().documents:
        return None
    entry = site.rules().document(name)["groups"]["published"]
    return {**entry["values"], "status": entry["status"], "source": entry["source"], "note": entry.get("note", "")}


def _share_figures(rows: Sequence[Mapping[str, Any]], views: Sequence[EntryView]) -> list[tuple[str, str, str]]:
    found = [(_("登记的保护地"), str(len(views)), _("个"))]
    row = next((row for row in reversed(rows) if row["basis"] == "register"), rows[-1] if rows else None)
    if row is None:
        return found
    if row["area"] is not None:
        found.append((_("已设立面积"), figure(row["area"], 2), "km²"))
    if row["land"] is not None:
        found.append((_("国土面积"), figure(row["land"], 0), "km²"))
    remark = _("名录不全，为下限，不用于评判") if row["reason"] == "register_partial" else reason_words(row)
    found.append((_("面积占比"), "—" if row["share"] is None else f"{row['share']:.1f} %", remark))
    return found


def _areas(kind: Kind, views: Sequence[EntryView], about: Sequence[str]) -> Table:
    fields = kind.fields
    columns = [
        Column("name", _("名称"), row_head=True), Column("category", _("类型"), nowrap=True),
        Column("level", _("级别"), nowrap=True), Column("region", _("地区")),
        Column("area", _("面积"), "km²", number=True), Column("established", _("设立年份"), number=True),
        Column("protects", _("主要保护对象"), long=True), Column("state", _("状态"), nowrap=True),
        Column("outline", _("边界来源")), Column("source", _("资料来源"), long=True),
    ]  # fmt: skip
    rows = [
        {
            "name": Cell(view.title, href=entry_url(kind, view.pk),
                         note=_("演示条目") if view.standing.invented else ""),
            "category": value_text(fields["category"], view.values.get("category")),
            "level": value_text(fields["level"], view.values.get("level")),
            "region": site.region_name(view.region), "area": decimal_of(view.values.get("area")),
            "established": Cell(view.values.get("established"), text=str(view.values.get("established") or "—")),
            "protects": view.values.get("protects"), "state": state_name(kind, view.state),
            "outline": value_text(fields["outline"], view.values.get("outline")),
            "source": Cell(view.values.get("source"), mark=view.values.get("source_status"),
                           note=str(view.values.get("remark") or "")),
        }
        for view in views
    ]  # fmt: skip
    return Table("protected-areas", _("自然保护地"), columns, rows, about=about, tight=True)


def _shares(rows: Sequence[Mapping[str, Any]], run: RunFacts | None, about: Sequence[str]) -> Table:
    columns = [
        Column("period", _("年份"), row_head=True), Column("places", _("保护地"), number=True),
        Column("area", _("面积"), "km²", number=True), Column("overlap", _("扣除重叠"), "km²", number=True),
        Column("land", _("国土面积"), "km²", number=True), Column("share", _("占比"), "%", number=True),
        Column("note", _("备注"), long=True), Column("chain", _("追溯")),
    ]  # fmt: skip
    listed = [
        {
            "period": row["period"], "places": row["places"], "area": Cell(row["area"], text=digits(row["area"], 2)),
            "overlap": Cell(row["overlap"], text=digits(row["overlap"], 2)),
            "land": Cell(row["land"], text=digits(row["land"], 0)),
            "share": Cell(row["share"], text=digits(row["share"], 1), valid=bool(row["valid"])),
            "note": reason_words(row),
            "chain": Cell(None, text=_("查看"), href=chain_url(
                run.id, "ecology.protected_area_share", str(row["id"]), str(row["period"]), str(row["basis"])))
            if run is not None else Cell(None),
        }
        for row in reversed(rows)
    ]  # fmt: skip
    caption = _("占比＝（已设立保护地面积之和－重叠面积）÷国土面积；年份为年末，当年为评估日。")
    title = _("自然保护地面积占比")
    return Table("protected-share", title, columns, listed, about=about, caption=caption, tight=True)


@public
@require_safe
def alien(request: HttpRequest) -> HttpResponse:
    """Warnings first, then the finds on the map and in a list with their scores, then counts by place from the run."""
    rules, run = site.rules(), chosen_run(request)
    kind = kinds(rules).get(species.FINDS)
    views = species.finds(rules)
    lists = _lists()
    base: dict[str, Any] = {"tabs": tabs("ecology-alien"), "run": run, "kind": kind, "lists": lists}
    if kind is None or not views:
        return export(request, [lists]) or render(request, "ecology/alien.html", base)
    warned = species.warnings(rules, views)
    chosen = choice(request, "show", ["all", "open", "key"], "all")
    book = SpeciesBook(listed_species(rules))
    shown = [view for view in views if _wanted(view, chosen, book)]
    about = [_("外来入侵物种发现点名录，%(day)s") % {"day": today().isoformat()}]
    by_key = {view.key: view for view in views}
    alerts = _alerts(kind, warned, by_key, about)
    table, scores = _finds(kind, shown, warned, book, about), _scores(kind, shown, about)
    rows = rows_of(run, "ecology_alien", order="period desc, id")
    counts = _counts(request, rows, run) if rows else None
    tables = [alerts, table, scores, lists, *([counts] if counts is not None else [])]
    spec = area_map(kind, shown, None)
    context = base | {
        "alerts": alerts, "table": table, "scores": scores, "counts": counts,
        "map": MapView("finds", _("发现点分布图"), spec) if spec else None, "show": chosen,
        "shows": [("all", _("全部发现点")), ("open", _("未处置")), ("key", _("重点管理名录物种"))],
        "figures": _find_figures(views, warned, book),
        "sources": sources_of(("invasive", "weights"), ("invasive", "range")),
        "demonstration": any(view.standing.invented for view in views),
        "register_href": reverse("registers-list", args=[kind.id]),
    }  # fmt: skip
    return export(request, tables) or render(request, "ecology/alien.html", context)


def _wanted(view: EntryView, chosen: str, book: SpeciesBook) -> bool:
    if chosen == "open":
        return view.state in ("found", "assessed")
    return chosen != "key" or "key_management" in book.lists(species.find_of(view).name)


def _find_figures(
    views: Sequence[EntryView], warned: Mapping[str, FindWarning], book: SpeciesBook
) -> list[tuple[str, str, str]]:  # fmt: skip
    real = [view for view in views if view.state != "mistaken"]
    handled = [view for view in real if view.state in ("controlled", "checked")]
    return [
        (_("未处置的预警"), str(sum(w.open for w in warned.values())), _("重点管理名录物种首次出现在一个县")),
        (_("发现点"), str(len(real)), _("不含误报 %(n)s 处") % {"n": len(views) - len(real)}),
        (_("物种"), str(len({book.identity(species.find_of(view).name) for view in real})), _("同物异名计一种")),
        (_("已防控或核查"), str(len(handled)), _("处")),
    ]


def _species_name(view: EntryView, book: SpeciesBook) -> Cell:
    find = species.find_of(view)
    rows = book.rows(find.name)
    if not rows or texts.english():
        return Cell(find.name)
    return Cell(find.name, text=rows[0].zh, note=find.name)


def _alerts(
    kind: Kind, warned: Mapping[str, FindWarning], views: Mapping[str, EntryView], about: Sequence[str]
) -> Table:  # fmt: skip
    columns = [
        Column("species", _("物种"), row_head=True), Column("region", _("县（区）"), nowrap=True),
        Column("found_on", _("首次发现"), nowrap=True), Column("state", _("状态"), nowrap=True),
        Column("warning", _("预警")), Column("find", _("发现点")),
    ]  # fmt: skip
    rows = [
        {
            "species": Cell(warning.scientific_name, text=texts.both(warning.zh, warning.scientific_name),
                            note=warning.scientific_name if not texts.english() else ""),
            "region": site.region_name(warning.find.region), "found_on": warning.find.found_on,
            "state": state_name(kind, warning.find.state),
            "warning": _("待处置") if warning.open else _("已处置"),
            "find": Cell(views[key].title, href=entry_url(kind, views[key].pk),
                         note=_("演示条目") if views[key].standing.invented else ""),
        }
        for key, warning in warned.items()
    ]  # fmt: skip
    return Table(
        "warnings", _("预警：重点管理名录物种首次出现在一个县"), columns, rows, about=about,
        empty=_("没有重点管理名录物种在任何县首次出现。"),
        caption=_("待处置的在前；完成防控后转为已处置。误报不预警。规则中的名录不全，未列入不等于安全。"),
    )  # fmt: skip


def _finds(
    kind: Kind, views: Sequence[EntryView], warned: Mapping[str, FindWarning], book: SpeciesBook, about: Sequence[str]
) -> Table:  # fmt: skip
    columns = [
        Column("key", _("编号"), row_head=True, nowrap=True), Column("species", _("物种")),
        Column("lists", _("所列名录")), Column("region", _("县（区）"), nowrap=True),
        Column("found_on", _("发现日期"), nowrap=True), Column("area", _("面积"), "m²", number=True),
        Column("state", _("状态"), nowrap=True), Column("score", _("风险分"), number=True),
        Column("level", _("风险等级"), nowrap=True), Column("note", _("备注")),
    ]  # fmt: skip
    rule = risk_rule(site.rules())
    rows = []
    for view in sorted(views, key=lambda view: str(view.values["found_on"]), reverse=True):
        found = risk_score({name: view.values.get(name) for name in _SCORES}, rule)
        notes = [_("演示条目")] if view.standing.invented else []
        if view.key in warned:
            notes.insert(0, _("本县首次"))
        rows.append({
            "key": Cell(view.key, href=entry_url(kind, view.pk)), "species": _species_name(view, book),
            "lists": texts.listed(list_name(name) for name in book.lists(species.find_of(view).name)) or _("不在名录"),
            "region": site.region_name(view.region), "found_on": view.values["found_on"],
            "area": decimal_of(view.values.get("area")), "state": state_name(kind, view.state),
            "score": Cell(None if found.score is None else float(found.score),
                          text=None if found.score is None else f"{float(found.score):g}"),
            "level": texts.name_of(found.level) if found.level is not None else _("缺项不定级"),
            "note": texts.listed(notes),
        })  # fmt: skip
    return Table("finds", _("发现点"), columns, rows, about=about, tight=True, empty=_("没有符合条件的发现点。"))


def _scores(kind: Kind, views: Sequence[EntryView], about: Sequence[str]) -> Table:
    """The parts of every score: value, weight, points."""
    rule = risk_rule(site.rules())
    columns = [Column("key", _("编号"), row_head=True, nowrap=True)]
    columns += [
        Column(name, texts.both(kind.fields[name].zh, kind.fields[name].en),
               f"× {float(rule.weights[name] * rule.factor):g}", number=True)
        for name in _SCORES
    ]  # fmt: skip
    columns += [Column("score", _("风险分"), number=True), Column("chain", _("复算"))]
    rows = []
    for view in views:
        values = {name: view.values.get(name) for name in _SCORES}
        found = risk_score(values, rule)
        if all(value is None for value in values.values()):
            continue
        address = reverse("calculators-topic", args=["invasive_risk"])
        inputs = "&".join(f"in.{name}={value}" for name, value in values.items() if value is not None)
        rows.append(
            {"key": Cell(view.key, href=entry_url(kind, view.pk)), **values,
             "score": Cell(None if found.score is None else float(found.score),
                           text=None if found.score is None else f"{float(found.score):g}"),
             "chain": Cell(None, text=_("打开计算器"), href=f"{address}?go=1&{inputs}")}
        )  # fmt: skip
    caption = _("风险分＝各项评分（0—4）乘以列名旁的系数之和，满分 100；方案由本系统提出，HJ 624-2011 没有分值。")
    return Table(
        "scores", _("风险评分的分项"), columns, rows, about=about, caption=caption, tight=True,
        empty=_("还没有发现点完成评估。"),
    )  # fmt: skip


def _counts(request: HttpRequest, rows: Sequence[Mapping[str, Any]], run: RunFacts | None) -> Table:
    basis, _bases = choose_basis(request, rows)
    mine = [row for row in rows if row["basis"] == basis]
    latest = [row for row in mine if row["period"] == mine[0]["period"]]
    columns = [
        Column("region", _("地区"), row_head=True, nowrap=True), Column("finds", _("发现点"), number=True),
        Column("species", _("物种"), number=True), Column("key_species", _("其中重点管理"), number=True),
        Column("handled", _("已防控"), number=True), Column("share", _("防控率"), "%", number=True),
        Column("chain", _("追溯")),
    ]  # fmt: skip
    listed = [
        {
            "region": site.region_name(row["id"]),
            **{name: row[name] for name in ("finds", "species", "key_species", "handled")},
            "share": Cell(row["handled_share"], text=digits(row["handled_share"], 1)),
            "chain": Cell(None, text=_("查看"), href=chain_url(
                run.id, "ecology.alien_handled_share", str(row["id"]), str(row["period"]), basis))
            if run is not None else Cell(None),
        }
        for row in latest
    ]  # fmt: skip
    title = _("各地发现与防控（%(period)s）") % {"period": latest[0]["period"]}
    caption = _("发现多少与调查力度有关，点数下降不等于入侵减轻。")
    return Table("alien-counts", title, columns, listed, about=about_run(run), caption=caption, tight=True)


def _lists() -> Table:
    """The national lists as the rules hold them."""
    columns = [
        Column("species", _("物种"), row_head=True), Column("name", _("学名"), nowrap=True),
        Column("list", _("所列名录")), Column("number", _("批次或序号"), number=True),
        Column("source", _("来源"), long=True),
    ]  # fmt: skip
    rows = [
        {"species": texts.both(row["zh"], row["scientific_name"]), "name": row["scientific_name"],
         "list": list_name(row["list"]), "number": row["number"],
         "source": Cell(wording.clause(row["source"]), mark=row["status"])}
        for row in site.rules().table("standards/ecology/invasive_species")
    ]  # fmt: skip
    caption = _("名单四批共 71 种、重点管理名录 59 种，这里只有能读到的部分。")
    return Table("alien-lists", _("规则中的外来入侵物种名录"), columns, rows, caption=caption, tight=True)
