"""One entry of a register: what it says, its next steps with their evidence, its history; entering and changing it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saishang.apps.registers import queries
from saishang.apps.registers.actions import (
    EntryFaults,
    EvidenceFile,
    Wish,
    add_entry,
    change_entry,
    move_entry,
    restore_entry,
    undo_entry,
    withdraw_entry,
)
from saishang.apps.registers.kinds import described
from saishang.apps.registers.proposals import waiting_for
from saishang.apps.registers.queries import EntryView, VersionView
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.science.register.kind import Kind
from saishang.science.register.values import as_text
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.charts import MapView
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import (
    Reader,
    action_name,
    address_of,
    area_map,
    as_it_was,
    change_words,
    day_of,
    drawing_words,
    entry_url,
    exact,
    kind_name,
    opened,
    paper_name,
    place_text,
    state_name,
    tabs,
    today,
    value_text,
)
from saishang.web.pages.registers_forms import (
    EntryForm,
    MoveForm,
    ReasonForm,
    control_name,
    fault_words,
    show_error,
    show_faults,
)
from saishang.web.pages.registers_links import named_href, referring
from saishang.web.pages.registers_propose import again, propose, sees
from saishang.web.pages.registers_steps import makes_at_once, steps_of
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.uploads import as_it_came, plain_name
from saishang.web.security import public, registered

__all__ = ["back", "change", "entry", "evidence", "move", "new"]

#: Largest file of evidence [bytes].
_LARGEST = 50 << 20


@public
@require_safe
def entry(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Fields, place, next steps, terms and history of one entry; with a past day (`?on=`) what it said on that day."""
    found = opened(request, kind, pk)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    on, view = day_of(request.GET.get("on")), _entry(known, pk)
    if on is None or on >= today():
        return _page(request, known, reader, view)
    # The same version as in the list of that day: the last one whose day had come.
    held = next((step.content for step in queries.history(known, pk) if step.content.effective <= on), None)
    if held is None:
        raise Http404(_("%(day)s 时名录中还没有这个条目。") % {"day": on})
    return _page(request, *as_it_was(known, reader, on), replace(held, pk=pk), past=on)


def _page(
    request: HttpRequest, kind: Kind, reader: Reader, view: EntryView, *, status: int = 200, past: date | None = None,
    **more: Any,
) -> HttpResponse:  # fmt: skip
    steps = queries.history(kind, view.pk)
    table = _history_table(kind, reader, steps)
    fields = _fields_table(reader, view, past)
    others = referring(reader, view)
    answer = export(request, [fields, table, *([others] if others is not None else [])])
    if answer is not None:
        return answer
    outlines = f"{reverse('registers-places', args=[kind.id])}?q={view.key}{f'&on={past}' if past else ''}"
    spec = area_map(kind, [view], outlines if reader.lists else None) if view.place else None
    waits = waiting_for(kind, view.pk) if reader.staff and not past else []
    terms = {term.id: term for term in kind.terms}
    papers_past = queries.papers_past(kind, view.pk)
    context = {
        "kind": kind, "name": kind_name(kind), "view": view, "reader": reader, "fields": fields, "history": table,
        "referring": others,
        "state": state_name(kind, view.state), "invented": view.standing.invented, "tabs": tabs(kind, reader, ""),
        "map": MapView("entry", _("位置图"), spec) if spec else None,
        "place": place_text(view.place) if view.place and view.place["type"] == "Point" else "",
        "moves": steps_of(kind, reader, view),
        "due": [
            {"label": texts.both(terms[due.term].zh, terms[due.term].en), "on": due.on, "late": due.on < today(),
             "clause": terms[due.term].clause, "mark": terms[due.term].status}
            for due in (queries.due(kind, [view]) if not view.withdrawn and not past else [])
        ],
        "past": past,
        "waits": [
            (action_name(kind, one.action), one.pk if sees(request, reader, one) else None, one.proposed_at)
            for one in waits
        ],
        "papers": [
            (f"{step.number} · {paper['name']}",
             reverse("registers-evidence", args=[kind.id, view.pk, paper["sha256"]]))
            for step in steps for paper in step.evidence if paper["document"] not in papers_past
        ],
        **more,
    }  # fmt: skip
    return render(request, "registers/entry.html", context, status=status)


