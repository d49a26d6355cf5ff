"""What pages, evaluation and commands read of a plan: typed records, no model leaves this module but as a record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Prefetch, Q, QuerySet

from saishang.apps.core.generations import kept
from saishang.apps.plan import models, promises
from saishang.apps.plan.importer.document import (
    Chapter,
    Commitment,
    Duty,
    InheritedOwner,
    Item,
    Owner,
    PlanDocument,
    Section,
    Target,
    Unresolved,
)
from saishang.errors import SaishangError

__all__ = ["ChapterView", "DutyView", "ItemView", "OwnerCount", "OwnerView", "PlanNotFoundError", "TargetView",
           "VersionView", "chapters", "current_version", "document_of", "duties", "item", "items", "items_by_owner",
           "owners", "targets", "titles", "unresolved", "version", "versions"]  # fmt: skip


class PlanNotFoundError(SaishangError):
    """There is no such plan version, or none at all."""

    code = "plan-not-found"


@dataclass(frozen=True)
class VersionView:
    """One plan version."""

    id: int
    plan: str
    label: str
    title: str
    title_en: str
    draft: str
    origin: str
    digest: str
    imported_at: datetime
    imported_by: str
    tasks: int
    targets: int
    unresolved: int

    @property
    def name(self) -> str:
        """plan@label, as commands take it."""
        return f"{self.plan}@{self.label}"


@dataclass(frozen=True)
class OwnerView:
    """A unit that owes an item. `agency` is empty while it is not settled."""

    role: str
    unit: str
    agency: str
    agency_code: str
    inherited: bool
    etc: bool
    measure: int | None

    @property
    def name(self) -> str:
        """The formal name, or the unit as written."""
        return self.agency or self.unit


@dataclass(frozen=True)
class TargetView:
    """A target with the item it stands in.

    `kind` is numeric for numbers (withheld ones included); qualitative, coverage, recurring, grade, scale and stage
    are promises without a number: `state` says what is promised.
    """

    code: str
    item: str
    item_title: str
    item_title_en: str
    kind: str
    indicator: str
    indicator_en: str
    comparator: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    year: int | None
    base_year: int | None
    change: str | None
    frequency: str | None
    scope: str | None
    state: str
    aspirational: bool
    undetermined: bool
    text: str
    owners: tuple[OwnerView, ...] = ()


@dataclass(frozen=True)
class DutyView:
    """A recurring duty with the item it stands in."""

    item: str
    item_title: str
    what: str
    what_en: str
    when: str
    to: str
    copy: str
    who: str
    recurring: bool
    text: str


@dataclass(frozen=True)
class ItemView:
    """An item with all that hangs on it."""

    id: str
    position: int
    number: str
    role: str
    title: str
    title_en: str
    chapter: str
    chapter_title: str
    chapter_title_en: str
    section: str
    section_title: str
    section_title_en: str
    measures: tuple[tuple[str, str], ...]
    owners: tuple[OwnerView, ...]
    targets: tuple[TargetView, ...]
    commitments: tuple[TargetView, ...]
    duties: tuple[DutyView, ...]


@dataclass(frozen=True)
class ChapterView:
    """A chapter or section with the ids of its items."""

    number: str
    title: str
    title_en: str
    items: tuple[str, ...]
    sections: tuple[ChapterView, ...] = ()


@dataclass(frozen=True)
class OwnerCount:
    """How much one agency owes."""

    agency: str
    agency_code: str
    items: int
    leads: int
    inherited: int


def versions(plan: str | None = None) -> list[VersionView]:
    """Every version, newest first."""
    return list(_versions(plan))


@kept("plan", most=16)
def _versions(plan: str | None) -> tuple[VersionView, ...]:
    rows = models.PlanVersion.objects.order_by("-id")
    if plan is not None:
        rows = rows.filter(plan=plan)
    return tuple(_version_view(v) for v in _counted(rows))


def current_version(plan: str | None = None) -> VersionView | None:
    """The newest version of one plan, or of the site's own, as `promises` says; None before the first import."""
    return _current(plan, settings.CONFIG.rules_overlay)


@kept("plan")
def _current(plan: str | None, _overlay: Path | None) -> VersionView | None:
    found = promises.current_version(plan)
    return None if found is None else _view_of(found)


