"""What stands in a cell. Expected values are written down by hand."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.lake.readers import values
from saishang.lake.readers.values import EMPTY, OK, REFUSED, CellRule, parse_cell, parse_column, parse_groups
from saishang.lake.units import conversion

PM = CellRule(
    "PM2.5",
    conversion("µg/m³", "µg/m³"),
    missing=frozenset({"-", "/", "na", "-99", "-9999"}),
    marks={"H": "too little data", "B": "instrument faulty", "RM": "rejected in review"},
    lowest=Decimal(0),
)
TEMPERATURE = CellRule("T", conversion("°C", "°C"), missing=frozenset({"-9999"}))


@pytest.mark.parametrize(
    ("text", "value", "qualifier"),
    [
        ("12", 12.0, None),
        (" 12.50 ", 12.5, None),
        (".5", 0.5, None),
        ("0", 0.0, None),
        ("1,234", 1234.0, None),
        ("1,234,567.5", 1234567.5, None),
        ("1.2E+2", 120.0, None),
        ("１２．５", 12.5, None),  # full-width digits and point
        ("＋７", 7.0, None),
        ("12.3(H)", 12.3, "H"),
        ("12.3（Ｈ）", 12.3, "H"),  # full-width brackets and letter
        ("12.3 [RM]", 12.3, "RM"),
        ("12H", 12.0, "H"),
        ("<0.5", 0.5, "<"),
        ("＜0.5", 0.5, "<"),
        ("小于0.5", 0.5, "<"),
        ("0.5L", 0.5, "<"),  # the mark of Chinese laboratory reports
    ],
)
def test_numbers_with_and_without_marks(text: str, value: float, qualifier: str | None) -> None:
    parsed = parse_cell(text, PM)
    assert (parsed.state, parsed.value, parsed.qualifier) == (OK, value, qualifier)


@pytest.mark.parametrize("text", ["<LOD", "ND", "未检出", "<检出限"])
def test_below_detection_without_a_limit_has_no_value_but_is_no_gap(text: str) -> None:
    parsed = parse_cell(text, PM)
    assert parsed.state == OK
    assert math.isnan(parsed.value)
    assert parsed.qualifier == "<"


@pytest.mark.parametrize("text", ["H", "(H)", "—(H)"])
def test_a_mark_without_a_number_is_kept_as_mark(text: str) -> None:
    parsed = parse_cell(text, PM)
    assert parsed.state == OK
    assert math.isnan(parsed.value)
    assert parsed.qualifier == "H"


@pytest.mark.parametrize(
    "text", ["", "  ", "—", "－", "-", "/", "NA", "na", "N/A", "null", "-99", "-9999", "NaN", "\u3000"]
)
def test_what_says_no_value(text: str) -> None:
    assert parse_cell(text, PM).state == EMPTY


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("-3", "below-possible", "cannot be below 0"),
        ("-0.001", "below-possible", "cannot be below 0"),
        ("-999", "below-possible", "declare it as a missing mark"),  # not declared by this source
        ("12.3(Q)", "mark", "'Q'"),
        ("abc", "number", "'abc'"),
        ("12,34", "number", "12,34"),  # neither a thousands separator nor a decimal point
        ("1.2.3", "number", "1.2.3"),
        ("12 13", "number", "12 13"),
        ("inf", "number", "inf"),
        ("1e400", "number", "1e400"),
        ("=SUM(A1:A3)", "formula", "formula"),
    ],
)
def test_what_is_refused_says_why(text: str, code: str, words: str) -> None:
    parsed = parse_cell(text, PM)
    assert (parsed.state, parsed.code) == (REFUSED, code)
    assert words in parsed.message


def test_negative_temperatures_are_values() -> None:
    assert parse_cell("-21.4", TEMPERATURE).value == -21.4
    assert parse_cell("−21.4", TEMPERATURE).value == -21.4  # the minus sign of typesetters
    assert parse_cell("-9999", TEMPERATURE).state == EMPTY


def test_words_that_stand_for_numbers() -> None:
    rule = CellRule("WQ_CLASS", conversion("1", "1"), words={"Ⅱ": Decimal(2), "劣Ⅴ": Decimal(6)})
    assert parse_cell("Ⅱ", rule).value == 2
    assert parse_cell("劣Ⅴ", rule).value == 6
    assert parse_cell("Ⅵ", rule).state == REFUSED


def test_units_are_converted_exactly() -> None:
    # 700 µg/m³ = 0.7 mg/m³; in binary 700 * 0.001 would be 0.7000000000000001.
    rule = CellRule("CO", conversion("µg/m³", "mg/m³"))
    assert parse_cell("700", rule).value == 0.7
    kelvin = CellRule("T", conversion("K", "°C"))
    assert parse_cell("293.15", kelvin).value == 20.0


def test_a_column_keeps_the_place_of_every_cell() -> None:
    read = parse_column(pa.array(["1", "", "x", None, "1", "2(H)"]), PM)
    assert read.state.tolist() == [OK, EMPTY, REFUSED, EMPTY, OK, OK]
    assert read.value[[0, 4, 5]].tolist() == [1.0, 1.0, 2.0]
    assert read.qualifier.to_pylist() == [None, None, None, None, None, "H"]
    assert read.refused(2)[0] == "x"
    assert read.refused(2)[1].code == "number"


def test_rows_of_one_column_follow_their_own_rules() -> None:
    """Row by row: 1 mg/m³ is 1000 µg/m³; -1 is possible for a temperature and no concentration; H is a mark of one."""
    mg, t = CellRule("PM2.5", conversion("mg/m³", "µg/m³"), lowest=Decimal(0)), CellRule("T", conversion("°C", "°C"))
    rules = {0: PM, 2: mg, 5: t}
    texts = ["1", "1", "1", "-1", "-1", "2(H)", "2(H)"]
    read = parse_groups(pa.array(texts), np.array([0, 2, 5, 5, 2, 0, 5]), rules)
    assert read.state.tolist() == [OK, OK, OK, OK, REFUSED, OK, REFUSED]
    assert read.value[[0, 1, 2, 3, 5]].tolist() == [1.0, 1000.0, 1.0, -1.0, 2.0]
    assert read.qualifier.to_pylist() == [None] * 5 + ["H", None]
    assert read.refused(4)[1].code == "below-possible"
    assert read.refused(6)[1].code == "mark"


def test_many_pairs_of_text_and_rule_read_as_few_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs are told apart by marking them off while they are few and by sorting beyond; both find the same."""
    rules = {1: PM, 3: CellRule("T", conversion("°C", "°C"), lowest=Decimal(-90))}
    texts = ["7", "-7", "x", "", "7", "2(H)", None]
    group = np.array([3, 1, 3, 1, 1, 1, 3])
    few = parse_groups(pa.array(texts), group, rules)
    monkeypatch.setattr(values, "_MARKED_OFF", 0)
    many = parse_groups(pa.array(texts), group, rules)
    assert few.state.tolist() == many.state.tolist() == [OK, REFUSED, REFUSED, EMPTY, OK, OK, EMPTY]
    assert few.value[[0, 4, 5]].tolist() == many.value[[0, 4, 5]].tolist() == [7.0, 7.0, 2.0]
    assert few.qualifier.to_pylist() == many.qualifier.to_pylist() == [None] * 5 + ["H", None]


