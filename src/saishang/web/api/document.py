"""The OpenAPI document (3.0.3, as OGC API - Features asks), made from the table of operations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from saishang import __version__
from saishang.web import texts
from saishang.web.api.operations import CSV, OPERATIONS, Operation, Parameter
from saishang.web.api.problems import MEDIA
from saishang.web.api.shapes import SHAPES

__all__ = ["OPENAPI_MEDIA", "document", "listed", "template"]

OPENAPI_MEDIA = "application/vnd.oai.openapi+json;version=3.0"
_PART = re.compile(r"<(?:\w+:)?(\w+)>")
#: Status → words of the problem.
_PROBLEMS = {
    "400": "a parameter that is unknown or wrong", "403": "not for this caller", "404": "nothing there",
    "405": "only GET and HEAD", "406": "no such form of the answer", "429": "too many at once",
    "503": "cannot be answered for now",
}  # fmt: skip
_GROUPS = {
    "start": ("入口", "Entrance"), "registers": ("名录", "Registers"), "open": ("开放数据", "Open data"),
    "features": ("要素（OGC API）", "Features (OGC API)"),
}  # fmt: skip


def document(request: HttpRequest, *, below: str = "") -> dict[str, Any]:
    """The document of all operations, or of those below an address, which is the server's then."""
    chosen = [one for one in _ordered() if one.path.startswith(f"{below}/" if below else "")]
    server = request.build_absolute_uri(f"/{below}").rstrip("/")
    return {
        "openapi": "3.0.3",
        "info": {
            "title": texts.both("塞上开放接口", "Saishang open interface"), "version": __version__,
            "description": _about(),
        },
        "servers": [{"url": server}],
        "tags": [
            {"name": name, "description": texts.both(*words)} for name, words in _GROUPS.items()
            if any(one.group == name for one in chosen)
        ],
        "paths": {template(one, below): {"get": _operation(one)} for one in chosen},
        "components": {"schemas": {**SHAPES}, "responses": _problem_replies()},
    }  # fmt: skip


def _about() -> str:
    return texts.both(
        "读取环境名录：条目、历史、统计、溯源、开放数据和地理要素。"
        "未登录时只给出公开名录的公开且开放的字段；登录后按权限给出。"
        "每次最多 1000 条，用 next 链接翻页；序列最多 400 个日期；同时进行的整册下载每个进程最多 2 个。"
        "虚构的演示条目都有标记，统计中不与真实条目相加。",
        "Reads registers: entries, history, figures, what is behind them, open data, features."
        " Without signing in it gives public registers with their public and open fields; signed in, what the account"
        " may see. At most 1000 entries at once, go on by the link `next`; at most 400 days of a series; at most 2"
        " downloads of whole registers at once in each process. Invented entries are marked, and never added to real"
        " ones.",
    )


def template(known: Operation, below: str = "") -> str:
    """The address with its parts in braces."""
    path = "/" + _PART.sub(r"{\1}", known.path)
    return (path[len(below) + 1 :] or "/") if below else path


def _operation(known: Operation) -> dict[str, Any]:
    parameters = [_parameter(one) for one in known.parameters]
    if known.fields:
        parameters.append({
            "name": "properties", "in": "query", "required": False, "style": "form", "explode": True,
            "description": texts.both("以字段编号为名的条件（选项、是否、地区、文本）", "conditions on fields"),
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        })  # fmt: skip
    return {
        "operationId": known.name, "tags": [known.group], "summary": texts.both(known.zh, known.en),
        "parameters": parameters,
        "responses": {
            "200": {
                "description": texts.both("回答", "the answer"),
                "content": {reply.media: {"schema": dict(reply.schema)} for reply in known.replies},
            } | _headers(known),
            "304": {"description": texts.both("没有变化", "not changed")},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in _PROBLEMS},
        },
    }  # fmt: skip


def _headers(known: Operation) -> dict[str, Any]:
    if not any(reply.media == CSV for reply in known.replies):
        return {}
    said = {
        "Link": "next page of a CSV answer (RFC 8288)",
        "X-Invented-Entries": "how many entries of a CSV answer are invented",
    }
    return {"headers": {name: {"description": words, "schema": {"type": "string"}} for name, words in said.items()}}


def _parameter(one: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": one.name, "in": one.within, "required": one.within == "path",
        "description": texts.both(one.zh, one.en), "schema": dict(one.schema),
    }  # fmt: skip
    if one.schema.get("type") == "array":
        told |= {"style": "form", "explode": False}
    if one.example is not None and one.schema.get("type") != "array":
        told["example"] = one.example
    return told


def _problem_replies() -> Mapping[str, Any]:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": words, "content": {MEDIA: problem}} for status, words in _PROBLEMS.items()
    }  # fmt: skip


def _ordered() -> list[Operation]:
    groups = list(_GROUPS)
    return sorted(OPERATIONS.values(), key=lambda one: (groups.index(one.group), template(one)))


def listed() -> dict[str, list[Operation]]:
    """Operations by the words of their group."""
    groups: dict[str, list[Operation]] = {}
    for one in _ordered():
        groups.setdefault(texts.both(*_GROUPS[one.group]), []).append(one)
    return groups
