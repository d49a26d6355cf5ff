"""A portal with a plan, measurements and an evaluation, made in seconds; for web and browser tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import saishang
from tests.emptying import own_site
from tests.keeping import KeptSite, keep

if TYPE_CHECKING:
    from saishang.lake import Lake

DEMO = Path(saishang.__file__).parent / "demo_data"
#: Three lines, three faults: a formula in line 2, a word in line 3, a negative concentration in line 4.
BAD_LINES = (
    "date,hour,type,1484A,1485A,1488A\n"
    "20150601,0,PM2.5,12,=1+1,30\n"
    "20150601,1,PM2.5,x,13,31\n"
    "20150601,2,PM2.5,-5,14,32\n"
)


@dataclass(frozen=True)
class Portal:
    """What was made: the run's id, the number of the batch with faults, a job that failed, a plot of the register."""

    run: str
    bad_batch: int
    people: dict[str, Any]
    job: int = 0
    plot: int = 0
    monitor: str = ""
    #: An organisation below the government of the region, and a role that the member holds in it.
    office: str = ""
    membership: int = 0
    #: An item of work that this office owes, and a report on it that waits to be written.
    item: str = ""
    report: int = 0
    #: Number of an annual report of that organisation.
    annual: int = 0


#: Outline of the plot that every portal of the tests has on record.
PLOT = {
    "type": "Polygon",
    "coordinates": [[[106.2, 38.4], [106.21, 38.4], [106.21, 38.41], [106.2, 38.41], [106.2, 38.4]]],
}
PASSWORD = "correct-horse-battery"


#: The portal as this process made it first.
_MADE: list[tuple[Portal, KeptSite]] = []


@contextmanager
def made_portal(folder: Path) -> Iterator[Portal]:
    """Fill the test database and a lake under `folder`; empty both afterwards."""
    from saishang.apps.organisations.models import User

    with own_site(folder) as lake:
        if _MADE:
            portal, kept = _MADE[0]
            kept.put_back(folder)
            # Rows are as they were; what tests did to these objects must not be seen by others.
            portal = replace(portal, people={role: User.objects.get(username=role) for role in portal.people})
        else:
            portal = _fill(folder, lake)
            if (now := keep(folder)) is not None:
                _MADE.append((portal, now))
        yield portal


def _fill(folder: Path, lake: Lake) -> Portal:
    from django.conf import settings
    from django.utils import timezone

    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.jobs.models import Job
    from saishang.apps.organisations.actions import Doing
    from saishang.apps.organisations.models import ROLES, Membership, Organisation, User
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.apps.registers.actions import add_entry
    from saishang.apps.registers.book import counts
    from saishang.apps.registers.kinds import kind_of, kinds
    from saishang.apps.reports.actions import make_report as make_annual_report
    from saishang.rules import load_rules
    from saishang.science.register.places import read_place
    from tests.work_world import make_item, make_report

    import_plan_from_rules("tests", "ningxia")
    lake.ingest(DEMO / "air_city_daily_ningxia_2013_12_2015_12.parquet", source="city-daily-aqi")
    bad = folder / "china_sites_20150601.csv"
    bad.write_text(BAD_LINES, encoding="utf-8")
    batch = lake.ingest(bad, source="cnemc-site-hourly")
    run = evaluate("tests", settings.CONFIG, lake, load_rules(), date(2015, 12, 31), site="ningxia", region="640000")
    people = {role: User.objects.create_user(role, password=PASSWORD, role=role) for role in ROLES}
    job = Job.objects.create(
        kind="compact", state="failed", actor_name="editor", started_by=people["editor"], attempt=1, percent=40,
        finished=timezone.now(), error={"code": "table-busy", "message": "busy", "fix": "try again", "where": None},
    )  # fmt: skip
    kind = kind_of(load_rules(), "construction_plots")
    told = {"code": "TEST-001", "name": "试验地块", "region": "640104", "area": "1200", "contact": "张三"}
    plot = add_entry("tests", kind, load_rules(), told, today=date(2026, 1, 5), place=read_place(PLOT, "polygon"))
    gamma = {"code": "TEST-G1", "name": "试验γ站", "region": "640104", "measures": "gamma", "opened": "2026-01-01",
             "holder": "试验单位", "contact": "李四"}  # fmt: skip
    station = add_entry("tests", kind_of(load_rules(), "radiation_stations"), load_rules(), gamma,
                        today=date(2026, 1, 5))  # fmt: skip
    top = Organisation.objects.create(code="640000", kind="government", path="/640000/")
    office = Organisation.objects.create(code="NX-STT", kind="agency", parent=top, path="/640000/NX-STT/")
    role = Membership.objects.create(
        user=people["member"], organisation=office, role="reporter", first=date(2026, 1, 5), granted_by="tests",
        reason="tests",
    )  # fmt: skip
    item = make_item("T10-NX-STT-001", office.code)
    report = make_report(item, "2026-M01", date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 6))
    annual = make_annual_report(Doing("tests", ""), "organisation", office.code, 2015, run.id)
    # Made once here; each test that asks for them would make them anew and take them back.
    counts(kinds(load_rules()).values())
    return Portal(run.id, batch.id, people, job.pk, plot.pk, station.key, office.code, role.pk, item.code, report.pk,
                  annual.number)  # fmt: skip
