"""What search finds of the catalogue of indicators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.conf import settings

from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.search.providers import Document, Provider, register
from saishang.rules import Rules, load_rules

__all__ = ["INDICATOR"]


def _rules() -> Rules:
    return load_rules(settings.CONFIG.rules_overlay)


def _indicators(_keys: Sequence[str] | None) -> Iterator[Document]:
    rules = _rules()
    where = {
        str(entry["id"]): name
        for name, document in rules.documents_under("indicators").items()
        for entry in document.get("indicators", ())
    }
    for found in Catalogue(rules).indicators.values():
        yield Document(
            found.id, found.zh, "rules-document", {"name": where[found.id]}, title_en=found.en,
            text="；".join(
                part for part in (*found.names, found.caliber, found.source, found.clause, found.id) if part
            ),
            text_en="; ".join(part for part in (found.caliber_en, found.id) if part),
        )  # fmt: skip


INDICATOR = register(
    Provider("indicator", "指标", "Indicators", _indicators, version=lambda: _rules().digest, place=50)
)
