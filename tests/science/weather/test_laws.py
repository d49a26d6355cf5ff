"""Laws that hold whatever the trees learn: parts add up, nothing from nothing, no order, no leak, nothing filled in."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import isclose, log

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from bench.planted import planted, yinchuan_weather
from saishang.rules import load_rules
from saishang.science.weather.decide import Answer, normalise, prepared
from saishang.science.weather.frame import build_frame
from saishang.science.weather.model import folds_of, year_distance
from saishang.science.weather.rule import WeatherRule
from saishang.science.weather.split import Days, Part, logarithmic_mean, split

SHIPPED = WeatherRule.from_document(load_rules().document("weather"))
#: The same method, small: fewer trees, folds and draws.
SMALL = replace(
    SHIPPED, folds=4, draws=10, model_draws=10, chance_draws=100, trees=replace(SHIPPED.trees, number=25, rate=0.2)
)
WEATHER = yinchuan_weather()


@pytest.fixture(scope="module")
def answer() -> Answer:
    return normalise(planted(WEATHER, -0.15, seed=3), WEATHER, SMALL, name="laws")


def test_parts_add_up_to_the_observed_change(answer: Answer) -> None:
    assert len(answer.changes) > 50
    for change in answer.changes:
        one = change.split
        assert isclose(one.first + one.state + one.weather + one.rest, one.second, abs_tol=1e-9)
        assert isclose(one.trend + one.unexplained, one.rest, abs_tol=1e-9)
        # Factors multiply to the observed ratio: the second way to the same answer.
        assert isclose(one.weather_ratio * one.rest_ratio, one.second / one.first, rel_tol=1e-12)
        assert one.rest_low <= one.rest_ratio <= one.rest_high


def test_means_are_those_of_the_days(answer: Answer) -> None:
    values = planted(WEATHER, -0.15, seed=3)
    whole = [day for day in WEATHER if _whole(day)]
    year = [values[day] for day in whole if day.year == 2015]
    (period,) = [one for one in answer.periods if one.label == "2015"]
    assert period.days == len(year)
    assert isclose(period.published, float(np.mean(year)), rel_tol=1e-12)
    assert isclose(period.adjusted * period.factor, period.observed, rel_tol=1e-12)


def _whole(day: date) -> bool:
    """Weather of the day and, of four variables, of the day before: counted here a second time."""
    own = WEATHER[day]
    before = WEATHER.get(day - timedelta(days=1), {})
    return all(own.get(name) is not None for name in ("T", "RH", "WS", "GUST", "SUN", "PRECIP", "P")) and all(
        before.get(name) is not None for name in ("T", "RH", "WS", "PRECIP")
    )


def test_days_without_whole_weather_are_left_out_and_counted(answer: Answer) -> None:
    whole = sum(_whole(day) for day in WEATHER)
    assert (answer.days, answer.no_weather, answer.no_value) == (whole, len(WEATHER) - whole, 0)
    assert answer.no_weather > 30  # rain is empty on about 1.5 % of the days


def test_a_constant_series_has_no_change_and_no_answer() -> None:
    # Nothing to explain: trees are no better than climatology, so nothing is said.
    made = normalise(dict.fromkeys(WEATHER, 40.0), WEATHER, SMALL, name="constant")
    assert made.reason == "no_better" and not made.changes
    # And the split itself of such a series is nothing, nothing, nothing.
    flat = np.full(20, 40.0)
    days = Days(flat, flat, flat, flat, np.tile(flat, (3, 1)), np.tile(flat, (3, 1)))
    one = split(days, Part.plain(np.arange(10)), Part.plain(np.arange(10, 20)), SMALL, "constant")
    assert (one.weather, one.rest, one.state, one.trend, one.unexplained) == (0, 0, 0, 0, 0)
    assert (one.weather_ratio, one.rest_ratio, one.rest_low, one.rest_high) == (1, 1, 1, 1)
    assert not one.beyond_chance


def test_split_by_hand() -> None:
    # Observed 50 → 40. The models expect 45 → 44 with the weather as it was, 50 → 40 under usual weather:
    # weather factors 0.9 → 1.1, so w2 / w1 = 11/9; ratio of the rest 0.8 · 9/11.
    first, second = Part.plain(np.arange(4)), Part.plain(np.arange(4, 8))
    observed = np.repeat([50.0, 40.0], 4)
    expected, usual = np.repeat([45.0, 44.0], 4), np.repeat([50.0, 40.0], 4)
    days = Days(observed, observed, expected, usual, np.tile(expected, (3, 1)), np.tile(usual, (3, 1)))
    one = split(days, first, second, SMALL, "hand")
    weight = -10 / log(0.8)
    assert isclose(one.weather, weight * log(11 / 9))
    assert isclose(one.rest, -10 - weight * log(11 / 9))
    assert isclose(one.trend, -10)  # N 50 → 40
    assert isclose(one.rest_ratio, 0.8 * 9 / 11)
    # Days that are all alike leave nothing to chance, models that agree have no spread.
    assert isclose(one.rest_low, one.rest_high) and one.beyond_chance
    # The same backwards, with the signs turned.
    back = split(days, second, first, SMALL, "hand")
    assert isclose(back.weather, -one.weather) and isclose(back.rest, -one.rest)


def test_months_weigh_alike_and_only_common_ones_count() -> None:
    values = planted(WEATHER, 0, seed=5, noise=0.1)
    made = prepared(values, WEATHER, SMALL, name="months")
    assert not isinstance(made, Answer)
    whole = made.rows(date(2015, 1, 1), date(2015, 12, 31))
    # Half of June and all of December missing in the second year.
    part = made.rows(date(2016, 1, 1), date(2016, 11, 30))
    moments = made.frame.moments
    part = np.array([row for row in part if not (moments[row].month == 6 and moments[row].day > 15)])
    found = made.compare(whole, part, "x")
    by_month = [
        [np.mean([values[moments[row]] for row in rows if moments[row].month == month]) for month in range(1, 12)]
        for rows in (whole, part)
    ]
    assert isclose(found.first, float(np.mean(by_month[0]))) and isclose(found.second, float(np.mean(by_month[1])))
    assert found.days_first == sum(moments[row].month < 12 for row in whole)


def test_logarithmic_mean_lies_between() -> None:
    assert logarithmic_mean(7.0, 7.0) == 7.0
    assert isclose(logarithmic_mean(10.0, 40.0), 30 / log(4))
    assert isclose(logarithmic_mean(1.0, 1.0 + 1e-10), 1.0, rel_tol=1e-6)


def test_order_of_the_input_changes_nothing(answer: Answer) -> None:
    values = list(planted(WEATHER, -0.15, seed=3).items())
    sky = list(WEATHER.items())
    random.Random(1).shuffle(values)
    random.Random(2).shuffle(sky)
    assert normalise(dict(values), dict(sky), SMALL, name="laws") == answer


def test_threads_change_nothing(answer: Answer) -> None:
    values = planted(WEATHER, -0.15, seed=3)
    with threadpool_limits(2):
        assert normalise(values, WEATHER, SMALL, name="laws") == answer


def test_blocks_are_whole_and_bordered() -> None:
    day = np.arange(200)
    folds = folds_of(day, SHIPPED)
    assert sorted(np.concatenate([held for held, _learned in folds]).tolist()) == day.tolist()
    for held, learned in folds:
        assert not set(held) & set(learned)
        distance = np.abs(day[learned][:, None] - day[held][None, :]).min()
        assert distance > SHIPPED.buffer  # nothing within three days of a held-out day is learned from
        blocks = np.split(held, np.flatnonzero(np.diff(held) > 1) + 1)
        assert {len(block) for block in blocks} <= {28, 200 % 28}


def test_nothing_leaks_from_held_out_blocks() -> None:
    """Whatever a block holds, its held-out prediction and its usual value stay the same."""
    values = planted(WEATHER, 0, seed=5)
    made = prepared(values, WEATHER, SMALL, name="leak")
    assert not isinstance(made, Answer)
    rows = np.flatnonzero(made.frame.day // SMALL.block == 9)
    changed = dict(values)
    for row in rows:
        changed[made.frame.moments[row]] = 80.0
    again = prepared(changed, WEATHER, SMALL, name="leak")
    assert not isinstance(again, Answer)
    assert np.array_equal(made.days.expected[rows], again.days.expected[rows])
    assert np.array_equal(made.days.usual[rows], again.days.usual[rows])
    others = np.flatnonzero(made.frame.day // SMALL.block == 30)
    assert not np.array_equal(made.days.expected[others], again.days.expected[others])


def test_weather_of_another_season_never_enters() -> None:
    assert year_distance(np.array([1, 366, 180]), 366).tolist() == [1, 0, 180]
    values = planted(WEATHER, 0, seed=5)
    base = prepared(values, WEATHER, SMALL, name="season")
    # A July nobody has seen, in a year without values: days of January are normalised as before.
    hot = {day: (dict(w) | {"T": 60.0} if (day.month, day.year) == (7, 2019) else w) for day, w in WEATHER.items()}
    short = {day: value for day, value in values.items() if day.year < 2019}
    cool, warm = (prepared(short, sky, SMALL, name="season") for sky in (WEATHER, hot))
    assert not isinstance(cool, Answer) and not isinstance(warm, Answer) and not isinstance(base, Answer)
    months = np.array([moment.month for moment in cool.frame.moments])
    assert np.array_equal(cool.days.usual[months == 1], warm.days.usual[months == 1])
    assert not np.array_equal(cool.days.usual[months == 7], warm.days.usual[months == 7])


@pytest.mark.parametrize(("have", "reason"), [(SMALL.least - 1, "too_short"), (SMALL.least, "span_short")])
def test_too_few_days(have: int, reason: str) -> None:
    days = [day for day in sorted(WEATHER) if _whole(day)][:have]
    made = normalise({day: 30.0 + day.day for day in days}, WEATHER, SMALL, name="short")
    assert made.reason == reason and not made.periods
    if reason == "too_short":
        assert made.detail == {"have": SMALL.least - 1, "need": SMALL.least}


def test_no_weather_is_no_answer() -> None:
    made = normalise(planted(WEATHER, 0, seed=1), {}, SMALL, name="none")
    assert (made.reason, made.detail["have"], made.no_weather) == ("too_short", 0, len(WEATHER))


def test_noise_alone_is_not_explained() -> None:
    rng = np.random.default_rng(7)
    values = {day: float(np.exp(3.5 + 0.3 * rng.standard_normal())) for day in WEATHER}
    made = normalise(values, WEATHER, SMALL, name="noise")
    assert made.reason == "no_better" and made.skill is not None and made.skill.r2 < 0.05


def test_hours_have_an_hour_and_the_day_before() -> None:
    begin = datetime(2020, 1, 1)
    rule = replace(SMALL, features=("T",), before=("T",))
    sky = {begin + timedelta(hours=n): {"T": float(n)} for n in range(30)}
    del sky[begin + timedelta(hours=2)]
    frame = build_frame(dict.fromkeys(sky, 1.0), sky, rule)
    # Only hours whose 24 hours before are all there: from hour 27 on.
    assert [moment.hour for moment in frame.moments] == [3, 4, 5]  # hours 27, 28, 29
    assert frame.weather[:, 1].tolist() == [np.mean(range(3, 27)), np.mean(range(4, 28)), np.mean(range(5, 29))]
    assert frame.calendar_names == ("season", "weekday", "hour", "trend")
