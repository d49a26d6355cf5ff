"""Live preview of a kind: what the page tells of a good and a bad text, and that it keeps nothing."""

from __future__ import annotations

import io
import json
import re
from itertools import pairwise

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from saishang.apps.organisations.models import User
from saishang.apps.registers.blank import blank_text
from saishang.rules import load_rules
from saishang.science.machine import State, StateTable, Transition
from saishang.science.register.draft import LONGEST, read_draft
from saishang.web.pages.life_drawing import drawing_of, numbered_moves

pytestmark = pytest.mark.django_db
AT = "/registers/preview/"
BLANK = blank_text("路灯", "Lamps")


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("editor", role="editor"))
    return client


def sent(client: Client, text: str, **more: object) -> str:
    answer = client.post(AT, {"name": "lamps", "text": text, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_the_page_begins_with_a_blank_that_works(editor: Client) -> None:
    page = editor.get(AT).content.decode()
    assert "定义没有问题" in page and "place: point" in page


def test_a_good_text_shows_all_that_it_makes(editor: Client) -> None:
    page = plain(sent(editor, BLANK))
    for words in (
        "路灯", "编号 （必填）", "列表的列", "新条目的状态是“在用”。", "停用决定", "下次检查", "在用比例", "占比",
        "批量导入的列", "经度,纬度", "registers/lamps.yaml",
    ):  # fmt: skip
        assert words in page, words
    editor.cookies["django_language"] = "en"
    page = plain(sent(editor, BLANK))
    for words in (
        "no fault",
        "Code (required)",
        "A new entry begins as “in use”.",
        "next check",
        "share in use",
        "all entries",
    ):
        assert words in page, words


def test_faults_are_told_in_chinese_with_their_line(editor: Client) -> None:
    text = BLANK.replace("place: point", "place: points").replace("measure: count", "measur: count")
    page = plain(sent(editor, text))
    line = next(n for n, told in enumerate(text.splitlines(), 1) if told.startswith("place:"))
    assert "3 个问题" in page
    assert f"{line} place 以下之一：none, point, line, polygon &#x27;points&#x27; 改正该值" in page
    assert "写明键“measure”" in page and "改正拼写（可能是 measure" in page
    assert "没有问题" not in page


@pytest.mark.parametrize(
    "change",
    [
        ("key: code", "key: cod"), ("start: in_use", "start: gone"), ("from: checked_on", "from: name"),
        ("months: 12", "months: 0"), ("months: 12", "months: 1201"), ("    of: {} ", "    # "),
        ("decimals: 1", "decimals: x"), ("zh: 编号", "zh: [编号"), ("type: date", "type: entry"),
        ("type: date", "type: choice"), ("type: date", "type: dat"),
        ("audience: public", "audience: public\naudience: staff"),
        ("audience: public", "audience: public\nowner: NOBODY"), ("length: 40", "length: 40, pattern: x"),
        ("length: 40", 'length: 40, form_zh: x, form_en: x, pattern: "("'), ("required: true", "required: false"),
        ("evidence: [decision]", "evidence: 1"), ("en: Code", "en: 2026-01-01"), ("to: closed", "to: away"),
        ("states: [in_use]", "states: []"), ("measure: count", "measure: sum"),
    ],
)  # fmt: skip
def test_every_fault_has_its_chinese(editor: Client, change: tuple[str, str]) -> None:
    assert change[0] in BLANK
    page = sent(editor, BLANK.replace(*change, 1))
    rows = re.findall(r"<tr>(.*?)</tr>", page.split('id="made"')[1].split("<tbody>")[1].split("</tbody>")[0], re.S)
    assert rows
    for row in rows:
        cells = [plain(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
        expected, fix = cells[2], cells[4]
        assert re.search(r"[一-鿿]", expected) or expected.strip() in {"YAML", "true"}, cells
        assert re.search(r"[一-鿿]", fix), cells


def test_a_request_by_script_gets_the_result_alone(editor: Client) -> None:
    answer = editor.post(AT, {"name": "lamps", "text": BLANK}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "<html" not in page and "定义没有问题" in page


def test_nothing_is_written(editor: Client) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        sent(editor, BLANK)
        sent(editor, "place: [")
    said = [query["sql"].split()[0].upper() for query in queries.captured_queries]
    assert set(said) <= {"SELECT", "SAVEPOINT", "RELEASE"}, said


def test_a_text_is_shown_as_text(editor: Client) -> None:
    page = sent(editor, BLANK.replace("编号", "<script>alert(1)</script>"))
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_a_file_is_looked_at(editor: Client) -> None:
    page = sent(editor, "", file=SimpleUploadedFile("solar.yaml", BLANK.encode("utf-8-sig")))
    assert "registers/solar.yaml" in page and "place: point" in page
    page = plain(sent(editor, "", file=SimpleUploadedFile("solar.yaml", BLANK.encode("gb18030"))))
    assert "请另存为 UTF-8" in page
    page = plain(sent(editor, "", file=SimpleUploadedFile("solar.yaml", b"#" * (4 * LONGEST + 1))))
    assert f"至多 {LONGEST} 个字符" in page


def test_it_starts_from_a_register_that_there_is(editor: Client) -> None:
    page = editor.get(f"{AT}?from=green_buildings").content.decode()
    assert "Green buildings (绿色建筑)" in page and "registers/green_buildings.yaml" in page
    assert editor.get(f"{AT}?from=nothing").status_code == 404
    assert editor.get(f"{AT}?from=../parameters").status_code == 404


def test_every_register_that_ships_can_be_looked_at(editor: Client) -> None:
    for name in load_rules().documents_under("registers"):
        answer = editor.get(AT, {"from": name.rpartition("/")[2]})
        assert answer.status_code == 200 and "定义没有问题" in answer.content.decode(), name


def test_the_empty_form_is_one_that_an_import_takes(editor: Client) -> None:
    answer = editor.post(f"{AT}?format=xlsx", {"name": "lamps", "text": BLANK})
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    heads = [str(cell.value) for cell in next(sheet.iter_rows())]
    assert heads == ["编号", "名称", "所在县（市、区）", "最近检查日期", "状态", "经度,纬度"] and sheet.max_row == 1


def test_the_example_is_json_of_the_register(editor: Client) -> None:
    page = sent(editor, BLANK)
    (found,) = re.findall(r'<pre class="raw text-start">(.*?)</pre>', page, re.S)
    told = json.loads(found.replace("&quot;", '"'))
    assert told["geometry"] == {"type": "Point", "coordinates": [106.23, 38.49]}
    assert told["properties"]["state"] == "in_use" and told["properties"]["region"] == "640104"


def test_a_life_is_drawn_row_by_row() -> None:
    # draft → open → closed, open → draft (back), and a state that nothing leads to.
    states = [State(name, name, name) for name in ("draft", "open", "closed", "lost")]
    moves = [
        Transition("draft", "a", "open", "甲", "A"), Transition("open", "b", "closed", "乙", "B"),
        Transition("open", "c", "closed", "丙", "C"), Transition("open", "d", "draft", "丁", "D"),
    ]  # fmt: skip
    life = StateTable(states, moves, name="test")
    drawing = drawing_of(life, "draft")
    tops = {box.words: box.y for box in drawing.boxes}
    assert tops["draft"] < tops["open"] < tops["closed"] < tops["lost"]
    assert [number for number, _move in numbered_moves(life)] == [1, 2, 3, 4]
    assert sorted(arrow.words for arrow in drawing.arrows) == ["1", "2, 3", "4"]
    for box in drawing.boxes:
        assert box.x >= 0 and box.x + box.width <= drawing.width and box.y + box.height <= drawing.height


def test_all_lives_that_ship_stay_inside_their_drawing() -> None:
    rules = load_rules()
    assert read_draft("lamps", BLANK, rules).kind is not None
    from saishang.science.register.kind import read_kinds

    for kind in read_kinds(rules).values():
        if kind.life is None:
            continue
        drawing = drawing_of(kind.life, kind.start)
        assert {box.words for box in drawing.boxes} == {state.zh for state in kind.life.states.values()}
        spans = sorted((box.y, box.x, box.x + box.width) for box in drawing.boxes)
        for (row, _left, right), (other, begin, _end) in pairwise(spans):
            assert row != other or right < begin, kind.id  # no box lies on another
        assert all(box.x + box.width <= drawing.width for box in drawing.boxes)
