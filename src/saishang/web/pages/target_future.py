"""On a target's page: the forecast beside its path, who owes it and what is to be done, earlier evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators import queries
from saishang.apps.indicators.models import IndicatorValue
from saishang.apps.indicators.queries import RunFacts, TargetRow
from saishang.apps.plan import queries as plan
from saishang.apps.plan.queries import ItemView, PlanNotFoundError
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.corrections import compare_url
from saishang.web.pages.forecast import ForecastView, year_end_forecast
from saishang.web.pages.forecast_words import one
from saishang.web.pages.plan import owner_role_name
from saishang.web.pages.runs import about_run
from saishang.web.pages.tables import Cell, Column, Table

__all__ = [
    "Running", "band", "band_labels", "band_rows", "earlier", "evidence", "owed", "running_year",
]  # fmt: skip

Running = tuple[ForecastView | None, str]
#: Runs before this one that a page looks back at.
_RUNS = 12


def band(ahead: ForecastView) -> list[list[float]]:
    """[year, low, middle, high] from the last known value on; empty without a forecast."""
    row = ahead.row
    if row is None or row.reason or not row.path or not row.ends:
        return []
    year, value = int(row.ends[-1][0]), float(row.ends[-1][1])
    start = [float(year), *(round(value, 4) for _edge in range(3))]
    return [start, *([float(step), round(low, 2), round(mid, 2), round(high, 2)] for step, low, mid, high in row.path)]


def band_labels(ahead: ForecastView) -> dict[str, str]:
    """What the band and its middle are called in a picture."""
    level = f"{ahead.row.level * 100:.0f}" if ahead.row else ""
    return {"band": _("预测区间 %(level)s %%") % {"level": level}, "middle": _("预测（居中）")}


def band_rows(ahead: ForecastView) -> list[tuple[float, dict[str, Any]]]:
    """The same as lines of the table below the picture."""
    return [
        (
            year,
            {
                "period": texts.period_name(str(int(year))),
                "middle": Cell(middle, text=one(middle)),
                "band": f"{one(low)} – {one(high)}",
            },
        )
        for year, low, middle, high in band(ahead)[1:]
    ]


def owed(row: TargetRow) -> dict[str, Any]:
    """Who owes the target, in which role, and what the plan says is to be done; empty without a plan."""
    version = plan.current_version()
    if version is None:
        return {}
    try:
        item: ItemView = plan.item(version.id, row.item)
    except PlanNotFoundError:
        return {}
    mine = [owner for owner in item.owners if not owner.inherited] or list(item.owners)
    roles: dict[str, list[dict[str, str]]] = {}
    for owner in sorted(mine, key=lambda owner: owner.role != "lead"):
        named = {
            "name": site.agency_name(owner.name),
            "href": f"{reverse('plan')}?{urlencode({'owner': owner.agency_code or owner.name})}",
        }
        if named not in roles.setdefault(owner.role, []):
            roles[owner.role].append(named)
    # An office may have set other owners than the plan names; then these stand without the plan's roles.
    return {
        "roles": []
        if row.setting.get("version")
        else [(owner_role_name(role), names) for role, names in roles.items()],
        "measures": [texts.both(zh, en) for zh, en in item.measures],
    }


def running_year(run: RunFacts, row: TargetRow) -> Running:
    """How the running year ends, with the way to its workings; for targets on a yearly mean of the air."""
    found = queries.indicator(row.indicator)
    rule = found.statistic if found else {}
    if rule.get("source") != "period_statistics" or rule.get("statistic") != "mean":
        return None, ""
    ahead = year_end_forecast(run, row.region, str(rule["parameter"]), "dust_removed")
    if ahead is None or ahead.row is None or ahead.row.target:
        return None, ""
    return ahead, reverse("morning-item", args=[row.region, str(rule["parameter"])]) + f"?run={run.id}"


def evidence(run: RunFacts, row: TargetRow) -> dict[tuple[str, str], str]:
    """(period, basis) of the reported values → who reported it and on what paper."""
    found = IndicatorValue.objects.filter(
        run_id=run.id, indicator=row.indicator, region=row.region, kind="reported"
    ).values_list("period", "basis", "inputs")
    return {
        (period, basis): texts.listed(part for part in (inputs.get("agency"), inputs.get("evidence")) if part)
        for period, basis, inputs in found
    }


def earlier(row: TargetRow, run: RunFacts) -> Table | None:
    """The target in earlier runs, newest first, each with what changed since the one before; None with one run."""
    listed = list(queries.runs())[:_RUNS]
    found = [(one_run, queries.target_row(one_run.id, row.target, row.region)) for one_run in listed]
    known = [(one_run, state) for one_run, state in found if state is not None]
    if len(known) < 2:
        return None
    columns = [
        Column("run", _("评估"), row_head=True, nowrap=True),
        Column("as_of", _("截至"), nowrap=True),
        Column("value", _("最新值"), texts.unit_name(row.unit), number=True),
        Column("period", _("时段"), nowrap=True),
        Column("state", _("状态")),
        Column("changed", _("变化")),
    ]
    rows = [_line(known, place, run) for place in range(len(known))]
    return Table("earlier", _("历次评估中的这个目标"), columns, rows, about=about_run(run), tight=True)


def _line(known: Sequence[tuple[Any, TargetRow]], place: int, run: RunFacts) -> dict[str, Any]:
    one_run, state = known[place]
    query = urlencode({"run": one_run.id} | ({"region": state.region} if state.region else {}))
    line: dict[str, Any] = {
        "run": Cell(one_run.id, href=f"{reverse('target', args=[state.target])}?{query}",
                    note=_("本页") if one_run.id == run.id else ""),
        "as_of": one_run.as_of.isoformat(),
        "value": Cell(state.value, text=state.rounded or "—"),
        "period": texts.period_name(state.value_period) if state.value_period else "",
        "state": texts.state_name(state.status),
    }  # fmt: skip
    if place + 1 < len(known):
        before = known[place + 1][0].id
        line["changed"] = Cell(None, text=_("与前一次相比"), href=compare_url(before, one_run.id))
    return line
