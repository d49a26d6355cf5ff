"""Grades of erosion (SL 190-2007), salt, alkali and sandy land: just below, at and above every edge."""

from __future__ import annotations

import pytest

from saishang.rules import Rules
from saishang.science.ecology.from_rules import scale
from saishang.science.numbers import InputError

EROSION = ("微度", "轻度", "中度", "强烈", "极强烈", "剧烈")
SALT = ("非盐化", "轻度", "中度", "重度", "盐土")


@pytest.mark.parametrize(
    ("name", "edges", "grades"),
    [
        ("wind_erosion", (200, 2500, 5000, 8000, 15000), EROSION),
        ("water_erosion_loess", (1000, 2500, 5000, 8000, 15000), EROSION),
        ("salt_1", (1, 2, 4, 6), SALT),
        ("salt_2", (2, 3, 5, 10), SALT),
        ("alkalinity", (5, 10, 15), ("非碱化", "弱碱化", "中碱化", "强碱化")),
        ("sandy_cover", (10, 25, 40), ("极重度", "重度", "中度", "轻度")),
    ],
)
def test_edges_belong_to_the_upper_grade(
    rules: Rules, name: str, edges: tuple[int, ...], grades: tuple[str, ...]
) -> None:
    found = scale(rules, name)
    for place, edge in enumerate(edges):
        below, at, above = (found.grade(edge + step) for step in ("-0.001", "0", "0.001") for step in [float(step)])
        assert [grade and grade.zh for grade in (below, at, above)] == [
            grades[place], grades[place + 1], grades[place + 1]]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [("wind_erosion", -1), ("salt_1", "-0.1"), ("sandy_cover", 101),
                                             ("alkalinity", 30)])  # fmt: skip
def test_values_without_a_grade_are_told(rules: Rules, name: str, value: object) -> None:
    """No grade was read for an ESP of 30 % and more: it is refused, not called 强碱化."""
    with pytest.raises(InputError, match="outside the scale"):
        scale(rules, name).grade(value)
