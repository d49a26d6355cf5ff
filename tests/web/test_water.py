"""Water pages: rivers with the classes of the bulletins, months, shares, a section, what the registers hold; in both
languages. The run holds the demonstration's invented entries too: they are told as such."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.portal import DEMO, Portal, made_portal

pytestmark = pytest.mark.django_db
PAGES = (
    "/water/", "/water/?kind=month&period=2021-04&basis=measured", "/water/months/", "/water/ratios/",
    "/water/drains/", "/water/outfalls/", "/water/section/金沙湾/", "/water/ranking/", "/water/sources/",
    "/water/sources/?kind=year", "/water/black-odorous/", "/water/flow/", "/water/flow/?kind=month&period=2025-07",
)  # fmt: skip


@pytest.fixture(scope="module")
def water(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Portal]:
    """A portal whose newest run has the demo's water files in it."""
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.observations.queries import site_lake
    from saishang.cli.demo_steps import load_registers
    from saishang.rules import load_rules

    with django_db_blocker.unblock(), made_portal(tmp_path_factory.mktemp("water")) as made:
        lake = site_lake()
        for name in (
            "water_4h_ningxia_2021_04", "water_section_class_ningxia", "water_flow_demonstration",
            "water_lab_samples_demonstration",
        ):  # fmt: skip
            lake.ingest(DEMO / f"{name}.parquet")
        load_registers(settings.CONFIG, load_rules(), date(2026, 11, 29))
        evaluate("tests", settings.CONFIG, lake, load_rules(), date(2025, 12, 31), site="ningxia", region="640000")
        yield made


