"""Zero-waste indicators of 2021, measures on hazardous-waste manifests, list of new pollutants of 2023."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.numbers import InputError, exact
from saishang.science.waste.from_rules import (
    manifest_digits,
    manifest_states,
    new_pollutants,
    streams,
    zero_waste_indicators,
)
from saishang.science.waste.manifest import Manifest, alarms_of, chain_totals, confirm_by, read_number
from saishang.science.waste.new_pollutants import screen_inventory

DAY = date(2026, 6, 1)
LEGAL = {
    ("drafted", "hand_over"): "in_transit",
    ("drafted", "cancel"): "cancelled",
    ("in_transit", "arrive"): "arrived",
    ("arrived", "accept"): "accepted",
    ("arrived", "refuse"): "refused",
    ("refused", "return"): "returned",
    ("accepted", "treat"): "treated",
}
STATES = ("drafted", "in_transit", "arrived", "accepted", "refused", "returned", "treated", "cancelled")


def test_58_indicators_25_of_them_required(rules: Rules) -> None:
    found = zero_waste_indicators(rules, DAY)
    assert [indicator.no for indicator in found] == list(range(1, 59))
    assert sum(indicator.required for indicator in found) == 25
    assert len({indicator.level1 for indicator in found}) == 5


def test_the_list_is_in_force_from_its_issue(rules: Rules) -> None:
    assert zero_waste_indicators(rules, date(2021, 12, 9)) == ()


@pytest.mark.parametrize(
    ("number", "parts"),
    [("20246401000123", (2024, "64", "01", 123)), ("20226405999999", (2022, "64", "05", 999999)),
     (" 20246401000001 ", (2024, "64", "01", 1))],
)  # fmt: skip
def test_number_of_a_manifest(rules: Rules, number: str, parts: tuple[int, str, str, int]) -> None:
    found = read_number(number, manifest_digits(rules))
    assert (found.year, found.province, found.city, found.serial) == parts


@pytest.mark.parametrize(
    "number", ["20246401000123", "２０２４６４０１０００１２３", "2024 6401 000123", 20246401000123]
)
def test_a_number_is_read_in_any_width_and_grouping(rules: Rules, number: object) -> None:
    found = read_number(number, manifest_digits(rules))
    assert (found.year, found.province, found.city, found.serial) == (2024, "64", "01", 123)


@pytest.mark.parametrize(
    "number",
    ["2024640100012", "202464010001234", "2024640100012a", "", None, True, "20246401000000", "19986401000123"],
)  # fmt: skip
def test_what_is_no_number_is_refused(rules: Rules, number: object) -> None:
    with pytest.raises(InputError):
        read_number(number, manifest_digits(rules))


@pytest.mark.parametrize(
    ("state", "action"), list(itertools.product(STATES, dict.fromkeys(action for _, action in LEGAL)))
)
def test_every_pair_of_a_manifests_states_and_actions(rules: Rules, state: str, action: str) -> None:
    table = manifest_states(rules)
    assert tuple(table.states) == STATES
    if (state, action) in LEGAL:
        assert table.move(state, action).after == LEGAL[state, action]
    else:
        with pytest.raises(SaishangError, match="not possible"):
            table.move(state, action)


@pytest.mark.parametrize(
    ("arrived", "due"),
    [
        (date(2026, 6, 1), date(2026, 6, 8)),  # a Monday: Tuesday to Friday, Monday
        (date(2026, 6, 5), date(2026, 6, 12)),  # a Friday
        (date(2026, 6, 6), date(2026, 6, 12)),  # a Saturday
        (date(2026, 12, 28), date(2027, 1, 4)),  # across the year
    ],
)
def test_five_working_days_to_confirm(arrived: date, due: date) -> None:
    assert confirm_by(arrived, 5, frozenset(), frozenset()) == due


def test_holidays_and_worked_weekends_move_the_day() -> None:
    """National Day week of 2026 as an example: 1 to 7 October off, Saturday 10 October worked."""
    holidays = frozenset(date(2026, 10, day) for day in range(1, 8))
    worked = frozenset({date(2026, 10, 10)})
    # From Wednesday 30 September: 8, 9, 10 (worked Saturday), 12, 13 October.
    assert confirm_by(date(2026, 9, 30), 5, holidays, worked) == date(2026, 10, 13)


def transfer(number: str = "m", **facts: object) -> Manifest:
    usual: dict[str, object] = {
        "waste": "900-249-08", "shipper": "a", "receiver": "b", "shipped": exact("10"), "accepted": exact("10"),
        "treated": exact("10"), "arrived_on": date(2026, 5, 4), "accepted_on": date(2026, 5, 6),
    }  # fmt: skip
    return Manifest(number, **{**usual, **facts})  # type: ignore[arg-type]


def kinds(*items: Manifest, on: date = DAY, tolerance: object = 3) -> list[str]:
    return [alarm.kind for alarm in alarms_of(items, on, tolerance_percent=tolerance)]


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [("9.69", ["mass_lost"]), ("9.7", []), ("10", []), ("10.3", []), ("10.31", ["mass_gained"])],
)
def test_mass_just_below_at_and_just_above_the_tolerance(accepted: str, expected: list[str]) -> None:
    """3% of 10 t is 0.3 t; equal to the tolerance is no alarm."""
    assert kinds(transfer(accepted=exact(accepted), treated=exact(accepted))) == expected


@pytest.mark.parametrize(("days", "late"), [(6, False), (7, False), (8, True)])
def test_confirmation_just_before_on_and_after_the_last_day(days: int, late: bool) -> None:
    """Arrived on Monday 4 May: Monday 11 May is the last day."""
    confirmed = transfer(accepted_on=date(2026, 5, 4) + timedelta(days=days))
    assert ("confirmation_late" in kinds(confirmed)) is late
    waiting = transfer(accepted=None, treated=None, accepted_on=None)
    assert ("confirmation_late" in kinds(waiting, on=date(2026, 5, 4) + timedelta(days=days))) is late


def test_more_treated_than_accepted_is_an_alarm_even_within_the_tolerance() -> None:
    assert kinds(transfer(treated=exact("10.01"))) == ["mass_gained"]


@pytest.mark.parametrize(("day", "expected"), [(date(2027, 5, 6), []), (date(2027, 5, 7), ["not_treated"])])
def test_waste_waits_a_year_at_most(day: date, expected: list[str]) -> None:
    assert kinds(transfer(treated=exact("9")), on=day) == expected


def test_missing_masses_and_doubled_numbers_are_told() -> None:
    assert kinds(transfer(shipped=None)) == ["mass_missing"]
    assert kinds(transfer(accepted=None, treated=None)) == ["mass_missing"]
    assert kinds(transfer("x"), transfer("x")) == ["number_twice"]
    assert kinds(transfer(refused=True, accepted=None, accepted_on=None)) == []


def test_totals_of_a_chain_add_up() -> None:
    """10 accepted as 9.8 and treated to 9; 5 still on the way; one untold; the refused one does not count."""
    found = chain_totals(
        [
            transfer("a", accepted=exact("9.8"), treated=exact("9")),
            transfer("b", shipped=exact("5"), accepted=None, treated=None, accepted_on=None),
            transfer("c", shipped=None),
            transfer("d", refused=True),
        ]
    )
    assert (found.shipped, found.accepted, found.on_the_way) == (15, exact("9.8"), 5)
    assert (found.treated, found.waiting, found.open) == (9, exact("0.8"), 1)


def test_14_entries_of_new_pollutants_ten_of_them_eliminated(rules: Rules) -> None:
    found = new_pollutants(rules, DAY)
    assert {item.entry for item in found.substances.values()} == set(range(1, 15))
    assert sum(item.group == "eliminated" for item in found.substances.values()) == 10
    measures = set(rules.document("standards/waste/waste")["measures"])
    assert all(item.measures and set(item.measures) <= measures for item in found.substances.values())
    assert new_pollutants(rules, date(2023, 2, 28)).substances == {}


def test_an_inventory_is_searched_by_number_then_by_name(rules: Rules) -> None:
    listed = new_pollutants(rules, DAY)
    lines = [("lindane", "58-89-9"), ("", "75-09-2"), ("三氯甲烷", ""), ("water", "7732-18-5"), ("DDT", "2385-85-5")]
    found = screen_inventory(lines, listed)
    assert [item.substance.zh if item.substance else None for item in found] == [
        "林丹", "二氯甲烷", "三氯甲烷", None, "灭蚁灵",
    ]  # fmt: skip
    assert [item.contradiction for item in found] == [False, False, False, False, True]


def test_every_stream_has_words_for_its_flows(rules: Rules) -> None:
    flows = rules.document("standards/waste/waste")["flows"]
    for stream in streams(rules).values():
        assert {*stream.sources, *stream.sinks, stream.rate} <= set(flows)
        assert stream.rate in stream.sinks and not set(stream.sources) & set(stream.sinks)
