"""The worked examples of ecology, climate, releases, zoning, clocks: every key within the tolerance of its row."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from saishang.rules import Rules
from saishang.science.calc import read_cases, run_case

FILES = [
    Path(__file__).resolve().parents[2] / "data" / "worked_examples" / name
    for name in ("ecology.csv", "releases.csv", "zoning_clocks.csv")
]
ROWS = [row for path in FILES for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines(keepends=True))]
CASES = {
    row.id: row
    for path in FILES
    for row in read_cases(path.read_text(encoding="utf-8").splitlines(keepends=True), name=path.name)
}


def matches(found: Any, expected: Any, tolerance: str) -> bool:
    """Same shape, same keys; numbers within `rel 1e-5`, `abs 0.01`, `exact`, or by key: `x abs 5 m; C rel 1e-4`."""
    if ";" in tolerance:
        by_key = dict(part.strip().split(" ", 1) for part in tolerance.split(";"))
        return all(matches(found[key], value, by_key[key.partition("_")[0]]) for key, value in expected.items())
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(matches(found[k], expected[k], tolerance) for k in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(lambda a, b: matches(a, b, tolerance), found, expected))
    if isinstance(expected, bool) or expected is None or isinstance(expected, str):
        return bool(found == expected)
    kind, _, size = tolerance.partition(" ")
    margin = 0.0 if kind == "exact" else float(size.split()[0]) * (abs(expected) if kind == "rel" else 1)
    return isinstance(found, int | float) and abs(found - expected) <= margin


def test_all_cases_are_read() -> None:
    assert len(ROWS) == len(CASES) == 62 + 16


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["id"]))
def test_worked_example(rules: Rules, row: dict[str, str]) -> None:
    result, error = run_case(CASES[row["id"]], rules=rules, on=date(2026, 11, 24))
    assert error is None
    found = json.loads(json.dumps(result))
    assert matches(found, json.loads(row["expected"]), row["tolerance"]), found
