"""Indicators that are counted from a register: real entries and invented ones, per region, on a year's last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.register_values import entries_behind, register_parameters, register_values
from saishang.apps.indicators.states import best_by_year
from saishang.apps.indicators.values import Value
from saishang.apps.registers.actions import add_entry, change_entry
from saishang.apps.registers.kinds import kind_of
from saishang.rules import load_rules

RULES = load_rules()
PLOTS = kind_of(RULES, "construction_plots")
pytestmark = pytest.mark.django_db


def plot(code: str, region: str, day: date, area: str = "100", **more: str) -> Any:
    given = {"code": f"PLOT-{code}", "name": code, "region": region, "area": area, **more}
    return add_entry("test", PLOTS, RULES, given, today=date(2026, 6, 1), effective=day)


@pytest.fixture
def catalogue() -> Catalogue:
    """The catalogue with one figure of each measure that plots give."""
    found = Catalogue(RULES)
    some = next(iter(found.indicators.values()))
    for name in ("with_record", "area_on_register", "released_share"):
        way = {"source": "register", "register": "construction_plots", "figure": name}
        found.indicators[name] = replace(some, id=name, kind="computed", statistic=way, target_basis="register")
    return found


def values(catalogue: Catalogue, as_of: date, known_at: Any = None) -> dict[tuple[str, ...], Value]:
    found = register_values(catalogue, RULES, "640000", as_of, known_at)
    return {(value.indicator, value.region, value.period, value.basis): value for value in found}


def test_an_empty_register_gives_nothing(catalogue: Catalogue) -> None:
    assert register_values(catalogue, RULES, "640000", date(2026, 6, 1), None) == []
    assert register_parameters(RULES, None) == {}


def test_each_year_is_told_as_it_stood_at_its_end(catalogue: Catalogue) -> None:
    plot("A001", "640104", date(2024, 5, 1))
    plot("A002", "640402", date(2025, 12, 31))
    plot("A003", "640402", date(2026, 1, 1))
    found = values(catalogue, date(2026, 3, 31))
    counts = {key[1:3]: value.rounded for key, value in found.items() if key[0] == "with_record"}
    assert counts == {
        ("640000", "2024"): "1", ("640100", "2024"): "1", ("640104", "2024"): "1",
        ("640000", "2025"): "2", ("640100", "2025"): "1", ("640104", "2025"): "1", ("640400", "2025"): "1",
        ("640402", "2025"): "1",
        ("640000", "2026"): "3", ("640100", "2026"): "1", ("640104", "2026"): "1", ("640400", "2026"): "2",
        ("640402", "2026"): "2",
    }  # fmt: skip
    share = found["released_share", "640000", "2026", "register"]
    assert (share.value, share.valid, share.reason) == (None, False, "nothing_registered")


def test_invented_entries_stand_apart_and_judge_nobody(catalogue: Catalogue) -> None:
    plot("A001", "640104", date(2024, 5, 1))
    plot("D001", "640104", date(2024, 5, 1), demonstration="是")
    plot("D002", "640402", date(2024, 5, 1), demonstration="是")
    found = values(catalogue, date(2024, 12, 31))
    assert found["with_record", "640000", "2024", "register"].rounded == "1"
    invented = found["with_record", "640000", "2024", "demonstration"]
    assert invented.rounded == "2"
    assert ("with_record", "640400", "2024", "register") not in found
    assert best_by_year([invented], catalogue.indicators["with_record"]) == {}


def test_what_was_written_later_was_not_known(catalogue: Catalogue) -> None:
    entry = plot("A001", "640104", date(2024, 5, 1))
    moment = timezone.now()
    before = register_parameters(RULES, moment)
    plot("A002", "640104", date(2024, 6, 1))
    change_entry(
        "test", PLOTS, RULES, entry.pk, {"code": "PLOT-A001", "name": "A001", "region": "640402", "area": "5"},
        number=1, today=date(2026, 6, 1), effective=date(2024, 7, 1),
    )  # fmt: skip
    then = values(catalogue, date(2024, 12, 31), moment)
    assert then["with_record", "640000", "2024", "register"].rounded == "1"
    assert ("with_record", "640402", "2024", "register") not in then
    now = values(catalogue, date(2024, 12, 31))
    assert now["with_record", "640000", "2024", "register"].rounded == "2"
    assert now["with_record", "640402", "2024", "register"].rounded == "1"
    assert register_parameters(RULES, moment) == before
    assert register_parameters(RULES, None)["construction_plots"][0] == 3


def test_the_chain_ends_at_the_entries(catalogue: Catalogue) -> None:
    entry = plot("A001", "640104", date(2024, 5, 1))
    plot("D001", "640104", date(2024, 5, 1), demonstration="是")
    value = values(catalogue, date(2024, 12, 31))["with_record", "640100", "2024", "register"]
    run: Any = SimpleNamespace(started=timezone.now())
    links = entries_behind(RULES, run, value.region, value.basis, value.inputs)
    assert [(link.kind, link.name, link.facts["entry"], link.facts["counted"]) for link in links] == [
        ("entry", "PLOT-A001 A001", entry.pk, True)
    ]
