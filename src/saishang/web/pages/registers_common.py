"""What the pages of registers share: who may see a kind, words, addresses, places on the map."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from saishang.apps.registers import permits, queries
from saishang.apps.registers.kinds import UnknownKindError, kind_of, kind_on, kinds
from saishang.apps.registers.queries import EntryView
from saishang.science.register.kind import Field, Kind
from saishang.science.register.values import shown
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.keeping import kept_words
from saishang.web.security import ask_to_sign_in, may

__all__ = [
    "Reader", "action_name", "address_of", "area_map", "as_it_was", "change_words", "day_of", "drawing_words",
    "entry_url", "exact", "kind_name", "kind_named", "opened", "paper_name", "place_text", "places_layer",
    "region_tree", "state_colours", "state_name", "tabs", "today", "value_text",
]  # fmt: skip


#: Colours of points and outlines; dark enough for white beside them.
_DONE, _OPEN, _PLAIN = "#2f7d32", "#d97706", "#0c5a8a"


class Reader:
    """Who looks at a register, or at one entry of it: which fields are shown, what may be done.

    Attributes
    ----------
    staff:
        Whether what is not public is shown: of the whole register, or of the thing in `region` alone.
    lists:
        Whether the whole register is open to him.
    proposes:
        Whether he proposes what others write at once: somewhere, or for the thing in `region`.
    """

    def __init__(self, request: HttpRequest, kind: Kind, region: str | None = None) -> None:
        self.kind = kind
        self.person = person = request.user if request.user.is_authenticated else None
        self.staff = permits.may_see_inside(person, kind, region)
        self.lists = kind.public or permits.may_see_inside(person, kind)
        # Nobody enters anything into a register that the rules do not describe any more.
        self.editor = may(request, "edit_registers") and not kind.closed
        self.reviewer = person is not None and not kind.closed and permits.may_review(person, kind)
        self.proposes = person is not None and not self.editor and not kind.closed and (
            permits.proposes_somewhere(person, kind, site.rules()) if region is None
            else permits.may_propose(person, kind, region)
        )  # fmt: skip
        self.fields: list[Field] = kind.seen_by(self.staff)

    def inside(self, kind: Kind) -> bool:
        """Whether what is not public of another register is shown: each has its own owner."""
        return permits.may_see_inside(self.person, kind)

    @property
    def writes(self) -> bool:
        """Whether the forms are open: what is sent by them is written, or proposed."""
        return self.editor or self.proposes


def as_it_was(kind: Kind, reader: Reader, on: date | None) -> tuple[Kind, Reader]:
    """For a past day the description of that day: its fields, its states, their words."""
    then = kind_on(kind, site.rules(), on)
    if then is not kind:
        reader.kind, reader.fields = then, then.seen_by(reader.staff)
    return then, reader


def opened(
    request: HttpRequest, name: str, pk: int | None = None, *, guarded: bool = False
) -> tuple[Kind, Reader] | HttpResponse:
    """The kind and its reader; the way to the sign-in page for a register that is not public.

    Parameters
    ----------
    pk:
        The entry that is looked at, where it is one.
    guarded:
        The address has asked already who it is, and shows nothing of other entries.

    Raises
    ------
    Http404, PermissionDenied
        When there is no such register, or the account may not see internal things.
    """
    try:
        kind = kind_of(site.rules(), name)
    except UnknownKindError:
        raise Http404(_("没有名为“%(name)s”的名录。") % {"name": name}) from None
    region = None if pk is None else queries.region_of(kind, pk)
    reader = Reader(request, kind, region)
    if not kind.public and not reader.staff and not guarded:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        raise PermissionDenied("view_internal")
    return kind, reader


def kind_named(name: str) -> Kind | None:
    """A register of the rules; None where a site's rules have none of that name."""
    return kinds(site.rules()).get(name)


def today() -> date:
    """The day in China."""
    return timezone.localdate()


def day_of(text: str | None) -> date | None:
    """A day from an address; None for what is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def kind_name(kind: Kind) -> str:
    """Name of a register."""
    return texts.both(kind.zh, kind.en)


def state_name(kind: Kind, state: str) -> str:
    """Words of a state; empty for registers without states."""
    known = kind.known_state(state)
    return state if known is None else texts.both(known.zh, known.en)


def value_text(field: Field, value: Any) -> str:
    """A value as people read it."""
    if field.type == "region" and value:
        return site.region_name(str(value))
    return shown(field, value, "en" if texts.english() else "zh")


def exact(field: Field, value: Any) -> Any:
    """A value for a table: numbers as numbers, days as days, everything else in words."""
    if value is None:
        return None
    if field.type == "number":
        return Decimal(str(value))
    if field.type == "integer":
        return int(value)
    if field.type == "date":
        return date.fromisoformat(str(value))
    return value_text(field, value)


def change_words(field: Field, before: Any, after: Any, was: Field | None = None) -> str:
    """What a field said and what it says now; `was` is the field as it was described then, where it was otherwise."""
    was = was or field
    # Another unit is never passed over in silence.
    units = [f" {texts.unit_name(one.unit)}" if one.unit and one.unit != other.unit else ""
             for one, other in ((was, field), (field, was))]  # fmt: skip
    return _("%(field)s：%(before)s → %(after)s") % {
        "field": texts.both(field.zh, field.en), "before": (value_text(was, before) or "—") + units[0],
        "after": (value_text(field, after) or "—") + units[1],
    }  # fmt: skip


def place_text(place: Mapping[str, Any] | None) -> str:
    """A place as a cell or a form holds it."""
    if place is None:
        return ""
    if place["type"] == "Point":
        return ", ".join(str(part) for part in place["coordinates"])
    return json.dumps(place, separators=(",", ":"))


def entry_url(kind: Kind, pk: int, name: str = "registers-entry") -> str:
    """Address of an entry's page."""
    return reverse(name, args=[kind.id, pk])


