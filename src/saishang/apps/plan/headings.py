"""The plan as a list of headings: what boards group by. Two queries, nothing of what hangs on an item."""

from __future__ import annotations

from dataclasses import dataclass

from saishang.apps.core.generations import kept
from saishang.apps.plan import models, queries

__all__ = ["Heading", "headings"]

#: Items that somebody carries out.
_ROLES = ("task", "safeguard", "step")


@dataclass(frozen=True)
class Heading:
    """An item of the plan with the section that it stands in, or the chapter where that has no sections."""

    id: str
    number: str
    role: str
    title: str
    title_en: str
    group: str
    group_title: str
    group_title_en: str


def headings(plan: str | None = None) -> list[Heading]:
    """Tasks, steps and safeguards of the newest version in reading order; empty before the first import.

    `group` is a key that no other section has: chapter and section as written, with a slash between.
    """
    version = queries.current_version(plan)
    return [] if version is None else list(_headings(version.id))


@kept("plan")
def _headings(version: int) -> tuple[Heading, ...]:
    rows = models.Item.objects.filter(version_id=version, role__in=_ROLES).order_by("position")
    return tuple(_heading(row) for row in rows.select_related("chapter", "section"))


def _heading(row: models.Item) -> Heading:
    above = row.section or row.chapter
    numbers = [part.number for part in (row.chapter, row.section) if part is not None]
    return Heading(
        row.key, row.number, row.role, row.title, row.title_en, "/".join(numbers),
        above.title if above else "", above.title_en if above else "",
    )  # fmt: skip
