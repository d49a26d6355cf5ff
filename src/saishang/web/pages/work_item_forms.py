"""Forms that add an item or change what it says; faults stand beside their fields, two people's words side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from saishang.apps.execution import queries
from saishang.apps.execution.actions import ItemDraft, MilestoneDraft, add_item, change_item, draft_of
from saishang.apps.execution.actions.items import told
from saishang.apps.execution.known import Known, known
from saishang.apps.execution.models import WorkItem
from saishang.apps.execution.permits import may_item
from saishang.apps.execution.refusals import OldVersion, WorkRefused
from saishang.apps.organisations import access
from saishang.apps.organisations.queries import Filter, tree
from saishang.errors import Fault
from saishang.web import texts
from saishang.web.pages import site, work_common
from saishang.web.pages.faults import fault_words, put_faults
from saishang.web.pages.registers_common import day_of, region_tree
from saishang.web.pages.work_item_parts import field_name, role_name, value_words
from saishang.web.security import item as of_item
from saishang.web.security import somewhere

__all__ = ["ItemForm", "change", "new"]

_METHODS = ["GET", "HEAD", "POST"]
_CONTROL, _SELECT = {"class": "form-control"}, {"class": "form-select"}
_ROLES = ("lead", "support", "guide")
#: Fields of rows: of a milestone and of another organisation.
_STEP, _UNIT = ("step_pk", "step_due", "step_title", "step_weight"), ("unit_role", "unit_code")


def _choice(label: Any, help_text: Any = "", *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=required, help_text=help_text, widget=forms.Select(attrs=_SELECT))


def _words(label: Any, help_text: Any = "", *, rows: int = 1, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs=_CONTROL | {"rows": rows}) if rows > 1 else forms.TextInput(attrs=_CONTROL)
    return forms.CharField(label=label, required=required, help_text=help_text, widget=widget, strip=True)


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs=_CONTROL | {"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, help_text=help_text, widget=widget)


class ItemForm(forms.Form):
    """What an item says, but for its milestones and other organisations, which are rows."""

    task = _choice(gettext_lazy("任务"))
    kind = _choice(gettext_lazy("类别"))
    title = _words(gettext_lazy("名称"), gettext_lazy("一句话说清做什么"), required=True)
    organisation = _choice(gettext_lazy("责任单位"), gettext_lazy("只有一个；由它报告进展"))
    parent = _words(gettext_lazy("上级事项"), gettext_lazy("编号，如 T10-640100-D；可留空，最多三级"))
    region = _choice(gettext_lazy("地区"), required=False)
    programme = _choice(gettext_lazy("重大工程"), required=False)
    start = _day(gettext_lazy("开始"))
    due = _day(gettext_lazy("期限"), gettext_lazy("留空不算逾期；有报告周期的任务责任按报告判断"))
    budget = forms.DecimalField(
        label=gettext_lazy("投资（万元）"), required=False, help_text=gettext_lazy("未知就留空，留空不等于零"),
        widget=forms.TextInput(attrs=_CONTROL | {"inputmode": "decimal"}),
    )  # fmt: skip
    cadence = _choice(gettext_lazy("报告周期"), required=False)
    content = _words(gettext_lazy("工作内容"), rows=4)
    expected = _words(gettext_lazy("预期成效"), gettext_lazy("完成后会有什么，怎样算完成"), rows=3)
    targets = forms.MultipleChoiceField(
        label=gettext_lazy("对应目标"), required=False, widget=forms.CheckboxSelectMultiple()
    )
    # Faults of rows are gathered here.
    milestones = forms.CharField(required=False)
    units = forms.CharField(required=False)
    reason = _words(gettext_lazy("事由"), gettext_lazy("为什么，依据哪个文件；下达之后修改必填"))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(
        self, there: Known, organisations: Sequence[tuple[str, str]], data: Any = None, initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        empty = [("", "—")]
        titles = work_common.task_names()
        programmes = work_common.programme_names()
        choices: dict[str, list[Any]] = {
            "task": [(code, f"{code} {titles.get(code, name)}") for code, name in there.tasks.items()],
            "kind": [(kind, work_common.kind_name(kind)) for kind, _zh in WorkItem.KINDS],
            "organisation": list(organisations), "region": [*empty, *region_tree()],
            "programme": empty + [(code, programmes.get(code, name)) for code, name in there.programmes.items()],
            "cadence": [(code, work_common.cadence_name(code)) for code in ("month", "quarter", "year", "")],
            "targets": [(code, f"{code} {name}") for code, name in there.targets.items()],
        }  # fmt: skip
        for name, listed in choices.items():
            self.fields[name].choices = listed  # type: ignore[attr-defined]

    def draft(self, steps: Sequence[MilestoneDraft], units: Sequence[tuple[str, str]]) -> ItemDraft:
        """What was given; call after `is_valid`."""
        data = self.cleaned_data
        return ItemDraft(
            data["task"], data["kind"], data["title"], data["organisation"], data["content"], data["expected"],
            data["region"], data["programme"], data["start"], data["due"], data["budget"], tuple(data["targets"]),
            data["cadence"], data["parent"], tuple(units), tuple(steps),
        )  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """Rows as they were typed: of milestones and of other organisations."""

    steps: tuple[Mapping[str, str], ...] = ()
    units: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def typed(cls, data: QueryDict) -> Rows:
        """Rows of a form that was sent."""

        def rows(names: Sequence[str]) -> tuple[Mapping[str, str], ...]:
            lists = [data.getlist(name) for name in names]
            return tuple(dict(zip(names, row, strict=True)) for row in zip(*lists, strict=False))

        return cls(rows(_STEP), rows(_UNIT))

    @classmethod
    def of(cls, draft: ItemDraft) -> Rows:
        """Rows of what an item says."""
        return cls(
            tuple({"step_pk": str(step.pk or ""), "step_due": step.due.isoformat() if step.due else "",
                   "step_title": step.title, "step_weight": f"{step.weight.normalize():f}"}
                  for step in draft.milestones),
            tuple({"unit_role": role, "unit_code": code} for code, role in draft.units),
        )  # fmt: skip

    def after(self, wish: str) -> Rows:
        """After a button of the rows: `add-step`, `drop-step-1`, `up-step-1`, `down-step-1`, `drop-unit-0` …"""
        what, _sep, rest = wish.partition("-")
        name, _sep, number = rest.partition("-")
        rows = list(self.steps if name == "step" else self.units)
        place = int(number) if number.isascii() and number.isdigit() else -1
        if what == "add":
            rows.append(dict.fromkeys(_STEP if name == "step" else _UNIT, ""))
        elif 0 <= place < len(rows):
            moved = rows.pop(place)
            if what in ("up", "down"):
                rows.insert(max(0, place - 1) if what == "up" else place + 1, moved)
        return Rows(tuple(rows), self.units) if name == "step" else Rows(self.steps, tuple(rows))

    def read(self) -> tuple[list[MilestoneDraft], list[tuple[str, str]], list[Fault]]:
        """Milestones and parts of others, and what in them cannot be read; rows without any word are left out."""
        faults: list[Fault] = []
        steps = []
        for number, row in enumerate(self.steps, start=1):
            if not (row["step_title"].strip() or row["step_due"].strip()):
                continue
            due = day_of(row["step_due"].strip())
            if row["step_due"].strip() and due is None:
                faults.append(Fault("milestones", f"milestone {number}: expected a day such as 2026-06-30; got "
                                    f"{row['step_due'][:40]!r}", "write it like that"))  # fmt: skip
            try:
                weight = Decimal(row["step_weight"].strip() or "1")
            except InvalidOperation:
                weight = Decimal("nan")
            pk = row["step_pk"]
            number_of_row = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 12 else None
            steps.append(MilestoneDraft(row["step_title"], due, weight, number_of_row))
        units = [(row["unit_code"], row["unit_role"] or "support") for row in self.units if row["unit_code"]]
        return steps, units, faults


@somewhere("edit_items")
@require_http_methods(_METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """A new item as a draft; below another one with `?parent=`."""
    there = known(site.rules(), work_common.today())
    span = access.reach(request.user, "edit_items")
    organisations = _organisations(span, "")
    code = request.GET.get("parent", "")
    above = queries.item(code, work_common.today(), work_common.soon()) if code else None
    if above is not None and not may_item(request.user, "view_internal", above.code):
        above = None
    start = _below(above, organisations) if above is not None else _empty(request, organisations)

    def act(form: ItemForm, draft: ItemDraft) -> WorkItem:
        return add_item(work_common.doing(request, form.cleaned_data["reason"]), draft, there)

    title = _("分解出下级事项") if above is not None else _("新增事项")
    back = (above.title, work_common.item_url(above.code)) if above is not None else None
    return _handle(request, there, organisations, start, act, title=title, back=back, code="")


@of_item("edit_items", "assign_items")
@require_http_methods(_METHODS)
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Change what an item says; an older version is refused and both are shown."""
    there = known(site.rules(), work_common.today())
    found = queries.item(code, work_common.today(), work_common.soon())
    if found is None:
        raise Http404
    permission = "edit_items" if found.state == "draft" else "assign_items"
    span = access.reach(request.user, permission)
    if not span.covers(found.organisation):
        raise PermissionDenied(permission)
    organisations = _organisations(span, found.organisation.code)

    def act(form: ItemForm, draft: ItemDraft) -> WorkItem | None:
        who = work_common.doing(request, form.cleaned_data["reason"])
        return change_item(who, code, draft, there, form.cleaned_data["version"] or 0)

    return _handle(request, there, organisations, draft_of(found), act, title=_("修改事项"),
                   back=(found.title, work_common.item_url(code)), code=code, version=found.version,
                   state=found.state)  # fmt: skip


