"""What stands in a cell: a number, a number below detection, a marked number, "no value", or something else.

Cells of measurement files repeat (an hour of a network holds a few hundred distinct texts), so every distinct text
is read once, exactly, and the result is spread over the column.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saishang.lake.reasons import Why
from saishang.lake.units import Conversion
from saishang.science.numbers import exact_text

__all__ = [
    "EMPTY", "OK", "REFUSED", "CellRule", "Parsed", "ParsedRows", "hidden", "name_of", "normalised", "parse_cell",
    "parse_column", "parse_groups",
]  # fmt: skip

OK, EMPTY, REFUSED = 0, 1, 2

#: Marks that the source may leave in place of a value; always "no value", whatever the source declares besides.
_ALWAYS_EMPTY = frozenset({"", "null", "none", "nan", "n/a", "#n/a"})
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_REMEMBERED = 100_000
_COMMA = re.compile(r"[+-]?\d+,\d+")
_BREAK = re.compile(r"\s*[\r\n]+\s*")
#: Up to this many numbers are told apart by marking them off, which is much faster than sorting (9 bytes each).
_MARKED_OFF = 4_000_000
_SIMPLE = re.compile(r"[0-9]{1,15}(\.[0-9]{1,10})?")
_BELOW = re.compile(r"(?:<|≤|小于|低于)\s*(.*)")
_BELOW_SUFFIX = re.compile(r"(.+?)\s*[Ll]")
_BELOW_WORDS = frozenset({"nd", "lod", "mdl", "loq", "检出限", "未检出", "bdl"})
_MARKED = re.compile(r"(?P<number>[^()\[\]]*?)\s*[(\[](?P<mark>[A-Za-z]{1,4})[)\]]")
_MARKED_BARE = re.compile(r"(?P<number>[+-]?\d+(?:\.\d+)?)\s*(?P<mark>[A-Za-z]{1,4})")


class Parsed(NamedTuple):
    """Meaning of one text: state (OK, EMPTY, REFUSED), value in the canonical unit, qualifier, code and message."""

    state: int
    value: float
    qualifier: str | None
    code: str
    message: str
    why: Why | None = None


@dataclass(frozen=True)
class CellRule:
    """How cells of one series of a source are read.

    Parameters
    ----------
    parameter: code in rules/parameters.csv.
    conversion: from the stated to the canonical unit.
    missing: texts (after normalisation, lower case) that say "no value", as the source declares them.
    marks: qualifiers that the source may attach (`H`, `B`, …) -> their meaning.
    lowest: smallest possible value in the canonical unit; None = no limit. Below it a value is not a measurement.
    words: texts that stand for numbers, such as water quality classes.
    coarsest: largest detection limit in the canonical unit that still says something; None = any.
    """

    parameter: str
    conversion: Conversion
    missing: frozenset[str] = frozenset()
    marks: Mapping[str, str] = field(default_factory=dict)
    lowest: Decimal | None = None
    words: Mapping[str, Decimal] = field(default_factory=dict)
    coarsest: Fraction | None = None
    #: Texts read so far: the blocks of a file repeat them. Never handed on to a changed copy of the rule.
    memo: dict[str, Parsed] = field(default_factory=dict, init=False, compare=False, repr=False)


def normalised(text: str) -> str:
    """Full-width digits and signs to plain ones, all kinds of dashes and blanks to one; ends trimmed."""
    text = unicodedata.normalize("NFKC", text)
    return text.replace("−", "-").replace("–", "-").replace("—", "-").replace("―", "-").replace("\ufeff", "").strip()


def hidden(name: str) -> bool:
    """Whether a name holds control characters: no database, file name or page could be trusted with it."""
    return any(unicodedata.category(sign) == "Cc" for sign in name.strip())


def name_of(text: str) -> str:
    """Name of a column: normalised, line breaks left out."""
    return normalised(_BREAK.sub("", text))


def parse_cell(text: str, rule: CellRule) -> Parsed:
    """Read one cell by its rule; never raises."""
    if rule.conversion.identity and _SIMPLE.fullmatch(text) and text not in rule.missing:
        return Parsed(OK, float(text), None, "", "")  # what nearly every cell is: digits, not negative, unit as kept
    plain = normalised(text)
    lower = plain.lower()
    if lower in _ALWAYS_EMPTY or lower in rule.missing or (not lower.strip("-") and "-" in rule.missing):
        return Parsed(EMPTY, math.nan, None, "", "")
    if plain in rule.words or text.strip() in rule.words:
        word = rule.words[plain] if plain in rule.words else rule.words[text.strip()]
        return Parsed(OK, float(word), None, "", "")
    if plain.startswith("="):
        return _refused(Why("formula", found=plain[:60]))
    if not text.isascii() and any(unicodedata.category(sign) == "No" for sign in text):
        # 35② and 35² are 35 with a note: normalisation would make a number of the note as well.
        return _refused(Why("number.note", found=text.strip()[:60]))
    below = _BELOW.fullmatch(plain) or (_BELOW_SUFFIX.fullmatch(plain) if "l" not in rule.marks else None)
    if lower in _BELOW_WORDS:
        return Parsed(OK, math.nan, "<", "", "")
    if below is not None:
        limit = normalised(below.group(1))
        if limit.lower() in _BELOW_WORDS or not limit:
            return Parsed(OK, math.nan, "<", "", "")
        number = _number(limit)
        if number is not None:
            return _checked(number, "<", rule)
    number = _number(plain)
    if number is not None:
        return _checked(number, None, rule)
    if plain in rule.marks:
        return Parsed(OK, math.nan, plain, "", "")
    for mark in sorted(rule.marks, key=len, reverse=True):
        if plain.endswith(mark) and (number := _number(plain.removesuffix(mark).rstrip())) is not None:
            return _checked(number, mark, rule)
    marked = _MARKED.fullmatch(plain) or _MARKED_BARE.fullmatch(plain)
    if marked is not None:
        mark, inner = marked.group("mark"), normalised(marked.group("number"))
        if mark in rule.marks:
            if not inner or inner.lower() in rule.missing:
                return Parsed(OK, math.nan, mark, "", "")
            number = _number(inner)
            if number is not None:
                return _checked(number, mark, rule)
        else:
            known = ", ".join(rule.marks) or "none declared"
            return _refused(Why("mark", known=known, found=mark))
    reason = "number.comma" if _COMMA.fullmatch(plain) else "number"
    return _refused(Why(reason, found=plain[:60]))


def _number(text: str) -> Decimal | None:
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text) or len(text) > 64:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond what decimals hold
        return None
    return number if number.adjusted() < 300 else None


def _checked(stated: Decimal, qualifier: str | None, rule: CellRule) -> Parsed:
    value = stated if rule.conversion.identity else rule.conversion(stated)
    if rule.lowest is not None and value < rule.lowest:
        units = {"unit": rule.conversion.canonical, "stated": rule.conversion.stated}
        return _refused(
            Why("below-possible", parameter=rule.parameter, lowest=str(rule.lowest), found=str(stated), **units)
        )
    if qualifier == "<" and rule.coarsest is not None and Fraction(value) > rule.coarsest:
        largest, unit = exact_text(rule.coarsest, at_most=12), rule.conversion.canonical
        return _refused(Why("detection", parameter=rule.parameter, largest=largest, found=str(stated), unit=unit))
    return Parsed(OK, float(value), qualifier, "", "")


def _refused(why: Why) -> Parsed:
    return Parsed(REFUSED, math.nan, None, why.code, str(why), why)


class ParsedRows(NamedTuple):
    """Cells read by several rules: `group[i]` names the rule of row i in `rules`."""

    state: np.ndarray[Any, np.dtype[np.int8]]
    value: np.ndarray[Any, np.dtype[np.float64]]
    qualifier: pa.Array
    group: np.ndarray[Any, np.dtype[np.int64]]
    rules: Mapping[int, CellRule]
    text: Callable[[int], str]

    def refused(self, row: int) -> tuple[str, Parsed]:
        """Text of a refused cell and what is wrong with it."""
        text = self.text(row)
        return text, _remembered(text, self.rules[int(self.group[row])])


def parse_column(cells: pa.Array, rule: CellRule) -> ParsedRows:
    """Read a column of texts or numbers (Arrow array of any width) by one rule."""
    return parse_groups(cells, np.zeros(len(cells), np.int64), {0: rule})


def parse_groups(
    cells: pa.Array, group: np.ndarray[Any, np.dtype[np.int64]], rules: Mapping[int, CellRule]
) -> ParsedRows:
    """Read a column whose rows follow different rules; every distinct text is read once per rule."""
    which, texts = _encoded(cells)
    codes = sorted(rules)
    order = np.zeros(codes[-1] + 1, np.int64)
    order[codes] = np.arange(len(codes))
    # One number for text and rule; each that occurs is read once, and all the rows look it up in one go.
    pairs, pair = _distinct_numbers(order[group] * len(texts) + which, len(codes) * len(texts))
    states, values, found = [], [], []
    marks: dict[str, int] = {}
    for number in pairs.tolist():
        place, index = divmod(number, len(texts))
        text, rule = texts[index], rules[codes[place]]
        parsed = rule.memo.get(text) or _remembered(text, rule)
        states.append(parsed.state)
        values.append(parsed.value)
        found.append(-1 if parsed.qualifier is None else marks.setdefault(parsed.qualifier, len(marks)))
    state, value, mark = (
        np.array(states, np.int8)[pair],
        np.array(values, np.float64)[pair],
        np.array(found, np.int64)[pair],
    )
    qualifier = (
        pa.array([*marks, None], pa.string()).take(pa.array(np.where(mark < 0, len(marks), mark)))
        if marks
        else pa.nulls(len(which), pa.string())
    )
    return ParsedRows(state, value, qualifier, group, rules, lambda row: texts[which[row]])


def _distinct_numbers(
    numbers: np.ndarray[Any, np.dtype[np.int64]], limit: int
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.int64]]]:
    """Distinct numbers below `limit`, ascending, and for each number its place among them."""
    if limit > _MARKED_OFF:
        return np.unique(numbers, return_inverse=True)
    occurs = np.zeros(limit, np.bool_)
    occurs[numbers] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[numbers]


def _encoded(cells: pa.Array) -> tuple[np.ndarray[Any, np.dtype[np.int64]], list[str]]:
    """For each row the index of its text among the distinct ones; null counts as an empty text."""
    encoded = cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    texts = _texts(encoded.dictionary)
    indices = encoded.indices
    if indices.null_count:
        indices = pc.fill_null(indices.cast(pa.int64()), len(texts))
        texts = [*texts, ""]
    return indices.to_numpy(zero_copy_only=False).astype(np.int64), texts


def _remembered(text: str, rule: CellRule) -> Parsed:
    found = rule.memo.get(text)
    if found is None:
        if len(rule.memo) >= _REMEMBERED:
            rule.memo.clear()
        found = rule.memo[text] = parse_cell(text, rule)
    return found


def _texts(distinct: pa.Array) -> list[str]:
    """Texts of distinct values; a 32-bit float is read by its shortest form, so that 1.8 stays 1.8."""
    kind = distinct.type
    if pa.types.is_float32(kind) or pa.types.is_float16(kind):
        return [str(number) for number in distinct.to_numpy(zero_copy_only=False)]
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        return [repr(number) for number in distinct.to_pylist()]
    return [str(text) for text in distinct.to_pylist()]
