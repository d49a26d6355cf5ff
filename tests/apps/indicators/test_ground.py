"""Groundwater and soil of a run, from register and file to tables and values, on a small lake without an evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from saishang.apps.indicators import groundwater_tables, soil_tables
from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.media_list import READERS
from saishang.apps.indicators.states import best_by_year
from saishang.apps.indicators.values import Value, computed_values
from saishang.apps.registers.actions import add_entry, change_entry
from saishang.apps.registers.kinds import kind_of
from saishang.rules import load_rules
from saishang.science.groundwater.from_rules import groundwater_standard
from saishang.science.groundwater.periods import period_rule

if TYPE_CHECKING:
    from saishang.config import Config
    from saishang.lake import Lake

RULES = load_rules()
TODAY = date(2026, 6, 1)
HEAD = "编码,采样日期,项目,结果,单位,方法,实验室\n"
REQUIRED = period_rule(RULES).required
STANDARD = groundwater_standard(RULES, "GB/T 14848-2017")
pytestmark = pytest.mark.django_db


@pytest.fixture
def lake(config: Config, dsn: str, settings: Any) -> Iterator[Lake]:
    from saishang.lake import Lake

    settings.CONFIG = config
    found = Lake(config.lake, config.archive, dsn, RULES)
    found.prepare()
    yield found


def enter(register: str, effective: date = date(2023, 1, 1), **given: str) -> Any:
    return add_entry("test", kind_of(RULES, register), RULES, given, today=TODAY, effective=effective)


def well(code: str, **more: str) -> Any:
    given = {"name": code, "region": "640104", "network": "national", "point_kind": "regional", "target": "3"}
    return enter("groundwater_points", code=code, **given, **more)


def sample(point: str, day: str, leave: str = "", **results: str) -> list[str]:
    """Lines of one sample that has every required item, clean where `results` says nothing else."""
    lines = []
    for key in REQUIRED:
        if key == leave:
            continue
        item = STANDARD.items[key]
        clean = {"word": "无", "range": "7.5"}.get(item.kind, "0")
        unit = {"1": "无量纲"}.get(item.unit, item.unit)
        lines.append(f"{point},{day},{item.key},{results.get(key, clean)},{unit},,甲\n")
    return lines


def load(lake: Lake, folder: Path, medium: str, lines: list[str]) -> Any:
    column = {"groundwater": "监测井编码", "soil": "土壤点位编码"}[medium]
    path = folder / f"{medium}.csv"
    path.write_text(HEAD.replace("编码", column, 1) + "".join(lines), encoding="utf-8")
    return lake.ingest(path)


def asked(config: Config, lake: Lake, as_of: date = date(2025, 12, 31)) -> Asked:
    return Asked(config, lake, RULES, "ningxia", "640000", as_of, lake.version)


def values_of(tables: Any, indicator: str) -> dict[tuple[str, str, str], Value]:
    found = computed_values(Catalogue(RULES), tables, "640000", readers=READERS, cities=[], known=RULES.regions.keys())
    return {(v.region, v.period, v.basis): v for v in found if v.indicator == indicator}


def test_classes_shares_and_what_is_missing(config: Config, lake: Lake, tmp_path: Path) -> None:
    for code in ("W-001", "W-002", "W-003"):
        well(code)
    enter("groundwater_points", code="W-009", name="停用", region="640104", network="national", point_kind="regional",
          closed="2024-06-30")  # fmt: skip
    lines = sample("W-001", "2025-05-01", nh3n="0.4") + sample("W-001", "2025-09-01", nh3n="0.8")  # mean 0.6: Ⅳ
    lines += sample("W-002", "2025-05-01", f="2.1")  # Ⅴ
    lines += sample("W-003", "2025-05-01", leave="as")  # Ⅰ at least: arsenic is missing
    assert load(lake, tmp_path, "groundwater", lines).rejected == 0
    tables = groundwater_tables.tables_of(asked(config, lake))
    rows = {r["point"]: r for r in tables["groundwater_class"].to_pylist() if r["period_kind"] == "year"}
    assert {key: (r["class"], r["sure"], r["complies"]) for key, r in rows.items()} == {
        "W-001": (4, True, False), "W-002": (5, True, False), "W-003": (1, False, None),
    }  # fmt: skip
    assert rows["W-001"]["worst"] == "GW.nh3n" and rows["W-001"]["samples"] == 2
    assert (rows["W-003"]["missing"], rows["W-003"]["reason"]) == ("GW.as", "items_missing")
    # One of three is Ⅴ: 33.3 %, but not valid while W-003 is not sure.
    value = values_of(tables, "groundwater.class_five_share")["640000", "2025", "measured"]
    assert (value.rounded, value.valid, value.reason) == ("33.3", False, "points_unsure")
    assert value.coverage == {"counted": 1, "points_evaluated": 3, "points_sure": 2, "points_expected": 3}
    single = [r for r in tables["groundwater_class"].to_pylist() if r["period_kind"] == "sample"]
    assert {(r["point"], r["period"]): r["class"] for r in single}["W-001", "2025-09-01"] == 4


def test_a_share_is_valid_when_every_point_is_sure_and_regional_points_are_no_national_ones(
    config: Config, lake: Lake, tmp_path: Path
) -> None:
    well("W-001")
    enter("groundwater_points", code="W-002", name="乙", region="640402", network="regional", point_kind="source",
          target="3")  # fmt: skip
    load(lake, tmp_path, "groundwater", sample("W-001", "2025-05-01") + sample("W-002", "2025-05-01", f="2.1"))
    tables = groundwater_tables.tables_of(asked(config, lake))
    shares = values_of(tables, "groundwater.class_five_share")
    assert {key[0]: (v.rounded, v.valid) for key, v in shares.items()} == {
        "640000": ("0.0", True), "640100": ("0.0", True), "640104": ("0.0", True),
    }  # fmt: skip
    kept = values_of(tables, "groundwater.target_share")
    assert {key[0]: v.rounded for key, v in kept.items() if key[0] in ("640000", "640100", "640400")} == {
        "640000": "50.0", "640100": "100.0", "640400": "0.0",
    }  # fmt: skip


def test_a_point_that_was_not_sampled_has_no_class_and_spoils_the_share(
    config: Config, lake: Lake, tmp_path: Path
) -> None:
    well("W-001"), well("W-002")
    load(lake, tmp_path, "groundwater", sample("W-001", "2025-05-01"))
    tables = groundwater_tables.tables_of(asked(config, lake))
    rows = {r["point"]: r for r in tables["groundwater_class"].to_pylist() if r["period"] == "2025"}
    assert (rows["W-002"]["class"], rows["W-002"]["reason"], rows["W-002"]["complies"]) == (None, "no_data", None)
    value = values_of(tables, "groundwater.class_five_share")["640000", "2025", "measured"]
    assert (value.rounded, value.valid, value.reason) == ("0.0", False, "points_unsure")
    # In the running year nobody was sampled: that is no matter of unsure classes.
    later = values_of(groundwater_tables.tables_of(asked(config, lake, TODAY)), "groundwater.class_five_share")
    empty = later["640000", "2026-01..2026-06", "measured"]
    assert (empty.value, empty.valid, empty.reason) == (None, False, "no_data")


def test_the_running_year_is_no_year(config: Config, lake: Lake, tmp_path: Path) -> None:
    well("W-001")
    load(lake, tmp_path, "groundwater", sample("W-001", "2026-03-01"))
    tables = groundwater_tables.tables_of(asked(config, lake, date(2026, 5, 31)))
    assert {r["period"] for r in tables["groundwater_shares"].to_pylist()} == {"2026-01..2026-05"}
    # A sample after the day of the run is not known to it.
    assert groundwater_tables.tables_of(asked(config, lake, date(2026, 2, 28))) == {}


def test_invented_points_stand_apart_and_judge_nobody(config: Config, lake: Lake, tmp_path: Path) -> None:
    well("W-001", demonstration="是")
    load(lake, tmp_path, "groundwater", sample("W-001", "2025-05-01", f="2.1"))
    tables = groundwater_tables.tables_of(asked(config, lake))
    found = values_of(tables, "groundwater.class_five_share")
    assert {key[2] for key in found} == {"demonstration"}
    indicator = Catalogue(RULES).indicators["groundwater.class_five_share"]
    assert best_by_year(found.values(), indicator) == {}


def test_attributes_are_those_of_the_year(config: Config, lake: Lake, tmp_path: Path) -> None:
    made = well("W-001")
    values = {**made.values, "network": "regional"}
    change_entry("test", kind_of(RULES, "groundwater_points"), RULES, made.pk, values, number=made.number, today=TODAY,
                 effective=date(2025, 3, 1), place=None, reason="退出国家网")  # fmt: skip
    load(lake, tmp_path, "groundwater", sample("W-001", "2022-05-01") + sample("W-001", "2024-05-01")
         + sample("W-001", "2025-05-01"))  # fmt: skip
    tables = groundwater_tables.tables_of(asked(config, lake))
    rows = {r["period"]: r["network"] for r in tables["groundwater_class"].to_pylist() if r["period_kind"] == "year"}
    # 2022 lies before the register began: the point is told as it stands at the end.
    assert (rows["2024"], rows["2025"], rows["2022"]) == ("national", "regional", "regional")


def soil_point(code: str, land_use: str, **more: str) -> Any:
    return enter("soil_points", code=code, name=code, region="640104", land_use=land_use, **more)


def soil_sample(point: str, day: str, ph: str = "8.0", **contents: str) -> list[str]:
    clean = {"镉": "0.2", "汞": "0.03", "砷": "11", "铅": "24", "铬": "62", "铜": "24", "镍": "31", "锌": "72"}
    lines = [f"{point},{day},{item},{value},mg/kg,,甲\n" for item, value in {**clean, **contents}.items() if value]
    return lines + ([f"{point},{day},pH,{ph},无量纲,,甲\n"] if ph else [])


def test_soil_points_between_rounds(config: Config, lake: Lake, tmp_path: Path) -> None:
    soil_point("S-001", "paddy"), soil_point("S-002", "other", ph="8.2"), soil_point("S-003", "other")
    lines = soil_sample("S-001", "2020-10-01") + soil_sample("S-001", "2025-10-01", 镉="0.81")  # over 0.8, +305 %
    lines += soil_sample("S-002", "2025-10-01", ph="")  # the register's pH decides
    lines += soil_sample("S-003", "2025-10-01", ph="")  # no pH anywhere
    load(lake, tmp_path, "soil", lines)
    tables = soil_tables.tables_of(asked(config, lake))
    rows = {(r["point"], r["period"]): r for r in tables["soil_samples"].to_pylist()}
    assert rows["S-001", "2020-10-01"]["result"] == "priority"
    assert (rows["S-001", "2025-10-01"]["result"], rows["S-001", "2025-10-01"]["over_screening"]) == (
        "safe_use", "SOIL.Cd",
    )  # fmt: skip
    assert (rows["S-002", "2025-10-01"]["ph"], rows["S-002", "2025-10-01"]["ph_from"]) == (8.2, "register")
    assert (rows["S-003", "2025-10-01"]["result"], rows["S-003", "2025-10-01"]["reason"]) == (None, "no_ph")
    item = next(r for r in tables["soil_items"].to_pylist()
                if (r["point"], r["period"], r["parameter"]) == ("S-001", "2025-10-01", "SOIL.Cd"))  # fmt: skip
    assert (item["before"], item["before_day"], item["direction"]) == (0.2, "2020-10-01", "rising")
    assert item["change_percent"] == pytest.approx(305.0) and item["screening"] == 0.8
    values = values_of(tables, "soil.points_within_screening")
    assert (values["640000", "2020", "measured"].rounded, values["640000", "2020", "measured"].valid) == ("100.0", True)
    # 2025: S-001 over, S-002 within, S-003 cannot be told: 1 of 2, not valid.
    assert (values["640000", "2025", "measured"].rounded, values["640000", "2025", "measured"].valid) == ("50.0", False)


def plot(code: str, state: str, effective: date, **more: str) -> Any:
    given = {"code": f"PLOT-{code}", "name": code, "region": "640104", "area": "10", "land_class": "1", **more}
    return add_entry(
        "test", kind_of(RULES, "construction_plots"), RULES, given, today=TODAY, effective=effective, state=state,
        reason="接收",
    )  # fmt: skip


def test_key_construction_plots_are_judged_by_the_day_of_opening(config: Config, lake: Lake) -> None:
    began = date(2024, 1, 1)
    plot("A001", "clear", began, changed_to="housing", changed_on="2024-02-01", opened_on="2024-05-01")  # lawful
    plot("A002", "survey_due", began, changed_to="public", opened_on="2024-05-01")  # against the rules
    plot("A003", "survey_due", began, changed_to="housing")  # not opened
    plot("A004", "survey_due", began, changed_to="other", opened_on="2024-05-01")  # no key land
    plot("A005", "survey_due", began, changed_to="housing", changed_on="2025-02-01")  # key land from 2025
    tables = soil_tables.tables_of(asked(config, lake))
    rows = {r["plot"]: r for r in tables["soil_plots"].to_pylist() if r["period"] == "2024"}
    assert {key: (r["allowed"], r["against"]) for key, r in rows.items()} == {
        "PLOT-A001": (True, False), "PLOT-A002": (False, True), "PLOT-A003": (None, False),
    }  # fmt: skip
    values = values_of(tables, "soil.construction_safe_use")
    # 2 of 3 in 2024; 3 of 4 in 2025.
    assert values["640000", "2024", "register"].rounded == "66.7" and values["640000", "2025", "register"].value == 75
    assert values["640100", "2024", "register"].value == Decimal(200) / Decimal(3)


def test_an_opening_before_the_register_began_is_nobodys_lawful_use(config: Config, lake: Lake) -> None:
    plot("A001", "clear", date(2024, 1, 1), changed_to="housing", opened_on="2023-12-31")
    tables = soil_tables.tables_of(asked(config, lake))
    value = values_of(tables, "soil.construction_safe_use")["640000", "2024", "register"]
    assert (value.value, value.valid, value.reason) == (None, False, "state_unknown")
