"""A description as it is kept: one canonical JSON document with everything resolved, and back.

It needs no rules to be read again, but for the holiday calendar, which is nobody's description. What has its default
value is left out, so that a new attribute of the engine makes no other description of an old file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from hashlib import sha256
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from saishang.science.clocks import WorkingDays
from saishang.science.machine import State, StateTable, Transition
from saishang.science.register.kind import Kind, digest_of

__all__ = ["canonical", "digest_of_document", "from_document", "to_document"]

#: Attributes that say how a description stands in a site, not what it describes.
_STANDING = {
    "calendar",
    "changes",
    "closed",
    "digest",
    "epoch",
    "former",
    "former_states",
    "pending",
    "earlier",
    "rules",
}


def to_document(kind: Kind) -> dict[str, Any]:
    """The description as JSON-ready values."""
    found: dict[str, Any] = _plain(kind)
    found["calendar"] = kind.calendar is not None
    return found


def canonical(document: Mapping[str, Any]) -> str:
    """One text for one description."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of_document(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text."""
    return sha256(canonical(document).encode()).hexdigest()


def from_document(document: Mapping[str, Any], calendar: WorkingDays | None) -> Kind:
    """The kind of a kept description.

    Parameters
    ----------
    calendar:
        Working days of the rules at hand; used where a term counts by them.
    """
    kind: Kind = _object(Kind, {name: value for name, value in document.items() if name != "calendar"})
    return digest_of(replace(kind, calendar=calendar if document.get("calendar") else None))


def _plain(value: Any) -> Any:
    if isinstance(value, StateTable):
        moves = [move for state in value.states for move in value.moves(state)]
        return {"name": value.name, "states": [_plain(state) for state in value.states.values()],
                "transitions": [_plain(move) for move in moves]}  # fmt: skip
    if isinstance(value, Fraction | Decimal):
        return str(value)
    if is_dataclass(value):
        return {
            one.name: _plain(getattr(value, one.name)) for one in fields(value)
            if one.name not in _STANDING and not _is_default(one, getattr(value, one.name))
        }  # fmt: skip
    if isinstance(value, Mapping):
        # The order of fields and figures is the order of forms: a list keeps it where a canonical object would not.
        return [[name, _plain(one)] for name, one in value.items()]
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def _is_default(one: Any, value: Any) -> bool:
    if one.default is not MISSING:
        return bool(value == one.default and type(value) is type(one.default))
    return one.default_factory is not MISSING and value == one.default_factory()


def _read(known: Any, value: Any) -> Any:
    """A kept value as the attribute's type has it."""
    origin, inner = get_origin(known), get_args(known)
    if known is StateTable:
        return StateTable(
            [_object(State, entry) for entry in value["states"]],
            [_object(Transition, entry) for entry in value["transitions"]], name=value["name"],
        )  # fmt: skip
    if known is Fraction:
        return Fraction(value)
    if is_dataclass(known):
        return _object(known, value)
    if origin is UnionType:
        return _of_union(inner, value)
    if origin is tuple:
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_read(inner[0], one) for one in value)
        return tuple(_read(kind, one) for kind, one in zip(inner, value, strict=True))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return {name: _read(inner[1], one) for name, one in value}
    return value


def _of_union(choices: tuple[Any, ...], value: Any) -> Any:
    if value is None:
        return None
    for choice in choices:
        if choice is float and isinstance(value, str):  # a bound of the file, exact
            return Decimal(value)
        if isinstance(value, dict) and (is_dataclass(choice) or choice is StateTable):
            return _read(choice, value)
        if isinstance(value, list) and get_origin(choice) is not None:
            return _read(choice, value)
    return value


@cache
def _hints(known: Any) -> dict[str, Any]:
    return get_type_hints(known)


def _object(known: Any, value: Mapping[str, Any]) -> Any:
    hints = _hints(known)
    return known(**{name: _read(hints[name], one) for name, one in value.items() if name in hints})
