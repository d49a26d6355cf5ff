"""Long-term points between two rounds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from saishang.rules import Rules
from saishang.science.numbers import InputError
from saishang.science.soil.farmland import assess_farmland
from saishang.science.soil.from_rules import farmland_standard
from saishang.science.soil.points import item_changes, round_shares


@pytest.mark.parametrize(
    ("now", "direction"),
    [
        ("0.79", "falling"),
        ("0.8", "steady"),
        ("1", "steady"),
        ("1.2", "steady"),
        ("1.21", "rising"),
        (None, "cannot_tell"),
    ],
)
def test_a_change_just_below_at_and_just_above_the_tolerance(now: object, direction: str) -> None:
    """From 1.0 mg/kg, 20% is 0.2."""
    (change,) = item_changes("p", {"cd": "1.0"}, {"cd": now})
    assert change.direction == direction


def test_items_of_either_round_are_told() -> None:
    found = item_changes("p", {"cd": 1, "pb": 0}, {"as": 5, "pb": 1})
    assert [(change.item, change.direction, change.percent) for change in found] == [
        ("as", "cannot_tell", None), ("cd", "cannot_tell", None), ("pb", "rising", None),
    ]  # fmt: skip
    with pytest.raises(InputError):
        item_changes("p", {"cd": -1}, {})
    with pytest.raises(InputError):
        item_changes("p", {}, {}, tolerance_percent=-1)


def test_shares_of_a_round(rules: Rules) -> None:
    """Two of three evaluated points within the screening values: 66.7%."""
    standard = farmland_standard(rules, date(2026, 6, 1))
    values: list[dict[str, object]] = [{"cd": "0.1"}, {"cd": "0.6"}, {"cd": "0.7"}, {"cd": None}]
    found = round_shares(assess_farmland(item, "8.0", "其他", standard) for item in values)
    assert (found.priority, found.safe_use, found.strict, found.without) == (2, 1, 0, 1)
    assert found.within_screening == Decimal("66.7") and round_shares([]).within_screening is None
