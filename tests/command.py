"""The command line as a person meets it: through the real entry point, with its exit code and both streams."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

__all__ = ["Answer", "Run", "runner"]


@dataclass
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Answer]


def runner(group: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs `saishang GROUP WORDS…`."""
    from saishang.cli.main import run as entry_point

    def call(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["saishang", group, *words])
        try:
            entry_point()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return call
