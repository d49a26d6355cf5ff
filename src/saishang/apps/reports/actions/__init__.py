"""Changes of reports: there is one, and none is ever changed."""

from saishang.apps.reports.actions.make_report import Made, make_report

__all__ = ["Made", "make_report"]