def _handle(
    request: HttpRequest, there: Known, organisations: Sequence[tuple[str, str]], start: ItemDraft, act: Any, *,
    title: str, back: tuple[str, str] | None, code: str, version: int = 0, state: str = "draft",
) -> HttpResponse:  # fmt: skip
    conflict: list[dict[str, str]] = []
    if request.method != "POST":
        form = ItemForm(there, organisations, initial=asdict(start) | {"version": version})
        rows = Rows.of(start)
    elif wish := request.POST.get("rows", ""):
        # Only the rows change: what else was typed is shown as it was, and nothing is checked yet.
        given = {name: request.POST.get(name, "") for name in ItemForm.base_fields}
        form = ItemForm(there, organisations, initial=given | {"targets": request.POST.getlist("targets")})
        rows = Rows.typed(request.POST).after(wish)
    else:
        form, rows = ItemForm(there, organisations, request.POST), Rows.typed(request.POST)
        steps, units, faults = rows.read()
        for fault in faults:
            form.add_error(fault.field, fault_words(fault.message, fault.fix))
        if form.is_valid():
            draft = form.draft(steps, units)
            try:
                row = act(form, draft)
            except OldVersion as error:
                conflict = _both(code, draft)
                shown = request.POST.copy()
                shown["version"] = str(version)
                form.data = shown
                put_faults(form, error)
            except WorkRefused as error:
                put_faults(form, error)
            else:
                if row is None:
                    messages.warning(request, _("没有改动。"))
                    return redirect(work_common.item_url(code))
                words = _("已保存，记入操作日志。") if code else _("已新增 %(code)s，为草拟状态。") % {"code": row.code}
                messages.success(request, words)
                return redirect(work_common.item_url(row.code))
    context = {
        "form": form, "title": title, "back": back, "code": code,
        "steps": rows.steps or (dict.fromkeys(_STEP, ""),), "units": rows.units,
        "unit_roles": [(role, role_name(role)) for role in _ROLES],
        "unit_choices": [(view.code, texts.both(view.short or view.zh, view.en)) for view in tree(Filter())],
        "conflict": conflict, "handed": state != "draft", "state": work_common.state_name(state),
    }  # fmt: skip
    status = 422 if request.method == "POST" and form.is_bound else 200
    return render(request, "work/item_form.html", context, status=status)


