"""Take in a plan as a new version: from a document, or from the plan as data in the rules."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction

from saishang.apps.core.actions import record
from saishang.apps.plan.importer.agencies import Agency, AgencyResolver, site_agencies
from saishang.apps.plan.importer.document import PlanDocument
from saishang.apps.plan.importer.owners import resolve_units
from saishang.apps.plan.importer.parse import parse_document
from saishang.apps.plan.loader import load_plan
from saishang.apps.plan.models import (
    Chapter,
    Commitment,
    Duty,
    InheritedOwner,
    Item,
    ItemOwner,
    Measure,
    PlanTarget,
    PlanVersion,
    Section,
    Unresolved,
)
from saishang.errors import SaishangError

__all__ = ["PlanImportError", "import_document", "import_plan_from_file", "import_plan_from_rules"]


class PlanImportError(SaishangError):
    """The plan cannot be taken in as asked."""

    code = "plan-import"


def _permit(actor: Any) -> None:
    """A command acts for whoever may run it; a signed-in person needs the permission `import_plan`."""
    if isinstance(actor, models.Model) and not getattr(actor, "may", lambda _: False)("import_plan"):
        raise PlanImportError(
            "expected a person with the right import_plan, got one without",
            fix="ask an editor or administrator to import the plan",
            code="permission",
        )


def import_plan_from_rules(actor: Any, name: str, *, overlay: Path | None = None) -> PlanVersion:
    """Take in `rules/plans/<name>`; when the same data are already in, give that version and change nothing."""
    _permit(actor)
    table = site_agencies(overlay) if overlay is not None else _table(None)
    data = load_plan(name, overlay=overlay, agencies=table)
    existing = PlanVersion.objects.filter(plan=data.name, digest=data.digest).first()
    if existing is not None:
        return existing
    label = data.version
    if PlanVersion.objects.filter(plan=data.name, label=label).exists():
        label = _free_label(data.name, data.version)
    return import_document(
        actor, data.document, plan=data.name, label=label, origin=f"rules/plans/{data.name} ({data.source})",
        digest=data.digest, title_en=data.title_en, issued=data.issued, agencies=table,
    )  # fmt: skip


def import_plan_from_file(
    actor: Any,
    path: Path,
    *,
    plan: str | None = None,
    label: str | None = None,
    title: str | None = None,
    agencies: Iterable[Agency] | None = None,
) -> PlanVersion:
    """Read a document and take it in; the same bytes under the same plan are not taken in twice."""
    _permit(actor)
    table = _table(agencies)
    document = parse_document(path, table)
    if title:
        document.title = title
    if not document.title:
        raise PlanImportError("expected a plan with a title, got none", fix="give one with --title", where=str(path))
    name = plan or _slug(document)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    existing = PlanVersion.objects.filter(plan=name, digest=digest).first()
    if existing is not None:
        return existing
    return import_document(
        actor, document, plan=name, label=label or _free_label(name, (document.draft and "draft") or "v1"),
        origin=path.name, digest=digest, agencies=table,
    )  # fmt: skip


def import_document(
    actor: Any,
    document: PlanDocument,
    *,
    plan: str,
    label: str,
    origin: str,
    digest: str,
    title_en: str = "",
    issued: date | None = None,
    agencies: Iterable[Agency] | None = None,
) -> PlanVersion:
    """Write one version with all its parts in one transaction and one log entry.

    The codes of the owners come from `agencies`, else from the site's table.

    Raises
    ------
    PlanImportError
        When the actor may not, the names cannot be used, the document holds nothing, or the version exists.
    """
    _permit(actor)
    for what, text in (("plan", plan), ("version", label)):
        if not re.fullmatch(r"[\w.-]{1,60}", text):
            raise PlanImportError(
                f"expected a {what} name of letters, digits, . _ and - (at most 60), got {text!r}",
                fix=f"choose another {what} name",
            )
    if not document.items:
        raise PlanImportError(
            "expected a plan with at least one item, got none",
            fix="check with `saishang plan parse` what was read; give the tasks numbers or headings",
        )
    if PlanVersion.objects.filter(plan=plan, label=label).exists():
        raise PlanImportError(
            f"expected a new version name, got {label!r} which exists for plan {plan!r}",
            fix="choose another name with --version; versions are never overwritten",
        )
    with transaction.atomic():
        version = PlanVersion.objects.create(
            plan=plan, label=label, title=document.title[:300], title_en=title_en[:300],
            draft=(document.draft or "")[:30], issued=issued, origin=origin[:300], digest=digest,
            imported_by=str(actor)[:150],
            notes=list(document.notes),
        )  # fmt: skip
        _write(version, document, _table(agencies))
        record(
            actor, "plan.import", version, None,
            {
                "plan": plan, "version": label, "title": document.title, "items": len(document.items),
                "targets": len(document.targets), "duties": len(document.duties),
                "unresolved": [u.unit for u in document.unresolved], "digest": digest,
            },
            reason=f"from {origin}",
        )  # fmt: skip
    return version


def _table(agencies: Iterable[Agency] | None) -> tuple[Agency, ...]:
    """The table that was given, else the site's: the shipped one with its own rows laid over."""
    return site_agencies(settings.CONFIG.rules_overlay) if agencies is None else tuple(agencies)


