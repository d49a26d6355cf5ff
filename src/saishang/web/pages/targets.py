"""Targets as rows: on the overview and on the list with filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import HistoryPoint, RunFacts, TargetRow
from saishang.web import texts
from saishang.web.pages.charts import Spark, spark
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run, other_runs
from saishang.web.pages.site import agency_name, region_name
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = [
    "STATES", "Group", "Line", "due", "goal_of", "grouped", "index", "lacks", "lines", "needs", "position",
    "target_url", "targets_table",
]  # fmt: skip

STATES = ("met", "on_track", "at_risk", "off_track", "not_evaluated", "undetermined")


@dataclass(frozen=True)
class Line:
    """One target as a page shows it."""

    row: TargetRow
    title: str
    href: str
    item_title: str
    region: str
    goal: str
    reason: str
    value: str
    unit: str
    picture: Spark | None


def target_url(row: TargetRow, run: str | None = None) -> str:
    """Address of a target's page."""
    address = reverse("target", args=[row.target])
    query = {k: v for k, v in {"region": row.region, "run": run}.items() if v}
    return f"{address}?{urlencode(query)}"


def position(period: str) -> float | None:
    """Where a period stands on the axis of years: a year at its number, others at the end of their last month."""
    last = period.split("..")[-1]
    parts = last.split("-")
    if not parts[0].isdigit():
        return None
    year = int(parts[0])
    if len(parts) == 1:
        return float(year)
    tail = parts[1]
    month = int(tail[1:]) * 3 if tail.startswith("Q") else int(tail)
    return year - 1 + month / 12


def chosen_history(history: Sequence[HistoryPoint]) -> list[tuple[float, HistoryPoint]]:
    """The value that stands for each year, and values of a year to date, on the axis of years."""
    found = []
    for point in history:
        place = position(point.period)
        if point.value is None or place is None:
            continue
        if point.chosen:
            found.append((place, point))
    return sorted(found, key=lambda pair: pair[0])


def goal_of(row: TargetRow) -> str:
    """What is promised, in short; a goal that the document withholds is said to be withheld."""
    if row.undetermined:
        return _("未公布")
    return "—" if row.goal is None else texts.goal_text(row.comparator, row.goal, row.unit)


def lines(rows: Sequence[TargetRow], run: RunFacts) -> list[Line]:
    """Rows with words, addresses and small pictures."""
    made = []
    for row in rows:
        title = texts.both(row.title_zh, row.title_en)
        points = [(x, p.value, p.valid) for x, p in chosen_history(row.history) if p.value is not None]
        label = _("%(title)s：目标 %(goal)s，最新 %(value)s") % {
            "title": title,
            "goal": goal_of(row),
            "value": f"{row.rounded} {texts.unit_name(row.unit)}" if row.rounded else _("无"),
        }
        made.append(
            Line(
                row=row,
                title=title,
                href=target_url(row),
                item_title=texts.both(row.item_title_zh, row.item_title_en),
                region=region_name(row.region),
                goal=goal_of(row),
                reason=texts.both(row.reason_zh, row.reason_en),
                value=row.rounded,
                unit=texts.unit_name(row.unit),
                picture=spark(row.path, points, label),
            )
        )
    return made


@dataclass(frozen=True)
class Group:
    """Lines under one heading; `kind` says which columns they fill: value, open or promise."""

    kind: str
    title: str
    lines: list[Line]
    open: bool


def grouped(found: Sequence[Line], *, unfold: bool = False) -> list[Group]:
    """Lines in three groups, each in the plan's order: with a value, with a goal but no value yet, without a number.

    Only the first group is open, so that what can be judged is seen at a glance; `unfold` opens all (after a search).
    """
    titles = {"value": _("已有数值的目标"), "open": _("有目标值、尚无数值的目标"), "promise": _("定性目标")}
    kinds: dict[str, list[Line]] = {kind: [] for kind in titles}
    for line in found:
        has_goal = line.row.goal is not None or line.row.undetermined
        kinds["value" if line.value else "open" if has_goal else "promise"].append(line)
    kept = [(kind, entries) for kind, entries in kinds.items() if entries]
    return [Group(kind, titles[kind], entries, unfold or i == 0) for i, (kind, entries) in enumerate(kept)]


def due(row: TargetRow, as_of: date) -> bool:
    """A numbered goal of this year or the next (or before) that is not met."""
    return row.goal is not None and row.year is not None and row.year <= as_of.year + 1 and row.status != "met"


#: What an unjudged target waits for, by the reason that the run gives.
_WAITS = {
    "qualitative": "promise", "no_report": "value", "no_value": "value", "value_too_old": "old",
    "demonstration_only": "value", "no_valid_year": "valid", "no_baseline": "baseline", "no_base_value": "baseline",
    "no_base_year": "baseline", "path_not_entered": "baseline",
    "no_indicator": "indicator", "other_unit": "indicator", "other_place": "indicator",
}  # fmt: skip


