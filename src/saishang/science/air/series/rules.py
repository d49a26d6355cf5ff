"""The figures of the rules as the series need them: plain, frozen, in thousandths and tenths.

`AirRules.from_rules` reads the tables of `saishang.rules`; nothing below it knows a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from saishang.errors import SaishangError
from saishang.science.air.series.fixed import Grid

if TYPE_CHECKING:
    from saishang.rules import Rules

__all__ = [
    "DAILY",
    "LINEAR",
    "STATISTICS",
    "AirRules",
    "IndexColumn",
    "IndexRule",
    "LimitStage",
    "RuleGap",
]

#: Parameters whose day is a mean of hours; ozone's days are `O3_8H` and `O3_1H`.
LINEAR = ("SO2", "NO2", "CO", "PM10", "PM2.5")
#: Parameters of the daily tables, in the order of HJ 633.
DAILY = ("SO2", "NO2", "CO", "O3_8H", "O3_1H", "PM10", "PM2.5")
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
_TABLE_1 = {"O3_8H": ("O3", "8h"), "O3_1H": ("O3", "1h")}
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
class IndexRule:
    """One edition of HJ 633 for the daily report: columns per parameter, dates in force, publication rule.

    `publish_incomplete_above`: with an item missing the index is published only above this value; None = always.
    """

    name: str
    first: date
    last: date
    columns: Mapping[str, IndexColumn]
    required: tuple[str, ...]
    publish_incomplete_above: int | None


@dataclass(frozen=True)
class LimitStage:
    """Limits of one edition and stage: (parameter, averaging) → thousandths of the unit."""

    name: str
    first: date
    last: date
    limits: Mapping[tuple[str, str], int]


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
    decimals, compliance_decimals:
        Parameter → places of statistics, and of the figure held against a limit (HJ 663 table 3).
    weights:
        Parameter → weight in the composite index; 1 where absent.
    setting:
        Name of that choice of weights; goes into every composite index.
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
    decimals: Mapping[str, int] = field(default_factory=lambda: {"CO": 1})
    decimals_from: tuple[date, Mapping[str, int]] = field(
        default_factory=lambda: (date(2026, 3, 1), {"CO": 1, "PM2.5": 1})
    )
    compliance_decimals: Mapping[str, int] = field(default_factory=lambda: {"CO": 1})
    weights: Mapping[str, int] = field(default_factory=dict)
    setting: str = "equal"
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

    def index_on(self, day: date) -> IndexRule:
        """The edition of the index in force on a day; before the first edition, the first (past days were restated)."""
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

    def places(self, parameter: str, last: date) -> int:
        """Places of a statistic of a period that ends on `last`."""
        since, table = self.decimals_from
        return (table if last >= since else self.decimals).get(parameter, 0)

    @classmethod
    def from_rules(cls, rules: Rules, on: date | None = None) -> AirRules:
        """Build from the loaded rules; `on` chooses the edition of the validity numbers (default: the newest).

        Raises
        ------
        RuleGap
            When a table lacks a figure; the message names it.
        """
        built = cls(indices=_indices(rules), stages=_stages(rules))
        valid = _Validity(rules, on)
        ozone = next(stage for stage in built.stages).limits["O3_8H", "8h_daily_max"]
        return replace(
            built,
            min_hours=valid.need("PM10", "24h", "min_hourly_means_per_day"),
            min_window_hours=valid.need("O3", "8h", "min_hourly_means_per_8h"),
            min_windows=valid.need("O3", "8h_daily_max", "min_valid_8h_means_per_day"),
            first_end=valid.need("O3", "8h_daily_max", "first_window_end_hour"),
            last_end=valid.need("O3", "8h_daily_max", "last_window_end_hour"),
            ozone_limit=ozone,
            city_percent=valid.need(None, "city", "min_share_of_city_stations"),
            month_days=valid.need("PM10", "annual", "min_daily_means_per_month"),
            february_days=valid.need("PM10", "annual", "min_daily_means_february"),
            year_days=valid.need("PM10", "annual", "min_daily_means_per_year"),
        )


class _Validity:
    """Figures of `standards/air/validity` in force on a day."""

    def __init__(self, rules: Rules, on: date | None) -> None:
        self.rows = tuple(rules.table("standards/air/validity"))
        self.on = on or max((row["from"] for row in self.rows if row["from"] is not None), default=_OPEN)

    def need(self, parameter: str | None, averaging: str, rule: str) -> int:
        for row in self.rows:
            if (row["parameter"], row["averaging"], row["rule"]) != (parameter, averaging, rule):
                continue
            first, last = row["from"] or date.min, row["to"] or _OPEN
            if first <= self.on <= last:
                return int(row["value"])
        raise RuleGap(
            f"expected a row for {parameter or 'every parameter'}, {averaging}, {rule} in force on {self.on}",
            fix="add it with its source and clause",
            where="standards/air/validity",
        )


def _indices(rules: Rules) -> tuple[IndexRule, ...]:
    pairs: dict[str, dict[tuple[str, str], list[tuple[int, int]]]] = {}
    dates: dict[str, tuple[date, date]] = {}
    for row in rules.table("standards/air/iaqi_breakpoints"):
        name = row["edition"]
        dates[name] = (row["from"] or date.min, row["to"] or _OPEN)
        column = pairs.setdefault(name, {}).setdefault((row["parameter"], row["averaging"]), [])
        column.append((_whole(row["concentration"] * 10, row.where), int(row["iaqi"])))
    found = []
    for name, columns in pairs.items():
        # HJ 633-2012 reports the daily maximum hour of ozone too, and lets it stand in above 800 µg/m³; the edition of
        # 2026 dropped the item and fixes 300 there, and withholds an incomplete index that is not above 100.
        older = name == "HJ 633-2012"
        items = {
            parameter: IndexColumn(
                tuple(sorted(columns[_TABLE_1.get(parameter, (parameter, "24h"))])),
                500 if parameter != "O3_8H" else (None if older else 300),
            )
            for parameter in DAILY
            if older or parameter != "O3_1H"
        }
        required = tuple(parameter for parameter in DAILY if parameter != "O3_1H")
        found.append(IndexRule(name, *dates[name], items, required, None if older else 100))
    if not found:
        raise RuleGap("expected at least one edition of the index", fix="fill the table of breakpoints")
    return tuple(sorted(found, key=lambda rule: rule.first))


def _stages(rules: Rules) -> tuple[LimitStage, ...]:
    wanted = {(parameter, averaging) for parameter, _, averaging in STATISTICS}
    limits: dict[tuple[str, str, date, date], dict[tuple[str, str], int]] = {}
    for row in rules.table("standards/air/limits"):
        if row["class2"] is None or not row["binding"]:
            continue
        parameter = "O3_8H" if (row["parameter"], row["averaging"]) == ("O3", "8h_daily_max") else row["parameter"]
        if (parameter, row["averaging"]) not in wanted:
            continue
        key = (row["edition"], row["stage"], row["from"] or date.min, row["to"] or _OPEN)
        limits.setdefault(key, {})[parameter, row["averaging"]] = _whole(row["class2"] * 1000, row.where)
    stages = [
        LimitStage(edition if stage == "single" else f"{edition} {stage}", first, last, table)
        for (edition, stage, first, last), table in limits.items()
    ]
    for stage in stages:
        missing = wanted - set(stage.limits)
        if missing:
            raise RuleGap(
                f"expected class 2 limits for {sorted(wanted)}, {stage.name} lacks {sorted(missing)}",
                fix="add the rows with their clause",
                where="standards/air/limits",
            )
    if not stages:
        raise RuleGap("expected at least one set of limits", fix="fill the table of limits")
    return tuple(sorted(stages, key=lambda stage: stage.first))


def _whole(value: Decimal, where: str) -> int:
    if value != value.to_integral_value():
        raise RuleGap(f"expected at most one decimal (limits: three), got {value}", fix="check the figure", where=where)
    return int(value)
