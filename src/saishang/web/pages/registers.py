"""Registers: which there are, the list of one with search and filters, its figures by place and day, its outlines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.registers import book, lists, queries
from saishang.apps.registers.book import Place
from saishang.apps.registers.form import PLACE, STATE, place_headings
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.lists import Wanted
from saishang.apps.registers.permits import may_see_inside
from saishang.apps.registers.queries import EntryView, Filter
from saishang.science.register.kind import Figure, Kind
from saishang.science.register.sums import FigureSum, Part, figure_sum
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.charts import MapView
from saishang.web.pages.exports import export
from saishang.web.pages.paging import MOST_COUNTED, LongPaginator
from saishang.web.pages.registers_common import (
    Reader,
    area_map,
    day_of,
    entry_url,
    exact,
    kind_name,
    opened,
    place_text,
    region_tree,
    state_name,
    tabs,
    today,
)
from saishang.web.pages.registers_tiles import tiled_map, tiles_can_show
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["figures", "index", "listing", "places"]

_PER_PAGE = 50
#: Entries that the map of a list draws.
_DRAWN = 500


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All registers that the reader may see, with how many entries they hold."""
    known = kinds(site.rules()).values()
    seen = [kind for kind in known if kind.public or may_see_inside(request.user, kind)]
    counts = book.counts(seen)
    listed = [
        {"name": kind_name(kind), "about": texts.both(kind.about_zh, kind.about_en), "count": counts.get(kind.id),
         "href": reverse("registers-list", args=[kind.id]), "public": kind.public, "source": kind.source,
         "status": kind.status, "clause": kind.clause}
        for kind in seen
    ]  # fmt: skip
    return render(request, "registers/index.html", {"kinds": listed, "hidden": len(known) - len(seen)})


@public
@require_safe
def listing(request: HttpRequest, kind: str) -> HttpResponse:
    """Entries of one register; to a request by htmx only the results."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    wanted, chosen = _wanted(request, known)
    # What is overdue comes the longest overdue first, which is the order of its index.
    order = "due" if wanted.overdue else "key"
    listed = lists.rows(known, wanted, order)
    pages = LongPaginator(listed, _PER_PAGE, read=partial(lists.page, known, wanted, order))
    page = pages.get_page(request.GET.get("page"))
    views = [queries.view_of(row, known.id) for row in page.object_list]
    about = _about(known, wanted.filter)
    everything = (queries.view_of(row, known.id) for row in listed.iterator(chunk_size=1000))
    table = _entries_table(known, reader, views, everything, about)
    form = _form_table(known, reader, everything, about)
    answer = export(request, [table, form])
    if answer is not None:
        return answer
    drawn: list[EntryView] = []
    if (pages.more or pages.count > _DRAWN) and tiles_can_show(known, wanted):
        spec = tiled_map(known, chosen["state"])
    else:
        first = lists.page(known, wanted, order, 0, _DRAWN) if known.place != "none" else []
        drawn = [queries.view_of(row, known.id) for row in first]
        spec = area_map(known, drawn, reverse("registers-places", args=[known.id])) if drawn else None
    made_up = lists.count_invented(known, listed, MOST_COUNTED)
    context: dict[str, Any] = {
        "kind": known, "name": kind_name(known), "table": table, "form_table": form, "page": page, "count": pages.count,
        "more": pages.more, "invented": made_up, "drawn": len(drawn) if len(drawn) < pages.count else 0,
        "left_out": pages.count - len(drawn) if drawn else 0, "chosen": chosen,
        "map": MapView("entries", _("名录分布图"), spec) if spec else None,
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        return render(request, "registers/results.html", context)
    states = list(known.life.states.values()) if known.life is not None else []
    context |= {
        "tabs": tabs(known, reader, "registers-list"), "reader": reader,
        "about": texts.both(known.about_zh, known.about_en),
        "states": [(state.id, texts.both(state.zh, state.en)) for state in states], "regions": region_tree(),
        "has_terms": bool(known.terms),
    }  # fmt: skip
    return render(request, "registers/list.html", context)


@public
@require_safe
def figures(request: HttpRequest, kind: str) -> HttpResponse:
    """Figures of a register by place, as it stood on a day."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    on = day_of(request.GET.get("on"))
    places_shown = [row for row in site.rules().regions.values() if row["level"] in ("province", "prefecture_city")]
    places_shown = [row for row in places_shown if row["use"] == "in_plan"]
    codes = [str(row["code"]) for row in places_shown]
    if not book.ready([known]):
        return render(request, "registers/figures.html", {
            "kind": known, "name": kind_name(known), "tabs": tabs(known, reader, "registers-figures"),
            "on": on.isoformat() if on else "", "making": book.percent(known) or 0,
        })  # fmt: skip
    found_sums = book.sums(known, on)
    # Invented entries are never counted beside real ones; alone they show what the page is for, under their mark.
    there = {place.invented for place, part in found_sums.items() if not place.figure and part.counted}
    real = False in there
    mine = {place: part for place, part in found_sums.items() if place.invented is not real}
    made_up = sum(part.counted for place, part in found_sums.items() if not place.figure and place.invented)
    columns = [Column("figure", _("指标"), row_head=True), Column("unit", _("计量单位"))]
    columns += [Column(str(row["code"]), texts.name_of(row), number=True) for row in places_shown]
    rows = []
    for figure in known.figures.values():
        row: dict[str, Any] = {"figure": texts.both(figure.zh, figure.en), "unit": texts.unit_name(figure.unit)}
        for code in codes:
            value = _figure(figure, mine, code)
            note = (
                texts.counted("%(count)s 条缺少数值", value.missing) % {"count": value.missing} if value.missing else ""
            )
            row[code] = Cell(value.rounded, note=note)
        rows.append(row)
    about = _about(known, Filter(on=on))
    if not real and made_up:
        about.append(_("演示数据：条目都是虚构的。"))
    table = Table(
        "figures", _("各地统计"), columns, rows, about=about, empty=_("此名录没有定义统计指标。"),
        caption=_("按所选日期名录的状态统计；没有可比对象时不给出比例，缺少数值时不给出合计。"),
    )  # fmt: skip
    states = _states_table(known, mine, about)
    context = {
        "kind": known, "name": kind_name(known), "tabs": tabs(known, reader, "registers-figures"), "table": table,
        "on": on.isoformat() if on else "", "states": states,
        "demonstration": _demonstration(made_up, real),
    }  # fmt: skip
    return export(request, [table, states]) or render(request, "registers/figures.html", context)


