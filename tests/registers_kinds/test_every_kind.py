"""Every kind, on the entries of the demonstration: bounds, what is required when, table out and in, pages, marks."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.utils.html import escape

import saishang.demo_data
from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.register_days import way_of
from saishang.apps.indicators.register_values import register_values
from saishang.apps.organisations.models import User
from saishang.apps.plan.where import systems
from saishang.apps.registers import glance, queries
from saishang.apps.registers.actions import load_table
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Entry, Version
from saishang.apps.registers.queries import Filter
from saishang.cli.demo_registers import FOLDER, in_order, load_demo_registers, read_rows
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from saishang.science.register.figures import figure_value
from saishang.science.register.kind import Field, Kind, read_kinds
from saishang.science.register.values import as_text, read_entry
from tests.registers_kinds.conftest import TODAY, Loaded

RULES = load_rules()
KINDS = read_kinds(RULES)
TABLES = {path.stem: path for path in (Path(saishang.demo_data.__file__).parent / FOLDER).glob("*.csv")}
#: Registers of which public pages gave real entries; these hold no or few invented ones.
REAL = {"protected_areas", "zero_waste_cities"}
EVERY = sorted(KINDS)
pytestmark = pytest.mark.django_db


def entry_of(kind: Kind) -> Entry:
    """The first entry that stands."""
    return Entry.objects.filter(kind=kind.id, withdrawn=False).order_by("key").first() or pytest.fail(kind.id)


def given_of(entry: Entry) -> dict[str, str]:
    return {name: as_text(value) for name, value in entry.values.items()}


def faults(kind: Kind, given: Mapping[str, str], state: str) -> set[str]:
    return {fault.field for fault in read_entry(kind, given, RULES.regions, state=state)[1]}


def test_all_of_it_is_taken_and_a_second_time_changes_nothing(loaded: Loaded) -> None:
    assert loaded.told.refused == () and loaded.told.kinds == len(TABLES)
    assert loaded.told.moved > 80 and loaded.told.withdrawn > 20
    again = load_demo_registers("tests", loaded.config, RULES, TODAY + timedelta(days=9))
    assert (again.new, again.moved, again.withdrawn, again.refused) == (0, 0, 0, ())


def test_every_kind_has_entries_that_say_they_are_invented(loaded: Loaded) -> None:
    numbers = Counter(Entry.objects.filter(withdrawn=False).values_list("kind", flat=True))
    assert set(numbers) == set(KINDS)
    assert {name for name, number in numbers.items() if number < 4} == {"zero_waste_cities"}  # a city has one entry
    for name, path in TABLES.items():
        assert 4 <= numbers[name] <= 20, name
        with path.open(encoding="utf-8", newline="") as table:
            rows = list(csv.DictReader(table))
        title, mark = KINDS[name].fields[KINDS[name].title], KINDS[name].fields["demonstration"]
        assert all("虚构" in row[title.zh] and row[mark.zh] == "是" for row in rows), name
    invented = set(Entry.objects.filter(invented=False, withdrawn=False).values_list("kind", flat=True))
    assert invented == REAL


def test_they_spread_over_regions_states_and_months(loaded: Loaded) -> None:
    late = 0
    for name in TABLES:
        kind, rows = KINDS[name], Entry.objects.filter(kind=name)
        regions = {row.region for row in rows if not row.withdrawn}
        assert len(regions) > 1, name
        if kind.life is not None and name != "nev_registrations":
            assert len({row.state for row in rows}) > 1, name
        late += sum(due.on < TODAY for due in queries.due(kind, queries.entries(kind)))
    assert late > 25
    assert len({month for (month,) in Version.objects.values_list("effective__month").distinct()}) > 3
    moved = Version.objects.filter(action__startswith="move:")
    assert moved.count() == loaded.told.moved
    assert moved.exclude(evidence=[]).count() > 60


def test_what_an_entry_names_is_there_and_stands(loaded: Loaded) -> None:
    told = 0
    for kind in in_order(KINDS):
        for field in kind.fields.values():
            if not field.of:
                continue
            named = Entry.objects.filter(kind=kind.id).exclude(**{f"values__{field.id}": None})
            keys = {entry.values.get(field.id) for entry in named} - {None, ""}
            assert keys <= set(Entry.objects.filter(kind=field.of, withdrawn=False).values_list("key", flat=True))
            told += len(keys)
    assert told > 80


def test_places_lie_in_the_county_that_is_named(loaded: Loaded) -> None:
    counties = {
        feature["properties"]["code"]: feature["geometry"]
        for feature in RULES.geometry("sites/ningxia/county")["features"]
    }
    seen = 0
    for name in TABLES:
        keys = {row[1][KINDS[name].key] for row in read_rows(KINDS[name], TABLES[name], TODAY)}
        for entry in Entry.objects.filter(kind=name, place__isnull=False, region__in=counties, key__in=keys):
            middle = ((entry.west + entry.east) / 2, (entry.south + entry.north) / 2)
            shape = counties[entry.region]
            parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
            assert any(crossings(middle, part[0]) % 2 for part in parts), (name, entry.key)
            seen += 1
    assert seen > 150


def crossings(point: tuple[float, float], ring: list[list[float]]) -> int:
    """How often a ray to the east meets the ring: odd inside."""
    x, y = point
    sides = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(
        (float(a[1]) > y) != (float(b[1]) > y)
        and x < float(a[0]) + (y - float(a[1])) * (float(b[0]) - float(a[0])) / (float(b[1]) - float(a[1]))
        for a, b in sides
    )


def test_no_indicator_of_the_region_counts_them(loaded: Loaded) -> None:
    values = register_values(Catalogue(RULES), RULES, "640000", TODAY, None)
    assert len({value.inputs["register"] for value in values}) > 40
    real = {value.inputs["register"] for value in values if value.basis != "demonstration"}
    assert real <= REAL


@pytest.mark.parametrize("name", EVERY)
def test_bounds_hold_just_below_at_and_above(loaded: Loaded, name: str) -> None:
    kind = KINDS[name]
    entry = entry_of(kind)
    given = given_of(entry)
    assert faults(kind, given, entry.state) == set()
    for field in kind.fields.values():
        if field.compute is not None or field.type not in ("integer", "number"):
            continue
        step = Decimal(1) if field.type == "integer" else Decimal(1).scaleb(-(field.decimals or 4))
        for bound, out in ((field.least, -step), (field.most, step)):
            if bound is None:
                continue
            edge = Decimal(str(bound))
            for value, bad in ((edge, False), (edge - out, False), (edge + out, True)):
                found = faults(kind, given | {field.id: f"{value:f}"}, entry.state)
                assert (field.id in found) is bad, (field.id, value)


@pytest.mark.parametrize("name", EVERY)
def test_what_is_required_is_asked_for_in_its_states_and_in_no_other(loaded: Loaded, name: str) -> None:
    kind = KINDS[name]
    entry = entry_of(kind)
    given = given_of(entry)
    for field in kind.fields.values():
        if field.compute is not None:
            continue
        empty = given | {field.id: ""}
        for state in kind.life.states if kind.life is not None else [""]:
            asked = field.required is True or (not isinstance(field.required, bool) and _holds(field, empty, state))
            assert (field.id in faults(kind, empty, state)) is asked, (field.id, state)


def _holds(field: Field, given: Mapping[str, str], state: str) -> bool:
    """Whether one of the conditions of the description holds, read from the texts themselves."""
    assert not isinstance(field.required, bool)
    return any(
        (state if other == "state" else given.get(other, "")) in values for other, values in field.required.items()
    )


@pytest.mark.parametrize("name", EVERY)
def test_the_table_goes_out_and_comes_in_again_the_same(loaded: Loaded, tmp_path: Path, name: str) -> None:
    kind = kind_of(RULES, name)
    with transaction.atomic():
        editor = Client()
        editor.force_login(User.objects.create_user(f"e-{name}", password="x", role="editor"))
        for language in ("zh-hans", "en"):
            editor.cookies["django_language"] = language
            path = tmp_path / f"{language}.csv"
            path.write_bytes(b"".join(editor.get(f"/registers/{name}/?format=csv&table=form")))
            outcome = load_table(
                "tests",
                kind,
                RULES,
                Archive(loaded.config.archive),
                path,
                path.name,
                today=TODAY,
                reason="",
                dry_run=True,
            )
            assert outcome.refusals == ()
            assert outcome.rows == Entry.objects.filter(kind=name, withdrawn=False).count()
            assert {change.effect for change in outcome.changes} == {"unchanged"}
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", EVERY)
def test_pages_speak_both_languages(loaded: Loaded, name: str) -> None:
    kind = KINDS[name]
    with transaction.atomic():
        editor = Client()
        editor.force_login(User.objects.create_user(f"p-{name}", password="x", role="editor"))
        entry = entry_of(kind)
        for language, words in (("zh-hans", kind.zh), ("en", kind.en)):
            editor.cookies["django_language"] = language
            for rest in ("", "figures/", "new/", f"{entry.pk}/"):
                page = editor.get(f"/registers/{name}/{rest}")
                assert page.status_code == 200, rest
                text = page.content.decode()
                assert escape(words) in text, (language, rest)
                if not rest:  # the list leads to the entry
                    assert f'href="/registers/{name}/{entry.pk}/"' in text
                if rest == "new/":
                    typed = [field for field in kind.fields.values() if field.compute is None]
                    labels = [escape(field.zh if language == "zh-hans" else field.en) for field in typed]
                    assert [label for label in labels if label not in text] == [], language
        transaction.set_rollback(True)


def test_days_of_the_tables_follow_the_day_of_the_demonstration() -> None:
    first = read_rows(KINDS["key_units"], TABLES["key_units"], date(2027, 3, 1))
    assert first[0][1]["listed_on"] == "2026-07-04"  # T-240: 28+31+31+30+31+30+31+28 days back is 4 July


def test_a_field_may_be_called_like_a_control_of_the_form(loaded: Loaded) -> None:
    """Fields `reason` and `number` of a kind were written over by the form's own; `effect` and `ac` were not shown."""
    kind = kind_of(RULES, "disclosing_enterprises")
    entry = entry_of(kind)
    with transaction.atomic():
        editor = Client()
        editor.force_login(User.objects.create_user("e-form", password="x", role="editor"))
        page = editor.get(f"/registers/{kind.id}/{entry.pk}/edit/").content.decode()
        assert 'name="field_reason"' in page and 'name="reason"' in page
        sent = given_of(entry) | {"field_reason": "bond", "reason": "核对名单", "number": str(entry.number)}
        answer = editor.post(f"/registers/{kind.id}/{entry.pk}/edit/", sent)
        assert answer.status_code == 302
        entry.refresh_from_db()
        assert entry.values["reason"] == "bond"
        assert entry.versions.get(number=entry.number).reason == "核对名单"
        # What is wrong with it stands beside it.
        answer = editor.post(f"/registers/{kind.id}/{entry.pk}/edit/", sent | {"field_reason": "", "number": "2"})
        assert answer.status_code == 422 and "field_reason" in answer.content.decode()
        transaction.set_rollback(True)
    for name, field in (
        ("charging_sites", "ac"),
        ("major_projects", "effect"),
        ("hazardous_manifests", "field_number"),
    ):
        with transaction.atomic():
            editor = Client()
            editor.force_login(User.objects.create_user(f"f-{name}", password="x", role="editor"))
            assert f'name="{field}"' in editor.get(f"/registers/{name}/new/").content.decode()
            transaction.set_rollback(True)


