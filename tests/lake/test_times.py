"""Stamps to intervals, by the label rule of the source."""

from __future__ import annotations

from datetime import datetime

import pytest

from saishang.lake.readers.times import interval, parse_stamp
from saishang.lake.reasons import Why


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-05-12 08:00", datetime(2019, 5, 12, 8)),
        ("2019-05-12 08:00:00", datetime(2019, 5, 12, 8)),
        ("2019-05-12T08:00:00.000", datetime(2019, 5, 12, 8)),
        ("2019/5/12 8:00", datetime(2019, 5, 12, 8)),
        ("20190512 8", datetime(2019, 5, 12, 8)),
        ("20190512 08", datetime(2019, 5, 12, 8)),
        ("20190512080000", datetime(2019, 5, 12, 8)),
        ("2019年5月12日8时", datetime(2019, 5, 12, 8)),
        ("2019年05月12日 08时00分", datetime(2019, 5, 12, 8)),
        ("２０１９-05-12 ０８:00", datetime(2019, 5, 12, 8)),
        ("2019-05-12 24:00", datetime(2019, 5, 13, 0)),
        ("20190512 24", datetime(2019, 5, 13, 0)),
        ("2019-05-12T00:00:00Z", datetime(2019, 5, 12, 8)),  # UTC + 8 h
        ("2019-05-12T08:00:00+08:00", datetime(2019, 5, 12, 8)),
        ("2019-05-11T19:00:00-05:00", datetime(2019, 5, 12, 8)),  # 19 + 5 + 8 = 32 h
    ],
)
def test_hours_as_they_are_written(text: str, expected: datetime) -> None:
    assert parse_stamp(text, "hour_ending") == expected


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("", "hour_ending"),
        ("yesterday", "day"),
        ("2019-02-29", "day"),  # 2019 is no leap year
        ("2019-13-01", "day"),
        ("2019-05-12 25:00", "hour_ending"),
        ("2019-05-12 24:30", "hour_ending"),
        ("1019-05-12", "day"),
        ("2019111", "day"),  # 1 November or 11 January?
        ("2019-05-12", "hour_ending"),  # no hour: not guessed as midnight
        ("2019-05", "day"),  # no day: not guessed as the first
    ],
)
def test_what_is_no_stamp_gives_a_complaint(text: str, label: str) -> None:
    assert isinstance(parse_stamp(text, label), str)


def test_months() -> None:
    stamp = parse_stamp("2019-12", "month")
    assert isinstance(stamp, datetime)
    assert interval(stamp, "month") == (datetime(2019, 12, 1), datetime(2020, 1, 1))


def test_hour_ending_at_midnight_belongs_to_the_day_before() -> None:
    assert interval(datetime(2019, 5, 12, 0), "hour_ending") == (datetime(2019, 5, 11, 23), datetime(2019, 5, 12, 0))
    assert interval(datetime(2019, 5, 12, 23), "hour_ending") == (datetime(2019, 5, 12, 22), datetime(2019, 5, 12, 23))
    assert interval(datetime(2019, 5, 12, 0), "hour_beginning") == (datetime(2019, 5, 12, 0), datetime(2019, 5, 12, 1))


def test_six_minutes_begin_at_their_stamp() -> None:
    assert interval(datetime(2019, 5, 12, 8, 6), "six_minutes_beginning") == (
        datetime(2019, 5, 12, 8, 6),
        datetime(2019, 5, 12, 8, 12),
    )
    for wrong in (datetime(2019, 5, 12, 8, 5), datetime(2019, 5, 12, 8, 6, 1)):
        complaint = interval(wrong, "six_minutes_beginning")
        assert isinstance(complaint, Why) and complaint.name == "time.six"
    complaint = parse_stamp("2019-05-12", "six_minutes_beginning")
    assert isinstance(complaint, Why) and complaint.name == "time.hour"


def test_days_and_the_climatological_day() -> None:
    assert interval(datetime(2019, 5, 12), "day") == (datetime(2019, 5, 12), datetime(2019, 5, 13))
    # From 20:00 of the day before to 20:00.
    assert interval(datetime(2019, 5, 12), "day", day_start_hour=-4) == (
        datetime(2019, 5, 11, 20),
        datetime(2019, 5, 12, 20),
    )


def test_an_instant_has_no_length_and_half_hours_are_no_hours() -> None:
    assert interval(datetime(2021, 4, 1, 4, 30), "instant") == (datetime(2021, 4, 1, 4, 30),) * 2
    assert isinstance(interval(datetime(2021, 4, 1, 4, 30), "hour_ending"), str)


@pytest.mark.parametrize("text", ["20190512 8.0", "20190512.0 8.0", "2019-05-12 08.00"])
def test_whole_numbers_that_a_program_made_floating(text: str) -> None:
    assert parse_stamp(text, "hour_ending") == datetime(2019, 5, 12, 8)


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "the time is empty"), (" ", "the time is empty"), ("45292.5", "a spreadsheet's count of days")],
)
def test_what_a_stamp_is_not(text: str, words: str) -> None:
    found = parse_stamp(text, "hour_ending")
    assert isinstance(found, Why)
    assert words in found
