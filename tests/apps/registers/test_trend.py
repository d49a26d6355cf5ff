"""Months of a register: each end of a month against the sums of that day, what came and went against the difference."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from saishang.apps.registers.actions import (
    add_entry,
    change_entry,
    restore_entry,
    undo_entry,
    withdraw_entry,
)
from saishang.apps.registers.book import sums
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.movements import CAME, WENT
from saishang.apps.registers.trend import comings, month_ends, monthly
from saishang.rules import load_rules
from saishang.science.register.sums import NOTHING

pytestmark = pytest.mark.django_db
RULES = load_rules()
KIND = kind_of(RULES, "construction_plots")
YINCHUAN = ("640100", "640104", "640105", "640106", "640121", "640122", "640181")


def given(code: str, region: str = "640104", **more: str) -> dict[str, str]:
    return {"code": code, "name": code, "region": region, "area": "10", **more}


def test_ends_of_months_across_a_year() -> None:
    assert month_ends(date(2026, 2, 15), 3) == [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 15)]
    assert month_ends(date(2024, 3, 1), 2) == [date(2024, 2, 29), date(2024, 3, 1)]
    assert month_ends(date(2026, 3, 31), 1) == [date(2026, 3, 31)]


def test_months_by_hand_and_against_the_sums_of_each_day() -> None:
    days = month_ends(date(2026, 6, 10), 6)
    a = add_entry("tests", KIND, RULES, given("PLOT-A"), today=date(2025, 11, 2))
    b = add_entry("tests", KIND, RULES, given("PLOT-B"), today=date(2026, 1, 31))
    add_entry("tests", KIND, RULES, given("PLOT-C", "640202"), today=date(2026, 2, 1))
    add_entry("tests", KIND, RULES, given("PLOT-D", demonstration="true"), today=date(2026, 2, 1))
    withdraw_entry("tests", KIND, a.pk, number=None, today=date(2026, 3, 5), reason="x")
    restore_entry("tests", KIND, a.pk, number=None, today=date(2026, 4, 5), reason="x")
    # A change, and a move to another place, are neither coming nor going of the register.
    change_entry("tests", KIND, RULES, b.pk, given("PLOT-B", "640105"), number=None, today=date(2026, 5, 1))
    withdraw_entry("tests", KIND, b.pk, number=None, today=date(2026, 5, 2), reason="x")
    undo_entry("tests", KIND, b.pk, number=None, today=date(2026, 5, 3), reason="x")
    # After the last day of the trend.
    add_entry("tests", KIND, RULES, given("PLOT-E"), today=date(2026, 6, 11))

    steps = list(monthly(KIND, days, [""]))
    assert [day for day, _sums in steps] == days
    for day, found in steps:
        told = {place: part for place, part in found.items() if part != NOTHING}
        whole = sums(KIND, day, [""])
        assert told == {place: part for place, part in whole.items() if part != NOTHING}, day
    real = [sum(part.counted for place, part in found.items() if not place.invented) for _day, found in steps]
    assert real == [2, 3, 2, 3, 3, 3]

    longer = list(monthly(KIND, month_ends(date(2026, 6, 10), 7), ["", CAME, WENT]))
    assert [day for day, _sums in longer[1:]] == days
    assert comings(longer, YINCHUAN, invented=False) == list(
        zip(days, (1, 0, 0, 1, 1, 0), (0, 0, 1, 0, 1, 0), strict=True)
    )
    assert [row[1:] for row in comings(longer, YINCHUAN, invented=True)] == [
        (0, 0), (1, 0), (0, 0), (0, 0), (0, 0), (0, 0)]  # fmt: skip
    # With all regions the difference of what came and went is the difference of the totals.
    everywhere = comings(longer, [*RULES.regions], invented=False)
    assert [came - went for _day, came, went in everywhere[1:]] == [after - before for before, after in pairwise(real)]
