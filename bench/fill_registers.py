"""A register of full size in a database of its own: millions of outfalls over Ningxia's counties, and 200 kinds.

    python bench/fill_registers.py --var FOLDER [--entries 5000000] [--kinds 200] [--small 200] [--searched 5000000]

The folder gets an embedded server of its own; one that was not made by a bench is refused. Kinds beyond those that are
shipped stand in an overlay of the rules (`FOLDER/rules`), and each of them gets some entries through the real action.
Of the millions a hundred thousand are drawn and copied in, the rest are things like them in other places, made inside
PostgreSQL: entries, versions (a fifth has two), the columns that follow from them and the sums, as the actions would
have written them. `--check` of `bench/registers.py` holds a small fill against the actions' own functions.
Left out: the action log, a chain that has to be sealed one by one and that no page of these reads.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fill_work import PASSWORD, own_folder

if TYPE_CHECKING:
    from saishang.rules import Rules
    from saishang.science.register.kind import Kind

KIND = "outfalls"
USER = "bench-registers"
FIRST, LAST = date(2021, 1, 1), date(2026, 11, 29)
#: File of the folder that keeps the definitions of the indexes meanwhile.
_INDEXES = "indexes.json"
#: Rows of one COPY, and entries that are drawn one by one.
_AT_ONCE, _DRAWN = 20_000, 100_000
#: Points that are drawn in each county; things lie around them.
_POINTS = 4000
_RIVERS = ("清水沟", "四二干沟", "罗家河", "灵武东沟", "永二干沟", "中干沟", "银新干沟", "第三排水沟", "第五排水沟",
           "三二支沟", "都思兔河", "水洞沟", "苦水河", "清水河", "葫芦河", "泾河", "茹河", "渝河",
           "红柳沟", "南河子沟", "北河子沟",
           "金南干沟", "胜利沟", "大河子沟", "望洪沟", "典农河", "滨河水系", "阅海", "沙湖", "星海湖")  # fmt: skip
_OWNERS = ("污水处理有限公司", "化工有限公司", "乳业有限公司", "纸业有限公司", "生物科技有限公司", "村民委员会",
           "水务局", "养殖专业合作社", "冶金有限公司", "物业服务有限公司")  # fmt: skip
_NAMES = "宁夏塞上银川贺兰灵武吴忠青铜峡中卫固原金凤兴庆西夏惠农平罗盐池同心红寺堡"
#: State, share of the entries.
_STATES = (("found", 0.18), ("monitored", 0.12), ("traced", 0.14), ("planned", 0.08), ("remediating", 0.12),
           ("completed", 0.22), ("kept", 0.09), ("closed_down", 0.05))  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """How many of each."""

    entries: int = 5_000_000
    kinds: int = 200
    #: Entries of each kind of the overlay.
    small: int = 200
    #: Entries of the large kind that the search of the whole portal knows.
    searched: int = 5_000_000


def overlay(folder: Path, shipped: int, wanted: int) -> int:
    """Write kinds beyond the shipped ones into an overlay of the rules; how many there are."""
    made = max(0, wanted - shipped)
    place = folder / "rules" / "registers"
    place.mkdir(parents=True, exist_ok=True)
    for number in range(made):
        (place / f"bench_{number:03d}.yaml").write_text(_KIND_FILE.format(n=number), encoding="utf-8")
    return made


_KIND_FILE = """\
# A kind of the bench.
zh: 试验名录{n}
en: Bench register {n}
about_zh: 试验用的第 {n} 个名录。
about_en: Register {n} of the bench.
source: bench/fill_registers.py
clause: invented for the bench
status: unconfirmed
audience: public
place: point
key: code
title: name
life:
  start: proposed
  settled: [running]
  states:
    - {{id: proposed, zh: 拟建, en: proposed}}
    - {{id: running, zh: 运行, en: running}}
    - {{id: closed, zh: 关闭, en: closed, final: true}}
  transitions:
    - {{action: open, from: [proposed], to: running, who: 县（区）, zh: 投运, en: open, evidence: [paper]}}
    - {{action: close, from: [running], to: closed, who: 县（区）, zh: 关闭, en: close, evidence: [paper]}}
  evidence:
    paper: {{zh: 文件, en: paper}}
