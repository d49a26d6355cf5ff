"""Rules as data: standards, parameters, regions, agencies, plans, indicators; and the loader that checks them."""

from __future__ import annotations

from saishang.rules.errors import Problem, RuleError, RuleLookupError
from saishang.rules.loader import check_rules, clear_cache, load_rules
from saishang.rules.model import Rules
from saishang.rules.table import KeyedRows, Row, RuleTable

__all__ = [
    "KeyedRows",
    "Problem",
    "Row",
    "RuleError",
    "RuleLookupError",
    "RuleTable",
    "Rules",
    "check_rules",
    "clear_cache",
    "load_rules",
]
