"""A split target in the demonstration: invented goals of the five cities, marked as such wherever they show."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from saishang.cli.demo_steps import ACTOR, PLAN, REGION, SITE
from saishang.rules import Rules

__all__ = ["split_target"]

_TARGET, _FILE = "G02", "target_split_demonstration.csv"
_FROM = date(2019, 1, 1)
_REASON = "演示：各市目标值为虚构 · invented goals of the cities"
_DOCUMENT = "演示（非公文） · demonstration, no document"


def split_target(rules: Rules) -> str:
    """Split the goal of PM2.5 over the cities once; what became of it, in one line."""
    import saishang.demo_data
    from saishang.apps.indicators.actions.set_cascade import Split, set_cascade
    from saishang.apps.indicators.actions.set_target import Change
    from saishang.apps.indicators.split_table import read_split
    from saishang.apps.indicators.target_objects import history
    from saishang.apps.indicators.target_view import Home

    if history(PLAN, _TARGET, REGION):
        return f"{_TARGET} 已分解 split before"
    rows = read_split(Path(saishang.demo_data.__file__).parent / _FILE, _FILE, rules)
    change = Change(ACTOR, _FROM, _REASON, _DOCUMENT)
    set_cascade(change, rules, Home(PLAN, SITE, REGION), _TARGET, REGION, Split("mean", rows, demonstration=True))
    return f"{_TARGET} 分解到 {sum(1 for row in rows if not row.exempt)} 个市 split over cities（虚构 invented）"
