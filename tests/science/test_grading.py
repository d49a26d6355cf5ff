"""Scales: every edge belongs to one grade."""

from __future__ import annotations

from fractions import Fraction

import pytest

from saishang.rules import Rules
from saishang.rules.errors import RuleLookupError
from saishang.science.grading import Grade, Scale, scale_from_rules
from saishang.science.numbers import InputError

TABLES = ("standards/ecology/grades", "standards/climate/grades")


def grade(low: int | None, low_in: bool, high: int | None, high_in: bool) -> Grade:
    edges = [None if edge is None else Fraction(edge) for edge in (low, high)]
    return Grade(1, "甲", "A", edges[0], low_in, edges[1], high_in)


@pytest.mark.parametrize(
    "pair",
    [
        (grade(0, True, 5, False), grade(6, True, None, False)),  # gap between 5 and 6
        (grade(0, True, 5, True), grade(5, True, None, False)),  # both claim 5
        (grade(0, True, 5, False), grade(5, False, None, False)),  # neither does
    ],
)
def test_gaps_and_overlaps_are_refused(pair: tuple[Grade, Grade]) -> None:
    with pytest.raises(ValueError, match="do not meet"):
        Scale("s", "1", pair)


def test_a_value_outside_is_told_and_a_missing_one_has_no_grade() -> None:
    scale = Scale("s", "%", (grade(0, True, 5, False), grade(5, True, 10, False)))
    assert scale.grade(None) is None
    with pytest.raises(InputError, match="outside the scale") as caught:
        scale.grade(-1)
    assert "0 to 10" in caught.value.fix
    with pytest.raises(InputError):
        scale.grade(10)


@pytest.mark.parametrize("table", TABLES)
def test_every_shipped_scale_is_whole(rules: Rules, table: str) -> None:
    for name in sorted(set(rules.table(table).values("scale"))):
        scale = scale_from_rules(rules, table, name)
        for one in scale.grades:
            for edge, belongs in ((one.low, one.low_in), (one.high, one.high_in)):
                if edge is not None and belongs:
                    assert scale.grade(edge) == one


def test_an_unknown_scale_names_the_known(rules: Rules) -> None:
    with pytest.raises(RuleLookupError, match="wind_erosion"):
        scale_from_rules(rules, TABLES[0], "nothing")
