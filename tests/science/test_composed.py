"""Formulas of figures made of parts."""

from __future__ import annotations

from fractions import Fraction

import pytest

from saishang.science.composed import FORMULAS, compose
from saishang.science.numbers import InputError


@pytest.mark.parametrize(
    ("formula", "parts", "figure"),
    [
        ("share", {"part": 1, "whole": 3}, Fraction(100, 3)),
        ("share", {"part": 0, "whole": 3}, Fraction(0)),
        ("share", {"part": 3, "whole": 3}, Fraction(100)),
        ("utilisation", {"used": 2300, "generated": 4000, "of_which_old": 100}, Fraction(230000, 4100)),
        ("utilisation", {"used": 7, "generated": 5, "of_which_old": 2}, Fraction(100)),
        ("safe_use", {"B": 1200, "C": 560, "D": 80, "E": 2000}, Fraction(92)),
    ],
)
def test_figures_by_hand(formula: str, parts: dict[str, object], figure: Fraction) -> None:
    assert compose(formula, parts) == figure


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_part_is_needed_and_no_other_taken(formula: str) -> None:
    full: dict[str, object] = dict.fromkeys(FORMULAS[formula][0], 1)
    for name in full:
        with pytest.raises(InputError, match="missing"):
            compose(formula, {**full, name: None})
        with pytest.raises(InputError):
            compose(formula, {**full, name: -1})
    with pytest.raises(InputError, match="no part"):
        compose(formula, {**full, "guess": 1})


@pytest.mark.parametrize(
    ("formula", "parts"),
    [("share", {"part": 4, "whole": 3}), ("share", {"part": 0, "whole": 0}), ("ratio", {}),
     ("utilisation", {"used": 1, "generated": 5, "of_which_old": 2}),
     ("utilisation", {"used": 8, "generated": 5, "of_which_old": 2}),  # 6 of 5 tonnes of this year
     ("utilisation", {"used": 0, "generated": 0, "of_which_old": 0}), ("safe_use", {"B": 2, "C": 1, "D": 1, "E": 3})],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(formula: str, parts: dict[str, object]) -> None:
    with pytest.raises(InputError):
        compose(formula, parts)
