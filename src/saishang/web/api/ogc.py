"""OGC API - Features, Part 1: Core (OGC 17-069r4): each register with a place is a collection, each entry a feature.

Conformance classes: Core, GeoJSON, OpenAPI 3.0. `datetime` is the time in which an entry was in the register: an answer
holds every entry that was in it at some time within the days asked for, as it last stood then; without `datetime`,
as it stands now. All coordinates are CRS84 (WGS 84, longitude first).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from saishang.apps.registers.lists import Wanted
from saishang.apps.registers.queries import Filter
from saishang.apps.registers.reading import Asked, Page, first_days, matched, one_within, page, within
from saishang.web import texts
from saishang.web.api.answers import address, feature_of, json_answer, link, mark_of, place_in, with_mark
from saishang.web.api.asking import BOX, CURSOR, KIND, MOST, box_in, fields_asked
from saishang.web.api.document import OPENAPI_MEDIA, document
from saishang.web.api.downloads import open_rule
from saishang.web.api.operations import GEOJSON, JSON, Called, Parameter, Reply, not_found, operation
from saishang.web.api.problems import Problem
from saishang.web.api.schema import field_schema
from saishang.web.api.seeing import Sight, opened, seen_kinds

__all__ = ["CONFORMANCE", "CRS84", "collection", "collections", "conformance", "definition", "item", "items", "landing",
           "queryables"]  # fmt: skip

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
SCHEMA = "application/schema+json"
_QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
_CLASS = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CONFORMANCE = (f"{_CLASS}/core", f"{_CLASS}/oas30", f"{_CLASS}/geojson")
#: What does not stand in the answer's mark for caches.
_PASSING = ("timeStamp",)
LIMIT = Parameter(
    "limit", "一页的要素数", "features of a page",
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": 10}, 10,
)  # fmt: skip
DATETIME = Parameter(
    "datetime", "时刻或区间（RFC 3339），两端可为 ..；取此期间在册的条目",
    "instant or interval (RFC 3339), `..` for an open end: entries that were in the register then",
    {"type": "string", "maxLength": 80}, "2026-01-01T00:00:00Z/..",
)  # fmt: skip


@operation(
    "ogc", "ogc/", "features", "要素服务首页（OGC API - Features）", "Landing page of OGC API - Features",
    replies=(Reply(JSON, {"$ref": "#/components/schemas/LandingPage"}),), example="/ogc/",
)  # fmt: skip
def landing(called: Called) -> HttpResponse:
    """Where everything is."""
    request = called.request
    return json_answer(request, {
        "title": _("塞上名录要素服务"), "description": _("有位置的环境名录，按 OGC API - Features 提供。"),
        "links": [
            link(address(request, "ogc"), "self", JSON),
            link(address(request, "ogc-api"), "service-desc", OPENAPI_MEDIA, "OpenAPI"),
            link(address(request, "api"), "service-doc", "text/html", _("接口说明")),
            link(address(request, "ogc-conformance"), "conformance", JSON),
            link(address(request, "ogc-collections"), "data", JSON),
        ],
    })  # fmt: skip


@operation(
    "ogc-conformance", "ogc/conformance", "features", "符合的标准类", "Conformance classes",
    replies=(Reply(JSON, {"$ref": "#/components/schemas/Conformance"}),), example="/ogc/conformance",
)  # fmt: skip
def conformance(called: Called) -> HttpResponse:
    """Which classes of the standard this service keeps."""
    return json_answer(called.request, {"conformsTo": list(CONFORMANCE)})


@operation(
    "ogc-api", "ogc/api", "features", "要素服务的 OpenAPI 文档", "OpenAPI document of the features",
    replies=(Reply(OPENAPI_MEDIA, {"type": "object"}),), example="/ogc/api",
)  # fmt: skip
def definition(called: Called) -> HttpResponse:
    """The part of the OpenAPI document that is about features, with addresses below the landing page."""
    return json_answer(called.request, document(called.request, below="ogc"), OPENAPI_MEDIA)


@operation(
    "ogc-collections", "ogc/collections", "features", "要素集合", "Collections",
    replies=(Reply(JSON, {"$ref": "#/components/schemas/Collections"}),), example="/ogc/collections",
)  # fmt: skip
def collections(called: Called) -> HttpResponse:
    """Every register with a place that the caller sees."""
    request = called.request
    seen = [sight for sight in seen_kinds(request).values() if sight.kind.place != "none"]
    first = first_days(sight.kind for sight in seen)
    return json_answer(request, {
        "links": [link(request.build_absolute_uri(), "self", JSON)],
        "collections": [_collection(request, sight, first.get(sight.kind.id)) for sight in seen],
    })  # fmt: skip


@operation(
    "ogc-collection", "ogc/collections/<slug:kind>", "features", "一个要素集合", "A collection",
    parameters=(KIND,), replies=(Reply(JSON, {"$ref": "#/components/schemas/Collection"}),),
    example="/ogc/collections/outfalls",
)  # fmt: skip
def collection(called: Called, kind: str) -> HttpResponse:
    """One register with a place."""
    sight = _opened(called, kind)
    return json_answer(called.request, _collection(called.request, sight, first_days([sight.kind]).get(kind)))


@operation(
    "ogc-queryables", "ogc/collections/<slug:kind>/queryables", "features", "可作查询条件的属性",
    "Properties that can be asked",
    parameters=(KIND,), replies=(Reply(SCHEMA, {"type": "object"}),), example="/ogc/collections/outfalls/queryables",
)  # fmt: skip
def queryables(called: Called, kind: str) -> HttpResponse:
    """Properties of features that may stand as parameters of `items`."""
    sight = _opened(called, kind)
    told = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address(called.request, "ogc-queryables", kind), "type": "object",
        "title": texts.both(sight.kind.zh, sight.kind.en), "additionalProperties": False,
        "properties": {
            field.id: field_schema(field) for field in sight.fields
            if field.type in ("choice", "truth", "region", "text", "entry") and field.id not in _TAKEN
        },
    }  # fmt: skip
    return json_answer(called.request, told, SCHEMA)


@operation(
    "ogc-items", "ogc/collections/<slug:kind>/items", "features", "集合的要素", "Features of a collection",
    parameters=(KIND, BOX, DATETIME, LIMIT, CURSOR),
    replies=(Reply(GEOJSON, {"$ref": "#/components/schemas/FeatureCollection"}),), fields=True,
    example="/ogc/collections/outfalls/items?bbox=105,36,107,39&limit=50",
)  # fmt: skip
def items(called: Called, kind: str) -> HttpResponse:
    """A page of features."""
    request, sight = called.request, _opened(called, kind)
    days = days_in(called["datetime"])
    asked = Asked(Wanted(Filter(), fields_asked(called, sight), box=box_in(called)))
    found = _page(called, sight, asked, days)
    following = with_mark(request, mark_of(found.after))
    links = [
        link(request.build_absolute_uri(), "self", GEOJSON),
        link(address(request, "ogc-collection", kind), "collection", JSON),
        link(address(request, "registers-list", kind), "alternate", "text/html"),
    ]
    links += [link(following, "next", GEOJSON)] if following else []
    told: dict[str, Any] = {
        "type": "FeatureCollection", "timeStamp": _now(), "numberReturned": len(found.entries),
        "invented": sum(read.invented for read in found.entries),
        "features": [feature_of(sight, read) for read in found.entries], "links": links,
    }  # fmt: skip
    number = matched(sight.kind, asked) if days is None else None
    if number is None and called["cursor"] is None and found.after is None:
        number = len(found.entries)  # the only page there is
    if number is not None:
        told["numberMatched"] = number
    response = json_answer(request, told, GEOJSON, passing=_PASSING)
    response["Content-Crs"] = f"<{CRS84}>"
    return response


@operation(
    "ogc-item", "ogc/collections/<slug:kind>/items/<int:pk>", "features", "一个要素", "A feature",
    parameters=(KIND, Parameter("pk", "要素的序号", "number of the feature", {"type": "integer"}, 1, "path"), DATETIME),
    replies=(Reply(GEOJSON, {"$ref": "#/components/schemas/Feature"}),), example="/ogc/collections/outfalls/items/1",
)  # fmt: skip
def item(called: Called, kind: str, pk: int) -> HttpResponse:
    """One feature, as it stands or as it last stood within the days asked for."""
    request, sight = called.request, _opened(called, kind)
    read = one_within(sight.kind, pk, days_in(called["datetime"])) if pk < 2**62 else None
    if read is None:
        raise not_found(_("没有这个要素"), _("集合中没有序号为 %(number)s 的要素。") % {"number": pk})
    told = feature_of(sight, read) | {
        "links": [
            link(request.build_absolute_uri(), "self", GEOJSON),
            link(address(request, "ogc-collection", kind), "collection", JSON),
            link(address(request, "api-entry", kind, read.view.key), "alternate", JSON),
            link(address(request, "registers-entry", kind, pk), "alternate", "text/html"),
        ]
    }
    response = json_answer(request, told, GEOJSON)
    response["Content-Crs"] = f"<{CRS84}>"
    return response


def _page(called: Called, sight: Sight, asked: Asked, days: tuple[date | None, date | None] | None) -> Page:
    most = called["limit"] or 10
    if days is None:
        return page(sight.kind, asked, place_in(called["cursor"], str), most)
    return within(sight.kind, asked, *days, place_in(called["cursor"], int), most)


def _opened(called: Called, kind: str) -> Sight:
    sight = opened(called.request, kind)
    if sight.kind.place == "none":
        raise not_found(_("没有这个集合"), _("此名录的条目没有位置，请用 /api/registers 读取。"))
    return sight


def _collection(request: HttpRequest, sight: Sight, first: date | None) -> dict[str, Any]:
    kind = sight.kind
    begin = None if first is None else f"{first.isoformat()}T00:00:00+08:00"
    rule = open_rule()
    told: dict[str, Any] = {
        "id": kind.id, "title": texts.both(kind.zh, kind.en), "description": texts.both(kind.about_zh, kind.about_en),
        "itemType": "feature", "crs": [CRS84],
        # A box around all entries would have to look at each of them; the standard asks for one only where it is given.
        "extent": {"temporal": {"interval": [[begin, None]], "trs": GREGORIAN}},
        "links": [
            link(address(request, "ogc-collection", kind.id), "self", JSON),
            link(address(request, "ogc-items", kind.id), "items", GEOJSON, texts.both(kind.zh, kind.en)),
            link(address(request, "ogc-queryables", kind.id), _QUERYABLES, SCHEMA),
            link(address(request, "api-register", kind.id), "describedby", JSON),
            link(address(request, "registers-list", kind.id), "alternate", "text/html"),
        ],
    }  # fmt: skip
    if rule["licence_url"]:
        told["links"].append(link(str(rule["licence_url"]), "license", "text/html"))
    return told


def days_in(text: str | None) -> tuple[date | None, date | None] | None:
    """First and last day in China of `datetime`; None on a side that is open, None altogether where nothing is asked.

    Raises
    ------
    Problem
        400 for what is no instant and no interval of RFC 3339.
    """
    if text is None:
        return None
    parts = text.replace(" ", "+").split("/")
    if len(parts) > 2:
        raise _not_a_time(text)
    ends: list[datetime | date | None] = []
    for part in parts:
        if len(parts) == 2 and part in ("", ".."):
            ends.append(None)
        else:
            ends.append(_instant(part, text))
    if len(parts) == 1:
        ends = ends * 2
    first, last = (_day(end) for end in ends)
    if first is not None and last is not None and first > last:
        raise _not_a_time(text)
    return first, last


def _instant(part: str, text: str) -> datetime | date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", part):
            return date.fromisoformat(part)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", part):
            return datetime.fromisoformat(part.upper())
    except ValueError:
        pass
    raise _not_a_time(text)


def _day(end: datetime | date | None) -> date | None:
    try:
        return timezone.localdate(end) if isinstance(end, datetime) else end
    except OverflowError:
        raise _not_a_time(str(end)) from None


def _not_a_time(text: str) -> Problem:
    return Problem(
        400, "wrong-value", _("参数的值不对"),
        _("datetime 应为 RFC 3339 的时刻或区间，如 2026-01-01T00:00:00Z/..，得到“%(got)s”。") % {"got": text[:80]},
        "datetime",
    )  # fmt: skip


def _now() -> str:
    return timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")


#: Parameters that a field's name cannot take.
_TAKEN = {"bbox", "datetime", "limit", "cursor", "f", "lang"}
