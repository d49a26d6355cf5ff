"""The walk itself, on a kind that has been there for long: what it enters, holds against the table and counts."""

from __future__ import annotations

from datetime import date

import pytest

from tests.registers_kinds.walk import Step, refused, walk

pytestmark = pytest.mark.django_db


def test_a_walk_enters_moves_and_counts() -> None:
    found = walk(
        "zero_waste_cells",
        [
            {"code": "CELL-1", "name": "第一小学", "region": "640104", "kind": "school"},
            {"code": "CELL-2", "name": "第二小学", "region": "640202", "kind": "学校"},
        ],
        [
            Step("CELL-1", "check", date(2025, 3, 3)),
            Step("CELL-1", "certify", date(2025, 4, 1)),
        ],
    )
    assert found.states() == {"CELL-1": "certified", "CELL-2": "declared"}
    assert found.figures(date(2025, 3, 31)) == {"certified": "0", "declared": "2"}
    assert found.figures(date(2025, 4, 1)) == {"certified": "1", "declared": "1"}
    assert found.figures(date(2025, 4, 1), "640200") == {"certified": "0", "declared": "1"}
    assert refused("zero_waste_cells", {"code": "x", "name": "n", "region": "640104", "kind": "ship"}).keys() == {
        "code", "kind",
    }  # fmt: skip