@public
@require_safe
def places(request: HttpRequest, kind: str) -> HttpResponse:
    """Entries with a place as GeoJSON, with the fields that the reader may see."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    wanted, _chosen = _wanted(request, known)
    features = [
        {
            "type": "Feature", "id": view.pk, "geometry": view.place,
            "properties": {field.id: view.values.get(field.id) for field in reader.fields}
            | {"key": view.key, "state": view.state, "since": view.since, "effective": view.effective},
        }
        for view in map(partial(queries.view_of, kind=known.id), lists.rows(known, wanted).iterator(chunk_size=1000))
        if view.place is not None
    ]  # fmt: skip
    collection = {"type": "FeatureCollection", "features": features}
    answer = JsonResponse(collection, json_dumps_params={"ensure_ascii": False})
    answer["Content-Type"] = "application/geo+json"
    if request.GET.get("download"):
        answer["Content-Disposition"] = f'attachment; filename="{known.id}.geojson"'
    return answer


def _wanted(request: HttpRequest, kind: Kind) -> tuple[Wanted, dict[str, str]]:
    """What the address asks for; values that nobody knows are passed over."""
    chosen = {name: request.GET.get(name, "").strip() for name in ("q", "region", "state", "on", "due", "withdrawn")}
    on = day_of(chosen["on"])
    chosen["on"] = on.isoformat() if on else ""
    regions = queries.inside(site.rules(), chosen["region"]) if chosen["region"] in site.rules().regions else ()
    states = (chosen["state"],) if kind.life is not None and chosen["state"] in kind.life.states else ()
    asked = Filter(chosen["q"][:200], regions, states, on, bool(chosen["withdrawn"]))
    return Wanted(asked, overdue=today() if chosen["due"] else None), chosen


def _demonstration(invented: int, any_real: bool) -> str:
    """What a reader of the figures has to know about invented entries; empty without any."""
    if not invented:
        return ""
    if any_real:
        return texts.counted("名录中有 %(n)s 条虚构的演示条目，不计入本页的数字。", invented) % {"n": invented}
    return _("名录中的条目都是虚构的，本页的数字不代表任何真实情况，也不计入任何考核指标。")


def _about(kind: Kind, wanted: Filter) -> list[str]:
    return [
        kind_name(kind),
        _("名录日期：%(day)s") % {"day": (wanted.on or today()).isoformat()},
        _("依据：%(source)s") % {"source": kind.source},
    ]


def _entries_table(
    kind: Kind, reader: Reader, rows: Sequence[EntryView], everything: Iterable[EntryView], about: Sequence[str]
) -> Table:  # fmt: skip
    shown_fields = [field for field in reader.fields if field.in_list]
    columns = [
        Column(
            field.id, texts.both(field.zh, field.en), texts.unit_name(field.unit), row_head=field.id == kind.key,
            number=field.type in ("number", "integer"), nowrap=field.id == kind.key,
        )
        for field in shown_fields
    ]  # fmt: skip
    if kind.life is not None:
        columns += [Column("_state", _("状态")), Column("_since", _("自"), nowrap=True)]
    if kind.terms:
        columns.append(Column("_due", _("到期"), nowrap=True))

    def told(view: EntryView) -> dict[str, Any]:
        row: dict[str, Any] = {field.id: exact(field, view.values.get(field.id)) for field in shown_fields}
        row[kind.key] = Cell(view.key, href=entry_url(kind, view.pk), note=_("已撤销") if view.withdrawn else "")
        row["_state"], row["_since"] = state_name(kind, view.state), view.since
        due = next(iter(queries.due(kind, [view])), None)
        if due is not None:
            row["_due"] = Cell(due.on, note=_("已逾期") if due.on < today() else "")
        return row

    title = _("条目")
    return Table(
        "entries", title, columns, [told(view) for view in rows], about=about, tight=True,
        everything=map(told, everything),
        empty=_("名录里还没有条目，或没有符合条件的条目。"),
    )  # fmt: skip


def _form_table(kind: Kind, reader: Reader, views: Iterable[EntryView], about: Sequence[str]) -> Table:
    """All that the reader may see, under the headings that an import understands."""
    columns = [
        Column(field.id, texts.both(field.zh, field.en), field.unit, number=field.type in ("number", "integer"))
        for field in reader.fields
    ]
    if kind.life is not None:
        columns.append(Column(STATE, texts.both("状态", "State")))
    if kind.place != "none":
        columns.append(Column(PLACE, texts.both(*place_headings(kind))))
    rows = (
        {field.id: exact(field, view.values.get(field.id)) for field in reader.fields}
        | {STATE: state_name(kind, view.state), PLACE: place_text(view.place)}
        for view in views
    )
    return Table("form", kind_name(kind), columns, (), about=about, everything=rows)


def _figure(figure: Figure, sums: Mapping[Place, Part], region: str) -> FigureSum:
    """A figure of a region and everything below it."""
    codes = queries.inside(site.rules(), region)
    parts = {place.region: part for place, part in sums.items() if place.figure == figure.id and place.region in codes}
    return figure_sum(figure, parts, queries.counted_regions(figure, site.rules(), codes))


def _states_table(kind: Kind, sums: Mapping[Place, Part], about: Sequence[str]) -> Table:
    """How many entries are in which state, and what may happen to them next."""
    if kind.life is None:
        return Table("states", _("状态"), [], [], empty=_("此名录的条目没有办理流程。"))
    columns = [
        Column("state", _("状态"), row_head=True), Column("count", _("条目数"), number=True),
        Column("next", _("下一步"), long=True),
    ]  # fmt: skip
    rows = [
        {
            "state": Cell(state_name(kind, state), href=f"{reverse('registers-list', args=[kind.id])}?state={state}"),
            "count": sum(part.counted for place, part in sums.items() if not place.figure and place.state == state),
            "next": texts.listed(texts.both(move.zh, move.en) for move in kind.life.moves(state)),
        }
        for state in kind.life.states
    ]
    return Table("states", _("各状态的条目"), columns, rows, about=about)
