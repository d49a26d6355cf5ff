"""Answers: JSON with exact numbers and a mark for caches, entries in their forms, links, marks of pages."""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from saishang.apps.registers.reading import Read
from saishang.science.register.kind import Field
from saishang.web.api.problems import Problem
from saishang.web.api.seeing import Sight

__all__ = [
    "address", "dumped", "entry_of", "feature_of", "flat", "json_answer", "link", "mark_of", "moment", "number",
    "place_in", "value_of", "with_mark",
]  # fmt: skip

#: Stands around a number that a binary fraction cannot hold; nobody can type it.
_EXACT = f"exact-{secrets.token_hex(12)}"
_WRITTEN = re.compile(f'"{_EXACT}:([^"]*)"')


def json_answer(
    request: HttpRequest, told: Mapping[str, Any], media: str = "application/json", *, passing: tuple[str, ...] = ()
) -> HttpResponse:
    """A JSON answer; one that the caller has already is not sent again (ETag, 304).

    Parameters
    ----------
    passing:
        Members that say when the answer was made: another moment does not make it another answer.
    """
    lasting = dumped({name: value for name, value in told.items() if name not in passing})
    mark = f'W/"{sha256(f"{media} {lasting}".encode()).hexdigest()[:32]}"'
    response = HttpResponse(dumped(told), content_type=media)
    response["ETag"] = mark
    if not request.user.is_authenticated:  # answers to people who are signed in are kept nowhere (web/security)
        response["Cache-Control"] = "no-cache"
    return cast("HttpResponse", get_conditional_response(request, etag=mark, response=response))


def dumped(told: Any) -> str:
    """JSON; days in ISO 8601, moments with their offset, numbers to their last digit."""
    return _WRITTEN.sub(r"\1", json.dumps(told, ensure_ascii=False, default=_plain, allow_nan=False))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return number(f"{value:f}")
    raise TypeError(type(value).__name__)


def number(text: str) -> Any:
    """A decimal text as a JSON number of the same value."""
    exact = Decimal(text)
    if exact == exact.to_integral_value():
        return int(exact)
    near = float(exact)
    return near if Decimal(repr(near)) == exact else f"{_EXACT}:{exact.normalize():f}"


def moment(value: datetime) -> str:
    """A moment in China Standard Time with its offset."""
    return timezone.localtime(value).isoformat()


def value_of(field: Field, value: Any) -> Any:
    """A stored value as JSON."""
    return number(str(value)) if field.type == "number" and value is not None else value


def address(request: HttpRequest, name: str, *parts: Any, **query: Any) -> str:
    """The whole address of an operation."""
    told = [(key, value) for key, value in query.items() if value is not None]
    return request.build_absolute_uri(reverse(name, args=parts) + (f"?{urlencode(told)}" if told else ""))


def link(href: str, rel: str, media: str, title: str = "") -> dict[str, str]:
    """A link as OGC API and others have it."""
    return {"href": href, "rel": rel, "type": media} | ({"title": title} if title else {})


def entry_of(sight: Sight, read: Read, entries: str) -> dict[str, Any]:
    """An entry as JSON.

    Parameters
    ----------
    entries:
        Address of the register's entries: a thousand of them are not looked up one by one.
    """
    view = read.view
    shown = sight.values(view)
    return {
        "id": view.pk, "key": view.key, "title": sight.title(view), "region": (view.region or None) if sight.region
        else None, "state": view.state or None, "state_since": view.since, "effective": view.effective,
        "version": view.number, "recorded_at": read.recorded_at, "withdrawn": view.withdrawn,
        "invented": read.invented,
        "fields": {field.id: value_of(field, shown[field.id]) for field in sight.fields},
        "place": view.place, "href": f"{entries}/{quote(view.key)}",
    }  # fmt: skip


def flat(sight: Sight, read: Read) -> dict[str, Any]:
    """An entry as one row: its fields, and what the register says of it under names that begin with a line."""
    view = read.view
    shown = sight.values(view)
    return {field.id: value_of(field, shown[field.id]) for field in sight.fields} | {
        "_id": view.pk, "_state": view.state or None, "_since": view.since, "_effective": view.effective,
        "_version": view.number, "_recorded_at": read.recorded_at, "_withdrawn": view.withdrawn,
        "_invented": read.invented,
    }  # fmt: skip


def feature_of(sight: Sight, read: Read) -> dict[str, Any]:
    """An entry as a GeoJSON feature (RFC 7946)."""
    return {
        "type": "Feature", "id": read.view.pk, "geometry": read.view.place, "properties": flat(sight, read),
    }  # fmt: skip


def mark_of(after: Any) -> str | None:
    """The mark of a page as it stands in an address; nobody is meant to read it."""
    if after is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(after, ensure_ascii=False).encode()).decode().rstrip("=")


def place_in(text: str | None, wanted: type) -> Any:
    """What a mark says, which has to be of the kind that this list is ordered by.

    Raises
    ------
    Problem
        For a mark of another list, or none at all.
    """
    if text is None:
        return None
    try:
        found = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if wanted is list:
            ok = isinstance(found, list) and len(found) == 2 and isinstance(found[1], int)
            ok = ok and timezone.is_aware(datetime.fromisoformat(found[0]))
        else:
            ok = isinstance(found, wanted) and not isinstance(found, bool)
        if isinstance(found, str):
            ok = ok and "\x00" not in found and len(found) <= 200
        if isinstance(found, int):
            ok = ok and 0 <= found < 2**62
    except (ValueError, TypeError, binascii.Error):
        ok = False
    if not ok:
        raise Problem(
            400, "wrong-cursor", _("翻页标记不对"), _("请使用上一页回答中 next 链接里的 cursor，条件不变。"), "cursor"
        )  # fmt: skip
    return found


def with_mark(request: HttpRequest, mark: str | None) -> str | None:
    """The address of the next page: the same question with its mark; None at the end."""
    if mark is None:
        return None
    query = request.GET.copy()
    query["cursor"] = mark
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
