"""Entries that name each other, and values that only one entry may have: refused with the field and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from saishang.apps.registers import lists, queries
from saishang.apps.registers.actions import EntryFaults, add_entry, change_entry, withdraw_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.lists import Wanted
from saishang.apps.registers.models import Entry
from saishang.rules import load_rules
from saishang.science.register.kind import Field

RULES = load_rules()
DRAINS = kind_of(RULES, "drains")
#: The register of outfalls, with a field that names a drain and one that nobody shares.
OUTFALLS = kind_of(RULES, "outfalls")
KIND = replace(
    OUTFALLS,
    fields={
        **OUTFALLS.fields,
        "drain": Field("drain", "排水沟", "Drain", "entry", of="drains"),
        "permit": Field("permit", "许可证", "Permit", "text", unique=True),
    },
)
TODAY = date(2026, 6, 30)
pytestmark = pytest.mark.django_db


def outfall(code: str, **more: str) -> Entry:
    category = KIND.fields["category"].choices[0].id
    given = {"code": code, "name": code, "region": "640104", "category": category, "river": "某沟", **more}
    return add_entry("tests", KIND, RULES, given, today=TODAY, reason="tests")


def drain(code: str) -> Entry:
    given = {"code": code, "name": code, "region": "640104", "automatic": "否", "length": "12.5"}
    return add_entry("tests", DRAINS, RULES, given, today=TODAY, reason="tests")


def faults(**more: str) -> list[tuple[str, str]]:
    with pytest.raises(EntryFaults) as caught:
        outfall("640104-0009", **more)
    return [(fault.field, fault.message) for fault in caught.value.faults]


def test_an_entry_that_is_named_has_to_be_there() -> None:
    assert faults(drain="D-404") == [("drain", "expected the key of an entry of the register drains, got 'D-404'")]
    there = drain("D-1")
    assert outfall("640104-0001", drain="D-1").values["drain"] == "D-1"
    withdraw_entry("tests", DRAINS, there.pk, number=None, today=TODAY, reason="tests")
    assert faults(drain="D-1") == [("drain", "the entry 'D-1' of the register drains is withdrawn")]
    found = lists.rows(KIND, Wanted(fields={"drain": "D-1"}))
    assert [queries.view_of(row, KIND.id).key for row in found] == ["640104-0001"]
    assert queries.number_of(DRAINS, "D-1") == there.pk
    assert queries.number_of(DRAINS, "D-404") is None


def test_a_value_that_only_one_entry_may_have() -> None:
    first = outfall("640104-0001", permit="P-1")
    assert faults(permit="P-1") == [("permit", "the entry 640104-0001 has this value already, and only one may")]
    # The entry itself may keep it; once it is withdrawn, another one may have it.
    given = {name: str(value) for name, value in first.values.items() if value is not None}
    changed = change_entry("tests", KIND, RULES, first.pk, given | {"river": "另一沟"}, number=None, today=TODAY)
    assert changed is not None
    withdraw_entry("tests", KIND, first.pk, number=None, today=TODAY, reason="tests")
    assert outfall("640104-0002", permit="P-1").values["permit"] == "P-1"
