"""The first page: how the targets stand and why, how the cities do, what needs somebody, every target, every task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts, TargetRow
from saishang.apps.plan import queries as plans
from saishang.web import texts
from saishang.web.pages.attention import freshness_table, notices
from saishang.web.pages.cities import CitiesView, cities_view
from saishang.web.pages.exports import export
from saishang.web.pages.keeping import kept_words
from saishang.web.pages.plan import outline
from saishang.web.pages.runs import chosen_run, other_runs
from saishang.web.pages.scoreboard import Scoreboard, scoreboard
from saishang.web.pages.tables import Table
from saishang.web.pages.targets import grouped, lines, targets_table
from saishang.web.security import may, public

__all__ = ["overview"]


@dataclass(frozen=True)
class Judged:
    """What a run says, in one language: made once, since a finished run never changes."""

    rows: tuple[TargetRow, ...]
    table: Table
    cities: CitiesView | None
    #: The parts of the page that are long: map and table of the cities, and the list of all targets.
    cities_part: SafeString
    targets_part: SafeString
    board: Scoreboard


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Overview of the newest run, or of the one named in the address."""
    run = chosen_run(request)
    version = _plan_of(run)
    context: dict[str, Any] = {
        "run": run,
        "chapters": _chapters(),
        "plan_title": texts.both(version.title, version.title_en) if version is not None else "",
    }
    tables: list[Table] = []
    if run is not None:
        told = _judged(run.id, bool(request.GET.get("run")))
        fresh = freshness_table(short=True)
        tables = [
            told.table,
            *(t for t in (told.cities.table if told.cities is not None else None, fresh) if t is not None),
        ]
        context |= {
            "runs": other_runs(),
            "told": told,
            "notices": notices(told.rows, run, staff=may(request, "view_internal")),
            "freshness": fresh,
        }
    return export(request, tables) or render(request, "overview/overview.html", context)


@kept_words("runs", most=16)
def _judged(identifier: str, chosen: bool) -> Judged:
    """Of a run by its id; `chosen` keeps the run in the addresses."""
    run = queries.run_facts(identifier)
    rows = tuple(queries.target_rows(run.id, with_history=True))
    table = targets_table(rows, run)
    cities = cities_view(run, chosen=chosen)
    listed = {"groups": grouped(lines(rows, run)), "table": table, "run": run}
    return Judged(
        rows, table, cities, render_to_string("overview/cities.html", {"cities": cities}) if cities else SafeString(""),
        render_to_string("parts/targets.html", listed), scoreboard(rows, run, chosen=chosen),
    )  # fmt: skip


@kept_words("plan")
def _chapters() -> SafeString:
    """Chapters with their tasks, from the plan in force; without them before a plan is imported."""
    return render_to_string("overview/chapters.html", {"chapters": outline()})


def _plan_of(run: RunFacts | None) -> plans.VersionView | None:
    """The version that the run judged; before the first run, the one in force."""
    return plans.current_version() if run is None else plans.version(run.plan_version)
