"""Water pages: rivers with the classes of the bulletins, months, shares, a section, registers; in both languages."""

from __future__ import annotations

import html
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
    "/water/drains/", "/water/outfalls/", "/water/section/金沙湾/",
)  # fmt: skip


@pytest.fixture(scope="module")
def water(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Portal]:
    """A portal whose newest run has the demo's water files in it."""
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.observations.queries import site_lake
    from saishang.rules import load_rules

    with django_db_blocker.unblock(), made_portal(tmp_path_factory.mktemp("water")) as made:
        lake = site_lake()
        for name in ("water_4h_ningxia_2021_04", "water_section_class_ningxia"):
            lake.ingest(DEMO / f"{name}.parquet")
        evaluate("tests", settings.CONFIG, lake, load_rules(), date(2021, 9, 30), site="ningxia", region="640000")
        yield made


def seen(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    text = re.sub(r"<script.*?</script>", "", page.content.decode(), flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", "\n", text))


@pytest.mark.parametrize("address", PAGES)
def test_pages_answer_in_both_languages(address: str, water: Portal, client: Client) -> None:
    page = seen(client, address)
    assert any(word in page for word in ("地表水", "金沙湾", "入黄排水沟", "入河排污口"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    found = [
        line.strip() for line in seen(client, address).split("\n") if re.search(r"[\u3000-\u9fff\uff00-\uffef]", line)
    ]
    assert found == ["中文"]  # the switch back


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


def test_registers_say_what_is_missing(water: Portal, client: Client) -> None:
    assert "尚未登记排水沟" in seen(client, "/water/drains/")
    page = seen(client, "/water/outfalls/")
    for text in ("尚未登记排污口", "大中型灌区排口", "规范保留", "一口一策方案"):
        assert text in page, text


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
