"""Annual reports: facts from a run and from work, who may make and see one, what is kept, page, file, command."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from django.utils.html import escape

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.execution.models import ProgressReport, WorkItem
from saishang.apps.indicators import queries as indicators
from saishang.apps.indicators.forecast import KEPT
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.actions import Doing, seed_organisations
from saishang.apps.organisations.models import Membership, Organisation, OrganisationName, User
from saishang.apps.reports import queries
from saishang.apps.reports.actions import make_report
from saishang.apps.reports.assemble import assemble
from saishang.apps.reports.blocks import Heading, Paragraph, Source
from saishang.apps.reports.compose import compose
from saishang.apps.reports.content import to_json
from saishang.apps.reports.models import Report
from saishang.apps.reports.refusals import NotAllowed, ReportRefused
from saishang.apps.reports.word import to_docx
from saishang.rules import load_rules
from saishang.web.texts import unit_name
from tests.portal import Portal

pytestmark = pytest.mark.django_db

PLACES = {"own": "640100", "below": "640104", "above": "640000", "beside": "640200", "elsewhere": "NX-STT"}
ROLES = ("reporter", "reviewer", "head", "office", "assessor", "auditor", "administrator")
EVERYWHERE = set(PLACES)
#: Where each role, held in the city, opens an address. Written by hand: `view_internal` and `make_report` of the table.
SEES = {
    "reporter": {"own"}, "reviewer": {"own", "below"}, "head": {"own", "below"}, "office": EVERYWHERE,
    "assessor": EVERYWHERE, "auditor": EVERYWHERE, "administrator": {"own"}, "admin": EVERYWHERE, "editor": EVERYWHERE,
    "viewer": EVERYWHERE, None: set(),
}  # fmt: skip
MAKES = {"reporter": {"own"}, "head": {"own"}, "office": EVERYWHERE, "admin": EVERYWHERE}
WIDE = {"office", "assessor", "auditor", "admin", "editor", "viewer"}
NOW = datetime(2016, 1, 20, 9, 30)


def person(name: str, role: str = "", code: str = "", post: str = "member") -> User:
    user = User.objects.create(username=name, role=post)
    if role:
        Membership.objects.create(
            user=user, organisation=Organisation.objects.get(code=code), role=role, first=date(2014, 1, 1),
            granted_by="tests", reason="x",
        )  # fmt: skip
    return user


@pytest.fixture
def tree(portal: Portal) -> None:
    """The portal's tree (640000 above NX-STT) with two cities and a district, all with names."""
    top = Organisation.objects.get(code="640000")
    Organisation.objects.filter(code="640000").update(region="640000")
    made = {"640000": top, "NX-STT": Organisation.objects.get(code="NX-STT")}
    for code, above in (("640100", "640000"), ("640104", "640100"), ("640200", "640000")):
        parent = made[above]
        made[code] = Organisation.objects.create(
            code=code, kind="government", parent=parent, path=f"{parent.path}{code}/", region=code
        )
    for code, zh, en in (
        ("640000", "自治区党委和政府", "Government of the region"),
        ("NX-STT", "宁夏回族自治区生态环境厅", "Department"),
        ("640100", "银川市党委和政府", "Yinchuan"), ("640104", "兴庆区党委和政府", "Xingqing"),
        ("640200", "石嘴山市党委和政府", "Shizuishan"),
    ):  # fmt: skip
        OrganisationName.objects.create(organisation=made[code], zh=zh, en=en)


def item(code: str, owner: str, state: str = "active", **more: Any) -> WorkItem:
    given = {"plan": "ningxia", "task": "T1", "kind": "action", "title": f"事项{code}", "start": date(2015, 1, 1),
             "due": date(2016, 6, 30), "changed_at": timezone.now(), "changed_by": "tests"}  # fmt: skip
    organisation = Organisation.objects.get(code=owner)
    return WorkItem.objects.create(code=code, organisation=organisation, state=state, **(given | more))


