"""When two texts of a plan mean the same thing: a table row and an item, a target said twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from saishang.apps.plan.importer.document import Item, Target
from saishang.apps.plan.importer.tables import TaskRow

__all__ = ["points", "same_item", "same_target"]


def points(sentence: str) -> list[str]:
    """Split 一是…；二是… into its points; other sentences stay whole."""
    if not re.search("[；;][二三]是", sentence):
        return [sentence]
    return [p for p in re.split("(?<=[；;])(?=[二三四五六七八九]是)", sentence) if p]


def same_target(a: Target, b: Target) -> bool:
    """Tell whether two targets promise the same number for the same year under much the same name."""
    if (a.value, a.low, a.high, a.year) != (b.value, b.low, b.high, b.year):
        return False
    return (
        SequenceMatcher(None, a.indicator, b.indicator).ratio() > 0.5
        or a.indicator in b.indicator
        or b.indicator in a.indicator
    )


def same_item(row: TaskRow, tasks: Sequence[Item]) -> Item | None:
    """Find the item of the text that a table row repeats: by title, or by its words inside the measures."""
    best, best_score = None, 0.0
    for item in tasks:
        same_number = row.number is not None and item.number == row.number
        score = SequenceMatcher(None, row.title, item.title).ratio() + (0.15 if same_number else 0)
        if (
            row.title
            and (row.title in item.title or item.title in row.title)
            and min(len(row.title), len(item.title)) >= 6
        ):
            score = max(score, 0.9)
        if len(row.title) >= 12 and any(row.title.rstrip("。") in m for m in item.measures):
            score = max(score, 0.85)
        if score > best_score:
            best, best_score = item, score
    return best if best_score >= 0.72 else None
