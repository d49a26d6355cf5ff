"""A table of contents repeats every heading; owners of several kinds of places are one collective owner."""

from __future__ import annotations

from pathlib import Path

from saishang.apps.plan.importer.owners import split_units
from saishang.apps.plan.importer.parse import parse_document
from saishang.apps.plan.importer.targets import targets_in_paragraph

_CONTENTS = (
    "目  录\n一、总体要求…………………………1\n（一）工作目标…………………………1\n二、重点任务......................3\n"
    "三、保障措施\t\t9\n"
)
_BODY = (
    "一、总体要求\n（一）工作目标。到2026年，回收率达到60%以上。\n二、重点任务\n（一）完善网络。建设回收站点。\n"
    "三、保障措施\n（一）加强组织领导。各部门分工合作。\n"
)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_contents_are_dropped_with_a_note(tmp_path: Path) -> None:
    plan = parse_document(_write(tmp_path / "plan.txt", f"清溪市回收体系建设方案\n{_CONTENTS}{_BODY}"), ())
    assert [c.title for c in plan.chapters] == ["总体要求", "重点任务", "保障措施"]
    assert [i.title for i in plan.items] == ["工作目标", "完善网络", "加强组织领导"]
    assert any("contents" in note for note in plan.notes)


def test_two_lines_with_dots_are_no_contents(tmp_path: Path) -> None:
    # Below the limit of three lines nothing is dropped: an ellipsis before a number may be text.
    text = f"清溪市回收体系建设方案\n{_BODY}附注……1\n附注……2\n"
    plan = parse_document(_write(tmp_path / "plan.txt", text), ())
    assert not any("contents" in note for note in plan.notes)
    assert "附注……2" in "".join(m for i in plan.items for m in i.measures)


def test_places_of_several_kinds_are_one_owner() -> None:
    assert split_units("省住建厅，各市、州、直管市、某某林区人民政府") == (
        ["省住建厅", "各市、州、直管市、某某林区人民政府"],
        False,
    )
    # A department between places ends the run.
    assert split_units("各市、省商务厅、甲市人民政府") == (["各市", "省商务厅", "甲市人民政府"], False)


def test_city_written_once_for_a_list_of_cities() -> None:
    found = targets_in_paragraph("到2026年，甲河、乙山、丙湖市细颗粒物浓度分别降至35、28、41微克/立方米以下。", "T1")
    assert [(t.scope, t.indicator, t.value) for t in found] == [
        ("甲河市", "细颗粒物浓度", 35),
        ("乙山市", "细颗粒物浓度", 28),
        ("丙湖市", "细颗粒物浓度", 41),
    ]


def test_pollutants_before_a_named_city_are_no_cities() -> None:
    # Two indicators, the second of one city: the first keeps its own name.
    found = targets_in_paragraph("优良天数比率、丙湖市细颗粒物浓度分别达到85%和41微克/立方米。", "T1")
    assert [(t.indicator, t.value) for t in found] == [("优良天数比率", 85), ("细颗粒物浓度", 41)]
