"""The first page: how the targets stand and why, how the cities do, what needs somebody, every target, every task."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.plan import queries as plans
from saishang.web import texts
from saishang.web.pages.attention import freshness_table, notices
from saishang.web.pages.cities import cities_view
from saishang.web.pages.exports import export
from saishang.web.pages.runs import chosen_run, other_runs
from saishang.web.pages.scoreboard import scoreboard
from saishang.web.pages.tables import Table
from saishang.web.pages.targets import grouped, lines, targets_table
from saishang.web.security import may, public

__all__ = ["overview"]


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Overview of the newest run, or of the one named in the address."""
    run = chosen_run(request)
    version = _plan_of(run)
    context: dict[str, Any] = {
        "run": run,
        "chapters": chapters(),
        "plan_title": texts.both(version.title, version.title_en) if version is not None else "",
    }
    tables: list[Table] = []
    if run is not None:
        chosen = bool(request.GET.get("run"))
        rows = queries.target_rows(run.id, with_history=True)
        table = targets_table(rows, run)
        cities = cities_view(run, chosen=chosen)
        fresh = freshness_table(short=True)
        tables = [table, *(t for t in (cities.table if cities is not None else None, fresh) if t is not None)]
        context |= {
            "runs": other_runs(),
            "groups": grouped(lines(rows, run)),
            "table": table,
            "cities": cities,
            "notices": notices(rows, run, staff=may(request, "view_internal")),
            "freshness": fresh,
            "board": scoreboard(rows, run, chosen=chosen),
        }
    return export(request, tables) or render(request, "overview/overview.html", context)


def _plan_of(run: RunFacts | None) -> plans.VersionView | None:
    """The version that the run judged; before the first run, the one in force."""
    return plans.current_version() if run is None else plans.version(run.plan_version)


def chapters() -> list[Any]:
    """Chapters with their tasks, from the plan in force; empty before a plan is imported."""
    from saishang.web.pages.plan import outline

    return outline()
