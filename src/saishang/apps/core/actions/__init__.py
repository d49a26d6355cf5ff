"""Actions on the log itself."""

from saishang.apps.core.actions.record import Logged, changed, record, record_all, verify_chain

__all__ = ["Logged", "changed", "record", "record_all", "verify_chain"]
