"""What needs a person's attention, and how fresh the data are: the two short lists beside the targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from saishang.apps.core.generations import kept
from saishang.apps.indicators import queries as indicators
from saishang.apps.indicators.models import DustDecision
from saishang.apps.indicators.queries import RunFacts, TargetRow
from saishang.apps.observations import queries as observations
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.duty import Notice, warnings
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.targets import due

__all__ = ["Notice", "freshness_table", "notices"]

#: A hourly source whose last hour is older than this before the run's date is said to have stopped.
_STALE = timedelta(days=3)


def notices(rows: Sequence[TargetRow], run: RunFacts, *, staff: bool) -> list[Notice]:
    """The most pressing first, invented warnings last; empty when nothing asks for anybody.

    Parameters
    ----------
    staff:
        Whether the reader may see registers that are not public.
    """
    counts = Counter(row.status for row in rows)
    soon = sum(due(row, run.as_of) for row in rows)
    targets = reverse("targets")
    found = [
        Notice("off_track", counts["off_track"], _("个目标滞后"), f"{targets}?status=off_track"),
        Notice("at_risk", counts["at_risk"], _("个目标有风险"), f"{targets}?status=at_risk"),
        Notice("at_risk", soon, _("个目标在今明两年到期，尚未达标"), f"{targets}?need=due"),
        Notice("at_risk", _undecided(run), _("个沙尘日待认定"), f"{reverse('air-dust')}?status=proposed"),
    ]
    kept = [notice for notice in found if notice.number]
    stopped = _stopped(run)
    if stopped is not None:
        text = _("空气小时数据到 %(day)s 为止，距评估日 %(days)s 天") % {
            "day": stopped.date().isoformat(), "days": (run.as_of - stopped.date()).days,
        }  # fmt: skip
        kept.insert(0, Notice("at_risk", None, text, reverse("data-gaps")))
    told = warnings(run, staff=staff)
    pressing = [notice for notice in told if notice.tone == "off_track"]
    return [*pressing, *kept, *(notice for notice in told if notice.tone != "off_track")]


def _undecided(run: RunFacts) -> int:
    decided = set(DustDecision.objects.values_list("region", "day"))
    return len(_proposed(run.id) - decided)


@kept("runs", most=16)
def _proposed(identifier: str) -> frozenset[tuple[str, date]]:
    """Dust days that a run proposes, as (city, day)."""
    rows = indicators.select(identifier, "dust_days", "status = 'proposed'")
    return frozenset((row["region"], row["day"]) for row in rows)


def _stopped(run: RunFacts) -> datetime | None:
    """End of the hourly air data where it lies well before the run's date."""
    ends = [
        found.last_end
        for found in observations.freshness()
        if found.last_end is not None and _source(found.source).get("medium") == "air" and _hourly(found.source)
    ]
    newest = max(ends, default=None)
    if newest is None or newest >= datetime(run.as_of.year, run.as_of.month, run.as_of.day) - _STALE:
        return None
    return newest


def _source(identifier: str) -> Any:
    for source in site.rules().documents_under("sources").values():
        if source.get("id") == identifier:
            return source
    return {}


def _hourly(identifier: str) -> bool:
    return bool(_source(identifier).get("hourly"))


def freshness_table(*, short: bool = False) -> Table | None:
    """How far each source reaches; None before the first file. `short` leaves out when its newest file was loaded."""
    found = observations.freshness()
    if not found:
        return None
    columns = [
        Column("source", _("数据"), row_head=True),
        Column("until", _("数据到"), nowrap=True),
        Column("rejected", _("拒绝"), number=True),
    ]
    rows = []
    for item in found:
        source = _source(item.source)
        words = texts.both(source.get("zh"), source.get("en")) or item.source
        rows.append(
            {
                "source": Cell(item.source, text=words, href=f"{reverse('data')}?source={item.source}"),
                "until": Cell(
                    None if item.last_end is None else _last_day(item.last_end),
                    note="" if short else _("%(day)s 入库") % {"day": f"{timezone.localtime(item.loaded):%Y-%m-%d}"},
                ),
                "rejected": item.rejected,
            }
        )
    return Table("freshness", _("数据更新情况"), columns, rows, tight=True)


def _last_day(end: datetime) -> date:
    """The last day that has data: what ends at midnight belongs to the day before."""
    return (end - timedelta(microseconds=1)).date()
