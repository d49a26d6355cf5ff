"""The form of a register: which columns go out in an export and come in again, under which headings."""

from __future__ import annotations

from saishang.science.register.kind import Kind

__all__ = ["PLACE", "STATE", "columns_of", "place_headings"]

#: Columns that are no fields of the kind.
STATE = "state"
PLACE = "place"


def columns_of(kind: Kind) -> dict[str, tuple[str, ...]]:
    """Column → headings under which it is understood: Chinese, English, with and without unit, and its own id."""
    found: dict[str, tuple[str, ...]] = {}
    for field in kind.fields.values():
        names = (field.zh, field.en, field.id)
        units = tuple(f"{name} [{field.unit}]" for name in names[:2]) if field.unit else ()
        found[field.id] = names + units
    if kind.life is not None:
        found[STATE] = ("状态", "State", STATE)
    if kind.place != "none":
        found[PLACE] = (*place_headings(kind), PLACE)
    return found


def place_headings(kind: Kind) -> tuple[str, str]:
    """Heading of the place in Chinese and English: what is expected in its cells."""
    if kind.place == "point":
        return "经度,纬度", "Longitude, latitude"
    return "范围（GeoJSON）", "Outline (GeoJSON)"
