"""Bulk import into a register: the form that goes out comes in again; a trial first, undo afterwards; long by a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saishang.apps.jobs.actions import Job, start
from saishang.apps.registers.actions import RowRefusal, TableOutcome, load_table, undo_batch
from saishang.apps.registers.actions.write import EntryRefused
from saishang.apps.registers.form import columns_of, place_headings
from saishang.apps.registers.jobs import LOAD_REGISTER, told_of
from saishang.apps.registers.models import Version
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.lake.readers.form import read_form
from saishang.science.register.kind import Kind
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.exports import FORMATS, to_xlsx
from saishang.web.pages.registers_batches import job_of
from saishang.web.pages.registers_bulk import LONG
from saishang.web.pages.registers_common import address_of, day_of, kind_name, opened, state_name, tabs, today
from saishang.web.pages.registers_forms import RegisterTableForm, fault_words
from saishang.web.pages.registers_tables import changes_table, refusals_table
from saishang.web.pages.tables import Column, Table
from saishang.web.pages.uploads import laid_down, plain_name
from saishang.web.security import permission

__all__ = ["again", "load", "mend", "mend_small", "undo"]


_LARGEST = 50 << 20
#: A file up to this size [bytes] is read at once to see how many rows it has.
_SMALL = 200 << 10
_MOST_ROWS = 200_000
#: How long a file that was tried may be asked for again [s].
_FRESH = 24 * 3600
_SALT = "registers-import"


@permission("edit_registers")
@require_http_methods(["GET", "HEAD", "POST"])
def load(request: HttpRequest, kind: str) -> HttpResponse:
    """Take a table of entries, on trial or for good; what was refused comes back cell by cell."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    tried = _tried(request, known) if request.method == "POST" and "token" in request.POST else None
    if tried == {}:
        messages.error(request, _("试算已过期，请重新上传。"))
        return redirect("registers-import", known.id)
    form = RegisterTableForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "kind": known, "name": kind_name(known), "form": form, "tabs": tabs(known, reader, "registers-import"),
        "columns": _columns(known),
    }  # fmt: skip
    page = "registers/import.html"
    if tried:
        return _as_tried(request, known, tried, context | {"form": RegisterTableForm()})
    if request.method != "POST" or not form.is_valid():
        return render(request, page, context, status=422 if request.method == "POST" else 200)
    sent, data = form.cleaned_data["file"], form.cleaned_data
    name = plain_name(sent, "table")
    if sent.size > _LARGEST:
        form.add_error("file", _("文件超过 50 MiB。"))
        return render(request, page, context, status=422)
    with laid_down(sent) as path:
        try:
            if not data["dry_run"] and not data["reason"].strip():
                raise EntryRefused(
                    "an import needs a reason", fix="name the file or letter it comes with", where="reason"
                )
            if _is_long(known, path, name, sent.size):
                sha256 = Archive(settings.CONFIG.archive).put(path).sha256
                job = _start(request, known, sha256, name, data["effective"], data["reason"], dry_run=data["dry_run"])
                return redirect("registers-running", known.id, job.pk)
            outcome = load_table(
                request.user, known, site.rules(), Archive(settings.CONFIG.archive), path, name, today=today(),
                reason=data["reason"], effective=data["effective"], dry_run=data["dry_run"],
                address=address_of(request),
            )  # fmt: skip
            if outcome.refusals or data["dry_run"]:
                sha256 = Archive(settings.CONFIG.archive).put(path).sha256
                context["token"] = _token(request, known, sha256, name, data["effective"])
        except SaishangError as error:
            return render(request, page, context | {"error": error}, status=422)
    return _shown(request, known, outcome, context | {"reason": data["reason"]})


def _as_tried(request: HttpRequest, kind: Kind, tried: Mapping[str, Any], context: dict[str, Any]) -> HttpResponse:
    """Write for good what was tried a moment ago, from the same file."""
    archive = Archive(settings.CONFIG.archive)
    try:
        outcome = load_table(
            request.user, kind, site.rules(), archive, archive.verify(tried["sha256"]), tried["name"], today=today(),
            reason=request.POST.get("reason", ""), effective=day_of(tried["effective"]), address=address_of(request),
        )  # fmt: skip
    except SaishangError as error:
        return render(request, "registers/import.html", context | {"error": error}, status=422)
    return _shown(request, kind, outcome, context | {"token": request.POST["token"]})


def _shown(request: HttpRequest, known: Kind, outcome: TableOutcome, context: dict[str, Any]) -> HttpResponse:
    """The page with what became of a table."""
    title = _("将要发生的变化") if outcome.dry_run else _("已发生的变化")
    context |= {"outcome": outcome, "changes": changes_table(known, outcome.changes, title),
                "refusals": refusals_table(known, outcome.refusals)}  # fmt: skip
    context |= {effect: outcome.count(effect) for effect in ("added", "changed", "unchanged")}
    return render(request, "registers/import.html", context)


def _is_long(kind: Kind, path: Path, name: str, size: int) -> bool:
    """Whether a job has to take it. A large file is not read to find that out."""
    if size > _SMALL:
        return True
    try:
        return len(read_form(path, name, columns_of(kind), [kind.key], lambda _: None, most_rows=LONG)) > LONG
    except SaishangError as error:
        if error.code == "too-many-rows":
            return True
        raise


def _start(
    request: HttpRequest, kind: Kind, sha256: str, name: str, effective: date | None, reason: str, *, dry_run: bool
) -> Job:
    address = address_of(request)
    return start(request.user, "load_register", {
        "register": kind.id, "sha256": sha256, "file": name, "effective": effective.isoformat() if effective else "",
        "dry_run": dry_run, "batch": "" if dry_run else uuid4().hex, "address": address,
    }, reason=reason, address=address)  # fmt: skip


