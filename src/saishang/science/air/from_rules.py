"""The rules of ambient air as the objects that the functions of this package take.

One constructor per object; each takes the loaded rules and either the name of an edition or the day of the
measurement. Nothing here decides anything: it only reads `rules/standards/air`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, Literal, cast

from saishang.rules import Row, RuleLookupError, Rules
from saishang.science.air.attainment import EvaluationRule, LimitSet
from saishang.science.air.composite import CompositeSettings
from saishang.science.air.dust import DustRule
from saishang.science.air.edition import Breakpoint, Category, IndexEdition, Item, OverRange, Report
from saishang.science.air.mda8 import Mda8Rule
from saishang.science.air.reference_state import ReferenceStates
from saishang.science.air.validity import ValidityRules
from saishang.science.numbers import exact
from saishang.science.trend import TrendRule

__all__ = [
    "composite_by_limits",
    "composite_limits",
    "composite_names",
    "composite_settings",
    "dust_grades",
    "dust_rule",
    "evaluation_editions",
    "evaluation_rule",
    "index_edition",
    "index_editions",
    "limit_set",
    "limit_sets",
    "mda8_rule",
    "period_in_force",
    "reference_states",
    "setting",
    "three_year_span",
    "trend_rule",
    "validity_editions",
    "validity_rules",
]

_FOLDER = "standards/air"
_POLLUTANTS = ("SO2", "NO2", "CO", "O3", "PM10", "PM2.5")


def _document(rules: Rules, name: str) -> Mapping[str, Any]:
    return rules.document(f"{_FOLDER}/{name}")


def setting(rules: Rules, document: str, name: str) -> Any:
    """Default of a named setting (`settings:` of a document): what applies where the standard is silent."""
    for entry in _document(rules, document).get("settings", ()):
        if entry["id"] == name:
            return entry["default"]
    raise RuleLookupError(
        f"expected a setting {name!r} of {document}, got none", fix="add it under settings", where=document
    )


def period_in_force(rules: Rules, on: date) -> Mapping[str, Any]:
    """Which limits, index and evaluation standard apply to a measurement of that day (`editions.yaml`)."""
    return rules.edition(f"{_FOLDER}/editions", on, entries="periods")


# --- index -----------------------------------------------------------------------------------------------------------


def index_editions(rules: Rules) -> tuple[str, ...]:
    """Names of the editions of HJ 633, oldest first."""
    return tuple(entry["id"] for entry in _document(rules, "hj633")["editions"])


def index_edition(rules: Rules, which: str | date) -> IndexEdition:
    """One edition of the index standard by name (`HJ 633-2026`) or by the day of the measurement."""
    entry = rules.edition(f"{_FOLDER}/hj633", which)
    name = entry["id"]
    breakpoints: dict[tuple[str, str], list[Breakpoint]] = {}
    for row in rules.table(f"{_FOLDER}/iaqi_breakpoints").find(edition=name):
        column = breakpoints.setdefault((row["parameter"], row["averaging"]), [])
        column.append(Breakpoint(exact(row["concentration"]), int(row["iaqi"])))
    over_range = {
        (rule["parameter"], rule["averaging"]): OverRange(rule.get("iaqi"), rule.get("instead"))
        for rule in entry["over_range"]
    }
    missing = entry["missing"]
    exceeding = entry.get("exceeding")
    return IndexEdition(
        name=name,
        breakpoints={key: tuple(sorted(column, key=lambda pair: pair.iaqi)) for key, column in breakpoints.items()},
        over_range=over_range,
        cap=int(entry["top"]["value"]),
        input_decimals={parameter: int(places) for parameter, places in entry["input_decimals"].items()},
        items={
            report: tuple(_items(entry[report]["items"], over_range))
            for report in cast(tuple[Report, ...], ("daily", "hourly"))
        },
        categories=_categories(rules, name),
        pollutants=_POLLUTANTS,
        publish_incomplete_above=int(missing["above"]) if missing["publish"] == "above" else None,
        primary_above=int(entry["primary"]["above"]),
        exceeding_above=None if exceeding is None else int(exceeding["above"]),
        zero_index=int(setting(rules, "hj633", "zero_index")),
        reported=tuple(entry["hourly"].get("reported", ())),
    )


def _items(entries: list[Mapping[str, Any]], over_range: Mapping[tuple[str, str], OverRange]) -> Iterator[Item]:
    names = {entry["id"] for entry in entries}
    for entry in entries:
        yield Item(entry["id"], entry["parameter"], entry["averaging"])
    for (parameter, averaging), rule in over_range.items():
        concerned = any((entry["parameter"], entry["averaging"]) == (parameter, averaging) for entry in entries)
        if concerned and rule.fallback is not None and rule.fallback not in names:
            fallback, _, period = rule.fallback.rpartition("_")
            yield Item(rule.fallback, fallback, period, fallback_only=True)


def _categories(rules: Rules, edition: str) -> tuple[Category, ...]:
    rows = sorted(rules.table(f"{_FOLDER}/categories").find(edition=edition), key=lambda row: int(row["level"]))
    return tuple(_category(row) for row in rows)


def _category(row: Row) -> Category:
    red, green, blue = (int(part) for part in row["rgb"].split())
    return Category(
        number=int(row["level"]),
        low=int(row["low"]),
        high=int(row["high"]),
        level=row["level_zh"],
        category=row["zh"],
        category_en=row["en"],
        colour=row["colour_zh"],
        colour_en=row["colour_en"],
        rgb=(red, green, blue),
    )


# --- limits, validity, evaluation ------------------------------------------------------------------------------------


def limit_sets(rules: Rules) -> tuple[str, ...]:
    """Names of the binding limit sets, oldest first: `GB 3095-2012`, `GB 3095-2026 transition`, `… final`."""
    names: dict[str, None] = {}
    for row in rules.table(f"{_FOLDER}/limits"):
        if row["stage"] in ("single", "transition", "final"):
            names[_limit_name(row["edition"], row["stage"])] = None
    return tuple(names)


def _limit_name(edition: str, stage: str) -> str:
    return edition if stage == "single" else f"{edition} {stage}"


def limit_set(rules: Rules, which: str | date) -> LimitSet:
    """Limits of GB 3095 by name (see `limit_sets`) or by the day of the measurement."""
    if isinstance(which, date):
        limits = period_in_force(rules, which)["limits"]
        which = _limit_name(limits["edition"], limits["stage"])
    table = rules.table(f"{_FOLDER}/limits")
    found = {
        (row["parameter"], row["averaging"]): (_optional(row["class1"]), _optional(row["class2"]))
        for row in table
        if row["binding"]
        and (
            _limit_name(row["edition"], row["stage"]) == which
            or (row["stage"] == "both" and which.startswith(f"{row['edition']} "))
        )
    }
    if not found:
        raise RuleLookupError(
            f"expected a set of limits, got {which!r}", fix=f"use one of {', '.join(limit_sets(rules))}", where="limits"
        )
    return LimitSet(which, found)


def _optional(value: Any) -> Fraction | None:
    return None if value is None else exact(value)


def validity_editions(rules: Rules) -> tuple[str, ...]:
    """Editions whose minimum data can be asked for, those of GB 3095 before those of HJ 663, oldest first."""
    names = rules.table(f"{_FOLDER}/validity").values("standard")
    return tuple(sorted(name for name in names if name.startswith(("GB 3095", "HJ 663"))))


def validity_rules(rules: Rules, which: str | date) -> ValidityRules:
    """Minimum data of GB 3095 together with the HJ 663 that goes with it, by either's name or by a day."""
    periods = _document(rules, "editions")["periods"]
    if isinstance(which, date):
        pair = period_in_force(rules, which)
    else:
        fitting = [entry for entry in periods if which in (entry["limits"]["edition"], entry["evaluation"])]
        if not fitting:
            raise RuleLookupError(
                f"expected a standard with minimum data, got {which!r}",
                fix=f"use one of {', '.join(validity_editions(rules))}",
                where="validity",
            )
        pair = fitting[-1]
    names = (pair["limits"]["edition"], pair["evaluation"])
    minimum = {
        (row["parameter"] or "all", row["averaging"], row["rule"]): exact(row["value"])
        for row in rules.table(f"{_FOLDER}/validity")
        if row["standard"] in names
    }
    return ValidityRules(" with ".join(names), minimum)


