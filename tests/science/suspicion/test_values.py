"""Flat lines, copies, digits: figures that instruments do not give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from saishang.science.suspicion import copies, digits, flat
from saishang.science.suspicion.leads import SuspicionRule
from tests.science.suspicion.conftest import Made

NAN = float("nan")


def test_missing_hours_end_a_run_and_are_none() -> None:
    series = np.array([[5.0, 5, NAN, 5, 5, 5, NAN, NAN, 7]]).T
    station, first, length = flat.runs(series)
    assert list(zip(station.tolist(), first.tolist(), length.tolist(), strict=True)) == [
        (0, 0, 2),
        (0, 3, 3),
        (0, 8, 1),
    ]
    assert len(flat.runs(np.full((6, 2), NAN))[0]) == 0


def stuck(made: Made, hours: int, code: str = "PM10", value: float = 90.0) -> object:
    network = made()
    network.values[code][240 : 240 + hours, 1] = value
    network.values[code][[239, 240 + hours], 1] = value + 7
    return network


@pytest.mark.parametrize(("hours", "told"), [(3, False), (4, True), (12, True)])
def test_flat_line_at_its_least_length(made: Made, rule: SuspicionRule, hours: int, told: bool) -> None:
    (tested,) = flat.find(stuck(made, hours), rule.flat)  # type: ignore[arg-type]
    ours = [one for one in tested.found if (one.series, one.begin) == (1, 240)]
    assert [one.end - one.begin for one in ours] == ([hours] if told else [])


@pytest.mark.parametrize(("hours", "value", "told"), [(71, 12, False), (72, 12, True), (71, 13, True)])
def test_near_the_detection_limit_a_run_has_to_last(
    made: Made, rule: SuspicionRule, hours: int, value: float, told: bool
) -> None:
    (tested,) = flat.find(stuck(made, hours, "SO2", value), rule.flat)  # type: ignore[arg-type]
    ours = [one for one in tested.found if (one.series, one.begin) == (1, 240)]
    assert bool(ours) is told
    assert all(one.numbers["near_detection"] is (value <= 12) for one in ours)


def test_a_run_with_a_missing_hour_inside_is_two(made: Made, rule: SuspicionRule) -> None:
    network = stuck(made, 12)
    network.values["PM10"][246, 1] = NAN  # type: ignore[attr-defined]
    (tested,) = flat.find(network, rule.flat)  # type: ignore[arg-type]
    ours = sorted((one.begin, one.end) for one in tested.found if one.series == 1 and 240 <= one.begin < 252)
    assert ours == [(240, 246), (247, 252)]


def test_a_sticky_level_is_forgiven(made: Made, rule: SuspicionRule) -> None:
    # SO2 that stays for eight hours as a habit: a run of nine of it is less of a surprise than the same of PM10.
    network = made()
    network.values["SO2"][:, 1] = np.repeat(20 + np.arange(240) % 7, 8)
    network.values["SO2"][240:249, 1] = 24.0
    network.values["PM10"][240:249, 2] = 90.0
    (tested,) = flat.find(network, rule.flat)
    sticky = min(one.log10_p for one in tested.found if one.series == 1 and one.parameter == "SO2")
    plain = min(one.log10_p for one in tested.found if one.series == 2 and one.parameter == "PM10")
    assert plain < sticky / 3


@pytest.mark.parametrize(("hours", "told"), [(9, False), (10, True), (24, True)])
@pytest.mark.parametrize(("origin", "variant"), [(0, "station"), (1, "own_past")])
def test_copy_at_its_least_length(
    made: Made, rule: SuspicionRule, hours: int, told: bool, origin: int, variant: str
) -> None:
    network = made()
    values = network.values["PM10"]
    values[700 : 700 + hours, 1] = values[507 : 507 + hours, origin]
    values[[699, 700 + hours], 1] = [501, 502]
    exact, _scaled = copies.find(network, rule.copies)
    ours = [one for one in exact.found if one.variant == variant and one.parameter == "PM10"]
    assert bool(ours) is told
    for one in ours:
        assert (one.series, one.other, one.begin, one.end) == (1, origin, 700, 700 + hours)
        assert one.numbers["shift_hours"] == 193
    assert all(one.log10_p < -hours / 2 for one in ours)


def test_copy_with_something_added_and_with_a_factor(made: Made, rule: SuspicionRule) -> None:
    network = made(days=120)
    values = network.values["PM10"]
    values[960:1000, 1] = values[600:640, 3] + 6
    # A factor is looked for at shifts of half days over days with hours that differ much.
    values[1920:1992, 4] = np.rint(values[1872:1944, 2] * 0.8)
    exact, scaled = copies.find(network, rule.copies)
    (added,) = [one for one in exact.found if one.variant == "offset_station"]
    assert (added.series, added.other, added.numbers["offset"], added.numbers["shift_hours"]) == (1, 3, 6.0, 360)
    assert (added.begin, added.end) == (960, 1000) or (added.begin, added.end) == (961, 1000)
    ours = {(one.series, one.other, one.numbers["shift_hours"]) for one in scaled.found}
    assert (4, 2, 48) in ours
    assert all(one.numbers["factor"] == pytest.approx(0.8, abs=0.02) for one in scaled.found if one.series == 4)


def test_stations_that_agree_by_habit_copy_nobody(made: Made, rule: SuspicionRule) -> None:
    # Two stations side by side in clean air: equal in most hours, so a long agreement says little.
    network = made()
    rng = np.random.default_rng(1)
    base = np.rint(6 + 3 * np.sin(np.arange(1920) / 9) + rng.normal(0, 1, 1920))
    network.values["NO2"][:, 0] = base
    network.values["NO2"][:, 1] = base + (rng.random(1920) < 0.2)
    exact, _ = copies.find(network, rule.copies)
    ours = [one for one in exact.found if one.parameter == "NO2" and one.numbers["shift_hours"] == 0]
    assert ours and min(one.log10_p for one in ours) > -exact.log10_tests


def test_digits_of_an_even_spread_are_even() -> None:
    seen, expected = digits.last_digits(np.arange(0, 200, dtype=np.int64).repeat(3))
    assert seen.tolist() == [57] * 10  # 10 … 199: nineteen of each digit, three times
    assert expected == pytest.approx([57] * 10, rel=0.03)
    # A steep distribution has small digits more often, and that is expected of it.
    steep = np.repeat(np.arange(0, 90), np.rint(400 * np.exp(-np.arange(90) / 15)).astype(int))
    seen, expected = digits.last_digits(steep)
    assert seen[0] > seen[9] * 1.5 and expected == pytest.approx(seen, rel=0.05)


@pytest.mark.parametrize(("share", "told"), [(0.0, False), (0.7, True)])
def test_favourite_digits(made: Made, rule: SuspicionRule, share: float, told: bool) -> None:
    network = made(days=60)
    rng = np.random.default_rng(5)
    values = network.values["PM10"]
    chosen = rng.random(720) < share
    values[:720, 2] = np.where(chosen, np.floor(values[:720, 2] / 5) * 5, values[:720, 2])
    tested, _heaps = digits.find(network, rule.digits)
    ours = [one for one in tested.found if (one.series, one.parameter, one.begin) == (2, "PM10", 0)]
    assert bool(ours) is told
    assert all(one.numbers["fives_percent"] > 50 for one in ours)


def test_heap_below_an_edge_by_hand() -> None:
    # Twenty in 146 … 150, four in 151 … 155; twelve in 141 … 145 and twelve in 156 … 160: an even line expects half.
    whole = np.repeat(np.array([148, 153, 143, 158]), [20, 4, 12, 12]).astype(np.int64)
    assert digits.heaping(whole, 150, 5) == (20, 4, 0.5)
    # A falling line, 26 against 12 over three widths: ln(13/27)/3 = −0.2436, so 1/(1 + e^−0.2436) = 0.5606 below.
    falling = np.repeat(np.array([143, 158]), [26, 12]).astype(np.int64)
    assert digits.heaping(falling, 150, 5)[2] == pytest.approx(0.5606, abs=1e-4)


def test_heaping_needs_enough_values(made: Made, rule: SuspicionRule) -> None:
    network = made(days=60)
    wide = replace(rule.digits, edges={"PM10": (150.0,)})
    old = network.values["PM10"][:, 1].copy()
    moved = (old > 150) & (old <= 155)
    network.values["PM10"][:, 1] = np.where(moved, 300 - old + 1, old)
    near = int(((old > 145) & (old <= 155)).sum())
    for least, told in ((near, True), (near + 1, False)):
        _digits, heaps = digits.find(network, replace(wide, least_near=least))
        assert any((one.series, one.variant) == (1, "heap_hours_150") for one in heaps.found) is told
