"""Changes of reports: one is made and never changed; it is handed over as proof of the duty that it fulfils."""

from saishang.apps.reports.actions.deliver_report import Delivered, deliver_report
from saishang.apps.reports.actions.make_report import Made, make_report

__all__ = ["Delivered", "Made", "deliver_report", "make_report"]