fields:
  - {{id: code, zh: 编号, en: Code, type: text, length: 40, required: true, in_list: true}}
  - {{id: name, zh: 名称, en: Name, type: text, length: 120, required: true, in_list: true}}
  - {{id: region, zh: 所在县（区）, en: County or district, type: region, required: true, in_list: true}}
  - {{id: capacity, zh: 规模, en: Capacity, type: number, unit: t/d, min: 0, decimals: 1, in_list: true}}
  - {{id: seen_on, zh: 检查日期, en: Seen on, type: date, in_list: true}}
terms:
  - {{id: seen, zh: 复查, en: to be seen, states: [running], from: seen_on, months: 12,
     source: bench, clause: once a year, status: unconfirmed}}
figures:
  - {{id: all, zh: 总数, en: all, measure: count, unit: 个}}
  - {{id: running, zh: 运行规模, en: capacity that runs, measure: sum, field: capacity, unit: t/d,
     decimals: 1, where: {{state: [running]}}}}
"""


def prepare(folder: Path, sizes: Sizes, seed: int = 1, part: int | None = None) -> dict[str, int]:
    """Make and fill the folder's database once; a filled one is left as it is. Rows by table.

    Parameters
    ----------
    part:
        Entries that are drawn one by one; the others are made after them.
    """
    own_folder(folder)
    from saishang.rules import load_rules

    shipped = len(load_rules().documents_under("registers"))
    overlay(folder.absolute(), shipped, sizes.kinds)
    os.environ["SAISHANG_RULES"] = str(folder.absolute() / "rules")
    from saishang.web.boot import setup_django

    setup_django()
    from django.conf import settings
    from django.db import connection

    from saishang.apps.registers.kinds import kinds
    from saishang.apps.registers.making import compact

    rules = load_rules(settings.CONFIG.rules_overlay)
    known = kinds(rules)
    steps = Steps()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from registers_version where batch = 'bench'")
        done = cursor.fetchone()[0]
    if not done:
        _people()
        small = [kind for name, kind in known.items() if name.startswith("bench_")]
        with steps("entries of small kinds, through the action"):
            _small(small, rules, sizes.small)
        with steps("entries and versions by COPY"):
            _large(folder, known[KIND], rules, sizes.entries, part or _DRAWN, seed)
        with steps("indexes"):
            _index(folder)
        with steps("vacuum analyze"), connection.cursor() as cursor:
            cursor.execute("vacuum analyze registers_entry")
            cursor.execute("vacuum analyze registers_version")
        for kind in known:
            compact(kind)
        with connection.cursor() as cursor:
            cursor.execute("vacuum analyze registers_movement")
            cursor.execute("vacuum analyze registers_cellmovement")
            cursor.execute("vacuum analyze registers_termmovement")
    _index(folder)
    if not (folder / "searched").exists():
        with steps("documents of the search"):
            _search(sizes)
        (folder / "searched").write_text(str(sizes.searched), encoding="utf-8")
    return {table: count_of(table) for table in _TABLES}


_TABLES = (
    "registers_entry",
    "registers_version",
    "registers_movement",
    "registers_cellmovement",
    "registers_termmovement",
    "search_indexeddocument",
)


class Steps:
    """Says how long each step of the fill took."""

    def __call__(self, words: str) -> Steps:
        self.words = words
        return self

    def __enter__(self) -> None:
        self.begun = time.perf_counter()

    def __exit__(self, *_error: object) -> None:
        print(f"{self.words}: {time.perf_counter() - self.begun:.0f} s", flush=True)


def count_of(table: str) -> int:
    """Rows of a table."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return int(cursor.fetchone()[0])


def _people() -> None:
    from saishang.apps.organisations.models import User

    User.objects.create_user(USER, password=PASSWORD, role="editor")


def _small(kinds: Sequence[Kind], rules: Rules, count: int) -> None:
    """Some entries of each small kind, as a command of the server's keeper enters them."""
    from django.db import transaction

    from saishang.apps.registers import book
    from saishang.apps.registers.actions import add_entry
    from saishang.science.register.places import read_place_text

    dice = random.Random(7)
    spots = points(rules, 7, 50)
    regions = sorted(spots)
    for kind in kinds:
        with transaction.atomic():
            book.make(kind)
            for number in range(count):
                region = dice.choice(regions)
                lon, lat = dice.choice(spots[region])
                given = {"code": f"{region}-{number:05d}", "name": f"{kind.zh}第{number}处", "region": region,
                         "capacity": f"{dice.randrange(1, 5000) / 10}", "seen_on": str(_day(dice))}  # fmt: skip
                add_entry("bench", kind, rules, given, today=LAST, effective=_day(dice),
                          state=dice.choice(("proposed", "running")), reason="bench",
                          place=read_place_text(f"{lon:.5f}, {lat:.5f}", "point"))  # fmt: skip


