"""Live preview of a kind of register while its file is written: its faults, or all that it would make.

Nothing is kept: the text is read, answered and forgotten. It becomes plain values only (`science.register.draft`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from saishang.apps.registers.blank import blank_text, text_of
from saishang.apps.registers.form import PLACE, STATE, columns_of, place_headings
from saishang.apps.registers.kinds import kinds
from saishang.rules import Problem
from saishang.science.register.draft import LONGEST, Draft, example_due, example_values, read_draft
from saishang.science.register.kind import Field, Figure, Kind, Where
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.life_drawing import drawing_of, numbered_moves
from saishang.web.pages.registers_common import kind_name, state_name, today
from saishang.web.pages.registers_forms import EntryForm
from saishang.web.pages.tables import Column, Table
from saishang.web.pages.uploads import plain_name
from saishang.web.security import permission

__all__ = ["preview"]

_NAME = "my_register"
#: An example of each kind of place, somewhere in the region.
_PLACES: Mapping[str, Any] = {
    "point": {"type": "Point", "coordinates": [106.23, 38.49]},
    "line": {"type": "LineString", "coordinates": [[106.23, 38.49], [106.25, 38.5]]},
    "polygon": {
        "type": "Polygon", "coordinates": [[[106.2, 38.4], [106.21, 38.4], [106.21, 38.41], [106.2, 38.4]]],
    },
}  # fmt: skip


@permission("edit_registers")
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest) -> HttpResponse:
    """The text as it was typed or sent, and what it makes; to a request by htmx only what it makes."""
    name, text, problem = _sent(request) if request.method == "POST" else _begun(request)
    draft = read_draft(name, text, site.rules()) if problem is None else Draft(name, (problem,), None)
    made = _made(draft.kind) if draft.kind is not None else None
    if made is not None:
        answer = export(request, [made["form_table"]])
        if answer is not None:
            return answer
    context = {"draft": draft, "faults": _faults(draft), "made": made, "name": name, "text": text}
    if request.headers.get("HX-Request") == "true":
        return render(request, "registers/preview_result.html", context)
    known = kinds(site.rules()).values()
    context |= {"begin_with": [(kind.id, kind_name(kind)) for kind in known], "from": request.GET.get("from", "")}
    return render(request, "registers/preview.html", context)


def _begun(request: HttpRequest) -> tuple[str, str, Problem | None]:
    """Name and text to begin with: of the register that the address names, else the commented blank."""
    chosen = request.GET.get("from", "")
    if not chosen:
        return _NAME, blank_text("新名录", "New register"), None
    try:
        return chosen, text_of(site.rules(), chosen), None
    except KeyError:
        raise Http404(_("没有名为“%(name)s”的名录。") % {"name": chosen}) from None


def _sent(request: HttpRequest) -> tuple[str, str, Problem | None]:
    name = request.POST.get("name", "").strip()[:100] or _NAME
    sent = request.FILES.get("file")
    if sent is None:
        # Browsers send line ends of their own; what stands on which line does not hang on it.
        return name, request.POST.get("text", "").replace("\r\n", "\n"), None
    name = PurePath(plain_name(sent, _NAME)).stem
    if (sent.size or 0) > 4 * LONGEST:
        expected, fix = f"at most {LONGEST} characters", "move long lists of choices into a table of the rules"
        return name, "", Problem(f"{name}.yaml", 0, "", "bad-value", expected, f"{sent.size} bytes", fix)
    try:
        return name, sent.read().decode("utf-8-sig").replace("\r\n", "\n"), None
    except UnicodeDecodeError:
        fault = Problem(
            f"{name}.yaml", 0, "", "unreadable-file", "UTF-8", "other bytes", "save the file as UTF-8"
        )  # fmt: skip
        return name, "", fault


def _faults(draft: Draft) -> Table:
    columns = [
        Column("line", _("行"), number=True), Column("cell", _("位置")), Column("expected", _("应为"), long=True),
        Column("got", _("实为")), Column("fix", _("怎么办"), long=True),
    ]  # fmt: skip
    rows = [
        {"line": problem.line or None, "cell": problem.cell, "expected": wording.say(problem.expected),
         "got": wording.say(problem.got), "fix": wording.say(problem.fix)}
        for problem in draft.problems
    ]  # fmt: skip
    return Table("faults", _("问题"), columns, rows, tight=True)


def _made(kind: Kind) -> dict[str, Any]:
    """All that the kind makes, for the template."""
    values = example_values(kind, site.rules(), today(), english=texts.english())
    return {
        "kind": kind, "title": kind_name(kind), "about": texts.both(kind.about_zh, kind.about_en),
        "form": EntryForm(kind), "list": _list_table(kind, values), "moves": _moves_table(kind),
        "drawing": drawing_of(kind.life, kind.start) if kind.life is not None else None,
        "terms": _terms_table(kind), "figures": _figures_table(kind), "columns": _columns_table(kind),
        "form_table": _form_table(kind), "example": _example(kind, values),
    }  # fmt: skip


def _list_table(kind: Kind, values: Mapping[str, Any]) -> Table:
    shown = [field for field in kind.fields.values() if field.in_list]
    columns = [
        Column(field.id, texts.both(field.zh, field.en), texts.unit_name(field.unit), row_head=field.id == kind.key)
        for field in shown
    ]
    row = {field.id: _told(field, values.get(field.id)) for field in shown}
    if kind.life is not None:
        columns += [Column("_state", _("状态")), Column("_since", _("自"), nowrap=True)]
        row |= {"_state": state_name(kind, kind.start), "_since": today()}
    return Table(
        "entries", _("列表的列"), columns, [row] if columns else [], tight=True,
        caption=_("以一条示例条目显示。"), empty=_("没有一个字段写明 in_list: true，列表是空的。"),
    )  # fmt: skip


def _told(field: Field, value: Any) -> Any:
    if field.type == "choice":
        return next((texts.both(c.zh, c.en) for c in field.choices if c.id == value), value)
    if field.type == "region":
        return site.region_name(str(value))
    return (_("是") if value else _("否")) if field.type == "truth" and value is not None else value


def _moves_table(kind: Kind) -> Table | None:
    if kind.life is None:
        return None
    columns = [
        Column("number", _("序号"), number=True), Column("before", _("状态"), row_head=True), Column("move", _("办理")),
        Column("after", _("成为")), Column("evidence", _("所需材料"), long=True), Column("who", _("办理人")),
    ]  # fmt: skip
    rows = [
        {
            "number": number, "before": state_name(kind, move.before), "move": texts.both(move.zh, move.en),
            "after": state_name(kind, move.after), "who": move.who,
            "evidence": texts.listed(
                texts.both(kind.evidence[item].zh, kind.evidence[item].en) for item in move.evidence
            ),
        }
        for number, move in numbered_moves(kind.life)
    ]  # fmt: skip
    return Table(
        "moves", _("办理"), columns, rows, tight=True,
        caption=_("新条目的状态是“%(state)s”。") % {"state": state_name(kind, kind.start)},
        empty=_("没有办理步骤：状态不会变化。"),
    )  # fmt: skip


def _terms_table(kind: Kind) -> Table:
    columns = [
        Column("term", _("到期提醒"), row_head=True), Column("since", _("起算")), Column("states", _("状态")),
        Column("end", _("今天起算的到期日"), nowrap=True),
    ]  # fmt: skip
    rows = []
    for term in kind.terms:
        since = kind.fields.get(term.since)
        due = example_due(kind, term.id, today())
        rows.append(
            {
                "term": texts.both(term.zh, term.en), "end": due.on if due is not None else None,
                "since": texts.both(since.zh, since.en) if since is not None else _("状态开始之日"),
                "states": texts.listed(state_name(kind, state) for state in term.states),
            }
        )  # fmt: skip
    return Table("terms", _("到期提醒"), columns, rows, tight=True, empty=_("没有期限，不会提醒。"))


def _figures_table(kind: Kind) -> Table:
    columns = [
        Column("figure", _("指标"), row_head=True), Column("id", _("代号")), Column("measure", _("算法")),
        Column("unit", _("计量单位")), Column("where", _("计入的条目"), long=True), Column("of", _("总体"), long=True),
    ]  # fmt: skip
    measures = {
        "count": _("个数"), "sum": _("合计"), "share": _("占比"), "region_share": _("地区占比"),
        "base_share": _("对基数的占比"),
    }  # fmt: skip
    rows = [
        {"figure": texts.both(figure.zh, figure.en), "id": figure.id, "unit": texts.unit_name(figure.unit),
         "measure": measures[figure.measure] + _of_field(kind, figure), "where": _counted(kind, figure),
         "of": _where_words(kind, figure.of) if figure.measure == "share" else ""}
        for figure in kind.figures.values()
    ]  # fmt: skip
    return Table("figures", _("统计指标"), columns, rows, tight=True, empty=_("没有统计指标，统计页是空的。"))


def _of_field(kind: Kind, figure: Figure) -> str:
    field = kind.fields.get(figure.field)
    return f" · {texts.both(field.zh, field.en)}" if field is not None else ""


def _counted(kind: Kind, figure: Figure) -> str:
    words = _where_words(kind, figure.where)
    others = [_where_words(kind, where) for where in figure.any_of]
    return _("%(all)s；且符合其一：%(others)s") % {"all": words, "others": " | ".join(others)} if others else words


def _where_words(kind: Kind, where: Where) -> str:
    """A condition in words; that everything is meant when it is empty."""
    parts = []
    for name, values in where.items():
        if name == "state":
            parts.append(f"{_('状态')} = {' / '.join(state_name(kind, value) for value in values)}")
            continue
        field = kind.fields[name]
        choices = {choice.id: texts.both(choice.zh, choice.en) for choice in field.choices}
        truths = {"true": _("是"), "false": _("否")} if field.type == "truth" else {}
        words = " / ".join((choices | truths).get(value, value) for value in values)
        parts.append(f"{texts.both(field.zh, field.en)} = {words}")
    return "; ".join(parts) or _("全部条目")


def _columns_table(kind: Kind) -> Table:
    columns = [
        Column("name", _("列"), row_head=True), Column("id", _("代号")), Column("required", _("必填")),
        Column("form", _("填写要求"), long=True),
    ]  # fmt: skip
    rows = []
    for name, headings in columns_of(kind).items():
        field = kind.fields.get(name)
        rows.append(
            {"name": texts.both(headings[0], headings[1]), "id": name,
             "required": _required(kind, field) if field is not None else "",
             "form": _asked(field) if field is not None else ""}
        )  # fmt: skip
    return Table("columns", _("批量导入的列"), columns, rows, tight=True)


def _required(kind: Kind, field: Field) -> str:
    if isinstance(field.required, bool):
        return _("是") if field.required else ""
    return texts.listed(_where_words(kind, {name: values}) for name, values in field.required.items())


def _asked(field: Field) -> str:
    parts = [texts.both(field.form_zh, field.form_en)] if field.form_zh else []
    if field.least is not None:
        parts.append(_("不小于 %(n)s") % {"n": field.least})
    if field.most is not None:
        parts.append(_("不大于 %(n)s") % {"n": field.most})
    if field.unit:
        parts.append(texts.unit_name(field.unit))
    if field.choices:
        shown = [texts.both(choice.zh, choice.en) for choice in field.choices[:12]]
        parts.append(" / ".join(shown) + (" …" if len(field.choices) > len(shown) else ""))
    if field.type == "date":
        parts.append("2026-03-01")
    return "; ".join(parts)


def _form_table(kind: Kind) -> Table:
    """The empty form of an import, under the headings that it understands."""
    columns = [Column(field.id, texts.both(field.zh, field.en), field.unit) for field in kind.fields.values()]
    if kind.life is not None:
        columns.append(Column(STATE, texts.both("状态", "State")))
    if kind.place != "none":
        columns.append(Column(PLACE, texts.both(*place_headings(kind))))
    return Table(f"form-{kind.id}", kind_name(kind), columns, [])


def _example(kind: Kind, values: Mapping[str, Any]) -> str:
    """An entry as the GeoJSON of the register gives it; no place where the kind has none."""
    told = {
        "type": "Feature", "id": 1, "geometry": _PLACES.get(kind.place),
        "properties": {**values, "key": values.get(kind.key), "state": kind.start, "since": today().isoformat(),
                       "effective": today().isoformat()},
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=2)
