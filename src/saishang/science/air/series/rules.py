"""The figures of the rules as the series need them: plain, frozen, in thousandths and tenths.

`AirRules.from_rules` reads the tables of `saishang.rules`; nothing below it knows a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any, Literal

from saishang.errors import SaishangError
from saishang.science.air.from_rules import (
    composite_settings,
    dust_rule,
    evaluation_rule,
    index_edition,
    limit_set,
    mda8_rule,
    setting,
    validity_rules,
)
from saishang.science.air.series.fixed import Grid

if TYPE_CHECKING:
    from saishang.rules import Rules
    from saishang.science.air.edition import IndexEdition

__all__ = [
    "DAILY",
    "HOURLY",
    "LINEAR",
    "POLLUTANTS",
    "STATISTICS",
    "AirRules",
    "CompositeRule",
    "HourItem",
    "IndexColumn",
    "IndexRule",
    "LimitStage",
    "RuleGap",
]

#: Parameters whose day is a mean of hours; ozone's days are `O3_8H` and `O3_1H`.
LINEAR = ("SO2", "NO2", "CO", "PM10", "PM2.5")
#: Parameters of the daily tables, in the order of HJ 633.
DAILY = ("SO2", "NO2", "CO", "O3_8H", "O3_1H", "PM10", "PM2.5")
#: Pollutants of the hourly report, in the order of HJ 633.
POLLUTANTS = ("SO2", "NO2", "CO", "O3", "PM10", "PM2.5")
#: Items of the hourly reports of all editions: hours, and running means that end with the hour.
HOURLY = (*(f"{code}_1h" for code in POLLUTANTS), "O3_8h", "SO2_24h", "PM10_24h", "PM2.5_24h")
#: (parameter, statistic, averaging of its limit) of HJ 663's yearly evaluation.
STATISTICS = (
    ("SO2", "mean", "annual"),
    ("SO2", "p98", "24h"),
    ("NO2", "mean", "annual"),
    ("NO2", "p98", "24h"),
    ("PM10", "mean", "annual"),
    ("PM10", "p95", "24h"),
    ("PM2.5", "mean", "annual"),
    ("PM2.5", "p95", "24h"),
    ("CO", "p95", "24h"),
    ("O3_8H", "p90", "8h_daily_max"),
)
_FOLDER = "standards/air"
_POLLUTANT = {"O3_8H": "O3"}
_PARAMETER = {"O3": "O3_8H"}
_OPEN = date(9999, 12, 31)


class RuleGap(SaishangError):
    """The rules at hand do not say something the statistics need."""

    code = "rule-gap"


@dataclass(frozen=True)
class IndexColumn:
    """One column of HJ 633 table 1, concentrations in tenths, and what lies above its end.

    `beyond` is the sub-index above the last pair; None: no sub-index, another item of the pollutant stands in.
    """

    pairs: tuple[tuple[int, int], ...]
    beyond: int | None


@dataclass(frozen=True)
class HourItem:
    """One item of the hourly report: name (`O3_8h`), pollutant and column.

    `instead` names the item that speaks where the column ends without a sub-index; a `fallback_only` item does only
    that.
    """

    name: str
    pollutant: str
    column: IndexColumn
    instead: str | None = None
    fallback_only: bool = False


@dataclass(frozen=True)
class IndexRule:
    """One edition of HJ 633: columns of the daily report per parameter, items of the hourly one, dates in force.

    `publish_incomplete_above`: with an item missing the index is published only above this value; None = always.
    `zero_index`: what a genuine zero of everything gets.
    """

    name: str
    first: date
    last: date
    columns: Mapping[str, IndexColumn]
    required: tuple[str, ...]
    publish_incomplete_above: int | None
    zero_index: int = 0
    hourly: tuple[HourItem, ...] = ()


@dataclass(frozen=True)
class LimitStage:
    """Limits of one edition and stage: (parameter, averaging) → thousandths of the unit."""

    name: str
    first: date
    last: date
    limits: Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class CompositeRule:
    """One way to compute the composite index: bounds in thousandths, weights, dates in force.

    An `alternative` is chosen by nobody but who asks for it; its dates are those of its limits.
    """

    name: str
    standard: str
    first: date
    last: date
    bounds: Mapping[str, int]
    weights: Mapping[str, int]
    decimals: Mapping[str, int]
    alternative: bool = False


@dataclass(frozen=True)
class AirRules:
    """Everything the air series take from the rules, in force on one day; the index and the limits keep their dates.

    Attributes
    ----------
    min_hours:
        Hourly means a daily mean needs (GB 3095 table 4); also asked of the daily maximum hour of ozone, where the
        text is silent.
    window_hours, min_window_hours, first_end, last_end, min_windows, ozone_limit:
        Ozone's 8-hour windows (HJ 663 6.1.2); the limit in thousandths.
    city_percent:
        Share of a city's stations that must be valid [%].
    month_days, february_days, year_days:
        Daily values a month and a year need.
    percentiles:
        Parameter → percentile of the evaluation.
    decimals:
        (first day, parameter → places of statistics) of each edition, oldest first (HJ 663 table 3).
    compliance_decimals:
        Parameter → places of the figure held against a limit.
    composites:
        Ways to compute the composite index, with their dates in force.
    dust_masked:
        Parameters taken out on sand-dust days.
    prefer:
        Which city value wins when both a mean of stations and a published value exist.
    whole_index:
        A day with an item missing counts in the share of good days only when its index is above 100 anyway.
    dust_status:
        Which states of a dust day take effect.
    marks:
        Qualifiers under which an hourly value still counts; any other mark voids the hour.
    """

    indices: tuple[IndexRule, ...]
    stages: tuple[LimitStage, ...]
    min_hours: int = 20
    window_hours: int = 8
    min_window_hours: int = 6
    first_end: int = 8
    last_end: int = 24
    min_windows: int = 14
    ozone_limit: int = 160_000
    city_percent: int = 75
    month_days: int = 27
    february_days: int = 25
    year_days: int = 324
    percentiles: Mapping[str, int] = field(
        default_factory=lambda: {"SO2": 98, "NO2": 98, "PM10": 95, "PM2.5": 95, "CO": 95, "O3_8H": 90}
    )
    decimals: tuple[tuple[date, Mapping[str, int]], ...] = ()
    compliance_decimals: Mapping[str, int] = field(default_factory=lambda: {"CO": 1})
    composites: tuple[CompositeRule, ...] = ()
    dust_masked: tuple[str, ...] = ("PM10", "PM2.5")
    prefer: Literal["stations", "published"] = "stations"
    whole_index: bool = True
    dust_status: tuple[str, ...] = ("confirmed",)
    marks: tuple[str, ...] = ("<",)

    @property
    def grid(self) -> Grid:
        """Tick of the fixed-point arithmetic."""
        return Grid.build(
            min_hours=self.min_hours, window_hours=self.window_hours, min_window_hours=self.min_window_hours
        )

    @property
    def window_grid(self) -> int:
        """Least common multiple of the numbers of hours that an ozone window may have (168 of 6, 7 and 8)."""
        return lcm(*range(self.min_window_hours, self.window_hours + 1))

    def index_on(self, day: date) -> IndexRule:
        """The edition of the index in force on a day; the nearest one outside all of them."""
        for rule in self.indices:
            if rule.first <= day <= rule.last:
                return rule
        return self.indices[0] if day < self.indices[0].first else self.indices[-1]

    def index_named(self, name: str) -> IndexRule:
        """The edition of that name."""
        for rule in self.indices:
            if rule.name == name:
                return rule
        raise RuleGap(
            f"expected one of {', '.join(rule.name for rule in self.indices)}, got {name!r}",
            fix="choose an edition the rules hold",
        )

    def stages_between(self, first: date, last: date) -> tuple[LimitStage, ...]:
        """Limit stages in force on any day from `first` to `last`; a split year has two."""
        found = tuple(stage for stage in self.stages if stage.first <= last and stage.last >= first)
        return found or self.stages[:1]

    def composites_between(self, first: date, last: date, *, alternative: bool = False) -> tuple[CompositeRule, ...]:
        """Ways to compute the composite index in force on any day from `first` to `last`, or alternatives to them."""
        return tuple(
            rule
            for rule in self.composites
            if rule.first <= last and rule.last >= first and rule.alternative == alternative
        )

    def places(self, parameter: str, last: date) -> int:
        """Places of a statistic of a period that ends on `last`."""
        chosen: Mapping[str, int] = {"CO": 1}
        for since, table in self.decimals:
            if since <= last or table is self.decimals[0][1]:
                chosen = table
        return chosen.get(parameter, 0)

    @classmethod
    def from_rules(cls, rules: Rules, on: date | None = None) -> AirRules:
        """Build from the loaded rules.

        Parameters
        ----------
        on:
            Day whose minimum numbers of data apply; default the newest edition (the editions so far ask the same).

        Raises
        ------
        RuleGap
            When a table lacks a figure; the message names it.
        """
        evaluations = rules.document(f"{_FOLDER}/hj663")["editions"]
        newest = evaluations[-1]["id"] if on is None else evaluation_rule(rules, on).name
        evaluation = evaluation_rule(rules, newest)
        valid = validity_rules(rules, newest if on is None else on)
        ozone = mda8_rule(rules, newest if on is None else on)
        return cls(
            indices=tuple(_index(rules, entry) for entry in rules.document(f"{_FOLDER}/hj633")["editions"]),
            stages=_stages(rules),
            min_hours=int(valid.need("PM10", "24h", "min_hourly_means_per_day")),
            window_hours=ozone.window_hours,
            min_window_hours=ozone.min_hours,
            first_end=ozone.first_end,
            last_end=ozone.last_end,
            min_windows=ozone.min_windows,
            ozone_limit=_whole(ozone.limit * 1000, "limits"),
            city_percent=int(valid.need("all", "city", "min_share_of_city_stations")),
            month_days=int(valid.need("PM10", "annual", "min_daily_means_per_month")),
            february_days=int(valid.need("PM10", "annual", "min_daily_means_february")),
            year_days=int(valid.need("PM10", "annual", "min_daily_means_per_year")),
            percentiles={
                series: int(entry["percentile"])
                for series, entry in evaluations[-1]["annual"].items()
                if entry.get("percentile") is not None
            },
            decimals=tuple(
                (entry["from"], {name: int(places) for name, places in entry["decimals"]["statistics"].items()})
                for entry in evaluations
            ),
            compliance_decimals=dict(evaluation.compliance_decimals),
            composites=_composites(rules),
            dust_masked=dust_rule(rules).masked,
        )


def _series(pollutant: str, averaging: str) -> str:
    """Parameter of the daily tables for a column of table 1."""
    return pollutant if averaging == "24h" else f"{pollutant}_{averaging.upper()}"


def _index(rules: Rules, entry: Mapping[str, Any]) -> IndexRule:
    edition = index_edition(rules, entry["id"])
    columns = {}
    required = []
    for item in edition.items["daily"]:
        if item.fallback_only:
            continue
        parameter = _series(item.pollutant, item.averaging)
        if parameter not in DAILY:
            raise RuleGap(
                f"expected an item of {', '.join(DAILY)} in the daily report, got {parameter}",
                fix="the series know these items only",
                where=edition.name,
            )
        columns[parameter] = _column(edition, item.pollutant, item.averaging)
        # The 2012 report's largest hour of ozone takes part when it is there; published series leave it out. Its 8-hour
        # mean is asked for in both editions: the evaluation (HJ 663) stands on it.
        if parameter != "O3_1H":
            required.append(parameter)
    first, last = entry["from"] or date.min, entry["to"] or _OPEN
    return IndexRule(
        edition.name, first, last, columns, tuple(required), edition.publish_incomplete_above, edition.zero_index,
        _hour_items(edition, setting(rules, "hj633", "hourly_items")),
    )  # fmt: skip


def _column(edition: IndexEdition, pollutant: str, averaging: str) -> IndexColumn:
    over = edition.over_range.get((pollutant, averaging))
    return IndexColumn(
        tuple(
            (_whole(pair.concentration * 10, edition.name), pair.iaqi) for pair in edition.column(pollutant, averaging)
        ),
        edition.cap if over is None else over.iaqi,
    )


def _hour_items(edition: IndexEdition, which: str) -> tuple[HourItem, ...]:
    """Items of the hourly report as the edition says, or as the national network publishes them (setting)."""
    found = {}
    for item in edition.items["hourly"]:
        over = edition.over_range.get((item.pollutant, item.averaging))
        column = _column(edition, item.pollutant, item.averaging)
        instead = None if over is None else over.fallback
        found[item.name] = HourItem(item.name, item.pollutant, column, instead, item.fallback_only)
    if which == "published":
        found.pop("O3_8h", None)
        for code in ("PM10", "PM2.5"):
            whole_day = found.pop(f"{code}_24h", None)
            if whole_day is not None:  # the hour, read in the points of the day
                found[f"{code}_1h"] = replace(whole_day, name=f"{code}_1h")
    unknown = [name for name in found if name not in HOURLY]
    if unknown:
        raise RuleGap(
            f"expected items of {', '.join(HOURLY)} in the hourly report, got {', '.join(unknown)}",
            fix="the series know these items only",
            where=edition.name,
        )
    return tuple(found.values())


def _stages(rules: Rules) -> tuple[LimitStage, ...]:
    stages: dict[str, LimitStage] = {}
    for period in rules.document(f"{_FOLDER}/editions")["periods"]:
        first, last = period["from"] or date.min, period["to"] or _OPEN
        limits = limit_set(rules, first)
        known = stages.get(limits.name)
        if known is not None:
            stages[limits.name] = replace(known, first=min(known.first, first), last=max(known.last, last))
            continue
        table = {
            (parameter, averaging): _whole(
                limits.need(_POLLUTANT.get(parameter, parameter), averaging) * 1000, "limits"
            )
            for parameter, _, averaging in STATISTICS
        }
        stages[limits.name] = LimitStage(limits.name, first, last, table)
    if not stages:
        raise RuleGap("expected at least one set of limits", fix="fill the table of limits")
    return tuple(sorted(stages.values(), key=lambda stage: stage.first))


def _composites(rules: Rules) -> tuple[CompositeRule, ...]:
    document = rules.document(f"{_FOLDER}/composite")
    sets = {entry["id"]: entry for entry in document["limit_sets"]}
    spans = {entry["limits"]: (entry["from"] or date.min, entry["to"] or _OPEN) for entry in document["editions"]}
    found = []
    for entry in (*document["editions"], *document.get("alternatives", ())):
        chosen = composite_settings(rules, entry["id"])
        limits = sets[entry["limits"]]
        stage = "" if limits["stage"] == "single" else f" {limits['stage']}"
        names = {_PARAMETER.get(pollutant, pollutant): pollutant for pollutant in chosen.limits}
        first, last = spans[entry["limits"]]
        found.append(
            CompositeRule(
                name=chosen.name,
                standard=f"{limits['edition']}{stage}",
                first=first,
                last=last,
                bounds={name: _whole(chosen.limits[key] * 1000, chosen.name) for name, key in names.items()},
                weights={name: _whole(chosen.weight(key), chosen.name) for name, key in names.items()},
                decimals={name: int(entry["concentration_decimals"][key]) for name, key in names.items()},
                alternative="from" not in entry,
            )
        )
    return tuple(found)


def _whole(value: Fraction, where: str) -> int:
    if value.denominator != 1:
        raise RuleGap(
            f"expected at most one decimal (limits: three), got {float(value)}", fix="check the figure", where=where
        )
    return int(value)
