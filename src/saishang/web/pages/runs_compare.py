"""What changed between two evaluations: numbers before and after, and what lies between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import changes, queries
from saishang.apps.indicators.actions.release_changes import list_digest
from saishang.apps.indicators.models import ChangeRelease, Run
from saishang.apps.indicators.queries import NoSuchRun
from saishang.apps.observations.queries import site_lake
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.chain import certificate_url, chain_url
from saishang.web.pages.data_tabs import tabs
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import kind_name, kind_named
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, reason_name
from saishang.web.security import may, public
from saishang.web.texts import counted

__all__ = ["compare", "targets_table", "values_table"]

_PER_PAGE = 100


@public
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two runs side by side; without a choice the last two."""
    listed = list(queries.runs().order_by("-started"))
    if len(listed) < 2:
        return render(request, "runs/compare.html", {"tabs": tabs("data-runs", request)})
    after = _chosen(request.GET.get("after"), listed[0])
    before = _chosen(request.GET.get("before"), _the_one_before(listed, after))
    everything = request.GET.get("all") == "1"
    about = [_("%(before)s 与 %(after)s 比较") % {"before": before.id, "after": after.id}]
    values = changes.value_changes(before.id, after.id)
    targets = changes.target_changes(before.id, after.id)
    printed = [change for change in values if everything or not change.only_precision]
    page = Paginator(printed, _PER_PAGE).get_page(request.GET.get("page"))
    tables = [
        targets_table(targets, about),
        values_table(list(page.object_list), printed, before.id, after.id, after.id, about, earlier=before.id),
    ]
    answer = export(request, tables)
    if answer is not None:
        return answer
    context: dict[str, Any] = {
        "tabs": tabs("data-runs", request), "before": before, "after": after, "targets": tables[0],
        "values": tables[1], "page": page, "everything": everything, "hidden": len(values) - len(printed),
        "runs": [(run.id, f"{run.as_of.isoformat()} · {run.id}") for run in listed],
        "causes": _causes(changes.between(site_lake(), before.id, after.id)),
    }  # fmt: skip
    return render(request, "runs/compare.html", context | _release_state(request, before, after, values, targets))


def _release_state(
    request: HttpRequest,
    before: Run,
    after: Run,
    values: list[changes.ValueChange],
    targets: list[changes.TargetChange],
) -> dict[str, Any]:
    """For the page that compares two runs: whether their list is released, and whether this person may release it."""
    known = ChangeRelease.objects.filter(before=before, after=after).select_related("released_by").first()
    if known is not None:
        whole = known.digest == list_digest(before, after, values, targets)[2]
        return {"released": known, "released_whole": whole}
    possible = before.as_of == after.as_of and before.started < after.started
    return {"may_release": possible and may(request, "release_changes")}


def _the_one_before(listed: list[Run], after: Run) -> Run:
    """The run made before, best one of the same day: between days everything that goes on differs."""
    earlier = [run for run in listed if run.started < after.started]
    return next((run for run in earlier if run.as_of == after.as_of), (earlier or listed[::-1])[0])


def _chosen(wanted: str | None, otherwise: Run) -> Run:
    if not wanted:
        return otherwise
    try:
        return queries.get_run(wanted)
    except NoSuchRun:
        raise Http404(_("没有编号为“%(run)s”的评估。") % {"run": wanted}) from None


def _causes(found: changes.Between) -> list[dict[str, Any]]:
    """Sentences of what lies between, with links to where it can be read."""
    listed: list[dict[str, Any]] = []

    def say(text: str, href: str = "", note: str = "") -> None:
        listed.append({"text": text, "href": href, "note": note})

    if found.as_of:
        say(_("评估日期：%(before)s → %(after)s") % {"before": found.as_of[0], "after": found.as_of[1]})
    for batch in found.batches:
        told = {"file": batch.file_name, "added": f"{batch.added:,}", "replaced": f"{batch.replaced:,}"}
        say(
            _("载入 %(file)s：新增 %(added)s 行，更正 %(replaced)s 行") % told,
            reverse("data-batch", args=[batch.id]), texts.listed(batch.months[:3]),
        )  # fmt: skip
    for what, who, at in found.reports:
        say(_("报送 %(what)s") % {"what": what}, reverse("targets-values"), f"{who} · {at:%Y-%m-%d}")
    by_kind = Counter(row.kind for row in found.entries)
    for name, count in sorted(by_kind.items()):
        kind = kind_named(name)
        if kind is None or not kind.public:
            continue  # not everybody may know what stands in it
        words = {"name": kind_name(kind), "count": str(count)}
        say(_("名录 %(name)s：登记 %(count)s 次") % words, reverse("registers-list", args=[name]))
    if found.flags:
        say(counted("质量控制：%(count)s 个值的剔除有变", found.flags) % {"count": found.flags})
    if found.decisions:
        say(
            counted("沙尘日认定 %(count)s 项", len(found.decisions)) % {"count": len(found.decisions)},
            reverse("air-dust"),
        )
    for row in found.settings:
        said = _("设定目标 %(target)s（%(region)s）%(version)s") % {
            "target": row.target, "region": site.region_name(row.region), "version": f"v{row.number}",
        }  # fmt: skip
        href = f"{reverse('target-setting', args=[row.target])}?region={row.region}"
        say(said, href, f"{row.document} · {row.at:%Y-%m-%d}")
    for label, pair in (
        (_("规则"), found.rules), (_("方案版本"), found.plan), (_("程序"), found.code),
    ):  # fmt: skip
        if pair is not None:
            say(f"{label}{_('：')}{pair[0][:24]} → {pair[1][:24]}", reverse("rules") if pair is found.rules else "")
    return listed