def evaluation_editions(rules: Rules) -> tuple[str, ...]:
    """Names of the editions of HJ 663, oldest first."""
    return tuple(entry["id"] for entry in _document(rules, "hj663")["editions"])


def evaluation_rule(rules: Rules, which: str | date) -> EvaluationRule:
    """What is judged over a year and with how many decimals (HJ 663), by name or by a day; ozone under `O3`."""
    entry = rules.edition(f"{_FOLDER}/hj663", which)
    statistics: dict[str, dict[str, str]] = {}
    for series, judged in entry["annual"].items():
        pollutant = judged.get("limit_parameter", series)
        wanted = statistics.setdefault(pollutant, {})
        if judged["mean"]:
            wanted["mean"] = judged["limit_mean"]
        if judged.get("percentile") is not None:
            wanted[f"p{judged['percentile']}"] = judged["limit_percentile"]
    return EvaluationRule(
        name=entry["id"],
        statistics=statistics,
        compliance_decimals={name: int(places) for name, places in entry["decimals"]["compliance"].items()},
        statistic_decimals={name: int(places) for name, places in entry["decimals"]["statistics"].items()},
        round_first=bool(setting(rules, "hj663", "compare_after_rounding")),
        multiple_decimals=int(entry["decimals"]["exceedance_multiple"]),
        rate_decimals=int(entry["decimals"]["rate"]),
    )


