"""Calculations by topic: one registry behind the command line, case files and the calculator page.

Importing this package declares every topic; a new medium adds its module to the list below.
"""

from __future__ import annotations

import importlib

from saishang.science.calc.assignments import parse_assignments
from saishang.science.calc.cases import CaseRow, error_result, parse_inputs, read_cases, run_case
from saishang.science.calc.labels import LABELS, label
from saishang.science.calc.registry import Case, Field, Topic, calculate, find_topic, topic, topics

__all__ = [
    "LABELS",
    "Case",
    "CaseRow",
    "Field",
    "Topic",
    "calculate",
    "error_result",
    "find_topic",
    "label",
    "parse_assignments",
    "parse_inputs",
    "read_cases",
    "run_case",
    "topic",
    "topics",
]

#: Modules that declare topics, in the order in which help and pages list them.
_DECLARING = (
    "air_index",
    "air_statistics",
    "air_evaluation",
    "air_dust",
    "water",
    "water_special",
    "ecology",
    "biodiversity",
    "ecosystem",
    "climate",
    "emergency",
    "events",
    "zoning",
    "clocks",
    "groundwater",
    "soil",
    "waste",
    "noise",
    "radiation",
)

for _module in _DECLARING:
    importlib.import_module(f"{__name__}.{_module}")
