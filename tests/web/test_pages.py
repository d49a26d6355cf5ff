"""What pages show is what the run holds; what is not there is said."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from tests.portal import Portal

pytestmark = pytest.mark.django_db


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content[:400]
    return answer.content.decode()


def rows(client: Client, address: str) -> list[dict[str, str]]:
    body = client.get(address).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body)))


def test_overview_shows_every_target_of_the_run(portal: Portal, client: Client) -> None:
    from saishang.apps.indicators.models import TargetState

    page = text(client, "/")
    states = list(TargetState.objects.filter(run_id=portal.run))
    assert len(states) == 37  # the rows of the plan's target list
    for state in states:
        assert state.title in page
    for status in ("met", "on_track", "at_risk", "off_track", "not_evaluated", "undetermined"):
        count = sum(state.status == status for state in states)
        assert re.search(rf'tone-{status}(?: is-zero)?"><a [^>]*><b>{count}</b>', page), status
    assert "内部使用，非审定地图" in page
    assert portal.run in page


def test_overview_export_holds_the_same_targets(portal: Portal, client: Client) -> None:
    exported = rows(client, "/?format=csv&table=targets")
    assert len(exported) == 37
    book = load_workbook(io.BytesIO(client.get("/?format=xlsx&table=targets").content))
    assert book.worksheets[0].max_row == 38


def test_cities_are_shown_as_on_their_newest_day(portal: Portal, client: Client) -> None:
    from saishang.apps.indicators.queries import select

    page = text(client, "/")
    spec = json.loads(re.search(r'<script id="spec-cities"[^>]*>(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    days = select(portal.run, "city_aqi", "aqi is not null", order="day desc")
    newest = days[0]["day"]
    found = {row["region"]: row for row in days if row["day"] == newest}
    assert f"各市空气质量（{newest.year}年{newest.month}月{newest.day}日）" in page
    assert sorted(point["badge"] for point in spec["points"]) == sorted(str(row["aqi"]) for row in found.values())
    assert len(spec["points"]) == 5
    # The outlines carry the colours of the standard (HJ 633, table 2).
    official = {1: "#00e400", 2: "#ffff00", 3: "#ff7e00", 4: "#ff0000", 5: "#99004c", 6: "#7e0023"}
    (outlines,) = (layer for layer in spec["layers"] if layer["id"] == "prefecture")
    assert outlines["colours"] == {region: official[row["level"]] for region, row in found.items()}


def test_means_of_the_cities_are_those_of_the_run(portal: Portal, client: Client) -> None:
    from saishang.apps.indicators.queries import select

    found = select(
        portal.run, "period_statistics",
        "scope = 'city' and parameter = 'PM2.5' and statistic = 'mean' and basis = 'measured' and period = '2015'",
    )  # fmt: skip
    shown = rows(client, "/?format=csv&table=cities")
    assert sorted(float(row["PM2.5 平均 [µg/m³]"]) for row in shown) == sorted(float(row["value"]) for row in found)
    assert len(shown) == 5


def test_what_the_path_chart_draws_stands_in_its_table(portal: Portal, client: Client) -> None:
    page = text(client, "/targets/G02/")
    spec = json.loads(re.search(r'<script id="spec-path"[^>]*>(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    listed = rows(client, "/targets/G02/?format=csv&table=path")
    ways = {row["时段"]: float(row["序时进度 [µg/m³]"]) for row in listed if row["序时进度 [µg/m³]"]}
    assert [ways[f"{year}年"] for year, _value in spec["path"]] == pytest.approx(
        [value for _year, value in spec["path"]], abs=1e-4
    )
    values = [float(row["实际数值 [µg/m³]"]) for row in listed if row["实际数值 [µg/m³]"]]
    assert values == [point["value"] for point in spec["history"]]


def test_counts_of_a_batch_are_exported(portal: Portal, client: Client) -> None:
    counted = {
        row["项目"]: row["个数"] for row in rows(client, f"/data/batches/{portal.bad_batch}/?format=csv&table=counts")
    }
    # Nine cells in three lines, of which a formula, a word and a negative concentration are refused.
    assert (counted["接收值数"], counted["拒绝"]) == ("6", "3")


def test_a_target_page_names_value_goal_owners_and_limits(portal: Portal, client: Client) -> None:
    page = text(client, "/targets/G02/")
    assert "≤ 30 µg/m³" in page
    assert "宁夏回族自治区生态环境厅" in page
    # GB 3095-2012 class 2: 35; GB 3095-2026: 30 in transition, 25 at last (air reference, section 2).
    limits = rows(client, "/targets/G02/?format=csv&table=limits")
    assert [(row["标准"], row["二级限值 [µg/m³]"]) for row in limits] == [
        ("GB 3095-2012", "35"), ("GB 3095-2026 过渡阶段", "30"), ("GB 3095-2026 正式阶段", "25"),
    ]  # fmt: skip


def test_an_undetermined_goal_is_never_filled_in(portal: Portal, client: Client) -> None:
    exported = [row for row in rows(client, "/?format=csv&table=targets") if row["状态"] == "目标值未定"]
    assert len(exported) == 2
    assert {row["目标值"] for row in exported} == {""}


def test_filters_of_the_targets(portal: Portal, client: Client) -> None:
    page = text(client, "/targets/?status=undetermined")
    assert page.count('class="why"') == 2
    assert "没有符合条件的目标" in text(client, "/targets/?q=没有这样的词")
    part = client.get("/targets/?q=PM2.5", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_the_chain_ends_at_the_raw_row(portal: Portal, client: Client) -> None:
    page = text(client, f"/targets/chain/{portal.run}/air.pm25.mean/640000/?period=2015&basis=measured")
    batch = re.search(r'air_city_daily_ningxia_2013_12_2015_12\.parquet.*?href="(/data/batches/\d+/)"', page, re.S)
    assert batch is not None
    assert "SHA-256" in text(client, batch[1])
    row = text(client, f"{batch[1]}line/1/?cell=1")
    assert "air_city_daily_ningxia_2013_12_2015_12.parquet" in row


def test_hours_lead_to_the_text_of_their_line(portal: Portal, client: Client) -> None:
    # Line 2 of the file holds hour 0 of 2015-06-01: the hour that ended at midnight, a part of May 31.
    found = rows(client, f"/targets/chain/{portal.run}/station/1488A/2015-05-31/?parameter=PM2.5&format=csv")
    assert [(row["数值"], row["行"], row["列"]) for row in found if row["数值"]] == [("30.0", "2", "6")]
    assert len(found) == 24  # the other hours of the day stand there as missing
    assert "20150601,0,PM2.5,12,=1+1,30" in text(client, f"/data/batches/{portal.bad_batch}/line/2/?cell=6")


def test_rejects_are_listed_with_line_cell_and_reason(portal: Portal, client: Client) -> None:
    found = rows(client, f"/data/batches/{portal.bad_batch}/?format=csv&table=rejects-{portal.bad_batch}")
    assert [(row["行"], row["列"], row["列名"], row["内容"]) for row in found] == [
        ("2", "5", "1485A", "'=1+1"), ("3", "4", "1484A", "x"), ("4", "4", "1484A", "'-5"),
    ]  # fmt: skip


def test_calendar_has_a_cell_for_every_valid_day(portal: Portal, client: Client) -> None:
    from saishang.apps.indicators.queries import select

    page = text(client, "/air/?city=640100&year=2015")
    spec = json.loads(re.search(r'<script id="spec-calendar"[^>]*>(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    found = select(portal.run, "city_aqi", "region = '640100' and year(day) = 2015 and aqi is not null")
    assert len(spec["days"]) == len(found) > 300
    assert text(client, "/air/?city=999999", 404)
    assert text(client, "/air/?year=1999", 404)


def test_periods_ranking_and_stations(portal: Portal, client: Client) -> None:
    # On the last day of a year nothing is "to date": every period is over.
    assert "没有可显示的数据" in text(client, "/air/periods/?kind=to_date")
    for kind in ("year", "quarter", "month"):
        for basis in ("measured", "dust_removed"):
            assert "银川市" in text(client, f"/air/periods/?kind={kind}&basis={basis}")
    assert text(client, "/air/periods/?kind=week", 404)
    ranking = rows(client, "/air/ranking/?kind=year&period=2015&format=csv")
    ranks = [int(row["名次"]) for row in ranking]
    assert ranks == sorted(ranks)
    assert len(ranks) == 5
    assert "1488A" in text(client, "/air/stations/")


def test_plan_search_and_task(portal: Portal, client: Client) -> None:
    assert len(rows(client, "/plan/?role=task&format=csv&table=tasks")) == 31
    assert len(rows(client, "/plan/?role=safeguard&format=csv&table=tasks")) == 4
    page = text(client, "/plan/T10/")
    assert "宁夏回族自治区生态环境厅" in page
    assert text(client, "/plan/T99/", 404)
    assert "没有符合条件的任务" in text(client, "/plan/?q=没有这样的词")


def test_every_rules_table_can_be_seen(portal: Portal, client: Client) -> None:
    names = [row["文件"] for row in rows(client, "/rules/?format=csv&table=rules")]
    assert "standards/air/limits" in names
    for name in names:
        text(client, f"/rules/{name}/")


def test_calculators_run_their_examples_and_teach(portal: Portal, client: Client) -> None:
    from saishang.science import calc

    for topic in calc.topics():
        assert "calc-steps" in text(client, f"/calculators/{topic.name}/"), topic.name
    # HJ 633-2026: PM2.5 70 lies between 60 (100) and 115 (150): 100 + 50 * 10 / 55 = 109.1, carried up to 110.
    page = text(client, "/calculators/AQI/?go=1&standard=HJ+633-2026&averaging=daily&in.PM2.5=70&in.PM10=130"
                        "&in.SO2=15&in.NO2=40&in.CO=1.0&in.O3=98")  # fmt: skip
    assert re.search(r"<code>aqi</code>\s*<div class=\"num\">110</div>", page)
    assert "怎么办" in text(client, "/calculators/AQI/?go=1&in.PM2.5=abc", 422)
    assert text(client, "/calculators/nothing/", 404)


def test_upload_becomes_a_job_and_refuses_what_nothing_can_read(portal: Portal, client: Client) -> None:
    from saishang.apps.core.models import ActionLogEntry

    client.force_login(portal.people["editor"])
    good = b"date,hour,type,1484A\n20150602,0,PM2.5,12\n20150602,1,PM2.5,zzz\n"
    sent = SimpleUploadedFile("china_sites_20150602.csv", good)
    answer = client.post("/data/upload/", {"file": sent, "source": "cnemc-site-hourly", "reason": "试验"}, follow=True)
    page = answer.content.decode()  # the page of the job; tests/apps/jobs follows it to the batch
    assert "china_sites_20150602.csv" in page
    assert "排队中" in page
    assert ActionLogEntry.objects.latest("sequence").verb == "jobs.start"
    junk = SimpleUploadedFile("x.csv", b"\x00\x01\x02 no table")
    refused = client.post("/data/upload/", {"file": junk})
    assert refused.status_code == 422
    assert "怎么办" in refused.content.decode()


def test_chinese_first_whatever_the_browser_prefers(portal: Portal, client: Client) -> None:
    page = client.get("/about/", headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="zh-CN">' in page
    client.post("/language/", {"language": "en", "next": "/about/"})
    page = text(client, "/about/")
    assert '<html lang="en">' in page
    assert "Help and data sources" in page


def test_missing_addresses_say_what_to_do(client: Client) -> None:
    assert "怎么办" in text(client, "/nowhere/", 404)


def test_a_failure_of_ours_shows_no_details(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from saishang.web.pages import about

    def broken(request: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(about, "rules", lambda: broken(None))
    client.raise_request_exception = False
    answer = client.get("/health/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.content.decode()


def test_errors_that_teach_become_pages_that_teach(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from saishang.errors import SaishangError
    from saishang.web.pages import about

    def broken() -> None:
        raise SaishangError("表不可读", fix="修改第 3 行")

    monkeypatch.setattr(about, "rules", broken)
    page = text(client, "/health/", 503)
    assert "表不可读" in page
    assert "修改第 3 行" in page


def test_the_rulebook_is_found_by_its_titles(portal: Portal, client: Client) -> None:
    page = text(client, "/rules/?q=空气 限值")
    assert "环境空气质量限值（GB 3095）" in page
    assert "standards/water/surface_limits" not in page
    assert "没有可显示的数据" in text(client, "/rules/?q=没有这样的词")
