"""Warnings that somebody on duty must see: gamma alarms, alien species new in a county, terms that have passed.

Real and invented ones stand apart. Registers that are for staff are not spoken of to anybody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.core.generations import kept
from saishang.apps.ecology import queries as ecology
from saishang.apps.indicators import queries as indicators
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.indicators.values import DEMONSTRATION
from saishang.apps.registers import lists
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.science.register.figures import Due
from saishang.science.register.kind import Kind
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.registers_common import kind_name, today

__all__ = ["Notice", "warnings"]

#: An alarm that ended longer ago than this before the run's day is history: the station's page tells it.
_RECENT = timedelta(days=30)


@dataclass(frozen=True)
class Notice:
    """One thing to look at: how pressing, how many, in words, where to go, which day, whether it is invented."""

    tone: str
    number: int | None
    text: str
    href: str
    day: str = ""
    invented: bool = False


def warnings(run: RunFacts, *, staff: bool) -> list[Notice]:
    """Real warnings first; empty when there is none.

    Parameters
    ----------
    staff:
        Whether the reader may see registers that are not public.
    """
    found = [*_gamma(run), *_alien(), *_overdue(staff=staff)]
    return sorted(found, key=lambda notice: (notice.invented, notice.tone != "off_track"))


def _gamma(run: RunFacts) -> Iterator[Notice]:
    """Alarms of the last thirty days of the run; what rain explains is told on the stations' pages."""
    rows = _alarms(run.id, run.as_of - _RECENT)
    for invented in (False, True):
        mine = [row for row in rows if (row["basis"] == DEMONSTRATION) is invented]
        if not mine:
            continue
        stations = sorted({str(row["station"]) for row in mine})
        last: date = max(row["start"] for row in mine).date()
        one = reverse("radiation-station", args=stations) + f"?day={last.isoformat()}" if len(stations) == 1 else ""
        on = _("最近一次 %(day)s") % {"day": last.isoformat()}
        if any(row["going_on"] for row in mine):
            on = _("%(day)s 起，尚未结束") % {"day": last.isoformat()}
        tone = "at_risk" if invented else "off_track"
        yield Notice(tone, len(mine), _("次γ辐射本底报警（近 30 天）"), one or reverse("radiation"), on, invented)


@kept("runs", most=16)
def _alarms(identifier: str, after: date) -> tuple[dict[str, Any], ...]:
    """Alarms of a run that ended after a day and that no rain explains."""
    where = "rain <> 'yes' and \"end\"::date > ?"
    return tuple(indicators.select(identifier, "gamma_alarms", where, [after], 'basis, "start"'))


def _alien() -> Iterator[Notice]:
    """Finds of key species new in a county about which nothing has been done."""
    views = {view.key: view for view in ecology.finds(site.rules())}
    told = [warning for warning in ecology.warnings(site.rules(), list(views.values())).values() if warning.open]
    for invented in (False, True):
        mine = [warning for warning in told if views[warning.find.key].standing.invented is invented]
        if mine:
            on = _("最近发现于 %(day)s") % {"day": max(warning.find.found_on for warning in mine).isoformat()}
            href = f"{reverse('ecology-alien')}?show=open"
            yield Notice("at_risk", len(mine), _("处外来入侵物种预警未处置"), href, on, invented)


def _overdue(*, staff: bool) -> Iterator[Notice]:
    """Entries of every register with a term that has passed today."""
    on = today()
    for kind in kinds(site.rules()).values():
        if not kind.terms or not (kind.public or staff):
            continue
        listed = lists.late(kind, on)
        late = [due for due in registers.due(kind, listed) if due.on < on]
        invented = {view.key for view in listed if view.standing.invented}
        # More than were read are counted; how many of each term is not said then.
        counts = lists.count_late(kind, on) if len(listed) == lists.MOST_LATE else (None, None)
        for is_invented in (False, True):
            mine = [due for due in late if (due.key in invented) is is_invented]
            if mine:
                yield _notice(kind, mine, counts[is_invented], invented=is_invented)


def _notice(kind: Kind, late: Sequence[Due], counted: int | None, *, invented: bool) -> Notice:
    entries = len({due.key for due in late}) if counted is None else counted
    words = [
        f"{texts.both(term.zh, term.en)} {count if counted is None else ''}".strip()
        for term in kind.terms
        if (count := len({due.key for due in late if due.term == term.id}))
    ]
    text = _("条已逾期 · %(register)s：%(terms)s") % {"register": kind_name(kind), "terms": texts.listed(words)}
    day = _("最早于 %(day)s 届满") % {"day": min(due.on for due in late).isoformat()}
    return Notice("at_risk", entries, text, f"{reverse('registers-list', args=[kind.id])}?due=1", day, invented)
