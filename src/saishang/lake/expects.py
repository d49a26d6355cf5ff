"""Which stations of a register owe the hours of a source, and which of its parameters each of them owes."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

from saishang.lake.description import keyed, names_of, text_of, wrong
from saishang.rules import Rules

__all__ = ["Expects", "expects_of"]

_KEYS = ("register", "field", "parameters")


@dataclasses.dataclass(frozen=True)
class Expects:
    """The stations that the gap ledger expects in a source.

    Attributes
    ----------
    register:
        Kind of register that lists the stations, with the days of service in its fields `opened` and `closed`.
    field, parameters:
        Parameter → values of the field at which a station owes it. Without them every station owes every parameter.
    """

    register: str
    field: str = ""
    parameters: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)

    def owed(self, values: Mapping[str, Any], all_of: Collection[str]) -> list[str]:
        """Parameters, of `all_of`, that a station with these fields owes."""
        if not self.field:
            return sorted(all_of)
        said = str(values.get(self.field) or "")
        return sorted(name for name in all_of if said in self.parameters.get(name, ()))


def expects_of(document: Mapping[str, Any], measured: Collection[str], rules: Rules, where: str) -> Expects | None:
    """Read the key `expects`; None when a description has none.

    Parameters
    ----------
    measured:
        Parameters that the source brings.

    Raises
    ------
    MappingError
        For a register that there is not, a parameter that the source does not bring, or a key that has no meaning.
    """
    node = keyed(document, "expects", where, "write {register: KIND}")
    if not node:
        return None
    unknown = sorted(str(key) for key in node if key not in _KEYS)
    if unknown:
        raise wrong(f"unknown key expects.{unknown[0]}", f"use {', '.join(_KEYS)}", where, "expects")
    if not document.get("hourly"):
        raise wrong("expected hourly: true beside expects", "only hours are expected", where, "expects")
    register = text_of(node, "register", where, "expects") or ""
    known = sorted(name.rpartition("/")[2] for name in rules.documents_under("registers"))
    if register not in known:
        raise wrong(
            f"expected expects.register to be a register, got {register!r}", f"use one of {', '.join(known)}", where,
            "expects", "register",
        )  # fmt: skip
    column = text_of(node, "field", where, "expects") or ""
    listed = keyed(node, "parameters", where, "write {parameter: [values of the field]}", "expects")
    if bool(column) != bool(listed):
        raise wrong("expected expects.field and expects.parameters together", "state both or none", where, "expects")
    strange = sorted(str(name) for name in listed if name not in measured)
    if strange:
        raise wrong(
            f"expected parameters that the source brings, got {strange[0]!r}", f"use {', '.join(sorted(measured))}",
            where, "expects", "parameters",
        )  # fmt: skip
    found = {str(name): frozenset(names_of(listed, name, where, "expects", "parameters")) for name in listed}
    return Expects(register, column, found)
