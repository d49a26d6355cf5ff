"""Rates, balances and indicators by hand arithmetic, and their laws."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.rules import Rules, load_rules
from saishang.science.numbers import InputError, exact
from saishang.science.waste.balance import Stream, balance, together
from saishang.science.waste.from_rules import streams, zero_waste_indicators
from saishang.science.waste.rates import share_percent, utilisation_percent, zero_waste_share
from saishang.science.waste.zero_waste import INPUTS, completeness, indicator_value

INDUSTRIAL = streams(load_rules())["industrial"]


def test_utilisation_by_hand() -> None:
    """2300 / (4000 + 100) = 56.0976 %."""
    assert utilisation_percent(2300, 4000, 100) == Decimal("56.1")
    assert utilisation_percent(2300, 4000) == Decimal("57.5")


@pytest.mark.parametrize(
    ("masses", "words"),
    [((None, 1, 0), "missing"), ((1, None, 0), "missing"), ((1, 1, None), "missing"), ((-1, 1, 0), "negative"),
     ((1, 5, 2), "more than was used"), ((6, 5, 0), "than was generated"), ((0, 0, 0), "no rate")],
)  # fmt: skip
def test_utilisation_refuses_what_cannot_be(masses: tuple[Any, Any, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        utilisation_percent(*masses)


def test_share_of_cities() -> None:
    assert zero_waste_share(2, 5) == Decimal("40.0")
    assert share_percent(1, 3) == Decimal("33.3")
    for part, whole in ((6, 5), (1, 0), ("1.5", 5)):
        with pytest.raises(InputError):
            zero_waste_share(part, whole)


FLOWS = {"generated": 4000, "opening": 300, "used": 2300, "disposed": 1500, "discarded": 0, "closing": 500}


@pytest.mark.parametrize(
    ("closing", "verdict"),
    [
        ("456.99", "missing_mass"),
        ("457", "balanced"),
        ("500", "balanced"),
        ("543", "balanced"),
        ("543.01", "surplus_mass"),
    ],
)
def test_balance_just_below_at_and_just_above_the_tolerance(closing: str, verdict: str) -> None:
    """4300 t come in; 1% is 43 t."""
    assert balance(INDUSTRIAL, {**FLOWS, "closing": closing}, 1).verdict == verdict


def test_balance_tells_the_difference() -> None:
    found = balance(INDUSTRIAL, {**FLOWS, "closing": 457}, 1)
    assert (found.sources, found.sinks, found.difference, found.difference_percent) == (4300, 4257, 43, 1)


def test_a_flow_that_is_not_told_is_not_zero() -> None:
    for flows in ({**FLOWS, "discarded": None}, {k: v for k, v in FLOWS.items() if k != "discarded"}):
        found = balance(INDUSTRIAL, flows, 1)
        assert (found.verdict, found.missing, found.difference) == ("cannot_tell", ("discarded",), None)


def test_balance_refuses_unknown_flows_and_negative_masses() -> None:
    with pytest.raises(InputError, match="no flow"):
        balance(INDUSTRIAL, {**FLOWS, "burnt": 1}, 1)
    with pytest.raises(InputError, match="negative"):
        balance(INDUSTRIAL, {**FLOWS, "used": -1}, 1)


def test_holders_are_added_up_and_an_untold_flow_stays_untold() -> None:
    total = together([FLOWS, FLOWS], INDUSTRIAL)
    assert total["generated"] == 8000 and balance(INDUSTRIAL, dict(total), 0).verdict == "balanced"
    assert together([FLOWS, {**FLOWS, "used": None}], INDUSTRIAL)["used"] is None


@given(st.lists(st.integers(0, 10**9), min_size=4, max_size=4))
def test_a_stock_at_the_end_that_takes_the_rest_always_balances(masses: list[int]) -> None:
    generated, opening, used, disposed = masses
    stream = Stream("s", "", "", ("generated", "opening"), ("used", "disposed", "closing"), "used")
    rest = generated + opening - used - disposed
    if rest >= 0:
        flows = {"generated": generated, "opening": opening, "used": used, "disposed": disposed, "closing": rest}
        assert balance(stream, flows, 0).verdict == "balanced"


@pytest.mark.parametrize(
    ("number", "inputs", "value"),
    [
        (1, {"amount": 120000, "per": 80000}, "1.500"),  # t per 10⁴ yuan
        (3, {"part": 3, "whole": 4}, "75.0"),
        (11, {"value": "123.45"}, "123.4"),  # half to even
        (15, {"used": 2300, "generated": 4000, "of_which_old": 100}, "56.1"),
        (23, {"base": 20, "now": 15}, "25.0"),
        (27, {"base": 20, "now": 25}, "25.0"),
        (30, {"base": 20, "now": 25}, "-25.0"),
        (42, {"value": 12}, "12"),
        (58, {"value": "92.35"}, "92.4"),
    ],
)
def test_indicators_by_hand(rules: Rules, number: int, inputs: dict[str, object], value: str) -> None:
    indicator = zero_waste_indicators(rules, date(2026, 1, 1))[number - 1]
    assert str(indicator_value(indicator, inputs)) == value


def test_a_qualitative_indicator_is_words(rules: Rules) -> None:
    assert indicator_value(zero_waste_indicators(rules, date(2026, 1, 1))[39], {"text": "已建立"}) == "已建立"


def test_every_indicator_needs_each_of_its_inputs(rules: Rules) -> None:
    for indicator in zero_waste_indicators(rules, date(2026, 1, 1)):
        full: dict[str, object] = dict.fromkeys(INPUTS[indicator.kind], 1)
        for name in full:
            with pytest.raises(InputError, match=name):
                indicator_value(indicator, {**full, name: None})
        with pytest.raises(InputError, match="no input"):
            indicator_value(indicator, {**full, "guess": 1})


@pytest.mark.parametrize(("number", "inputs"), [(58, {"value": 101}), (58, {"value": -1}), (42, {"value": "1.5"}),
                                                (23, {"base": 0, "now": 1}), (1, {"amount": 1, "per": 0})])  # fmt: skip
def test_indicators_refuse_what_cannot_be(rules: Rules, number: int, inputs: dict[str, object]) -> None:
    with pytest.raises(InputError):
        indicator_value(zero_waste_indicators(rules, date(2026, 1, 1))[number - 1], inputs)


def test_completeness_counts_required_and_optional_apart(rules: Rules) -> None:
    found = completeness(zero_waste_indicators(rules, date(2026, 1, 1)), frozenset({1, 2, 5}))
    assert (found.required_given, found.required, found.optional_given, found.optional) == (2, 25, 1, 33)
    assert found.share_required == exact("0.08") and 3 in found.missing_required
    with pytest.raises(InputError, match="59"):
        completeness(zero_waste_indicators(rules, date(2026, 1, 1)), frozenset({59}))
