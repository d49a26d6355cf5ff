"""The daily air quality index (空气质量指数, HJ 633) of cities, in the edition in force on each day or a chosen one.

Concentrations are rounded first, half to even, to the places in which a city's day is published (HJ 633-2026 says so;
the text of 2012 is silent and its published inputs are whole already). Sub-indices are rounded up in integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import ibis

from saishang.science.air.series.rules import DAILY, AirRules, IndexColumn
from saishang.science.exact import half_even, join_words

__all__ = ["LEVELS", "city_index", "level_of", "mask_particles", "of_edition", "sub_index", "sub_indices", "tenths_of"]

#: Upper index of the levels 一级 … 五级 (HJ 633 table 2); above the last is 六级.
LEVELS = (50, 100, 150, 200, 300)


def tenths_of(ticks: Any, pollutant: str, rules: AirRules) -> Any:
    """The concentration the formula takes, in tenths: rounded to whole µg/m³, CO to tenths of a mg/m³."""
    grid = rules.grid
    return half_even(ticks, grid.step(1)) if pollutant == "CO" else half_even(ticks, grid.step(0)) * 10


def sub_index(tenths: Any, column: IndexColumn, above: Any = None) -> Any:
    """One column of table 1: linear pieces, carried up to the next whole number (进位取整).

    Parameters
    ----------
    above:
        What a concentration beyond the column gets where the edition names no index for it; default none.
    """
    pieces = []
    for (low, base), (high, top) in pairwise(column.pairs):
        # The numbers are small: their quotient as a double never reaches the next whole number by mistake.
        climb = ((tenths - low) * (top - base) + (high - low - 1)) / (high - low)
        pieces.append((tenths <= high, climb.floor().cast("int64") + base))
    beyond = ibis.null("int64") if above is None else above
    if column.beyond is not None:
        beyond = ibis.literal(column.beyond).cast("int64")
    return ibis.cases(*pieces, (tenths.notnull(), beyond), else_=ibis.null("int64"))


def of_edition(edition: Any, found: Mapping[str, Any], known: Sequence[str]) -> Any:
    """Of expressions by edition, that of the row's edition; null where the edition has none."""
    if len(known) == len(found) == 1:
        return next(iter(found.values()))
    return ibis.cases(*[(edition == name, value) for name, value in found.items()], else_=ibis.null("int64"))


def level_of(aqi: Any) -> Any:
    """Level 1 … 6 of an index."""
    return ibis.cases(
        (aqi.isnull(), ibis.null("int64")),
        *[(aqi <= top, number) for number, top in enumerate(LEVELS, start=1)],
        else_=6,
    ).cast("int64")


def sub_indices(cities: Any, rules: AirRules, editions: Sequence[str]) -> Any:
    """City days with their sub-indices: the columns of `city_days`, `i_<code>` for each code of `DAILY`, and `beyond`.

    `i_<code>` is null where the concentration is missing, and above a range for which the edition gives no sub-index;
    `beyond` says that this is so of ozone's 8-hour mean.
    """
    known = [rules.index_named(name) for name in editions]
    tenths = cities.mutate(**{f"c_{code}": tenths_of(cities[f"t_{code}"], code, rules) for code in DAILY})
    indices = {}
    for code in DAILY:
        found = {
            rule.name: sub_index(tenths[f"c_{code}"], rule.columns[code]) for rule in known if code in rule.columns
        }
        indices[f"i_{code}"] = of_edition(tenths.edition, found, editions) if found else ibis.null("int64")
    indexed = tenths.mutate(**indices)
    return indexed.select(*cities.columns, *indices, beyond=indexed["t_O3_8H"].notnull() & indexed["i_O3_8H"].isnull())


def mask_particles(indexed: Any, dust: Any, rules: AirRules) -> Any:
    """City days with the particles of sand-dust days taken out; `m_<code>` tells which, nothing is put in their place.

    Parameters
    ----------
    indexed:
        `sub_indices`; the columns `t_<code>` and `i_<code>` of the particles are blanked.
    dust:
        `dust_days(region, day, status)`; only rows in `rules.dust_status` take effect.
    """
    named = dust.filter(dust.status.isin(rules.dust_status)).select("region", "day").distinct().mutate(dusty=True)
    joined = indexed.left_join(named, ["region", "day"]).select(*indexed.columns, "dusty")
    dusty = joined.dusty.fill_null(False)
    out = {}
    for code in rules.dust_masked:
        out[f"m_{code}"] = dusty & joined[f"t_{code}"].notnull()
        for kind in "ti":
            out[f"{kind}_{code}"] = dusty.ifelse(ibis.null("int64"), joined[f"{kind}_{code}"])
    return joined.mutate(**out).drop("dusty")


def city_index(rows: Any, rules: AirRules, *, excused: bool = False) -> Any:
    """Daily index of each city.

    Parameters
    ----------
    rows:
        `sub_indices`, or `mask_particles` of it.
    excused:
        Whether masked items (columns `m_<code>`) are left out without counting as missing.

    Returns
    -------
    `region, day, aqi, level, primary, iaqi_<parameter> …, edition, publishable, complete, reason`. `level` 1 … 6;
    `primary` the codes that reach the index when it is above 50, joined by commas, compared after rounding up;
    `publishable` as the edition rules; `reason` lists the missing items (`missing:O3_8H`).
    """
    kept = {f"x_{code}": rows[f"m_{code}"] for code in rules.dust_masked} if excused else {}
    indexed = rows.select(
        "region", "day", "edition", "beyond", **{f"iaqi_{code}": rows[f"i_{code}"] for code in DAILY}, **kept
    )
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
        level=level_of(judged.aqi),
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
        # Above the end of its column ozone's 8-hour mean has no sub-index in 2012; the largest hour then speaks for it.
        gap = gap & (~table.beyond | table["iaqi_O3_1H"].isnull())
    return gap & ~table[f"x_{code}"] if f"x_{code}" in table.columns else gap
