"""Groundwater and soil pages on the demonstration's invented sets: figures by hand, chains to lines, languages."""

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

from saishang.apps.indicators.models import IndicatorValue
from tests.portal import DEMO, Portal, made_portal

pytestmark = pytest.mark.django_db
PAGES = (
    "/groundwater/", "/groundwater/?period=2024&network=national", "/groundwater/point/DEMO-GW-05/", "/soil/",
    "/soil/plots/", "/soil/farmland/", "/soil/points/", "/soil/points/DEMO-SOIL-5/",
)  # fmt: skip


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Portal]:
    """A portal whose newest run has the demonstration's registers and laboratory results in it."""
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.observations.queries import site_lake
    from saishang.cli import demo_steps
    from saishang.rules import load_rules

    with django_db_blocker.unblock(), made_portal(tmp_path_factory.mktemp("ground")) as made:
        told = demo_steps.load_registers(settings.CONFIG, load_rules(), date(2026, 6, 1))
        assert not any("拒绝" in line for line in told), told
        batches = demo_steps.load_invented(site_lake(), lambda batch: None)
        taken = [(batch.accepted, batch.rejected) for batch in batches if batch.file_name.startswith("laboratory")]
        assert taken == [(1362, 0), (249, 0)]
        evaluate(
            "tests", settings.CONFIG, site_lake(), load_rules(), date(2025, 12, 31), site="ningxia", region="640000"
        )
        yield made


