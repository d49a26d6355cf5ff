"""A small register whose description tests can change: the file as it was and changed, before the same database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any
from unittest.mock import patch

from saishang.apps.registers import kinds as known
from saishang.rules import load_rules
from saishang.science.register.kind import Kind, read_kind, read_kinds

__all__ = ["BASE", "NAME", "changed", "held_by_the_rules", "read", "with_field", "without"]

NAME = "trial_sheds"
#: Sheds: a key, a name, a place in a county, an area, a kind; found, kept or closed; how many, how large.
BASE: Mapping[str, Any] = {
    "zh": "试验棚", "en": "Trial sheds", "about_zh": "试验。", "about_en": "A trial.", "source": "试验", "clause": "1",
    "status": "confirmed", "audience": "public", "place": "none", "key": "code", "title": "name",
    "fields": [
        {"id": "code", "zh": "编码", "en": "Code", "type": "text", "required": True, "in_list": True},
        {"id": "name", "zh": "名称", "en": "Name", "type": "text", "required": True, "in_list": True},
        {"id": "region", "zh": "地区", "en": "Region", "type": "region", "required": True, "in_list": True},
        {"id": "area", "zh": "面积", "en": "Area", "type": "number", "unit": "ha", "min": 0, "max": 1000,
         "in_list": True},
        {"id": "sort", "zh": "类型", "en": "Sort", "type": "choice", "in_list": True, "choices": [
            {"id": "wood", "zh": "木", "en": "wood"}, {"id": "tin", "zh": "铁皮", "en": "tin"},
            {"id": "stone", "zh": "石", "en": "stone"}]},
        {"id": "keeper", "zh": "管护人", "en": "Keeper", "type": "text"},
    ],
    "life": {
        "start": "found",
        "states": [{"id": "found", "zh": "发现", "en": "found"}, {"id": "listed", "zh": "列管", "en": "listed"},
                   {"id": "kept", "zh": "保留", "en": "kept"},
                   {"id": "closed", "zh": "关闭", "en": "closed", "final": True}],
        "transitions": [{"action": "list", "from": ["found"], "to": "listed", "zh": "列管", "en": "list"},
                        {"action": "keep", "from": ["listed"], "to": "kept", "zh": "保留", "en": "keep"},
                        {"action": "close", "from": ["found", "kept"], "to": "closed", "zh": "关闭", "en": "close"}],
    },
    "figures": [
        {"id": "kept", "zh": "保留数", "en": "Kept", "measure": "count", "where": {"state": ["kept"]}, "unit": "个"},
        {"id": "area", "zh": "总面积", "en": "Area", "measure": "sum", "field": "area", "unit": "ha", "decimals": 1},
        {"id": "tin_share", "zh": "铁皮占比", "en": "Share of tin", "measure": "share", "where": {"sort": ["tin"]},
         "of": {}, "unit": "%", "decimals": 1},
    ],
}  # fmt: skip


def changed(*, fields: Mapping[str, Mapping[str, Any] | None] | None = None, **more: Any) -> dict[str, Any]:
    """The description with other fields (id → what differs; None: gone) and other parts."""
    document = deepcopy(dict(BASE))
    for name, differs in (fields or {}).items():
        listed = document["fields"]
        if differs is None:
            document["fields"] = [field for field in listed if field["id"] != name]
            continue
        there = next((field for field in listed if field["id"] == name), None)
        if there is None:
            listed.append({"id": name, "zh": name, "en": name, "type": "text"} | dict(differs))
        else:
            there.update(differs)
            for key in [key for key, value in there.items() if value is None]:
                del there[key]
    return document | more


def with_field(name: str, /, **differs: Any) -> dict[str, Any]:
    """The description with one field told otherwise, or added."""
    return changed(fields={name: differs})


def without(name: str) -> dict[str, Any]:
    """The description without a field."""
    return changed(fields={name: None})


def read(document: Mapping[str, Any]) -> Kind:
    """The kind of a description."""
    return read_kind(NAME, document, load_rules())


@contextmanager
def held_by_the_rules(document: Mapping[str, Any] | None) -> Iterator[Kind | None]:
    """Let the rules hold this description (None: no such file), beside the registers that are really there."""
    rules = load_rules()
    kinds = dict(known._READ.get(rules.digest) or read_kinds(rules))
    kinds.pop(NAME, None)
    if document is not None:
        kinds[NAME] = read(document)
    with patch.dict(known._READ, {rules.digest: kinds}):
        yield kinds.get(NAME)
