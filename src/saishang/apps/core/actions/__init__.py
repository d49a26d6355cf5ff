"""Actions on the log itself."""

from saishang.apps.core.actions.record import record, verify_chain

__all__ = ["record", "verify_chain"]
