"""The audit of proposals, tables and certificates: quiet after honest work, and it finds each tampering through SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from saishang.apps.organisations.models import User
from saishang.apps.registers.actions import (
    EvidenceFile,
    Wish,
    accept_proposal,
    add_entry,
    decide_bundle,
    move_entry,
    propose_entry,
    propose_table,
    return_proposal,
    take_back_proposal,
)
from saishang.apps.registers.audit import unlogged_certificates, unlogged_proposals, untrue_entries
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Bundle, Entry, Proposal, Version
from saishang.apps.registers.queries import unlogged_versions
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from tests.work_world import make_people, make_tree

pytestmark = pytest.mark.django_db
RULES = load_rules()
CELLS = kind_of(RULES, "beautiful_cells")
JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))
GOOD = {"code": "MLXB-001", "name": "示范社区", "region": "640104", "kind": "community", "applicant": "某街道",
        "criteria": "2025版", "score": "92", "reviewer": "评审组"}  # fmt: skip


@pytest.fixture
def people() -> dict[str, User]:
    make_tree()
    made = {}
    for code in ("NX-STT", "640104"):
        made |= {f"{code} {role}": user for role, user in make_people(code).items()}
    return made


@pytest.fixture
def world(people: dict[str, User], tmp_path: Path) -> Iterator[dict[str, User]]:
    """Proposals accepted, returned and taken back, a moved entry, a table decided in part, a certificate."""
    archive = Archive(tmp_path / "archive")
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF-1.7 paper")
    mine, reviewer, head = people["640104 reporter"], people["NX-STT reviewer"], people["NX-STT head"]

    def propose(wish: Wish) -> Proposal:
        return propose_entry(mine, CELLS, RULES, archive, wish, today=JAN)

    asked = propose(Wish("add", given=GOOD, reason="申报"))
    row = accept_proposal(reviewer, CELLS, RULES, archive, asked.pk, today=JAN, remark="属实")
    moved = propose(Wish("move:review", row.pk, 1, files=[EvidenceFile("score_sheet", "a.pdf", paper)]))
    accept_proposal(reviewer, CELLS, RULES, archive, moved.pk, today=JAN)
    back = propose(Wish("add", given=GOOD | {"code": "MLXB-002"}))
    return_proposal(reviewer, CELLS, back.pk, remark="不符")
    take_back_proposal(mine, CELLS, back.pk)
    notice = [EvidenceFile("notice", "n.pdf", paper)]
    move_entry(head, CELLS, RULES, archive, row.pk, "name", notice, number=2, today=FEB, certificate={"number": "1"})
    form = tmp_path / "form.csv"
    lines = [f"MLXB-1{place},社区{place},640104,美丽社区,街道\n" for place in range(3)]
    form.write_text("编号,名称,所在地区,细胞类型,申报单位\n" + "".join(lines), encoding="utf-8")
    bundle = propose_table(mine, CELLS, RULES, archive, form, "form.csv", today=FEB, reason="年度").bundle
    assert bundle is not None
    first = bundle.proposals.order_by("line")[0]
    decide_bundle(reviewer, CELLS, RULES, archive, bundle.pk, "accept", today=MAR, chosen=[first.pk])
    yield people


def faults() -> list[tuple[str, str]]:
    return [*unlogged_proposals(), *untrue_entries(RULES), *unlogged_certificates(RULES)]


def tamper(statement: str, *values: Any) -> None:
    """As somebody with the database's own password would."""
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(statement, values)
        assert cursor.rowcount > 0
        cursor.execute("set local session_replication_role = origin")


def test_honest_work_is_quiet(world: dict[str, User]) -> None:
    assert Proposal.objects.count() == 6 and faults() == [] and list(unlogged_versions()) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("given", '{"code": "MLXB-002", "name": "别名"}'), ("reason", "另一个事由"), ("actor_name", "nobody"),
        ("key", "MLXB-777"), ("effective", "2026-01-02"), ("state", "returned"), ("remark", "另一句"),
        ("decided_name", "nobody"), ("title", "别名"), ("region", "640202"), ("action", "change"),
        ("place", '{"type": "Point", "coordinates": [106, 38]}'),
    ],
)  # fmt: skip
def test_a_proposal_that_was_rewritten(world: dict[str, User], column: str, value: str) -> None:
    row = Proposal.objects.get(key="MLXB-002")
    tamper(f"update registers_proposal set {column} = %s where id = %s", value, row.pk)
    assert faults() == [(f"proposal beautiful_cells/{row.pk}", "it says something else than the action log")]


