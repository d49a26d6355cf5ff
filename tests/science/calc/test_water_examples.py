"""The 66 worked examples of surface water, each compared whole."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from saishang.rules import Rules
from saishang.science.calc import find_topic, read_cases, run_case

FILE = Path(__file__).resolve().parents[2] / "data" / "worked_examples" / "surface_water.csv"
DAY = date(2026, 11, 24)

with FILE.open(encoding="utf-8", newline="") as _handle:
    ROWS = list(csv.DictReader(_handle))
with FILE.open(encoding="utf-8", newline="") as _handle:
    CASES = {row.id: row for row in read_cases(_handle, name=FILE.name)}


def test_all_cases_are_read() -> None:
    assert len(ROWS) == len(CASES) == 66


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["id"]))
def test_worked_example(rules: Rules, row: dict[str, str]) -> None:
    result, error = run_case(CASES[row["id"]], rules=rules, on=DAY)
    assert error is None
    assert json.loads(json.dumps(result)) == json.loads(row["expected"])


def test_every_topic_of_the_examples_is_declared() -> None:
    assert {find_topic(row["topic"]).name for row in ROWS} == {row["topic"] for row in ROWS}
