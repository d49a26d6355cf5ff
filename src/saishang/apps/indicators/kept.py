"""Answers that are drawn or learned from a finished run: made once, kept beside it as JSON, never changed.

They stand outside the run's sealed result: draws and fitted trees repeat to the digit on one machine and version of the
libraries, while a run's own figures must repeat everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from saishang.apps.indicators import queries

__all__ = ["Kept", "Progress", "known", "plain"]

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Kept:
    """One kind of answer.

    Attributes
    ----------
    name:
        Name of its file (`<name>.json` in the run's folder) and of its entry in the log (`indicators.<name>`).
    zh, en:
        What it is called in messages.
    compute:
        From a run's id to rows of plain JSON (`plain`); must give the same again with the same rules and code.
    """

    name: str
    zh: str
    en: str
    compute: Callable[[str, Progress], list[dict[str, Any]]]

    def file_of(self, identifier: str) -> Path:
        """Where the answer for a run (by id) is kept."""
        return Path(settings.CONFIG.runs) / identifier / f"{self.name}.json"

    def read(self, identifier: str) -> Mapping[str, Any] | None:
        """What is kept (`run`, `rules`, `code`, `rows`); None when it was not made.

        Raises
        ------
        NoSuchRun
            When there is no such run.
        """
        path = self.file_of(queries.get_run(identifier).id)
        return _body(path, path.stat().st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=4)
def _body(path: Path, written: int) -> Mapping[str, Any]:
    # Written once and read by every page, some of megabytes: kept at hand. Who reads it changes nothing in it.
    body: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return body


def known(row: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """Of a kept row what the dataclass `kind` still has: rows are written once and read for years, and what a later
    version adds or drops must not shut the page."""
    names = {one.name for one in fields(kind)}
    return {key: value for key, value in row.items() if key in names}


def plain(thing: Any) -> Any:
    """For JSON, with as many digits as draws and fits can carry (six)."""
    if isinstance(thing, float):
        return float(f"{thing:.6g}")
    if isinstance(thing, dict):
        return {key: plain(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [plain(value) for value in thing]
    return thing
