"""Categories of radioactive sources (announcement 62 of 2005), decay, the ledger's states and terms."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.numbers import InputError
from saishang.science.periods import months_later
from saishang.science.radiation.from_rules import ledger_rules, ledger_states, source_rules
from saishang.science.radiation.ledger import LedgerSource, ledger_alarms, read_code
from saishang.science.radiation.sources import SourceRules, decayed

DAY = date(2026, 6, 1)
#: Least activities [Bq] of categories I to V, typed by hand.
LEAST = {
    "Am-241": "6e13 6e11 6e10 6e8 1e4", "Cs-137": "1e14 1e12 1e11 1e9 1e4", "Co-60": "3e13 3e11 3e10 3e8 1e5",
    "Ir-192": "8e13 8e11 8e10 8e8 1e4", "Se-75": "2e14 2e12 2e11 2e9 1e6", "Sr-90": "1e15 1e13 1e12 1e10 1e4",
    "Kr-85": "3e16 3e14 3e13 3e11 1e4", "Ra-226": "4e13 4e11 4e10 4e8 1e4", "Cf-252": "2e13 2e11 2e10 2e8 1e4",
    "I-131": "2e14 2e12 2e11 2e9 1e6",
}  # fmt: skip
ROMAN = ("I", "II", "III", "IV", "V", "豁免")


@pytest.fixture(scope="module")
def sources(rules: Rules) -> SourceRules:
    return source_rules(rules, DAY)


@pytest.mark.parametrize("nuclide", LEAST)
@pytest.mark.parametrize("place", range(5))
def test_categories_just_below_at_and_just_above(sources: SourceRules, nuclide: str, place: int) -> None:
    """An activity equal to the least of a category is in it."""
    edge = Fraction(LEAST[nuclide].split()[place])
    found = [sources.nuclide(nuclide).category(value) for value in (edge - 1, edge, edge + 1)]
    assert found == [ROMAN[place + 1], ROMAN[place], ROMAN[place]]


def test_least_activities_are_multiples_of_d(sources: SourceRules) -> None:
    """I 1000 D, II 10 D, III D, IV 0.01 D, for every nuclide of the table."""
    assert len(sources.nuclides) == 27
    for nuclide in sources.nuclides.values():
        assert [least / nuclide.d_value for least in nuclide.least[:4]] == [1000, 10, 1, Fraction(1, 100)], nuclide.name


@pytest.mark.parametrize("name", ["Cs-137", "Cs137", "137Cs", "137-Cs", "cs-137"])
def test_a_nuclide_by_many_names(sources: SourceRules, name: str) -> None:
    assert sources.nuclide(name).name == "Cs-137"


def test_a_stock_adds_a_over_d(sources: SourceRules) -> None:
    """3e10/1e11 + 2.1e10/3e10 = 0.3 + 0.7 = 1: category III though each alone is IV."""
    assert sources.mixed({"Cs-137": "3e10", "Co-60": "2.1e10"}) == (1, "III")
    assert sources.mixed({"Cs-137": "3e10", "Co-60": "2.0999e10"})[1] == "IV"
    assert sources.mixed({"Cs-137": "5e3", "Co-60": "5e4"})[1] == "V"  # 0.5 + 0.5 of the exempt activities
    assert sources.mixed({"Cs-137": "4e3", "Co-60": "5e4"})[1] == "豁免"


@pytest.mark.parametrize("stock", [{}, {"Cs-137": None}, {"Cs-137": -1}, {"Xx-1": 1}, {"Cs-137": 1, "137Cs": 1}])
def test_bad_stocks_are_refused(sources: SourceRules, stock: dict[str, object]) -> None:
    with pytest.raises(InputError):
        sources.mixed(stock)


def test_decay_by_hand() -> None:
    """Two half-lives leave a quarter; half of one leaves 1/√2."""
    assert decayed("1e12", "5.27", "10.54") == Fraction(25 * 10**10)
    assert float(decayed(1, 2, 1)) == pytest.approx(0.5**0.5, rel=1e-15)
    assert decayed(8, 1, 0) == 8
    assert decayed(10**15, 1, 10**6) == 0
    for arguments in ((1, 0, 1), (1, -1, 1), (1, 1, -1), (None, 1, 1)):
        with pytest.raises(InputError):
            decayed(*arguments)


@given(st.integers(1, 10**15), st.integers(1, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_decay_in_two_steps_is_decay_in_one(activity: int, half_life: int, first: int, second: int) -> None:
    one = decayed(activity, half_life, first + second)
    two = decayed(decayed(activity, half_life, first), half_life, second)
    assert float(two) == pytest.approx(float(one), rel=1e-12)


LEGAL = {
    ("in_use", "put_aside"): "idle", ("idle", "use_again"): "in_use", ("in_use", "send"): "in_transfer",
    ("idle", "send"): "in_transfer", ("in_transfer", "receive"): "in_use", ("in_transfer", "call_back"): "idle",
    ("idle", "store"): "stored", ("idle", "return"): "returned", ("idle", "retire"): "retired",
    ("in_use", "report_missing"): "missing", ("idle", "report_missing"): "missing",
    ("in_transfer", "report_missing"): "missing", ("missing", "recover"): "idle",
}  # fmt: skip
STATES = ("in_use", "idle", "in_transfer", "stored", "returned", "retired", "missing")


@pytest.mark.parametrize(
    ("state", "action"), list(itertools.product(STATES, dict.fromkeys(action for _, action in LEGAL)))
)
def test_every_pair_of_the_ledgers_states_and_actions(rules: Rules, state: str, action: str) -> None:
    table = ledger_states(rules)
    assert tuple(table.states) == STATES
    if (state, action) in LEGAL:
        assert table.move(state, action).after == LEGAL[state, action]
    else:
        with pytest.raises(SaishangError, match="not possible"):
            table.move(state, action)


SOURCE = LedgerSource(
    "NX1234567890", "Cs-137", Fraction(10**12), date(2020, 1, 1), "II", "idle", date(2026, 1, 31), seen_on=DAY
)


def kinds(rules: Rules, source: LedgerSource, on: date) -> list[str]:
    return [alarm.kind for alarm in ledger_alarms([source], on, ledger_rules(rules), source_rules(rules, on))]


@pytest.mark.parametrize(("day", "alarm"), [(date(2026, 4, 30), False), (date(2026, 5, 1), True)])
def test_idle_for_more_than_three_months(rules: Rules, day: date, alarm: bool) -> None:
    """Idle since 31 January: 30 April is the last day (April has no 31st)."""
    assert ("idle_overdue" in kinds(rules, replace(SOURCE, seen_on=day), day)) is alarm
    assert "idle_overdue" not in kinds(rules, replace(SOURCE, category="IV", seen_on=day), day)


@pytest.mark.parametrize(("day", "alarm"), [(date(2026, 2, 20), False), (date(2026, 2, 21), True)])
def test_a_transfer_without_receipt(rules: Rules, day: date, alarm: bool) -> None:
    assert kinds(rules, replace(SOURCE, state="in_transfer"), day) == (["transfer_overdue"] if alarm else [])


@pytest.mark.parametrize(("day", "alarm"), [(date(2026, 7, 1), False), (date(2026, 7, 2), True)])
def test_a_source_that_no_stock_taking_found(rules: Rules, day: date, alarm: bool) -> None:
    """Last seen on 1 June, thirty days."""
    assert ("not_confirmed" in kinds(rules, replace(SOURCE, state="in_use"), day)) is alarm


def test_missing_sources_and_old_licences(rules: Rules) -> None:
    assert kinds(rules, replace(SOURCE, state="missing"), DAY) == ["missing"]
    ended = replace(SOURCE, state="in_use", licence_until=date(2026, 5, 31))
    assert "licence_expired" in kinds(rules, ended, DAY)
    assert "licence_expired" not in kinds(rules, replace(ended, licence_until=DAY), DAY)
    assert kinds(rules, replace(SOURCE, state="stored"), date(2030, 1, 1)) == []


def test_a_source_that_decayed_is_a_hint_and_the_licence_stays(rules: Rules) -> None:
    """1e12 Bq of Cs-137 is exactly category II when new; any decay makes it III."""
    alarms = ledger_alarms([replace(SOURCE, state="in_use")], DAY, ledger_rules(rules), source_rules(rules, DAY))
    assert [(alarm.kind, alarm.note) for alarm in alarms] == [("category_lower", "III")]
    fresh = replace(SOURCE, state="in_use", activity=Fraction(9 * 10**12))
    assert kinds(rules, fresh, DAY) == []


def test_months_end_where_days_do() -> None:
    assert months_later(date(2025, 11, 30), 3) == date(2026, 2, 28)
    assert months_later(date(2023, 11, 30), 3) == date(2024, 2, 29)
    assert months_later(date(2026, 10, 1), 3) == date(2027, 1, 1)


@pytest.mark.parametrize("code", ["", "NX123", "NX12345678901", "NX12345678-0"])
def test_a_source_code_has_twelve_letters_and_digits(code: str) -> None:
    assert read_code(" nx1234567890 ") == "NX1234567890"
    with pytest.raises(InputError):
        read_code(code)
