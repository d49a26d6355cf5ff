"""`saishang rules`: exit codes, tables for people, JSON for programs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from saishang.cli.main import app
from saishang.errors import CheckFailed, SaishangError
from saishang.rules import load_rules
from saishang.rules.loader import ROOT

from .conftest import Site


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAISHANG_RULES", raising=False)
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["rules", *arguments])


def test_check_of_the_shipped_rules() -> None:
    result = run("check", "--json")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert report["ok"] is True
    assert report["problems"] == []
    assert report["files"]["rules/standards/air/limits.csv"] == 73
    assert len(report["digest"]) == 64


def test_check_prints_a_table(site: Site) -> None:
    result = run("check", str(site.root))
    assert result.exit_code == 0
    assert "limits.csv" in result.stdout
    assert "问题 problems" in result.stdout


def test_check_of_faulty_rules_lists_all_and_exits_3(site: Site) -> None:
    site.replace("limits.csv", "60,standard", "x,standard")
    site.replace("books/book.yaml", "main: SO2", "mian: SO2")
    result = run("check", str(site.root))
    assert isinstance(result.exception, CheckFailed)
    assert result.exception.exit_code == 3
    assert "got 2 problems" in str(result.exception)
    text = result.stdout.replace("\n", "")
    for word in ("limits.csv:2 [value]", "book.yaml:6 [editions.0.mian]", "修正 fix", "应为 expected", "实为 got"):
        assert word in text


def test_check_of_faulty_rules_as_json(site: Site) -> None:
    site.replace("limits.csv", "60,standard", "x,standard")
    result = run("check", str(site.root), "--json")
    assert isinstance(result.exception, CheckFailed)
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["line"], problem["cell"], problem["code"]) == (2, "value", "wrong-type")


def test_check_with_a_sites_own_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "parameters.csv").write_text("code,zh\nX,某\n", encoding="utf-8")
    for arguments in (("--overlay", str(tmp_path)), (str(tmp_path),), ()):
        if not arguments:
            monkeypatch.setenv("SAISHANG_RULES", str(tmp_path))
        result = run("check", *arguments)
        assert isinstance(result.exception, CheckFailed)
        assert f"{tmp_path}/parameters.csv:1" in result.stdout.replace("\n", "")


def test_show_on_a_day_as_json() -> None:
    result = run("show", "standards/air/limits", "--on", "2026-03-01", "--where", "parameter=PM2.5", "--json")
    rows = json.loads(result.stdout)
    assert [(row["averaging"], row["class2"], row["stage"]) for row in rows] == [
        ("annual", "30", "transition"),
        ("24h", "60", "transition"),
    ]
    assert rows[0]["where"].startswith("rules/standards/air/limits.csv:")


@pytest.mark.parametrize(
    ("where", "count"),
    [("binding=false", 10), ("class2=0.0025", 2), ("stage=single", 23), ("from=2031-01-01", 17), ("to=", 33)],
)
def test_show_compares_typed_values(where: str, count: int) -> None:
    rows = json.loads(run("show", "standards/air/limits", "--where", where, "--json").stdout)
    assert len(rows) == count


def test_show_table_for_people() -> None:
    result = run("show", "standards/air/limits", "--on", "2031-01-01", "--where", "parameter=SO2")
    assert result.exit_code == 0
    assert "class2" in result.stdout
    assert "edition: GB 3095-2026" in result.stdout  # the same in every row: told once


def test_show_document_on_a_day() -> None:
    result = run("show", "standards/air/hj633", "--on", "2026-02-28", "--json")
    (edition,) = json.loads(result.stdout)["editions"]
    assert edition["id"] == "HJ 633-2012"
    assert edition["to"] == "2026-02-28"
    text = run("show", "standards/air/hj633", "--on", "2026-02-28").stdout
    assert "editions[HJ 633-2012].daily" in text
    assert "editions[HJ 633-2026]" not in text
    assert "settings[zero_index].default" in text  # brackets in data are no markup


def test_show_lists_everything() -> None:
    names = {item["name"]: item for item in json.loads(run("show", "--json").stdout)["rules"]}
    assert names["standards/air/limits"]["entries"] == 73
    assert names["standards/air/hj633"]["kind"] == "document"
    assert names["sites/ningxia/county"]["entries"] == 22
    assert "standards/air/limits" in run("show").stdout
    inside = json.loads(run("show", "indicators/", "--json").stdout)["rules"]
    assert {item["name"] for item in inside} >= {"indicators/air", "indicators/status"}
    assert all(item["name"].startswith("indicators/") for item in inside)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "standards/air/limit"), "standards/air/limits"),
        (("show", "standards/air/limits", "--on", "2026-3-1"), "YYYY-MM-DD"),
        (("show", "standards/air/limits", "--where", "PM2.5"), "column=value"),
        (("show", "standards/air/limits", "--where", "parametre=PM2.5"), "use one of edition, stage"),
        (("show", "standards/air/limits", "--where", "class2=many"), "a number for the column class2"),
        (("show", "standards/air/hj633", "--where", "id=x"), "a table for --where"),
        (("diff", "here", "there"), "add --table"),
        (("diff", "installed", "overlay"), "SAISHANG_RULES"),
        (("check", "--overlay", "nowhere"), "expected a folder"),
        (("check", "nowhere"), "expected a folder"),
    ],
    ids=" ".join,
)
def test_wrong_questions_teach(arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, SaishangError)
    assert words in str(result.exception)


def test_diff_of_editions() -> None:
    arguments = ("diff", "--table", "standards/air/limits", "GB 3095-2012", "GB 3095-2026")
    changes = json.loads(run(*arguments, "--json").stdout)
    assert {(item["key"], item["before"], item["after"]) for item in changes if item["kind"] == "changed"} == {
        ("PM10 annual binding", "70", "60"),
        ("PM10 24h binding", "150", "120"),
        ("PM2.5 annual binding", "35", "30"),
        ("PM2.5 24h binding", "75", "60"),
    }
    assert "修改 changed 4" in run(*arguments).stdout


def test_diff_of_folders(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    assert json.loads(run("diff", "installed", str(copy), "--json").stdout) == []
    own = tmp_path / "own"
    own.mkdir()
    (own / "standards").mkdir()
    (own / "standards" / "air").mkdir()
    (own / "standards" / "air" / "trend.yaml").write_text("min_periods: 6\n", encoding="utf-8")
    for after in (("diff", "installed", str(own)), ("diff", "installed", "overlay", "--overlay", str(own))):
        (change,) = json.loads(run(*after, "--json").stdout)
        assert (change["name"], change["key"], change["before"], change["after"]) == (
            "standards/air/trend",
            "min_periods",
            5,
            6,
        )


def test_reference_page_names_every_file_column_and_open_point(tmp_path: Path) -> None:
    target = tmp_path / "rules.md"
    assert run("reference", "--output", str(target)).exit_code == 0
    page = target.read_text(encoding="utf-8")
    assert page == run("reference").stdout
    rules = load_rules()
    for name, table in rules.tables.items():
        assert f"## `{name}`" in page
        section = page.split(f"## `{name}`\n", 1)[1].split("\n## ", 1)[0]
        for column in table.columns:
            assert f"| `{column}` |" in section
    for name in rules.documents:
        assert f"## `{name}`" in page
    for setting in ("compare_after_rounding", "split_year_2026", "ratio_test"):
        assert f"settings[{setting}] (default" in page
    assert "| HJ 633-2026 | 2026-03-01 | … |" in page
    assert str(ROOT) not in page


def test_reference_page_to_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    result = run("reference", "--output", str(tmp_path / "no" / "rules.md"))
    assert isinstance(result.exception, SaishangError)
    assert "name another file" in str(result.exception)
