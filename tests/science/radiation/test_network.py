"""Automatic stations over time: validity of days, the background of a day, alarms at their edges, sums of bands."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import fmean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishang.rules import Rules
from saishang.science.radiation.background import AlarmRule
from saishang.science.radiation.emf import to_hertz
from saishang.science.radiation.from_rules import alarm_rule, emf_limits, station_rule
from saishang.science.radiation.network import (
    BandStation,
    FieldDay,
    GammaSeries,
    StationRule,
    band_limits,
    enough,
    field_days,
    gamma_series,
    sum_days,
)

#: Three days make a background here, 48 hours are the least: arithmetic that a reader can do.
RULE = StationRule(capture_percent=75, window_days=3, window_hours=48, rain_hours=3)
ALARM = AlarmRule()
FIRST = date(2026, 3, 1)
BEGIN = datetime(2026, 3, 1)
MHZ = 10**6


def hours(days: int, start: datetime = BEGIN) -> dict[datetime, Fraction]:
    """59 and 61 by turns: mean 60, and over n hours a deviation of √(n/(n-1))."""
    return {start + timedelta(hours=n): Fraction(59 + 2 * (n % 2)) for n in range(24 * days)}


def at(day: int, hour: int) -> datetime:
    return BEGIN + timedelta(days=day - 1, hours=hour)


def made(values: dict[datetime, Fraction], days: int = 6, **more: object) -> GammaSeries:
    return gamma_series(values, FIRST, FIRST + timedelta(days=days - 1), RULE, ALARM, **more)  # type: ignore[arg-type]


def test_the_rules_of_the_house(rules: Rules) -> None:
    assert station_rule(rules) == StationRule(75, 30, 240, 3)
    assert (alarm_rule(rules).sigmas, alarm_rule(rules).in_a_row) == (3, 3)


@pytest.mark.parametrize(("present", "counts"), [(17, False), (18, True), (19, True), (0, False)])
def test_three_quarters_of_the_hours_make_a_day(present: int, counts: bool) -> None:
    assert enough(present, 24, RULE) is counts
    assert not enough(0, 0, RULE)


def test_the_background_of_a_day_by_hand() -> None:
    """Day 3 has 48 hours behind it: 60 ± √(48/47); day 4 to 6 have 72. A day never makes its own yardstick."""
    found = {day.day.day: day for day in made(hours(6)).days}
    assert [found[n].background for n in (1, 2)] == [None, None]
    assert [found[n].reason for n in (1, 2, 3)] == ["history_short", "history_short", ""]
    third, fourth = found[3].background, found[4].background
    assert third is not None and (third.n, third.mean) == (48, 60)
    assert float(third.level) == pytest.approx(60 + 3 * (48 / 47) ** 0.5, rel=1e-14)
    assert fourth is not None and fourth.n == 72
    assert float(fourth.deviation) == pytest.approx((72 / 71) ** 0.5, rel=1e-14)
    assert {found[n].state for n in (3, 4, 5, 6)} == {"normal"}


def test_one_hour_less_is_no_background() -> None:
    values = hours(6)
    del values[at(1, 0)]
    found = {day.day.day: day for day in made(values).days}
    assert (found[3].background, found[3].window_hours, found[3].state) == (None, 47, "undetermined")
    assert found[4].background is not None


@pytest.mark.parametrize(
    ("raised", "alarms"),
    [
        ([10, 11], 0),  # two in a row
        ([10, 11, 12], 1),
        ([10, 11, 13, 14], 0),  # a normal hour between
        ([22, 23, 24], 1),  # over midnight, each against the level of its own day
        ([23, 24, 25], 1),
    ],
)
def test_three_hours_in_a_row_make_an_alarm(raised: list[int], alarms: int) -> None:
    values = hours(6) | {at(4, 0) + timedelta(hours=n): Fraction(70) for n in raised}
    found = made(values).alarms
    assert len(found) == alarms
    if alarms:
        assert (found[0].start, found[0].hours) == (at(4, raised[0]), 3)
        assert found[0].end - found[0].start == timedelta(hours=3)


def test_equal_to_the_level_is_not_above() -> None:
    """Constant hours have no deviation: the level is the value itself."""
    values = {hour: Fraction(60) for hour in hours(6)}
    assert made(values).alarms == ()
    above = values | {at(4, n): Fraction("60.01") for n in (1, 2, 3)}
    assert [alarm.peak for alarm in made(above).alarms] == [Fraction("60.01")]


def test_a_missing_hour_ends_a_run_and_is_no_pass() -> None:
    values = hours(6) | {at(4, n): Fraction(70) for n in (10, 11, 13, 14)}
    del values[at(4, 12)]
    assert made(values).alarms == ()
    for hour in range(15, 22):
        del values[at(4, hour)]
    day = made(values).days[3]  # 16 of 24 hours
    assert (day.state, day.reason, day.valid) == ("undetermined", "hours_short", False)
    raised = values | {at(4, n): Fraction(70) for n in (1, 2, 3)}
    assert made(raised).days[3].state == "alarm"  # an alarm stands though hours are missing
    empty = {hour: value for hour, value in hours(6).items() if hour.date() != date(2026, 3, 4)}
    day = made(empty).days[3]
    assert (day.state, day.reason, day.mean, day.maximum) == ("undetermined", "no_data", None, None)


def test_hours_of_an_alarm_are_no_part_of_the_background() -> None:
    values = hours(6) | {at(4, n): Fraction(90) for n in range(10, 16)}
    found = {day.day.day: day for day in made(values).days}
    after = found[5].background
    assert after is not None and after.n == 72 - 6
    kept = [float(value) for hour, value in values.items() if 2 <= hour.day <= 4 and value != 90]
    assert float(after.level) == pytest.approx(fmean(kept) + 3 * stdev(kept), rel=1e-12)
    # A single high hour is no alarm and stays: nobody may pick what suits.
    single = {day.day.day: day for day in made(hours(6) | {at(4, 10): Fraction(90)}).days}[5].background
    assert single is not None and single.n == 72


def test_a_run_over_midnight_leaves_both_days() -> None:
    """It is confirmed at 01:00 of day 5: day 5 was judged with the hour of day 4, day 6 is without all three."""
    values = hours(6) | {at(4, 23): Fraction(90), at(5, 0): Fraction(90), at(5, 1): Fraction(90)}
    found = {day.day.day: day.background for day in made(values).days}
    assert found[5] is not None and found[5].n == 72
    assert found[6] is not None and found[6].n == 72 - 3


def test_no_later_hour_changes_what_was_judged() -> None:
    early, late = hours(4), hours(6) | {at(5, n): Fraction(99) for n in range(24)}
    assert made(early, 4).days == made(late).days[:4]


def test_a_new_instrument_starts_its_background_anew() -> None:
    found = {day.day.day: day for day in made(hours(6), background_from=date(2026, 3, 3)).days}
    assert [found[n].window_hours for n in (3, 4, 5)] == [0, 24, 48]
    assert [found[n].state for n in (3, 4, 5)] == ["undetermined", "undetermined", "normal"]


@pytest.mark.parametrize(
    ("rain", "told", "state"),
    [
        (None, None, "alarm"),  # nothing is known of rain
        ({}, None, "alarm"),
        ({at(4, 10): False, at(4, 11): False, at(4, 12): False}, False, "alarm"),
        ({at(4, 11): True}, True, "rain"),
        ({at(4, 13): True}, None, "alarm"),  # rain after the run
    ],
)
def test_rain_marks_a_run(rain: dict[datetime, bool] | None, told: bool | None, state: str) -> None:
    values = hours(6) | {at(4, n): Fraction(70) for n in (10, 11, 12)}
    found = made(values, rain=rain)
    assert (found.alarms[0].rain, found.days[3].state) == (told, state)


def test_what_goes_on_at_the_end_says_so() -> None:
    values = hours(5) | {at(5, n): Fraction(70) for n in (21, 22, 23)}
    assert made(values, 5).alarms[0].going_on
    assert not made(values | {at(6, 0): Fraction(60)}).alarms[0].going_on


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(500, 700), min_size=24 * 5, max_size=24 * 5))
def test_levels_agree_with_the_library(tenths: list[int]) -> None:
    """Every day's level against `statistics`, leaving out the alarms that had been confirmed before the day."""
    values = {BEGIN + timedelta(hours=n): Fraction(value, 10) for n, value in enumerate(tenths)}
    found = made(values, 5)
    for day in found.days[2:]:
        midnight = datetime.combine(day.day, datetime.min.time())
        out = {
            alarm.start + timedelta(hours=n) for alarm in found.alarms for n in range(alarm.hours)
            if alarm.start + timedelta(hours=3) <= midnight
        }  # fmt: skip
        window = [
            float(value) for hour, value in values.items()
            if midnight - timedelta(days=3) <= hour < midnight and hour not in out
        ]  # fmt: skip
        assert day.window_hours == len(window)
        if day.background is not None:
            assert float(day.background.level) == pytest.approx(fmean(window) + 3 * stdev(window), rel=1e-9)
    assert all(one.end <= two.start for one, two in pairwise(found.alarms))


