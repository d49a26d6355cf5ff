"""Bulk edit of a register: choose what is done to the picked entries, look at every change, write them as one batch.

Whoever may only propose sends what he has looked at as one bundle, for somebody else to decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from saishang.apps.jobs.actions import start
from saishang.apps.registers import lists
from saishang.apps.registers.actions import BulkOutcome, BulkWish, bulk_edit, propose_bulk
from saishang.apps.registers.actions.bulk import MOST_AT_ONCE, bulk_fields, bulk_moves
from saishang.apps.registers.actions.propose_table import MOST_ROWS
from saishang.errors import SaishangError
from saishang.science.register.kind import Field, Kind
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.registers_common import (
    Reader,
    address_of,
    day_of,
    entry_url,
    exact,
    kind_name,
    opened,
    state_name,
    tabs,
    today,
    value_text,
)
from saishang.web.pages.registers_filters import asked_of, filter_query
from saishang.web.pages.registers_forms import control, fault_words
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import registered

__all__ = ["LONG", "bulk", "most_of", "picked"]

#: From so many entries on a job writes them, so that nobody waits for a page.
LONG = 300
#: Changes, and refusals, that a preview lists.
_SHOWN = 200
#: How long what was looked at may be written [s].
_FRESH = 24 * 3600
_SALT = "registers-bulk"


def picked(request: HttpRequest, reader: Reader, most: int) -> tuple[list[int], bool]:
    """Numbers of the entries that the address picks, at most `most`, in the list's order; and whether that is all.

    `pk=…` picks single ones; `all=1` whatever the filters of the address find.
    """
    kind = reader.kind
    asked = asked_of(request.GET, reader)
    if request.GET.get("all"):
        found = lists.rows(kind, asked.wanted, asked.order)
        name = "pk" if asked.wanted.filter.on is None else "entry_id"
        numbers = list(found.values_list(name, flat=True)[: most + 1])
    else:
        numbers = [int(text) for text in dict.fromkeys(request.GET.getlist("pk")) if text.isdigit() and len(text) < 18]
    return numbers[:most], len(numbers) <= most


def most_of(reader: Reader) -> int:
    """Entries that somebody changes, or proposes to change, at once."""
    return MOST_AT_ONCE if reader.editor else MOST_ROWS


@registered("propose_entries")
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest, kind: str) -> HttpResponse:
    """Choose a field or a move, look at what would become of each entry, write it or propose it."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    if not reader.writes:  # nobody enters anything into a register that is closed
        return redirect("registers-list", known.id)
    if request.method == "POST" and request.POST.get("token"):
        return _write(request, known, reader)
    numbers, whole = picked(request, reader, most_of(reader))
    if not numbers:
        messages.error(request, _("没有选中条目。"))
        return redirect(f"{reverse('registers-list', args=[known.id])}?{filter_query(request.GET)}")
    what = request.POST.get("what") or request.GET.get("what", "")
    if request.method != "POST":
        return _page(request, known, reader, numbers, whole, what)
    wish = _wish(request, what)
    try:
        outcome = _tried(request, known, reader, [(pk, None) for pk in numbers], wish)
    except SaishangError as error:
        return _page(request, known, reader, numbers, whole, what, error=error, status=422)
    return _page(request, known, reader, numbers, whole, what, outcome=outcome, wish=wish)


def _tried(
    request: HttpRequest, kind: Kind, reader: Reader, chosen: Sequence[tuple[int, int | None]], wish: BulkWish
) -> BulkOutcome:
    """What would become of entries, by the way that is open to the reader."""
    if reader.editor:
        return bulk_edit(request.user, kind, site.rules(), chosen, wish, today=today(), reason="", dry_run=True)
    return propose_bulk(request.user, kind, site.rules(), chosen, wish, today=today(), reason="", dry_run=True).outcome


def _wish(request: HttpRequest, what: str) -> BulkWish:
    sort, _sign, name = what.partition(":")
    effective = day_of(request.POST.get("effective"))
    if sort == "move":
        return BulkWish(move=name, effective=effective)
    return BulkWish(field=name, value=request.POST.get("value", "").strip(), effective=effective)


