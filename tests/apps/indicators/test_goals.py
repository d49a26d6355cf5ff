"""From a plan as it is written to goals that can be judged: places, ranges, changes and units on the way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest

from saishang.apps.indicators.goals import plan_goals
from saishang.apps.plan.actions import import_plan_from_file
from saishang.rules import load_rules

pytestmark = pytest.mark.django_db

TEXT = """某自治区空气质量行动方案
一、主要目标
（一）空气。到2027年，银川市细颗粒物平均浓度降至35微克/立方米以下，石河子市细颗粒物平均浓度降至40微克/立方米以下。
（二）天数。到2027年，全区优良天数比率保持在80%～85%。
（三）下降。到2025年，细颗粒物浓度比2020年下降10%。
"""


def test_places_ranges_and_changes_reach_the_evaluation(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(TEXT, encoding="utf-8")
    import_plan_from_file("test", path, plan="own", label="1")
    version, goals = plan_goals("640000", load_rules(), "own", on=date(2026, 11, 30))
    assert version == "own@1"
    numbers = [goal for goal in goals if goal.numeric]
    assert [(g.region, g.unknown_place, g.value, g.low, g.high, g.unit, g.change, g.base_year) for g in numbers] == [
        ("640100", "", D(35), None, None, "µg/m³", "", None),
        ("640000", "石河子市", D(40), None, None, "µg/m³", "", None),
        ("640000", "", None, D(80), D(85), "%", "", None),
        ("640000", "", D(10), None, None, "%", "drop", 2020),
    ]
    assert [g.text for g in numbers] == [
        "银川市细颗粒物平均浓度", "石河子市细颗粒物平均浓度", "优良天数比率", "细颗粒物浓度比2020年下降10%",
    ]  # fmt: skip