def test_a_decision_that_nobody_made(world: dict[str, User]) -> None:
    row = Proposal.objects.filter(state="open").order_by("pk")[0]
    tamper("update registers_proposal set state = 'taken_back', decided_at = now() where id = %s", row.pk)
    assert [what for _name, what in faults()] == ["it says something else than the action log"]


def test_rows_that_came_or_went_by_the_back_door(world: dict[str, User]) -> None:
    row = Proposal.objects.get(key="MLXB-002")
    tamper("delete from registers_proposal where id = %s", row.pk)
    assert faults() == [(f"proposal beautiful_cells/{row.pk}", "the action log has it, the row is gone")]
    other = Proposal.objects.filter(bundle=None).order_by("pk")[0]
    tamper(
        "insert into registers_proposal (kind, action, given, effective, reason, evidence, key, title, region,"
        " actor_id, actor_name, proposed_at, state, decided_name, remark, organisation_id)"
        " select kind, action, given, effective, reason, evidence, 'MLXB-888', title, region, actor_id, actor_name,"
        " now(), 'open', '', '', organisation_id from registers_proposal where id = %s",
        other.pk,
    )  # fmt: skip
    assert "the action log has no entry of it" in [what for _name, what in faults()]


@pytest.mark.parametrize(
    ("column", "value"), [("file", "other.csv"), ("reason", "x"), ("rows", 99), ("sha256", "0" * 64)]
)
def test_a_table_that_was_rewritten(world: dict[str, User], column: str, value: Any) -> None:
    bundle = Bundle.objects.get()
    tamper(f"update registers_bundle set {column} = %s where id = %s", value, bundle.pk)
    assert faults() == [(f"table beautiful_cells/{bundle.pk}", "it says something else than the action log")]


def test_a_row_that_was_taken_out_of_its_table(world: dict[str, User]) -> None:
    row = Proposal.objects.filter(state="open").order_by("pk")[0]
    tamper("update registers_proposal set bundle_id = null, line = null where id = %s", row.pk)
    assert [name.partition(" ")[0] for name, _what in faults()] == ["proposal", "table"]


def test_entries_that_are_not_what_was_proposed(world: dict[str, User]) -> None:
    """Log, version and entry rewritten to agree with each other: what was proposed still tells."""
    row = Entry.objects.get(key="MLXB-10")
    for table, key in (("registers_version", "entry_id"), ("registers_entry", "id")):
        tamper(f"update {table} set values = jsonb_set(values, '{{score}}', '\"99\"') where {key} = %s", row.pk)
    assert [what for _name, what in faults()] == []  # the form had no score: nothing was proposed about it
    tamper("update registers_version set values = jsonb_set(values, '{name}', '\"改过\"') where entry_id = %s", row.pk)
    assert [what for _name, what in faults()] == ["the version that it made says something else than was proposed"]
    tamper("update registers_version set actor_id = %s where entry_id = %s", world["640104 head"].pk, row.pk)
    assert [what for _name, what in faults()] == [
        "the version that it made is signed by somebody else than decided about it"
    ]


def test_a_certificate_that_was_signed_by_another(world: dict[str, User]) -> None:
    row = Version.objects.get(action="move:name")
    for column, value in (("actor_id", world["640104 head"].pk), ("evidence", "[]"), ("reason", "另一个事由")):
        kept = Version.objects.filter(pk=row.pk).values(column)[0][column]
        tamper(f"update registers_version set {column} = %s where id = %s", value, row.pk)
        assert faults() == [
            ("certificate beautiful_cells MLXB-001 v3", "it says something else than the action log")
        ], column
        back = json.dumps(kept) if column == "evidence" else kept
        tamper(f"update registers_version set {column} = %s where id = %s", back, row.pk)
    assert faults() == []


def test_a_certificate_against_four_eyes(world: dict[str, User], tmp_path: Path) -> None:
    """The log agrees, for the hand was put in through the log's own door; the rule is held all the same."""
    head = world["NX-STT head"]
    row = add_entry("tests", CELLS, RULES, GOOD | {"code": "MLXB-005"}, today=JAN, state="reviewed", reason="原名单")
    paper = tmp_path / "n.pdf"
    paper.write_bytes(b"%PDF-1.7 paper")
    move_entry(head, CELLS, RULES, Archive(tmp_path / "archive"), row.pk, "name",
               [EvidenceFile("notice", "n.pdf", paper)], number=1, today=FEB, certificate={"number": "5"})  # fmt: skip
    assert faults() == []
    tamper("update registers_version set actor_id = %s where entry_id = %s and number = 1", head.pk, row.pk)
    assert faults() == [
        ("certificate beautiful_cells MLXB-005 v2", "it was given by somebody who had a hand in the entry before")
    ]
