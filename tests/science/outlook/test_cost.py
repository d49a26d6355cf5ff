"""What cost most: by hand, and that every way of taking apart adds up."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from saishang.rules import load_rules
from saishang.science.air.from_rules import validity_rules
from saishang.science.outlook.cost import HourSum, cost_by_day, cost_by_hour, cost_by_station, dust_cost
from saishang.science.outlook.coverage import year_coverage

DAYS = [date(2019, 1, 1) + timedelta(days=n) for n in range(40)]


def test_days_by_hand() -> None:
    # Target 30: 50, 36 and 24 → +20, +6, −6 over three days; what cost: 26.
    found = cost_by_day({DAYS[0]: Fraction(36), DAYS[1]: Fraction(50), DAYS[2]: Fraction(24)}, Fraction(30))
    assert [(cost.key, str(cost.part), None if cost.share is None else str(cost.share)) for cost in found] == [
        (DAYS[1], "20/3", "10/13"), (DAYS[0], "2", "3/13"), (DAYS[2], "-2", None),
    ]  # fmt: skip


def test_stations_by_hand() -> None:
    # Day 1: A 60, B 40 (k = 2); day 2: only B 30. n = 2, target 30: A 30/4; B 10/4 + 0.
    found = cost_by_station(
        {DAYS[0]: {"A": Fraction(60), "B": Fraction(40)}, DAYS[1]: {"B": Fraction(30)}}, Fraction(30)
    )
    assert [(cost.key, cost.part, cost.share) for cost in found] == [
        ("A", Fraction(15, 2), Fraction(3, 4)), ("B", Fraction(5, 2), Fraction(1, 4)),
    ]  # fmt: skip
    # City: (50 + 30) / 2 = 40, ten above the target.
    assert sum(cost.part for cost in found) == 10


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from("ABCD"), st.lists(st.one_of(st.none(), st.integers(0, 900)), min_size=4, max_size=4),
            min_size=1,
        ),
        min_size=1, max_size=12,
    ),
    st.integers(0, 100),
)  # fmt: skip
def test_every_way_adds_up_to_mean_less_target(days: list[dict[str, list[int | None]]], target: int) -> None:
    """Clock of four hours: stations with missing hours, days with missing stations."""
    station_days: dict[date, dict[str, Fraction]] = {}
    hours: list[HourSum] = []
    for day, stations in zip(DAYS, days, strict=False):
        there = {name: [v for v in values if v is not None] for name, values in stations.items()}
        there = {name: values for name, values in there.items() if values}
        if not there:
            continue
        station_days[day] = {name: Fraction(sum(values), len(values)) for name, values in there.items()}
        for name, values in there.items():
            hours += [
                HourSum(hour, len(values), len(there), 1, Fraction(value))
                for hour, value in enumerate(stations[name]) if value is not None
            ]  # fmt: skip
    if not station_days:
        return
    city = {day: sum(values.values(), Fraction(0)) / len(values) for day, values in station_days.items()}
    distance = sum(city.values(), Fraction(0)) / len(city) - target
    goal = Fraction(target)
    for costs in (
        cost_by_day(city, goal), cost_by_station(station_days, goal), cost_by_hour(hours, len(city), goal),
    ):  # fmt: skip
        assert sum((cost.part for cost in costs), Fraction(0)) == distance
        shares = [cost.share for cost in costs if cost.share is not None]
        assert not shares or sum(shares) == 1


def test_dust_by_hand() -> None:
    # 20, 20, 80 with the last a dust day: 40 as measured, 20 without, 20 lost.
    found = dust_cost({DAYS[0]: Fraction(20), DAYS[1]: Fraction(20), DAYS[2]: Fraction(80)}, [DAYS[2], DAYS[9]])
    assert (found.days, found.measured, found.removed, found.difference) == (1, 40, 20, 20)
    only = dust_cost({DAYS[0]: Fraction(20)}, [DAYS[0]])
    assert (only.removed, only.difference) == (None, None)
    assert dust_cost({}, []).difference is None


def test_a_year_that_can_and_one_that_cannot_become_valid() -> None:
    # GB 3095 table 4: 27 valid days in a month, 25 in February, 324 in the year.
    rules = validity_rules(load_rules(), date(2019, 9, 30))
    full = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30}
    assert year_coverage(full, date(2019, 9, 30), rules, "PM2.5").possible
    least = full | {1: 27, 2: 25}
    found = year_coverage(least, date(2019, 9, 30), rules, "PM2.5")
    assert (found.possible, found.short_months, found.most_days) == (True, (), 365 - 4 - 3)
    short = year_coverage(full | {1: 26, 2: 24}, date(2019, 9, 30), rules, "PM2.5")
    assert (short.possible, short.short_months) == (False, (1, 2))
    # Within a month the days to come still count: 4 of 8 days so far, 22 to come, 26 at most.
    assert year_coverage(full | {9: 4}, date(2019, 9, 8), rules, "PM2.5").short_months == (9,)
    assert year_coverage(full | {9: 5}, date(2019, 9, 8), rules, "PM2.5").short_months == ()