def seen(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    text = re.sub(r"<script.*?</script>", "", page.content.decode(), flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", "\n", text))


@pytest.mark.parametrize("address", PAGES)
def test_pages_answer_in_both_languages(address: str, water: Portal, client: Client) -> None:
    page = seen(client, address)
    assert any(word in page for word in ("地表水", "金沙湾", "入黄排水沟", "入河排污口", "饮用水水源", "生态流量"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    found = [
        line.strip() for line in seen(client, address).split("\n") if re.search(r"[\u3000-\u9fff\uff00-\uffef]", line)
    ]
    # The switch back; names of the invented entries and titles of documents have no English.
    assert [line for line in found if not re.search("演示|〔|Evidence|号$|部令", line)] == ["中文"]


def test_rivers_show_the_classes_of_the_bulletin(water: Portal, client: Client) -> None:
    page = client.get("/water/?kind=month&period=2021-09").content.decode()
    # 黄河干流 2021-09 as published: Ⅲ Ⅲ Ⅱ Ⅱ Ⅱ Ⅱ, downstream.
    classes = re.findall(r'<circle class="wq-(\d)', page)[:6]
    assert classes == ["3", "3", "2", "2", "2", "2"]
    assert "style=" not in page.split("<main", 1)[1]
    assert client.get("/water/?kind=month&period=1999-01").status_code == 404


def test_shares_of_the_bulletin(water: Portal, client: Client) -> None:
    rows = client.get("/water/ratios/?basis=published&period=2021-09&format=csv").content.decode("utf-8-sig")
    river = next(line for line in rows.splitlines() if line.startswith("清水河"))
    # Two of six good, one worse than V: 33.3 %, 16.7 %, 轻度污染 (monthly report of September 2021).
    assert river.split(",")[1:4] == ["33.3", "16.7", "轻度污染"]
    trunk = next(line for line in rows.splitlines() if line.startswith("黄河干流"))
    assert trunk.split(",")[1:4] == ["100.0", "0.0", "优"]


def test_five_days_are_marked_as_short(water: Portal, client: Client) -> None:
    page = client.get("/water/?kind=month&period=2021-04&basis=measured").content.decode()
    assert "invalid-class" in page
    assert 'circle class="wq-2 weak"' in page


def test_a_section_has_items_days_and_targets(water: Portal, client: Client) -> None:
    page = seen(client, "/water/section/金沙湾/?parameter=NH3N")
    for text in ("氨氮日均值", "目标类别", "2021年4月", "自动站", "有效样品不足"):
        assert text in page, text
    table = client.get("/water/section/金沙湾/?format=xlsx&table=items")
    assert table["Content-Type"].endswith("spreadsheetml.sheet")
    assert client.get("/water/section/无此断面/").status_code == 404


def test_a_lake_has_its_trophic_state_and_blooms(water: Portal, client: Client) -> None:
    page = seen(client, "/water/section/香山湖/")
    # 2.1 to 2.3 million cells per litre: grade Ⅱ; the index of April 2021 is 25.48, 贫营养.
    for text in ("水华分级与预警", "无明显水华", "综合营养状态", "贫营养", "25.48"):
        assert text in page, text


def figures(client: Client, address: str) -> dict[str, str]:
    page = client.get(address).content.decode()
    return dict(re.findall(r'<li><span>([^<]+)</span><b class="num">([^<]+)</b>', page))


def rows(client: Client, address: str, table: str) -> list[dict[str, str]]:
    """Rows of an exported table by their headings; the sentences above the table end at an empty line."""
    text = client.get(f"{address}{'&' if '?' in address else '?'}format=csv&table={table}").content.decode("utf-8-sig")
    body = text.split("\n\n")[-1] if "\n\n" in text else text
    return list(csv.DictReader(io.StringIO(body)))


def test_drains_show_target_class_and_monitoring(water: Portal, client: Client) -> None:
    page = seen(client, "/water/drains/")
    for text in (
        "演示数据",
        "均为虚构",
        "演示一沟水质自动站（虚构）",
        "2025 年入黄口逐月水质类别",
        "公报中的入黄排水沟水质",
    ):
        assert text in page, text
    told = figures(client, "/water/drains/")
    assert (told["登记的排水沟"], told["信息化监测覆盖率"], told["达到目标"]) == ("2", "50.0 %", "2 / 2")
    assert figures(client, "/water/drains/?automatic=no")["登记的排水沟"] == "1"
    # The mouth has a page of its own, with the target on record.
    mouth = seen(client, "/water/section/演示二沟入黄口/?parameter=NH3N")
    for text in ("演示数据", "演示目标（虚构）", "氨氮月均值", "劣Ⅴ"):
        assert text in mouth, text


def test_outfalls_show_their_states_and_what_is_overdue(water: Portal, client: Client) -> None:
    page = seen(client, "/water/outfalls/")
    for text in ("演示排污口三（虚构）", "大中型灌区排口", "规范保留", "一口一策方案", "已逾期", "未检查"):
        assert text in page, text
    told = figures(client, "/water/outfalls/")
    # Three of six are closed down, remediated or kept; five have a responsible body; one never saw an inspection.
    assert (told["登记的排污口"], told["整治完成率"], told["溯源完成率"], told["整治逾期"]) == (
        "6",
        "50.0 %",
        "83.3 %",
        "1",
    )
    assert figures(client, "/water/outfalls/?group=municipal")["登记的排污口"] == "1"
    assert figures(client, "/water/outfalls/?state=kept")["登记的排污口"] == "1"
    assert "没有符合条件的条目" in seen(client, "/water/outfalls/?q=无此名称")


def test_sources_by_month_with_both_shares(water: Portal, client: Client) -> None:
    told = figures(client, "/water/sources/?kind=month&period=2025-07")
    # In July 95.5 of 120 · 10⁴ m³ came from the source with 0.36 mg/L of iron: 24.5 / 120 = 20.4 %.
    assert (told["达标水源"], told["达标率（按个数）"], told["达标率（按取水量）"]) == ("1 / 2", "50.0 %", "20.4 %")
    page = seen(client, "/water/sources/?kind=month&period=2025-07")
    for text in ("铁（0.20）", "演示数据", "缺项", "不达标"):
        assert text in page, text
    october = seen(client, "/water/sources/?kind=month&period=2025-10")
    for text in ("无法判定", "锰", "应测项目缺测"):
        assert text in october, text
    # October lacks an item, so the year's water is not known; the year itself failed in July.
    year = figures(client, "/water/sources/?kind=year")
    assert (year["达标率（按个数）"], year["达标率（按取水量）"]) == ("50.0 %", "—")


def test_black_waters_and_flow(water: Portal, client: Client) -> None:
    page = seen(client, "/water/black-odorous/")
    for text in ("演示黑臭水体（虚构）", "整治中", "重度黑臭", "轻度黑臭", "不黑臭", "氨氮 3/3", "返黑返臭"):
        assert text in page, text
    assert figures(client, "/water/black-odorous/")["未销号"] == "1"
    flow = seen(client, "/water/flow/?kind=year&period=2025")
    # 306 of the 359 days with a flow are at or over 1.2 m³/s: 85.2 %, under the 90 % asked.
    for text in ("演示流量断面（虚构）", "85.2", "306 / 359 / 365", "有流量的天数不足", "无法判定"):
        assert text in flow, text
    assert figures(client, "/water/flow/?kind=year&period=2025")["达到保证率"] == "0 / 1"


def test_cities_without_known_sections_say_so(water: Portal, client: Client) -> None:
    page = seen(client, "/water/ranking/?kind=month&period=2021-04")
    for text in ("中卫市", "没有已知所属城市的断面", "断面数据不满足有效性规定", "环办监测函〔2024〕61号"):
        assert text in page, text


def test_a_change_of_the_kind_of_period_is_no_wrong_address(water: Portal, client: Client) -> None:
    for address in (
        "/water/?kind=quarter&period=2021-04&basis=measured", "/water/ratios/?kind=month&period=2021-09&basis=measured",
        "/water/section/金沙湾/?kind=quarter&period=2021-04", "/water/sources/?kind=year&period=2025-07",
        "/water/flow/?kind=month&period=2025",
    ):  # fmt: skip
        assert client.get(address).status_code == 200, address
    assert client.get("/water/ratios/?kind=month&period=1999-01").status_code == 404


def test_the_chain_of_sources_and_flow_leads_to_months_and_files(water: Portal, client: Client) -> None:
    base = "/targets/chain/latest/"
    page = client.get(f"{base}water.source_compliance/640000/?period=2025&basis=demonstration").content.decode()
    for text in ("演示水源一（虚构）", "2025年7月", "铁（0.20）", "water_lab_samples_demonstration.parquet"):
        assert text in page, text
    flow = client.get(f"{base}water.ecological_flow_met/640000/?period=2025&basis=demonstration").content.decode()
    for text in ("演示流量断面（虚构）", "water_flow_demonstration.parquet"):
        assert text in flow, text
    register = client.get(f"{base}water.black_odorous/640000/?period=2025&basis=demonstration").content.decode()
    assert "演示黑臭水体（虚构）" in register


def test_invented_figures_judge_no_target(water: Portal, client: Client) -> None:
    from saishang.apps.indicators.models import TargetState

    state = TargetState.objects.filter(indicator="water.black_odorous").latest("pk")
    assert (state.status, state.value) == ("not_evaluated", None)


def test_the_chain_leads_to_the_sections(water: Portal, client: Client) -> None:
    page = client.get("/targets/chain/latest/water.trunk_class_2/640000/?period=2021").content.decode()
    for text in ("麻黄沟", "有效月份不足", "water_4h_ningxia_2021_04.parquet", "/water/section/"):
        assert text in page, text


def test_key_figures_are_those_of_the_table(water: Portal, client: Client) -> None:
    page = client.get("/water/?kind=month&period=2021-09&basis=published").content.decode()
    found = dict(re.findall(r'<li><span>([^<]+)</span><b class="num">([^<]+)</b>', page))
    # The bulletin of 2021-09 has 18 sections: six of class II, three III, four IV, five worse than V.
    assert (found["有类别的断面"], found["Ⅰ～Ⅲ类"], found["Ⅳ～Ⅴ类"], found["劣Ⅴ类"]) == ("18", "9", "4", "5")
    assert found["达到目标"] == "4 / 6"
