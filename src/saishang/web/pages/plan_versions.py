"""Versions of the plan: what changed between two of them, and the names of units that a person settles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from saishang.apps.plan import queries
from saishang.apps.plan.actions import settle_unit
from saishang.apps.plan.diff import ItemChange, diff_plans
from saishang.apps.plan.models import PlanVersion
from saishang.apps.plan.queries import PlanNotFoundError, VersionView
from saishang.errors import SaishangError
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.plan import owner_role_name
from saishang.web.pages.tables import Column, Table
from saishang.web.security import permission, public

__all__ = ["SettleForm", "compare", "units"]


def kind_name(kind: str) -> str:
    """Words for what happened to an item."""
    return {
        "added": _("新增"), "dropped": _("删除"), "merged": _("合并"), "split": _("拆分"), "renamed": _("改名"),
        "moved": _("移动"), "owners": _("责任单位"), "measures": _("措施"), "targets": _("目标"),
    }.get(kind, kind)  # fmt: skip


def target_change_name(what: str) -> str:
    """Words for what happened to a target."""
    return {
        "added": _("新增"), "dropped": _("删除"), "tightened": _("收紧"), "loosened": _("放宽"), "settled": _("明确"),
        "withheld": _("隐去"), "rescheduled": _("改期"), "moved": _("移动"), "changed": _("变更"),
    }.get(what, what)  # fmt: skip


@public
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two versions side by side: the newest two when none is chosen."""
    current = queries.current_version()
    if current is None:
        raise Http404(_("还没有导入方案"))
    versions = queries.versions(current.plan)
    before = _chosen(request.GET.get("before", ""), versions, versions[min(1, len(versions) - 1)])
    after = _chosen(request.GET.get("after", ""), versions, versions[0])
    found = diff_plans(queries.document_of(before.name), queries.document_of(after.name), (before.name, after.name))
    table = _table(found.changes, before, after)
    answer = export(request, [table])
    if answer is not None:
        return answer
    context = {
        "versions": versions, "before": before, "after": after, "found": found, "table": table,
        "changes": [_entry(change) for change in found.changes],
    }  # fmt: skip
    return render(request, "plan/compare.html", context)


def _chosen(name: str, versions: list[VersionView], default: VersionView) -> VersionView:
    return next((v for v in versions if v.name == name), default)


def _entry(change: ItemChange) -> dict[str, Any]:
    same = change.title_before == change.title_after and change.before == change.after
    return {
        "kinds": [(kind, kind_name(kind)) for kind in change.kinds],
        "before": "" if same else f"{' '.join(change.before)} {change.title_before}".strip(),
        "after": f"{' '.join(change.after)} {change.title_after}".strip(),
        "moved": (change.moved_from, change.moved_to) if change.moved_from is not None else None,
        "owners_added": [site.agency_name(name) for name in change.owners_added] if change.before else [],
        "owners_dropped": [site.agency_name(name) for name in change.owners_dropped] if change.after else [],
        "roles": [_role_change(words) for words in change.roles_changed],
        "targets": [
            {
                "what": target_change_name(t.what), "indicator": t.indicator, "year": t.year, "scope": t.scope or "",
                "before": _signs(t.before), "after": _signs(t.after),
            }
            for t in change.targets
        ],
        "measures_added": change.measures_added if change.before else [],
        "measures_dropped": change.measures_dropped if change.after else [],
    }  # fmt: skip


def _signs(said: str | None) -> str:
    return (said or "").replace(">=", "≥").replace("<=", "≤").replace("~ ", "≈ ")


def _role_change(words: str) -> str:
    """Turn 某局: responsible → lead into the words of the page."""
    name, _colon, roles = words.rpartition(": ")
    before, _arrow, after = roles.partition(" → ")
    return f"{site.agency_name(name)} {owner_role_name(before)} → {owner_role_name(after)}"


def _table(changes: list[ItemChange], before: VersionView, after: VersionView) -> Table:
    columns = [
        Column("kinds", _("变化"), row_head=True),
        Column("before", before.label),
        Column("after", after.label),
        Column("owners", _("责任单位")),
        Column("targets", _("目标"), long=True),
    ]
    rows = []
    for change in changes:
        entry = _entry(change)
        owners = [*(f"+ {n}" for n in entry["owners_added"]), *(f"− {n}" for n in entry["owners_dropped"])]
        rows.append(
            {
                "kinds": texts.listed(words for _kind, words in entry["kinds"]),
                # An item that kept its name stands in both columns; only a new one is absent from the first.
                "before": entry["before"] or (entry["after"] if change.before else ""),
                "after": entry["after"],
                "owners": "；".join([*owners, *entry["roles"]]),
                "targets": "；".join(
                    f"{t['what']} {t['indicator']} {t['before']} → {t['after']}" for t in entry["targets"]
                ),
            }
        )
    return Table("changes", _("版本比较"), columns, rows, about=[f"{before.name} → {after.name}"])


class SettleForm(forms.Form):
    """Which agency a written name means, and why."""

    unit = forms.CharField(max_length=200, widget=forms.HiddenInput)
    agency = forms.CharField(
        max_length=200, widget=forms.TextInput(attrs={"class": "form-control", "list": "agencies"})
    )
    reason = forms.CharField(max_length=500, required=False, widget=forms.TextInput(attrs={"class": "form-control"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].label = _("机构正式名称")
        self.fields["agency"].help_text = _("可从名录中选择；名录没有的机构写正式全称。")
        self.fields["reason"].label = _("理由")


@permission("import_plan")
@require_http_methods(["GET", "HEAD", "POST"])
def units(request: HttpRequest) -> HttpResponse:
    """Names that no table knows, each with a form to say which agency it is; only for those who may import plans."""
    try:
        current = queries.version(request.GET["version"]) if "version" in request.GET else queries.current_version()
    except PlanNotFoundError:
        current = None
    if current is None:
        raise Http404(_("还没有导入方案"))
    bound: SettleForm | None = None
    if request.method == "POST":
        bound = SettleForm(request.POST, auto_id="settle_%s")
        if bound.is_valid():
            said = bound.cleaned_data
            try:
                row = PlanVersion.objects.get(pk=current.id)
                count = settle_unit(request.user, row, said["unit"], said["agency"], said["reason"])
            except SaishangError as error:
                bound.add_error(None, wording.say(error.message))
            else:
                told = {"unit": said["unit"], "agency": said["agency"], "n": count}
                messages.success(request, _("“%(unit)s”已确认为“%(agency)s”，共改 %(n)s 处，记入操作日志。") % told)
                return redirect(request.get_full_path())
    entries = []
    for number, (unit, at, _reason) in enumerate(queries.unresolved(current.id)):
        mine = bound if bound is not None and bound.data.get("unit") == unit else None
        form = mine or SettleForm(initial={"unit": unit}, auto_id=f"u{number}_%s")
        entries.append({"unit": unit, "at": at, "form": form})
    context = {
        "version": current, "entries": entries,
        "agencies": [row["zh"] for row in site.rules().table("agencies").rows],
    }  # fmt: skip
    return render(request, "plan/units.html", context, status=422 if bound is not None else 200)
