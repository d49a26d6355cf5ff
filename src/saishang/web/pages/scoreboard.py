"""How the targets stand, at one glance: how many can be judged and how, and what the others wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators.queries import RunFacts, TargetRow
from saishang.web import texts
from saishang.web.pages.runs import run_query
from saishang.web.pages.targets import STATES, lacks, needs

__all__ = ["Scoreboard", "Share", "scoreboard"]

#: Length of the bar in the units of its drawing.
_LENGTH = 1000
_JUDGED = ("met", "on_track", "at_risk", "off_track")


@dataclass(frozen=True)
class Share:
    """One state: how many targets, where they are listed, and the piece of the bar that stands for them."""

    state: str
    words: str
    number: int
    href: str
    start: float
    length: float


@dataclass(frozen=True)
class Scoreboard:
    """Counts of a run's targets; `waits` says what the unjudged ones lack, the most frequent first."""

    total: int
    judged: int
    verdict: str
    shares: list[Share]
    waits: list[tuple[int, str, str]]

    @property
    def waiting(self) -> int:
        """Targets that cannot be judged yet."""
        return self.total - self.judged


def scoreboard(rows: Sequence[TargetRow], run: RunFacts, *, chosen: bool = False) -> Scoreboard:
    """Counts of all states and the reasons of what is not judged; `chosen` keeps the run in the addresses."""
    counts = Counter(row.status for row in rows)
    listed = reverse("targets")
    shares = []
    start = 0.0
    for state in STATES:
        length = _LENGTH * counts[state] / len(rows) if rows else 0.0
        href = f"{listed}?{run_query(run, chosen, status=state)}"
        shares.append(Share(state, texts.state_name(state), counts[state], href, start, length))
        start += length
    words = needs()
    waits = [
        (number, words[need], f"{listed}?{run_query(run, chosen, need=need)}")
        for need, number in Counter(lacks(row) for row in rows if lacks(row)).most_common()
    ]
    judged = sum(counts[state] for state in _JUDGED)
    return Scoreboard(len(rows), judged, _verdict(counts, judged), shares, waits)


def _verdict(counts: Counter[str], judged: int) -> str:
    """The judged targets in one sentence; nothing missing is ever counted as good."""
    if not judged:
        return _("尚无可以判定的目标。")
    if not counts["off_track"] and not counts["at_risk"]:
        return _("其中没有滞后或有风险的目标。")
    return _("其中滞后 %(off)d 个、有风险 %(risk)d 个。") % {"off": counts["off_track"], "risk": counts["at_risk"]}
