"""The ecology pages: empty states, the demonstration with its marks, exports, the chain, lists in and out, who may."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from saishang.rules import load_rules
from tests.portal import DEMO, PASSWORD, Portal

if TYPE_CHECKING:
    from saishang.config import Config

pytestmark = pytest.mark.django_db
PAGES = ("", "protected/", "alien/", "species/", "fish/", "land/", "functions/")
AS_OF = date(2026, 11, 29)


@pytest.fixture
def ecology(config: Config, dsn: str, settings: Any) -> Iterator[str]:
    """A run over the demonstration's ecology and a few days of air."""
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.cli.demo_ecology import load_ecology
    from saishang.lake import Lake

    settings.CONFIG = config
    import_plan_from_rules("test", "ningxia")
    lake = Lake.open(config, dsn=dsn)
    air = pq.read_table(DEMO / "air_city_daily_ningxia_2013_12_2015_12.parquet")
    few = config.var / "air.parquet"
    config.var.mkdir(parents=True, exist_ok=True)
    pq.write_table(air.slice(0, 20), few)
    lake.ingest(few, source="city-daily-aqi")
    load_ecology(config, load_rules(), AS_OF, "test")
    yield evaluate("test", config, lake, load_rules(), AS_OF, site="ningxia", region="640000").id


def rows(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("", "本次评估没有生态指数"), ("protected/", "名录里还没有自然保护地"), ("alien/", "没有登记发现点"),
        ("species/", "还没有物种记录"), ("fish/", "本次评估没有鱼类调查"), ("land/", "本次评估没有退化土地监测单元"),
        ("functions/", "没有登记各县的计算因子"),
    ],
)  # fmt: skip
def test_an_empty_page_says_what_to_do(portal: Portal, client: Client, page: str, said: str) -> None:
    answer = client.get(f"/ecology/{page}")
    assert answer.status_code == 200 and said in answer.content.decode()


def test_pages_exports_and_chain_of_the_demonstration(ecology: str, client: Client) -> None:
    from saishang.apps.indicators import chain
    from saishang.apps.observations.queries import site_lake

    for page in PAGES:
        body = client.get(f"/ecology/{page}").content.decode()
        # Reserves are real: their page carries no mark of invented things, every other one does.
        assert ("虚构条目" in body) == (page != "protected/"), page
    found = {row["地区"]: row for row in rows(client, "/ecology/?format=csv&table=ei-2025")}
    assert found["泾源县"]["等级"] == "良" and found["盐池县"]["EI"] == ""
    assert found["盐池县"]["备注"] == "缺少：氨氮排放量"
    # 2024 of 永宁 was cut to 34.9 by its restriction; the change says so.
    assert "受环境限制" in found["永宁县"]["较比较年变化（说明）"]
    cut = {row["地区"]: row for row in rows(client, "/ecology/?year=2024&format=csv&table=ei-2024")}["永宁县"]
    assert float(cut["EI"]) == 34.9 and float(cut["限制前"]) > 35 and cut["等级"] == "较差"
    share = rows(client, "/ecology/protected/?format=csv&table=protected-share")[0]
    # 1935.33 + 748.43 + 337.1 + 840 of 66 400 km².
    assert float(share["占比 [%]"]) == pytest.approx(3860.86 / 664) and "下限" in share["备注"]
    warned = rows(client, "/ecology/alien/?format=csv&table=warnings")
    assert [(row["县（区）"], row["预警"]) for row in warned] == [
        ("永宁县", "待处置"), ("盐池县", "待处置"), ("中宁县", "已处置"), ("兴庆区", "已处置"),
    ]  # fmt: skip
    river = rows(client, "/ecology/fish/?format=csv&table=fish-river")
    # 2025: 7.2+7.8+9.9+10.2 = 35.1 kg against 6+6.6+9+9.6 = 31.2 kg, the same net-hours.
    assert float(river[0]["较基准年 [%]"]) == pytest.approx(12.5)
    link = chain.chain(site_lake(), ecology, "ecology.ei", "640424", period="2025", basis="demonstration")
    assert [child.kind for child in link.children] == ["part"] * 5 + ["entry"] * 2
    for name, basis in (("ecology.ei/640424", "demonstration"), ("ecology.protected_area_share/640000", "register")):
        period = "2025" if "ei" in name else "2026"
        page = client.get(f"/targets/chain/{ecology}/{name}/?period={period}&basis={basis}")
        assert page.status_code == 200 and "/registers/" in page.content.decode()
    client.cookies["django_language"] = "en"
    for page in PAGES:
        body = client.get(f"/ecology/{page}").content.decode()
        assert ("invented entries" in body) == (page != "protected/"), page


