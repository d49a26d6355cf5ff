"""Files: encodings, Word numbering and tables, and everything that is no plan."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from saishang.apps.plan.importer.blocks import Block, PlanFileError, Source
from saishang.apps.plan.importer.parse import parse_document, parse_source
from saishang.errors import SaishangError

PLAN = """柳溪市净土保卫行动方案
一、总体目标
到2027年，受污染耕地安全利用率达到95%以上。
二、主要任务
1.加强耕地分类管理。划定三类区域。（市农业农村局牵头，市生态环境局配合）
2.严管建设用地。重点地块安全利用得到有效保障。（市自然资源局、市生态环境局负责）
"""


def _write(folder: Path, data: bytes, name: str = "plan.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_text_in_every_usual_encoding_reads_the_same(tmp_path: Path, encoding: str, ending: str) -> None:
    document = parse_document(_write(tmp_path, PLAN.replace("\n", ending).encode(encoding)))
    assert document.title == "柳溪市净土保卫行动方案"
    assert [(i.id, i.title) for i in document.items if i.role == "task"] == [
        ("T1", "加强耕地分类管理"),
        ("T2", "严管建设用地"),
    ]
    (target,) = document.targets
    assert (target.comparator, float(target.value or 0), target.unit, target.year) == (">=", 95.0, "%", 2027)


def _numbered(document: Document, text: str, num_id: int, level: int) -> None:
    properties = document.add_paragraph(text)._p.get_or_add_pPr()
    number = OxmlElement("w:numPr")
    for tag, value in (("w:ilvl", level), ("w:numId", num_id)):
        child = OxmlElement(tag)
        child.set(qn("w:val"), str(value))
        number.append(child)
    properties.append(number)


def _list(document: Document, num_id: int, levels: list[tuple[str, str]]) -> None:
    """Add a list definition: number form and text of every level, as Word writes them."""
    root = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), str(num_id + 500))
    for n, (form, text) in enumerate(levels):
        level = OxmlElement("w:lvl")
        level.set(qn("w:ilvl"), str(n))
        for tag, value in (("w:start", "1"), ("w:numFmt", form), ("w:lvlText", text)):
            child = OxmlElement(tag)
            child.set(qn("w:val"), value)
            level.append(child)
        abstract.append(level)
    root.insert(0, abstract)
    number = OxmlElement("w:num")
    number.set(qn("w:numId"), str(num_id))
    link = OxmlElement("w:abstractNumId")
    link.set(qn("w:val"), str(num_id + 500))
    number.append(link)
    root.append(number)


def test_automatic_numbers_of_word_are_read(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("柳溪市声环境提升工作方案")
    _list(
        document, 77, [("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3.")]
    )
    for text, level in (
        ("总体目标", 0), ("到2026年，功能区声环境质量昼间达标率达到96%。", -1),
        ("重点任务", 0), ("源头管控", 1), ("优化布局。合理划定防护距离。（市自然资源局负责）", 2),
        ("严格准入。落实标准。（市住房城乡建设局负责）", 2),
        ("重点整治", 1), ("治理施工噪声。推广低噪声工艺。（市城管局牵头）", 2),
    ):  # fmt: skip
        if level < 0:
            document.add_paragraph(text)
        else:
            _numbered(document, text, 77, level)
    document.save(str(tmp_path / "plan.docx"))
    read = parse_document(tmp_path / "plan.docx")
    assert [(c.number, c.title) for c in read.chapters] == [("一", "总体目标"), ("二", "重点任务")]
    assert [(s.number, s.title, s.chapter) for s in read.sections] == [
        ("一", "源头管控", "二"),
        ("二", "重点整治", "二"),
    ]
    assert [(i.number, i.title, i.section) for i in read.items if i.role == "task"] == [
        ("1", "优化布局", "一"),
        ("2", "严格准入", "一"),
        ("1", "治理施工噪声", "二"),
    ]
    assert [t.value for t in read.targets] == [96]


def test_table_of_tasks_in_word_gives_owners_of_the_tasks_in_the_text(tmp_path: Path) -> None:
    document = docx.Document()
    for text in (
        "柳溪市“无废城市”建设工作方案", "一、工作目标", "到2025年，生活垃圾回收利用率达到40%。", "二、重点任务",
        "（一）推动工业减废。实施清洁生产。", "（二）推动农业减废。推广全生物降解地膜。", "附件：任务分工表",
    ):  # fmt: skip
        document.add_paragraph(text)
    rows = [
        ("序号", "重点任务", "牵头单位", "配合单位", "完成时限"),
        ("1", "推动工业减废", "市工业和信息化局", "市生态环境局、市发展改革委", "2025年底"),
        ("2", "推动农业减废", "市农业农村局", "市供销社", "2025年底"),
    ]
    table = document.add_table(rows=len(rows), cols=5)
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text
    document.save(str(tmp_path / "plan.docx"))
    read = parse_document(tmp_path / "plan.docx")
    tasks = {i.title: [(o.role, o.units) for o in i.owners] for i in read.items if i.role == "task"}
    assert tasks == {
        "推动工业减废": [("lead", ["市工业和信息化局"]), ("support", ["市生态环境局", "市发展改革委"])],
        "推动农业减废": [("lead", ["市农业农村局"]), ("support", ["市供销社"])],
    }


def _table(document: Document, rows: list[tuple[str, ...]]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text


def test_headings_by_style_without_numbers(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("柳溪省美丽河湖建设方案", 0)
    for title, body in (
        ("总体要求", "到2027年，美丽河湖建成率达到40%左右。"), ("重点任务", ""),
        ("保护水源", "水源地水质达标率保持100%。（省生态环境厅牵头，省水利厅配合）"),
        ("修复生态", "修复湿地2000公顷。（省林业局负责）"), ("保障措施", ""),
        ("加强督导", "省生态环境厅每季度调度进展。"),
    ):  # fmt: skip
        document.add_heading(title, 1 if not body or title == "总体要求" else 2)
        if body:
            document.add_paragraph(body)
    document.save(str(tmp_path / "plan.docx"))
    read = parse_document(tmp_path / "plan.docx")
    assert [c.title for c in read.chapters] == ["总体要求", "重点任务", "保障措施"]
    assert [(i.role, i.title) for i in read.items] == [
        ("preamble", "总体要求"), ("task", "保护水源"), ("task", "修复生态"), ("safeguard", "加强督导"),
    ]  # fmt: skip
    assert [(t.comparator, t.value, t.unit, t.year) for t in read.targets] == [
        ("~", 40, "%", 2027), ("=", 100, "%", None), (">=", 2000, "公顷", None),
    ]  # fmt: skip


def test_a_plan_that_is_a_table(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("柳溪市2025年大气污染防治工作要点责任清单")
    _table(document, [
        ("类别", "工作任务", "目标要求", "责任单位"),
        ("一、产业结构", "1.淘汰落后产能", "2025年底前淘汰落后产能50万吨", "市工信局牵头，市发改委配合"),
        ("二、能源结构", "2.散煤替代", "完成清洁取暖改造3万户", "市发改委、市住建局"),
    ])  # fmt: skip
    document.save(str(tmp_path / "plan.docx"))
    read = parse_document(tmp_path / "plan.docx")
    assert [(i.role, i.title) for i in read.items] == [("task", "淘汰落后产能"), ("task", "散煤替代")]
    assert [[(o.role, o.units) for o in i.owners] for i in read.items] == [
        [("lead", ["市工信局"]), ("support", ["市发改委"])],
        [("responsible", ["市发改委", "市住建局"])],
    ]
    assert [(t.value, t.unit, t.year) for t in read.targets] == [(50, "万吨", 2025), (3, "万户", 2025)]


def test_a_table_of_indicators_gives_targets_once(tmp_path: Path) -> None:
    document = docx.Document()
    for text in (
        "柳溪省土壤污染防治行动计划",
        "一、工作目标",
        "到2025年，受污染耕地安全利用率不低于93%。主要指标见表1。",
    ):
        document.add_paragraph(text)
    _table(document, [
        ("指标", "2020年现状值", "2025年目标值", "属性"),
        ("受污染耕地安全利用率（%）", "90", "93左右", "约束性"),
        ("农村生活污水治理率（%）", "25.5", "40", "预期性"),
        ("化肥使用量（万吨）", "120", "≤110", "预期性"),
    ])  # fmt: skip
    document.save(str(tmp_path / "plan.docx"))
    read = parse_document(tmp_path / "plan.docx")
    assert [(t.indicator, t.comparator, t.value, t.unit, t.year) for t in read.targets] == [
        ("受污染耕地安全利用率", ">=", 93, "%", 2025),
        ("农村生活污水治理率", ">=", 40, "%", 2025),
        ("化肥使用量", "<=", 110, "万吨", 2025),
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        alphabet="一二三、（）1.2９%年到达比分别和。，；：\n万吨省市局厅牵头配合责任单位第章条“”【】*—",
        min_size=1,
        max_size=300,
    )
)
def test_no_text_breaks_the_reader(text: str) -> None:
    document = parse_source(Source([Block(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]))
    assert [t for i in document.items for t in i.targets] == document.targets


def _archive(parts: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return held.getvalue()


_WORD = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'

BAD = {
    "empty": (b"", "empty"),
    "blank": ("\n　\n".encode(), "empty"),
    "old-doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "docx"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
    "picture": (b"\x89PNG\r\n\x1a\n", "picture"),
    "web page": (b"<!DOCTYPE html><html></html>", "web page"),
    "binary": (b"\x00\x01\x02plan", "binary"),
    "no encoding": ("一、".encode() + b"\xff\xff\xff\x80", "UTF-8"),
    "damaged docx": (_archive({"word/document.xml": _WORD})[:-30], "damaged"),
    "docx without text": (_archive({"word/document.xml": _WORD}), "empty"),
    "excel": (_archive({"xl/workbook.xml": b"<a/>"}), "Excel"),
    "macros": (_archive({"word/document.xml": _WORD, "word/vbaProject.bin": b"x"}), "macros"),
    "entity": (_archive({"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]>' + _WORD}), "declaration"),
    "bomb": (_archive({"word/document.xml": b" " * (8 * 2**20)}), "bomb"),
}


@pytest.mark.parametrize("name", list(BAD))
def test_what_is_no_plan_is_refused_with_advice(tmp_path: Path, name: str) -> None:
    data, word = BAD[name]
    path = _write(tmp_path, data, "plan.docx")
    with pytest.raises(PlanFileError) as caught:
        parse_document(path)
    assert isinstance(caught.value, SaishangError)
    assert caught.value.fix
    assert str(path) in str(caught.value.where)
    assert word in f"{caught.value} {caught.value.fix}"


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(PlanFileError, match="readable file"):
        parse_document(tmp_path / "none.docx")
