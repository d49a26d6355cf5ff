"""What a person or a file gave for an entry, read by the kind: typed values, or faults that say how to mend them.

Values are kept as JSON: text, whole numbers, truth, and — for numbers — the decimal text as given, so that 0.10 stays
0.10 and nothing passes through a binary fraction. Dates are ISO text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import prod
from typing import Any, Literal

from saishang.rules import Row
from saishang.science.numbers import exact
from saishang.science.register.kind import Field, Kind
from saishang.science.rounding import round_half_even

__all__ = ["FieldFault", "Value", "as_text", "computed", "matches", "read_entry", "read_value", "shown"]

#: A stored value; None = not given.
Value = str | int | bool | None
#: Places of a computed number whose field names none.
_PLACES = 6
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－＋，", "0123456789.-+,")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TRUE = {"是", "有", "true", "yes", "1", "√", "✓"}
_FALSE = {"否", "无", "false", "no", "0", "×", "✗"}
#: Days from which a spreadsheet counts its serial dates.
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class FieldFault:
    """A value that cannot be taken: the field, what came, why, and how to mend it."""

    field: str
    content: str
    message: str
    fix: str


class _Wrong(ValueError):
    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


def read_entry(
    kind: Kind, given: Mapping[str, str | None], regions: Mapping[str, Row], *, state: str
) -> tuple[dict[str, Value], list[FieldFault]]:
    """Values of an entry in the order of the kind's fields, and everything that is wrong with them.

    Parameters
    ----------
    given:
        Field → text as typed; a field that is absent counts as empty.
    regions:
        Rows of the regions by code.
    state:
        State of the entry, for fields that are required in some states only.
    """
    values: dict[str, Value] = {}
    faults: list[FieldFault] = []
    for field in kind.fields.values():
        # What follows from other fields is never typed; a form that brings it back is not wrong.
        text = "" if field.compute is not None else (given.get(field.id) or "").strip()
        try:
            values[field.id] = read_value(field, text, regions) if text else None
        except _Wrong as error:
            values[field.id] = None
            faults.append(FieldFault(field.id, text, error.message, error.fix))
    for field in kind.fields.values():
        if field.compute is not None:
            values[field.id] = computed(field, values)
    wrong = {fault.field for fault in faults}
    for field in kind.fields.values():
        if field.required and values[field.id] is None and field.id not in wrong and _wanted(field, values, state):
            faults.append(FieldFault(field.id, "", "a value is required here", "fill it in"))
    order = list(kind.fields)
    return values, sorted(faults, key=lambda fault: order.index(fault.field))


def computed(field: Field, values: Mapping[str, Value]) -> Value:
    """A number that follows from others; None while one of them is missing, or the whole of a share is nothing."""
    told = field.compute
    if told is None:
        return values.get(field.id)
    given = [values.get(name) for name in told.fields]
    if any(value is None for value in given):
        return None
    first, *others = (exact(value) for value in given)
    match told.how:
        case "sum":
            found = sum(others, first)
        case "difference":
            found = first - sum(others, Fraction(0))
        case "product":
            found = prod(others, start=first)
        case "share":
            if not others[0]:
                return None
            found = 100 * first / others[0]
    if field.type == "integer" and found.denominator == 1:
        return int(found)
    # Exact wherever a decimal can be; a share has the places that the field gives it.
    places = field.decimals if field.decimals is not None else _PLACES
    return f"{round_half_even(found, places):f}"


def _wanted(field: Field, values: Mapping[str, Value], state: str) -> bool:
    if isinstance(field.required, bool):
        return field.required
    return any(
        (state if name == "state" else as_text(values.get(name))) in allowed for name, allowed in field.required.items()
    )


def read_value(field: Field, text: str, regions: Mapping[str, Row]) -> Value:
    """One value from its text (not empty).

    Raises
    ------
    ValueError
        With `message` and `fix`.
    """
    match field.type:
        case "text" | "long_text":
            return _read_text(field, text)
        case "integer" | "number":
            return _read_number(field, text)
        case "date":
            return _read_date(text).isoformat()
        case "choice":
            return _read_choice(field, text)
        case "truth":
            return _read_truth(text)
        case "region":
            return _read_region(field, text, regions)
        case "entry":
            return _read_text(field, text)


def _read_text(field: Field, text: str) -> str:
    if len(text) > field.length:
        raise _Wrong(f"expected at most {field.length} characters, got {len(text)}", "shorten it")
    if _CONTROL.search(text):
        raise _Wrong("expected text, got control characters", "type it again")
    if field.pattern and not re.fullmatch(field.pattern, text):
        raise _Wrong(f"expected {field.form_en}, got {text!r}", "correct it")
    return text


def _read_number(field: Field, text: str) -> Value:
    plain = text.translate(_FULL_WIDTH)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise _Wrong(f"expected a number, got {text!r}", "write digits without unit") from None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise _Wrong(f"expected a finite number, got {text!r}", "check the number")
    if field.type == "integer" and number != number.to_integral_value():
        raise _Wrong(f"expected a whole number, got {text!r}", "round it, or check the column")
    exponent = number.normalize().as_tuple().exponent
    places = max(-exponent, 0) if isinstance(exponent, int) else 0
    if field.decimals is not None and places > field.decimals:
        raise _Wrong(f"expected at most {field.decimals} decimal places, got {text!r}", "round it")
    if field.least is not None and number < Decimal(str(field.least)):
        raise _Wrong(f"expected at least {field.least:g}, got {text!r}", "check number and unit")
    if field.most is not None and number > Decimal(str(field.most)):
        raise _Wrong(f"expected at most {field.most:g}, got {text!r}", "check number and unit")
    return int(number) if field.type == "integer" else f"{number:f}"


def _read_date(text: str) -> date:
    plain = text.translate(_FULL_WIDTH)
    found = _DATE.fullmatch(plain.partition(" ")[0].partition("T")[0] if plain[:4].isdigit() else plain)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
        if re.fullmatch(r"\d{8}", plain):
            return date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
        if re.fullmatch(r"\d{5}", plain):  # a spreadsheet's serial day
            return _EPOCH + timedelta(days=int(plain))
    except ValueError:
        pass
    raise _Wrong(f"expected a day such as 2026-03-01, got {text!r}", "write year, month and day")


def _read_choice(field: Field, text: str) -> str:
    for choice in field.choices:
        if text in (choice.id, choice.zh) or text.casefold() == choice.en.casefold():
            return choice.id
    known = ", ".join(choice.zh for choice in field.choices[:12]) + (" …" if len(field.choices) > 12 else "")
    raise _Wrong(f"expected one of the choices, got {text!r}", f"use one of {known}")


def _read_truth(text: str) -> bool:
    if text.casefold() in _TRUE:
        return True
    if text.casefold() in _FALSE:
        return False
    raise _Wrong(f"expected yes or no, got {text!r}", "write 是 or 否")


def _read_region(field: Field, text: str, regions: Mapping[str, Row]) -> str:
    found = _named(regions).get(text, ())
    if not found:
        raise _Wrong(f"expected a region of the table, got {text!r}", "write its code or its full name")
    if len(found) > 1:
        names = ", ".join(f"{row['code']} {row['zh']}" for row in found)
        raise _Wrong(f"expected one region, {text!r} names several", f"write the code: {names}")
    if field.levels and found[0]["level"] not in field.levels:
        raise _Wrong(f"expected a region of level {', '.join(field.levels)}, got {text!r}", "name a smaller region")
    return str(found[0]["code"])


#: The table of regions that was read last, and its rows by each of their names: a file of 100,000 rows asks as often.
_NAMED: list[tuple[Mapping[str, Row], dict[str, tuple[Row, ...]]]] = []


def _named(regions: Mapping[str, Row]) -> dict[str, tuple[Row, ...]]:
    if not _NAMED or _NAMED[0][0] is not regions:
        names: dict[str, tuple[Row, ...]] = {}
        for row in regions.values():
            for name in {str(row["code"]), row["zh"], row["short"], row["en"]}:
                names[name] = (*names.get(name, ()), row)
        _NAMED[:] = [(regions, names)]
    return _NAMED[0][1]


def as_text(value: Value) -> str:
    """A stored value as the text that `read_entry` reads back to the same value; empty for none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def matches(where: Mapping[str, Iterable[str]], values: Mapping[str, Any], state: str) -> bool:
    """Whether an entry has one of the values in every field that `where` names."""
    if not where:
        return True
    return all(
        (state if name == "state" else as_text(values.get(name))) in tuple(allowed) for name, allowed in where.items()
    )


def shown(field: Field, value: Value, language: Literal["zh", "en"] = "zh") -> str:
    """A value as people read it: the words of a choice, 是/否, the number as given."""
    if value is None:
        return ""
    words = field.words.get(value)
    return str(value) if words is None else words[language == "en"]
