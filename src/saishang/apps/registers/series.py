"""A figure of a register through time, from the movements that its entries wrote: any days, without an entry read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db import connection

from saishang.apps.registers import book
from saishang.apps.registers.making import bring_up
from saishang.apps.registers.movements import part_of_row
from saishang.apps.registers.queries import counted_regions, inside
from saishang.rules import Rules
from saishang.science.register.kind import Figure, Kind
from saishang.science.register.sums import NOTHING, FigureSum, Part, figure_sum

__all__ = ["any_real", "series"]


def series(
    kind: Kind, figure: Figure, rules: Rules, region: str, days: Sequence[date], *, invented: bool = False
) -> list[FigureSum]:
    """The figure of a region and everything below it at the end of each of the days, which are in their order."""
    if not days:
        return []
    bring_up([kind])
    codes = inside(rules, region)
    counted = counted_regions(figure, rules, codes)
    with connection.cursor() as cursor:
        cursor.execute(
            "select day, region, sum(counted), sum(total), sum(base), sum(base_total), sum(missing)"
            " from registers_movement where kind = %s and span = 'd' and figure = %s and invented = %s"
            " and day <= %s and region = any(%s) group by day, region order by day",
            [kind.id, figure.id, invented, days[-1], list(codes)],
        )
        rows = cursor.fetchall()
    standing: dict[str, Part] = defaultdict(lambda: NOTHING)
    found, place = [], 0
    for day in days:
        while place < len(rows) and rows[place][0] <= day:
            _day, code, number, total, base, base_total, missing = rows[place]
            standing[code] += part_of_row(number, total, base, base_total, missing)
            place += 1
        found.append(figure_sum(figure, standing, counted))
    return found


def any_real(kind: Kind, on: date | None = None) -> tuple[bool, int]:
    """Whether a register holds an entry that is not invented on a day, and how many invented ones."""
    there = {False: 0, True: 0}
    for place, part in book.sums(kind, on, [""]).items():
        there[place.invented] += part.counted
    return there[False] > 0, there[True]
