"""The site's rules and geography: one cached reading for all pages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.rules import RuleLookupError, Rules, load_rules
from saishang.web import texts
from saishang.web.security import public

__all__ = [
    "agency_name", "bounds_of", "cities", "city_places", "geometry", "geometry_url", "map_layers", "region_name",
    "rules", "site", "stations", "unofficial_map_notice",
]  # fmt: skip


def rules() -> Rules:
    """The shipped rules with the site's own laid over them (`SAISHANG_RULES`)."""
    return load_rules(settings.CONFIG.rules_overlay)


def site() -> str:
    """Folder name of the site under `rules/sites`: the first one that brings geometry."""
    names = sorted({name.split("/")[1] for name in rules().geometries if name.startswith("sites/")})
    return names[0] if names else ""


def region_name(code: str) -> str:
    """Name of a region in the reader's language; the code itself when the table does not know it."""
    try:
        return texts.name_of(rules().regions[code])
    except (KeyError, RuleLookupError):
        return code


def agency_name(name: str) -> str:
    """Name of an agency in the reader's language, from any of its Chinese names; unknown names stay as they are."""
    return _agencies(rules().digest).get(name, name) if texts.english() else name


@lru_cache(maxsize=4)
def _agencies(digest: str) -> dict[str, str]:
    return {
        name: row["en"]
        for row in rules().agencies.values()
        if row["en"]
        for name in (*(row["aliases"] or ()), row["short"], row["zh"])
        if name
    }


def cities(region: str | None = None) -> list[Any]:
    """Rows of the prefecture-level cities, of one province or of all that the plan is about, in the table's order."""
    found = [row for row in rules().regions.values() if row["level"] == "prefecture_city"]
    if region is not None:
        return [row for row in found if row["parent"] == region]
    return [row for row in found if row["use"] == "in_plan"]


def stations() -> list[Any]:
    """Rows of the site's air stations, empty when the site has no such table."""
    table = rules().tables.get(f"sites/{site()}/air_stations")
    return list(table.rows) if table is not None else []


def city_places() -> dict[str, tuple[float, float]]:
    """Where to write a city on the map: the middle of its air stations (lon, lat), since people live there."""
    places: dict[str, list[tuple[float, float]]] = {}
    for row in stations():
        if row["city_mean"] and row["lon"] is not None and row["lat"] is not None:
            places.setdefault(row["region"], []).append((float(row["lon"]), float(row["lat"])))
    return {
        code: (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
        for code, points in places.items()
    }


def unofficial_map_notice() -> str:
    """What has to stand on every map of ours: outlines without an approval number are for internal use."""
    return _("内部使用，非审定地图")


def geometry_url(name: str) -> str | None:
    """Address of an outline of the site, None when the site has none of that name."""
    if f"sites/{site()}/{name}" not in rules().geometries:
        return None
    return reverse("geometry", args=[name])


def map_layers() -> list[dict[str, Any]]:
    """Layers every map of the site starts with: cities and rivers, as far as the site has them."""
    layers: list[dict[str, Any]] = []
    for name, kind in (("prefecture", "area"), ("rivers", "line")):
        url = geometry_url(name)
        if url is not None:
            layers.append({"id": name, "kind": kind, "url": url})
    return layers


@public
def geometry(request: HttpRequest, name: str) -> HttpResponse:
    """Outlines of the site as GeoJSON."""
    try:
        body, tag = _body(rules().digest, f"sites/{site()}/{name}")
    except RuleLookupError:
        raise Http404(_("没有名为“%(name)s”的边界。") % {"name": name}) from None
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified()
    response = HttpResponse(body, content_type="application/geo+json")
    response["ETag"] = tag
    response["Cache-Control"] = "public, max-age=3600"
    return response


@lru_cache(maxsize=32)
def _body(digest: str, name: str) -> tuple[bytes, str]:
    body = json.dumps(rules().geometry(name), ensure_ascii=False, separators=(",", ":"), default=_number).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _number(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else float(value)


def bounds_of(name: str) -> list[list[float]]:
    """Smallest box around an outline: [[west, south], [east, north]] in degrees."""
    west, south, east, north = _bounds(rules().digest, f"sites/{site()}/{name}")
    return [[west, south], [east, north]]


@lru_cache(maxsize=32)
def _bounds(digest: str, name: str) -> tuple[float, float, float, float]:
    points: list[tuple[float, float]] = []

    def walk(node: Any) -> None:
        if len(node) >= 2 and not isinstance(node[0], list | tuple):
            points.append((float(node[0]), float(node[1])))
        else:
            for part in node:
                walk(part)

    for feature in rules().geometry(name)["features"]:
        walk(feature["geometry"]["coordinates"])
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)
