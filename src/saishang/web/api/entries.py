"""Entries of a register: pages as JSON, CSV or GeoJSON, what changed since a moment, and one with its history."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from saishang.apps.registers import queries
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import VersionView
from saishang.apps.registers.reading import Read, changed, complete_until, matched, page
from saishang.science.register.kind import Kind
from saishang.science.register.values import as_text
from saishang.web.api.answers import (
    address,
    dumped,
    entry_of,
    feature_of,
    flat,
    json_answer,
    link,
    mark_of,
    moment,
    place_in,
    value_of,
    with_mark,
)
from saishang.web.api.asking import CURSOR, FILTERS, KIND, LIMIT, ON, asked_of, day_shown, since_in
from saishang.web.api.operations import CSV, GEOJSON, JSON, Called, Parameter, Reply, not_found, operation
from saishang.web.api.seeing import Sight, opened
from saishang.web.pages import site
from saishang.web.pages.exports import harmless

__all__ = ["entries", "entry", "heading", "line_of"]

#: Columns of a row that are no fields of the register.
FURTHER = ("_id", "_state", "_since", "_effective", "_version", "_recorded_at", "_withdrawn", "_invented")


@operation(
    "api-entries", "api/registers/<slug:kind>/entries", "registers", "名录的条目，一页一页地读",
    "Entries of a register, page by page",
    parameters=(KIND, *FILTERS, LIMIT, CURSOR),
    replies=(Reply(JSON, {"$ref": "#/components/schemas/Entries"}),
             Reply(GEOJSON, {"$ref": "#/components/schemas/FeatureCollection"}), Reply(CSV, {"type": "string"})),
    fields=True, example="/api/registers/outfalls/entries?region=640100&state=found&limit=50",
)  # fmt: skip
def entries(called: Called, kind: str) -> HttpResponse:
    """A page of entries."""
    sight = opened(called.request, kind)
    asked, most, since = asked_of(called, sight), called["limit"] or 100, since_in(called)
    told: dict[str, Any] = {"register": kind}
    if since is not None:
        after, until = place_in(called["cursor"], list), complete_until()
        found = changed(sight.kind, asked, since, until, after, most)
        told |= {"since": since, "until": until}
    else:
        on = asked.wanted.filter.on
        found = page(sight.kind, asked, place_in(called["cursor"], str if on is None else int), most)
        told |= {"on": day_shown(on), "matched": matched(sight.kind, asked)}
    following = with_mark(called.request, mark_of(found.after))
    links = [link(called.request.build_absolute_uri(), "self", called.media)]
    links += [link(following, "next", called.media)] if following else []
    made_up = sum(read.invented for read in found.entries)
    if called.media == CSV:
        response = _csv(called, sight, found.entries, following)
        response["X-Invented-Entries"] = str(made_up)
        return response
    at = address(called.request, "api-entries", kind)
    if called.media == GEOJSON:
        told = {
            "type": "FeatureCollection", **told, "numberReturned": len(found.entries), "invented": made_up,
            "features": [feature_of(sight, read) for read in found.entries], "links": links,
        }  # fmt: skip
    else:
        told |= {
            "returned": len(found.entries), "invented": made_up,
            "entries": [entry_of(sight, read, at) for read in found.entries], "links": links,
        }  # fmt: skip
    return json_answer(called.request, told, called.media, passing=("until",))


def _csv(called: Called, sight: Sight, reads: Sequence[Read], following: str | None) -> HttpResponse:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heading(sight))
    writer.writerows(line_of(sight, read) for read in reads)
    response = HttpResponse(
        b"\xef\xbb\xbf" + out.getvalue().encode(), content_type=f"{CSV}; charset=utf-8; header=present"
    )
    if following:
        response["Link"] = f'<{following}>; rel="next"'
    if not called.request.user.is_authenticated:
        response["Cache-Control"] = "no-cache"
    return response


def heading(sight: Sight) -> list[str]:
    """Names of the columns: fields by their ids, then what the register says, and the place."""
    return [*(field.id for field in sight.fields), *FURTHER, *_place_columns(sight.kind)]


def _place_columns(kind: Kind) -> tuple[str, ...]:
    return {"none": (), "point": ("_lon", "_lat")}.get(kind.place, ("_geojson",))


def line_of(sight: Sight, read: Read) -> list[str]:
    """An entry as a line: numbers with the digits that were typed, what a spreadsheet would run made harmless."""
    shown = sight.values(read.view)
    row = flat(sight, read)
    line = [
        text if field.type in ("number", "integer") else harmless(text)
        for field in sight.fields
        for text in [as_text(shown[field.id])]
    ]
    line += [_cell(row[name]) for name in FURTHER]
    place = read.view.place
    if sight.kind.place == "point":
        line += ["", ""] if place is None else [str(part) for part in place["coordinates"]]
    elif sight.kind.place != "none":
        line.append("" if place is None else dumped(place))
    return line


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else moment(value) if hasattr(value, "hour") else str(value)


@operation(
    "api-entry", "api/registers/<slug:kind>/entries/<path:key>", "registers", "一个条目及其全部版本",
    "One entry with all its versions",
    parameters=(KIND, Parameter("key", "条目的编码", "key of the entry", {"type": "string"}, "640104-001", "path"), ON),
    replies=(Reply(JSON, {"$ref": "#/components/schemas/EntryWithHistory"}),
             Reply(GEOJSON, {"$ref": "#/components/schemas/Feature"})),
    example="/api/registers/outfalls/entries/640104-001",
)  # fmt: skip
def entry(called: Called, kind: str, key: str) -> HttpResponse:
    """One entry as it stands, or stood on a day; JSON tells its versions, too."""
    known = kinds(site.rules()).get(kind)
    number = None if known is None or "\x00" in key else queries.number_of(known, key)
    # Somebody may see an entry in his region though not the register as a whole.
    sight = opened(called.request, kind, None if known is None or number is None else queries.region_of(known, number))
    if number is None:
        raise not_found(_("没有这个条目"), _("名录中没有编码为“%(key)s”的条目。") % {"key": key[:80]})
    steps = queries.history(sight.kind, number)
    held = [step for step in steps if called["on"] is None or step.content.effective <= called["on"]]
    if not held:
        raise not_found(_("没有这个条目"), _("那一天名录中还没有这个条目。"))
    day = day_shown(called["on"])
    content = held[0].content
    read = Read(content, held[0].recorded_at, content.standing.invented)
    if called.media == GEOJSON:
        return json_answer(called.request, feature_of(sight, read), GEOJSON)
    told = entry_of(sight, read, address(called.request, "api-entries", kind))
    told |= {"register": kind, "on": day, "due": _due(sight, read, day), "versions": _versions(sight, held)}
    return json_answer(called.request, told)


def _due(sight: Sight, read: Read, day: date) -> list[dict[str, Any]]:
    """Terms that run, where all that they rest on is shown."""
    if read.view.withdrawn or not sight.terms:
        return []
    return [{"term": due.term, "on": due.on, "overdue": due.on < day} for due in queries.due(sight.kind, [read.view])]


def _versions(sight: Sight, steps: Iterable[VersionView]) -> list[dict[str, Any]]:
    """Versions, the newest first: what everybody sees of them; who wrote them only for people inside."""
    found = []
    for step in steps:
        shown = sight.values(step.content)
        told: dict[str, Any] = {
            "version": step.number, "action": step.action, "effective": step.content.effective,
            "recorded_at": step.recorded_at, "state": step.content.state or None, "reason": step.reason,
            "withdrawn": step.content.withdrawn, "place": step.content.place,
            "fields": {field.id: value_of(field, shown[field.id]) for field in sight.fields},
            "evidence": [{"document": paper["document"], "sha256": paper["sha256"]} for paper in step.evidence],
        }  # fmt: skip
        found.append(told | ({"actor": step.actor} if sight.inside else {}))
    return found
