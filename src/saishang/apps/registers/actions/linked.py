"""What an entry says about others: entries of registers that it names, values that only one entry may have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from saishang.apps.registers.models import Entry
from saishang.science.register.kind import Kind
from saishang.science.register.values import FieldFault

__all__ = ["link_faults"]


def link_faults(kind: Kind, values: Mapping[str, Any], pk: int | None, but: Iterable[str] = ()) -> list[FieldFault]:
    """Entries that are named and are not there, and values that another entry has already.

    Parameters
    ----------
    pk:
        Of the entry that is changed; None for a new one.
    but:
        Fields that are wrong anyhow.
    """
    wrong = set(but)
    return [fault for fault in _faults(kind, values, pk) if fault.field not in wrong]


def _faults(kind: Kind, values: Mapping[str, Any], pk: int | None) -> Iterator[FieldFault]:
    for field in kind.fields.values():
        value = values.get(field.id)
        if value is None:
            continue
        if field.of:
            other = Entry.objects.filter(kind=field.of, key=str(value)).values_list("withdrawn", flat=True).first()
            if other is None:
                message = f"expected the key of an entry of the register {field.of}, got {value!r}"
                yield FieldFault(field.id, str(value), message, "look it up in that register, or enter it there first")
            elif other:
                message = f"the entry {value!r} of the register {field.of} is withdrawn"
                yield FieldFault(field.id, str(value), message, "name another one, or restore it first")
        if field.unique and field.id != kind.key:
            rows = Entry.objects.filter(kind=kind.id, withdrawn=False, values__contains={field.id: value})
            taken = rows.exclude(pk=pk or 0).values_list("key", flat=True).first()
            if taken is not None:
                message = f"the entry {taken} has this value already, and only one may"
                yield FieldFault(field.id, str(value), message, "correct the value here or there")
