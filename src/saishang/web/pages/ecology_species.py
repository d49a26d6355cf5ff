"""Species lists: records with protection and alien marks, what they count, upload on trial or for good, archive out."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from saishang.apps.ecology import queries as species
from saishang.apps.ecology.actions import RecordsOutcome, load_records
from saishang.apps.ecology.queries import RecordView
from saishang.apps.registers.queries import Filter, inside
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.lake.darwin_core import write_archive
from saishang.science.ecology.biodiversity import community_indices
from saishang.science.ecology.darwin_core import species_list, to_rows
from saishang.science.ecology.from_rules import darwin_core_terms, listed_species, sharing_grid
from saishang.science.ecology.invasive import binomial
from saishang.science.ecology.records import count_species
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.ecology_common import sources_of, tabs
from saishang.web.pages.ecology_words import list_name
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import address_of, region_tree, today
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.uploads import laid_down, plain_name
from saishang.web.security import may, permission, public

__all__ = ["archive", "listing", "upload"]

_LARGEST = 20 << 20
_PER_PAGE = 50


@public
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Records with search, the species that they make, what those count towards BI."""
    staff = may(request, "view_internal")
    views, chosen = _found(request, staff)
    page = Paginator(views, _PER_PAGE).get_page(request.GET.get("page"))
    about = [_("物种记录，%(day)s") % {"day": today().isoformat()}]
    if not staff:
        about.append(_("国家重点保护物种的坐标已概化到 %(grid)s 度网格。") % {"grid": sharing_grid(site.rules())})
    records = _records(list(page.object_list), views, about)
    kinds = _species(views, about)
    counts = _counts(views, about)
    any_there = bool(views) or any(chosen.values())
    context: dict[str, Any] = {
        "tabs": tabs("ecology-species"), "records": records, "species": kinds, "counts": counts, "page": page,
        "count": len(views), "chosen": chosen, "regions": region_tree(), "any": any_there, "staff": staff,
        "grid": sharing_grid(site.rules()), "may_upload": may(request, "edit_registers"),
        "figures": _figures(views), "sources": sources_of(("biodiversity", "weights"), ("sharing", "grid")),
        "marks": [("", _("全部")), ("protected", _("国家重点保护")), ("alien", _("外来入侵"))],
        "demonstration": any(view.invented for view in views),
    }  # fmt: skip
    return export(request, [records, kinds, counts]) or render(request, "ecology/species.html", context)


