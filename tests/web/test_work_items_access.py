"""Every role × every address of items and work plans × own, below, above, beside, elsewhere: tables written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from saishang.apps.execution.actions import attach_evidence, draft_work_plan
from saishang.apps.execution.models import Evidence, WorkItem, WorkPlan
from saishang.apps.execution.states import ITEM_MOVES, PLAN_MOVES
from saishang.apps.organisations.models import Organisation, User
from saishang.apps.plan.actions import import_plan_from_rules
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from tests.standing import standing
from tests.web.conftest import unrendered
from tests.work_world import ROLES, doing, make_item, make_people, make_tree

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("terse_refusals")]

#: Where each place lies for somebody of the city.
CODES = {"own": "640100", "below": "640104", "above": "640000", "beside": "640200", "elsewhere": "NX-STT"}
EVERYWHERE = frozenset(CODES)
OWN, BELOW = frozenset({"own"}), frozenset({"own", "below"})
Who = dict[str, frozenset[str]]
#: Who may read inside.
READS: Who = {
    "reporter": OWN, "reviewer": BELOW, "head": BELOW, "office": EVERYWHERE, "assessor": EVERYWHERE,
    "auditor": EVERYWHERE, "administrator": OWN, "viewer": EVERYWHERE, "editor": EVERYWHERE, "admin": EVERYWHERE,
}  # fmt: skip
#: Who keeps the list of items, who accepts, who lays files beside an item.
KEEPS: Who = {"reporter": OWN, "reviewer": OWN, "head": OWN, "office": EVERYWHERE}
OFFICE: Who = {"office": EVERYWHERE}
#: Address → (GET or POST, what it answers when it opens, who). Drafts: their owner changes them.
ITEMS: dict[str, tuple[str, int, Who]] = {
    "work-item": ("get", 200, READS),
    "work-item-change": ("get", 200, KEEPS),
    "work-item-move": ("post", 422, KEEPS),  # no such move: the table of moves is walked below
    "work-item-percent": ("post", 422, OFFICE),
    "work-item-attach": ("post", 302, KEEPS),
    "work-item-evidence": ("get", 200, READS),
    "work-item-strike": ("post", 302, KEEPS),
}
PLANS: dict[str, tuple[str, int, Who]] = {
    "work-plan": ("get", 200, READS),
    "work-plan-draft": ("post", 302, KEEPS),
    "work-plan-aim": ("post", 302, KEEPS),
    "work-plan-out": ("post", 422, KEEPS),  # a duty stays
    "work-plan-move": ("post", 422, READS),  # no such move
}
#: Pages for whoever may do it anywhere: what they show is cut to the reach.
SOMEWHERE = {
    "/work/items/": READS, "/work/plans/": READS, "/work/programmes/": READS, "/work/items/new/": KEEPS,
    "/work/items/import/": KEEPS, "/work/items/templates/": KEEPS,
}  # fmt: skip
OWNERS: Who = KEEPS
ITEM_LIFE: dict[str, tuple[str, Who]] = {
    "propose": ("draft", OWNERS), "withdraw": ("proposed", OWNERS), "assign": ("proposed", OFFICE),
    "return": ("proposed", OFFICE), "finish": ("active", OWNERS), "verify": ("done", OFFICE),
    "reject": ("done", OFFICE), "reopen": ("verified", OFFICE), "pause": ("active", OFFICE),
    "resume": ("paused", OFFICE), "drop": ("draft", OWNERS), "cancel": ("active", OFFICE),
}  # fmt: skip
PLAN_LIFE: dict[str, tuple[str, Who]] = {
    "submit": ("draft", {"head": OWN}), "withdraw": ("submitted", {"head": OWN}), "approve": ("submitted", OFFICE),
    "return": ("submitted", OFFICE), "revise": ("approved", OFFICE),
}  # fmt: skip
PEOPLE = (*ROLES, "viewer", "editor", "admin", None, "public")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Path]:
    """In each place a duty that is still a draft, with a file, in the plan of 2027; where the files are."""
    folder = tmp_path_factory.mktemp("items")
    paper = folder / "a.pdf"
    paper.write_bytes(b"%PDF-1.7")
    with standing(django_db_blocker):
        import_plan_from_rules("tests", "ningxia")
        make_tree()
        for code in CODES.values():
            item = make_item(f"T10-{code}-D", code, kind="duty", state="draft", assigned_on=None, expected="x")
            attach_evidence(doing("tests"), load_rules(), Archive(folder / "archive"), item.code, paper, "a.pdf")
            draft_work_plan(doing("tests"), code, 2027)
        yield folder / "archive"


@pytest.fixture
def world(archive: Path, db: None, settings: Any) -> dict[str, WorkItem]:
    settings.CONFIG = replace(settings.CONFIG, archive=archive)
    return {place: WorkItem.objects.get(code=f"T10-{code}-D") for place, code in CODES.items()}


def somebody(role: str | None) -> Client:
    client = Client()
    if role == "public":
        return client
    if role in ROLES:
        user = make_people(CODES["own"], (str(role),))[str(role)]
    else:
        user = User.objects.create(username="somebody", role=role or "member")
    client.force_login(user)
    return client


def wanted(role: str | None, place: str, good: int, who: Who) -> int:
    return 302 if role == "public" else good if place in who.get(str(role), frozenset()) else 403


def item_address(name: str, row: WorkItem) -> str:
    file = row.evidence.get().pk
    return f"/work/items/{row.code}/" + {
        "work-item": "", "work-item-change": "change/", "work-item-move": "move/", "work-item-percent": "percent/",
        "work-item-attach": "evidence/", "work-item-evidence": f"evidence/{file}/",
        "work-item-strike": f"evidence/{file}/strike/",
    }[name]  # fmt: skip


def plan_address(name: str, code: str) -> str:
    return f"/work/plans/{code}/2027/{name.removeprefix('work-plan').removeprefix('-')}/".replace("//", "/")


def test_the_tables_hold_every_address_that_takes_an_item_or_a_plan() -> None:
    rows = {str(p.name): str(getattr(p, "pattern", "")) for p in get_resolver().url_patterns}
    assert {name for name, text in rows.items() if text.startswith("work/items/<")} == set(ITEMS)
    assert {name for name, text in rows.items() if text.startswith("work/plans/<")} == set(PLANS)
    assert set(ITEM_LIFE) == {move.action for move in ITEM_MOVES}
    assert set(PLAN_LIFE) == {move.action for move in PLAN_MOVES}


@pytest.mark.parametrize("role", PEOPLE)
def test_role_by_address_by_place(world: dict[str, WorkItem], role: str | None) -> None:
    client = somebody(role)
    for name, (way, good, who) in ITEMS.items():
        for place, row in world.items():
            got = getattr(client, way)(item_address(name, row))
            assert got.status_code == wanted(role, place, good, who), (role, name, place, got.status_code)
            for close in getattr(got, "_resource_closers", ()) if got.streaming else ():
                close()
    for name, (way, good, who) in PLANS.items():
        for place, row in world.items():
            told = {"item": row.code, "aim": "达标", "was": ""} if way == "post" else {}
            got = getattr(client, way)(plan_address(name, CODES[place]), told)
            assert got.status_code == wanted(role, place, good, who), (role, name, place, got.status_code)
            if role == "public":
                assert got["Location"].startswith("/account/sign-in/?next="), (name, place)


@pytest.mark.parametrize("role", PEOPLE)
def test_role_by_move_by_place(world: dict[str, WorkItem], role: str | None) -> None:
    client = somebody(role)
    for state in sorted({state for state, _who in ITEM_LIFE.values()}):
        WorkItem.objects.update(state=state, version=1, finished_by="")
        for place, row in world.items():
            page = client.get(f"/work/items/{row.code}/").content.decode()
            for move in (move for move, (before, _who) in ITEM_LIFE.items() if before == state):
                # A button stands there exactly for whom the move is.
                may = place in ITEM_LIFE[move][1].get(str(role), frozenset())
                assert (f'name="action" value="{move}"' in page) is may, (role, move, place)
    for move, (state, who) in ITEM_LIFE.items():
        for place, row in world.items():
            WorkItem.objects.filter(pk=row.pk).update(state=state, version=1, finished_by="")
            told = {"action": move, "reason": "因为", "version": 1}
            with unrendered():
                got = client.post(item_address("work-item-move", row), told)
            row.refresh_from_db()
            assert (row.state != state) is (place in who.get(str(role), frozenset())), (role, move, place, got)


@pytest.mark.parametrize("role", PEOPLE)
def test_role_by_move_of_a_plan_by_place(world: dict[str, WorkItem], role: str | None) -> None:
    client = somebody(role)
    for state in sorted({state for state, _who in PLAN_LIFE.values()}):
        WorkPlan.objects.update(state=state, version=1, submitted_by="")
        for place, code in CODES.items():
            page = client.get(plan_address("work-plan", code)).content.decode()
            for move in (move for move, (before, _who) in PLAN_LIFE.items() if before == state):
                may = place in PLAN_LIFE[move][1].get(str(role), frozenset())
                assert (f'name="action" value="{move}"' in page) is may, (role, move, place)
    for move, (state, who) in PLAN_LIFE.items():
        for place, code in CODES.items():
            WorkPlan.objects.filter(organisation__code=code).update(state=state, version=1, submitted_by="")
            told = {"action": move, "reason": "因为", "version": 1}
            with unrendered():
                got = client.post(plan_address("work-plan-move", code), told)
            now = WorkPlan.objects.get(organisation__code=code).state
            assert (now != state) is (place in who.get(str(role), frozenset())), (role, move, place, got.status_code)


@pytest.mark.parametrize("role", PEOPLE)
def test_lists_show_what_may_be_read(world: dict[str, WorkItem], role: str | None) -> None:
    client = somebody(role)
    for where, who in SOMEWHERE.items():
        got = client.get(where)
        assert got.status_code == (302 if role == "public" else 200 if str(role) in who else 403), (role, where)
    if role == "public":
        return
    reads = READS.get(str(role), frozenset())
    for form in ("", "?format=csv", "?format=csv&table=form"):
        page = client.get(f"/work/items/{form}").content.decode()
        for place, row in world.items():
            assert (row.code in page) is (place in reads), (role, place, form)
    page = client.get("/work/plans/?year=2027&format=csv").content.decode()
    names = {
        "own": "银川市党委和政府", "below": "兴庆区党委和政府", "beside": "石嘴山市党委和政府",
        "elsewhere": "自治区生态环境厅",
    }  # fmt: skip
    for place, name in names.items():
        assert (name in page) is (place in reads), (role, place)


@pytest.mark.parametrize("role", PEOPLE)
def test_after_handing_in_the_office_alone_changes_it(world: dict[str, WorkItem], role: str | None) -> None:
    client = somebody(role)
    WorkItem.objects.update(state="active")
    told = {"task": "T10", "kind": "duty", "title": "改过", "cadence": "month", "reason": "会议纪要", "version": 1}
    for place, row in world.items():
        client.post(item_address("work-item-change", row), told | {"organisation": CODES[place]})
        row.refresh_from_db()
        assert (row.title == "改过") is (role == "office"), (role, place)


@pytest.mark.parametrize("role", PEOPLE)
def test_nobody_adds_where_they_do_not_keep_the_list(world: dict[str, WorkItem], role: str | None) -> None:
    client = somebody(role)
    for place, code in CODES.items():
        told = {"task": "T10", "kind": "measure", "title": f"新增 {place}", "cadence": "month", "organisation": code}
        client.post("/work/items/new/", told)
        made = WorkItem.objects.filter(title=f"新增 {place}").exists()
        assert made is (place in KEEPS.get(str(role), frozenset())), (role, place)


def test_who_has_a_part_reads_the_item_but_not_reports_that_are_not_out(world: dict[str, WorkItem]) -> None:
    from datetime import date

    from tests.work_world import make_report

    client, row = somebody("reporter"), world["elsewhere"]
    assert client.get(f"/work/items/{row.code}/").status_code == 403
    row.units.create(organisation=Organisation.objects.get(code="640100"), role="support")
    report = make_report(row, "2026-M10", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 6))
    file = row.evidence.get()
    secret = Evidence.objects.create(
        item=row, report=report, name="内部.pdf", sha256=file.sha256, size=file.size, kind="pdf",
        added_at=file.added_at, added_by="x",
    )  # fmt: skip
    page = client.get(f"/work/items/{row.code}/").content.decode()
    assert "a.pdf" in page and "内部.pdf" not in page and f"/work/reports/{report.pk}/" not in page
    assert client.get(f"/work/items/{row.code}/evidence/{secret.pk}/").status_code == 403
    report.state = "published"
    report.save()
    assert "内部.pdf" in client.get(f"/work/items/{row.code}/").content.decode()
    # A file of another item under this one's address is none.
    other = world["own"].evidence.get().pk
    assert client.get(f"/work/items/{row.code}/evidence/{other}/").status_code == 404


def test_a_file_comes_as_a_file(world: dict[str, WorkItem]) -> None:
    got = somebody("auditor").get(item_address("work-item-evidence", world["own"]))
    assert got["Content-Type"] == "application/octet-stream"
    assert got["Content-Disposition"] == 'attachment; filename="a.pdf"'
    assert b"".join(got.streaming_content) == b"%PDF-1.7"
    for close in got._resource_closers:
        close()
