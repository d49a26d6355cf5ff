"""Ranking rule (城市环境空气质量排名技术规定) and composite index: published tables and named settings."""

from __future__ import annotations

from fractions import Fraction

import pytest

from saishang.rules import RuleLookupError, Rules
from saishang.science.air.composite import composite_index
from saishang.science.air.from_rules import composite_names, composite_settings
from saishang.science.air.ranking import change_rate, improvement_ranking, rank, worst_change_candidates
from saishang.science.numbers import InputError
from saishang.science.rounding import fixed

#: Ningxia, November 2022, as published: SO2 NO2 PM10 PM2.5 CO O3 and the index.
PUBLISHED = {
    "银川市": (16, 44, 89, 42, "1.2", 80, "4.64"),
    "石嘴山市": (22, 39, 94, 42, "1.4", 81, "4.75"),
    "吴忠市": (16, 31, 96, 41, "1.0", 85, "4.37"),
    "固原市": (6, 22, 72, 28, "0.9", 77, "3.18"),
    "中卫市": (10, 29, 112, 41, "0.6", 82, "4.32"),
    "宁东基地": (19, 37, 89, 28, "1.0", 96, "4.16"),
    "全区": (14, 33, 93, 39, "1.0", 81, "4.25"),
}
ITEMS = ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3")


@pytest.mark.parametrize("city", PUBLISHED)
def test_single_indices_are_rounded_before_the_sum(rules: Rules, city: str) -> None:
    """Composite index: every single index to two decimals, then the sum (adding first misses three of seven)."""
    *values, published = PUBLISHED[city]
    found = composite_index(dict(zip(ITEMS, values, strict=True)), composite_settings(rules, "2012"))
    assert str(found.index) == published
    assert found.main == ("PM10",)


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("2012", (60, 40, 70, 35, 4, 160)),
        ("2026t", (60, 40, 60, 30, 4, 160)),
        ("2026f", (20, 30, 50, 25, 4, 160)),
    ],
)
def test_limits_of_a_setting(rules: Rules, name: str, limits: tuple[int, ...]) -> None:
    """Composite index: annual class 2 limits, 24 hours for CO, 8 hours for O3; at the limits it is 6.00."""
    settings = composite_settings(rules, name)
    assert tuple(settings.limits[item] for item in ITEMS) == limits
    assert str(composite_index(settings.limits, settings).index) == "6.00"


def test_weights_choose_index_and_main_pollutant(rules: Rules) -> None:
    """Weighted form (reported for appendix C of HJ 663-2026): weights 1 2 1 3 1 2."""
    values = dict(zip(ITEMS, PUBLISHED["银川市"][:6], strict=True))
    found = composite_index(values, composite_settings(rules, "weighted-2026t"))
    # 0.27 + 2 × 1.10 + 1.48 + 3 × 1.40 + 0.30 + 2 × 0.50 = 9.45
    assert (str(found.index), found.main) == ("9.45", ("PM2.5",))


def test_an_index_of_five_is_no_index(rules: Rules) -> None:
    """Composite index: with a pollutant missing there is none."""
    found = composite_index({"SO2": 16, "NO2": 44, "PM10": None}, composite_settings(rules, "2012"))
    assert (found.index, found.main) == (None, ())
    assert found.missing == ("PM10", "PM2.5", "CO", "O3")
    assert str(found.single["NO2"]) == "1.10"


def test_unknown_setting_names_the_known(rules: Rules) -> None:
    """Settings are named; an unknown name is told which there are."""
    assert "equal-2012" in composite_names(rules)
    with pytest.raises(RuleLookupError) as caught:
        composite_settings(rules, "1996")
    assert "2026t" in caught.value.fix


@pytest.mark.parametrize("weights", [{"PM2.5": 0}, {"PM2.5": -1}, {"dust": 1}])
def test_bad_weights(rules: Rules, weights: dict[str, int]) -> None:
    """Weights are above 0 and belong to a pollutant of the index."""
    with pytest.raises(InputError):
        composite_index({}, composite_settings(rules, "2012"), weights=weights)


def test_equal_values_share_a_rank_and_the_next_is_skipped() -> None:
    """Ranking: 12, 12, 14 as in a published table; here 1, 2, 2, 2, 5."""
    found = rank({"a": "3.10", "b": "2.0", "c": "2.5", "d": "2.50", "e": "2.5"})
    assert found == {"b": 1, "c": 2, "d": 2, "e": 2, "a": 5}


def test_who_has_no_value_has_no_rank() -> None:
    """Ranking: missing is neither first nor last."""
    assert rank({"a": None, "b": "3", "c": "NA"}) == {"b": 1, "a": None, "c": None}


def test_change_rate_is_negative_when_air_improves() -> None:
    """Improvement: percent change on the same period a year before, one decimal (Yinchuan PM10: -7.5)."""
    assert fixed(change_rate(62, 67), 1) == "-7.5"
    assert fixed(change_rate("4.32", "4.58"), 1) == "-5.7"
    assert change_rate(5, 5) == 0
    with pytest.raises(InputError, match="above 0"):
        change_rate(5, 0)


def test_improvement_ranking_compares_published_changes() -> None:
    """Improvement ranking: the largest fall first, equal published changes joint, no year before = no rank."""
    # a -10.04 and b -9.96 both print as -10.0
    found = improvement_ranking({"a": "89.96", "b": "90.04", "c": 120, "d": 5}, {"a": 100, "b": 100, "c": 100})
    assert {name: place for name, (_, place) in found.items()} == {"a": 1, "b": 1, "c": 3, "d": None}
    assert found["a"][0] == Fraction(-1004, 100)


def test_worst_change_list_spares_cities_that_attain() -> None:
    """Change-ranking scheme of 2017: a city that attains class 2 is not named among the worst changes."""
    assert worst_change_candidates({"a": 5, "b": 9, "c": None}, {"b"}) == ("a",)
