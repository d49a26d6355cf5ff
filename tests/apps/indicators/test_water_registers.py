"""From registers and samples to the tables of a run: sources, black-odorous waters, flow, drains; by day, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from django.utils import timezone

from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.water_long_tables import bloom_rows, ranking_rows, trend_rows
from saishang.apps.indicators.water_places import drain_groups, drain_sections, drains
from saishang.apps.indicators.water_special_tables import special_tables
from saishang.apps.indicators.water_values import flow_shares, source_shares
from saishang.apps.registers.actions import add_entry, change_entry
from saishang.apps.registers.kinds import kind_of
from saishang.rules import load_rules
from saishang.science.water.series import WaterSection

if TYPE_CHECKING:
    from saishang.config import Config
    from saishang.lake import Lake

RULES = load_rules()
TODAY = date(2026, 6, 1)
START = date(2025, 1, 1)
pytestmark = pytest.mark.django_db
#: A month that complies: every item asked of a river source, well inside its limits.
GOOD = {
    "pH值": "8", "溶解氧": "8", "高锰酸盐指数": "2", "五日生化需氧量": "2", "氨氮": "0.1", "总磷": "0.05",
    "铜": "0.001L",
    "锌": "0.05L", "氟化物": "0.5", "硒": "0.0004L", "砷": "0.0003L", "汞": "0.00004L", "镉": "0.0001L",
    "铬（六价）": "0.004L", "铅": "0.001L", "氰化物": "0.004L", "挥发酚": "0.0003L", "石油类": "0.01L",
    "阴离子表面活性剂": "0.05L", "硫化物": "0.005L", "硫酸盐": "100", "氯化物": "80", "硝酸盐": "2", "铁": "0.1",
    "锰": "0.02",
}  # fmt: skip


def enter(kind: str, given: Mapping[str, str], day: date = START) -> Any:
    return add_entry("test", kind_of(RULES, kind), RULES, dict(given), today=TODAY, effective=day)


def source(code: str, region: str, volume: str = "", **more: str) -> Any:
    return enter(
        "drinking_sources",
        {"code": code, "name": code, "region": region, "kind": "river", "level": "county", "station": code,
         "population": "1000", "monthly_volume": volume, **more},
    )  # fmt: skip


def samples(path: Path, months: Mapping[tuple[str, int], Mapping[str, str]]) -> Path:
    lines = ["水质点位编码,采样日期,项目,结果,单位,方法,实验室\n"]
    for (point, month), values in months.items():
        for item, value in values.items():
            unit = "无量纲" if item == "pH值" else "mg/L"
            lines.append(f"{point},2025-{month:02d}-05,{item},{value},{unit},,\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def lake(config: Config, dsn: str, settings: Any) -> Iterator[Lake]:
    from saishang.lake import Lake

    settings.CONFIG = config
    yield Lake.open(config, dsn=dsn)


def tables(config: Config, lake: Lake, as_of: date, known_at: Any = None) -> dict[str, list[dict[str, Any]]]:
    asked = Asked(config, lake, RULES, "ningxia", "640000", as_of, lake.version, known_at)
    return {name: table.to_pylist() for name, table in special_tables(asked, {}).items()}


def test_without_registers_or_samples_there_is_no_table(config: Config, lake: Lake) -> None:
    assert tables(config, lake, TODAY) == {}
    source("SRC-1", "640121", "10")
    assert tables(config, lake, TODAY) == {}


def test_sources_by_month_and_year(config: Config, lake: Lake, tmp_path: Path) -> None:
    source("SRC-1", "640121", "30")
    source("SRC-2", "640502", "10")
    source("SRC-9", "640502", "5", demonstration="是")
    months = {("SRC-1", month): GOOD for month in range(1, 13)}
    months |= {("SRC-2", month): GOOD for month in range(1, 13)}
    months["SRC-2", 7] = {**GOOD, "铁": "0.33"}
    months["SRC-9", 3] = GOOD
    lake.ingest(samples(tmp_path / "a.csv", months))
    found = tables(config, lake, date(2025, 12, 31))
    by_key = {(row["source"], row["period"]): row for row in found["water_sources"] if row["period_kind"] != "to_date"}
    july = by_key["SRC-2", "2025-07"]
    assert (july["compliant"], july["over"], july["class"], july["compliant_volume"]) == (False, "FE:0.10", 2, 0.0)
    assert (by_key["SRC-2", "2025-08"]["compliant"], by_key["SRC-2", "2025-08"]["compliant_volume"]) == (True, 10.0)
    year = by_key["SRC-2", "2025"]
    # Eleven of twelve months of 10 · 10⁴ m³ each comply.
    assert (year["compliant"], year["volume"], year["compliant_volume"], year["reason"]) == (False, 120.0, 110.0, None)
    shares = {
        (row["id"], row["level"], row["basis"], row["period"]): row for row in found["water_source_shares"]
    }  # fmt: skip
    all_year = shares["640000", "all", "measured", "2025"]
    # One of two sources; (360 + 110) of (360 + 120): 97.916…
    assert (all_year["by_number"], all_year["number_rounded"], all_year["volume_rounded"]) == (50.0, 50.0, 97.9)
    assert (all_year["sources"], all_year["valid"]) == (2, True)
    assert shares["640500", "all", "measured", "2025"]["number_rounded"] == 0.0
    july_all = shares["640000", "all", "measured", "2025-07"]
    assert (july_all["number_rounded"], july_all["volume_rounded"]) == (50.0, 75.0)
    # The invented source stands apart, and its eleven months without a sample are no pass.
    invented = shares["640000", "all", "demonstration", "2025"]
    assert (invented["evaluated"], invented["by_number"], invented["valid"], invented["reason"]) == (
        0, None, False, "no_data",
    )  # fmt: skip
    assert by_key["SRC-9", "2025-04"]["reason"] == "no_data"
    catalogue = Catalogue(RULES).indicators
    values = {
        (value.region, value.basis, value.period): value
        for value in source_shares(catalogue["water.source_volume_compliance"], found["water_source_shares"])
    }
    volume = values["640000", "measured", "2025"]
    assert (volume.rounded, volume.valid) == ("97.9", True)
    assert volume.value == Decimal(47000) / Decimal(480)
    (number,) = (
        value
        for value in source_shares(catalogue["water.source_compliance"], found["water_source_shares"])
        if (value.region, value.basis, value.period) == ("640000", "measured", "2025")
    )
    assert (number.rounded, number.coverage["sources_evaluated"]) == ("50.0", 2)


def test_what_is_missing_in_a_month_is_no_pass_of_the_year(config: Config, lake: Lake, tmp_path: Path) -> None:
    source("SRC-1", "640121", "30")
    months = {("SRC-1", month): GOOD for month in range(1, 12)}
    months["SRC-1", 5] = {name: value for name, value in GOOD.items() if name != "锰"}
    lake.ingest(samples(tmp_path / "a.csv", months))
    rows = {row["period"]: row for row in tables(config, lake, date(2025, 12, 15))["water_sources"]}
    assert (rows["2025-05"]["compliant"], rows["2025-05"]["missing"], rows["2025-05"]["reason"]) == (
        None, "MN", "items_missing",
    )  # fmt: skip
    # December is not over and was not sampled: nobody owes it yet; a year that runs is told to date.
    assert "2025-12" not in rows
    assert "2025" not in rows
    to_date = rows["2025-01..2025-12"]
    assert (to_date["compliant"], to_date["valid"], to_date["reason"]) == (None, False, "months_missing")


def test_a_source_is_judged_while_it_is_in_use_and_as_it_was_known(config: Config, lake: Lake, tmp_path: Path) -> None:
    entry = source("SRC-1", "640121", "30")
    lake.ingest(samples(tmp_path / "a.csv", {("SRC-1", month): GOOD for month in (1, 2, 3)}))
    moment = timezone.now()
    change_entry(
        "test", kind_of(RULES, "drinking_sources"), RULES, entry.pk,
        {"code": "SRC-1", "name": "SRC-1", "region": "640121", "kind": "river", "level": "county", "station": "SRC-1",
         "population": "1000", "monthly_volume": "50"},
        number=1, today=TODAY, effective=date(2025, 3, 1),
    )  # fmt: skip
    now = {row["period"]: row["volume"] for row in tables(config, lake, date(2025, 3, 31))["water_sources"]}
    assert (now["2025-02"], now["2025-03"]) == (30.0, 50.0)
    then = {row["period"]: row["volume"] for row in tables(config, lake, date(2025, 3, 31), moment)["water_sources"]}
    assert (then["2025-02"], then["2025-03"]) == (30.0, 30.0)


def test_black_waters_by_point_stretch_and_body(config: Config, lake: Lake, tmp_path: Path) -> None:
    enter(
        "black_odorous_waters",
        {"code": "HC-1", "name": "HC", "region": "640221", "setting": "urban", "stations": "P1、P2，P3, P4"},
    )  # fmt: skip
    lines = ["水质点位编码,采样日期,项目,结果,单位,方法,实验室\n"]
    for point, ammonia in (("P1", "16"), ("P2", "15.1"), ("P3", "20"), ("P4", "3")):
        for day in (3, 6, 9):
            for item, value, unit in (("透明度", "40", "cm"), ("溶解氧", "4", "mg/L"), ("氧化还原电位", "-20", "mV")):
                lines.append(f"{point},2025-06-{day:02d},{item},{value},{unit},,\n")
            lines.append(f"{point},2025-06-{day:02d},氨氮,{ammonia},mg/L,,\n")
    path = tmp_path / "b.csv"
    path.write_text("".join(lines), encoding="utf-8")
    lake.ingest(path)
    found = tables(config, lake, date(2025, 12, 31))
    assert [(row["station"], row["grade"], row["heavy"]) for row in found["water_black_points"]] == [
        ("P1", 2, "nh3n:3/3"), ("P2", 2, "nh3n:3/3"), ("P3", 2, "nh3n:3/3"), ("P4", 1, ""),
    ]  # fmt: skip
    (body,) = found["water_black_bodies"]
    # Three of four points are heavy, 75 %, and they are neighbours.
    assert (body["grade"], body["stretches"], body["points_heavy"], body["valid"]) == (2, "1-3", 3, True)


def test_a_point_without_samples_leaves_the_body_open(config: Config, lake: Lake, tmp_path: Path) -> None:
    enter(
        "black_odorous_waters",
        {"code": "HC-1", "name": "HC", "region": "640221", "setting": "urban", "stations": "P1、P2"},
    )  # fmt: skip
    path = tmp_path / "b.csv"
    path.write_text(
        "水质点位编码,采样日期,项目,结果,单位,方法,实验室\nP1,2025-06-03,溶解氧,4,mg/L,,\n", encoding="utf-8"
    )  # fmt: skip
    lake.ingest(path)
    found = tables(config, lake, date(2025, 12, 31))
    first, second = found["water_black_points"]
    assert (first["grade"], first["missing"], first["reason"]) == (None, "sd_cm,orp,nh3n", "items_missing")
    assert (second["grade"], second["reason"]) == (None, "no_data")
    (body,) = found["water_black_bodies"]
    assert (body["grade"], body["valid"], body["reason"]) == (None, False, "points_missing")


def test_flow_by_the_target_of_the_day(config: Config, lake: Lake, tmp_path: Path) -> None:
    given = {"code": "LL-1", "name": "LL", "region": "640324", "river": "河", "flow": "2", "assurance": "90"}
    entry = enter("flow_sections", given)
    change_entry(
        "test", kind_of(RULES, "flow_sections"), RULES, entry.pk, {**given, "flow": "1"}, number=1, today=TODAY,
        effective=date(2025, 1, 16),
    )  # fmt: skip
    days = [START + timedelta(days=number) for number in range(31)]
    path = tmp_path / "f.csv"
    # 1.5 m³/s all month: under the target of 2 on the first fifteen days, over that of 1 on the other sixteen.
    path.write_text("section,day,flow_m3s\n" + "".join(f"LL-1,{day},1.5\n" for day in days), encoding="utf-8")
    lake.ingest(path)
    found = tables(config, lake, date(2025, 12, 31))
    rows = {row["period"]: row for row in found["water_flow"]}
    january = rows["2025-01"]
    assert (january["days_expected"], january["days_kept"], january["rounded"], january["met"]) == (31, 16, 51.6, False)
    # The year has 31 of 365 days: even if all others had kept, 350 of 365 could; if none, 16 of 365.
    year = rows["2025"]
    assert (year["days_expected"], year["met"], year["valid"], year["reason"]) == (365, None, False, "flow_days_short")
    assert rows["2025-02"]["reason"] == "no_data"
    kept = {row["day"]: row["kept"] for row in found["water_flow_daily"]}
    assert (kept[date(2025, 1, 15)], kept[date(2025, 1, 16)]) == (False, True)
    indicator = Catalogue(RULES).indicators["water.ecological_flow_met"]
    values = {value.period: value for value in flow_shares(indicator, found["water_flow"])}
    assert (values["2025"].value, values["2025"].valid, values["2025"].reason) == (None, False, "no_data")


def test_mouths_of_drains_become_sections_with_the_target_of_the_day() -> None:
    given = {"code": "PSG-1", "name": "沟", "region": "640121", "mouth": "甲口", "target_class": "5", "automatic": "是",
             "station": "站", "length": "12.5"}  # fmt: skip
    entry = enter("drains", given)
    change_entry(
        "test", kind_of(RULES, "drains"), RULES, entry.pk, {**given, "target_class": "4"}, number=1, today=TODAY,
        effective=date(2026, 1, 1),
    )  # fmt: skip
    enter(
        "drains",
        {"code": "PSG-2", "name": "乙", "region": "640121", "mouth": "金沙湾", "automatic": "否", "length": "8"},
    )
    enter("drains", {**given, "code": "PSG-3", "mouth": "丙口", "demonstration": "是"})
    found = drains(RULES, TODAY, None)
    known = WaterSection("金沙湾", targets=((date.min, None, 2),))
    sections = {section.code: section for section in drain_sections(found, [known])}
    assert sections["金沙湾"] is known
    mouth = sections["甲口"]
    assert [mouth.target(day) for day in (date(2024, 12, 31), date(2025, 12, 31), date(2026, 1, 1))] == [None, 5, 4]
    groups = {group.id: group.sections for group in drain_groups(found, "640000")}
    assert groups == {"640000": ("甲口", "金沙湾"), "demonstration": ("丙口",)}


def daily(*densities: float | None) -> dict[str, pa.Table]:
    days = [date(2025, 6, 1) + timedelta(days=number) for number in range(len(densities))]
    return {
        "section_daily": pa.table(
            {"section": ["湖"] * len(days), "parameter": ["ALGAE"] * len(days), "day": days,
             "value": pa.array(densities, pa.float64())}
        )
    }  # fmt: skip


def test_blooms_warn_by_grade_and_by_growth() -> None:
    rows = list(bloom_rows(RULES, daily(1.9e6, 2e6, 4e6, 9.99e6, 1e7)))
    assert [row["grade"] for row in rows] == [1, 2, 2, 2, 3]
    # Two days tell no growth; from the third on it doubles fast enough for a light bloom within seven days.
    assert [(row["warn"], row["reason"]) for row in rows] == [
        (False, "days_few"), (False, "days_few"), (True, None), (True, None), (True, None),
    ]  # fmt: skip
    # A lone day at the grade of light bloom warns by itself; a steady low density does not.
    (lone,) = bloom_rows(RULES, daily(1e7))
    assert (lone["grade"], lone["warn"]) == (3, True)
    assert not any(row["warn"] for row in bloom_rows(RULES, daily(3e6, 3e6, 3e6)))
    # Days are of the calendar: two values eight days apart are no three recent days.
    assert [row["days"] for row in bloom_rows(RULES, daily(3e6, *[None] * 7, 3e6))] == [1, 1]


def test_trends_need_five_valid_years_in_a_row() -> None:
    def items(values: Mapping[int, float]) -> dict[str, pa.Table]:
        rows = [
            {"section": "金沙湾", "parameter": "NH3N", "period_kind": "year", "basis": "measured", "period": str(year),
             "value": value, "valid": True}
            for year, value in values.items()
        ]  # fmt: skip
        return {"section_items": pa.Table.from_pylist(rows)}

    falling = {2020 + number: 0.9 - 0.1 * number for number in range(5)}
    (row,) = trend_rows(RULES, items(falling))
    assert (row["years"], row["rs"], row["critical"], row["trend"]) == (5, -1.0, 0.9, "down")
    (four,) = trend_rows(RULES, items({year: value for year, value in falling.items() if year > 2020}))
    assert (four["years"], four["trend"]) == (4, "not evaluated")
    # A year without a figure ends the row of years.
    (gap,) = trend_rows(RULES, items({2018: 1.0, **falling}))
    assert (gap["first_year"], gap["years"]) == (2020, 5)


def test_cities_are_ranked_on_valid_indices_only() -> None:
    def index(city: str, year: int, rounded: float, valid: bool = True) -> dict[str, Any]:
        return {"scope": "city", "id": city, "period_kind": "year", "period": str(year), "value": rounded,
                "rounded": rounded, "river_sections": 1, "lake_sections": 0, "valid": valid,
                "reason": None if valid else "section_invalid"}  # fmt: skip

    cwqi = pa.Table.from_pylist(
        [index("640100", 2024, 5.0), index("640100", 2025, 4.0), index("640200", 2025, 4.0), index("640300",
        2025, 3.0, False),
         index("640500", 2024, 2.0), index("640500", 2025, 2.5)]
    )  # fmt: skip
    classes = pa.Table.from_pylist(
        [{"section": "中卫下河沿", "period_kind": "year", "period": year, "basis": "measured", "class": 2, "target": 2}
         for year in ("2024", "2025")]
    )  # fmt: skip
    rows = {
        (row["id"], row["period"]): row
        for row in ranking_rows(RULES, {"cwqi": cwqi, "section_class": classes}, date(2025, 12, 31))
    }
    now = {city: row for (city, period), row in rows.items() if period == "2025"}
    assert {city: (row["rank"], row["change_rounded"]) for city, row in now.items()} == {
        "640100": (2, -20.0), "640200": (2, None), "640300": (None, None), "640500": (1, 25.0),
    }  # fmt: skip
    # 中卫下河沿 is Zhongwei's only known section: class II in both years and on target, so out of the list of changes.
    assert (now["640500"]["exempt"], now["640500"]["change_rank"]) == (True, None)
    assert (now["640100"]["exempt"], now["640100"]["change_rank"]) == (False, 1)
    assert now["640100"]["ranked"] == 3
