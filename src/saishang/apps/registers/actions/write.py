"""What every change of a register shares: who may, the lock, the next version, the entry of the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone

from saishang.apps.core.actions import Logged, record_all
from saishang.apps.core.copying import Blank, create_many
from saishang.apps.registers.actions.adopting import EntryRefused, hold, signed
from saishang.apps.registers.models import Entry, Version
from saishang.apps.registers.movements import Spot, Tally, note, spot_of, standing_of, terms_of
from saishang.apps.registers.permits import Signing, had_a_hand, may_make, may_review, may_write
from saishang.apps.registers.sought import words_of
from saishang.science.register.cells import cell_of
from saishang.science.register.figures import Due, Standing
from saishang.science.register.kind import Kind
from saishang.science.register.places import Place, read_place
from saishang.science.register.values import FieldFault

__all__ = [
    "Draft",
    "EntryFaults",
    "EntryRefused",
    "Step",
    "check_day",
    "draft_of",
    "keep",
    "key_is_free",
    "locked",
    "may_step",
    "permitted",
    "step",
    "with_state",
    "write",
]


#: Rows of one insertion.
_AT_ONCE = 1000
_ENTRY, _VERSION = Blank(Entry), Blank(Version)
#: Actions that repeat what the entry says: it stays under the description that it was written under.
OWN_WORDS = ("withdraw", "restore")


class EntryFaults(EntryRefused):
    """Fields that cannot be taken; all of them are listed."""

    code = "entry-faults"

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__(
            f"{len(faults)} fields cannot be taken, the first: {faults[0].message}",
            fix=faults[0].fix,
            where=faults[0].field,
        )
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Draft:
    """Content of the next version."""

    state: str
    since: date
    effective: date
    values: Mapping[str, Any]
    place: Place | None
    withdrawn: bool = False


def permitted(actor: Any, kind: Kind, *, moving: bool = False) -> None:
    """Raise when the actor may not write into a register at once; who reviews it makes moves (`moving`) himself.

    A text stands for a command of the server's own keeper; a `Signing` was asked when the proposal was accepted.
    """
    if kind.closed:
        raise EntryRefused(
            "this register is closed: the rules have no description of it any more",
            fix="put its file back into the rules", code="register-closed",
        )  # fmt: skip
    if isinstance(actor, Signing) or may_write(actor) or (moving and may_review(actor, kind)):
        return
    raise EntryRefused(
        "this account may not change registers", fix="ask an administrator for the role editor", code="not-permitted"
    )


def may_step(actor: Any, kind: Kind, entry: Entry, action: str) -> None:
    """Raise when the actor may not make a move of this entry at once (Errors: EntryRefused)."""
    if isinstance(actor, str):
        return
    certifying = kind.steps.who(action) == "certifier"
    if not certifying and (isinstance(actor, Signing) or may_make(actor, kind, entry.region, action)):
        return
    if not certifying:
        permitted(actor, kind, moving=True)
    if isinstance(actor, Signing) or not may_make(actor, kind, entry.region, action):
        raise EntryRefused(
            "this step is made by the agency that certifies, and by nobody for it",
            fix="ask a person of that agency who may certify", code="not-permitted",
        )  # fmt: skip
    if had_a_hand(actor, kind, entry.pk):
        raise EntryRefused(
            "nobody certifies what he entered, proposed or reviewed himself", fix="ask another person of the agency",
            code="not-permitted",
        )  # fmt: skip


def locked(kind: Kind, pk: int, number: int | None) -> Entry:
    """The entry, locked for this transaction.

    Parameters
    ----------
    number:
        Version that the person saw; None for commands, which do not look first.

    Raises
    ------
    EntryRefused
        When there is none, or somebody changed it meanwhile.
    """
    hold(kind)  # before the row: a migration takes them in this order
    entry = Entry.objects.select_for_update().filter(kind=kind.id, pk=pk).first()
    if entry is None:
        raise EntryRefused("expected an entry of the register, there is none", fix="open it from the list again")
    if number is not None and entry.number != number:
        last = entry.versions.get(number=entry.number)
        raise EntryRefused(
            f"somebody changed this entry meanwhile: {last.actor_name}, version {entry.number}",
            fix="open it again, compare, and repeat the change",
            code="changed-meanwhile",
        )
    return entry


def draft_of(entry: Entry | Version) -> Draft:
    """The content of a version as the draft of the next one."""
    place = Place(entry.place, _box(entry.place)) if entry.place is not None else None
    return Draft(entry.state, entry.since, entry.effective, entry.values, place, entry.withdrawn)


def check_day(day: date, entry: Entry | None, today: date) -> date:
    """The day from which a change holds.

    Raises
    ------
    EntryRefused
        When it lies in the future, or before the entry's last change (the days of one entry never run backwards).
    """
    if day > today:
        raise EntryRefused(
            f"a change holds from a day until today, got {day}", fix="enter it on that day", where="effective"
        )
    if entry is not None and day < entry.effective:
        raise EntryRefused(
            f"the last change of this entry holds from {entry.effective}, got the earlier day {day}",
            fix=f"use a day from {entry.effective}, and say in the reason when it really was",
            where="effective",
        )
    return day


@dataclass
class Step:
    """A version that is to be written, with the entry as it will stand, and how and where it stood before."""

    entry: Entry
    version: Version
    stood: Standing | None
    spot: Spot | None
    #: Terms that ran, and those that run from now on.
    ran: Sequence[Due]
    runs: Sequence[Due]
    before: Mapping[str, Any] | None
    actor: Any
    address: str | None


def write(
    actor: Any,
    kind: Kind,
    entry: Entry | None,
    draft: Draft,
    *,
    action: str,
    reason: str,
    evidence: Iterable[Mapping[str, Any]] = (),
    batch: str = "",
    address: str | None = None,
) -> Entry:
    """Write the next version, the entry's copy of it, the sums and the log; the caller holds lock and transaction."""
    made = step(
        actor, kind, entry, draft, action=action, reason=reason, evidence=evidence, batch=batch, address=address
    )  # fmt: skip
    record_all(keep(kind, [made]))
    return made.entry


