"""The shipped water rules against figures typed by hand from GB 3838-2002 (water_soil.md, section 1.12) and 22号."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from saishang.rules import Rules, load_rules

DAY = date(2021, 6, 1)
CLASSES = ("class1", "class2", "class3", "class4", "class5")
#: item, body: limits of the classes I to V in mg/L (FC: per litre).
LIMITS = {
    ("DO", "all"): "7.5 6 5 3 2",
    ("CODMN", "all"): "2 4 6 10 15",
    ("COD", "all"): "15 15 20 30 40",
    ("BOD5", "all"): "3 3 4 6 10",
    ("NH3N", "all"): "0.15 0.5 1.0 1.5 2.0",
    ("TP", "river"): "0.02 0.1 0.2 0.3 0.4",
    ("TP", "lake"): "0.01 0.025 0.05 0.1 0.2",
    ("TN", "lake"): "0.2 0.5 1.0 1.5 2.0",
    ("CU", "all"): "0.01 1.0 1.0 1.0 1.0",
    ("ZN", "all"): "0.05 1.0 1.0 2.0 2.0",
    ("F", "all"): "1.0 1.0 1.0 1.5 1.5",
    ("SE", "all"): "0.01 0.01 0.01 0.02 0.02",
    ("AS", "all"): "0.05 0.05 0.05 0.1 0.1",
    ("HG", "all"): "0.00005 0.00005 0.0001 0.001 0.001",
    ("CD", "all"): "0.001 0.005 0.005 0.005 0.01",
    ("CR6", "all"): "0.01 0.05 0.05 0.05 0.1",
    ("PB", "all"): "0.01 0.01 0.05 0.05 0.1",
    ("CN", "all"): "0.005 0.05 0.2 0.2 0.2",
    ("PHENOL", "all"): "0.002 0.002 0.005 0.01 0.1",
    ("OIL", "all"): "0.05 0.05 0.05 0.5 1.0",
    ("LAS", "all"): "0.2 0.2 0.2 0.3 0.3",
    ("SULFIDE", "all"): "0.05 0.1 0.2 0.5 1.0",
    ("FC", "all"): "200 2000 10000 20000 40000",
}


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


@pytest.mark.parametrize(("item", "body"), LIMITS)
def test_limits_of_table_1(rules: Rules, item: str, body: str) -> None:
    row = rules.table("standards/water/surface_limits").one(DAY, parameter=item, body=body)
    assert [row[name] for name in CLASSES] == [Decimal(text) for text in LIMITS[item, body].split()]
    assert row.direction == ("min" if item == "DO" else "max")
    assert row.evaluated is (item not in {"TN", "FC"})


def test_ph_is_one_range(rules: Rules) -> None:
    row = rules.table("standards/water/surface_limits").one(DAY, parameter="PH")
    assert (row.direction, row.low, row.high) == ("range", 6, 9)


def test_every_item_has_its_limits_and_no_other(rules: Rules) -> None:
    rows = rules.table("standards/water/surface_limits").rows
    assert {(row.parameter, row.body) for row in rows} == set(LIMITS) | {("PH", "all")}
    evaluated = {row.parameter for row in rows if row.evaluated}
    assert len(evaluated) == 21
    for entry in rules.document("standards/water/evaluation")["editions"]:
        assert set(entry["items"]) == evaluated


def test_tables_2_and_3_are_whole(rules: Rules) -> None:
    rows = rules.table("standards/water/source_limits").rows
    supplementary = {row.parameter: row.limit for row in rows if row.kind == "supplementary"}
    assert supplementary == {
        "SO4": 250, "CL": 250, "NO3N": 10, "FE": Decimal("0.3"), "MN": Decimal("0.1"),
    }  # fmt: skip
    specific = {row.number: row.limit for row in rows if row.kind == "specific"}
    assert sorted(specific) == list(range(1, 81))
    # First, middle and last rows of the printed table, and the two smallest limits.
    assert [specific[n] for n in (1, 40, 71, 80)] == [Decimal(t) for t in ("0.06", "0.0002", "0.07", "0.0001")]
    assert (specific[66], specific[67]) == (Decimal("0.0000028"), Decimal("0.000001"))


def test_units_are_those_of_the_parameters(rules: Rules) -> None:
    for name in ("surface_limits", "source_limits"):
        for row in rules.table(f"standards/water/{name}"):
            assert row.unit == rules.parameters[row.parameter].unit, row.parameter


def test_the_edition_of_a_day(rules: Rules) -> None:
    name = "standards/water/evaluation"
    assert rules.edition(name, date(2020, 12, 31))["id"] == "环办〔2011〕22号"
    assert rules.edition(name, date(2021, 1, 1))["own_items"] is True


def test_outfall_categories(rules: Rules) -> None:
    rows = rules.table("standards/water/outfall_categories").rows
    assert len({row.level1 for row in rows}) == 4
    assert next(row.zh for row in rows if row.code == "12") == "大中型灌区排口"


def test_outfall_states_lead_somewhere(rules: Rules) -> None:
    document = rules.document("standards/water/outfalls")
    final = {entry["id"]: entry.get("final", False) for entry in document["states"]}
    left = {state for entry in document["transitions"] for state in entry["from"]}
    assert left == {state for state, ends in final.items() if not ends}
    assert {entry["to"] for entry in document["transitions"]} | {"found"} == set(final)
    assert set(document["done"]) <= set(final)
