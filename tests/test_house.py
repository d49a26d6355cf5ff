"""Rules of the house that a machine can check: sizes, names of things that must not be in the tree, help, documents."""

from __future__ import annotations

import re
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


def _commands(command: object, path: str) -> list[tuple[str, str]]:
    if isinstance(command, TyperGroup):
        return [pair for name, child in command.commands.items() for pair in _commands(child, f"{path} {name}")]
    return [(path, command.get_short_help_str(200))]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("path", "text"), _commands(typer.main.get_command(app), "saishang"))
def test_every_command_explains_itself_in_both_languages(path: str, text: str) -> None:
    assert re.search(r"[\u4e00-\u9fff]", text) and re.search(r"[a-z]{3}", text), path


def test_help_of_the_whole_command_line_answers() -> None:
    command = typer.main.get_command(app)
    assert "saishang" in command.get_help(Context(command, info_name="saishang"))


def test_the_reference_pages_are_true() -> None:
    command = [sys.executable, "tools/reference.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
