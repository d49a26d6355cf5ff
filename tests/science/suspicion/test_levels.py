"""Sprinkled stations, steps, ratios, neighbours: levels against neighbours, with their controls."""

from __future__ import annotations

import math

import numpy as np
import pytest

from saishang.science.suspicion import neighbours, ratios, sprinkled, steps
from saishang.science.suspicion.leads import SuspicionRule, attributed, find_leads, station_scores
from saishang.science.suspicion.network import Found, Network
from tests.science.suspicion.conftest import Made


def wash(network: Network, codes: dict[str, float], stations: list[int], hours: range, days: range) -> None:
    for day in days:
        at = [day * 24 + hour for hour in hours]
        for code, part in codes.items():
            step = network.quantum[code]
            for station in stations:
                network.values[code][at, station] = np.rint(network.values[code][at, station] * part / step) * step


def test_water_at_the_inlet_is_seen(made: Made, rule: SuspicionRule) -> None:
    network = made(stations=14, days=120)
    wash(network, {"PM10": 0.6, "PM2.5": 0.8}, [1], range(10, 13), range(30, 50))
    (tested,) = sprinkled.find(network, rule.sprinkled)
    best = min(tested.found, key=lambda one: one.log10_p)
    assert best.series == 1 and 30 * 24 <= best.begin < best.end <= 50 * 24
    assert (best.numbers["hour_from"], best.numbers["hours"]) == (10, 3)
    assert best.numbers["drop_percent"] == pytest.approx(40, abs=6)
    assert best.numbers["drop_fine_percent"] < best.numbers["drop_percent"]


@pytest.mark.parametrize(
    ("codes", "stations"),
    [
        ({"PM10": 0.6, "PM2.5": 0.8, "NO2": 0.6, "CO": 0.6, "SO2": 0.6}, [1]),  # wind: gases go too
        ({"PM10": 0.6, "PM2.5": 0.8}, [0, 1, 2, 3, 4]),  # rain: neighbours go too
        ({"PM10": 0.8, "PM2.5": 0.5}, [1]),  # fine particles more than coarse ones: no water
    ],
)
def test_wind_rain_and_fine_particles_are_not(
    made: Made, rule: SuspicionRule, codes: dict[str, float], stations: list[int]
) -> None:
    network = made()
    wash(network, codes, stations, range(10, 13), range(30, 50))
    (tested,) = sprinkled.find(network, rule.sprinkled)
    assert [one for one in tested.found if one.series == 1 and one.numbers["hour_from"] == 10] == []


def test_contrast_by_hand() -> None:
    # Hours 0 … 9: two hours inside at 1, beside them 0 … the mean inside less the mean beside.
    residual = np.zeros((24, 1))
    residual[5:7] = -1.0
    found = sprinkled.contrasts(residual, 2, 3)[0, :, 0]
    assert found[5] == -1.0 and found[12] == 0.0
    assert found[4] == pytest.approx(-0.5 + (0 + 1 / 3) / 2)
    residual[5] = np.nan  # one of two inside is missing: more than a third
    assert math.isnan(sprinkled.contrasts(residual, 2, 3)[0, 5, 0])


@pytest.mark.parametrize(("part", "told"), [(1.0, False), (0.95, False), (0.7, True)])
def test_inspection(made: Made, rule: SuspicionRule, part: float, told: bool) -> None:
    network = made(stations=14, days=120)
    wash(network, {"PM2.5": part}, [2], range(24), range(40, 48))
    visit = steps.Inspection("visit", np.datetime64("2019-02-10"), np.datetime64("2019-02-17"), frozenset({"S2"}))
    tested = steps.find(network, rule.steps, [visit])[0]
    ours = [one for one in tested.found if one.parameter == "PM2.5"]
    assert bool(ours) is told and {one.series for one in tested.found} <= {2}
    for one in ours:
        assert (one.begin, one.end) == (40 * 24, 48 * 24)
        assert one.numbers["change_percent"] == pytest.approx(-30, abs=4) and one.log10_p < -2


def test_an_inspection_outside_the_record_or_elsewhere_asks_nothing(made: Made, rule: SuspicionRule) -> None:
    network = made()
    outside = steps.Inspection("before", np.datetime64("2018-12-30"), np.datetime64("2019-01-03"))
    elsewhere = steps.Inspection(
        "other", np.datetime64("2019-02-10"), np.datetime64("2019-02-17"), frozenset({"640500"})
    )
    tested = steps.find(network, rule.steps, [outside, elsewhere])[0]
    assert tested.found == () and tested.log10_tests == 0


