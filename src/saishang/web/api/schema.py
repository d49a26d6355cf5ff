"""What an entry of a register looks like, for machines: JSON Schema, table schema of CSV on the Web, names in both
languages, made from the kind as its file describes it."""

from __future__ import annotations

from typing import Any

from saishang.science.register.kind import Field
from saishang.web.api.seeing import Sight

__all__ = ["field_schema", "json_schema", "kind_told", "table_schema"]

_TYPES = {
    "text": "string", "long_text": "string", "integer": "integer", "number": "number", "date": "string",
    "choice": "string", "truth": "boolean", "region": "string", "entry": "string",
}  # fmt: skip
_GEOMETRIES = {
    "point": ["Point"], "line": ["LineString", "MultiLineString"], "polygon": ["Polygon", "MultiPolygon"],
}  # fmt: skip
#: CSV on the Web: the types of XML Schema.
_CSV_TYPES = {"integer": "integer", "number": "decimal", "date": "date", "truth": "boolean"}
#: What a register says of an entry, in flat forms: name → (Chinese, English, type of CSV on the Web).
FURTHER = {
    "_id": ("条目序号", "Number of the entry", "integer"), "_state": ("状态", "State", "string"),
    "_since": ("状态起始日期", "State since", "date"), "_effective": ("生效日期", "Holds from", "date"),
    "_version": ("版本", "Version", "integer"), "_recorded_at": ("录入时间", "Recorded at", "dateTime"),
    "_withdrawn": ("已撤销", "Withdrawn", "boolean"),
    "_invented": ("演示（虚构）", "Invented for demonstration", "boolean"),
    "_lon": ("经度", "Longitude", "decimal"), "_lat": ("纬度", "Latitude", "decimal"),
    "_geojson": ("位置（GeoJSON）", "Place (GeoJSON)", "string"),
}  # fmt: skip


def field_schema(field: Field) -> dict[str, Any]:
    """A field as JSON Schema; an optional one may be null."""
    kind = _TYPES[field.type]
    told: dict[str, Any] = {"title": field.zh, "x-title-en": field.en}
    told["type"] = kind if field.required is True else [kind, "null"]
    if field.type == "date":
        told["format"] = "date"
    if field.type == "choice":
        ids: list[str | None] = [choice.id for choice in field.choices]
        told["enum"] = ids if field.required is True else [*ids, None]
        told["x-words"] = {choice.id: {"zh": choice.zh, "en": choice.en} for choice in field.choices}
    if field.type in ("text", "long_text", "entry"):
        told["maxLength"] = field.length
    if field.pattern:
        told["pattern"] = f"^(?:{field.pattern})$"
    for name, bound in (("minimum", field.least), ("maximum", field.most)):
        if bound is not None:
            told[name] = bound
    if field.unit:
        told["x-unit"] = field.unit
    if field.decimals is not None:
        told["x-decimals"] = field.decimals
    if field.of:
        told["x-register"] = field.of
    if field.help_zh:
        told["description"] = field.help_zh
    return told


def json_schema(sight: Sight) -> dict[str, Any]:
    """An entry of a register as the interface gives it to this caller (JSON Schema 2020-12)."""
    kind = sight.kind
    states = list(kind.life.states) if kind.life is not None else []
    place: dict[str, Any] = {"type": "null"}
    if kind.place != "none":
        place = {
            "type": ["object", "null"], "required": ["type", "coordinates"],
            "properties": {"type": {"enum": _GEOMETRIES[kind.place]}, "coordinates": {"type": "array"}},
        }  # fmt: skip
    moment = {"type": "string", "format": "date-time"}
    day = {"type": "string", "format": "date"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": kind.zh, "x-title-en": kind.en,
        "description": kind.about_zh, "x-source": kind.source, "type": "object",
        "required": ["id", "key", "title", "region", "state", "state_since", "effective", "version", "recorded_at",
                     "withdrawn", "invented", "fields", "place"],
        "properties": {
            "id": {"type": "integer"}, "key": {"type": "string"}, "title": {"type": "string"},
            "region": {"type": ["string", "null"]},
            "state": {"enum": [*states, None]} if states else {"type": "null"},
            "state_since": day, "effective": day, "version": {"type": "integer", "minimum": 1}, "recorded_at": moment,
            "withdrawn": {"type": "boolean"}, "invented": {"type": "boolean"},
            "fields": {
                "type": "object", "additionalProperties": False,
                "required": [field.id for field in sight.fields],
                "properties": {field.id: field_schema(field) for field in sight.fields},
            },
            "place": place, "href": {"type": "string", "format": "uri"},
        },
    }  # fmt: skip


