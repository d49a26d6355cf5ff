"""Split a target over cities and counties (分解目标): draft, check, save; and take a split back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from saishang.apps.indicators.actions.set_cascade import Split, check_split, dissolve_cascade, set_cascade
from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.split_table import SPLIT_COLUMNS, part_row, read_split
from saishang.apps.indicators.target_settings import SettingRefused, Start, read_number
from saishang.apps.indicators.target_view import TargetObject, candidates
from saishang.errors import Fault, SaishangError
from saishang.science.cascade import COMBINE, SPLITS, Combine, Part, propose
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.faults import put_faults
from saishang.web.pages.tables import Column, Table
from saishang.web.pages.target_forms import ChangeForm
from saishang.web.pages.target_setting import home, known_target, places_of, take_back
from saishang.web.pages.target_words import check_words, combine_names, number, split_names
from saishang.web.pages.uploads import laid_down, plain_name
from saishang.web.security import permission

__all__ = ["dissolve", "split"]

_CONTROL = {"class": "form-control"}
_CELL = {"class": "form-control num"}
_SELECT = {"class": "form-select"}
_LARGEST = 1 << 20
#: What a line of the form holds for each region.
_COLUMNS = tuple(name for name in SPLIT_COLUMNS if name != "region")


class SplitForm(ChangeForm):
    """How parts combine, and a line for every region."""

    combine = forms.ChoiceField(
        label=gettext_lazy("各地怎样合成总体"), widget=forms.Select(attrs=_SELECT),
        help_text=gettext_lazy("空气质量浓度按各市算术平均；比例按各地基数加权；总量相加；也可要求各地各自达到。"),
    )  # fmt: skip
    weights_from = forms.CharField(
        label=gettext_lazy("权重来源"), required=False, max_length=300, widget=forms.TextInput(attrs=_CONTROL),
        help_text=gettext_lazy("加权平均时填：哪张表、哪一年、谁负责"),
    )  # fmt: skip
    accepted = forms.CharField(
        label=gettext_lazy("不足以满足总体目标时，接受的理由"), required=False, max_length=500,
        widget=forms.TextInput(attrs=_CONTROL),
        help_text=gettext_lazy("各地目标合成后不满足总体目标的，不写理由不能保存。"),
    )  # fmt: skip
    level = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(
        self, known: TargetObject, level: str, data: Any = None, drafted: Mapping[str, str] | None = None
    ) -> None:
        split = known.setting.cascade
        initial: dict[str, Any] = {"number": known.newest, "region": known.region, "level": level}
        if split is not None:
            initial |= {"combine": split.combine, "weights_from": split.weights_from, "accepted": split.accepted}
        super().__init__(data, initial=initial | dict(drafted or {}))
        self.regions = candidates(site.rules(), known.region, "counties" if level == "counties" else "below")
        self.known = known
        self.fields["combine"].choices = [*combine_names().items()]  # type: ignore[attr-defined]
        before = {part.region: part for part in known.parts}
        for code in self.regions:
            part = before.get(code)
            shown = {
                "goal": "" if part is None or part.goal is None else number(part.goal, 6),
                "weight": "" if part is None or part.weight is None else number(part.weight, 6),
                "exempt": "" if split is None else split.exempt.get(code, ""),
            } | _start_texts(known, code, part.setting.baseline if part is not None else None)
            for name in _COLUMNS:
                self.fields[f"{name}_{code}"] = forms.CharField(
                    required=False, max_length=300, initial=shown.get(name, ""),
                    label=f"{site.region_name(code)} {_labels()[name]}",
                    widget=forms.TextInput(attrs=_CONTROL if name in ("baseline_source", "exempt") else _CELL),
                )  # fmt: skip

    def lines(self) -> list[dict[str, Any]]:
        """One line for each region, for the page."""
        return [
            {
                "region": site.region_name(code),
                "cells": [self[f"{name}_{code}"] for name in _COLUMNS],
                "errors": [error for name in _COLUMNS for error in self[f"{name}_{code}"].errors],
            }
            for code in self.regions
        ]

    def split(self) -> tuple[Split, list[Fault]]:
        """The split as filled in, and what could not be read."""
        faults: list[Fault] = []
        rows = []
        for code in self.regions:
            told = {name: str(self.cleaned_data[f"{name}_{code}"]).strip() for name in _COLUMNS}
            rows.append(part_row(code, told, faults, field=f"{{name}}_{code}"))
        data = self.cleaned_data
        made = Split(cast("Combine", data["combine"]), tuple(rows), data["weights_from"], data["accepted"])
        return made, faults


def _labels() -> dict[str, str]:
    return {
        "goal": _("目标值"), "weight": _("权重"), "baseline_year": _("基准年"), "baseline_value": _("基准值"),
        "baseline_source": _("基准值来源"), "exempt": _("不承担的理由"),
    }  # fmt: skip


def _headings(known: TargetObject) -> list[str]:
    """The labels as headings: figures with their unit."""
    unit = texts.unit_name(known.indicator.unit) if known.indicator else ""
    measured = ("goal", "baseline_value")
    return [f"{words} [{unit}]" if unit and name in measured else words for name, words in _labels().items()]


def _start_texts(known: TargetObject, code: str, start: Start | None) -> dict[str, str]:
    """The baseline of a part: as set; the site's own stays out, it holds anyhow."""
    if start is None:
        return {}
    return {"baseline_year": str(start.year), "baseline_value": number(start.value, 6), "baseline_source": start.source}


