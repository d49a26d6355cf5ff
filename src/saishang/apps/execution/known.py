"""What an item may point to: tasks and targets of the plan, programmes, regions, organisations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from saishang.apps.organisations.queries import open_codes
from saishang.apps.plan import queries as plans
from saishang.rules import Rules

__all__ = ["Known", "known"]


@dataclass(frozen=True)
class Known:
    """Codes with their names.

    Attributes
    ----------
    plan:
        Name of the plan (`ningxia`), empty when none is imported.
    tasks, targets, programmes, regions:
        Code → Chinese name.
    organisations:
        Code → number of the row, of those that exist on the day.
    """

    plan: str
    tasks: dict[str, str] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    programmes: dict[str, str] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)


def known(rules: Rules, on: date, plan: str | None = None) -> Known:
    """What there is on a day, for the site's own plan or a named one."""
    version = plans.current_version(plan)
    regions = {code: str(row["zh"]) for code, row in rules.regions.items() if row["use"] == "in_plan"}
    if version is None:
        return Known("", regions=regions, organisations=open_codes(on))
    items = plans.items(version.id)
    work = rules.documents_under("plans").get(f"plans/{version.plan}/work", {})
    return Known(
        plan=version.plan,
        tasks={item.id: item.title for item in items if item.role in ("task", "safeguard", "step")},
        targets={target.code: target.indicator for item in items for target in (*item.targets, *item.commitments)},
        programmes={str(row["id"]): str(row["zh"]) for row in work.get("programmes", ())},
        regions=regions,
        organisations=open_codes(on),
    )
