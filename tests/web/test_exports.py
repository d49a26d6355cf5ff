"""Tables as CSV and Excel: figures stay figures, nothing becomes a formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.http import Http404
from django.test import RequestFactory
from openpyxl import load_workbook

from saishang.web.pages.exports import export, harmless, to_csv, to_xlsx
from saishang.web.pages.tables import Cell, Column, Table

HOSTILE = ["=1+1", "+1", "-cmd", "@sum(A1)", "\t=1", "\r=1", "＝1+1", "＠x"]


def table(*contents: object) -> Table:
    columns = [Column("name", "名称", row_head=True), Column("value", "数值", "µg/m³", number=True)]
    return Table("t", "表", columns, [{"name": c, "value": Cell(Decimal("30.50"), text="31")} for c in contents])


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["石嘴山市", "PM2.5", "", "5-6", "a=b", "—"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_csv_starts_with_a_byte_order_mark_and_keeps_figures_unrounded() -> None:
    body = to_csv(table("银川市", "=1+1"))
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    # The page shows 31, the file holds 30.50: what is exported is the value, not its rounded text.
    assert rows == [["名称", "数值 [µg/m³]"], ["银川市", "30.50"], ["'=1+1", "30.50"]]


def test_negative_numbers_are_numbers_not_formulas() -> None:
    body = to_csv(Table("t", "表", [Column("v", "v", number=True)], [{"v": Decimal("-5.7")}, {"v": -3}, {"v": -0.5}]))
    assert body.decode("utf-8-sig").split() == ["v", "-5.7", "-3", "-0.5"]


@pytest.mark.parametrize("text", HOSTILE)
def test_excel_holds_hostile_text_as_text(text: str) -> None:
    sheet = load_workbook(io.BytesIO(to_xlsx(table(text)))).worksheets[0]
    cell = sheet["A2"]
    assert cell.data_type == "s"
    # A carriage return cannot stand in the file's XML as it is; what is left is still a text.
    assert cell.value in {text, text.replace("\r", ""), text.replace("\r", "\n")}
    assert sheet["B2"].value == pytest.approx(30.5)
    assert sheet["B2"].number_format == "0.00"


def test_notes_and_origin_travel_along() -> None:
    noted = Table(
        "t",
        "表",
        [Column("v", "数值", number=True)],
        [{"v": Cell(None, text="—", note="没有数据")}],
        about=["评估编号：X"],
    )
    assert to_csv(noted).decode("utf-8-sig").splitlines() == ["数值,数值（说明）", "—,没有数据"]
    book = load_workbook(io.BytesIO(to_xlsx(noted)))
    texts = [row[0].value for row in book.worksheets[1].iter_rows()]
    assert texts[:2] == ["表", "评估编号：X"]


def test_moments_are_china_standard_time() -> None:
    # 16:00 UTC is midnight of the next day in China.
    moment = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    made = Table("t", "表", [Column("at", "时间")], [{"at": moment}])
    assert to_csv(made).decode("utf-8-sig").split("\r\n")[1] == "2026-03-02 00:00:00"
    assert Cell(moment).shown == "2026-03-02 00:00"


def test_the_address_chooses_table_and_form() -> None:
    request = RequestFactory().get("/x/", {"format": "csv", "table": "t"})
    answer = export(request, [table("a")])
    assert answer is not None
    assert answer["Content-Type"].startswith("text/csv")
    assert 'attachment; filename="saishang-t-' in answer["Content-Disposition"]
    assert export(RequestFactory().get("/x/"), [table("a")]) is None


@pytest.mark.parametrize("query", [{"format": "pdf"}, {"format": "csv", "table": "other"}])
def test_unknown_forms_and_tables_are_not_found(query: dict[str, str]) -> None:
    with pytest.raises(Http404):
        export(RequestFactory().get("/x/", query), [table("a")])


def test_all_rows_are_exported_when_the_page_shows_a_part() -> None:
    part = Table("t", "表", [Column("n", "n", number=True)], [{"n": 1}], everything=[{"n": 1}, {"n": 2}])
    assert to_csv(part).decode("utf-8-sig").split() == ["n", "1", "2"]


def test_a_file_of_invented_figures_says_so_in_its_name_and_in_every_row() -> None:
    asked = RequestFactory().get("/x/?format=csv&table=t")
    answer = export(asked, [table("银川市", "固原市")], invented=True)
    assert answer is not None and "demonstration" in answer["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][-1] == "数据性质" and [row[-1] for row in rows[1:]] == ["演示数据", "演示数据"]


@pytest.mark.parametrize("options", [{}, {"invented": True, "real": ("t",)}])
def test_a_file_of_real_figures_carries_no_mark(options: dict[str, Any]) -> None:
    answer = export(RequestFactory().get("/x/?format=csv&table=t"), [table("银川市")], **options)
    assert answer is not None and "demonstration" not in answer["Content-Disposition"]
    assert "演示" not in answer.content.decode("utf-8-sig")


def test_the_workbook_says_so_too() -> None:
    answer = export(RequestFactory().get("/x/?format=xlsx&table=t"), [table("银川市")], invented=True)
    assert answer is not None
    book = load_workbook(io.BytesIO(answer.content))
    said = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert "演示数据" in said and any("虚构" in text for text in said)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_rows_that_are_made_on_the_way_are_all_exported(form: str) -> None:
    """The comparison of two runs makes its thousands of lines only when they are exported: a file without them came."""
    whole = table("甲")
    lazy = Table("t", "表", whole.columns, [], everything=map(dict, [*whole.rows, *whole.rows]))
    answer = export(RequestFactory().get(f"/?format={form}"), [lazy])
    assert answer is not None
    if form == "csv":
        assert answer.content.decode("utf-8-sig").splitlines()[1:] == ["甲,30.50", "甲,30.50"]
    else:
        sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["甲", "甲"]


def test_a_workbook_is_as_wide_as_its_texts_and_prints_on_the_width_of_a_page() -> None:
    columns = [Column("code", "编号"), Column("title", "名称"), Column("note", "长文字")]
    rows = [{"code": "T10-640100-001", "title": "清洁取暖改造", "note": "字" * 200}, {"code": "T1", "title": "短"}]
    sheet = load_workbook(io.BytesIO(to_xlsx(Table("t", "表", columns, rows)))).worksheets[0]
    # 14 Latin characters, six Chinese ones of double breadth, each with room of two; the widest there is.
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [16, 14, 48]
    assert sheet.page_setup.orientation == "landscape" and sheet.print_title_rows == "$1:$1"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0