def _day(dice: random.Random, first: date = FIRST) -> date:
    return first + timedelta(days=dice.randrange((LAST - first).days + 1))


def points(rules: Rules, seed: int, many: int) -> dict[str, list[tuple[float, float]]]:
    """County → points inside its outline, half of them around a few towns."""
    import numpy

    dice = numpy.random.default_rng(seed)
    found = {}
    for feature in rules.geometry("sites/ningxia/county")["features"]:
        shape = feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        rings = [numpy.array([corner[:2] for corner in ring]) for polygon in polygons for ring in polygon]
        low = numpy.min([ring.min(axis=0) for ring in rings], axis=0)
        high = numpy.max([ring.max(axis=0) for ring in rings], axis=0)
        towns = _kept(dice.uniform(low, high, (200, 2)), rings)[:4]
        kept: list[tuple[float, float]] = []
        while len(kept) < many:
            apart = dice.uniform(low, high, (many, 2))
            near = towns[dice.integers(0, len(towns), many)] + dice.normal(0, (0.02, 0.015), (many, 2))
            both = numpy.stack([apart, near], axis=1).reshape(-1, 2)
            kept += [(float(x), float(y)) for x, y in _kept(both, rings)]
        found[str(feature["properties"]["code"])] = kept[:many]
    return found


def _kept(points: Any, rings: Sequence[Any]) -> Any:
    """Those of some points that lie in an area: a line to the east crosses its rings an odd number of times."""
    import numpy

    odd = numpy.zeros(len(points), dtype=bool)
    x, y = points[:, 0], points[:, 1]
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if y1 != y2:
                odd ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return points[odd]


def _large(folder: Path, kind: Kind, rules: Rules, count: int, most: int, seed: int) -> None:
    """The millions, with every index but the keys away meanwhile.

    A part is drawn and copied in; the rest are further things like these beside them, made inside PostgreSQL: other
    keys and names, places some hundred metres away, the same states and days.
    """
    from django.db import connection, transaction

    from saishang.apps.registers.models import Book

    part = min(count, most)
    times, rest = divmod(count, part)
    if rest:
        raise SystemExit(f"expected a number of entries that {most:,} divides, or a smaller one, got {count:,}")
    with connection.cursor() as cursor:
        cursor.execute(
            "select indexname, indexdef from pg_indexes where tablename in ('registers_entry', 'registers_version')"
            " and indexname not in (select conname from pg_constraint)"
        )
        indexes = cursor.fetchall()
    (folder / _INDEXES).write_text(json.dumps([definition for _name, definition in indexes]), encoding="utf-8")
    with transaction.atomic(), connection.cursor() as cursor:
        # Keys hold by construction; what the search waits for is made as a whole afterwards.
        cursor.execute("set local session_replication_role = replica")
        for name, _definition in indexes:
            cursor.execute(f'drop index "{name}"')
        for name in ("entry", "version"):
            cursor.execute(f"create temporary table drawn_{name} (like registers_{name}) on commit drop")
            cursor.execute(f"alter table drawn_{name} alter column epoch set default 1")
        cursor.execute("alter table drawn_entry alter column hidden set default '[]'")
        tally = _draw(cursor, kind, rules, part, seed)
        cursor.execute("analyze drawn_entry; analyze drawn_version")
        cursor.execute(_SQUARE)
        given = {"part": part, "times": times, "entry": _next("registers_entry"), "version": _next("registers_version")}
        given["versions"] = count_of("drawn_version")
        cursor.execute(_ENTRIES, given)
        cursor.execute(_VERSIONS, given)
        for table in ("registers_entry", "registers_version"):
            cursor.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
        tally.times(times)
        _sums(cursor, kind, tally)
        Book.objects.update_or_create(kind=kind.id, defaults={"digest": kind.digest, "made": timezone_now()})