def asked(of: WorkItem, period: str, last: date, due: date, **more: Any) -> ProgressReport:
    first = date(last.year, 1, 1)
    return ProgressReport.objects.create(
        item=of, organisation=of.organisation, period=period, first=first, last=last, due=due, **more
    )


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Work is counted on 20 January 2016, 09:30 by the clock of China."""
    moment = timezone.make_aware(NOW)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment


@pytest.fixture
def busy(portal: Portal, tree: None, now: datetime) -> None:
    """Items of the department and of a city, just below, at and above every edge of the year 2015."""
    WorkItem.objects.filter(code=portal.item).update(state="cancelled")  # the portal's own
    item("A1", "NX-STT", "verified", finished=date(2015, 12, 31), due=date(2015, 12, 31), percent=100)
    item("A2", "NX-STT", "done", finished=date(2016, 1, 1), due=date(2015, 12, 31), percent=100)  # a day late
    item("A3", "NX-STT", "verified", finished=date(2014, 12, 31))  # before the year
    item("A4", "NX-STT", "verified", finished=date(2015, 1, 1), due=None)
    item("A5", "NX-STT", due=date(2016, 1, 19))  # late since today
    item("A6", "NX-STT", due=date(2016, 1, 20))  # the due day itself is in time
    item("A7", "NX-STT", start=date(2016, 1, 1))  # begins after the year
    item("A8", "NX-STT", start=date(2014, 1, 1), due=date(2014, 6, 1), percent=40)  # late since 2014, still owed
    item("A9", "NX-STT", "draft")
    item("B1", "NX-STT", "cancelled")
    item("B2", "NX-STT", "paused", start=date(2015, 12, 31))
    item("C1", "640100", due=None, start=None, override=70, override_by="x", override_reason="y")
    one = WorkItem.objects.get(code="A5")
    asked(one, "2015-M10", date(2015, 10, 31), date(2015, 11, 6), late=True, state="accepted",
          submitted_at=timezone.now(), problems="旧问题。", next_steps="")  # fmt: skip
    asked(one, "2015-M11", date(2015, 11, 30), date(2015, 12, 7), late=False, state="published",
          submitted_at=timezone.now(), problems="资金不足。", next_steps="催拨资金。")  # fmt: skip
    asked(one, "2015-M12", date(2015, 12, 31), date(2016, 1, 19))  # missing since today
    six = WorkItem.objects.get(code="A6")
    asked(six, "2015", date(2015, 12, 31), date(2016, 1, 20), problems="没有报出的不算。")  # due today: not missing yet
    asked(six, "2014", date(2014, 12, 31), date(2014, 12, 31))  # another year
    asked(six, "2015-M11", date(2015, 11, 30), date(2015, 12, 7), state="returned", late=False,
          submitted_at=timezone.now(), problems="退回的不算。")  # fmt: skip


def test_targets_are_those_that_it_answers_for(portal: Portal, busy: None) -> None:
    """By a second way: the rows of the run whose owners hold the name; of a place the rows of that place."""
    facts = make_report(Doing("tests", ""), "organisation", "NX-STT", 2015, portal.run).facts
    rows = indicators.target_rows(portal.run)
    wanted = [row.target for row in rows if "宁夏回族自治区生态环境厅" in row.owners]
    assert wanted and [target.code for target in facts.targets] == wanted
    assert len(wanted) < len(rows)
    whole = make_report(Doing("tests", ""), "consolidated", "640000", 2015, portal.run).facts
    assert [target.code for target in whole.targets] == [row.target for row in rows]
    city = make_report(Doing("tests", ""), "organisation", "640100", 2015, portal.run).facts
    assert all(target.region.code == "640100" for target in city.targets)
    by_code = {row.target: row for row in rows}
    for target in whole.targets:
        row = by_code[target.code]
        assert (target.status, target.value, target.reason.zh) == (row.status, row.rounded, row.reason_zh)
    assert facts.to.zh == "自治区生态文明建设领导小组" and facts.copy_to.zh == "自治区生态文明建设领导小组办公室"
    # No forecasts are kept beside the run of these tests: none is said to be there.
    assert facts.forecasts is False and all(target.chance is None for target in facts.targets)


def test_every_named_owner_finds_its_targets(portal: Portal) -> None:
    """With the tree that the rules give, each target of an agency is in some agency's report: names fit whole."""
    rules = load_rules()
    seed_organisations(Doing("tests", "tests"), rules, "640000")
    rows = indicators.target_rows(portal.run)
    known = {str(row["zh"]): str(row["code"]) for row in rules.agencies.values()}
    agencies = sorted({known[owner] for row in rows for owner in row.owners if owner in known})
    assert len(agencies) > 20
    found = {code: {t.code for t in assemble("organisation", code, 2015, portal.run, timezone.now()).targets}
             for code in agencies[:8] if Organisation.objects.filter(code=code, kind="agency").exists()}  # fmt: skip
    for code, targets in found.items():
        assert targets == {row.target for row in rows if any(known.get(owner) == code for owner in row.owners)}
        assert targets


