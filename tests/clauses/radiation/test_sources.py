"""Categories of radioactive sources (announcement 62 of 2005), decay, the ledger's states and terms."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.numbers import InputError
from saishang.science.periods import months_later
from saishang.science.radiation.from_rules import (
    alarm_kinds,
    ledger_kind,
    ledger_states,
    loss_grade,
    source_rules,
)
from saishang.science.radiation.ledger import AlarmName, category_check, ledger_alarms, read_code
from saishang.science.radiation.sources import SourceRules, decayed
from saishang.science.register.figures import Standing
from saishang.science.register.kind import Kind

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
        move = next(move for move in table.moves(state) if move.action == action)
        assert table.move(state, action, move.evidence).after == LEGAL[state, action]
        # What leaves somebody's hands, or is lost or found, is proven by a paper; putting aside is not.
        assert bool(move.evidence) is (action not in {"put_aside", "use_again", "call_back"})
        if move.evidence:
            with pytest.raises(SaishangError, match="missing"):
                table.move(state, action)
    else:
        with pytest.raises(SaishangError, match="not possible"):
            table.move(state, action)


@pytest.fixture(scope="module")
def ledger(rules: Rules) -> Kind:
    return ledger_kind(rules)


VALUES = {
    "nuclide": "Cs-137", "activity": "1e12", "activity_on": "2020-01-01", "category": "II", "seen_on": "2026-06-01",
    "licence_until": "2030-12-31",
}  # fmt: skip
SOURCE = Standing("NX1234567890", "idle", date(2026, 1, 31), VALUES)


def source(state: str = "in_use", **values: str | None) -> Standing:
    return replace(SOURCE, state=state, values={**VALUES, **values})


def kinds(rules: Rules, ledger: Kind, entry: Standing, on: date) -> list[str]:
    """Names of the alarms, without the hint that the caesium has decayed below category II."""
    found = ledger_alarms(ledger, [entry], on, source_rules(rules, on))
    return [alarm.kind for alarm in found if alarm.kind != "category_lower"]


@pytest.mark.parametrize(("day", "alarm"), [(date(2026, 4, 30), False), (date(2026, 5, 1), True)])
def test_idle_for_more_than_three_months(rules: Rules, ledger: Kind, day: date, alarm: bool) -> None:
    """Idle since 31 January: 30 April is the last day (April has no 31st)."""
    seen = day.isoformat()
    assert kinds(rules, ledger, source("idle", seen_on=seen), day) == (["idle"] if alarm else [])
    weak = source("idle", seen_on=seen, category="IV", activity="1e9")
    assert kinds(rules, ledger, weak, day) == []


@pytest.mark.parametrize(("day", "alarm"), [(date(2026, 2, 20), False), (date(2026, 2, 21), True)])
def test_a_transfer_without_receipt(rules: Rules, ledger: Kind, day: date, alarm: bool) -> None:
    assert kinds(rules, ledger, source("in_transfer"), day) == (["transfer"] if alarm else [])


@pytest.mark.parametrize(("day", "alarm"), [(date(2026, 7, 1), False), (date(2026, 7, 2), True)])
def test_a_source_that_no_stock_taking_found(rules: Rules, ledger: Kind, day: date, alarm: bool) -> None:
    """Last seen on 1 June, thirty days."""
    assert kinds(rules, ledger, source(), day) == (["stock_taking"] if alarm else [])


@pytest.mark.parametrize(("day", "alarm"), [(date(2026, 3, 2), False), (date(2026, 3, 3), True)])
def test_a_source_that_nobody_ever_saw_runs_from_its_state(rules: Rules, ledger: Kind, day: date, alarm: bool) -> None:
    """In use since 31 January; thirty days on is 2 March. A day that was not entered stops no clock."""
    assert kinds(rules, ledger, source(seen_on=None), day) == (["stock_taking"] if alarm else [])


def test_missing_sources_and_old_licences(rules: Rules, ledger: Kind) -> None:
    assert kinds(rules, ledger, source("missing"), DAY) == ["missing"]
    for until, told in (
        ("2026-05-31", ["licence"]),
        ("2026-06-01", []),
        ("2026-06-02", []),
        (None, ["licence_unknown"]),
    ):
        assert kinds(rules, ledger, source(licence_until=until), DAY) == told
    for state in ("stored", "returned", "retired"):
        assert kinds(rules, ledger, source(state), date(2040, 1, 1)) == []


def test_a_source_that_decayed_is_a_hint_and_the_licence_stays(rules: Rules, ledger: Kind) -> None:
    """1e12 Bq of Cs-137 is exactly category II when new; any decay makes it III."""
    alarms = ledger_alarms(ledger, [source()], DAY, source_rules(rules, DAY))
    assert [(alarm.kind, alarm.note) for alarm in alarms] == [("category_lower", "III")]
    assert ledger_alarms(ledger, [source(activity="9e12")], DAY, source_rules(rules, DAY)) == ()


@pytest.mark.parametrize(
    ("activity", "told"),
    [("999999999999", []), ("1e12", ["category_higher"]), ("1000000000001", ["category_higher"])],
)
def test_a_licence_that_says_less_than_the_activity(rules: Rules, ledger: Kind, activity: str, told: list[str]) -> None:
    """Licence III; 1e12 Bq of Cs-137 is category II from exactly 10 D (D = 1e11 Bq)."""
    on = date(2020, 1, 1)
    entry = source(category="III", activity=activity, seen_on="2020-01-01")
    found = ledger_alarms(ledger, [replace(entry, since=on)], on, source_rules(rules, on))
    assert [alarm.kind for alarm in found] == told


@pytest.mark.parametrize("field", ["nuclide", "activity", "activity_on", "category"])
def test_a_category_that_cannot_be_checked_is_no_pass(rules: Rules, ledger: Kind, field: str) -> None:
    assert kinds(rules, ledger, source(**{field: None}), DAY) == ["category_unknown"]
    assert category_check({**VALUES, "nuclide": "Xx-1"}, DAY, source_rules(rules, DAY)) is None


def test_the_activity_of_a_day_by_hand(rules: Rules) -> None:
    """Half-life 30.08 a: after 6 years of 365.25 days 2^(-6/30.08) = 0.870900… is left."""
    on = date(2020, 1, 1) + timedelta(days=2191)  # 2191.5 days are six years
    check = category_check({**VALUES}, on, source_rules(rules, on))
    assert check is not None and check.activity is not None
    assert float(check.activity) == pytest.approx(1e12 * 2 ** (-(2191 / 365.25) / 30.08), rel=1e-12)
    assert (check.new, check.now) == ("II", "III")


def test_alarms_have_words_and_terms_come_from_the_register_alone(rules: Rules, ledger: Kind) -> None:
    alarms = alarm_kinds(rules, ledger)
    assert {alarm.term for alarm in alarms.values() if alarm.term} == {term.id for term in ledger.terms}
    assert all(alarm.zh and alarm.en and alarm.todo_zh and alarm.todo_en for alarm in alarms.values())
    # Every kind of alarm that the module can raise has its words.
    assert set(alarms) == set(get_args(AlarmName))
    for term in ledger.terms:
        assert (alarms[term.id].source, alarms[term.id].clause) == (term.source, term.clause)


def test_what_is_lost_has_the_grade_of_its_category(rules: Rules) -> None:
    """Reference: I and II lost is serious, III considerable, IV and V ordinary."""
    told = [loss_grade(rules, category).get("zh") for category in ("I", "II", "III", "IV", "V", "VI")]
    assert told == ["重大辐射事故", "重大辐射事故", "较大辐射事故", "一般辐射事故", "一般辐射事故", None]


def test_months_end_where_days_do() -> None:
    assert months_later(date(2025, 11, 30), 3) == date(2026, 2, 28)
    assert months_later(date(2023, 11, 30), 3) == date(2024, 2, 29)
    assert months_later(date(2026, 10, 1), 3) == date(2027, 1, 1)


@pytest.mark.parametrize("code", ["", "NX123", "NX12345678901", "NX12345678-0"])
def test_a_source_code_has_twelve_letters_and_digits(code: str) -> None:
    assert read_code(" nx1234567890 ") == "NX1234567890"
    with pytest.raises(InputError):
        read_code(code)
