"""The kinds of the site's rules, read once per state of the rules."""

from __future__ import annotations

from collections.abc import Mapping

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.register.kind import Kind, read_kinds

__all__ = ["UnknownKindError", "kind_of", "kinds"]


#: Digest of the rules → kinds.
_READ: dict[str, Mapping[str, Kind]] = {}


class UnknownKindError(SaishangError):
    """There is no register of that name."""

    code = "unknown-register"


def kinds(rules: Rules) -> Mapping[str, Kind]:
    """Every kind by its id."""
    if rules.digest not in _READ:
        _READ.clear()  # a process serves one site: older readings are of no use
        _READ[rules.digest] = read_kinds(rules)
    return _READ[rules.digest]


def kind_of(rules: Rules, name: str) -> Kind:
    """One kind.

    Raises
    ------
    UnknownKindError
        When the rules have none of that name; all are named.
    """
    known = kinds(rules)
    if name not in known:
        raise UnknownKindError(f"expected a register, got {name!r}", fix=f"use one of {', '.join(known) or 'none'}")
    return known[name]
