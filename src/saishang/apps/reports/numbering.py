"""Numbers of headings in official documents (GB/T 9704-2012, 7.3.3): 一、 （一） 1. （1）, and dates in figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

__all__ = ["MARKS", "chinese_number", "day_zh"]

_DIGITS = "零一二三四五六七八九"
_MOST = 99


def chinese_number(number: int) -> str:
    """A whole number from 1 to 99 in Chinese characters: 十, 十一, 二十, 二十一.

    Raises
    ------
    ValueError
        Beyond that: no document has a hundred headings of one level.
    """
    if not 1 <= number <= _MOST:
        raise ValueError(f"expected a number from 1 to {_MOST}, got {number}")
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十") + (_DIGITS[ones] if ones else "")


#: Marks of the four levels of headings.
MARKS: tuple[Callable[[int], str], ...] = (
    lambda n: f"{chinese_number(n)}、",
    lambda n: f"（{chinese_number(n)}）",
    lambda n: f"{n}.",
    lambda n: f"（{n}）",
)


def day_zh(day: date) -> str:
    """The day of a document (成文日期, 7.3.5.4): Arabic figures, month and day without a leading zero."""
    return f"{day.year}年{day.month}月{day.day}日"
