"""A kind of register while it is being written: every fault of the text with its line, an entry as an example.

Nothing here is kept or carried out: a text becomes a tree of plain values (`rules.yamltree`), is held against the JSON
Schema, and read as a kind against the rules that are in force.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from saishang.rules import Problem, Rules
from saishang.rules.schema import Schemas
from saishang.rules.yamltree import compose, freeze
from saishang.science.register.figures import Due, Standing, due_terms
from saishang.science.register.kind import Field, Kind, KindError, Where, read_kind

__all__ = ["LONGEST", "Draft", "example_due", "example_values", "name_fault", "read_draft"]

#: Longest text that is looked at [characters]; the longest kind that ships has some 11,000.
LONGEST = 200_000
#: Most values of a document; the largest kind that ships has some 700.
_MOST = 20_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
#: Whole numbers below are written out.
_PLAIN = 1e15
#: Addresses under `/registers/` that are no register.
_TAKEN = ("preview",)


@dataclass(frozen=True)
class Draft:
    """What became of a text: its faults in the order of lines, or the kind."""

    name: str
    problems: tuple[Problem, ...]
    kind: Kind | None


def name_fault(name: str) -> tuple[str, str] | None:
    """What was expected of the name of a kind's file and how to mend it; None when the name is good."""
    if name in _TAKEN:
        return "a name that no page has", "choose another name"
    if not _NAME.fullmatch(name):
        return (
            "a name of small letters, digits and underscores, a letter first, at most 60",
            "rename the file as in solar_lamps.yaml",
        )
    return None


def read_draft(name: str, text: str, rules: Rules, file: str = "") -> Draft:
    """Check the text of one kind as `saishang rules check` would, and read it.

    Parameters
    ----------
    name:
        Id of the kind: the name of its file without the ending.
    rules:
        The rules in force, whose tables, regions, agencies and other registers it may name.
    file:
        How places call it; `name` with its ending when empty.

    Returns
    -------
    Draft
        With the kind only when there is no fault.
    """
    file = file or f"{name}.yaml"

    def refused(*problems: Problem) -> Draft:
        return Draft(name, tuple(sorted(problems)), None)

    badly = name_fault(name)
    if badly is not None:
        return refused(Problem(file, 0, "", "bad-value", badly[0], repr(name), badly[1]))
    if len(text) > LONGEST:
        expected, fix = f"at most {LONGEST} characters", "move long lists of choices into a table of the rules"
        return refused(Problem(file, 0, "", "bad-value", expected, str(len(text)), fix))
    tree, problems = compose(text, file, most=_MOST)
    if tree is None:
        return refused(*problems)
    problems += _schemas(rules).validate("register", tree, {})
    if problems:
        return refused(*dict.fromkeys(problems))
    document = freeze(tree.plain())
    known = copy(rules)
    known.documents = {**rules.documents, f"registers/{name}": document}  # entries may name entries of their own kind
    try:
        return Draft(name, (), read_kind(name, document, known))
    except KindError as error:
        return refused(
            *(
                Problem(
                    file, tree.locate(fault.path)[1], ".".join(map(str, fault.path)), "bad-value", fault.expected,
                    fault.got, fault.fix,
                )
                for fault in error.faults
            )
        )  # fmt: skip


@lru_cache(maxsize=2)
def _read_schemas(folder: Any) -> Schemas:
    return Schemas(folder)


def _schemas(rules: Rules) -> Schemas:
    return _read_schemas(rules.root / "schemas")


def example_values(kind: Kind, rules: Rules, today: date, *, english: bool = False) -> dict[str, Any]:
    """An entry as it might be: each field that is typed in → a value of its type, within its bounds.

    A text with a pattern gets the words that say how it has to look: nobody can make up one that fits.
    """
    return {
        field.id: _example(field, rules, today, english=english)
        for field in kind.fields.values()
        if field.compute is None and field.id != "demonstration"
    }


def _example(field: Field, rules: Rules, today: date, *, english: bool) -> Any:
    match field.type:
        case "choice":
            return field.choices[0].id
        case "truth":
            return True
        case "date":
            return today.isoformat()
        case "integer" | "number":
            least = float(field.least if field.least is not None else min(1, 1 if field.most is None else field.most))
            return int(least) if least.is_integer() and abs(least) < _PLAIN else least
        case "region":
            levels = field.levels or ("county", "county_level_city", "district")
            rows = [row for row in rules.regions.values() if row["use"] == "in_plan"]
            return next((str(row["code"]) for row in rows if row["level"] in levels), str(rows[0]["code"]))
        case "entry":
            return f"… ({field.of})"
    words = (field.form_en or field.en) if english else (field.form_zh or field.zh)
    return words[: field.length]


def example_due(kind: Kind, term: str, begun: date) -> Due | None:
    """When a term would end for an entry whose day (or state) began on one; None when the kind has no such term.

    The entry has whatever the term asks for.
    """
    for known in kind.terms:
        if known.id == term:
            state = next(iter(known.states), kind.start)
            values = {name: value for name, value in _met(known.where).items() if name != "state"}
            if known.since:
                values[known.since] = begun.isoformat()
            standing = Standing(kind.key, state, begun, values)
            return next(iter(due_terms(replace(kind, terms=(replace(known, where={}),)), [standing])), None)
    return None


def _met(where: Where) -> Mapping[str, str]:
    return {name: values[0] for name, values in where.items()}
