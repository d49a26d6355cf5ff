"""The importer on documents in real drafting forms, each with expectations written by hand before reading."""

from __future__ import annotations

from functools import cache

import pytest

from saishang.apps.plan.importer.document import PlanDocument
from saishang.apps.plan.importer.parse import parse_document
from tests.apps.plan.expected import CORPUS, compare, load, names, owners


@cache
def read(name: str) -> PlanDocument:
    word = CORPUS / f"{name}.docx"
    return parse_document(word if word.is_file() else CORPUS / f"{name}.txt")


@pytest.mark.parametrize("name", names())
def test_structure(name: str) -> None:
    document, expected = read(name), load(name)
    assert (document.title, document.draft) == (expected["title"], expected["draft"])
    assert [c.title for c in document.chapters] == expected["chapters"]
    by_role = {role: [i.title for i in document.items if i.role == role] for role in ("task", "safeguard", "step")}
    for key, role in (("tasks", "task"), ("safeguards", "safeguard"), ("steps", "step")):
        if key in expected:
            assert by_role[role] == expected[key]
    assert set(expected.get("contains_tasks", [])) <= set(by_role["task"])


@pytest.mark.parametrize("name", names())
def test_owners(name: str) -> None:
    document, expected = read(name), load(name)
    items = {i.title: i for i in document.items}
    assert {title: owners(items[title]) for title in expected.get("owners", {})} == expected.get("owners", {})
    for title, agencies in expected.get("agencies", {}).items():
        assert [a for o in items[title].owners for a in o.agencies] == agencies
    if "inherited" in expected:
        told = [f"{o.role}: {' '.join(o.units)} x{len(o.applies_to)}" for o in document.inherited_owners]
        assert told == expected["inherited"]
    if "unresolved" in expected:
        assert [u.unit for u in document.unresolved] == expected["unresolved"]


@pytest.mark.parametrize("name", names())
def test_duties(name: str) -> None:
    found = [f"{d.when} -> {d.to or 'null'} / {d.copy or 'null'}" for d in read(name).duties]
    assert found == load(name)["duties"]


@pytest.mark.parametrize("name", names())
def test_targets(name: str) -> None:
    score = compare(read(name), load(name)["targets"])
    assert (score.missing, score.extra) == ((), ())


def test_precision_and_recall_over_all_documents() -> None:
    scores = [compare(read(name), load(name)["targets"]) for name in names()]
    found, missing, extra = (sum(s.found for s in scores), sum(len(s.missing) for s in scores),
                             sum(len(s.extra) for s in scores))  # fmt: skip
    assert found > 220
    assert found / (found + missing) >= 0.97
    assert found / (found + extra) >= 0.97


@pytest.mark.parametrize("name", names())
def test_every_part_hangs_together(name: str) -> None:
    document = read(name)
    ids = [i.id for i in document.items]
    assert len(ids) == len(set(ids))
    assert {t.at for t in document.targets} <= set(ids)
    assert [t for i in document.items for t in i.targets] == document.targets
    assert all(t.text for t in document.targets)
    assert all((t.value is None) == (t.undetermined or t.low is not None) for t in document.targets)
    assert all(set(o.applies_to) <= set(ids) for o in document.inherited_owners)
    assert {d.at for d in document.duties} <= set(ids)
