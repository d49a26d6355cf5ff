"""What an entry says about others: entries of registers that it names, values that only one entry may have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from django.db import connection

from saishang.apps.registers.models import Entry
from saishang.science.register.kind import Kind
from saishang.science.register.values import FieldFault

__all__ = ["DIRECT", "Links", "Prefetched", "link_faults"]


class Links(Protocol):
    """Who knows the other entries."""

    def withdrawn(self, kind: str, key: str) -> bool | None:
        """Whether the entry with a key is withdrawn; None when there is none."""

    def holder(self, kind: str, field: str, value: Any, but: int | None) -> str | None:
        """Key of another entry than the one with number `but` that has a value; None when there is none."""


class _Direct:
    """Asks the database each time."""

    def withdrawn(self, kind: str, key: str) -> bool | None:
        return Entry.objects.filter(kind=kind, key=key).values_list("withdrawn", flat=True).first()

    def holder(self, kind: str, field: str, value: Any, but: int | None) -> str | None:
        rows = Entry.objects.filter(kind=kind, withdrawn=False, values__contains={field: value})
        return rows.exclude(pk=but or 0).values_list("key", flat=True).first()


DIRECT: Links = _Direct()


class Prefetched:
    """Asks once for many rows of a load, and knows what the load itself has brought."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._fields = [field for field in kind.fields.values() if field.of]
        self._there: dict[tuple[str, str], bool] = {}
        self._unique = [
            field for field in kind.fields.values() if field.unique and field.type == "text" and field.id != kind.key
        ]
        self._held: dict[tuple[str, Any], str] = {}
        self._holders: dict[tuple[str, Any], list[tuple[int, str]]] = {}

    def fetch(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Look at the entries that some rows name, by field → text as it came."""
        listed = list(rows)
        for field in self._fields:
            keys = {row.get(field.id, "").strip() for row in listed} - {""}
            found = Entry.objects.filter(kind=field.of, key__in=keys).values_list("key", "withdrawn")
            self._there.update({(field.of, key): withdrawn for key, withdrawn in found})
        for field in self._unique:
            self._holders.update(self._asked(field.id, {row.get(field.id, "").strip() for row in listed} - {""}))

    def _asked(self, field: str, values: set[str]) -> dict[tuple[str, Any], list[tuple[int, str]]]:
        """Value → (number, key) of entries that have it; one question, and the index answers value by value."""
        found: dict[tuple[str, Any], list[tuple[int, str]]] = {(field, value): [] for value in values}
        with connection.cursor() as cursor:
            cursor.execute(
                "select v.value, e.id, e.key from unnest(%s::text[]) as v (value) cross join lateral (select id, key"
                " from registers_entry where kind = %s and not withdrawn"
                ' and "values" @> jsonb_build_object(%s::text, v.value) limit 2) e',
                [sorted(values), self.kind.id, field],
            )
            for value, number, key in cursor.fetchall():
                found[field, value].append((number, key))
        return found

    def taken(self, key: str, values: Mapping[str, Any]) -> None:
        """An entry that the load writes: later rows may name it, and may not have its values."""
        self._there[self.kind.id, key] = False
        for field in self.kind.fields.values():
            if field.unique and values.get(field.id) is not None:
                self._held[field.id, values[field.id]] = key

    def withdrawn(self, kind: str, key: str) -> bool | None:
        """As `Links` says."""
        return self._there.get((kind, key))

    def holder(self, kind: str, field: str, value: Any, but: int | None) -> str | None:
        """As `Links` says."""
        if (held := self._held.get((field, value))) is not None:
            return held
        if (asked := self._holders.get((field, value))) is not None:
            return next((key for number, key in asked if number != but), None)
        return DIRECT.holder(kind, field, value, but)


def link_faults(
    kind: Kind, values: Mapping[str, Any], pk: int | None, but: Iterable[str] = (), links: Links = DIRECT
) -> list[FieldFault]:
    """Entries that are named and are not there, and values that another entry has already.

    Parameters
    ----------
    pk:
        Of the entry that is changed; None for a new one.
    but:
        Fields that are wrong anyhow.
    """
    wrong = set(but)
    return [fault for fault in _faults(kind, values, pk, links) if fault.field not in wrong]


def _faults(kind: Kind, values: Mapping[str, Any], pk: int | None, links: Links) -> Iterator[FieldFault]:
    for field in kind.fields.values():
        value = values.get(field.id)
        if value is None:
            continue
        if field.of:
            withdrawn = links.withdrawn(field.of, str(value))
            if withdrawn is None:
                message = f"expected the key of an entry of the register {field.of}, got {value!r}"
                yield FieldFault(field.id, str(value), message, "look it up in that register, or enter it there first")
            elif withdrawn:
                message = f"the entry {value!r} of the register {field.of} is withdrawn"
                yield FieldFault(field.id, str(value), message, "name another one, or restore it first")
        if field.unique and field.id != kind.key:
            taken = links.holder(kind.id, field.id, value, pk)
            if taken is not None:
                message = f"the entry {taken} has this value already, and only one may"
                yield FieldFault(field.id, str(value), message, "correct the value here or there")
