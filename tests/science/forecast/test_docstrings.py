"""Examples in the docstrings run and say what they show."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["methods", "backtest"])
def test_examples_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"saishang.science.forecast.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