def test_a_level_that_stays_changed_is_a_step_at_its_day(made: Made, rule: SuspicionRule) -> None:
    network = made(stations=14, days=240)
    wash(network, {"NO2": 0.5}, [3], range(24), range(80, 150))
    lasting = steps.find(network, rule.steps)[2]
    best = min(lasting.found, key=lambda one: one.log10_p)
    assert (best.series, best.parameter) == (3, "NO2") and abs(best.begin // 24 - 80) <= 2


@pytest.mark.parametrize(("hours", "told"), [(4, False), (5, True), (24, True)])
def test_part_above_its_whole_at_the_limit(made: Made, rule: SuspicionRule, hours: int, told: bool) -> None:
    # 20 % of hours is the limit: 4 of 24 hours are 16.7 %, 5 are 20.8 %.
    network = made(stations=14, days=240)
    network.values["PM2.5"][:] = np.rint(network.values["PM10"] / 2)  # no inversion but the planted ones
    for day in range(60, 67):
        at = slice(day * 24, day * 24 + hours)
        network.values["PM2.5"][at, 1] = network.values["PM10"][at, 1] + 5
    _levels, inverted = ratios.find(network, rule.ratios)
    ours = [one for one in inverted.found if one.series == 1 and one.numbers["inverted_percent"] > 15]
    assert bool(ours) is told
    if told:
        assert max(one.numbers["inverted_percent"] for one in ours) == pytest.approx(100 * hours / 24, abs=0.1)


def test_a_difference_within_rounding_is_no_inversion(made: Made, rule: SuspicionRule) -> None:
    network = made(days=200)
    network.values["PM2.5"][1440:1608, 1] = network.values["PM10"][1440:1608, 1] + 1
    assert ratios.find(network, rule.ratios)[1].found == ()


def test_a_station_that_leaves_its_neighbours(made: Made, rule: SuspicionRule) -> None:
    network = made(stations=14, days=200)
    wash(network, {"O3": 0.5}, [0], range(24), range(60, 64))
    sudden, _drifts = neighbours.find(network, rule.neighbours)
    best = min(sudden.found, key=lambda one: one.log10_p)
    assert (best.series, best.parameter) == (0, "O3")
    # (35 + 8) / (70 + 8) is 45 % less: the floor softens it, and so does a window of five days with four of them.
    assert -50 < best.numbers["change_percent"] < -30
    # All of them together: nobody leaves anybody.
    together = made(days=120)
    wash(together, {"O3": 0.5}, [0, 1, 2, 3, 4], range(24), range(60, 64))
    assert not [one for one in neighbours.find(together, rule.neighbours)[0].found if 60 * 24 <= one.begin < 64 * 24]


def test_a_drift_is_not_a_step(made: Made, rule: SuspicionRule) -> None:
    network = made(stations=14, days=240)
    ramp = np.linspace(1, 0.4, 30 * 24)
    network.values["PM10"][60 * 24 : 90 * 24, 2] = np.rint(network.values["PM10"][60 * 24 : 90 * 24, 2] * ramp)
    network.values["PM10"][90 * 24 :, 2] = np.rint(network.values["PM10"][90 * 24 :, 2] * 0.4)
    drifts = neighbours.find(network, rule.neighbours)[1]
    best = min(drifts.found, key=lambda one: one.log10_p)
    assert (best.series, best.parameter) == (2, "PM10") and 50 <= best.begin // 24 <= 75
    assert best.numbers["change_percent"] < -25


def test_blown_dust_is_compared_with_nobody(made: Made) -> None:
    network = made()
    network.values["PM10"][100, 1] = 401
    network.values["PM10"][200, 1] = 400
    assert np.isnan(network.residual("PM10")[100, 1]) and np.isnan(network.residual("PM2.5")[100, 1])
    assert not np.isnan(network.residual("PM10")[200, 1]) and not np.isnan(network.residual("NO2")[100, 1])


def test_fewer_than_two_neighbours_is_no_comparison(made: Made) -> None:
    network = made(stations=2)
    assert np.isnan(network.residual("PM10")).all()


def test_the_mirror_of_a_stronger_lead_is_dropped(made: Made) -> None:
    network = made()

    def lead(series: int, change: float, log10_p: float, begin: int = 0) -> tuple[Found, float]:
        return Found(series, "PM10", begin, begin + 48, log10_p, {"change_percent": change}), 20.0

    strong, mirror, alike, later = lead(0, -50, -9), lead(1, 30, -6), lead(2, -40, -6), lead(1, 30, -6, 480)
    assert attributed(network, [strong, mirror, alike, later]) == [strong, alike, later]


def test_everything_together(made: Made, rule: SuspicionRule) -> None:
    network = made()
    network.values["PM10"][240:264, 1] = 90.0
    network.values["PM10"][700:740, 1] = network.values["PM10"][507:547, 3]
    found = find_leads(network, rule)
    assert {(lead.signal, lead.station) for lead in found} == {("flat", "S1"), ("copies", "S1")}
    assert [lead.score for lead in found] == sorted((lead.score for lead in found), reverse=True)
    copied = next(lead for lead in found if lead.signal == "copies")
    assert copied.other == "S3" and str(copied.first) == "2019-01-30T04" and copied.harmless
    (row,) = station_scores(found)
    assert (row.station, row.families, row.leads) == ("S1", ("copies", "values"), 2)
    # The same again, to the digit.
    assert find_leads(network, rule) == found


def test_air_that_nobody_touched_gives_hardly_anything(made: Made, rule: SuspicionRule) -> None:
    # Each question may be wrong in a tenth of the networks: one weak lead is chance (here five hours of 73, made by
    # the draw itself), two or a strong one would not be.
    found = find_leads(made(days=120, seed=11), rule)
    assert len(found) <= 1 and all(lead.score < 20 for lead in found)


def test_neighbours_that_stand_still_all_the_time_teach_nothing(made: Made) -> None:
    network = made(stations=4, days=40)
    network.values["SO2"][:] = 20.0
    network.values["SO2"][:240, 0] = 45.0
    # ln((45 + 4) / (20 + 4)) on ten of forty days, less its own mean of a quarter of that.
    daily = neighbours.daily_residual(network, "SO2", 12)
    step = math.log(49 / 24)
    assert daily[0, 0] == pytest.approx(0.75 * step) and daily[39, 0] == pytest.approx(-0.25 * step)
