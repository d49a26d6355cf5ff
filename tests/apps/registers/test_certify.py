"""Steps that certify: role × step × place by hand, four eyes, the certificate on the entry, re-examinations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from saishang.apps.core.actions import verify_chain
from saishang.apps.organisations.models import User
from saishang.apps.registers import queries
from saishang.apps.registers.actions import (
    EntryFaults,
    EvidenceFile,
    Wish,
    accept_proposal,
    add_entry,
    change_entry,
    move_entry,
    propose_entry,
    return_proposal,
)
from saishang.apps.registers.actions.write import EntryRefused
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Entry, Proposal
from saishang.apps.registers.permits import certifies_for, had_a_hand, may_certify, may_make, may_see_inside
from saishang.apps.registers.work import to_certify
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from saishang.science.register.kind import Kind
from tests.work_world import make_people, make_tree

RULES = load_rules()
CELLS = kind_of(RULES, "beautiful_cells")
#: Certified by the city's government, kept by the department.
ZERO = kind_of(RULES, "zero_waste_cells")
JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))
GOOD = {"code": "MLXB-001", "name": "示范社区", "region": "640104", "kind": "community", "applicant": "某街道",
        "criteria": "2025版", "score": "92", "reviewer": "评审组"}  # fmt: skip
CELL = {"code": "WF-001", "name": "示范小区", "region": "640104", "kind": "community"}
OTHER = "NX-SLT"

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User]:
    make_tree()
    made = {}
    for code in ("NX-STT", "640104", "640100", "640200", OTHER):
        made |= {f"{code} {role}": user for role, user in make_people(code).items()}
    made["editor"] = User.objects.create_user("editor", role="editor")
    made["admin"] = User.objects.create_user("boss", role="admin")
    return made


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def paper(folder: Path, *names: str) -> list[EvidenceFile]:
    found = []
    for name in names:
        path = folder / f"{name}.pdf"
        path.write_bytes(b"%PDF-1.7 " + name.encode())
        found.append(EvidenceFile(name, path.name, path))
    return found


def move(
    who: Any, kind: Kind, archive: Archive, row: Entry, action: str, papers: Sequence[str], day: date, **more: Any
) -> Entry:
    row.refresh_from_db()
    folder = archive.root.parent
    return move_entry(who, kind, RULES, archive, row.pk, action, paper(folder, *papers), number=row.number, today=day,
                      **more)  # fmt: skip


def cell(archive: Archive, state: str = "reviewed", **more: str) -> Entry:
    row = add_entry("tests", CELLS, RULES, GOOD | more, today=JAN)
    if state != "applied":
        move("tests", CELLS, archive, row, "review", ["score_sheet"], JAN)
    return row


#: Who makes which step at once, of a cell in county 640104, by hand: reviewers of the owner (and the leading group's
#: office, and the workshop) review; only heads of the certifying department name; the applicant's side applies again.
REVIEWERS = {"NX-STT reviewer", "NX-STT head", "editor", "admin"} | {
    f"{code} office" for code in ("NX-STT", "640104", "640100", "640200", OTHER)
}  # fmt: skip
MAKES = {
    "review": REVIEWERS,
    "name": {"NX-STT head"},
    "pass": {"NX-STT head"},
    "withdraw": {"NX-STT head"},
    "apply": REVIEWERS
    | {f"{code} {role}" for code in ("NX-STT", "640104") for role in ("reporter", "reviewer", "head")},
}


@pytest.mark.parametrize("action", sorted(MAKES))
def test_role_by_step_by_place(people: dict[str, User], action: str) -> None:
    assert {name for name, user in people.items() if may_make(user, CELLS, "640104", action)} == MAKES[action]


def test_a_government_certifies_what_lies_in_its_city(people: dict[str, User]) -> None:
    def those(region: str) -> set[str]:
        return {name for name, user in people.items() if may_certify(user, ZERO, region)}

    assert those("640104") == those("640100") == {"640100 head"}
    assert those("640202") == {"640200 head"}
    assert those("") == set() and not may_certify(people["640100 head"], CELLS, "640104")
    # A command of the server's keeper writes what it has to.
    assert may_certify("tests", ZERO, "640104")
    assert "640104" in (certifies_for(people["640100 head"], ZERO, RULES) or [])
    assert "640202" not in (certifies_for(people["640100 head"], ZERO, RULES) or ["640202"])
    assert certifies_for(people["NX-STT head"], CELLS, RULES) is None
    assert certifies_for(people["640200 head"], CELLS, RULES) == []


def test_a_certifier_of_another_agency_sees_the_thing_and_only_it(people: dict[str, User]) -> None:
    closed = replace(ZERO, public=False)
    head = people["640100 head"]
    assert may_see_inside(head, closed, "640104") and not may_see_inside(head, closed, "640202")
    assert not may_see_inside(head, closed)


def test_who_certifies_and_what_it_leaves(people: dict[str, User], archive: Archive) -> None:
    row = cell(archive)
    for who in ("NX-STT reviewer", "editor", "admin", "640104 head", f"{OTHER} head", "640000 office"):
        if who not in people:
            continue
        with pytest.raises(EntryRefused, match="made by the agency that certifies") as refused:
            move(people[who], CELLS, archive, row, "name", ["notice"], FEB)
        assert refused.value.code == "not-permitted"
    assert Entry.objects.get(pk=row.pk).state == "reviewed"
    head = people["NX-STT head"]
    with pytest.raises(EntryFaults) as lacks:
        move(head, CELLS, archive, row, "name", ["notice"], FEB)
    assert {fault.field for fault in lacks.value.faults} == {"document"}
    with pytest.raises(EntryFaults, match="end before the day") as wrong:
        move(head, CELLS, archive, row, "name", ["notice"], FEB,
             certificate={"number": "宁环函〔2026〕1号", "until": "2026-01-31"})  # fmt: skip
    assert [fault.field for fault in wrong.value.faults] == ["valid_until"]
    move(head, CELLS, archive, row, "name", ["notice"], FEB,
         certificate={"number": "宁环函〔2026〕1号", "day": "", "until": "2026-02-01"})  # fmt: skip
    row.refresh_from_db()
    assert (row.state, row.number, row.effective) == ("named", 3, FEB)
    assert [row.values[name] for name in ("document", "named_on", "valid_until", "checked_on")] == [
        "宁环函〔2026〕1号", "2026-02-01", "2026-02-01", None,
    ]  # fmt: skip
    assert verify_chain() == [] and list(queries.unlogged_versions()) == []


def test_nobody_certifies_what_he_had_a_hand_in(people: dict[str, User], archive: Archive) -> None:
    head, reviewer = people["NX-STT head"], people["NX-STT reviewer"]
    # Made the review himself, at once.
    first = cell(archive, "applied")
    move(head, CELLS, archive, first, "review", ["score_sheet"], JAN)
    # Accepted the application.
    added = Wish("add", given=GOOD | {"code": "MLXB-002"})
    asked = propose_entry(people["640104 reporter"], CELLS, RULES, archive, added, today=JAN)
    second = accept_proposal(head, CELLS, RULES, archive, asked.pk, today=JAN)
    move(reviewer, CELLS, archive, second, "review", ["score_sheet"], JAN)
    # Proposed a change, which somebody else accepted.
    third = cell(archive, code="MLXB-003")
    wish = Wish("change", third.pk, 2, GOOD | {"code": "MLXB-003", "score": "93"})
    changed = propose_entry(head, CELLS, RULES, archive, wish, today=JAN)
    accept_proposal(reviewer, CELLS, RULES, archive, changed.pk, today=JAN)
    # Returned one.
    fourth = cell(archive, code="MLXB-004")
    wish = Wish("change", fourth.pk, 2, GOOD | {"code": "MLXB-004", "score": "93"})
    back = propose_entry(people["640104 reporter"], CELLS, RULES, archive, wish, today=JAN)
    return_proposal(head, CELLS, back.pk, remark="不符")
    for row in (first, second, third, fourth):
        assert had_a_hand(head, CELLS, row.pk)
        with pytest.raises(EntryRefused, match="nobody certifies what he"):
            move(head, CELLS, archive, row, "name", ["notice"], FEB, certificate={"number": "1"})
        assert not had_a_hand(people["640104 head"], CELLS, row.pk)
    # His own certifying steps are none of it.
    fifth = cell(archive, code="MLXB-005")
    move(head, CELLS, archive, fifth, "name", ["notice"], FEB, certificate={"number": "1"})
    assert not had_a_hand(head, CELLS, fifth.pk)
    move(head, CELLS, archive, fifth, "warn", ["recheck"], MAR)


def test_a_certifying_step_is_not_proposed_nor_the_certificate_rewritten(
    people: dict[str, User], archive: Archive, tmp_path: Path
) -> None:
    row = cell(archive)
    wish = Wish("move:name", row.pk, 2, files=paper(tmp_path, "notice"))
    with pytest.raises(EntryRefused, match="made by the agency that certifies"):
        propose_entry(people["640104 head"], CELLS, RULES, archive, wish, today=FEB)
    # Before the naming the applicant may still write what he likes into the form.
    early = Wish("change", row.pk, 2, GOOD | {"document": "草稿"})
    propose_entry(people["640104 head"], CELLS, RULES, archive, early, today=FEB)
    move(people["NX-STT head"], CELLS, archive, row, "name", ["notice"], FEB, certificate={"number": "1"})
    given = GOOD | {"document": "1", "named_on": "2026-02-01"}
    for field, text in (("document", "2"), ("valid_until", "2036-01-01"), ("checked_on", "2026-02-01")):
        with pytest.raises(EntryFaults, match="written by the agency that certifies") as refused:
            propose_entry(people["640104 head"], CELLS, RULES, archive,
                          Wish("change", row.pk, 3, given | {field: text}), today=FEB)  # fmt: skip
        assert [fault.field for fault in refused.value.faults] == [field]
    last = Wish("change", row.pk, 3, given | {"contact": "张三"})
    kept = propose_entry(people["640104 head"], CELLS, RULES, archive, last, today=FEB)
    assert kept.state == "open" and Proposal.objects.count() == 2
    # A slip of the pen is mended by the workshop, on the record.
    assert change_entry(people["editor"], CELLS, RULES, row.pk, given | {"document": "3"}, number=3, today=FEB)


def test_a_re_examination_renews_the_term(people: dict[str, User], archive: Archive) -> None:
    """Re-check three years after naming, then three years after the last look: 36 months each, by the calendar."""
    head = people["NX-STT head"]
    row = cell(archive)
    move(head, CELLS, archive, row, "name", ["notice"], FEB, certificate={"number": "1", "until": "2027-01-31"})

    def due() -> dict[str, date]:
        return {term.term: term.on for term in queries.due(CELLS, queries.entries(CELLS))}

    assert due() == {"recheck": date(2029, 2, 1), "expiry": date(2027, 1, 31)}
    assert Entry.objects.get(pk=row.pk).due == date(2027, 1, 31)
    move(head, CELLS, archive, row, "pass", ["recheck"], MAR, certificate={"until": "2030-02-28", "number": "x"})
    row.refresh_from_db()
    # The name goes on from the day on which it was given; number and day are those of the certificate.
    assert (row.state, row.since, row.effective) == ("named", FEB, MAR)
    assert [row.values[name] for name in ("document", "named_on", "checked_on")] == ["1", "2026-02-01", "2026-03-01"]
    assert due() == {"recheck": date(2029, 3, 1), "expiry": date(2030, 2, 28)}
    move(head, CELLS, archive, row, "warn", ["recheck"], MAR)
    assert due() == {"mend": date(2026, 9, 1)}
    move(head, CELLS, archive, row, "restore", ["recheck"], APR)
    assert due() == {"recheck": date(2029, 4, 1), "expiry": date(2030, 2, 28)}
    # Named anew after it was withdrawn: the older look is none of the new certificate.
    move(head, CELLS, archive, row, "withdraw", ["withdrawal"], APR)
    move(people["640104 reporter"], CELLS, archive, row, "apply", ["application"], APR)
    move("tests", CELLS, archive, row, "review", ["score_sheet"], date(2026, 5, 1))
    move(head, CELLS, archive, row, "name", ["notice"], date(2026, 6, 1), certificate={"number": "9"})
    row.refresh_from_db()
    assert row.values["checked_on"] is None and due()["recheck"] == date(2029, 6, 1)


def test_what_waits_for_a_certifier(people: dict[str, User], archive: Archive) -> None:
    cell(archive, "applied")
    waits = cell(archive, code="MLXB-002")
    zero = add_entry("tests", ZERO, RULES, CELL, today=JAN)
    move("tests", ZERO, archive, zero, "check", ["check"], JAN)
    beside = add_entry("tests", ZERO, RULES, CELL | {"code": "WF-002", "region": "640202"}, today=JAN)
    move("tests", ZERO, archive, beside, "check", ["check"], JAN)

    def listed(who: str) -> list[int]:
        return list(to_certify(people[who], RULES).values_list("pk", flat=True))

    assert listed("NX-STT head") == [waits.pk]
    assert listed("640100 head") == [zero.pk] and listed("640200 head") == [beside.pk]
    assert not listed("640104 head") and not listed("editor") and not listed("NX-STT reviewer")