def _index(folder: Path) -> None:
    """Make the indexes that the fill took away; also those that a fill which was interrupted left out."""
    from django.db import connection

    kept = folder / _INDEXES
    if not kept.exists():
        return
    with connection.cursor() as cursor:
        cursor.execute("set maintenance_work_mem = '1GB'")
        for definition in json.loads(kept.read_text(encoding="utf-8")):
            cursor.execute(definition.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1))
        cursor.execute("reset maintenance_work_mem")


def timezone_now() -> Any:
    """The moment."""
    from django.utils import timezone

    return timezone.now()


def _next(table: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"select coalesce(max(id), 0) from {table}")
        return int(cursor.fetchone()[0])


#: The cell of a point as `science.register.cells` reckons it; `--check` holds the two against each other.
_SQUARE = """
create function pg_temp.spread(n bigint) returns bigint language sql immutable as $$
  select (d | (d << 1)) & x'5555555555555555'::bigint from (
  select (c | (c << 2)) & x'3333333333333333'::bigint d from (
  select (b | (b << 4)) & x'0F0F0F0F0F0F0F0F'::bigint c from (
  select (a | (a << 8)) & x'00FF00FF00FF00FF'::bigint b from (
  select (n | (n << 16)) & x'0000FFFF0000FFFF'::bigint a) x1) x2) x3) x4
$$;
create function pg_temp.square(lon float8, lat float8) returns bigint language sql immutable as $$
  select pg_temp.spread(floor((lon + 180) / 360 * 1048576)::bigint)
    | (pg_temp.spread(floor((1 - asinh(tan(radians(lat))) / pi()) / 2 * 1048576)::bigint) << 1)
$$
"""
_FURTHER = """
  cross join generate_series(0, %(times)s - 1) m
  cross join lateral (select e.region || '-' || lpad((e.id + m * %(part)s)::text, 7, '0') as key,
    (e.values->>'river') || (e.id + m * %(part)s) || '号排污口' as title) named
"""
_PLACES = """
  cross join lateral (select
    round(((e.place->'coordinates'->>0)::numeric + (hashint8(e.id + m) %% 3000)::numeric * m.sign / 1000000), 6) as lon,
    round(((e.place->'coordinates'->>1)::numeric + (hashint8(e.id + 7 * m + 1) %% 2500)::numeric * m.sign / 1000000), 6)
    as lat) at
"""
_PLACES = _PLACES.replace("m.sign", "sign(m)::int")
_CHANGED = """
  named.key, named.title, e.region, e.state, e.since, e.effective, e.withdrawn,
  e.values || jsonb_build_object('code', named.key, 'name', named.title),
  jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(at.lon, at.lat)), e.number, e.recorded_at
"""
_ENTRIES = f"""
insert into registers_entry (id, kind, key, title, region, state, since, effective, withdrawn, "values", place, number,
  recorded_at, west, south, east, north, cell, words, due, invented, epoch, hidden)
select %(entry)s + m * %(part)s + e.id, e.kind, {_CHANGED}, at.lon, at.lat, at.lon, at.lat,
  pg_temp.square(at.lon::float8, at.lat::float8),
  replace(replace(e.words, lower(e.key), lower(named.key)), lower(e.title), lower(named.title)), e.due, e.invented,
  e.epoch, e.hidden
from drawn_entry e {_FURTHER} {_PLACES} order by m, e.id
"""
_VERSIONS = f"""
insert into registers_version (id, entry_id, key, title, region, state, since, effective, withdrawn, "values", place,
  number, recorded_at, action, reason, evidence, batch, actor_name, epoch)
select %(version)s + m * %(versions)s + v.id, %(entry)s + m * %(part)s + e.id,
  {_CHANGED.replace("e.", "v.").replace("at.", "at.")}, v.action, v.reason, v.evidence, v.batch, v.actor_name, v.epoch
from drawn_version v join drawn_entry e on e.id = v.entry_id {_FURTHER} {_PLACES} order by m, v.id
"""


def _draw(cursor: Any, kind: Kind, rules: Rules, count: int, seed: int) -> Any:
    """Copy a part into the temporary tables; what it adds to the sums, cells apart."""
    from saishang.apps.registers.movements import terms_of

    tally = repeated(kind)
    version = 0
    lines: tuple[list[str], list[str]] = ([], [])
    for number, (entry, versions, steps) in enumerate(drawn(kind, rules, count, seed), start=1):
        lines[0].append(f"{number}\t{entry}")
        before = None
        for one, after in zip(versions, steps, strict=True):
            version += 1
            lines[1].append(f"{version}\t{number}\t{one}")
            tally.change(after.since, before, after)
            before = after
        tally.end(before, terms_of(kind, before))
        if len(lines[0]) >= _AT_ONCE:
            _copy(cursor, *lines)
            lines = ([], [])
    _copy(cursor, *lines)
    return tally


