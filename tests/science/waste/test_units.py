"""Manifests against numbers, licences, capacities and a unit's year; every expected value is worked out by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from saishang.rules import Rules
from saishang.science.waste.balance import balance
from saishang.science.waste.from_rules import manifest_digits, setting, streams
from saishang.science.waste.manifest import Manifest, alarms_of
from saishang.science.waste.units import (
    Account,
    Unit,
    category_of,
    number_alarms,
    receiver_alarms,
    unit_balance,
)

CITIES = {"6401", "6402", "6403", "6404", "6405"}
HANDLER = Unit(
    "H1", "甲", True, frozenset({"HW08", "HW49"}), date(2024, 1, 1), date(2026, 6, 30), Fraction(100)
)  # fmt: skip


def load(record: str = "R1", **facts: Any) -> Manifest:
    usual: dict[str, Any] = {
        "number": "20266401000001", "waste": "900-249-08", "shipper": "P1", "receiver": "H1", "shipped": Fraction(10),
        "accepted": Fraction(10), "arrived_on": date(2026, 3, 3), "accepted_on": date(2026, 3, 4),
        "shipped_on": date(2026, 3, 2), "record": record,
    }  # fmt: skip
    return Manifest(**{**usual, **facts})


def kinds(*items: Manifest, units: dict[str, Unit] | None = None) -> list[tuple[str, str]]:
    known = {"H1": HANDLER} if units is None else units
    return [(alarm.manifest, alarm.kind) for alarm in receiver_alarms(items, known)]


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        ("20266401000001", False), ("20266405999999", False),
        ("20266406000001", True),  # there is no sixth city
        ("20266400000001", True),
        ("20256401000001", False),  # filled in at the end of the year before
        ("20246401000001", True), ("20276401000001", True),
        ("20266401000000", True),  # serial numbers begin at 1
        ("2026640100001", True), ("202664010000011", True),
        ("20261501000001", False),  # another province's cities are not known here
    ],
)  # fmt: skip
def test_numbers_that_cannot_be(rules: Rules, number: str, wrong: bool) -> None:
    found = number_alarms([load(number=number)], manifest_digits(rules), CITIES, "64")
    assert [alarm.kind for alarm in found] == (["number_wrong"] if wrong else [])


def test_a_number_used_twice_names_the_other_record() -> None:
    alarms = alarms_of([load("R1"), load("R2"), load("R3")], date(2026, 3, 5), tolerance_percent=3)
    assert [(alarm.manifest, alarm.kind, alarm.other) for alarm in alarms] == [
        ("R2", "number_twice", "R1"), ("R3", "number_twice", "R1"),
    ]  # fmt: skip


def test_category_is_the_end_of_the_code() -> None:
    assert category_of("900-249-08") == "HW08"
    assert category_of(" 271-002-02 ") == "HW02"


@pytest.mark.parametrize(
    ("shipped", "accepted", "bad"),
    [
        (date(2023, 12, 31), None, True), (date(2024, 1, 1), None, False),
        (date(2026, 6, 30), None, False), (date(2026, 7, 1), None, True),
        (date(2026, 6, 29), date(2026, 6, 30), False), (date(2026, 6, 30), date(2026, 7, 1), True),
    ],
)  # fmt: skip
def test_the_licence_on_its_first_and_last_day(shipped: date, accepted: date | None, bad: bool) -> None:
    item = load(shipped_on=shipped, accepted_on=accepted, accepted=None if accepted is None else Fraction(10))
    assert kinds(item) == ([("R1", "licence_not_valid")] if bad else [])


def test_receivers_that_may_not_take_the_waste() -> None:
    assert kinds(load(receiver="H9")) == [("R1", "receiver_unknown")]
    assert kinds(load(), units={"H1": Unit("H1", "甲", False)}) == [("R1", "receiver_not_licensed")]
    assert kinds(load(waste="271-002-02")) == [("R1", "waste_not_licensed")]
    undated = Unit("H1", "甲", True, frozenset({"HW08"}))
    assert kinds(load(), units={"H1": undated}) == [("R1", "licence_not_valid")]
    closed = Unit("H1", "甲", True, frozenset({"HW08"}), date(2024, 1, 1), date(2028, 1, 1), None, operating=False)
    assert kinds(load(accepted=None, accepted_on=None), units={"H1": closed}) == [("R1", "unit_out_of_work")]
    assert kinds(load(), units={"H1": closed}) == []


@pytest.mark.parametrize(("last", "over"), [("39.999", None), ("40", None), ("40.001", Fraction(1, 1000))])
def test_capacity_just_below_at_and_above(last: str, over: Fraction | None) -> None:
    """60 t and then 39.999, 40 or 40.001 t against 100 t a year."""
    first = load("R1", accepted=Fraction(60), accepted_on=date(2026, 2, 1))
    second = load("R2", accepted=Fraction(last), accepted_on=date(2026, 2, 2))
    found = receiver_alarms([second, first], {"H1": HANDLER})
    assert [(a.manifest, a.kind, a.difference) for a in found] == ([("R2", "over_capacity", over)] if over else [])


def test_capacity_is_of_a_calendar_year_and_refused_loads_take_no_room() -> None:
    old = load("R1", accepted=Fraction(90), shipped_on=date(2025, 12, 30), accepted_on=date(2025, 12, 31))
    new = load("R2", accepted=Fraction(90), accepted_on=date(2026, 1, 5))
    refused = load("R3", accepted=Fraction(90), accepted_on=date(2026, 1, 6), refused=True)
    assert kinds(old, new, refused) == []


YEAR = Account("P1", 2026, Fraction(10), Fraction(100), Fraction(20), Fraction(30))


@pytest.mark.parametrize(
    ("shipped", "verdict"),
    [
        ("58.899", "missing_mass"), ("58.9", "balanced"), ("58.901", "balanced"), ("60", "balanced"),
        ("61.099", "balanced"), ("61.1", "balanced"), ("61.101", "surplus_mass"),
    ],
)  # fmt: skip
def test_a_units_year_at_the_tolerance(shipped: str, verdict: str) -> None:
    """10 + 100 came in, 1 % of 110 is 1.1: 20 + 30 + handed over must lie within 108.9 and 111.1."""
    assert unit_balance(YEAR, [load(shipped=Fraction(shipped))], 1).verdict == verdict


def test_a_units_year_counts_what_left_and_came_in_that_year() -> None:
    items = [
        load("R1", shipped=Fraction(60)),
        load("R2", shipped=Fraction(7), shipped_on=date(2025, 12, 31)),
        load("R3", shipped=Fraction(9), refused=True, returned=True),
        load("R4", shipper="P2", receiver="P1", accepted=Fraction(5)),
    ]
    found = unit_balance(YEAR, items, 1)
    # 10 + 100 + 5 = 115 against 20 + 60 + 30 = 110.
    assert (found.sources, found.sinks, found.verdict) == (115, 110, "missing_mass")


def test_a_units_year_with_a_part_missing_cannot_tell() -> None:
    open_year = Account("P1", 2026, Fraction(10), None, Fraction(20), Fraction(30))
    found = unit_balance(open_year, [load(shipped=None)], 1)
    assert (found.verdict, found.missing) == ("cannot_tell", ("generated", "shipped"))


@pytest.mark.parametrize("stream", ["industrial", "hazardous", "household", "construction", "agricultural", "e_waste"])
def test_no_stream_of_a_region_balances_with_a_part_missing(rules: Rules, stream: str) -> None:
    """All parts 0 balance; without any one of them, transfers over the border included, there is no verdict."""
    whole = streams(rules)[stream].of_region
    flows = dict.fromkeys((*whole.sources, *whole.sinks), 0)
    assert {"received", "shipped"} <= set(flows)
    assert balance(whole, flows, 1).verdict == "balanced"
    for flow in flows:
        told = balance(whole, {**flows, flow: None}, 1)
        assert (told.verdict, told.missing) == ("cannot_tell", (flow,))


@pytest.mark.parametrize(
    ("closing", "verdict"),
    [("98.999", "missing_mass"), ("99", "balanced"), ("100", "balanced"), ("101", "balanced"),
     ("101.001", "surplus_mass")],
)  # fmt: skip
def test_a_region_at_the_tolerance_of_the_rules(rules: Rules, closing: str, verdict: str) -> None:
    """60 + 30 + 10 = 100 came in, 1 % of it is 1; everything is stored."""
    assert setting(rules, "balance_tolerance_percent") == 1
    flows = {
        "generated": 60, "opening": 30, "received": 10, "used": 0, "disposed": 0, "discarded": 0, "shipped": 0,
        "closing": closing,
    }  # fmt: skip
    found = balance(streams(rules)["industrial"].of_region, flows, setting(rules, "balance_tolerance_percent"))
    assert found.verdict == verdict
