"""What the codes in a list of items are called, for workbooks and forms."""

from __future__ import annotations

from datetime import date

from saishang.apps.execution.actions.item_cells import Names
from saishang.apps.execution.known import Known
from saishang.apps.organisations.queries import Filter, tree

__all__ = ["names_of"]


def names_of(there: Known, on: date) -> Names:
    """Names of a day; organisations also by their other names, programmes and regions by their Chinese ones."""
    views = tree(Filter(on=on))
    organisations = {view.code: view.short or view.zh for view in views if view.code in there.organisations}
    more = {view.code: (view.zh, view.en, view.short, *view.aliases) for view in views}
    called = {
        "task": there.tasks, "organisation": organisations, "region": there.regions, "programme": there.programmes,
    }  # fmt: skip
    return Names.of(called, {"organisation": more})
