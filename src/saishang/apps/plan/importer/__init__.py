"""Reads a Chinese government plan (.docx, .txt) into records; knows no Django and keeps no state."""

from __future__ import annotations

from saishang.apps.plan.importer.document import PlanDocument
from saishang.apps.plan.importer.parse import parse_document

__all__ = ["PlanDocument", "parse_document"]
