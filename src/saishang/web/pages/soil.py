"""The “净土” gate: may a piece of land be supplied for a use? Answered for an area, with every reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from saishang.apps.registers import book, queries
from saishang.apps.registers.queries import EntryView
from saishang.errors import SaishangError
from saishang.science.register.kind import Kind
from saishang.science.register.places import read_place_text
from saishang.science.soil.admission import AdmissionRules, GateDecision, Plot, may_be_supplied
from saishang.science.soil.from_rules import admission_rules
from saishang.science.soil.geometry import read_area
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.charts import MapView
from saishang.web.pages.registers_common import drawing_words, entry_url, kind_named, places_layer, state_name
from saishang.web.pages.soil_board import figures_of_plots
from saishang.web.pages.soil_common import tabs
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["gate"]

#: The register whose plots decide.
REGISTER = "construction_plots"


class GateForm(forms.Form):
    """The question: an area, what it shall be used for, whether that is a change."""

    area = forms.CharField(
        label=gettext_lazy("地块范围"), max_length=400_000,
        help_text=gettext_lazy("在图上逐点绘制，或粘贴 GeoJSON（WGS-84）"),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3, "spellcheck": "false"}),
    )  # fmt: skip
    use = forms.ChoiceField(label=gettext_lazy("拟用途"), widget=forms.Select(attrs={"class": "form-select"}))
    change = forms.BooleanField(label=gettext_lazy("用途发生变更"), required=False, initial=True)

    def __init__(self, rules: AdmissionRules, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        document = site.rules().document("standards/soil/admission")
        choices = [(use["id"], texts.both(use["zh"], use["en"])) for use in document["gate"]["uses"]]
        self.fields["use"].choices = choices  # type: ignore[attr-defined]


@public
@require_http_methods(["GET", "HEAD", "POST"])
def gate(request: HttpRequest) -> HttpResponse:
    """Ask, and answer: yes or no, because of which plots and which articles. Nothing is stored."""
    rules = admission_rules(site.rules())
    kind = kind_named(REGISTER)
    form = GateForm(rules, request.POST or None)
    count = book.counts([kind]).get(REGISTER, 0) if kind is not None else 0
    context: dict[str, Any] = {
        "form": form, "kind": kind, "register": count, "tabs": tabs("soil"),
        "figures": figures_of_plots(kind) if kind is not None and count else [],
        "invented": kind is not None and any(view.standing.invented for view in queries.entries(kind)),
    }  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and kind is not None:
            try:
                context |= _answer(kind, rules, form.cleaned_data)
                status = 200
            except SaishangError as error:
                form.add_error("area", " ".join(wording.error_words(error)))
    context["drawing"] = _drawing(kind, context.get("box"))
    return render(request, "soil/gate.html", context, status=status)


def _answer(kind: Kind, rules: AdmissionRules, asked: dict[str, Any]) -> dict[str, Any]:
    place = read_place_text(asked["area"], "polygon")
    touched = queries.overlapping(kind, read_area(place.geometry), place.box)
    plots = [_plot(view) for view in touched]
    decision = may_be_supplied(plots, asked["use"], rules, change_of_use=asked["change"])
    return {
        "decision": decision, "table": _reasons(kind, touched, decision), "touched": len(touched), "box": place.box,
    }  # fmt: skip


def _drawing(kind: Kind | None, box: tuple[float, float, float, float] | None) -> MapView | None:
    """The map to draw on, with the plots on record; around the area once it was asked for."""
    layers = site.map_layers()
    if not layers:
        return None
    if kind is not None:
        layers.append(places_layer(kind, reverse("registers-places", args=[kind.id])))
    bounds = site.bounds_of("prefecture")
    if box is not None:
        west, south, east, north = box
        margin = max(east - west, north - south)
        bounds = [[west - margin, south - margin], [east + margin, north + margin]]
    spec = {"layers": layers, "points": [], "bounds": bounds, "notice": site.unofficial_map_notice(),
            "draw": "polygon", "into": "id_area", "words": drawing_words()}  # fmt: skip
    return MapView("drawing", _("在图上画出范围"), spec)


def _plot(view: EntryView) -> Plot:
    land = view.values.get("land_class")
    return Plot(view.key, view.state, int(land) if land else None)


def _reasons(kind: Kind, touched: list[EntryView], decision: GateDecision) -> Table:
    by_key = {view.key: view for view in touched}
    columns = [
        Column("plot", _("地块"), row_head=True), Column("state", _("状态")), Column("allowed", _("可否供地")),
        Column("reason", _("理由"), long=True), Column("clause", _("土壤污染防治法条款"), nowrap=True),
    ]  # fmt: skip
    rows = []
    for reason in decision.reasons:
        view = by_key.get(reason.plot)
        rows.append(
            {
                "plot": Cell(reason.plot, text=f"{view.key} {view.title}", href=entry_url(kind, view.pk))
                if view
                else _("范围内没有记录"),
                "state": state_name(kind, view.state) if view else "",
                "allowed": _("可以") if reason.allowed else _("不可"),
                "reason": texts.both(reason.zh, reason.en),
                "clause": wording.clause(reason.clause),
            }
        )
    return Table("reasons", _("逐块理由"), columns, rows)
