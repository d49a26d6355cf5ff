"""The daily air quality index (空气质量指数, HJ 633) of cities, in the edition in force on each day or a chosen one.

Concentrations are rounded first, half to even, to the places in which a city's day is published (HJ 633-2026 says so;
the text of 2012 is silent and its published inputs are whole already). Sub-indices are rounded up in integers.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import ibis

from saishang.science.air.series.calendar import Reference
from saishang.science.air.series.fixed import half_even, join_words
from saishang.science.air.series.rules import DAILY, AirRules, IndexColumn, IndexRule

__all__ = ["LEVELS", "city_index", "mask_particles"]

#: Upper index of the levels 一级 … 五级 (HJ 633 table 2); above the last is 六级.
LEVELS = (50, 100, 150, 200, 300)
_TENTHS = {"CO": 1}


def mask_particles(cities: Any, dust: Any, rules: AirRules) -> Any:
    """City days with the particles of sand-dust days taken out; `masked` tells which, nothing is put in their place.

    Parameters
    ----------
    cities:
        `city_days`.
    dust:
        `dust_days(region, day, status)`; only rows in `rules.dust_status` take effect.
    """
    named = dust.filter(dust.status.isin(rules.dust_status)).select("region", "day").distinct().mutate(dusty=True)
    joined = cities.left_join(named, ["region", "day"]).select(*cities.columns, "dusty")
    masked = joined.dusty.fill_null(False) & joined.parameter.isin(rules.dust_masked) & joined.ticks.notnull()
    return joined.mutate(masked=masked, ticks=masked.ifelse(ibis.null("int64"), joined.ticks)).drop("dusty")


def city_index(cities: Any, reference: Reference, rules: AirRules, *, excused: bool = False) -> Any:
    """Daily index of each city.

    Parameters
    ----------
    cities:
        `city_days`, or `mask_particles` of it.
    excused:
        Whether masked items (column `masked`) are left out without counting as missing.

    Returns
    -------
    `region, day, aqi, level, primary, iaqi_<parameter> …, edition, publishable, complete, reason`. `level` 1 … 6;
    `primary` the codes that reach the index when it is above 50, joined by commas, compared after rounding up;
    `publishable` as the edition rules; `reason` lists the missing items (`missing:O3_8H`).
    """
    wide = _wide(cities, rules, excused=excused)
    joined = wide.inner_join(reference.days, "day").select(*wide.columns, "edition")
    subs = {f"iaqi_{code}": _sub_index(joined, code, rules) for code in DAILY}
    indexed = joined.mutate(**subs)
    columns = [indexed[f"iaqi_{code}"] for code in DAILY]
    aqi = ibis.greatest(*[column.fill_null(-1) for column in columns])
    # An item is missing when the edition requires it and neither it nor its stand-in has a sub-index.
    missing = [
        ibis.cases((_required(indexed, code, rules), ibis.literal(code)), else_=ibis.null("string")) for code in DAILY
    ]
    zero = [((aqi == 0) & (indexed.edition == rule.name), rule.zero_index) for rule in rules.indices if rule.zero_index]
    judged = indexed.mutate(
        aqi=ibis.cases(*zero, (aqi >= 0, aqi), else_=ibis.null("int64")).cast("int64"), gaps=join_words(missing)
    )
    primary = join_words(
        ibis.cases(
            ((judged.aqi > LEVELS[0]) & (judged[f"iaqi_{code}"] == judged.aqi), ibis.literal(code)),
            else_=ibis.null("string"),
        )
        for code in DAILY
    )
    level = ibis.cases(
        (judged.aqi.isnull(), ibis.null("int64")),
        *[(judged.aqi <= top, number) for number, top in enumerate(LEVELS, start=1)],
        else_=6,
    ).cast("int64")
    complete = judged.gaps == ""
    gate = ibis.cases(
        *[
            (judged.edition == rule.name, complete | (judged.aqi > rule.publish_incomplete_above))
            for rule in rules.indices
            if rule.publish_incomplete_above is not None
        ],
        else_=True,
    )
    return judged.select(
        "region",
        "day",
        "aqi",
        level=level,
        primary=primary,
        **{f"iaqi_{code}": judged[f"iaqi_{code}"] for code in DAILY},
        edition=judged.edition,
        publishable=judged.aqi.notnull() & gate.fill_null(False),
        complete=complete,
        reason=ibis.cases((complete, ibis.null("string")), else_=ibis.literal("missing:") + judged.gaps),
    )


def _wide(cities: Any, rules: AirRules, *, excused: bool) -> Any:
    """One row per region and day: concentrations in tenths (`c_<code>`), and which items are excused."""
    grid = rules.grid
    rounded = cities.mutate(
        tenths=ibis.cases(
            *[(cities.parameter == code, half_even(cities.ticks, grid.step(1))) for code in _TENTHS],
            else_=half_even(cities.ticks, grid.step(0)) * 10,
        )
    )
    values = {f"c_{code}": rounded.tenths.max(where=rounded.parameter == code) for code in DAILY}
    if excused:
        values |= {
            f"x_{code}": rounded.count(where=(rounded.parameter == code) & rounded.masked) for code in rules.dust_masked
        }
    return rounded.group_by("region", "day").agg(**values)


def _sub_index(table: Any, code: str, rules: AirRules) -> Any:
    """Sub-index of one parameter in the edition of each row; null when missing or without a sub-index."""
    value = table[f"c_{code}"]
    by_edition = [
        (table.edition == rule.name, _column(value, rule.columns[code]))
        for rule in rules.indices
        if code in rule.columns
    ]
    return ibis.cases(*by_edition, else_=ibis.null("int64")).cast("int64")


def _column(value: Any, column: IndexColumn) -> Any:
    """Read one column of table 1: a linear piece, carried up to the next whole number (进位取整)."""
    pieces = []
    for (low, base), (high, top) in pairwise(column.pairs):
        run, rise = high - low, top - base
        # Small whole numbers: their quotient as a double never reaches the next whole number by mistake.
        pieces.append((value <= high, base + (((value - low) * rise + run - 1) / run).floor().cast("int64")))
    beyond = ibis.null("int64") if column.beyond is None else ibis.literal(column.beyond)
    return ibis.cases((value.isnull(), ibis.null("int64")), *pieces, else_=beyond)


def _required(table: Any, code: str, rules: AirRules) -> Any:
    """Whether `code` is missing on the row: required by its edition, not excused, no sub-index of the pollutant."""
    names = [rule.name for rule in rules.indices if code in rule.required]
    gap = table.edition.isin(names) & _absent(table, code, rules.indices)
    return gap & (table[f"x_{code}"] == 0) if f"x_{code}" in table.columns else gap


def _absent(table: Any, code: str, indices: tuple[IndexRule, ...]) -> Any:
    own = table[f"iaqi_{code}"].isnull()
    stand_in = {"O3_8H": "O3_1H"}.get(code)
    if stand_in is None or all(stand_in not in rule.columns for rule in indices):
        return own
    # Above the end of its column ozone's 8-hour mean has no sub-index in 2012; the largest hour then speaks for it.
    return own & (table[f"c_{code}"].isnull() | table[f"iaqi_{stand_in}"].isnull())
