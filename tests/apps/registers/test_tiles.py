"""Tiles of a register's map against a plain count of the places, after any change; books made beside writers."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date
from math import cos, log, pi, radians, tan
from typing import Any

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saishang.apps.registers import book, making, tiles
from saishang.apps.registers.actions import add_entry, change_entry, undo_entry, withdraw_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Book, CellMovement, Entry, Movement
from saishang.rules import load_rules
from saishang.science.register.places import read_place_text

RULES = load_rules()
KIND = kind_of(RULES, "outfalls")
TODAY = date(2026, 6, 30)
CATEGORY = KIND.fields["category"].choices[0].id


def outfall(number: int, lon: float, lat: float, state: str = "found", **more: str) -> Entry:
    given = {"code": f"640104-{number:04d}", "name": f"排口{number}", "region": "640104", "category": CATEGORY,
             "river": "某沟", "approval": "某文", "responsible": "某单位", **more}  # fmt: skip
    return add_entry("tests", KIND, RULES, given, today=TODAY, effective=date(2026, 1, 5), state=state,
                     reason="tests", place=read_place_text(f"{lon}, {lat}", "point"))  # fmt: skip


def square(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row as slippy maps have them, by another formula than the code's."""
    y = (1 - log(tan(radians(lat)) + 1 / cos(radians(lat))) / pi) / 2
    return int((lon + 180) / 360 * 2**zoom), int(y * 2**zoom)


def told(zoom: int, column: int, row: int, states: tuple[str, ...] = ()) -> tuple[int, int]:
    """How many entries a tile shows, and how many of them are invented."""
    made = tiles.tile(KIND, zoom, column, row, states)
    assert not (made.clusters and made.things)
    things = [view.values.get("demonstration") is True for view, _lon, _lat in made.things]
    return (
        sum(cluster.count for cluster in made.clusters) + len(things) + made.hidden,
        sum(cluster.invented for cluster in made.clusters) + sum(things),
    )


def the_same() -> None:
    """Every square that holds anything, at zooms that read each of the sums and the entries themselves."""
    there = list(Entry.objects.filter(withdrawn=False))
    for zoom in (3, 6, 8, 10, 12, 14, 18):
        for state in ("", "found", "kept"):
            counted: Counter[tuple[int, int]] = Counter()
            made_up: Counter[tuple[int, int]] = Counter()
            for entry in there:
                if not state or entry.state == state:
                    at = square(*(entry.place or {})["coordinates"], zoom)
                    counted[at] += 1
                    made_up[at] += entry.values.get("demonstration") is True
            for at in {square(*(entry.place or {})["coordinates"], zoom) for entry in there}:
                assert told(zoom, *at, (state,) if state else ()) == (counted[at], made_up[at]), (zoom, at, state)


@pytest.mark.django_db
def test_tiles_follow_every_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "MOST", 1)  # clusters wherever there are two
    book.ready([KIND])
    first = outfall(1, 106.25, 38.47)
    outfall(2, 106.2504, 38.4702, "kept")
    third = outfall(3, 106.9, 37.1, demonstration="是")
    outfall(4, 106.25, 38.47)
    the_same()
    change_entry("tests", KIND, RULES, first.pk, _given(first), number=None, today=TODAY, reason="tests",
                 place=read_place_text("105.6, 36.2", "point"))  # fmt: skip
    the_same()
    change_entry("tests", KIND, RULES, third.pk, _given(third) | {"demonstration": "否"}, number=None, today=TODAY,
                 keep_place=True, reason="tests")  # fmt: skip
    the_same()
    withdraw_entry("tests", KIND, third.pk, number=None, today=TODAY, reason="tests")
    undo_entry("tests", KIND, first.pk, number=None, today=TODAY, reason="tests")
    the_same()
    # By hand: three stand, none of them invented; all of Ningxia lies in square 3/6/3.
    assert told(3, 6, 3) == (3, 0)
    # Made anew from the versions, and added up, the same comes out.
    before = _rows()
    Book.objects.all().delete()
    book.make(KIND)
    assert _rows() == before
    the_same()


def _given(entry: Entry) -> dict[str, str]:
    return {name: "是" if value is True else str(value) for name, value in entry.values.items() if value is not None}


def _rows() -> dict[tuple[Any, ...], int]:
    found: Counter[tuple[Any, ...]] = Counter()
    for row in CellMovement.objects.all():
        found[row.level, row.cell, row.state, row.invented] += row.counted
    return {key: number for key, number in found.items() if number}


POINT = st.tuples(st.floats(104.3, 107.6), st.floats(35.3, 39.3), st.sampled_from(["found", "kept"]), st.booleans())


