"""GB 3838-2002: clause 4 (limits and their edges), clause 5 (single factor, sources), tables 1 to 3; real rows."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from saishang.rules import Rules
from saishang.science.water.classes import class_name, class_number
from saishang.science.water.from_rules import section_rule, source_rule
from saishang.science.water.section import complies, evaluate_section
from saishang.science.water.sources import evaluate_source
from tests.shared_material import shared

DAY = date(2024, 4, 11)
FIVE = {"PH": "ph", "DO": "do", "CODMN": "codmn", "NH3N": "nh3n", "TP": "tp"}


def test_table_1_all_five_items_on_the_limit_of_class_3(rules: Rules) -> None:
    """Clause 4: limits are part of their class, pH 9 too."""
    values = {"PH": "9.0", "DO": "5", "CODMN": "6", "NH3N": "1.0", "TP": "0.2"}
    assert evaluate_section(values, section_rule(rules, DAY)).number == 3


@pytest.mark.parametrize(("body", "number"), [("river", 2), ("lake", 3)])
def test_table_1_total_phosphorus_of_lakes(rules: Rules, body: str, number: int) -> None:
    """Table 1: only total phosphorus has limits of its own for lakes and reservoirs."""
    values = {"DO": "8", "TP": "0.05"}
    assert evaluate_section(values, section_rule(rules, DAY), body).number == number  # type: ignore[arg-type]


def test_table_1_fluoride_is_never_of_class_5(rules: Rules) -> None:
    """Table 1: IV and V share 1.5 mg/L."""
    rule = section_rule(rules, DAY)
    found = [evaluate_section({"DO": "8", "F": value}, rule).number for value in ("1.0", "1.01", "1.5", "1.51")]
    assert found == [1, 4, 4, 6]


def test_clause_5_1_against_the_class_of_the_function(rules: Rules) -> None:
    """Clause 5: 麻黄沟 in July 2025 had 5.9 mg/L of oxygen: class III, its target II is missed."""
    result = evaluate_section({"DO": "5.9"}, section_rule(rules, date(2025, 7, 1)))
    targets = rules.table("sites/ningxia/section_targets").in_force(date(2025, 7, 1), section="麻黄沟")
    assert result.number == 3
    assert complies(result.number, class_number(targets[0].target_class)) is False


def test_clause_5_sources_take_tables_2_and_3(rules: Rules) -> None:
    """Clause 5: drinking-water sources by table 1, table 2 and items chosen of table 3."""
    rule = source_rule(rules, DAY)
    assert len(rule.supplementary) == 5
    assert len(rule.specific) == 80
    assert evaluate_source(2, {"NO3N": "10", "BAP_W": "0.0000028"}, rule).compliant is True
    assert evaluate_source(2, {"NO3N": "10", "BAP_W": "0.0000029"}, rule).compliant is False


def test_published_classes_of_automatic_stations(rules: Rules) -> None:
    """A hundred published rows: ours agrees wherever a check made apart from this code found agreement."""
    rule = section_rule(rules, DAY)
    with shared("reference/water/auto_station_sample.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    same = 0
    for row in rows:
        number = evaluate_section({code: row[name] for code, name in FIVE.items()}, rule).number
        assert number is not None
        assert class_name(number) == row["recomputed_class_river_limits"], row["row"]
        same += class_name(number) == row["published_class"]
        assert (class_name(number) == row["published_class"]) is (row["same"] == "yes")
    assert (len(rows), same) == (100, 90)
