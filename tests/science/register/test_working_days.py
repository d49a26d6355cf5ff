"""Terms in working days, counted by hand in the calendar of 2026."""

from __future__ import annotations

from datetime import date

import pytest

from saishang.rules import load_rules
from saishang.science.register.figures import Standing, due_terms
from saishang.science.register.kind import read_kinds

KINDS = read_kinds(load_rules())
MANIFESTS = KINDS["hazardous_manifests"]


@pytest.mark.parametrize(
    ("arrived", "due"),
    [
        (date(2026, 11, 9), date(2026, 11, 16)),  # a Monday: Tuesday to Friday, Monday
        (date(2026, 11, 13), date(2026, 11, 20)),  # a Friday
        (date(2026, 11, 14), date(2026, 11, 20)),  # a Saturday
        # Thursday before the Mid-Autumn days 25 to 27 and the National Days 1 to 7 October: 28, 29, 30, 8, 9.
        (date(2026, 9, 24), date(2026, 10, 9)),
        # Saturday 10 October is worked: 8, 9, 10, 12, 13.
        (date(2026, 9, 30), date(2026, 10, 13)),
        (date(2026, 10, 9), date(2026, 10, 15)),  # 10 (worked), 12, 13, 14, 15
    ],
)  # fmt: skip
def test_the_receivers_five_working_days(arrived: date, due: date) -> None:
    waiting = Standing("R1", "arrived", date(2026, 12, 1), {"arrived_on": arrived.isoformat()})
    found = [term for term in due_terms(MANIFESTS, [waiting]) if term.term == "confirm"]
    assert [term.on for term in found] == [due]


def test_the_term_runs_for_what_has_arrived_only() -> None:
    days = {"arrived_on": "2026-11-09"}
    for state in ("drafted", "in_transit", "accepted", "refused", "treated"):
        assert due_terms(MANIFESTS, [Standing("R1", state, date(2026, 11, 9), days)]) == []
    assert due_terms(MANIFESTS, [Standing("R1", "arrived", date(2026, 11, 9), {})]) == []


def test_a_licence_ends_on_its_day() -> None:
    handler = {"role": "handler", "licence_until": "2026-02-28"}
    producer = {"role": "producer", "licence_until": "2026-02-28"}
    units = [
        Standing("H", "operating", date(2024, 1, 1), handler),
        Standing("P", "operating", date(2024, 1, 1), producer),
    ]
    assert [(due.key, due.on) for due in due_terms(KINDS["waste_units"], units)] == [("H", date(2026, 2, 28))]


def test_choices_of_a_table_have_its_words() -> None:
    choices = {choice.id: (choice.zh, choice.en) for choice in KINDS["new_pollutant_uses"].fields["substance"].choices}
    assert choices["dichloromethane"] == ("二氯甲烷", "Dichloromethane")
    nuclides = {choice.id: choice.zh for choice in KINDS["radioactive_sources"].fields["nuclide"].choices}
    assert nuclides["Am-241"] == "Am-241"
