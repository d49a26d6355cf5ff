"""What a run tells about a station does not depend on the order in which its days came."""

from __future__ import annotations

import random
from datetime import date, timedelta

from saishang.rules import load_rules
from saishang.science.climate.from_rules import climate_rules
from saishang.science.climate.station import DailySeries, station_climate

RULES = climate_rules(load_rules())


def test_figures_of_a_year_are_the_same_in_any_order_of_days() -> None:
    days = [date(2019, 1, 1) + timedelta(days=n) for n in range(365)]
    # Tenths of a degree: sums of such doubles differ in the last digit by the order of their terms.
    dice = random.Random(5)
    mean = {day: dice.randint(-200, 350) / 10 for day in days}
    rain = {day: dice.choice([0.0, 0.1, 3.7]) for day in days}
    results = []
    for seed in range(4):
        order = list(days)
        random.Random(seed).shuffle(order)
        series = DailySeries(
            mean={day: mean[day] for day in order}, maximum={day: mean[day] + 5 for day in order},
            minimum={day: mean[day] - 5 for day in order}, rain={day: rain[day] for day in order},
            humidity={}, wind={}, sunshine={}, pressure={}, site=None,
        )  # fmt: skip
        results.append(station_climate(series, RULES))
    (first, *others) = [found.years for found in results]
    assert all(years == first for years in others)
    # Second method: whole tenths.
    assert first[0].mean is not None
    assert abs(first[0].mean - sum(round(value * 10) for value in mean.values()) / 3650) < 1e-12