@permission("set_targets")
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, target: str) -> HttpResponse:
    """Draft and save a split; every number of the draft is the office's to change."""
    known = known_target(request, target)
    level = request.POST.get("level") or request.GET.get("level") or _level_of(known)
    lower = candidates(site.rules(), known.region, "counties") != candidates(site.rules(), known.region)
    context = places_of(known) | {
        "level": level, "lower": lower, "ways": split_names().items(), "labels": _headings(known),
        "invented": any(part.setting.demonstration for part in known.parts),
        "possible": known.level is not None and known.indicator is not None and known.goal.region == known.region,
        "goal": number(known.level), "may_dissolve": known.setting.cascade is not None,
    }  # fmt: skip
    if request.method != "POST":
        shown = SplitForm(known, level)
        return export(request, [_form_table(shown)]) or render(request, "target/split.html", context | {"form": shown})
    if "read" in request.POST:
        return _read(request, known, level, context)
    if "draft" in request.POST:
        form = SplitForm(known, level, _draft(request.POST, known, level))
        form.is_valid()
        return render(request, "target/split.html", context | {"form": form} | _verdict(known, form))
    form = SplitForm(known, level, request.POST)
    context["form"] = form
    if not form.is_valid():
        return render(request, "target/split.html", context, status=422)
    entered, faults = form.split()
    try:
        if faults:
            raise SettingRefused(faults[0].message, fix=faults[0].fix, faults=faults)
        if "trial" in request.POST:
            return render(request, "target/split.html", context | _verdict(known, form))
        set_cascade(
            form.change_of(request), site.rules(), home(), target, known.region, entered,
            expected=form.cleaned_data["number"],
        )  # fmt: skip
    except SaishangError as error:
        _beside(error, form)
        put_faults(form, error)
        return render(request, "target/split.html", context, status=422)
    messages.success(request, _("分解已记录，下一次评估起各地按自己的目标评估。"))
    return redirect(context["setting_url"])


def _form_table(form: SplitForm) -> Table:
    """The form as a table to fill in elsewhere; it comes in again by the same headings."""
    heading = 1 if texts.english() else 0
    columns = [Column(name, headings[heading]) for name, headings in SPLIT_COLUMNS.items()]
    rows = [
        {"region": site.region_name(code)} | {name: form[f"{name}_{code}"].value() or None for name in _COLUMNS}
        for code in form.regions
    ]
    return Table("split", _("分解表"), columns, rows)


