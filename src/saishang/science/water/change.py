"""Change between two periods (水质变化): by grade of a section, by shares of a river, 环办〔2011〕22号.

ΔG is the change of the share of Ⅰ–Ⅲ, ΔD that of 劣Ⅴ, later minus earlier, in percentage points; ΔG - ΔD above zero is
better. Several years: Spearman's rank correlation (`science.trend`) with the critical values of the measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError, Number, exact

__all__ = ["ChangeRule", "change_by_grade", "change_by_shares"]

STEADY = "无明显变化"
#: Two printed shares of one period may add to a little more than all, each being rounded.
_ALL, _ROUNDED = 100, 1


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """From how many grades or points on a change is one, and a clear one."""

    grades_changed: int = 1
    grades_clearly: int = 2
    points_above: Fraction = Fraction(10)
    points_clearly_above: Fraction = Fraction(20)


def change_by_grade(before: int, after: int, rule: ChangeRule) -> str:
    """Verdict on two grades (1 = 优 … 5 = 重度污染).

    >>> change_by_grade(3, 1, ChangeRule())
    '明显好转'
    """
    steps = before - after
    if abs(steps) < rule.grades_changed:
        return STEADY
    return _words(better=steps > 0, clearly=abs(steps) >= rule.grades_clearly)


def change_by_shares(
    good_before: Number, bad_before: Number, good_after: Number, bad_after: Number, rule: ChangeRule
) -> tuple[Fraction, str]:
    """ΔG - ΔD in percentage points, and the verdict; shares in per cent.

    Raises
    ------
    InputError
        For a share outside 0–100, or two shares of one period that together exceed 100.
    """
    good1, bad1 = _shares(good_before, bad_before, "1")
    good2, bad2 = _shares(good_after, bad_after, "2")
    points = (good2 - good1) - (bad2 - bad1)
    if abs(points) <= rule.points_above:
        return points, STEADY
    return points, _words(better=points > 0, clearly=abs(points) > rule.points_clearly_above)


def _shares(good: Number, bad: Number, period: str) -> tuple[Fraction, Fraction]:
    first, second = exact(good, name=f"good{period}"), exact(bad, name=f"bad{period}")
    if min(first, second) < 0 or first + second > _ALL + _ROUNDED:
        raise InputError(
            f"good{period} and bad{period} are shares of the same sections: 0 to 100, together at most 100.",
            fix="Give them in per cent, such as 85.0.",
        )
    return first, second


def _words(*, better: bool, clearly: bool) -> str:
    return ("明显" if clearly else "有所") + ("好转" if better else "变差")
