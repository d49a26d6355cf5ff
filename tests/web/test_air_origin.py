"""Sources in a run: kept rows against a second count from the files, refusals, pages in both languages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.test import Client

from saishang.rules import load_rules
from tests.portal import DEMO, Portal

if TYPE_CHECKING:
    from saishang.config import Config

pytestmark = pytest.mark.django_db
AIR = DEMO / "air_city_daily_ningxia_2013_12_2015_12.parquet"
STATION = DEMO / "met_daily_yinchuan_2014_2019.parquet"
FIELD = DEMO / "met_reanalysis_wind_daily_2013_2017.parquet"


@pytest.fixture
def found(config: Config, dsn: str, settings: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A run with two years of city days and both winds, and what is kept about it."""
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.indicators.actions.make_origin import make_origin
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.lake import Lake

    settings.CONFIG = config
    import_plan_from_rules("test", "ningxia")
    lake = Lake.open(config, dsn=dsn)
    lake.ingest(AIR)
    lake.ingest(STATION)
    batch = lake.ingest(FIELD)
    # Ten provinces, five years, two components.
    assert (batch.source, batch.accepted, batch.rejected) == ("cn-reanalysis-wind", 36520, 0)
    run = evaluate("test", config, lake, load_rules(), date(2015, 9, 30), site="ningxia", region="640000")
    yield run.id, make_origin("test", run.id)


