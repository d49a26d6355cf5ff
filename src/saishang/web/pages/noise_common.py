"""What the noise pages share: tabs, classes, levels and rates with their words, stations of a run, what is invented."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.registers.kinds import kinds
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.registers_common import kind_named
from saishang.web.pages.registers_writing import WriteLinks, write_links
from saishang.web.pages.tables import Cell
from saishang.web.reasons import figure, reason_name

__all__ = [
    "BASES", "KINDS", "REGISTERS", "db", "limits_of", "network_name", "periods_with_rates", "quiet", "rate_cell",
    "registers", "reverse_bases", "span_name", "state_words", "stations_of", "tabs", "tenths", "verdict_words",
    "zone_name",
]  # fmt: skip

KINDS = ("month", "quarter", "year", "to_date")
BASES = ("measured", "demonstration")
REGISTERS = ("noise_stations", "noise_survey_grid", "noise_survey_road")


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """(words, address, current) of the noise pages."""
    entries = [("noise", _("功能区达标")), ("noise-months", _("逐月达标")), ("noise-cities", _("城市声环境"))]
    return [(words, reverse(name), name == current) for name, words in entries]


def registers(request: HttpRequest) -> list[tuple[Any, str, WriteLinks | None]]:
    """(kind, address, forms) of the registers that noise begins with, as far as the site's rules have them."""
    known = kinds(site.rules())
    return [
        (known[name], reverse("registers-list", args=[name]), write_links(request, known[name]))
        for name in REGISTERS if name in known
    ]  # fmt: skip


def stations_of(run: RunFacts) -> dict[str, dict[str, Any]]:
    """Stations of the run by code, as the register stood on its day."""
    return {str(row["station"]): row for row in queries.select(run.id, "noise_stations", order="station")}


def reverse_bases(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Bases that rows have, what was measured first."""
    there = {row["basis"] for row in rows}
    return [basis for basis in BASES if basis in there]


def periods_with_rates(rows: Sequence[Mapping[str, Any]], kind: str) -> list[str]:
    """Periods of one kind in which anything was evaluated, the latest first."""
    return sorted({str(row["period"]) for row in rows if row["period_kind"] == kind and row["evaluated"]}, reverse=True)


def span_name(span: str) -> str:
    """Words for day and night."""
    return {"day": _("昼间"), "night": _("夜间")}[span]


def zone_name(zone: str, *, long: bool = False) -> str:
    """Words for a class of function zone."""
    for entry in site.rules().document("standards/noise/noise")["classes"]:
        if str(entry["class"]) == zone:
            words = texts.name_of(entry)
            # The first words are the class, what follows says which places it means.
            return words if long else (words.partition("（")[0] if not texts.english() else words.partition(",")[0])
    return zone


def network_name(network: str | None) -> str:
    """Words for the network of a station, as its register has them."""
    kind = kind_named("noise_stations")
    choices = kind.fields["network"].choices if kind is not None and "network" in kind.fields else ()
    return next((texts.name_of(found) for found in choices if found.id == network), network or "")


def state_words(state: str) -> str:
    """Words for the state of a station, as its register has them."""
    kind = kind_named("noise_stations")
    known = None if kind is None else kind.known_state(state)
    if known is None:
        return state
    return texts.name_of(known)


def quiet(region: str) -> str:
    """Name of the board: 安静 with the short name of the region."""
    row = site.rules().regions.get(region)
    return _("安静%(place)s") % {"place": "" if row is None else texts.both(row["short"], row["en"])}


def tenths(value: int | None) -> float | None:
    """Whole tenths as a figure."""
    return None if value is None else value / 10


def db(value: int | None, *, valid: bool = True, note: str = "") -> Cell:
    """A level in tenths of a dB as a cell."""
    return Cell(tenths(value), text=None if value is None else figure(value / 10, 1), valid=valid, note=note)


def rate_cell(row: Mapping[str, Any] | None, href: str | None = None) -> Cell:
    """A rate as a cell: the figure, marked where it does not hold, with its counts below."""
    if row is None or row["rate"] is None:
        return Cell(None)
    counts = _("%(passed)s / %(evaluated)s 点次") % {"passed": row["passed"], "evaluated": row["evaluated"]}
    note = counts if row["valid"] else f"{counts}{_('；')}{reason_name(row['reason'])}"
    return Cell(row["rate"] / 10, text=figure(row["rate"] / 10, 1), valid=bool(row["valid"]), note=note, href=href)


def verdict_words(attains: bool | None, reason: str | None) -> Cell:
    """达标, 超标, or why there is no verdict."""
    if attains is None:
        return Cell(reason_name(reason) or _("未评价"))
    return Cell(_("达标") if attains else _("超标"))


def limits_of(zone: str, on: Any) -> dict[str, float]:
    """Limits of a class by `day` and `night` [dB(A)] that are in force."""
    rows = site.rules().table("standards/noise/limits").in_force(on, place="ambient", **{"class": zone})
    return {str(row["period"]): float(row["limit"]) for row in rows}
