"""Case files and typed inputs."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from saishang.rules import Rules
from saishang.science.calc import find_topic, parse_assignments, parse_inputs, read_cases, run_case
from saishang.science.numbers import InputError

DAY = date(2026, 11, 24)
HEADER = "id,topic,standard,averaging,inputs\n"


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def test_columns_in_any_order_and_blank_lines() -> None:
    text = '\ufeffInputs,TOPIC,id,how\n\n"{""value"":""2.5"",""decimals"":0}",rounding,A,x\n'
    (row,) = read_cases(lines(text))
    assert (row.id, row.topic, row.standard, row.line) == ("A", "rounding", "", 3)


@pytest.mark.parametrize("text", ["", "\n\n", "topic,inputs\n", "id,topic\n", "id\n"])
def test_a_header_is_needed(text: str) -> None:
    with pytest.raises(InputError, match=r"empty|lacks"):
        list(read_cases(lines(text)))


def test_a_bad_case_is_told_and_the_rest_go_on(rules: Rules) -> None:
    text = HEADER + (
        'A,rounding,,,"{""value"":""2.5"",""decimals"":0}"\n'
        "B,rounding,,,{not json\n"
        "C,nothing,,,{}\n"
        "D,rounding\n"
        'E,rounding,,,"{""value"":""3.5"",""decimals"":0}"\n'
    )
    results = [run_case(row, rules=rules, on=DAY, name="cases.csv") for row in read_cases(lines(text))]
    assert [error is None for _, error in results] == [True, False, False, False, True]
    told = results[1][0]["error"]
    assert told["where"] == "cases.csv:3"
    assert told["message"] and told["fix"] and told["code"]
    assert results[4][0] == {"rounded": "4"}


def test_a_defect_in_one_case_leaves_the_others(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("saishang.science.calc.cases.calculate", fail)
    (row,) = read_cases(lines(HEADER + "A,rounding,,,{}\n"))
    result, error = run_case(row, rules=rules, on=DAY, name="cases.csv")
    assert result["error"]["code"] == "defect"
    assert "ZeroDivisionError" in result["error"]["message"]
    assert error is not None  # counted and listed: the exit code is 1


@pytest.mark.parametrize(
    ("topic", "inputs"),
    [
        ("statistics", '{"tp_by_point":{"A":3}}'),
        ("river", '{"M_kg":1000,"A_m2":200,"E_m2s":50,"u_ms":1,"t_s":-1,"x_range":"x"}'),
        ("evapotranspiration", '{"date":"2019-07-06","tmax":21,"tmin":12,"rh":70,"wind":2,"sun":9,"latitude":50,'
         '"elevation":1e9}'),
    ],
)  # fmt: skip
def test_nonsense_is_an_explained_error(rules: Rules, topic: str, inputs: str) -> None:
    text = HEADER + f'A,{topic},,,"{inputs.replace(chr(34), chr(34) * 2)}"\n'
    (row,) = read_cases(lines(text))
    result, error = run_case(row, rules=rules, on=DAY, name="cases.csv")
    assert error is not None
    assert result["error"]["code"] == "input"


def test_a_series_without_values_has_no_mean(rules: Rules) -> None:
    (row,) = read_cases(lines(HEADER + 'A,statistics,,,"{""monthly_tp"":null}"\n'))
    assert run_case(row, rules=rules, on=DAY) == ({"annual_mean": None, "class": None}, None)


def test_numbers_keep_their_decimals() -> None:
    assert parse_inputs('{"values": [1.10, 2, null]}') == {"values": [Decimal("1.10"), 2, None]}


@pytest.mark.parametrize(
    "text", ["", "[1]", "3", '{"a": NaN}', '{"a": 1, "a": 2}', "{", '{"a": Infinity}', "[" * 100000]
)
def test_inputs_must_be_one_plain_object(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_inputs(text)
    assert caught.value.fix


def test_a_number_of_a_million_digits_is_refused() -> None:
    with pytest.raises(InputError):
        parse_inputs('{"a": ' + "9" * 10**6 + "}")


def test_typed_inputs() -> None:
    aqi = find_topic("AQI")
    assert parse_assignments(aqi, ["pm2.5=70", "CO=900 ug/m3", "O3=NA", "PM10=0.13mg/m³", "SO2=/"]) == {
        "PM2.5": "70", "CO": "0.9", "O3": None, "PM10": "130", "SO2": "/"}  # fmt: skip
    percentile = find_topic("percentile")
    assert parse_assignments(percentile, ["values=3,4，8,null", "p=90"]) == {"values": ["3", "4", "8", None], "p": "90"}
    assert parse_assignments(percentile, ['{"values": [1, 2], "p": 90}']) == {"values": [1, 2], "p": 90}
    ratio = find_topic("good_day_ratio")
    assert parse_assignments(ratio, ["银川市=51,91"]) == {"银川市": ["51", "91"]}
    composite = find_topic("composite_index")
    assert parse_assignments(composite, ['weights={"PM2.5": 3}', "limits=2026t"]) == {
        "weights": {"PM2.5": 3}, "limits": "2026t"}  # fmt: skip


@pytest.mark.parametrize(
    ("topic", "word", "words"),
    [
        ("AQI", "70", "name=value"),
        ("AQI", "=70", "name=value"),
        ("AQI", "PM25.=70", "PM2.5"),
        ("AQI", "PM2.5=7 apples", "not known"),
        ("AQI", "PM2.5=7 kPa", "pressure"),
        ("composite_index", "weights=3", "maps names"),
        ("composite_index", "weights={3", "no JSON"),
    ],
)
def test_typed_inputs_that_do_not_fit(topic: str, word: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_assignments(find_topic(topic), [word])
    assert words in str(caught.value)


def test_a_typed_input_given_twice() -> None:
    with pytest.raises(InputError, match="twice"):
        parse_assignments(find_topic("AQI"), ["PM2.5=1", "pm25=2"])


def test_results_are_plain_json(rules: Rules) -> None:
    text = HEADER + 'A,dust_masking,,,"{""date_status"":""dust"",""PM10"":1,""CO"":0.4,""O3"":158}"\n'
    (row,) = read_cases(lines(text))
    result, _ = run_case(row, rules=rules, on=DAY)
    assert json.dumps(result) == '{"PM10_deducted": null, "CO": 0.4, "O3": 158}'
