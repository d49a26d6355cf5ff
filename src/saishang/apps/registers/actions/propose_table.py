"""Propose a table of entries: the editors' form, from people who may only propose, as one bundle for the reviewer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.core.actions import Logged, record_all
from saishang.apps.core.copying import create_many
from saishang.apps.organisations.actions.doing import find_organisation
from saishang.apps.registers.actions.add import new_draft
from saishang.apps.registers.actions.change import changed_draft
from saishang.apps.registers.actions.linked import Prefetched
from saishang.apps.registers.actions.load_table import TableOutcome
from saishang.apps.registers.actions.proposals import certificate_stays, not_permitted, told
from saishang.apps.registers.actions.take_rows import RowChange, RowRefusal
from saishang.apps.registers.actions.write import Draft, EntryFaults, EntryRefused
from saishang.apps.registers.form import PLACE, STATE, columns_of
from saishang.apps.registers.models import Bundle, Entry, Proposal
from saishang.apps.registers.permits import for_whom, proposes_somewhere
from saishang.apps.registers.telling import tell_reviewers_of_bundle
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.lake.readers.blocks import Reject
from saishang.lake.readers.form import read_form
from saishang.rules import Rules
from saishang.science.register.kind import Kind
from saishang.science.register.places import Place, read_place_text
from saishang.science.register.values import as_text

__all__ = ["MOST_ROWS", "TableWish", "log_bundle", "propose_table"]

#: A person looks at every row of a bundle.
MOST_ROWS = 2000


@dataclass(frozen=True)
class TableWish:
    """What became of a table: as of an import, and the bundle (None on trial, and where nothing is left to propose)."""

    outcome: TableOutcome
    bundle: Bundle | None


@dataclass
class _Reading:
    """One table, row by row; nothing is written."""

    actor: Any
    kind: Kind
    rules: Rules
    today: date
    effective: date | None
    reason: str
    refusals: list[RowRefusal]
    changes: list[RowChange] = field(default_factory=list)
    rows: list[Proposal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._columns = columns_of(self.kind)
        self._links = Prefetched(self.kind)
        self._seen: dict[str, int] = {}
        self._offices: dict[tuple[str, ...], str | None] = {}
        self._now = timezone.now()

    def take(self, rows: Sequence[tuple[int, Mapping[str, str]]]) -> None:
        """Check all rows."""
        kind = self.kind
        keys = {fields.get(kind.key, "") for _line, fields in rows} - {""}
        there = {entry.key: entry for entry in Entry.objects.filter(kind=kind.id, key__in=keys)}
        self._links.fetch(fields for _line, fields in rows)
        for line, fields in rows:
            key = fields.get(kind.key, "")
            if key and key in self._seen:
                message = f"the key stands on line {self._seen[key]} already"
                self._refuse(line, fields, EntryRefused(message, fix="keep one of the rows", where=kind.key))
                continue
            self._seen[key] = line
            try:
                self._row(line, fields, there.get(key) if key else None)
            except EntryFaults as error:
                self.refusals += [
                    RowRefusal(line, self._columns[one.field][0], one.content, one.message, one.fix, one.field)
                    for one in error.faults
                ]
            except SaishangError as error:
                self._refuse(line, fields, error)

    def _refuse(self, line: int, fields: Mapping[str, str], error: SaishangError) -> None:
        where = error.where or ""
        column = self._columns[where][0] if where in self._columns else ""
        self.refusals.append(
            RowRefusal(line, column, fields.get(where, ""), error.message, error.fix, where if column else "")
        )

    def _row(self, line: int, fields: Mapping[str, str], entry: Entry | None) -> None:
        kind = self.kind
        if entry is not None:  # asked first: what an entry elsewhere says is not told by what would change
            self._office(entry.region)
        text = fields.get(PLACE, "")
        place = self._place(text) if text else None
        given = {name: fields[name] for name in kind.fields if name in fields}
        self._state(entry, fields.get(STATE, ""))
        if entry is None:
            draft = new_draft(
                kind, self.rules, given, today=self.today, effective=self.effective, place=place, reason=self.reason,
                links=self._links,
            )  # fmt: skip
            code = self._office(_region(kind, draft))
            change = RowChange(line, str(draft.values[kind.key]), "added",
                               {name: (None, value) for name, value in draft.values.items()})  # fmt: skip
        else:
            # What the file has no column for stays as it is.
            given = {name: given.get(name, as_text(entry.values.get(name))) for name in kind.fields}
            after = changed_draft(
                kind, self.rules, entry, given, today=self.today, effective=self.effective, place=place,
                keep_place=PLACE not in fields, reason=self.reason, links=self._links,
            )  # fmt: skip
            if after is None:
                self.changes.append(RowChange(line, entry.key, "unchanged", {}))
                return
            draft = after
            code = self._office(entry.region, _region(kind, draft))
            certificate_stays(kind, entry, draft.values)
            change = RowChange(line, entry.key, "changed", _differs(entry, draft))
        self._links.taken(change.key, draft.values)
        self.changes.append(change)
        self.rows.append(self._proposal(line, entry, given, draft, code))

    def _proposal(
        self, line: int, entry: Entry | None, given: Mapping[str, str], draft: Draft, code: str
    ) -> Proposal:  # fmt: skip
        kind = self.kind
        key = str(draft.values[kind.key])
        return Proposal(
            kind=kind.id, entry=entry, number=None if entry is None else entry.number,
            action="add" if entry is None else "change", given=dict(given),
            place=None if draft.place is None else dict(draft.place.geometry), effective=self.effective or self.today,
            reason=self.reason, key=key, title=str(draft.values[kind.title] or key), region=_region(kind, draft),
            organisation=find_organisation(code), actor=self.actor, actor_name=self.actor.get_username(),
            proposed_at=self._now, line=line,
        )  # fmt: skip

    def _office(self, *regions: str) -> str:
        """For which organisation these places are proposed (Errors: EntryRefused where they are not his)."""
        if regions not in self._offices:
            self._offices[regions] = for_whom(self.actor, self.kind, *regions)
        code = self._offices[regions]
        if code is None:
            raise not_permitted(self.kind.region_field or None)
        return code

    def _state(self, entry: Entry | None, said: str) -> None:
        if not said or self.kind.life is None:
            return
        now = self.kind.life.state(entry.state if entry is not None else self.kind.start)
        if self.kind.life.state(said).id != now.id:
            raise EntryRefused(
                f"an entry is proposed in the state {now.id} ({now.zh}), the table says {said!r}",
                fix="propose its next steps on its own page, with the evidence that they need", where=STATE,
            )  # fmt: skip

    def _place(self, text: str) -> Place:
        try:
            return read_place_text(text, self.kind.place)
        except SaishangError as error:
            raise EntryRefused(error.message, fix=error.fix, where=PLACE) from error


def propose_table(
    actor: Any, kind: Kind, rules: Rules, archive: Archive, path: Path, name: str, *, today: date, reason: str,
    effective: date | None = None, dry_run: bool = False, address: str | None = None,
) -> TableWish:  # fmt: skip
    """Permission → read → check row by row → keep the file → change → log → tell the reviewers.

    A row whose key the register knows proposes a change, any other a new entry. Cells that cannot be taken, and rows of
    places that are not his, are refused one by one; the rest becomes one bundle.

    Raises
    ------
    SaishangError
        When the actor may not, the file is no table or too long, or the reason is missing.
    """
    if not proposes_somewhere(actor, kind, rules):
        raise not_permitted()
    if not reason.strip() and not dry_run:
        raise EntryRefused("an import needs a reason", fix="name the file or letter it comes with", where="reason")
    refusals: list[RowRefusal] = []

    def refuse(reject: Reject) -> None:
        refusals.append(RowRefusal(reject.line, reject.column, reject.content, reject.message, "correct the row"))

    rows = read_form(path, name, columns_of(kind), [kind.key], refuse, most_rows=MOST_ROWS)
    reading = _Reading(actor, kind, rules, today, effective, reason.strip() or "trial", refusals)
    reading.take(rows)
    ordered = tuple(sorted(reading.refusals, key=lambda refusal: refusal.line))
    bundle, sha256 = None, ""
    if reading.rows and not dry_run:
        sha256 = archive.put(path).sha256
        bundle = _write(actor, kind, reading, name, sha256, len(rows), address)
    outcome = TableOutcome(len(rows), tuple(reading.changes), ordered, sha256, "", bundle is None)
    return TableWish(outcome, bundle)


def _write(
    actor: Any, kind: Kind, reading: _Reading, name: str, sha256: str, rows: int, address: str | None
) -> Bundle:  # fmt: skip
    bundle = Bundle(
        kind=kind.id, file=name[:200], sha256=sha256, rows=rows, refused=len(reading.refusals),
        reason=reading.reason, actor=actor, actor_name=actor.get_username(), proposed_at=timezone.now(),
    )  # fmt: skip
    about = Counter(str(change.effect) for change in reading.changes)
    with transaction.atomic():
        log_bundle(kind, bundle, reading.rows, "registers.propose_table", about, address)
    return bundle


def log_bundle(
    kind: Kind, bundle: Bundle, rows: Sequence[Proposal], verb: str, about: Mapping[str, Any], address: str | None
) -> None:  # fmt: skip
    """Write a bundle and its proposals, log each of them and the whole, tell the reviewers; within a transaction."""
    actor = bundle.actor
    bundle.save()
    for one in rows:
        one.bundle = bundle
    create_many(rows)
    logged = [
        Logged(actor, "registers.propose", ("registers.Proposal", f"{kind.id}/{one.pk}"), None, told(one), one.reason,
               address)
        for one in rows
    ]  # fmt: skip
    after = {**about, "refused": bundle.refused, "rows": bundle.rows, "file": bundle.file, "sha256": bundle.sha256,
             "proposals": [one.pk for one in rows]}  # fmt: skip
    logged.append(
        Logged(actor, verb, ("registers.Bundle", f"{kind.id}/{bundle.pk}"), None, after, bundle.reason, address)
    )
    record_all(logged)
    tell_reviewers_of_bundle(bundle, kind, len(rows))


def _region(kind: Kind, draft: Draft) -> str:
    return str(draft.values.get(kind.region_field) or "") if kind.region_field else ""


def _differs(entry: Entry, draft: Draft) -> dict[str, tuple[Any, Any]]:
    found = {
        name: (entry.values.get(name), value) for name, value in draft.values.items() if entry.values.get(name) != value
    }
    place = None if draft.place is None else dict(draft.place.geometry)
    if place != entry.place:
        found[PLACE] = (entry.place, place)
    return found
