"""What somebody on duty must see: gamma alarms, alien species, terms that have passed; invented ones stand apart."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation

from saishang.apps.indicators.queries import RunFacts
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of
from saishang.rules import load_rules
from saishang.web.pages import duty
from tests.portal import Portal

RULES = load_rules()
RUN = cast("RunFacts", SimpleNamespace(id="r", as_of=date(2026, 3, 10)))
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duty, "today", lambda: date(2026, 3, 10))
    monkeypatch.setattr(RUN, "id", uuid4().hex)  # what a run said is kept under its name
    monkeypatch.setattr(duty, "indicators", SimpleNamespace(select=lambda *asked: []))


def enter(register: str, state: str = "", **given: str) -> Any:
    return add_entry(
        "test", kind_of(RULES, register), RULES, given, today=date(2026, 6, 1), effective=date(2026, 3, 1),
        **({"state": state, "reason": "试验"} if state else {}),
    )  # fmt: skip


def told(*, staff: bool = False) -> list[tuple[int | None, str, str, str, bool]]:
    with translation.override("zh-hans"):
        return [(n.number, n.text, n.href, n.day, n.invented) for n in duty.warnings(RUN, staff=staff)]


def outfall(code: str, deadline: str, **more: str) -> None:
    enter(
        "outfalls", "remediating", code=code, name=code, region="640104", category=CATEGORY, river="试验河",
        responsible="某单位", measure="close", deadline=deadline, inspected_on="2026-03-01", **more,
    )  # fmt: skip


CATEGORY = str(RULES.table("standards/water/outfall_categories").rows[0]["code"])


def test_nothing_asks_for_anybody() -> None:
    assert told(staff=True) == []


def test_a_term_warns_from_the_day_after_its_last() -> None:
    outfall("OUT-001", "2026-03-11")
    outfall("OUT-002", "2026-03-10")  # ends today: still in time
    assert told() == []
    outfall("OUT-003", "2026-03-09")
    outfall("OUT-004", "2026-02-01", demonstration="是")
    assert told() == [
        (
            1,
            "条已逾期 · 入河（湖、沟）排污口：整治期限 1",
            "/registers/outfalls/?due=1",
            "最早于 2026-03-09 届满",
            False,
        ),
        (
            1,
            "条已逾期 · 入河（湖、沟）排污口：整治期限 1",
            "/registers/outfalls/?due=1",
            "最早于 2026-02-01 届满",
            True,
        ),
    ]


@pytest.mark.parametrize(("arrived", "late"), [("2026-03-03", False), ("2026-03-02", True)])
def test_registers_for_staff_warn_staff_alone(arrived: str, late: bool) -> None:
    # Five working days after Monday 2 March end on Monday 9 March; after Tuesday 3 March on the 10th, today.
    enter(
        "hazardous_manifests", "arrived", record="M-0001", number="20266401000001", region="640104", giver="U-1",
        receiver="U-2", carrier="某运输", waste="900-249-08", shipped="1", shipped_on="2026-03-01", arrived_on=arrived,
    )  # fmt: skip
    assert told() == []
    found = told(staff=True)
    assert [(row[0], row[2]) for row in found] == ([(1, "/registers/hazardous_manifests/?due=1")] if late else [])


def test_alien_species_that_nobody_dealt_with() -> None:
    common = {"name": "发现点", "species": "Ambrosia artemisiifolia", "region": "640121"}
    enter("invasive_sites", code="FIND-1", found_on="2026-03-01", **common)
    # The second find of the species in the county warns nobody again.
    enter("invasive_sites", code="FIND-2", found_on="2026-03-05", **common)
    assert told() == [
        (1, "处外来入侵物种预警未处置", "/ecology/alien/?show=open", "最近发现于 2026-03-01", False)
    ]  # fmt: skip


def alarm(station: str, start: datetime, basis: str = "measured", *, going_on: bool = False) -> dict[str, Any]:
    return {"station": station, "basis": basis, "start": start, "going_on": going_on}


def test_gamma_alarms_of_the_last_thirty_days(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    rows = [
        alarm("R-1", datetime(2026, 3, 1, 5)), alarm("R-2", datetime(2026, 3, 8, 5), going_on=True),
        alarm("R-9", datetime(2026, 3, 2, 5), "demonstration"),
    ]  # fmt: skip
    monkeypatch.setattr(duty, "indicators", SimpleNamespace(select=lambda *given: asked.append(given) or rows))
    assert told() == [
        (2, "次γ辐射本底报警（近 30 天）", "/radiation/", "2026-03-08 起，尚未结束", False),
        (1, "次γ辐射本底报警（近 30 天）", "/radiation/R-9/?day=2026-03-02", "最近一次 2026-03-02", True),
    ]
    # What ended on 8 February, 30 days before, is history; what rain explains is no alarm.
    assert asked[0][1] == "gamma_alarms" and "rain <> 'yes'" in asked[0][2] and asked[0][3] == [date(2026, 2, 8)]


def test_the_first_page_shows_them_with_their_mark(portal: Portal, client: Client) -> None:
    outfall("OUT-004", "2026-02-01", demonstration="是")
    page = client.get("/").content.decode()
    place = page.index("/registers/outfalls/?due=1")
    assert "演示数据" in page[place : page.index("</li>", place)]
    enter(
        "hazardous_manifests", "arrived", record="M-0001", number="20266401000001", region="640104", giver="U-1",
        receiver="U-2", carrier="某运输", waste="900-249-08", shipped="1", shipped_on="2026-03-01",
        arrived_on="2026-03-01",
    )  # fmt: skip
    assert "/registers/hazardous_manifests/?due=1" not in client.get("/").content.decode()
    client.force_login(portal.people["viewer"])
    assert "/registers/hazardous_manifests/?due=1" in client.get("/").content.decode()
