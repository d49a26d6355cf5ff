"""Rules of the house that a machine can check: sizes, names of things that must not be in the tree, help, documents."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from click import Context
from typer.core import TyperGroup

from saishang.cli.main import app

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 700


def _tracked() -> list[Path]:
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return [path for path in ROOT.glob("src/**/*") if path.is_file()]
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


KINDS = {".py", ".md", ".toml", ".yaml", ".csv", ".html", ".js", ".mjs", ".json", ".txt"}
TEXTS = [path for path in _tracked() if path.suffix in KINDS]


def test_modules_hold_one_idea() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in TEXTS
        if path.suffix == ".py"
        and "migrations" not in path.parts
        and (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert not long, f"look for the second idea inside: {long}"


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|raise NotImplemented" + r"Error")
    found = [
        str(p.relative_to(ROOT)) for p in TEXTS if p.suffix == ".py" and words.search(p.read_text(encoding="utf-8"))
    ]
    assert not found


def test_no_download_address_and_no_private_path_is_in_the_tree() -> None:
    address = re.compile(r"--(extra-)?index-url|--find-links|\"resolved\": *\"http|file:///[a-z]")
    private = re.compile(r"(?<![\w./-])/(root|home/[a-z]+|work)/")
    found = []
    for path in TEXTS:
        text = path.read_text(encoding="utf-8")
        if "tests" not in path.parts and (address.search(text) or private.search(text)):
            found.append(str(path.relative_to(ROOT)))
    assert not found


def test_science_has_no_clock_and_opens_no_file() -> None:
    # import-linter sees modules, not calls: `date.today()` and `open()` need no import of their own.
    clock = re.compile(r"\.(today|now|utcnow)\(|(?<![\w.])open\(|\.read_text\(|\.read_bytes\(")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in TEXTS
        if path.suffix == ".py" and path.is_relative_to(ROOT / "src/saishang/science")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if clock.search(line)
    ]
    assert not found


#: One forbidden arrow per contract: (module, import that must break a contract).
ARROWS = [
    ("rules/table.py", "import saishang.science.units"),
    ("science/units.py", "import saishang.lake.ledger"),
    ("science/units.py", "import pathlib"),
    ("science/units.py", "import django"),
    ("lake/ledger.py", "import saishang.apps.core.actions"),
    ("apps/plan/diff.py", "import saishang.web.texts"),
    ("web/texts.py", "import saishang.cli.console"),
    ("errors.py", "import saishang.rules"),
    ("config.py", "import saishang.lake.ledger"),
    ("database.py", "import saishang.lake.ledger"),
    ("apps/plan/diff.py", "import saishang.apps.indicators.models"),
    ("apps/indicators/goals.py", "import saishang.apps.plan.models"),
    ("apps/indicators/goals.py", "import saishang.apps.observations.models"),
    ("apps/observations/queries.py", "import saishang.apps.jobs.models"),
    ("apps/plan/queries.py", "import saishang.apps.core.models"),
    ("apps/indicators/goals.py", "import saishang.apps.registers.models"),
    ("apps/jobs/queries.py", "import saishang.apps.observations.queries"),
    ("apps/registers/queries.py", "import saishang.apps.notices.models"),
    ("apps/notices/queries.py", "import saishang.apps.registers.queries"),
]


def test_every_arrow_that_may_not_be_breaks_a_contract(tmp_path: Path) -> None:
    """All at once in a copy of the source: one analysis, and each arrow must be named in its report."""
    copy = tmp_path / "saishang"
    shutil.copytree(ROOT / "src" / "saishang", copy, ignore=shutil.ignore_patterns("static", "demo_data", "*.csv"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module, line in ARROWS:
        path = copy / module
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "500"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    told = done.stdout.replace("\n", " ")
    for module, line in ARROWS:
        start = f"saishang.{module.removesuffix('.py').replace('/', '.')}"
        assert re.search(rf"{re.escape(start)} -> {re.escape(line.removeprefix('import '))}\b", told), (start, line)


def _commands(command: object, path: str) -> list[tuple[str, str]]:
    if isinstance(command, TyperGroup):
        return [pair for name, child in command.commands.items() for pair in _commands(child, f"{path} {name}")]
    return [(path, command.get_short_help_str(200))]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("path", "text"), _commands(typer.main.get_command(app), "saishang"))
def test_every_command_explains_itself_in_both_languages(path: str, text: str) -> None:
    assert re.search(r"[\u4e00-\u9fff]", text) and re.search(r"[a-z]{3}", text), path


def test_help_of_the_whole_command_line_answers() -> None:
    command = typer.main.get_command(app)
    text = command.get_help(Context(command, info_name="saishang"))
    listed = re.findall(r"^  ([a-z]+) ", text.split("Commands:")[1], flags=re.M)
    # In the order in which somebody new meets them, and every line whole.
    assert listed[:4] == ["doctor", "serve", "stop", "worker"] and listed[-2:] == ["report", "rules"]
    assert sorted(listed) == sorted(command.commands) and "..." not in text.split("Commands:")[1]  # type: ignore[attr-defined]


def test_the_reference_pages_are_true() -> None:
    command = [sys.executable, "tools/reference.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
