"""Source descriptions against the rules they lean on: every parameter code and unit, with file and line.

The schema of the rules knows the shape of a description; what a code or a unit means, only the table of parameters and
the units do (unknown codes are the schema's own finding). `saishang rules check` runs both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from saishang.errors import SaishangError
from saishang.lake.sources import make_source
from saishang.lake.units import conversion
from saishang.rules import Problem, Rules
from saishang.rules.schema import near
from saishang.science.units import known_units

__all__ = ["check_sources", "check_units"]


def check_sources(rules: Rules, known: Collection[Problem] = ()) -> list[Problem]:
    """Every fault of the descriptions in `rules/sources` that the schema cannot see.

    Files with a `known` problem are left alone: what the schema says about them comes first.
    """
    found: list[Problem] = []
    faulty = {problem.file for problem in known}
    if "parameters" not in rules.providers:
        return found
    for name, document in rules.documents_under("sources").items():
        if rules.where(name).rpartition(":")[0] in faulty:
            continue
        wrong = list(_values(rules, name, document))
        found += wrong
        if not wrong:
            found += _whole(rules, name, document)
    return sorted(found)


def check_units(rules: Rules, shipped: Rules) -> list[Problem]:
    """Parameters in a unit that no file could be converted into, for example misspelt; those `shipped` are known."""
    if "parameters" not in rules.providers or "unit" not in rules.table("parameters").columns:
        return []
    fine = {*known_units(), *(row.unit for row in shipped.parameters.values())}
    return [
        Problem(row.file, row.line, "unit", "bad-value", "a unit that figures can be converted into", repr(row.unit),
                f"write it as one of {near(row.unit, fine)}")
        for row in rules.parameters.values()
        if row.unit not in fine
    ]  # fmt: skip


def _values(rules: Rules, name: str, document: Mapping[str, Any]) -> Iterator[Problem]:
    values = document.get("values")
    for column, entry in values.items() if isinstance(values, Mapping) else ():
        said = entry if isinstance(entry, Mapping) else {"parameter": entry}
        path: tuple[str, ...] = ("values", str(column))
        code = str(said.get("parameter") or column)
        if code not in rules.parameters:
            continue  # the schema has said so, with the line
        row = rules.parameters[code]
        if row.medium != document.get("medium"):
            yield _problem(
                rules, name, (*path, "parameter"), "bad-value", f"a parameter of {document.get('medium')}",
                f"{code}, of {row.medium}", "split the source by medium",
            )  # fmt: skip
        try:
            conversion(str(said.get("unit") or row.unit), str(row.unit))
        except SaishangError as error:
            yield _problem(
                rules, name, (*path, "unit"), "bad-value", f"a unit that converts to {row.unit}", str(said.get("unit")),
                error.fix,
            )  # fmt: skip


def _whole(rules: Rules, name: str, document: Mapping[str, Any]) -> list[Problem]:
    """What only shows when the description is put together: layouts and their columns, stations, patterns."""
    try:
        make_source(document, rules, where=name)
    except SaishangError as error:
        key = (error.where or "").rpartition(": ")[2].split(".")
        path = tuple(key) if key[0] in document else ()
        return [_problem(rules, name, path, "bad-value", "a description that can be used", error.message, error.fix)]
    return []


def _problem(
    rules: Rules, name: str, path: tuple[str, ...], code: str, expected: str, got: str, fix: str
) -> Problem:  # fmt: skip
    file, _, line = rules.where(name, *path).rpartition(":")
    return Problem(file, int(line or 0), ".".join(path), code, expected, got, fix)
