"""Open data: a whole register as one file, its description, and the catalogue of all open registers.

Files carry open fields only, whoever asks. They are written while they are sent, a thousand entries at a time: a
register of five million entries needs no more memory than one of a thousand.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from threading import BoundedSemaphore
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from saishang.apps.registers.lists import Wanted
from saishang.apps.registers.queries import Filter
from saishang.apps.registers.reading import Asked, Read, last_written, page
from saishang.apps.registers.series import any_real
from saishang.web.api.answers import address, dumped, feature_of, json_answer
from saishang.web.api.asking import KIND, ON
from saishang.web.api.entries import heading, line_of
from saishang.web.api.operations import CSV, GEOJSON, Called, Reply, operation
from saishang.web.api.problems import Problem
from saishang.web.api.schema import table_schema
from saishang.web.api.seeing import Sight, opened, seen_kinds
from saishang.web.pages import site
from saishang.web.pages.registers_common import today

__all__ = ["MOST_AT_ONCE", "catalog", "open_rule", "table", "whole"]

#: Whole registers that one process sends at the same time; each takes one of its threads.
MOST_AT_ONCE = 2
_SENDING = BoundedSemaphore(MOST_AT_ONCE)
_AT_ONCE = 1000
CSVM, JSON_LD = "application/csvm+json", "application/ld+json"


@operation(
    "api-open", "api/registers/<slug:kind>/open", "open", "整册下载（只含开放字段）",
    "A whole register, open fields only",
    parameters=(KIND, ON), replies=(Reply(CSV, {"type": "string"}),
                                    Reply(GEOJSON, {"$ref": "#/components/schemas/FeatureCollection"})),
    example="/api/registers/outfalls/open?f=csv",
)  # fmt: skip
def whole(called: Called, kind: str) -> HttpResponseBase:
    """Every entry as it stands, or stood on a day, in one file."""
    sight = opened(called.request, kind, only_open=True)
    form, write = ("geojson", _features) if called.media == GEOJSON else ("csv", _lines)
    real, made_up = any_real(sight.kind, called["on"])
    mark = "demonstration-" if made_up and not real else ""
    name = f"saishang-{mark}{kind}-{(called['on'] or today()):%Y%m%d}.{form}"
    response: HttpResponseBase
    media = called.media if form == "geojson" else f"{CSV}; charset=utf-8; header=present"
    if called.request.method == "HEAD":
        response = HttpResponse(content_type=media)
    elif not _SENDING.acquire(blocking=False):
        raise Problem(
            429, "busy", _("同时下载的人太多"), _("请过一分钟再试，或用 entries 一页一页地读。"), wait=60
        )  # fmt: skip
    else:
        response = StreamingHttpResponse(_Sent(write(sight, called["on"]), _SENDING.release), content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Invented-Entries"] = str(made_up)
    described = address(called.request, "api-open-table", kind)
    response["Link"] = f'<{described}>; rel="describedby"; type="{CSVM}"'
    return response


class _Sent:
    """What is being sent; lets the next one begin when it is over, also where nobody read a line of it."""

    def __init__(self, parts: Iterator[bytes], over: Callable[[], None]) -> None:
        self._parts, self._over = parts, over
        self._open = True

    def __iter__(self) -> _Sent:
        return self

    def __next__(self) -> bytes:
        return next(self._parts)

    def close(self) -> None:
        """Called by the response, however it ends."""
        if self._open:
            self._open = False
            self._over()


def _pages(sight: Sight, on: date | None) -> Iterator[list[Read]]:
    asked, after = Asked(Wanted(Filter(on=on))), None
    while True:
        found = page(sight.kind, asked, after, _AT_ONCE)
        yield found.entries
        after = found.after
        if after is None:
            return


def _lines(sight: Sight, on: date | None) -> Iterator[bytes]:
    """CSV with a byte order mark, without which Excel misreads Chinese."""
    yield b"\xef\xbb\xbf" + _csv([heading(sight)])
    for reads in _pages(sight, on):
        yield _csv([line_of(sight, read) for read in reads])


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def _features(sight: Sight, on: date | None) -> Iterator[bytes]:
    yield b'{"type": "FeatureCollection", "features": ['
    comma, written, made_up = "", 0, 0
    for reads in _pages(sight, on):
        parts = []
        for read in reads:
            parts.append(f"{comma}\n{dumped(feature_of(sight, read))}")
            comma = ","
            written, made_up = written + 1, made_up + read.invented
        yield "".join(parts).encode()
    yield f'\n], "links": [], "numberReturned": {written}, "invented": {made_up}}}\n'.encode()


@operation(
    "api-open-table", "api/registers/<slug:kind>/open/table", "open", "下载文件的字段说明（CSVW）",
    "Description of the file's columns (CSV on the Web)",
    parameters=(KIND,), replies=(Reply(CSVM, {"type": "object"}),), example="/api/registers/outfalls/open/table",
)  # fmt: skip
def table(called: Called, kind: str) -> HttpResponse:
    """The columns of the CSV file."""
    sight = opened(called.request, kind, only_open=True)
    rule = open_rule()
    url = address(called.request, "api-open", kind, f="csv")
    licence = str(rule["licence_url"] or rule["licence_zh"])
    return json_answer(called.request, table_schema(sight, heading(sight), url, licence), CSVM)


@operation(
    "api-catalog", "api/catalog", "open", "开放名录目录（DCAT，JSON-LD）",
    "Catalogue of open registers (DCAT, JSON-LD)",
    replies=(Reply(JSON_LD, {"type": "object"}),), example="/api/catalog",
)  # fmt: skip
def catalog(called: Called) -> HttpResponse:
    """Every open register with its files, for portals that gather catalogues."""
    request, rule = called.request, open_rule()
    licence = {"@id": rule["licence_url"]} if rule["licence_url"] else _words(rule, "licence")
    sets = []
    for name, sight in seen_kinds(request, only_open=True).items():
        kind = sight.kind
        changed = last_written(kind)
        files = [_file(request, name, "csv", CSV), _file(request, name, "geojson", GEOJSON)]
        told: dict[str, Any] = {
            "@id": address(request, "api-register", name), "@type": "dcat:Dataset", "dct:identifier": name,
            "dct:title": _both(kind.zh, kind.en), "dct:description": _both(kind.about_zh, kind.about_en),
            "dct:source": kind.source, "dct:license": licence, "dct:publisher": {"@id": "#publisher"},
            "dcat:landingPage": {"@id": address(request, "registers-open", name)},
            "dcat:distribution": files if kind.place != "none" else files[:1],
        }  # fmt: skip
        if changed is not None:
            told["dct:modified"] = {"@value": changed, "@type": "xsd:dateTime"}
        sets.append(told)
    return json_answer(request, {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/",
                     "foaf": "http://xmlns.com/foaf/0.1/", "xsd": "http://www.w3.org/2001/XMLSchema#"},
        "@id": address(request, "api-catalog"), "@type": "dcat:Catalog",
        "dct:title": _both("塞上开放名录", "Open registers of Saishang"), "dct:license": licence,
        "dct:publisher": {"@id": "#publisher", "@type": "foaf:Agent", "foaf:name": _words(rule, "publisher")},
        "dcat:dataset": sets,
    }, JSON_LD)  # fmt: skip


def _file(request: Any, name: str, form: str, media: str) -> dict[str, Any]:
    url = address(request, "api-open", name, f=form)
    told: dict[str, Any] = {
        "@type": "dcat:Distribution", "dcat:downloadURL": {"@id": url}, "dcat:mediaType": media, "dct:format": form,
    }  # fmt: skip
    if form == "csv":
        told["dct:conformsTo"] = {"@id": address(request, "api-open-table", name)}
    return told


def _both(zh: str, en: str) -> list[dict[str, str]]:
    return [{"@value": zh, "@language": "zh"}, {"@value": en, "@language": "en"}]


def _words(rule: Any, name: str) -> list[dict[str, str]]:
    return _both(str(rule[f"{name}_zh"]), str(rule[f"{name}_en"]))


def open_rule() -> Any:
    """Who publishes, and under which licence (`rules/open_data.yaml`)."""
    return site.rules().document("open_data")["open_data"]
