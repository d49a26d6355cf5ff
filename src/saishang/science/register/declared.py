"""What a kind's file says about entries that were there before it was changed (`changes:`).

Nothing of it belongs to the description itself: it is read once, when entries come under the new description.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

__all__ = ["Changes", "FieldChange", "read_changes"]

OldEntries = Literal["must_fit", "keep"]


@dataclass(frozen=True)
class FieldChange:
    """How a field of existing entries follows from what they say.

    Attributes
    ----------
    was:
        Its former id; empty: the same.
    for_existing:
        What it says where nothing is written, as a form would hold it.
    factor:
        New number = old number × factor, exactly; None where the unit stays.
    becomes:
        Old value → new value.
    """

    was: str = ""
    for_existing: str = ""
    factor: Fraction | None = None
    becomes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Changes:
    """The whole block.

    Attributes
    ----------
    fields:
        New id → how it follows.
    states:
        Old state → new state.
    gone:
        Old fields (or `place`) that the register does not keep any more; old versions still have them.
    """

    fields: Mapping[str, FieldChange] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    old_entries: OldEntries = "must_fit"

    def of(self, name: str) -> FieldChange:
        """What is said of a field of the new description; nothing where it is not named."""
        return self.fields.get(name, _NOTHING)

    def source(self, name: str) -> str:
        """Former id of a field of the new description."""
        return self.of(name).was or name


_NOTHING = FieldChange()


def read_changes(said: Mapping[str, Any] | None) -> Changes:
    """The block of a document (its shape is the schema's business)."""
    if not said:
        return Changes()
    return Changes(
        {
            name: FieldChange(
                entry.get("was", ""), entry.get("for_existing", ""),
                Fraction(entry["factor"]) if "factor" in entry else None, dict(entry.get("becomes", {})),
            )
            for name, entry in said.get("fields", {}).items()
        },
        dict(said.get("states", {})), tuple(said.get("gone", ())), said.get("old_entries", "must_fit"),
    )  # fmt: skip
