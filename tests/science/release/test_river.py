"""Spills in a river: laws the formulas obey, limits of their validity, a finite-difference run as second method."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from scipy.integrate import quad

from saishang.science.numbers import InputError
from saishang.science.release import river

REACH = river.Reach(1.0, 50.0)


def test_mass_and_load_are_kept() -> None:
    """∫ C A dx = M e^(-kt) at any time; Q ∫ C dt = M at any section."""
    decaying = replace(REACH, decay_per_day=0.5)
    for t in (600.0, 10_000.0, 86_400.0):
        assert river.mass_in_river(1000, 200, REACH, t) == pytest.approx(1000, rel=1e-6)
        assert river.mass_in_river(1000, 200, decaying, t) == pytest.approx(1000 * math.exp(-0.5 * t / 86400), rel=1e-6)
    for x in (0.0, 500.0, 10_000.0):
        assert river.load_past(1000, 200, REACH, x, 200) == pytest.approx(1000)


def test_load_with_decay_against_quadrature() -> None:
    """The closed form and the numerical integral over time agree."""
    decaying = replace(REACH, decay_per_day=2.0)
    found, _ = quad(
        lambda t: river.concentration(1000, 200, decaying, 10_000, t), 1, 60_000, points=[10_000], limit=200
    )
    assert river.load_past(1000, 200, decaying, 10_000, 200) == pytest.approx(200 * found / 1000, rel=1e-6)


def test_linear_in_the_mass_and_never_negative() -> None:
    for x, t in ((1000.0, 100.0), (10_000.0, 9_000.0), (10_000.0, 1.0)):
        single = river.concentration(1000, 200, REACH, x, t)
        assert single >= 0 and river.concentration(2000, 200, REACH, x, t) == pytest.approx(2 * single)


def test_the_peak_is_a_peak_and_the_limit_is_met_at_its_times() -> None:
    for reach in (REACH, replace(REACH, decay_per_day=3.0)):
        time, highest = river.peak(1000, 200, reach, 10_000)
        for off in (-5.0, 5.0):
            assert river.concentration(1000, 200, reach, 10_000, time + off) < highest
        span = river.over_limit(1000, 200, reach, 10_000, highest / 2)
        assert span is not None and span[0] < time < span[1]
        for t in span:
            assert river.concentration(1000, 200, reach, 10_000, t) == pytest.approx(highest / 2, rel=1e-6)
        assert river.over_limit(1000, 200, reach, 10_000, highest) is None
        assert river.over_limit(1000, 200, reach, 10_000, highest * 0.999999) is not None


def test_finite_differences_agree() -> None:
    """Explicit upwind-free scheme from the analytic field at 2,000 s to 3,000 s: the peak within 1 %."""
    dx, dt = 20.0, 1.0
    xs = [n * dx for n in range(401)]
    field = [river.concentration(1000, 200, REACH, x, 2000) for x in xs]
    for _ in range(1000):
        field = [0.0] + [
            field[n]
            - dt * (field[n + 1] - field[n - 1]) / (2 * dx)
            + dt * 50 * (field[n + 1] - 2 * field[n] + field[n - 1]) / dx**2
            for n in range(1, 400)
        ] + [0.0]  # fmt: skip
    exact = [river.concentration(1000, 200, REACH, x, 3000) for x in xs]
    assert max(field) == pytest.approx(max(exact), rel=0.01)


def test_continuous_release_grows_to_the_steady_one() -> None:
    """Long after the start Ogata-Banks is the steady curve; a release is the difference of two; none before 0."""
    for decay in (0.0, 0.4):
        reach = river.Reach(0.6, 40.0, decay)
        assert river.continuous(2, reach, 5000, 1e6) == pytest.approx(river.steady(2, reach, 5000)[0], rel=1e-9)
        whole, later = river.continuous(2, reach, 5000, 9000), river.continuous(2, reach, 5000, 5400)
        assert river.continuous(2, reach, 5000, 9000, 3600) == pytest.approx(whole - later)
    assert river.continuous(2, river.Reach(0.6, 40.0), 5000, 0) == 0
    # ux/E = 7,500: exp of it alone would overflow
    assert math.isfinite(river.continuous(2, river.Reach(3.0, 40.0), 100_000, 20_000))


def test_unit_of_the_decay_is_a_day() -> None:
    assert river.Reach(1, 50, 86.4).decay == pytest.approx(0.001)


@pytest.mark.parametrize(
    "call",
    [
        lambda: river.Reach(0, 50), lambda: river.Reach(1, 0), lambda: river.Reach(1, 50, -1),
        lambda: river.concentration(1000, 0, REACH, 1, 1), lambda: river.concentration(1000, 200, REACH, 1, 0),
        lambda: river.concentration(0, 200, REACH, 1, 1), lambda: river.load_past(1, 1, REACH, -1, 1),
        lambda: river.mixed(0, 1, 0, 1), lambda: river.mixing_length(130, 250, 1, 1),
        lambda: river.steady(1, REACH, -1),
        lambda: river.shear_velocity(2, 0),
    ],
)  # fmt: skip
def test_impossible_rivers_are_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(InputError):
        call()
