"""All registers of the demonstration, loaded once for the module that asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from saishang.cli.demo_registers import RegisterDemo
    from saishang.config import Config

__all__ = ["TODAY", "Loaded"]

TODAY = date(2026, 11, 30)


@dataclass(frozen=True)
class Loaded:
    """What was loaded, and with which settings."""

    told: RegisterDemo
    config: Config


@pytest.fixture(scope="module")
def loaded(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Loaded]:
    """Registers as `saishang demo` fills them; taken back after the module."""
    from django.db import transaction

    import saishang.demo_data
    from saishang.apps.registers.actions import load_table
    from saishang.apps.registers.kinds import kind_of
    from saishang.cli import demo_steps
    from saishang.cli.demo_ecology import load_ecology
    from saishang.cli.demo_registers import load_demo_registers
    from saishang.cli.demo_waste import load_waste
    from saishang.config import load_config
    from saishang.lake.archive import Archive
    from saishang.rules import load_rules

    config = load_config({"SAISHANG_VAR": str(tmp_path_factory.mktemp("demo") / "var")})
    rules = load_rules()
    folder = Path(saishang.demo_data.__file__).parent
    with django_db_blocker.unblock(), transaction.atomic():
        demo_steps.load_plan(rules)
        demo_steps.load_registers(config, rules, TODAY)
        load_ecology(config, rules, TODAY, "tests")
        load_waste(config, rules, TODAY)
        for name in ("noise_stations", "noise_survey_grid", "noise_survey_road"):
            path = folder / f"register_{name}_demonstration.csv"
            load_table(
                "tests",
                kind_of(rules, name),
                rules,
                Archive(config.archive),
                path,
                path.name,
                today=TODAY,
                reason="演示",
            )
        yield Loaded(load_demo_registers("tests", config, rules, TODAY), config)
        transaction.set_rollback(True)
