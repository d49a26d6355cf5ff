"""`saishang plan` through the real entry point."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.apps.plan.expected import CORPUS
from tests.command import Run, runner

AIR = str(CORPUS / "01-air-province.txt")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.delenv("SAISHANG_RULES", raising=False)

    return runner("plan", monkeypatch, capsys)


def test_parse_prints_nothing_but_json(run: Run) -> None:
    answer = run("parse", AIR, "--json")
    assert answer.code == 0
    found = json.loads(answer.out)
    assert found["title"] == "江岭省空气质量持续改善行动方案"
    assert {"title", "chapters", "sections", "items", "targets", "duties", "inherited_owners", "unresolved"} <= set(
        found
    )
    rate = next(t for t in found["targets"] if t["indicator"] == "重度及以上污染天数比率")
    assert (rate["comparator"], rate["value"], rate["unit"], rate["year"]) == ("<=", 0.7, "%", 2025)


def test_parse_for_people(run: Run) -> None:
    answer = run("parse", AIR)
    assert answer.code == 0
    assert "江岭省空气质量持续改善行动方案" in answer.out
    assert "严把项目准入关口" in answer.out


def test_a_bad_file_is_an_error_that_teaches(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.docx"
    path.write_bytes(b"%PDF-1.4")
    answer = run("parse", str(path), "--json")
    assert answer.code != 0
    assert answer.out == "" or json.loads(answer.out)["error"]
    assert "PDF" in answer.err + answer.out
    assert "Traceback" not in answer.err


@pytest.mark.django_db(transaction=True)
def test_import_versions_show_diff_export(run: Run, tmp_path: Path) -> None:
    first = json.loads(run("import", "--from-rules", "ningxia", "--json").out)
    assert (first["version"], first["tasks"], first["targets"]) == ("ningxia@draft-2024", 31, 11)
    second = json.loads(run("import", AIR, "--name", "air", "--version", "v1", "--json").out)
    assert (second["version"], second["tasks"]) == ("air@v1", 8)

    assert [v["version"] for v in json.loads(run("versions", "--json").out)] == ["air@v1", "ningxia@draft-2024"]
    shown = json.loads(run("show", "ningxia@draft-2024", "--item", "T10", "--json").out)
    assert [i["id"] for i in shown["items"]] == ["T10"]
    assert [t["value"] for t in shown["targets"]] == [30, 65, 28, 62]

    same = json.loads(run("diff", "air@v1", AIR, "--json").out)
    assert (same["changes"], same["unchanged"]) == ([], 10)  # 8 tasks and 2 safeguards
    changed = tmp_path / "changed.txt"
    changed.write_text(
        Path(AIR).read_text(encoding="utf-8").replace("比2020年下降12%", "比2020年下降14%"), encoding="utf-8"
    )
    assert run("diff", "air@v1", str(changed)).code == 0

    out = run("export", "ningxia@draft-2024", "--xlsx", str(tmp_path / "a.xlsx"), "--json", str(tmp_path / "a.json"))
    assert out.code == 0
    assert len(json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["targets"]) == 11
    assert load_workbook(tmp_path / "a.xlsx")["量化目标"].max_row == 12
    assert json.loads(run("export", "air@v1", "--json", "-").out)["title"] == "江岭省空气质量持续改善行动方案"


@pytest.mark.django_db(transaction=True)
def test_names_that_do_not_exist(run: Run) -> None:
    for words in (("show", "none@v1"), ("diff", "a@1", "b@2"), ("export", "none", "--json", "-"),
                  ("import", "--from-rules", "none")):  # fmt: skip
        answer = run(*words)
        assert answer.code != 0, words
        assert "expected" in answer.err, words
        assert "Traceback" not in answer.err


def test_import_wants_one_source(run: Run) -> None:
    assert run("import").code == 2
    assert run("export", AIR).code == 2
