"""The operations of the interface as a table: from it come the addresses, the checks of parameters, the OpenAPI
document and the page that people read, so that none of them can say something else.

`operation` makes a view of a function: it declares who may call it, refuses what is not in the table with a problem
(RFC 9457), reads the parameters, and sets the language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from saishang.errors import SaishangError
from saishang.web import wording
from saishang.web.api.problems import Problem, answer
from saishang.web.security import public

__all__ = [
    "CSV",
    "GEOJSON",
    "JSON",
    "OPERATIONS",
    "Called",
    "Operation",
    "Parameter",
    "Reply",
    "not_found",
    "operation",
]

JSON, GEOJSON, CSV = "application/json", "application/geo+json", "text/csv"
#: Short names of media types, for `f=`.
SHORT = {"json": JSON, "geojson": GEOJSON, "csv": CSV, "html": "text/html"}


@dataclass(frozen=True)
class Parameter:
    """A parameter of an address.

    Attributes
    ----------
    schema:
        Of OpenAPI 3.0; `type` and `format` say how the text is read.
    many:
        Whether it may stand there several times.
    """

    name: str
    zh: str
    en: str
    schema: Mapping[str, Any]
    example: Any = None
    within: str = "query"
    many: bool = False


@dataclass(frozen=True)
class Reply:
    """One form of an answer: media type, and its schema by name or in full."""

    media: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation: GET (and HEAD) of an address.

    Attributes
    ----------
    fields:
        Whether further parameters are taken, named after fields of the register.
    """

    name: str
    path: str
    group: str
    zh: str
    en: str
    parameters: tuple[Parameter, ...]
    replies: tuple[Reply, ...]
    fields: bool = False
    example: str = ""


@dataclass(frozen=True)
class Called:
    """What a caller asked for: checked parameters, the media type of the answer, further parameters as they came."""

    request: HttpRequest
    operation: Operation
    given: Mapping[str, Any]
    media: str
    others: Mapping[str, str]

    def __getitem__(self, name: str) -> Any:
        return self.given.get(name)


#: Name of the address → operation, in the order of the document.
OPERATIONS: dict[str, Operation] = {}
#: Every operation takes these.
LANGUAGE = Parameter(
    "lang", "文字的语言；不给出时按网站上所选的语言", "language of the words; else the one chosen on the site",
    {"type": "string", "enum": ["zh", "en"]},
)  # fmt: skip
View = Callable[..., HttpResponseBase]


def operation(
    name: str, path: str, group: str, zh: str, en: str, *, parameters: tuple[Parameter, ...] = (),
    replies: tuple[Reply, ...], fields: bool = False, example: str = "",
) -> Callable[[View], View]:  # fmt: skip
    """Enter an operation into the table and make a view of its function `(called, **parts of the address)`."""
    known = Operation(name, path, group, zh, en, (*parameters, _format(replies), LANGUAGE), replies, fields, example)
    OPERATIONS[name] = known

    def decorate(function: View) -> View:
        @wraps(function)
        def view(request: HttpRequest, **parts: Any) -> HttpResponseBase:
            language = {"zh": "zh-hans", "en": "en"}.get(request.GET.get("lang", ""), translation.get_language())
            with translation.override(language):
                try:
                    response = function(_called(request, known), **parts)
                except Problem as problem:
                    response = answer(problem, request.path)
                except SaishangError as error:
                    message, fix = wording.error_words(error)
                    told = Problem(
                        503, error.code, _("暂时无法回答"), " ".join(part for part in (message, fix) if part)
                    )
                    response = answer(told, request.path)
                response.headers.setdefault("Content-Language", "en" if language == "en" else "zh-CN")
            # What is seen hangs on who is signed in, and the form on what is accepted.
            patch_vary_headers(response, ("Accept", "Cookie"))
            return response

        return public(view)

    return decorate


def _format(replies: tuple[Reply, ...]) -> Parameter:
    short = [name for name, media in SHORT.items() if any(reply.media == media for reply in replies)]
    if not short:
        short = ["json"]
    return Parameter(
        "f", "回答的格式；不给出时按 Accept 请求头", "form of the answer; else by the header Accept",
        {"type": "string", "enum": short},
    )  # fmt: skip


