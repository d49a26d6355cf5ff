"""A register of five million among 200 kinds: lists, map, statistics, search and import, each beside its bare SQL.

    python bench/registers.py --var FOLDER [--entries 5000000] [--kinds 200] [--times 40] [--import 100000] [--check]

Fills the folder first when it is empty (see `fill_registers.py`), starts the portal as `saishang serve` does and asks
as somebody who is signed in, one page after the other. Each question is asked `--times` times with other regions,
words, days and squares; the first five warm up and do not count. The bare SQL is what somebody would ask the plain
table of entries for the same (its indexes are there); the ratio is the median of the page over the median of the SQL.
Below one it means that the sums beside the versions save more than the page costs.

The import takes so many rows of an Excel file through the real action, inside a transaction that is taken back in the
end, and is compared with a COPY of the same rows into a table without an index.

`--check` fills some hundred entries instead and holds them against the actions' own functions: words, cells, days of
terms, sums of every figure, cells of every tile. Its times say nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fill_registers import FIRST, KIND, LAST, USER, options, prepare, sizes_of
from portal import EMPTY, Heard, Person, percentile, portal

#: The 95th percentile of a page [ms], and the seconds that an import of `--import` rows may take.
LIMIT, IMPORT_LIMIT = 200.0, 60.0
_WARM = 5
#: What people type: a word that stands everywhere, a river, a part of a name, two words, a number, nothing.
_TEXTS = ("排污口", "清水沟", "化工有限公司", "典农河 排污口", "12345", "敦煌")


@dataclass(frozen=True)
class Question:
    """One question: its name, an address and the bare SQL (with parameters) for a throw of the dice."""

    name: str
    ask: Callable[[random.Random], tuple[str, str, Sequence[Any]]]
    limited: bool = True


def questions(kind: Any, rules: Any) -> list[Question]:
    """What is asked, with pages of registers as people open them."""
    from saishang.apps.registers.queries import inside
    from saishang.science.register.cells import LEVEL, cell_of, column_row, run_of

    base = f"/registers/{KIND}/"
    cities = [str(row["code"]) for row in rules.regions.values() if row["level"] == "prefecture_city"
              and row["use"] == "in_plan"]  # fmt: skip
    counties = [code for city in cities for code in inside(rules, city)[1:]]
    states = list(kind.life.states)
    shown = 'id, key, title, region, state, since, "values", place'
    rows = f"select {shown} from registers_entry where kind = %s and not withdrawn"
    order = " order by key limit 51"

    def plain(_dice: random.Random) -> tuple[str, str, Sequence[Any]]:
        return base, rows + order, [KIND]

    def third(_dice: random.Random) -> tuple[str, str, Sequence[Any]]:
        return f"{base}?page=3", f"{rows}{order} offset 100", [KIND]

    def county(dice: random.Random) -> tuple[str, str, Sequence[Any]]:
        code = dice.choice(counties)
        return f"{base}?region={code}", f"{rows} and region = %s{order}", [KIND, code]

    def city(dice: random.Random) -> tuple[str, str, Sequence[Any]]:
        code = dice.choice(cities)
        return f"{base}?region={code}", f"{rows} and region = any(%s){order}", [KIND, list(inside(rules, code))]

    def state(dice: random.Random) -> tuple[str, str, Sequence[Any]]:
        one = dice.choice(states)
        return f"{base}?state={one}", f"{rows} and state = %s{order}", [KIND, one]

    def both(dice: random.Random) -> tuple[str, str, Sequence[Any]]:
        one, code = dice.choice(states), dice.choice(counties)
        return (f"{base}?state={one}&region={code}", f"{rows} and state = %s and region = %s{order}", [KIND, one, code])

    def text(dice: random.Random) -> tuple[str, str, Sequence[Any]]:
        word = dice.choice(_TEXTS)
        parts = word.split()
        where = "".join(" and words like %s" for _ in parts)
        return f"{base}?q={quote(word)}", f"{rows}{where}{order}", [KIND, *[f"%{part}%" for part in parts]]

    def overdue(_dice: random.Random) -> tuple[str, str, Sequence[Any]]:
        return f"{base}?due=1", f"{rows} and due < %s order by due limit 51", [KIND, date.today()]

    def thing(dice: random.Random) -> tuple[str, str, Sequence[Any]]:
        from saishang.apps.registers.models import Entry

        low, high = _reach()
        pk = (
            Entry.objects.filter(kind=KIND, pk__gte=dice.randint(low, high))
            .order_by("pk")
            .values_list("pk", flat=True)[0]
        )
        return f"{base}{pk}/", "select * from registers_entry where kind = %s and id = %s", [KIND, pk]

    def figures(_dice: random.Random) -> tuple[str, str, Sequence[Any]]:
        return f"{base}figures/", _FIGURES, [KIND]

    def past(dice: random.Random) -> tuple[str, str, Sequence[Any]]:
        day = FIRST + timedelta(days=dice.randrange((LAST - FIRST).days))
        return f"{base}figures/?on={day}", _PAST, [KIND, day]

    def index(_dice: random.Random) -> tuple[str, str, Sequence[Any]]:
        return "/registers/", "select kind, count(*) from registers_entry where not withdrawn group by kind", []

    def search(dice: random.Random) -> tuple[str, str, Sequence[Any]]:
        word = dice.choice(_TEXTS)
        return (f"/search/?q={quote(word)}", "select id, title from search_indexeddocument where title like %s"
                " order by id desc limit 50", [f"%{word}%"])  # fmt: skip

    def square(zoom: int) -> Callable[[random.Random], tuple[str, str, Sequence[Any]]]:
        def ask(dice: random.Random) -> tuple[str, str, Sequence[Any]]:
            lon, lat = dice.choice(_SPOTS)
            column, row = column_row(cell_of(lon, lat, zoom))
            level = min(zoom + 3, LEVEL)
            first, last = run_of(zoom, column, row)
            return (
                f"{base}tiles/{zoom}/{column}/{row}/",
                "select cell >> %s, state, count(*) from registers_entry where kind = %s and not withdrawn"
                " and cell between %s and %s group by 1, 2", [2 * (LEVEL - level), KIND, first, last],
            )  # fmt: skip

        return ask

    return [
        Question("list", plain), Question("list, page 3", third), Question("list of a county", county),
        Question("list of a city", city), Question("list of a state", state), Question("state and county", both),
        Question("list by text", text), Question("overdue", overdue), Question("an entry", thing),
        Question("figures today", figures), Question("figures of a day", past), Question("index of kinds", index),
        Question("search", search),
        *[Question(f"tile, zoom {zoom}", square(zoom)) for zoom in (5, 7, 9, 11, 13, 15, 17)],
    ]  # fmt: skip


#: Places of interest: in and beside towns, filled from the entries.
_SPOTS: list[tuple[float, float]] = []
_FIGURES = """
select region, count(*), count(*) filter (where state in ('closed_down', 'completed', 'kept')),
  count(*) filter (where state in ('traced', 'planned', 'remediating', 'closed_down', 'completed', 'kept')),
  count(*) filter (where state in ('planned', 'remediating'))
