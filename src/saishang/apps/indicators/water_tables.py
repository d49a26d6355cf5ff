"""The surface-water tables of a run: samples and official classes of the lake, sections and groups of the site.

Groups: each river of the site (`river`), each lake (`lake`), basins, cities where they are known, the region, the
networks by control level (`network`), and the mouths of the drains in the register (`drains`; invented ones apart). A
network's size comes from `water_networks.csv`: where only some of its sections are known, its share is not valid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.provenance import digest
from saishang.apps.indicators.water_places import drain_groups, drain_sections, drains
from saishang.apps.indicators.water_special_tables import special_tables
from saishang.config import Config
from saishang.lake import Lake
from saishang.lake.engines import open_engine
from saishang.lake.engines.water import WATER_DAILY_TABLES, WATER_EXCLUDED, WATER_TABLES, evaluate_water
from saishang.lake.gaps import excluded_flags
from saishang.rules import Row, Rules
from saishang.science.water.classes import class_number
from saishang.science.water.from_rules import cwqi_rule, trophic_rule
from saishang.science.water.series import Group, WaterCalendar, WaterRules, WaterSection

__all__ = ["build", "groups", "parameters", "parameters_of", "sections", "tables_of"]

Progress = Callable[[str], None]


def tables_of(asked: Asked) -> dict[str, pa.Table]:
    """The water tables of a run: sections and groups, and what the registers hold."""
    tables = build(
        asked.config, asked.lake, asked.rules, site=asked.site, region=asked.region, as_of=asked.as_of,
        version=asked.version, known_at=asked.known_at, progress=asked.progress,
    )  # fmt: skip
    return tables | special_tables(asked, tables)


def parameters_of(asked: Asked) -> dict[str, Any]:
    """What decides the digits of water beside lake, rules and code."""
    return parameters(asked.lake, asked.rules, asked.site, asked.as_of, asked.known_at)


def parameters(lake: Lake, rules: Rules, site: str, as_of: date, known_at: datetime | None = None) -> dict[str, Any]:
    """What decides the digits of water beside lake, rules and code, as it was known at a moment (None = now)."""
    return {
        "sections": len(_rows(rules, site, "water_sections")),
        "excluded": digest(_excluded_rows(lake, as_of, known_at)),
    }


def build(
    config: Config,
    lake: Lake,
    rules: Rules,
    *,
    site: str,
    region: str,
    as_of: date,
    version: int | None = None,
    known_at: datetime | None = None,
    progress: Progress = lambda step: None,
) -> dict[str, pa.Table]:
    """Every water table of a run by name, from one version of the lake; nothing when there are no water rows.

    A site without sections, or a lake without samples up to `as_of`, has no water tables: what is not there is not
    evaluated.
    """
    last = f"{as_of:%Y-%m}"
    months = sorted({part.month for part in lake.table.parts(version, medium="water") if part.month <= last})
    listed = sections(rules, site)
    if not months or not listed:
        return {}
    progress("water")
    first = date(int(months[0][:4]), 1, 1)
    mouths = drains(rules, as_of, known_at)
    calendar = WaterCalendar(
        first, as_of, WaterRules.from_rules(rules), drain_sections(mouths, listed),
        [*groups(rules, site, region), *drain_groups(mouths, region)],
    )  # fmt: skip
    files = [[part.path for part in lake.table.parts(version, medium="water", months=months)]]
    excluded = pa.Table.from_pylist(
        [dict(zip(WATER_EXCLUDED.names, row, strict=True)) for row in _excluded_rows(lake, as_of, known_at)],
        schema=WATER_EXCLUDED,
    )
    with open_engine(config.engine) as engine:
        run = evaluate_water(engine, files, calendar, trophic_rule(rules), cwqi_rule(rules, as_of), excluded=excluded)
        return {name: run.table(name) for name in (*WATER_TABLES, *WATER_DAILY_TABLES)}


def sections(rules: Rules, site: str) -> list[WaterSection]:
    """Sections of the site with their targets and own items."""
    targets: dict[str, list[tuple[date, date | None, int]]] = {}
    for row in _rows(rules, site, "section_targets"):
        found = (row["from"] or date.min, row["to"], class_number(row["target_class"]))
        targets.setdefault(row["section"], []).append(found)
    items: dict[str, dict[int, set[str]]] = {}
    for row in _rows(rules, site, "section_items"):
        items.setdefault(row["section"], {}).setdefault(int(row["year"]), set()).add(row["parameter"])
    return [
        WaterSection(
            code=row["code"],
            body=row["body"],
            targets=tuple(targets.get(row["code"], ())),
            own_items={year: frozenset(codes) for year, codes in items.get(row["code"], {}).items()} or None,
        )
        for row in _rows(rules, site, "water_sections")
    ]


def groups(rules: Rules, site: str, region: str) -> list[Group]:
    """Groups of the site's sections: rivers, lakes, basins, cities, the region, networks."""
    rows = _rows(rules, site, "water_sections")
    found = [Group("river", name, codes) for name, codes in _by(rows, "river", body="river").items()]
    found += [Group("lake", row["code"], (row["code"],)) for row in rows if row["body"] == "lake"]
    found += [Group("basin", name, codes) for name, codes in _by(rows, "basin").items()]
    found += [Group("city", name, codes) for name, codes in _by(rows, "city").items()]
    found.append(Group("region", region, tuple(row["code"] for row in rows)))
    sizes: dict[str, list[tuple[date, date | None, int]]] = {}
    for row in _rows(rules, site, "water_networks"):
        if row["region"] == region:
            sizes.setdefault(row["network"], []).append((row["from"] or date.min, row["to"], int(row["sections"])))
    levels = _by(rows, "control_level")
    for level in sorted({*levels, *sizes}):
        found.append(Group("network", level, levels.get(level, ()), tuple(sizes.get(level, ()))))
    return found


def _by(rows: Iterable[Row], column: str, **match: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        if row[column] and all(row[name] == value for name, value in match.items()):
            found.setdefault(row[column], []).append(row["code"])
    return {name: tuple(codes) for name, codes in found.items()}


def _rows(rules: Rules, site: str, name: str) -> tuple[Row, ...]:
    tables: Mapping[str, Any] = rules.tables
    table = tables.get(f"sites/{site}/{name}")
    return () if table is None else tuple(table.rows)


def _excluded_rows(lake: Lake, as_of: date, known_at: datetime | None) -> list[tuple[str, str, str, datetime]]:
    end = datetime(as_of.year, as_of.month, as_of.day) + timedelta(days=1)
    return excluded_flags(lake.ledger, None, end, known_at)
