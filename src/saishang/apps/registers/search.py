"""What search finds of registers' entries: what everybody may see of them, or all fields where nobody else looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from django.conf import settings

from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.models import Entry
from saishang.apps.registers.retention import shown_values
from saishang.apps.search.providers import PUBLIC, Document, Provider, Watch, register
from saishang.rules import Rules, load_rules
from saishang.science.register.kind import Kind
from saishang.science.register.values import shown

__all__ = ["REGISTER"]

#: Who may open a register that is not public: those who hold it for everything, as its page asks.
_INTERNAL = "view_internal"


def _entries(keys: Sequence[str] | None) -> Iterator[Document]:
    rules = load_rules(settings.CONFIG.rules_overlay)
    known = kinds(rules)
    rows = Entry.objects.filter(withdrawn=False, kind__in=list(known)).order_by("effective", "pk")
    if keys is not None:
        rows = rows.filter(pk__in=[int(key) for key in keys])
    for row in rows.iterator(chunk_size=2000):
        yield _document(row, known[row.kind], rules)


def _document(row: Entry, kind: Kind, rules: Rules) -> Document:
    said: dict[Literal["zh", "en"], list[str]] = {"zh": [kind.zh, row.key], "en": [kind.en, row.key]}
    values, _hidden = shown_values(kind.id, row)
    for field in kind.seen_by(staff=not kind.public):
        value = values.get(field.id)
        if value in (None, "") or field.id in (kind.key, kind.title):
            continue
        for language, parts in said.items():
            if field.type == "region" and str(value) in rules.regions:
                parts.append(str(rules.regions[str(value)][language] or value))
            else:
                parts.append(shown(field, value, language))
    visible = {field.id for field in kind.seen_by(staff=not kind.public)}
    return Document(
        str(row.pk), row.title if kind.title in visible else row.key, "registers-entry",
        {"kind": kind.id, "pk": row.pk}, text="；".join(said["zh"]), text_en="; ".join(said["en"]),
        audience=PUBLIC if kind.public else _INTERNAL, day=row.effective,
    )  # fmt: skip


REGISTER = register(
    Provider(
        "register", "名录条目", "Register entries", _entries, watch=(Watch("registers_entry", "id"),),
        version=lambda: load_rules(settings.CONFIG.rules_overlay).digest, many=True,
        audiences=(PUBLIC, _INTERNAL), place=80,
    )
)  # fmt: skip