def seen(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    text = re.sub(r"<script.*?</script>", "", page.content.decode(), flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", "\n", text))


def table(client: Client, address: str, name: str) -> list[dict[str, str]]:
    mark = "&" if "?" in address else "?"
    body = client.get(f"{address}{mark}format=csv&table={name}").content.decode("utf-8-sig")
    lines = body.split("\r\n") if "\r\n" in body else body.split("\n")
    start = next(n for n, line in enumerate(lines) if line.count(",") >= 3)
    return list(csv.DictReader(io.StringIO("\n".join(lines[start:]))))


@pytest.mark.parametrize("address", PAGES)
def test_pages_answer_in_both_languages(address: str, ground: Portal, client: Client) -> None:
    assert "演示" in seen(client, address)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    found = [
        line.strip() for line in seen(client, address).split("\n") if re.search(r"[\u3000-\u9fff\uff00-\uffef]", line)
    ]
    # Names and contents of the invented entries stay as they were entered.
    kept = re.compile(r"演示|试验地块|核算方法（试行）|^[玉小水蔬枸非镉汞砷、米麦稻菜杞食用作物]+$")
    assert [line for line in found if not kept.search(line)] == ["中文"]  # the switch back


def test_demonstration_is_said_on_every_page(ground: Portal, client: Client) -> None:
    for address in PAGES:
        assert "演示数据" in seen(client, address), address


def test_classes_and_shares_by_hand(ground: Portal, client: Client) -> None:
    """2025: DEMO-GW-02 (dissolved solids over 2000) and DEMO-GW-05 (ammonia 1.61 over 1.5) are Ⅴ."""
    rows = table(client, "/groundwater/", "points")
    assert {row["点位"]: row["质量类别"] for row in rows} == {
        "DEMO-GW-01": "Ⅲ", "DEMO-GW-02": "Ⅴ", "DEMO-GW-03": "Ⅳ", "DEMO-GW-04": "Ⅳ", "DEMO-GW-05": "Ⅴ",
        "DEMO-GW-06": "Ⅲ", "DEMO-GW-07": "Ⅲ", "DEMO-GW-08": "Ⅳ",
    }  # fmt: skip
    values = {
        (v.indicator, v.region): v
        for v in IndicatorValue.objects.filter(run__as_of=date(2025, 12, 31), period="2025", basis="demonstration")
    }
    five = values["groundwater.class_five_share", "640000"]
    assert (five.rounded, five.valid) == ("33.3", True)  # 2 of 6 national points
    kept = values["groundwater.target_share", "640000"]
    assert kept.rounded == "87.5"  # 7 of 8: DEMO-GW-05 misses Ⅳ
    # 2024: three metals of DEMO-GW-06 were not measured; its class is not sure and the share is not valid.
    assert "33.3 %" not in seen(client, "/groundwater/?period=2024&network=national")
    row = next(r for r in table(client, "/groundwater/?period=2024", "points") if r["点位"] == "DEMO-GW-06")
    assert "汞" in row["缺测必测项目"] and "砷" in row["缺测必测项目"] and row["达到目标"] == ""


def test_trends_show_what_rises(ground: Portal, client: Client) -> None:
    rows = {(r["点位"], r["项目"]): r["趋势"] for r in table(client, "/groundwater/", "trends")}
    assert rows["DEMO-GW-04", "氟化物"] == "上升（变差）" and rows["DEMO-GW-05", "氨氮"] == "上升（变差）"
    # Nitrate of DEMO-GW-08 falls in every one of four years; 2023 was not sampled: four are too few for a test.
    assert ("DEMO-GW-08", "硝酸盐") not in rows
    assert "年数不足" in seen(client, "/groundwater/point/DEMO-GW-08/")


def test_a_value_leads_down_to_the_line_of_the_file(ground: Portal, client: Client) -> None:
    run = IndicatorValue.objects.filter(indicator="groundwater.class_five_share", period="2025").latest("pk").run_id
    page = client.get(f"/targets/chain/{run}/groundwater.class_five_share/640000/?period=2025&basis=demonstration")
    text = page.content.decode()
    assert page.status_code == 200 and "DEMO-GW-05" in text and "DEMO-GW-07" not in text  # regional, not national
    link = re.search(r"/data/batches/\d+/line/\d+/\?cell=\d+", html.unescape(text))
    assert link is not None
    line = seen(client, link[0])
    assert "演示实验室（虚构）" in line
    point = client.get("/groundwater/point/DEMO-GW-05/").content.decode()
    lines = re.findall(r"/data/batches/\d+/line/(\d+)/\?cell=(\d+)", html.unescape(point))
    assert len({line for line, _cell in lines}) == 1 and len(lines) == 35  # one row of the wide file, 35 items
    source = (DEMO / "laboratory_groundwater_demonstration.csv").read_text(encoding="utf-8").splitlines()
    assert source[int(lines[0][0]) - 1].startswith("DEMO-GW-05,2025")


def test_soil_points_and_their_lines(ground: Portal, client: Client) -> None:
    """2025: cadmium 0.71 of DEMO-SOIL-3 is over 0.6, 0.33 of DEMO-SOIL-4 over 0.3 (rotation, pH 7.38), benzo[a]pyrene
    1.9 of DEMO-SOIL-5 over 1.5; two items of DEMO-SOIL-6 are missing."""
    rows = {r["点位"]: r for r in table(client, "/soil/points/", "points")}
    assert rows["DEMO-SOIL-3"]["评价"] == "安全利用（超筛选值）" and rows["DEMO-SOIL-3"]["超过的项目"] == "镉"
    assert rows["DEMO-SOIL-4"]["超过的项目"] == "镉" and rows["DEMO-SOIL-5"]["超过的项目"] == "苯并[a]芘"
    assert rows["DEMO-SOIL-6"]["评价"] == "无法判定" and "苯胺" in rows["DEMO-SOIL-6"]["缺测项目"]
    value = IndicatorValue.objects.filter(indicator="soil.points_within_screening", region="640000", period="2025")
    assert [(v.rounded, v.valid, v.basis) for v in value] == [("40.0", False, "demonstration")]  # 2 of 5 judged
    results = {r["项目"]: r for r in table(client, "/soil/points/DEMO-SOIL-3/", "results")}
    assert results["镉"]["累积趋势"] == "升高" and results["砷"]["累积趋势"] == "持平"


def test_farmland_rate_by_hand(ground: Portal, client: Client) -> None:
    """B 120 + 80 (treated both ways, once), C 150 + 200, D 60 + 25, of 740 mu: 635 / 740 = 85.8 %."""
    text = seen(client, "/soil/farmland/")
    assert "85.8 %" in text
    first = table(client, "/soil/farmland/", "parts")[0]
    assert [first[name] for name in first if name.endswith("[亩]")] == ["200.0", "350.0", "85.0", "740.0"]
    value = IndicatorValue.objects.get(
        run__as_of=date(2025, 12, 31), indicator="soil.farmland_safe_use", region="640000", period="2025",
        basis="demonstration",
    )  # fmt: skip
    assert value.rounded == "85.8" and value.inputs["register"] == "contaminated_farmland"


def test_plots_and_construction_land(ground: Portal, client: Client) -> None:
    """Three plots changed to a sensitive use, DEMO-0006 was opened while its risk was not assessed: 66.7 %."""
    value = IndicatorValue.objects.get(
        run__as_of=date(2025, 12, 31), indicator="soil.construction_safe_use", region="640000", period="2025",
        basis="demonstration",
    )  # fmt: skip
    assert value.rounded == "66.7"
    page = seen(client, "/soil/plots/")
    assert "未证实" in page and "调查超标，尚未完成风险评估" in page
    chain = client.get(f"/targets/chain/{value.run_id}/{value.indicator}/640000/?period=2025&basis=demonstration")
    assert chain.status_code == 200 and "DEMO-0006" in chain.content.decode()


def test_unknown_points_are_not_found(ground: Portal, client: Client) -> None:
    assert client.get("/groundwater/point/NO/").status_code == 404 == client.get("/soil/points/NO/").status_code
    assert client.get("/groundwater/?period=1999").status_code == 404


def test_an_old_run_says_what_is_not_there(ground: Portal, client: Client) -> None:
    for address, words in (
        ("/groundwater/", "本次评估没有地下水结果"), ("/groundwater/point/DEMO-GW-01/", "本次评估没有这个点位的结果"),
        ("/soil/points/", "本次评估没有土壤结果"), ("/soil/points/DEMO-SOIL-1/", "本次评估没有这个点位的结果"),
        ("/soil/plots/", "还没有安全利用率"),
    ):  # fmt: skip
        assert words in seen(client, f"{address}?run={ground.run}"), address
