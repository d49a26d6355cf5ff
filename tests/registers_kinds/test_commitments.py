"""What the plan commits to cover, share or count: values by hand at boundaries, around a change, by region and day."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.utils import timezone

from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.register_days import Way, behind, commitments, on_day, way_of
from saishang.apps.indicators.register_values import register_values
from saishang.apps.registers import glance
from saishang.apps.registers.models import Entry, Version
from saishang.apps.registers.queries import counted_regions, inside
from saishang.science.register.kind import Figure
from tests.registers_kinds.walk import RULES, New, Step, walk

pytestmark = pytest.mark.django_db
CATALOGUE = Catalogue(RULES)
LISTED = commitments(RULES, "ningxia")
D = date
UNIT = {"name": "甲厂", "region": "640104", "industry": "power", "energy": "1000", "listed_on": "2025-01-06"}
SEWER = {
    "name": "一号单元", "region": "640104", "settlement": "city", "area": "2", "people": "300", "collected": "是",
    "treated": "是",
}  # fmt: skip


def way(indicator: str) -> Way:
    found = way_of(CATALOGUE, RULES, indicator)
    assert found is not None
    return found


def told(indicator: str, on: date, region: str = "640000") -> tuple[str | None, int, int]:
    """Value, entries counted, entries (or regions) of the whole, as the register stood on a day."""
    found = on_day(way(indicator), RULES, "640000", on).regions[region]
    return (None if found.rounded is None else f"{found.rounded:f}", found.counted, found.base)


def keys(indicator: str, on: date, region: str = "640000") -> tuple[list[str], list[str]]:
    """Entries counted, and entries of the whole alone."""
    found = behind(way(indicator), RULES, region, on).entries
    return [view.key for view, counted in found if counted], [view.key for view, counted in found if not counted]


def test_every_commitment_is_counted_or_says_why_not() -> None:
    for one in LISTED:
        counted = way_of(CATALOGUE, RULES, one.indicator) is not None
        assert counted or one.missing, one.id
        if one.target:
            assert one.indicator == "" or one.target[0] in "CG"
    # Targets of the plan of these sorts have their row.
    rows = RULES.table("plans/ningxia/targets").rows
    wanted = {row["id"] for row in rows if row["kind"] in ("coverage", "grade", "recurring") or row["unit"] == "%"}
    assert wanted <= {one.target for one in LISTED}


def test_energy_monitoring_counts_the_unconnected_in_the_whole() -> None:
    joined = {"connected_on": "2025-06-30"}
    walk(
        "monitored_energy_units",
        [UNIT | {"code": f"EU-{n:03}", "region": place} for n, place in
         enumerate(["640104", "640104", "640202"], start=1)],
        [Step("EU-001", "begin", D(2025, 3, 3)),
         Step("EU-001", "connect", D(2025, 6, 30), joined, ("connected_on",))],
    )  # fmt: skip
    name = "energy.online_monitoring"
    assert told(name, D(2025, 1, 5)) == (None, 0, 0)  # the day before the first entry: nothing, and no pass
    assert told(name, D(2025, 6, 29)) == ("0.0", 0, 3)  # being connected is not connected
    assert told(name, D(2025, 6, 30)) == ("33.3", 1, 3)
    assert told(name, D(2025, 6, 30), "640100") == ("50.0", 1, 2)
    assert told(name, D(2025, 6, 30), "640202") == ("0.0", 0, 1)
    assert told(name, D(2025, 6, 30), "640300") == (None, 0, 0)
    assert keys(name, D(2025, 6, 30)) == (["EU-001"], ["EU-002", "EU-003"])
    assert keys(name, D(2025, 6, 29)) == ([], ["EU-001", "EU-002", "EU-003"])
    walk("monitored_energy_units", [], [
        Step("EU-001", "interrupt", D(2025, 8, 1)), Step("EU-003", "leave", D(2025, 9, 1)),
    ])  # fmt: skip
    assert told(name, D(2025, 7, 31)) == ("33.3", 1, 3)
    assert told(name, D(2025, 8, 1)) == ("0.0", 0, 3)  # an interrupted feed counts no longer, but stays in the whole
    assert told(name, D(2025, 9, 1)) == ("0.0", 0, 2)  # who has left is no longer owed
    walk("monitored_energy_units", [], [Step("EU-001", "resume", D(2025, 9, 2))])
    assert told(name, D(2025, 9, 2)) == ("50.0", 1, 2)
    # The target of the year takes the value of its last day.
    values = register_values(CATALOGUE, RULES, "640000", D(2025, 12, 31), None, only=["monitored_energy_units"])
    found = {(one.indicator, one.region): one.rounded for one in values if one.valid}
    assert found["energy.online_monitoring", "640000"] == "50.0"


def test_sewers_by_area_collection_and_treatment_by_people() -> None:
    covered = {"system": "separate"}
    walk(
        "sewer_units",
        [
            New(SEWER | {"code": "SU-001"}),
            New(SEWER | {"code": "SU-002", "area": "1", "people": "100", "treated": "否"}),
            New(SEWER | {"code": "SU-003", "area": "5", "people": "600", "region": "640202", "collected": "否",
                         "treated": "否"}),
        ],
        [
            step
            for key, day in (("SU-001", D(2025, 5, 1)), ("SU-002", D(2025, 7, 1)))
            for step in (Step(key, "build", D(2025, 2, 3)), Step(key, "cover", day, covered, ("system",)))
        ],
    )  # fmt: skip
    assert told("water.sewer_coverage", D(2025, 4, 30)) == ("0.0", 0, 3)
    assert told("water.sewer_coverage", D(2025, 5, 1)) == ("25.0", 1, 3)  # 2 of 8 km²
    assert told("water.sewer_coverage", D(2025, 7, 1)) == ("37.5", 2, 3)  # 3 of 8 km²
    assert told("water.sewer_coverage", D(2025, 7, 1), "640104") == ("100.0", 2, 2)
    assert told("water.sewer_coverage", D(2025, 7, 1), "640200") == ("0.0", 0, 1)
    assert told("water.sewage_collected", D(2025, 7, 1)) == ("40.0", 2, 3)  # 400 of 1,000 people
    assert told("water.sewage_treated", D(2025, 7, 1)) == ("30.0", 1, 3)  # 300 of 1,000 people
    walk("sewer_units", [], [Step("SU-001", "fault", D(2025, 8, 1))])
    # Wrong connections leave it covered: another figure counts them.
    assert told("water.sewer_coverage", D(2025, 8, 1)) == ("37.5", 2, 3)


def test_inventories_show_the_year_that_is_owed() -> None:
    done = {"total": "21000.50", "compiled_on": "2025-10-10"}
    given = {"name": "清单", "region": "640000"}
    walk(
        "emission_inventories",
        [New(given | {"code": f"GHG-{year}", "year": str(year), "due": "2025-12-31"}) for year in (2022, 2023, 2024)],
        [
            step
            for key, day in (("GHG-2022", D(2025, 2, 1)), ("GHG-2023", D(2025, 10, 10)))
            for step in (
                Step(key, "begin", D(2025, 1, 20)), Step(key, "compile", day, done, ("total", "compiled_on")),
            )
        ],
    )  # fmt: skip
    name = "carbon.inventories_compiled"
    assert told(name, D(2025, 10, 9)) == ("33.3", 1, 3)
    assert told(name, D(2025, 10, 10)) == ("66.7", 2, 3)
    assert keys(name, D(2025, 10, 10)) == (["GHG-2022", "GHG-2023"], ["GHG-2024"])
    found = walk("emission_inventories", [], [Step("GHG-2022", "redo", D(2025, 11, 1))])
    assert told(name, D(2025, 11, 1)) == ("33.3", 1, 3)
    assert [due[0] for due in found.due(D(2025, 11, 1))] == ["GHG-2022", "GHG-2024"]


def test_invented_entries_stand_apart() -> None:
    walk("monitored_energy_units", [UNIT | {"code": "EU-001", "demonstration": "是"}])
    found = on_day(way("energy.online_monitoring"), RULES, "640000", D(2025, 1, 6))
    assert found.invented and found.entries["640000"] == 1 and found.left_out == 0
    walk("monitored_energy_units", [UNIT | {"code": "EU-002", "region": "640202"}])
    found = on_day(way("energy.online_monitoring"), RULES, "640000", D(2025, 1, 6))
    assert (found.invented, found.left_out, found.entries["640000"], found.entries["640104"]) == (False, 1, 1, 0)


COUNTED = sorted({one.indicator for one in LISTED if way_of(CATALOGUE, RULES, one.indicator) is not None})
PLACES = ["640104", "640121", "640202", "640424", "640522"]
DAYS = [D(2025, 1, 6), D(2025, 4, 1), D(2025, 9, 1)]


@pytest.mark.parametrize("indicator", COUNTED)
def test_drawn_entries_counted_a_second_way(indicator: str) -> None:
    """Entries drawn at random, each with three versions: the days around every change, the province and its parts."""
    one = way(indicator)
    drawn = _draw(one, random.Random(indicator))
    for day in sorted({day + timedelta(days=near) for day in DAYS for near in (-1, 0, 1)}):
        found = on_day(one, RULES, "640000", day)
        for region, sums in found.regions.items():
            codes = inside(RULES, region)
            standing = [
                version for versions in drawn
                if (version := [v for v in versions if v["effective"] <= day][-1:]) and version[0]["region"] in codes
            ]  # fmt: skip
            listed = [version[0] for version in standing]
            wanted, counted = _by_hand(one.figure, listed, codes)
            assert (sums.rounded, sums.counted) == (wanted, len(counted)), (day, region)
            assert found.entries[region] == len(listed)
        province = next(iter(found.regions))
        names = {view.key for view, is_counted in behind(one, RULES, province, day).entries if is_counted}
        codes = inside(RULES, province)
        listed = [
            last for versions in drawn
            for last in [v for v in versions if v["effective"] <= day][-1:] if last["region"] in codes
        ]  # fmt: skip
        assert names == {v["key"] for v in _by_hand(one.figure, listed, codes)[1]}
    # The page of all commitments asks for many at once, and reads the same.
    today = DAYS[-1]
    many = glance.figures([(one.kind, one.figure)], RULES, "640000", today)[one.kind.id, one.figure.id]
    alone = on_day(one, RULES, "640000", today)
    assert many.sum == alone.regions["640000"] and many.entries == alone.entries["640000"]


def _draw(one: Way, chance: random.Random) -> list[list[dict[str, Any]]]:
    """Versions of twelve entries, written into the tables as they are; the book is made from them when it is read."""
    kind, figure = one.kind, one.figure
    states = list(kind.life.states) if kind.life is not None else [""]
    conditions: dict[str, set[str]] = {}
    for where in (figure.where, figure.of, *figure.any_of):
        for name, allowed in where.items():
            conditions.setdefault(name, set()).update(allowed)
    regions = PLACES if "prefecture_city" not in figure.levels else ["640100", "640200", "640500", "640104"]
    drawn = []
    for number in range(12):
        versions: list[dict[str, Any]] = []
        region = chance.choice(regions)
        for day in DAYS:
            values: dict[str, Any] = {}
            for name, allowed in sorted(conditions.items()):
                if name != "state":
                    choice = chance.choice([*sorted(allowed), "other"])
                    values[name] = {"true": True, "false": False}.get(choice, choice)
            if figure.field:
                values[figure.field] = str(chance.randint(1, 40))
            wanted = sorted(conditions.get("state", ())) or states
            state = chance.choice([*wanted, *states])
            versions.append(
                {"key": f"{number:02}", "region": region, "state": state, "values": values, "effective": day}
            )
        _write(kind.id, versions)
        drawn.append(versions)
    return drawn


def _write(kind: str, versions: list[dict[str, Any]]) -> None:
    now: datetime = timezone.now()
    last = versions[-1]
    common = {"title": last["key"], "since": DAYS[0], "withdrawn": False, "place": None, "recorded_at": now}
    entry = Entry.objects.create(kind=kind, number=len(versions), words="", **common, **last)
    for number, version in enumerate(versions, start=1):
        Version.objects.create(
            entry=entry,
            number=number,
            action="add" if number == 1 else "change",
            actor_name="test",
            **common,
            **version,
        )


def _by_hand(
    figure: Figure, listed: list[dict[str, Any]], codes: tuple[str, ...]
) -> tuple[Decimal | None, list[dict[str, Any]]]:  # fmt: skip
    def fits(version: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
        for name, allowed in where.items():
            value = version["state"] if name == "state" else version["values"].get(name)
            text = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
            if text not in tuple(allowed):
                return False
        return True

    def number(version: Mapping[str, Any]) -> Fraction:
        return Fraction(version["values"][figure.field]) if figure.field else Fraction(1)

    def counts(version: Mapping[str, Any]) -> bool:
        any_of = not figure.any_of or any(fits(version, where) for where in figure.any_of)
        return fits(version, figure.where) and any_of

    exact: Fraction | None
    if figure.measure == "region_share":
        regions = counted_regions(figure, RULES, codes)
        counted = [v for v in listed if counts(v) and v["region"] in regions]
        exact = Fraction(100 * len({v["region"] for v in counted}), len(regions)) if regions else None
    elif figure.measure == "share":
        whole = [v for v in listed if fits(v, figure.of)]
        counted = [v for v in whole if counts(v)]
        total = sum(map(number, whole), Fraction(0))
        exact = 100 * sum(map(number, counted), Fraction(0)) / total if total else None
    else:
        counted = [v for v in listed if counts(v)]
        exact = sum(map(number, counted), Fraction(0)) if figure.measure == "sum" else Fraction(len(counted))
    if exact is None:
        return None, counted
    places = Decimal(1).scaleb(-figure.decimals)
    scaled = exact * 10**figure.decimals
    whole_number, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest - scaled.denominator
    up = twice > 0 or (twice == 0 and whole_number % 2 == 1)
    return (Decimal(whole_number + up) * places).quantize(places, ROUND_HALF_EVEN), counted