def _read(request: HttpRequest, known: TargetObject, level: str, context: dict[str, Any]) -> HttpResponse:
    """Fill the form from a table; nothing is saved yet."""
    sent = request.FILES.get("file")
    told = {name: str(value) for name, value in request.POST.items()}
    page = "target/split.html"
    if sent is None or (sent.size or 0) > _LARGEST:
        form = SplitForm(known, level, told)
        form.add_error(None, _("请选择不超过 1 MiB 的 Excel 或 CSV 文件。"))
        return render(request, page, context | {"form": form}, status=422)
    name = plain_name(sent, "table")
    with laid_down(sent) as path:
        try:
            rows = read_split(path, name, site.rules())
        except SaishangError as error:
            form = SplitForm(known, level, told)
            form.is_valid()
            put_faults(form, error)
            return render(request, page, context | {"form": form}, status=422)
    for row in rows:
        start = row.baseline
        told |= {
            f"goal_{row.region}": "" if row.goal is None else number(row.goal, 6),
            f"weight_{row.region}": "" if row.weight is None else number(row.weight, 6),
            f"baseline_year_{row.region}": str(start.year) if start else "",
            f"baseline_value_{row.region}": number(start.value, 6) if start else "",
            f"baseline_source_{row.region}": start.source if start else "",
            f"exempt_{row.region}": row.exempt,
        }
    form = SplitForm(known, level, told)
    form.is_valid()
    strange = [site.region_name(row.region) for row in rows if row.region not in form.regions]
    if strange:
        form.add_error(None, _("表中有本级以外的地区：%(names)s") % {"names": texts.listed(strange)})
    return render(request, page, context | {"form": form} | _verdict(known, form))


def _beside(error: SaishangError, form: SplitForm) -> None:
    """Faults that name a region belong beside that region's goal."""
    if isinstance(error, SettingRefused):
        error.faults = tuple(
            Fault(f"goal_{fault.field}", fault.message, fault.fix) if fault.field in form.regions else fault
            for fault in error.faults
        )


def _level_of(known: TargetObject) -> str:
    split_ = known.setting.cascade
    direct = candidates(site.rules(), known.region)
    return "counties" if split_ is not None and not set(split_.members) <= set(direct) else "below"


def _verdict(known: TargetObject, form: SplitForm) -> dict[str, Any]:
    """Whether what stands in the form adds up."""
    if form.errors:
        return {}
    entered, faults = form.split()
    if faults:
        return {}
    found = check_split(known, entered)
    return {"verdict": check_words(known, found, entered.combine), "check": found}


def _draft(data: QueryDict, known: TargetObject, level: str) -> dict[str, str]:
    """What stands in the form, with goals by the way that was asked for, from what is known of each region."""
    told = {name: str(value) for name, value in data.items()}
    way, combine = told.get("draft", ""), told.get("combine", "")
    if way not in SPLITS or combine not in COMBINE or known.level is None or known.indicator is None:
        return told
    rules = site.rules()
    baselines = Catalogue.baselines(rules, home().site)
    parts = []
    for code in candidates(rules, known.region, "counties" if level == "counties" else "below"):
        if told.get(f"exempt_{code}", "").strip():
            continue
        start = baselines.get((known.indicator.id, code))
        typed = _typed(told, f"baseline_value_{code}")
        value = typed if typed is not None else start.point.value if start is not None else None
        parts.append(Part(code, weight=_typed(told, f"weight_{code}"), baseline=value))
    drafted = propose(
        known.level, parts, combine, way, direction=known.indicator.direction, decimals=known.indicator.decimals,
        ceiling=Decimal(100) if known.share else None,
    )  # fmt: skip
    return told | {f"goal_{code}": "" if goal is None else number(goal, 6) for code, goal in drafted.items()}


def _typed(told: Mapping[str, str], name: str) -> Decimal | None:
    return read_number(told.get(name, ""), name, [])


@permission("set_targets")
@require_http_methods(["POST"])
def dissolve(request: HttpRequest, target: str) -> HttpResponse:
    """Take a split back."""
    return take_back(request, target, dissolve_cascade, _("已取消分解，下一次评估起生效。"))
