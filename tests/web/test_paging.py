"""Long lists: what is counted, what is said of the rest, how far one can turn; rows of tables as they were written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils.html import format_html

from saishang.apps.execution.models import WorkItem
from saishang.web.pages import paging
from saishang.web.pages.paging import LongPaginator
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.templatetags.saishang import rows_of
from tests.work_world import make_item, make_people, make_report, make_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Seven items of which four are counted, two to a page, turned up to the fifth page."""
    make_tree()
    for number in range(7):
        make_item(f"T1-{number}", "NX-STT")
    monkeypatch.setattr(paging, "MOST_COUNTED", 4)
    monkeypatch.setattr(paging, "_DEEPEST", 10)
    return WorkItem.objects.order_by("code")


@pytest.mark.parametrize(
    ("asked", "number", "codes", "follows"),
    [
        (None, 1, ["T1-0", "T1-1"], True), ("2", 2, ["T1-2", "T1-3"], True), ("3", 3, ["T1-4", "T1-5"], True),
        ("4", 4, ["T1-6"], False), ("5", 2, ["T1-2", "T1-3"], True), ("6", 2, ["T1-2", "T1-3"], True),
        ("x", 1, ["T1-0", "T1-1"], True),
    ],
)  # fmt: skip
def test_pages_of_more_than_was_counted(
    rows: Any, asked: str | None, number: int, codes: list[str], follows: bool
) -> None:
    pages = LongPaginator(rows, 2)
    page = pages.get_page(asked)
    assert (pages.count, pages.more) == (4, True)
    assert (page.number, [row.code for row in page.object_list], page.has_next()) == (number, codes, follows)


def test_a_short_list_is_counted_whole(rows: Any) -> None:
    pages = LongPaginator(rows.filter(code__lt="T1-3"), 2)
    assert (pages.count, pages.more, pages.num_pages) == (3, False, 2)
    assert [pages.get_page(n).has_next() for n in (1, 2)] == [True, False]
    assert pages.get_page(9).number == 2


@pytest.mark.parametrize(("language", "told"), [("zh-hans", "4 份以上"), ("en", "more than 4 reports")])
def test_the_page_says_that_there_are_more(monkeypatch: pytest.MonkeyPatch, language: str, told: str) -> None:
    make_tree()
    item = make_item("T1-1", "640100")
    reader = make_people("640100", ("head",))["head"]
    for month in range(1, 6):
        make_report(item, f"2026-M0{month}", date(2026, month, 1), date(2026, month, 28), date(2026, month + 1, 8))
    client = Client()
    client.force_login(reader)
    client.cookies["django_language"] = language
    monkeypatch.setattr(paging, "MOST_COUNTED", 4)
    assert told in client.get("/work/reports/").content.decode()
    monkeypatch.setattr(paging, "MOST_COUNTED", 5)
    assert told not in client.get("/work/reports/").content.decode()


def test_rows_by_hand() -> None:
    columns = [Column("name", "名称", row_head=True, nowrap=True), Column("value", "数值", number=True, wide_only=True),
               Column("hidden", "", export_only=True)]  # fmt: skip
    table = Table("t", "表", columns, [
        {"name": Cell("<b>", href="/a?b=1&c=2", depth=1, note="注<"), "value": 12345, "hidden": 1},
        {"name": format_html("<i>{}</i>", "&"), "value": None},
        {"name": Cell("x", valid=False), "value": Cell(55, level=2)},
    ])  # fmt: skip
    assert [line.strip() for line in rows_of(table).splitlines() if line.strip()] == [
        '<tr><th scope="row" class="head-col key">\u3000<a href="/a?b=1&amp;c=2">&lt;b&gt;</a>'
        '<br><span class="small soft">注&lt;</span></th><td class="num wide-only">12,345</td></tr>',
        '<tr><th scope="row" class="head-col key"><i>&amp;</i></th>'
        '<td class="num wide-only"><span class="absent" title="无数值">—</span></td></tr>',
        '<tr><th scope="row" class="head-col key"><span class="invalid" title="不满足有效性规定">x</span></th>'
        '<td class="num wide-only"><span class="aqi lv-2">55</span></td></tr>',
    ]
