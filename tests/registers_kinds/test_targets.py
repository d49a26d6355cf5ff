"""What the plan's targets read of these registers: the figure of a year, and the target that is judged by it."""

from __future__ import annotations

from datetime import date

import pytest

from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.register_values import register_values
from saishang.apps.indicators.states import PlanGoal, judge_all
from tests.registers_kinds.test_places import AREA_TITLE, COUNTY, ESTATE
from tests.registers_kinds.walk import RULES, Step, walk

pytestmark = pytest.mark.django_db
CATALOGUE = Catalogue(RULES)
DONE = {"villages": "96", "criteria": "2025版", "villages_done": "90", "score": "88", "built_on": "2025-11-03",
        "document": "2025-5"}  # fmt: skip
NAMED = {
    "criteria": "2021版",
    "indicators_all": "35",
    "indicators_met": "35",
    "named_on": "2025-11-03",
    "document": "1",
}


def told(register: str) -> dict[tuple[str, str, str], str]:
    """Indicator, region and basis → rounded value of 2025."""
    values = register_values(CATALOGUE, RULES, "640000", date(2025, 12, 31), None, only=[register])
    return {(value.indicator, value.region, value.basis): value.rounded for value in values if value.valid}


def judged(register: str, goal: PlanGoal) -> tuple[str, str]:
    values = register_values(CATALOGUE, RULES, "640000", date(2025, 12, 31), None, only=[register])
    (state,) = judge_all([goal], values, CATALOGUE, {}, 2026)
    return state.standing.status, state.standing.reason


def coverage(number: str, item: str, words: str) -> PlanGoal:
    return PlanGoal(number, item, words, words, "=", None, None, False, "coverage", "640000")


def test_cities_named_answer_the_coverage_of_demonstration_areas() -> None:
    goal = coverage("C09", "T25", "国家生态文明示范区")
    cities = ["640100", "640200", "640300", "640400", "640500"]
    entries = [AREA_TITLE | {"code": f"DA-{city}", "region": city} for city in cities]
    moves = [
        Step(f"DA-{city}", action, date(2025, 11, 3), NAMED) for city in cities[:4] for action in ("assess", "name")
    ]
    walk("demonstration_areas", entries, moves)
    key = ("culture.demonstration_cities", "640000", "register")
    assert told("demonstration_areas")[key] == "80"
    assert judged("demonstration_areas", goal)[0] != "met"
    walk("demonstration_areas", [], [Step("DA-640500", name, date(2025, 12, 1), NAMED) for name in ("assess", "name")])
    assert told("demonstration_areas")[key] == "100"
    assert judged("demonstration_areas", goal)[0] == "met"


def test_invented_cities_judge_nobody() -> None:
    walk("demonstration_areas", [AREA_TITLE | {"demonstration": "是"}])
    assert judged("demonstration_areas", coverage("C09", "T25", "国家生态文明示范区")) == (
        "not_evaluated", "demonstration_only",
    )  # fmt: skip


def test_counties_built_give_the_share_of_the_plan() -> None:
    steps = [Step("640424", name, date(2025, 11, 3), DONE) for name in ("begin", "assess", "recognise")]
    walk("beautiful_counties", [COUNTY], steps)
    found = told("beautiful_counties")
    # One of 22 counties of the region, one of the five of Guyuan; a county says nothing of itself.
    assert found == {
        ("rural.beautiful_county_share", "640000", "register"): "4.5",
        ("rural.beautiful_county_share", "640400", "register"): "20.0",
    }
    # The draft withholds the value: the figure stands, and nobody is judged by a number that nobody knows.
    goal = PlanGoal(
        "G20", "T23", "美丽乡村整县建成比例", "美丽乡村整县建成比例", ">=", None, 2027, True, "numeric", "640000"
    )
    assert judged("beautiful_counties", goal)[0] == "undetermined"


def test_areas_that_sort_answer_the_coverage_of_refuse_sorting() -> None:
    sorting = {"points": "2", "fractions": "4", "collection": "apart"}
    walk(
        "residential_areas", [ESTATE, ESTATE | {"code": "XQ-2"}],
        [Step("XQ-1", name, date(2025, 11, 3), sorting) for name in ("equip", "start")],
    )  # fmt: skip
    assert told("residential_areas")["waste.household_sorting", "640000", "register"] == "50.0"
    assert judged("residential_areas", coverage("C10", "T26", "城市居民小区垃圾分类"))[0] != "met"