def version(name: str) -> VersionView:
    """Find a version by `plan@label`, by label alone when only one plan has it, or by id.

    Raises
    ------
    PlanNotFoundError
        When there is none, or several share the label.
    """
    return _version(name)


@kept("plan", most=64)
def _version(name: str) -> VersionView:
    return _view_of(_find(name))


def _view_of(row: models.PlanVersion) -> VersionView:
    return _version_view(_counted(models.PlanVersion.objects.filter(pk=row.pk))[0])


def _find(name: str) -> models.PlanVersion:
    plan, at, label = name.partition("@")
    rows = models.PlanVersion.objects.all()
    if at:
        found = list(rows.filter(plan=plan, label=label))
    elif name.isdigit() and rows.filter(pk=int(name)).exists():
        found = [rows.get(pk=int(name))]
    else:
        found = list(rows.filter(label=name)) or list(rows.filter(plan=name).order_by("-id")[:1])
    if len(found) != 1:
        known = ", ".join(str(v) for v in rows) or "none yet: import one with `saishang plan import`"
        came = f"{len(found)} with this name" if found else "none"
        raise PlanNotFoundError(f"expected one plan version named {name!r}, got {came}", fix=f"use one of: {known}")
    return found[0]


def _counted(rows: QuerySet[models.PlanVersion]) -> list[models.PlanVersion]:
    return list(
        rows.annotate(
            task_count=Count("items", filter=Q(items__role="task"), distinct=True),
            target_count=Count("items__targets", distinct=True),
            open_count=Count("unresolved", filter=Q(unresolved__agency=""), distinct=True),
        )
    )


def _version_view(v: models.PlanVersion) -> VersionView:
    tasks, targets_, open_ = (int(getattr(v, name, 0)) for name in ("task_count", "target_count", "open_count"))
    return VersionView(
        v.pk, v.plan, v.label, v.title, v.title_en, v.draft, v.origin, v.digest, v.imported_at, v.imported_by,
        tasks, targets_, open_,
    )  # fmt: skip


def items(
    version_id: int,
    *,
    text: str = "",
    owner: str = "",
    chapter: str = "",
    section: str = "",
    role: str = "",
    has_target: bool | None = None,
    owner_role: str = "",
) -> list[ItemView]:
    """Items of a version in reading order.

    Parameters
    ----------
    text:
        Words that must all stand in title, measures or targets (Chinese or English).
    owner:
        Agency code or formal name; owners named once for many items count too.
    chapter, section:
        Numbers as written.
    role:
        preamble, task, step or safeguard.
    has_target:
        True: only items with a number or a promise; False: only those without.
    owner_role:
        lead, responsible, support or guide, together with `owner`.
    """
    return list(_items(version_id, text, owner, chapter, section, role, has_target, owner_role))


@kept("plan", most=64)
def _items(
    version_id: int, text: str, owner: str, chapter: str, section: str, role: str, has_target: bool | None,
    owner_role: str,
) -> tuple[ItemView, ...]:  # fmt: skip
    rows = models.Item.objects.filter(version_id=version_id)
    for word in text.split():
        rows = rows.filter(
            Q(title__icontains=word) | Q(title_en__icontains=word) | Q(measures__text__icontains=word)
            | Q(measures__text_en__icontains=word) | Q(targets__indicator__icontains=word)
            | Q(targets__indicator_en__icontains=word) | Q(commitments__subject__icontains=word)
        )  # fmt: skip
    if owner:
        wanted = Q(owners__agency_code=owner) | Q(owners__agency=owner) | Q(owners__unit=owner)
        rows = rows.filter(wanted & Q(owners__role=owner_role)) if owner_role else rows.filter(wanted)
    if chapter:
        rows = rows.filter(chapter__number=chapter)
    if section:
        rows = rows.filter(section__number=section)
    if role:
        rows = rows.filter(role=role)
    if has_target is not None:
        some = Q(targets__isnull=False) | Q(commitments__isnull=False)
        rows = rows.filter(some) if has_target else rows.filter(targets__isnull=True, commitments__isnull=True)
    return tuple(_item_view(i) for i in _whole(models.Item.objects.filter(pk__in=rows.values("pk"))))


def titles(version_id: int) -> dict[str, tuple[str, str]]:
    """Item → its title in Chinese and English, in reading order; for lists that need nothing else of the plan."""
    return dict(_titles(version_id))


