"""A small world of supervision for tests: overdue work, a finding, people of the office and of two cities."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from saishang.apps.organisations.models import User
from saishang.apps.supervision.actions import FindingDraft, add_finding, attach_file, known
from saishang.apps.supervision.models import Finding
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from tests.work_world import doing, make_item, make_people, make_report, make_tree

__all__ = ["TODAY", "draft", "make_finding", "make_world", "on_day", "paper"]

#: A Monday; 2026 has its holidays in the rules.
TODAY = date(2026, 11, 30)


@contextmanager
def on_day(day: date) -> Iterator[None]:
    """Let it be noon of a day in China."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    with patch("django.utils.timezone.now", return_value=noon):
        yield


def make_world() -> dict[str, User]:
    """The tree; two office workers of the region and everybody of Yinchuan; overdue work of both cities.

    Returns
    -------
    People by what they are called: `office`, `second`, `reporter`, `head` … (Yinchuan), `beside` (reporter there).
    """
    make_tree()
    people = make_people("640100") | {"office": make_people("640000", ("office",))["office"]}
    second = make_people("NX-STT", ("office",))["office"]
    beside = make_people("640200", ("reporter",))["reporter"]
    item = make_item("T11-640100-001", "640100", due=TODAY - timedelta(days=10), title="排水口整治")
    make_item("T11-640200-001", "640200", due=TODAY - timedelta(days=1), title="煤场封闭")
    make_item("T11-640200-002", "640200", due=TODAY, title="当日到期")
    steps = (("开工", TODAY - timedelta(days=5), 1), ("完工", TODAY + timedelta(days=30), 1))
    make_item("T12-640100-001", "640100", due=TODAY + timedelta(days=30), title="管网改造", milestones=steps)
    late = make_item("T13-640100-001", "640100", due=None, title="农田监测")
    make_report(late, "2026-M10", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 6))
    make_report(item, "2026-M10", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 6))
    return people | {"second": second, "beside": beside}


def draft(**more: Any) -> FindingDraft:
    """A finding of the second central round about Yinchuan."""
    given: dict[str, Any] = {
        "source": "central", "round": "第二轮", "number": 15, "title": "排水沟水质反复", "problem": "雨后水质变差。",
        "organisation": "640100", "units": ("NX-SLT",), "listed_on": date(2026, 3, 2), "due": date(2026, 12, 31),
    } | more  # fmt: skip
    return FindingDraft(**given)


def make_finding(people: dict[str, User], **more: Any) -> Finding:
    """A listed finding."""
    return add_finding(doing(people["office"]), draft(**more), known(load_rules(), TODAY))


def paper(folder: Path, name: str = "photo.png") -> Path:
    """A file that is a picture by its content."""
    path = folder / name
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + name.encode())
    return path


def lay(people: dict[str, User], row: Any, folder: Path, who: str = "reporter") -> None:
    """Evidence beside something."""
    path = paper(folder)
    attach_file(doing(people[who]), load_rules(), Archive(folder / "archive"), row, path, path.name)
