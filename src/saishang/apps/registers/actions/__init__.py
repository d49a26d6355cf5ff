"""Changes of registers; each is permission → check → change → log, in one transaction."""

from saishang.apps.registers.actions.add import add_entry
from saishang.apps.registers.actions.bulk import BulkOutcome, BulkWish, bulk_edit
from saishang.apps.registers.actions.bundles import Decided, decide_bundle, decide_several
from saishang.apps.registers.actions.change import change_entry
from saishang.apps.registers.actions.load_table import RowRefusal, TableOutcome, load_rows, load_table
from saishang.apps.registers.actions.migrate import Migrated, MigrationRefused, migrate_kind, settle
from saishang.apps.registers.actions.move import EvidenceFile, move_entry
from saishang.apps.registers.actions.proposals import (
    Wish,
    accept_proposal,
    propose_entry,
    return_proposal,
    take_back_proposal,
)
from saishang.apps.registers.actions.propose_bulk import BulkProposed, propose_bulk
from saishang.apps.registers.actions.propose_table import TableWish, propose_table
from saishang.apps.registers.actions.undo import undo_batch, undo_entry
from saishang.apps.registers.actions.views import change_view, delete_view, open_with, save_view
from saishang.apps.registers.actions.withdraw import restore_entry, withdraw_entry
from saishang.apps.registers.actions.write import EntryFaults

__all__ = [
    "BulkOutcome", "BulkProposed", "BulkWish", "Decided", "EntryFaults", "EvidenceFile", "Migrated", "MigrationRefused",
    "RowRefusal", "TableOutcome", "TableWish", "Wish", "accept_proposal", "add_entry", "bulk_edit",
    "change_entry", "change_view", "decide_bundle", "decide_several", "delete_view", "load_rows", "load_table",
    "migrate_kind", "move_entry", "open_with", "propose_bulk", "propose_entry", "propose_table", "restore_entry",
    "return_proposal", "save_view", "settle", "take_back_proposal", "undo_batch", "undo_entry", "withdraw_entry",
]  # fmt: skip
