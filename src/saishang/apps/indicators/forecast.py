"""Forecasts of a run: will each target be met, and how does the running year end; computed once, kept beside the run.

Reads a finished run only. What is written is never changed: the same run, rules and code give the same draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.conf import settings

from saishang.apps.indicators import queries
from saishang.apps.indicators.kept import Kept, Progress, known, plain
from saishang.apps.indicators.outlook import Item, outlook
from saishang.apps.indicators.outlook_data import RunDays, run_days
from saishang.apps.indicators.outlook_marks import sign_of
from saishang.rules import Rules, load_rules
from saishang.science.forecast.backtest import Backtest
from saishang.science.forecast.decide import Forecast, ForecastRule, forecast_year, forecast_year_end
from saishang.science.outlook.bounds import rounding_bound
from saishang.science.outlook.coverage import days_to_come
from saishang.science.outlook.needed import year_end_mean

__all__ = ["KEPT", "ForecastRow", "compute", "file_of", "read", "rows_of"]


@dataclass(frozen=True)
class ForecastRow:
    """One answer, or the reason why there is none.

    Attributes
    ----------
    kind:
        `target`: a goal of the plan in its year, from the annual series; `year_end`: the running year of one place.
    target, place, parameter, year:
        What it is about; `target` or `parameter` is empty.
    goal, basis, unit:
        What it is held against, and the basis of the series (empty for the mixed series of a target).
    method, reason, detail, low, median, high, probability, path:
        As in `science.forecast.decide.Forecast`; steps of the path are years, or months as year · 12 + month − 1.
        Besides the reasons there: `no_year` (a goal that holds at all times is judged, not forecast).
    known, ends, bases:
        How many values of the series the method had, the first and the last of them (step, value), and the bases that
        they are of.
    rough, why, sure:
        As in `Forecast`.
    tests:
        The methods that were held against each other: name, mae, ratio to persistence's, checks.
    chosen:
        The same of choosing among them as one went along: mae, ratio, share of the bands that held.
    mae, mae_persistence, mase, coverage, factor, coverage_widened, checks:
        The back-test; None and empty without one. `checks`: origin, steps, low, median, high, persistence, actual.
    level:
        Level of the band [0 … 1].
    """

    kind: str
    target: str
    place: str
    parameter: str
    year: int | None
    goal: str
    basis: str
    unit: str
    method: str
    reason: str
    detail: Mapping[str, Any]
    known: int
    level: float
    low: float | None = None
    median: float | None = None
    high: float | None = None
    probability: float | None = None
    rough: bool = False
    why: str = ""
    sure: float | None = None
    ends: tuple[tuple[Any, ...], ...] = ()
    bases: tuple[str, ...] = ()
    tests: tuple[tuple[Any, ...], ...] = ()
    chosen: tuple[float | None, ...] = ()
    mae: float | None = None
    mae_persistence: float | None = None
    mase: float | None = None
    coverage: float | None = None
    factor: float | None = None
    coverage_widened: float | None = None
    checks: tuple[tuple[Any, ...], ...] = ()
    path: tuple[tuple[Any, ...], ...] = ()


def file_of(identifier: str) -> Path:
    """Where the forecasts of a run (by id) are kept."""
    return KEPT.file_of(identifier)


def read(identifier: str) -> tuple[ForecastRow, ...] | None:
    """The forecasts kept beside a run; None when none were made (`saishang forecast`).

    Raises
    ------
    NoSuchRun
        When there is no such run.
    """
    body = KEPT.read(identifier)
    return None if body is None else rows_of(body["rows"])


def rows_of(rows: Sequence[Mapping[str, Any]]) -> tuple[ForecastRow, ...]:
    """Rows as they are kept, as objects."""
    return tuple(
        ForecastRow(
            **known(row, ForecastRow)
            | {key: _tuples(row.get(key, ())) for key in ("checks", "path", "ends", "tests")}
            | {key: tuple(row.get(key, ())) for key in ("bases", "chosen")}
        )
        for row in rows
    )


def compute(identifier: str, progress: Progress = lambda step: None) -> tuple[ForecastRow, ...]:
    """Forecasts of a run: every numbered target with a year, and the running year of every place with a goal."""
    rules = load_rules(settings.CONFIG.rules_overlay)
    rule = ForecastRule.from_document(rules.document("forecast"))
    progress("targets")
    rows = _targets(identifier, rule)
    for item in outlook(identifier).items:
        # The year is forecast where the plan has a goal for it, on the basis that the goal is written on.
        if item.mark.kind == "goal" and item.statistic == "mean" and item.left and item.days:
            progress(f"{item.parameter} {queries.region_name(item.place)}")
            rows.append(_year_end(rules, run_days(identifier), item, rule))
    return tuple(rows)


def _targets(identifier: str, rule: ForecastRule) -> list[ForecastRow]:
    found = []
    # Parts of split targets too: a city asks whether it will keep its own goal.
    for row in queries.target_rows(identifier, with_history=True, parts=True):
        indicator = queries.indicator(row.indicator)
        if row.goal is None or indicator is None:
            continue
        sign = sign_of(row.comparator, indicator.direction)
        if not sign:
            continue
        chosen = {int(p.period[:4]): p for p in row.history if p.chosen and p.value is not None}
        points = {year: float(p.value) for year, p in sorted(chosen.items()) if p.value is not None}
        about: dict[str, Any] = {
            "target": row.target, "place": row.region, "year": row.year, "unit": indicator.unit,
            "goal": f"{sign} {row.goal.normalize():f}",
        }  # fmt: skip
        if row.year is None:
            made = Forecast("", "no_year")
        else:
            bound = rounding_bound(row.goal, sign, indicator.compare_decimals)
            name = f"{row.indicator}/{row.region}"
            made = forecast_year(points, row.year, bound, rule, name=name, share=indicator.unit == "%")
        about |= {"ends": _ends(points), "bases": tuple(sorted({p.basis for p in chosen.values()}))}
        found.append(_row("target", made, rule, len(points), **about))
    return found


def _ends(points: Mapping[int, float]) -> tuple[tuple[int, float], ...]:
    return tuple((step, points[step]) for step in dict.fromkeys([min(points), max(points)])) if points else ()


def _year_end(rules: Rules, days: RunDays, item: Item, rule: ForecastRule) -> ForecastRow:
    least = int(rules.document("forecast")["forecast"]["monthly"]["least_days"])
    months = _months(days, [city for city, _ in item.parts], item.parameter, item.basis, least)
    parts = [part for _, part in item.parts]
    base = year_end_mean(parts, Fraction(0))
    # A day of a place weighs as one of its n + R days, a place as one of the region's.
    weight = sum((Fraction(1, part.days + part.left) for part in parts), Fraction(0)) / len(parts)
    left = days_to_come(days.as_of)
    weights = {days.as_of.year * 12 + month - 1: float(count * weight) for month, count in left.items()}
    name = f"{item.place}/{item.parameter}/{item.basis}"
    made = forecast_year_end(months, weights, float(base or 0), item.bound, rule, name=name)
    return _row(
        "year_end", made, rule, len(months), place=item.place, parameter=item.parameter, year=days.as_of.year,
        goal=f"{item.mark.comparator} {item.mark.value:f}", basis=item.basis, unit=item.unit, ends=_ends(months),
    )  # fmt: skip


def _months(days: RunDays, cities: list[str], parameter: str, basis: str, least: int) -> dict[int, float]:
    """Monthly means by year · 12 + month − 1; of a region only months that every city has."""
    by_city = []
    for city in cities:
        months: dict[int, list[Fraction]] = {}
        for day, value in days.span(city, parameter, basis, date.min, days.as_of).items():
            months.setdefault(day.year * 12 + day.month - 1, []).append(value)
        by_city.append(
            {step: sum(values, Fraction(0)) / len(values) for step, values in months.items() if len(values) >= least}
        )
    common = set.intersection(*(set(months) for months in by_city)) if by_city else set()
    return {step: float(sum((m[step] for m in by_city), Fraction(0)) / len(by_city)) for step in sorted(common)}


def _row(kind: str, made: Forecast, rule: ForecastRule, known: int, **about: Any) -> ForecastRow:
    test: Backtest | None = made.backtest
    names = {"target": "", "parameter": "", "basis": ""}
    tested: dict[str, Any] = {}
    if test is not None:
        checks = tuple((c.origin, list(c.steps), c.low, c.median, c.high, c.persistence, c.actual) for c in test.checks)
        tested = {
            "mae": test.mae, "mae_persistence": test.mae_persistence, "mase": test.mase, "coverage": test.coverage,
            "factor": test.factor, "coverage_widened": test.coverage_widened, "checks": checks,
        }  # fmt: skip
    return ForecastRow(
        kind=kind, method=made.method, reason=made.reason, detail=made.detail, known=known, level=rule.level,
        low=made.low, median=made.median, high=made.high, probability=made.probability, path=made.path,
        rough=made.rough, why=made.why, sure=made.sure,
        tests=tuple((key, t.mae, t.mase, len(t.checks)) for key, t in made.tests.items()),
        chosen=(made.chosen.mae, made.chosen.mase, made.chosen.coverage_widened) if made.chosen else (),
        **(names | about), **tested,
    )  # fmt: skip


def _tuples(rows: list[list[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(row) for row in rows)


KEPT = Kept(
    "forecast", "预测", "forecasts", lambda run, progress: [plain(asdict(row)) for row in compute(run, progress)]
)
