"""Values of entries: what is taken, what is refused with its remedy; expectations written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from saishang.rules import load_rules
from saishang.science.register.kind import Field, Kind, read_kinds
from saishang.science.register.values import matches, read_entry, read_value, shown

RULES = load_rules()
PLOTS: Kind = read_kinds(RULES)["construction_plots"]
GOOD = {"code": "640104-2026-001", "name": "老化工厂地块", "region": "兴庆区", "area": "12,345.60"}


def field(**said: Any) -> Field:
    return Field(id="x", zh="项", en="item", **{"type": "number", **said})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("12", "12"), ("0.10", "0.10"), ("１２．５", "12.5"), ("1,234,567.8", "1234567.8"), ("-3", "-3"),
        ("1e3", "1000"), ("0", "0"),
    ],
)  # fmt: skip
def test_a_number_is_kept_as_its_decimal_text(given: str, kept: str) -> None:
    assert read_value(field(), given, {}) == kept


@pytest.mark.parametrize(
    ("said", "given", "words"),
    [
        ({"least": 0}, "-0.01", "at least 0"),
        ({"most": 100}, "100.01", "at most 100"),
        ({"decimals": 2}, "1.005", "at most 2 decimal places"),
        ({}, "12 吨", "a number"),
        ({}, "1,23", "a number"),
        ({}, "NaN", "a finite number"),
        ({}, "1e99", "a finite number"),
        ({"type": "integer"}, "2.5", "a whole number"),
        ({"type": "date"}, "2026-02-30", "a day"),
        ({"type": "date"}, "昨天", "a day"),
        ({"type": "truth"}, "也许", "yes or no"),
        ({"type": "text", "length": 3}, "四个字的", "at most 3 characters"),
        ({"type": "text"}, "a\x00b", "control characters"),
        ({"type": "text", "pattern": "[A-Z]{2}", "form_en": "two capital letters"}, "AB1", "two capital letters"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_what_was_expected(said: dict[str, Any], given: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_value(field(**said), given, {})


@pytest.mark.parametrize(
    ("said", "given"), [({"least": 0}, "0"), ({"most": 100}, "100.00"), ({"decimals": 2}, "1.50000")]
)
def test_the_limit_itself_is_taken(said: dict[str, Any], given: str) -> None:
    assert read_value(field(**said), given, {}) == given


@pytest.mark.parametrize(
    "given", ["2026-03-01", "2026/3/1", "2026年3月1日", "20260301", "2026.03.01", "2026-03-01 00:00:00", "46082"]
)
def test_a_day_is_read_as_people_and_spreadsheets_write_it(given: str) -> None:
    # 46082 days after 1899-12-30 is 2026-03-01 (45658 is 2025-01-01; 365 + 31 + 28 days later).
    assert read_value(field(type="date"), given, {}) == "2026-03-01"


def test_an_entry_lists_every_fault_in_the_order_of_the_fields() -> None:
    values, faults = read_entry(
        PLOTS, {"code": "x", "region": "没有这个区", "area": "-1", "name": "  "}, RULES.regions, state="survey_due"
    )
    assert [(fault.field, fault.content) for fault in faults] == [
        ("code", "x"), ("name", ""), ("region", "没有这个区"), ("area", "-1"),
    ]  # fmt: skip
    assert all(fault.fix for fault in faults)
    assert values["area"] is None


def test_a_region_is_found_by_name_short_name_or_code_and_kept_as_its_code() -> None:
    for name in ("兴庆区", "兴庆", "640104"):
        values, faults = read_entry(PLOTS, GOOD | {"region": name}, RULES.regions, state="survey_due")
        assert not faults
        assert values["region"] == "640104"
    assert values["area"] == "12345.60"


@pytest.mark.parametrize(
    ("state", "needs"),
    [
        ("survey_due", []),
        ("assessment_due", ["pollutants"]),
        ("clear", ["land_class"]),
        ("listed", ["land_class", "pollutants"]),
    ],
)
def test_some_fields_are_asked_for_in_some_states_only(state: str, needs: list[str]) -> None:
    _, faults = read_entry(PLOTS, GOOD, RULES.regions, state=state)
    assert [fault.field for fault in faults] == needs


def test_a_choice_is_taken_by_its_id_or_its_words() -> None:
    former = PLOTS.fields["former_use"]
    assert (
        read_value(former, "焦化", {})
        == read_value(former, "Coking", {})
        == read_value(former, "coking", {})
        == "coking"
    )
    with pytest.raises(ValueError, match="one of the choices"):
        read_value(former, "炼焦", {})
    assert (shown(former, "coking"), shown(former, "coking", "en")) == ("焦化", "coking")


def test_where_takes_the_state_and_fields_together() -> None:
    where = {"state": ("listed", "in_works"), "land_class": ("1",)}
    assert matches(where, {"land_class": "1"}, "listed")
    assert not matches(where, {"land_class": "2"}, "listed")
    assert not matches(where, {"land_class": "1"}, "clear")
    assert not matches(where, {"land_class": None}, "listed")
    assert matches({}, {}, "")