@registered("propose_entries")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Enter a new thing, or propose it."""
    found = opened(request, kind, guarded=True)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found

    def save(form: EntryForm) -> str:
        data = form.cleaned_data
        if not reader.editor:
            wish = Wish(
                "add", given=form.given(), place=form.place(), effective=data["effective"], reason=data["reason"]
            )
            return propose(request, known, wish)
        made = add_entry(
            request.user, known, site.rules(), form.given(), today=today(), place=form.place(),
            effective=data["effective"], reason=data["reason"], address=address_of(request),
        )  # fmt: skip
        messages.success(request, _("已登记：%(key)s %(title)s。") % {"key": made.key, "title": made.title})
        return entry_url(known, made.pk)

    return _edit(request, known, reader, "registers-new", again(request, known, None), save)


@registered("propose_entries")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Change what an entry says, or propose it."""
    found = opened(request, kind, pk)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    view = _entry(known, pk)
    initial: dict[str, Any] = {control_name(name): as_text(value) for name, value in view.values.items()}
    initial |= {"place": place_text(view.place), "number": view.number} | again(request, known, pk)

    def save(form: EntryForm) -> str:
        data = form.cleaned_data
        if not reader.editor:
            wish = Wish("change", pk, data["number"], form.given(), form.place(), data["effective"], data["reason"])
            return propose(request, known, wish)
        made = change_entry(
            request.user, known, site.rules(), pk, form.given(), number=data["number"], today=today(),
            effective=data["effective"], place=form.place(), reason=data["reason"], address=address_of(request),
        )  # fmt: skip
        words = _("没有改动。") if made is None else _("已保存第 %(number)s 版。") % {"number": made.number}
        messages.success(request, words)
        return entry_url(known, pk)

    return _edit(request, known, reader, "", initial, save, view)