@pytest.mark.django_db
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(POINT, min_size=1, max_size=6))
def test_drawn_places(places: list[tuple[float, float, str, bool]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "MOST", 2)
        book.ready([KIND])
        start = Entry.objects.count()
        for number, (lon, lat, state, invented) in enumerate(places, start=start):
            outfall(number, round(lon, 5), round(lat, 5), state, **({"demonstration": "是"} if invented else {}))
        the_same()


@pytest.mark.django_db
def test_few_are_shown_one_by_one_and_the_rest_of_one_point_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "MOST", 3)
    book.ready([KIND])
    for number in range(3):
        outfall(number, 106.25, 38.47)
    wide = square(106.25, 38.47, 5)
    assert len(tiles.tile(KIND, 5, *wide).things) == 3  # at the limit: the things themselves
    outfall(3, 106.25, 38.47)
    assert [cluster.count for cluster in tiles.tile(KIND, 5, *wide).clusters] == [4]  # one more: a cluster
    deep = tiles.tile(KIND, tiles.DEEPEST, *square(106.25, 38.47, tiles.DEEPEST))
    assert (len(deep.things), deep.hidden, deep.clusters) == (3, 1, ())
    assert tiles.tile(KIND, 5, 0, 0) == tiles.Tile(8)


@pytest.mark.django_db
def test_a_place_that_is_none_is_on_no_tile() -> None:
    book.ready([KIND])
    add_entry("tests", KIND, RULES, {"code": "640104-0001", "name": "一", "region": "640104", "category": CATEGORY,
                                     "river": "某沟"}, today=TODAY)  # fmt: skip
    assert told(3, 6, 3) == (0, 0)
    assert not CellMovement.objects.exists()


@pytest.mark.django_db
def test_cells_that_are_many_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    book.ready([KIND])
    for number in range(4):
        outfall(number, 106.25, 38.47)
    before, rows = _rows(), CellMovement.objects.count()
    assert rows == 12  # four entries, three levels
    monkeypatch.setattr(making, "_MANY", 1)
    assert making.compact(KIND.id) > 0
    assert (_rows(), CellMovement.objects.count()) == (before, 3)


@pytest.mark.django_db(transaction=True)
def test_a_large_book_is_made_while_others_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody enters a thing after the snapshot was taken and before the sums are written: both are counted, once."""
    outfall(1, 106.25, 38.47)
    outfall(2, 106.25, 38.47)
    wrote: list[bool] = []

    def write() -> None:
        outfall(3, 106.9, 37.1, "kept")
        wrote.append(True)
        connections.close_all()

    def meanwhile(step: str, _rows: int) -> None:
        if step == "versions" and not wrote:
            assert not book.is_current(KIND)
            hasty.start()
            other = threading.Thread(target=write)
            other.start()
            other.join(30)
            assert wrote, "who writes must not wait for the book"

    def make() -> None:
        made.append(making.make(KIND))
        connections.close_all()

    made: list[int] = []
    hasty = threading.Thread(target=make)  # somebody who cannot wait for the job: it is not made twice
    monkeypatch.setattr(making, "_AT_ONCE", 1)
    assert making.make_beside(KIND, meanwhile) == 3
    hasty.join(30)
    assert made == [0]
    assert book.is_current(KIND)
    assert sum(part.counted for place, part in book.sums(KIND).items() if not place.figure) == 3
    assert told(3, 6, 3) == (3, 0)
    assert making.make_beside(KIND) == 0  # nothing to do
    with connection.cursor() as cursor:
        # Of this database: other processes of the suite have theirs on the same server.
        cursor.execute(
            "select count(*) from pg_locks l join pg_database d on d.oid = l.database"
            " where locktype = 'advisory' and classid = any(%s) and datname = current_database()",
            [[0x5A15, 0x5A17]],
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_a_large_book_is_asked_of_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    outfall(1, 106.25, 38.47)
    outfall(2, 106.25, 38.47)
    Book.objects.all().delete()
    Movement.objects.all().delete()
    monkeypatch.setattr(book, "_AT_A_LOOK", 1)
    assert book.ready([KIND]) == set()
    assert book.percent(KIND) == 0
    assert KIND.id not in book.counts([KIND])
    from saishang.apps.jobs.queries import jobs

    assert jobs(kind=book.SUMS_JOB)[1] == 1  # asked twice, started once
    monkeypatch.setattr(book, "_AT_A_LOOK", 2)
    assert book.ready([KIND]) == {KIND.id}  # at the limit it is made at once
    assert book.counts([KIND]) == {KIND.id: 2}
