"""Changes of the plan app: each is one function with permission, check, change and log."""

from __future__ import annotations

from saishang.apps.plan.actions.import_plan import import_document, import_plan_from_file, import_plan_from_rules
from saishang.apps.plan.actions.settle_unit import settle_unit

__all__ = ["import_document", "import_plan_from_file", "import_plan_from_rules", "settle_unit"]
