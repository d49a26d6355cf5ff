"""Ways of numbering and of cutting lines that official style does not know, but people use all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from saishang.apps.plan.importer.document import PlanDocument
from saishang.apps.plan.importer.parse import parse_document
from tests.apps.plan.expected import owners


def _read(folder: Path, text: str) -> PlanDocument:
    path = folder / "plan.txt"
    path.write_text(text, encoding="utf-8")
    return parse_document(path)


def _tasks(document: PlanDocument) -> list[tuple[str | None, str, list[str]]]:
    return [(i.number, i.title, owners(i)) for i in document.items if i.role == "task"]


def test_full_width_digits_are_chapters_over_bracketed_items(tmp_path: Path) -> None:
    document = _read(
        tmp_path,
        "某市大气污染防治行动方案\n\n１．总体目标\n到２０２５年，优良天数比率达到８５％以上。\n２．重点任务\n"
        "⑴优化产业结构。淘汰落后产能50万吨。责任单位为市发展改革委、市工信局。\n"
        "⑵优化能源结构。非化石能源占比达到20%。责任单位为市能源局。\n３．保障措施\n⑴加强领导。\n⑵加强考核。\n",
    )
    assert [c.title for c in document.chapters] == ["总体目标", "重点任务", "保障措施"]
    assert _tasks(document) == [
        ("1", "优化产业结构", ["responsible: 市发展改革委 市工信局"]),
        ("2", "优化能源结构", ["responsible: 市能源局"]),
    ]
    assert [i.title for i in document.items if i.role == "safeguard"] == ["加强领导", "加强考核"]


def test_labels_without_a_colon(tmp_path: Path) -> None:
    document = _read(
        tmp_path,
        "某县秸秆综合利用工作方案\n任务一 推进秸秆还田\n还田面积达到30万亩。牵头单位 县农业农村局 配合单位 县财政局\n"
        "任务二 推进秸秆饲料化\n利用量达到8万吨。牵头单位 县畜牧中心 配合单位 县农业农村局、各乡镇\n",
    )
    assert _tasks(document) == [
        ("一", "推进秸秆还田", ["lead: 县农业农村局", "support: 县财政局"]),
        ("二", "推进秸秆饲料化", ["lead: 县畜牧中心", "support: 县农业农村局 各乡镇"]),
    ]


def test_paragraphs_counted_in_words(tmp_path: Path) -> None:
    document = _read(
        tmp_path,
        "某省新能源发展行动方案\n一、发展目标\n一是规模扩大。二是消纳提升。\n二、主要措施\n"
        "一是实施分布式开发工程。新增装机300万千瓦。（省能源局、省农业农村厅）\n"
        "二是实施储能提升工程。装机规模达到600万千瓦。（省发展改革委）\n",
    )
    assert _tasks(document) == [
        ("一", "实施分布式开发工程", ["responsible: 省能源局 省农业农村厅"]),
        ("二", "实施储能提升工程", ["responsible: 省发展改革委"]),
    ]


@pytest.mark.parametrize(
    ("line", "titles"),
    [
        ("1.加强领导。2.强化督查。3.及时报送。每月报送进展。", ["加强领导", "强化督查", "及时报送"]),
        ("（一）加强领导。专人负责。（二）强化督查。", ["加强领导", "强化督查"]),
        # 3. does not follow 1.: the paragraph stays one unit.
        ("1.加强领导。3.强化督查。", ["加强领导"]),
    ],
)
def test_units_run_together_in_one_paragraph(tmp_path: Path, line: str, titles: list[str]) -> None:
    document = _read(
        tmp_path, f"某市固体废物管理方案\n一、主要任务\n（一）摸清底数。开展核查。\n二、工作要求\n{line}\n"
    )
    assert [i.title for i in document.items if i.role == "safeguard"] == titles


def test_a_number_that_runs_into_a_year(tmp_path: Path) -> None:
    document = _read(
        tmp_path,
        "某市地下水方案\n一、主要任务\n1.完成初步调查。编制档案。\n2.2025年6月底前划定重点区。\n3.建立台账。每月更新。\n",
    )
    assert [i.number for i in document.items if i.role == "task"] == ["1", "2", "3"]


def test_lines_cut_at_a_fixed_width_are_joined(tmp_path: Path) -> None:
    body = (
        "到2026年，全市声环境功能区夜间达标率达到86%以上，较2022年提高3.5个百\n"
        "分点；噪声投诉办结率、公众满\n意率分别达到100%和90%。\n"
    )
    filler = "".join(
        f"{n}.加强第{n}类噪声源的监督管理，持续开展排查整治并建立问题台账，按要\n求销号。\n" for n in range(1, 7)
    )
    document = _read(tmp_path, f"某市噪声行动方案\n一、总体目标\n{body}二、重点任务\n{filler}")
    assert "joined lines that were cut at a fixed width" in document.notes
    assert [(t.indicator, str(t.value), t.unit) for t in document.targets][1] == (
        "声环境功能区夜间达标率", "3.5", "个百分点",
    )  # fmt: skip
    assert len([i for i in document.items if i.role == "task"]) == 6


def test_half_width_points_end_sentences(tmp_path: Path) -> None:
    document = _read(
        tmp_path,
        "某县面源污染方案\n一、重点工作\n(一)化肥减量.利用率达到43%.示范片5个.\n(二)治理尾水.达标率80%.\n",
    )
    assert [i.title for i in document.items if i.role == "task"] == ["化肥减量", "治理尾水"]
    assert any("half-width points" in n for n in document.notes)
