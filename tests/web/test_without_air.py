"""A site that measures no air: what it has is evaluated, and every page opens and says what is not there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from saishang.rules import load_rules

if TYPE_CHECKING:
    from saishang.config import Config
    from saishang.lake import Lake

RULES = load_rules()
PAGES = (
    "/", "/air/", "/air/stations/", "/air/ranking/", "/air/dust/", "/water/", "/noise/", "/climate/", "/morning/",
    "/targets/", "/data/", "/data/gaps/",
)  # fmt: skip


def only_noise(lake: Lake, folder: Path) -> date:
    from saishang.apps.registers.actions import add_entry
    from saishang.apps.registers.kinds import kind_of

    start = datetime(2026, 4, 27, 6)
    rows = [f"N-A,{start + timedelta(hours=hour):%Y-%m-%d %H:00},45,50,40,30,60,1,0,正常\n" for hour in range(48)]
    path = folder / "noise.csv"
    path.write_text("station,time,Leq,L10,L50,L90,Lmax,wind_ms,rain_mm,status\n" + "".join(rows), encoding="utf-8")
    lake.ingest(path, source="noise-station-hourly")
    given = {"code": "N-A", "name": "甲", "region": "640104", "zone": "2", "opened": "2026-04-27"}
    kind = kind_of(RULES, "noise_stations")
    add_entry("test", kind, RULES, given, today=date(2026, 6, 1), effective=date(2026, 4, 27))
    return date(2026, 4, 30)


def only_water(lake: Lake, folder: Path) -> date:
    import saishang.demo_data

    lake.ingest(Path(saishang.demo_data.__file__).parent / "water_section_class_ningxia.parquet")
    return date(2021, 4, 30)


@pytest.mark.parametrize(("load", "indicator"), [(only_noise, "noise.zone_day_rate"), (only_water, "")])
def test_a_site_without_air_is_evaluated_and_every_page_opens(
    config: Config, dsn: str, settings: Any, tmp_path: Path, client: Client, load: Any, indicator: str
) -> None:
    from saishang.apps.indicators import queries
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.indicators.models import IndicatorValue
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.lake import Lake

    settings.CONFIG = config
    import_plan_from_rules("test", "ningxia")
    lake = Lake.open(config, dsn=dsn)
    as_of = load(lake, tmp_path)
    run = evaluate("test", config, lake, RULES, as_of, site="ningxia", region="640000").id
    values = IndicatorValue.objects.filter(run_id=run, kind="computed")
    assert not values.filter(indicator__startswith="air.").exclude(value=None).exists()
    if indicator:
        assert values.filter(indicator=indicator, region="640104").exists()
    else:
        assert queries.select(run, "water_evaluation")
    answers = {page: client.get(page) for page in PAGES}
    assert {page: answer.status_code for page, answer in answers.items()} == dict.fromkeys(PAGES, 200)
    # Nothing is told that was not measured: an empty state says so and what to do.
    said = {"/air/": "本次评估中没有该城市的日数据", "/morning/": "年到评估日还没有一个有效日"}
    said |= {"/water/": "本次评估没有地表水数据"} if indicator else {"/noise/": "本次评估没有功能区声环境监测"}
    assert [page for page, words in said.items() if words not in answers[page].content.decode()] == []