def targets_table(rows: list[changes.TargetChange], about: list[str]) -> Table:
    """Targets with state and figure on both sides."""
    catalogue = queries.catalogue().indicators
    columns = [
        Column("target", _("目标"), row_head=True), Column("region", _("区域"), nowrap=True),
        Column("year", _("目标年"), nowrap=True),
        Column("before", _("之前")),
        Column("before_value", _("数值"), number=True), Column("after", _("之后")),
        Column("after_value", _("数值"), number=True), Column("unit", _("计量单位")),
        Column("goal", _("目标值改变"), nowrap=True),
    ]  # fmt: skip
    listed = [
        {
            "target": Cell(
                row.target,
                text=texts.both(row.title, row.title_en),
                href=f"{reverse('target', args=[row.target])}?region={row.region}",
            ),
            "region": site.region_name(row.region),
            "year": str(row.year) if row.year else None,
            "before": Cell(row.before_status or None, state=row.before_status or None),
            "before_value": row.before or None,
            "after": Cell(row.after_status or None, state=row.after_status or None),
            "after_value": row.after or None,
            "goal": f"{row.before_goal or '—'} → {row.after_goal or '—'}"
            if row.before_goal or row.after_goal
            else None,
            "unit": (texts.unit_name(catalogue[row.indicator].unit) or None) if row.indicator in catalogue else None,
        }
        for row in rows
    ]
    return Table(
        "targets", _("状态或数值不同的目标"), columns, listed, about=about, empty=_("没有目标的状态或数值改变。")
    )


def values_table(
    shown: list[changes.ValueChange], everything: list[changes.ValueChange], before: str, after: str, chain: str,
    about: list[str], *, earlier: str = "", why: Callable[[changes.ValueChange], str] | None = None,
) -> Table:  # fmt: skip
    """Numbers on both sides; `before` and `after` in words, `chain` the run to which the figures lead.

    `earlier` is the run to which a figure leads that only the side before has; `why` says what changes a
    number, where the side after is no run yet.
    """
    catalogue = queries.catalogue().indicators
    columns = [
        Column("indicator", _("指标"), row_head=True), Column("region", _("区域"), nowrap=True),
        Column("period", _("时段"), nowrap=True), Column("basis", _("口径")),
        Column("before", _("之前"), number=True), Column("after", _("之后"), number=True),
        Column("unit", _("计量单位")), *([Column("why", _("缘由"), nowrap=True)] if why else []),
        Column("certificate", _("证书")),
    ]  # fmt: skip

    def told(row: changes.ValueChange) -> dict[str, Any]:
        known = catalogue.get(row.indicator)
        name = texts.both(known.zh, known.en) if known else row.indicator
        # A figure that only the earlier run has is explained by that run.
        there = chain if row.after_exact is not None or row.before_exact is None else earlier or chain
        key = (there, row.indicator, row.region, row.period, row.basis, row.kind)
        # What only a correction would bring stands in no run yet: nothing to lead to.
        nowhere = why is not None and row.before_exact is None and not row.before_reason
        return {
            "indicator": Cell(row.indicator, text=name, href=None if nowhere else chain_url(*key)),
            "region": site.region_name(row.region),
            "period": texts.period_name(row.period),
            "basis": basis_name(row.basis),
            "before": Cell(row.before_exact, text=row.before or None, note=reason_name(row.before_reason or None)),
            "after": Cell(row.after_exact, text=row.after or None, note=reason_name(row.after_reason or None)),
            "unit": texts.unit_name(row.unit) or None,
            "why": why(row) if why else None,
            "certificate": None if nowhere else Cell(row.indicator, text=_("查看"), href=certificate_url(*key)),
        }  # fmt: skip

    return Table(
        "values", _("改变的数字"), columns, [told(row) for row in shown], about=about, tight=True,
        # Words for thousands of lines are made when they are exported, not for every look at the page.
        everything=map(told, everything), empty=_("没有数字改变。"),
        caption=_("之前：%(before)s；之后：%(after)s。") % {"before": before, "after": after},
    )  # fmt: skip
