"""Changes of ecology; each goes through the doors of the registers."""

from saishang.apps.ecology.actions.load_records import RecordsOutcome, load_records

__all__ = ["RecordsOutcome", "load_records"]
