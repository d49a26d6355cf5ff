"""Integer arithmetic as Ibis expressions that every engine does alike, to the last digit.

Engines differ in how they divide integers, how wide a sum of integers becomes and in which order they add fractions;
these few expressions are what they have in common. Media whose figures must be equal on DuckDB and Spark use them.
"""

from __future__ import annotations

from typing import Any

import ibis

__all__ = ["exact_sum", "floor_ratio", "half_even", "join_words"]


def half_even(num: Any, den: Any, slack: Any = 0) -> Any:
    """Round `num / den` to a whole number, half to even (GB/T 8170), in integers.

    Parameters
    ----------
    num, den:
        Integer expressions (64 bits), num ≥ 0, den > 0; the quotient must stay below 2**51.
    slack:
        How far from a tie (in units of twice `num`) still counts as the tie, for a `num` that carries rounding itself.
    """
    rest = num % den
    # The subtraction makes the division exact up to the last bit of a double; adding one half absorbs that bit.
    whole = floor_ratio(num - rest, den)
    twice = rest * 2
    # `whole` stands here twice only: expressions are written out in full wherever they are used.
    return whole + ibis.cases((twice > den + slack, 1), (twice < den - slack, 0), else_=whole % 2)


def floor_ratio(multiple: Any, den: Any) -> Any:
    """`multiple / den` for a `multiple` of `den`, as a 64-bit integer: engines have no integer division in common."""
    return (multiple.cast("float64") / den + 0.5).floor().cast("int64")


def exact_sum(column: Any, where: Any = None) -> Any:
    """Sum of a 64-bit integer column as a 64-bit integer; an overflow is an error of the engine, never a wrong sum."""
    # Engines widen integer sums differently (128 bits, 64 bits); Ibis takes every one for 64 bits and leaves a cast to
    # that out. As a type without null (`!`) it is another one for Ibis, so the cast is written, and then taken back.
    return column.sum(where=where).cast("!int64").cast("int64")


def join_words(words: Any) -> Any:
    """Join non-null text expressions with commas, in the order given; empty text when all are null."""
    text = ibis.literal("")
    for word in words:
        text = text + ibis.cases((word.notnull(), ibis.literal(",") + word), else_=ibis.literal(""))
    return text.substr(1)
