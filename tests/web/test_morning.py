"""This morning: figures of the run, sentences that follow from them, links that lead to their evidence."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client

from tests.portal import Portal

pytestmark = pytest.mark.django_db


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content[:400]
    return answer.content.decode()


def rows(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def test_figures_are_those_of_the_run(portal: Portal, client: Client) -> None:
    from saishang.apps.indicators.queries import select

    found = rows(client, "/morning/?basis=measured&format=csv&table=morning-cities")
    assert [row["地区"] for row in found] == ["宁夏回族自治区", "银川市", "石嘴山市", "吴忠市", "固原市", "中卫市"]
    means = select(
        portal.run, "period_statistics",
        "parameter = 'PM2.5' and statistic = 'mean' and basis = 'measured' and period = '2015' "
        "and scope in ('city', 'region')", order="id",
    )  # fmt: skip
    assert [float(row["PM2.5 至今 [µg/m³]"]) for row in found] == [row["rounded"] for row in means]
    # The year of this run is over: nothing is left to need.
    items = rows(client, "/morning/?basis=measured&against=limit&format=csv&table=morning-items")
    assert items[0]["余下要求"] == "全年已过，未达到要求"  # 48 µg/m³ against 35
    assert {row["能否达到"] for row in items} <= {"达到", "未达到", "—"}


def test_the_day_the_month_and_how_old_they_are(portal: Portal, client: Client) -> None:
    from saishang.apps.indicators.queries import select

    page = text(client, "/morning/?basis=measured")
    assert "这是 2015-12-31 的研判，不是今天的" in page and "需要关注" in page
    for words in ("AQI 12-31", "AQI 12-30", "本月至今 PM2.5", "今年至今 PM2.5", "尚容许污染天数", "今年沙尘日"):
        assert words in page
    found = {row["地区"]: row for row in rows(client, "/morning/?basis=measured&format=csv&table=morning-month")}
    (mean,) = select(
        portal.run, "period_statistics",
        "parameter = 'PM2.5' and statistic = 'mean' and basis = 'measured' and period = '2015-12' and id = '640100'",
    )  # fmt: skip
    city = found["银川市"]
    assert float(city["PM2.5 本月 [µg/m³]"]) == pytest.approx(mean["value"])
    (index,) = select(portal.run, "city_aqi", "region = '640100' and day = '2015-12-30'")
    assert int(city["AQI（12-30）"]) == index["aqi"]
    days = select(portal.run, "city_aqi", "region = '640100' and day >= '2015-12-01' and level is not null")
    assert int(city["优良天数"]) + int(city["污染天数"]) == len(days)
    assert int(city["污染天数"]) == sum(row["level"] > 2 for row in days)


def test_every_figure_leads_to_its_evidence(portal: Portal, client: Client) -> None:
    page = text(client, "/morning/?place=640200&basis=measured")
    links = set(re.findall(r'href="(/(?:targets/chain|morning/640|air/640)[^"]*)"', page))
    assert len(links) > 20
    for link in sorted(links):
        answer = client.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200, link


def test_workings_show_the_arithmetic(portal: Portal, client: Client) -> None:
    page = text(client, "/morning/640100/PM2.5/?basis=measured&against=limit")
    assert "35.5 µg/m³（不含）" in page  # 35.5 rounds to 36, the even one
    steps = rows(client, "/morning/640100/PM2.5/?basis=measured&against=limit&format=csv&table=morning-steps")
    assert {row["步骤"]: row["数值"] for row in steps}["有效天数 n"] == "365"
    days = rows(client, "/morning/640100/PM2.5/?basis=measured&against=limit&format=csv&table=cost-days")
    assert len(days) == 365
    # Parts of the days add up to mean less limit: 48.3715… − 35.
    assert sum(float(row["对年初至今均值的影响 [µg/m³]"]) for row in days) == pytest.approx(48.371507 - 35, abs=1e-3)
    assert "不分" not in page and "分不到站点和钟点" in page


def test_percentiles_and_regions(portal: Portal, client: Client) -> None:
    steps = rows(client, "/morning/640100/O3_8H/?format=csv&table=morning-steps")
    values = {row["步骤"]: row["数值"] for row in steps}
    assert values["百分位数的位置"] == "k = 1 + (n − 1) × 90 / 100 = 328.60"
    assert values["全年容许超过的天数"] == "36"
    assert "银川市" in text(client, "/morning/640000/PM2.5/")
    assert "各市百分位数的平均" in text(client, "/morning/640000/CO/")
    assert "第 95 百分位数" in text(client, "/morning/640100/PM2.5/?statistic=p95")


def test_the_reader_s_own_share_of_good_days(portal: Portal, client: Client) -> None:
    found = rows(client, "/morning/?good=99.9&format=csv&table=morning-items")
    assert found[-1]["对照"] == "≥ 99.9 %（自定）"
    assert found[-1]["能否达到"] == "未达到"
    # Without one the year is held against the one before.
    assert "不差于 2014 年" in rows(client, "/morning/?format=csv&table=morning-items")[-1]["对照"]


@pytest.mark.parametrize(
    "address",
    ["/morning/?good=abc", "/morning/?good=101", "/morning/?place=110000", "/morning/?basis=x",
     "/morning/110000/PM2.5/", "/morning/640100/Pb/", "/morning/640100/PM2.5/?statistic=p50"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(address: str, portal: Portal, client: Client) -> None:
    assert "怎么办" in text(client, address, 404)
