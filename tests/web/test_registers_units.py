"""Units of registers in English."""

from __future__ import annotations

import re

from django.utils import translation

from saishang.apps.registers.kinds import rule_kinds
from saishang.rules import load_rules
from saishang.web import texts


def test_every_unit_has_its_english() -> None:
    units = {part.unit for kind in rule_kinds(load_rules()).values()
             for part in (*kind.fields.values(), *kind.figures.values()) if part.unit}  # fmt: skip
    assert "座" in units and "m²" in units
    with translation.override("en"):
        assert not [unit for unit in units if re.search(r"[\u4e00-\u9fff]", texts.unit_name(unit))]
