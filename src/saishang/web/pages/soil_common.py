"""What the soil pages share: tabs, registers, words of results, regions with their cities, ways to the chain."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.registers import queries as registers
from saishang.apps.registers.queries import EntryView
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.tables import Cell

__all__ = [
    "FARMLAND", "PLOTS", "POINTS", "explain_cell", "member_regions", "rate_cell", "result_name", "tabs",
    "values_of",
]  # fmt: skip

PLOTS, FARMLAND, POINTS = "construction_plots", "contaminated_farmland", "soil_points"


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """(words, address, current) of the soil pages."""
    entries = [
        ("soil", _("净土供地查询")), ("soil-plots", _("建设用地地块")), ("soil-farmland", _("受污染耕地")),
        ("soil-points", _("长期监测点")),
    ]  # fmt: skip
    return [(words, reverse(name), name == current) for name, words in entries]


def result_name(result: str | None) -> str:
    """Words for the result of a sample or an item."""
    return {
        "priority": _("优先保护（不超筛选值）"), "safe_use": _("安全利用（超筛选值）"),
        "strict": _("严格管控（超管制值）"),
        "below_screening": _("不超筛选值"), "over_screening": _("超筛选值"), "over_intervention": _("超管制值"),
        "within": _("不超筛选值"),
    }.get(result or "", _("无法判定"))  # fmt: skip


def member_regions(views: Iterable[EntryView]) -> list[tuple[str, str, set[str]]]:
    """(code, name, everything inside) of the province, its cities and areas that have an entry, the province first."""
    there = {view.region for view in views}
    found = []
    for row in site.rules().regions.values():
        below_city = row["level"] not in ("province", "prefecture_city", "management_area")
        if row["use"] != "in_plan" or below_city:
            continue
        inside = set(registers.inside(site.rules(), str(row["code"])))
        if inside & there:
            found.append((str(row["code"]), texts.name_of(row), inside))
    return sorted(found, key=lambda entry: (site.rules().regions[entry[0]]["level"] != "province", entry[0]))


def values_of(run: RunFacts | None, indicator: str) -> dict[tuple[str, str, str], Any]:
    """(region, period, basis) → the run's value of an indicator; nothing without a run."""
    if run is None:
        return {}
    return {(v.region, v.period, v.basis): v for v in queries.indicator_values(run.id, indicator)}


def rate_cell(value: Any) -> Cell:
    """A rate as the run has it."""
    if value is None or value.value is None:
        return Cell(None)
    return Cell(Decimal(value.value), text=value.rounded, valid=bool(value.valid))


def explain_cell(run: RunFacts | None, indicator: str, value: Any) -> Cell:
    """The way from a value to what it was counted from."""
    if run is None or value is None:
        return Cell(None, text="")
    address = reverse("targets-chain", args=[run.id, indicator, value.region])
    return Cell(None, text=_("查看"), href=f"{address}?period={value.period}&basis={value.basis}")
