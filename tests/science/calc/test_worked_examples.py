"""The 95 worked examples of ambient air, each key of `expected` compared."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from saishang.rules import Rules
from saishang.science.calc import find_topic, read_cases, run_case

FILE = Path(__file__).resolve().parents[2] / "data" / "worked_examples" / "air.csv"
DAY = date(2026, 11, 24)

with FILE.open(encoding="utf-8", newline="") as _handle:
    ROWS = list(csv.DictReader(_handle))
with FILE.open(encoding="utf-8", newline="") as _handle:
    CASES = {row.id: row for row in read_cases(_handle, name=FILE.name)}

#: Cases whose result says more than the example asks for, and what.
MORE = {"AIR-042": {"rounded"}, "AIR-093": {"SO2", "CO"}}


def test_all_cases_are_read() -> None:
    assert len(ROWS) == len(CASES) == 95


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["id"]))
def test_worked_example(rules: Rules, row: dict[str, str]) -> None:
    expected = json.loads(row["expected"])
    result, error = run_case(CASES[row["id"]], rules=rules, on=DAY)
    assert error is None
    found = json.loads(json.dumps(result))
    extra = MORE.get(row["id"], set())
    assert {key: value for key, value in found.items() if key not in extra} == expected
    assert extra <= set(found)


def test_every_topic_of_the_examples_is_declared() -> None:
    assert {find_topic(row["topic"]).name for row in ROWS} == {row["topic"] for row in ROWS}