def field(
    rules: Rules, values: dict[datetime, tuple[int, Fraction]], low: object = 30, high: object = 3000
) -> FieldDay:
    limits = band_limits(emf_limits(rules, FIRST), to_hertz(low, "MHz"), to_hertz(high, "MHz"))
    (day,) = field_days(values, FIRST, FIRST, limits, RULE)
    return day


@pytest.mark.parametrize(("value", "attains"), [("11.999", True), ("12", True), ("12.001", False)])
def test_the_limit_of_30_to_3000_mhz(rules: Rules, value: str, attains: bool) -> None:
    """12 V/m, table 1; equal is not over."""
    values = {hour: (60, Fraction(5)) for hour in hours(1)} | {at(1, 7): (60, Fraction(value))}
    day = field(rules, values)
    assert (day.attains, day.over, day.maximum_at) == (attains, int(not attains), at(1, 7))


def test_a_field_without_limit_or_values_has_no_verdict(rules: Rules) -> None:
    values = {hour: (60, Fraction(5)) for hour in hours(1)}
    limits = emf_limits(rules, FIRST)
    assert band_limits(limits, None, to_hertz(3, "GHz")) is None
    assert band_limits(limits, to_hertz(3, "GHz"), to_hertz(400, "GHz")) is None  # above 300 GHz
    (day,) = field_days(values, FIRST, FIRST, None, RULE)
    assert (day.attains, day.reason, day.over) == (None, "no_limit", None)
    short = dict(list(values.items())[:17])
    assert (field(rules, short).attains, field(rules, short).reason) == (None, "hours_short")
    assert (field(rules, {}).attains, field(rules, {}).reason) == (None, "no_data")
    # Over is over, however few values there are.
    assert field(rules, {at(1, 3): (60, Fraction(13))}).attains is False


