"""Our documents as LibreOffice sets them, page by page: the grid of the standard, numbers, tables, characters."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from saishang.apps.reports.blocks import Heading, OfficialDocument, Paragraph, Table
from saishang.apps.reports.compose import compose
from saishang.apps.reports.numbering import MARKS
from saishang.apps.reports.word import to_docx
from tests.apps.reports import samples
from tests.apps.reports.office import BOTTOM, LEFT, RIGHT, TOP, Page, render, soffice, without_glyph

pytestmark = pytest.mark.skipif(soffice() is None, reason="LibreOffice is not installed")

#: Half a rule's width and what rounding to pixels and twips adds [mm].
NEAR = 0.6
#: Closing marks may hang in the margin by their own width: LibreOffice lets them even where the file says no.
HANGING = set("，。、；：！？）》」』”’〕】…,.;:!?)—")


def flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def plain(*blocks: Heading | Paragraph | Table) -> OfficialDocument:
    return OfficialDocument("zh", None, (), "", tuple(blocks), "", date(2026, 11, 30))


@pytest.fixture(scope="module", params=["organisation", "consolidated"])
def pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Page]:
    return render(to_docx(compose(samples.big(request.param))), tmp_path_factory.mktemp("big"))


def test_a_page_has_22_lines_of_28_characters(tmp_path: Path) -> None:
    """5.2.3. A line of a paragraph's beginning holds 26 behind two blanks; 50 paragraphs of 26 + 28 characters are 100
    lines: 4 pages of 22 and one of 12."""
    told = render(to_docx(plain(*[Paragraph("永" * 54)] * 50)), tmp_path)
    lines = [len([line for line in page.lines() if len(line) > 3]) for page in told]
    assert lines == [22, 22, 22, 22, 12]
    widths = [len(line) for page in told for line in page.lines() if len(line) > 3]
    assert set(widths) == {26, 28}


def test_27_characters_begin_a_second_line(tmp_path: Path) -> None:
    (page,) = render(to_docx(plain(Paragraph("永" * 26), Paragraph("永" * 27))), tmp_path)
    assert [len(line) for line in page.lines()] == [26, 26, 1]


def test_the_text_area_lies_where_the_standard_says(tmp_path: Path) -> None:
    page = render(to_docx(plain(*[Paragraph("永" * 54)] * 30)), tmp_path)[1]
    lines = page.lines()
    full = next(line for line in lines if len(line) == 28)
    assert full[0].left == pytest.approx(LEFT, abs=0.5)
    assert RIGHT - 1.5 < full[-1].right <= RIGHT + 0.5
    steps = [below[0].top - above[0].top for above, below in pairwise(lines)]
    assert steps == pytest.approx([225 / 22] * 21, abs=0.06)
    assert lines[0][0].top >= TOP and lines[-1][0].bottom <= BOTTOM + 0.5


def test_page_numbers_stand_outside_and_below(pages: list[Page]) -> None:
    """7.5: 四号, — n —, on the right of odd and the left of even pages, one character in; the cover has none."""
    assert not re.search(r"— \d+ —", pages[0].text)
    for number, page in enumerate(pages[1:], start=1):
        foot = [char for char in page.chars if char.top > BOTTOM and char.text.strip()]
        assert "".join(char.text for char in foot) == f"—{number}—"
        assert min(char.top for char in foot) >= BOTTOM + 5
        middle = sum(char.left for char in foot) / len(foot)
        assert (middle > 150) is bool(number % 2)
        edge = RIGHT - max(char.right for char in foot) if number % 2 else min(char.left for char in foot) - LEFT
        assert edge == pytest.approx(14 / 72 * 25.4, abs=1)


def test_nothing_leaves_the_text_area(pages: list[Page]) -> None:
    for number, page in enumerate(pages, start=1):
        for left, right, top, bottom in page.rules:
            assert left >= LEFT - NEAR and right <= RIGHT + NEAR, (number, left, right)
            assert top >= TOP - 20 and bottom <= BOTTOM + NEAR, (number, top, bottom)
        for char in page.chars:
            if not char.text.strip():
                continue
            over = RIGHT + (6 if char.text in HANGING else NEAR)
            assert char.left >= LEFT - NEAR and char.right <= over, (number, char)
        assert page.ink is not None
        assert page.ink[0] >= LEFT - NEAR and page.ink[1] <= RIGHT + 6, (number, page.ink)


def test_every_character_has_its_glyph(pages: list[Page]) -> None:
    assert without_glyph(pages) == []


def test_a_missing_glyph_would_be_seen(tmp_path: Path) -> None:
    told = render(to_docx(plain(Paragraph("永\U0010fffd久"))), tmp_path)
    assert {char for _page, char, _font in without_glyph(told)} == {"\U0010fffd"}
    assert without_glyph(render(to_docx(plain(Paragraph("永久"))), tmp_path / "good")) == []


def test_no_word_is_lost(pages: list[Page]) -> None:
    kind = "consolidated" if "综合报告" in pages[0].text else "organisation"
    document = compose(samples.big(kind))  # type: ignore[arg-type]
    whole = flat("".join(page.text for page in pages))
    for blocks in (document.blocks, *(annex.blocks for annex in document.annexes)):
        for block in blocks:
            if isinstance(block, Heading):
                assert flat(block.text) in whole
            elif isinstance(block, Table):
                for row in block.rows:
                    assert all(flat(part) in whole for cell in row for part in cell.split("\n")[:1] if len(part) < 8)


def test_a_table_repeats_its_heading_row_on_every_page(pages: list[Page]) -> None:
    first = next(n for n, page in enumerate(pages) if page.text.lstrip().split("\n")[-1] and "目标进展清单" in page.text
                 and n > 3 and "附件1" in flat(page.text))  # fmt: skip
    following = [page for page in pages[first + 1 :] if "附件" not in flat(page.text)[:40]]
    assert len(following) >= 3
    for page in following[:3]:
        head = flat(page.text)[:90]
        assert "目标值" in head and "最新数值" in head and "达标可能" in head


def test_headings_are_numbered_in_order(pages: list[Page]) -> None:
    whole = "\n".join(page.text for page in pages)
    wanted = [f"{MARKS[0](n)}{words}" for n, words in enumerate(
        ("总体情况", "目标进展", "任务落实", "督办和整改", "存在的问题", "下一步工作安排"), start=1)]  # fmt: skip
    places = [flat(whole).index(flat(words)) for words in wanted]
    assert places == sorted(places)
    for first, last in pairwise([*places, len(flat(whole))]):
        part = flat(whole)[first:last]
        four = ["（一）", "（二）", "（三）", "（四）"]
        marks = [mark for mark in four if mark in part]
        # Never one alone.
        assert marks == four[: len(marks)] and len(marks) != 1


def test_no_line_of_source_and_no_signature_stands_alone(pages: list[Page]) -> None:
    """Where figures are from stands on the page of the figures; the page of the signature has some of the text."""
    for number, page in enumerate(pages[1:], start=1):
        first = "".join(char.text for char in page.lines()[0])
        assert not first.startswith(("数据来源", "任务和督办数据", "附件：")), number
    signed = next(page for page in pages[1:] if "2026年11月30日" in flat(page.text) and "附件：" in flat(page.text))
    assert "特此报告。" in flat(signed.text)


def test_small_tables_are_not_broken(pages: list[Page]) -> None:
    """The table of reasons has two rows; its heading, its rows and its source are on one page."""
    page = next(page for page in pages[1:] if "（三）尚不能判断的目标" in flat(page.text))
    assert flat(page.text).split("（三）尚不能判断的目标")[1].count("数据来源：评估") == 1


def test_the_rules_of_the_copy_are_as_wide_as_the_text(pages: list[Page]) -> None:
    """7.4.1: rules of 156 mm; 7.4.2: the text one character of 14 points in from them."""
    page = pages[-1]
    lead = next(char for char in page.chars if char.text == "抄")
    edges = [rule for rule in page.rules if abs(rule[2] - lead.top) < 12 or abs(rule[3] - lead.bottom) < 12]
    assert min(rule[0] for rule in edges) == pytest.approx(LEFT, abs=NEAR)
    assert max(rule[1] for rule in edges) == pytest.approx(RIGHT, abs=NEAR)
    assert lead.left == pytest.approx(LEFT + 14 / 72 * 25.4, abs=1)


def test_what_is_invented_is_marked_on_every_page(pages: list[Page]) -> None:
    for page in pages:
        assert "含演示数据" in page.text


def test_the_pages_of_a_small_report(tmp_path: Path) -> None:
    """Page by page: cover; text with two charts; annexes, each on a page of its own."""
    told = [flat(page.text) for page in render(to_docx(compose(samples.report())), tmp_path)]
    assert told[0].startswith("宁夏回族自治区生态环境厅2026年度行动方案落实情况报告")
    assert "评估20251231-abcdef" in told[0] and "2026-11-3009:30" in told[0]
    assert told[1].startswith("关于2026年度行动方案落实情况的报告自治区生态文明建设领导小组：按照《自治区")
    text = "".join(told[1:-2])
    for words in ("图1各类进展的目标数", "图2各类进度的任务事项数", "五、下一步工作安排", "2026年11月30日", "抄送："):
        assert words in text + told[-1]
    assert told[-2].startswith("附件1目标进展清单") and told[-1].startswith("附件2任务事项清单")
    assert "演示" not in "".join(told)