def table(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def second_count() -> tuple[float, list[int], list[int], int]:
    """Threshold, n and m by sector of PM2.5 in Yinchuan to 2015-09-30, counted from the files in plain Python."""
    wind = {row["date"]: row for row in pq.read_table(STATION).to_pylist()}
    pairs, calm = [], []
    for row in pq.read_table(AIR).to_pylist():
        if row["city"] == "银川" and "2014-01-01" <= row["date"] <= "2015-09-30" and row["pm25"] is not None:
            day = wind[row["date"]]
            (calm if day["ws_mean_ms"] < 0.5 else pairs).append((row["pm25"], int(day["wd_of_max_16pt"]) - 1))
    threshold = float(np.percentile([value for value, _ in pairs + calm], 75))
    n = [sum(sector == s for _, sector in pairs) for s in range(16)]
    m = [sum(sector == s and value > threshold for value, sector in pairs) for s in range(16)]
    return threshold, n, m, len(calm)


def test_rows_against_a_second_count(found: tuple[str, list[dict[str, Any]]], client: Client) -> None:
    from saishang.apps.core.models import ActionLogEntry
    from saishang.apps.indicators import origin
    from saishang.apps.indicators.actions.keep import KeepRefused
    from saishang.apps.indicators.actions.make_origin import make_origin
    from saishang.apps.organisations.models import User

    run, rows = found
    threshold, n, m, calm = second_count()
    (row,) = (
        r for r in rows
        if r["kind"] == "polar" and (r["city"], r["parameter"], r["wind"], r["season"])
        == ("640100", "PM2.5", "station", "all")
    )  # fmt: skip
    cpf = row["cpf"]["75"]
    assert cpf["threshold"] == pytest.approx(threshold) and row["calm"] == calm
    assert [cell[0] for cell in cpf["cells"]] == n and [cell[1] for cell in cpf["cells"]] == m
    assert row["used"] == sum(n) and row["last"] == "2015-09-30"
    # Sectors of fewer than ten days have no share.
    assert [cell[2] is None for cell in cpf["cells"]] == [count < 10 for count in n]
    # The station is 50 km and more from the other cities: they have the field's wind only.
    winds = {(r["city"], r["wind"]) for r in rows if r["kind"] == "wind"}
    assert winds == {("640100", "station"), *((f"640{c}00", "reanalysis") for c in range(1, 6))}
    # No hours: no pairs of cities, and three of the four ozone hints lack days.
    assert [r["reason"] for r in rows if r["kind"] == "lag"] == ["no_hours", "no_hours"]
    (ozone,) = (r for r in rows if r["kind"] == "ozone" and r["city"] == "640100")
    assert [h["reason"] for h in ozone["hints"][1:]] == ["few_days"] * 3
    # Every day of the paths has a value, a path and an end; shares of time add up.
    (paths,) = (
        r for r in rows
        if r["kind"] == "paths" and (r["city"], r["parameter"], r["season"]) == ("640100", "PM10", "all")
    )  # fmt: skip
    known = {r["date"] for r in pq.read_table(AIR).to_pylist()
             if r["city"] == "银川" and r["pm10"] is not None and r["date"] <= "2015-09-30"}  # fmt: skip
    assert paths["days"] == len(known) and paths["without"] == 0
    assert sum(each[2] for each in paths["residence"]) == pytest.approx(1, abs=1e-4)
    # Kept once; again it comes out the same; who may not evaluate may not make it.
    assert make_origin("test", run, again=True) == rows == origin.read(run)
    assert ActionLogEntry.objects.filter(verb="indicators.origin").count() == 1
    with pytest.raises(KeepRefused):
        make_origin(User(username="reader", role="viewer"), run)
    pages(client, run, row)


def pages(client: Client, run: str, row: dict[str, Any]) -> None:
    # The portal of other tests has newer runs.
    about = f"run={run}"
    page = client.get(f"/air/origin/?{about}").content.decode()
    for words in ("的逐小时气象：这里只有日均浓度", "两种风不一致时要当心", "不能说明"):
        assert words in page, words
    listed = table(client, f"/air/origin/?{about}&format=csv&table=cpf")
    assert [int(each["天数 n"]) for each in listed] == [cell[0] for cell in row["cpf"]["75"]["cells"]]
    high = table(client, f"/air/origin/?{about}&format=csv&table=high-days")
    days = [date.fromisoformat(each["日期"]) for each in high]
    # Calm days may be high as well; they belong to no direction.
    counted = [each for each in high if each["风向扇区"] != "静风"]
    assert len(counted) == sum(cell[1] for cell in row["cpf"]["75"]["cells"]) < len(high)
    assert max(days) <= date(2015, 9, 30) and min(days) >= date(2013, 12, 2) - timedelta(days=1)
    for name in ("wind-rose", "pollution-rose", "plane", "cbpf"):
        assert table(client, f"/air/origin/?{about}&format=csv&table={name}"), name
    assert "留一检验" in client.get(f"/air/origin/paths/?{about}&parameter=PM10").content.decode()
    for name in ("pscf", "regions", "paths", "wind-field"):
        assert table(client, f"/air/origin/paths/?{about}&parameter=PM10&format=csv&table={name}"), name
    other = client.get(f"/air/origin/links/?{about}").content.decode()
    assert "不足两个城市有小时浓度" in other and "周末效应" in other
    # Winter alone has other days than the year; a season, wind or item that there is not is no page.
    winter = table(client, f"/air/origin/?{about}&season=heating&format=csv&table=cpf")
    assert sum(int(each["天数 n"]) for each in winter) < sum(int(each["天数 n"]) for each in listed)
    assert client.get(f"/air/origin/?{about}&city=640400&wind=station").status_code == 404
    assert client.get(f"/air/origin/?{about}&season=monsoon").status_code == 404
    client.cookies["django_language"] = "en"
    for address, words in (
        ("/air/origin/", "no hourly weather of"), ("/air/origin/paths/", "Leave-one-out"),
        ("/air/origin/links/", "Weekend effect"),
    ):  # fmt: skip
        page = client.get(f"{address}?{about}").content.decode()
        assert words in page, address


def test_before_it_is_made_the_pages_say_how(portal: Portal, client: Client) -> None:
    for part in ("", "paths/", "links/"):
        page = client.get(f"/air/origin/{part}").content.decode()
        assert f"saishang origin --run {portal.run}" in page


def test_a_run_without_weather_gives_reasons(portal: Portal) -> None:
    from saishang.apps.indicators import origin

    rows = origin.compute(portal.run)
    by_kind = {kind: {r["reason"] for r in rows if r["kind"] == kind} for kind in ("wind", "field", "paths")}
    assert by_kind == {"wind": {"no_wind"}, "field": {"no_field"}, "paths": {"no_field"}}
    assert not [r for r in rows if r["kind"] == "polar"]
