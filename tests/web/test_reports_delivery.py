"""The annual report handed over: the duty's page lists it, one action lays it beside the duty and fulfils it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.execution.refusals import NotAllowed, OldVersion
from saishang.apps.organisations.models import Organisation, User
from saishang.apps.plan.actions import import_plan_from_rules
from saishang.apps.reports.actions import deliver_report
from saishang.apps.reports.compose import compose
from saishang.apps.reports.content import to_json
from saishang.apps.reports.models import Report
from saishang.apps.reports.refusals import ReportRefused
from saishang.apps.reports.word import to_docx
from saishang.apps.supervision.actions import attach_file, fulfil_duty, open_year, strike_file, undo_duty
from saishang.apps.supervision.models import Occurrence
from saishang.apps.supervision.queries import Annual
from saishang.apps.supervision.refusals import SupervisionRefused
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from tests.apps.reports import samples
from tests.supervision_world import TODAY, make_world, on_day, paper
from tests.work_world import doing, make_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(tmp_path: Path) -> Iterator[dict[str, User]]:
    before = settings.CONFIG
    settings.CONFIG = replace(before, archive=tmp_path / "archive")
    with on_day(TODAY):
        made = make_world()
        import_plan_from_rules("tests", "ningxia")
        open_year(doing(made["office"]), load_rules(), 2026)
        yield made
    settings.CONFIG = before


def made(code: str = "640100", kind: Any = "organisation", year: int = 2026) -> Report:
    """A report as it is kept; what it says does not matter here."""
    told = samples.report(kind, year=year)
    file = to_docx(compose(told))
    return Report.objects.create(
        kind=kind, organisation=Organisation.objects.get(code=code), year=year, run=told.run, counted=timezone.now(),
        facts=to_json(told), file=file, sha256=hashlib.sha256(file).hexdigest(), writer="tests", invented=False,
        made_at=timezone.now(), made_by_name="tests",
    )  # fmt: skip


def duty(code: str = "640100", name: str = "D01") -> Occurrence:
    return Occurrence.objects.get(duty=name, organisation__code=code, year=2026)


def archive() -> Archive:
    return Archive(settings.CONFIG.archive)


def client(user: User) -> Client:
    found = Client()
    found.force_login(user)
    return found


def page(who: Client, address: str) -> str:
    answer = who.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_one_action_lays_the_report_there_and_fulfils_the_duty(people: dict[str, User]) -> None:
    report, reporter = made(), client(people["reporter"])
    home, own = f"/supervision/duties/{duty().pk}/", f"/reports/640100/{report.pk}/"
    shown = page(reporter, home)
    assert own in shown and report.sha256[:12] in shown and report.run in shown and "报送这份报告" in shown
    assert "尚未报送" in page(reporter, own) and home in page(reporter, own)
    assert reporter.post(f"{home}annual/{report.pk}/", {"seen": 1}).status_code == 302
    row = duty()
    assert (row.state, row.proof, row.annual_id, row.done_on) == ("fulfilled", "annual", report.pk, TODAY)
    # Number, run and digest stand in the record; the very bytes lie beside it.
    assert all(words in row.text for words in (str(report.pk), report.run, report.sha256))
    file = row.files.get()
    assert file.sha256 == report.sha256 and file.name == f"annual-report-640100-2026-{report.pk}.docx"
    verbs = list(ActionLogEntry.objects.order_by("-sequence").values_list("verb", flat=True)[:2])
    assert verbs == ["supervision.fulfil_duty", "supervision.attach_file"]
    entry = ActionLogEntry.objects.latest("sequence")
    assert entry.after is not None and entry.after["annual"] == report.pk
    after = page(reporter, home)
    assert "已报送" in after and "报送这份报告" not in after
    # In time: due on 31 December, handed over on 30 November.
    assert "已于 2026-11-30 报送（期限 2026-12-31，按期）" in page(reporter, own)
    assert "2026-11-30" in page(reporter, "/reports/")


def test_a_newer_report_and_a_report_that_is_returned(people: dict[str, User]) -> None:
    first, second = made(), made()
    deliver_report(doing(people["head"]), load_rules(), archive(), first.pk)
    with pytest.raises(SupervisionRefused, match="fulfilled already"):
        deliver_report(doing(people["head"]), load_rules(), archive(), second.pk)
    assert duty().annual_id == first.pk
    assert "事项已由其他依据落实" in page(client(people["head"]), f"/reports/640100/{second.pk}/")
    undo_duty(doing(people["office"], "缺一项目标"), duty().pk, None)
    assert (duty().annual_id, duty().state) == (None, "open")
    assert "尚未报送" in page(client(people["head"]), f"/reports/640100/{first.pk}/")
    told = deliver_report(doing(people["office"]), load_rules(), archive(), second.pk)  # the office may, too
    assert (told.duty, told.on, told.due, duty().annual_id) == (duty().pk, TODAY, date(2026, 12, 31), second.pk)


def test_the_day_after_the_last_is_late(people: dict[str, User]) -> None:
    report = made()
    for day, words in ((date(2026, 12, 31), "按期"), (date(2027, 1, 1), "逾期 1 天")):
        with on_day(day):
            deliver_report(doing(people["head"]), load_rules(), archive(), report.pk)
            assert f"已于 {day} 报送（期限 2026-12-31，{words}）" in page(
                client(people["head"]), f"/reports/640100/{report.pk}/"
            )
            undo_duty(doing(people["office"], "再试"), duty().pk, None)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("reporter", True), ("reviewer", True), ("head", True), ("office", True), ("assessor", False),
        ("auditor", False), ("administrator", False), ("beside", False),
    ],
)  # fmt: skip
def test_who_may_hand_it_over(people: dict[str, User], role: str, may: bool) -> None:
    report = made()
    if may:
        assert deliver_report(doing(people[role]), load_rules(), archive(), report.pk).duty == duty().pk
    else:
        with pytest.raises(NotAllowed):
            deliver_report(doing(people[role]), load_rules(), archive(), report.pk)
        answer = client(people[role]).post(f"/supervision/duties/{duty().pk}/annual/{report.pk}/")
        assert answer.status_code == 403
        assert duty().state == "open" and not duty().files.exists()


def test_the_head_above_and_the_head_below_may_not(people: dict[str, User]) -> None:
    report, district = made(), made("640104")
    for code, wrong in (("640104", report), ("640000", report), ("640100", district)):
        head = people["head"] if code == "640100" else make_people(code, ("head",))["head"]
        with pytest.raises(NotAllowed):
            deliver_report(doing(head), load_rules(), archive(), wrong.pk)
    assert not Occurrence.objects.filter(state="fulfilled").exists()


def test_what_cannot_be_handed_over(people: dict[str, User]) -> None:
    whole, other, early = made("640000", "consolidated"), made("640200"), made(year=2025)
    with pytest.raises(ReportRefused, match="nobody's yearly duty"):
        deliver_report(doing(people["office"]), load_rules(), archive(), whole.pk)
    with pytest.raises(ReportRefused, match="no duty of 640100 for 2025"):
        deliver_report(doing(people["office"]), load_rules(), archive(), early.pk)
    with pytest.raises(ReportRefused, match="there is no report"):
        deliver_report(doing(people["office"]), load_rules(), archive(), 999_999)
    office = client(people["office"])
    # Neither another organisation's, nor another year's, by the address of this duty.
    for wrong in (other.pk, early.pk, whole.pk, 999_999):
        office.post(f"/supervision/duties/{duty().pk}/annual/{wrong}/")
    assert not Occurrence.objects.filter(state="fulfilled").exists()
    assert "这一年的定期事项还没有生成" in page(office, f"/reports/640100/{early.pk}/")
    assert "报送情况" not in page(office, f"/reports/640000/{whole.pk}/")
    # A page that is old by now.
    fresh = made()
    with pytest.raises(OldVersion):
        deliver_report(doing(people["head"]), load_rules(), archive(), fresh.pk, 7)


def test_a_duty_takes_only_its_own_report(people: dict[str, User], tmp_path: Path) -> None:
    """The action of the duty itself: a report of somebody else, of another year, without its file, for another duty."""
    report, rules, head = made(), load_rules(), doing(people["head"])
    right = Annual(report.pk, "640100", 2026, report.sha256)
    for annual, what in (
        (None, "got none"), (replace(right, organisation="640200"), "got that of 640200 for 2026"),
        (replace(right, year=2025), "got that of 640100 for 2025"), (right, "got none with its digest"),
    ):  # fmt: skip
        with pytest.raises(SupervisionRefused, match=what):
            fulfil_duty(head, rules, duty().pk, "annual", None, annual=annual)
    with pytest.raises(SupervisionRefused, match="expected one of work_plan, record"):
        fulfil_duty(head, rules, duty(name="D02").pk, "annual", None, annual=right)
    assert duty().state == "open"


def test_evidence_of_a_fulfilled_duty_stays(people: dict[str, User], tmp_path: Path) -> None:
    report = made()
    deliver_report(doing(people["head"]), load_rules(), archive(), report.pk)
    with pytest.raises(SupervisionRefused, match="decision rests on stay"):
        strike_file(doing(people["head"], "错"), duty().files.get().pk)
    path = paper(tmp_path)
    with pytest.raises(SupervisionRefused, match="beside what is over"):
        attach_file(doing(people["head"]), load_rules(), archive(), duty(), path, path.name)


def test_a_report_is_handed_over_from_the_command_line(
    people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    from typer.testing import CliRunner

    from saishang.cli.main import app

    # The database of the test is up already.
    monkeypatch.setattr("saishang.web.boot.setup_django", lambda: None)
    monkeypatch.setattr("saishang.config.load_config", lambda: settings.CONFIG)
    number = made().pk
    done = CliRunner().invoke(app, ["report", "deliver", str(number), "--reason", "按期报送"])
    assert done.exit_code == 0 and f"handed over: {number}" in done.output
    row = duty()
    assert (row.state, row.done_on) == ("fulfilled", TODAY)
    entry = ActionLogEntry.objects.filter(verb="supervision.fulfil_duty").latest("sequence")
    assert entry.reason == "按期报送"
    again = CliRunner().invoke(app, ["report", "deliver", str(number)])
    assert again.exit_code == 1 and "it is fulfilled already" in str(again.exception)
