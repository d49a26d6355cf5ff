"""What the groundwater pages share: points of the register, words of classes, networks and zones, links to lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.registers import queries as registers
from saishang.apps.registers.queries import EntryView, Filter
from saishang.science.register.kind import Kind
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.registers_common import kind_named
from saishang.web.pages.runs import with_run
from saishang.web.pages.tables import Cell
from saishang.web.reasons import basis_name

__all__ = [
    "POINTS",
    "ZONES",
    "bases_of",
    "choice_name",
    "class_cell",
    "class_name",
    "item_names",
    "legend",
    "line_cell",
    "own_kind_name",
    "period_kinds",
    "plain",
    "point_cell",
    "points",
    "short",
    "table_of",
    "yes_no",
]  # fmt: skip

POINTS, ZONES = "groundwater_points", "groundwater_zones"
_ROMAN, _LATIN = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ"), ("I", "II", "III", "IV", "V")


def points(name: str = POINTS) -> dict[str, EntryView]:
    """Entries of a register by key, as they stand today; those that were withdrawn are shown with old runs too."""
    kind = kind_named(name)
    return {} if kind is None else {view.key: view for view in registers.entries(kind, Filter(withdrawn=True))}


def class_name(number: int | None) -> str:
    """`Ⅲ` in Chinese, `III` in English; empty for none."""
    return (_LATIN if texts.english() else _ROMAN)[number - 1] if number else ""


def class_cell(number: int | None, *, sure: bool = True, note: str = "") -> Cell:
    """A class as a filled box with its numeral; one that is not sure has a dotted line."""
    return Cell(class_name(number) or None, water=number, valid=sure, note=note)


def legend() -> list[tuple[int, str]]:
    """(class, words) for the colours."""
    return [(number, class_name(number)) for number in range(1, 6)]


def choice_name(kind: Kind | None, field: str, value: str | None) -> str:
    """Words of a choice of a register's field."""
    if kind is None or not value or field not in kind.fields:
        return value or ""
    found = next((choice for choice in kind.fields[field].choices if choice.id == value), None)
    return value if found is None else texts.both(found.zh, found.en)


def own_kind_name(kind: str) -> str:
    """Words for a kind of period of these tables."""
    return {"year": _("年"), "to_date": _("年初至今"), "sample": _("一次采样")}.get(kind, kind)


def item_names(codes: str | Iterable[str]) -> str:
    """Parameter codes (joined by commas, or a list) → their names without what stands in brackets."""
    listed = codes.split(",") if isinstance(codes, str) else list(codes)
    parameters = site.rules().parameters
    return texts.listed(short(texts.name_of(parameters[code])) for code in listed if code)


def short(name: str) -> str:
    """`氨氮(以N计)` → `氨氮`; a valence stays, since it is part of the substance."""
    head, opening, inside = name.partition("(")
    return name if not opening or not head.strip() or inside.startswith(("六价", "VI", "C10")) else head.strip()


def point_cell(views: Mapping[str, EntryView], key: str, address: str, request: HttpRequest) -> Cell:
    """A point's name that leads to its page."""
    view = views.get(key)
    name = key if view is None else f"{key} {view.title}"
    return Cell(key, text=name, href=with_run(reverse(address, args=[key]), request))


def plain(value: float) -> str:
    """Four significant digits without an exponent: 0.00004, not 4e-05."""
    number = Decimal(f"{value:.4g}")
    return f"{number.normalize():f}"


def yes_no(value: bool | None) -> str | None:
    """是, 否, or nothing where it cannot be told."""
    return None if value is None else (_("是") if value else _("否"))


def line_cell(batch: int, line: int, cell: int, file_name: str) -> Cell:
    """The line of the file behind a value."""
    address = f"{reverse('data-line', args=[batch, line])}?cell={cell}"
    return Cell(f"{file_name}:{line}", text=_("第 %(line)s 行") % {"line": line}, href=address)


def period_kinds(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(period, words) of the years and the part of the running year that have rows, the newest first."""
    found = {str(row["period"]) for row in rows if row["period_kind"] in ("year", "to_date")}
    return [(name, texts.period_name(name)) for name in sorted(found, reverse=True)]


def bases_of(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(basis, words), measured before demonstration."""
    found = {str(row["basis"]) for row in rows}
    return [(name, basis_name(name)) for name in sorted(found, key=lambda name: (name == "demonstration", name))]


def table_of(run: RunFacts | None, name: str, where: str = "true", values: Sequence[Any] = (), order: str = "") -> Any:
    """Rows of a run's table; none without a run or where the run has no such table."""
    return [] if run is None else queries.select(run.id, name, where, list(values), order)
