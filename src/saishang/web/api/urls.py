"""Addresses of the interface, from the table of operations."""

from __future__ import annotations

from django.urls import URLPattern, path

from saishang.web.api import downloads, entries, figures, landing, ogc, registers
from saishang.web.api.operations import OPERATIONS

__all__ = ["addresses"]

#: Name of the operation → its view.
_VIEWS = {
    "api": landing.entrance, "api-openapi": landing.openapi, "api-registers": registers.registers,
    "api-register": registers.register, "api-schema": registers.schema, "api-entries": entries.entries,
    "api-entry": entries.entry, "api-figures": figures.figures, "api-counted": figures.counted,
    "api-open": downloads.whole, "api-open-table": downloads.table, "api-catalog": downloads.catalog,
    "ogc": ogc.landing, "ogc-conformance": ogc.conformance, "ogc-api": ogc.definition,
    "ogc-collections": ogc.collections, "ogc-collection": ogc.collection, "ogc-queryables": ogc.queryables,
    "ogc-items": ogc.items, "ogc-item": ogc.item,
}  # fmt: skip


def addresses() -> list[URLPattern]:
    """One address for each operation."""
    return [path(known.path, _VIEWS[name], name=name) for name, known in OPERATIONS.items()]
