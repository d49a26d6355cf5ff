"""Conditions over what the fields of entries say: one of some values, between two, counted by a figure; and orders.

A value that is named is looked up in the index of values. Ranges and orders of fields have no index: whoever asks for
them sees to it that other conditions leave few entries (`few`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, DateField, DecimalField, F, Func, IntegerField, Q, QuerySet, TextField, Value, When

from saishang.apps.core.queries import counted
from saishang.science.register.kind import Field, Figure, Kind, Where

__all__ = ["BY_SINCE", "BY_STATE", "FEW", "beyond", "few", "field_is", "figured", "in_order"]

#: Entries among which ranges and orders without an index may be asked for.
FEW = 50_000
#: Orders beside those of fields: along the life cycle, and by the day since which an entry is in its state.
BY_STATE, BY_SINCE = "_state", "_since"
_NUMBERS = ("number", "integer")


def few(rows: QuerySet[Any]) -> bool:
    """Whether there are so few rows that what has no index may be asked of them."""
    return counted(rows, FEW)[1]


def field_is(name: str, values: Iterable[Any]) -> Q:
    """Rows whose field has one of the values, as the index of values finds them."""
    found = Q(pk__in=[])
    for value in values:
        found |= Q(values__contains={name: value})
    return found


def figured(kind: Kind, figure: Figure) -> Q:
    """Rows that a figure counts (the same as `science.register.figures.fits`, for a share within its whole)."""
    found = _all_of(kind, figure.where)
    if figure.measure == "share":
        found &= _all_of(kind, figure.of)
    if figure.any_of:
        any_of = Q(pk__in=[])
        for where in figure.any_of:
            any_of |= _all_of(kind, where)
        found &= any_of
    return found


def _all_of(kind: Kind, where: Where) -> Q:
    found = Q()
    for name, allowed in where.items():
        if name == "state":
            found &= Q(state__in=allowed)
        else:
            field = kind.fields[name]
            found &= field_is(name, [_stored(field, text) for text in allowed])
    return found


def _stored(field: Field, text: str) -> Any:
    """A value as it is stored, from the text that a description has for it; an empty text is none."""
    if not text:
        return None
    if field.type == "truth":
        return text == "true"
    return int(text) if field.type == "integer" else text


def beyond(rows: QuerySet[Any], field: Field, least: Any, most: Any) -> QuerySet[Any]:
    """Rows whose number or day lies between two, both included; None = open."""
    name = f"at_{field.id}"
    rows = rows.alias(**{name: _value(field)})
    if least is not None:
        rows = rows.filter(**{f"{name}__gte": least})
    if most is not None:
        rows = rows.filter(**{f"{name}__lte": most})
    return rows


def in_order(rows: QuerySet[Any], kind: Kind, name: str, *, descending: bool) -> QuerySet[Any]:
    """Rows in the order of a field, those without a value last, then by key; or in one of the two orders above.

    `BY_SINCE` has an index. States come as the life cycle names them; what it does not know comes last.
    """
    if name == BY_SINCE:
        return rows.order_by(*(("-since", "-key") if descending else ("since", "key")))
    if name == BY_STATE:
        place = _place_in_life(kind)
        return rows.order_by(place.desc(nulls_last=True) if descending else place.asc(nulls_last=True), F("key"))
    value = _value(kind.fields[name])
    return rows.order_by(value.desc(nulls_last=True) if descending else value.asc(nulls_last=True), F("key"))


def _place_in_life(kind: Kind) -> Any:
    states = () if kind.life is None else tuple(kind.life.states)
    return Case(*(When(state=state, then=Value(place)) for place, state in enumerate(states)),
                output_field=IntegerField())  # fmt: skip


def _value(field: Field) -> Any:
    if field.type in _NUMBERS:
        return _Read(field.id, r"^-?[0-9]+([.][0-9]+)?$", "numeric", DecimalField(max_digits=60, decimal_places=12))
    if field.type == "date":
        return _Read(field.id, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "date", DateField())
    return Func(F("values"), Value(field.id), function="jsonb_extract_path_text", output_field=TextField())


class _Read(Func):
    """A field as a number or a day; nothing where an older description of the kind left something else there."""

    def __init__(self, name: str, form: str, kind: str, output: Any) -> None:
        super().__init__(F("values"), output_field=output)
        self.name, self.form, self.kind = name, form, kind

    def as_sql(self, compiler: Any, connection: Any, **_more: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """The expression and its parameters."""
        sql, parameters = compiler.compile(self.get_source_expressions()[0])
        return (
            f"(case when {sql} ->> %s ~ %s then ({sql} ->> %s)::{self.kind} end)",
            [*parameters, self.name, self.form, *parameters, self.name],
        )
