"""What the address of a list asks for: filters by field, order, columns; as a condition, as controls and as chips."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from saishang.apps.registers import lists, queries
from saishang.apps.registers.lists import ORDERS, Wanted
from saishang.apps.registers.matching import BY_SINCE, BY_STATE, few
from saishang.apps.registers.queries import Filter
from saishang.science.register.kind import DEMONSTRATION, Field, Figure, Kind
from saishang.science.register.values import read_value, shown
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.registers_common import Reader, day_of, region_tree, state_name, today

__all__ = ["Asked", "asked_of", "chips", "controls", "fields_asked", "filter_query", "filterable", "is_filter"]

#: Names of the filters that every register has. Others begin with the sign below.
PLAIN = ("q", "region", "state", "on", "due", "withdrawn", "invented", "since.from", "since.to", "figure")
_SIGN = "f."
_LOW, _HIGH = ".from", ".to"
_VALUES = ("choice", "truth", "region", "entry")
_RANGES = ("number", "integer", "date")
#: Values of one field that are asked for at once.
_MOST_VALUES = 40


@dataclass
class Asked:
    """What an address asks for.

    Attributes
    ----------
    chosen:
        Name of a filter → its text, as the form shows it again.
    order:
        As `lists.rows` takes it.
    columns:
        Fields that are shown.
    notes:
        What of the address was not followed, and why.
    """

    wanted: Wanted
    chosen: dict[str, str]
    order: str = "key"
    columns: list[Field] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    chips: list[tuple[str, str]] = field(default_factory=list)


def filterable(reader: Reader, *, offered: bool = True) -> list[Field]:
    """Fields that the reader may filter by; `offered`: those that the form shows without being asked."""
    kind = reader.kind
    return [
        known for known in reader.fields
        if known.type in _VALUES + _RANGES and known.id not in (kind.region_field, DEMONSTRATION)
        and (not offered or known.in_list or known.type == "choice")
    ]  # fmt: skip


def is_filter(name: str) -> bool:
    """Whether a name in an address belongs to what a list asks for (and not to its page or export)."""
    return name in PLAIN or name in ("sort", "col") or name.startswith(_SIGN)


def filter_query(given: QueryDict) -> str:
    """Filters, order and columns of an address, in a settled order, empty ones left out."""
    kept = QueryDict(mutable=True)
    for name in sorted(given):
        values = [value for value in given.getlist(name) if value.strip()]
        if is_filter(name) and values:
            kept.setlist(name, values)
    return kept.urlencode()


def fields_asked(given: QueryDict, kind: Kind) -> set[str]:
    """Fields of the kind by which an address filters or sorts, those of a figure with them."""
    found = {name.removeprefix(_SIGN).removesuffix(_LOW).removesuffix(_HIGH) for name in given if is_filter(name)}
    found = {name for name in found if name not in PLAIN} | {given.get("sort", "").removeprefix("-")}
    figure = kind.figures.get(given.get("figure", ""))
    if figure is not None:
        found.update(name for where in (figure.where, figure.of, *figure.any_of) for name in where)
    return found & set(kind.fields)


def asked_of(given: QueryDict, reader: Reader) -> Asked:
    """Read an address.

    Values that nobody knows are passed over, with a note. What has no index is followed among few entries only.

    Raises
    ------
    PermissionDenied
        When it filters or sorts by what the reader may not see: the answer would tell it.
    """
    kind = reader.kind
    reading = _Reading(given, reader)
    wanted = reading.wanted()
    asked = Asked(wanted, reading.chosen, columns=reading.columns(), notes=reading.notes, chips=reading.chips)
    # What is overdue comes the longest overdue first, which is the order of its index.
    order = given.get("sort", "") or ("due" if wanted.overdue is not None else "")
    name = order.removeprefix("-")
    if name and name not in ORDERS:
        reading.may_see(name)
    by_life = (BY_SINCE, BY_STATE) if kind.life is not None else ()
    known = name in ORDERS or name in by_life or name in kind.fields
    slow = bool(wanted.ranges) or wanted.since != (None, None)
    plain = replace(wanted, ranges={}, since=(None, None))
    if slow and not few(lists.rows(kind, plain)):
        asked.wanted = plain
        asked.notes.append(_("符合其他条件的条目太多，没有按数值或日期范围筛选；请先选地区、状态或其他条件。"))
    if known and (name in ORDERS or name == BY_SINCE or few(lists.rows(kind, asked.wanted))):
        asked.order = order
    elif known:
        asked.notes.append(_("条目太多，没有按这一列排序；请先缩小范围。"))
    return asked


def _ended_before(asked: str) -> date | None:
    """Terms that ended before today (`due=1`), or until the day that a reminder names (`due=2026-12-15`)."""
    on = day_of(asked)
    return on + timedelta(days=1) if on is not None else today() if asked else None


class _Reading:
    def __init__(self, given: QueryDict, reader: Reader) -> None:
        self.given, self.reader, self.kind = given, reader, reader.kind
        self.chosen: dict[str, str] = {}
        self.notes: list[str] = []
        self.chips: list[tuple[str, str]] = []
        self._seen = {known.id: known for known in reader.fields}

    def may_see(self, name: str) -> None:
        if name in self.kind.fields and name not in self._seen:
            raise PermissionDenied("view_internal")

    def columns(self) -> list[Field]:
        names = [name for name in self.given.getlist("col") if name in self._seen]
        listed = [known for known in self.reader.fields if (known.id in names if names else known.in_list)]
        key = self.kind.fields[self.kind.key]
        return listed if key in listed else [key, *listed]

    def wanted(self) -> Wanted:
        kind, rules = self.kind, site.rules()
        text = {name: self.given.get(name, "").strip() for name in PLAIN}
        on, first, last = day_of(text["on"]), day_of(text["since.from"]), day_of(text["since.to"])
        for name, day in (("on", on), ("since.from", first), ("since.to", last)):
            text[name] = day.isoformat() if day else ""
        regions = queries.inside(rules, text["region"]) if text["region"] in rules.regions else ()
        states = (text["state"],) if kind.life is not None and text["state"] in kind.life.states else ()
        figure = self._figure(text["figure"])
        invented = {"1": True, "0": False}.get(text["invented"]) if DEMONSTRATION in kind.fields else None
        words = text["q"][:200]
        asked = Filter(words, regions, states, on, bool(text["withdrawn"]))
        self.chosen |= text
        self._tell({
            "region": site.region_name(text["region"]) if regions else "",
            "state": state_name(kind, text["state"]) if states else "",
            "due": self._due_words(text["due"]), "withdrawn": _("含已撤销") if text["withdrawn"] else "",
            "invented": "" if invented is None else _("虚构的演示条目") if invented else _("真实条目"),
            "since.from": _("现状态始于 %(day)s 及以后") % {"day": first} if first else "",
            "since.to": _("现状态始于 %(day)s 及以前") % {"day": last} if last else "",
            "figure": texts.both(figure.zh, figure.en) if figure else "",
        })  # fmt: skip
        one_of, ranges = self._fields()
        return Wanted(
            asked, overdue=_ended_before(text["due"]), one_of=one_of, ranges=ranges, since=(first, last),
            invented=invented, figure=figure,
        )  # fmt: skip

    def _due_words(self, asked: str) -> str:
        on = day_of(asked)
        return _("%(day)s 及以前到期") % {"day": on} if on else _("逾期") if asked else ""

    def _tell(self, words: Mapping[str, str]) -> None:
        self.chips += [(name, said) for name, said in words.items() if said]

    def _figure(self, name: str) -> Figure | None:
        figure = self.kind.figures.get(name)
        if figure is not None:
            for where in (figure.where, figure.of, *figure.any_of):
                for field_name in where:
                    self.may_see(field_name)
        return figure

    def _fields(self) -> tuple[dict[str, tuple[Any, ...]], dict[str, tuple[Any, Any]]]:
        one_of: dict[str, tuple[Any, ...]] = {}
        ranges: dict[str, tuple[Any, Any]] = {}
        for name in sorted(self.given):
            if not name.startswith(_SIGN):
                continue
            end = next((sign for sign in (_LOW, _HIGH) if name.endswith(sign)), "")
            field_name = name.removeprefix(_SIGN).removesuffix(end)
            self.may_see(field_name)
            known = self._seen.get(field_name)
            texts_given = [text.strip() for text in self.given.getlist(name) if text.strip()][:_MOST_VALUES]
            if known is None or not texts_given:
                continue
            self.chosen[name] = texts_given[0]
            if end and known.type in _RANGES:
                bound = self._bound(known, texts_given[0])
                if bound is not None:
                    low, high = ranges.get(known.id, (None, None))
                    ranges[known.id] = (bound, high) if end == _LOW else (low, bound)
                    self.chips.append((name, f"{_name(known)} {'≥' if end == _LOW else '≤'} {texts_given[0]}"))
            elif not end and known.type in _VALUES:
                values = self._values(known, texts_given)
                if values:
                    one_of[known.id] = one_of.get(known.id, ()) + values
                    self.chips.append((name, f"{_name(known)}{_('：')}{_told(known, texts_given)}"))
        return one_of, ranges

    def _bound(self, known: Field, text: str) -> Decimal | date | None:
        try:
            # The bounds of the field are not those of a question about it.
            free = replace(known, least=None, most=None, decimals=None)
            value = read_value(free, text, site.rules().regions)
        except ValueError:
            self.notes.append(_("“%(field)s”的范围写不成数值或日期，没有采用：%(text)s") % {
                "field": _name(known), "text": text[:40]})  # fmt: skip
            return None
        return date.fromisoformat(str(value)) if known.type == "date" else Decimal(str(value))

    def _values(self, known: Field, given: Sequence[str]) -> tuple[Any, ...]:
        if known.type == "truth":
            return tuple({"true": True, "false": False}[text] for text in given if text in ("true", "false"))
        if known.type == "choice":
            return tuple(text for text in given if text in {choice.id for choice in known.choices})
        if known.type == "region":
            rules = site.rules()
            return tuple(code for text in given if text in rules.regions for code in queries.inside(rules, text))
        return tuple(given)


def _name(known: Field) -> str:
    return texts.both(known.zh, known.en)


def _told(known: Field, given: Iterable[str]) -> str:
    if known.type == "region":
        return texts.listed(site.region_name(text) for text in given)
    if known.type == "truth":
        return texts.listed(_("是") if text == "true" else _("否") for text in given)
    return texts.listed(shown(known, text, "en" if texts.english() else "zh") for text in given)


def controls(reader: Reader, asked: Asked) -> list[dict[str, Any]]:
    """Controls of the filters by field: those that are offered, and those that are set."""
    given = asked.chosen
    set_now = {name.removeprefix(_SIGN).removesuffix(_LOW).removesuffix(_HIGH) for name in given if _SIGN in name}
    offered = {known.id for known in filterable(reader)}
    made = []
    for known in filterable(reader, offered=False):
        if known.id not in offered | set_now:
            continue
        name = _SIGN + known.id
        control: dict[str, Any] = {"id": f"f-{known.id}", "name": name, "label": _name(known), "type": known.type,
                                   "unit": texts.unit_name(known.unit) if known.unit else ""}  # fmt: skip
        if known.type == "choice":
            control["options"] = [(choice.id, texts.both(choice.zh, choice.en)) for choice in known.choices]
        elif known.type == "truth":
            control["options"] = [("true", _("是")), ("false", _("否"))]
        elif known.type == "region":
            control["groups"] = region_tree()
        control["value"] = given.get(name, "")
        control["low"], control["high"] = given.get(name + _LOW, ""), given.get(name + _HIGH, "")
        control["range"] = known.type in _RANGES
        made.append(control)
    return made


def chips(request: HttpRequest, asked: Asked) -> list[tuple[str, str]]:
    """(words, address without it) of the filters that are set."""
    found = []
    for name, words in asked.chips:
        rest = request.GET.copy()
        for gone in (name, "page", "format", "table"):
            rest.pop(gone, None)
        found.append((words, f"?{rest.urlencode()}"))
    return found
