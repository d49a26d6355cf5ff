"""How a register went month by month: figures, states, what came and went, all from the movements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection

from saishang.apps.registers.book import Place
from saishang.apps.registers.making import bring_up
from saishang.apps.registers.movements import CAME, WENT, first_days, part_of_row
from saishang.science.register.kind import Kind
from saishang.science.register.sums import NOTHING, Part

__all__ = ["comings", "month_ends", "monthly"]


def month_ends(last: date, months: int) -> list[date]:
    """The last days of months up to a day, which is the last of them: `months` days, the earliest first."""
    found = [last]
    begin = last.replace(day=1)
    while len(found) < months:
        found.append(begin - timedelta(days=1))
        begin = found[-1].replace(day=1)
    return found[::-1]


def monthly(kind: Kind, days: Sequence[date], figures: Iterable[str]) -> Iterator[tuple[date, dict[Place, Part]]]:
    """Sums of a kind as it stood on each of some days in a row, from one reading of the movements.

    Parameters
    ----------
    days:
        Ends of months, as `month_ends` gives them.
    figures:
        Which ones; `""` for entries by state, `CAME` and `WENT` for what came and went.
    """
    bring_up([kind])
    first, last = days[0].replace(day=1), days[-1]
    _year, (_m, month), _day = first_days(last)
    begin = date(first.year, 1, 1)
    # What stood before the first month from whole years and months; then month by month, the last one by its days.
    parts = (
        ("null::date", "span = 'y' and day < %s", [begin]),
        ("null::date", "span = 'm' and day >= %s and day < %s", [begin, first]),
        ("day", "span = 'm' and day >= %s and day < %s", [first, month]),
        ("date_trunc('month', day)::date", "span = 'd' and day >= %s and day <= %s", [month, last]),
    )
    of = " union all ".join(
        f"select {at} as month, m.* from registers_movement m where kind = %s and {where}"  # noqa: S608
        for at, where, _values in parts
    )
    given: list[Any] = [value for _at, _where, values in parts for value in (kind.id, *values)]
    with connection.cursor() as cursor:
        cursor.execute(
            "select month, figure, region, state, invented, sum(counted), sum(total), sum(base), sum(base_total),"  # noqa: S608
            f" sum(missing) from ({of}) moved where figure = any(%s) group by 1, 2, 3, 4, 5",
            [*given, list(figures)],
        )
        rows = cursor.fetchall()
    moved: dict[date | None, dict[Place, Part]] = defaultdict(dict)
    for month, figure, region, state, invented, *numbers in rows:
        moved[month][Place(figure, region, state, invented)] = part_of_row(*numbers)
    standing = dict(moved[None])
    for day in days:
        for place, part in moved[day.replace(day=1)].items():
            standing[place] = standing.get(place, NOTHING) + part
        yield day, dict(standing)


def comings(
    steps: Sequence[tuple[date, Mapping[Place, Part]]], regions: Iterable[str], *, invented: bool
) -> list[tuple[date, int, int]]:
    """(end of the month, entries that came, entries that went), of some regions; a withdrawal taken back is a coming.

    Parameters
    ----------
    steps:
        As `monthly` tells them, with `CAME` and `WENT` among the figures, from the month before the first one on.
    """
    codes = set(regions)

    def told(sums: Mapping[Place, Part], figure: str) -> int:
        return sum(
            part.counted for place, part in sums.items()
            if place.figure == figure and place.region in codes and place.invented is invented
        )  # fmt: skip

    counts = [(day, told(sums, CAME), told(sums, WENT)) for day, sums in steps]
    return [(day, came - had, went - lost) for (_day, had, lost), (day, came, went) in pairwise(counts)]
