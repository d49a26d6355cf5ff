"""What the pages over the registers of surface water share: filters, what is counted, invented entries, maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators import queries as run_queries
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.indicators.values import DEMONSTRATION
from saishang.apps.registers import queries
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import EntryView, Filter
from saishang.science.register.figures import Due, FigureValue, figure_value
from saishang.science.register.kind import Kind
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.charts import MapView
from saishang.web.pages.registers_common import area_map, entry_url, kind_named, region_tree, state_name, today
from saishang.web.pages.registers_writing import WriteLinks, write_links
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name
from saishang.web.texts import counted

__all__ = ["Board", "basis_shown", "board", "demo_note", "entry_cell", "map_of", "place_name", "states_table"]


@dataclass(frozen=True)
class Board:
    """A register as a page shows it.

    Attributes
    ----------
    views:
        Entries that the filters leave.
    counted:
        Those that the figures count: the real ones, or the invented ones while there are no others.
    """

    kind: Kind
    views: Sequence[EntryView]
    counted: Sequence[EntryView]
    chosen: Mapping[str, str]
    forms: WriteLinks | None
    terms: Mapping[str, Sequence[Due]] = field(default_factory=dict)

    @property
    def invented(self) -> bool:
        """Whether the figures rest on invented entries alone."""
        return bool(self.counted) and all(view.standing.invented for view in self.counted)

    def figure(self, name: str) -> FigureValue:
        """A figure of the kind over what is counted."""
        return figure_value(self.kind.figures[name], [view.standing for view in self.counted])

    def overdue(self, on: date, *terms: str) -> list[EntryView]:
        """Entries counted of which one of the terms has passed."""
        late = {key for key, dues in self.terms.items() if any(due.term in terms and due.on < on for due in dues)}
        return [view for view in self.counted if view.key in late]

    def context(self) -> dict[str, Any]:
        """What every template of these pages needs."""
        states = list(self.kind.life.states.values()) if self.kind.life is not None else []
        return {
            "kind": self.kind, "chosen": self.chosen, "regions": region_tree(),
            "states": [(state.id, texts.both(state.zh, state.en)) for state in states],
            "register_url": reverse("registers-list", args=[self.kind.id]),
            "new_url": self.forms.new if self.forms else "", "import_url": self.forms.table if self.forms else "",
            "demo": demo_note(self.views),
        }  # fmt: skip


def board(
    request: HttpRequest, kind: str, *, keep: Callable[[EntryView, Mapping[str, str]], bool] | None = None,
    more: Sequence[str] = (),
) -> Board:  # fmt: skip
    """The register under the filters of the address: `q`, `region`, `state`, and what `keep` looks at (`more`)."""
    known = kinds(site.rules())[kind]
    chosen = {name: request.GET.get(name, "").strip()[:200] for name in ("q", "region", "state", *more)}
    rules = site.rules()
    regions = queries.inside(rules, chosen["region"]) if chosen["region"] in rules.regions else ()
    states = (chosen["state"],) if known.life is not None and chosen["state"] in known.life.states else ()
    views = queries.entries(known, Filter(chosen["q"], regions, states))
    terms: dict[str, list[Due]] = {}
    for due in queries.due(known, views):
        terms.setdefault(due.key, []).append(due)
    if keep is not None:
        views = [view for view in views if keep(view, chosen)]
    real = [view for view in views if not view.standing.invented]
    return Board(known, views, real or views, chosen, write_links(request, known), terms)


def demo_note(views: Sequence[EntryView]) -> str:
    """What a reader has to know about invented entries; empty without any."""
    invented = sum(view.standing.invented for view in views)
    if not invented:
        return ""
    if invented == len(views):
        return _("本页条目和由它们得出的数字均为虚构，不代表任何真实情况，也不计入任何考核。")
    return counted(
        "本页有 %(n)s 条虚构的演示条目，带“演示条目”标记，不计入本页的数字，也不计入任何考核。", invented
    ) % {"n": invented}


def explained(run: RunFacts | None, *indicators: str) -> list[tuple[str, str, str]]:
    """(words, value, address of its chain) of the latest value of each indicator for the whole region of the run."""
    if run is None:
        return []
    latest = {value.indicator: value for value in run_queries.values_among(run.id, indicators)
              if value.region == run.region and value.value is not None}  # fmt: skip
    catalogue = run_queries.catalogue().indicators
    told = []
    for name in indicators:
        if name in latest and name in catalogue:
            value, known = latest[name], catalogue[name]
            figure = f"{texts.period_name(value.period)} {value.rounded} {texts.unit_name(value.unit)}".strip()
            address = reverse("targets-chain", args=[run.id, name, value.region])
            query = urlencode({"period": value.period, "basis": value.basis})
            aside = texts.aside(basis_name(value.basis)) if value.basis == DEMONSTRATION else ""
            told.append((texts.both(known.zh, known.en), figure + aside, f"{address}?{query}"))
    return told


def basis_shown(rows: Sequence[Mapping[str, Any]]) -> str:
    """Which basis a page shows: what was measured, or the invented one while there is no other."""
    bases = {row["basis"] for row in rows}
    return "measured" if "measured" in bases or not bases else DEMONSTRATION


def entry_cell(kind: Kind, view: EntryView, *, words: str = "") -> Cell:
    """An entry by its name, leading to its page; invented ones say so."""
    note = _("演示条目") if view.standing.invented else ""
    return Cell(words or view.title, href=entry_url(kind, view.pk), note=note)


def place_name(kind: str, key: str) -> str:
    """Name of an entry by its key; the key itself when the register no longer has it."""
    known = kind_named(kind)
    if known is None:
        return key
    return next((view.title for view in queries.entries(known, Filter(withdrawn=True)) if view.key == key), key)


def map_of(shown: Board, label: str) -> MapView | None:
    """The entries on the site's map; None when none has a place."""
    spec = area_map(shown.kind, shown.views[:500], reverse("registers-places", args=[shown.kind.id]))
    if spec is None:
        return None
    # The whole site: a reader keeps the bearings, an entry's own page shows it from near.
    return MapView("entries", label, spec | {"bounds": site.bounds_of("prefecture"), "near": False})


def states_table(shown: Board) -> Table:
    """How many entries are in which state, with those overdue, and what may happen next."""
    kind = shown.kind
    columns = [
        Column("state", _("状态"), row_head=True), Column("count", _("条目数"), number=True),
        Column("late", _("其中逾期"), number=True), Column("next", _("下一步"), long=True),
        Column("evidence", _("所需材料"), long=True),
    ]  # fmt: skip
    late = {key for key, dues in shown.terms.items() if any(due.on < today() for due in dues)}
    rows = []
    for state in kind.life.states if kind.life is not None else ():
        moves = kind.life.moves(state) if kind.life is not None else []
        needed = dict.fromkeys(item for move in moves for item in move.evidence)
        rows.append(
            {
                "state": Cell(
                    state_name(kind, state), href=f"{reverse('registers-list', args=[kind.id])}?state={state}"
                ),
                "count": sum(view.state == state for view in shown.counted),
                "late": sum(view.state == state and view.key in late for view in shown.counted),
                "next": texts.listed(texts.both(move.zh, move.en) for move in moves),
                "evidence": texts.listed(
                    texts.both(kind.evidence[item].zh, kind.evidence[item].en) for item in needed
                ),
            }
        )  # fmt: skip
    return Table("states", _("各状态的条目"), columns, rows)
