"""What documents say: numbers of headings, days, counts, gaps; the same facts, the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest

from saishang.apps.reports.blocks import Block, Chart, Heading, OfficialDocument, Paragraph, Source, Table, numbered
from saishang.apps.reports.compose import compose
from saishang.apps.reports.content import Chance, count_by, from_json, to_json
from saishang.apps.reports.numbering import chinese_number, day_zh
from saishang.apps.reports.word import to_docx
from saishang.apps.reports.words import Words
from tests.apps.reports import samples

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def said(document: OfficialDocument) -> str:
    """Every sentence and cell of a document."""
    found: list[str] = []
    blocks: list[Block] = [*document.blocks, *(block for annex in document.annexes for block in annex.blocks)]
    for block in blocks:
        if isinstance(block, Table):
            found += [cell for row in block.rows for cell in row]
        elif isinstance(block, Chart):
            found.append(block.title)
        else:
            found.append(block.text)
    return "\n".join(found)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (9, "九"),
        (10, "十"),
        (11, "十一"),
        (19, "十九"),
        (20, "二十"),
        (21, "二十一"),
        (90, "九十"),
        (99, "九十九"),
    ],
)
def test_chinese_numbers(number: int, text: str) -> None:
    assert chinese_number(number) == text


@pytest.mark.parametrize("number", [0, 100, -1])
def test_no_number_beyond_99(number: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 99"):
        chinese_number(number)


def test_the_day_of_a_document_has_no_leading_zero() -> None:
    """GB/T 9704-2012, 7.3.5.4."""
    assert day_zh(date(2026, 1, 5)) == "2026年1月5日"
    assert day_zh(date(2026, 12, 31)) == "2026年12月31日"


def test_headings_are_numbered_and_begin_again_below_a_new_one() -> None:
    levels = [1, 2, 3, 4, 4, 3, 2, 1, 2]
    got = [block.text for block in numbered(Heading(level, "题") for level in levels) if isinstance(block, Heading)]
    assert got == ["一、题", "（一）题", "1.题", "（1）题", "（2）题", "2.题", "（二）题", "二、题", "（一）题"]


@pytest.mark.parametrize("levels", [[2], [1, 3], [1, 2, 4], [0], [5]])
def test_a_heading_never_skips_a_level(levels: list[int]) -> None:
    with pytest.raises(ValueError, match="has none above it"):
        numbered(Heading(level, "题") for level in levels)


def test_counts_are_those_of_the_facts() -> None:
    """Five targets, one of each but at risk; seven items as `samples.work` lists them."""
    text = said(compose(samples.report()))
    assert "承担行动方案目标5项" in text
    assert "已达标1项，进度正常1项，滞后1项，未评估1项，目标值未定1项" in text
    assert "其中2项因缺少数值或基准、文件未公布目标值或目标为定性而不能判断" in text
    assert (
        "列入2026年的任务事项7项，其中已核实完成1项，完成待核实1项，按期推进2项，未定期限1项，逾期1项，暂停1项" in text
    )
    assert "已完成的事项中有1项超过期限" in text
    assert "应报送进展报告9份，未报送1份，迟报2份" in text


def test_missing_is_never_zero() -> None:
    document = compose(samples.report())
    cells = next(
        row for annex in document.annexes for block in annex.blocks if isinstance(block, Table) for row in block.rows
        if row[0] == "T4"
    )  # fmt: skip
    assert cells[4] == "无" and "不预测：年度数值只有0个，至少要5个" in cells
    late = next(block for block in document.blocks if isinstance(block, Table) and block.name == "late")
    assert late.rows[0][4] == "未知"
    none = said(compose(samples.report(work=None)))
    assert "尚无下达的任务事项记录，本报告不作统计" in none and "任务事项0项" not in none
    assert "任务数据" not in none  # nothing was counted, so no moment is named
    chart = next(block for block in document.blocks if isinstance(block, Chart) and block.name == "targets")
    assert chart.values == (1, 1, 0, 1, 1, 1)  # a zero that was counted is a zero


def test_supervision_is_told_as_counted() -> None:
    """Figures by hand from `samples.supervision`."""
    document = compose(samples.report(supervision=samples.supervision()))
    text = said(document)
    assert (
        "督办事项4件，已办结1件；反馈问题5个，已销号1个；跨单位协调事项2件，已议定1件；年度定期事项3项次，已落实1项次"
        in text
    )
    assert "列入2026年的督办事项4件，其中当年发出3件（提示2件，督办单1件）、往年结转1件" in text
    assert "已办结1件，未办结3件，其中逾期未答复1件。另有1件发出后撤销。" in text
    assert (
        "反馈问题5个，其中当年新列入4个。按统计时的记录，已销号1个，已申请销号、待核查公示1个，整改未完成3个；逾期1个"
        in text
    )
    assert "跨单位协调事项2件。按统计时的记录，已议定1件，未议定1件，其中逾期1件" in text
    assert "2026年定期事项3项次。按统计时的记录，已落实1项次，待落实2项次，其中逾期1项次" in text
    tables = {block.name: block.rows for block in document.blocks if isinstance(block, Table)}
    assert [row[-1] for row in tables["cases"]] == ["已办结\n2026-03-08", "已答复待定", "待答复\n（逾期）", "待答复"]
    assert tables["cases"][2][0] == "督办第3件\nDB-2026-0003　督办〔2026〕7号"
    assert [row[-1] for row in tables["findings"]] == [
        "已销号\n2026-09-01", "已核查待公示", "整改中（逾期）", "待报方案", "方案待批",
    ]  # fmt: skip
    assert tables["findings"][3][2] == "未定"  # no day is no day
    assert [row[2:] for row in tables["duties"]] == [
        ("2026-12-31", "待落实", "以年度报告落实"), ("未规定", "已落实\n2026-02-01", "年度工作计划"),
        ("2026-06-05", "逾期", "—"),
    ]  # fmt: skip
    heads = [block.text for block in numbered(document.blocks) if isinstance(block, Heading) and block.level == 1]
    assert heads == [
        "一、总体情况",
        "二、目标进展",
        "三、任务落实",
        "四、督办和整改",
        "五、存在的问题",
        "六、下一步工作安排",
    ]


def test_supervision_that_is_not_there() -> None:
    """Reports from before it was counted say nothing of it; a year without duties is not a year of none fulfilled."""
    assert "督办" not in said(compose(samples.report()))
    nothing = samples.supervision(
        opened={"prompt": 0, "notice": 0, "talk": 0}, carried=0, withdrawn=0, cases=(), found={"closed": 0},
        findings=(), raised=0, settled=0, matters=(), duties=None,
    )  # fmt: skip
    document = compose(samples.report(work=None, supervision=nothing))
    text = said(document)
    for words in ("没有列入2026年的督办事项", "没有列入2026年的反馈问题", "没有列入2026年的跨单位协调事项",
                  "2026年的定期事项尚未生成，本报告不作统计"):  # fmt: skip
        assert words in text
    assert "已落实0项次" not in text
    assert document.cover is not None and document.cover.notes[1].startswith("督办数据：按 2026-11-30 09:30")


def test_single_reports_of_the_whole_region_are_an_annex() -> None:
    """Ten stand in the text, eleven are an annex; what an organisation says of itself stays in its text."""

    def told(kind: Any, number: int) -> OfficialDocument:
        accounts = samples.work().accounts * number
        return compose(samples.report(kind, work=samples.work(accounts=accounts, told=number)))

    names = lambda document: [annex.title for annex in document.annexes]  # noqa: E731
    assert "各项任务反映的问题和下一步工作" not in names(told("consolidated", 10))
    many = told("consolidated", 11)
    assert "各项任务反映的问题和下一步工作" in names(many)
    assert "报出的进展报告中有11项任务反映了问题，涉及1个单位，见附件" in said(many)
    assert "各项任务反映的问题和下一步工作" not in names(told("organisation", 11))


def test_what_comes_next_year_is_counted() -> None:
    """All five targets are of 2027; one of each state but at risk."""
    text = said(compose(samples.report(work=samples.work(due_next=3))))
    assert "以2027年为目标年的目标5项，目前已达标1项，进度正常1项，滞后1项，未评估1项，目标值未定1项。" in text
    assert "期限在2027年、尚未完成的任务事项3项。" in text
    assert "尚未完成的任务事项" not in said(compose(samples.report()))  # a report from before it was counted
    other = said(compose(samples.report(targets=(samples.target(1, "met", year=2030),))))
    assert "没有以2027年为目标年的目标。" in other


def test_the_units_add_up() -> None:
    (units,) = [annex for annex in compose(samples.big("consolidated")).annexes if annex.title == "各单位任务完成情况"]
    table = units.blocks[0]
    assert isinstance(table, Table)
    # 0 + 1 + … + 44 items, as many late; one done and two not reported in each of 45.
    assert table.rows[-1] == ("合计", "990", "45", "0", "990", "0", "90")


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        ("2026-M09", "2026年9月", "September 2026"), ("2026-09", "2026年9月", "September 2026"),
        ("2026-Q3", "2026年第3季度", "Q3 2026"), ("2026", "2026年", "2026"),
        ("2026-01..2026-09", "2026年1—9月", "January to September 2026"),
        ("2025-01..2026-09", "2025-01..2026-09", "2025-01..2026-09"), ("2026-Q5", "2026-Q5", "2026-Q5"),
    ],
)  # fmt: skip
def test_a_period_as_people_write_it(period: str, zh: str, en: str) -> None:
    assert (Words("zh").period(period), Words("en").period(period)) == (zh, en)


def test_every_table_and_chart_says_where_it_is_from() -> None:
    for kind in ("organisation", "consolidated"):
        document = compose(samples.big(kind))
        for blocks in (document.blocks, *(annex.blocks for annex in document.annexes)):
            for place, block in enumerate(blocks):
                if isinstance(block, Table | Chart):
                    following = next(one for one in blocks[place + 1 :] if isinstance(one, Source))
                    between = blocks[place + 1 : blocks.index(following, place)]
                    assert not any(isinstance(one, Table | Chart | Heading) for one in between)
                    assert "20251231-abcdef" in following.text or "2026-11-30 09:30" in following.text


def test_what_a_list_leaves_out_is_said() -> None:
    shown = samples.work(counts={"late": 301}, late=samples.work().late * 300, done=(), items=())
    assert "以上列出前300项，其余1项见系统中的清单" in said(compose(samples.report(work=shown)))
    whole = samples.work(counts={"late": 300}, late=samples.work().late * 300, done=(), items=())
    assert "以上列出前" not in said(compose(samples.report(work=whole)))


def test_english_says_the_same() -> None:
    told = samples.report(supervision=samples.supervision())
    zh, en = compose(told), compose(told, "en")
    assert [type(block) for block in zh.blocks] == [type(block) for block in en.blocks]
    assert [len(block.rows) for block in zh.blocks if isinstance(block, Table)] == [
        len(block.rows) for block in en.blocks if isinstance(block, Table)
    ]
    # What people wrote stays in their words; everything else is English.
    own = {samples.OFFICE.zh, "实施第", "资金到位较慢。", "加快支付进度。", "督办第", "个问题", "管网穿越", "跨界清漂"}
    for line in said(en).split("\n"):
        if not any(words in line for words in own):
            assert not any("\u4e00" <= ch <= "\u9fff" for ch in line), line


@pytest.mark.parametrize(
    ("chance", "text"),
    [
        (Chance(0.0), "不到1%"), (Chance(0.0099), "不到1%"), (Chance(0.01), "约1%"), (Chance(0.364), "约36%"),
        (Chance(0.99), "约99%"), (Chance(0.991), "超过99%"), (Chance(1.0), "超过99%"),
        (Chance(0.364, rough=True), "约40%"), (Chance(0.09, rough=True), "不到10%"),
        (Chance(0.91, rough=True), "超过90%"),
        (None, "未作预测"), (Chance(None, reason="no_year"), "不预测：没有写明年份，逐次判断"),
        (Chance(None, reason="not_forecast"), "无数值目标，不预测"),
    ],
)  # fmt: skip
def test_a_probability_as_people_read_it(chance: Chance | None, text: str) -> None:
    assert Words("zh").chance(chance) == text


def test_a_value_that_nobody_counts_is_an_error() -> None:
    with pytest.raises(ValueError, match="expected standing to be one of"):
        count_by((samples.task(1, "somewhere"),), "standing", ("late",))


@pytest.mark.parametrize("kind", ["organisation", "consolidated"])
def test_facts_come_back_from_json(kind: Any) -> None:
    told = samples.big(kind)
    assert from_json(json.loads(json.dumps(to_json(told)))) == told
    assert from_json(json.loads(json.dumps(to_json(samples.report(work=None))))) == samples.report(work=None)
    watched = samples.report(kind, supervision=samples.supervision(duties=None))
    assert from_json(json.loads(json.dumps(to_json(watched)))) == watched


def test_the_same_facts_give_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from tests.apps.reports import samples; from saishang.apps.reports.compose import compose;"
        "from saishang.apps.reports.word import to_docx;"
        "print(hashlib.sha256(to_docx(compose(samples.report()))).hexdigest())"
    )
    wanted = hashlib.sha256(to_docx(compose(samples.report()))).hexdigest()
    for seed, zone in (("1", "UTC"), ("2", "America/New_York")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
        assert done.stdout.strip() == wanted
    other = to_docx(compose(samples.report(run="20251231-zzzzzz")))
    assert hashlib.sha256(other).hexdigest() != wanted


def test_the_file_holds_nothing_of_the_clock() -> None:
    def dates(file: bytes) -> set[tuple[int, ...]]:
        with zipfile.ZipFile(BytesIO(file)) as archive:
            found = {entry.date_time for entry in archive.infolist()}
            core = archive.read("docProps/core.xml").decode()
            assert core.count("2000-01-01T00:00:00Z") == 2
            for name in archive.namelist():
                if name.endswith(".xlsx"):
                    found |= dates(archive.read(name))
            return found

    assert dates(to_docx(compose(samples.report()))) == {(2000, 1, 1, 0, 0, 0)}


def test_every_part_is_xml_and_names_its_typefaces() -> None:
    with zipfile.ZipFile(BytesIO(to_docx(compose(samples.report())))) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))
        fonts = ElementTree.fromstring(archive.read("word/fontTable.xml"))
        styles = ElementTree.fromstring(archive.read("word/styles.xml"))
    named = {font.get(f"{W}name"): font.find(f"{W}altName") for font in fonts}
    assert set(named) == {"方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "宋体"}
    assert all(font is not None and font.get(f"{W}val") for font in named.values())
    wanted = {"公文标题": ("方正小标宋简体", "44"), "公文正文": ("仿宋_GB2312", "32"), "heading 1": ("黑体", "32"),
              "heading 2": ("楷体_GB2312", "32"), "heading 3": ("仿宋_GB2312", "32"),
              "页码": ("宋体", "28")}  # fmt: skip
    for style in styles.iter(f"{W}style"):
        name = style.find(f"{W}name")
        key = "" if name is None else str(name.get(f"{W}val"))
        if key in wanted:
            face = style.find(f"{W}rPr/{W}rFonts")
            size = style.find(f"{W}rPr/{W}sz")
            assert face is not None and size is not None
            assert (face.get(f"{W}eastAsia"), size.get(f"{W}val")) == wanted.pop(key)
    assert not wanted


def test_text_from_people_stays_text() -> None:
    """Characters of XML and control characters; a chart's label that a spreadsheet would take for a formula."""
    odd = "<w:t>&\x00\x0b“引号”'\""
    told = samples.report(organisation=replace(samples.OFFICE, zh=odd), work=None)
    with zipfile.ZipFile(BytesIO(to_docx(compose(told)))) as archive:
        text = "".join(ElementTree.fromstring(archive.read("word/document.xml")).itertext())
    assert "<w:t>&“引号”'\"" in text and "\x00" not in text
    document = OfficialDocument(
        "zh",
        None,
        ("题",),
        "",
        (Chart("c", "图", ("=1+1", '"<&'), (1, None), "项"), Paragraph("文")),
        "",
        date(2026, 1, 1),
    )
    with zipfile.ZipFile(BytesIO(to_docx(document))) as archive:
        chart = archive.read("word/charts/chart1.xml").decode()
        book = archive.read("word/embeddings/chart1.xlsx")
    assert chart.count("<c:pt ") == 4  # the unit, two names, one value: None has no bar
    with zipfile.ZipFile(BytesIO(book)) as inside:
        assert b"<f>" not in inside.read("xl/worksheets/sheet1.xml")


def test_a_goal_that_is_no_number_is_not_withheld() -> None:
    words = Words("zh")
    assert words.goal(samples.target(1, "met")) == "≤ 30 µg/m³"
    assert words.goal(samples.target(1, "met", unit="微克/立方米")) == "≤ 30 µg/m³"
    assert words.goal(samples.target(1, "met", unit="1", sign=">=", goal="0")) == "≥ 0"
    assert words.goal(samples.target(1, "not_evaluated", goal="")) == "定性"
    assert words.goal(samples.target(1, "undetermined", goal="", withheld=True)) == "未公布"


def test_english_headings_are_numbered_in_figures() -> None:
    got = [block.text for block in numbered([Heading(1, "a"), Heading(2, "b"), Heading(2, "c"), Heading(1, "d")], "en")
           if isinstance(block, Heading)]  # fmt: skip
    assert got == ["1 a", "1.1 b", "1.2 c", "2 d"]