def _write(request: HttpRequest, kind: Kind, reader: Reader) -> HttpResponse:
    try:
        told = signing.loads(request.POST["token"], salt=_SALT, max_age=_FRESH)
    except signing.BadSignature:
        told = {}
    if told.get("by") != request.user.pk or told.get("kind") != kind.id:
        messages.error(request, _("预览已过期，请重新选择。"))
        return redirect("registers-list", kind.id)
    reason, address = request.POST.get("reason", ""), address_of(request)
    wish = BulkWish(told["field"], told["value"], told["move"], day_of(told["effective"]))
    seen: list[tuple[int, int | None]] = [(pk, number) for pk, number in told["seen"]]
    if not reader.editor:
        return _propose(request, kind, reader, seen, wish, reason)
    if len(seen) > LONG and reason.strip():
        job = start(request.user, "bulk_edit_register", {
            "register": kind.id, "field": wish.field, "value": wish.value, "move": wish.move,
            "effective": told["effective"], "chosen": told["seen"], "batch": uuid4().hex, "address": address,
        }, reason=reason, address=address)  # fmt: skip
        return redirect("registers-running", kind.id, job.pk)
    try:
        outcome = bulk_edit(request.user, kind, site.rules(), seen, wish, today=today(), reason=reason, address=address)
    except SaishangError as error:
        return _again(request, kind, reader, seen, wish, error)
    if outcome.refusals:
        words = texts.counted("%(count)s 条在预览之后有改动，没有修改。", len(outcome.refusals))
        messages.warning(request, words % {"count": len(outcome.refusals)})
    if not outcome.changes:
        return redirect("registers-list", kind.id)
    messages.success(
        request, texts.counted("已修改 %(count)s 条。", len(outcome.changes)) % {"count": len(outcome.changes)}
    )
    return redirect("registers-batch", kind.id, outcome.batch)


def _propose(
    request: HttpRequest, kind: Kind, reader: Reader, seen: Sequence[tuple[int, int | None]], wish: BulkWish,
    reason: str,
) -> HttpResponse:  # fmt: skip
    try:
        done = propose_bulk(request.user, kind, site.rules(), seen, wish, today=today(), reason=reason,
                            address=address_of(request))  # fmt: skip
    except SaishangError as error:
        return _again(request, kind, reader, seen, wish, error)
    left = len(done.outcome.refusals)
    if left:
        messages.warning(request, texts.counted("%(count)s 条在预览之后有改动，没有修改。", left) % {"count": left})
    if done.bundle is None:
        return redirect("registers-list", kind.id)
    messages.success(
        request, _("已提交审核：第 %(number)s 批。审核通过后写入名录，结果会通知您。") % {"number": done.bundle.pk}
    )
    return redirect("registers-bundle", kind.id, done.bundle.pk)


def _again(
    request: HttpRequest, kind: Kind, reader: Reader, seen: Sequence[tuple[int, int | None]], wish: BulkWish,
    error: SaishangError,
) -> HttpResponse:  # fmt: skip
    """The preview once more, with what was wrong."""
    what = f"move:{wish.move}" if wish.move else f"field:{wish.field}"
    tried = _tried(request, kind, reader, seen, wish)
    return _page(request, kind, reader, [pk for pk, _number in seen], True, what, outcome=tried, wish=wish,
                 error=error, status=422)  # fmt: skip