def upload(client: Client, content: bytes, name: str = "list.csv", **more: str) -> Any:
    return client.post("/ecology/species/upload/", {"file": SimpleUploadedFile(name, content), **more})


LIST = (
    "occurrenceID,basisOfRecord,scientificName,eventDate,decimalLatitude,decimalLongitude,habitat\n"
    "x:1,HumanObservation,Ciconia nigra,2026-05-01,38.2571,106.2349,reed\n"
    "x:2,HumanObservation,Passer montanus,May,38.4,106.2,\n"
)


def test_a_list_on_trial_then_for_good_then_out_again(portal: Portal, client: Client) -> None:
    client.login(username="editor", password=PASSWORD)
    tried = upload(client, LIST.encode(), dry_run="on")
    body = tried.content.decode()
    assert tried.status_code == 200 and "没有写入" in body and "eventDate" in body and "x:1" in body
    assert "还没有物种记录" in client.get("/ecology/species/").content.decode()
    assert upload(client, LIST.encode()).status_code == 422  # for good it needs a reason
    done = upload(client, LIST.encode(), reason="survey").content.decode()
    assert "已写入" in done and "撤回这次导入" in done
    out = client.get("/ecology/species/archive.zip")
    with zipfile.ZipFile(io.BytesIO(out.content)) as archive:
        table = list(csv.DictReader(io.StringIO(archive.read("occurrence.txt").decode()), delimiter="\t"))
    told = [(row["occurrenceID"], row["decimalLatitude"], row["habitat"]) for row in table]
    assert told == [("x:1", "38.2571", "reed")]
    # Whoever is not signed in gets the place of a protected species coarse, on the page and in the archive.
    public = Client()
    assert "38.2571" not in public.get("/ecology/species/").content.decode()
    with zipfile.ZipFile(io.BytesIO(public.get("/ecology/species/archive.zip").content)) as archive:
        assert b"38.2571" not in archive.read("occurrence.txt")
    assert public.get("/ecology/species/?q=38.2571").content.decode().count("Ciconia") == 0
    assert "Ciconia nigra" in public.get("/ecology/species/?mark=protected").content.decode()
    assert "Ciconia nigra" not in public.get("/ecology/species/?mark=alien").content.decode()


def test_a_file_of_another_kind_is_explained(portal: Portal, client: Client) -> None:
    client.login(username="editor", password=PASSWORD)
    answer = upload(client, b"\x89PNG\r\n\x1a\n" + bytes(range(200)), "picture.png", dry_run="on")
    assert answer.status_code == 422 and "怎么办" in answer.content.decode()


@pytest.mark.parametrize(("role", "status"), [(None, 302), ("viewer", 403), ("editor", 200), ("admin", 200)])
def test_who_may_load_a_list(portal: Portal, client: Client, role: str | None, status: int) -> None:
    if role:
        client.login(username=role, password=PASSWORD)
    assert client.get("/ecology/species/upload/").status_code == status
    assert client.get("/registers/species_records/").status_code == (302 if role is None else 200)
    for page in PAGES:
        assert client.get(f"/ecology/{page}").status_code == 200
