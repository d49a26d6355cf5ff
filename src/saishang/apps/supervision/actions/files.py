"""Lay a file beside a case, a finding, a matter or a duty, and strike it out; the bytes stay in the archive."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from saishang.apps.execution.actions.doing import holds
from saishang.apps.execution.keeping import keep_file
from saishang.apps.organisations.actions import Doing
from saishang.apps.supervision.actions.doing import log
from saishang.apps.supervision.models import Case, Coordination, File, Finding, Occurrence
from saishang.apps.supervision.refusals import NotAllowed, SupervisionRefused
from saishang.lake.archive import Archive
from saishang.rules import Rules

__all__ = ["attach_file", "strike_file"]

#: In these nothing is added any more.
_OVER = {"closed", "withdrawn", "settled", "fulfilled"}
Thing = Case | Finding | Coordination | Occurrence
_FIELDS: dict[type, str] = {Case: "case", Finding: "finding", Coordination: "coordination", Occurrence: "occurrence"}


def attach_file(doing: Doing, rules: Rules, archive: Archive, thing: Thing, path: Path, name: str) -> File:
    """Permission → check of size and content → keep → log. The same bytes beside the same thing are kept once.

    The organisation whose it is (of a matter: everyone who has a part in it) and the office lay files there.

    Raises
    ------
    SupervisionRefused
        Without permission; for something that is over; for too many or too large files.
    EvidenceRefused
        For a content that is none of those that evidence may have.
    """
    with transaction.atomic():
        row = type(thing)._default_manager.select_for_update().get(pk=thing.pk)
        if not _may(doing, row):
            raise NotAllowed("this account may not lay files there", fix="ask somebody of the responsible unit")
        if row.state in _OVER:
            raise SupervisionRefused("files beside what is over stay as they are", fix="have it reopened first")
        beside = row.files.filter(struck_at__isnull=True)
        kept = keep_file(rules, archive, path, name, beside.count())
        known = beside.filter(sha256=kept.sha256).first()
        if known is not None:
            return known
        made = File.objects.create(
            **{_FIELDS[type(row)]: row}, name=kept.name, sha256=kept.sha256, size=kept.size, kind=kept.kind,
            added_at=timezone.now(), added_by=doing.name,
        )  # fmt: skip
        log(doing, "attach_file", row, None, {"name": kept.name, "sha256": kept.sha256, "size": kept.size})
    return made


def strike_file(doing: Doing, pk: int) -> File:
    """Strike a file out, with a reason; it stays readable and in the acts that it lay beside.

    Raises
    ------
    SupervisionRefused
        Without permission or reason; when what it lies beside is over, or waits for the office.
    """
    with transaction.atomic():
        row = File.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        thing = None if row is None else row.case or row.finding or row.coordination or row.occurrence
        if row is None or thing is None:
            raise SupervisionRefused("there is no such file", fix="load the page again")
        if not _may(doing, thing):
            raise NotAllowed("this account may not strike files out there", fix="ask somebody of the responsible unit")
        if thing.state in _OVER or (isinstance(thing, Finding) and thing.state in ("applied", "checked", "publicised")):
            raise SupervisionRefused("files that a decision rests on stay", fix="have it returned first")
        if not doing.reason.strip():
            raise SupervisionRefused("striking a file out needs a reason; got none", fix="say why")
        if row.struck_at is None:
            row.struck_at, row.struck_by = timezone.now(), doing.name
            row.struck_reason = doing.reason.strip()[:300]
            row.save()
            log(doing, "strike_file", thing, {"name": row.name, "sha256": row.sha256}, None)
    return row


def _may(doing: Doing, row: Thing) -> bool:
    owners = [row.organisation]
    if isinstance(row, Coordination):
        owners += [party.organisation for party in row.parties.select_related("organisation")]
    return holds(doing, "supervise", row.organisation) or any(
        holds(doing, "answer_supervision", owner) for owner in owners
    )