@public
@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """The records that the list shows as a Darwin Core archive."""
    views, _chosen = _found(request, may(request, "view_internal"))
    invented = any(view.invented for view in views)
    name = f"saishang-species{'-demonstration' if invented else ''}-{today():%Y%m%d}.zip"
    with tempfile.TemporaryDirectory(prefix="saishang-species-") as folder:
        path = Path(folder) / "archive.zip"
        header, rows = to_rows([view.record for view in views], darwin_core_terms(site.rules()))
        title = "Saishang species records" + (" (demonstration, invented)" if invented else "")
        write_archive(path, header, rows, title=title)
        body = path.read_bytes()
    answer = HttpResponse(body, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _found(request: HttpRequest, staff: bool) -> tuple[list[RecordView], dict[str, str]]:
    chosen = {name: request.GET.get(name, "").strip()[:200] for name in ("q", "region", "mark")}
    regions = inside(site.rules(), chosen["region"]) if chosen["region"] in site.rules().regions else ()
    # The register's own search sees every field, places too: the public searches what it is shown.
    views = species.records(site.rules(), Filter(regions=regions), exact_places=staff)
    for word in chosen["q"].casefold().split():
        views = [view for view in views if word in " ".join(view.record.values.values()).casefold()]
    if chosen["mark"] == "protected":
        views = [view for view in views if view.protection is not None]
    elif chosen["mark"] == "alien":
        views = [view for view in views if view.alien]
    else:
        chosen["mark"] = ""
    return views, chosen


def _name(view: RecordView) -> Cell:
    common = view.record.values.get("vernacularName", "")
    return Cell(view.record.name, note=common)


def _protection(view: RecordView) -> str:
    if view.protection is None:
        return ""
    return _("国家一级") if view.protection.level == 1 else _("国家二级")


def _figures(views: Sequence[RecordView]) -> list[tuple[str, str, str]]:
    kept = [view for view in views if view.record.present]
    names = {binomial(view.record.name) for view in kept}
    guarded = {binomial(view.record.name) for view in kept if view.protection is not None}
    alien = {binomial(view.record.name) for view in kept if view.alien}
    return [
        (_("记录"), str(len(views)), _("条")), (_("物种"), str(len(names)), _("种")),
        (_("国家重点保护"), str(len(guarded)), _("种，名录不全")),
        (_("外来入侵"), str(len(alien)), _("种，名录不全")),
    ]  # fmt: skip


def _records(rows: Sequence[RecordView], everything: Sequence[RecordView], about: Sequence[str]) -> Table:
    columns = [
        Column("name", _("学名"), row_head=True), Column("day", _("日期"), nowrap=True), Column("county", _("县")),
        Column("place", _("坐标"), nowrap=True), Column("count", _("个体数"), number=True),
        Column("protection", _("保护级别"), nowrap=True), Column("alien", _("外来入侵名录")),
        Column("basis", _("记录依据")), Column("id", _("记录编号")), Column("note", _("备注")),
    ]  # fmt: skip

    def told(view: RecordView) -> dict[str, Any]:
        record = view.record
        notes = [_("未见（缺失记录）")] if not record.present else []
        for term in ("dataGeneralizations", "informationWithheld"):
            notes += [wording.say(record.values[term])] if term in record.values else []
        notes += [_("演示条目")] if view.invented else []
        place = (
            ""
            if record.latitude is None
            else f"{record.values['decimalLatitude']}, {record.values['decimalLongitude']}"
        )
        return {
            "name": _name(view), "day": record.values["eventDate"], "county": record.values.get("county"),
            "place": place or None, "count": record.count, "protection": _protection(view) or None,
            "alien": texts.listed(list_name(name) for name in view.alien) or None,
            "basis": record.values["basisOfRecord"], "id": record.identifier, "note": texts.listed(notes),
        }  # fmt: skip

    return Table(
        "records", _("记录"), columns, [told(view) for view in rows], about=about, tight=True,
        everything=[told(view) for view in everything], empty=_("没有符合条件的记录。"),
    )  # fmt: skip


def _species(views: Sequence[RecordView], about: Sequence[str]) -> Table:
    columns = [
        Column("name", _("学名"), row_head=True), Column("records", _("记录"), number=True),
        Column("individuals", _("个体"), number=True), Column("first", _("最早"), nowrap=True),
        Column("last", _("最近"), nowrap=True), Column("protection", _("保护级别"), nowrap=True),
        Column("alien", _("外来入侵名录")),
    ]  # fmt: skip
    of: Mapping[str, RecordView] = {" ".join(view.record.name.split()): view for view in views}
    rows = [
        {
            "name": Cell(item.name, note=of[item.name].record.values.get("vernacularName", "")),
            "records": item.records, "individuals": item.individuals, "first": item.first, "last": item.last,
            "protection": _protection(of[item.name]) or None,
            "alien": texts.listed(list_name(name) for name in of[item.name].alien) or None,
        }
        for item in species_list(view.record for view in views)
    ]  # fmt: skip
    return Table("species", _("物种"), columns, rows, about=about, tight=True, empty=_("没有符合条件的记录。"))


def _counts(views: Sequence[RecordView], about: Sequence[str]) -> Table:
    """What the list counts towards BI, what it cannot tell, and the diversity of its individuals."""
    records = [view.record for view in views]
    found = count_species(records, [row.scientific_name for row in listed_species(site.rules())])
    individuals = [item.individuals for item in species_list(records) if item.individuals]
    indices = community_indices(individuals) if individuals else None
    columns = [
        Column("item", _("分项"), row_head=True), Column("value", _("数值"), number=True),
        Column("note", _("说明"), long=True),
    ]  # fmt: skip
    survey = _("名录记录不含此项，需在“区域生物多样性调查”中登记")
    rows: list[dict[str, Any]] = [
        {"item": _("野生动物物种数"), "value": found.animals,
         "note": _("按 kingdom、class 术语计哺乳类、鸟类、爬行类、两栖类、鱼类；蝶类无法从昆虫中区分，未计")},
        {"item": _("野生维管束植物物种数"), "value": found.plants, "note": _("按 kingdom、class 术语计，苔藓除外")},
        {"item": _("外来入侵物种数"), "value": found.alien, "note": _("对照规则中的名录，名录不全")},
        {"item": _("生态系统类型数（群系）"), "value": None, "note": survey},
        {"item": _("特有动物、特有植物物种数"), "value": None, "note": survey},
        {"item": _("受威胁动物、受威胁植物物种数"), "value": None, "note": survey},
        {"item": _("区域生物多样性指数（BI）"), "value": None,
         "note": _("缺上面三项，不能由名录单独得出；有调查的县见“生态指数”页的 BI")},
    ]  # fmt: skip
    if found.unplaced:
        rows.insert(
            2, {"item": _("未归类的物种"), "value": len(found.unplaced), "note": texts.listed(found.unplaced[:8])}
        )
    if indices is not None:
        rows += [
            {"item": _("Shannon 指数（自然对数）"), "value": Cell(indices.shannon, text=f"{indices.shannon:.3f}"),
             "note": _("按有个体数的记录，不同调查方法的个体数合在一起，只作参考")},
            {"item": _("Simpson 指数"), "value": Cell(float(indices.simpson), text=f"{float(indices.simpson):.3f}"),
             "note": ""},
        ]  # fmt: skip
        if indices.evenness is not None:
            rows.append({"item": _("Pielou 均匀度"), "note": "",
                         "value": Cell(indices.evenness, text=f"{indices.evenness:.3f}")})  # fmt: skip
    return Table("counts", _("名录能给出的 BI 分项"), columns, rows, about=about)


class SpeciesForm(forms.Form):
    """A species list."""

    file = forms.FileField(
        label=gettext_lazy("文件"), widget=forms.ClearableFileInput(attrs={"class": "form-control"}),
        help_text=gettext_lazy("Darwin Core 归档（ZIP），或以术语为列名的 UTF-8 CSV、TSV，最大 20 MiB、两万条。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("事由"), required=False, max_length=1000,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=gettext_lazy("写入时必填，如调查项目、来文名称"),
    )  # fmt: skip
    demonstration = forms.BooleanField(label=gettext_lazy("演示记录（虚构）"), required=False)
    dry_run = forms.BooleanField(label=gettext_lazy("只试算，不写入"), required=False, initial=True)


@permission("edit_registers")
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a Darwin Core file, on trial or for good; what was refused comes back term by term."""
    form = SpeciesForm(request.POST or None, request.FILES or None)
    terms = [
        (row["term"], texts.name_of(row), row["need"], row["vocabulary"] or "")
        for row in site.rules().table("standards/ecology/darwin_core")
    ]
    context: dict[str, Any] = {"form": form, "tabs": tabs("ecology-species"), "terms": terms}
    page = "ecology/species_upload.html"
    if request.method != "POST" or not form.is_valid():
        return render(request, page, context, status=422 if request.method == "POST" else 200)
    sent, data = form.cleaned_data["file"], form.cleaned_data
    name = plain_name(sent, "records")
    if sent.size > _LARGEST:
        form.add_error("file", _("文件超过 20 MiB。"))
        return render(request, page, context, status=422)
    with laid_down(sent) as path:
        try:
            outcome = load_records(
                request.user, site.rules(), Archive(settings.CONFIG.archive), path, name, today=today(),
                reason=data["reason"], demonstration=data["demonstration"], dry_run=data["dry_run"],
                address=address_of(request),
            )  # fmt: skip
        except SaishangError as error:
            return render(request, page, context | {"error": error}, status=422)
    tables = [_refusals(outcome), _preview(outcome)]
    context |= {"outcome": outcome.table, "refusals": tables[0], "preview": tables[1],
                "advised": sorted(outcome.advised.items())}  # fmt: skip
    context |= {effect: outcome.table.count(effect) for effect in ("added", "changed", "unchanged")}
    return export(request, tables) or render(request, page, context)


def _refusals(outcome: RecordsOutcome) -> Table:
    columns = [
        Column("line", _("行"), number=True), Column("term", _("术语")), Column("content", _("内容")),
        Column("message", _("原因"), long=True), Column("fix", _("怎么办"), long=True),
    ]  # fmt: skip
    rows = [
        {"line": refusal.line, "term": refusal.column, "content": Cell(refusal.content),
         "message": wording.say(refusal.message), "fix": wording.say(refusal.fix)}
        for refusal in outcome.table.refusals
    ]  # fmt: skip
    return Table("refusals", _("未接收的单元格"), columns, rows, empty=_("没有被拒绝的内容。"))


def _preview(outcome: RecordsOutcome) -> Table:
    """The first records that are taken, with what becomes of each."""
    effects = {"added": _("新增"), "changed": _("修改"), "unchanged": _("未变")}
    taken = {change.line: change.effect for change in outcome.table.changes}
    columns = [
        Column("line", _("行"), number=True), Column("id", _("记录编号"), row_head=True), Column("name", _("学名")),
        Column("day", _("日期"), nowrap=True), Column("effect", _("结果")),
    ]  # fmt: skip
    rows = [
        {"line": record.line, "id": record.identifier, "name": Cell(
            record.name, note=record.values.get("vernacularName", "")),
         "day": record.values["eventDate"], "effect": effects[taken[record.line]]}
        for record in outcome.records if record.line in taken
    ]  # fmt: skip
    title = _("将要接收的记录") if outcome.table.dry_run else _("已接收的记录")
    caption = _("最多列 50 条，导出为全部。")
    return Table("preview", title, columns, rows[:50], everything=rows, tight=True, caption=caption,
                 empty=_("没有一条可以接收。"))  # fmt: skip
