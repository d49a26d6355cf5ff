"""Every role × every address of a report × own, below, above, beside, elsewhere: against tables written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from saishang.apps.execution.actions import attach_evidence, move_report
from saishang.apps.execution.models import ProgressReport
from saishang.apps.organisations.models import User
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from tests.standing import standing
from tests.web.conftest import unrendered
from tests.work_world import ROLES, doing, make_item, make_people, make_report, make_tree

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("terse_refusals")]

#: Where each place lies for somebody of the city.
CODES = {"own": "640100", "below": "640104", "above": "640000", "beside": "640200", "elsewhere": "NX-STT"}
EVERYWHERE = frozenset(CODES)
OWN, BELOW = frozenset({"own"}), frozenset({"own", "below"})
#: Who may read a report inside.
READS = {
    "reporter": OWN, "reviewer": BELOW, "head": BELOW, "office": EVERYWHERE, "assessor": EVERYWHERE,
    "auditor": EVERYWHERE, "administrator": OWN, "viewer": EVERYWHERE, "editor": EVERYWHERE, "admin": EVERYWHERE,
}  # fmt: skip
#: Who may write one.
WRITES = {"reporter": OWN, "reviewer": OWN}
#: Who makes which move.
MOVES: dict[str, dict[str, frozenset[str]]] = {
    "hand_over": {"reporter": OWN, "reviewer": OWN},
    "take_back": {"reporter": OWN, "reviewer": OWN},
    "pass": {"reviewer": BELOW, "head": BELOW},
    "send_back": {"reviewer": BELOW, "head": BELOW},
    "submit": {"head": OWN},
    "withdraw": {"head": OWN},
    "accept": {"office": EVERYWHERE},
    "return": {"office": EVERYWHERE},
    "publish": {"office": EVERYWHERE},
    "unpublish": {"office": EVERYWHERE},
}
STATES = {
    "hand_over": "draft", "take_back": "in_review", "pass": "in_review", "send_back": "in_review",
    "submit": "reviewed", "withdraw": "submitted", "accept": "submitted", "return": "submitted",
    "publish": "accepted", "unpublish": "published",
}  # fmt: skip
#: Address → (GET or POST, what it answers when it opens, who).
ADDRESSES: dict[str, tuple[str, int, dict[str, frozenset[str]]]] = {
    "work-report": ("get", 200, READS),
    "work-report-version": ("get", 200, READS),
    "work-report-evidence": ("get", 200, READS),
    "work-report-save": ("post", 302, WRITES),
    "work-report-step": ("post", 422, READS),  # no such move: the table of moves is walked below
    "work-report-remark": ("post", 302, READS),
    "work-report-attach": ("post", 302, WRITES),
    "work-report-strike": ("post", 302, WRITES),
}
PEOPLE = (*ROLES, "viewer", "editor", "admin", None, "public")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Path]:
    """In each place one report with a version and a file; where the files are."""
    folder = tmp_path_factory.mktemp("reports")
    paper = folder / "a.pdf"
    paper.write_bytes(b"%PDF-1.7")
    with standing(django_db_blocker):
        make_tree()
        for code in CODES.values():
            item = make_item(f"T10-{code}-001", code)
            row = make_report(item, "2026-M10", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 6), done="x")
            attach_evidence(doing("tests"), load_rules(), Archive(folder / "archive"), item.code, paper, "a.pdf",
                            report=row.pk)  # fmt: skip
            move_report(doing("tests"), row.pk, "hand_over", None)
            move_report(doing("tests"), row.pk, "take_back", None)
        yield folder / "archive"


@pytest.fixture
def world(archive: Path, db: None, settings: Any) -> dict[str, ProgressReport]:
    settings.CONFIG = replace(settings.CONFIG, archive=archive)
    return {place: ProgressReport.objects.get(item__code=f"T10-{code}-001") for place, code in CODES.items()}


def somebody(role: str | None) -> tuple[Client, User | None]:
    client = Client()
    if role == "public":
        return client, None
    if role in ROLES:
        user = make_people(CODES["own"], (str(role),))[str(role)]
    else:
        user = User.objects.create(username="somebody", role=role or "member")
    client.force_login(user)
    return client, user


def address(name: str, row: ProgressReport) -> str:
    file = row.evidence.get().pk
    return f"/work/reports/{row.pk}/" + {
        "work-report": "", "work-report-version": "versions/1/", "work-report-evidence": f"evidence/{file}/",
        "work-report-save": "save/", "work-report-step": "step/", "work-report-remark": "remark/",
        "work-report-attach": "evidence/", "work-report-strike": f"evidence/{file}/strike/",
    }[name]  # fmt: skip


def close_file(answer: Any) -> None:
    """Close the file alone: closing the whole answer would close the test's connection to the database."""
    for close in answer._resource_closers:
        close()


