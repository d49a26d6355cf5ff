"""Reads: lists with filters, one entry with its history, the register as it stood on a day, places, figures, terms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, QuerySet, Subquery

from saishang.apps.core.queries import changes_of
from saishang.apps.registers.models import Description, Entry, Version
from saishang.apps.registers.retention import hidden_papers, shown_values
from saishang.apps.registers.seals import Sealed, broken
from saishang.lake.registered import RegisteredStation
from saishang.rules import Rules
from saishang.science.register.figures import Due, FigureValue, Standing, due_terms, figure_value
from saishang.science.register.kind import Figure, Kind
from saishang.science.soil.geometry import Area, areas_overlap, read_area

__all__ = [
    "EntryView", "Filter", "VersionView", "Written", "as_of", "counted_regions", "due", "entries", "entry",
    "figures", "first_day", "history", "inside", "keys", "narrowed", "number_of", "overlapping", "papers_past",
    "recorded", "region_of", "size", "stations", "timelines", "unlogged_versions", "view_of", "written_since",
]  # fmt: skip


@dataclass(frozen=True)
class EntryView:
    """An entry as it stands, or stood on a day."""

    pk: int
    kind: str
    number: int
    key: str
    title: str
    region: str
    state: str
    since: date
    effective: date
    withdrawn: bool
    values: Mapping[str, Any]
    place: Mapping[str, Any] | None
    #: Description that it was written under, and its period of meaning.
    description: int | None = None
    epoch: int = 0
    #: Fields whose years have passed: nobody is shown them.
    hidden: frozenset[str] = frozenset()

    @property
    def standing(self) -> Standing:
        """What figures and terms look at."""
        return Standing(self.key, self.state, self.since, self.values, self.region, self.epoch)


@dataclass(frozen=True)
class VersionView:
    """One step of an entry's history."""

    number: int
    action: str
    reason: str
    evidence: Sequence[Mapping[str, Any]]
    batch: str
    actor: str
    recorded_at: datetime
    content: EntryView


@dataclass(frozen=True)
class Filter:
    """What a list shows.

    Attributes
    ----------
    text:
        Any part of what everybody may see of the entries today; several words must all be there.
    regions:
        Codes of regions, empty = all.
    states:
        States, empty = all.
    on:
        The register as it stood on that day; None = now.
    known_at:
        With `on`: what had been written down by that moment; None = all there is.
    withdrawn:
        Whether withdrawn entries are shown too.
    """

    text: str = ""
    regions: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    on: date | None = None
    withdrawn: bool = False
    known_at: datetime | None = None


def entries(kind: Kind, wanted: Filter = Filter()) -> list[EntryView]:
    """Entries of a register by key."""
    found = narrowed(kind, wanted)
    prefix = "" if wanted.on is None else "entry__"
    for word in wanted.text.casefold().split():
        found = found.filter(**{f"{prefix}words__contains": word})
    return [view_of(row, kind.id) for row in found.order_by("key")]


def narrowed(kind: Kind, wanted: Filter) -> QuerySet[Any]:
    """Entries, or their versions of a day, by all of a filter but its text."""
    found: QuerySet[Any]
    found = Entry.objects.filter(kind=kind.id) if wanted.on is None else as_of(kind, wanted.on, wanted.known_at)
    if not wanted.withdrawn:
        found = found.filter(withdrawn=False)
    if wanted.regions:
        found = found.filter(region__in=wanted.regions)
    return found.filter(state__in=wanted.states) if wanted.states else found


def size(kind: Kind) -> int:
    """How many entries a register holds, withdrawn ones included: counted, for whoever has the time."""
    return Entry.objects.filter(kind=kind.id).count()


def entry(kind: Kind, pk: int) -> EntryView | None:
    """One entry as it stands."""
    row = Entry.objects.filter(kind=kind.id, pk=pk).first()
    return None if row is None else view_of(row, kind.id)


def number_of(kind: Kind, key: str) -> int | None:
    """Number of the entry with a key, withdrawn or not; None when there is none."""
    return Entry.objects.filter(kind=kind.id, key=key).values_list("pk", flat=True).first()


def region_of(kind: Kind, pk: int) -> str | None:
    """Where an entry lies (empty: in no region); None when there is none."""
    found: str | None = Entry.objects.filter(kind=kind.id, pk=pk).values_list("region", flat=True).first()
    return found


def history(kind: Kind, pk: int) -> list[VersionView]:
    """Every version of an entry, the newest first."""
    rows = Version.objects.filter(entry_id=pk, entry__kind=kind.id).select_related("entry").order_by("-number")
    return [
        VersionView(
            row.number, row.action, row.reason, row.evidence, row.batch, row.actor_name, row.recorded_at,
            view_of(row, kind.id),
        )
        for row in rows
    ]  # fmt: skip


