"""Time stamps to intervals: the label rule says which interval a stamp stands for.

Every observation has a start and an end in China Standard Time. `hour_ending`: the stamp 08:00 stands for
07:00-08:00, and 00:00 belongs to the day before. `hour_beginning`: 08:00 stands for 08:00-09:00.
`six_minutes_beginning`: 08:06 stands for 08:06-08:12. `day`: a date stands
for its 24 hours, shifted by `day_start_hour` (the climatological day of the weather service begins at 20:00 of the
day before: -4). `month`: the calendar month. `instant`: a sample at that moment; start equals end.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

from saishang.lake.readers.values import normalised
from saishang.lake.reasons import Why

__all__ = ["LABELS", "Interval", "interval", "parse_stamp"]

LABELS = ("hour_ending", "hour_beginning", "six_minutes_beginning", "day", "month", "instant")
#: Labels whose stamps need an hour.
_CLOCK = ("hour_ending", "hour_beginning", "six_minutes_beginning")
_CHINA = timezone(timedelta(hours=8))
_STAMP = re.compile(
    r"(?P<year>\d{4})[-/.年]?(?P<month>\d{1,2})(?:[-/.月]?(?P<day>\d{1,2})日?)?月?"
    r"(?:[T\s]*(?P<hour>\d{1,2})(?:[:时]?(?:(?P<minute>\d{2})分?)?(?::?(?P<second>\d{2})(?:\.\d+)?)?)?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_NO_YEAR = re.compile(r"(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?\s+(?P<clock>\d{1,2}:\d{2}(:\d{2})?)")
#: Programs that fill gaps make floating point numbers of whole columns: hour 8 becomes 8.0.
_WHOLE = re.compile(r"(?<![\d.:])(\d{1,2}|\d{8})\.0+(?=\s|$)")
#: Days since 1900 as spreadsheets count them: 20000 is in 1954, 79999 in 2119.
_SERIAL = re.compile(r"[2-7]\d{4}(\.\d+)?")
_EARLIEST, _LATEST = 1900, 2200


class Interval(NamedTuple):
    """Start and end, China Standard Time without zone."""

    start: datetime
    end: datetime


def parse_stamp(text: str, label: str = "instant", *, collected: date | None = None) -> datetime | Why:
    """Read a date or a time stamp as written in Chinese and ISO files; returns the complaint when it is none.

    Hour 24 is the midnight that ends the day. A stamp with an offset is turned to China Standard Time. Hourly labels
    need an hour, all but `month` need a day: a stamp that lacks it is not guessed.

    Parameters
    ----------
    collected:
        Day on which the file was collected, for publications that print no year (`04-11 08:00`): the stamp belongs to
        the last such day up to the day after it, so that a December collected in January stays the old year's.
    """
    plain = _WHOLE.sub(r"\1", normalised(text))
    if not plain:
        return Why("time.empty")
    if collected is not None:
        plain = _with_year(plain, collected)
    match = _STAMP.fullmatch(plain)
    # Eight digits without separators would let 2019111 be read two ways: all parts need two digits then.
    if match is None or (plain[:5].isdigit() and re.match(r"\d{6}(\d{2})?(\D|\d{2}(\d{2}){0,2}|$)", plain) is None):
        return Why("time.serial" if _SERIAL.fullmatch(plain) else "time.form", found=plain[:40])
    part = match.groupdict()
    if (part["day"] is None and label != "month") or (part["hour"] is None and label in _CLOCK):
        return Why("time.hour" if label in _CLOCK else "time.day", found=plain[:40])
    year, month, day = int(part["year"]), int(part["month"]), int(part["day"] or 1)
    hour, minute, second = int(part["hour"] or 0), int(part["minute"] or 0), int(part["second"] or 0)
    if not _EARLIEST <= year <= _LATEST:
        return Why("time.year", first=_EARLIEST, last=_LATEST, found=year)
    try:
        if hour == 24 and minute == 0 and second == 0:
            stamp = datetime(year, month, day) + timedelta(days=1)
        else:
            stamp = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return Why("time.none", found=plain[:40])
    zone = part["zone"]
    if zone:
        offset = timedelta() if zone == "Z" else _offset(zone)
        stamp = stamp.replace(tzinfo=timezone(offset)).astimezone(_CHINA).replace(tzinfo=None)
    return stamp


def _with_year(plain: str, collected: date) -> str:
    """The stamp with the year that it had when it was collected; other stamps as they are."""
    match = _NO_YEAR.fullmatch(plain)
    if match is None:
        return plain
    month, day = int(match["month"]), int(match["day"])
    for year in (collected.year + 1, collected.year, collected.year - 1):
        try:
            if date(year, month, day) <= collected + timedelta(days=1):
                return f"{year:04d}-{month:02d}-{day:02d} {match['clock']}"
        except ValueError:
            continue  # 29 February exists in one of them at most
    return plain


def _offset(zone: str) -> timedelta:
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if zone[0] == "-" else size


def interval(stamp: datetime, label: str, *, day_start_hour: int = 0) -> Interval | Why:
    """Interval that a stamp stands for under a label rule; returns the complaint when the stamp does not fit."""
    if label == "instant":
        return Interval(stamp, stamp)
    if label == "month":
        first = datetime(stamp.year, stamp.month, 1)
        return Interval(first, datetime(first.year + first.month // 12, first.month % 12 + 1, 1))
    if label == "day":
        first = datetime.combine(date(stamp.year, stamp.month, stamp.day), datetime.min.time())
        first += timedelta(hours=day_start_hour)
        return Interval(first, first + timedelta(days=1))
    if label == "six_minutes_beginning":
        if stamp.minute % 6 or stamp.second:
            return Why("time.six", found=f"{stamp:%H:%M:%S}")
        return Interval(stamp, stamp + timedelta(minutes=6))
    if stamp.minute or stamp.second:
        return Why("time.full", found=f"{stamp:%H:%M:%S}")
    hour = timedelta(hours=1)
    return Interval(stamp - hour, stamp) if label == "hour_ending" else Interval(stamp, stamp + hour)
