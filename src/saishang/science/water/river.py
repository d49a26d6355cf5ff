"""Rivers, basins, regions (河流、流域、区域): shares of classes and their grade, 环办〔2011〕22号.

From five sections on the shares of Ⅰ to Ⅲ and of 劣Ⅴ decide; below five the mean of each item over the sections is
judged as one section. A section without data leaves the denominator; both counts stand in the result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError, Number
from saishang.science.water.limits import Body
from saishang.science.water.section import SectionResult, SectionRule, evaluate_section
from saishang.science.water.statistics import mean_values

__all__ = [
    "GradeStep",
    "RiverResult",
    "RiverRule",
    "Shares",
    "evaluate_river",
    "exceedance_rates",
    "grade_of",
    "shares",
]


@dataclass(frozen=True, slots=True)
class GradeStep:
    """One row of the table of grades: reached from `good_from` % of Ⅰ–Ⅲ on, or with less than `bad_below` % of 劣Ⅴ."""

    grade: str
    good_from: Fraction | None = None
    bad_below: Fraction | None = None


@dataclass(frozen=True)
class RiverRule:
    """How a river is graded: steps tried from the top; the last one takes what is left."""

    steps: tuple[GradeStep, ...]
    shares_from: int
    good_up_to: int = 3
    bad_from: int = 6
    most: int = 3


@dataclass(frozen=True)
class Shares:
    """Counts by class 1 … 6 of the sections with data, and how many there should have been."""

    counts: Mapping[int, int]
    expected: int
    good_up_to: int
    bad_from: int

    @property
    def evaluated(self) -> int:
        """Sections with a class."""
        return sum(self.counts.values())

    @property
    def good(self) -> Fraction | None:
        """Share of Ⅰ–Ⅲ [%]; None without any section."""
        return self._percent(sum(n for number, n in self.counts.items() if number <= self.good_up_to))

    @property
    def bad(self) -> Fraction | None:
        """Share of 劣Ⅴ [%]."""
        return self._percent(sum(n for number, n in self.counts.items() if number >= self.bad_from))

    def _percent(self, part: int) -> Fraction | None:
        return Fraction(part * 100, self.evaluated) if self.evaluated else None


@dataclass(frozen=True)
class RiverResult:
    """A river: shares, grade (None where it cannot be given), and by which of the two ways.

    `mean` is the judgement of the item means (fewer than five sections), `sections` those of the single sections.
    """

    shares: Shares
    grade: str | None
    method: str
    mean: SectionResult | None = None
    sections: tuple[SectionResult, ...] = ()


def shares(classes: Sequence[int | None], rule: RiverRule) -> Shares:
    """Count classes; None = a section without data."""
    counts = Counter(number for number in classes if number is not None)
    return Shares(dict(counts), len(classes), rule.good_up_to, rule.bad_from)


def grade_of(found: Shares, rule: RiverRule) -> str | None:
    """Word of quality by shares; None without any section."""
    good, bad = found.good, found.bad
    if good is None or bad is None:
        return None
    for step in rule.steps:
        if step.good_from is not None and good >= step.good_from:
            return step.grade
        if step.bad_below is not None and bad < step.bad_below:
            return step.grade
    return rule.steps[-1].grade


def evaluate_river(
    sections: Sequence[Mapping[str, object]], section_rule: SectionRule, rule: RiverRule, body: Body = "river"
) -> RiverResult:
    """Evaluate a river from its sections' values (each as of `evaluate_section`).

    Raises
    ------
    InputError
        Without any section.
    """
    if not sections:
        raise InputError("A river needs at least one section.", fix="Give the values of its sections.")
    single = tuple(evaluate_section(values, section_rule, body) for values in sections)
    found = shares([result.number for result in single], rule)
    if found.evaluated >= rule.shares_from:
        return RiverResult(found, grade_of(found, rule), "shares", None, single)
    mean = evaluate_section(mean_values(sections, section_rule), section_rule, body)
    return RiverResult(found, mean.grade, "means", mean, single)


def exceedance_rates(over: Mapping[str, Number], sections: int, *, most: int = 3) -> tuple[tuple[str, Fraction], ...]:
    """Main pollutants of a river: items by the share of sections over class Ⅲ [%], the highest first.

    Parameters
    ----------
    over:
        Parameter → number of sections over class Ⅲ; items without any are left out.
    sections:
        All sections evaluated.

    Raises
    ------
    InputError
        When a count exceeds the number of sections.
    """
    if sections <= 0:
        raise InputError("A river needs at least one section.", fix="Give the number of sections evaluated.")
    rates = []
    for parameter, number in over.items():
        part = Fraction(number)
        if part.denominator != 1 or not 0 <= part <= sections:
            raise InputError(
                f"{parameter} is over class III at {number} of {sections} sections.",
                fix="Give a whole number between 0 and the number of sections.",
            )
        if part:
            rates.append((parameter, part * 100 / sections))
    rates.sort(key=lambda pair: (-pair[1], pair[0]))
    return tuple(rates[:most])
