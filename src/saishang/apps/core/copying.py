"""Thousands of new rows at once, by COPY: an insertion of so many is mostly spent on writing itself down as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, Model

__all__ = ["Blank", "create_many"]

Row = TypeVar("Row", bound=Model)
#: Fewer rows are inserted as ever.
_FEW = 50


#: Fields whose values the driver takes as they are.
_AS_IT_IS = frozenset({
    "BigAutoField", "BigIntegerField", "IntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "CharField",
    "TextField", "BooleanField", "DateField", "DateTimeField", "FloatField", "ForeignKey",
})  # fmt: skip


def _prepared(field: Field[Any, Any], connection: Any) -> Callable[[Any], Any] | None:
    """What makes a value of a field ready for COPY; None where nothing has to."""
    kind = field.get_internal_type()
    if kind in _AS_IT_IS:
        return None
    if kind == "JSONField" and getattr(field, "encoder", None) is None:
        return _json
    return lambda value: field.get_db_prep_save(value, connection)


_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


def _json(value: Any) -> str | None:
    """COPY takes JSON as its text."""
    if value is None:
        return None
    return _ENCODE(value) if value else _NOTHING.get(type(value)) or _ENCODE(value)


#: What most rows say in most of their JSON.
_NOTHING: dict[type, str] = {dict: "{}", list: "[]"}


class Blank(Generic[Row]):
    """Makes new rows of a model from values by column: a model's own keywords cost as much as the row itself.

    Foreign keys are given by their column (`actor_id`); what is not given has the default of its field.
    """

    def __init__(self, model: type[Row]) -> None:
        self._model = model
        self._defaults = {str(field.attname): field.get_default for field in model._meta.concrete_fields}

    def __call__(self, **given: Any) -> Row:
        """A row that is not saved yet; a name that the model does not have is refused (`TypeError`)."""
        made = self._model(
            *[given.pop(name) if name in given else default() for name, default in self._defaults.items()]
        )
        if given:
            raise TypeError(f"{self._model.__name__} has no {', '.join(given)}")
        return made


def create_many(rows: Sequence[Row]) -> None:
    """Insert new rows of one model, which get their numbers here; no signals are sent, as with `bulk_create`."""
    if not rows:
        return
    model = type(rows[0])
    if len(rows) < _FEW:
        model._default_manager.bulk_create(rows)
        return
    fields = model._meta.concrete_fields
    connection = connections[DEFAULT_DB_ALIAS]  # itself, not the proxy: it is asked a hundred thousand times
    prepared = [(field.attname, _prepared(field, connection)) for field in fields]
    quote = connection.ops.quote_name
    key = model._meta.pk
    with connection.cursor() as cursor:
        if key is not None and key.get_internal_type() == "BigAutoField":
            cursor.execute(
                "select nextval(pg_get_serial_sequence(%s, %s)) from generate_series(1, %s)",
                [model._meta.db_table, str(key.column), len(rows)],
            )
            for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = number
        columns = ", ".join(quote(str(field.column)) for field in fields)
        with cursor.copy(f"copy {quote(model._meta.db_table)} ({columns}) from stdin") as copy:
            for row in rows:
                held = row.__dict__
                copy.write_row([held[name] if save is None else save(held[name]) for name, save in prepared])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
