"""Figures and terms of a register, counted by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from saishang.rules import load_rules
from saishang.science.register.figures import Standing, due_terms, figure_value
from saishang.science.register.kind import read_kinds

PLOTS = read_kinds(load_rules())["construction_plots"]
DAY = date(2026, 1, 31)


def plot(key: str, state: str, area: str | None = "100", since: date = DAY) -> Standing:
    return Standing(key, state, since, {"code": key, "area": area})


FIVE = [
    plot("A", "survey_due"), plot("B", "listed", "1000.5"), plot("C", "in_works", "999.5"), plot("D", "released"),
    plot("E", "clear"),
]  # fmt: skip


def test_counts_and_sums() -> None:
    assert figure_value(PLOTS.figures["with_record"], FIVE).value == 5
    on_register = figure_value(PLOTS.figures["on_register"], FIVE)
    assert (on_register.value, on_register.counted) == (2, ("B", "C"))
    area = figure_value(PLOTS.figures["area_on_register"], FIVE)
    assert (area.value, area.rounded) == (2000, Decimal(2000))


def test_a_share_tells_part_and_whole() -> None:
    share = figure_value(PLOTS.figures["released_share"], FIVE)
    # One released of B, C and D, which were listed at some time: 33.3 %.
    assert (share.value, share.rounded) == (Fraction(100, 3), Decimal("33.3"))
    assert (share.counted, share.base) == (("D",), ("B", "C", "D"))


def test_a_share_of_nothing_is_no_number() -> None:
    share = figure_value(PLOTS.figures["released_share"], FIVE[:1])
    assert (share.value, share.rounded) == (None, None)


def test_a_sum_with_a_missing_number_is_no_number_and_names_the_entry() -> None:
    area = figure_value(PLOTS.figures["area_on_register"], [*FIVE, plot("F", "listed", None)])
    assert area.value is None
    assert area.missing == ("F",)
    # An entry that is not in the sum may lack it.
    assert figure_value(PLOTS.figures["area_on_register"], [*FIVE, plot("G", "clear", None)]).value == 2000


def test_a_term_runs_from_the_day_of_the_state_and_only_in_its_states() -> None:
    # Twelve months after 31 January 2026; of a leap day it is the last of February.
    found = due_terms(
        PLOTS, [plot("A", "survey_due"), plot("B", "listed"), plot("C", "survey_due", since=date(2024, 2, 29))]
    )
    assert [(due.key, due.term, due.on) for due in found] == [
        ("C", "survey", date(2025, 2, 28)), ("A", "survey", date(2027, 1, 31)),
    ]  # fmt: skip
