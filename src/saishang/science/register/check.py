"""Descriptions of registers against the rules they lean on: what a JSON Schema cannot see, with file and line."""

from __future__ import annotations

from collections.abc import Collection

from saishang.rules import Problem, Rules
from saishang.science.register.kind import KindError, read_kind

__all__ = ["check_registers"]


def check_registers(rules: Rules, known: Collection[Problem] = ()) -> list[Problem]:
    """Every fault of the kinds in `rules/registers` that points nowhere.

    Files with a `known` problem are left alone: what the schema says about them comes first.
    """
    found: list[Problem] = []
    faulty = {problem.file for problem in known}
    for name, document in rules.documents_under("registers").items():
        if rules.where(name).rpartition(":")[0] in faulty:
            continue
        try:
            read_kind(name.rpartition("/")[2], document, rules)
        except KindError as error:
            for fault in error.faults:
                file, line = rules.trees[name].locate(fault.path)
                cell = ".".join(map(str, fault.path))
                found.append(Problem(file, line, cell, "bad-value", fault.expected, fault.got, fault.fix))
    return sorted(found)
