"""Many entries in one proposal: his own places only, one bundle, one notice; several decided at once, each logged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest

from saishang.apps.core.actions import verify_chain
from saishang.apps.core.models import ActionLogEntry
from saishang.apps.notices.kinds import words_of
from saishang.apps.notices.models import Notice
from saishang.apps.organisations.models import User
from saishang.apps.registers import kinds as known
from saishang.apps.registers.actions import (
    BulkProposed,
    BulkWish,
    Wish,
    add_entry,
    bulk_edit,
    change_entry,
    decide_bundle,
    decide_several,
    propose_bulk,
    propose_entry,
)
from saishang.apps.registers.actions.bulk import bulk_moves
from saishang.apps.registers.actions.propose_table import MOST_ROWS
from saishang.apps.registers.actions.write import EntryRefused
from saishang.apps.registers.audit import unlogged_proposals, untrue_entries
from saishang.apps.registers.models import Bundle, Entry, Proposal, Version
from saishang.apps.registers.queries import unlogged_versions
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import read_place_text
from tests.registers_world import GOOD, OWNER, owned_plots
from tests.work_world import make_people, make_tree

RULES = load_rules()
JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))
METAL = BulkWish("former_use", "metal")

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
    return made


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def rows(plots: Kind) -> list[Entry]:
    """Two plots of the county, and one elsewhere."""
    return [
        add_entry("tests", plots, RULES, GOOD | {"code": f"{region}-00{n}", "region": region, "former_use": "coking"},
                  today=JAN)
        for n, region in ((1, "640104"), (2, "640104"), (3, "640202"))
    ]  # fmt: skip


def propose(who: User, kind: Kind, rows: list[Entry], wish: BulkWish = METAL, *, seen: bool = False,
            dry_run: bool = False, reason: str = "普查") -> BulkProposed:  # fmt: skip
    chosen = [(row.pk, row.number if seen else None) for row in rows]
    return propose_bulk(who, kind, RULES, chosen, wish, today=FEB, reason=reason, dry_run=dry_run)


def test_his_own_become_one_bundle_and_the_rest_is_told(
    people: dict[str, User], plots: Kind, rows: list[Entry], archive: Archive
) -> None:
    who, log = people["640104 reporter"], ActionLogEntry.objects.count()
    tried = propose(who, plots, rows, dry_run=True, reason="")
    assert tried.bundle is None
    assert [(one.key, one.before, one.after) for one in tried.outcome.changes] == [
        ("640104-001", "coking", "metal"), ("640104-002", "coking", "metal"),
    ]  # fmt: skip
    assert [one.key for one in tried.outcome.refusals] == ["640202-003"]
    assert "for this place" in tried.outcome.refusals[0].message
    assert not Proposal.objects.exists() and ActionLogEntry.objects.count() == log
    with pytest.raises(EntryRefused, match="needs a reason"):
        propose(who, plots, rows, reason=" ")
    bundle = propose(who, plots, rows).bundle
    assert bundle is not None and (bundle.rows, bundle.refused, bundle.file, bundle.sha256) == (3, 1, "", "")
    asked = list(Proposal.objects.order_by("line"))
    assert [(row.line, row.action, row.key, row.number, row.organisation.code, row.effective) for row in asked] == [
        (1, "change", "640104-001", 1, "640104", FEB), (2, "change", "640104-002", 1, "640104", FEB),
    ]  # fmt: skip
    # Everything else is given as it stands.
    assert asked[0].given["former_use"] == "metal" and asked[0].given["area"] == "1200.50"
    verbs = ActionLogEntry.objects.order_by("sequence").values_list("verb", flat=True)[log:]
    assert list(verbs) == ["registers.propose"] * 2 + ["registers.propose_bulk"]
    assert Version.objects.count() == 3
    told = Notice.objects.filter(kind="registers.bundle")
    assert {one.person.username for one in told} == {f"{OWNER}-reviewer", f"{OWNER}-head"}
    done = decide_bundle(people[f"{OWNER} head"], plots, RULES, archive, bundle.pk, "accept", today=MAR, remark="属实")
    assert len(done.decided) == 2 and done.left == ()
    assert {(row.key, row.values["former_use"], row.number) for row in Entry.objects.all()} == {
        ("640104-001", "metal", 2), ("640104-002", "metal", 2), ("640202-003", "coking", 1),
    }  # fmt: skip
    assert list(unlogged_proposals()) == [] and list(untrue_entries(RULES)) == []
    assert verify_chain() == [] and list(unlogged_versions()) == []


def test_only_what_was_seen_and_what_would_change(people: dict[str, User], plots: Kind, rows: list[Entry]) -> None:
    given = GOOD | {"code": "640104-001", "former_use": "coking", "name": "新名"}
    change_entry("tests", plots, RULES, rows[0].pk, given, number=1, today=JAN)
    change_entry("tests", plots, RULES, rows[1].pk, given | {"code": "640104-002", "former_use": "metal"}, number=1,
                 today=JAN)  # fmt: skip
    rows[1].refresh_from_db()
    found = propose(people["640104 reporter"], plots, rows[:2], seen=True)
    assert found.bundle is None and found.outcome.unchanged == 1
    assert [one.message for one in found.outcome.refusals] == ["somebody changed this entry since it was looked at"]
    assert not Bundle.objects.exists() and not Notice.objects.exists()


def test_a_move_is_proposed_and_made(people: dict[str, User], archive: Archive) -> None:
    """Of a kind with moves that need no paper (suspend: in_use to suspended), kept by an office for this test."""
    read = dict(known.kinds(RULES))
    read["noise_stations"] = kind = replace(read["noise_stations"], owner=OWNER)
    with patch.dict(known._READ, {RULES.digest: read}):
        given = {"code": "ST-001", "name": "站", "region": "640104", "zone": "2", "opened": "2026-01-01"}
        row = add_entry("tests", kind, RULES, given, today=JAN, place=read_place_text("106.2, 38.4", "point"))
        mine = people[f"{OWNER} reporter"]
        # From where the move is not possible.
        assert propose(mine, kind, [row], BulkWish(move="resume")).bundle is None
        found = propose(mine, kind, [row], BulkWish(move="suspend"))
        assert found.bundle is not None, found.outcome.refusals
        assert [(one.before, one.after) for one in found.outcome.changes] == [("in_use", "suspended")]
        asked = Proposal.objects.get()
        assert (asked.action, asked.given, asked.evidence) == ("move:suspend", {}, [])
        decide_bundle(people[f"{OWNER} head"], kind, RULES, archive, found.bundle.pk, "accept", today=MAR)
        row.refresh_from_db()
        assert (row.state, row.since, row.number) == ("suspended", FEB, 2)


def test_who_may_not_and_what_cannot_be_wished(people: dict[str, User], plots: Kind, rows: list[Entry]) -> None:
    for who in ("640104 auditor", "640104 office", f"{OWNER} assessor"):
        with pytest.raises(EntryRefused, match="may not propose"):
            propose(people[who], plots, rows)
    mine = people["640104 reporter"]
    for wish in (BulkWish("code", "x"), BulkWish("name", "x"), BulkWish(move="no such move")):
        with pytest.raises(EntryRefused, match="expected a"):
            propose(mine, plots, rows, wish)
    for count in (0, MOST_ROWS + 1):
        with pytest.raises(EntryRefused, match=f"expected 1 to {MOST_ROWS} entries"):
            propose_bulk(mine, plots, RULES, [(rows[0].pk, None)] * count, METAL, today=FEB, reason="x")
    # Out of the county into another: both places have to be his.
    found = propose(mine, plots, rows[:1], BulkWish("region", "640202"))
    assert found.bundle is None and "for this place" in found.outcome.refusals[0].message
    # The workshop's own way stays the workshop's.
    with pytest.raises(EntryRefused):
        bulk_edit(mine, plots, RULES, [(rows[0].pk, None)], METAL, today=FEB, reason="x")


def test_a_certifying_move_is_never_one_of_many() -> None:
    for kind in known.kinds(RULES).values():
        certifying = {action for action, who in kind.steps.by.items() if who == "certifier"}
        assert not certifying & set(bulk_moves(kind)), kind.id


def test_several_are_decided_with_one_remark(
    people: dict[str, User], plots: Kind, rows: list[Entry], archive: Archive
) -> None:
    head, reviewer, mine = people[f"{OWNER} head"], people[f"{OWNER} reviewer"], people["640104 reporter"]

    def ask(who: User, n: int) -> Proposal:
        wish = Wish("add", given=GOOD | {"code": f"640104-10{n}"}, reason="普查")
        return propose_entry(who, plots, RULES, archive, wish, today=FEB)

    asked = [ask(mine, 1), ask(mine, 2), ask(people["640104 head"], 3), ask(head, 4)]
    propose(mine, plots, rows[:1])
    asked.append(Proposal.objects.get(bundle__isnull=False))
    change_entry(
        "tests", plots, RULES, rows[0].pk, GOOD | {"code": "640104-001", "name": "工作台"}, number=1, today=FEB
    )
    Notice.objects.all().delete()
    chosen = [row.pk for row in asked]
    with pytest.raises(EntryRefused, match="needs a remark"):
        decide_several(head, plots, RULES, archive, chosen, "return", today=MAR)
    with pytest.raises(EntryRefused, match="no proposal is chosen"):
        decide_several(head, plots, RULES, archive, [], "accept", today=MAR)
    for who in (mine, people["640200 head"]):
        with pytest.raises(EntryRefused, match="may not review"):
            decide_several(who, plots, RULES, archive, chosen, "accept", today=MAR)
    done = decide_several(head, plots, RULES, archive, chosen, "accept", today=MAR, remark="属实")
    assert [row.key for row in done.decided] == ["640104-101", "640104-102", "640104-103"]
    # His own, and one whose entry was changed since, stay open and are told with the reason.
    assert [(row.pk, error.code) for row, error in done.left] == [
        (asked[3].pk, "not-permitted"), (asked[4].pk, "changed-meanwhile"),
    ]  # fmt: skip
    logged = ActionLogEntry.objects.filter(verb="registers.accept_proposal").order_by("sequence")
    assert [(one.object_id, one.reason) for one in logged] == [
        (f"{plots.id}/{row.pk}", "属实") for row in asked[:3]
    ]  # fmt: skip
    # One word to each proposer, however many of his were decided.
    assert sorted((one.person.username, one.kind) for one in Notice.objects.all()) == [
        ("640104-head", "registers.decided"), ("640104-reporter", "registers.several"),
    ]  # fmt: skip
    several = Notice.objects.get(kind="registers.several")
    assert words_of(several.kind, several.params) == (
        f"{plots.zh}：2 件提交已通过", f"{plots.en}: 2 proposals were accepted"
    )  # fmt: skip
    again = decide_several(reviewer, plots, RULES, archive, chosen, "return", today=MAR, remark="重报")
    assert [row.pk for row in again.decided] == [asked[3].pk, asked[4].pk] and len(again.left) == 3
    assert {error.code for _row, error in again.left} == {"changed-meanwhile"}
    assert list(unlogged_proposals()) == [] and verify_chain() == []
