"""Rule objects of surface water from the shipped rules."""

from __future__ import annotations

from datetime import date

import pytest

from saishang.rules import Rules
from saishang.science.water.from_rules import river_rule, section_rule
from saishang.science.water.river import RiverRule
from saishang.science.water.section import SectionRule

DAY = date(2024, 6, 1)


@pytest.fixture(scope="session")
def section(rules: Rules) -> SectionRule:
    return section_rule(rules, DAY)


@pytest.fixture(scope="session")
def river(rules: Rules) -> RiverRule:
    return river_rule(rules)