def step(
    actor: Any, kind: Kind, entry: Entry | None, draft: Draft, *, action: str, reason: str,
    evidence: Iterable[Mapping[str, Any]] = (), batch: str = "", address: str | None = None,
) -> Step:  # fmt: skip
    """The next version of an entry, made but not written."""
    before = None if entry is None else _told(entry)
    stood, spot = standing_of(entry), spot_of(entry)
    ran = terms_of(kind, stood)
    made = entry or _ENTRY(kind=kind.id, number=0)
    made.number += 1
    made.key = str(draft.values[kind.key])
    made.title = str(draft.values[kind.title] or made.key)
    made.region = str(draft.values.get(kind.region_field) or "") if kind.region_field else ""
    made.state, made.since, made.effective = draft.state, draft.since, draft.effective
    made.withdrawn = draft.withdrawn
    made.values = dict(draft.values)
    made.place = None if draft.place is None else dict(draft.place.geometry)
    box = (None, None, None, None) if draft.place is None else draft.place.box
    made.west, made.south, made.east, made.north = box
    made.cell = None if draft.place is None else _cell(draft.place)
    made.recorded_at = timezone.now()
    made.words = words_of(kind, made.values, made.hidden)
    if action not in OWN_WORDS:  # what is written anew stands under the description that read it
        made.epoch = kind.epoch
    now = standing_of(made)
    runs = terms_of(kind, now)
    made.due = runs[0].on if runs else None
    made.invented = now is not None and now.invented
    actor = actor.person if isinstance(actor, Signing) else actor
    user = None if isinstance(actor, str) else actor
    version = _VERSION(
        number=made.number, action=action, reason=reason, evidence=list(evidence), batch=batch,
        actor_id=None if user is None else user.pk,
        actor_name=str(actor) if user is None else user.get_username(), recorded_at=made.recorded_at, key=made.key,
        title=made.title, region=made.region, state=made.state, since=made.since, effective=made.effective,
        withdrawn=made.withdrawn, values=made.values, place=made.place,
    )  # fmt: skip
    return Step(made, version, stood, spot, ran, runs, before, actor, address)


def keep(kind: Kind, steps: Sequence[Step]) -> list[Logged]:
    """Write versions of different entries, and all that follows from them; returns what the log has to say of them.

    They are written under the description in force, which has to be the kind's.
    """
    if not steps:
        return []
    under, adopted = signed(kind, steps[0].actor)
    for one in steps:
        if one.version.action not in OWN_WORDS:
            one.entry.description_id = under
        one.version.description_id, one.version.epoch = one.entry.description_id, one.entry.epoch
    new = [one.entry for one in steps if one.entry.pk is None]
    known = [one.entry for one in steps if one.entry.pk is not None]
    create_many(new)
    Entry.objects.bulk_create(
        known, batch_size=_AT_ONCE, update_conflicts=True, unique_fields=["id"],
        update_fields=[field.name for field in Entry._meta.concrete_fields if field.name not in ("id", "kind")],
    )  # fmt: skip
    for one in steps:
        one.version.entry_id = one.entry.pk
    create_many([one.version for one in steps])
    tally = Tally(kind)
    for one in steps:
        stands = standing_of(one.entry)
        tally.change(one.entry.effective, one.stood, stands)
        tally.end(one.stood, one.ran, -1)
        tally.end(stands, one.runs)
        tally.move(one.spot, spot_of(one.entry))
    note(tally)
    return adopted + [
        Logged(
            one.actor, f"registers.{one.version.action.partition(':')[0]}",
            ("registers.Entry", f"{kind.id}/{one.entry.pk}"), one.before,
            _told(one.entry) | ({"evidence": one.version.evidence} if one.version.evidence else {}),
            one.version.reason, one.address,
        )
        for one in steps
    ]  # fmt: skip


def key_is_free(kind: Kind, key: str, entry: Entry | None) -> None:
    """Raise when another entry of the register has this key."""
    other = Entry.objects.filter(kind=kind.id, key=key).exclude(pk=entry.pk if entry else 0).first()
    if other is not None:
        raise EntryFaults(
            [FieldFault(kind.key, key, f"the register has an entry with this key: {other.title}", "correct the key")]
        )


def with_state(draft: Draft, state: str, effective: date) -> Draft:
    """The draft in another state from a day."""
    return replace(draft, state=state, since=effective, effective=effective)


def _told(entry: Entry) -> dict[str, Any]:
    """What the log keeps of an entry; the place itself stands in the version."""
    return {
        "number": entry.number, "key": entry.key, "state": entry.state, "effective": entry.effective.isoformat(),
        "withdrawn": entry.withdrawn, "values": entry.values,
    }  # fmt: skip


def _cell(place: Place) -> int:
    """Where the middle of a place's box lies on the map's grid."""
    west, south, east, north = place.box
    return cell_of((west + east) / 2, (south + north) / 2)


def _box(geometry: Mapping[str, Any]) -> tuple[float, float, float, float]:
    kinds = {"Point": "point", "LineString": "line", "MultiLineString": "line"}
    return read_place(geometry, kinds.get(str(geometry["type"]), "polygon")).box
