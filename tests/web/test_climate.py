"""The climate page: what the run holds, what the record is too short for, and what is not there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from django.test import Client

from saishang.rules import load_rules
from tests.portal import DEMO, Portal

if TYPE_CHECKING:
    from saishang.config import Config

pytestmark = pytest.mark.django_db
FILE = DEMO / "met_daily_yinchuan_2014_2019.parquet"


@pytest.fixture
def weather(config: Config, dsn: str, settings: Any) -> Iterator[str]:
    """A run with the six years of Yinchuan and a few days of air."""
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.indicators.actions.report_value import Report, report_value
    from saishang.apps.indicators.catalogue import Catalogue
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.lake import Lake

    settings.CONFIG = config
    import_plan_from_rules("test", "ningxia")
    lake = Lake.open(config, dsn=dsn)
    air = pq.read_table(DEMO / "air_city_daily_ningxia_2013_12_2015_12.parquet")
    few = config.var / "air.parquet"
    config.var.mkdir(parents=True, exist_ok=True)
    pq.write_table(air.slice(0, 40), few)
    lake.ingest(few, source="city-daily-aqi")
    lake.ingest(FILE, source="cma-daily")
    for year, text in (("2017", "30.5"), ("2018", "41.5")):
        sponge = Report("climate.sponge", "640100", year, text, "%", "as_published", "住房和城乡建设厅", "test")
        report_value("test", sponge, Catalogue(load_rules()), load_rules())
    yield evaluate("test", config, lake, load_rules(), date(2019, 12, 31), site="ningxia", region="640000").id


def rows(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def test_without_weather_the_page_says_so(portal: Portal, client: Client) -> None:
    page = client.get("/climate/").content.decode()
    assert "本次评估没有逐日气象观测" in page


def test_years_days_and_chain(weather: str, client: Client) -> None:
    from saishang.apps.indicators import chain, queries
    from saishang.apps.indicators.models import IndicatorValue
    from saishang.apps.observations.queries import site_lake

    page = client.get("/climate/").content.decode()
    assert "银川 53614" in page and "2014-01-01" in page and "2019-12-31" in page
    # Six years are no climatology: said once in words, and no grade anywhere.
    assert "不少于 30 年" in page and "只有 6 年" in page
    assert "参考值，资料 6 年，不定等级" in page
    table = pq.read_table(FILE).to_pylist()
    rain_2019 = sum(row["precip_mm"] or 0 for row in table if str(row["date"])[:4] == "2019")
    hot_2017 = sum(row["t_max_c"] >= 35 for row in table if str(row["date"])[:4] == "2017")
    years = {row["年份"]: row for row in rows(client, "/climate/?format=csv&table=years")}
    assert float(years["2019"]["降水量 [mm]"]) == pytest.approx(rain_2019, abs=0.05)
    assert int(years["2017"]["高温日 [天]"]) == hot_2017
    assert "下限" in years["2014"]["备注"]  # January 2014 has no rain on record

    days = rows(client, "/climate/?year=2016&format=csv&table=days")
    assert len(days) == 366
    indices = rows(client, "/climate/?format=csv&table=indices")
    assert {row["等级"] for row in indices if row["数值"] not in ("", "—")} == {
        "参考值，资料 6 年，不定等级",
        "参考值，资料 5 年，不定等级",
    }
    events = rows(client, "/climate/?format=csv&table=events")
    assert {row["过程"] for row in events} == {"热浪过程", "寒潮过程"}
    july = client.get("/climate/?year=2017&month=2017-07").content.decode()
    assert "2017年7月气候风险提要" in july and "07-09–07-13" in july  # the heat wave of that month

    value = IndicatorValue.objects.get(run_id=weather, indicator="climate.rain", period="2019")
    assert value.valid and float(value.value) == pytest.approx(rain_2019, abs=1e-6)
    lower = IndicatorValue.objects.get(run_id=weather, indicator="climate.rain", period="2014")
    assert not lower.valid and lower.reason == "days_short"
    link = chain.chain(site_lake(), weather, "climate.rain", "640100", period="2019")
    assert [(child.kind, child.name) for child in link.children] == [("file", FILE.name)]
    # 365 days × 4 items, and the first day begins on the evening before
    assert link.children[0].facts["values"] in (4 * 365, 4 * 366)
    assert queries.select(weather, "climate_daily", "mci_level is not null") == []
    page = client.get(f"/targets/chain/{weather}/climate.rain/640100/?period=2019").content.decode()
    assert "年降水量" in page and FILE.name in page

    for wrong in ("?year=1999", "?station=1", "?month=2018-13", "?year=2018&month=2017-01"):
        assert client.get(f"/climate/{wrong}").status_code == 404
    client.cookies["django_language"] = "en"
    page = client.get("/climate/").content.decode()
    assert "Provisional, 6 years of record; no grade" in page and "Heat waves and cold waves" in page


def test_calculators_say_grades_in_english(client: Client) -> None:
    client.cookies["django_language"] = "en"
    for address, words in (
        ("drought_grade/?go=1&in.MCI=-0.5,-2", "Light drought, Extreme drought"),
        ("ei_class/?go=1&in.EI=74.9", "Good"),
        ("rain_signal/?go=1&in.rain_3h=62", "orange"),
    ):
        assert words in client.get(f"/calculators/{address}").content.decode(), address


def test_adaptive_cities_show_what_is_known_and_what_is_not(weather: str, client: Client) -> None:
    listed = {row["城市"]: row for row in rows(client, "/climate/cities/?format=csv&table=adaptive")}
    assert len(listed) == 5
    yinchuan = listed["银川市"]
    # Hot days are counted at Yinchuan's station, the sponge area is reported for two years: the later one stands.
    hot_2019 = sum(
        row["t_max_c"] is not None and row["t_max_c"] >= 35
        for row in pq.read_table(FILE).to_pylist()
        if str(row["date"])[:4] == "2019"
    )
    assert yinchuan["已有项目"] == "2" and yinchuan["海绵城市达标面积比例 [%]"] == "41.5"
    assert int(yinchuan["高温日数 [天]"]) == hot_2019
    assert listed["固原市"]["已有项目"] == "0" and listed["固原市"]["海绵城市达标面积比例 [%]"] == "缺"
    page = client.get("/climate/cities/").content.decode()
    assert "climate.sponge/640100/?period=2018" in page
