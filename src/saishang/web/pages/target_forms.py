"""Forms in which an office sets what the plan leaves open about a target."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saishang.apps.indicators.actions.set_target import Change
from saishang.apps.indicators.target_settings import COMPARATORS, read_year_values
from saishang.apps.indicators.target_view import TargetObject
from saishang.errors import Fault
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.target_words import number, owner_roles, path_names

__all__ = ["ChangeForm", "TargetForm"]

_CONTROL = {"class": "form-control"}
_SELECT = {"class": "form-select"}
#: Blank lines for owners beyond those that are there.
_MORE_OWNERS = 2


class ChangeForm(forms.Form):
    """From which day on, why, and which document says so."""

    effective = forms.DateField(
        label=gettext_lazy("施行日期"), initial=timezone.localdate,
        help_text=gettext_lazy("从这一天起按新的设定评估；此前的评估不变。"),
        widget=forms.DateInput(attrs=_CONTROL | {"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    document = forms.CharField(
        label=gettext_lazy("依据文件"), required=False, max_length=300, widget=forms.TextInput(attrs=_CONTROL),
        help_text=gettext_lazy("发文机关、文号和日期（必填）"),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("事由"), required=False, max_length=1000, widget=forms.TextInput(attrs=_CONTROL),
        help_text=gettext_lazy("为什么改变（必填）"),
    )  # fmt: skip
    number = forms.IntegerField(required=False, widget=forms.HiddenInput())
    region = forms.CharField(required=False, widget=forms.HiddenInput())

    def change_of(self, request: HttpRequest) -> Change:
        """The change that this form makes; call after `is_valid`."""
        data = self.cleaned_data
        return Change(
            request.user, data["effective"], data["reason"], data["document"], request.META.get("REMOTE_ADDR")
        )  # fmt: skip


class TargetForm(ChangeForm):
    """Everything that an office may set; an empty field leaves the plan's own."""

    goal = forms.CharField(label=gettext_lazy("目标值"), required=False, widget=forms.TextInput(attrs=_CONTROL))
    comparator = forms.ChoiceField(label=gettext_lazy("比较"), required=False, widget=forms.Select(attrs=_SELECT))
    year = forms.CharField(label=gettext_lazy("目标年"), required=False, widget=forms.TextInput(attrs=_CONTROL))
    baseline_year = forms.CharField(
        label=gettext_lazy("基准年"), required=False, widget=forms.TextInput(attrs=_CONTROL)
    )
    baseline_value = forms.CharField(
        label=gettext_lazy("基准值"), required=False, widget=forms.TextInput(attrs=_CONTROL)
    )
    baseline_source = forms.CharField(
        label=gettext_lazy("基准值来源"), required=False, max_length=300, widget=forms.TextInput(attrs=_CONTROL)
    )
    path = forms.ChoiceField(
        label=gettext_lazy("序时进度"), required=False, widget=forms.Select(attrs=_SELECT),
        help_text=gettext_lazy("直线：从基准逐年匀速到目标；阶梯：到下一个台阶年之前不变；逐年录入：只在录入的年份有要求。"),
    )  # fmt: skip
    points = forms.CharField(
        label=gettext_lazy("年份与数值"), required=False, widget=forms.Textarea(attrs=_CONTROL | {"rows": 4}),
        help_text=gettext_lazy("阶梯和逐年录入用，一行一个，如：2025 31.5"),
    )  # fmt: skip
    tolerance = forms.CharField(
        label=gettext_lazy("容差"), required=False, widget=forms.TextInput(attrs=_CONTROL),
        help_text=gettext_lazy("落后进度不超过容差为“有风险”，超过为“滞后”。"),
    )  # fmt: skip
    tolerance_of = forms.ChoiceField(label=gettext_lazy("容差单位"), required=False, widget=forms.Select(attrs=_SELECT))
    clause = forms.CharField(
        label=gettext_lazy("依据条款"), required=False, max_length=300, widget=forms.TextInput(attrs=_CONTROL)
    )

    def __init__(self, known: TargetObject, data: Any = None) -> None:
        super().__init__(data, initial=_initial(known))
        unit = texts.unit_name(known.indicator.unit) if known.indicator else ""
        fields = self.fields
        fields["comparator"].choices = [("", "—"), *((sign, texts.comparator(sign)) for sign in COMPARATORS)]  # type: ignore[attr-defined]
        fields["path"].choices = [("", _("按方案（直线）")), *path_names().items()]  # type: ignore[attr-defined]
        fields["tolerance_of"].choices = [("percent", _("目标值的 %")), ("unit", unit or _("计量单位"))]  # type: ignore[attr-defined]
        for name in ("goal", "baseline_value"):
            if unit:
                fields[name].label = f"{fields[name].label} [{unit}]"
        plan = _("未公布") if known.plan_level is None else texts.goal_text(
            known.comparator, known.plan_level, known.indicator.unit if known.indicator else ""
        )  # fmt: skip
        fields["goal"].help_text = _("留空按方案：%(goal)s") % {"goal": plan}
        fields["year"].help_text = _("留空按方案：%(year)s") % {"year": known.plan_year or "—"}
        if known.parent:
            for name in ("goal", "comparator", "year"):
                del fields[name]
        taken = [owner.agency for owner in known.setting.owners]
        lines = len(taken) + _MORE_OWNERS
        agencies = _agencies(known, taken)
        for line in range(lines):
            owner = known.setting.owners[line] if line < len(taken) else None
            fields[f"role_{line}"] = forms.ChoiceField(
                label=_("职责"), required=False, choices=[*owner_roles().items()], widget=forms.Select(attrs=_SELECT),
                initial=owner.role if owner else "responsible",
            )  # fmt: skip
            fields[f"agency_{line}"] = forms.ChoiceField(
                label=_("责任单位"), required=False, choices=[("", "—"), *agencies], widget=forms.Select(attrs=_SELECT),
                initial=owner.agency if owner else "",
            )  # fmt: skip
        self.owner_lines = [(self[f"role_{line}"], self[f"agency_{line}"]) for line in range(lines)]

    def given(self) -> tuple[dict[str, Any], list[Fault]]:
        """What was filled in, as `read_setting` takes it, and what of the years could not be read."""
        faults: list[Fault] = []
        data = self.cleaned_data
        points = read_year_values(data["points"], "points", faults)
        owners = [{"agency": data[agency.name], "role": data[role.name]} for role, agency in self.owner_lines]
        kind = data["path"] or ("entered" if points else "")
        given = {
            "goal": data.get("goal"), "comparator": data.get("comparator"), "year": data.get("year"),
            "baseline": {key: data[f"baseline_{key}"] for key in ("year", "value", "source")},
            "path": {"kind": kind, "points": points} if kind else None,
            "tolerance": {"value": data["tolerance"], "of": data["tolerance_of"] or "percent"},
            "owners": owners, "clause": data["clause"],
        }  # fmt: skip
        return given, faults