def _sums(cursor: Any, kind: Kind, tally: Any) -> None:
    """Movements of the drawn part as often as it stands, cells from the entries themselves."""
    from saishang.apps.registers.movements import LEVELS, insert
    from saishang.science.register.cells import LEVEL

    for table in ("registers_movement", "registers_cellmovement", "registers_termmovement"):
        cursor.execute(f"delete from {table} where kind = %s", [kind.id])
    insert(tally)
    for level in LEVELS:
        cursor.execute(
            "insert into registers_cellmovement (kind, level, cell, state, invented, counted)"
            " select kind, %s, cell >> %s, state, invented, count(*) from registers_entry"
            " where kind = %s and cell is not null and not withdrawn group by 1, 2, 3, 4, 5",
            [level, 2 * (LEVEL - level), kind.id],
        )


_SHARED = ("key", "title", "region", "state", "since", "effective", "withdrawn", '"values"', "place", "number",
           "recorded_at")  # fmt: skip
_OF_ENTRIES = ("id", "kind", *_SHARED, "west", "south", "east", "north", "cell", "words", "due", "invented")
_OF_VERSIONS = ("id", "entry_id", *_SHARED, "action", "reason", "evidence", "batch", "actor_name")


def _copy(cursor: Any, entries: list[str], versions: list[str]) -> None:
    for table, columns, lines in (
        ("drawn_entry", _OF_ENTRIES, entries), ("drawn_version", _OF_VERSIONS, versions)
    ):  # fmt: skip
        if lines:
            with cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy:
                copy.write("\n".join(lines) + "\n")


