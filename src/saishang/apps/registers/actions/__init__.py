"""Changes of registers; each is permission → check → change → log, in one transaction."""

from saishang.apps.registers.actions.add import add_entry
from saishang.apps.registers.actions.change import change_entry
from saishang.apps.registers.actions.load_table import RowRefusal, TableOutcome, load_rows, load_table
from saishang.apps.registers.actions.move import EvidenceFile, move_entry
from saishang.apps.registers.actions.undo import undo_batch, undo_entry
from saishang.apps.registers.actions.withdraw import restore_entry, withdraw_entry
from saishang.apps.registers.actions.write import EntryFaults

__all__ = [
    "EntryFaults", "EvidenceFile", "RowRefusal", "TableOutcome", "add_entry", "change_entry", "load_rows", "load_table",
    "move_entry", "restore_entry", "undo_batch", "undo_entry", "withdraw_entry",
]  # fmt: skip
