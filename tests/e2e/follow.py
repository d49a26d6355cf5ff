"""Follows a tutorial literally: reads its numbered steps, and does in shell and browser what each sentence says.

A numbered step may hold only sentences of the small language below (`_SENTENCES`), each with a fenced block where it
says so; anything else fails, so that no step is passed over. What stands between the steps is for readers.

Only two things differ from what a person does: the portal gets a free port and one process, and the account that signs
in is the one that the test made.

Another language of the same tutorial is followed at the same site: what is done there in the terminal and in files has
to be the very same and stands already (`Follower.again`), so that a second language does not start a second portal.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import load_workbook
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect

__all__ = ["Action", "Follower", "Step", "read_steps"]

#: What a sentence does → how it is written, Chinese and English. `+` at the end: a fenced block or a table follows.
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "run+": ("在终端运行：", "In a terminal run:"),
    "write+": (
        "用文本编辑器打开 `([^`]+)`，全部内容换成：",
        "Open `([^`]+)` in a text editor and put in place of all of it:",
    ),
    "serve+": ("启动门户，让它一直运行：", "Start the portal and leave it running:"),
    "rows+": (
        "打开 `([^`]+)`，把下表的.行粘贴到表头下：",
        r"Open `([^`]+)` and paste the \w+ rows of this table below its headings:",
    ),
    "kept": ("保存。", r"Save\."),
    "sign_in": ("用编辑账号登录。", r"Sign in as an editor\."),
    "open": ("打开 `([^`]+)`。", r"Open `([^`]+)`\."),
    "save": ("点击“([^”]+)”，存为 `([^`]+)`。", r"Click “([^”]+)” and save it as `([^`]+)`\."),
    "click": ("点击“([^”]+)”。", r"Click “([^”]+)”\."),
    "paste": ("把 `([^`]+)` 的全部内容粘贴到“([^”]+)”中。", r"Paste all of `([^`]+)` into “([^”]+)”\."),
    "change": ("把“([^”]+)”中的 `([^`]+)` 改为 `([^`]+)`。", r"In “([^”]+)” change `([^`]+)` to `([^`]+)`\."),
    "file": ("在“([^”]+)”中选择文件 `([^`]+)`。", r"In “([^”]+)” choose the file `([^`]+)`\."),
    "today": ("在“([^”]+)”中填写今天的日期。", r"In “([^”]+)” write the date of today\."),
    "choose": ("在“([^”]+)”中选择“([^”]+)”。", r"In “([^”]+)” choose “([^”]+)”\."),
    "fill": ("在“([^”]+)”中填写 `([^`]+)`。", r"In “([^”]+)” write `([^`]+)`\."),
    "untick": ("取消勾选“([^”]+)”。", r"Untick “([^”]+)”\."),
    "see": ("您会看到“([^”]+)”。", r"You see “([^”]+)”\."),
    "wait": ("等到出现“([^”]+)”。", r"Wait until you see “([^”]+)”\."),
    "row": ("“([^”]+)”一行会显示“([^”]+)”。", r"The row “([^”]+)” shows “([^”]+)”\."),
    "point": ("图上有“([^”]+)”。", r"The map has “([^”]+)”\."),
    "said": ("命令会显示“([^”]+)”。", r"The command says “([^”]+)”\."),
}
_STEP = re.compile(r"^(\d+)\. ", re.M)
_BLOCK = re.compile(r"^[ ]*```\w+\n(?P<block>.*?)^[ ]*```$|(?P<table>^[ ]*\|.*\|\n(?:[ ]*\|.*\|\n?)+)", re.M | re.S)
#: What is done in the terminal and in files: the same in every language.
_AT_THE_SITE = {"run", "said", "write", "serve"}
_BEGUN = time.monotonic()
#: Seconds within which the portal answers, or a job of it is done, and a page shows what it is to show.
_STARTS, _SHOWS = 240, 30


@dataclass(frozen=True)
class Action:
    """One sentence: what it does, with the words in it, and its block."""

    what: str
    words: tuple[str, ...]
    block: str = ""


@dataclass(frozen=True)
class Step:
    """A numbered step."""

    number: int
    actions: tuple[Action, ...]


def read_steps(text: str, language: str) -> list[Step]:
    """The numbered steps of a tutorial (`zh` or `en`), in their order.

    Raises
    ------
    ValueError
        When the numbers have a gap, or a sentence is none of the language.
    """
    side = 0 if language == "zh" else 1
    found = []
    # A step goes on while its lines are set in.
    for part in re.findall(r"^\d+\. .*(?:\n(?:[ ]{3,}.*)?)*", text, re.M):
        number = int(_STEP.match(part)[1])  # type: ignore[index]
        if number != len(found) + 1:
            raise ValueError(f"expected step {len(found) + 1}, got {number}")
        found.append(Step(number, tuple(_actions(_STEP.sub("", part, count=1), side, number))))
    return found


def _actions(text: str, side: int, number: int) -> list[Action]:
    actions = []
    rest = text.strip()
    while rest:
        for what, forms in _SENTENCES.items():
            sentence = re.match(forms[side], rest)
            if sentence is None:
                continue
            rest = rest[sentence.end() :].lstrip("\n ") if not what.endswith("+") else rest[sentence.end() :]
            block = ""
            if what.endswith("+"):
                fenced = _BLOCK.match(rest.lstrip("\n"))
                if fenced is None:
                    raise ValueError(f"step {number}: expected a fenced block or a table after {sentence[0]!r}")
                block = textwrap.dedent(fenced["block"] or fenced["table"])
                rest = rest.lstrip("\n")[fenced.end() :].strip()
            actions.append(Action(what.rstrip("+"), sentence.groups(), block))
            break
        else:
            raise ValueError(f"step {number}: expected one of the sentences of tests/e2e/follow.py, got {rest[:80]!r}")
    return actions


def _as_pasted(text: str) -> str | float | date:
    """A cell as a program for tables takes it: numbers and days are no text any more."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


