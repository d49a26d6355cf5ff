"""Changes of work: permission → check → change → log, each in one transaction."""

from saishang.apps.execution.actions.apply_template import Applied, apply_template
from saishang.apps.execution.actions.evidence import attach_evidence, strike_evidence
from saishang.apps.execution.actions.item_draft import ItemDraft, MilestoneDraft, draft_faults, draft_of
from saishang.apps.execution.actions.item_moves import move_item
from saishang.apps.execution.actions.items import add_item, change_item, override_percent
from saishang.apps.execution.actions.load_items import CellFault, ItemsOutcome, RowEffect, load_items
from saishang.apps.execution.actions.open_reports import open_reports
from saishang.apps.execution.actions.report_moves import move_report
from saishang.apps.execution.actions.reports import ReportDraft, comment, touch_report, write_report
from saishang.apps.execution.actions.spread import Spread, spread_duties
from saishang.apps.execution.actions.take_over import TakenOver, take_over
from saishang.apps.execution.actions.undo_items import Undone, undo_items
from saishang.apps.execution.actions.work_plans import draft_work_plan, move_work_plan, set_aim, take_out
from saishang.apps.organisations.actions import Doing

__all__ = [
    "Applied", "CellFault", "Doing", "ItemDraft", "ItemsOutcome", "MilestoneDraft", "ReportDraft", "RowEffect",
    "Spread", "TakenOver", "Undone", "add_item", "apply_template", "attach_evidence", "change_item", "comment",
    "draft_faults", "draft_of", "draft_work_plan", "load_items", "move_item", "move_report", "move_work_plan",
    "open_reports", "override_percent", "set_aim", "spread_duties", "strike_evidence", "take_out", "take_over",
    "touch_report", "undo_items", "write_report",
]  # fmt: skip
