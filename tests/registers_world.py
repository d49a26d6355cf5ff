"""A register with an owner, for tests: plots kept by the department, people of it, of cities, of elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

from saishang.apps.registers import kinds as known
from saishang.rules import load_rules
from saishang.science.register.kind import Kind

__all__ = ["GOOD", "OWNER", "few_kinds", "hidden_fields", "owned_plots"]

OWNER = "NX-STT"
#: A plot of a county of Yinchuan, as the form holds it.
GOOD = {"code": "640104-001", "name": "老化工厂地块", "region": "640104", "area": "1200.50"}


@contextmanager
def owned_plots(owner: str = OWNER) -> Iterator[Kind]:
    """Let an office keep the register of plots, as a line `owner` in its description would."""
    rules = load_rules()
    read = dict(known.kinds(rules))
    read["construction_plots"] = replace(read["construction_plots"], owner=owner)
    with patch.dict(known._READ, {rules.digest: read}):
        yield read["construction_plots"]


@contextmanager
def few_kinds(kind: Kind) -> Iterator[None]:
    """Let a register be described otherwise, and be one of few, with those that their entries name.

    For tables that ask lists of registers once for each person; lists of all are read in test_registers_index.py.
    """
    rules = load_rules()
    read = dict(known.kinds(rules)) | {kind.id: kind}
    few, wanted = dict[str, Kind](), [kind.id, "construction_plots", "outfalls", "environmental_talents"]
    while wanted:
        name = wanted.pop()
        if name not in few:
            few[name] = read[name]
            wanted += [field.of for field in few[name].fields.values() if field.of in read]
    with patch.dict(known._READ, {rules.digest: {name: read[name] for name in read if name in few}}):
        yield


@contextmanager
def hidden_fields(name: str, *, private: tuple[str, ...] = ()) -> Iterator[Kind]:
    """Let fields of a register be for staff alone, as `public: false` in its description would."""
    rules = load_rules()
    read = dict(known.kinds(rules))
    kind = read[name]
    fields = {key: replace(field, public=field.public and key not in private) for key, field in kind.fields.items()}
    read[name] = replace(kind, fields=fields)
    with patch.dict(known._READ, {rules.digest: read}):
        yield read[name]