def _write(version: PlanVersion, document: PlanDocument, agencies: tuple[Agency, ...]) -> None:
    codes = {a.name: a.code for a in agencies}
    resolver = AgencyResolver(agencies, document.issuer_region)
    chapters: dict[str | None, Chapter] = {}
    for n, c in enumerate(document.chapters):
        chapters[c.number or c.title] = Chapter.objects.create(
            version=version, position=n, number=c.number or "", title=c.title[:200], title_en=c.title_en[:200]
        )
    sections: dict[tuple[str | None, str | None], Section] = {}
    for n, s in enumerate(document.sections):
        sections[s.chapter, s.number or s.title] = Section.objects.create(
            version=version, chapter=chapters.get(s.chapter), position=n, number=s.number or "", title=s.title[:200],
            title_en=s.title_en[:200],
        )  # fmt: skip
    items = Item.objects.bulk_create(
        Item(
            version=version,
            chapter=chapters.get(i.chapter),
            section=sections.get((i.chapter, i.section)),
            key=i.id,
            position=n,
            number=i.number or "",
            role=i.role,
            title=i.title[:300],
            title_en=i.title_en[:300],
        )
        for n, i in enumerate(document.items)
    )
    rows = {i.key: i for i in items}
    measures: list[Measure] = []
    owners: list[ItemOwner] = []
    targets: list[PlanTarget] = []
    for i in document.items:
        row = rows[i.id]
        english = i.measures_en + [""] * (len(i.measures) - len(i.measures_en))
        measures += [
            Measure(item=row, position=n, text=t, text_en=e)
            for n, (t, e) in enumerate(zip(i.measures, english, strict=False))
        ]
        for group in i.owners:
            names = _names(group.units, group.agencies, resolver)
            owners += [
                ItemOwner(
                    item=row,
                    position=len(owners),
                    role=group.role,
                    unit=unit[:200],
                    agency=name[:200],
                    agency_code=codes.get(name, ""),
                    inherited=group.inherited,
                    etc=group.etc,
                    measure=group.measure,
                )
                for unit, name in zip(group.units, names, strict=True)
            ]
        targets += [
            PlanTarget(
                item=row,
                position=n,
                code=t.code or f"{i.id}.{n + 1}",
                indicator=t.indicator[:300],
                indicator_en=t.indicator_en,
                comparator=t.comparator,
                value=t.value,
                low=t.low,
                high=t.high,
                unit=t.unit[:60],
                year=t.year,
                base_year=t.base_year,
                change=t.change or "",
                frequency=t.frequency or "",
                scope=(t.scope or "")[:120],
                aspirational=t.aspirational,
                undetermined=t.undetermined,
                text=t.text,
            )
            for n, t in enumerate(i.targets)
        ]
    for n, owner in enumerate(owners):
        owner.position = n
    Measure.objects.bulk_create(measures)
    ItemOwner.objects.bulk_create(owners)
    PlanTarget.objects.bulk_create(targets)
    Commitment.objects.bulk_create(
        Commitment(
            item=rows[c.at],
            position=n,
            code=c.code or f"{c.at}.c{n + 1}",
            subject=c.subject[:300],
            subject_en=c.subject_en,
            state=c.state[:200],
            kind=c.kind,
            year=c.year,
            aspirational=c.aspirational,
            text=c.text,
        )
        for n, c in enumerate(document.commitments)
    )
    Duty.objects.bulk_create(
        Duty(
            item=rows[d.at],
            position=n,
            what=d.what,
            what_en=d.what_en,
            when=(d.when or "")[:120],
            to=(d.to or "")[:200],
            copy=(d.copy or "")[:200],
            who=(d.who or "")[:200],
            recurring=d.recurring,
            text=d.text,
        )
        for n, d in enumerate(document.duties)
        if d.at is not None
    )
    InheritedOwner.objects.bulk_create(
        InheritedOwner(
            version=version, role=o.role, units=o.units, agencies=o.agencies, applies_to=o.applies_to, text=o.text
        )
        for o in document.inherited_owners
    )
    Unresolved.objects.bulk_create(
        Unresolved(version=version, unit=u.unit[:200], at=u.at, reason=u.reason) for u in document.unresolved
    )


def _names(units: list[str], agencies: list[str], resolver: AgencyResolver) -> list[str]:
    """Pair units with formal names; unresolved units get an empty name."""
    if len(units) == len(agencies):
        return agencies
    names: list[str] = []
    for n in range(len(units)):
        before, now = resolve_units(units[:n], resolver), resolve_units(units[: n + 1], resolver)
        names.append(now[-1] if len(now) > len(before) else "")
    return names


def _slug(document: PlanDocument) -> str:
    """A short stable name from the title; the title itself is kept beside it."""
    return f"plan-{hashlib.sha256(document.title.encode()).hexdigest()[:8]}"


def _free_label(plan: str, wanted: str) -> str:
    taken = set(PlanVersion.objects.filter(plan=plan).values_list("label", flat=True))
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"
