"""The demonstration's ecology: every file goes through whole, and says of itself what is invented."""

from __future__ import annotations

from datetime import date

import pytest

from saishang.apps.registers import queries
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.queries import Filter
from saishang.cli.demo_ecology import load_ecology
from saishang.config import Config
from saishang.rules import load_rules

pytestmark = pytest.mark.django_db


def test_all_of_it_is_taken_and_only_the_reserves_are_real(config: Config) -> None:
    from saishang.cli import demo_ecology

    rules = load_rules()
    told = load_ecology(config, rules, date(2026, 11, 29), "test")
    assert "拒绝 refused 0" in told
    kinds = [*demo_ecology._FILES, "species_records"]
    invented = {
        kind: {view.standing.invented for view in queries.entries(kind_of(rules, kind), Filter())} for kind in kinds
    }
    assert invented == {kind: {kind != "protected_areas"} for kind in kinds}
    names = [view.title for view in queries.entries(kind_of(rules, "invasive_sites"), Filter())]
    assert len(names) == 6 and all("虚构" in name for name in names)
    # A second time changes nothing.
    assert load_ecology(config, rules, date(2026, 11, 29), "test").startswith("新增 new 0，")
