"""Ecology in a run: tables from registers, values with their entries, what is partial or invented judges nobody."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.ecology_tables import ECOLOGY_TABLES, tables_of
from saishang.apps.indicators.ecology_values import ECOLOGY_READERS
from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.states import best_by_year
from saishang.apps.indicators.values import Value, computed_values
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of
from saishang.rules import load_rules
from tests.science.ecology.test_surveys import COUNTY, by_hand

RULES = load_rules()
TODAY = date(2026, 11, 1)
pytestmark = pytest.mark.django_db


def enter(kind: str, state: str = "", effective: date = TODAY, /, **given: str) -> Any:
    return add_entry(
        "test", kind_of(RULES, kind), RULES, given, today=TODAY, effective=effective, state=state, reason="test"
    )


def asked(as_of: date = TODAY, known_at: Any = None, rules: Any = RULES) -> Asked:
    nothing: Any = None
    return Asked(nothing, nothing, rules, "ningxia", "640000", as_of, 0, known_at)


def rows(table: str, wanted: Asked | None = None) -> list[dict[str, Any]]:
    found = tables_of(wanted or asked())
    return found[table].to_pylist() if found else []


def values(wanted: Asked | None = None) -> dict[tuple[str, str, str, str], Value]:
    found = computed_values(
        Catalogue(RULES), tables_of(wanted or asked()), "640000", readers=ECOLOGY_READERS, cities=(),
        known=RULES.regions.keys(),
    )  # fmt: skip
    return {(value.indicator, value.region, value.period, value.basis): value for value in found}


def county(year: int, region: str = "640121", **change: str) -> Any:
    return enter("ei_inputs", code=f"{region}-{year}", name="n", region=region, year=str(year), **(
        {**COUNTY, "bi": "42"} | change
    ))  # fmt: skip


def test_without_entries_there_are_no_tables() -> None:
    assert tables_of(asked()) == {}


def test_ei_of_two_years_with_change_and_parts() -> None:
    _subs, ei = by_hand()
    county(2024)
    county(2025, ndvi="4500")
    county(2026)  # a year that is not over has no index yet
    first, second = rows("ecology_index")
    assert (first["id"], first["period"], first["basis"], first["register"]) == (
        "640121", "2024", "register", "ei_inputs"
    )  # fmt: skip
    assert first["value"] == pytest.approx(float(ei)) and first["rounded"] == str(round(ei, 1))
    assert (first["change"], first["against"], first["grade"]) == (None, "", 3)
    # veg 0.0121165124 × 4500 = 54.5243 → 54.5 against 50.9: 0.25 × 3.6 = 0.9, below 1: no clear change.
    assert second["change"] == pytest.approx(0.9) and (second["against"], second["change_grade"]) == ("2024", 0)
    parts = [row for row in rows("ecology_parts") if row["period"] == "2024"]
    assert [row["part"] for row in parts] == ["bio", "veg", "water", "land", "load"]
    assert sum(row["adds"] for row in parts) == pytest.approx(float(ei))
    found = values()
    assert found["ecology.ei", "640121", "2024", "register"].valid
    assert ("ecology.ei_change", "640121", "2024", "register") not in found
    change = found["ecology.ei_change", "640121", "2025", "register"]
    assert change.rounded == "0.9"
    assert change.coverage == {"grade": "ei:3", "change_grade": "ei_change:0", "against": "2024"}


def test_a_missing_part_gives_a_value_without_number_that_says_why() -> None:
    county(2025, nh3n="", cover_gl="")
    value = values()["ecology.ei", "640121", "2025", "register"]
    assert (value.value, value.rounded, value.valid) == (None, "", False)
    assert value.reason == "fields_missing:cover_gl,nh3n"


def test_biodiversity_comes_from_the_survey_of_that_region_and_year_alone() -> None:
    counts = {
        "animals": "300", "plants": "1500", "ecosystems": "60", "endemic_animals": "40", "endemic_plants": "200",
        "threatened_animals": "30", "threatened_plants": "40", "alien": "25",
    }  # fmt: skip
    enter("biodiversity_surveys", code="640121-2024", name="s", region="640121", year="2024", **counts)
    county(2024, bi="")
    county(2025, bi="")
    found = values()
    assert found["ecology.bi", "640121", "2024", "register"].rounded == "42.0"
    assert found["ecology.ei", "640121", "2024", "register"].inputs["entries"] == ["640121-2024", "640121-2024"]
    assert found["ecology.ei", "640121", "2025", "register"].reason == "fields_missing:bi"


def test_invented_entries_are_a_basis_of_their_own_and_no_year_before_a_real_one() -> None:
    county(2024, demonstration="是")
    county(2025)
    found = values()
    assert ("ecology.ei", "640121", "2024", "register") not in found
    assert ("ecology.ei_change", "640121", "2025", "register") not in found
    invented = found["ecology.ei", "640121", "2024", "demonstration"]
    assert best_by_year([invented], Catalogue(RULES).indicators["ecology.ei"]) == {}


def eqi(year: int, pattern: str) -> None:
    enter(
        "eqi_inputs", code=f"640121-{year}", name="n", region="640121", year=str(year), pattern=pattern,
        function="60", biodiversity="60", stress="20",
    )  # fmt: skip


def test_eqi_and_its_change_grades_at_the_edges() -> None:
    # 0.36 of each step: 100/36 = exactly 1, just below, exactly -2, just beyond.
    for year, pattern in ((2021, "40"), (2022, "42.7777"), (2023, "45.5555"), (2024, "48.3334"), (2025, "42.7778")):
        eqi(year, pattern)
    found = {row["period"]: row for row in rows("ecology_index")}
    assert found["2021"]["value"] == pytest.approx(54.8) and found["2021"]["rounded"] == "54.80"
    assert found["2022"]["change"] == pytest.approx(0.999972) and found["2022"]["change_grade"] == 4
    assert found["2024"]["change"] == pytest.approx(1.000044) and found["2024"]["change_grade"] == 3
    assert found["2025"]["change"] == pytest.approx(-2.000016) and found["2025"]["change_grade"] == 6
    assert [found[year]["grade"] for year in sorted(found)] == [3, 2, 2, 2, 2]


def place(code: str, area: str, state: str = "established", **more: str) -> Any:
    given = {"code": code, "name": code, "category": "nature_reserve", "region": "640181", "area": area, **more}
    return enter("protected_areas", state, **given)


def test_the_share_of_a_partial_register_is_a_lower_bound_and_not_valid() -> None:
    place("RES-1", "4000")
    place("RES-2", "2640", overlap="0")
    place("RES-3", "999", state="proposed")
    row = rows("ecology_protected")[0]
    # 6 640 km² of 66 400 km².
    assert (row["places"], row["area"], row["land"], row["share"]) == (2, 6640, 66400, 10)
    assert (row["valid"], row["reason"]) == (False, "register_partial")
    value = values()["ecology.protected_area_share", "640000", "2026", "register"]
    assert (value.rounded, value.valid, value.kind) == ("10.0", False, "computed")
    assert value.inputs["entries"] == ["RES-1", "RES-2"]
    assert best_by_year([value], Catalogue(RULES).indicators["ecology.protected_area_share"]) == {}


def test_overlap_is_taken_off() -> None:
    place("RES-1", "4000")
    place("RES-2", "2640", overlap="332")
    assert rows("ecology_protected")[0]["share"] == pytest.approx(9.5)


def test_a_complete_register_is_valid(tmp_path: Any) -> None:
    folder = tmp_path / "sites" / "ningxia"
    folder.mkdir(parents=True)
    (folder / "protected_areas.yaml").write_text(
        "groups:\n  register:\n    values: {complete: true}\n    source: project\n    clause: state of the register\n"
        "    status: confirmed\n",
        encoding="utf-8",
    )
    place("RES-1", "6640")
    row = rows("ecology_protected", asked(rules=load_rules(tmp_path)))[0]
    assert (row["share"], row["valid"], row["reason"]) == (10, True, "")


def test_finds_by_region_and_what_was_done() -> None:
    common = {"name": "f", "species": "Ambrosia artemisiifolia"}
    enter("invasive_sites", code="FIND-1", region="640121", found_on="2026-05-01", **common)
    scores = dict.fromkeys(("pathway", "establish", "spread", "harm", "control"), "2")
    enter("invasive_sites", "checked", code="FIND-2", region="640104", found_on="2026-05-01", **common, **scores)
    enter("invasive_sites", "mistaken", code="FIND-3", region="640402", found_on="2026-05-01", **common)
    found = {row["id"]: row for row in rows("ecology_alien")}
    assert found.keys() == {"640000", "640100", "640104", "640121", "640400", "640402"}
    whole = found["640000"]
    assert (whole["finds"], whole["species"], whole["handled"], whole["handled_share"]) == (2, 1, 1, 50)
    assert (whole["warnings"], whole["warnings_open"]) == (2, 1)
    assert (found["640402"]["finds"], found["640402"]["handled_share"]) == (0, None)
    assert values()["ecology.alien_handled_share", "640402", "2026", "register"].valid is False


def test_land_by_grade_and_the_chain_to_its_units() -> None:
    common = {"name": "u", "region": "640323", "kind": "sandy", "measured_on": "2026-08-01"}
    for number, (area, cover) in enumerate((("30", "40"), ("60", "39.9"), ("10", "9.9"))):
        enter("degraded_land", code=f"UNIT-{number}", area=area, cover=cover, **common)
    found = values()
    shares = [found[f"ecology.sandy_share_{level}", "640000", "2026", "register"] for level in (1, 2, 3, 4)]
    assert [value.rounded for value in shares] == ["30.0", "60.0", "0.0", "10.0"]
    assert shares[1].inputs["entries"] == ["UNIT-1"]
    assert ("ecology.saline_share_1", "640000", "2026", "register") not in found


def test_fish_of_the_river() -> None:
    common = {"name": "h", "region": "640502", "reach": "R", "month": "9", "gear": "gill_net", "net_hours": "24"}
    enter("fish_surveys", code="HAUL-1", year="2023", mass="12", base="是", **common)
    enter("fish_surveys", code="HAUL-2", year="2025", mass="15", **common)
    value = values()["ecology.fish_biomass_change", "640000", "2025", "register"]
    assert (value.rounded, value.valid, value.inputs["entries"]) == ("25.0", True, ["HAUL-1", "HAUL-2"])


def test_what_was_written_later_was_not_known_and_the_chain_ends_at_the_entries(monkeypatch: Any) -> None:
    from saishang.apps.indicators import ecology_values

    entry = county(2024)
    moment = timezone.now()
    county(2025)
    assert [row["period"] for row in rows("ecology_index", asked(known_at=moment))] == ["2024"]
    value = values()["ecology.ei", "640121", "2024", "register"]
    parts = rows("ecology_parts")
    monkeypatch.setattr(ecology_values.queries, "select", lambda *args: [p for p in parts if p["period"] == "2024"])
    run: Any = SimpleNamespace(id="r", started=timezone.now(), as_of=TODAY)
    links = ecology_values.inputs_behind(RULES, run, value.inputs, value.period)
    assert [link.name for link in links[:5]] == ["ei:bio", "ei:veg", "ei:water", "ei:land", "ei:load"]
    assert [(link.kind, link.facts["entry"]) for link in links[5:]] == [("entry", entry.pk)]


def test_tables_keep_their_columns() -> None:
    county(2024)
    assert {name: table.schema.names for name, table in tables_of(asked()).items()} == {
        name: schema.names for name, schema in ECOLOGY_TABLES.items()
    }