def _agencies(known: TargetObject, taken: list[str]) -> list[tuple[str, str]]:
    rules = site.rules()
    names = [str(row["zh"]) for row in rules.agencies.values()]
    regions = {str(row["zh"]): code for code, row in rules.regions.items() if row["use"] == "in_plan"}
    listed = dict.fromkeys([*known.plan_owners, *taken, *names, *regions])
    return [
        (name, site.region_name(regions[name]) if name in regions else site.agency_name(name)) for name in listed
    ]  # fmt: skip


def _initial(known: TargetObject) -> dict[str, Any]:
    setting = known.setting
    start, way = setting.baseline, setting.way
    return {
        "effective": timezone.localdate(), "number": known.newest, "region": known.region,
        "goal": "" if setting.goal is None else number(setting.goal, 6), "comparator": setting.comparator or "",
        "year": setting.year or "", "baseline_year": start.year if start else "",
        "baseline_value": number(start.value, 6) if start else "", "baseline_source": start.source if start else "",
        "path": way.kind if way else "",
        "points": "\n".join(f"{point.year} {number(point.value, 6)}" for point in way.points) if way else "",
        "tolerance": number(setting.tolerance.value, 6) if setting.tolerance else "",
        "tolerance_of": setting.tolerance.of if setting.tolerance else "percent", "clause": setting.clause,
    }  # fmt: skip
