"""What the ecology pages share: tabs, words of grades, counties on the map, the mark of invented entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.rules import Row
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.chain import chain_url
from saishang.web.pages.registers_common import kind_named
from saishang.web.pages.tables import Cell
from saishang.web.reasons import basis_name, reason_name

__all__ = [
    "BASES", "COLOURS", "choose_basis", "county_map", "digits", "edge_words", "explain", "field_words",
    "reason_words", "rows_of", "short_name", "sources_of", "tabs",
]  # fmt: skip

BASES = ("register", "demonstration")
#: Grades from the best to the worst; the word stands in the marker, so that nobody needs the colour.
COLOURS = ("#1a7f5a", "#7fbf7b", "#e8d174", "#e08e45", "#b5473c")


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """(words, address, current) of the ecology pages."""
    entries = [
        ("ecology", _("生态指数")),
        ("ecology-protected", _("自然保护地")),
        ("ecology-alien", _("外来入侵物种")),
        ("ecology-species", _("物种名录")),
        ("ecology-fish", _("黄河鱼类")),
        ("ecology-land", _("退化土地")),
        ("ecology-functions", _("生态系统功能")),
    ]
    return [(words, reverse(name), name == current) for name, words in entries]


def rows_of(
    run: RunFacts | None, table: str, where: str = "", values: Sequence[Any] = (), order: str = ""
) -> list[dict[str, Any]]:
    """Rows of a table of the run; none without a run, or when the run is older than the table."""
    return [] if run is None else queries.select(run.id, table, where or "true", list(values), order)


def choose_basis(request: HttpRequest, rows: Iterable[Mapping[str, Any]]) -> tuple[str, list[tuple[str, str]]]:
    """The basis that the page shows, real entries first, and what there is to choose from."""
    there = {row["basis"] for row in rows}
    known = [name for name in BASES if name in there]
    return choice(request, "basis", known, known[0]), [(name, basis_name(name)) for name in known]


def short_name(code: str) -> str:
    """A region's short name, which fits beside a marker."""
    row = site.rules().regions.get(code)
    if row is None:
        return code
    name = texts.name_of(row)
    return texts.both(row["short"], name.removesuffix(" City").removesuffix(" County").removesuffix(" District"))


def digits(value: float | None, decimals: int) -> str | None:
    """A figure of a cell as it is shown; None for no figure, which exports as an empty cell."""
    return None if value is None else f"{value:.{decimals}f}"


def edge_words(row: Row) -> str:
    """The edges of a grade: `≥ 75`, `55–75`, `< 20`."""
    low, high = row["low"], row["high"]
    return f"≥ {low}" if high is None else f"< {high}" if low is None else f"{low}–{high}"


def explain(run: RunFacts | None, indicator: str, row: Mapping[str, Any]) -> Cell:
    """A link to the chain behind a value of the run."""
    if run is None:
        return Cell(None)
    return Cell(
        None, text=_("查看"), href=chain_url(run.id, indicator, str(row["id"]), str(row["period"]), str(row["basis"]))
    )  # fmt: skip


def field_words(kind: str, fields: Iterable[str]) -> str:
    """Fields of a register in the reader's language."""

    known = kind_named(kind)
    return texts.listed(
        texts.both(known.fields[name].zh, known.fields[name].en) if known and name in known.fields else name
        for name in fields
    )


def reason_words(row: Mapping[str, Any]) -> str:
    """Why a row has no figure, or one that does not count; fields by their names in the register."""
    key, _colon, rest = str(row["reason"] or "").partition(":")
    if key == "fields_missing" and "missing" in row:
        return _("缺少：%(fields)s") % {"fields": field_words(str(row["register"]), rest.split(","))}
    return reason_name(str(row["reason"] or ""))


def sources_of(*places: tuple[str, str]) -> list[tuple[str, str, str]]:
    """(source, clause, status) of groups of constants, for the foot of a page: (document, group)."""
    found = []
    for document, group in places:
        entry = site.rules().document(f"standards/ecology/{document}")["groups"][group]
        found.append((str(entry["source"]), str(entry["clause"]), str(entry["status"])))
    return list(dict.fromkeys(found))


def county_map(found: Mapping[str, tuple[str, str, str, str]], *, level: str = "county") -> dict[str, Any] | None:
    """Counties coloured and lettered; None when the site has no outline of them.

    Parameters
    ----------
    found:
        Code → (colour, letters in the marker, words for the pointer and for readers who hear, address).
    """
    url = site.geometry_url(level)
    if url is None:
        return None
    middles = _middles(site.rules().digest, f"sites/{site.site()}/{level}")
    points = [
        {
            "lon": middles[code][0], "lat": middles[code][1], "badge": badge, "label": short_name(code), "note": note,
            "style": "city", "colour": colour, "ink": "#ffffff" if colour in (COLOURS[0], COLOURS[4]) else "#111111",
            **({"href": href} if href else {}),
        }
        for code, (colour, badge, note, href) in found.items()
        if code in middles
    ]  # fmt: skip
    layers: list[dict[str, Any]] = [
        {"id": level, "kind": "area", "url": url, "key": "code", "width": 0.8,
         **({"colours": {code: told[0] for code, told in found.items()}} if found else {})}
    ]  # fmt: skip
    rivers = site.geometry_url("rivers")
    if rivers is not None:
        layers.append({"id": "rivers", "kind": "line", "url": rivers})
    return {
        "layers": layers, "points": points, "bounds": site.bounds_of("prefecture"),
        "notice": site.unofficial_map_notice(),
    }  # fmt: skip


@lru_cache(maxsize=8)
def _middles(digest: str, name: str) -> dict[str, tuple[float, float]]:
    """Middle of the largest outline of every region of a layer (lon, lat)."""
    found = {}
    for feature in site.rules().geometry(name)["features"]:
        shape = feature["geometry"]
        rings = [shape["coordinates"][0]] if shape["type"] == "Polygon" else [p[0] for p in shape["coordinates"]]
        area, lon, lat = max(
            (_centre([(float(x), float(y)) for x, y, *_ in ring]) for ring in rings), key=lambda c: c[0]
        )
        if area:
            found[str(feature["properties"]["code"])] = (lon, lat)
    return found


def _centre(ring: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Area and centre of a ring by the shoelace formula."""
    area = lon = lat = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        area += cross
        lon += (x1 + x2) * cross
        lat += (y1 + y2) * cross
    return (abs(area) / 2, lon / (3 * area), lat / (3 * area)) if area else (0.0, 0.0, 0.0)
