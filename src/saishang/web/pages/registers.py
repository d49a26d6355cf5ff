"""Registers: the list of one with search, filters and views, its outlines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.registers import finding, lists, queries
from saishang.apps.registers.form import PLACE, STATE, place_headings
from saishang.apps.registers.matching import BY_SINCE, BY_STATE
from saishang.apps.registers.queries import EntryView
from saishang.science.register.kind import DEMONSTRATION, Kind
from saishang.web import texts
from saishang.web.pages.charts import MapView
from saishang.web.pages.exports import export
from saishang.web.pages.paging import MOST_COUNTED, LongPaginator
from saishang.web.pages.registers_bulk import most_of
from saishang.web.pages.registers_common import (
    Reader,
    area_map,
    as_it_was,
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
from saishang.web.pages.registers_figures import about as about_list
from saishang.web.pages.registers_filters import Asked, asked_of, chips, controls, filter_query
from saishang.web.pages.registers_tiles import tiled_map, tiles_can_show
from saishang.web.pages.registers_views import opens_with, views_of
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["listing", "places"]

_PER_PAGE = 50
#: Entries that the map of a list draws.
_DRAWN = 500


@public
@require_safe
def listing(request: HttpRequest, kind: str) -> HttpResponse:
    """Entries of one register; to a request by htmx only the results."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = as_it_was(*found, day_of(request.GET.get("on", "").strip()))
    elsewhere = opens_with(request, reader)
    if elsewhere is not None:
        return redirect(elsewhere)
    asked = asked_of(request.GET, reader)
    wanted, chosen = asked.wanted, asked.chosen
    listed = lists.rows(known, wanted, asked.order)
    text = finding.found(known, wanted, asked.order, _PER_PAGE + 1)
    read = partial(lists.page, known, wanted, asked.order) if text is None else text.page
    pages = LongPaginator(listed, _PER_PAGE, read=read, number=None if text is None else text.number)
    page = pages.get_page(request.GET.get("page"))
    views = [queries.view_of(row, known.id) for row in page.object_list]
    about = about_list(known, wanted.filter)
    everything = (queries.view_of(row, known.id) for row in listed.iterator(chunk_size=1000))
    table = _entries_table(known, reader, asked, views, everything, about, request)
    form = _form_table(known, reader, everything, about)
    answer = export(request, [table, form])
    if answer is not None:
        return answer
    drawn: list[EntryView] = []
    if (pages.more or pages.count > _DRAWN) and tiles_can_show(known, wanted):
        spec = tiled_map(known, chosen["state"])
    else:
        # What a text found is drawn as far as it was looked for.
        most = _DRAWN if text is None else min(_DRAWN, len(text.hits.ids))
        first = read(0, most) if known.place != "none" else []
        drawn = [queries.view_of(row, known.id) for row in first]
        # The outlines of the list's own entries, of its own day.
        outlines = f"{reverse('registers-places', args=[known.id])}?{filter_query(request.GET)}"
        spec = area_map(known, drawn, outlines, wanted.filter.on) if drawn else None
    made_up = lists.count_invented(known, listed, MOST_COUNTED)
    context: dict[str, Any] = {
        "kind": known, "name": kind_name(known), "table": table, "form_table": form, "page": page, "count": pages.count,
        "more": pages.more, "cut": text is not None and text.hits.cut, "invented": made_up,
        "drawn": len(drawn) if len(drawn) < pages.count else 0,
        "left_out": pages.count - len(drawn) if drawn else 0, "chosen": chosen,
        "map": MapView("entries", _("名录分布图"), spec) if spec else None,
        "chips": chips(request, asked), "notes": asked.notes, "picks": _picks(request, reader, asked),
        "views": views_of(request, reader), "reader": reader,
        "filtered": any(value for name, value in chosen.items() if name not in ("sort", "col")),
        "sort": asked.order if asked.order != "key" else "",
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        return render(request, "registers/results.html", context)
    states = list(known.life.states.values()) if known.life is not None else []
    context |= {
        "tabs": tabs(known, reader, "registers-list"),
        "about": texts.both(known.about_zh, known.about_en),
        "states": [(state.id, texts.both(state.zh, state.en)) for state in states], "regions": region_tree(),
        "has_terms": bool(known.terms), "has_invented": DEMONSTRATION in known.fields,
        "controls": controls(reader, asked), "since": (chosen["since.from"], chosen["since.to"]),
        "open_filters": any("." in name and value for name, value in chosen.items()),
        "columns": [
            (field.id, texts.both(field.zh, field.en), field in asked.columns)
            for field in reader.fields if field.id != known.key
        ],
    }  # fmt: skip
    return render(request, "registers/list.html", context)


@public
@require_safe
def places(request: HttpRequest, kind: str) -> HttpResponse:
    """Entries with a place as GeoJSON, with the fields that the reader may see."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = as_it_was(*found, day_of(request.GET.get("on", "").strip()))
    wanted = asked_of(request.GET, reader).wanted
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


def _entries_table(
    kind: Kind, reader: Reader, asked: Asked, rows: Sequence[EntryView], everything: Iterable[EntryView],
    about: Sequence[str], request: HttpRequest,
) -> Table:  # fmt: skip
    shown_fields = asked.columns
    columns = [
        _ordered(request, asked, {kind.key: "key", kind.title: "title"}.get(field.id, field.id), Column(
            field.id, texts.both(field.zh, field.en), texts.unit_name(field.unit), row_head=field.id == kind.key,
            number=field.type in ("number", "integer"), nowrap=field.id == kind.key or field.type == "date",
        ))
        for field in shown_fields
    ]  # fmt: skip
    if kind.life is not None:
        columns += [
            _ordered(request, asked, BY_STATE, Column(BY_STATE, _("状态"))),
            _ordered(request, asked, BY_SINCE, Column(BY_SINCE, _("自"), nowrap=True)),
        ]
    picks = "format" not in request.GET and _picks(request, reader, asked) is not None
    if picks:
        columns.insert(0, Column("_pick", _("选")))
    if kind.terms:
        columns.append(_ordered(request, asked, "due", Column("_due", _("到期"), nowrap=True)))

    on = asked.wanted.filter.on
    when = f"?on={on}" if on is not None else ""

    def told(view: EntryView) -> dict[str, Any]:
        row: dict[str, Any] = {field.id: exact(field, view.values.get(field.id)) for field in shown_fields}
        row[kind.key] = Cell(
            view.key, text=str(exact(kind.fields[kind.key], view.key)), href=entry_url(kind, view.pk) + when,
            note=_("已撤销") if view.withdrawn else "",
        )  # fmt: skip
        if picks:
            row["_pick"] = Cell(badge=format_html(
                '<input type="checkbox" name="pk" value="{}" form="pick" aria-label="{}">', view.pk,
                f"{_('选')} {view.key}",
            ))  # fmt: skip
        row[BY_STATE], row[BY_SINCE] = state_name(kind, view.state), view.since
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


def _picks(request: HttpRequest, reader: Reader, asked: Asked) -> dict[str, Any] | None:
    """What the form over picked entries needs; None for whoever neither writes nor proposes, or looks at a past day."""
    if not reader.writes or asked.wanted.filter.on is not None:
        return None
    kept = QueryDict(filter_query(request.GET))
    return {"kept": [(key, value) for key, values in kept.lists() for value in values],
            "most": most_of(reader), "editor": reader.editor}  # fmt: skip


def _ordered(request: HttpRequest, asked: Asked, name: str, column: Column) -> Column:
    """The column with where a click on its heading leads: into its order, and back where it is so already."""
    ascending = asked.order == name
    now = "ascending" if ascending else "descending" if asked.order == f"-{name}" else ""
    rest = request.GET.copy()
    for gone in ("page", "format", "table"):
        rest.pop(gone, None)
    rest["sort"] = f"-{name}" if ascending else name
    return replace(column, href=f"?{rest.urlencode()}", sorted=now)


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
