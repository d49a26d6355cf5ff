"""Word files as people send them: changes tracked, text boxes, merged cells, soft breaks, lists that begin again."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from saishang.apps.plan.importer.blocks import PlanFileError
from saishang.apps.plan.importer.document import PlanDocument
from saishang.apps.plan.importer.parse import parse_document
from saishang.apps.plan.importer.reading import read_source

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><w:document '
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>'
)


def _p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def _write(folder: Path, *body: str, numbering: str = "") -> Path:
    path = folder / "plan.docx"
    with ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f"{_HEAD}{''.join(body)}</w:body></w:document>")
        archive.writestr("word/header1.xml", f"{_HEAD}{_p('内部资料')}</w:body></w:document>")
        if numbering:
            archive.writestr("word/numbering.xml", numbering)
    return path


def _texts(path: Path) -> list[str]:
    return [b.text for b in read_source(path).blocks]


def test_tracked_changes_are_accepted(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "<w:p><w:r><w:t>优良率达到</w:t></w:r><w:del><w:r><w:delText>85</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>88</w:t></w:r></w:ins><w:r><w:t>%。</w:t></w:r></w:p>",
        # The end of this paragraph was deleted: it runs on into the next.
        _p("加强巡查，", "<w:rPr><w:del/></w:rPr>"),
        _p("建立台账。"),
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>批注</w:t></w:r><w:r><w:t>正文。</w:t></w:r></w:p>",
    )
    assert _texts(path) == ["优良率达到88%。", "加强巡查，建立台账。", "正文。"]


def test_a_text_box_is_read_once(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{_p('专栏：建成湿地公园3处。')}</w:txbxContent>"
    path = _write(
        tmp_path,
        f"<w:p><w:r><w:t>正文。</w:t></w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:p>",
    )
    assert _texts(path) == ["正文。", "专栏：建成湿地公园3处。"]


def test_soft_breaks_split_headings_but_not_sentences(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "<w:p><w:r><w:t>（一）保护水源。</w:t><w:br/><w:t>到2027年，水源地水质达标率稳定保持在</w:t><w:br/>"
        "<w:t>百分之百，隔离设施全部建成。</w:t><w:br/><w:t>责任单位：省水利厅</w:t></w:r></w:p>",
    )
    assert _texts(path) == [
        "（一）保护水源。",
        "到2027年，水源地水质达标率稳定保持在百分之百，隔离设施全部建成。",
        "责任单位：省水利厅",
    ]


def test_formulas_keep_their_text(tmp_path: Path) -> None:
    path = _write(tmp_path, "<w:p><w:r><w:t>产销差率</w:t></w:r><m:oMath><m:r><m:t>≤9%</m:t></m:r></m:oMath></w:p>")
    assert _texts(path) == ["产销差率≤9%"]


def test_a_list_that_begins_again_and_an_inner_table(tmp_path: Path) -> None:
    number = (
        '<?xml version="1.0"?><w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        '<w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
        "</w:lvlOverride></w:num></w:numbering>"
    )

    def item(text: str, num: int) -> str:
        return _p(text, f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{num}"/></w:numPr>')

    def cell(inner: str) -> str:
        return f"<w:tc>{inner}</w:tc>"

    inner = f"<w:tbl><w:tr>{cell(_p('甲'))}{cell(_p('乙'))}</w:tr></w:tbl>"
    table = (
        f"<w:tbl><w:tr>{cell(_p('事项'))}{cell(_p('说明'))}</w:tr>"
        f"<w:tr>{cell(_p('巡查'))}{cell(inner + _p('每月一次'))}</w:tr></w:tbl>"
    )
    path = _write(tmp_path, item("治气", 1), item("治水", 1), item("护林", 2), table, numbering=number)
    blocks = read_source(path).blocks
    assert [b.text for b in blocks[:3]] == ["1.治气", "2.治水", "1.护林"]
    assert blocks[3].rows == [["事项", "说明"], ["巡查", "甲；乙\n每月一次"]]


def _read(folder: Path, text: str) -> PlanDocument:
    path = folder / "plan.txt"
    path.write_text(text, encoding="utf-8")
    return parse_document(path)


def test_a_table_with_one_city_per_row_takes_the_year_from_its_caption(tmp_path: Path) -> None:
    read = _read(
        tmp_path,
        "柳溪省蓝天行动方案\n一、工作目标\n空气质量持续改善。\n二、重点任务\n（一）治气。推进减排。（省生态环境厅负责）\n"
        "附件\n各市2027年空气质量目标\n城市|PM2.5浓度（微克/立方米）|优良天数比率（%）\n东川市|31|≥88\n西川市|28|90左右\n",
    )
    assert [(t.scope, t.indicator, t.comparator, t.value, t.unit, t.year) for t in read.targets] == [
        ("东川市", "PM2.5浓度", "<=", 31, "微克/立方米", 2027), ("东川市", "优良天数比率", ">=", 88, "%", 2027),
        ("西川市", "PM2.5浓度", "<=", 28, "微克/立方米", 2027), ("西川市", "优良天数比率", "~", 90, "%", 2027),
    ]  # fmt: skip


def test_two_rows_of_headings_and_cumulative_numbers(tmp_path: Path) -> None:
    read = _read(
        tmp_path,
        "柳溪省生态环境规划\n一、主要目标\n主要指标如下。\n"
        "指标|2025年现状|目标值|目标值|属性\n指标|2025年现状|2030年|2035年|属性\n"
        "单位地区生产总值二氧化碳排放降低（%）|—|[17]|—|约束性\n劣Ⅴ类断面比例（%）|1.2|0|0|约束性\n"
        "林草覆盖率（%）|40|41—42|≥43|预期性\n环保投资（亿元）|—|300|—|预期性\n",
    )
    assert [(t.indicator, t.comparator, t.value, t.low, t.year, t.change, t.base_year) for t in read.targets] == [
        ("单位地区生产总值二氧化碳排放", ">=", 17, None, 2030, "drop", 2025),
        ("劣Ⅴ类断面比例", "<=", 0, None, 2030, None, None), ("劣Ⅴ类断面比例", "<=", 0, None, 2035, None, None),
        ("林草覆盖率", "=", None, 41, 2030, None, None), ("林草覆盖率", ">=", 43, None, 2035, None, None),
    ]  # fmt: skip


def test_an_old_word_file_says_how_to_mend_it(tmp_path: Path) -> None:
    path = tmp_path / "plan.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
    with pytest.raises(PlanFileError, match="old binary Office file") as caught:
        read_source(path)
    assert "save as .docx" in caught.value.fix
