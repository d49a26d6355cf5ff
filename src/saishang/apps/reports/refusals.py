"""Why a report is not made."""

from __future__ import annotations

from saishang.errors import Refused

__all__ = ["NotAllowed", "ReportRefused"]


class ReportRefused(Refused):
    """The report cannot be made as it was asked for."""

    code = "report-refused"


class NotAllowed(ReportRefused):
    """This person may not make this report."""

    code = "report-not-allowed"
