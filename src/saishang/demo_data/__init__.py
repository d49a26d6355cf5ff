"""Measurements of Ningxia for the demonstration; origin, licence and flaws of each file in README.md.

Real ones, but for the files whose names say `demonstration`.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["DEMO_SOURCES", "demo_files"]

#: Files whose columns more than one medium uses: their source has to be named.
DEMO_SOURCES = {"water_lab_samples_demonstration.parquet": "water-lab-samples"}


def demo_files() -> list[Path]:
    """Every file of measurements, in the order in which they are loaded."""
    return sorted(Path(__file__).parent.glob("*.parquet"))
