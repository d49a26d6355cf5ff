"""Which items and reports somebody sees, and which hold a text, in shapes that the database answers from its indexes.

A condition on the path of an item's organisation tells the planner nothing about how many rows there are behind it. The
numbers of the organisations are asked first instead (some hundreds at most). docs/explanation/scale.md
"""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, F, Func, Q

from saishang.apps.execution.models import ItemUnit, WorkItem
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.queries import codes_by_number, numbers_within

__all__ = ["holds_text", "numbers_of", "of_few", "touching", "visible", "within"]

#: Up to so many organisations their items are gathered first; beyond, a list is read in its order until a page is full.
_FEW = 5


def visible(span: Span, prefix: str = "") -> Q:
    """Items that somebody with this span of `view_internal` sees: of the owner, or with a part in them.

    Parameters
    ----------
    prefix:
        Way from the rows to their item, where they are no items themselves: `item__`.
    """
    return Q() if span.everything else touching(numbers_within(span), prefix)


def touching(organisations: list[int], prefix: str = "") -> Q:
    """Items that some of these organisations own or have a part in."""
    parts = ItemUnit.objects.filter(organisation_id__in=organisations).order_by().values("item")
    key = f"{prefix.removesuffix('__')}_id__in" if prefix else "pk__in"
    if len(organisations) > _FEW:
        return Q(**{f"{prefix}organisation_id__in": organisations}) | Q(**{key: parts})
    own = WorkItem.objects.filter(organisation_id__in=organisations).order_by().values("pk")
    return Q(**{key: own.union(parts, all=True)})


def within(span: Span, below: str = "") -> Q:
    """Rows of organisations within a span; with a code, of those that are below it, itself included."""
    if not below:
        return Q() if span.everything else Q(organisation_id__in=numbers_within(span))
    # One list, not two: the planner takes conditions for independent of each other and expects far too few rows.
    return Q(organisation_id__in=numbers_within(span, below))


def numbers_of(code: str) -> list[int]:
    """Number of the organisation with a code; none when there is none."""
    return [number for number, known in codes_by_number().items() if known == code]


class _Holds(Func):
    """Whether all pairs of characters of a text stand in an item: what the index of pairs knows (migration 0004)."""

    output_field = BooleanField()

    def __init__(self, pairs: list[str]) -> None:
        super().__init__(F("title"), F("content"), F("code"))
        self.pairs = pairs

    def as_sql(self, compiler: Any, connection: Any, **_more: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """The condition and its parameters."""
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        columns = ", ".join(sql for sql, _ in parts)
        return f"(execution_pairs({columns}) @> %s::text[])", [*(p for _, found in parts for p in found), self.pairs]


def of_few(span: Span) -> bool:
    """Whether a span holds so few organisations that all their items can be looked at one by one."""
    return not span.everything and len(numbers_within(span)) <= _FEW


def holds_text(word: str, *, few: bool = False) -> Q:
    """Items whose title, content or code holds a word, in any case.

    Every text that holds a word holds its pairs of neighbouring characters; the index gives the few that do, and the
    word itself is looked for in these. Where other conditions leave `few` items anyhow, these alone are read: the
    planner would take the pairs for rarer than they are, and look for each of their items among the few.
    """
    exact = Q(title__icontains=word) | Q(content__icontains=word) | Q(code__icontains=word)
    if few:
        return exact
    upper = word.upper()
    pairs = sorted({upper[n : n + 2] for n in range(len(upper) - 1)}) or [upper]
    return Q(_Holds(pairs)) & exact