def drawn(kind: Kind, rules: Rules, count: int, seed: int) -> Iterator[tuple[str, list[str], list[Any]]]:
    """Lines for COPY of so many entries and their versions, without their numbers, and how they stood by version.

    The same seed gives the same rows.
    """
    from saishang.apps.registers.making import due_day
    from saishang.science.register.cells import cell_of
    from saishang.science.register.figures import Standing

    dice = random.Random(seed)
    spots = points(rules, seed, min(_POINTS, max(20, count // 20)))
    regions = sorted(spots)
    people = [int(rules.regions[code]["population"] or 50_000) for code in regions]
    states, shares = zip(*_STATES, strict=True)
    categories = [choice.id for choice in kind.fields["category"].choices]
    measures = [choice.id for choice in kind.fields["measure"].choices]
    words_of = Words(kind)
    owners = [f"宁夏{dice.choice(_NAMES)}{dice.choice(_NAMES)}{n}{dice.choice(_OWNERS)}" for n in range(3000)]
    for start in range(0, count, 1000):
        size = min(1000, count - start)
        for number, region, state in zip(
            range(start + 1, start + size + 1), dice.choices(regions, people, k=size),
            dice.choices(states, shares, k=size), strict=True,
        ):  # fmt: skip
            river, owner = dice.choice(_RIVERS), dice.choice(owners)
            begun = _day(dice)
            twice = state != "found" and dice.random() < 0.22
            since = _day(dice, begun) if twice else begun
            values: dict[str, Any] = dict.fromkeys(kind.fields)
            key = f"{region}-{number:07d}"
            values |= {
                "code": key, "name": f"{river}{number}号排污口", "region": region, "category": dice.choice(categories),
                "river": river, "manner": "pipe", "inspected_on": str(since), "flow": f"{dice.randrange(1, 9000) / 10}",
                "automatic": dice.random() < 0.3, "contact": "王某",
            }  # fmt: skip
            stood = dict(values)
            if state not in ("found", "monitored"):
                values["responsible"] = owner
            if state in ("planned", "remediating", "closed_down", "completed"):
                values["measure"] = dice.choice(measures)
            if state in ("planned", "remediating"):
                values["deadline"] = str(since + timedelta(days=365))
            if state == "kept":
                values["approval"] = f"宁环排〔{since.year}〕{number}号"
            lon, lat = dice.choice(spots[region])
            lon, lat = round(lon + dice.uniform(-4e-4, 4e-4), 6), round(lat + dice.uniform(-4e-4, 4e-4), 6)
            place = f'{{"type": "Point", "coordinates": [{lon}, {lat}]}}'
            standing = Standing(key, state, since, values, region)
            due = due_day(kind, standing)

            def shared(state: str, day: date, told: Mapping[str, Any], version: int,
                       key: str = key, region: str = region, place: str = place) -> str:  # fmt: skip
                return "\t".join((
                    key, told["name"], region, state, str(day), str(day), "f", json.dumps(told, ensure_ascii=False),
                    place, str(version), f"{day} 04:00:00+00",
                ))  # fmt: skip

            last = 2 if twice else 1
            now = shared(state, since, values, last)
            entry = (
                f"{kind.id}\t{now}\t{lon}\t{lat}\t{lon}\t{lat}\t{cell_of(lon, lat)}\t{words_of(values)}"
                f"\t{due if due is not None else chr(92) + 'N'}\tf"
            )
            steps = [standing]
            versions = [f"{now}\t{'change' if twice else 'add'}\tbench\t[]\tbench\tbench"]
            if twice:
                versions.insert(0, f"{shared('found', begun, stood, 1)}\tadd\tbench\t[]\tbench\tbench")
                steps.insert(0, Standing(key, "found", begun, stood, region))
            yield entry, versions, steps


def repeated(kind: Kind) -> Any:
    """A tally that can be taken several times."""
    from saishang.apps.registers.movements import Tally

    class Repeated(Tally):
        def times(self, number: int) -> None:
            for held in (self._entries, self._totals, self._missing, self._flows, self._terms):
                for key in held:
                    held[key] *= number

    return Repeated(kind)


class Words:
    """What a search looks through, as the actions write it (`write._words`), with the words of choices kept."""

    def __init__(self, kind: Kind) -> None:
        self._fields = kind.seen_by(staff=False)
        self._kept: dict[tuple[str, Any], tuple[str, str]] = {}

    def __call__(self, values: Mapping[str, Any]) -> str:
        from saishang.science.register.values import shown

        parts: dict[str, None] = {}
        for field in self._fields:
            value = values[field.id]
            if value is None:
                continue
            if field.type in ("choice", "truth"):
                if (field.id, value) not in self._kept:
                    zh, en = (shown(field, value, language).casefold() for language in ("zh", "en"))
                    self._kept[field.id, value] = zh, en
                parts.update(dict.fromkeys(self._kept[field.id, value]))
            else:
                parts[str(value).casefold()] = None
        return " ".join(part for part in parts if part)


def _search(sizes: Sizes) -> None:
    """The index of the search; where fewer entries are asked for, the newest of them."""
    from django.db import connection

    from saishang.apps.registers import search
    from saishang.apps.search import actions

    if sizes.searched >= sizes.entries:
        actions.rebuild()
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from registers_entry where kind <> %s union all (select id from registers_entry where kind = %s"
            " order by effective desc, id desc limit %s)", [KIND, KIND, sizes.searched],
        )  # fmt: skip
        keys = [str(row[0]) for row in cursor.fetchall()]
    from dataclasses import replace

    from saishang.apps.search.providers import register

    whole = search.REGISTER
    register(replace(whole, documents=lambda wanted: whole.documents(keys if wanted is None else wanted)))
    actions.rebuild()


def options(parser: argparse.ArgumentParser) -> None:
    """Options of the sizes and of where they go."""
    parser.add_argument("--var", type=Path, required=True, help="folder for this database alone")
    parser.add_argument("--entries", type=int, default=Sizes.entries)
    parser.add_argument("--kinds", type=int, default=Sizes.kinds)
    parser.add_argument("--small", type=int, default=Sizes.small, help="entries of each small kind")
    parser.add_argument("--searched", type=int, default=Sizes.searched, help="entries in the index of the search")


def sizes_of(chosen: argparse.Namespace) -> Sizes:
    """Sizes as they were given."""
    return Sizes(chosen.entries, chosen.kinds, chosen.small, chosen.searched)


def main() -> None:
    """Fill and print how many rows there are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options(parser)
    chosen = parser.parse_args()
    for table, rows in prepare(chosen.var, sizes_of(chosen)).items():
        print(f"{table:<32}{rows:>12,}")


if __name__ == "__main__":
    main()
