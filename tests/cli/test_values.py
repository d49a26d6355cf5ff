"""`saishang values`: entering, correcting and uploading figures; what is refused says the line and the column."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from saishang.apps.indicators.models import ReportedValue
from tests.command import Run, runner

pytestmark = pytest.mark.django_db

SAFE = ("soil.farmland_safe_use", "宁夏", "2024", "98.50", "--agency", "农业农村厅", "--evidence", "年报第3页")


@pytest.fixture
def values(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    from django.conf import settings

    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, var=tmp_path, archive=tmp_path / "archive"))
    monkeypatch.setenv("SAISHANG_ARCHIVE", str(tmp_path / "archive"))
    return runner("values", monkeypatch, capsys)


def test_a_figure_is_entered_and_corrected_with_its_evidence(values: Run) -> None:
    assert values("add", *SAFE).code == 0
    corrected = values("add", *SAFE[:3], "98.6", *SAFE[4:], "--reason", "公报更正", "--json")
    assert json.loads(corrected.out)["text"] == "98.6"
    (standing,) = json.loads(values("list", "--json").out)
    assert (standing["region"], standing["text"], standing["evidence"]) == ("640000", "98.6", "年报第3页")
    assert [row["text"] for row in json.loads(values("list", "--all", "--json").out)] == ["98.50", "98.6"]
    assert "98.6 %" in values("list").out


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({1: "亚特兰蒂斯"}, "region"),
        ({0: "soil.unknown"}, "indicator of the catalogue"),
        ({2: "202"}, "year of four digits"),
        ({2: "2099"}, "a year that has begun"),
        ({3: "98,5"}, "expected a number"),
        ({3: "1_0"}, "expected a number"),
        ({3: "９８"}, "expected a number"),
        ({3: "NaN"}, "expected a number"),
        ({3: "1e1"}, "expected a number"),
        ({3: "100.1"}, "outside"),
        ({5: ""}, "needs the body"),
        ({5: "厅" * 81}, "at most 80 characters, got 81"),
        ({7: " "}, "without evidence"),
    ],
)
def test_what_cannot_be_taken_says_why(values: Run, change: dict[int, str], told: str) -> None:
    words = [change.get(n, word) for n, word in enumerate(SAFE)]
    answer = values("add", *words, "--json")
    error = json.loads(answer.out)["error"]
    assert answer.code == 1 and told in error["message"] and error["fix"]
    assert ReportedValue.objects.count() == 0


@pytest.mark.parametrize("value", ["0", "100", "98"])
def test_the_ends_of_a_share_are_taken(values: Run, value: str) -> None:
    assert values("add", *SAFE[:3], value, *SAFE[4:]).code == 0


def test_a_unit_that_is_not_the_indicator_s_is_refused(values: Run) -> None:
    assert "kept in %" in values("add", *SAFE, "--unit", "‰").err
    assert "expected one of" in values("add", *SAFE, "--basis", "guess").err
    assert "expected one of" in values("add", *SAFE, "--status", "sure").err


def test_a_table_keeps_its_good_rows_and_names_the_bad(values: Run, tmp_path: Path) -> None:
    table = tmp_path / "报送.csv"
    table.write_text(
        "指标,区域,时段,数值,报送单位,依据\n"
        "受污染耕地安全利用率,640000,2024,98.5,农业农村厅,年报\n"
        "受污染耕地安全利用率,640000,2023,很多,农业农村厅,年报\n"
        "受污染耕地安全利用率,火星,2022,97,农业农村厅,年报\n",
        encoding="utf-8",
    )
    tried = json.loads(values("upload", str(table), "--trial", "--json").out)
    assert (tried["added"], tried["dry_run"], ReportedValue.objects.count()) == (1, True, 0)
    answer = values("upload", str(table), "--json")
    found = json.loads(answer.out)
    assert (answer.code, found["added"], found["replaced"]) == (3, 1, 0)
    assert [(r["line"], r["column"], r["content"]) for r in found["refusals"]] == [
        (3, "数值", "很多"),
        (4, "区域", "火星"),
    ]
    row = ReportedValue.objects.get()
    assert row.origin.startswith("报送.csv:2 sha256:") and (tmp_path / "archive").is_dir()
    assert json.loads(values("upload", str(table), "--json").out)["unchanged"] == 1
    assert values("upload", str(tmp_path / "nowhere.csv")).code == 1
