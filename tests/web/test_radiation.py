"""The radiation pages: a day of the board, a station down to its lines, the ledger's alarms for people who sign in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from saishang.apps.registers.kinds import kind_of
from saishang.rules import load_rules
from tests.portal import DEMO, Portal

if TYPE_CHECKING:
    from saishang.config import Config

pytestmark = pytest.mark.django_db
RULES = load_rules()
HOURS = "radiation_hourly_demonstration_2019_08_09.parquet"


@pytest.fixture
def run(config: Config, dsn: str, settings: Any) -> Iterator[str]:
    """A run with the invented network of the demonstration."""
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.cli.demo_radiation import load_radiation_registers
    from saishang.lake import Lake

    settings.CONFIG = config
    import_plan_from_rules("test", "ningxia")
    lake = Lake.open(config, dsn=dsn)
    lake.ingest(DEMO / HOURS)
    load_radiation_registers("test", config, RULES, date(2026, 6, 1))
    yield evaluate("test", config, lake, RULES, date(2019, 9, 30), site="ningxia", region="640000").id


def table(client: Client, address: str, name: str) -> list[dict[str, str]]:
    mark = "&" if "?" in address else "?"
    answer = client.get(f"{address}{mark}format=csv&table={name}")
    assert answer.status_code == 200, (address, name)
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_board_and_a_station_down_to_the_line(run: str, client: Client) -> None:
    page = client.get("/radiation/").content.decode()
    assert "演示数据" in page and "演示γ站一（虚构）" in page and "3 / 22" in page
    # Nothing of the ledger for the public: no source, no holder, no count of alarms.
    assert "放射源台账报警" not in page and "DEMO00000005" not in page and "演示测井公司" not in page
    gamma = {row["站点（说明）"]: row for row in table(client, "/radiation/?day=2019-09-22", "gamma")}
    assert gamma["DEMO-G2"]["当日状态"] == "本底报警" and gamma["DEMO-G1"]["当日状态"] == "正常"
    gap = {row["站点（说明）"]: row for row in table(client, "/radiation/?day=2019-09-06", "gamma")}
    assert (gap["DEMO-G3"]["当日状态"], gap["DEMO-G3"]["当日状态（说明）"]) == ("无法判定", "没有数据")
    assert gap["DEMO-G4"]["当日状态"] == "当日未运行"
    field = {row["站点（说明）"]: row for row in table(client, "/radiation/?day=2019-09-18", "emf")}
    assert (field["DEMO-E2"]["当日状态"], field["DEMO-E2"]["超限值个数"]) == ("超过限值", "1")
    assert float(field["DEMO-E2"]["占限值 [%]"]) == pytest.approx(12.4 / 12 * 100)
    (sums,) = table(client, "/radiation/?day=2019-09-25", "sums")
    assert (sums["当日状态"], sums["超过 1 的个数"]) == ("超过限值", "3")
    coverage = table(client, "/radiation/", "coverage")
    assert len(coverage) == 22 and sum(row["电磁站覆盖"] == "true" for row in coverage) == 3
    figures = {(row["指标"], row["地区"]): row for row in table(client, "/radiation/", "figures")}
    assert figures["电磁辐射自动监测网络覆盖率", "宁夏回族自治区"]["口径"] == "演示数据"
    limits = table(client, "/radiation/", "emf-limits")
    assert len(limits) == 11 and float(limits[8]["下端电场强度限值 [V/m]"]) == 12  # 30–3000 MHz, table 1

    page = client.get("/radiation/DEMO-G2/?day=2019-09-22").content.decode()
    assert "本底报警" in page and HOURS in page and 'href="/data/batches/' in page
    hours = table(client, "/radiation/DEMO-G2/?day=2019-09-22", "hours")
    assert len(hours) == 24 and sum(row["判定"] == "高于阈值" for row in hours) == 7
    # 61 days of DEMO-G1 stand before; the 53rd day of DEMO-G2, its seventh hour: line 1464 + 52 × 24 + 7.
    assert (hours[6]["文件"], hours[6]["行"]) == (HOURS, str(1464 + 52 * 24 + 7))
    repair = table(client, "/radiation/DEMO-E1/?day=2019-08-20", "hours")
    assert sum(row["判定"] == "带标记，不参与统计：维护" for row in repair) == 10
    missing = table(client, "/radiation/DEMO-G3/?day=2019-09-06", "hours")
    assert {row["判定"] for row in missing} == {"缺测：未传"}
    chain = client.get(f"/targets/chain/{run}/radiation.gamma_alarms/640000/?period=2019-01..2019-09").content.decode()
    assert f"/radiation/DEMO-G2/?run={run}" in chain and "day=2019-09-22" in chain and HOURS in chain

    client.cookies["django_language"] = "en"
    page = client.get("/radiation/?day=2019-09-22").content.decode()
    assert "Background alarm" in page and "Gamma stations" in page
    assert "Over the limit" in client.get("/radiation/DEMO-E2/?day=2019-09-18").content.decode()
    for wrong in ("/radiation/NO-SUCH/", "/radiation/?basis=measured", "/radiation/?run=none"):
        assert client.get(wrong).status_code == 404, wrong


def test_without_stations_the_page_says_what_to_do(portal: Portal, client: Client) -> None:
    page = client.get("/radiation/").content.decode()
    assert "本次评估没有辐射自动站" in page and "/registers/radiation_stations/" in page
    # A station that is on the register and in no run yet; who may be called stays private.
    page = client.get(f"/radiation/{portal.monitor}/").content.decode()
    assert "评估里还没有它" in page and "试验γ站" in page and "李四" not in page


def test_the_ledger_is_for_people_who_sign_in(portal: Portal) -> None:
    from saishang.apps.registers.actions import add_entry

    today = date.today()
    address = "/radiation/sources/"
    assert Client().get(address)["Location"].startswith("/account/sign-in/?next=")
    viewer = Client()
    viewer.force_login(portal.people["viewer"])
    assert "台账是空的" in viewer.get(address).content.decode()

    kind = kind_of(RULES, "radioactive_sources")

    def source(code: str, state: str, before: int, **more: str) -> None:
        given = {
            "code": code, "holder": f"单位{code[-1]}", "region": "640104", "nuclide": "Cs-137", "activity": "9e11",
            "activity_on": (today - timedelta(days=1)).isoformat(), "category": "III", "room": "三号库房",
            "licence_until": (today + timedelta(days=9)).isoformat(), "seen_on": today.isoformat(), **more,
        }  # fmt: skip
        add_entry("tests", kind, RULES, given, today=today, effective=today - timedelta(days=before), state=state,
                  reason="test")  # fmt: skip

    source("TEST00000001", "in_use", 5)  # nothing to say
    source("TEST00000002", "missing", 5)
    source("TEST00000003", "in_transfer", 20, fate_holder="单位乙")  # the last day of the term
    source("TEST00000004", "in_transfer", 21, fate_holder="单位乙")
    source("TEST00000005", "in_use", 5, seen_on=(today - timedelta(days=31)).isoformat())
    source("TEST00000006", "in_use", 5, licence_until=(today - timedelta(days=1)).isoformat())
    source("TEST00000007", "in_use", 5, category="IV")
    source("TEST00000008", "stored", 200, fate_holder="城市放射性废物库")
    rows = table(viewer, address, "alarms")
    assert [(row["报警"], row["放射源"]) for row in rows] == [
        ("放射源丢失", "TEST00000002"), ("转让未确认", "TEST00000004"), ("许可证类别偏低", "TEST00000007"),
        ("盘点逾期", "TEST00000005"), ("许可证过期", "TEST00000006"),
    ]  # fmt: skip
    assert rows[0]["报警（说明）"] == "较大辐射事故"  # a source of category III that is lost
    assert rows[1]["自何日"] == (today - timedelta(days=1)).isoformat() and rows[1]["已过天数"] == "1"
    assert rows[2]["报警（说明）"] == "按活度为 Ⅲ类"
    assert all(row["怎么办"] and row["条款"] for row in rows)
    page = viewer.get(address).content.decode()
    assert "三号库房" in page and "由旧台账带入，没有接收凭证" in page
    assert [row["放射源"] for row in table(viewer, f"{address}?alarm=missing", "alarms")] == ["TEST00000002"]
    # As of a day before the loss there was none.
    earlier = (today - timedelta(days=6)).isoformat()
    assert "TEST00000002" not in {row["放射源"] for row in table(viewer, f"{address}?on={earlier}", "alarms")}
    board = viewer.get("/radiation/").content.decode()
    assert "仅登录人员可见" in board and "放射源丢失" in board
    assert "放射源丢失" not in Client().get("/radiation/").content.decode()
    assert viewer.get(f"{address}?alarm=nothing").status_code == 404
    viewer.cookies["django_language"] = "en"
    assert "Source missing" in viewer.get(address).content.decode()