def lacks(row: TargetRow) -> str:
    """What keeps a target from being judged, as a word of `needs`; empty for one that is judged."""
    if row.status == "undetermined":
        return "goal"
    return _WAITS.get(row.reason, "other") if row.status == "not_evaluated" else ""


def needs() -> dict[str, str]:
    """Words of the filter by what a target needs."""
    return {
        "due": _("今明两年到期，尚未达标"),
        "promise": _("定性目标，待牵头单位说明成效"),
        "value": _("有目标值，尚无数值"),
        "old": _("只有过旧的数值"),
        "valid": _("没有满足有效性规定的年度"),
        "baseline": _("没有基准年数值"),
        "indicator": _("尚无对应的指标"),
        "goal": _("目标值在文件中未公布"),
        "other": _("其他原因"),
    }


def _needs(row: TargetRow, need: str, as_of: date) -> bool:
    return due(row, as_of) if need == "due" else lacks(row) == need


def targets_table(rows: Sequence[TargetRow], run: RunFacts) -> Table:
    """The targets for export (the page draws its own table with pictures)."""
    columns = [
        Column("target", _("目标编号")),
        Column("item", _("任务")),
        Column("title", _("目标"), row_head=True),
        Column("region", _("范围")),
        Column("comparator", _("比较")),
        Column("goal", _("目标值"), number=True),
        Column("unit", _("单位")),
        Column("year", _("目标年"), number=True),
        Column("value", _("最新值"), number=True),
        Column("period", _("时段")),
        Column("kind", _("来源方式")),
        Column("expected", _("进度应达"), number=True),
        Column("distance", _("与目标之差"), number=True),
        Column("status", _("状态")),
        Column("reason", _("理由")),
        Column("owners", _("责任单位")),
    ]
    exported = [
        {
            "target": row.target,
            "item": row.item,
            "title": texts.both(row.title_zh, row.title_en),
            "region": region_name(row.region),
            "comparator": texts.comparator(row.comparator),
            "goal": _plain(row.goal),
            "unit": texts.unit_name(row.unit),
            "year": row.year,
            "value": Decimal(row.rounded) if _is_number(row.rounded) else (row.rounded or None),
            "period": Cell(row.value_period, text=texts.period_name(row.value_period)),
            "kind": texts.kind_name(row.value_kind),
            "expected": _plain(row.expected),
            "distance": _plain(row.distance),
            "status": Cell(texts.state_name(row.status)),
            "reason": texts.both(row.reason_zh, row.reason_en),
            "owners": texts.listed(agency_name(owner) for owner in row.owners),
        }
        for row in rows
    ]
    return Table("targets", _("目标进展"), columns, exported, about=about_run(run))


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All targets of a run, with filters; answers a part of the page to a request by htmx."""
    run = chosen_run(request)
    if run is None:
        return render(request, "target/index.html", {"run": None})
    rows = queries.target_rows(run.id, with_history=True)
    status = request.GET.get("status", "")
    wanted = request.GET.get("q", "").strip()
    need = request.GET.get("need", "")
    words = needs()
    found = [
        row
        for row in rows
        if (not status or row.status == status)
        and (need not in words or _needs(row, need, run.as_of))
        and _matches(row, wanted)
    ]
    table = targets_table(found, run)
    answer = export(request, [table])
    if answer is not None:
        return answer
    context = {
        "run": run,
        "runs": other_runs(),
        "groups": grouped(lines(found, run), unfold=len(found) < len(rows)),
        "need": need,
        "needs": [(k, said) for k, said in words.items() if k == need or any(_needs(r, k, run.as_of) for r in rows)],
        "shown": len(found),
        "table": table,
        "total": len(rows),
        "status": status,
        "query": wanted,
        "states": [(name, texts.state_name(name), run.counts.get(name, 0)) for name in STATES],
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "target/results.html" if part else "target/index.html", context)


def _matches(row: TargetRow, wanted: str) -> bool:
    if not wanted:
        return True
    text = " ".join(
        [
            row.title_zh,
            row.title_en,
            row.item_title_zh,
            row.item_title_en,
            row.indicator_zh,
            row.indicator_en,
            *row.owners,
        ]
    )
    return all(word in text.casefold() for word in wanted.casefold().split())


def _plain(value: Decimal | None) -> Decimal | None:
    """Without the zeros that the database pads with."""
    return None if value is None else Decimal(f"{value.normalize():f}")


def _is_number(text: str) -> bool:
    try:
        Decimal(text)
    except ArithmeticError:
        return False
    return bool(text)
