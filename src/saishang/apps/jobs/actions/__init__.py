"""Changes of jobs."""

from saishang.apps.jobs.actions.cancel import cancel
from saishang.apps.jobs.actions.retry import retry
from saishang.apps.jobs.actions.start import JobRefused, start

__all__ = ["JobRefused", "cancel", "retry", "start"]
