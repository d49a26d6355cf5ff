"""What the air pages share: the choices of an address, the words for kinds of period, the tabs, the levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages import site

__all__ = [
    "BASES", "ITEMS", "KINDS", "choice", "choose_city", "city_of", "day_levels", "decimals", "dust_name", "item_name",
    "kind_name", "levels", "primary_names", "setting_name", "tabs",
]  # fmt: skip

KINDS = ("year", "quarter", "month", "to_date")
BASES = ("measured", "dust_removed")
ITEMS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3_8H")
#: Official colours of the six AQI levels (HJ 633, table 2); level 4 is darkened for white figures, see style sheet.
_COLOURS = {1: "#00e400", 2: "#ffff00", 3: "#ff7e00", 4: "#ff0000", 5: "#99004c", 6: "#7e0023"}


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """(words, address, current) of the air pages."""
    entries = [
        ("air", _("日历")),
        ("air-periods", _("月、季、年")),
        ("air-ranking", _("排名")),
        ("air-stations", _("站点")),
        ("air-origin", _("污染溯源")),
        ("air-weather", _("天气还是治理")),
        ("air-dust", _("沙尘日认定")),
    ]
    return [(words, reverse(name), name == current) for name, words in entries]


def kind_name(kind: str) -> str:
    """Words for a kind of period."""
    return {"year": _("年"), "quarter": _("季"), "month": _("月"), "to_date": _("年初至今")}[kind]


def choice(request: HttpRequest, key: str, allowed: Sequence[str], default: str) -> str:
    """One of the allowed values from the address; anything else is a page not found that names them."""
    wanted = request.GET.get(key) or default
    if wanted not in allowed:
        raise Http404(
            _("“%(key)s”应为 %(allowed)s 之一，实为“%(wanted)s”。")
            % {"key": key, "allowed": texts.listed(allowed), "wanted": wanted}
        )
    return wanted


def decimals(parameter: str) -> int:
    """Decimals of a published concentration: one for carbon monoxide [mg/m³], none for the others [µg/m³]."""
    return 1 if parameter == "CO" else 0


def levels() -> list[dict[str, Any]]:
    """The six AQI levels with words and colour, from the newest edition of the categories."""
    rows = site.rules().table("standards/air/categories").rows
    newest = max(row["from"] for row in rows)
    return [
        {"level": int(row["level"]), "name": texts.name_of(row), "zh": row["zh"],
         "low": row["low"], "high": row["high"],
         "color": _COLOURS[int(row["level"])],
         "effect": texts.both(row["effect_zh"], row["effect_en"]),
         "advice": texts.both(row["advice_zh"], row["advice_en"])}
        for row in rows if row["from"] == newest
    ]  # fmt: skip


def day_levels() -> dict[int, dict[str, Any]]:
    """The levels by their number."""
    return {level["level"]: level for level in levels()}


def item_name(code: str) -> str:
    """Short name of an item as tables head it: the code, with the 8-hour mean written as people write it."""
    return {"O3_8H": "O3-8h", "O3_1H": "O3-1h"}.get(code, code)


def primary_names(primary: str | None) -> str:
    """Primary pollutants as a reader writes them."""
    return texts.listed(item_name(part) for part in (primary or "").split(",") if part)


def dust_name(status: str) -> str:
    """Words for what is thought of a dust day."""
    return {
        "proposed": _("沙尘日（拟定）"),
        "confirmed": _("沙尘日（已确认）"),
        "rejected": _("沙尘日（未采纳）"),
    }.get(status, status)


def setting_name(setting: str) -> str:
    """Title of a way to compute the composite index; its id where the rules do not name it."""
    document = site.rules().document("standards/air/composite")
    for part in document.values():
        for entry in part if isinstance(part, list | tuple) else ():
            if hasattr(entry, "get") and entry.get("id") == setting and entry.get("zh"):
                return texts.both(entry.get("zh"), entry.get("en"))
    return setting


def city_of(code: str, run: RunFacts) -> Any:
    """The city with this code; an unknown one is a page not found."""
    for city in site.cities(run.region):
        if city["code"] == code:
            return city
    raise Http404(_("没有代码为“%(code)s”的城市。") % {"code": code})


def choose_city(request: HttpRequest, run: RunFacts) -> Any:
    """The city of the address, or the first one; None where the region has no cities."""
    wanted = request.GET.get("city", "")
    if wanted:
        return city_of(wanted, run)
    listed = site.cities(run.region)
    return listed[0] if listed else None
