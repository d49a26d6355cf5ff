"""What a medium gives to a run: its tables, what decides their digits, how values are read from them, their chain.

One entry per medium in `media_list.MEDIA`; an evaluation and a replay walk the list and know no medium by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from saishang.apps.indicators.values import Reader
from saishang.config import Config
from saishang.lake import Lake
from saishang.rules import Rules

__all__ = ["Asked", "Medium"]


@dataclass(frozen=True)
class Asked:
    """What a run asks of a medium.

    Attributes
    ----------
    version:
        Version of the lake to read.
    known_at:
        Moment up to which people's entries, decisions and quality runs count; None = all there are.
    progress:
        Told the name of each step.
    """

    config: Config
    lake: Lake
    rules: Rules
    site: str
    region: str
    as_of: date
    version: int
    known_at: datetime | None = None
    progress: Callable[[str], None] = lambda step: None

    def rows(self, name: str) -> tuple[Any, ...]:
        """Rows of a table of the site; none when the site has no such table."""
        table = self.rules.tables.get(f"sites/{self.site}/{name}")
        return () if table is None else tuple(table.rows)


@dataclass(frozen=True)
class Medium:
    """One medium.

    Attributes
    ----------
    build:
        Tables of the run by name; an empty mapping when there is nothing to evaluate.
    parameters:
        What decides the digits beside lake, rules and code, as JSON; empty when there is nothing.
    readers:
        Table → how the catalogue's indicators with that `statistic.source` are read from it.
    """

    name: str
    build: Callable[[Asked], dict[str, pa.Table]]
    parameters: Callable[[Asked], dict[str, Any]] = lambda asked: {}
    readers: Mapping[str, Reader] = field(default_factory=dict)
