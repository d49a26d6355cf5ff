"""Plumes and stability classes: laws, edges of the table, limits of validity."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from scipy.integrate import dblquad

from saishang.rules import Rules
from saishang.science.numbers import InputError
from saishang.science.release import plume
from saishang.science.release.from_rules import curves, scale, stability_rows

LEAK = plume.Leak(10, 5, 50, "D", "rural")


def test_flux_is_the_rate(rules: Rules) -> None:
    """∫∫ u C dy dz over the half plane above ground is Q (mg/s: 10 g/s = 10,000)."""
    across, upward = plume.sigmas(1000, "D", "rural", curves(rules))
    flux, _ = dblquad(
        lambda z, y: 5 * plume.plume(LEAK, 1000, curves(rules), y=y, z=z),
        -6 * across, 6 * across, 0, 50 + 6 * upward, epsrel=1e-4,
    )  # fmt: skip
    assert flux == pytest.approx(10_000, rel=1e-3)


def test_linear_mirrored_and_higher_is_cleaner(rules: Rules) -> None:
    known = curves(rules)
    base = plume.plume(LEAK, 500, known, y=30)
    assert plume.plume(replace(LEAK, rate=20), 500, known, y=30) == pytest.approx(2 * base)
    assert plume.plume(LEAK, 500, known, y=-30) == base
    assert plume.plume(replace(LEAK, height=0), 500, known, y=30) > base


def test_between_two_classes_is_their_mean(rules: Rules) -> None:
    known = curves(rules)
    a, b, ab = (plume.sigmas(800, name, "rural", known) for name in ("A", "B", "A-B"))
    assert ab == pytest.approx(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2))


@pytest.mark.parametrize("x", [99.9, 10_000.1])
def test_nothing_is_extrapolated(rules: Rules, x: float) -> None:
    with pytest.raises(InputError, match="hold from"):
        plume.plume(LEAK, x, curves(rules))
    assert plume.plume(LEAK, 100, curves(rules)) >= 0 and plume.plume(LEAK, 10_000, curves(rules)) > 0


@pytest.mark.parametrize("change", [{"wind": 0.99}, {"rate": 0}, {"height": -1}])
def test_leaks_beyond_the_formula_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InputError):
        replace(LEAK, **change)
    assert replace(LEAK, wind=1.0).wind == 1.0


def test_maximum_and_distance(rules: Rules) -> None:
    known = curves(rules)
    x, highest = plume.ground_maximum(LEAK, known)
    assert all(plume.plume(LEAK, x + off, known) <= highest for off in (-20, 20))
    ground = replace(LEAK, height=0)
    assert plume.ground_maximum(ground, known)[0] == 100  # the nearest distance: it only falls
    far = plume.distance_to(LEAK, highest / 2, known)
    assert far is not None and far > x and plume.plume(LEAK, far, known) == pytest.approx(highest / 2)
    assert plume.distance_to(LEAK, highest, known) is None
    with pytest.raises(InputError, match="still over"):
        plume.distance_to(LEAK, 1e-6, known)


@pytest.mark.parametrize(
    ("wind", "strong", "slight", "cloudy", "clear"),
    [("1.99", "A", "B", "F", "F"), ("2", "A-B", "C", "E", "F"), ("2.99", "A-B", "C", "E", "F"),
     ("3", "B", "C", "D", "E"),
     ("5", "C", "D", "D", "D"), ("6", "C", "D", "D", "D"), ("6.01", "C", "D", "D", "D"), ("0", "A", "B", "F", "F")],
)  # fmt: skip
def test_pasquill(rules: Rules, wind: str, strong: str, slight: str, cloudy: str, clear: str) -> None:
    rows, speed = stability_rows(rules), Fraction(wind)
    assert plume.stability(speed, rows, night=False, sun="strong") == strong
    assert plume.stability(speed, rows, night=False, sun="slight") == slight
    assert plume.stability(speed, rows, night=True, cloud="cloudy") == cloudy
    assert plume.stability(speed, rows, night=True, cloud="clear") == clear
    assert plume.stability(speed, rows, night=False, cloud="overcast") == "D"


def test_moderate_sun_changes_at_six(rules: Rules) -> None:
    rows = stability_rows(rules)
    assert plume.stability(Fraction(6), rows, night=False, sun="moderate") == "C-D"
    assert plume.stability(Fraction("6.01"), rows, night=False, sun="moderate") == "D"
    for more in ({"night": True}, {"night": False}, {"night": False, "cloud": "clear"}):
        with pytest.raises(InputError, match="needs the cloud"):
            plume.stability(Fraction(3), rows, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("pmax", "zh"), [("0.999", "三级"), ("1", "二级"), ("9.999", "二级"), ("10", "一级")])
def test_grade_of_the_assessment(rules: Rules, pmax: str, zh: str) -> None:
    grade = scale(rules, "hj22").grade(pmax)
    assert grade is not None and grade.zh == zh


def test_formula_on_the_axis(rules: Rules) -> None:
    """C = Q/(π u σy σz) exp(-H²/2σz²), with the curves of class D: 0.08x(1+0.0001x)^-½ and 0.06x(1+0.0015x)^-½."""
    sy, sz = 0.08 * 2000 / math.sqrt(1.2), 0.06 * 2000 / math.sqrt(4)
    expected = 10_000 / (math.pi * 5 * sy * sz) * math.exp(-(50**2) / (2 * sz**2))
    assert plume.plume(LEAK, 2000, curves(rules)) == pytest.approx(expected)
