"""Tables of proposals: a row elsewhere is refused, the rest kept; one bundle, decided whole or in part, logged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from saishang.apps.core.actions import verify_chain
from saishang.apps.core.models import ActionLogEntry
from saishang.apps.notices.kinds import words_of
from saishang.apps.notices.models import Notice
from saishang.apps.organisations.models import User
from saishang.apps.registers.actions import TableWish, add_entry, change_entry, decide_bundle, propose_table
from saishang.apps.registers.actions.write import EntryRefused
from saishang.apps.registers.models import Bundle, Entry, Proposal, Version
from saishang.apps.registers.proposals import bundles_returned, bundles_to_review, returned, to_review
from saishang.apps.registers.queries import unlogged_versions
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import read_place
from tests.registers_world import GOOD, OWNER, owned_plots
from tests.work_world import make_people, make_tree

RULES = load_rules()
JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))
SQUARE = read_place(
    {"type": "Polygon", "coordinates": [[[106.2, 38.4], [106.3, 38.4], [106.3, 38.5], [106.2, 38.5], [106.2, 38.4]]]},
    "polygon",
)
HEAD = "地块编码,地块名称,所在县（区）,面积 [m²]\n"

pytestmark = pytest.mark.django_db


@pytest.fixture
def plots() -> Iterator[Kind]:
    with owned_plots() as kind:
        yield kind


@pytest.fixture
def people() -> dict[str, User]:
    make_tree()
    made = {}
    for code in (OWNER, "640104", "640200"):
        made |= {f"{code} {role}": user for role, user in make_people(code).items()}
    made["editor"] = User.objects.create_user("editor", role="editor")
    return made


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def propose(who: Any, kind: Kind, archive: Archive, text: str, **more: Any) -> TableWish:
    path = archive.root.parent / "form.csv"
    path.write_text(text, encoding="utf-8")
    said = {"today": FEB, "reason": "普查"} | more
    return propose_table(who, kind, RULES, archive, path, "form.csv", **said)


def test_rows_are_tried_one_by_one_and_the_rest_is_kept(people: dict[str, User], plots: Kind, archive: Archive) -> None:
    add_entry("tests", plots, RULES, GOOD, today=JAN, place=SQUARE)
    add_entry("tests", plots, RULES, GOOD | {"code": "640202-001", "region": "640202", "name": "别处"}, today=JAN)
    text = HEAD + (
        "640104-001,新名,640104,1200.50\n"  # 2: changed
        "640104-002,二号,640104,800\n"  # 3: new
        "640104-003,三号,640202,800\n"  # 4: elsewhere
        "640202-001,抢来,640104,800\n"  # 5: lies elsewhere now
        "640104-002,重复,640104,900\n"  # 6: twice
        "640104-005,五号,640104,大\n"  # 7: no number
        "640104-006,六号,640104,700\n"  # 8: new
    )
    who = people["640104 reporter"]
    log = ActionLogEntry.objects.count()
    trial = propose(who, plots, archive, text, dry_run=True, reason="")
    told = trial.outcome
    assert trial.bundle is None and told.dry_run and told.rows == 7
    assert [(change.line, change.key, change.effect) for change in told.changes] == [
        (2, "640104-001", "changed"), (3, "640104-002", "added"), (8, "640104-006", "added"),
    ]  # fmt: skip
    # The place has no column in the file: it stays.
    assert told.changes[0].fields == {"name": ("老化工厂地块", "新名")}
    assert [(one.line, one.column) for one in told.refusals] == [
        (4, "所在县（区）"), (5, "所在县（区）"), (6, "地块编码"), (7, "面积"),
    ]  # fmt: skip
    assert all(one.fix for one in told.refusals) and "for this place" in told.refusals[0].message
    assert told.refusals[0].content == "640202"
    assert not Proposal.objects.exists() and not Bundle.objects.exists() and ActionLogEntry.objects.count() == log
    with pytest.raises(EntryRefused, match="needs a reason"):
        propose(who, plots, archive, text, reason=" ")
    made = propose(who, plots, archive, text)
    bundle = made.bundle
    assert bundle is not None and (bundle.rows, bundle.refused, bundle.file) == (7, 4, "form.csv")
    assert archive.verify(bundle.sha256).exists()
    rows = list(Proposal.objects.order_by("line"))
    assert [(row.line, row.action, row.key, row.number, row.organisation.code, row.effective) for row in rows] == [
        (2, "change", "640104-001", 1, "640104", FEB), (3, "add", "640104-002", None, "640104", FEB),
        (8, "add", "640104-006", None, "640104", FEB),
    ]  # fmt: skip
    assert rows[0].place == dict(SQUARE.geometry) and {row.bundle for row in rows} == {bundle}
    verbs = ActionLogEntry.objects.filter(verb__startswith="registers.propose").order_by("sequence")
    assert [one.verb for one in verbs] == ["registers.propose"] * 3 + ["registers.propose_table"]
    assert verbs[3].after["proposals"] == [row.pk for row in rows] and verbs[3].after["sha256"] == bundle.sha256
    assert Entry.objects.count() == 2 and verify_chain() == []
    # One notice for the whole table, to reviewers of the owner, and to nobody twice.
    notices = Notice.objects.filter(kind="registers.bundle")
    assert {notice.person.username for notice in notices} == {f"{OWNER}-reviewer", f"{OWNER}-head"}
    assert words_of(notices[0].kind, notices[0].params)[0].endswith(f"第 {bundle.pk} 批提交：3 条待审核")


def test_nothing_left_makes_no_bundle(people: dict[str, User], plots: Kind, archive: Archive) -> None:
    found = propose(people["640104 reporter"], plots, archive, HEAD + "640202-009,他处,640202,5\n")
    assert found.bundle is None and len(found.outcome.refusals) == 1
    assert not Bundle.objects.exists() and not Notice.objects.exists()


@pytest.mark.parametrize("who", ["640104 auditor", "640104 office", "NX-STT assessor"])
def test_others_bring_no_table(who: str, people: dict[str, User], plots: Kind, archive: Archive) -> None:
    with pytest.raises(EntryRefused, match="may not propose"):
        propose(people[who], plots, archive, HEAD + "640104-002,二号,640104,800\n")


def test_a_state_is_not_proposed_by_table(people: dict[str, User], plots: Kind, archive: Archive) -> None:
    text = HEAD.rstrip() + ",状态\n640104-002,二号,640104,800,已移出名录\n640104-003,三号,640104,800,待调查\n"
    states = {state.zh: state.id for state in plots.life.states.values()} if plots.life else {}
    begin = next(zh for zh, name in states.items() if name == plots.start)
    released = next(zh for zh, name in states.items() if name == "released")
    text = text.replace("已移出名录", released).replace("待调查", begin)
    found = propose(people["640104 reporter"], plots, archive, text)
    assert [change.key for change in found.outcome.changes] == ["640104-003"]
    assert [(one.line, one.column) for one in found.outcome.refusals] == [(2, "状态")]


def bundle_of(people: dict[str, User], plots: Kind, archive: Archive, who: str = "640104 reporter") -> Bundle:
    add_entry("tests", plots, RULES, GOOD, today=JAN, place=SQUARE)
    text = HEAD + "640104-001,新名,640104,1200.50\n640104-002,二号,640104,800\n640104-003,三号,640104,900\n"
    bundle = propose(people[who], plots, archive, text).bundle
    assert bundle is not None
    return bundle


def test_a_bundle_is_accepted_whole(people: dict[str, User], plots: Kind, archive: Archive) -> None:
    bundle = bundle_of(people, plots, archive)
    head = people[f"{OWNER} head"]
    assert [row.waiting for row in bundles_to_review(head, RULES)] == [3]
    assert not to_review(head, RULES).exists()
    done = decide_bundle(head, plots, RULES, archive, bundle.pk, "accept", today=MAR, remark="属实")
    assert [row.line for row in done.decided] == [2, 3, 4] and done.left == ()
    assert {(row.key, row.title, row.number) for row in Entry.objects.all()} == {
        ("640104-001", "新名", 2), ("640104-002", "二号", 1), ("640104-003", "三号", 1),
    }  # fmt: skip
    assert Entry.objects.get(key="640104-001").place == dict(SQUARE.geometry)
    assert {row.state for row in Proposal.objects.all()} == {"accepted"}
    assert not bundles_to_review(head, RULES).exists()
    last = ActionLogEntry.objects.latest("sequence")
    assert (last.verb, last.after["decided"]) == ("registers.accept_bundle", 3)
    (notice,) = Notice.objects.filter(person=people["640104 reporter"])
    assert words_of(notice.kind, notice.params)[0].endswith("3 条已通过")
    assert verify_chain() == [] and list(unlogged_versions()) == []


def test_some_rows_are_accepted_others_returned(people: dict[str, User], plots: Kind, archive: Archive) -> None:
    bundle = bundle_of(people, plots, archive)
    head, first = people[f"{OWNER} head"], Proposal.objects.get(line=2)
    # Somebody else changes the first entry meanwhile: it stays open, with its reason, and the others are taken.
    change_entry("tests", plots, RULES, Entry.objects.get().pk, GOOD | {"name": "工作台"}, number=1, today=FEB)
    done = decide_bundle(head, plots, RULES, archive, bundle.pk, "accept", today=MAR,
                         chosen=[first.pk, Proposal.objects.get(line=3).pk])  # fmt: skip
    assert len(done.decided) == 1 and [(row.line, error.code) for row, error in done.left] == [(2, "changed-meanwhile")]
    assert [row.state for row in Proposal.objects.order_by("line")] == ["open", "accepted", "open"]
    with pytest.raises(EntryRefused, match="needs a remark"):
        decide_bundle(head, plots, RULES, archive, bundle.pk, "return", today=MAR)
    done = decide_bundle(head, plots, RULES, archive, bundle.pk, "return", today=MAR, remark="再核")
    assert len(done.decided) == 2
    assert [row.state for row in Proposal.objects.order_by("line")] == ["returned", "accepted", "returned"]
    mine = people["640104 reporter"]
    assert [row.waiting for row in bundles_returned(mine)] == [2] and not returned(mine).exists()


def test_four_eyes_and_who_else_may_not(people: dict[str, User], plots: Kind, archive: Archive) -> None:
    bundle = bundle_of(people, plots, archive, f"{OWNER} reviewer")
    with pytest.raises(EntryRefused, match="himself"):
        decide_bundle(people[f"{OWNER} reviewer"], plots, RULES, archive, bundle.pk, "accept", today=MAR)
    for who in ("640104 head", f"{OWNER} reporter"):
        with pytest.raises(EntryRefused, match="may not review"):
            decide_bundle(people[who], plots, RULES, archive, bundle.pk, "accept", today=MAR)
    with pytest.raises(EntryRefused, match="no such proposal"):
        decide_bundle(people[f"{OWNER} head"], plots, RULES, archive, bundle.pk + 1, "accept", today=MAR)
    assert Version.objects.count() == 1


def test_a_bundle_never_changes(people: dict[str, User], plots: Kind, archive: Archive) -> None:
    bundle = bundle_of(people, plots, archive)
    for statement in (
        f"update registers_bundle set reason = 'x' where id = {bundle.pk}", "delete from registers_bundle",
        "truncate registers_bundle cascade", f"update registers_proposal set line = 99 where bundle_id = {bundle.pk}",
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            cursor.execute("alter table registers_bundle enable trigger registers_bundle_never_emptied")
            cursor.execute(statement)
