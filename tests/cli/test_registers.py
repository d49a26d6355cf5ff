"""`saishang registers`: a file of a site's own rules is changed, looked at and brought into force."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import load_workbook

from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Entry
from saishang.rules import RuleError, load_rules
from tests.command import Run, runner
from tests.registers_changed import BASE, NAME, with_field

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "rules"
    (folder / "registers").mkdir(parents=True)
    monkeypatch.setenv("SAISHANG_RULES", str(folder))
    return folder / "registers" / f"{NAME}.yaml"


@pytest.fixture
def registers(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner("registers", monkeypatch, capsys)


def write(file: Path, document: Any) -> Any:
    """The file, and the rules that hold it: as another process would read them."""
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    from saishang.rules import loader

    loader._load.cache_clear()
    return load_rules(file.parents[1])


def test_from_the_plan_to_the_new_description(file: Path, registers: Run, tmp_path: Path) -> None:
    from django.utils import timezone

    rules = write(file, json.loads(json.dumps(BASE)))
    day = timezone.localdate()
    for code, area in (("S1", "50"), ("S2", "200")):
        given = {"code": code, "name": f"棚 {code}", "region": "640104", "area": area}
        add_entry("tests", kind_of(rules, NAME), rules, given, today=day)
    assert "没有变更" in registers("plan").out
    write(file, json.loads(json.dumps(with_field("area", max=100))))
    said = registers("plan", "--json")
    assert said.code == 3
    told = json.loads(said.out.partition("\n{")[0])  # the list, and after it the error of exit 3
    assert [(one["register"], one["possible"], one["entries"], one["refused"]) for one in told] == [(NAME, False, 2, 1)]
    assert told[0]["misfits"][0]["faults"][0]["field"] == "area"
    words = registers("plan", NAME, "--file", str(tmp_path / "mend.xlsx"))
    assert words.code == 3 and "S2" in words.out and "不符合 do not fit 1" in words.out
    assert load_workbook(tmp_path / "mend.xlsx").worksheets[0]["A2"].value == "S2"
    refused = registers("migrate", NAME, "--reason", "新规定")
    assert refused.code == 1 and "S2 does not fit" in refused.err
    kept = with_field("area", max=100) | {"changes": {"old_entries": "keep"}}
    write(file, json.loads(json.dumps(kept)))
    assert registers("settle").out.count("无 none") == 1  # an entry would be kept: that is somebody's decision
    done = registers("migrate", NAME, "--reason", "新规定")
    assert done.code == 0 and "保留原样 1" in done.out
    assert "没有变更" in registers("plan").out
    assert Entry.objects.get(key="S2").values["area"] == "200"
    file.unlink()
    write(file.with_name("other_sheds.yaml"), json.loads(json.dumps(BASE)))
    assert "规则中已没有此名录" in registers("plan", NAME).out
    assert registers("migrate", NAME, "--reason", "新规定").code == 1


@pytest.mark.django_db(transaction=True)
def test_a_large_register_is_migrated_by_a_job(file: Path, registers: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from django.conf import settings

    from saishang.apps.jobs.models import Job
    from saishang.apps.registers import planning

    monkeypatch.setattr(planning, "SMALL", 1)
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, rules_overlay=file.parents[1]))
    rules = write(file, json.loads(json.dumps(BASE)))
    for code, area in (("S1", "50"), ("S2", "200")):
        given = {"code": code, "name": f"棚 {code}", "region": "640104", "area": area}
        add_entry("tests", kind_of(rules, NAME), rules, given, today=date.today())
    write(file, json.loads(json.dumps(with_field("area", max=100))))
    refused = registers("migrate", NAME, "--reason", "新规定")
    assert refused.code == 1 and "S2 does not fit" in refused.err
    kept = with_field("area", max=100) | {"changes": {"old_entries": "keep"}}
    write(file, json.loads(json.dumps(kept)))
    told = registers("migrate", NAME, "--reason", "新规定", "--json")
    assert json.loads(told.out) == {"kind": NAME, "number": 2, "entries": 2, "written": 0, "kept": 1}
    assert list(Job.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "succeeded"]
    assert registers("migrate", NAME).code == 1  # nothing is left to do


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"fields": {"nothing": {"was": "area"}}}, "changes.fields.nothing"),
        ({"states": {"old": "nothing"}}, "changes.states.old"),
        ({"fields": {"area": {"factor": "zehn"}}}, "factor"),
        ({"old_entries": "lose"}, "old_entries"),
    ],
)
def test_the_block_is_checked_with_the_rules(file: Path, block: Any, said: str) -> None:
    from saishang.rules import check_rules
    from saishang.science.register.check import check_registers

    file.write_text(
        yaml.safe_dump(json.loads(json.dumps(dict(BASE) | {"changes": block})), allow_unicode=True), "utf-8"
    )
    rules, problems = check_rules(file.parents[1])
    found = [*problems, *check_registers(rules, problems)]
    assert any(said in f"{problem.cell} {problem.expected} {problem.got}" for problem in found), found
    assert RuleError