def test_work_is_counted_to_the_day(portal: Portal, busy: None) -> None:
    work = make_report(Doing("tests", ""), "organisation", "NX-STT", 2015, portal.run).facts.work
    assert work is not None
    listed = {row.code: row.standing for row in work.items}
    assert listed == {"A1": "verified", "A2": "done", "A4": "verified", "A5": "late", "A6": "due_soon", "A8": "late",
                      "B2": "paused"}  # fmt: skip
    assert {key: count for key, count in work.counts.items() if count} == {
        "verified": 2, "done": 1, "late": 2, "due_soon": 1, "paused": 1,
    }  # fmt: skip
    assert work.total == 7
    assert {row.code: row.after_due for row in work.done} == {"A1": False, "A2": True, "A4": None}
    assert work.after_due == 1
    assert {row.code: row.percent for row in work.late} == {"A5": None, "A8": 40}
    # Due by then or handed in: A5 October, November, December, A6 November; missing: A5 December alone.
    assert (work.owed, work.late_reports, work.missing_reports) == (4, 1, 1)
    assert [(row.item, row.period) for row in work.missing] == [("A5", "2015-M12")]
    assert [(row.item, row.period, row.problems) for row in work.accounts] == [("A5", "2015-M11", "资金不足。")]
    assert work.told == 1


def test_the_consolidated_report_counts_everybody(portal: Portal, busy: None) -> None:
    work = make_report(Doing("tests", ""), "consolidated", "640000", 2015, portal.run).facts.work
    assert work is not None and work.total == 8 and work.items == ()
    assert {unit.organisation.code: (unit.items, unit.missing) for unit in work.units} == {
        "NX-STT": (7, 1), "640100": (1, 0),
    }  # fmt: skip
    assert sum(unit.items for unit in work.units) == work.total
    city = make_report(Doing("tests", ""), "organisation", "640100", 2015, portal.run).facts.work
    assert city is not None and [(row.code, row.percent, row.overridden) for row in city.items] == [("C1", 70, True)]
    # What lies below is not its own; nothing on record is not "none".
    assert make_report(Doing("tests", ""), "organisation", "640104", 2015, portal.run).facts.work is None


def test_invented_work_marks_the_report(portal: Portal, busy: None) -> None:
    assert make_report(Doing("tests", ""), "organisation", "640100", 2015, portal.run).facts.invented is False
    WorkItem.objects.filter(code="C1").update(invented=True)
    made = make_report(Doing("tests", ""), "organisation", "640100", 2015, portal.run)
    assert made.facts.invented and "【演示】事项C1" in str(compose(made.facts))
    row = queries.report(Span(everything=True), "640100", made.number)
    assert row is not None and row.invented


def test_a_report_is_kept_and_comes_out_the_same_when_work_has_gone_on(portal: Portal, busy: None) -> None:
    made = make_report(Doing("tests", "年终"), "organisation", "NX-STT", 2015, portal.run)
    assert queries.file_of(made.number) == made.file and made.sha256 == hashlib.sha256(made.file).hexdigest()
    entry = ActionLogEntry.objects.latest("sequence")
    assert (entry.verb, entry.reason) == ("reports.make_report", "年终")
    assert entry.after is not None and entry.after["sha256"] == made.sha256 and entry.after["run"] == portal.run
    WorkItem.objects.filter(code="A5").update(state="cancelled")
    again = queries.made_again(made.number)
    assert again.same and again.same_facts and again.writer == again.now
    assert to_docx(compose(queries.facts_of(made.number))) == made.file
    later = make_report(Doing("tests", ""), "organisation", "NX-STT", 2015, portal.run)
    assert later.sha256 != made.sha256 and len(queries.reports(Span(everything=True), "NX-STT", 2015)) == 3


