"""Water indicators from file to value: a full year of the main stem is computed, a few days are not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import saishang.demo_data
from saishang.apps.indicators.water_values import water_shares
from saishang.rules import load_rules

if TYPE_CHECKING:
    from saishang.config import Config
    from saishang.lake import Lake

DEMO = Path(saishang.demo_data.__file__).parent
RULES = load_rules()
TRUNK = ("中卫下河沿(新墩)", "金沙湾", "叶盛公路桥", "银古公路桥", "平罗黄河大桥", "麻黄沟")
HEADER = (
    "time,province,basin,section,wq_class,status,water_temp_c,ph,do_mg_l,conductivity_us_cm,turbidity_ntu,codmn_mg_l,"
    "nh3n_mg_l,tp_mg_l,tn_mg_l,chla_mg_l,algae_cells_l\n"
)


def year_of_the_trunk(path: Path, year: int = 2016) -> Path:
    """Four samples a day on 21 days of every month; 麻黄沟 has 5.9 mg/L of oxygen, class III, the others class II."""
    lines = [HEADER]
    for month in range(1, 13):
        for day in range(21):
            for hour in (0, 4, 8, 12):
                at = datetime(year, month, 1, hour) + timedelta(days=day)
                for section in TRUNK:
                    oxygen = 5.9 if section == "麻黄沟" else 6.8
                    lines.append(
                        f"{at},宁夏回族自治区,黄河流域,{section},Ⅱ,正常,12,8.1,{oxygen},,,2.9,0.2,0.08,2.5,,\n"
                    )
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def lake(config: Config, dsn: str, settings: Any, tmp_path: Path) -> Iterator[Lake]:
    from saishang.apps.indicators.actions.report_value import load_published
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.lake import Lake

    settings.CONFIG = config
    import_plan_from_rules("test", "ningxia")
    load_published(RULES, "ningxia", "test")
    opened = Lake.open(config, dsn=dsn)
    opened.ingest(DEMO / "air_city_daily_ningxia_2013_12_2015_12.parquet")
    opened.ingest(year_of_the_trunk(tmp_path / "water.csv"), source="cnemc-water-4h")
    opened.ingest(DEMO / "water_section_class_ningxia.parquet")
    return opened


def test_a_full_year_is_computed_and_followed_to_its_rows(config: Config, lake: Lake) -> None:
    from saishang.apps.indicators import chain, queries
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.indicators.models import IndicatorValue

    run = evaluate("test", config, lake, RULES, date(2016, 12, 31), site="ningxia", region="640000")

    def value(indicator: str, period: str = "2016", kind: str = "computed") -> Any:
        return IndicatorValue.objects.get(run=run, indicator=indicator, region="640000", period=period, kind=kind)

    # Five of the six sections are class II over the year: 83.3 %.
    trunk = value("water.trunk_class_2")
    assert (trunk.rounded, trunk.valid) == ("83.3", True)
    assert trunk.coverage["sections_valid"] == 6
    # The network has 15 sections in 2016 and six are known: a share of six is no share of the network.
    good = value("water.good_ratio")
    assert (good.rounded, good.valid, good.reason) == ("100.0", False, "sections_short")
    assert good.coverage["sections_expected"] == 15
    # A year without measurements is told, and is no pass.
    empty = value("water.trunk_class_2", "2015")
    assert (empty.value, empty.valid, empty.reason) == (None, False, "no_data")
    # Targets of 2016: 麻黄沟 had class III, which 5.9 mg/L keeps; so all six comply.
    (row,) = queries.select(run.id, "water_evaluation", "scope = 'river' and id = '黄河干流' and period = '2016'")
    assert (row["with_target"], row["complying"], row["compliance"], row["grade"]) == (6, 6, 100.0, 1)

    found = chain.chain(lake, run.id, "water.trunk_class_2", "640000", period="2016", basis="measured")
    by_name = {link.name: link for link in found.children}
    assert set(by_name) == {name.replace("(新墩)", "") for name in TRUNK}
    last = by_name["麻黄沟"]
    assert (last.value, last.facts["complies"]) == ("Ⅲ", True)
    oxygen = next(link for link in last.children if link.name == "DO")
    assert (oxygen.value, oxygen.facts["class"], oxygen.facts["samples"]) == ("5.9", "Ⅲ", 12 * 21 * 4)
    files = [link for link in last.children if link.kind == "file"]
    assert [link.name for link in files] == ["water.csv"]
    assert files[0].facts["values"] == 5 * 12 * 21 * 4

    # The samples of a day, each with the line and the cell it came from.
    rows = chain.hours(lake, run.id, "麻黄沟", "DO", date(2016, 5, 3))
    assert [(row["value"], row["start"].hour, row["file_name"]) for row in rows] == [
        (5.9, hour, "water.csv") for hour in (0, 4, 8, 12)
    ]
    assert {row["cell"] for row in rows} == {9}

    # The bulletin of February 2016 went into the lake with its provenance and stands apart from the measured months.
    rows = queries.select(run.id, "section_class", "period = '2016-02' and section = '叶盛公路桥'", order="basis")
    assert [(row["basis"], row["class"]) for row in rows] == [("measured", 2), ("published", 2)]


def test_reported_values_stand_in_while_nothing_is_measured(config: Config, lake: Lake) -> None:
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.indicators.models import TargetState

    run = evaluate("test", config, lake, RULES, date(2024, 12, 31), site="ningxia", region="640000")
    state = TargetState.objects.get(run=run, target="G07")
    assert (state.indicator, state.value_kind, state.value_period) == ("water.good_ratio", "reported", "2024")
    assert state.value == Decimal(95)


def test_shares_need_a_target_for_every_section() -> None:
    from saishang.apps.indicators.catalogue import Catalogue

    indicator = Catalogue(RULES).indicators["water.target_compliance"]
    row = {
        "scope": "network", "id": "national", "period": "2022", "period_kind": "year", "basis": "measured",
        "sections_evaluated": 20, "sections_valid": 20, "sections_expected": 20, "complying": 17, "with_target": 18,
        "valid": True, "reason": None,
    }  # fmt: skip
    ((key, value, valid, _),) = water_shares(indicator, [row])
    assert (key["reason"], valid) == ("no_target", False)
    assert value is not None
    ((key, value, valid, _),) = water_shares(indicator, [row | {"with_target": 20}])
    assert (key["reason"], value, valid) == ("", Decimal(85), True)
