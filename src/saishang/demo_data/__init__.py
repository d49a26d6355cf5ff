"""Measurements of Ningxia for the demonstration; origin, licence and flaws of each file in README.md.

Real ones, but for the files whose names say `demonstration`.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["demo_files"]


def demo_files() -> list[Path]:
    """Files in the order in which the demonstration loads them; the source of each is recognised by its columns.

    Invented measurements are no part of them: their names say `demonstration`.
    """
    return sorted(path for path in Path(__file__).parent.glob("*.parquet") if "demonstration" not in path.name)