def test_short_floats_keep_their_decimals() -> None:
    read = parse_column(pa.array([1.8, 0.1, None], pa.float32()), CellRule("CO", conversion("mg/m³", "mg/m³")))
    assert read.value[:2].tolist() == [1.8, 0.1]
    assert read.state.tolist() == [OK, OK, EMPTY]


@given(st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False, places=3))
def test_any_decimal_reads_as_itself(number: Decimal) -> None:
    assert parse_cell(str(number), PM).value == float(number)
    assert parse_cell(f"{number:,}", PM).value == float(number)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    parsed = parse_cell(text, PM)
    assert parsed.state in {OK, EMPTY, REFUSED}
    assert (parsed.state == REFUSED) == bool(parsed.message)
    assert not (parsed.state == OK and math.isnan(parsed.value) and parsed.qualifier is None)
    assert not math.isinf(parsed.value)


@pytest.mark.parametrize("text", ["35①", "35²", "35⁽¹⁾", "½", "²"])
def test_a_note_does_not_join_the_digits(text: str) -> None:
    parsed = parse_cell(text, PM)  # read as 351, 352 … it would be a value nobody measured
    assert parsed.state == REFUSED
    assert text.strip() in parsed.message


def test_a_declared_mark_of_any_sign_may_follow_the_number() -> None:
    starred = CellRule("PM2.5", conversion("µg/m³", "µg/m³"), marks={"*": "doubtful", "**": "void"})
    assert parse_cell("36*", starred)[1:3] == (36.0, "*")
    assert parse_cell("36 **", starred)[1:3] == (36.0, "**")
    assert parse_cell("36#", starred).state == REFUSED


def test_a_decimal_comma_is_named() -> None:
    assert "a comma only parts thousands" in parse_cell("1,5", PM).message
    assert parse_cell("1,500", PM).value == 1500.0
