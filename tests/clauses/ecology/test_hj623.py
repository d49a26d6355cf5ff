"""HJ 623-2011: biodiversity index; indices of one community."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.rules import Rules
from saishang.science.ecology.biodiversity import SpeciesCounts, biodiversity_index, community_indices
from saishang.science.ecology.from_rules import biodiversity_rule
from saishang.science.numbers import InputError

COUNTS = SpeciesCounts(127, 1831, 62, 0, 0, 0, 0, 0)


def test_formula(rules: Rules) -> None:
    """RV 127/635 = 20, RP 1831/3662 = 50, DE 62/124 = 50, no endemic, threatened or alien species:
    0.2 × (20 + 50 + 50 + 0) + 0 + 0.1 × 100 = 34."""
    found = biodiversity_index(COUNTS, biodiversity_rule(rules))
    assert (found.value, found.grade.zh) == (34, "中")
    assert found.indices["ED"] == found.indices["RT"] == found.indices["EI"] == 0


def test_the_nations_maximum_is_a_hundred(rules: Rules) -> None:
    """635 animals, 3662 plants, 124 formations, half of all endemic: ED = 0.5 / 0.3070 × 100."""
    found = biodiversity_index(replace(COUNTS, animals=635, plants=3662, ecosystems=124, endemic_animals=635),
                               biodiversity_rule(rules))  # fmt: skip
    assert [found.indices[name] for name in ("RV", "RP", "DE")] == [100, 100, 100]
    assert found.indices["ED"] == Fraction("0.5") / Fraction("0.3070") * 100


@pytest.mark.parametrize(
    ("value", "zh"), [("60", "高"), ("59.99", "中"), ("30", "中"), ("29.99", "一般"), ("20", "一般"), ("19.99", "低")]
)
def test_grades(rules: Rules, value: str, zh: str) -> None:
    grade = biodiversity_rule(rules).grades.grade(value)
    assert grade is not None and grade.zh == zh


@pytest.mark.parametrize(
    ("change", "words"),
    [({"alien": None}, "alien is missing"), ({"animals": 1.5}, "whole number"), ({"plants": -1}, "negative"),
     ({"endemic_animals": 128}, "more than all"), ({"animals": 0, "plants": 0}, "no species")],
)  # fmt: skip
def test_without_all_counts_there_is_no_index(rules: Rules, change: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        biodiversity_index(replace(COUNTS, **change), biodiversity_rule(rules))


def test_community_of_equals() -> None:
    """Four species of 5: H = ln 4, D = 0.75, J = 1, Margalef 3 / ln 20; base 2 gives 2 bits."""
    found = community_indices([5, 5, 5, 5, 0])
    assert (found.species, found.individuals, found.simpson) == (4, 20, Fraction(3, 4))
    assert found.shannon == pytest.approx(math.log(4)) and found.evenness == pytest.approx(1)
    assert found.margalef == pytest.approx(3 / math.log(20))
    assert community_indices([5, 5, 5, 5], base=2).shannon == pytest.approx(2)


def test_community_of_one() -> None:
    found = community_indices([1])
    assert (found.shannon, found.simpson, found.evenness, found.margalef) == (0, 0, None, None)


@pytest.mark.parametrize("counts", [[], [0, 0], [1, None], [1, -1]])
def test_nothing_found_has_no_index(counts: list[object]) -> None:
    with pytest.raises(InputError):
        community_indices(counts)


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=30))
def test_laws_of_diversity(counts: list[int]) -> None:
    """H lies in [0, ln S], D in [0, 1 - 1/S], whatever the order; ten times everything changes neither."""
    found = community_indices(counts)
    assert 0 <= found.shannon <= math.log(len(counts)) + 1e-12
    assert 0 <= found.simpson <= 1 - Fraction(1, len(counts))
    more = community_indices([10 * count for count in reversed(counts)])
    assert more.simpson == found.simpson and more.shannon == pytest.approx(found.shannon)
