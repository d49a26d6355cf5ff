"""Targets that a site adds to a plan by data (自加目标): `targets/*.yaml` of its own rules, judged like the plan's.

A county that counts something of its own (a register's figure as an indicator) can ask for a level of it without a new
reading of the plan. Each names the task of the plan that it serves. The module knows rules only: a check needs no
database; `goals` makes goals of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from saishang.rules import Problem, Rules

__all__ = ["check_site_targets", "site_targets"]


def site_targets(rules: Rules, faulty: Collection[str] = ()) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Document, place in its list and entry of each; files in `faulty` are left alone."""
    for name, document in rules.documents_under("targets").items():
        if rules.trees[name].file not in faulty:
            for place, entry in enumerate(document.get("targets", ())):
                yield name, place, entry


def check_site_targets(rules: Rules, known: Collection[Problem] = ()) -> list[Problem]:
    """Targets whose plan or task is not there, or whose number is one of the plan's own.

    Files with a `known` problem are left alone: what the schema says about them comes first.
    """
    return sorted(_faults(rules, {problem.file for problem in known}))


def _faults(rules: Rules, faulty: Collection[str]) -> Iterator[Problem]:
    plans = sorted({name.split("/")[1] for name in rules.tables if name.startswith("plans/")})
    for name, place, entry in site_targets(rules, faulty):

        def fault(key: str, expected: str, fix: str, where: Any = (name, place, entry)) -> Problem:
            document, number, told = where
            file, line = rules.trees[document].locate(("targets", number, key))
            return Problem(file, line, f"targets.{number}.{key}", "bad-value", expected, repr(str(told[key])), fix)

        plan = str(entry["plan"])
        if plan not in plans:
            yield fault("plan", "a plan of the rules", f"use one of {', '.join(plans) or 'none'}")
            continue
        items = [str(row["id"]) for row in rules.table(f"plans/{plan}/items")]
        own = {str(row["id"]) for row in rules.table(f"plans/{plan}/targets")}
        if str(entry["item"]) not in items:
            yield fault("item", f"a task of the plan {plan}", f"use one of {', '.join(items)}")
        if str(entry["id"]) in own:
            yield fault("id", f"a number that the plan {plan} does not use", "choose another number")
