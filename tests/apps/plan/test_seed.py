"""The Beautiful Ningxia plan: the importer's reading of the document against counts, and against the plan as data."""

from __future__ import annotations

import csv
import json
from collections import Counter
from functools import cache
from typing import Any

import pytest

from saishang.apps.plan.importer.document import PlanDocument
from saishang.apps.plan.importer.parse import parse_document
from saishang.apps.plan.loader import PlanData, load_plan
from tests.shared_material import shared

CONTRACT = {"title", "chapters", "sections", "items", "targets", "duties", "inherited_owners", "unresolved"}
ITEM = {"id", "number", "title", "chapter", "section", "role", "measures", "owners", "targets"}
TARGET = {
    "at", "indicator", "comparator", "value", "low", "high", "unit", "year", "base_year", "change", "frequency",
    "scope", "aspirational", "undetermined", "text",
}  # fmt: skip


@cache
def _read(path: str) -> PlanDocument:
    return parse_document(path)


@pytest.fixture
def seed() -> PlanDocument:
    return _read(str(shared("seeds/beautiful-ningxia-plan.txt")))


@pytest.fixture(scope="module")
def data() -> PlanData:
    return load_plan("ningxia")


def _links(document: PlanDocument, *, inherited: bool = False) -> set[tuple[str, str]]:
    return {
        (i.id, a) for i in document.items if i.role == "task" for o in i.owners if o.inherited == inherited
        for a in o.agencies
    }  # fmt: skip


def test_json_has_the_keys_of_the_contract(seed: PlanDocument) -> None:
    found: dict[str, Any] = json.loads(json.dumps(seed.to_dict(), ensure_ascii=False))
    assert set(found) >= CONTRACT
    assert all(set(i) >= ITEM for i in found["items"])
    assert all(set(t) >= TARGET for t in found["targets"])
    assert all(set(c) >= {"number", "title"} for c in found["chapters"])
    assert all(set(s) >= {"number", "title", "chapter"} for s in found["sections"])
    assert all(set(o) >= {"role", "units", "agencies", "etc"} for i in found["items"] for o in i["owners"])
    assert all(set(d) >= {"what", "when", "to", "copy"} for d in found["duties"])


def test_structure(seed: PlanDocument) -> None:
    assert seed.title == "自治区全面推进美丽宁夏建设的实施方案"
    assert seed.draft == "征求意见稿"
    assert len(seed.chapters) == 3
    assert len(seed.sections) == 7
    assert Counter(i.role for i in seed.items) == {"preamble": 3, "task": 31, "safeguard": 4}
    assert [i.number for i in seed.items if i.role == "task"] == [str(n) for n in range(1, 32)]


def test_owners(seed: PlanDocument) -> None:
    links = _links(seed)
    assert len(links) == 168
    assert len({a for _, a in links}) == 34
    assert seed.unresolved == []
    # One clause puts the cities and counties and the Ningdong base under all 31 tasks.
    (clause,) = seed.inherited_owners
    assert clause.applies_to == [f"T{n}" for n in range(1, 32)]
    assert len(_links(seed, inherited=True)) == 62


def test_owners_equal_the_reference_list(seed: PlanDocument) -> None:
    with shared("reference/plan/task_owners.csv").open(encoding="utf-8-sig", newline="") as file:
        expected = {(f"T{r['task_no']}", unit) for r in csv.DictReader(file) for unit in r["units"].split(";")}
    assert _links(seed) == expected


def test_targets(seed: PlanDocument) -> None:
    assert len(seed.targets) == 11
    assert sum(t.undetermined for t in seed.targets) == 2
    found = {
        (t.at, t.indicator, t.comparator, None if t.value is None else int(t.value), t.unit, t.year, t.aspirational)
        for t in seed.targets
    }
    assert ("T10", "细颗粒物平均浓度", "<=", 30, "微克/立方米", 2027, False) in found
    assert ("T10", "可吸入颗粒物平均浓度", "<=", 62, "微克/立方米", 2035, False) in found
    assert ("T7", "新增汽车中新能源汽车占比", ">=", 45, "%", 2027, True) in found
    assert ("T13", "“无废城市”建设比例", ">=", 100, "%", 2035, False) in found
    assert all(t.value is None for t in seed.targets if t.undetermined)


def test_the_yearly_report(seed: PlanDocument) -> None:
    (report,) = [d for d in seed.duties if d.to]
    assert report.when == "每年12月底"
    assert report.to == "自治区生态文明建设领导小组"
    assert report.copy == "自治区生态文明建设领导小组办公室"


def test_plan_as_data_says_the_same(seed: PlanDocument, data: PlanData) -> None:
    own = data.document
    assert own.title == seed.title
    assert [(i.id, i.number, i.role, i.chapter, i.section) for i in own.items] == [
        (i.id, i.number, i.role, i.chapter, i.section) for i in seed.items
    ]
    assert [i.title for i in own.items if i.role == "task"] == [i.title for i in seed.items if i.role == "task"]
    assert _links(own) == _links(seed)
    assert _links(own, inherited=True) == _links(seed, inherited=True)

    def key(document: PlanDocument) -> list[tuple[Any, ...]]:
        return [
            (t.at, t.comparator, t.value, t.unit, t.year, t.base_year, t.change, t.aspirational, t.undetermined)
            for t in document.targets
        ]

    assert key(own) == key(seed)


def test_measures_of_the_data_are_our_own_words(seed: PlanDocument, data: PlanData) -> None:
    written = "".join(m for i in seed.items for m in i.measures)
    copied = [m for i in data.document.items for m in i.measures if len(m) > 12 and m in written]
    assert copied == []


def test_plan_as_data_holds_every_kind_of_promise(data: PlanData) -> None:
    # 37 rows: 11 numbers (2 withheld) and 26 promises without one.
    assert len(data.document.targets) == 11
    assert len(data.document.commitments) == 26
    assert all(i.title_en for i in data.document.items)
    assert all(len(i.measures) == len(i.measures_en) >= 1 for i in data.document.items if i.role == "task")
