"""Alien species, protected areas, fish biomass."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from saishang.rules import Rules
from saishang.science.ecology.from_rules import listed_species, risk_rule
from saishang.science.ecology.invasive import alerts_for, risk_score
from saishang.science.ecology.reserves import Catch, fish_biomass, fish_change, protected_share
from saishang.science.numbers import InputError


def test_score(rules: Rules) -> None:
    """25 × (0.2×3 + 0.2×4 + 0.25×3 + 0.25×3 + 0.1×2) = 25 × 3.1 = 77.5: red; all zeros 0, all fours 100."""
    rule = risk_rule(rules)
    found = risk_score({"pathway": 3, "establish": 4, "spread": 3, "harm": 3, "control": 2}, rule)
    assert found.score == Fraction("77.5") and found.level is not None and found.level.zh == "红"
    for value, score, zh in ((0, 0, "蓝"), (4, 100, "红"), (3, 75, "红"), ("2.99", "74.75", "橙"), ("2.4", 60, "橙"),
                             ("1.6", 40, "黄"), ("1.59", "39.75", "蓝")):  # fmt: skip
        found = risk_score(dict.fromkeys(rule.weights, value), rule)
        assert found.score == Fraction(score) and found.level is not None and found.level.zh == zh


def test_no_level_while_one_is_missing(rules: Rules) -> None:
    found = risk_score({"pathway": 4, "establish": 4, "spread": 4, "harm": 4}, risk_rule(rules))
    assert (found.score, found.level, found.missing) == (None, None, ("control",))
    with pytest.raises(InputError, match="between 0 and 4"):
        risk_score({"pathway": 5}, risk_rule(rules))


def test_finds_of_listed_species(rules: Rules) -> None:
    """Solanum rostratum (batch 4) twice, with and without its author; a native grass is no find of a listed species."""
    finds = [
        ("Solanum rostratum Dunal", date(2024, 7, 1), "盐池县"),
        ("solanum  rostratum", date(2025, 8, 1), "同心县"),
        ("Stipa bungeana", date(2025, 8, 1), "同心县"),
        ("Trachemys scripta elegans", None, ""),
    ]
    found = alerts_for(finds, listed_species(rules))
    assert [(alert.zh, alert.finds) for alert in found] == [("黄花刺茄", 2), ("巴西龟", 1)]
    assert (found[0].first, found[0].last, found[0].places) == (
        date(2024, 7, 1), date(2025, 8, 1), ("同心县", "盐池县"))  # fmt: skip


def test_protected_share() -> None:
    """1000 + 500 less 100 counted twice, of 20 000 km²: 7 %."""
    assert protected_share([1000, 500], 20000, overlap=100) == 7
    for areas, land in (([], 100), ([1, None], 100), ([101], 100), ([1], 0)):
        with pytest.raises(InputError):
            protected_share(areas, land)


def test_fish_biomass_compares_like_with_like() -> None:
    """12 kg in 48 h = 0.25 kg/h; 10 + 8 kg in 24 + 24 h = 0.375 kg/h: + 50 %."""
    base = [Catch(12, 48, "刺网", 8)]
    now = [Catch(10, 24, "刺网", 8), Catch(8, 24, "刺网", 8)]
    found = fish_change(base, now)
    assert (found.base, found.current, found.change) == (Fraction(1, 4), Fraction(3, 8), 50)
    for other in ([Catch(1, 1, "地笼", 8)], [Catch(1, 1, "刺网", 9)], [], [Catch(None, 1, "刺网", 8)]):
        with pytest.raises(InputError):
            fish_change(base, other)
    with pytest.raises(InputError, match="no biomass"):
        fish_change([Catch(0, 48, "刺网", 8)], now)
    with pytest.raises(InputError, match="Net-hours"):
        fish_biomass([Catch(1, 0, "刺网", 8)])
