"""Proposals against a real database: who may, four eyes, the race, the log, and what a refused one leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from saishang.apps.core.actions import verify_chain
from saishang.apps.core.models import ActionLogEntry
from saishang.apps.notices.kinds import words_of
from saishang.apps.notices.models import Notice
from saishang.apps.organisations.models import User
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
    take_back_proposal,
)
from saishang.apps.registers.actions.write import EntryRefused
from saishang.apps.registers.models import Entry, Movement, Proposal, Version
from saishang.apps.registers.permits import may_propose, may_review, may_see_inside, proposes_somewhere
from saishang.apps.registers.queries import unlogged_versions
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import read_place
from tests.registers_world import GOOD, OWNER, owned_plots
from tests.work_world import ROLES, make_people, make_tree

RULES = load_rules()
JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))
SQUARE = read_place(
    {"type": "Polygon", "coordinates": [[[106.2, 38.4], [106.3, 38.4], [106.3, 38.5], [106.2, 38.5], [106.2, 38.4]]]},
    "polygon",
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def plots() -> Iterator[Kind]:
    with owned_plots() as kind:
        yield kind


@pytest.fixture
def people() -> dict[str, User]:
    """Everybody of the owner, of a county, the city above it, another city, another department, and an office below."""
    make_tree()
    made = {}
    for code in (OWNER, "640104", "640100", "640200", "NX-SLT", "NX-STT-DQC", "640000"):
        made |= {f"{code} {role}": user for role, user in make_people(code).items()}
    made["editor"] = User.objects.create_user("editor", role="editor")
    made["viewer"] = User.objects.create_user("viewer", role="viewer")
    return made


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def entry(kind: Kind, **changes: str) -> Entry:
    return add_entry("tests", kind, RULES, GOOD | changes, today=JAN, place=SQUARE)


def change(row: Entry, **changes: str) -> Wish:
    return Wish("change", row.pk, row.number, GOOD | changes, SQUARE, reason="实测")


def propose(people: dict[str, User], who: str, kind: Kind, archive: Archive, wish: Wish, day: date = FEB) -> Proposal:
    return propose_entry(people[who], kind, RULES, archive, wish, today=day)


#: Who proposes for a plot in county 640104 and who reviews, written by hand. The county's own government and the owner
#: propose; neither the city above, nor the office below the owner, nor anybody else.
PROPOSE = {
    f"{code} {role}" for code in (OWNER, "640104") for role in ("reporter", "reviewer", "head")
}  # fmt: skip
REVIEW = {f"{OWNER} reviewer", f"{OWNER} head", "editor"} | {
    f"{code} office" for code in (OWNER, "640104", "640100", "640200", "NX-SLT", "NX-STT-DQC", "640000")
}  # fmt: skip
#: Who proposes for something that lies in no region: the owner alone.
OWNERS = {f"{OWNER} {role}" for role in ("reporter", "reviewer", "head")}
#: Somewhere: every government of a region, too, for things in its own.
SOMEWHERE = {
    f"{code} {role}" for code in (OWNER, "640104", "640100", "640200", "640000")
    for role in ("reporter", "reviewer", "head")
}  # fmt: skip
#: Who sees what is not public of the whole register: the owner's people with a role that sees, those whose role sees
#: everything, those who review, and the posts. A head or reviewer of the region sees everything below it, too.
INSIDE = (
    {f"{OWNER} {role}" for role in ROLES} | REVIEW | {"viewer"} | {"640000 reviewer", "640000 head"}
    | {f"{code} {role}" for code in ("640104", "640100", "640200", "NX-SLT", "NX-STT-DQC", "640000")
       for role in ("assessor", "auditor")}
)  # fmt: skip


def test_who_may_by_a_table(people: dict[str, User], plots: Kind) -> None:
    def those(test: Any) -> set[str]:
        return {name for name, user in people.items() if test(user)}

    assert those(lambda user: may_propose(user, plots, "640104")) == PROPOSE
    assert those(lambda user: may_propose(user, plots)) == OWNERS
    assert those(lambda user: may_propose(user, plots, "")) == OWNERS
    assert those(lambda user: proposes_somewhere(user, plots, RULES)) == SOMEWHERE
    assert those(lambda user: may_review(user, plots)) == REVIEW
    assert those(lambda user: may_see_inside(user, plots)) == INSIDE
    assert those(lambda user: may_see_inside(user, plots, "640104")) == INSIDE | PROPOSE
    # Without an owner the register is the workshop's alone, whoever reaches everything.
    alone = replace(plots, owner="")
    assert not those(lambda user: may_propose(user, alone, "640104") or proposes_somewhere(user, alone, RULES))
    assert those(lambda user: may_review(user, alone)) == {"editor"}


def test_of_a_change_both_places_have_to_be_covered(people: dict[str, User], plots: Kind) -> None:
    """From county to city: neither government alone, the owner, and who holds both."""
    both = people["640104 reporter"]
    assert not may_propose(both, plots, "640104", "640200") and not may_propose(both, plots, "640200", "640104")
    assert not may_propose(people["640200 reporter"], plots, "640104", "640200")
    assert may_propose(people[f"{OWNER} reporter"], plots, "640104", "640200")
    from saishang.apps.organisations.models import Membership, Organisation

    Membership.objects.create(user=both, organisation=Organisation.objects.get(code="640200"), role="reporter",
                              first=JAN, granted_by="t", reason="x")  # fmt: skip
    assert may_propose(both, plots, "640104", "640200") and may_propose(both, plots, "640200", "640104")


def test_a_new_entry_waits_and_is_accepted_by_somebody_else(
    people: dict[str, User], plots: Kind, archive: Archive
) -> None:
    wish = Wish("add", given=GOOD, place=SQUARE, reason="普查")
    row = propose(people, "640104 reporter", plots, archive, wish)
    assert (row.state, row.organisation.code, row.key, row.title, row.region, row.effective) == (
        "open", "640104", "640104-001", "老化工厂地块", "640104", FEB,
    )  # fmt: skip
    # Nothing of the trial stays: no entry, no version, no sum, one line of the log.
    assert not (Entry.objects.exists() or Version.objects.exists() or Movement.objects.exists())
    assert [one.verb for one in ActionLogEntry.objects.filter(verb__startswith="registers.")] == ["registers.propose"]
    made = accept_proposal(people[f"{OWNER} head"], plots, RULES, archive, row.pk, today=MAR, remark="属实")
    assert (made.key, made.number, made.effective, made.place) == ("640104-001", 1, FEB, dict(SQUARE.geometry))
    (version,) = Version.objects.all()
    assert version.actor == people[f"{OWNER} head"] and version.actor_name == f"{OWNER}-head"
    assert version.reason == f"普查（兴庆区党委和政府第 {row.pk} 号提交）"
    row.refresh_from_db()
    assert (row.state, row.made, row.made_number, row.decided_name, row.remark) == (
        "accepted", made, 1, f"{OWNER}-head", "属实",
    )  # fmt: skip
    log = list(ActionLogEntry.objects.filter(verb__startswith="registers.").order_by("sequence"))
    assert [(one.verb, one.actor_name, one.object_id) for one in log] == [
        ("registers.propose", "640104-reporter", f"construction_plots/{row.pk}"),
        ("registers.add", f"{OWNER}-head", f"construction_plots/{made.pk}"),
        ("registers.accept_proposal", f"{OWNER}-head", f"construction_plots/{row.pk}"),
    ]
    assert log[2].after["proposer"] == "640104-reporter"
    assert verify_chain() == [] and list(unlogged_versions()) == []


def test_faults_come_back_to_the_proposer_and_leave_nothing(
    people: dict[str, User], plots: Kind, archive: Archive
) -> None:
    before = ActionLogEntry.objects.count()
    with pytest.raises(EntryFaults) as refused:
        propose(people, "640104 reporter", plots, archive, Wish("add", given=GOOD | {"code": "短", "area": ""}))
    assert {fault.field for fault in refused.value.faults} == {"code", "area"}
    entry(plots)
    with pytest.raises(EntryFaults, match="has an entry with this key"):
        propose(people, "640104 reporter", plots, archive, Wish("add", given=GOOD))
    same = Wish("change", Entry.objects.get().pk, 1, GOOD, SQUARE)
    with pytest.raises(EntryRefused, match="nothing would change"):
        propose(people, "640104 reporter", plots, archive, same)
    late = Wish("add", given=GOOD | {"code": "640104-002"}, effective=MAR)
    with pytest.raises(EntryRefused, match="until today"):
        propose(people, "640104 reporter", plots, archive, late)
    assert not Proposal.objects.exists() and not Notice.objects.exists()
    assert ActionLogEntry.objects.count() == before + 1  # the entry of this test itself


@pytest.mark.parametrize("who", ["640100 reporter", "640200 head", "NX-SLT reporter", "NX-STT-DQC reporter",
                                 "640000 office", "640104 auditor", "viewer"])  # fmt: skip
def test_others_propose_nothing(who: str, people: dict[str, User], plots: Kind, archive: Archive) -> None:
    row = entry(plots)
    for wish in (Wish("add", given=GOOD | {"code": "640104-002"}), change(row, name="别名"),
                 Wish("withdraw", row.pk, 1, reason="重复")):  # fmt: skip
        with pytest.raises(EntryRefused, match="may not propose") as refused:
            propose(people, who, plots, archive, wish)
        assert refused.value.code == "not-permitted"
    assert not Proposal.objects.exists()


def test_nobody_carries_a_thing_to_a_place_of_others(people: dict[str, User], plots: Kind, archive: Archive) -> None:
    row = entry(plots)
    with pytest.raises(EntryRefused, match="for this place") as refused:
        propose(people, "640104 reporter", plots, archive, change(row, region="640200"))
    assert refused.value.where == "region"
    assert propose(people, f"{OWNER} reporter", plots, archive, change(row, region="640200")).organisation.code == OWNER


def test_proposers_and_reviewers_write_nothing_at_once(people: dict[str, User], plots: Kind) -> None:
    row = entry(plots)
    for who in ("640104 reporter", f"{OWNER} reviewer", f"{OWNER} head", "640000 office"):
        with pytest.raises(EntryRefused, match="may not change registers"):
            change_entry(people[who], plots, RULES, row.pk, GOOD | {"name": "别名"}, number=1, today=FEB)
    assert change_entry(people["editor"], plots, RULES, row.pk, GOOD | {"name": "别名"}, number=1, today=FEB)


def papers(folder: Path) -> list[EvidenceFile]:
    found = []
    for name in ("survey_report", "survey_review"):
        path = folder / f"{name}.pdf"
        path.write_bytes(b"%PDF-1.7 " + name.encode())
        found.append(EvidenceFile(name, path.name, path))
    return found


def test_a_move_is_proposed_with_its_files(
    people: dict[str, User], plots: Kind, archive: Archive, tmp_path: Path
) -> None:
    row = entry(plots, land_class="1")
    with pytest.raises(EntryRefused):
        propose(people, "640104 head", plots, archive, Wish("move:survey_within", row.pk, 1))
    files = papers(tmp_path)
    asked = propose(people, "640104 head", plots, archive, Wish("move:survey_within", row.pk, 1, files=files))
    row.refresh_from_db()
    assert row.state == "survey_due" and len(asked.evidence) == 2
    # Digest of the file by a second way.
    from hashlib import sha256

    assert asked.evidence[0]["sha256"] == sha256(b"%PDF-1.7 survey_report").hexdigest()
    accept_proposal(people[f"{OWNER} reviewer"], plots, RULES, archive, asked.pk, today=MAR)
    row.refresh_from_db()
    assert (row.state, row.number, row.since) == ("clear", 2, FEB)
    assert row.versions.get(number=2).evidence == asked.evidence


def test_reviewers_move_at_once_and_proposers_do_not(
    people: dict[str, User], plots: Kind, archive: Archive, tmp_path: Path
) -> None:
    row = entry(plots, land_class="1")
    for who in ("640104 head", f"{OWNER} reporter", "640200 reviewer"):
        with pytest.raises(EntryRefused, match="may not change registers"):
            move_entry(
                people[who], plots, RULES, archive, row.pk, "survey_within", papers(tmp_path), number=1, today=FEB
            )
    move_entry(people[f"{OWNER} reviewer"], plots, RULES, archive, row.pk, "survey_within", papers(tmp_path), number=1,
               today=FEB)  # fmt: skip
    assert Entry.objects.get().state == "clear"


def test_four_eyes(people: dict[str, User], plots: Kind, archive: Archive) -> None:
    row = entry(plots)
    asked = propose(people, f"{OWNER} reviewer", plots, archive, change(row, name="别名"))
    for decide in (
        lambda who: accept_proposal(who, plots, RULES, archive, asked.pk, today=MAR),
        lambda who: return_proposal(who, plots, asked.pk, remark="不符"),
    ):
        with pytest.raises(EntryRefused, match="nobody decides about what he proposed himself"):
            decide(people[f"{OWNER} reviewer"])
        for who in ("640104 reviewer", f"{OWNER} reporter", "640104 head", "viewer"):
            with pytest.raises(EntryRefused, match="may not review"):
                decide(people[who])
    # Not even the workshop's post helps who wrote it.
    people[f"{OWNER} reviewer"].role = "editor"
    with pytest.raises(EntryRefused, match="himself"):
        accept_proposal(people[f"{OWNER} reviewer"], plots, RULES, archive, asked.pk, today=MAR)
    accept_proposal(people["editor"], plots, RULES, archive, asked.pk, today=MAR)
    row.refresh_from_db()
    assert (row.title, row.number) == ("别名", 2)


def test_an_entry_that_changed_meanwhile_is_not_overwritten(
    people: dict[str, User], plots: Kind, archive: Archive
) -> None:
    row = entry(plots)
    first = propose(people, "640104 reporter", plots, archive, change(row, name="甲"))
    second = propose(people, f"{OWNER} reporter", plots, archive, change(row, name="乙"))
    head = people[f"{OWNER} head"]
    accept_proposal(head, plots, RULES, archive, first.pk, today=MAR)
    with pytest.raises(EntryRefused, match="changed after this was proposed on version 1") as refused:
        accept_proposal(head, plots, RULES, archive, second.pk, today=MAR)
    assert refused.value.code == "changed-meanwhile" and "return the proposal" in refused.value.fix
    row.refresh_from_db()
    second.refresh_from_db()
    assert (row.title, row.number, second.state) == ("甲", 2, "open")
    with pytest.raises(EntryRefused, match="decided already"):
        accept_proposal(head, plots, RULES, archive, first.pk, today=MAR)
    with pytest.raises(EntryRefused, match="somebody changed this entry meanwhile"):
        propose(people, "640104 reporter", plots, archive, Wish("change", row.pk, 1, GOOD | {"name": "丙"}, SQUARE))


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_accepted(people: dict[str, User], plots: Kind, archive: Archive) -> None:
    """Two reviewers, two proposals about one entry, two connections."""
    row = entry(plots)
    asked = [
        propose(people, who, plots, archive, change(row, name=name))
        for who, name in (("640104 reporter", "甲"), (f"{OWNER} reporter", "乙"))
    ]
    both = Barrier(2)

    def accept(who: str, pk: int) -> str:
        try:
            both.wait(timeout=30)
            accept_proposal(people[who], plots, RULES, archive, pk, today=MAR)
        except EntryRefused as error:
            return error.code
        finally:
            connection.close()
        return "accepted"

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(accept, (f"{OWNER} head", f"{OWNER} reviewer"), [one.pk for one in asked]))
    assert sorted(told) == ["accepted", "changed-meanwhile"]
    row.refresh_from_db()
    assert (row.number, Version.objects.count()) == (2, 2)
    assert row.title == ("甲", "乙")[told.index("accepted")]
    assert sorted(Proposal.objects.values_list("state", flat=True)) == ["accepted", "open"]
    assert verify_chain() == []


def test_a_returned_proposal_leaves_nothing_but_the_ledger(
    people: dict[str, User], plots: Kind, archive: Archive
) -> None:
    row = entry(plots)
    sums = sorted(map(str, Movement.objects.all()))
    asked = propose(people, "640104 reporter", plots, archive, change(row, name="别名"))
    with pytest.raises(EntryRefused, match="needs a remark"):
        return_proposal(people[f"{OWNER} head"], plots, asked.pk, remark=" ")
    return_proposal(people[f"{OWNER} head"], plots, asked.pk, remark="请附实测资料")
    row.refresh_from_db()
    assert (row.title, row.number, Version.objects.count()) == ("老化工厂地块", 1, 1)
    assert sorted(map(str, Movement.objects.all())) == sums
    asked.refresh_from_db()
    assert (asked.state, asked.remark, asked.made) == ("returned", "请附实测资料", None)
    last = ActionLogEntry.objects.latest("sequence")
    assert (last.verb, last.reason, last.before, last.after) == (
        "registers.return_proposal", "请附实测资料", {"state": "open"},
        {"state": "returned", "proposer": "640104-reporter"},
    )  # fmt: skip
    # It rests when its writer says so; the reviewer's word stays.
    with pytest.raises(EntryRefused, match="only who proposed it"):
        take_back_proposal(people[f"{OWNER} reporter"], plots, asked.pk)
    take_back_proposal(people["640104 reporter"], plots, asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.remark, asked.decided_name) == ("taken_back", "请附实测资料", f"{OWNER}-head")
    assert verify_chain() == []


def test_what_was_taken_back_is_not_accepted(people: dict[str, User], plots: Kind, archive: Archive) -> None:
    asked = propose(people, "640104 reporter", plots, archive, Wish("add", given=GOOD))
    take_back_proposal(people["640104 reporter"], plots, asked.pk, remark="填错")
    with pytest.raises(EntryRefused, match="decided already"):
        accept_proposal(people[f"{OWNER} head"], plots, RULES, archive, asked.pk, today=MAR)
    assert not Entry.objects.exists()


def test_the_database_keeps_what_was_proposed(people: dict[str, User], plots: Kind, archive: Archive) -> None:
    asked = propose(people, "640104 reporter", plots, archive, Wish("add", given=GOOD))

    def refused(**changes: Any) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Proposal.objects.filter(pk=asked.pk).update(**changes)

    refused(given={})
    refused(reason="另一事由")
    refused(evidence=[{"sha256": "0" * 64}])
    with pytest.raises(DatabaseError), transaction.atomic():
        Proposal.objects.all().delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table registers_proposal enable trigger registers_proposal_never_emptied")
        cursor.execute("truncate registers_proposal cascade")
    return_proposal(people[f"{OWNER} head"], plots, asked.pk, remark="不符")
    refused(state="open", decided_at=None)
    refused(remark="另一意见")
    refused(state="taken_back", remark="另一意见")


def test_reviewers_and_the_proposer_are_told(people: dict[str, User], plots: Kind, archive: Archive) -> None:
    asked = propose(people, f"{OWNER} reviewer", plots, archive, Wish("add", given=GOOD))
    told = {one.person.get_username(): one for one in Notice.objects.all()}
    # Nearest to the register, not the one who wrote it, and nobody who reaches everything.
    assert set(told) == {f"{OWNER}-head"}
    notice = told[f"{OWNER}-head"]
    assert notice.url == f"/registers/construction_plots/proposals/{asked.pk}/"
    assert words_of(notice.kind, notice.params) == (
        f"建设用地土壤环境地块 640104-001（第 {asked.pk} 号提交）：待审核",
        f"Construction plots with a soil record 640104-001 (proposal {asked.pk}): waits for review",
    )
    return_proposal(people[f"{OWNER} head"], plots, asked.pk, remark="不符")
    back = Notice.objects.get(person=people[f"{OWNER} reviewer"])
    assert words_of(back.kind, back.params)[0].endswith("：被退回")


def test_without_reviewers_the_workshop_is_told(plots: Kind, archive: Archive) -> None:
    make_tree()
    people = make_people("640104", ("reporter",))
    editor = User.objects.create_user("editor", role="editor")
    propose_entry(people["reporter"], plots, RULES, archive, Wish("add", given=GOOD), today=FEB)
    assert [one.person for one in Notice.objects.all()] == [editor]
