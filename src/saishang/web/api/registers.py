"""Which registers there are, what each looks like, and its schema."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from saishang.apps.registers import book
from saishang.web.api.answers import address, json_answer, link
from saishang.web.api.asking import KIND
from saishang.web.api.operations import JSON, Called, Reply, operation
from saishang.web.api.schema import json_schema, kind_told
from saishang.web.api.seeing import Sight, opened, seen_kinds

__all__ = ["register", "registers", "schema"]


@operation(
    "api-registers", "api/registers", "registers", "可读取的名录", "The registers that the caller may read",
    replies=(Reply(JSON, {"$ref": "#/components/schemas/Registers"}),), example="/api/registers",
)  # fmt: skip
def registers(called: Called) -> HttpResponse:
    """Every register that the caller sees, with how many entries it holds."""
    seen = seen_kinds(called.request)
    counts = book.counts([sight.kind for sight in seen.values()])
    told = [
        {"id": name, "zh": sight.kind.zh, "en": sight.kind.en, "about_zh": sight.kind.about_zh,
         "about_en": sight.kind.about_en, "source": sight.kind.source, "status": sight.kind.status,
         "public": sight.kind.public, "place": sight.kind.place, "entries": counts.get(name, 0),
         "links": _links(called, sight)}
        for name, sight in seen.items()
    ]  # fmt: skip
    return json_answer(called.request, {
        "registers": told, "links": [link(called.request.build_absolute_uri(), "self", JSON)],
    })  # fmt: skip


@operation(
    "api-register", "api/registers/<slug:kind>", "registers", "一个名录的说明：字段、单位、代码、流程、期限、指标",
    "A register described: fields, units, choices, life cycle, terms, figures",
    parameters=(KIND,), replies=(Reply(JSON, {"$ref": "#/components/schemas/Register"}),),
    example="/api/registers/outfalls",
)  # fmt: skip
def register(called: Called, kind: str) -> HttpResponse:
    """One register in words and codes."""
    sight = opened(called.request, kind)
    told = kind_told(sight) | {"entries": book.counts([sight.kind]).get(kind, 0), "links": _links(called, sight)}
    return json_answer(called.request, told)


@operation(
    "api-schema", "api/registers/<slug:kind>/schema", "registers", "条目的 JSON Schema", "JSON Schema of an entry",
    parameters=(KIND,), replies=(Reply("application/schema+json", {"type": "object"}),),
    example="/api/registers/outfalls/schema",
)  # fmt: skip
def schema(called: Called, kind: str) -> HttpResponse:
    """What an entry of the register looks like in the answers to this caller."""
    told = json_schema(opened(called.request, kind))
    return json_answer(
        called.request, {"$id": address(called.request, "api-schema", kind)} | told, "application/schema+json"
    )  # fmt: skip


def _links(called: Called, sight: Sight) -> list[dict[str, Any]]:
    request, name = called.request, sight.kind.id
    found = [
        link(address(request, "api-register", name), "self", JSON),
        link(address(request, "api-schema", name), "describedby", "application/schema+json"),
        link(address(request, "api-entries", name), "items", JSON),
        link(address(request, "api-figures", name), "related", JSON, "figures"),
        link(address(request, "registers-list", name), "alternate", "text/html"),
    ]
    if sight.kind.place != "none":
        found.append(link(address(request, "ogc-collection", name), "related", JSON, "OGC API - Features"))
    return found