from registers_entry where kind = %s and not withdrawn group by region
"""
_PAST = """
select v.region, count(*), count(*) filter (where v.state in ('closed_down', 'completed', 'kept'))
from (select distinct on (v.entry_id) v.region, v.state, v.withdrawn from registers_version v
      join registers_entry e on e.id = v.entry_id where e.kind = %s and v.effective <= %s
      order by v.entry_id, v.number desc) v
where not v.withdrawn group by v.region
"""


def _reach() -> tuple[int, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select min(entry_id), max(entry_id) from registers_version where batch = 'bench'")
        low, high = cursor.fetchone()
    return int(low), int(high)


def _spots(many: int) -> None:
    from saishang.apps.registers.models import Entry

    low, high = _reach()
    dice = random.Random(11)
    numbers = [dice.randint(low, high) for _ in range(many)]
    found = Entry.objects.filter(pk__in=numbers, west__isnull=False).values_list("west", "south")
    _SPOTS.extend((float(west or 0), float(south or 0)) for west, south in found)


def pages(asked: Sequence[Question], port: int, times: int, heavy: int) -> bool:
    """Ask every question, print its line; whether all keep the limit."""
    from django.db import connection

    heard = Heard()
    person = Person(USER, frozenset(), port, random.Random(1))
    person.sign_in(heard)
    empty = _times(lambda _dice: _open(Person("", frozenset(), port, random.Random(1)), "/account/sign-in/"), times)
    print(f"\n{'question':<20}{'median':>9}{'95th':>9}{'bare SQL':>10}{'ratio':>8}  limit {LIMIT:.0f} ms")
    print(f"{EMPTY:<20}{statistics.median(empty):>9.1f}{percentile(empty, 0.95):>9.1f}")
    kept_all = True
    for question in asked:
        took = _times(lambda dice, ask=question.ask: _open(person, ask(dice)[0]), times)
        bare = []
        dice = random.Random(5)
        for _ in range(times):
            _path, sql, parameters = question.ask(dice)
            begun = time.perf_counter()
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                cursor.fetchall()
            bare.append(1000 * (time.perf_counter() - begun))
            if len(bare) >= heavy and sum(bare) > 3000:
                break  # a question that reads everything is told by a few
        high = percentile(took, 0.95)
        kept = high <= LIMIT
        kept_all = kept_all and kept
        middle, plain = statistics.median(took), statistics.median(bare)
        print(f"{question.name:<20}{middle:>9.1f}{high:>9.1f}{plain:>10.1f}{middle / plain:>8.2f}"
              f"  {'kept' if kept else 'NOT kept'}", flush=True)  # fmt: skip
    return kept_all


def _open(person: Person, path: str) -> float:
    status, text, took = person.ask(path)
    if status != 200:
        raise SystemExit(f"expected a page at {path}, got {status}: {text[:300]}")
    return took


def _times(ask: Callable[[random.Random], float], times: int) -> list[float]:
    dice = random.Random(5)
    took = [ask(dice) for _ in range(times + _WARM)]
    return took[_WARM:]


def workbook(kind: Any, rules: Any, path: Path, rows: int) -> None:
    """An Excel file of new outfalls, one in a thousand with a cell that cannot be taken."""
    from openpyxl import Workbook

    book = Workbook()  # states its dimensions, as Excel does
    sheet = book.active
    assert sheet is not None
    sheet.append(["排污口编码", "排污口名称", "所在县（区）", "排污口类别", "受纳水体", "入河方式", "责任主体",
                  "最近检查日期", "设计排水量", "自动监测", "联系人", "备注", "经度,纬度"])  # fmt: skip
    categories = [choice.zh for choice in kind.fields["category"].choices]
    regions = [
        row for row in rules.regions.values() if row["level"] in ("county", "district") and row["use"] == "in_plan"
    ]
    for number in range(rows):
        region = regions[number % len(regions)]
        sheet.append([f"N{region['code']}-{number:07d}", f"清水沟第{number}号排污口（新）", region["zh"],
                      categories[number % len(categories)], "清水沟", "管道",
                      f"宁夏某某{number % 977}有限公司", "2026-03-01",
                      "不详" if number % 1000 == 7 else str(number % 500), "是" if number % 3 else "否",
                      f"张三{number}", "备注" * 5,
                      f"{105.5 + number % 1000 / 1000:.4f}, {37.5 + number % 777 / 1000:.4f}"])  # fmt: skip
    book.save(path)


def importing(kind: Any, rules: Any, folder: Path, rows: int) -> bool:
    """Take an Excel file in and back again; whether it keeps the limit."""
    from django.db import connection, transaction

    from saishang.apps.registers.actions import load_table
    from saishang.lake.archive import Archive

    path = folder / f"new-{rows}.xlsx"
    workbook(kind, rules, path, rows)
    marks: list[float] = []
    with transaction.atomic():
        begun, processor = time.perf_counter(), time.process_time()
        outcome = load_table(
            "bench", kind, rules, Archive(folder / "archive"), path, path.name, today=LAST, reason="bench",
            progress=lambda _done, _all: marks.append(time.perf_counter()),
        )  # fmt: skip
        with connection.cursor() as cursor:  # what a commit would check
            cursor.execute("set constraints all immediate")
        took, spent = time.perf_counter() - begun, time.process_time() - processor
        with connection.cursor() as cursor:
            cursor.execute("create temporary table bare (like registers_entry) on commit drop")
            cursor.execute("select * from registers_entry where kind = %s and key like 'N%%'", [KIND])
            columns = [f'"{column.name}"' for column in cursor.description]
            cursor.execute("create temporary table taken on commit drop as select * from registers_entry"
                           " where kind = %s and key like 'N%%'", [KIND])  # fmt: skip
            begun = time.perf_counter()
            with cursor.copy(f"copy taken ({', '.join(columns)}) to stdout") as out:
                lines = b"".join(bytes(block) for block in out)
            begun = time.perf_counter()
            with cursor.copy(f"copy bare ({', '.join(columns)}) from stdin") as copy:
                copy.write(lines)
            bare = time.perf_counter() - begun
        transaction.set_rollback(True)
    expected = sum(number % 1000 == 7 for number in range(rows))
    if outcome.count("added") != rows - expected or len(outcome.refusals) != expected:
        raise SystemExit(
            f"expected {rows - expected} rows added and {expected} cells refused, got {outcome.count('added')}"
            f" and {len(outcome.refusals)}: {outcome.refusals[:3]}"
        )
    kept = took <= IMPORT_LIMIT
    print(f"\nimport of {rows:,} Excel rows: {took:.1f} s ({rows / took:,.0f} rows/s), "
          f"{spent:.1f} s of processor in Python, {len(marks)} reports of progress, "
          f"{len(outcome.refusals)} cells refused; bare COPY of the same rows {bare:.2f} s, ratio {took / bare:.0f}; "
          f"limit {IMPORT_LIMIT:.0f} s {'kept' if kept else 'NOT kept'}")  # fmt: skip
    return kept


def check(kind: Any, rules: Any) -> None:
    """Hold what was filled against the functions of the actions, entry by entry."""
    from saishang.apps.registers import book, queries, tiles
    from saishang.apps.registers.making import due_day
    from saishang.apps.registers.models import Entry, Version
    from saishang.apps.registers.queries import Filter, view_of
    from saishang.apps.registers.sought import words_of
    from saishang.science.register.cells import LEVEL, cell_of, column_row
    from saishang.science.register.places import read_place
    from saishang.science.register.sums import figure_sum
    from saishang.science.register.values import as_text, read_entry

    entries = list(Entry.objects.filter(kind=KIND))
    for entry in entries:
        place = read_place(entry.place, "point")
        given = {name: as_text(value) for name, value in entry.values.items()}
        values, faults = read_entry(kind, given, rules.regions, state=entry.state)
        last = Version.objects.filter(entry=entry).order_by("-number").first()
        assert not faults and values == entry.values, faults
        assert entry.words == words_of(kind, entry.values), (entry.words, words_of(kind, entry.values))
        assert place.box == (entry.west, entry.south, entry.east, entry.north)
        assert entry.cell == cell_of(place.box[0], place.box[1]), entry.key
        assert entry.due == due_day(kind, view_of(entry, KIND).standing)
        assert last is not None and all(getattr(last, name) == getattr(entry, name) for name in queries._COPIED)
    regions = ("640100", "640000")
    for on in (None, date(2023, 5, 17), date(2024, 12, 31), LAST):
        listed = queries.entries(kind, Filter(on=on))
        counted = queries.figures(kind, rules, listed, regions)
        sums = book.sums(kind, on)
        for figure in kind.figures.values():
            for region in regions:
                codes = queries.inside(rules, region)
                parts = {place.region: part for place, part in sums.items() if place.figure == figure.id
                         and place.region in codes}  # fmt: skip
                told = figure_sum(figure, parts, queries.counted_regions(figure, rules, codes))
                assert told.value == counted[figure.id][region].value, (figure.id, region, on)
    for zoom in (4, 6, 8, 10, 13, 16, 18):
        squares = Counter(entry.cell >> 2 * (LEVEL - zoom) for entry in entries if entry.cell is not None)
        for square, number in squares.items():
            made = tiles.tile(kind, zoom, *column_row(square))
            shown = sum(cluster.count for cluster in made.clusters) + len(made.things) + made.hidden
            assert shown == number, (zoom, square, shown, number)
    print(f"checked: {len(entries):,} entries, {len(kind.figures)} figures on 4 days, tiles of 7 zooms")


def main() -> int:
    """Fill, ask, import, print; 1 when a limit is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options(parser)
    parser.add_argument("--times", type=int, default=40, help="how often each question is asked")
    parser.add_argument(
        "--import", type=int, default=100_000, dest="rows", help="rows of the Excel file; 0 leaves it out"
    )
    parser.add_argument("--port", type=int, default=8948)
    parser.add_argument("--check", action="store_true", help="a small fill, held against the actions")
    chosen = parser.parse_args()
    if chosen.check:
        chosen.entries, chosen.kinds, chosen.small, chosen.searched = 600, 90, 2, 100
        chosen.times, chosen.rows = 2, 1500
    rows = prepare(chosen.var, sizes_of(chosen), part=200 if chosen.check else None)
    from django.conf import settings

    from saishang.apps.registers.kinds import kinds
    from saishang.rules import load_rules

    rules = load_rules(settings.CONFIG.rules_overlay)
    known = kinds(rules)
    print(f"{date.today()}, {os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}; {len(known)} kinds; "
          + ", ".join(f"{name.split('_')[-1]} {count:,}" for name, count in rows.items()))  # fmt: skip
    if chosen.check:
        check(known[KIND], rules)
    _spots(400)
    with portal(chosen.port, None):
        kept = pages(questions(known[KIND], rules), chosen.port, chosen.times, 2 if chosen.check else 5)
    if chosen.rows:
        kept = importing(known[KIND], rules, chosen.var.absolute(), chosen.rows) and kept
    print(f"\nlimits: {'kept' if kept else 'NOT kept'}")
    return 0 if kept or chosen.check else 1


if __name__ == "__main__":
    sys.exit(main())
