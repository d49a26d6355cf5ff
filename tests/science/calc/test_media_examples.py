"""The 42 worked examples of groundwater, soil, waste, noise and radiation: shape exactly, figures within tolerance."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from saishang.rules import Rules
from saishang.science.calc import CaseRow, find_topic, read_cases, run_case

FOLDER = Path(__file__).resolve().parents[2] / "data" / "worked_examples"
DAY = date(2026, 11, 24)


def _load(name: str) -> list[tuple[dict[str, str], CaseRow]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    with (FOLDER / name).open(encoding="utf-8", newline="") as handle:
        cases = list(read_cases(handle, name=name))
    return list(zip(rows, cases, strict=True))


CASES = _load("ground_soil_waste.csv") + _load("noise_radiation.csv")


def near(expected: Any, found: Any, tolerance: str) -> bool:
    """Same shape; numbers within `abs x`, `rel x` or exactly."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, int | float) and isinstance(found, int | float):
        kind, _, size = tolerance.partition(" ")
        allowed = 0.0 if kind in ("", "exact") else float(size) * (abs(expected) if kind == "rel" else 1)
        return abs(expected - found) <= allowed
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(near(expected[k], found[k], tolerance) for k in expected)
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(near, expected, found, [tolerance] * len(expected)))
    return bool(expected == found)


def test_all_cases_are_read() -> None:
    assert len(CASES) == 22 + 20


@pytest.mark.parametrize(("row", "case"), CASES, ids=[f"{row['topic']}-{row['id']}" for row, _ in CASES])
def test_worked_example(rules: Rules, row: dict[str, str], case: CaseRow) -> None:
    result, error = run_case(case, rules=rules, on=DAY)
    assert error is None
    assert near(json.loads(row["expected"]), json.loads(json.dumps(result)), row.get("tolerance", "exact"))


def test_every_topic_of_the_examples_is_declared() -> None:
    assert {find_topic(case.topic).name for _, case in CASES} == {case.topic for _, case in CASES}
