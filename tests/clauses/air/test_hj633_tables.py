"""HJ 633-2012 and HJ 633-2026, table 1 (breakpoints) and table 2 (categories), typed by hand from the standards."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from saishang.rules import Rules
from saishang.science.air.aqi import sub_index
from saishang.science.air.from_rules import index_edition

IAQI = (0, 50, 100, 150, 200, 300, 400, 500)
#: Columns that both editions share.
COMMON = {
    ("SO2", "24h"): ("0", "50", "150", "475", "800", "1600", "2100", "2620"),
    ("SO2", "1h"): ("0", "150", "500", "650", "800"),
    ("NO2", "24h"): ("0", "40", "80", "180", "280", "565", "750", "940"),
    ("NO2", "1h"): ("0", "100", "200", "700", "1200", "2340", "3090", "3840"),
    ("CO", "24h"): ("0", "2", "4", "14", "24", "36", "48", "60"),
    ("CO", "1h"): ("0", "5", "10", "35", "60", "90", "120", "150"),
    ("O3", "8h"): ("0", "100", "160", "215", "265", "800"),
    ("O3", "1h"): ("0", "160", "200", "300", "400", "800", "1000", "1200"),
}
PM10 = {"HJ 633-2012": ("0", "50", "150", "250", "350", "420", "500", "600"),
        "HJ 633-2026": ("0", "50", "120", "250", "350", "420", "500", "600")}  # fmt: skip
PM25 = {"HJ 633-2012": ("0", "35", "75", "115", "150", "250", "350", "500"),
        "HJ 633-2026": ("0", "35", "60", "115", "150", "250", "350", "500")}  # fmt: skip
EDITIONS = ("HJ 633-2012", "HJ 633-2026")


def columns(edition: str) -> dict[tuple[str, str], tuple[str, ...]]:
    found = {**COMMON, ("PM10", "24h"): PM10[edition], ("PM2.5", "24h"): PM25[edition]}
    if edition == "HJ 633-2026":  # hours of particles are read in the daily columns
        found |= {("PM10", "1h"): PM10[edition], ("PM2.5", "1h"): PM25[edition]}
    return found


POINTS = [
    (edition, *column, concentration, IAQI[place])
    for edition in EDITIONS
    for column, concentrations in columns(edition).items()
    for place, concentration in enumerate(concentrations)
]


@pytest.mark.parametrize(("edition", "pollutant", "averaging", "concentration", "expected"), POINTS)
def test_table_1_a_breakpoint_has_exactly_its_index(
    rules: Rules, edition: str, pollutant: str, averaging: str, concentration: str, expected: int
) -> None:
    """Table 1: a concentration equal to a breakpoint gives exactly that sub-index."""
    assert sub_index(index_edition(rules, edition), pollutant, averaging, concentration) == expected


@pytest.mark.parametrize(
    ("edition", "pollutant", "averaging", "concentration", "index"), [point for point in POINTS if point[4] > 0]
)
def test_table_1_just_below_and_just_above_a_breakpoint(
    rules: Rules, edition: str, pollutant: str, averaging: str, concentration: str, index: int
) -> None:
    """Table 1 and the formula: one step below is at most the index, one step above is above it (carried up)."""
    standard = index_edition(rules, edition)
    step = Fraction(1, 10) if pollutant == "CO" else Fraction(1)
    column = columns(edition)[pollutant, averaging]
    place = column.index(concentration)
    low, high, bottom = Fraction(column[place - 1]), Fraction(concentration), IAQI[place - 1]
    # The same line by hand, from the point itself downwards; -(-x // 1) carries up.
    below = -(-(index - (index - bottom) * step / (high - low)) // 1)
    assert sub_index(standard, pollutant, averaging, high - step) == below <= index
    above = sub_index(standard, pollutant, averaging, high + step)
    if concentration != column[-1]:
        assert above is not None and above > index
    elif (pollutant, averaging) in (("SO2", "1h"), ("O3", "8h")):
        assert above == (None if edition == "HJ 633-2012" else index)
    else:
        assert above == 500


@pytest.mark.parametrize("edition", EDITIONS)
def test_table_1_has_these_columns_and_no_others(rules: Rules, edition: str) -> None:
    """Table 1: every column with every point."""
    found = index_edition(rules, edition).breakpoints
    expected = {
        key: [(Fraction(value), IAQI[place]) for place, value in enumerate(column)]
        for key, column in columns(edition).items()
    }
    assert {key: [(pair.concentration, pair.iaqi) for pair in column] for key, column in found.items()} == expected


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("low", "high", "level", "category", "rgb"),
    [
        (1, 50, "一级", "优", (0, 228, 0)),
        (51, 100, "二级", "良", (255, 255, 0)),
        (101, 150, "三级", "轻度污染", (255, 126, 0)),
        (151, 200, "四级", "中度污染", (255, 0, 0)),
        (201, 300, "五级", "重度污染", (153, 0, 76)),
        (301, 500, "六级", "严重污染", (126, 0, 35)),
    ],
)
def test_table_2_level_category_and_colour(
    rules: Rules, edition: str, low: int, high: int, level: str, category: str, rgb: tuple[int, int, int]
) -> None:
    """Table 2: both ends of each range; the same in both editions."""
    standard = index_edition(rules, edition)
    for index in (low, high):
        found = standard.category(index)
        assert (found.level, found.category, found.rgb) == (level, category, rgb)


@pytest.mark.parametrize("edition", EDITIONS)
def test_table_2_leaves_no_gap(rules: Rules, edition: str) -> None:
    """Table 2: the ranges follow each other without gap or overlap."""
    categories = index_edition(rules, edition).categories
    assert all(earlier.high + 1 == later.low for earlier, later in pairwise(categories))
