"""Registers in the portal: who sees what, entering, moving with evidence, imports, and the gate of land supply."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from saishang.apps.registers.models import Entry, Version
from tests.portal import PLOT, Portal

pytestmark = pytest.mark.django_db
KIND = "/registers/construction_plots/"
PDF = b"%PDF-1.7 paper"


def client(portal: Portal, role: str | None = "editor") -> Client:
    made = Client()
    if role is not None:
        made.force_login(portal.people[role])
    return made


def test_the_list_is_searched_filtered_and_shown_as_of_a_day(portal: Portal) -> None:
    def found(query: str) -> bool:
        return "TEST-001" in Client().get(f"{KIND}?{query}").content.decode()

    assert (
        found("")
        and found("q=试验")
        and found("region=640100")
        and found("state=survey_due")
        and found("on=2026-01-05")
    )
    assert not (found("q=没有") or found("region=640200") or found("state=released") or found("on=2026-01-04"))
    part = Client().get(KIND, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "TEST-001" in part


def test_private_fields_are_for_people_who_are_signed_in(portal: Portal) -> None:
    page = f"{KIND}{portal.plot}/"
    places = f"{KIND}places.geojson"
    form = f"{KIND}?format=csv&table=form"
    for address in (page, places, form, KIND + "?q=张三"):
        assert "张三" not in Client().get(address).content.decode().replace('value="张三"', ""), address
    for address in (page, places, form):
        assert "张三" in client(portal, "viewer").get(address).content.decode(), address


def test_a_register_that_is_not_public_asks_who_it_is(portal: Portal) -> None:
    for rest in ("", "figures/", "places.geojson", "1/"):
        answer = Client().get(f"/registers/radioactive_sources/{rest}")
        assert answer.status_code == 302 and answer["Location"].startswith("/account/sign-in/?next=")
    assert client(portal, "viewer").get("/registers/radioactive_sources/").status_code == 200
    assert "放射源台账" not in Client().get("/registers/").content.decode()
    assert "放射源台账" in client(portal, "viewer").get("/registers/").content.decode()
    assert Client().get("/registers/nothing/").status_code == 404


def test_an_entry_of_one_register_is_not_found_in_another(portal: Portal) -> None:
    assert client(portal).get(f"/registers/radioactive_sources/{portal.plot}/").status_code == 404
    assert client(portal).get(f"/registers/radioactive_sources/{portal.plot}/edit/").status_code == 404


GOOD = {"code": "TEST-100", "name": "新地块", "region": "640302", "area": "5000", "place": json.dumps(PLOT)}


def test_entering_and_changing(portal: Portal) -> None:
    editor = client(portal)
    refused = editor.post(f"{KIND}new/", GOOD | {"code": "短", "area": ""}).content.decode()
    assert "应为 6 至 40 位大写字母、数字和短横" in refused and "此项必填" in refused
    made = editor.post(f"{KIND}new/", GOOD)
    assert made.status_code == 302
    entry = Entry.objects.get(key="TEST-100")
    assert entry.place == PLOT and entry.state == "survey_due"
    changed = editor.post(f"{KIND}{entry.pk}/edit/", GOOD | {"name": "改名", "number": "1", "place": ""})
    assert changed.status_code == 302
    entry.refresh_from_db()
    assert (entry.title, entry.number, entry.place) == ("改名", 2, None)
    late = editor.post(f"{KIND}{entry.pk}/edit/", GOOD | {"name": "又改", "number": "1"})
    assert late.status_code == 422 and "已在此期间修改了条目" in late.content.decode()
    page = Client().get(f"{KIND}{entry.pk}/").content.decode()
    assert "地块名称：新地块 → 改名" in page and "位置" in page


def test_a_move_takes_its_files_and_staff_can_read_them(portal: Portal) -> None:
    editor = client(portal)
    editor.post(f"{KIND}new/", GOOD | {"code": "TEST-200", "land_class": "1"})
    entry = Entry.objects.get(key="TEST-200")
    address = f"{KIND}{entry.pk}/move/"
    said = {"action": "survey_within", "number": "1"}
    missing = editor.post(address, said | {"evidence-survey_report": SimpleUploadedFile("a.pdf", PDF)})
    assert missing.status_code == 422 and "怎么办" in missing.content.decode()
    files = {f"evidence-{name}": SimpleUploadedFile(f"{name}.pdf", PDF) for name in ("survey_report", "survey_review")}
    assert editor.post(address, said | files).status_code == 302
    entry.refresh_from_db()
    assert entry.state == "clear"
    sha256 = Version.objects.get(entry=entry, number=2).evidence[0]["sha256"]
    paper = f"{KIND}{entry.pk}/evidence/{sha256}/"
    got = client(portal, "viewer").get(paper)
    assert b"".join(got) == PDF  # type: ignore[arg-type]
    assert got["Content-Type"] == "application/octet-stream" and "attachment" in got["Content-Disposition"]
    assert Client().get(paper).status_code == 302
    # A file of one entry is not to be had through another.
    assert client(portal, "viewer").get(f"{KIND}{portal.plot}/evidence/{sha256}/").status_code == 404


def test_corrections_need_a_reason(portal: Portal) -> None:
    editor = client(portal)
    editor.post(f"{KIND}new/", GOOD | {"code": "TEST-300"})
    entry = Entry.objects.get(key="TEST-300")
    address = f"{KIND}{entry.pk}/back/"
    assert "请填写事由" in editor.post(address, {"what": "withdraw", "number": "1", "reason": ""}).content.decode()
    assert editor.post(address, {"what": "burn", "number": "1", "reason": "x"}).status_code == 422
    assert editor.post(address, {"what": "withdraw", "number": "1", "reason": "重复登记"}).status_code == 302
    assert "TEST-300" not in Client().get(KIND).content.decode()
    assert "TEST-300" in editor.get(f"{KIND}?withdrawn=1").content.decode()


def _load(portal: Portal, data: bytes, name: str = "plots.xlsx", **more: str) -> str:
    sent = {"file": SimpleUploadedFile(name, data), "reason": "来文", **more}
    return client(portal).post(f"{KIND}import/", sent).content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_form_that_goes_out_comes_in_again_and_changes_nothing(portal: Portal, language: str, suffix: str) -> None:
    editor = client(portal)
    editor.cookies["django_language"] = language
    editor.post(
        f"{KIND}new/",
        GOOD | {"code": "TEST-400", "name": "=危险的名字", "remark": "两行\n文字", "former_use": "coking"},
    )
    exported = editor.get(f"{KIND}?format={suffix}&table=form").content
    before = Version.objects.count()
    page = _load(portal, exported, f"plots.{suffix}")
    assert "新增 0，修改 0" in page and "未接收的单元格 0 个" in page, page[page.find("已写入") :][:2000]
    assert Version.objects.count() == before


def test_a_trial_writes_nothing_and_says_what_would_change(portal: Portal) -> None:
    book = openpyxl.load_workbook(io.BytesIO(client(portal).get(f"{KIND}?format=xlsx&table=form").content))
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    row = next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 1).value == "TEST-001")
    sheet.cell(row, headings.index("面积 [m²]") + 1).value = 1300
    out = io.BytesIO()
    book.save(out)
    page = _load(portal, out.getvalue(), dry_run="on")
    assert "试算结果" in page and "修改 1" in page and "面积：1200 → 1300" in page
    assert Entry.objects.get(key="TEST-001").values["area"] == "1200"


def test_an_import_is_taken_back(portal: Portal) -> None:
    text = "地块编码,地块名称,所在县（区）,面积\nTEST-500,甲,兴庆区,1\nTEST-501,乙,月球,1\n".encode()
    page = _load(portal, text, "p.csv")
    assert "新增 1" in page and "月球" in page and "应为行政区划表中的区域" in page
    batch = Version.objects.get(entry__key="TEST-500").batch
    answer = client(portal).post(f"{KIND}import/undo/", {"batch": batch, "reason": "发错"})
    assert answer.status_code == 302
    assert Entry.objects.get(key="TEST-500").withdrawn


def ask(ring: list[list[float]], use: str = "sensitive", **more: Any) -> str:
    area = {"type": "Polygon", "coordinates": [ring]}
    return Client().post("/soil/", {"area": json.dumps(area), "use": use, "change": "on"} | more).content.decode()


OVER = [[106.205, 38.405], [106.22, 38.405], [106.22, 38.42], [106.205, 38.405]]
BESIDE = [[106.21, 38.4], [106.22, 38.4], [106.22, 38.41], [106.21, 38.41], [106.21, 38.4]]


def test_the_gate_says_no_with_the_plot_and_the_article(portal: Portal) -> None:
    page = ask(OVER)
    assert "不得供地" in page and "TEST-001" in page and "尚未完成土壤污染状况调查" in page


def test_a_common_border_is_no_touch(portal: Portal) -> None:
    """BESIDE shares the whole edge at 106.21 with the plot and no ground."""
    page = ask(BESIDE, use="other")
    assert "可以供地" in page and "TEST-001" not in page and "范围触及 0 个" in page
    # Land without a record that becomes housing needs a survey first (article 59).
    assert "不得供地" in ask(BESIDE)


@pytest.mark.parametrize("area", ["", "{}", "POLYGON((1 1))", '{"type":"Point","coordinates":[106,38]}', "[" * 3000])
def test_the_gate_refuses_what_is_no_area(area: str) -> None:
    answer = Client().post("/soil/", {"area": area, "use": "other"})
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()


def test_the_gate_stores_nothing(portal: Portal) -> None:
    from saishang.apps.core.models import ActionLogEntry

    before = ActionLogEntry.objects.count(), Version.objects.count()
    ask(OVER)
    assert (ActionLogEntry.objects.count(), Version.objects.count()) == before


def test_pages_speak_english(portal: Portal) -> None:
    reader = client(portal)
    reader.cookies["django_language"] = "en"
    pages = ["/registers/", KIND, f"{KIND}figures/", f"{KIND}{portal.plot}/", f"{KIND}new/", f"{KIND}import/", "/soil/"]
    for address in pages:
        page = reader.get(address).content.decode()
        body = page[page.index("<main") : page.index("</main>")]
        # Names of entries and of offices stay what they are.
        body = re.sub(r"试验地块|张三|新地块|改名|=危险的名字|甲|生态环境厅|土壤污染责任人", "", body)
        text = re.sub(r"<script.*?</script>|<[^>]*>", " ", body, flags=re.S)
        assert not re.findall(r"[\u4e00-\u9fff]+", text), (address, re.findall(r"[\u4e00-\u9fff]+", text))


def test_pages_of_waste_over_empty_registers_say_where_to_begin(portal: Portal) -> None:
    manifests = client(portal, "viewer").get("/waste/manifests/").content.decode()
    assert "还没有登记联单" in manifests and "/registers/waste_units/" in manifests
    assert "本次评估没有固体废物的报送数值" in Client().get("/waste/streams/").content.decode()
