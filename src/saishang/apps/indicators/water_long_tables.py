"""Rows made of a run's own water tables: blooms of lakes, the ranking of cities with its change, trends over years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from saishang.rules import Rules
from saishang.science.air.ranking import improvement_ranking, rank
from saishang.science.numbers import InputError
from saishang.science.periods import periods_between
from saishang.science.rounding import round_half_even
from saishang.science.trend import spearman
from saishang.science.water.blooms import BloomRule, density_grade, warning
from saishang.science.water.cwqi import exempt_from_change
from saishang.science.water.from_rules import bloom_rule, cwqi_rule, trend_rule

__all__ = ["bloom_rows", "ranking_rows", "trend_rows"]

#: How many days back growth is looked at.
_RECENT = 7
_KINDS = ("month", "quarter", "year", "to_date")


def bloom_rows(rules: Rules, tables: Mapping[str, pa.Table]) -> Iterator[dict[str, Any]]:
    """Rows of `water_blooms`: every day of a section with a cell density, with the warning from its last seven days."""
    rule = bloom_rule(rules)
    by_section: dict[str, dict[date, float]] = defaultdict(dict)
    for row in _rows(tables, "section_daily"):
        if row["parameter"] == "ALGAE" and row["value"] is not None:
            by_section[row["section"]][row["day"]] = row["value"]
    for section, days in sorted(by_section.items()):
        for day in sorted(days):
            recent = {
                other.toordinal(): days[other]
                for other in (day - timedelta(days=back) for back in range(_RECENT))
                if other in days
            }
            yield {"section": section, "day": day, **_bloom(days[day], recent, rule)}


def _bloom(density: float, recent: Mapping[int, float], rule: BloomRule) -> dict[str, Any]:
    order = [grade.id for grade in rule.grades]
    today = order.index(density_grade(density, rule).id) + 1
    row = {"density": density, "grade": today, "days": len(recent)}
    reached = today >= order.index(rule.warn_from) + 1
    if len(recent) < rule.least_days:
        return row | {"ahead": None, "warn": reached, "reason": "days_few"}
    found = warning(recent, rule)
    return row | {
        "ahead": order.index(found.ahead.id) + 1, "warn": found.warn or reached,
        "expected": float(found.expected), "doubling_days": found.doubling_days,
        "reason": "start_zero" if recent[min(recent)] == 0 else None,
    }  # fmt: skip


def ranking_rows(rules: Rules, tables: Mapping[str, pa.Table], as_of: date) -> Iterator[dict[str, Any]]:
    """Rows of `water_city_ranking`: cities by CWQI, and by its change on the same period of the year before.

    Only indices whose figures are all valid are ranked; the others are told without a rank.
    """
    cities = [row for row in _rows(tables, "cwqi") if row["scope"] == "city"]
    indices = {(row["period_kind"], row["period"], row["id"]): row for row in cities}
    if not indices:
        return
    classes = _classes_of_cities(rules, tables)
    exempt_class = int(rules.document("standards/water/cwqi")["change"]["exempt_class"])
    first = date(int(min(row["period"] for row in cities)[:4]), 1, 1)
    for period in periods_between(first, as_of):
        mine = {code: row for (kind, name, code), row in indices.items() if (kind, name) == (period.kind, period.name)}
        if period.kind not in _KINDS or not mine:
            continue
        rule = cwqi_rule(rules, period.last)
        now = {code: _published(row) for code, row in mine.items()}
        before = {
            code: _published(indices.get((period.kind, period.year_before, code))) for code in mine
        }  # fmt: skip
        exempt = {
            code: exempt_from_change(
                classes.get((code, period.kind, period.name), ({}, {}))[0],
                classes.get((code, period.kind, period.year_before), ({}, {}))[0],
                classes.get((code, period.kind, period.name), ({}, {}))[1],
                limit_class=exempt_class,
            )
            for code in mine
        }
        ranks = rank(now)
        judged = {code: value for code, value in now.items() if not exempt[code]}
        changes = improvement_ranking(judged, before, decimals=rule.change_decimals)
        every = improvement_ranking(now, before, decimals=rule.change_decimals)
        ranked = sum(place is not None for place in ranks.values())
        for code, row in sorted(mine.items()):
            change = every[code][0]
            yield {
                "period_kind": period.kind, "period": period.name, "id": code,
                "sections": row["river_sections"] + row["lake_sections"], "value": row["value"],
                "rounded": row["rounded"], "rank": ranks[code], "ranked": ranked, "before": before[code],
                "change": None if change is None else float(change),
                "change_rounded": None if change is None else float(round_half_even(change, rule.change_decimals)),
                "change_rank": changes[code][1] if code in changes else None, "exempt": exempt[code],
                "valid": row["valid"], "reason": row["reason"],
            }  # fmt: skip


def _published(row: Mapping[str, Any] | None) -> float | None:
    return None if row is None or not row["valid"] else row["rounded"]


def _classes_of_cities(
    rules: Rules, tables: Mapping[str, pa.Table]
) -> dict[tuple[str, str, str], tuple[dict[str, int], dict[str, int]]]:
    """(city, kind, period) → (section → class, section → target), measured."""
    city: dict[str, str] = {}
    for name, table in rules.tables.items():
        if name.startswith("sites/") and name.endswith("/water_sections"):
            city |= {str(row["code"]): str(row["city"]) for row in table if row["city"]}
    found: dict[tuple[str, str, str], tuple[dict[str, int], dict[str, int]]] = {}
    for row in _rows(tables, "section_class"):
        if row["basis"] != "measured" or row["class"] is None or row["section"] not in city:
            continue
        classes, targets = found.setdefault((city[row["section"]], row["period_kind"], row["period"]), ({}, {}))
        classes[row["section"]] = row["class"]
        if row["target"] is not None:
            targets[row["section"]] = row["target"]
    return found


def trend_rows(rules: Rules, tables: Mapping[str, pa.Table]) -> Iterator[dict[str, Any]]:
    """Rows of `water_trends`: Spearman over the years in a row that end with the latest valid one; two at least."""
    rule = trend_rule(rules)
    series: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for row in _rows(tables, "section_items"):
        if row["period_kind"] == "year" and row["basis"] == "measured" and row["valid"] and row["value"] is not None:
            series[row["section"], row["parameter"]][int(row["period"])] = row["value"]
    for (section, parameter), years in sorted(series.items()):
        last = max(years)
        first = last
        while first - 1 in years:
            first -= 1
        if first == last:
            continue
        try:
            found = spearman([years[year] for year in range(first, last + 1)], rule)
        except InputError:
            continue
        yield {
            "section": section, "parameter": parameter, "first_year": first, "last_year": last, "years": found.n,
            "rs": float(found.rs), "critical": None if found.critical is None else float(found.critical),
            "trend": found.trend,
        }  # fmt: skip


def _rows(tables: Mapping[str, pa.Table], name: str) -> list[dict[str, Any]]:
    table = tables.get(name)
    return [] if table is None else table.to_pylist()
