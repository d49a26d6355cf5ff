"""Make an annual report and keep it (编制年度报告): who may, from which run, counted when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.organisations import queries as organisations
from saishang.apps.organisations.access import may
from saishang.apps.organisations.actions import Doing
from saishang.apps.reports.assemble import assemble
from saishang.apps.reports.compose import compose
from saishang.apps.reports.content import AnnualReport, Kind, to_json
from saishang.apps.reports.models import Report
from saishang.apps.reports.refusals import NotAllowed, ReportRefused
from saishang.apps.reports.word import to_docx
from saishang.apps.reports.writer import writer_version
from saishang.errors import Fault

__all__ = ["Made", "make_report"]

_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Made:
    """A report that was made: its number, what it says, the file and its digest."""

    number: int
    facts: AnnualReport
    file: bytes
    sha256: str


@contextmanager
def _one_state() -> Iterator[None]:
    """Everything that is read inside is of one moment: counts and lists of one report must not disagree.

    Apart from the transaction that writes: the log has to see what others appended meanwhile. Inside a transaction of
    the caller, that one decides.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
        yield


def make_report(doing: Doing, kind: Kind, code: str, year: int, run: str = "latest") -> Made:
    """Permission → read → write → keep → log; what is read is one state of the database, what is kept one transaction.

    Parameters
    ----------
    kind:
        `organisation`: of one organisation, by its reporters and head (`make_report` over it); `consolidated`: of the
        whole region, by whoever may make reports of everybody (领导小组办公室).
    code:
        The organisation; of a consolidated report the top of the tree.
    run:
        Id of a run, or `latest`.

    Raises
    ------
    NotAllowed
        Without permission.
    ReportRefused
        For an organisation or a year that cannot be, or a run from before the year.
    NoSuchRun
        When there is no such run.
    """
    view = organisations.one(code)
    # A consolidated report belongs to nobody in particular: that asks for reach over everything.
    over = view if kind == "organisation" else None
    if not isinstance(doing.actor, str) and not may(doing.actor, "make_report", over):
        raise NotAllowed(
            f"this account may not make the report of {code}" if kind == "organisation"
            else "only the leading group's office makes the consolidated report",
            fix="ask a reporter or the head of the organisation, or the leading group's office",
        )  # fmt: skip
    if view is None:
        raise ReportRefused(f"expected the code of an organisation; got {code!r}", fix="look at /organisations/")
    if kind == "consolidated" and view.parent is not None:
        raise ReportRefused(
            f"{code} is not the top of the tree; a consolidated report is the whole region's",
            fix="name the top of the tree, or make the report of this organisation",
        )
    if not _FIRST_YEAR <= year <= _LAST_YEAR or year > doing.today.year:
        message = f"expected a year from {_FIRST_YEAR} to {doing.today.year}; got {year}"
        fix = "a report is made of a year that has begun"
        raise ReportRefused(message, fix=fix, faults=[Fault("year", message, fix)])
    with _one_state():
        now = timezone.now()
        facts = assemble(kind, code, year, run, now)
    file = to_docx(compose(facts))
    digest = hashlib.sha256(file).hexdigest()
    with transaction.atomic():
        made = Report.objects.create(
            kind=kind, organisation_id=view.pk, year=year, run=facts.run, counted=now, facts=to_json(facts), file=file,
            sha256=digest, writer=writer_version(), invented=facts.invented, made_at=now,
            made_by=None if isinstance(doing.actor, str) else doing.actor, made_by_name=doing.name,
        )  # fmt: skip
        told = {"kind": kind, "organisation": code, "year": year, "run": facts.run, "counted": facts.counted,
                "sha256": digest}  # fmt: skip
        record(doing.actor, "reports.make_report", made, None, told, doing.reason.strip(), address=doing.address)
    return Made(made.pk, facts, file, digest)
