"""Examples in the docstrings run and say what they show."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["model", "split"])
def test_examples_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"saishang.science.weather.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
