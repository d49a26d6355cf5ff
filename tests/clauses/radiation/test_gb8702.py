"""GB 8702-2014: limits over frequency, edges, several sources."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.errors import SaishangError
from saishang.rules import Rules, load_rules
from saishang.science.numbers import InputError
from saishang.science.radiation.emf import EmfLimits, power_density, project_limits, to_hertz
from saishang.science.radiation.from_rules import emf_limits, project_divisor

DAY = date(2026, 6, 1)
LIMITS = emf_limits(load_rules(), DAY)


@pytest.fixture(scope="module")
def limits(rules: Rules) -> EmfLimits:
    return emf_limits(rules, DAY)


@pytest.mark.parametrize(
    ("frequency", "unit", "electric", "induction", "power"),
    [
        # Inside every row, worked out by hand from the formulae of table 1.
        (4, "Hz", 8000, 2500, None),  # 40000/16
        (20, "Hz", 8000, 250, None),  # 5000/20
        (50, "Hz", 4000, 100, None),  # 200/0.05; 5/0.05
        (2, "kHz", 100, 4.1, None),  # 200/2
        (10, "kHz", 70, 1.2, None),  # 12/10
        (80, "kHz", 50, 0.15, None),  # 4000/80; 12/80
        (1, "MHz", 40, 0.12, 4),
        (10, "MHz", 67 / math.sqrt(10), 0.21 / math.sqrt(10), 1.2),
        (900, "MHz", 12, 0.04, 0.4),
        (3500, "MHz", 0.22 * math.sqrt(3500), 0.00074 * math.sqrt(3500), 3500 / 7500),
        (30, "GHz", 27, 0.092, 2),
    ],
)
def test_table_1_inside_every_row(
    limits: EmfLimits, frequency: int, unit: str, electric: float, induction: float, power: float | None
) -> None:
    found = limits.at(to_hertz(frequency, unit))
    assert found.value("E") == pytest.approx(electric, rel=1e-12)
    assert found.value("B") == pytest.approx(induction, rel=1e-12)
    assert found.value("S") == (None if power is None else pytest.approx(power, rel=1e-12))


@pytest.mark.parametrize(
    ("frequency", "unit", "electric", "induction"),
    [
        (8, "Hz", 8000, 625),  # 40000/64 = 5000/8
        (25, "Hz", 8000, 200),  # 8000 and 200/0.025
        ("1.2", "kHz", "166.6666666666667", 4.1),  # 5/1.2 = 4.17 against 4.1
        ("2.9", "kHz", "68.9655172413793", 4.1),  # 200/2.9 against 70; 4.1 against 12/2.9 = 4.138
        (57, "kHz", 70, "0.2105263157895"),  # 70 against 4000/57 = 70.18
        (100, "kHz", 40, 0.12),  # 4000/100 and 40
        (3, "MHz", "38.6824675", 0.12),  # 40 against 67/√3; 0.12 against 0.21/√3 = 0.1212
        (30, "MHz", 12, "0.0383406"),  # 67/√30 = 12.2326 against 12; 0.21/√30 against 0.04
        (3000, "MHz", 12, 0.04),  # 12 against 0.22·√3000 = 12.05
        (15, "GHz", "26.9443872", "0.0906311"),  # 0.22·√15000 against 27
    ],
)
def test_an_edge_takes_the_stricter_row(
    limits: EmfLimits, frequency: object, unit: str, electric: object, induction: object
) -> None:
    found = limits.at(to_hertz(frequency, unit))
    assert found.value("E") == pytest.approx(float(str(electric)), rel=1e-7)
    assert found.value("B") == pytest.approx(float(str(induction)), rel=1e-5)


@pytest.mark.parametrize(("frequency", "unit"), [("0.99", "Hz"), ("300.1", "GHz")])
def test_nothing_outside_one_hertz_to_300_gigahertz(limits: EmfLimits, frequency: str, unit: str) -> None:
    with pytest.raises(SaishangError, match="covers 1 Hz to 300 GHz"):
        limits.at(to_hertz(frequency, unit))
    assert limits.at(to_hertz(1, "Hz")).value("B") == 40000
    assert limits.at(to_hertz(300, "GHz")).value("S") == 2


@pytest.mark.parametrize(("value", "within"), [("3999.9", True), ("4000", True), ("4000.1", False)])
def test_fifty_hertz_just_below_at_and_just_above(limits: EmfLimits, value: str, within: bool) -> None:
    assert limits.at(to_hertz(50, "Hz")).within("E", value) is within


def test_irrational_limits_are_compared_exactly(limits: EmfLimits) -> None:
    """67/√10 = 21.18726…: its square is 448.9 exactly."""
    at_10 = limits.at(to_hertz(10, "MHz"))
    assert at_10.squares["E"] == Fraction("448.9")
    assert at_10.within("E", "21.18726") and not at_10.within("E", "21.18727")


def test_low_frequencies_add_linearly(limits: EmfLimits) -> None:
    """50 Hz: 2500/4000; 150 Hz: 200/0.15 = 1333.3, 500 of it is 0.375: together exactly 1, which is allowed."""
    found = limits.total([[50, 2500], [150, 500]], "Hz", "E")
    assert (found.low, found.high, found.within) == (1, None, True)
    assert not limits.total([[50, 2500], [150, "500.001"]], "Hz", "E").within
    assert limits.total([[50, 40], [50, 60]], "Hz", "B").low == 1


def test_high_frequencies_add_as_squares(limits: EmfLimits) -> None:
    """(5/12)² + (4/12)² + 36/169.4."""
    found = limits.total([[900, 5], [1800, 4], [3500, 6]], "MHz", "E")
    assert found.high == Fraction(25, 144) + Fraction(16, 144) + Fraction(360, 1694)
    assert limits.total([[900, 12]], "MHz", "E").high == 1 and limits.total([[900, 12]], "MHz", "E").within
    assert not limits.total([[900, 12], [100, "0.001"]], "MHz", "E").within


def test_power_densities_add_linearly(limits: EmfLimits) -> None:
    """0.1/0.4 + 0.3/0.4 = 1."""
    assert limits.total([[900, "0.1"], [1800, "0.3"]], "MHz", "S").high == 1


def test_sources_on_both_sides_of_100_kilohertz_are_two_sums(limits: EmfLimits) -> None:
    found = limits.total([[50, 3000], [1_000_000, 20]], "Hz", "E")
    assert (found.low, found.high, found.within) == (Fraction(3, 4), Fraction(1, 4), True)
    # At 100 kHz itself squares add: (20/40)².
    assert limits.total([[100, 20]], "kHz", "E").high == Fraction(1, 4)


@pytest.mark.parametrize(
    ("sources", "unit", "quantity", "words"),
    [([], "MHz", "E", "at least one"), ([[900, None]], "MHz", "E", "frequency, value"),
     ([[900]], "MHz", "E", "must be"),
     ([[900, -1]], "MHz", "E", "negative"), ([[50, 1]], "Hz", "S", "not limited"), ([[900, 1]], "rpm", "E", "no unit"),
     ([[0, 1]], "Hz", "E", "above 0"), (["ab"], "Hz", "E", "must be")],
)  # fmt: skip
def test_bad_sources_teach(limits: EmfLimits, sources: list[object], unit: str, quantity: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        limits.total(sources, unit, quantity)  # type: ignore[arg-type]


def test_a_broadband_reading_is_judged_by_the_strictest_limit_of_its_band(limits: EmfLimits) -> None:
    """30–3000 MHz has one row: 12 V/m. 100 kHz to 3 GHz contains it; the row above 3000 MHz is laxer."""
    assert limits.over(to_hertz(30, "MHz"), to_hertz(3000, "MHz")).value("E") == 12
    assert limits.over(to_hertz("0.1", "MHz"), to_hertz(3, "GHz")).value("E") == 12
    assert limits.over(to_hertz(3, "GHz"), to_hertz(6, "GHz")).value("E") == pytest.approx(0.22 * math.sqrt(3000))
    with pytest.raises(SaishangError, match="lower edge"):
        limits.over(to_hertz(3, "GHz"), to_hertz(3, "MHz"))


def test_a_plane_wave(limits: EmfLimits) -> None:
    """144/377; the table prints 0.4."""
    assert power_density(12, limits.impedance) == Fraction(144, 377)


def test_one_project_gets_a_fifth(rules: Rules, limits: EmfLimits) -> None:
    """HJ/T 10.3: 0.08 W/m² and 5.4 V/m (12/√5 = 5.3666) at 30 to 3000 MHz."""
    found = project_limits(limits.at(to_hertz(900, "MHz")), project_divisor(rules))
    assert found.value("S") == pytest.approx(0.08)
    assert found.value("E") == pytest.approx(5.3666, abs=1e-4)


@given(st.fractions(1, 3 * 10**11))
def test_every_frequency_has_an_electric_and_a_magnetic_limit(hertz: Fraction) -> None:
    found = LIMITS.at(hertz)
    assert found.squares["E"] and found.squares["H"] and found.squares["B"]
    assert (found.squares["S"] is None) is (hertz < 100_000)


@given(st.integers(1, 10**11), st.integers(0, 100))
def test_a_single_source_at_its_limit_sums_to_one_at_most(hertz: int, percent: int) -> None:
    limit = LIMITS.at(Fraction(hertz)).value("E") or 0.0
    assert LIMITS.total([[hertz, Fraction(limit) * percent / 100]], "Hz", "E").within is (
        LIMITS.at(Fraction(hertz)).within("E", Fraction(limit) * percent / 100)
    )
