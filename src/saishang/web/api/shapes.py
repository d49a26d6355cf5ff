"""Shapes of the answers, as schemas of OpenAPI 3.0. Fields of an entry differ by register: its own schema has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["SHAPES"]

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
TRUTH: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
FREE: Schema = {"type": "object", "additionalProperties": True}


def _maybe(schema: Mapping[str, Any]) -> Schema:
    return {**schema, "nullable": True}


def _named(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(schema: Mapping[str, Any]) -> Schema:
    return {"type": "array", "items": dict(schema)}


def _thing(members: Mapping[str, Any], optional: Sequence[str] = ()) -> Schema:
    required = [name for name in members if name not in optional]
    return {"type": "object", "properties": dict(members)} | ({"required": required} if required else {})


LINKS = _list(_named("Link"))
_NAMES = {"zh": TEXT, "en": TEXT}
_ENTRY: Schema = {
    "id": WHOLE, "key": TEXT, "title": TEXT, "region": _maybe(TEXT), "state": _maybe(TEXT), "state_since": DAY,
    "effective": DAY, "version": WHOLE, "recorded_at": MOMENT, "withdrawn": TRUTH, "invented": TRUTH, "fields": FREE,
    "place": _maybe(FREE), "href": TEXT,
}  # fmt: skip
_NUMBER: Schema = {"type": "number", "nullable": True}
_VALUE: Schema = {"value": _NUMBER, "counted": WHOLE, "base": WHOLE, "lacking": WHOLE}
_FIGURE: Schema = {"id": TEXT, **_NAMES, "measure": TEXT, "unit": TEXT, **_VALUE}
_KIND: Schema = {
    "id": TEXT, **_NAMES, "about_zh": TEXT, "about_en": TEXT, "source": TEXT, "status": TEXT, "public": TRUTH,
    "place": {"type": "string", "enum": ["none", "point", "line", "polygon"]}, "entries": WHOLE, "links": LINKS,
}  # fmt: skip
_COLLECTION: Schema = {
    "id": TEXT, "title": TEXT, "description": TEXT, "itemType": TEXT, "crs": _list(TEXT), "extent": FREE,
    "links": LINKS,
}  # fmt: skip

SHAPES: dict[str, Schema] = {
    "Problem": _thing(
        {"type": TEXT, "title": TEXT, "status": WHOLE, "code": TEXT, "instance": TEXT, "detail": TEXT,
         "description": TEXT, "parameter": TEXT},
        ("detail", "description", "parameter"),
    ),
    "Link": _thing({"href": TEXT, "rel": TEXT, "type": TEXT, "title": TEXT, "hreflang": TEXT},
                   ("title", "hreflang")),
    "Entrance": _thing({"title": TEXT, "description": TEXT, "links": LINKS}),
    "Registers": _thing({"registers": _list(_thing(_KIND)), "links": LINKS}),
    "Register": _thing({
        **_KIND, "clause": TEXT, "key": TEXT, "title": TEXT, "owner": _maybe(TEXT), "start": TEXT,
        "fields": _list(FREE), "states": _list(FREE), "terms": _list(FREE), "figures": _list(FREE),
    }),
    "Entry": _thing(_ENTRY),
    "Entries": _thing(
        {"register": TEXT, "on": DAY, "since": MOMENT, "until": MOMENT, "matched": _maybe(WHOLE), "returned": WHOLE,
         "invented": WHOLE, "entries": _list(_named("Entry")), "links": LINKS},
        ("on", "since", "until", "matched"),
    ),
    "EntryWithHistory": _thing({
        **_ENTRY, "register": TEXT, "on": DAY,
        "due": _list(_thing({"term": TEXT, "on": DAY, "overdue": TRUTH})),
        "versions": _list(_thing(
            {"version": WHOLE, "action": TEXT, "effective": DAY, "recorded_at": MOMENT, "state": _maybe(TEXT),
             "reason": TEXT, "withdrawn": TRUTH, "place": _maybe(FREE), "fields": FREE, "evidence": _list(FREE),
             "actor": TEXT}, ("actor",),
        )),
    }),
    "Figures": _thing({
        "register": TEXT, "on": DAY, "region": TEXT, "invented": TRUTH, "invented_entries": WHOLE,
        "figures": _list(_thing(
            {**_FIGURE, "series": _list(_thing({"on": DAY, **_VALUE})), "entries": TEXT}, ("series",)
        )),
        "links": LINKS,
    }),
    "Counted": _thing({
        "register": TEXT, "on": DAY, "region": TEXT, "invented": TRUTH, "figure": _thing(_FIGURE),
        "entries": _list(_thing({
            "key": TEXT, "title": TEXT, "counted": TRUTH, "region": _maybe(TEXT), "number": _NUMBER, "version": WHOLE,
            "invented": TRUTH, "href": TEXT,
        })),
        "links": LINKS,
    }),
    "LandingPage": _thing({"title": TEXT, "description": TEXT, "links": LINKS}),
    "Conformance": _thing({"conformsTo": _list(TEXT)}),
    "Collections": _thing({"links": LINKS, "collections": _list(_named("Collection"))}),
    "Collection": _thing(_COLLECTION),
    "Feature": _thing(
        {"type": {"type": "string", "enum": ["Feature"]}, "id": WHOLE, "geometry": _maybe(FREE), "properties": FREE,
         "links": LINKS},
        ("links",),
    ),
    "FeatureCollection": _thing(
        {"type": {"type": "string", "enum": ["FeatureCollection"]}, "features": _list(_named("Feature")),
         "links": LINKS, "timeStamp": MOMENT, "numberMatched": WHOLE, "numberReturned": WHOLE, "invented": WHOLE,
         "register": TEXT, "on": DAY, "since": MOMENT, "until": MOMENT, "matched": _maybe(WHOLE)},
        ("timeStamp", "numberMatched", "register", "on", "since", "until", "matched"),
    ),
}  # fmt: skip
