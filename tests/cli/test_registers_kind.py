"""`saishang registers`: a file is begun once, looked at, and looked at again when it changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from saishang.cli import registers_kind
from saishang.cli.main import app
from saishang.errors import CheckFailed, SaishangError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAISHANG_RULES", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["registers", *arguments])


def begun(folder: Path) -> Path:
    assert run("new", "lamps", "--zh", "路灯", "--en", "Lamps").exit_code == 0
    return folder / "registers" / "lamps.yaml"


def test_new_writes_a_file_that_works_and_says_where(folder: Path) -> None:
    result = run("new", "lamps", "--zh", "路灯", "--en", "Lamps")
    assert result.exit_code == 0 and str(folder / "registers" / "lamps.yaml") in result.stdout
    assert "saishang rules check" in result.stdout and "saishang serve" in result.stdout
    shown = run("preview", str(folder / "registers" / "lamps.yaml"))
    assert shown.exit_code == 0
    for words in (
        "路灯 Lamps",
        "所在县（市、区） County",
        "停用 close",
        "下次检查 next check",
        "在用比例 share in use",
        "没有问题",
    ):
        assert words in shown.stdout


def test_nothing_is_written_over(folder: Path) -> None:
    file = begun(folder)
    file.write_text("zh: mine\n", encoding="utf-8")
    result = run("new", "lamps")
    assert isinstance(result.exception, SaishangError) and "which there is" in str(result.exception)
    assert file.read_text(encoding="utf-8") == "zh: mine\n"
    # Nor is a name taken that ships, or that is no name of a register.
    for name in ("green_buildings", "preview", "Lamps", "a b", "../x"):
        assert isinstance(run("new", name).exception, SaishangError), name
    assert list((folder / "registers").iterdir()) == [file]


def test_without_a_folder_of_ones_own_it_says_how_to_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAISHANG_RULES")
    result = run("new", "lamps")
    assert isinstance(result.exception, SaishangError) and "SAISHANG_RULES" in str(result.exception)


def test_faults_are_listed_and_the_exit_code_is_3(folder: Path) -> None:
    file = begun(folder)
    file.write_text(file.read_text(encoding="utf-8").replace("place: point", "place: points"), encoding="utf-8")
    result = run("preview", str(file))
    assert isinstance(result.exception, CheckFailed) and result.exception.exit_code == 3
    assert "one of none, point, line, polygon" in result.stdout and "'points'" in result.stdout
    told = json.loads(run("preview", str(file), "--json").stdout)
    assert told["ok"] is False and [problem["cell"] for problem in told["problems"]] == ["place"]


def test_a_file_in_another_encoding_is_refused_in_words(folder: Path) -> None:
    file = begun(folder)
    file.write_bytes("zh: 路灯\n".encode("gb18030"))
    result = run("preview", str(file))
    assert isinstance(result.exception, SaishangError) and "UTF-8" in str(result.exception)


def test_a_watched_file_is_looked_at_again_when_it_changes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = begun(folder)
    good = file.read_text(encoding="utf-8")
    looks = iter([lambda: file.write_text(good.replace("place: point", "place: points") + "#\n", encoding="utf-8")])

    def sleep(_seconds: float) -> None:
        try:
            next(looks)()
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(registers_kind.time, "sleep", sleep)
    result = run("preview", str(file), "--watch")
    assert result.exit_code == 0, result.exception
    assert result.stdout.index("没有问题") < result.stdout.index("one of none, point, line, polygon")
