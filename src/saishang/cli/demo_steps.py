"""The steps of the demonstration: the main road once, on real data, through the same doors as any user's data."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saishang.config import Config
from saishang.errors import SaishangError
from saishang.rules import Rules

if TYPE_CHECKING:
    from saishang.apps.indicators.models import Run
    from saishang.lake import Lake
    from saishang.lake.ledger import Batch

__all__ = [
    "ACTOR",
    "DemoUser",
    "check_quality",
    "confirm_dust",
    "data_files",
    "evaluate",
    "load_data",
    "load_noise",
    "load_plan",
    "load_registers",
    "make_users",
]

ACTOR = "saishang demo"
SITE, REGION, PLAN = "ningxia", "640000", "ningxia"
#: Last day of the hourly measurements that the package carries.
MEASURED_TO = date(2019, 9, 30)
_LEFT_OPEN = 5
_DUST_REASON = "演示：按小时判据的提案逐日确认，非主管部门认定 · demonstration only, not an official verdict"
_INVENTED_REASON = "演示：虚构条目，不代表任何真实情况 · invented entries, nothing real"
#: Registers that the package fills with invented entries, and the day from which they hold (None = today).
_REGISTERS: tuple[tuple[str, date | None], ...] = (
    ("construction_plots", None),
    ("outfalls", date(2025, 1, 1)),
    ("drains", date(2025, 1, 1)),
    ("drinking_sources", date(2025, 1, 1)),
    ("black_odorous_waters", date(2025, 1, 1)),
    ("flow_sections", date(2025, 1, 1)),
)

_NOISE_REASON = "演示：虚构的监测站和普查测点 · invented stations and survey points"
#: Registers of the invented noise network, and the day from which their entries hold.
_NOISE_REGISTERS = (
    ("noise_stations", date(2026, 9, 1)), ("noise_survey_grid", date(2025, 12, 31)),
    ("noise_survey_road", date(2025, 12, 31)),
)  # fmt: skip
_NOISE_SOURCES = ("noise-station-hourly", "noise-station-weather")


@dataclass(frozen=True)
class DemoUser:
    """A person to sign in as; the password is made for this installation."""

    username: str
    role: str
    display_name: str
    password: str


def data_files() -> list[Path]:
    """The measurements that the package carries, in the order in which they are loaded."""
    from saishang.demo_data import demo_files

    return demo_files()


def load_plan(rules: Rules) -> str:
    """Take in the plan as data; the version's name."""
    from saishang.apps.indicators.actions.report_value import load_published
    from saishang.apps.plan.actions import import_plan_from_rules

    version = import_plan_from_rules(ACTOR, PLAN)
    load_published(rules, SITE, ACTOR)
    return str(version)


def load_data(lake: Lake, each: Callable[[Batch], None]) -> list[Batch]:
    """Load every file through the ordinary road; a file that was loaded before changes nothing."""
    batches = []
    for path in data_files():
        batch = lake.ingest(path, actor=ACTOR)
        each(batch)
        batches.append(batch)
    return batches


def load_registers(config: Config, rules: Rules, today: date) -> str:
    """Fill registers with the invented entries that the package carries; how many are new, one line a register."""
    import saishang.demo_data
    from saishang.apps.registers.actions import load_table
    from saishang.apps.registers.kinds import kind_of
    from saishang.lake.archive import Archive

    told = []
    for name, since in _REGISTERS:
        path = Path(saishang.demo_data.__file__).parent / f"register_{name}_demonstration.csv"
        kind = kind_of(rules, name)
        outcome = load_table(
            ACTOR, kind, rules, Archive(config.archive), path, path.name, today=today, effective=since,
            reason=_INVENTED_REASON,
        )  # fmt: skip
        if outcome.refusals:  # our own file: a row that cannot be taken is a defect, not the user's
            first = outcome.refusals[0]
            raise SaishangError(f"{path.name}, line {first.line}: {first.message}", fix=first.fix, code="demo-data")
        new, same = outcome.count("added"), outcome.count("unchanged")
        told.append(f"{kind.zh} {kind.en}: 新增 new {new}，未变 unchanged {same}（虚构 invented）")
    return "\n                   ".join(told)


