"""Clocks: petitions, disclosure of enterprises, damage compensation; days counted by hand on a calendar."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.calc import calculate
from saishang.science.clocks import working_days
from tests.science.calc.test_registry import DAY


def run(rules: Rules, topic: str, **inputs: Any) -> dict[str, Any]:
    return calculate(topic, inputs, rules=rules, on=DAY)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23", "2026-11-30"),  # Mon; Tue Wed Thu Fri Mon
        ("2026-11-21", "2026-11-27"),  # a Saturday
        ("2026-09-30", "2026-10-13"),  # 1-7 Oct off; Thu 8, Fri 9, Sat 10 (worked), Mon 12, Tue 13
        ("2026-02-13", "2026-02-27"),  # Sat 14 (worked), 15-23 off, Tue 24 to Fri 27
        ("2026-02-24", "2026-03-02"),  # Wed Thu Fri, Sat 28 (worked), Mon 2 March
        ("2026/12/18", "2026-12-25"),
    ],
)
def test_five_working_days(rules: Rules, received: str, due: str) -> None:
    """部令第24号, article 17: five working days after the legal document, holidays of the State Council left out."""
    assert run(rules, "disclosure", document_received=received) == {"due": due}


def test_a_year_without_its_calendar_says_so(rules: Rules) -> None:
    found = run(rules, "disclosure", document_received="2026-12-28")
    assert found == {"due": "2027-01-04", "calendar": "weekends_only"}


def test_ten_working_days_after_the_list(rules: Rules) -> None:
    """部令第24号, article 20."""
    assert run(rules, "disclosure", list_published="2026-03-31") == {"due": "2026-04-15"}  # 4-6 April off


def test_worked_weekends_and_holidays(rules: Rules) -> None:
    """国务院办公厅关于2026年部分节假日安排的通知."""
    calendar = working_days(rules)
    assert [calendar.is_working(date(2026, 2, day)) for day in (13, 14, 15, 23, 24, 28)] == [
        True, True, False, False, True, True,
    ]  # fmt: skip
    assert sum(calendar.is_working(date.fromordinal(date(2026, 1, 1).toordinal() + k)) for k in range(365)) == 248


def test_the_annual_report(rules: Rules) -> None:
    """部令第24号, article 19: by 15 March, for the calendar year before."""
    assert run(rules, "disclosure", year=2027) == {"due": "2028-03-15", "covers": "2027-01-01..2027-12-31"}


@pytest.mark.parametrize(
    ("fault", "fine"),
    [
        ("reported late", {"fine_max_yuan": 50000}),
        ("wrong format", {"fine_max_yuan": 50000}),
        ("未上传", {"fine_max_yuan": 50000}),
        ("not disclosed", {"fine_min_yuan": 10000, "fine_max_yuan": 100000}),
        ("不真实", {"fine_min_yuan": 10000, "fine_max_yuan": 100000}),
    ],
)
def test_fines(rules: Rules, fault: str, fine: dict[str, int]) -> None:
    assert run(rules, "disclosure", fault=fault) == fine


def test_petitions(rules: Rules) -> None:
    """信访工作条例: 15 days to tell, 60 to finish, 30 more; over a leap day and the end of a year."""
    assert run(rules, "complaint", received="2026-12-20") == {"tell_by": "2027-01-04"}
    assert run(rules, "complaint", accepted="2028-01-01") == {
        "finish_by": "2028-03-01",
        "with_extension": "2028-03-31",
    }
    for wrong in ({}, {"received": "2026-11-23", "accepted": "2026-11-22"}, {"received": "23 Nov"}):
        with pytest.raises(SaishangError):
            run(rules, "complaint", **wrong)


@pytest.mark.parametrize(
    ("facts", "loss", "simple"),
    [
        ((True, True), 300000, True),
        ((True, True), 300001, False),
        ((False, True), 1, False),
        ((True, False), 1, False),
        ((None, False), 1, False),
    ],
)
def test_simple_cases_of_damage(rules: Rules, facts: tuple[Any, Any], loss: int, simple: bool) -> None:
    given = {"facts_simple": facts[0], "liability_undisputed": facts[1], "loss_yuan": loss}
    assert run(rules, "damage", **given) == {"simple": simple}


def test_a_missing_fact_makes_no_simple_case(rules: Rules) -> None:
    found = run(rules, "damage", facts_simple=True, liability_undisputed=None, loss_yuan=1)
    assert found == {"simple": None, "missing": ["liability_undisputed"]}


def test_a_province_may_raise_the_limit(rules: Rules) -> None:
    given = {"facts_simple": True, "liability_undisputed": True, "loss_yuan": 480000}
    assert run(rules, "damage", **given, province_limit_yuan=500000) == {"simple": True}
    with pytest.raises(SaishangError):
        run(rules, "damage", **given, province_limit_yuan=500001)


def test_negotiation(rules: Rules) -> None:
    """环法规〔2022〕31号: 90 days from the written notice, three meetings."""
    assert run(rules, "damage", notice="2027-12-01") == {"end": "2028-02-29", "max_meetings": 3}
