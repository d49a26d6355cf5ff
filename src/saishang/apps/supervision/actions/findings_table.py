"""Take a table of findings (问题清单): the form that the page gives out, filled in; bad cells come back one by one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction

from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.queries import find
from saishang.apps.registers.actions.load_table import RowChange, RowRefusal, TableOutcome
from saishang.apps.supervision.actions.doing import log
from saishang.apps.supervision.actions.finding_draft import FindingDraft, Known, draft_of, known, plain
from saishang.apps.supervision.actions.findings import add_finding, change_finding
from saishang.apps.supervision.models import Finding
from saishang.apps.supervision.refusals import NotAllowed, SupervisionRefused, WorkRefused
from saishang.errors import Fault, SaishangError
from saishang.lake.archive import Archive
from saishang.lake.readers.blocks import Reject
from saishang.lake.readers.form import read_form
from saishang.rules import Rules
from saishang.science.clocks import read_day

__all__ = ["COLUMNS", "load_findings"]

#: Column → headings under which it is understood: Chinese, English, its own name.
COLUMNS: dict[str, tuple[str, ...]] = {
    "source": ("来源", "Source", "source"), "round": ("轮次", "Round", "round"), "number": ("序号", "Number", "number"),
    "title": ("问题名称", "Title", "title"), "problem": ("问题描述", "Problem", "problem"),
    "organisation": ("责任单位", "Responsible unit", "organisation"),
    "units": ("配合单位", "Supporting units", "units"), "tasks": ("方案任务", "Tasks", "tasks"),
    "region": ("地区", "Region", "region"), "listed_on": ("反馈日期", "Day of feedback", "listed_on"),
    "due": ("整改期限", "Due", "due"),
}  # fmt: skip
_REQUIRED = ("source", "round", "number")
_SOURCES = {"中央": "central", "中央督察": "central", "自治区": "region", "自治区督察": "region", "自查": "self",
            "自查发现": "self", "central": "central", "region": "region", "regional": "region", "self": "self",
            "self-found": "self"}  # fmt: skip
_MOST_ROWS = 5_000


class _Trial(Exception):
    """Rolls a trial back."""


def load_findings(
    doing: Doing, rules: Rules, archive: Archive, path: Path, name: str, *, dry_run: bool = False
) -> TableOutcome:
    """Permission → read → check → take row by row → log. Source, round and number say which finding a row is.

    A row of a finding that is known changes it, any other adds one. An empty cell empties the field, a column that the
    file does not have leaves it as it is.

    Raises
    ------
    SaishangError
        When the actor may not (`supervise`), the file is no table, a required column is missing, or the reason is.
    """
    if doing.span("supervise").nothing:
        raise NotAllowed("this account may not list findings", fix="ask the leading group's office")
    if not doing.reason.strip() and not dry_run:
        raise SupervisionRefused(
            "an import needs a reason", fix="name the file or letter it comes with", where="reason"
        )
    refusals: list[RowRefusal] = []

    def refuse(reject: Reject) -> None:
        refusals.append(RowRefusal(reject.line, reject.column, reject.content, reject.message, "correct the row"))

    rows = read_form(path, name, COLUMNS, _REQUIRED, refuse, most_rows=_MOST_ROWS)
    there = known(rules, doing.today)
    sha256 = "" if dry_run else archive.put(path).sha256
    batch = "" if dry_run else uuid4().hex
    changes: list[RowChange] = []
    seen: dict[tuple[str, str, int], int] = {}
    given = doing if doing.reason.strip() else Doing(doing.actor, "trial", doing.address)
    try:
        with transaction.atomic():
            for line, fields in rows:
                taken = _take(given, there, line, fields, seen, batch)
                if isinstance(taken, RowChange):
                    changes.append(taken)
                else:
                    refusals += taken
            if dry_run:
                raise _Trial
            log(doing, "load_findings", ("supervision.Finding", batch), None, {
                **Counter(change.effect for change in changes), "refused": len(refusals), "file": name,
                "sha256": sha256, "batch": batch,
            })  # fmt: skip
    except _Trial:
        pass
    ordered = tuple(sorted(refusals, key=lambda refusal: refusal.line))
    return TableOutcome(len(rows), tuple(changes), ordered, sha256, batch, dry_run)


def _take(
    doing: Doing, there: Known, line: int, fields: Mapping[str, str], seen: dict[tuple[str, str, int], int], batch: str
) -> RowChange | list[RowRefusal]:
    faults: list[Fault] = []
    source = _SOURCES.get(fields["source"].casefold(), fields["source"])
    number = int(fields["number"]) if re.fullmatch(r"[0-9]{1,5}", fields["number"]) else None
    if number is None:
        faults.append(Fault("number", f"expected a whole number from 1 to 99999; got {fields['number'][:20]!r}",
                            "use the number of the list"))  # fmt: skip
    key = (source, fields["round"], number or 0)
    if number is not None and key in seen:
        message = f"the key stands on line {seen[key]} already"
        return [RowRefusal(line, COLUMNS["number"][0], fields["number"], message, "keep one of the rows", "number")]
    seen[key] = line
    row = Finding.objects.filter(source=source, round=fields["round"], number=number or 0).first()
    was = draft_of(row) if row is not None else None
    draft, more = _draft(source, number, fields, was)
    faults += more
    if not faults:
        try:
            with transaction.atomic():
                if row is None or was is None:
                    made = add_finding(doing, draft, there, batch=batch)
                    return RowChange(line, made.code, "added", {})
                changed = change_finding(doing, row.code, draft, there, None, batch=batch)
                if changed is None:
                    return RowChange(line, row.code, "unchanged", {})
                told = {name: (getattr(was, name), getattr(draft, name)) for name in COLUMNS
                        if getattr(was, name) != getattr(draft, name)}  # fmt: skip
                return RowChange(line, row.code, "changed", told)
        except WorkRefused as error:
            faults = [fault for fault in error.faults if isinstance(fault, Fault)] or [
                Fault("", error.message, error.fix)
            ]
    return [
        RowRefusal(line, COLUMNS[fault.field][0] if fault.field in COLUMNS else "", fields.get(fault.field, ""),
                   fault.message, fault.fix, fault.field)
        for fault in faults
    ]  # fmt: skip


def _draft(
    source: str, number: int | None, fields: Mapping[str, str], was: FindingDraft | None
) -> tuple[FindingDraft, list[Fault]]:
    """A draft of the cells; what the file has no column for stays as it was."""
    faults: list[Fault] = []

    def text(name: str) -> str:
        return fields[name] if name in fields else str(getattr(was, name, "") or "")

    def day(name: str) -> date | None:
        if name not in fields:
            return getattr(was, name, None)
        try:
            return read_day(fields[name], name) if fields[name] else None
        except SaishangError as error:
            faults.append(Fault(name, error.message, error.fix))
            return None

    def unit(name: str, written: str) -> str:
        found = find(written)
        if len(found) == 1:
            return found[0].code
        message = f"expected the name or code of one organisation; {written[:40]!r} means {len(found)}"
        faults.append(Fault(name, message, "write its full name or its code"))
        return ""

    listed: Any = tuple(getattr(was, "units", ()))
    if "units" in fields:
        listed = tuple(unit("units", word) for word in _words(fields["units"]))
    owner = getattr(was, "organisation", "")
    if "organisation" in fields:
        owner = unit("organisation", fields["organisation"])
    tasks = tuple(_words(fields["tasks"])) if "tasks" in fields else tuple(getattr(was, "tasks", ()))
    draft = FindingDraft(source, fields["round"], number, text("title"), text("problem"), owner, listed, tasks,
                         text("region"), day("listed_on"), day("due"))  # fmt: skip
    return plain(draft), faults


def _words(cell: str) -> list[str]:
    return [word.strip() for word in re.split(r"[;；、,，\n]", cell) if word.strip()]
