"""Ecosystem functions: water conservation, RUSLE, RWEQ."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from saishang.rules import Rules
from saishang.science.ecology.erosion import cover_factor, erodibility, soil_loss
from saishang.science.ecology.from_rules import cover_rule, erodibility_rule, runoff_coefficients, wind_rule
from saishang.science.ecology.water_conservation import conserved_water, total_conserved
from saishang.science.ecology.wind import (
    crust_factor,
    erodible_fraction,
    plant_factor,
    sand_fixation,
    wind_erosion,
    wind_sum,
)
from saishang.science.numbers import InputError


def test_water_balance(rules: Rules) -> None:
    """Steppe, 4.78 % runs off: 300 - 14.34 - 250 = 35.66 mm; over 2 km² 71 320 m³."""
    found = conserved_water(300, runoff_coefficients(rules)["steppe"], 250, 2)
    assert (found.depth, found.volume) == (Fraction("35.66"), 71320)


def test_dry_cells_are_kept_and_counted() -> None:
    """200 mm of rain, 250 mm evaporate: -50 mm; half of the cells, 100 000 - 50 000 m³ in sum."""
    cells = [conserved_water(350, 0, 250, 1), conserved_water(200, 0, 250, 1)]
    assert [cell.depth for cell in cells] == [100, -50]
    assert total_conserved(cells) == (50000, Fraction(1, 2))
    with pytest.raises(InputError):
        total_conserved([])


@pytest.mark.parametrize("inputs", [(None, 0, 1, 1), (1, None, 1, 1), (1, 4.78, 1, 1), (-1, 0, 1, 1), (1, 0, 1, None)])
def test_percent_and_missing_inputs_are_refused(inputs: tuple[object, ...]) -> None:
    with pytest.raises(InputError):
        conserved_water(*inputs)


def test_rusle_with_and_without_practice() -> None:
    """R 1000, K 0.04, LS 2: potential 80; C 0.2, P 0.5: loss 8 t/ha = 800 t/km²; kept 72, by the redline guide 64."""
    found = soil_loss(1000, "0.04", 2, "0.2", "0.5")
    assert (found.potential, found.loss, found.per_km2, found.conserved) == (80, 8, 800, 72)
    assert soil_loss(1000, "0.04", 2, "0.2", "0.5", retention="redline").conserved == 64
    with pytest.raises(InputError, match="between 0 and 1"):
        soil_loss(1000, "0.04", 2, 20, 1)


def test_erodibility_for_china(rules: Rules) -> None:
    """(-0.01383 + 0.51575 × 0.4) × 0.1317 = 0.19247 × 0.1317 = 0.025348299."""
    assert erodibility("0.4", erodibility_rule(rules)) == Fraction("0.025348299")
    with pytest.raises(InputError, match="negative"):
        erodibility("0.02", erodibility_rule(rules))


@pytest.mark.parametrize(
    ("cover", "c"),
    [(0, 1.0), ("0.05", 1.0), (10, 0.3072), (50, 0.06702835), ("78.3", 0.00010346), ("78.31", 0.0), (100, 0.0)],
)
def test_cover_factor(rules: Rules, cover: object, c: float) -> None:
    """10 %: 0.6508 - 0.3436; 50 %: 0.6508 - 0.3436 × 1.69897; 78.3 %: what is left is 0.0001."""
    assert cover_factor(cover, cover_rule(rules)) == pytest.approx(c, abs=5e-5)


def test_soil_factors(rules: Rules) -> None:
    """Sand 50, silt 30, clay 20, OM 2, no lime: (29.09 + 15.5 + 5.1 + 0.825 - 5.18)/100 = 0.45335;
    1/(1 + 0.0066×400 + 0.042) = 1/3.682."""
    rule = wind_rule(rules)
    assert erodible_fraction(50, 30, 20, 2, 0, rule) == Fraction("0.45335")
    assert crust_factor(20, 2, rule) == 1 / Fraction("3.682")
    for soil in ((50, 30, 0, 2, 0), (80, 30, 20, 2, 0), (50, None, 20, 2, 0)):
        with pytest.raises(InputError):
            erodible_fraction(*soil, rule)


def test_cover_is_percent(rules: Rules) -> None:
    """30 % of grass gives exp(-0.1151 × 30) = 0.0317; read as a fraction it would give 0.966."""
    rule = wind_rule(rules)
    assert plant_factor(30, "grass", rule) == pytest.approx(0.0317, abs=5e-5)
    assert plant_factor("0.30", "grass", rule) == pytest.approx(0.966, abs=5e-4)
    assert plant_factor(0, "crop", rule) == 1
    with pytest.raises(InputError, match="no land cover"):
        plant_factor(30, "lawn", rule)


def test_constants_of_rweq(rules: Rules) -> None:
    """p = 1: Qmax is 109.8 and s 150.71; SL = 100/150.71² × 109.8 × exp(-(50/150.71)²)."""
    found = wind_erosion(1, 1, 1, 1, 1, 50, wind_rule(rules))
    assert (found.product, found.transport, found.field_length) == (1, 109.8, 150.71)
    assert found.loss == pytest.approx(100 / 150.71**2 * 109.8 * math.exp(-((50 / 150.71) ** 2)))


def test_plants_hold_sand(rules: Rules) -> None:
    rule = wind_rule(rules)
    assert sand_fixation(20, 0.5, 0.6, 0.8, 1, 50, rule) == 0
    held = sand_fixation(20, 0.5, 0.6, 0.8, 0.1, 50, rule)
    bare = wind_erosion(20, 0.5, 0.6, 0.8, 1, 50, rule).loss
    assert 0 < held < bare
    still = wind_erosion(0, 0.5, 0.6, 0.8, 1, 50, rule)
    assert (still.loss, still.field_length) == (0, None)
    with pytest.raises(InputError, match="distance"):
        wind_erosion(1, 1, 1, 1, 1, 0, rule)


def test_gusts_count_and_means_do_not(rules: Rules) -> None:
    """6 and 9 m/s: 6 × 1 + 9 × 16 = 150; their month with calms has a mean below 5 and would give nothing."""
    rule = wind_rule(rules)
    assert wind_sum([0, 1, 5, 6, 9], rule) == 150
    assert wind_sum([21 / 5], rule) == 0
