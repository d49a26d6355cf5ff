"""Pages of long lists: nobody waits for the exact number of two million rows to see the first fifty."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import QuerySet

from saishang.apps.core.queries import counted

__all__ = ["MOST_COUNTED", "LongPaginator", "WidePaginator"]

#: Rows that are counted; where there are more, the page says so.
MOST_COUNTED = 1000
#: Rows up to which one can turn pages; what lies beyond is found by a filter, and stands in the export.
_DEEPEST = 10_000


if TYPE_CHECKING:
    _Paginator = Paginator[Any]
    _Page = Page[Any]
else:
    _Paginator, _Page = Paginator, Page


class WidePaginator(_Paginator):
    """A paginator over wide rows in an order that no index has: keys alone are put in order, then the page is read."""

    def page(self, number: Any) -> _Page:
        """One page (Errors: as `Paginator`)."""
        wanted = self.validate_number(number)
        first = (wanted - 1) * self.per_page
        rows = cast("QuerySet[Any]", self.object_list)
        keys = list(rows.values_list("pk", flat=True)[first : first + self.per_page])
        read = {row.pk: row for row in rows.filter(pk__in=keys)}
        return _Page([read[key] for key in keys if key in read], wanted, self)


class LongPaginator(_Paginator):
    """A paginator over a query that counts up to `MOST_COUNTED`; `more` says that there are others.

    Parameters
    ----------
    read:
        First row (0-based), how many → the rows, where something else reads them faster than the query in its order.
    number:
        How many rows there are, and whether that is all, where it is known already.
    """

    def __init__(
        self, rows: Any, per_page: int, *, read: Callable[[int, int], list[Any]] | None = None,
        number: tuple[int, bool] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(rows, per_page)
        self._read = read or (lambda first, most: list(self.object_list[first : first + most]))
        self._number = number

    @cached_property
    def _counted(self) -> tuple[int, bool]:
        return self._number or counted(cast("QuerySet[Any]", self.object_list), MOST_COUNTED)

    @property
    def count(self) -> int:
        """Rows, as far as they were counted."""
        return self._counted[0]

    @property
    def more(self) -> bool:
        """Whether there are more rows than were counted."""
        return not self._counted[1]

    def validate_number(self, number: Any) -> int:
        """A page number; beyond the counted pages only where there are more rows (Errors: as `Paginator`)."""
        if not self.more:
            return super().validate_number(number)
        try:
            return super().validate_number(number)
        except EmptyPage:
            if not 1 <= int(number) <= _DEEPEST // self.per_page:
                raise
            return int(number)

    def page(self, number: Any) -> _Page:
        """One page; an empty one beyond the last row becomes the last counted page."""
        wanted = self.validate_number(number)
        first = (wanted - 1) * self.per_page
        rows = self._read(first, self.per_page + 1)
        if not rows and wanted > self.num_pages:
            return self.page(self.num_pages)
        return LongPage(rows[: self.per_page], wanted, self, follows=len(rows) > self.per_page)


class LongPage(_Page):
    """A page that knows by one row more whether another follows."""

    def __init__(self, rows: Any, number: int, paginator: LongPaginator, *, follows: bool) -> None:
        super().__init__(rows, number, paginator)
        self.follows = follows and number < _DEEPEST // paginator.per_page

    def has_next(self) -> bool:
        """Whether another page follows."""
        return self.follows

    def next_page_number(self) -> int:
        """Number of the next page (Errors: EmptyPage when there is none)."""
        if not self.follows:
            raise EmptyPage
        return self.number + 1
