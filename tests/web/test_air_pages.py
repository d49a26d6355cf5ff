"""Calendar on its bases, the page of a day with its hours, dust days with theirs, periods in words."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from saishang.web import texts
from tests.portal import Portal

pytestmark = pytest.mark.django_db
DAY = date(2015, 3, 2)


def spec(page: str, name: str) -> dict[str, Any]:
    found = re.search(rf'<script id="spec-{name}"[^>]*>(.*?)</script>', page, re.S)
    assert found is not None, name
    made: dict[str, Any] = json.loads(found[1])
    return made


def rows(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def rewrite(run: str, table: str, change: Any) -> None:
    """Change the rows of a table of the run in place."""
    path = Path(settings.CONFIG.runs) / run / f"{table}.parquet"
    schema = pq.read_schema(path)
    pq.write_table(pa.Table.from_pylist(change(pq.read_table(path).to_pylist()), schema=schema), path)


@pytest.fixture(scope="module")
def dusty(portal: Portal, django_db_blocker: Any) -> Portal:
    """A confirmed dust day: 180 as measured, 60 from the gases alone; its hours rise to 900 µg/m³ of PM10."""

    valid = {"publishable": True, "complete": True, "reason": None}

    def measured(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for row in found:
            if (row["region"], row["day"]) == ("640100", DAY):
                row |= {"aqi": 180, "level": 4, "primary": "PM10", **valid}
        return found

    def without(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for row in found:
            if (row["region"], row["day"]) == ("640100", DAY):
                row |= {"aqi": 60, "level": 2, "primary": "O3_8H", **valid}
        return found

    def dust(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        start = datetime(2015, 3, 2, 7)
        return [
            *found,
            {"region": "640100", "day": DAY, "status": "confirmed", "start": start, "end": start + timedelta(hours=5),
             "baseline_pm10": 95.5, "peak_pm10": 900.0, "decided_by": "editor", "reason": "通报"},
        ]  # fmt: skip

    def hours(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = [row for row in found if row["region"] != "640100"]
        names = pq.read_schema(Path(settings.CONFIG.runs) / portal.run / "city_aqi_hourly.parquet").names
        for step in range(1, 25):
            end = datetime(2015, 3, 2) + timedelta(hours=step)
            row: dict[str, Any] = dict.fromkeys(names)
            row |= {"region": "640100", "end": end, "edition": "HJ 633-2012", "publishable": True, "complete": True}
            row |= {"value_PM10": 900.0 if 7 < step <= 12 else 90.0, "value_PM2.5": 45.0}
            if step != 3:
                row |= {"aqi": 400 if 7 < step <= 12 else 80, "level": 6 if 7 < step <= 12 else 2, "primary": "PM10"}
            kept.append(row)
        return kept

    with django_db_blocker.unblock():
        for table, change in (
            ("city_aqi", measured), ("city_aqi_without_dust", without), ("dust_days", dust), ("city_aqi_hourly", hours),
        ):  # fmt: skip
            rewrite(portal.run, table, change)
    return portal


@pytest.mark.parametrize(("basis", "level"), [("measured", 4), ("dust_removed", 2), ("assessment", 7)])
def test_a_dust_day_on_each_basis(basis: str, level: int, dusty: Portal, client: Client) -> None:
    page = client.get(f"/air/?city=640100&year=2015&basis={basis}").content.decode()
    cell = next(day for day in spec(page, "calendar")["days"] if day["day"] == DAY.isoformat())
    assert cell["level"] == level
    assert cell["href"] == "/air/640100/2015-03-02/"
    assert ("考核中扣除" in cell["note"]) == (basis == "assessment")
    exported = rows(client, f"/air/?city=640100&year=2015&basis={basis}&format=csv")
    assert next(row for row in exported if row["日期"] == DAY.isoformat())["AQI"] == ("60" if level == 2 else "180")


def test_counts_of_the_calendar_are_those_of_the_statistics(portal: Portal, client: Client) -> None:
    from saishang.apps.indicators.queries import select

    row = select(
        portal.run, "period_days", "id = '640200' and period = '2015' and basis = 'measured' and period_kind = 'year'"
    )[0]
    page = client.get("/air/?city=640200&year=2015").content.decode()
    assert re.search(rf'优良 <strong class="num">{row["good"]}</strong>', page)
    assert re.search(rf'计入 <strong class="num">{row["days_valid"]}</strong>', page)
    assert client.get("/air/?basis=guessed").status_code == 404


def test_a_day_shows_index_hours_and_what_dust_did(dusty: Portal, client: Client) -> None:
    page = client.get("/air/640100/2015-03-02/").content.decode()
    assert '<span class="aqi lv-4">180</span>' in page
    assert "AQI 60" in page
    strip = re.findall(r'<span class="aqi(?: lv-(\d))?">([\d·]+)</span><span class="sr-only">', page)
    assert len(strip) == 24
    assert strip[2] == ("", "·")  # the third hour has no index: not evaluated is not good
    assert strip[8] == ("6", "400")
    panels = {panel["name"]: panel for panel in spec(page, "hours")["panels"]}
    assert panels["PM10"]["data"][7:12] == [900.0] * 5
    assert panels["SO2"]["data"] == [None] * 24
    assert panels["SO2"]["limit"] == 500  # class 2, one hour (GB 3095-2012, table 1)
    exported = rows(client, "/air/640100/2015-03-02/?format=csv&table=hours")
    assert len(exported) == 24
    assert exported[23]["小时（止）"] == "2015-03-03 00:00:00"
    assert exported[0]["PM10 [µg/m³]"] == "90.0"


def test_a_day_without_hours_says_so(portal: Portal, client: Client) -> None:
    page = client.get("/air/640200/2015-05-12/").content.decode()
    assert "这一天没有小时数据" in page
    assert "发布的城市日值" in page
    for wrong in ("/air/640100/2015-02-30/", "/air/640100/2031-01-01/", "/air/999999/2015-05-12/"):
        assert client.get(wrong).status_code == 404
    assert client.get("/air/640100/2015-05-12/?station=1484A").status_code == 404


def test_a_dust_day_shows_its_hours_with_the_episode_marked(dusty: Portal, client: Client) -> None:
    page = client.get("/air/dust/640100/2015-03-02/").content.decode()
    drawn = spec(page, "dust-hours")
    # The episode runs from 07:00 to 12:00: the hours that end from 08:00 to 12:00.
    assert drawn["areas"] == [{"from": "03-02 08:00", "to": "03-02 12:00", "label": "沙尘过程"}]
    exported = rows(client, "/air/dust/640100/2015-03-02/?format=csv&table=dust-hours")
    assert [row["PM2.5/PM10"][:4] for row in exported][7] == "0.05"  # 45 / 900
    assert sum(row["沙尘过程"] == "true" for row in exported) == 5


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        ("2019", "2019年", "2019"),
        ("2019-03", "2019年3月", "Mar 2019"),
        ("2019-Q1", "2019年第1季度", "Q1 2019"),
        ("2019-01..2019-09", "2019年1—9月", "Jan–Sep 2019"),
        ("2019-01-01..2019-09-30", "2019年1月1日—2019年9月30日", "1 Jan 2019 – 30 Sep 2019"),
        ("something", "something", "something"),
        ("", "", ""),
    ],
)
def test_periods_in_words(period: str, zh: str, en: str) -> None:
    with translation.override("zh-hans"):
        assert texts.period_name(period) == zh
    with translation.override("en"):
        assert texts.period_name(period) == en


def test_the_ranking_names_how_the_index_was_computed(portal: Portal, client: Client) -> None:
    page = client.get("/air/ranking/?kind=year&period=2015").content.decode()
    assert "2012年限值、等权（equal-2012）" in page
    parts = rows(client, "/air/ranking/?kind=year&period=2015&format=csv&table=composite")
    assert len(parts) == 5
    for row in parts:
        single = sum(
            round(float(row[f"{name} [单项指数]"]), 2) for name in ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3-8h")
        )
        assert single == pytest.approx(float(row["综合指数"]), abs=0.001)
