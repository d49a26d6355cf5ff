"""The daily air quality index (空气质量指数, HJ 633) of cities, in the edition in force on each day or a chosen one.

Concentrations are rounded first, half to even, to the places in which a city's day is published (HJ 633-2026 says so;
the text of 2012 is silent and its published inputs are whole already). Sub-indices are rounded up in integers.
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.air.series.calendar import Reference
from saishang.science.air.series.fixed import half_even, join_words
from saishang.science.air.series.rules import DAILY, AirRules

__all__ = ["LEVELS", "city_index", "mask_particles", "sub_indices"]

#: Upper index of the levels 一级 … 五级 (HJ 633 table 2); above the last is 六级.
LEVELS = (50, 100, 150, 200, 300)
_TENTHS = {"CO": 1}


def mask_particles(cities: Any, dust: Any, rules: AirRules) -> Any:
    """City days with the particles of sand-dust days taken out; `masked` tells which, nothing is put in their place.

    Parameters
    ----------
    cities:
        `sub_indices`; the columns `ticks`, `tenths` and `iaqi` are blanked.
    dust:
        `dust_days(region, day, status)`; only rows in `rules.dust_status` take effect.
    """
    named = dust.filter(dust.status.isin(rules.dust_status)).select("region", "day").distinct().mutate(dusty=True)
    joined = cities.left_join(named, ["region", "day"]).select(*cities.columns, "dusty")
    masked = joined.dusty.fill_null(False) & joined.parameter.isin(rules.dust_masked) & joined.ticks.notnull()
    blank = {name: masked.ifelse(ibis.null("int64"), joined[name]) for name in ("ticks", "tenths", "iaqi")}
    return joined.mutate(masked=masked, **blank).drop("dusty")


def sub_indices(cities: Any, reference: Reference, rules: AirRules) -> Any:
    """City days with their sub-index: the columns of `city_days`, and `edition`, `tenths`, `iaqi`.

    `tenths` is the concentration the formula takes, in tenths; `iaqi` is null where it is missing, and above a range
    for which the edition gives no sub-index.
    """
    grid = rules.grid
    dated = cities.inner_join(reference.days, "day").select(*cities.columns, "edition")
    rounded = dated.mutate(
        tenths=ibis.cases(
            *[(dated.parameter == code, half_even(dated.ticks, grid.step(1))) for code in _TENTHS],
            else_=half_even(dated.ticks, grid.step(0)) * 10,
        )
    )
    points = reference.points
    found = rounded.left_join(
        points,
        [
            rounded.edition == points.edition,
            rounded.parameter == points.parameter,
            rounded.tenths > points.above,
            rounded.tenths <= points.upto,
        ],
    ).select(*[rounded[name] for name in rounded.columns], *[points[name] for name in ("start", "base", "rise", "run")])
    # One linear piece of table 1, carried up to the next whole number (进位取整). The numbers are small: their quotient
    # as a double never reaches the next whole number by mistake.
    climb = ((found.tenths - found.start) * found.rise + found.run - 1) / found.run
    return found.select(*rounded.columns, iaqi=found.base + climb.floor().cast("int64"))


def city_index(rows: Any, rules: AirRules, *, excused: bool = False) -> Any:
    """Daily index of each city.

    Parameters
    ----------
    rows:
        `sub_indices`, or `mask_particles` of it.
    excused:
        Whether masked items (column `masked`) are left out without counting as missing.

    Returns
    -------
    `region, day, aqi, level, primary, iaqi_<parameter> …, edition, publishable, complete, reason`. `level` 1 … 6;
    `primary` the codes that reach the index when it is above 50, joined by commas, compared after rounding up;
    `publishable` as the edition rules; `reason` lists the missing items (`missing:O3_8H`).
    """
    values = {f"iaqi_{code}": rows.iaqi.max(where=rows.parameter == code) for code in DAILY}
    if excused:
        for code in rules.dust_masked:
            values[f"x_{code}"] = rows.count(where=(rows.parameter == code) & rows.masked)
    # Above the end of its column ozone's 8-hour mean has no sub-index in 2012; the largest hour then speaks for it.
    beyond = rows.count(where=(rows.parameter == "O3_8H") & rows.tenths.notnull() & rows.iaqi.isnull())
    indexed = rows.group_by("region", "day", "edition").agg(**values, beyond=beyond)
    aqi = ibis.greatest(*[indexed[f"iaqi_{code}"].fill_null(-1) for code in DAILY])
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


def _required(table: Any, code: str, rules: AirRules) -> Any:
    """Whether `code` is missing on the row: required by its edition, not excused, no sub-index of the pollutant."""
    names = [rule.name for rule in rules.indices if code in rule.required]
    gap = table.edition.isin(names) & table[f"iaqi_{code}"].isnull()
    if code == "O3_8H":
        gap = gap & ((table.beyond == 0) | table["iaqi_O3_1H"].isnull())
    return gap & (table[f"x_{code}"] == 0) if f"x_{code}" in table.columns else gap