def test_the_table_holds_every_address_that_takes_a_report() -> None:
    found = {str(pattern.name) for pattern in get_resolver().url_patterns
             if str(getattr(pattern, "pattern", "")).startswith("work/reports/<")}  # fmt: skip
    assert found == set(ADDRESSES)


@pytest.mark.parametrize("role", PEOPLE)
def test_role_by_address_by_place(world: dict[str, ProgressReport], role: str | None) -> None:
    client, _user = somebody(role)
    for name, (way, good, who) in ADDRESSES.items():
        for place, row in world.items():
            wanted = 302 if role == "public" else good if place in who.get(str(role), frozenset()) else 403
            got = getattr(client, way)(address(name, row))
            if got.streaming:
                close_file(got)
            assert got.status_code == wanted, (role, name, place, got.status_code)
            if role == "public":
                assert got["Location"].startswith("/account/sign-in/?next="), (name, place)


@pytest.mark.parametrize("role", PEOPLE)
def test_role_by_move_by_place(world: dict[str, ProgressReport], role: str | None) -> None:
    client, _user = somebody(role)
    for move, who in MOVES.items():
        for place, row in world.items():
            ProgressReport.objects.filter(pk=row.pk).update(state=STATES[move], written_by=None)
            with unrendered():
                got = client.post(address("work-report-step", row), {"action": move, "reason": "因为"})
            row.refresh_from_db()
            moved = row.state != STATES[move]
            assert moved is (place in who.get(str(role), frozenset())), (role, move, place, got.status_code)


@pytest.mark.parametrize("role", PEOPLE)
def test_the_list_shows_what_may_be_read(world: dict[str, ProgressReport], role: str | None) -> None:
    client, _user = somebody(role)
    got = client.get("/work/reports/")
    if role == "public":
        assert got.status_code == 302
        return
    reads = READS.get(str(role), frozenset())
    assert got.status_code == (200 if reads else 403)
    for form in ("", "?format=csv"):
        page = client.get(f"/work/reports/{form}").content.decode()
        for place, row in world.items():
            assert (row.item.code in page) is (place in reads), (role, place, form)


@pytest.mark.parametrize("role", [*ROLES, "admin", None])
def test_my_work_shows_what_waits_for_me(world: dict[str, ProgressReport], role: str | None) -> None:
    client, _user = somebody(role)
    states = dict(zip(world, ("draft", "in_review", "reviewed", "submitted", "accepted"), strict=True))
    for place, row in world.items():
        ProgressReport.objects.filter(pk=row.pk).update(state=states[place], written_by=None)
    page = client.get("/work/").content.decode()
    seen = {place for place, row in world.items() if f"/work/reports/{row.pk}/" in page}
    # own: a draft; below: to review; above: to hand in; beside: to accept; elsewhere: to publish.
    assert seen == {
        "reporter": {"own"}, "reviewer": {"own", "below"}, "head": {"below"}, "office": {"beside", "elsewhere"},
    }.get(str(role), set())  # fmt: skip


def test_many_at_once_each_by_its_own_right(world: dict[str, ProgressReport]) -> None:
    client, user = somebody("reviewer")
    ProgressReport.objects.update(state="in_review", written_by=None)
    ProgressReport.objects.filter(pk=world["own"].pk).update(written_by=user)
    chosen = [row.pk for row in world.values()]
    got = client.post("/work/move/", {"action": "pass", "report": chosen}, follow=True)
    page = got.content.decode()
    assert "审核通过：1 份" in page and "填写报告的人不能审核" in page
    states = {place: ProgressReport.objects.get(pk=row.pk).state for place, row in world.items()}
    # Below it passes; the own one they wrote themselves; the others are not theirs.
    assert states == {place: "reviewed" if place == "below" else "in_review" for place in CODES}
    client.post("/work/move/", {"action": "unpublish", "report": chosen})
    assert ProgressReport.objects.filter(state="in_review").count() == 4


def test_a_file_comes_as_a_file(world: dict[str, ProgressReport]) -> None:
    client, _user = somebody("auditor")
    got = client.get(address("work-report-evidence", world["own"]))
    assert got["Content-Type"] == "application/octet-stream"
    assert got["Content-Disposition"] == 'attachment; filename="a.pdf"'
    assert b"".join(got.streaming_content) == b"%PDF-1.7"
    close_file(got)
    # A file of another report under this one's address.
    other = world["below"].evidence.get().pk
    assert client.get(f"/work/reports/{world['own'].pk}/evidence/{other}/").status_code == 404
