"""Descriptions of registers: the shipped ones hold together, and what points nowhere is found with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from saishang.rules import check_rules, load_rules
from saishang.rules.loader import ROOT
from saishang.science.register.check import check_registers
from saishang.science.register.kind import read_kinds


def test_the_shipped_kinds_hold_together() -> None:
    rules = load_rules()
    assert check_registers(rules) == []
    kinds = read_kinds(rules)
    plots = kinds["construction_plots"]
    assert plots.life is not None
    assert plots.start == "survey_due"
    assert len(plots.life.states) == 9
    assert [item.zh for item in plots.evidence.values()][:2] == ["土壤污染状况调查报告", "调查报告评审意见"]
    assert [field.id for field in plots.fields.values() if not field.public] == ["contact"]
    sources = kinds["radioactive_sources"]
    assert not sources.public
    nuclides = {choice.id for choice in sources.fields["nuclide"].choices}
    assert {"Cs-137", "Co-60"} <= nuclides


FAULTS = [
    ("key: code", "key: number", "key", "one of the fields"),
    ("title: name", "title: label", "title", "one of the fields"),
    ("start: survey_due", "start: survey_du", "life.start", "a state of the life cycle"),
    ("document: standards/soil/admission", "document: standards/soil/none", "life.document", "a document with states"),
    ("states: [survey_due], months", "states: [surveyed], months", "terms.0.states", "a state of the life cycle"),
    ("measure: sum, field: area", "measure: sum, field: name", "figures.2.field", "a field with numbers"),
    ("where: {state: [released]}}", "where: {state: [relesed]}}", "figures.3.where", "a state of the life cycle"),
    ('pattern: "[0-9A-Z-]{6,40}"', 'pattern: "[0-9A-Z-{6,40}"', "fields.0.pattern", "a regular expression"),
    ("{id: planned_use, zh", "{id: state, zh", "fields.7.id", "a name of its own"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "cell", "expected"), FAULTS)
def test_what_points_nowhere_is_named_with_file_and_line(
    tmp_path: Path, before: str, after: str, cell: str, expected: str
) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = folder / "registers" / "construction_plots.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1
    file.write_text(text.replace(before, after), encoding="utf-8")
    rules, problems = check_rules(None, folder)
    assert problems == []
    found = check_registers(rules)
    assert [(problem.cell, problem.expected) for problem in found] == [(cell, expected)]
    assert found[0].file.endswith("registers/construction_plots.yaml")
    line = next(n for n, row in enumerate(text.splitlines(), start=1) if before.splitlines()[0] in row)
    assert found[0].line == line
    assert found[0].fix


def test_choices_of_a_table_are_shown_with_their_words() -> None:
    field = read_kinds(load_rules())["invasive_sites"].fields["species"]
    assert [(choice.id, choice.zh) for choice in field.choices[:2]] == [
        ("other", "名录外物种"), ("Eupatorium adenophorum", "紫茎泽兰 Eupatorium adenophorum"),
    ]  # fmt: skip
    # A species on both lists is one choice.
    names = [choice.id for choice in field.choices]
    assert len(names) == len(set(names)) and "Mikania micrantha" in names
