"""Ask every provider what is due, and tell whoever has to hear of it on the days that the rules say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from saishang.apps.notices.actions.notify import Telling, notify_all
from saishang.apps.notices.providers import DueThing, Provider, providers
from saishang.apps.organisations.access import nearest_who_may, people_who_hold
from saishang.apps.organisations.actions.doing import find_organisation
from saishang.rules import Rules
from saishang.science.clocks import WorkingDays, working_days
from saishang.science.reminders import Reminder, reminder_plan, reminder_today, reminder_window

__all__ = ["Reminded", "remind"]

_log = logging.getLogger(__name__)
#: So many due things are told at once; between two batches the round can be stopped.
_BATCH = 200


@dataclass
class Reminded:
    """What a round of reminders did: notices made by provider, and providers that failed with what they said."""

    told: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class _People:
    """Who hears of what, asked once for each organisation and action."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._known: dict[tuple[str, str | None], Sequence[Any]] = {}

    def of(self, thing: DueThing) -> Sequence[Any]:
        place = thing.organisation
        key = (thing.action, place)
        if key not in self._known:
            self._known[key] = (
                people_who_hold(thing.action, self._today)
                if place is None
                else nearest_who_may(thing.action, find_organisation(place), self._today)
            )
        return self._known[key]


def remind(rules: Rules, today: date, progress: Callable[[float], None] = lambda done: None) -> Reminded:
    """Make the reminders of a day; doing it again tells nobody twice.

    A provider that fails does not keep the others from being asked; what it gave before it failed has been told.

    Parameters
    ----------
    progress: told which share of the providers has been asked; raising ends the round.
    """
    calendar, people, done = working_days(rules), _People(today), Reminded()
    asked = list(providers().values())
    for number, provider in enumerate(asked):
        progress(number / len(asked))
        done.told[provider.id] = 0
        told = _round(provider, rules, calendar, people, today)
        while True:
            try:
                made = next(told, None)
            except Exception as error:
                _log.exception("reminders of %s", provider.id)
                done.failed[provider.id] = f"{type(error).__name__}: {error}"[:300]
                break
            if made is None:
                break
            done.told[provider.id] += made
            progress(number / len(asked))
    return done


def _round(provider: Provider, rules: Rules, calendar: WorkingDays, people: _People, today: date) -> Iterator[int]:
    """How many notices each batch made; of a provider that fails what it gave before is told all the same."""
    plan = reminder_plan(rules, provider.id)
    first, last = reminder_window(plan, today)
    days: dict[date, Reminder | None] = {}
    batch: list[Telling] = []
    try:
        for thing in provider.due(rules, first, last):
            if thing.due not in days:
                days[thing.due] = reminder_today(plan, calendar, thing.due, today)
            found = days[thing.due]
            if found is not None:
                batch.append(_telling(thing, found, people.of(thing), today))
            if len(batch) == _BATCH:
                yield notify_all(batch)
                batch = []
    except Exception:
        yield notify_all(batch)
        raise
    yield notify_all(batch)


def _telling(thing: DueThing, found: Reminder, people: Sequence[Any], today: date) -> Telling:
    # The document's own day is part of the key: a due day that is put off begins anew.
    key = "/".join((*thing.subject, thing.part, thing.due.isoformat(), str(found.stage)))
    params = {
        **(thing.params or {}), "due": found.due.isoformat(), "told": today.isoformat(), "days": found.days,
        "complete": found.complete,
    }  # fmt: skip
    return Telling(people, thing.kind, key, thing.subject, thing.url, params)
