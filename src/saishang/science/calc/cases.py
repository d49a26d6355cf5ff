"""Case files: CSV with `id, topic, standard, averaging, …, inputs`, where `inputs` is JSON, read case by case.

The layout of the worked examples; other columns (`case`, `expected`, `how`) are for people and ignored. Numbers in the
JSON keep their decimals (12.10 stays 12.10), so that rounding and "as many decimals as the raw data" are exact.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.calc.registry import Result, calculate
from saishang.science.numbers import InputError

__all__ = ["CaseRow", "error_result", "parse_inputs", "read_cases", "run_case"]

_REQUIRED = ("id", "topic")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One row of a case file, as written; `line` is the 1-based line on which the row ends."""

    id: str
    topic: str
    standard: str
    averaging: str
    inputs: str
    line: int


def read_cases(lines: Iterable[str], *, name: str = "cases") -> Iterator[CaseRow]:
    """Rows of a case file in order; blank lines are skipped.

    Parameters
    ----------
    lines:
        Text lines with their ends kept.
    name:
        Name of the file, for messages.

    Raises
    ------
    InputError
        When the header lacks `id`, `topic` or `inputs`, or the text is no CSV. A bad row is not an error here: it is
        told in its result, and the rest go on.
    """
    reader = csv.reader(lines)
    header: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header([cell.strip().lstrip("\ufeff").casefold() for cell in cells], name)
                continue
            row = dict(zip(header, cells, strict=False))
            yield CaseRow(
                id=row.get("id", "").strip(),
                topic=row.get("topic", "").strip(),
                standard=row.get("standard", "").strip(),
                averaging=row.get("averaging", "").strip(),
                inputs=row.get("inputs", row.get("input", "")),
                line=reader.line_num,
            )
    except csv.Error as error:
        raise InputError(
            f"The case file is no CSV: {error}.",
            fix="Save it as UTF-8 CSV with commas.",
            where=f"{name}:{reader.line_num}",
        ) from None
    if header is None:
        raise InputError("The case file is empty.", fix="Give a header id,topic,standard,averaging,inputs.", where=name)


def _header(header: list[str], name: str) -> list[str]:
    absent = [column for column in _REQUIRED if column not in header]
    if "inputs" not in header and "input" not in header:
        absent.append("inputs")
    if absent:
        raise InputError(
            f"The case file lacks the column{'s' if len(absent) > 1 else ''} {', '.join(absent)}.",
            fix="Give a header id,topic,standard,averaging,inputs; inputs is JSON.",
            where=f"{name}:1",
        )
    return header


def parse_inputs(text: str) -> dict[str, Any]:
    """Inputs from JSON, decimals kept exact.

    Raises
    ------
    InputError
        When the text is no JSON object, repeats a key, or holds NaN or infinity.
    """
    try:
        found = json.loads(text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"inputs must be JSON, got {text[:60]!r}: {error}.", fix='Write inputs as {"PM2.5": 70, "PM10": null}.'
        ) from None
    if not isinstance(found, dict):
        raise InputError(f"inputs must be a JSON object, got {text[:60]!r}.", fix='Write {"name": value}.')
    return found


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number; write null for a missing value")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice")
    return found


def run_case(row: CaseRow, *, rules: Rules, on: date, name: str = "cases") -> tuple[Result, SaishangError | None]:
    """Result of one case; a case that cannot be calculated gives `{"error": …}` and the error itself.

    Parameters
    ----------
    on:
        Day whose edition applies to rows that name no standard.
    """
    try:
        if not row.topic:
            raise InputError("The case has no topic.", fix="Fill the column topic.")
        inputs = parse_inputs(row.inputs)
        result = calculate(row.topic, inputs, rules=rules, on=on, standard=row.standard, averaging=row.averaging)
    except SaishangError as error:
        return error_result(error, where=f"{name}:{row.line}"), error
    except Exception as error:
        # A defect of ours in one case must not cost the other cases their results; it is told as what it is.
        defect = SaishangError(
            f"The calculation failed by itself: {type(error).__name__}: {error}",
            fix="Report it together with the case.",
            code="defect",
        )
        return error_result(defect, where=f"{name}:{row.line}"), defect
    return result, None


def error_result(error: SaishangError, *, where: str | None = None) -> Result:
    """An error as the result of a case: stable code, what was wrong, how to mend it, where."""
    return {
        "error": {
            "code": error.code,
            "message": error.message,
            "fix": error.fix,
            "where": error.where or where,
        }
    }