def test_forecasts_that_are_made_later_do_not_change_it(portal: Portal, busy: None) -> None:
    made = make_report(Doing("tests", ""), "organisation", "NX-STT", 2015, portal.run)
    file = KEPT.file_of(portal.run)
    target = made.facts.targets[0]
    row = {"kind": "target", "target": target.code, "place": target.region.code, "parameter": "", "year": 2027,
           "goal": "<= 30", "basis": "", "unit": "", "method": "persistence", "reason": "", "detail": {}, "known": 8,
           "level": 0.8, "probability": 0.364, "rough": False}  # fmt: skip
    file.write_text(json.dumps({"run": portal.run, "rows": [row]}), encoding="utf-8")
    try:
        assert queries.made_again(made.number).same
        newer = make_report(Doing("tests", ""), "organisation", "NX-STT", 2015, portal.run)
        chances = [one.chance for one in newer.facts.targets]
        assert chances[0] is not None and chances[0].probability == 0.364
        assert all(chance is not None and chance.reason == "not_forecast" for chance in chances[1:])
        assert "约36%" in str(compose(newer.facts))
    finally:
        file.unlink()


def test_a_changed_run_is_found_out(portal: Portal, busy: None) -> None:
    made = make_report(Doing("tests", ""), "organisation", "NX-STT", 2015, portal.run)
    row = Report.objects.get(pk=made.number)
    facts = queries.facts_of(made.number)
    other = replace(facts, targets=facts.targets[1:])
    file = to_docx(compose(other))
    row.pk, row.facts, row.file, row.sha256 = None, to_json(other), file, hashlib.sha256(file).hexdigest()
    row.save(force_insert=True)
    again = queries.made_again(int(row.pk))
    assert not again.same and not again.same_facts


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_one(portal: Portal, busy: None, change: str) -> None:
    made = make_report(Doing("tests", ""), "organisation", "NX-STT", 2015, portal.run)
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        if change == "update":
            Report.objects.filter(pk=made.number).update(year=2014)
        else:
            Report.objects.filter(pk=made.number).delete()


@pytest.mark.parametrize(
    ("kind", "code", "year", "what"),
    [
        ("organisation", "NX-NONE", 2015, "expected the code of an organisation"),
        ("consolidated", "640100", 2015, "not the top of the tree"),
        ("organisation", "NX-STT", 2016, "before the year 2016 began"),
        ("organisation", "NX-STT", 2017, "expected a year from 2000 to 2016"),
        ("organisation", "NX-STT", 1999, "expected a year from 2000"),
    ],
)
def test_what_cannot_be_made(portal: Portal, busy: None, kind: Any, code: str, year: int, what: str) -> None:
    with pytest.raises(ReportRefused, match=what):
        make_report(Doing("tests", ""), kind, code, year, portal.run)
    assert Report.objects.count() == 1  # the portal's own


@pytest.mark.parametrize("role", [*ROLES, "admin", "editor", "viewer", None])
def test_who_makes_one_by_role_and_place(portal: Portal, tree: None, role: str | None) -> None:
    post = role if role in ("admin", "editor", "viewer") else "member"
    user = person("somebody", role if role in ROLES else "", PLACES["own"], str(post))
    for place, code in PLACES.items():
        if place in MAKES.get(str(role), set()):
            assert make_report(Doing(user, ""), "organisation", code, 2015, portal.run).number
        else:
            with pytest.raises(NotAllowed):
                make_report(Doing(user, ""), "organisation", code, 2015, portal.run)
    if role in ("office", "admin"):
        assert make_report(Doing(user, ""), "consolidated", "640000", 2015, portal.run).number
    else:
        with pytest.raises(NotAllowed):
            make_report(Doing(user, ""), "consolidated", "640000", 2015, portal.run)


