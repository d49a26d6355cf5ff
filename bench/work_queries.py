"""How long the database takes for the lists, boards and searches of work, alone and without a page around them.

    python bench/work_queries.py --var FOLDER [--users …] [--items …] [--reports …] [--repeat 5] [--explain WORD]

Fills the folder first when it is empty (see `fill_work.py`). Every question is asked as four people would ask it: of an
office of their own, of a county and what is below it, of a city and what is below it, of everybody. Printed: median
milliseconds with the rows fetched and made into objects. `--explain` prints the plans of the questions whose name holds
the word.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from fill_work import options, prepare, sizes_of

PAGE = 50


def questions(span: Any, people: dict[str, Any], who: str, today: date) -> dict[str, Callable[[], Any]]:
    """Name → what a page asks."""
    from saishang.apps.execution import queries
    from saishang.apps.execution.queries import ItemFilter, ReportFilter
    from saishang.apps.execution.queries_boards import matrix, tallies

    soon = 30

    def items(**wanted: Any) -> Callable[[], Any]:
        return lambda: list(queries.items(span, ItemFilter(**wanted), today, soon)[:PAGE])

    def counted(**wanted: Any) -> Callable[[], Any]:
        return lambda: queries.items(span, ItemFilter(**wanted), today, soon).count()

    def reports(**wanted: Any) -> Callable[[], Any]:
        return lambda: list(queries.reports(span, ReportFilter(**wanted), today)[:PAGE])

    found: dict[str, Callable[[], Any]] = {
        "items": items(),
        "items, how many": counted(),
        "items, page 20": lambda: list(queries.items(span, ItemFilter(), today, soon)[950:1000]),
        "items of a task": items(task="T5"),
        "items of a kind": items(kind="project"),
        "items of a region": items(region="640121"),
        "items, late": items(standing="late"),
        "items, late, how many": counted(standing="late"),
        "items, verified": items(state="verified"),
        "items of an organisation": items(organisation="640121"),
        "items with a unit": items(unit="NX-STT"),
        "items of a year": items(year=today.year),
        "items of a programme": items(programme="quality"),
        "items of a target": items(target="none"),
        "text, common": items(text="治理"),
        "text, common, how many": counted(text="治理"),
        "text, two words": items(text="锅炉 验收"),
        "text, rare": items(text="（1777号"),
        "text, rare, how many": counted(text="（1777号"),
        "text, nothing": items(text="无此内容"),
        "text, one character": items(text="锅"),
    }
    found |= {
        "matrix": lambda: matrix(span, ItemFilter(), today, soon),
        "boards": lambda: tallies(span, ItemFilter(), today, soon),
        "board of a task": lambda: tallies(span, ItemFilter(task="T5"), today, soon),
        "reports": reports(),
        "reports, how many": lambda: queries.reports(span, ReportFilter(), today).count(),
        "reports of a period": reports(period=f"{today.year}-M06"),
        "reports handed in": reports(state="submitted"),
        "reports late": reports(late=True),
        "reports overdue": reports(overdue=True),
        "reports of a task": reports(task="T5"),
        "reports of an item": reports(item="B0000777"),
        "reports of an organisation": reports(organisation="640121"),
        "waiting": lambda: [list(rows[:PAGE]) for _move, rows in queries.waiting(people[who], today)],
        "waiting, how many": lambda: [rows.count() for _move, rows in queries.waiting(people[who], today)],
        "overdue": lambda: list(queries.overdue(span, today)[:PAGE]),
        "overdue milestones": lambda: list(queries.overdue_milestones(span, today)[:PAGE]),
        "work plans": lambda: list(queries.work_plans(span, today.year)[:PAGE]),
    }
    return found


def askers() -> dict[str, Any]:
    """Who asks → an account: reporter of a bureau, head of a county, head of a city, the leading group's office."""
    from saishang.apps.organisations.models import Organisation, User

    wanted = {"office": ("640121-J6", "reporter"), "county": ("640121", "head"), "city": ("640100", "head"),
              "all": ("NX-LDXZB", "office")}  # fmt: skip
    found = {}
    for who, (code, role) in wanted.items():
        username = f"bench-asker-{who}"
        user, made = User.objects.get_or_create(username=username)
        if made:
            place = Organisation.objects.get(code=code)
            user.memberships.create(organisation=place, role=role, first=date(2021, 1, 4), granted_by="bench")
        found[who] = user
    return found


def plans_of(ask: Callable[[], Any]) -> None:
    """Print how the database answers a question."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        ask()
    with connection.cursor() as cursor:
        for query in caught.captured_queries:
            print(query["sql"][:1500])
            cursor.execute("explain (analyze, buffers) " + query["sql"])
            print("\n".join(row[0] for row in cursor.fetchall()), "\n")


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options(parser)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--explain", default="")
    parser.add_argument("--who", default="office,county,city,all")
    parser.add_argument("--only", default="", help="questions whose name holds this word")
    chosen = parser.parse_args()
    today = date.today()
    prepare(chosen.var, sizes_of(chosen), demo=chosen.demo, today=today)
    from saishang.apps.organisations.access import reach

    people = askers()
    names = [who for who in people if who in chosen.who.split(",")]
    tables = {who: questions(reach(people[who], "view_internal"), people, who, today) for who in names}
    print(f"{'median ms':<28}" + "".join(f"{who:>10}" for who in names))
    for name in next(iter(tables.values())):
        if chosen.only not in name:
            continue
        row = []
        for who in names:
            ask = tables[who][name]
            if chosen.explain and chosen.explain in name:
                print(f"-- {name}, {who}")
                plans_of(ask)
            times = []
            for _ in range(chosen.repeat):
                begun = time.perf_counter()
                ask()
                times.append(1000 * (time.perf_counter() - begun))
            row.append(statistics.median(times))
        print(f"{name:<28}" + "".join(f"{value:>10.1f}" for value in row), flush=True)


if __name__ == "__main__":
    main()
