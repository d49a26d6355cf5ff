"""Changes of jobs, and the job that they give back."""

from saishang.apps.jobs.actions.cancel import cancel
from saishang.apps.jobs.actions.retry import retry
from saishang.apps.jobs.actions.start import JobRefused, start
from saishang.apps.jobs.models import Job

__all__ = ["Job", "JobRefused", "cancel", "retry", "start"]
