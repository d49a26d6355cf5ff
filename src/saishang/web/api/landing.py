"""The entrance of the interface: for people a page that lists every operation, for programmes links and OpenAPI."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from saishang.web import texts
from saishang.web.api.answers import address, json_answer, link
from saishang.web.api.document import OPENAPI_MEDIA, document, listed, template
from saishang.web.api.operations import JSON, SHORT, Called, Operation, Reply, operation
from saishang.web.pages.tables import Cell, Column, Table

__all__ = ["entrance", "openapi"]

_HTML = "text/html"


@operation(
    "api", "api/", "start", "接口首页", "Entrance of the interface",
    replies=(Reply(JSON, {"$ref": "#/components/schemas/Entrance"}), Reply(_HTML, {"type": "string"})), example="/api/",
)  # fmt: skip
def entrance(called: Called) -> HttpResponse:
    """Where everything is; in a browser the page of the interface."""
    request = called.request
    if called.media == _HTML:
        groups = [(name, [_shown(one) for one in operations]) for name, operations in listed().items()]
        return render(request, "api/api.html", {"groups": groups, "openapi": address(request, "api-openapi")})
    return json_answer(request, {
        "title": _("塞上开放接口"), "description": _("环境名录的条目、统计、溯源、开放数据和地理要素。"),
        "links": [
            link(address(request, "api"), "self", JSON),
            link(address(request, "api", f="html"), "service-doc", _HTML),
            link(address(request, "api-openapi"), "service-desc", OPENAPI_MEDIA),
            link(address(request, "api-registers"), "data", JSON),
            link(address(request, "api-catalog"), "describedby", "application/ld+json"),
            link(address(request, "ogc"), "related", JSON, "OGC API - Features"),
        ],
    })  # fmt: skip


@operation(
    "api-openapi", "api/openapi.json", "start", "本接口的 OpenAPI 文档", "OpenAPI document of this interface",
    replies=(Reply(OPENAPI_MEDIA, {"type": "object"}), Reply(JSON, {"type": "object"})), example="/api/openapi.json",
)  # fmt: skip
def openapi(called: Called) -> HttpResponse:
    """Every operation for programmes."""
    return json_answer(called.request, document(called.request), called.media)


def _shown(known: Operation) -> dict[str, Any]:
    names = {media: name for name, media in SHORT.items()}
    rows = [
        {
            "name": Cell(one.name),
            "meaning": texts.both(one.zh, one.en),
            "form": _form(one.schema),
            "example": "" if one.example is None else str(one.example),
        }
        for one in known.parameters
    ]
    columns = [
        Column("name", _("参数"), row_head=True, nowrap=True), Column("meaning", _("含义"), long=True),
        Column("form", _("取值"), long=True), Column("example", _("例"), nowrap=True),
    ]  # fmt: skip
    return {
        "name": known.name, "words": texts.both(known.zh, known.en), "path": template(known), "example": known.example,
        "forms": texts.listed(names.get(reply.media, reply.media) for reply in known.replies),
        "fields": known.fields, "table": Table(known.name, texts.both(known.zh, known.en), columns, rows),
    }  # fmt: skip


def _form(schema: Any) -> str:
    inner = schema.get("items", schema)
    if "enum" in inner:
        return " | ".join(map(str, inner["enum"]))
    if inner["type"] == "integer" and "maximum" in inner:
        return f"{inner['minimum']} – {inner['maximum']}"
    return {
        "date": _("日期"), "date-time": _("带时区的时刻"), "boolean": "true | false", "integer": _("整数"),
        "number": _("数值"),
    }.get(inner.get("format", inner["type"]), _("文本"))  # fmt: skip