@dataclass
class Follower:
    """A person without code: a home folder, a shell that remembers what was set in it, a browser.

    Attributes
    ----------
    settings:
        Environment of the commands: database and folder of the site.
    account:
        Name and password of the editor.
    done, again:
        What was done at the site, with what the terminal said; what of it is still to be met in another language.
    """

    home: Path
    settings: Mapping[str, str]
    page: Page
    port: int
    account: tuple[str, str]
    output: str = ""
    done: list[tuple[Action, str]] = field(default_factory=list)
    again: list[tuple[Action, str]] = field(default_factory=list)
    server: subprocess.Popen[bytes] | None = None
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        tools = self.home / "bin"
        tools.mkdir(parents=True)
        command = tools / "saishang"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m saishang "$@"\n')
        command.chmod(0o755)
        self.log = self.home / "portal.log"
        self.page.set_default_timeout(_SHOWS * 1000)
        expect.set_options(timeout=_SHOWS * 1000)

    def follow(self, step: Step) -> None:
        """Do one step; an error says which."""
        for action in step.actions:
            print(f"{time.monotonic() - _BEGUN:6.1f} s  step {step.number}: {action.what} {' '.join(action.words)}")
            try:
                if action.what in _AT_THE_SITE and self.again:
                    before, self.output = self.again.pop(0)
                    assert action == before, f"expected the step of the other language, {before}, got {action}"
                    continue
                getattr(self, f"_{action.what}")(*action.words, *([action.block] if action.block else []))
                if action.what in _AT_THE_SITE:
                    self.done.append((action, self.output))
            except AssertionError as error:
                raise AssertionError(f"step {step.number}, {action.what} {action.words}: {error}") from error

    def another_language(self, page: Page) -> None:
        """Begin anew at the same site, with another browser."""
        self.page, self.again = page, list(self.done)
        page.set_default_timeout(_SHOWS * 1000)

    def end(self) -> None:
        """Stop the portal as Ctrl-C does."""
        if self.server is not None:
            with contextlib.suppress(PlaywrightError):  # a server waits for open connections before it ends
                self.page.goto("about:blank")
            os.killpg(self.server.pid, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.server.wait(30)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal.SIGKILL)
            self.server = None

    # Shell

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SAISHANG_")}
        path = f"{self.home / 'bin'}:{kept.get('PATH', '')}"
        return kept | dict(self.settings) | {"HOME": str(self.home), "PATH": path, "DJANGO_SETTINGS_MODULE": ""}

    def _shell(self, script: str) -> list[str]:
        state = self.home / "shell.env"
        state.touch()
        return ["bash", "-ec", f"unset DJANGO_SETTINGS_MODULE\n. '{state}'\n{script}\nexport -p > '{state}'"]

    def _run(self, script: str) -> None:
        done = subprocess.run(
            self._shell(script), cwd=self.home, env=self._environment(), capture_output=True, text=True, timeout=300
        )
        self.output = done.stdout + done.stderr
        assert done.returncode == 0, self.output[-3000:]

    def _said(self, words: str) -> None:
        # A table of the terminal may break a long word over two lines.
        assert words in self.output or words in re.sub(r"[│\s]", "", self.output), self.output[-3000:]

    def _serve(self, script: str) -> None:
        command = script.strip()
        assert command == "saishang serve", "the portal is started by `saishang serve`"
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(
                self._shell(f"exec {command} --port {self.port} --workers 1"), cwd=self.home,
                env=self._environment(), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + _STARTS
        while time.monotonic() < until:
            assert self.server.poll() is None, self.log.read_text()[-3000:]
            with contextlib.suppress(OSError), urllib.request.urlopen(self._at("/health/"), timeout=5):
                return
            time.sleep(0.2)
        raise AssertionError(f"the portal did not start: {self.log.read_text()[-3000:]}")

    # Files

    def _path(self, name: str) -> Path:
        return self.home / name

    def _write(self, name: str, block: str) -> None:
        path = self._path(name)
        assert path.is_file(), f"a person opens {name}, and there is none"
        path.write_text(block, encoding="utf-8")

    def _rows(self, name: str, block: str) -> None:
        book = load_workbook(self._path(name))
        sheet = book.worksheets[0]
        headings, _rule, *rows = [[cell.strip() for cell in line.strip(" |").split("|")] for line in block.splitlines()]
        there = [str(cell.value) for cell in sheet[1]]
        assert headings == there, f"pasted cells stand below {there}, the table is of {headings}"
        for line, row in enumerate(rows, start=sheet.max_row + 1):
            for column, value in enumerate(row, start=1):
                sheet.cell(line, column, _as_pasted(value))
        book.save(self._path(name))

    def _kept(self) -> None:
        """The file was written with its rows."""

    # Browser

    def _at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def _open(self, path: str) -> None:
        answer = self.page.goto(self._at(path))
        assert answer is not None and answer.status == 200, (path, answer and answer.status)

    def _sign_in(self) -> None:
        self.page.goto(self._at("/account/sign-in/"))
        self.page.fill("input[name=username]", self.account[0])
        self.page.fill("input[name=password]", self.account[1])
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(re.compile(r"^(?!.*sign-in)"))

    def _button(self, words: str) -> Locator:
        button = self.page.get_by_role("button", name=words, exact=True)
        return button.or_(self.page.get_by_role("link", name=words, exact=True)).first

    def _click(self, words: str) -> None:
        self._button(words).click()
        self.page.wait_for_load_state()

    def _save(self, words: str, name: str) -> None:
        with self.page.expect_download() as download:
            self._button(words).click()
        download.value.save_as(self._path(name))

    def _labelled(self, words: str) -> Locator:
        # A label may go on: with the unit, or that the field is required.
        return self.page.locator("main").get_by_label(re.compile(rf"^\s*{re.escape(words)}")).first

    def _fill(self, label: str, value: str) -> None:
        self._labelled(label).fill(value)

    def _today(self, label: str) -> None:
        self._labelled(label).fill(datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat())

    def _choose(self, label: str, option: str) -> None:
        self._labelled(label).select_option(label=option)

    def _file(self, label: str, name: str) -> None:
        self._labelled(label).set_input_files(self._path(name))

    def _untick(self, label: str) -> None:
        self._labelled(label).uncheck()

    def _paste(self, name: str, label: str) -> None:
        self._labelled(label).fill(self._path(name).read_text(encoding="utf-8"))

    def _change(self, label: str, before: str, after: str) -> None:
        text = self._labelled(label).input_value()
        assert before in text, text
        self._labelled(label).fill(text.replace(before, after, 1))

    def _see(self, words: str) -> None:
        expect(self.page.locator("main").get_by_text(words).locator("visible=true").first).to_be_visible()

    def _wait(self, words: str) -> None:
        expect(self.page.locator("main").get_by_text(words, exact=True).first).to_be_visible(timeout=_STARTS * 1000)

    def _point(self, words: str) -> None:
        drawn = self.page.locator("main").get_by_role("group").get_by_role("link", name=words, exact=True)
        expect(drawn.first).to_be_visible()

    def _row(self, name: str, words: str) -> None:
        row = self.page.locator("main").get_by_role("row").filter(has_text=name).first
        expect(row.get_by_text(words, exact=True).first).to_be_visible()
