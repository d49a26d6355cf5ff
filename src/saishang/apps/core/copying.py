"""Thousands of new rows at once, by COPY: an insertion of so many is mostly spent on writing itself down as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db import connection
from django.db.models import Model

__all__ = ["create_many"]

Row = TypeVar("Row", bound=Model)
#: Fewer rows are inserted as ever.
_FEW = 50


def create_many(rows: Sequence[Row]) -> None:
    """Insert new rows of one model, which get their numbers here; no signals are sent, as with `bulk_create`."""
    if not rows:
        return
    model = type(rows[0])
    if len(rows) < _FEW:
        model._default_manager.bulk_create(rows)
        return
    fields = model._meta.concrete_fields
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
                copy.write_row(
                    [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
                )  # fmt: skip
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
