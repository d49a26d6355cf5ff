"""Tiles of a register's map as GeoJSON: clusters with a number, or the things themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.registers import book, tiles
from saishang.apps.registers.lists import Wanted
from saishang.apps.registers.queries import Filter
from saishang.science.register.cells import box_of
from saishang.science.register.kind import DEMONSTRATION, Kind
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.registers_common import PLAIN, Reader, entry_url, opened, state_colours, state_name
from saishang.web.security import public

__all__ = ["tile", "tiled_map", "tiles_can_show"]


@public
@require_safe
def tile(request: HttpRequest, kind: str, zoom: int, column: int, row: int) -> HttpResponse:
    """One square of the map of a register as it stands now; `state` leaves one state."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    if zoom > tiles.DEEPEST or max(column, row) >= 1 << zoom:
        raise Http404(_("地图没有这一格。"))
    state = request.GET.get("state", "")
    states = (state,) if known.life is not None and state in known.life.states else ()
    percent = None if book.ready([known]) else book.percent(known) or 0
    if percent is not None:
        return JsonResponse({"type": "FeatureCollection", "features": [], "making": percent}, status=202)
    made = tiles.tile(known, zoom, column, row, states)
    features = [_cluster(known, cluster, made.level, zoom) for cluster in made.clusters]
    features += [_thing(known, reader, view, lon, lat) for view, lon, lat in made.things]
    answer = JsonResponse(
        {"type": "FeatureCollection", "features": features, "hidden": made.hidden},
        json_dumps_params={"ensure_ascii": False},
    )
    answer["Content-Type"] = "application/geo+json"
    return answer


def tiles_can_show(kind: Kind, wanted: Wanted) -> bool:
    """Whether tiles hold what a list shows: they know states, and no other filter."""
    return kind.place != "none" and wanted == Wanted(Filter(states=wanted.filter.states))


def tiled_map(kind: Kind, state: str) -> dict[str, Any] | None:
    """The map of a whole register, by tiles; None when the site has no map."""
    layers = site.map_layers()
    if not layers:
        return None
    # The pattern of the address is filled in by the map.
    address = reverse("registers-tile", args=[kind.id, 0, 0, 0]).removesuffix("0/0/0/")
    return {
        "layers": layers, "points": [], "bounds": site.bounds_of("prefecture"), "notice": site.unofficial_map_notice(),
        "near": True,
        "tiles": {"url": address, "query": f"?state={state}" if state else "", "deepest": tiles.DEEPEST,
                  "more": _("此处另有 {n} 条，位置太近，未画出；请用列表查找。"),
                  "making": _("地图汇总正在生成（{n}%），稍后再看。"),
                  "failed": _("地图数据没有读到；表中列出的内容不受影响。")},
    }  # fmt: skip


def _cluster(kind: Kind, cluster: tiles.Cluster, level: int, zoom: int) -> Mapping[str, Any]:
    west, south, east, north = box_of(cluster.cell, level)
    told = texts.listed(f"{state_name(kind, state)} {count}" for state, count in cluster.states.items() if state)
    words = texts.counted("%(n)s 条", cluster.count) % {"n": cluster.count}
    note = f"{words}{_('：') if told else ''}{told}"
    if cluster.invented:
        note += " · " + texts.counted("其中 %(n)s 条为演示条目", cluster.invented) % {"n": cluster.invented}
    return _feature((west + east) / 2, (south + north) / 2, {
        "count": cluster.count, "short": _short(cluster.count), "note": note, "invented": cluster.invented,
        "zoom": min(zoom + 2, tiles.DEEPEST),
    })  # fmt: skip


def _thing(kind: Kind, reader: Reader, view: Any, lon: float, lat: float) -> Mapping[str, Any]:
    # The title may be a field that not everybody sees.
    title = view.title if kind.title in {field.id for field in reader.fields} else ""
    invented = bool(view.values.get(DEMONSTRATION))
    parts = [f"{view.key} {title}".strip(), state_name(kind, view.state), _("演示条目") if invented else ""]
    return _feature(lon, lat, {
        "note": " · ".join(part for part in parts if part), "href": entry_url(kind, view.pk), "invented": invented,
        "colour": state_colours(kind).get(view.state, PLAIN),
    })  # fmt: skip


def _feature(lon: float, lat: float, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    place = {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
    return {"type": "Feature", "geometry": place, "properties": properties}


def _short(count: int) -> str:
    """A number that fits into a dot: 999, 1.2k or 1.2万, 3M."""
    if count < 1000:
        return str(count)
    steps = ((10**6, "M"), (10**3, "k")) if texts.english() else ((10**8, "亿"), (10**4, "万"))
    for size, sign in steps:
        if count >= size:
            tenths = count * 10 // size
            return (
                f"{tenths // 10}{sign}" if tenths >= 100 or tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}{sign}"
            )
    return str(count)