def mda8_rule(rules: Rules, which: str | date, *, limits: LimitSet | None = None) -> Mda8Rule:
    """The daily maximum 8-hour mean of ozone by edition of HJ 663 or by a day.

    Parameters
    ----------
    limits:
        Set from which the limit that keeps a short day is taken; by default the set of the same time.
    """
    entry = rules.edition(f"{_FOLDER}/hj663", which)
    validity = validity_rules(rules, entry["id"])
    limit_key = entry["mda8"]["short_day_stands_above"]
    if limits is None:
        first = next(
            period for period in _document(rules, "editions")["periods"] if period["evaluation"] == entry["id"]
        )
        limits = limit_set(rules, which if isinstance(which, date) else first["from"])
    zone = cast(Literal[1, 2], int(setting(rules, "hj663", "mda8_short_day_limit_class")))
    return Mda8Rule(
        window_hours=int(entry["mda8"]["window_hours"]),
        min_hours=int(validity.need("O3", "8h", "min_hourly_means_per_8h")),
        first_end=int(validity.need("O3", "8h_daily_max", "first_window_end_hour")),
        last_end=int(validity.need("O3", "8h_daily_max", "last_window_end_hour")),
        min_windows=int(validity.need("O3", "8h_daily_max", "min_valid_8h_means_per_day")),
        limit=limits.need(limit_key["parameter"], limit_key["averaging"], zone),
    )


def three_year_span(rules: Rules) -> int:
    """How many annual values the moving average of HJ 663-2026 takes."""
    for entry in reversed(_document(rules, "hj663")["editions"]):
        if "three_year_mean" in entry:
            return int(entry["three_year_mean"]["years"])
    raise RuleLookupError("expected an edition of hj663 with three_year_mean, got none", fix="add it", where="hj663")


# --- composite index, dust, states, trend ----------------------------------------------------------------------------


def composite_names(rules: Rules) -> tuple[str, ...]:
    """Names of the ways to compute the composite index."""
    document = _document(rules, "composite")
    return tuple(entry["id"] for entry in (*document["editions"], *document.get("alternatives", ())))


def composite_limits(rules: Rules) -> tuple[str, ...]:
    """Names of the sets of limits that mean equal weights: `2012`, `2026t`, `2026f`."""
    return tuple(str(entry["id"]) for entry in _document(rules, "composite")["limit_sets"])


