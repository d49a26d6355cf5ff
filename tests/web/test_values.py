"""Reported values: the form that goes out comes in again, on trial and for good, with refusals cell by cell."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.indicators.actions.report_value import load_published
from saishang.apps.indicators.models import ReportedValue
from saishang.rules import load_rules
from tests.portal import Portal

pytestmark = pytest.mark.django_db
GOOD = {
    "indicator": "transport.nev_share", "region": "640000", "period": "2025", "text": "38.5", "basis": "as_published",
    "agency": "公安厅", "evidence": "年度统计第2页", "status": "unconfirmed", "note": "", "reason": "",
}  # fmt: skip


def _editor(portal: Portal) -> Client:
    client = Client()
    client.force_login(portal.people["editor"])
    return client


def _send(client: Client, data: bytes, name: str = "表.xlsx", **more: str) -> str:
    sent = {"file": SimpleUploadedFile(name, data), "reason": "年度报送", **more}
    return client.post("/targets/values/table/", sent).content.decode()


def test_one_figure_is_entered_corrected_and_listed(portal: Portal) -> None:
    client = _editor(portal)
    assert client.post("/targets/values/enter/", GOOD).status_code == 302
    assert client.post("/targets/values/enter/", GOOD | {"text": "38.6", "reason": "更正"}).status_code == 302
    page = Client().get("/targets/values/").content.decode()
    assert "38.6" in page and "38.5" not in page
    both = Client().get("/targets/values/?all=1").content.decode()
    assert "38.6" in both and "38.5" in both and "已被更正" in both


@pytest.mark.parametrize(
    "wrong", [{"text": "很多"}, {"text": "101"}, {"evidence": ""}, {"period": "25"}, {"region": "1"}, {"agency": ""}]
)
def test_a_wrong_figure_is_refused_with_its_reason(portal: Portal, wrong: dict[str, str]) -> None:
    before = ReportedValue.objects.count()
    answer = _editor(portal).post("/targets/values/enter/", GOOD | wrong)
    assert answer.status_code == 422 and "error" in answer.content.decode()
    assert ReportedValue.objects.count() == before


def test_the_form_that_goes_out_comes_in_again_and_changes_nothing(portal: Portal) -> None:
    load_published(load_rules(), "ningxia")
    client = _editor(portal)
    exported = client.get("/targets/values/?format=xlsx&table=values").content
    count = ReportedValue.objects.count()
    assert count >= 15
    page = _send(client, exported)
    assert f"未变 {count}" in page and "未接收 0" in page
    assert ReportedValue.objects.count() == count


def test_a_table_is_tried_first_and_bad_rows_are_told_by_cell(portal: Portal) -> None:
    client = _editor(portal)
    book = openpyxl.load_workbook(io.BytesIO(client.get("/targets/values/?format=xlsx&table=values").content))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    blank = {**dict.fromkeys(heads), "区域": "宁夏", "报送单位": "生态环境厅"}
    rows = [
        {"指标": "“无废城市”建设比例", "时段": 2025, "数值": 40, "依据": "通报"},
        {"指标": "没有的指标", "时段": 2025, "数值": 40, "依据": "通报"},
        {"指标": "waste.zero_waste_share", "时段": 2024, "数值": "四成", "依据": "通报"},
        {"指标": "waste.zero_waste_share", "时段": 2023, "数值": 20, "依据": None},
    ]  # fmt: skip
    for row in rows:
        sheet.append([{**blank, **row}[head] for head in heads])
    buffer = io.BytesIO()
    book.save(buffer)
    before = ReportedValue.objects.count()

    trial = _send(client, buffer.getvalue(), dry_run="on")
    assert "没有写入" in trial and "新增 1" in trial and "未接收 3" in trial
    assert ReportedValue.objects.count() == before

    page = _send(client, buffer.getvalue())
    assert "新增 1" in page and all(text in page for text in ("没有的指标", "四成", "没有依据的数字不接收"))
    assert ReportedValue.objects.count() == before + 1
    assert ReportedValue.objects.get(indicator="waste.zero_waste_share").text == "40"
    assert ActionLogEntry.objects.filter(verb="indicators.upload_values").count() == 1


def test_what_is_no_table_is_refused(portal: Portal) -> None:
    client = _editor(portal)
    assert "PDF" in _send(client, b"%PDF-1.7 x", "a.xlsx")
    assert "依据" in _send(client, "指标,数值\nx,1\n".encode(), "a.csv")