def load_noise(config: Config, lake: Lake, rules: Rules, today: date) -> str:
    """Load the invented noise network and surveys: stations and survey points as registers, hours as files.

    The register holds from the network's first day on, so that the evaluations of earlier days know nothing of it.
    """
    import saishang.demo_data
    from saishang.apps.registers.actions import load_table
    from saishang.apps.registers.kinds import kind_of
    from saishang.lake.archive import Archive

    folder = Path(saishang.demo_data.__file__).parent
    new = 0
    for name, since in _NOISE_REGISTERS:
        path = folder / f"register_{name}_demonstration.csv"
        outcome = load_table(
            ACTOR, kind_of(rules, name), rules, Archive(config.archive), path, path.name, today=today,
            effective=min(since, today), reason=_NOISE_REASON,
        )  # fmt: skip
        new += outcome.count("added")
    hours = folder / "noise_hours_demonstration_2026_09_10.parquet"
    # One file holds levels and weather: it is loaded once as each of the two.
    batches = [lake.ingest(hours, source=source, actor=ACTOR) for source in _NOISE_SOURCES]
    rows = sum(batch.accepted for batch in batches)
    return f"名录条目 register entries 新增 new {new}，小时值 values {rows:,}（虚构 invented）"


def check_quality(lake: Lake) -> str:
    """Run the quality tests and the gap ledger; what they found, in one line."""
    from saishang.lake.gaps import update_gaps
    from saishang.lake.quality import run_quality

    run = run_quality(lake.table, lake.ledger, lake.rules, actor=ACTOR)
    counts = update_gaps(lake.table, lake.ledger, lake.folders, lake.rules, lake.sources.values())
    flagged = sum(result.flagged for result in run.results)
    unjudged = sum(result.not_evaluated for result in run.results)
    present, expected = sum(c.present for c in counts), sum(c.expected for c in counts)
    return (
        f"标记 flagged {flagged:,}，未评价 not evaluated {unjudged:,}；"
        f"小时 hours {present:,} / {expected:,} ({present / max(expected, 1):.1%})"
    )


def make_users(config: Config) -> list[DemoUser]:
    """Make the demonstration's people once; their passwords stand in a private file under `var`."""
    from saishang.apps.core.actions import record
    from saishang.apps.organisations.models import User

    path = config.var / "demo-users.txt"
    known = dict(line.split("\t") for line in path.read_text().splitlines()) if path.exists() else {}
    users = []
    for username, role, name in (
        ("demo-admin", "admin", "演示管理员"),
        ("demo-editor", "editor", "演示监测处"),
        ("demo-viewer", "viewer", "演示阅览"),
    ):
        password = known.get(username) or secrets.token_urlsafe(12)
        users.append(DemoUser(username, role, name, password))
        user, made = User.objects.get_or_create(username=username, defaults={"role": role, "display_name": name})
        if made or not user.check_password(password):
            user.set_password(password)
            user.save()
            record(ACTOR, "organisations.make_user", user, None, {"username": username, "role": role})
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.writelines(f"{user.username}\t{user.password}\n" for user in users)
    return users


def confirm_dust(config: Config, lake: Lake, rules: Rules) -> tuple[int, int]:
    """Let the demonstration's officer confirm the proposed dust days, marked as a demonstration; (new, all).

    The latest few stay open, so that whoever signs in has something to decide.
    """
    from saishang.apps.indicators import air_tables
    from saishang.apps.indicators.actions.decide_dust import decide_dust
    from saishang.apps.organisations.models import User

    officer = User.objects.get(username="demo-editor")
    found = air_tables.proposals(config, lake, rules, site=SITE, region=REGION, as_of=MEASURED_TO)
    by_day = sorted(found, key=lambda proposal: (proposal.day, proposal.region))
    new = [proposal for proposal in by_day[:-_LEFT_OPEN] if proposal.status == "proposed"]
    for proposal in new:
        decide_dust(officer, proposal.region, proposal.day, "confirmed", _DUST_REASON)
    return len(new), len(found)


def evaluate(config: Config, lake: Lake, rules: Rules, progress: Callable[[str], None], today: date) -> Iterator[Run]:
    """Evaluate on the last day of the measurements, and today on what has been published since."""
    from saishang.apps.indicators.actions.evaluate import evaluate as run_evaluation

    for as_of in (MEASURED_TO, today):
        options: dict[str, Any] = {"site": SITE, "region": REGION, "progress": progress}
        yield run_evaluation(ACTOR, config, lake, rules, as_of, **options)