def _edit(
    request: HttpRequest, kind: Kind, reader: Reader, here: str, initial: Mapping[str, Any],
    save: Callable[[EntryForm], str], view: EntryView | None = None,
) -> HttpResponse:  # fmt: skip
    form = EntryForm(kind, request.POST or None, initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            form.place()
            if not form.errors:
                try:
                    return redirect(save(form))
                except EntryFaults as error:
                    show_faults(form, error.faults)
                except SaishangError as error:
                    show_error(form, error)
    layers = site.map_layers()
    around = area_map(kind, [view], None) if view is not None else None
    drawing = {
        "layers": layers, "points": [], "bounds": around["bounds"] if around else site.bounds_of("prefecture"),
        "notice": site.unofficial_map_notice(),
        "draw": kind.place, "into": "id_place", "words": drawing_words(),
    } if layers and kind.place in ("point", "polygon") else None  # fmt: skip
    wrong = [name for name in form.fields if name in form.errors]
    if wrong:
        form.fields[wrong[0]].widget.attrs["autofocus"] = True
    context = {
        "kind": kind, "name": kind_name(kind), "form": form, "view": view, "tabs": tabs(kind, reader, here),
        "faults": len(wrong),
        "reader": reader, "drawing": MapView("drawing", _("在图上标出位置"), drawing) if drawing else None,
    }  # fmt: skip
    return render(request, "registers/edit.html", context, status=status)


@registered("propose_entries", "review_entries", "certify_entries")
@require_POST
def move(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Move an entry to its next state, with the files that the table asks for; or propose it."""
    found = opened(request, kind, pk)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _page(request, known, reader, _entry(known, pk), status=422, refused=_first_error(form))
    data = form.cleaned_data
    with tempfile.TemporaryDirectory(prefix="saishang-evidence-") as folder:
        try:
            files = _sent(request, Path(folder))
            certifying = known.steps.who(data["action"]) == "certifier"
            if not certifying and not makes_at_once(known, reader, _entry(known, pk), data["action"]):
                wish = Wish(f"move:{data['action']}", pk, data["number"], effective=data["effective"],
                            reason=data["reason"], files=files)  # fmt: skip
                return redirect(propose(request, known, wish))
            moved = move_entry(
                request.user, known, site.rules(), Archive(settings.CONFIG.archive), pk, data["action"], files,
                number=data["number"], today=today(), effective=data["effective"], reason=data["reason"],
                certificate={part: request.POST.get(f"certificate-{part}", "") for part in ("number", "day", "until")},
                address=address_of(request),
            )  # fmt: skip
        except EntryFaults as error:
            words = [
                f"{texts.both(known.fields[fault.field].zh, known.fields[fault.field].en)}{_('：')}"
                f"{fault_words(known, fault.field, fault.message)}" for fault in error.faults
            ]  # fmt: skip
            return _page(
                request, known, reader, _entry(known, pk), status=422, refused=texts.listed(words),
                mend=_("先用“修改”补全这些内容。"),
            )  # fmt: skip
        except SaishangError as error:
            message, fix = wording.error_words(error)
            return _page(request, known, reader, _entry(known, pk), status=422, refused=message, mend=fix)
    messages.success(request, _("现状态：%(state)s。") % {"state": state_name(known, moved.state)})
    return redirect(entry_url(known, pk))


def _sent(request: HttpRequest, folder: Path) -> list[EvidenceFile]:
    """Files of the form: the field's name is `evidence-<document>`."""
    files = []
    for number, (field, sent) in enumerate(request.FILES.items()):
        if isinstance(sent, list) or not field.startswith("evidence-"):
            continue
        name = plain_name(sent)
        if (sent.size or 0) > _LARGEST:
            raise SaishangError(f"expected at most 50 MiB, {name} is larger", fix="save it with smaller pictures")
        path = folder / str(number)
        with path.open("wb") as out:
            for chunk in sent.chunks():
                out.write(chunk)
        files.append(EvidenceFile(field.removeprefix("evidence-"), name, path))
    return files


@registered("propose_entries")
@require_POST
def back(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Take the last change back, withdraw the entry, or restore it; a withdrawal can be proposed."""
    found = opened(request, kind, pk)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    form = ReasonForm(request.POST)
    actions = {"undo": undo_entry, "withdraw": withdraw_entry, "restore": restore_entry}
    wanted = actions.get(request.POST.get("what", ""))
    if wanted is None or not form.is_valid():
        return _page(request, known, reader, _entry(known, pk), status=422, refused=_first_error(form))
    try:
        if not reader.editor and wanted is withdraw_entry:
            data = form.cleaned_data
            return redirect(propose(request, known, Wish("withdraw", pk, data["number"], reason=data["reason"])))
        wanted(
            request.user, known, pk, number=form.cleaned_data["number"], today=today(),
            reason=form.cleaned_data["reason"], address=address_of(request),
        )  # fmt: skip
    except SaishangError as error:
        message, fix = wording.error_words(error)
        return _page(request, known, reader, _entry(known, pk), status=422, refused=message, mend=fix)
    messages.success(request, _("已记录。"))
    return redirect(entry_url(known, pk))


@registered("view_internal")
@require_safe
def evidence(request: HttpRequest, kind: str, pk: int, sha256: str) -> HttpResponseBase:
    """A file of evidence, as it came in; only files that a version of this entry names."""
    found = opened(request, kind, pk)
    if isinstance(found, HttpResponse):
        return found
    known, _reader = found
    past = queries.papers_past(known, pk)
    for step in queries.history(known, pk):
        for paper in step.evidence:
            if paper["sha256"] == sha256 and paper["document"] not in past:
                return as_it_came(sha256, paper["name"])
    raise Http404(_("条目没有这份材料。"))


def _first_error(form: MoveForm | ReasonForm) -> str:
    for name, errors in form.errors.items():
        return _("请填写事由。") if name == "reason" else str(errors[0])
    return _("请求不完整。")


def _entry(kind: Kind, pk: int) -> EntryView:
    view = queries.entry(kind, pk)
    if view is None:
        raise Http404(_("名录中没有这个条目。"))
    return view


def _fields_table(reader: Reader, view: EntryView, past: date | None = None) -> Table:
    columns = [Column("field", _("项目"), row_head=True), Column("value", _("内容"), long=True)]
    rows = []
    for field in reader.fields:
        value = view.values.get(field.id)
        text = value_text(field, value)
        unit = f" {texts.unit_name(field.unit)}" if field.unit and text else ""
        note = "" if field.public else _("仅工作人员可见")
        if field.id in view.hidden:
            note = _("保存期已满，不再显示")
        cell = Cell(exact(field, value), text=text + unit or None, note=note, href=named_href(reader, field, value))
        rows.append({"field": texts.both(field.zh, field.en), "value": cell})
    return Table("fields", _("登记内容"), columns, rows, about=[
        view.key, view.title, *([_("名录日期：%(day)s") % {"day": past}] if past else [])
    ])  # fmt: skip


def _history_table(kind: Kind, reader: Reader, steps: Sequence[VersionView]) -> Table:
    columns = [
        Column("number", _("版本"), row_head=True), Column("effective", _("生效日期"), nowrap=True),
        Column("action", _("事项")), Column("state", _("状态")), Column("changed", _("改动"), long=True),
        Column("evidence", _("材料"), long=True), Column("reason", _("事由"), long=True),
        Column("actor", _("经办"), nowrap=True), Column("recorded", _("录入时间"), nowrap=True),
    ]  # fmt: skip
    rows = []
    for step, before in zip(steps, [*steps[1:], None], strict=True):
        own = described(kind, site.rules(), step.content.description)
        rows.append(
            {
                "number": step.number,
                "effective": step.content.effective,
                "action": action_name(own, step.action),
                "state": state_name(own, step.content.state),
                "changed": _changes(kind, reader, before, step),
                "evidence": texts.listed(paper_name(own, paper) for paper in step.evidence),
                "reason": step.reason,
                "actor": step.actor if reader.staff else _("工作人员"),
                "recorded": step.recorded_at,
            }
        )
    return Table("history", _("办理与修改记录"), columns, rows, tight=True)


def _changes(kind: Kind, reader: Reader, before: VersionView | None, after: VersionView) -> str:
    """What a version says otherwise than the one before, in fields that the reader may see; each in its own words."""
    if before is None:
        return ""
    was, now = (described(kind, site.rules(), step.content.description) for step in (before, after))
    words = []
    for name in [*now.fields, *(name for name in was.fields if name not in now.fields)]:
        old, new = before.content.values.get(name), after.content.values.get(name)
        left, right = was.fields.get(name), now.fields.get(name)
        told = right or left
        # A field that is gone, or new, has no words on the other side.
        if (
            told is not None
            and old != new
            and (reader.staff or all(one is None or one.public for one in (left, right)))
        ):
            words.append(change_words(told, old, new, left or right))
    if before.content.place != after.content.place:
        words.append(_("位置"))
    return texts.listed(words)
