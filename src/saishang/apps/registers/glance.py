"""Many registers at a glance: entries, overdue ones, the last change, some figures; a few questions for all of them.

Read from the sums beside the versions (`book`), never from the entries one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Max

from saishang.apps.registers.making import bring_up
from saishang.apps.registers.models import Entry, Version
from saishang.apps.registers.movements import part_of_row
from saishang.apps.registers.queries import counted_regions, inside
from saishang.rules import Rules
from saishang.science.register.kind import Figure, Kind
from saishang.science.register.sums import NOTHING, FigureSum, Part, figure_sum

__all__ = ["Glance", "Told", "figures", "glances", "last_version"]


@dataclass(frozen=True, slots=True)
class Glance:
    """A register on a day.

    Attributes
    ----------
    entries, invented:
        Real ones, and those that stand there for demonstration only.
    overdue:
        Entries, real ones alone where there are any, with a term that has passed.
    changed:
        The last day from which something of it holds; None of an empty register.
    """

    entries: int = 0
    invented: int = 0
    overdue: int = 0
    changed: date | None = None

    @property
    def alone(self) -> bool:
        """Whether all that is there is invented."""
        return not self.entries and self.invented > 0


@dataclass(frozen=True, slots=True)
class Told:
    """A figure of a register for a place.

    Attributes
    ----------
    entries:
        Entries of the register there, whatever the figure counts; 0 says that the figure says nothing: nobody having
        entered anything does not mean that there is nothing.
    invented:
        Whether these are invented ones (there are no others in the register).
    """

    sum: FigureSum
    entries: int
    invented: bool


def last_version() -> int:
    """Number of the last version that was written in any register; 0 before the first. Cheap: an index has it."""
    return int(Version.objects.aggregate(last=Max("pk"))["last"] or 0)


def glances(kinds: Iterable[Kind], today: date) -> dict[str, Glance]:
    """Every one of the registers as it stands on a day, by its id."""
    listed = list(kinds)
    bring_up(listed)
    names = list(dict.fromkeys(kind.id for kind in listed))
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, invented, sum(counted) filter (where figure = ''), max(day) from registers_movement"
            " where kind = any(%s) and span = 'd' and day <= %s group by 1, 2",
            [names, today],
        )
        rows = cursor.fetchall()
    counted: dict[tuple[str, bool], int] = {}
    changed: dict[str, date] = {}
    for kind, invented, number, day in rows:
        counted[kind, invented] = int(number or 0)
        changed[kind] = max(day, changed.get(kind, day))
    late = Entry.objects.filter(kind__in=names, withdrawn=False, due__lt=today).values("kind", "invented")
    overdue = {(row["kind"], row["invented"]): row["n"] for row in late.annotate(n=Count("pk")).order_by()}
    found = {}
    for name in names:
        real, made_up = counted.get((name, False), 0), counted.get((name, True), 0)
        found[name] = Glance(real, made_up, overdue.get((name, not real and made_up > 0), 0), changed.get(name))
    return found


def figures(
    wanted: Iterable[tuple[Kind, Figure]], rules: Rules, region: str, today: date
) -> dict[tuple[str, str], Told]:
    """Figures of registers for a region and everything below it: (register, figure) → value.

    Invented entries are never counted beside real ones; where there are no others they show what the figure is for,
    under their mark.
    """
    pairs = list(wanted)
    bring_up(kind for kind, _figure in pairs)
    asked = {(kind.id, figure.id): figure for kind, figure in pairs}
    parts: dict[tuple[str, str, bool], dict[str, Part]] = defaultdict(dict)
    kinds = sorted({kind for kind, _figure in asked})
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, figure, invented, region, sum(counted), sum(total), sum(base), sum(base_total), sum(missing)"
            " from registers_movement where kind = any(%s) and span = 'd' and (figure = any(%s) or figure = '')"
            " and day <= %s"
            " group by 1, 2, 3, 4",
            [kinds, sorted({figure for _kind, figure in asked}), today],
        )
        for kind, figure, invented, place, counted, total, base, base_total, missing in cursor.fetchall():
            part = part_of_row(counted, total, base, base_total, missing)
            parts[kind, figure, invented][place] = part
    codes = inside(rules, region)
    found = {}
    for (kind, name), figure in asked.items():
        real = _any(parts.get((kind, "", False), {}))
        mine = parts.get((kind, name, not real), {})
        within = {place: part for place, part in mine.items() if place in codes}
        there = parts.get((kind, "", not real), {})
        entries = sum(part.counted for place, part in there.items() if place in codes)
        told = figure_sum(figure, within, counted_regions(figure, rules, codes))
        found[kind, name] = Told(told, entries, not real and _any(there))
    return found


def _any(parts: Mapping[str, Part]) -> bool:
    return sum(parts.values(), NOTHING).counted > 0
