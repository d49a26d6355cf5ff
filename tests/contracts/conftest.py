"""A small register of outfalls whose answers can be told by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.test import Client

from saishang.apps.registers.actions import add_entry, change_entry, withdraw_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Entry
from saishang.rules import load_rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import read_place

#: Number → (days, degrees); see `outfalls`.
AT = {"A": (106.2, 38.4), "B": (106.5, 39.0), "C": (106.3, 38.5), "D": (106.4, 38.6)}


@dataclass(frozen=True)
class Outfalls:
    """The register and the numbers of its entries."""

    kind: Kind
    pk: dict[str, int]


def get(path: str, client: Client | None = None, **headers: str) -> Any:
    """The answer of an address as JSON."""
    answer = (client or Client()).get(path, headers=headers)
    assert answer.status_code == 200, (path, answer.status_code, answer.content[:600])
    return answer.json()


@pytest.fixture
def outfalls(db: None) -> Iterator[Outfalls]:
    """A of a county of Yinchuan since 10 January, renamed on 1 May; B of Shizuishan since 1 March, with a place since
    1 June; C invented, since 1 February; D since 1 February, withdrawn on 1 April."""
    rules = load_rules()
    kind = kind_of(rules, "outfalls")
    pk = {}
    for name, region, day, more in (
        ("A", "640104", date(2026, 1, 10), {"contact": "张三", "flow": "12.50", "manner": "pipe"}),
        ("C", "640104", date(2026, 2, 1), {"demonstration": "true"}),
        ("D", "640104", date(2026, 2, 1), {}),
        ("B", "640202", date(2026, 3, 1), {"manner": "pump", "automatic": "true"}),
    ):
        given = {"code": f"OUT-00{name}", "name": f"排口{name}", "region": region, "category": "1", "river": "清水河"}
        given["category"] = kind.fields["category"].choices[0].id
        place = None if name == "B" else read_place({"type": "Point", "coordinates": list(AT[name])}, "point")
        pk[name] = add_entry("tests", kind, rules, given | more, today=day, place=place).pk
    withdraw_entry("tests", kind, pk["D"], number=1, today=date(2026, 4, 1), reason="重复")
    row = Entry.objects.get(pk=pk["A"])
    change_entry(
        "tests", kind, rules, row.pk, {**text(row), "name": "新排口A"}, number=1, today=date(2026, 5, 1),
        keep_place=True, reason="更名",
    )  # fmt: skip
    row = Entry.objects.get(pk=pk["B"])
    change_entry(
        "tests", kind, rules, row.pk, text(row), number=1, today=date(2026, 6, 1),
        place=read_place({"type": "Point", "coordinates": list(AT["B"])}, "point"), reason="定位",
    )  # fmt: skip
    yield Outfalls(kind, pk)


def text(row: Entry) -> dict[str, str]:
    """Fields of an entry as a form holds them."""
    from saishang.science.register.values import as_text

    return {name: as_text(value) for name, value in row.values.items()}
