"""Proposals, tables of them and certificates against the action log, and entries against what was proposed.

The log's chain is held by its own seals; what the rows of registers say is held against it here. Versions themselves
are held by `queries.unlogged_versions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q

from saishang.apps.core.queries import changes_of
from saishang.apps.registers.actions.proposals import told
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.models import Bundle, Proposal, Version
from saishang.rules import Rules
from saishang.science.register.kind import Kind
from saishang.science.register.values import read_entry

__all__ = ["unlogged_certificates", "unlogged_proposals", "untrue_entries"]

_ABSENT = "the action log has no entry of it"
_OTHER = "it says something else than the action log"
_GONE = "the action log has it, the row is gone"
#: What the log of a decision is called → the state it leads to.
_DECISIONS = {
    "registers.accept_proposal": "accepted", "registers.return_proposal": "returned",
    "registers.take_back_proposal": "taken_back",
}  # fmt: skip


def unlogged_proposals() -> Iterator[tuple[str, str]]:
    """Proposals, and tables of them, that the log tells otherwise, or not at all, or that are gone: name, what."""
    made: dict[str, Any] = {}
    decided: dict[str, list[Any]] = {}
    for entry in changes_of("registers.Proposal"):
        if entry.verb == "registers.propose":
            made[entry.object_id] = entry
        elif entry.verb in _DECISIONS:
            decided.setdefault(entry.object_id, []).append(entry)
    for row in Proposal.objects.select_related("organisation").order_by("pk").iterator(chunk_size=1000):
        key = f"{row.kind}/{row.pk}"
        logged = made.pop(key, None)
        if logged is None:
            yield f"proposal {key}", _ABSENT
            continue
        if _differs(row, logged) or not _as_decided(row, decided.get(key, [])):
            yield f"proposal {key}", _OTHER
    for key in made:
        yield f"proposal {key}", _GONE
    yield from _bundles()


def _differs(row: Proposal, logged: Any) -> bool:
    after: Mapping[str, Any] = logged.after or {}
    # The state of that moment was open; entries of before told less of a proposal.
    now = {name: value for name, value in told(row).items() if name in after} | {"state": "open"}
    in_table = {"bundle": row.bundle_id, "line": row.line} if row.bundle_id is not None or row.line else {}
    return (
        now != dict(after) or any(after.get(name) != value for name, value in in_table.items())
        or logged.reason != row.reason or logged.actor_name != row.actor_name or logged.actor_id != row.actor_id
    )  # fmt: skip


def _as_decided(row: Proposal, logged: list[Any]) -> bool:
    """Whether the log's decisions led to what the row says of them."""
    if not logged:
        return row.state == "open"
    first, last = logged[0], logged[-1]
    if row.state != _DECISIONS[last.verb]:
        return False
    # What a reviewer said stays when the proposal is let rest.
    said = (row.decided_name, row.decided_by_id, row.remark) == (first.actor_name, first.actor_id, first.reason)
    if row.state != "accepted":
        return said and row.made_id is None
    after: Mapping[str, Any] = last.after or {}
    made = {"entry": f"{row.kind}/{row.made_id}", "number": str(row.made_number)}
    return said and all(after.get(name) == value for name, value in made.items())


def _bundles() -> Iterator[tuple[str, str]]:
    logged = {entry.object_id: entry for entry in changes_of("registers.Bundle")
              if entry.verb in ("registers.propose_table", "registers.propose_bulk")}  # fmt: skip
    for row in Bundle.objects.order_by("pk"):
        key = f"{row.kind}/{row.pk}"
        entry = logged.pop(key, None)
        if entry is None:
            yield f"table {key}", _ABSENT
            continue
        after: Mapping[str, Any] = entry.after or {}
        same = all(after.get(name) == getattr(row, name) for name in ("file", "sha256", "rows", "refused"))
        mine = sorted(row.proposals.values_list("pk", flat=True))
        signed = (entry.actor_name, entry.actor_id, entry.reason) == (row.actor_name, row.actor_id, row.reason)
        if not same or not signed or mine != sorted(after.get("proposals", [])):
            yield f"table {key}", _OTHER
    for key in logged:
        yield f"table {key}", _GONE


def untrue_entries(rules: Rules) -> Iterator[tuple[str, str]]:
    """Versions that an accepted proposal made, and that say or are signed otherwise than was proposed and decided."""
    known = kinds(rules)
    rows = Proposal.objects.filter(state="accepted").order_by("pk").iterator(chunk_size=1000)
    for row in rows:
        name = f"proposal {row.kind}/{row.pk}"
        version = Version.objects.filter(entry=row.made, number=row.made_number or 0).first()
        if version is None:
            yield name, "the version that it made is not there"
        elif version.actor_id != row.decided_by_id:
            yield name, "the version that it made is signed by somebody else than decided about it"
        elif row.actor_id is not None and row.actor_id == row.decided_by_id:
            yield name, "it was decided by whoever proposed it"
        elif not _as_proposed(known.get(row.kind), rules, row, version):
            yield name, "the version that it made says something else than was proposed"


def _as_proposed(kind: Kind | None, rules: Rules, row: Proposal, version: Version) -> bool:
    if version.action != row.action:
        return False
    if row.action.startswith("move:"):
        return list(version.evidence) == list(row.evidence)
    if row.action not in ("add", "change") or kind is None:
        return True
    values, faults = read_entry(kind, row.given, rules.regions, state=version.state)
    wrong = {fault.field for fault in faults}
    # Of a description that has changed since only the fields that are there still are compared.
    asked = [name for name in row.given if name in values and name in version.values and name not in wrong]
    return version.place == row.place and all(
        values[name] == version.values[name] for name in asked if kind.fields[name].compute is None
    )


def unlogged_certificates(rules: Rules) -> Iterator[tuple[str, str]]:
    """Certifying steps that are signed, reasoned or proven otherwise than the log has it, or made against four eyes."""
    moves = {entry.object_id + f"/{(entry.after or {}).get('number')}": entry
             for entry in changes_of("registers.Entry") if entry.verb == "registers.move"}  # fmt: skip
    for kind in kinds(rules).values():
        steps = [f"move:{action}" for action, who in kind.steps.by.items() if who == "certifier"]
        if not steps:
            continue
        rows = Version.objects.filter(entry__kind=kind.id, action__in=steps).order_by("entry", "number")
        for row in rows.iterator(chunk_size=1000):
            name = f"certificate {kind.id} {row.key} v{row.number}"
            entry = moves.get(f"{kind.id}/{row.entry_id}/{row.number}")
            if entry is None:
                yield name, _ABSENT
                continue
            proven = list((entry.after or {}).get("evidence", [])) == list(row.evidence)
            signed = (entry.actor_name, entry.actor_id, entry.reason) == (row.actor_name, row.actor_id, row.reason)
            if not (proven and signed):
                yield name, _OTHER
            elif row.actor_id is not None and _hand_before(row, steps):
                yield name, "it was given by somebody who had a hand in the entry before"


def _hand_before(row: Version, steps: list[str]) -> bool:
    before = Version.objects.filter(entry=row.entry_id, number__lt=row.number, actor=row.actor_id)
    if before.exclude(action__in=steps).exists():
        return True
    about = Proposal.objects.filter(Q(entry=row.entry_id) | Q(made=row.entry_id), actor=row.actor_id)
    return about.filter(proposed_at__lt=row.recorded_at).exists()
