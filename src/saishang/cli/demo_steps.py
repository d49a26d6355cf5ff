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
    "load_invented",
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
_INVENTED_FILES = (
    "laboratory_*_demonstration.csv",
    "radiation_*_demonstration_*.parquet",
    "water_*_demonstration.parquet",
)
#: Registers that the demonstration fills with invented entries, and the day from which they hold.
_REGISTERS = {
    "construction_plots": date(2024, 1, 1),
    "groundwater_points": date(2021, 1, 1),
    "groundwater_zones": date(2021, 1, 1),
    "soil_points": date(2020, 1, 1),
    "contaminated_farmland": date(2024, 1, 1),
    "outfalls": date(2025, 1, 1),
    "drains": date(2025, 1, 1),
    "drinking_sources": date(2025, 1, 1),
    "black_odorous_waters": date(2025, 1, 1),
    "flow_sections": date(2025, 1, 1),
}


@dataclass(frozen=True)
class DemoUser:
    """A person to sign in as; the password is made for this installation."""

    username: str
    role: str
    display_name: str
    password: str
    #: Where the person works and as what; empty for posts of the data workshop.
    place: str = ""


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


def load_invented(lake: Lake, each: Callable[[Batch], None]) -> list[Batch]:
    """Load the invented measurements of the invented points; after the registers, which list the points."""
    import saishang.demo_data

    folder = Path(saishang.demo_data.__file__).parent
    batches = []
    for path in sorted(path for pattern in _INVENTED_FILES for path in folder.glob(pattern)):
        batch = lake.ingest(path, actor=ACTOR)
        each(batch)
        batches.append(batch)
    return batches


def load_registers(config: Config, rules: Rules, today: date) -> list[str]:
    """Fill registers with the invented entries that the package carries; how many are new, a line for each."""
    import saishang.demo_data
    from saishang.apps.registers.actions import load_table
    from saishang.apps.registers.kinds import kind_of
    from saishang.cli.demo_radiation import load_radiation_registers
    from saishang.lake.archive import Archive

    told = []
    for name, effective in _REGISTERS.items():
        path = Path(saishang.demo_data.__file__).parent / f"register_{name}_demonstration.csv"
        kind = kind_of(rules, name)
        outcome = load_table(
            ACTOR, kind, rules, Archive(config.archive), path, path.name, today=today, reason=_INVENTED_REASON,
            effective=effective,
        )  # fmt: skip
        new, same, refused = outcome.count("added"), outcome.count("unchanged"), len(outcome.refusals)
        line = f"{kind.zh} {kind.en}: 新增 new {new}，未变 unchanged {same}（虚构 invented）"
        told.append(line + (f"，拒绝 refused {refused}" if refused else ""))
    return [*told, *load_radiation_registers(ACTOR, config, rules, today)]


def check_quality(lake: Lake) -> str:
    """Run the quality tests and the gap ledger; what they found, in one line."""
    from saishang.lake.gaps import update_gaps
    from saishang.lake.quality import run_quality

    run = run_quality(lake.table, lake.ledger, lake.rules, actor=ACTOR)
    # Stations of registers are invented here; they are counted apart (`registered_gaps`).
    described = [source for source in lake.sources.values() if source.expects is None]
    counts = update_gaps(lake.table, lake.ledger, lake.folders, lake.rules, described)
    flagged = sum(result.flagged for result in run.results)
    unjudged = sum(result.not_evaluated for result in run.results)
    present, expected = sum(c.present for c in counts), sum(c.expected for c in counts)
    return (
        f"标记 flagged {flagged:,}，未评价 not evaluated {unjudged:,}；"
        f"小时 hours {present:,} / {expected:,} ({present / max(expected, 1):.1%})"
    )


def registered_gaps(lake: Lake) -> str:
    """The gap ledger of stations that stand in registers, once these and their hours are there."""
    from saishang.lake.gaps import update_gaps

    described = [source for source in lake.sources.values() if source.expects is not None]
    counts = update_gaps(lake.table, lake.ledger, lake.folders, lake.rules, described)
    told = "，".join(f"{count.source} {count.present:,} / {count.expected:,}" for count in counts)
    return f"登记站点 registered stations: {told}（虚构 invented）"


def make_users(config: Config) -> list[DemoUser]:
    """Make the demonstration's people once; their passwords stand in a private file under `var`."""
    from saishang.apps.core.actions import record
    from saishang.apps.organisations.models import User
    from saishang.apps.organisations.queries import one
    from saishang.apps.organisations.roles import ROLES_IN_ORGANISATIONS
    from saishang.cli.demo_people import make_people

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
    for person, password in make_people(ACTOR, known):
        where, held = one(person.organisation), ROLES_IN_ORGANISATIONS[person.role]
        place = f"{where.short or where.zh if where else person.organisation} {held.zh} {held.en}"
        users.append(DemoUser(person.username, "member", person.display_name, password, place))
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