def kind_told(sight: Sight) -> dict[str, Any]:
    """A register in words and codes: fields, states and moves, terms, figures."""
    kind = sight.kind
    life = []
    if kind.life is not None:
        life = [
            {"id": state.id, "zh": state.zh, "en": state.en, "final": state.final,
             "moves": [{"action": move.action, "zh": move.zh, "en": move.en, "after": move.after,
                        "evidence": list(move.evidence), "clause": move.clause}
                       for move in kind.life.moves(state.id)]}
            for state in kind.life.states.values()
        ]  # fmt: skip
    return {
        "id": kind.id, "zh": kind.zh, "en": kind.en, "about_zh": kind.about_zh, "about_en": kind.about_en,
        "source": kind.source, "clause": kind.clause, "status": kind.status, "public": kind.public,
        "place": kind.place, "key": kind.key, "title": kind.title, "owner": kind.owner or None, "start": kind.start,
        "fields": [field_told(field) for field in sight.fields], "states": life,
        "terms": [
            {"id": term.id, "zh": term.zh, "en": term.en, "states": list(term.states), "from": term.since or None,
             "months": term.months, "days": term.days, "working_days": term.working_days, "source": term.source,
             "clause": term.clause, "status": term.status}
            for term in kind.terms if sight.terms
        ],
        "figures": [
            {"id": figure.id, "zh": figure.zh, "en": figure.en, "measure": figure.measure, "unit": figure.unit,
             "decimals": figure.decimals}
            for figure in kind.figures.values() if sight.tells(figure)
        ],
    }  # fmt: skip


def field_told(field: Field) -> dict[str, Any]:
    """A field in words and codes."""
    return {
        "id": field.id, "zh": field.zh, "en": field.en, "type": field.type, "unit": field.unit or None,
        "help_zh": field.help_zh, "help_en": field.help_en, "public": field.public, "open": field.open,
        "required": field.required if isinstance(field.required, bool)
        else {name: list(values) for name, values in field.required.items()},
        "choices": [{"id": choice.id, "zh": choice.zh, "en": choice.en} for choice in field.choices],
        "register": field.of or None, "computed": field.compute is not None, "kept_years": field.kept_years or None,
    }  # fmt: skip


def table_schema(sight: Sight, columns: list[str], url: str, licence: str) -> dict[str, Any]:
    """The CSV file of a register as CSV on the Web describes it (W3C, Metadata Vocabulary for Tabular Data)."""
    kind = sight.kind
    fields = {field.id: field for field in sight.fields}
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}], "url": url,
        "dc:title": {"@value": kind.zh, "@language": "zh"},
        "dc:description": {"@value": kind.about_zh, "@language": "zh"},
        "dc:source": kind.source,
        "dc:license": licence, "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "tableSchema": {
            "primaryKey": kind.key,
            "columns": [_column(name, fields.get(name)) for name in columns],
        },
    }  # fmt: skip


def _column(name: str, field: Field | None) -> dict[str, Any]:
    if field is None:
        zh, en, kind = FURTHER[name]
        # A name that begins with a line is kept for the standard's own; the title is what stands in the file.
        return {"name": name.lstrip("_") + "_of_entry", "titles": [name], "datatype": kind,
                "dc:description": {"zh": zh, "en": en}}  # fmt: skip
    told: dict[str, Any] = {
        "name": field.id, "titles": [field.id], "datatype": _CSV_TYPES.get(field.type, "string"),
        "dc:description": {"zh": f"{field.zh}（{field.unit}）" if field.unit else field.zh,
                           "en": f"{field.en} [{field.unit}]" if field.unit else field.en},
    }  # fmt: skip
    return told | ({"required": True} if field.required is True else {})