def _both(code: str, mine: ItemDraft) -> list[dict[str, str]]:
    """What stands there now beside what was typed, where they differ."""
    row = WorkItem.objects.filter(code=code).first()
    if row is None:
        return []
    names = work_common.names()
    theirs, ours = told(draft_of(row)), told(mine)
    return [
        {"field": field_name(name), "theirs": value_words(name, _json(theirs[name]), names),
         "ours": value_words(name, _json(ours[name]), names)}
        for name in ours if theirs[name] != ours[name]
    ]  # fmt: skip


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _organisations(span: access.Span, now: str) -> list[tuple[str, str]]:
    """Organisations that may own an item of this person, and the present owner."""
    found = work_common.organisation_choices(span)
    return found if not now or now in dict(found) else [(now, work_common.names().get(now, now)), *found]


def _empty(request: HttpRequest, organisations: Sequence[tuple[str, str]]) -> ItemDraft:
    own = access.reach(request.user, "edit_items")
    first = organisations[0][0] if len(organisations) == 1 or (organisations and not own.everything) else ""
    return ItemDraft(request.GET.get("task", ""), "measure", "", first)


def _below(above: WorkItem, organisations: Sequence[tuple[str, str]]) -> ItemDraft:
    """A start for an item below another one: its task, owner where this person may, place and days."""
    codes = [code for code, _words in organisations]
    owner = above.organisation.code if above.organisation.code in codes else codes[0] if codes else ""
    kind = "measure" if above.kind == "duty" else "action"
    return ItemDraft(above.task, kind, "", owner, region=above.region, programme=above.programme, start=above.start,
                     due=above.due, parent=above.code)  # fmt: skip
