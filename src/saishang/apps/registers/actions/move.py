"""Move an entry to its next state: only as the table allows, with the evidence that the table asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from saishang.apps.registers.actions.write import (
    EntryFaults,
    EntryRefused,
    check_day,
    draft_of,
    locked,
    may_step,
    permitted,
    with_state,
    write,
)
from saishang.apps.registers.models import Entry
from saishang.lake.archive import Archive
from saishang.lake.contents import EvidenceRefused, evidence_kind
from saishang.rules import Rules
from saishang.science.numbers import InputError
from saishang.science.register.kind import Kind
from saishang.science.register.steps import certificate_faults, certificate_texts
from saishang.science.register.values import FieldFault, as_text, read_entry

__all__ = ["EvidenceFile", "kept", "move_entry"]


@dataclass(frozen=True)
class EvidenceFile:
    """A file behind a move: the document it is (id in the table), its name, where it lies for the moment."""

    document: str
    name: str
    path: Path


def move_entry(
    actor: Any,
    kind: Kind,
    rules: Rules,
    archive: Archive,
    pk: int,
    action: str,
    files: Sequence[EvidenceFile],
    *,
    number: int | None,
    today: date,
    effective: date | None = None,
    reason: str = "",
    certificate: Mapping[str, str] | None = None,
    address: str | None = None,
) -> Entry:
    """Permission → lock → permission for the thing → check → keep the files → change → log.

    The files go into the raw archive first; one that no version names in the end (a move refused in the last moment) is
    harmless there.

    Parameters
    ----------
    certificate:
        `number`, `day` and `until` as a certifier typed them, for the fields that the kind names.

    Raises
    ------
    EntryRefused
        When the actor may not, the table has no such move, evidence is missing or of another kind, somebody else was
        faster, or the new state asks for fields that are empty.
    """
    if kind.steps.who(action) == "owner":
        permitted(actor, kind, moving=True)
    if kind.life is None:
        raise EntryRefused("entries of this register have no states", fix="change the entry instead")
    with transaction.atomic():
        entry = locked(kind, pk, number)
        may_step(actor, kind, entry, action)
        if entry.withdrawn:
            raise EntryRefused("a withdrawn entry is not changed", fix="restore it first")
        try:
            move = kind.life.move(entry.state, action, [file.document for file in files])
        except InputError as error:
            raise EntryRefused(error.message, fix=error.fix, where="evidence", code=error.code) from error
        day = check_day(effective or today, entry, today)
        values = _complete(kind, rules, entry, move.after, action, certificate or {}, day)
        evidence = [kept(archive, file) for file in files]
        draft = replace(with_state(draft_of(entry), move.after, day), values=values)
        if move.after == entry.state and kind.steps.certificate is not None and kind.steps.certificate.checked:
            draft = replace(draft, since=entry.since)  # the state goes on; the day of the look stands in its field
        return write(
            actor, kind, entry, draft, action=f"move:{action}", reason=reason, evidence=evidence, address=address
        )


def _complete(
    kind: Kind, rules: Rules, entry: Entry, state: str, action: str, typed: Mapping[str, str], day: date
) -> Mapping[str, Any]:
    """What the entry says after the move; the fields that the next state asks for must be there."""
    given = {name: as_text(value) for name, value in entry.values.items()}
    certificate = kind.steps.certificate
    written = {} if certificate is None else certificate_texts(certificate, action, typed, entry.values, day)
    values, faults = read_entry(kind, given | written, rules.regions, state=state)
    if certificate is not None and not faults:
        faults = [
            FieldFault(name, text, "the certificate would end before the day on which it is given", "correct the days")
            for name, text in certificate_faults(certificate, values)
        ]
    if faults:
        raise EntryFaults(faults)
    return values if written else entry.values


def kept(archive: Archive, file: EvidenceFile) -> dict[str, Any]:
    """Put a file into the raw archive and say what a version keeps of it (Errors: EntryRefused)."""
    try:
        evidence_kind(file.path, file.name)
    except EvidenceRefused as error:
        raise EntryRefused(error.message, fix=error.fix, where=error.where, code=error.code) from error
    kept = archive.put(file.path)
    return {"document": file.document, "name": file.name, "sha256": kept.sha256, "size": kept.size}