@permission("edit_registers")
@require_POST
def again(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Write for good what a job has tried, from the same file."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, _reader = found
    row, reason = job_of(known, number, LOAD_REGISTER.id), request.POST.get("reason", "")
    if not row.params.get("dry_run"):
        raise Http404
    if not reason.strip():
        messages.error(request, _("请填写事由。"))
        return redirect("registers-running", known.id, number)
    job = _start(request, known, row.params["sha256"], row.params["file"], day_of(row.params["effective"]), reason,
                 dry_run=False)  # fmt: skip
    return redirect("registers-running", known.id, job.pk)


@permission("edit_registers")
@require_safe
def mend(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """The rows of a load that have a fault, as they came, with what is wrong: to be mended and loaded again."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, _reader = found
    row = job_of(known, number, LOAD_REGISTER.id)
    told = (row.result or {}).get("told")
    if not told:
        raise Http404
    refusals = [RowRefusal(*one) for one in told_of(told)["refusals"]]
    return _mended(known, row.params["sha256"], row.params["file"], refusals)


@permission("edit_registers")
@require_safe
def mend_small(request: HttpRequest, kind: str) -> HttpResponse:
    """The same for a load that no job has made: the file is looked at once more."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, _reader = found
    told = _tried(request, known)
    if not told:
        messages.error(request, _("试算已过期，请重新上传。"))
        return redirect("registers-import", known.id)
    archive = Archive(settings.CONFIG.archive)
    outcome = load_table(request.user, known, site.rules(), archive, archive.verify(told["sha256"]), told["name"],
                         today=today(), reason="", dry_run=True)  # fmt: skip
    return _mended(known, told["sha256"], told["name"], outcome.refusals)


def _tried(request: HttpRequest, kind: Kind) -> dict[str, Any]:
    """The file that a trial was made with, by its token; empty when it is too old, or somebody else's."""
    token = request.POST.get("token") or request.GET.get("token", "")
    try:
        told: dict[str, Any] = signing.loads(token, salt=_SALT, max_age=_FRESH)
    except signing.BadSignature:
        return {}
    return told if told.get("by") == request.user.pk and told.get("kind") == kind.id else {}


def _token(request: HttpRequest, kind: Kind, sha256: str, name: str, effective: date | None) -> str:
    """Who sent which file: nobody can have a file read that somebody else sent."""
    told = {"sha256": sha256, "name": name, "kind": kind.id, "by": request.user.pk,
            "effective": effective.isoformat() if effective else ""}  # fmt: skip
    return signing.dumps(told, salt=_SALT)


def _mended(kind: Kind, sha256: str, name: str, refusals: Sequence[RowRefusal]) -> HttpResponse:
    path = Archive(settings.CONFIG.archive).verify(sha256)
    said: dict[int, list[str]] = {}
    for one in refusals:
        words = f"{one.column}{_('：')}{fault_words(kind, one.field, one.message)}{_('。')}{wording.say(one.fix)}"
        said.setdefault(one.line, []).append(words.removeprefix(_("：")))
    known = columns_of(kind)
    rows = read_form(path, name, known, [kind.key], lambda _: None, most_rows=_MOST_ROWS)
    there = [column for column in known if any(column in fields for _line, fields in rows[:1])]
    columns = [Column(column, known[column][0]) for column in there]
    columns.append(Column("_fault", _("错误说明（导入时不读取）"), long=True))
    listed: list[dict[str, Any]] = [
        {**fields, "_fault": "\n".join(said[line])} for line, fields in rows if line in said
    ]
    table = Table("mend", kind_name(kind), columns, listed)
    answer = HttpResponse(to_xlsx(table), content_type=FORMATS["xlsx"])
    answer["Content-Disposition"] = f'attachment; filename="saishang-{kind.id}-mend-{today():%Y%m%d}.xlsx"'
    return answer


@permission("edit_registers")
@require_POST
def undo(request: HttpRequest, kind: str) -> HttpResponse:
    """Take a whole batch back: an import, or a bulk edit; a long one by a job."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, _reader = found
    batch, reason, address = request.POST.get("batch", ""), request.POST.get("reason", ""), address_of(request)
    if (
        reason.strip()
        and batch
        and Version.objects.filter(batch=batch, entry__kind=known.id)[: LONG + 1].count() > LONG
    ):
        told = {"register": known.id, "batch": batch, "address": address}
        job = start(request.user, "undo_register", told, reason=reason, address=address)
        return redirect("registers-running", known.id, job.pk)
    try:
        undone, left = undo_batch(request.user, known, batch, today=today(), reason=reason, address=address)
    except SaishangError as error:
        messages.error(request, " ".join(wording.error_words(error)))
        return redirect("registers-import", known.id)
    words = _("已撤回 %(undone)s 条；%(left)s 条此后有过改动，未撤回。") % {"undone": undone, "left": left}
    messages.success(request, words)
    return redirect("registers-list", known.id)


def _columns(kind: Kind) -> list[tuple[str, bool, str]]:
    """Every column that a table may have: its words, whether it is always asked for, what may stand in it."""
    found = [
        (texts.both(field.zh, field.en), field.required is True, texts.both(field.form_zh, field.form_en))
        for field in kind.fields.values()
    ]
    if kind.life is not None:
        found.append(
            (texts.both("状态", "State"), False, " / ".join(state_name(kind, state) for state in kind.life.states))
        )
    if kind.place != "none":
        found.append((texts.both(*place_headings(kind)), False, ""))
    return found