def timelines(kind: Kind, known_at: datetime | None = None) -> dict[int, list[tuple[date, date | None, EntryView]]]:
    """Entry → what it said from which day to which (None = to this day), as far as it was known at a moment.

    A version holds until the day before the next one's; of several that hold from one day the last stands. Days on
    which an entry was withdrawn are left out.
    """
    rows = Version.objects.filter(entry__kind=kind.id).select_related("entry").order_by("entry_id", "number")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    grouped: dict[int, list[EntryView]] = defaultdict(list)
    for row in rows:
        mine = grouped[row.entry_id]
        # Days never run backwards; should they, the later word counts, as it does for the register on a day.
        while mine and mine[-1].effective >= row.effective:
            mine.pop()
        mine.append(view_of(row, kind.id))
    return {
        pk: [
            (view.effective, after.effective - timedelta(days=1) if after is not None else None, view)
            for view, after in zip(mine, [*mine[1:], None], strict=True)
            if not view.withdrawn
        ]
        for pk, mine in grouped.items()
    }


def inside(rules: Rules, region: str) -> tuple[str, ...]:
    """A region and everything below it."""
    below: dict[str, list[str]] = defaultdict(list)
    for row in rules.regions.values():
        below[str(row["parent"])].append(str(row["code"]))
    found, queue = [], [region]
    while queue:
        code = queue.pop()
        found.append(code)
        queue += below.get(code, [])
    return tuple(found)


def figures(
    kind: Kind, rules: Rules, listed: Sequence[EntryView], regions: Iterable[str]
) -> dict[str, dict[str, FigureValue]]:
    """Figure → region → value over the entries given; a region holds everything below it."""
    found: dict[str, dict[str, FigureValue]] = {}
    members = {region: set(inside(rules, region)) for region in regions}
    for figure in kind.figures.values():
        for region, codes in members.items():
            mine = [view.standing for view in listed if view.region in codes]
            value = figure_value(figure, mine, counted_regions(figure, rules, codes))
            found.setdefault(figure.id, {})[region] = value
    return found


def counted_regions(figure: Figure, rules: Rules, codes: Iterable[str]) -> list[str]:
    """Which of the regions a share of regions counts: those of its levels that the plan speaks of."""
    rows = (rules.regions[code] for code in codes if code in rules.regions)
    return [str(row["code"]) for row in rows if row["level"] in figure.levels and row["use"] == "in_plan"]


def due(kind: Kind, listed: Iterable[EntryView]) -> list[Due]:
    """Terms that run for the entries, the earliest end first."""
    return due_terms(kind, [view.standing for view in listed])


def overlapping(kind: Kind, area: Area, box: tuple[float, float, float, float]) -> list[EntryView]:
    """Entries whose ground the area shares: first by box in the database, then exactly."""
    west, south, east, north = box
    near = Entry.objects.filter(
        kind=kind.id, withdrawn=False, west__lt=east, east__gt=west, south__lt=north, north__gt=south
    ).order_by("key")
    return [view_of(row, kind.id) for row in near if row.place and areas_overlap(area, read_area(row.place))]


def papers_past(kind: Kind, pk: int) -> frozenset[str]:
    """Documents of an entry whose years have passed: nobody is given them."""
    return hidden_papers(kind, Entry.objects.filter(kind=kind.id, pk=pk).first())