def test_the_head_of_the_top_does_not_make_the_consolidated_one(portal: Portal, tree: None) -> None:
    head = person("head", "head", "640000")
    assert make_report(Doing(head, ""), "organisation", "640000", 2015, portal.run).number
    with pytest.raises(NotAllowed):
        make_report(Doing(head, ""), "consolidated", "640000", 2015, portal.run)


def test_the_table_holds_every_address() -> None:
    found = {
        str(pattern.name) for pattern in get_resolver().url_patterns
        if isinstance(pattern, URLPattern) and str(pattern.pattern).startswith("reports/")
    }  # fmt: skip
    assert found == {"reports", "reports-make", "reports-one", "reports-file"}


@pytest.fixture
def kept(portal: Portal, tree: None) -> dict[str, int]:
    row = Report.objects.get(pk=make_report(Doing("tests", ""), "organisation", "640100", 2015, portal.run).number)
    numbers = {"own": int(row.pk)}
    # Who opens it depends on whose it is, not on what it says: copies of one for the other places.
    for place, code in {**PLACES, "whole": "640000"}.items():
        if place != "own":
            row.pk, row.organisation = None, Organisation.objects.get(code=code)
            row.kind = "consolidated" if place == "whole" else "organisation"
            row.save(force_insert=True)
            numbers[place] = int(row.pk)
    return numbers


@pytest.mark.parametrize("role", [*ROLES, "admin", "editor", "viewer", None, "public"])
def test_role_by_address_by_place(kept: dict[str, int], role: str | None) -> None:
    client = Client()
    if role != "public":
        post = role if role in ("admin", "editor", "viewer") else "member"
        client.force_login(person("somebody", role if role in ROLES else "", PLACES["own"], str(post)))
    sees, makes = SEES.get(role, set()), MAKES.get(str(role), set())

    def wanted(places: set[str], place: str) -> int:
        return 302 if role == "public" else 200 if place in places else 403

    for place, code in PLACES.items():
        for rest in ("", "file/"):
            got = client.get(f"/reports/{code}/{kept[place]}/{rest}")
            assert got.status_code == wanted(sees, place), (role, place, rest)
        for ask in (client.get, client.post):
            got = ask(f"/reports/{code}/make/")
            # An empty form is refused with its reasons.
            good = 422 if ask == client.post and place in makes else 200
            assert got.status_code == (good if place in makes else wanted(makes, place)), (role, place)
        # A number of another organisation under the address of this one.
        other = kept["beside"] if place != "beside" else kept["own"]
        assert client.get(f"/reports/{code}/{other}/").status_code in ({404, 403} if role != "public" else {302})
    for rest in ("", "file/"):
        got = client.get(f"/reports/640000/{kept['whole']}/{rest}")
        assert got.status_code == (302 if role == "public" else 200 if role in WIDE else 403), (role, rest)
    listed = client.get("/reports/")
    assert listed.status_code == (302 if role == "public" else 200 if sees else 403)
    if listed.status_code == 200:
        page = listed.content.decode()
        for place, code in PLACES.items():
            assert (f"/reports/{code}/{kept[place]}/" in page) is (place in sees), (role, place)
            assert (f"/reports/{code}/make/" in page) is (place in makes), (role, place)
        assert (f"/reports/640000/{kept['whole']}/" in page) is (role in WIDE)


def test_rights_end_with_the_role(portal: Portal, kept: dict[str, int]) -> None:
    user = person("somebody", "reporter", "640100")
    Membership.objects.filter(user=user).update(last=timezone.localdate() - timedelta(1))
    client = Client()
    client.force_login(user)
    assert client.get(f"/reports/640100/{kept['own']}/").status_code == 403
    assert client.get("/reports/640100/make/").status_code == 403