@kept("plan")
def _titles(version_id: int) -> dict[str, tuple[str, str]]:
    rows = models.Item.objects.filter(version_id=version_id).order_by("position")
    return {key: (zh, en) for key, zh, en in rows.values_list("key", "title", "title_en")}


def item(version_id: int, key: str) -> ItemView:
    """One item by its id (T10).

    Raises
    ------
    PlanNotFoundError
        When the version has no such item.
    """
    found = list(_whole(models.Item.objects.filter(version_id=version_id, key=key)))
    if not found:
        raise PlanNotFoundError(f"expected an item of this plan, got {key!r}", fix="look at `saishang plan show`")
    return _item_view(found[0])


def _whole(rows: QuerySet[models.Item]) -> QuerySet[models.Item]:
    return rows.select_related("chapter", "section").prefetch_related(
        "measures", "owners", "targets", "commitments", "duties"
    )


def _owner_view(o: models.ItemOwner) -> OwnerView:
    return OwnerView(o.role, o.unit, o.agency, o.agency_code, o.inherited, o.etc, o.measure)


def _target_view(t: models.PlanTarget, i: models.Item, owners_: tuple[OwnerView, ...]) -> TargetView:
    return TargetView(
        t.code, i.key, i.title, i.title_en, "numeric", t.indicator, t.indicator_en, t.comparator, _plain(t.value),
        _plain(t.low), _plain(t.high), t.unit, t.year, t.base_year, t.change or None, t.frequency or None,
        t.scope or None, "", t.aspirational, t.undetermined, t.text, owners_,
    )  # fmt: skip


def _commitment_view(c: models.Commitment, i: models.Item, owners_: tuple[OwnerView, ...]) -> TargetView:
    return TargetView(
        c.code, i.key, i.title, i.title_en, c.kind, c.subject, c.subject_en, "", None, None, None, "", c.year, None,
        None, None, None, c.state, c.aspirational, False, c.text, owners_,
    )  # fmt: skip


def _plain(value: Decimal | None) -> Decimal | None:
    """The number with the digits of the document, not those of the column."""
    if value is None:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _duty_view(d: models.Duty, i: models.Item) -> DutyView:
    return DutyView(i.key, i.title, d.what, d.what_en, d.when, d.to, d.copy, d.who, d.recurring, d.text)


def _item_view(i: models.Item) -> ItemView:
    own = tuple(_owner_view(o) for o in i.owners.all())
    chapter, section = i.chapter, i.section
    return ItemView(
        i.key, i.position, i.number, i.role, i.title, i.title_en,
        chapter.number if chapter else "", chapter.title if chapter else "", chapter.title_en if chapter else "",
        section.number if section else "", section.title if section else "", section.title_en if section else "",
        tuple((m.text, m.text_en) for m in i.measures.all()), own,
        tuple(_target_view(t, i, own) for t in i.targets.all()),
        tuple(_commitment_view(c, i, own) for c in i.commitments.all()),
        tuple(_duty_view(d, i) for d in i.duties.all()),
    )  # fmt: skip


def chapters(version_id: int) -> list[ChapterView]:
    """The outline: chapters with their sections and the ids of their items, in reading order."""
    return list(_chapters(version_id))


@kept("plan", most=16)
def _chapters(version_id: int) -> tuple[ChapterView, ...]:
    rows = models.Chapter.objects.filter(version_id=version_id).prefetch_related(
        Prefetch("sections", models.Section.objects.prefetch_related("items")), "items"
    )
    return tuple(
        ChapterView(
            c.number,
            c.title,
            c.title_en,
            tuple(i.key for i in c.items.all() if i.section_id is None),
            tuple(
                ChapterView(s.number, s.title, s.title_en, tuple(i.key for i in s.items.all()))
                for s in c.sections.all()
            ),
        )
        for c in rows
    )


def targets(version_id: int, *, numeric_only: bool = False) -> list[TargetView]:
    """Every target in reading order; promises without a number too unless `numeric_only`."""
    found: list[TargetView] = []
    for view in items(version_id):
        found.extend(view.targets)
        if not numeric_only:
            found.extend(view.commitments)
    return found


def duties(version_id: int) -> list[DutyView]:
    """Every duty in reading order."""
    return [d for view in items(version_id) for d in view.duties]


def owners(version_id: int, roles: Iterable[str] = ("task", "safeguard", "step")) -> list[OwnerCount]:
    """Every agency with the number of items it owes itself, leads, and owes by a clause for many items."""
    return list(_owners(version_id, tuple(roles)))


