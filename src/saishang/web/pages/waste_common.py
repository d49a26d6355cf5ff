"""What the pages of solid waste share: tabs, words of verdicts, entries of registers, the mark of invented things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.registers import queries as registers
from saishang.apps.registers.queries import EntryView, Filter
from saishang.science.register.kind import Kind
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.registers_common import kind_named

__all__ = [
    "choices_of", "entries_of", "invented", "invented_note", "places", "tabs", "verdict_name",
    "verdict_todo",
]  # fmt: skip


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """(words, address, current) of the waste pages."""
    entries = [
        ("waste", _("“无废城市”")),
        ("waste-streams", _("流向与平衡")),
        ("waste-manifests", _("危险废物联单")),
        ("waste-pollutants", _("新污染物")),
    ]
    return [(words, reverse(name), name == current) for name, words in entries]


def entries_of(name: str, region: str = "") -> list[EntryView]:
    """Entries of a register as they stand, of one region with everything below it."""
    kind = kind_named(name)
    if kind is None:
        return []
    codes = registers.inside(site.rules(), region) if region else ()
    return registers.entries(kind, Filter(regions=codes))


def invented(view: EntryView) -> bool:
    """Whether an entry stands there for demonstration only."""
    return view.standing.invented


def invented_note(views: Iterable[EntryView]) -> str:
    """How many of the entries are invented, in words; empty when none is."""
    number = sum(invented(view) for view in views)
    return _("其中演示条目 %(n)s") % {"n": number} if number else ""


def places() -> list[tuple[str, str]]:
    """(code, name) of the province and its cities, for a choice of region."""
    rows = [
        row for row in site.rules().regions.values()
        if row["level"] in ("province", "prefecture_city") and row["use"] == "in_plan"
    ]  # fmt: skip
    return [(str(row["code"]), texts.name_of(row)) for row in rows]


def choices_of(kind: Kind, field: str) -> Mapping[str, str]:
    """Choice → its words."""
    return {choice.id: texts.both(choice.zh, choice.en) for choice in kind.fields[field].choices}


def verdict_name(verdict: str) -> str:
    """A verdict of a balance with a sign before the words, so that it reads without colour."""
    return {
        "balanced": _("✓ 平衡"),
        "missing_mass": _("▼ 去向不足"),
        "surplus_mass": _("▲ 去向超出"),
        "cannot_tell": _("？ 无法判定"),
    }.get(verdict, verdict)


def verdict_todo(verdict: str) -> str:
    """What to do about a verdict."""
    return {
        "balanced": "",
        "missing_mass": _("核对去向：有没有漏报的利用、处置、转出或贮存"),
        "surplus_mass": _("核对来源：有没有漏报的产生、转入或年初贮存，或去向重复计算"),
        "cannot_tell": _("补报缺少的分项；没有发生的填 0"),
    }.get(verdict, "")
