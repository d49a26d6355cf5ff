"""`saishang registers`: a file is begun once, looked at, and looked at again when it changes."""

from __future__ import annotations

import json
from decimal import Decimal
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


def test_without_a_setting_the_own_rules_lie_in_the_folder_of_all_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAISHANG_RULES")
    monkeypatch.setenv("SAISHANG_VAR", str(tmp_path / "state"))
    assert run("new", "lamps").exit_code == 0
    assert (tmp_path / "state" / "rules" / "registers" / "lamps.yaml").is_file()
    # The next command reads them, without a setting that another terminal would not have.
    assert isinstance(run("new", "lamps").exception, SaishangError)


def test_a_target_comes_with_the_register_and_all_three_files_pass(folder: Path) -> None:
    from saishang.apps.indicators.site_targets import check_site_targets
    from saishang.rules import check_rules, clear_cache
    from saishang.science.register.check import check_registers

    result = run("new", "lamps", "--zh", "路灯", "--en", "Lamps", "--target", "97.5", "--task", "T12", "--year", "2027")
    assert result.exit_code == 0, result.exception
    for kind in ("registers", "indicators", "targets"):
        assert str(folder / kind / "lamps.yaml") in result.stdout
    clear_cache()
    rules, problems = check_rules(folder)
    assert [*problems, *check_registers(rules), *check_site_targets(rules)] == []
    (target,) = rules.document("targets/lamps")["targets"]
    told = {key: str(target[key]) for key in ("id", "plan", "item", "indicator", "comparator", "value", "year")}
    assert told == {
        "id": "LAMPS", "plan": "ningxia", "item": "T12", "indicator": "lamps.in_use_share", "comparator": ">=",
        "value": "97.5", "year": "2027",
    }  # fmt: skip


def test_a_target_that_is_refused_leaves_nothing_behind(folder: Path) -> None:
    result = run("new", "lamps", "--target", "90")  # no task
    assert isinstance(result.exception, SaishangError) and "a task of the plan ningxia" in str(result.exception)
    assert list(folder.iterdir()) == []


def test_what_a_target_asks_for_is_checked_before_a_file_is_written(tmp_path: Path) -> None:
    from saishang.apps.registers.blank import BlankRefused, Goal, begin_target
    from saishang.rules import load_rules

    rules = load_rules()
    for plan, task, told in (("ningxia", "T99", "T99"), ("elsewhere", "T12", "elsewhere"), ("", "T12", "a plan")):
        with pytest.raises(BlankRefused, match=told):
            begin_target(tmp_path, rules, "lamps", "路灯", "Lamps", Goal(Decimal(90), 2027, plan, task))
    for value in ("-0.1", "100.1", "nan", "inf", "many", ""):
        with pytest.raises(SaishangError, match="from 0 to 100"):
            registers_kind._goal(rules, value, "T12", 2027, "")
    told = [str(registers_kind._goal(rules, value, "T12", 2027, "").value) for value in ("0", "100", "97.5%")]
    assert told == ["0", "100", "97.5"] and registers_kind._goal(rules, "90", "T12", 2027, "").plan == "ningxia"
    assert list(tmp_path.iterdir()) == []


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


def test_the_portal_does_not_start_with_a_register_that_points_nowhere(folder: Path) -> None:
    from saishang.cli.serve import prepare
    from saishang.rules import RuleError, clear_cache

    file = begun(folder)
    file.write_text(file.read_text(encoding="utf-8").replace("key: code", "key: cod"), encoding="utf-8")
    clear_cache()
    with pytest.raises(RuleError, match=r"lamps\.yaml:\d+ \[key\]: expected one of the fields, got 'cod'"):
        prepare()
    clear_cache()
