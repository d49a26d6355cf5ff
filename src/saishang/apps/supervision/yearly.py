"""Which recurring duties of a plan are owed every year, by whom, what fulfils them (`rules/plans/*/yearly.yaml`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from saishang.rules import Rules

__all__ = ["ANNUAL", "Annual", "Yearly", "yearly"]

#: The proof of a duty that an annual report of the organisation fulfils.
ANNUAL = "annual"


@dataclass(frozen=True)
class Annual:
    """An annual report that is handed over as proof: its number, whose and of which year it is, digest of its file."""

    number: int
    organisation: str
    year: int
    sha256: str


@dataclass(frozen=True)
class Yearly:
    """A duty of the plan that is owed every year: its row, who owes it, what may fulfil it."""

    row: Any
    who: tuple[str, ...]
    proof: tuple[str, ...]
    kept_by_government: bool

    @property
    def stated(self) -> bool:
        """Whether the plan itself names the day."""
        return bool(self.row["stated"] == "yes" and self.row["due"])


def yearly(rules: Rules, plan: str) -> list[Yearly]:
    """Recurring duties of a plan that bodies with a name owe every year."""
    document = rules.documents_under("plans").get(f"plans/{plan}/yearly", {})
    table = rules.tables.get(f"plans/{plan}/duties")
    rows = {str(row["id"]): row for row in table.rows} if table is not None else {}
    return [
        Yearly(rows[one["duty"]], tuple(one["who"]), tuple(one["proof"]), one.get("kept_by") == "government")
        for one in document.get("yearly", ()) if one["duty"] in rows
    ]  # fmt: skip