def address_of(request: HttpRequest) -> str | None:
    """Where the request came from, for the log."""
    return request.META.get("REMOTE_ADDR")


def tabs(kind: Kind, reader: Reader, here: str) -> list[tuple[str, str, bool]]:
    """Tabs of one register."""
    entries = [("registers-list", _("条目")), ("registers-figures", _("统计")), ("registers-open", _("开放数据"))]
    if reader.writes:
        entries.append(("registers-new", _("登记")))
    if reader.editor:
        entries.append(("registers-import", _("批量导入")))
    elif reader.proposes:
        entries.append(("registers-propose-table", _("批量提交")))
    if kind.owner and (reader.reviewer or reader.proposes):
        entries.append(("registers-proposals", _("审核")))
    return [(words, reverse(name, args=[kind.id]), name == here) for name, words in entries]


def drawing_words() -> dict[str, str]:
    """Words of the buttons below a map that is drawn on."""
    return {"undo": _("撤销一点"), "clear": _("清除")}


def region_tree() -> list[tuple[str, list[tuple[str, str]]]]:
    """Cities with their districts and counties, as (name, [(code, name)]), for a select with groups."""
    return list(_region_tree())


@kept_words(most=8)
def _region_tree() -> tuple[tuple[str, list[tuple[str, str]]], ...]:
    rows = [row for row in site.rules().regions.values() if row["use"] == "in_plan"]
    groups = []
    for city in rows:
        below = [row for row in rows if row["parent"] == city["code"]]
        if city["level"] == "province":
            below = [row for row in below if row["level"] != "prefecture_city"]
        listed = [city, *below]
        if city["level"] in ("province", "prefecture_city"):
            groups.append((texts.name_of(city), [(str(row["code"]), texts.name_of(row)) for row in listed]))
    return tuple(groups)


def state_colours(kind: Kind) -> dict[str, str]:
    """State → colour on maps: what has come to its end, and what still waits for a step. Words stand beside it."""
    states = kind.life.states.values() if kind.life is not None else ()
    ends = set(kind.settled)
    return {state.id: _DONE if state.final or state.id in ends else _OPEN for state in states}


def places_layer(kind: Kind, url: str) -> dict[str, Any]:
    """Outlines of the entries as a layer of a map, coloured by their state; lines are drawn as they are."""
    if kind.place == "line":
        return {"id": "entries", "kind": "line", "url": url, "width": 3}
    return {"id": "entries", "kind": "area", "url": url, "key": "state", "colours": state_colours(kind) or {"": _PLAIN}}


def area_map(
    kind: Kind, views: Iterable[EntryView], places: str | None, on: date | None = None
) -> dict[str, Any] | None:
    """Entries with a place on the site's map; None when the site has no map or no entry has a place.

    Parameters
    ----------
    places:
        Address of the entries' outlines as GeoJSON.
    on:
        The past day that is looked at: points lead to what the entries said on it.
    """
    layers = site.map_layers()
    found = [(view, _middle(view.place)) for view in views if view.place is not None]
    if not layers or not found:
        return None
    colours = state_colours(kind)
    points = [
        {"lon": lon, "lat": lat, "note": f"{view.key} {view.title} · {state_name(kind, view.state)}".strip(" ·"),
         "href": entry_url(kind, view.pk) + (f"?on={on}" if on else ""), "style": "point",
         "colour": colours.get(view.state, _PLAIN)}
        for view, (lon, lat) in found
    ]  # fmt: skip
    if places and kind.place in ("polygon", "line"):
        layers.append(places_layer(kind, places))
    return {
        "layers": layers, "points": points, "bounds": _around(found) or site.bounds_of("prefecture"),
        "notice": site.unofficial_map_notice(), "near": len(found) <= 3,
    }  # fmt: skip


def _middle(place: Mapping[str, Any]) -> tuple[float, float]:
    points = list(_corners(place["coordinates"]))
    if "Line" in place["type"]:
        return points[-1]  # its end: waters are drawn downstream, to their mouth
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _corners(node: Any) -> Iterable[tuple[float, float]]:
    if node and not isinstance(node[0], list | tuple):
        yield float(node[0]), float(node[1])
        return
    for part in node:
        yield from _corners(part)


def _around(found: list[tuple[EntryView, tuple[float, float]]]) -> list[list[float]] | None:
    """A box around few entries; the whole site for many, so that a reader keeps the bearings."""
    if not 0 < len(found) <= 3:
        return None
    points = [corner for view, _ in found for corner in _corners((view.place or {})["coordinates"])]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    margin = max(max(xs) - min(xs), max(ys) - min(ys), 0.02)
    return [[min(xs) - margin, min(ys) - margin], [max(xs) + margin, max(ys) + margin]]


def paper_name(kind: Kind, paper: Mapping[str, Any]) -> str:
    """What a file of evidence is, with the beginning of its digest."""
    known = kind.evidence.get(paper["document"])
    words = texts.both(known.zh, known.en) if known else paper["document"]
    return f"{words}（SHA-256 {paper['sha256'][:12]}）"


def action_name(kind: Kind, action: str) -> str:
    """Words of a change: a move by its table."""
    if action.startswith("move:") and kind.life is not None:
        for state in kind.life.states:
            for known in kind.life.moves(state):
                if known.action == action.removeprefix("move:"):
                    return texts.both(known.zh, known.en)
    return {
        "add": _("登记"), "change": _("修改"), "withdraw": _("撤销"), "restore": _("恢复"), "undo": _("撤回修改"),
        "migrate": _("按新说明改写"),
    }.get(action, action)  # fmt: skip