def test_every_claim_of_the_plan_shows_a_number_that_its_entries_give(loaded: Loaded) -> None:
    """A row of the page "where" that claims has figures with a value, the same from the entries one by one."""
    claims = [one for one in systems(RULES, "ningxia") if one.state != "not_built"]
    names = {part.name for one in claims for part in one.figures if part.kind == "figure"}
    catalogue = Catalogue(RULES)
    for one in claims:
        for part in one.figures:
            way = way_of(catalogue, RULES, part.name) if part.kind == "indicator" else None
            if way is not None:
                names.add(f"{way.kind.id}.{way.figure.id}")
    wanted = [(KINDS[name.split(".")[0]], KINDS[name.split(".")[0]].figures[name.split(".")[1]]) for name in names]
    assert len(wanted) > 60
    told = glance.figures(wanted, RULES, "640000", TODAY)
    codes = queries.inside(RULES, "640000")
    wrong = {}
    for kind, figure in wanted:
        shown = told[kind.id, figure.id]
        entries = [view.standing for view in queries.entries(kind, Filter(regions=codes, on=TODAY))]
        real = any(not entry.invented for entry in entries)
        mine = [entry for entry in entries if entry.invented is not real]
        value = figure_value(figure, mine, queries.counted_regions(figure, RULES, codes))
        if not mine or value.rounded is None or value.rounded != shown.sum.rounded or shown.invented is real:
            wrong[kind.id, figure.id] = (len(mine), value.rounded, shown.sum.rounded)
    assert not wrong
