"""A draft of 31 tasks against a final of 28, built from the plan as data with changes made by hand."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from saishang.apps.plan.diff import ItemChange, PlanDiff, diff_plans
from saishang.apps.plan.importer.document import Item, Owner, PlanDocument, Target, Unresolved
from saishang.apps.plan.importer.parse import parse_document
from saishang.apps.plan.loader import load_plan

GONE = ("T3", "T15", "T22")


def _final(draft: PlanDocument) -> PlanDocument:
    """Three tasks go into their neighbours, one moves, one changes its units, targets are tightened and settled."""
    final = deepcopy(draft)
    for gone, home in (("T3", "T2"), ("T15", "T14"), ("T22", "T21")):
        into, from_ = final.item(home), final.item(gone)
        into.measures += from_.measures
        into.targets += from_.targets
        into.owners += [o for o in from_.owners if not o.inherited]
    final.items = [i for i in final.items if i.id not in GONE]
    final.item("T25").section = "一"
    task = final.item("T6")
    task.owners = [replace(o, units=[*o.units, "审计厅"], agencies=[*o.agencies, "宁夏回族自治区审计厅"])
                   if n == 0 else o for n, o in enumerate(task.owners)]  # fmt: skip
    for item, year, value in (("T10", 2027, 29), ("T12", 2027, 97)):
        target = final.item(item).targets[0]
        assert target.year == year
        target.value = Decimal(value)
    land = final.item("T16").targets[0]
    land.value, land.undetermined = Decimal(13), False
    for number, item in enumerate((i for i in final.items if i.role == "task"), start=1):
        item.number, item.id = str(number), f"T{number}"
    final.items.append(
        Item("S5", "五", "加强宣传引导", "三", None, "safeguard", ["定期公布进展并听取公众意见。"])
    )  # fmt: skip
    return final


@pytest.fixture(scope="module")
def draft() -> PlanDocument:
    return load_plan("ningxia").document


@pytest.fixture(scope="module")
def found(draft: PlanDocument) -> PlanDiff:
    return diff_plans(draft, _final(draft), ("draft", "final"))


def _of(found: PlanDiff, key: str) -> ItemChange:
    (change,) = [c for c in found.changes if key in c.before]
    return change


def test_counts(found: PlanDiff) -> None:
    # 31 tasks + 4 safeguards; 31 - 3 + 4 + 1.
    assert (found.items_before, found.items_after) == (35, 33)


@pytest.mark.parametrize(("gone", "home", "now"), [("T3", "T2", "T2"), ("T15", "T14", "T13"), ("T22", "T21", "T19")])
def test_merged_tasks_are_found(found: PlanDiff, gone: str, home: str, now: str) -> None:
    change = _of(found, gone)
    assert "merged" in change.kinds
    assert (change.before, change.after) == ([home, gone], [now])
    assert change.measures_dropped == []


def test_a_moved_task_says_from_where_to_where(found: PlanDiff, draft: PlanDocument) -> None:
    change = _of(found, "T25")
    sections = {s.number: s.title for s in draft.sections}
    assert change.kinds == ["moved"]
    assert (change.moved_from, change.moved_to) == (sections[draft.item("T25").section], sections["一"])


def test_a_new_unit_is_found(found: PlanDiff) -> None:
    change = _of(found, "T6")
    assert change.kinds == ["owners"]
    assert (change.owners_added, change.owners_dropped) == (["宁夏回族自治区审计厅"], [])


def test_targets_tightened_loosened_and_settled(found: PlanDiff) -> None:
    # PM2.5 30 → 29 asks for more, 98 % → 97 % for less, a withheld share got its number.
    what = {key: [(t.what, t.before, t.after) for t in _of(found, key).targets] for key in ("T10", "T12", "T16")}
    assert what == {
        "T10": [("tightened", "<= 30微克/立方米", "<= 29微克/立方米")],
        "T12": [("loosened", ">= 98%", ">= 97%")],
        "T16": [("settled", ">= **%", ">= 13%")],
    }


def test_an_added_safeguard(found: PlanDiff) -> None:
    assert [(c.kinds, c.after) for c in found.changes if not c.before] == [(["added"], ["S5"])]


def test_everything_else_is_unchanged(found: PlanDiff) -> None:
    # Changed: 3 merges (6 items), T25, T6, T10, T12, T16 → 35 - 11 = 24 pairs untouched.
    assert found.unchanged == 24
    assert len(found.changes) == 9


def test_a_plan_against_itself_has_no_changes(draft: PlanDocument) -> None:
    same = diff_plans(draft, deepcopy(draft))
    assert (same.changes, same.unchanged) == ([], 35)


def test_a_split_task_and_a_dropped_one(draft: PlanDocument) -> None:
    final = deepcopy(draft)
    task = final.item("T10")
    assert len(task.measures) >= 2
    half = len(task.measures) // 2
    new = Item("T99", "99", "另立专项推进", task.chapter, task.section, "task", task.measures[half:])
    task.measures = task.measures[:half]
    final.items.insert(final.items.index(task) + 1, new)
    final.items.remove(final.item("T30"))
    found = diff_plans(draft, final)
    assert "split" in _of(found, "T10").kinds
    assert _of(found, "T10").after == ["T10", "T99"]
    assert _of(found, "T30").kinds == ["dropped"]


VERSIONS = Path(__file__).parent / "versions"


def test_a_draft_of_31_tasks_against_a_final_of_28() -> None:
    """Two whole documents of our own; every change was made by hand and is named here."""
    draft, final = (parse_document(VERSIONS / f"{name}.txt") for name in ("draft", "final"))
    found = diff_plans(draft, final)
    assert (found.items_before, found.items_after, found.unchanged) == (31, 28, 18)
    told = {(c.title_before, c.title_after): c for c in found.changes}
    assert {names: change.kinds for names, change in told.items()} == {
        ("主要目标", "主要目标"): ["targets"],
        ("推进清洁能源开发", "推进清洁能源开发"): ["owners", "targets"],
        ("控制煤炭消费", "控制煤炭消费"): ["targets"],
        ("推动工业节能", "推动工业节能"): ["targets"],
        ("治理扬尘", "治理扬尘"): ["owners", "targets"],
        ("管控柴油货车", "强化柴油货车管控"): ["renamed"],
        ("补齐污水管网、消除黑臭水体", "补齐污水管网"): ["merged", "owners"],
        ("治理农村污水", "治理农村污水"): ["targets"],
        ("推进化肥减量、回收农膜", "推进化肥农膜减量"): ["merged"],
        ("修复矿山", "修复矿山"): ["moved"],
        ("治理水土流失", "治理水土流失"): ["targets"],
        ("建设无废细胞", ""): ["dropped"],
    }
    assert [(t.what, t.indicator, t.before, t.after) for c in found.changes for t in c.targets] == [
        ("tightened", "优良天数比率", ">= 88%", ">= 89%"),
        ("loosened", "森林覆盖率", ">= 24%", "~ 24%"),
        ("tightened", "新能源装机占比", ">= 55%", ">= 58%"),
        ("loosened", "煤炭消费总量", "<= 900万吨", "<= 930万吨"),
        ("settled", "规模以上工业单位增加值能耗", ">= 下降**%", ">= 下降9%"),
        ("tightened", "PM10平均浓度", "<= 68微克/立方米", "<= 65微克/立方米"),
        ("tightened", "农村生活污水治理率", ">= 45%（力争）", ">= 45%"),
        ("tightened", "水土保持率", "2027年 >= 71%", "2026年 >= 71%"),
    ]
    dust = told["治理扬尘", "治理扬尘"]
    assert (dust.owners_added, dust.owners_dropped) == ([], [])
    assert dust.roles_changed == ["青原自治州城市管理局: support → lead", "青原自治州住房和城乡建设局: lead → support"]
    mine = told["修复矿山", "修复矿山"]
    assert (mine.moved_from, mine.moved_to) == ("守护生态系统", "打好净土保卫战")


def test_a_target_that_stands_in_another_task_has_moved() -> None:
    before = PlanDocument("方案", items=[_item("T1", "节水", [_target(60)]), _item("T2", "节能", [])])
    after = PlanDocument("方案", items=[_item("T1", "节水", []), _item("T2", "节能", [_target(60)])])
    (change,) = diff_plans(before, after).changes
    assert [(t.what, t.before, t.after) for t in change.targets] == [("moved", "节水", "节能（>= 60%）")]


def _item(key: str, title: str, targets: list[Target]) -> Item:
    return Item(key, None, title, None, None, "task", measures=[f"{title}工作。"], targets=targets)


def _target(value: int) -> Target:
    return Target(
        "T1", "再生水利用率", ">=", Decimal(value), None, None, "%", 2027, None, None, None, None, False, False, "x"
    )


def test_an_unsettled_unit_beside_a_known_agency_is_an_owner() -> None:
    old, new = _item("T1", "治理锅炉", []), _item("T1", "治理锅炉", [])
    old.owners = [Owner("responsible", ["公安局", "生态环境局"], ["青原自治州公安局", "青原自治州生态环境局"])]
    new.owners = [Owner("responsible", ["公安局", "蓝天办"], ["青原自治州公安局"])]
    before, after = (
        PlanDocument("方案", items=[old]),
        PlanDocument("方案", items=[new], unresolved=[Unresolved("蓝天办", ["T1"], "")]),
    )
    change = diff_plans(before, after).changes[0]
    assert (change.owners_added, change.owners_dropped) == (["蓝天办"], ["青原自治州生态环境局"])


def _written(path: Path, titles: list[str], said: dict[str, str]) -> PlanDocument:
    """A plan in which every task says the same words about itself, as plans written to a template do."""

    def sentences(title: str) -> str:
        return said.get(title) or f"围绕{title}制定年度清单，明确{title}的重点工程和责任人，每季度检查{title}的进展。"

    tasks = [f"{n}.{title}。{sentences(title)}（责任单位：生态环境厅）" for n, title in enumerate(titles, start=1)]
    path.write_text("\n".join(["某市行动方案", "一、主要任务", *tasks]) + "\n", encoding="utf-8")
    return parse_document(path)


def test_words_that_every_task_says_are_no_sign_of_a_merger(tmp_path: Path) -> None:
    titles = [
        "优化空间布局",
        "推动能源转型",
        "建设风光基地",
        "核与辐射安全",
        "新污染物与生物安全",
        "生物多样性保护",
        "数字治理",
    ]
    before = _written(tmp_path / "before.txt", titles, {})
    old = {item.title: "".join(item.measures) for item in before.items}
    after = _written(
        tmp_path / "after.txt",
        ["优化空间布局", "推动能源转型和基地建设", "核与辐射和生物安全", "生物多样性保护"],
        {
            "推动能源转型和基地建设": old["推动能源转型"] + old["建设风光基地"],
            "核与辐射和生物安全": old["核与辐射安全"] + old["新污染物与生物安全"],
        },
    )
    found = {tuple(change.before): change for change in diff_plans(before, after).changes}
    assert {key: (change.kinds, change.after) for key, change in found.items()} == {
        ("T2", "T3"): (["merged"], ["T2"]),
        ("T4", "T5"): (["merged"], ["T3"]),
        ("T7",): (["dropped"], []),
    }
