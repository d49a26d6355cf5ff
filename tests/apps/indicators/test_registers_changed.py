"""Indicators over a register that changed: values of past days stay, and a run is replayed by what was in force."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.register_values import register_values
from saishang.apps.registers.actions import add_entry, migrate_kind
from saishang.apps.registers.kinds import kind_of
from saishang.rules import load_rules
from tests.registers_changed import BASE, NAME, changed, held_by_the_rules

RULES = load_rules()
TODAY = timezone.localdate()
LAST = TODAY.year - 1
pytestmark = pytest.mark.django_db


def catalogue() -> Catalogue:
    """One indicator for each figure of the sheds."""
    found = Catalogue(RULES)
    some = next(iter(found.indicators.values()))
    for figure in ("kept", "area", "tin_share"):
        way = {"source": "register", "register": NAME, "figure": figure}
        found.indicators[figure] = replace(some, id=figure, kind="computed", statistic=way, target_basis="register")
    return found


def told(known_at: Any = None) -> dict[tuple[str, str], str]:
    """(Figure, year) → rounded value of the county."""
    found = register_values(catalogue(), RULES, "640104", TODAY, known_at, only=[NAME])
    return {(value.indicator, value.period): value.rounded for value in found}


def test_past_years_and_replays_stay_what_they_were() -> None:
    with ExitStack() as stack:
        stack.enter_context(held_by_the_rules(BASE))
        for code, state, area, sort in (("S1", "listed", "12.5", "tin"), ("S2", "kept", "7.5", "wood")):
            given = {"code": code, "name": code, "region": "640104", "area": area, "sort": sort}
            add_entry("tests", kind_of(RULES, NAME), RULES, given, today=TODAY, effective=date(LAST, 5, 1), state=state,
                      reason="tests")  # fmt: skip
        by_hand = {("kept", "1"), ("area", "20.0"), ("tin_share", "50.0")}
        before, run_began = told(), timezone.now()
        assert {(name, value) for (name, year), value in before.items() if year == str(LAST)} == by_hand
        life = {
            "start": "found", "states": [state for state in BASE["life"]["states"] if state["id"] != "listed"],
            "transitions": [{"action": "keep", "from": ["found"], "to": "kept", "zh": "保留", "en": "keep"}],
        }  # fmt: skip
        figures = [BASE["figures"][0], *BASE["figures"][2:]]  # the area is not counted any more
        stack.enter_context(
            held_by_the_rules(changed(life=life, figures=figures, changes={"states": {"listed": "kept"}}))
        )
        assert told() == before  # the rules have a new file, the entries do not stand under it
        migrate_kind("tests", RULES, NAME, today=TODAY, reason="新规定")
        after = told()
        assert after["kept", str(LAST)] == "1" and after["kept", str(TODAY.year)] == "2"
        assert after["tin_share", str(LAST)] == "50.0" and ("area", str(LAST)) not in after
        # A run of before is computed again by what was in force when it began, the figure that went among it.
        assert told(run_began) == before