def _page(
    request: HttpRequest, kind: Kind, reader: Reader, numbers: Sequence[int], whole: bool, what: str, *,
    outcome: BulkOutcome | None = None, wish: BulkWish | None = None, error: SaishangError | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    fields = [(f"field:{known.id}", texts.both(known.zh, known.en)) for known in bulk_fields(kind, reader.fields)]
    moves = [(f"move:{action}", texts.both(*words)) for action, words in bulk_moves(kind).items()]
    if what not in {name for name, _words in (*fields, *moves)}:
        what = ""
    field = kind.fields.get(what.removeprefix("field:")) if what.startswith("field:") else None
    context: dict[str, Any] = {
        "kind": kind, "name": kind_name(kind), "tabs": tabs(kind, reader, ""), "count": len(numbers), "whole": whole,
        "most": most_of(reader), "proposing": not reader.editor, "what": what, "fields": fields, "moves": moves,
        "field": field,
        "back": f"{reverse('registers-list', args=[kind.id])}?{filter_query(request.GET)}",
        "kept": [(key, value) for key, values in request.GET.lists() if key != "what" for value in values],
        "value": _value_control(field, request.POST.get("value", "")) if field is not None else None,
        "effective": request.POST.get("effective", ""), "reason": request.POST.get("reason", ""),
        "what_words": dict([*fields, *moves]).get(what, ""), "error": error,
    }  # fmt: skip
    if outcome is not None and wish is not None:
        tables = [_changes(kind, field, outcome.changes), _refusals(kind, outcome)]
        seen = {
            "by": request.user.pk, "kind": kind.id, "field": wish.field, "value": wish.value, "move": wish.move,
            "effective": wish.effective.isoformat() if wish.effective else "", "seen": outcome.seen,
        }  # fmt: skip
        context |= {
            "outcome": outcome, "changes": tables[0], "refusals": tables[1],
            "long": reader.editor and len(outcome.changes) > LONG,
            "token": signing.dumps(seen, salt=_SALT, compress=True), "changed": len(outcome.changes),
            "refused": len(outcome.refusals), "more": max(0, len(outcome.changes) - _SHOWN),
            "more_refused": max(0, len(outcome.refusals) - _SHOWN),
        }  # fmt: skip
    return render(request, "registers/bulk.html", context, status=status)


def _value_control(field: Field, value: str) -> Any:
    """The control of a field as its own form has it, under the name `value`."""
    from django import forms

    class OneValue(forms.Form):
        pass

    form = OneValue(initial={"value": value})
    form.fields["value"] = control(field)
    return form["value"]


def _changes(kind: Kind, field: Field | None, changes: Sequence[Any]) -> Table:
    key = kind.fields[kind.key]
    columns = [
        Column("key", texts.both(key.zh, key.en), row_head=True, nowrap=True), Column("title", _("名称")),
        Column("before", _("现在")), Column("after", _("改为")),
    ]  # fmt: skip

    def cell(value: Any) -> Any:
        if field is None:
            return Cell(value, text=state_name(kind, str(value)))
        return Cell(exact(field, value), text=value_text(field, value) or None)

    rows = [
        {"key": Cell(one.key, href=entry_url(kind, one.pk)), "title": one.title, "before": cell(one.before),
         "after": cell(one.after)} for one in changes[:_SHOWN]
    ]  # fmt: skip
    return Table("changes", _("将要发生的变化"), columns, rows, tight=True,
                 empty=_("没有条目会改变。"))  # fmt: skip


def _refusals(kind: Kind, outcome: BulkOutcome) -> Table:
    key = kind.fields[kind.key]
    columns = [
        Column("key", texts.both(key.zh, key.en), row_head=True, nowrap=True), Column("title", _("名称")),
        Column("message", _("原因"), long=True), Column("fix", _("怎么办"), long=True),
    ]  # fmt: skip
    rows = [
        {"key": Cell(one.key, href=entry_url(kind, one.pk)), "title": one.title,
         "message": refusal_words(kind, one.field, one.message), "fix": wording.say(one.fix)}
        for one in outcome.refusals[:_SHOWN]
    ]  # fmt: skip
    return Table("refusals", _("不能修改的条目"), columns, rows, tight=True)


def refusal_words(kind: Kind, field: str, message: str) -> str:
    """Why an entry stays as it is, with the name of the field that stands in the way."""
    words, known = fault_words(kind, field, message), kind.fields.get(field)
    return f"{texts.both(known.zh, known.en)}{_('：')}{words}" if known is not None else words