def _called(request: HttpRequest, known: Operation) -> Called:
    if request.method not in ("GET", "HEAD"):
        raise Problem(405, "method-not-allowed", _("只能读取"), _("此接口只接受 GET 和 HEAD。"))
    taken = {parameter.name: parameter for parameter in known.parameters if parameter.within == "query"}
    given: dict[str, Any] = {}
    others: dict[str, str] = {}
    for name in request.GET:
        values = request.GET.getlist(name)
        if name not in taken:
            if not known.fields or len(values) > 1:
                raise _unknown(name, taken)
            others[name] = values[0]
            continue
        parameter = taken[name]
        if parameter.many:
            given[name] = tuple(_value(parameter, part) for text in values for part in text.split(",") if part)
        elif len(values) > 1:
            raise _wrong(parameter, ", ".join(values))
        else:
            given[name] = _value(parameter, values[0])
    return Called(request, known, given, _media(request, known, given), others)


def _unknown(name: str, taken: Mapping[str, Parameter]) -> Problem:
    return Problem(
        400, "unknown-parameter", _("没有这个参数"),
        _("没有名为“%(name)s”的参数；可用：%(known)s。") % {"name": name[:80], "known": ", ".join(taken)}, name[:80],
    )  # fmt: skip


def _wrong(parameter: Parameter, text: str) -> Problem:
    schema = parameter.schema.get("items", parameter.schema)
    if "enum" in schema:
        expected = " | ".join(map(str, schema["enum"]))
    elif schema.get("type") == "integer":
        expected = f"{schema.get('minimum', '')} … {schema.get('maximum', '')}"
    else:
        expected = str(parameter.example or schema.get("format") or schema["type"])
    return Problem(
        400, "wrong-value", _("参数的值不对"),
        _("参数 %(name)s 应如 %(expected)s，得到“%(got)s”。")
        % {"name": parameter.name, "expected": expected, "got": text[:80]},
        parameter.name,
    )  # fmt: skip


def _value(parameter: Parameter, text: str) -> Any:
    schema = parameter.schema.get("items", parameter.schema)
    try:
        found = _read(schema, text)
    except ValueError:
        raise _wrong(parameter, text) from None
    if "enum" in schema and found not in schema["enum"]:
        raise _wrong(parameter, text)
    return found


def _read(schema: Mapping[str, Any], text: str) -> Any:
    if "\x00" in text or len(text) > schema.get("maxLength", 2000):
        raise ValueError(text)
    if schema.get("type") == "integer":
        if not text.isascii() or not text.isdigit():
            raise ValueError(text)
        number = int(text)
        if not schema.get("minimum", 0) <= number:
            raise ValueError(text)
        # Of too much the most is given, as OGC API - Features has it (/req/core/fc-limit-response-1).
        return min(number, schema.get("maximum", number))
    if schema.get("type") == "boolean":
        return {"true": True, "false": False}[text] if text in ("true", "false") else _refuse(text)
    if schema.get("format") == "date":
        return date.fromisoformat(text) if len(text) == 10 else _refuse(text)
    if schema.get("format") == "date-time":
        # A plus sign that was not written as %2B arrives as a blank.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        return moment if timezone.is_aware(moment) else _refuse(text)
    return text


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _media(request: HttpRequest, known: Operation, given: Mapping[str, Any]) -> str:
    offered = [reply.media for reply in known.replies]
    if "f" in given:
        wanted = SHORT[given["f"]]
        return next((media for media in offered if media == wanted or (wanted == JSON and "json" in media)), offered[0])
    accepted = request.headers.get("Accept", "*/*")
    found = request.get_preferred_type(offered) if accepted else offered[0]
    if found is None:
        # A programme that only names JSON in general takes every kind of it.
        found = next((media for media in offered if "json" in media and JSON in accepted), None)
    if found is None:
        raise Problem(
            406,
            "not-acceptable",
            _("没有这种格式"),
            _("可用的格式：%(known)s。") % {"known": ", ".join(offered)},
            "Accept",
        )
    return found


def not_found(title: str, detail: str = "") -> Problem:
    """404 with words."""
    return Problem(404, "not-found", title, detail)
