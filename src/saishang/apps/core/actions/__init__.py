"""Actions on the log itself."""

from saishang.apps.core.actions.record import changed, record, verify_chain

__all__ = ["changed", "record", "verify_chain"]