@kept("plan", most=16)
def _owners(version_id: int, roles: tuple[str, ...]) -> tuple[OwnerCount, ...]:
    rows = (
        models.ItemOwner.objects.filter(item__version_id=version_id, item__role__in=roles)
        .values("agency", "unit", "agency_code", "inherited", "role", "item_id")
        .order_by("position")
    )
    own: dict[str, set[int]] = {}
    leads: dict[str, set[int]] = {}
    inherited: dict[str, set[int]] = {}
    codes: dict[str, str] = {}
    for row in rows:
        name = str(row["agency"] or row["unit"])
        codes.setdefault(name, str(row["agency_code"]))
        (inherited if row["inherited"] else own).setdefault(name, set()).add(int(row["item_id"]))
        if row["role"] == "lead":
            leads.setdefault(name, set()).add(int(row["item_id"]))
    counts = [
        OwnerCount(n, c, len(own.get(n, ())), len(leads.get(n, ())), len(inherited.get(n, ())))
        for n, c in codes.items()
    ]
    return tuple(sorted(counts, key=lambda o: (-o.items, -o.inherited, o.agency)))


def items_by_owner(version_id: int, owner: str, role: str = "") -> list[ItemView]:
    """Items an agency owes (code or formal name), in reading order."""
    return items(version_id, owner=owner, owner_role=role)


def unresolved(version_id: int) -> list[tuple[str, list[str], str]]:
    """Units that nobody has settled yet: name as written, ids of the items, why."""
    rows = models.Unresolved.objects.filter(version_id=version_id, agency="").order_by("id")
    return [(u.unit, list(u.at), u.reason) for u in rows]


def document_of(name: str) -> PlanDocument:
    """A stored version as the importer's record: what `plan export --json` writes and `plan diff` compares."""
    v = _find(name)
    document = PlanDocument(v.title, draft=v.draft or None, notes=list(v.notes))
    document.chapters = [Chapter(c.number or None, c.title, c.title_en) for c in v.chapters.all()]
    document.sections = [
        Section(s.number or None, s.title, (s.chapter.number or s.chapter.title) if s.chapter else None, s.title_en)
        for s in v.sections.select_related("chapter")
    ]
    for view in items(v.pk):
        entry = Item(
            view.id, view.number or None, view.title, view.chapter or view.chapter_title or None,
            view.section or view.section_title or None, view.role, [zh for zh, _ in view.measures],
            _groups(view.owners), [_record(t) for t in view.targets], title_en=view.title_en,
            measures_en=[en for _, en in view.measures],
        )  # fmt: skip
        document.items.append(entry)
        document.targets.extend(entry.targets)
        document.commitments.extend(
            Commitment(view.id, c.indicator, c.state, c.kind, c.year, c.aspirational, c.text, c.code, c.indicator_en)
            for c in view.commitments
        )
        document.duties.extend(
            Duty(
                d.what,
                d.when or None,
                d.to or None,
                d.copy or None,
                d.who or None,
                view.id,
                d.recurring,
                d.text,
                d.what_en,
            )
            for d in view.duties
        )
    document.inherited_owners = [
        InheritedOwner(o.role, list(o.units), list(o.agencies), list(o.applies_to), o.text)
        for o in v.inherited_owners.order_by("id")
    ]
    document.unresolved = [Unresolved(unit, at, why) for unit, at, why in unresolved(v.pk)]
    return document


def _groups(found: tuple[OwnerView, ...]) -> list[Owner]:
    groups: list[Owner] = []
    for o in found:
        last = groups[-1] if groups else None
        if last is None or (last.role, last.inherited, last.etc, last.measure) != (
            o.role,
            o.inherited,
            o.etc,
            o.measure,
        ):
            last = Owner(o.role, [], [], o.etc, o.inherited, o.measure)
            groups.append(last)
        last.units.append(o.unit)
        if o.agency:
            last.agencies.append(o.agency)
    return groups


def _record(t: TargetView) -> Target:
    return Target(
        t.item, t.indicator, t.comparator, t.value, t.low, t.high, t.unit, t.year, t.base_year, t.change, t.frequency,
        t.scope, t.aspirational, t.undetermined, t.text, code=t.code, indicator_en=t.indicator_en,
    )  # fmt: skip
