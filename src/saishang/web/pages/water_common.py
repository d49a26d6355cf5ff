"""What the water pages share: tabs, classes and grades with their words, the sections of the site, periods of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.registers import queries as queries_of_registers
from saishang.apps.registers.queries import EntryView
from saishang.rules import Row
from saishang.science.water.classes import CLASSES
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.registers_common import kind_named
from saishang.web.pages.tables import Cell

__all__ = [
    "BASES", "KINDS", "class_cell", "class_name", "classes", "codes_named", "fitting", "grade_name", "group_name",
    "item_words", "legend", "mouth", "period_names", "rivers", "section_name", "section_row", "sections", "tabs",
]  # fmt: skip

KINDS = ("month", "quarter", "year", "to_date")
BASES = ("measured", "published")


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """(words, address, current) of the water pages."""
    entries = [
        ("water", _("河流与断面")),
        ("water-months", _("逐月类别")),
        ("water-ratios", _("比例与评价")),
        ("water-ranking", _("城市排名")),
        ("water-sources", _("饮用水水源")),
        ("water-flow", _("生态流量")),
        ("water-black", _("黑臭水体")),
        ("water-drains", _("入黄排水沟")),
        ("water-outfalls", _("入河排污口")),
        ("groundwater", _("地下水")),
    ]
    return [(words, reverse(name), name == current) for name, words in entries]


def sections() -> dict[str, Row]:
    """Sections of the site by code, in the table's order (the trunk river downstream)."""
    table = site.rules().tables.get(f"sites/{site.site()}/water_sections")
    return {} if table is None else {str(row["code"]): row for row in table}


def rivers() -> dict[str, list[Row]]:
    """River → its sections; downstream where the table gives an order."""
    found: dict[str, list[Row]] = {}
    for row in sections().values():
        found.setdefault(str(row["river"]), []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row["order"] or 0)
    return found


def mouth(code: str) -> EntryView | None:
    """The drain whose mouth is a section of this code, if any."""
    kind = kind_named("drains")
    listed = [] if kind is None else queries_of_registers.entries(kind)
    return next((view for view in listed if view.values.get("mouth") == code), None)


def section_row(code: str) -> Mapping[str, Any] | None:
    """A section of the site, or the mouth of a drain on record, as a row of the table of sections."""
    row = sections().get(code)
    if row is not None:
        return row
    view = mouth(code)
    if view is None:
        return None
    names = {"zh": _("%(drain)s入黄口") % {"drain": view.title}, "en": ""}
    place: Any = (view.place or {}).get("coordinates")
    while place and isinstance(place[-1], list):
        place = place[-1]
    lon, lat = (place[0], place[1]) if place else (None, None)
    return {
        **names, "code": code, "river": view.title, "river_en": "", "body": "river", "region": view.region,
        "control_level": "", "role": _("入黄口"), "role_en": _("入黄口"), "lon": lon, "lat": lat, "drain": view,
    }  # fmt: skip


def section_name(code: str) -> str:
    """Name of a section in the reader's language."""
    row = section_row(code)
    return code if row is None else texts.name_of(row)


def group_name(scope: str, identifier: str) -> str:
    """Words for a group of an evaluation."""
    if scope == "river":
        row = next((row for row in sections().values() if row["river"] == identifier), None)
        return identifier if row is None else texts.both(identifier, row["river_en"])
    if scope == "lake":
        return section_name(identifier)
    if scope == "network":
        return {"national": _("国控断面"), "provincial": _("区控断面")}.get(identifier, identifier)
    if scope == "drains":
        return _("入黄排水沟（演示）") if identifier == "demonstration" else _("入黄排水沟")
    if scope == "basin":
        return {"黄河流域": _("黄河流域")}.get(identifier, identifier)
    return site.region_name(identifier)


def class_name(number: int | None) -> str:
    """`Ⅱ` in Chinese, `II` in English; empty for none."""
    if not number:
        return ""
    if not texts.english():
        return CLASSES[number - 1]
    return ("I", "II", "III", "IV", "V", "worse than V")[number - 1]


def class_cell(number: int | None, *, valid: bool = True, note: str = "") -> Cell:
    """A class as a filled box."""
    shown = class_name(number)
    return Cell(shown or None, text="> V" if shown == "worse than V" else None, water=number, valid=valid, note=note)


def grade_name(grade: int | None) -> str:
    """Words for a grade 1 to 5 (优 … 重度污染)."""
    if not grade:
        return ""
    entries = site.rules().document("standards/water/evaluation")["grades"]
    return next((texts.name_of(entry) for entry in entries if int(entry["rank"]) == grade), str(grade))


def legend() -> list[tuple[int, str]]:
    """(class, words) for the colours."""
    return [(number, class_name(number)) for number in range(1, 7)]


def codes_named(codes: str) -> str:
    """Parameter codes joined by commas → their names."""
    parameters = site.rules().parameters
    return texts.listed(texts.name_of(parameters[code]) for code in codes.split(",") if code)


def item_words(name: str) -> str:
    """Name of an item by its parameter, or by its key in the groundwater standard; itself when neither knows it."""
    rules = site.rules()
    if name in rules.parameters:
        return texts.name_of(rules.parameters[name])
    row = next((row for row in rules.table("standards/groundwater/limits") if row["item"] == name), None)
    return name if row is None else texts.name_of(row)


def classes(run: RunFacts) -> list[dict[str, Any]]:
    """Rows of `section_class` that have a class or say why an agency gave none."""
    return queries.select(
        run.id, "section_class", "class is not null or basis = 'published'", order="period, section, basis"
    )


def fitting(request: HttpRequest, key: str, allowed: Sequence[str], elsewhere: Collection[str], default: str) -> str:
    """One of the allowed values; one that only another choice of the form allows gives the default.

    Whoever changes the kind of period sends the old period along: that is no wrong address.
    """
    wanted = request.GET.get(key, "")
    if wanted not in allowed and wanted in elsewhere:
        return default
    return choice(request, key, allowed, default)


def period_names(rows: Sequence[Mapping[str, Any]], kind: str) -> list[str]:
    """Periods of one kind that have rows, the latest first."""
    return sorted({str(row["period"]) for row in rows if row["period_kind"] == kind}, reverse=True)
