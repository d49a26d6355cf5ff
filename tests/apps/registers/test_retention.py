"""Past their years fields are shown to nobody: every page, file and reading, the search, proposals, papers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from saishang.apps.core.actions import verify_chain
from saishang.apps.core.models import ActionLogEntry
from saishang.apps.organisations.models import User
from saishang.apps.registers import kinds as known
from saishang.apps.registers import queries
from saishang.apps.registers.actions import (
    EvidenceFile,
    Wish,
    accept_proposal,
    add_entry,
    change_entry,
    move_entry,
    propose_entry,
    return_proposal,
)
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Entry, Version
from saishang.apps.registers.retention import hide_expired
from saishang.apps.registers.retention_job import HIDE
from saishang.apps.registers.search import _entries
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import read_place
from tests.work_world import make_people, make_tree

pytestmark = pytest.mark.django_db
RULES = load_rules()
KIND = "/registers/beautiful_cells/"
GOOD = {"code": "MLXB-001", "name": "示范社区", "region": "640104", "kind": "community", "applicant": "某街道",
        "contact": "王小明电话"}  # fmt: skip
SECRET, PDF = "王小明电话", b"%PDF-1.7 paper"
POINT = read_place({"type": "Point", "coordinates": [106.2, 38.4]}, "point")
#: Withdrawn on 10 May 2023: the contact is shown until 10 May 2026.
ENDED, LAST, AFTER = date(2023, 5, 10), date(2026, 5, 10), date(2026, 5, 11)


@pytest.fixture
def cells(tmp_path: Path) -> Iterator[Kind]:
    """The kind with a contact that everybody sees, and a paper that is kept as long."""
    before = settings.CONFIG
    settings.CONFIG = replace(before, archive=tmp_path / "archive")
    kind = kind_of(RULES, "beautiful_cells")
    fields = dict(kind.fields)
    fields["contact"] = replace(fields["contact"], public=True, in_list=True)
    evidence = dict(kind.evidence) | {"withdrawal": replace(kind.evidence["withdrawal"], kept_years=3)}
    kind = replace(kind, fields=fields, evidence=evidence)
    with patch.dict(known._READ, {RULES.digest: dict(known.kinds(RULES)) | {kind.id: kind}}):
        yield kind
    settings.CONFIG = before


@pytest.fixture
def people() -> dict[str, User]:
    make_tree()
    made = {}
    for code in ("NX-STT", "640104"):
        made |= {f"{code} {role}": user for role, user in make_people(code).items()}
    made["editor"] = User.objects.create_user("editor", role="editor")
    return made


@contextmanager
def on(day: date) -> Iterator[None]:
    """Let it be that day in China; a moment keeps its own."""
    true = timezone.localdate
    with patch.object(timezone, "localdate", side_effect=lambda value=None, *more: true(value) if value else day):
        yield


def ended(kind: Kind, tmp_path: Path) -> Entry:
    row = add_entry("tests", kind, RULES, GOOD, today=date(2022, 1, 1), place=POINT)
    change_entry(
        "tests", kind, RULES, row.pk, GOOD | {"name": "改名社区"}, number=1, today=date(2022, 6, 1), place=POINT
    )
    paper = tmp_path / "withdrawal.pdf"
    paper.write_bytes(PDF)
    archive = Archive(settings.CONFIG.archive)
    return move_entry("tests", kind, RULES, archive, row.pk, "withdraw",
                      [EvidenceFile("withdrawal", paper.name, paper)], number=2, today=ENDED)  # fmt: skip


def client(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


def test_every_page_and_file_hides_it_from_the_day_after(people: dict[str, User], cells: Kind, tmp_path: Path) -> None:
    row = ended(cells, tmp_path)
    sha256 = Version.objects.get(entry=row, number=3).evidence[0]["sha256"]
    at = f"{KIND}{row.pk}/"
    addresses = [
        KIND, f"{KIND}?format=csv", f"{KIND}?format=csv&table=form", f"{KIND}?on=2022-03-01",
        f"{KIND}?on=2022-03-01&format=csv&table=form", f"{KIND}places.geojson", f"{KIND}places.geojson?on=2022-03-01",
        at, f"{at}?format=csv", f"{at}?format=csv&table=fields", f"{at}edit/",
    ]  # fmt: skip
    with on(LAST):
        editor = client(people["editor"])
        for address in addresses:
            assert SECRET in editor.get(address).content.decode(), address
        assert b"".join(editor.get(f"{at}evidence/{sha256}/")) == PDF  # type: ignore[arg-type]
    with on(AFTER):
        for visitor in (client(people["editor"]), client(people["NX-STT head"]), client(people["640104 head"])):
            for address in addresses:
                assert SECRET not in visitor.get(address).content.decode(), address
            page = visitor.get(at).content.decode()
            assert "保存期已满，不再显示" in page and sha256 not in page
            assert visitor.get(f"{at}evidence/{sha256}/").status_code == 404
        # Everything else of it is there.
        assert "改名社区" in Client().get(f"{KIND}?format=csv").content.decode()
        readings = [queries.entry(cells, row.pk), *queries.entries(cells)]
        readings += queries.entries(cells, queries.Filter(on=LAST))
        readings += [step.content for step in queries.history(cells, row.pk)]
        readings += [view for spans in queries.timelines(cells).values() for _first, _last, view in spans]
        assert len(readings) >= 6
        assert all(view is not None and view.values["contact"] is None for view in readings)
    # Nothing is lost: the rows are as they were.
    assert Version.objects.filter(values__contact=SECRET).count() == 3


def test_an_entry_that_begins_anew_shows_it_again(cells: Kind, tmp_path: Path) -> None:
    row = ended(cells, tmp_path)
    paper = tmp_path / "again.pdf"
    paper.write_bytes(PDF)
    with on(AFTER):
        move_entry("tests", cells, RULES, Archive(settings.CONFIG.archive), row.pk, "apply",
                   [EvidenceFile("application", paper.name, paper)], number=3, today=AFTER)  # fmt: skip
        view = queries.entry(cells, row.pk)
        assert view is not None and view.values["contact"] == SECRET


def test_a_form_that_has_it_empty_does_not_lose_it(people: dict[str, User], cells: Kind, tmp_path: Path) -> None:
    row = ended(cells, tmp_path)
    with on(AFTER):
        given = GOOD | {"name": "又改", "contact": "", "number": "3", "place": "106.2, 38.4"}
        assert client(people["editor"]).post(f"{KIND}{row.pk}/edit/", given).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.number, row.values["contact"]) == ("又改", 4, SECRET)


def test_the_round_empties_the_search_and_writes_it_down_once(cells: Kind, tmp_path: Path) -> None:
    row = ended(cells, tmp_path)
    going = add_entry("tests", cells, RULES, GOOD | {"code": "MLXB-002"}, today=date(2022, 1, 1))

    def found() -> list[bool]:
        texts = {document.key: document.text for document in _entries(None)}
        return [SECRET in texts[str(one.pk)] for one in (row, going)]

    with on(LAST):
        assert hide_expired(RULES, LAST).hidden == 0 and found() == [True, True]
    with on(AFTER):
        # The search that is built anew leaves it out whether the round has run or not.
        assert found() == [False, True]
        assert hide_expired(RULES, AFTER).hidden == 1
        assert hide_expired(RULES, AFTER).hidden == 0
    row.refresh_from_db()
    going.refresh_from_db()
    assert SECRET not in row.words and "改名社区" in row.words and SECRET in going.words and row.hidden == ["contact"]
    (entry,) = ActionLogEntry.objects.filter(verb="registers.hide")
    assert entry.after == {"hidden": ["contact"], "key": "MLXB-001", "ended": "2023-05-10"}
    assert SECRET not in str(entry.after) and verify_chain() == []
    assert list(queries.unlogged_versions()) == []
    # A change later does not bring the words back.
    change_entry("tests", cells, RULES, row.pk, GOOD | {"name": "又改"}, number=3, today=AFTER, place=POINT)
    row.refresh_from_db()
    assert SECRET not in row.words
    assert HIDE.schedule is not None and HIDE.schedule.days == 1


def test_proposals_hide_it_as_well(people: dict[str, User], cells: Kind, tmp_path: Path) -> None:
    archive = Archive(settings.CONFIG.archive)
    reporter, head = people["640104 reporter"], people["NX-STT head"]
    taken = propose_entry(reporter, cells, RULES, archive, Wish("add", given=GOOD), today=date(2022, 1, 1))
    row = accept_proposal(head, cells, RULES, archive, taken.pk, today=date(2022, 1, 1))
    back = propose_entry(reporter, cells, RULES, archive, Wish("add", given=GOOD | {"code": "MLXB-009"}),
                         today=date(2022, 1, 1))  # fmt: skip
    return_proposal(head, cells, back.pk, remark="不符")
    paper = tmp_path / "withdrawal.pdf"
    paper.write_bytes(PDF)
    papers = [EvidenceFile("withdrawal", "w.pdf", paper)]
    move_entry("tests", cells, RULES, archive, row.pk, "withdraw", papers, number=1, today=ENDED)
    decided = timezone.localdate()
    far = date(decided.year + 4, 1, 1)  # what was never entered ends with the decision about it
    for proposal, first in ((taken, AFTER), (back, far)):
        at = f"{KIND}proposals/{proposal.pk}/"
        for visitor in (client(head), client(reporter)):
            with on(LAST):
                assert SECRET in visitor.get(at).content.decode()
        with on(first):
            for visitor in (client(head), client(reporter)):
                assert SECRET not in visitor.get(at).content.decode()
                assert SECRET not in visitor.get(f"{at}?format=csv").content.decode()
    with on(far):
        form = client(reporter).get(f"{KIND}new/?again={back.pk}").content.decode()
        assert "MLXB-009" in form and SECRET not in form
