"""Hand-written expectations beside the test documents, and how a reading is set against them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import yaml

from saishang.apps.plan.importer.document import Item, PlanDocument, Target, json_number

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Score:
    """Targets of one document: found as expected, missing, and read where none is."""

    found: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def names() -> list[str]:
    return sorted(p.name.removesuffix(".expected.yaml") for p in CORPUS.glob("*.expected.yaml"))


def load(name: str) -> dict[str, Any]:
    data = yaml.safe_load((CORPUS / f"{name}.expected.yaml").read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def said(target: Target) -> str:
    """`>= 10 % 2025 base=2020 drop`: everything of a target but its name and its place."""
    if target.undetermined:
        number = "**"
    elif target.value is None:
        number = f"{json_number(target.low)}-{json_number(target.high)}"
    else:
        number = f"{json_number(target.value)}"
    words = [target.comparator, number, target.unit or "null", str(target.year or "null")]
    words += [f"base={target.base_year}"] if target.base_year else []
    words += [target.change] if target.change else []
    words += [f"freq={target.frequency}"] if target.frequency else []
    words += ["wish"] if target.aspirational else []
    return " ".join(words)


def owners(item: Item) -> list[str]:
    return [
        ("inherited " if o.inherited else "") + f"{o.role}: {' '.join(o.units)}" + (" +" if o.etc else "")
        for o in item.owners
    ]


def compare(document: PlanDocument, expected: list[str]) -> Score:
    """Pair targets: numbers, years and the like must be equal, names alike, scopes equal where one is expected."""
    left = list(document.targets)
    missing = []
    for line in expected:
        name, rest = re.split(r" (?=(?:>=|<=|>|<|~|=) )", line, maxsplit=1)
        scope = re.search(r" scope=(\S+)", rest)
        words = rest.replace(scope.group(0), "") if scope else rest
        same = [
            t
            for t in left
            if said(t) == words
            and SequenceMatcher(None, t.indicator, name).ratio() > 0.75
            and (scope is None or t.scope == scope.group(1))
        ]
        if same:
            left.remove(same[0])
        else:
            missing.append(line)
    return Score(len(expected) - len(missing), tuple(missing), tuple(f"{t.indicator} {said(t)}" for t in left))