def composite_by_limits(rules: Rules, limits: str) -> str:
    """Name by which `composite_settings` knows a set of limits (`GB 3095-2026 final` → `2026f`)."""
    for entry in _document(rules, "composite")["limit_sets"]:
        if _limit_name(entry["edition"], entry["stage"]) == limits:
            return str(entry["id"])
    raise RuleLookupError(
        f"expected a set of limits of the composite index, got {limits!r}",
        fix=f"use one of {', '.join(limit_sets(rules))}",
        where="composite",
    )


def composite_settings(rules: Rules, which: str | date) -> CompositeSettings:
    """Limits and weights of the composite index.

    Parameters
    ----------
    which:
        A day, the name of a way to compute it (`equal-2012`, `weighted-2026t`), or of a set of limits (`2012`,
        `2026t`, `2026f`), which means equal weights.
    """
    document = _document(rules, "composite")
    if isinstance(which, date):
        entry = rules.edition(f"{_FOLDER}/composite", which)
    else:
        entries = [*document["editions"], *document.get("alternatives", ())]
        fitting = [item for item in entries if which == item["id"]]
        fitting += [item for item in entries if which == item["limits"] and item["weights"] == "equal"]
        if not fitting:
            sets = [item["id"] for item in document["limit_sets"]]
            raise RuleLookupError(
                f"expected a way to compute the composite index, got {which!r}",
                fix=f"use one of {', '.join([*composite_names(rules), *sets])}",
                where="composite",
            )
        entry = fitting[0]
    chosen = next(item for item in document["limit_sets"] if item["id"] == entry["limits"])
    limits = limit_set(rules, _limit_name(chosen["edition"], chosen["stage"]))
    zone = cast(Literal[1, 2], int(document["limit_class"]))
    weights = next(item for item in document["weights"] if item["id"] == entry["weights"])["values"]
    return CompositeSettings(
        name=entry["id"],
        limits={
            pollutant: limits.need(pollutant, item["limit_averaging"], zone)
            for pollutant, item in document["items"].items()
        },
        weights={pollutant: exact(value) for pollutant, value in weights.items()},
        decimals=int(entry["single_decimals"]),
    )


def dust_rule(rules: Rules) -> DustRule:
    """The hour test for sand and dust and what its exclusion blanks."""
    entry = _document(rules, "dust")["editions"][-1]
    start = entry["start"]
    return DustRule(
        baseline_hours=int(start["baseline_hours"]),
        min_baseline_hours=int(start["min_baseline_hours"]),
        rise_factor=exact(start["rise_factor"]),
        min_pm10=exact(start["pm10_above"]),
        ratio_factor=exact(start["ratio_factor"]),
        ratio_test=setting(rules, "dust", "ratio_test"),
        end_within=exact(entry["end"]["within_percent"]) / 100,
        masked=tuple(entry["masking"]["parameters"]),
    )


def dust_grades(rules: Rules) -> tuple[tuple[Fraction, int], ...]:
    """Ascending (least PM10 peak [µg/m³], grade); the table is in mg/m³."""
    grades = _document(rules, "dust")["grades"]
    return tuple(sorted((exact(grade["low"]) * 1000, int(grade["level"])) for grade in grades))


def reference_states(rules: Rules) -> ReferenceStates:
    """Temperatures and pressure of the fixed states."""
    states = {entry["id"]: entry for entry in _document(rules, "reference_state")["states"]}
    return ReferenceStates(
        standard_temperature=exact(states["std_273K"]["temperature"]),
        standard_pressure=exact(states["std_273K"]["pressure"]),
        gas_temperature=exact(states["ref_298K"]["temperature"]),
    )


def trend_rule(rules: Rules) -> TrendRule:
    """Critical values of Spearman's rank correlation and how they are used."""
    document = _document(rules, "trend")
    return TrendRule(
        critical={int(entry["n"]): exact(entry["value"]) for entry in document["critical"]},
        min_periods=int(document["min_periods"]),
        significant_when="above" if document["significant"] == "above" else "at_or_above",
        between="smaller_n" if document["between"] == "next_smaller" else "interpolate",
    )
