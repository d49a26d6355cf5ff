"""Hours to station days and city days: GB 3095 table 4 and HJ 663 6.1.2, at and around every limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.science.air.series.conftest import HOUR, Evaluate, hourly, one, published, rows_of

D = date(2019, 5, 12)
CITY = "640100"
AIR_049 = [40, 38, 36, 34, 33, 32, 35, 42, 55, 70, 88, 105, 120, 134, 142, 147, 149, 145, 132, 110, 90, 76, 66, 58]


def gaps(values: list[float], *at: int) -> list[float | None]:
    """The hours ending at `at` (1 … 24) taken out."""
    return [None if n in at else value for n, value in enumerate(values, start=1)]


@pytest.mark.parametrize(("hours", "valid", "reason"), [(24, True, None), (20, True, None), (19, False, "hours_short"),
                                                         (0, False, "no_data")])  # fmt: skip
def test_daily_mean_needs_twenty_hours(evaluate: Evaluate, hours: int, valid: bool, reason: str | None) -> None:
    run = evaluate(hourly("A", "PM10", D, [60.0] * hours + [None] * (24 - hours)), [("A", CITY)], D, D)
    row = one(run, "station_daily", parameter="PM10")
    assert (row["valid"], row["reason"], row["hours_present"], row["hours_expected"]) == (valid, reason, hours, 24)
    assert row["value"] == (60.0 if valid else None)


def test_a_mean_over_twenty_three_hours_is_exact(evaluate: Evaluate) -> None:
    # 22 hours of 1 and one of 24: 46 / 23 = 2, in a binary sum too; 0.1 a time would not be: 23 × 0.1 / 23 = 0.1.
    rows = hourly("A", "PM10", D, [1.0] * 22 + [24.0, None]) + hourly("A", "CO", D, [0.1] * 23 + [None])
    run = evaluate(rows, [("A", CITY)], D, D)
    assert one(run, "station_daily", parameter="PM10")["value"] == 2.0
    assert one(run, "station_daily", parameter="CO")["value"] == 0.1


def test_the_hour_ending_at_midnight_belongs_to_the_day_before(evaluate: Evaluate) -> None:
    last = datetime(2019, 5, 12, 23)
    rows = [*hourly("A", "PM10", D, [10.0] * 19 + [None] * 5), ("t", "A", "PM10", last, last + HOUR, 50.0, None)]
    run = evaluate(rows, [("A", CITY)], D, D + timedelta(days=1))
    first, second = rows_of(run, "station_daily", parameter="PM10")
    assert (first["hours_present"], first["value"]) == (20, 12.0)  # (19 × 10 + 50) / 20
    assert second["hours_present"] == 0


def test_marked_negative_and_wrong_length_hours_do_not_enter(evaluate: Evaluate) -> None:
    rows = hourly("A", "PM10", D, [30.0] * 20 + [None] * 4)
    begin = datetime(2019, 5, 12, 20)
    rows += [
        ("t", "A", "PM10", begin, begin + HOUR, 900.0, "B"),
        ("t", "A", "PM10", begin + HOUR, begin + 2 * HOUR, -5.0, None),
        ("t", "A", "PM10", begin + 2 * HOUR, begin + 4 * HOUR, 900.0, None),
        ("t", "A", "PM10", begin + 3 * HOUR, begin + 4 * HOUR, float("nan"), None),
    ]
    run = evaluate(rows, [("A", CITY)], D, D)
    assert (one(run, "station_daily", parameter="PM10")["hours_present"],
            one(run, "station_daily", parameter="PM10")["value"]) == (20, 30.0)  # fmt: skip


def test_a_value_below_detection_counts(evaluate: Evaluate) -> None:
    rows = hourly("A", "SO2", D, [4.0] * 19 + [None] * 5)
    begin = datetime(2019, 5, 12, 19)
    rows.append(("t", "A", "SO2", begin, begin + HOUR, 4.0, "<"))
    assert one(evaluate(rows, [("A", CITY)], D, D), "station_daily", parameter="SO2")["valid"]


def test_doubled_hours_make_the_day_void_and_say_so(evaluate: Evaluate) -> None:
    rows = hourly("A", "PM10", D, [30.0] * 24) * 2
    row = one(evaluate(rows, [("A", CITY)], D, D), "station_daily", parameter="PM10")
    assert (row["valid"], row["reason"], row["hours_present"]) == (False, "duplicate_hours", 48)


@pytest.mark.parametrize(
    ("values", "expected", "reason"),
    [
        (AIR_049, 134.875, None),  # AIR-049: the window ending at 20:00
        (gaps(AIR_049, 14, 16 - 1), None, "recompute"),
        (gaps(AIR_049, 9, 10, 11), None, "windows_short"),  # AIR-051: 11 windows, not above 160
        ([60, 58, 56, 54, 52, 50, 55, 70, 95, 125, 150, 172, 188, 196, 199, 201, *[None] * 8], 553 / 3,
         "above_limit_stands"),  # AIR-053: 184.333 ends at 18:00
        ([160] * 7 + [60] * 17, 147.5, None),  # AIR-054: hours before 08:00 form no window of their own
        (gaps(AIR_049, *range(1, 9)), None, "windows_short"),  # AIR-055
        ([None] * 24, None, "no_data"),
    ],
)  # fmt: skip
def test_daily_maximum_8h_of_the_worked_examples(
    evaluate: Evaluate, values: list[float | None], expected: float | None, reason: str | None
) -> None:
    row = one(evaluate(hourly("A", "O3", D, values), [("A", CITY)], D, D), "station_daily", parameter="O3_8H")
    if reason == "recompute":
        # AIR-050's kind: hours 14 and 15 missing. Window ending 20: (120+… is out) 147+149+145+132+110 = hours 16-20,
        # and hour 13 = 120: (120 + 147 + 149 + 145 + 132 + 110) / 6 = 803 / 6.
        assert row["value"] == pytest.approx(803 / 6)
        return
    assert row["value"] == (None if expected is None else pytest.approx(expected))
    assert row["reason"] == reason


@pytest.mark.parametrize(("missing", "valid"), [(3, True), (4, False)])
def test_fourteen_windows_are_enough_thirteen_are_not(evaluate: Evaluate, missing: int, valid: bool) -> None:
    # Hours after 24 - m missing: the window ending at 24 has 8 - m hours, the one at 23 one more. With 3 missing the
    # windows ending at 24 (5 hours) fall out: 16. Six hours at the end missing: windows ending 21 … 24 have 5 … 2.
    end = {3: 5, 4: 6}[missing]
    values = [100.0] * (24 - end) + [None] * end
    row = one(evaluate(hourly("A", "O3", D, values), [("A", CITY)], D, D), "station_daily", parameter="O3_8H")
    # `end` hours missing: the windows ending 24 - end + 3 … 24 have fewer than 6 hours, end - 2 of them: 17 - 3 = 14,
    # 17 - 4 = 13.
    assert row["valid"] is valid


@pytest.mark.parametrize(("level", "valid"), [(159.0, False), (160.0, False), (160.1, True)])
def test_a_short_ozone_day_stands_only_above_the_limit(evaluate: Evaluate, level: float, valid: bool) -> None:
    row = one(evaluate(hourly("A", "O3", D, [level] * 16 + [None] * 8), [("A", CITY)], D, D), "station_daily",
              parameter="O3_8H")  # fmt: skip
    assert (row["valid"], row["value"]) == (valid, pytest.approx(level) if valid else None)


def test_largest_hour_of_ozone(evaluate: Evaluate) -> None:
    run = evaluate(hourly("A", "O3", D, AIR_049), [("A", CITY)], D, D)
    assert one(run, "station_daily", parameter="O3_1H")["value"] == 149.0


def test_city_day_is_the_mean_of_station_days(evaluate: Evaluate) -> None:
    # AIR-080: 88, 93, 101, 97 → 94.75; a background station does not count.
    rows = [r for s, v in zip("ABCD", (88.0, 93.0, 101.0, 97.0), strict=True) for r in hourly(s, "PM10", D, [v] * 24)]
    rows += hourly("E", "PM10", D, [1.0] * 24)
    run = evaluate(rows, [*((s, CITY) for s in "ABCD"), ("E", CITY, False)], D, D)
    row = one(run, "city_daily", parameter="PM10")
    assert (row["value"], row["stations_valid"], row["stations_expected"], row["origin"]) == (94.75, 4, 4, "stations")


def test_city_ozone_is_the_mean_of_the_stations_maxima(evaluate: Evaluate) -> None:
    # AIR-081: 148, 163, 171 → 482 / 3
    rows = [r for s, v in zip("ABC", (148.0, 163.0, 171.0), strict=True) for r in hourly(s, "O3", D, [v] * 24)]
    row = one(evaluate(rows, [(s, CITY) for s in "ABC"], D, D), "city_daily", parameter="O3_8H")
    assert row["value"] == pytest.approx(482 / 3, abs=1e-11)


@pytest.mark.parametrize(("present", "valid"), [(4, True), (3, True), (2, False), (0, False)])
def test_three_quarters_of_the_stations(evaluate: Evaluate, present: int, valid: bool) -> None:
    rows = [r for s in "ABCD"[:present] for r in hourly(s, "PM10", D, [80.0] * 24)]
    row = one(evaluate(rows, [(s, CITY) for s in "ABCD"], D, D), "city_daily", parameter="PM10")
    assert (row["valid"], row["stations_valid"], row["stations_expected"]) == (valid, present, 4)
    assert row["reason"] == (None if valid else "stations_short" if present else "no_data")


def test_stations_count_only_while_open(evaluate: Evaluate) -> None:
    # B opens on the 13th, C closes on the 12th (its last day): two stations count on either day, one on the 14th is B.
    days = [D, D + timedelta(days=1)]
    stations = [("A", CITY), ("B", CITY, True, days[1], None), ("C", CITY, True, None, days[0])]
    rows = [r for day in days for s in "ABC" for r in hourly(s, "PM10", day, [50.0] * 24)]
    run = evaluate(rows, stations, *days)
    assert [row["stations_expected"] for row in rows_of(run, "city_daily", parameter="PM10")] == [2, 2]
    assert {row["station"] for row in rows_of(run, "station_daily", day=days[1])} == {"A", "B"}


def test_published_city_days_enter_as_such(evaluate: Evaluate) -> None:
    rows = [published("640500", "PM2.5", D, 38.25), published("640500", "CO", D, 1.144)]
    run = evaluate(rows, [("A", CITY)], D, D)
    row = one(run, "city_daily", region="640500", parameter="PM2.5")
    assert (row["value"], row["origin"], row["valid"], row["stations_expected"]) == (38.25, "published", True, 0)
    assert one(run, "city_daily", region="640500", parameter="CO")["value"] == 1.144
    gap = one(run, "city_daily", region="640500", parameter="SO2")
    assert (gap["valid"], gap["reason"]) == (False, "no_station")


def test_stations_win_over_the_published_value_unless_set_otherwise(evaluate: Evaluate, air_rules: object) -> None:
    rows = [*hourly("A", "PM2.5", D, [30.0] * 24), published(CITY, "PM2.5", D, 31.0)]
    ours = one(evaluate(rows, [("A", CITY)], D, D), "city_daily", parameter="PM2.5")
    assert (ours["value"], ours["origin"]) == (30.0, "stations")
    chosen = replace(air_rules, prefer="published")  # type: ignore[type-var]
    theirs = one(evaluate(rows, [("A", CITY)], D, D, rules=chosen), "city_daily", parameter="PM2.5")
    assert (theirs["value"], theirs["origin"]) == (31.0, "published")
    short = one(evaluate(rows[5:], [("A", CITY)], D, D), "city_daily", parameter="PM2.5")
    assert (short["value"], short["origin"]) == (31.0, "published")


def test_a_gap_without_rows_equals_a_gap_with_empty_rows(evaluate: Evaluate) -> None:
    full = hourly("A", "PM10", D, [70.0] * 24) + hourly("A", "O3", D, [90.0] * 24)
    begin = datetime(2019, 5, 13)
    empty = [
        ("t", "A", p, begin + n * HOUR, begin + (n + 1) * HOUR, None, None) for p in ("PM10", "O3") for n in range(24)
    ]
    last = D + timedelta(days=2)
    without, with_empty = (
        evaluate(rows, [("A", CITY)], D, last, lists={"all": [CITY]}) for rows in (full, full + empty)
    )
    for name in without.tables:
        assert without.table(name).equals(with_empty.table(name)), name
