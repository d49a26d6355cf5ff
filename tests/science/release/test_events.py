"""Grades of events and radiation accidents at every edge; the clock of the first report across midnight and year."""

from __future__ import annotations

from datetime import datetime

import pytest

from saishang.rules import Rules
from saishang.science.numbers import InputError
from saishang.science.release.events import event_grade, radiation_grade, report_due
from saishang.science.release.from_rules import event_rule, radiation_rule


@pytest.mark.parametrize(
    ("name", "edges"),
    [("deaths", (3, 10, 30)), ("poisoned", (10, 50, 100)), ("evacuated", (5000, 10_000, 50_000)),
     ("loss_yuan", (5_000_000, 20_000_000, 100_000_000))],
)  # fmt: skip
def test_the_number_itself_counts(rules: Rules, name: str, edges: tuple[int, int, int]) -> None:
    rule = event_rule(rules)
    grades = ("一般", "较大", "重大", "特别重大")
    for place, edge in enumerate(edges):
        found = [event_grade({name: edge + step}, rule).zh for step in (-1, 0, 1)]
        assert found == [grades[place], grades[place + 1], grades[place + 1]]
    assert event_grade({name: 0}, rule).zh is None


@pytest.mark.parametrize(
    ("facts", "zh"),
    [({"water_supply": "prefecture"}, "特别重大"), ({"water_supply": "county"}, "重大"),
     ({"water_supply": "township"}, "较大"), ({"cross": "country"}, "特别重大"), ({"cross": "province"}, "重大"),
     ({"cross": "prefecture"}, "较大"), ({"cross": "county"}, "一般"), ({"cross": "none"}, None)],
)  # fmt: skip
def test_words(rules: Rules, facts: dict[str, object], zh: str | None) -> None:
    assert event_grade(facts, event_rule(rules)).zh == zh


def test_the_highest_wins_and_what_is_unknown_is_said(rules: Rules) -> None:
    rule = event_rule(rules)
    found = event_grade({"deaths": 1, "evacuated": 6000, "cross": "none"}, rule)
    assert (found.zh, found.by, found.missing) == ("较大", ("evacuated",), ("poisoned", "loss_yuan", "water_supply"))
    nothing = event_grade({}, rule)
    assert nothing.zh is None and len(nothing.missing) == 6
    for wrong in ({"deaths": -1}, {"cross": "moon"}):
        with pytest.raises(InputError):
            event_grade(wrong, rule)


@pytest.mark.parametrize(
    ("known", "grade", "due"),
    [("2026-11-23T08:20", "特别重大", "2026-11-23T10:20"), ("2026-11-23T08:20", "一般", "2026-11-23T12:20"),
     ("2026-12-31T22:30", "较大", "2027-01-01T02:30"), ("2028-02-28T23:00", "重大", "2028-02-29T01:00")],
)  # fmt: skip
def test_clock(rules: Rules, known: str, grade: str, due: str) -> None:
    found, recipients = report_due(datetime.fromisoformat(known), grade, event_rule(rules))
    assert found == datetime.fromisoformat(due)
    assert ("ministry" in recipients[1]) is (grade in ("特别重大", "重大"))
    with pytest.raises(InputError):
        report_due(datetime.fromisoformat(known), "四级", event_rule(rules))


@pytest.mark.parametrize(
    ("facts", "zh"),
    [
        ({"source_class": "I"}, "重大"), ({"source_class": "II", "wide": True}, "特别重大"),
        ({"source_class": "III"}, "较大"), ({"source_class": "III", "wide": True}, "较大"),
        ({"source_class": "IV"}, "一般"), ({"source_class": "V"}, "一般"), ({"deaths": 3}, "特别重大"),
        ({"deaths": 2}, "重大"), ({"deaths": 1}, "重大"), ({"severe": 10}, "重大"), ({"severe": 9}, "较大"),
        ({"source_class": "V", "deaths": 3}, "特别重大"), ({"deaths": 0}, None), ({}, None),
    ],
)  # fmt: skip
def test_radiation(rules: Rules, facts: dict[str, object], zh: str | None) -> None:
    assert radiation_grade(radiation_rule(rules), **facts) == zh  # type: ignore[arg-type]


def test_an_unknown_class_is_refused(rules: Rules) -> None:
    with pytest.raises(InputError):
        radiation_grade(radiation_rule(rules), source_class="VI")
