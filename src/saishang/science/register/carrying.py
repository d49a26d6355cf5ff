"""One entry under a changed description: what the new form would hold, and what is wrong with it.

What a person would type is read by the same `read_entry`; nothing is judged by a second set of checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from saishang.rules import Row
from saishang.science.numbers import exact
from saishang.science.register.changes import Change, former_id
from saishang.science.register.kind import Kind
from saishang.science.register.values import FieldFault, Value, as_text, read_entry

__all__ = ["PLACE", "STATE", "Carried", "carried"]

#: Names under which faults speak of what is no field.
STATE, PLACE = "state", "place"
#: With one of these nothing stays under its own description: lists would show it under names and units of others.
_NEVER_BESIDE = frozenset(
    {"type", "unit", "key", "title", "region_field", "life", "place", "field_removed", "field_renamed", "compute"}
)


@dataclass(frozen=True)
class Carried:
    """What becomes of one entry.

    Attributes
    ----------
    given:
        Field of the new description → text.
    values:
        As read; whole only without faults.
    faults:
        What does not fit, by field; `can_keep` says whether the entry may stay under its own description.
    drops_place:
        Whether the place is let go.
    """

    given: Mapping[str, str]
    values: Mapping[str, Value]
    state: str
    faults: tuple[FieldFault, ...]
    can_keep: bool
    drops_place: bool


def carried(
    old: Kind, new: Kind, found: list[Change], values: Mapping[str, Any], state: str, regions: Mapping[str, Row],
    *, placed: bool = False,
) -> Carried:  # fmt: skip
    """An entry of the description `old` under `new`.

    Parameters
    ----------
    found:
        `differences(old, new)`.
    values, state, placed:
        What the entry says, in which state it is, whether it has a place.
    """
    faults: list[FieldFault] = []
    given: dict[str, str] = {}
    asked = {change.name for change in found if change.what in ("field_added", "required")}
    taken: set[str] = set()
    for name, field in new.fields.items():
        source = former_id(old, new, name)
        taken |= {source} if source else set()
        if field.compute is not None:
            continue
        said, value = new.changes.of(name), values.get(source) if source else None
        text = as_text(value)
        if source and said.factor is not None and value is not None and old.fields[source].unit != field.unit:
            number = _decimal(exact(value) * said.factor)
            if number is None:
                faults.append(FieldFault(name, text, "the converted number has no end as a decimal", "change `factor`"))
            else:
                text = number
        if text in said.becomes and text not in {choice.id for choice in field.choices}:
            text = said.becomes[text]
        if not text and name in asked:
            text = said.for_existing
        given[name] = text
    faults += [
        FieldFault(name, as_text(values[name]), "the new description has no field for this value",
                   "name the field under `was` or under `gone` of `changes`")
        for name in old.fields
        if name not in taken and values.get(name) is not None and name not in new.changes.gone
    ]  # fmt: skip
    after, wrong = _state(old, new, state)
    faults += wrong
    drops = placed and old.place != new.place
    if drops and PLACE not in new.changes.gone:
        faults.append(FieldFault(PLACE, old.place, f"expected a place of the type {new.place}, got {old.place}",
                                 "name `place` under `gone` of `changes`, or leave the type as it is"))  # fmt: skip
    read, unread = read_entry(new, given, regions, state=after)
    told = {fault.field for fault in faults}
    faults += [fault for fault in unread if fault.field not in told]
    return Carried(given, read, after, tuple(faults), _keepable(found, faults), drops)


def _state(old: Kind, new: Kind, state: str) -> tuple[str, list[FieldFault]]:
    if new.life is None:
        if old.life is None or STATE in new.changes.gone:
            return "", []
        return "", [
            FieldFault(STATE, state, "the new description has no states", "name `state` under `gone` of `changes`")
        ]
    if state in new.life.states:
        return state, []
    after = new.changes.states.get(state or "none", "")
    if after in new.life.states:
        return after, []
    known = ", ".join(new.life.states)
    return state, [
        FieldFault(STATE, state, "the new description has no such state",
                   f"say what it becomes under `states` of `changes`, one of {known}")
    ]  # fmt: skip


def _keepable(found: list[Change], faults: list[FieldFault]) -> bool:
    """Whether an entry may stay as it is: beside entries in other units or under other names it never may."""
    if any(change.what in _NEVER_BESIDE for change in found):
        return False
    return not any(fault.field in (STATE, PLACE) for fault in faults)


def _decimal(number: Fraction) -> str | None:
    """The decimal text of a fraction; None where it has no end."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return None
    with localcontext() as context:
        context.prec = 60
        text = f"{Decimal(number.numerator) / Decimal(number.denominator):f}"
    return text if Fraction(text) == number else None
