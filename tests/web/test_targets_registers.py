"""Commitments that registers count, in the portal: any day, any place, the base, and the entries behind a value."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import override

from saishang.apps.indicators.register_days import commitments
from saishang.apps.registers.actions import EvidenceFile, add_entry, change_entry, move_entry
from saishang.apps.registers.kinds import kind_of, kinds
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from saishang.web import texts
from tests.portal import Portal

pytestmark = pytest.mark.django_db
RULES = load_rules()
PAGE = "/targets/indicator/energy.online_monitoring/"
UNIT = {"code": "EU-001", "name": "甲厂", "region": "640104", "industry": "power", "energy": "1000"}


def add(**more: str) -> int:
    kind = kind_of(RULES, "monitored_energy_units")
    day = date(2025, 1, 6)
    return add_entry("tests", kind, RULES, UNIT | more, today=day, effective=day).pk


def connect(pk: int, tmp_path: Path) -> None:
    kind = kind_of(RULES, "monitored_energy_units")

    folder = tmp_path
    paper = folder / "paper.pdf"
    paper.write_bytes(b"%PDF-1.7 paper")
    change_entry(
        "tests", kind, RULES, pk, UNIT | {"connected_on": "2025-06-30"}, number=None, today=date(2025, 3, 3),
        keep_place=True,
    )  # fmt: skip
    for action, day, document in (("begin", date(2025, 3, 3), "plan"), ("connect", date(2025, 6, 30), "acceptance")):
        move_entry(
            "tests", kind, RULES, Archive(folder / "archive"), pk, action,
            [EvidenceFile(document, "paper.pdf", paper)], number=None, today=day, effective=day,
        )  # fmt: skip


def rows(page: str, table: str) -> list[dict[str, str]]:
    mark = "&" if "?" in page else "?"
    body = Client().get(f"{page}{mark}format=csv&table={table}").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body)))


def test_a_day_and_a_place_are_chosen(portal: Portal, tmp_path: Path) -> None:
    connect(add(), tmp_path)
    add(code="EU-002", name="乙厂", region="640202")
    before, after = f"{PAGE}?on=2025-06-29", f"{PAGE}?on=2025-06-30"
    values = {row["地区"].strip(): row for row in rows(after, "regions")}
    assert [values[name]["数值"] for name in ("宁夏回族自治区", "银川市", "兴庆区", "石嘴山市")] == [
        "50.0", "100.0", "100.0", "0.0",
    ]  # fmt: skip
    assert (values["宁夏回族自治区"]["计入"], values["宁夏回族自治区"]["基数"]) == ("1", "2")
    # Where nobody is on the register there is no value, and that is said.
    assert (values["固原市"]["数值"], values["固原市"]["数值（说明）"]) == ("", "没有登记")
    assert {row["地区"].strip(): row["数值"] for row in rows(before, "regions")}["宁夏回族自治区"] == "0.0"
    assert [(row["编号"], row["是否计入"]) for row in rows(after, "entries")] == [
        ("EU-001", "计入"), ("EU-002", "只在基数内"),
    ]  # fmt: skip
    assert [row["编号"] for row in rows(f"{after}&region=640200", "entries")] == ["EU-002"]
    page = Client().get(f"{after}&region=640200").content.decode()
    assert "石嘴山市" in page and "EU-002" in page and "EU-001" not in page
    assert "没有公布的全区应接入单位总数" in page  # the base that cannot be checked says so
    assert "没有登记" in Client().get(f"{PAGE}?on=2025-01-05").content.decode()
    # A day or a place that is none: today, and the whole region.
    assert Client().get(f"{PAGE}?on=nonsense&region=999999").status_code == 200
    listed = {row["承诺"]: row for row in rows("/targets/registers/?on=2025-06-30", "commitments")}
    energy = listed["重点行业、重点单位能耗在线监测覆盖"]
    assert (energy["当日数值"], energy["计入 / 基数"], energy["分地区"]) == ("50.0", "1 / 2", "省、市、县")


def test_a_share_of_regions_counts_regions(portal: Portal) -> None:
    """Two stations in one county are one county of 22: 1 / 22 is 5 % (4.5…), not 2 / 22."""
    station = {
        "code": "R-01", "name": "甲", "region": "640104", "measures": "emf_broadband", "band_low": "0.1",
        "band_high": "3000", "opened": "2024-01-01", "holder": "乙",
    }  # fmt: skip
    day = date(2025, 1, 6)
    for code in ("R-01", "R-02"):
        add_entry(
            "tests", kind_of(RULES, "radiation_stations"), RULES, station | {"code": code}, today=day, effective=day
        )  # fmt: skip
    listed = {row["承诺"]: row for row in rows("/targets/registers/", "commitments")}
    network = listed["电磁辐射自动监测网络覆盖全区"]
    assert (network["当日数值"], network["计入 / 基数"]) == ("5", "1 / 22")
    values = {row["地区"].strip(): row for row in rows("/targets/indicator/radiation.emf_network/", "regions")}
    # Yinchuan has six of the counties and districts: 1 / 6 = 16.7 %.
    yinchuan = values["银川市"]
    assert [yinchuan[name] for name in ("数值", "计入的地区", "基数地区", "计入的条目")] == ["17", "1", "6", "2"]
    assert (values["石嘴山市"]["计入的地区"], values["石嘴山市"]["基数地区"]) == ("0", "3")


def test_every_commitment_has_its_row_and_its_page_opens(portal: Portal) -> None:
    page = Client().get("/targets/registers/").content.decode()
    listed = commitments(RULES, "ningxia")
    assert all(f"{one.id} · {one.item}" in page for one in listed)
    assert [row["承诺"] for row in rows("/targets/registers/", "commitments")] == [one.zh for one in listed]
    hrefs = set(re.findall(r'href="(/targets/indicator/[^"]+)"', page))
    assert len(hrefs) > 60
    for href in sorted(hrefs)[::4]:
        assert Client().get(href.replace("&amp;", "&")).status_code == 200, href
    assert "由主管部门按年报送" in page  # what no register can count says why


def test_units_of_registers_have_their_english() -> None:
    """A figure of a register never ends in a Chinese word on an English page."""
    units = {figure.unit for kind in kinds(RULES).values() for figure in kind.figures.values()}
    units |= {field.unit for kind in kinds(RULES).values() for field in kind.fields.values() if field.unit}
    with override("en"):
        assert not {unit for unit in units if re.search(r"[\u4e00-\u9fff]", texts.unit_name(unit))}


def test_entries_of_a_register_for_staff_are_for_staff(portal: Portal) -> None:
    page = "/targets/indicator/air.nonroad_registration/"
    assert "这个名录仅工作人员可见" in Client().get(page).content.decode()
    reader = Client()
    reader.force_login(portal.people["viewer"])
    assert "这个名录仅工作人员可见" not in reader.get(page).content.decode()
    assert Client().get(f"{page}?format=csv&table=entries").status_code == 404


def test_what_no_register_counts_has_no_such_page(portal: Portal) -> None:
    for name in ("air.pm25.mean", "no.such"):
        assert Client().get(f"/targets/indicator/{name}/").status_code == 404
    assert "/targets/indicator/energy.online_monitoring/" in Client().get("/targets/C01/").content.decode()
    assert "/targets/registers/" in Client().get("/targets/").content.decode()
