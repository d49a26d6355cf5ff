"""Descriptions of registers against the rules they lean on: what a JSON Schema cannot see, with file and line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from saishang.rules import Problem, Rules
from saishang.science.register.draft import name_fault
from saishang.science.register.kind import Kind, KindError, read_kind

__all__ = ["check_registers"]


def check_registers(rules: Rules, known: Collection[Problem] = ()) -> list[Problem]:
    """Every fault of the kinds in `rules/registers` that points nowhere.

    Files with a `known` problem are left alone: what the schema says about them comes first.
    """
    found: list[Problem] = []
    kinds: dict[str, Kind] = {}
    faulty = {problem.file for problem in known}
    for name, document in rules.documents_under("registers").items():
        if rules.where(name).rpartition(":")[0] in faulty:
            continue
        badly = name_fault(name.rpartition("/")[2])
        if badly is not None:
            file = rules.trees[name].file
            found.append(Problem(file, 0, "", "bad-value", badly[0], repr(name.rpartition("/")[2]), badly[1]))
            continue
        try:
            kind = read_kind(name.rpartition("/")[2], document, rules)
            kinds[kind.id] = kind
        except KindError as error:
            for fault in error.faults:
                file, line = rules.trees[name].locate(fault.path)
                cell = ".".join(map(str, fault.path))
                found.append(Problem(file, line, cell, "bad-value", fault.expected, fault.got, fault.fix))
    return sorted([*found, *_indicators(rules, kinds, faulty)])


def _indicators(rules: Rules, kinds: Mapping[str, Kind], faulty: Collection[str]) -> Iterator[Problem]:
    """Indicators that read a register which is not there, or a figure that it does not give."""
    for name, document in rules.documents_under("indicators").items():
        if rules.where(name).rpartition(":")[0] in faulty:
            continue
        for index, entry in enumerate(document.get("indicators", ())):
            ways: list[tuple[tuple[str | int, ...], Any]] = [(("statistic",), entry.get("statistic") or {})]
            ways += [(("also", place), way) for place, way in enumerate(entry.get("also") or ())]
            for path, way in ways:
                if way.get("source") != "register":
                    continue
                kind = kinds.get(str(way.get("register")))
                if kind is not None and way.get("figure") in kind.figures:
                    continue
                file, line = rules.trees[name].locate(("indicators", index, *path))
                known = ", ".join(kind.figures if kind is not None else kinds) or "none"
                expected = "a register" if kind is None else f"a figure of the register {kind.id}"
                got = repr(way.get("register") if kind is None else way.get("figure"))
                yield Problem(file, line, ".".join(map(str, path)), "bad-value", expected, got, f"use one of {known}")
