"""Weather or policy, for the cities of a run: computed once, kept beside the run.

Reads the run's city days and the daily weather of the lake as the run knew it; the weather station of a city is the one
that the site's table `met_stations` says stands in it.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.conf import settings

from saishang.apps.indicators import queries
from saishang.apps.indicators.climate_tables import daily_weather
from saishang.apps.indicators.kept import Kept, Progress, known, plain
from saishang.apps.indicators.outlook_data import RunDays, run_days
from saishang.apps.observations.queries import site_lake
from saishang.rules import Rules, load_rules
from saishang.science.weather.decide import Answer, normalise
from saishang.science.weather.rule import WeatherRule
from saishang.science.weather.state import state_step

__all__ = ["KEPT", "WeatherRow", "compute", "forget", "read", "rows_of"]


@dataclass(frozen=True)
class WeatherRow:
    """One city's answer for one parameter, or the reason why there is none.

    Attributes
    ----------
    place, station, parameter, unit:
        City, weather station of the site (empty without one), parameter and its unit; `parameter` is empty where the
        reason holds for the whole city.
    reason, detail:
        `no_station` (no weather station of the site stands in the city), `no_weather` (it has no days in the lake),
        `no_values`, or as in `science.weather.decide.Answer`.
    about:
        Counts and settings: days, first, last, no_value, no_weather, weather_days, weather_years, state_day,
        state_converted, mean, features, level, window, block, folds, buffer, draws.
    skill:
        r2, rmse, r2_without, rmse_without, r2_climate, rmse_climate, blocks; None before anything was fitted.
    periods, changes, skipped, dependence, importance:
        As in `Answer`; a change has the fields of `science.weather.split.Split`, with `beyond_chance`.
    """

    place: str
    station: str
    parameter: str
    unit: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    skill: Mapping[str, Any] | None = None
    periods: Sequence[Mapping[str, Any]] = ()
    changes: Sequence[Mapping[str, Any]] = ()
    skipped: Sequence[Sequence[str]] = ()
    dependence: Sequence[Mapping[str, Any]] = ()
    importance: Sequence[Sequence[Any]] = ()


#: Answers of this process by what went into them: runs of one lake on several days share most of their series.
_ANSWERS: OrderedDict[str, Answer] = OrderedDict()
_AT_HAND = 32


def read(identifier: str) -> tuple[WeatherRow, ...] | None:
    """What is kept beside a run; None when it was not made (`saishang weather`).

    Raises
    ------
    NoSuchRun
        When there is no such run.
    """
    body = KEPT.read(identifier)
    return None if body is None else rows_of(body["rows"])


def rows_of(rows: Sequence[Mapping[str, Any]]) -> tuple[WeatherRow, ...]:
    """Rows as they are kept, as objects."""
    return tuple(WeatherRow(**known(row, WeatherRow)) for row in rows)


def forget() -> None:
    """Forget the answers at hand, so that computing again is computing."""
    _ANSWERS.clear()


def compute(identifier: str, progress: Progress = lambda step: None) -> tuple[WeatherRow, ...]:
    """One row per city and parameter of the rules."""
    rules = load_rules(settings.CONFIG.rules_overlay)
    rule = WeatherRule.from_document(rules.document("weather"))
    run = queries.get_run(identifier)
    days = run_days(run.id)
    stations = _stations(rules, days.site)
    progress("weather")
    sky = daily_weather(site_lake(), run.lake_version, run.as_of, sorted({*rule.features, *rule.before, "T", "P"}))
    rows = []
    for city in days.cities:
        listed = stations.get(city, [])
        station = next((code for code in listed if code in sky), "")
        if not station:
            reason = "no_weather" if listed else "no_station"
            rows.append(WeatherRow(city, listed[0] if listed else "", "", "", reason))
            continue
        weather = _by_day(sky[station])
        for parameter in rule.parameters:
            progress(f"{parameter} {queries.region_name(city)}")
            rows.append(_row(rules, rule, days, city, station, parameter, weather))
    return tuple(rows)


def _stations(rules: Rules, site: str) -> dict[str, list[str]]:
    """City → codes of its weather stations, in the order of the table."""
    table = rules.tables.get(f"sites/{site}/met_stations")
    found: dict[str, list[str]] = {}
    for row in () if table is None else table:
        found.setdefault(str(row["region"]), []).append(str(row["code"]))
    return found


def _by_day(series: Mapping[str, Mapping[date, float | None]]) -> dict[date, dict[str, float | None]]:
    found: dict[date, dict[str, float | None]] = {}
    for parameter, days in series.items():
        for day, value in days.items():
            found.setdefault(day, {})[parameter] = value
    return found


def _row(
    rules: Rules, rule: WeatherRule, days: RunDays, city: str, station: str, parameter: str,
    weather: Mapping[date, Mapping[str, float | None]],
) -> WeatherRow:  # fmt: skip
    unit = str(rules.parameters[parameter]["unit"])
    span = days.span(city, parameter, rule.basis, date.min, days.as_of)
    if not span:
        return WeatherRow(city, station, parameter, unit, "no_values")
    values = {day: float(value) for day, value in sorted(span.items())}
    answer = _answer(values, weather, rule, rules, city, parameter)
    body = asdict(answer)
    settings_used = {
        "level": rule.level, "window": rule.window, "block": rule.block, "folds": rule.folds, "buffer": rule.buffer,
        "draws": rule.draws, "basis": rule.basis, "chance_block": rule.chance_block,
    }  # fmt: skip
    about = {
        key: body[key]
        for key in (
            "days", "no_value", "no_weather", "weather_days", "weather_years", "state_converted", "mean", "features",
        )
    }  # fmt: skip
    dates = {key: None if body[key] is None else body[key].isoformat() for key in ("first", "last", "state_day")}
    return WeatherRow(
        city, station, parameter, unit, answer.reason, answer.detail, about | dates | settings_used, body["skill"],
        body["periods"], [_change(one) for one in answer.changes], answer.skipped, body["dependence"],
        answer.importance,
    )  # fmt: skip


def _change(one: Any) -> dict[str, Any]:
    head = {"kind": one.kind, "first": one.first, "second": one.second, "months": one.months, "crosses": one.crosses}
    made = asdict(one.split)
    # The names of the periods are taken; what the parts add up to is called by what it is.
    means = {"first_mean": made.pop("first"), "second_mean": made.pop("second")}
    return head | means | made | {"beyond_chance": one.split.beyond_chance}


def _answer(
    values: Mapping[date, float], weather: Mapping[date, Mapping[str, float | None]], rule: WeatherRule, rules: Rules,
    city: str, parameter: str,
) -> Answer:  # fmt: skip
    step = state_step(rules, parameter)
    given = [
        city, parameter, repr(rule), repr(step),
        [(day.isoformat(), value) for day, value in values.items()],
        [(day.isoformat(), sorted(weather[day].items())) for day in sorted(weather)],
    ]  # fmt: skip
    key = hashlib.sha256(json.dumps(given).encode()).hexdigest()
    if key not in _ANSWERS:
        _ANSWERS[key] = normalise(values, weather, rule, name=f"{city}/{parameter}", step=step)
        while len(_ANSWERS) > _AT_HAND:
            _ANSWERS.popitem(last=False)
    return _ANSWERS[key]


KEPT = Kept(
    "weather", "天气还是治理", "weather or policy",
    lambda run, progress: [plain(asdict(row)) for row in compute(run, progress)],
)  # fmt: skip