def test_the_page_says_what_the_file_says(portal: Portal, busy: None) -> None:
    made = make_report(Doing("tests", ""), "organisation", "NX-STT", 2015, portal.run)
    client = Client()
    client.force_login(portal.people["viewer"])
    address = f"/reports/NX-STT/{made.number}/"
    page = client.get(address).content.decode()
    for block in compose(made.facts).blocks:
        if isinstance(block, Heading | Paragraph | Source):
            assert escape(block.text) in page
    assert made.sha256 in page and portal.run in page and "一、总体情况" in page
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = client.get(address).content.decode()
    for block in compose(made.facts, "en", unit_name).blocks:
        if isinstance(block, Heading | Paragraph):
            assert escape(block.text) in english
    assert "总体情况" not in english
    table = client.get(f"{address}?format=csv&table=a1-all-targets").content.decode("utf-8-sig")
    assert len(table.splitlines()) >= len(made.facts.targets) + 1
    file = client.get(f"{address}file/")
    assert file.content == made.file and "annual-report-NX-STT-2015" in file["Content-Disposition"]
    assert file["Content-Type"].endswith("wordprocessingml.document")


def test_a_report_is_made_on_the_page(portal: Portal, busy: None) -> None:
    client = Client()
    client.force_login(person("zhang", "reporter", "NX-STT"))
    form = {"year": 2015, "run": portal.run, "kind": "organisation", "reason": ""}
    answer = client.post("/reports/NX-STT/make/", form)
    made = Report.objects.first()
    assert made is not None
    assert answer.status_code == 302 and answer["Location"] == f"/reports/NX-STT/{made.pk}/"
    assert (made.made_by_name, made.year, made.run) == ("zhang", 2015, portal.run)
    # The consolidated one is not offered, and not made when it is asked for all the same.
    assert client.post("/reports/NX-STT/make/", form | {"kind": "consolidated"}).status_code == 422
    refused = client.post("/reports/NX-STT/make/", form | {"year": 2016}).content.decode()
    assert "早于 2016 年" in refused
    assert client.post("/reports/NX-STT/make/", form | {"run": "20990101-x"}).status_code == 422
    assert Report.objects.count() == 2


def test_commands(portal: Portal, busy: None, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from saishang.cli.main import app

    runner, out = CliRunner(), tmp_path / "报告.docx"
    asked = ["report", "annual", "NX-STT", "--year", "2015", "--run", portal.run, "--out", str(out)]
    done = runner.invoke(app, asked, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    made = Report.objects.first()
    assert made is not None
    assert hashlib.sha256(out.read_bytes()).hexdigest() == made.sha256 and made.sha256 in done.output
    again = runner.invoke(app, ["report", "again", str(made.pk)], catch_exceptions=False)
    assert again.exit_code == 0 and "byte by byte" in again.output
    assert made.sha256[:12] in runner.invoke(app, ["report", "list"], catch_exceptions=False).output
    for arguments in (["report", portal.run], ["report", "targets", portal.run]):
        files = []
        for ending in ("docx", "xlsx", "docx"):
            target = tmp_path / f"简报.{ending}"
            done = runner.invoke(app, [*arguments, "--out", str(target)], catch_exceptions=False)
            assert done.exit_code == 0, done.output
            files.append(target.read_bytes())
        assert files[0] == files[2]
    bad = runner.invoke(app, [*asked[:-1], str(tmp_path / "x.pdf")])
    assert isinstance(bad.exception, Exception) and ".docx" in str(bad.exception)


def test_only_columns_of_sentences_are_wide() -> None:
    """Widths in millimetres or in shares say the same: a fifth of the whole or more, and not centred."""
    from saishang.apps.reports.blocks import Column, Table
    from saishang.web.pages.reports import _table

    for shares in ((11.0, 34.0, 25.0, 86.0), (1.1, 3.4, 2.5, 8.6)):
        columns = tuple(
            Column(head, share, centre)
            for head, share, centre in zip("abcd", shares, (True, False, False, True), strict=True)
        )
        told = _table(Table("t", "", columns, (("T1", "事项", "单位", "2026-10-31"),)), "x", "")
        assert [column.long for column in told.columns] == [False, True, False, False]
        assert [column.row_head for column in told.columns] == [False, True, False, False]
