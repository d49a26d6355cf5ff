"""Inputs as people type them, `PM2.5=70 values=3,4,8 CO=900ug/m3`, read by the fields of a topic."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from saishang.science.calc.cases import parse_inputs
from saishang.science.calc.registry import Field, Topic
from saishang.science.numbers import InputError, exact_text
from saishang.science.units import parse_quantity

__all__ = ["parse_assignments"]

_MISSING = {"", "na", "n/a", "null", "none", "—", "-"}


def parse_assignments(topic: Topic, words: Iterable[str]) -> dict[str, Any]:
    """Inputs of a topic from `name=value` words, or from one word that is a JSON object.

    A list is written with commas, a missing value as `null`, `NA` or nothing; a number may carry a unit, which is
    converted to the field's. `name={…}` and `name=[…]` are JSON.

    Raises
    ------
    InputError
        For a word without `=`, an unknown name, a value that does not fit its field.
    """
    found: dict[str, Any] = {}
    for word in words:
        if word.lstrip().startswith("{"):
            found |= parse_inputs(word)
            continue
        name, equals, text = word.partition("=")
        name = name.strip()
        if not equals or not name:
            raise InputError(f"Expected name=value, got {word!r}.", fix="Write for example PM2.5=70.")
        field = topic.field(name)
        if field is None:
            topic.check({name: None})  # raises with the nearest names
            continue
        key = name if field is topic.open_inputs else field.name
        if key in found:
            raise InputError(f"The input {key} is given twice.", fix="Give it once.")
        found[key] = _value(text.strip(), field, key)
    return found


def _value(text: str, field: Field, name: str) -> Any:
    if text.startswith(("{", "[")):
        try:
            return json.loads(text, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"{name} is no JSON: {error}.", fix=f'Write {name}=[1, 2, null] or {name}={{"a": 1}}.'
            ) from None
    if field.kind == "pairs":
        raise InputError(f"{name} is a list of pairs.", fix=f"Write {name}='[[900, 5], [1800, 4]]'.")
    if field.kind == "mapping":
        raise InputError(f"{name} maps names to values.", fix=f"Write {name}='{{\"PM2.5\": 3}}'.")
    if field.kind in ("numbers", "series") or (field.kind == "values" and ("," in text or "，" in text)):
        return [_number(part.strip(), field, name) for part in text.replace("，", ",").split(",")]
    if field.kind == "text":
        # A dash is a class of noise (construction sites); for figures it is the mark of a missing one.
        return text if text == "-" or text.casefold() not in _MISSING else None
    return _number(text, field, name)


def _number(text: str, field: Field, name: str) -> Any:
    """A number keeps the text it was typed as (its decimals count), unless a unit had to be converted."""
    if text.casefold() in _MISSING:
        return None
    if text == "/" or not field.unit:
        return text
    value = parse_quantity(text, field.unit, name=name)
    try:
        Decimal(text)
    except ArithmeticError:
        return exact_text(value)
    return text
