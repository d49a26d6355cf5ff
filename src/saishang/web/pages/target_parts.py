"""On a target's page: what an office had set when the run was made, and the parts that places below carry."""

from __future__ import annotations

from django.utils.translation import gettext as _

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts, TargetRow
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.runs import about_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.target_words import number, path_names, tolerance_words
from saishang.web.pages.targets import goal_of, target_url

__all__ = ["parts_table", "set_words"]


def set_words(row: TargetRow) -> str:
    """What of the target is set and not simply the plan's, in one line."""
    told = row.setting
    said = [_("按方案") if not told.get("version") else _("第 %(number)s 版") % {"number": told["version"]}]
    if told.get("baseline"):
        start = told["baseline"]
        said.append(_("基准 %(year)s 年 %(value)s") % {"year": start["year"], "value": start["value"]})
    if told.get("path"):
        said.append(_("序时进度：%(kind)s") % {"kind": path_names()[told["path"]["kind"]]})
    if told.get("tolerance"):
        said.append(_("容差 %(value)s") % {"value": tolerance_words(told["tolerance"], row.unit)})
    return " · ".join(said)


def parts_table(row: TargetRow, run: RunFacts) -> Table | None:
    """States of the parts in this run; None where the target is not split."""
    parts = queries.part_rows(run.id, row.target, row.region)
    if not parts:
        return None
    unit = texts.unit_name(row.unit)
    columns = [
        Column("region", _("地区"), row_head=True, nowrap=True), Column("goal", _("目标值")),
        Column("value", _("最新值"), unit, number=True), Column("expected", _("进度应达"), unit, number=True),
        Column("distance", _("与目标之差"), unit, number=True), Column("state", _("状态")),
        Column("reason", _("理由"), long=True),
    ]  # fmt: skip
    rows = [
        {
            "region": Cell(part.region, text=site.region_name(part.region), href=target_url(part)),
            "goal": goal_of(part) if not part.undetermined else _("未定"),
            "value": Cell(part.value, text=part.rounded, note=texts.period_name(part.value_period))
            if part.rounded else None,
            "expected": None if part.expected is None else number(part.expected, 2),
            "distance": None if part.distance is None else number(part.distance, 2),
            "state": Cell(part.status, state=part.status),
            "reason": texts.both(part.reason_zh, part.reason_en),
        }
        for part in parts
    ]  # fmt: skip
    return Table("parts", _("分解到各地"), columns, rows, about=about_run(run), tight=True)