def test_six_minute_values_judge_and_not_the_hours_beside_them(rules: Rules) -> None:
    """The limit is one of six-minute means: an hour of 5 V/m may hide six minutes of 13."""
    values = {hour + timedelta(minutes=30): (60, Fraction(5)) for hour in hours(1)}
    values |= {BEGIN + timedelta(minutes=6 * n): (6, Fraction(5)) for n in range(240)}
    assert field(rules, values).attains is True
    day = field(rules, values | {at(1, 9): (6, Fraction(13))})
    assert (day.minutes, day.expected, day.attains, day.over) == (6, 240, False, 1)


def band(code: str, low: object, high: object, square: Fraction, values: dict[datetime, Fraction]) -> BandStation:
    return BandStation(code, to_hertz(low, "MHz"), to_hertz(high, "MHz"), square, values)


SPLIT = Fraction(100_000)


@pytest.mark.parametrize(
    ("second", "attains"),
    [("9.59", True), ("9.6", True), ("9.61", False)],
)
def test_the_sum_of_two_bands_at_its_edge(rules: Rules, second: str, attains: bool) -> None:
    """(7.2/12)² + (9.6/12)² = 0.36 + 0.64 = 1, exactly at most 1; and against the sum by frequencies of `emf`."""
    one = dict.fromkeys(hours(1), Fraction("7.2"))
    two = dict.fromkeys(hours(1), Fraction(second))
    bands = [band("A", 88, 108, Fraction(144), one), band("B", 758, 960, Fraction(144), two)]
    (day,) = sum_days(bands, FIRST, FIRST, SPLIT, RULE)
    assert day.attains is attains
    other = emf_limits(rules, FIRST).total([[100, "7.2"], [900, second]], "MHz", "E")
    assert (day.maximum, day.attains) == (other.high, other.within)


def test_a_missing_band_passes_nothing() -> None:
    one = dict.fromkeys(hours(1), Fraction(5))
    two = {hour: value for hour, value in one.items() if hour.hour < 17}
    bands = [band("A", 88, 108, Fraction(144), one), band("B", 758, 960, Fraction(144), two)]
    (day,) = sum_days(bands, FIRST, FIRST, SPLIT, RULE)
    assert (day.present, day.attains, day.reason) == (17, None, "hours_short")
    # What is there exceeds 1 already: over, whatever the other band would have been.
    high = [band("A", 88, 108, Fraction(144), one | {at(1, 20): Fraction(13)}), bands[1]]
    (day,) = sum_days(high, FIRST, FIRST, SPLIT, RULE)
    assert (day.attains, day.over) == (False, 1)


def test_below_100_khz_shares_add_and_a_band_on_both_sides_cannot(rules: Rules) -> None:
    """50 Hz: 4000 V/m. 2400/4000 + 1600/4000 = 1 in a straight sum (their squares would give 0.52)."""
    fifty, limit = to_hertz(50, "Hz"), Fraction(4000) ** 2
    bands = [
        BandStation("A", fifty, fifty, limit, dict.fromkeys(hours(1), Fraction(2400))),
        BandStation("B", fifty, fifty, limit, dict.fromkeys(hours(1), Fraction(1600))),
    ]
    (day,) = sum_days(bands, FIRST, FIRST, SPLIT, RULE)
    assert (day.maximum, day.attains) == (1, True)
    assert emf_limits(rules, FIRST).total([[50, 2400], [50, 1600]], "Hz", "E").low == 1
    over = BandStation("B", fifty, fifty, limit, dict.fromkeys(hours(1), Fraction(1601)))
    assert next(sum_days([bands[0], over], FIRST, FIRST, SPLIT, RULE)).attains is False
    wide = BandStation(
        "C", to_hertz(10, "kHz"), 30 * MHZ * Fraction(1), Fraction(144), dict.fromkeys(hours(1), Fraction(1))
    )
    day = next(sum_days([bands[0], wide], FIRST, FIRST, SPLIT, RULE))
    assert (day.attains, day.reason) == (None, "band_crosses")