def unlogged_versions() -> Iterator[tuple[str, str]]:
    """Versions that the action log tells otherwise, or not at all, and entries that are not their last version."""
    last, sealed = 0, Sealed()
    while entries := list(Entry.objects.filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        last = entries[-1].pk
        yield from _unlogged({f"{entry.kind}/{entry.pk}": entry for entry in entries}, sealed)
    yield from broken()
    for held in Description.objects.order_by("pk"):
        if sha256(held.document.encode()).hexdigest() != held.digest:
            yield f"{held.kind} description {held.number}", "its text is not the one of its digest"


def _unlogged(entries: Mapping[str, Entry], sealed: Sealed) -> Iterator[tuple[str, str]]:
    """The same of some entries, by the name that the log has for them: millions are never held at once."""
    told: dict[tuple[str, int], Mapping[str, Any]] = {}
    for said in changes_of("registers.Entry").filter(object_id__in=list(entries)):
        if said.after is not None:
            told[said.object_id, int(said.after["number"])] = said.after
    by_number = {entry.pk: (name, entry) for name, entry in entries.items()}
    newest: dict[int, Version] = {}
    for version in Version.objects.filter(entry__in=list(by_number)).order_by("entry_id", "number"):
        name, entry = by_number[version.entry_id]
        newest[version.entry_id] = version
        logged = told.get((name, version.number))
        if logged is None and sealed.has(version):
            continue  # its batch is held against the log as a whole
        if logged is None:
            yield f"{entry.kind} {version.key} v{version.number}", "the action log has no entry of it"
        elif any(
            logged[key] != getattr(version, key) for key in ("key", "state", "withdrawn", "values")
        ) or logged["effective"] != version.effective.isoformat():  # fmt: skip
            yield f"{entry.kind} {version.key} v{version.number}", "it says something else than the action log"
    for pk, (_name, row) in by_number.items():
        copied = newest.get(pk)
        if copied is None or any(getattr(row, key) != getattr(copied, key) for key in _COPIED):
            yield f"{row.kind} {row.key}", "the entry is not a copy of its last version"


#: Entries that are held against the log together.
_AT_ONCE = 1000
#: What an entry repeats of its last version.
_COPIED = (
    "number", "key", "title", "region", "state", "since", "effective", "withdrawn", "values", "place", "recorded_at",
    "description_id", "epoch",
)  # fmt: skip


def as_of(kind: Kind, on: date, known_at: datetime | None) -> QuerySet[Version]:
    """The version of every entry that held on a day, as far as it was known at a moment."""
    held = Version.objects.filter(entry=OuterRef("entry"), effective__lte=on)
    if known_at is not None:
        held = held.filter(recorded_at__lte=known_at)
    last = held.order_by("-number").values("number")[:1]
    rows = Version.objects.filter(entry__kind=kind.id, number=Subquery(last)).select_related("entry")
    return rows.annotate(kind=F("entry__kind"))


def recorded(known_at: datetime | None = None) -> dict[str, list[int]]:
    """Kind → [versions, the last one's number in the database], as they were at a moment: versions are only added."""
    rows = Version.objects.all()
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    told = rows.values("entry__kind").annotate(count=Count("pk"), last=Max("pk")).order_by("entry__kind")
    return {row["entry__kind"]: [row["count"], row["last"]] for row in told}


@dataclass(frozen=True)
class Written:
    """A version that was written down: whose, which entry, when and by whom."""

    kind: str
    entry: int
    key: str
    number: int
    action: str
    actor: str
    recorded_at: datetime


def written_since(moment: datetime, until: datetime | None = None) -> list[Written]:
    """Versions that were written after a moment, in their order."""
    rows = Version.objects.filter(recorded_at__gt=moment).select_related("entry").order_by("pk")
    if until is not None:
        rows = rows.filter(recorded_at__lte=until)
    return [
        Written(row.entry.kind, row.entry_id, row.key, row.number, row.action, row.actor_name, row.recorded_at)
        for row in rows
    ]


def first_day(kind: Kind, known_at: datetime | None = None) -> date | None:
    """The earliest day from which anything of a register holds; None of an empty one."""
    rows = Version.objects.filter(entry__kind=kind.id)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    found: date | None = rows.aggregate(first=Min("effective"))["first"]
    return found


def keys(kind: str, known_at: datetime | None = None) -> list[str]:
    """Every key that a register ever had, as it was written down by a moment; those of withdrawn entries too."""
    rows = Version.objects.filter(entry__kind=kind)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    return sorted(set(rows.values_list("key", flat=True)))


def stations(kind: str, known_at: datetime | None = None) -> list[RegisteredStation]:
    """The stations of a register by key, each as its last word by a moment has it; withdrawn ones left out.

    Days of service are the fields `opened` and `closed`: a station is owed for the days of its service also where they
    were entered late. A kind without them, or an entry without a first day, counts from the day of its state.
    """
    last: dict[int, Version] = {}
    rows = Version.objects.filter(entry__kind=kind).order_by("entry_id", "number")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    for row in rows:
        last[row.entry_id] = row
    found = []
    for row in sorted(last.values(), key=lambda row: row.key):
        if row.withdrawn:
            continue
        opened, closed = (row.values.get(name) for name in ("opened", "closed"))
        point = row.place["coordinates"] if row.place and row.place.get("type") == "Point" else (None, None)
        found.append(
            RegisteredStation(
                row.key, row.region, None if point[0] is None else float(point[0]),
                None if point[1] is None else float(point[1]),
                date.fromisoformat(str(opened)) if opened else row.since,
                date.fromisoformat(str(closed)) if closed else None, row.values,
            )
        )  # fmt: skip
    return found


def view_of(row: Any, kind: str) -> EntryView:
    """An entry, or a version of one, as lists and pages speak of it, without what is not shown any more."""
    values, hidden = shown_values(kind, row)
    return EntryView(
        pk=row.pk if isinstance(row, Entry) else row.entry_id, kind=kind, number=row.number, key=row.key,
        title=row.title, region=row.region, state=row.state, since=row.since, effective=row.effective,
        withdrawn=row.withdrawn, values=values, place=row.place, description=row.description_id, epoch=row.epoch,
        hidden=hidden,
    )  # fmt: skip
