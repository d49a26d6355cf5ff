"""Reports: asked for, written, reviewed, handed in, accepted, published; nothing overwritten, nothing lost."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.execution.actions import (
    ReportDraft,
    attach_evidence,
    comment,
    move_report,
    open_reports,
    strike_evidence,
    touch_report,
    write_report,
)
from saishang.apps.execution.actions.reports import read_figure
from saishang.apps.execution.models import Comment, Evidence, ProgressReport, ReportVersion, WorkItem
from saishang.apps.execution.refusals import NotAllowed, OldVersion, WorkRefused
from saishang.apps.organisations.models import User
from saishang.lake.archive import Archive
from saishang.lake.contents import EvidenceRefused
from saishang.rules import load_rules
from tests.work_world import doing, make_item, make_people, make_report, make_tree

pytestmark = pytest.mark.django_db

OCTOBER = ("2026-M10", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 6))
GOOD = ReportDraft(done="完成管网 3 公里")


@pytest.fixture
def people() -> dict[str, User]:
    make_tree()
    office = make_people("640000", ("office",))
    return make_people("640100", ("reporter", "reviewer", "head")) | office


@pytest.fixture
def item(people: dict[str, User]) -> WorkItem:
    steps = (("开工", date(2026, 6, 30), 1), ("完工", date(2026, 12, 31), 3))
    return make_item("T11-640100-001", "640100", milestones=steps)


@pytest.fixture
def report(item: WorkItem) -> ProgressReport:
    return make_report(item, *OCTOBER)


def walk(report: ProgressReport, people: dict[str, User], *moves: str) -> ProgressReport:
    """Make moves one after the other, each by the role that makes it."""
    by = {
        "hand_over": "reporter", "take_back": "reporter", "pass": "reviewer", "send_back": "reviewer", "submit": "head",
        "withdraw": "head", "accept": "office", "return": "office", "publish": "office", "unpublish": "office",
    }  # fmt: skip
    for move in moves:
        report = move_report(doing(people[by[move]], "因为需要"), report.pk, move, None)
    return report


# Asked for


def test_reports_are_asked_for_when_their_period_has_ended(people: dict[str, User]) -> None:
    rules = load_rules()
    make_item("T11-640100-001", "640100", cadence="month", assigned_on=date(2026, 9, 15))
    make_item("T11-640100-002", "640100", cadence="quarter", assigned_on=date(2026, 9, 30))
    make_item("T11-640100-003", "640100", cadence="year", assigned_on=date(2026, 1, 1))
    make_item("T11-640100-004", "640100", cadence="", assigned_on=date(2026, 1, 1))
    make_item("T11-640100-005", "640100", cadence="month", state="draft", assigned_on=None)
    make_item("T11-640100-006", "640100", cadence="month", start=date(2026, 11, 1))
    made = open_reports("tests", rules, date(2026, 10, 31))
    assert made == {"2026-M09": 1, "2026-Q3": 1}
    # One day on: October has ended, and the year's report can be written (60 days before 31 December).
    assert open_reports("tests", rules, date(2026, 11, 1)) == {"2026-M10": 1, "2026": 1}
    assert open_reports("tests", rules, date(2026, 11, 1)) == {}
    rows = {(row.item.code[-3:], row.period): row.due for row in ProgressReport.objects.select_related("item")}
    assert rows == {
        ("001", "2026-M09"): date(2026, 10, 13),
        ("002", "2026-Q3"): date(2026, 10, 20),
        ("001", "2026-M10"): date(2026, 11, 6),
        ("003", "2026"): date(2026, 12, 31),
    }
    assert ActionLogEntry.objects.filter(verb="execution.open_reports").count() == 4


# Written


def test_a_draft_is_kept_as_it_is_and_only_by_who_owes_it(report: ProgressReport, people: dict[str, User]) -> None:
    half = ReportDraft(done="", problems="资金", figures=(("管网", "三公里", "km"),), percent=50)
    row = write_report(doing(people["reporter"]), report.pk, half, 0)
    assert (row.version, row.problems, row.figures[0]["value"], row.percent) == (1, "资金", "三公里", 50)
    assert row.written_by == people["reporter"]
    for role in ("head", "office"):
        with pytest.raises(NotAllowed):
            write_report(doing(people[role]), report.pk, GOOD, 1)


def test_an_older_version_overwrites_nothing(report: ProgressReport, people: dict[str, User]) -> None:
    write_report(doing(people["reporter"]), report.pk, ReportDraft(done="甲写的"), 0)
    with pytest.raises(OldVersion, match="version 1, seen 0"):
        write_report(doing(people["reviewer"]), report.pk, ReportDraft(done="乙写的"), 0)
    report.refresh_from_db()
    assert report.done == "甲写的"


def test_saving_the_same_again_changes_nothing(report: ProgressReport, people: dict[str, User]) -> None:
    write_report(doing(people["reporter"]), report.pk, GOOD, 0)
    assert write_report(doing(people["reporter"]), report.pk, GOOD, 1).version == 1


def test_autosaves_are_kept_and_not_logged(report: ProgressReport, people: dict[str, User]) -> None:
    write_report(doing(people["reporter"]), report.pk, GOOD, 0, quiet=True)
    report.refresh_from_db()
    assert report.done == GOOD.done
    assert not ActionLogEntry.objects.filter(verb="execution.write_report").exists()
    write_report(doing(people["reporter"]), report.pk, ReportDraft(done="再写"), 1)
    assert ActionLogEntry.objects.filter(verb="execution.write_report").count() == 1


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (ReportDraft(done="字" * 50_001), "done"),
        (ReportDraft(figures=(("x", "1", ""),) * 101), "figures"),
        (ReportDraft(figures=(("字" * 201, "1", ""),)), "figures"),
        (ReportDraft(percent=101), "percent"),
        (ReportDraft(percent=-1), "percent"),
        (ReportDraft(percent_reason="字" * 501), "percent_reason"),
    ],
)
def test_what_is_too_large_is_refused(
    report: ProgressReport, people: dict[str, User], draft: ReportDraft, field: str
) -> None:
    with pytest.raises(WorkRefused) as refused:
        write_report(doing(people["reporter"]), report.pk, draft, 0)
    assert [fault.field for fault in refused.value.faults] == [field]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", "3"), ("3.50", "3.50"), ("-1", "-1"), ("1,234.5", "1234.5"), ("１２．５", "12.5"), ("1，000", "1000"),
        ("", None), ("三", None), ("1,23", None), ("1e5", None), ("12,34,567", None), ("nan", None), ("5 公里", None),
    ],
)  # fmt: skip
def test_figures_as_they_are_typed(text: str, value: str | None) -> None:
    found = read_figure(text)
    assert (None if found is None else str(found)) == value


# Handed over


def test_a_report_says_something_before_it_is_handed_over(report: ProgressReport, people: dict[str, User]) -> None:
    bad = ReportDraft(
        done=" ", figures=(("管网", "三", "km"), ("", "1", "")), percent=40,
        milestones={str(report.item.milestones.get(position=1).pk): "2026-11-01", "999999": "2026-10-01"},
    )  # fmt: skip
    write_report(doing(people["reporter"]), report.pk, bad, 0)
    with pytest.raises(WorkRefused) as refused:
        move_report(doing(people["reporter"]), report.pk, "hand_over", 1)
    # Nothing done, a figure that is none, one without a name, a day after the period, a milestone that is not there,
    # a percent without a reason.
    fields = [fault.field for fault in refused.value.faults]
    assert sorted(fields) == ["done", "figures", "figures", "milestones", "milestones", "percent_reason"]
    report.refresh_from_db()
    assert (report.state, report.versions.count()) == ("draft", 0)


@pytest.mark.parametrize(("day", "fine"), [("2026-10-31", True), ("2026-11-01", False), ("31.10.", False)])
def test_a_milestone_lies_up_to_the_end_of_the_period(
    report: ProgressReport, people: dict[str, User], day: str, fine: bool
) -> None:
    step = report.item.milestones.get(position=1)
    write_report(doing(people["reporter"]), report.pk, ReportDraft(done="开工", milestones={str(step.pk): day}), 0)
    if fine:
        assert walk(report, people, "hand_over").state == "in_review"
    else:
        with pytest.raises(WorkRefused):
            walk(report, people, "hand_over")


def test_the_whole_way(report: ProgressReport, people: dict[str, User]) -> None:
    write_report(doing(people["reporter"]), report.pk, GOOD, 0)
    report = walk(report, people, "hand_over", "pass", "submit", "accept", "publish")
    assert (report.state, report.published_at is not None) == ("published", True)
    kept = list(report.versions.values_list("number", "action", "before", "after", "done", "actor_name"))
    assert [row[:4] for row in kept] == [
        (1, "hand_over", "draft", "in_review"), (2, "pass", "in_review", "reviewed"),
        (3, "submit", "reviewed", "submitted"), (4, "accept", "submitted", "accepted"),
        (5, "publish", "accepted", "published"),
    ]  # fmt: skip
    assert {row[4] for row in kept} == {GOOD.done}
    assert [row[5] for row in kept] == ["640100-reporter", "640100-reviewer", "640100-head", *["640000-office"] * 2]


def test_whoever_wrote_does_not_review(report: ProgressReport, people: dict[str, User]) -> None:
    write_report(doing(people["reviewer"]), report.pk, GOOD, 0)
    walk(report, people, "hand_over")
    with pytest.raises(NotAllowed, match="whoever wrote"):
        walk(report, people, "pass")
    assert move_report(doing(people["head"]), report.pk, "pass", None).state == "reviewed"


@pytest.mark.parametrize(
    ("before", "move"),
    [
        ((), "pass"), ((), "submit"), ((), "accept"), ((), "publish"), ((), "withdraw"), ((), "return"),
        (("hand_over",), "hand_over"), (("hand_over",), "submit"), (("hand_over", "pass"), "accept"),
        (("hand_over", "pass", "submit"), "publish"), (("hand_over", "pass", "submit"), "hand_over"),
        (("hand_over", "pass", "submit", "accept"), "withdraw"),
        (("hand_over", "pass", "submit", "accept", "publish"), "return"),
    ],
)  # fmt: skip
def test_what_is_not_in_the_table_does_not_happen(
    report: ProgressReport, people: dict[str, User], before: tuple[str, ...], move: str
) -> None:
    write_report(doing(people["reporter"]), report.pk, GOOD, 0)
    report = walk(report, people, *before)
    with pytest.raises(WorkRefused, match="does not lead on"):
        walk(report, people, move)


def test_handed_over_it_is_not_written_on(report: ProgressReport, people: dict[str, User]) -> None:
    write_report(doing(people["reporter"]), report.pk, GOOD, 0)
    report = walk(report, people, "hand_over")
    with pytest.raises(WorkRefused, match="in_review is not written on"):
        write_report(doing(people["reporter"]), report.pk, ReportDraft(done="改"), report.version)
    report = walk(report, people, "take_back")
    assert write_report(doing(people["reporter"]), report.pk, ReportDraft(done="改"), report.version).done == "改"


@pytest.mark.parametrize("move", ["send_back", "withdraw", "return", "unpublish"])
def test_going_back_needs_a_reason(report: ProgressReport, people: dict[str, User], move: str) -> None:
    write_report(doing(people["reporter"]), report.pk, GOOD, 0)
    way = {
        "send_back": ("hand_over",), "withdraw": ("hand_over", "pass", "submit"),
        "return": ("hand_over", "pass", "submit"),
        "unpublish": ("hand_over", "pass", "submit", "accept", "publish"),
    }[move]  # fmt: skip
    report = walk(report, people, *way)
    who = {"send_back": "reviewer", "withdraw": "head"}.get(move, "office")
    with pytest.raises(WorkRefused, match="needs a reason") as refused:
        move_report(doing(people[who], "  "), report.pk, move, None)
    assert [fault.field for fault in refused.value.faults] == ["reason"]
    assert walk(report, people, move).versions.last().reason == "因为需要"


@pytest.mark.parametrize(
    ("handed", "late"),
    [
        (datetime(2026, 11, 6, 23, 59, tzinfo=ZoneInfo("Asia/Shanghai")), False),
        (datetime(2026, 11, 7, 0, 0, tzinfo=ZoneInfo("Asia/Shanghai")), True),
    ],
)
def test_late_is_told_by_the_first_handing_in_and_stays(
    report: ProgressReport, people: dict[str, User], handed: datetime, late: bool
) -> None:
    write_report(doing(people["reporter"]), report.pk, GOOD, 0)
    report = walk(report, people, "hand_over", "pass")
    with patch.object(timezone, "now", return_value=handed):
        report = walk(report, people, "submit")
    assert report.late is late
    # Returned and handed in again weeks later: what it was, it stays.
    report = walk(report, people, "return", "hand_over", "pass", "submit")
    assert report.late is late
    assert report.submitted_at == handed


# Into the item


def test_milestones_hold_from_the_acceptance_on(
    report: ProgressReport, item: WorkItem, people: dict[str, User]
) -> None:
    step = item.milestones.get(position=1)
    said = ReportDraft(done="开工", milestones={str(step.pk): "2026-10-12"})
    write_report(doing(people["reporter"]), report.pk, said, 0)
    report = walk(report, people, "hand_over", "pass", "submit")
    item.refresh_from_db()
    assert item.percent is None or item.percent == 0
    walk(report, people, "accept")
    item.refresh_from_db()
    step.refresh_from_db()
    # One of four parts.
    assert (item.percent, step.reached, step.report_id) == (25, date(2026, 10, 12), report.pk)
    walk(report, people, "return")
    item.refresh_from_db()
    step.refresh_from_db()
    assert (item.percent, step.reached, step.report) == (0, None, None)


def test_a_claimed_percent_overrides_with_name_and_reason(
    report: ProgressReport, item: WorkItem, people: dict[str, User]
) -> None:
    claim = ReportDraft(done="过半", percent=60, percent_reason="主体完工，附监理报告")
    write_report(doing(people["reporter"]), report.pk, claim, 0)
    walk(report, people, "hand_over", "pass", "submit", "accept")
    item.refresh_from_db()
    assert (item.override, item.override_reason) == (60, "主体完工，附监理报告")
    assert item.override_by == "640100 reporter"
    # The next report makes no claim: the milestones speak again.
    following = make_report(item, "2026-M11", date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 7))
    write_report(doing(people["reporter"]), following.pk, GOOD, 0)
    walk(following, people, "hand_over", "pass", "submit", "accept")
    item.refresh_from_db()
    assert (item.override, item.override_by) == (None, "")


def test_an_older_report_does_not_turn_the_claim_back(
    report: ProgressReport, item: WorkItem, people: dict[str, User]
) -> None:
    newer = make_report(item, "2026-M11", date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 7))
    for row, percent in ((newer, 80), (report, 60)):
        write_report(doing(people["reporter"]), row.pk, ReportDraft("x", percent=percent, percent_reason="据实"), 0)
        walk(row, people, "hand_over", "pass", "submit", "accept")
    item.refresh_from_db()
    assert item.override == 80


# Beside it


def test_evidence_is_told_by_its_content_kept_once_and_struck_out(
    report: ProgressReport, item: WorkItem, people: dict[str, User], tmp_path: Path
) -> None:
    rules, archive = load_rules(), Archive(tmp_path / "archive")
    paper = tmp_path / "a.pdf"
    paper.write_bytes(b"%PDF-1.7 proof")
    who = doing(people["reporter"])
    made = attach_evidence(who, rules, archive, item.code, paper, "C:\\材料\\证明.pdf", report=report.pk)
    assert (made.name, made.kind, made.size) == ("证明.pdf", "pdf", 14)
    assert archive.path(made.sha256).read_bytes() == b"%PDF-1.7 proof"
    again = attach_evidence(who, rules, archive, item.code, paper, "again.pdf", report=report.pk)
    assert again.pk == made.pk
    script = tmp_path / "b.pdf"
    script.write_bytes(b"#!/bin/sh")
    with pytest.raises(EvidenceRefused):
        attach_evidence(who, rules, archive, item.code, script, "b.pdf", report=report.pk)
    with pytest.raises(NotAllowed):
        attach_evidence(doing(people["office"]), rules, archive, item.code, paper, "c.pdf", report=report.pk)
    with pytest.raises(WorkRefused, match="needs a reason"):
        strike_evidence(who, made.pk)
    struck = strike_evidence(doing(people["reporter"], "传错了"), made.pk)
    assert (struck.struck_by, struck.struck_reason) == ("640100-reporter", "传错了")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Evidence.objects.filter(pk=made.pk).delete()


def test_evidence_of_what_was_handed_over_stays(
    report: ProgressReport, item: WorkItem, people: dict[str, User], tmp_path: Path
) -> None:
    rules, archive = load_rules(), Archive(tmp_path / "archive")
    paper = tmp_path / "a.pdf"
    paper.write_bytes(b"%PDF-1.7")
    made = attach_evidence(doing(people["reporter"]), rules, archive, item.code, paper, "a.pdf", report=report.pk)
    write_report(doing(people["reporter"]), report.pk, GOOD, 0)
    report = walk(report, people, "hand_over")
    with pytest.raises(WorkRefused, match="handed over"):
        strike_evidence(doing(people["reporter"], "x"), made.pk)
    with pytest.raises(WorkRefused, match="can be written on"):
        attach_evidence(doing(people["reporter"]), rules, archive, item.code, paper, "b.pdf", report=report.pk)
    assert report.versions.get().evidence == [{"name": "a.pdf", "sha256": made.sha256, "size": 8}]


@pytest.mark.parametrize(("size", "fine"), [(49, True), (50, True), (51, False)])
def test_evidence_is_not_larger_than_the_rule_says(
    report: ProgressReport, item: WorkItem, people: dict[str, User], tmp_path: Path, size: int, fine: bool
) -> None:
    paper = tmp_path / "a.pdf"
    with paper.open("wb") as out:
        out.write(b"%PDF-")
        out.truncate(size * 1024 * 1024)
    given = (doing(people["reporter"]), load_rules(), Archive(tmp_path / "archive"), item.code, paper, "a.pdf")
    if fine:
        assert attach_evidence(*given, report=report.pk).size == size * 1024 * 1024
    else:
        with pytest.raises(WorkRefused, match="at most 50 MiB"):
            attach_evidence(*given, report=report.pk)


@pytest.mark.parametrize(("seconds", "seen"), [(179, True), (180, False)])
def test_two_on_one_form_are_told(report: ProgressReport, people: dict[str, User], seconds: int, seen: bool) -> None:
    assert touch_report(doing(people["reporter"]), report.pk, 180) == ""
    first = ProgressReport.objects.get(pk=report.pk).open_at
    assert first is not None
    with patch.object(timezone, "now", return_value=first + timedelta(seconds=seconds)):
        assert touch_report(doing(people["reviewer"]), report.pk, 180) == ("640100 reporter" if seen else "")


def test_remarks_are_only_added(report: ProgressReport, people: dict[str, User]) -> None:
    made = comment(doing(people["reviewer"]), report.pk, " 请补照片 ")
    assert (made.text, made.by_name) == ("请补照片", "640100-reviewer")
    with pytest.raises(WorkRefused):
        comment(doing(people["reviewer"]), report.pk, "  ")
    for change in (
        lambda: Comment.objects.filter(pk=made.pk).update(text="x"),
        lambda: Comment.objects.filter(pk=made.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_versions_are_only_added(report: ProgressReport, people: dict[str, User]) -> None:
    write_report(doing(people["reporter"]), report.pk, GOOD, 0)
    walk(report, people, "hand_over")
    for change in (
        lambda: ReportVersion.objects.update(done="x"),
        lambda: ReportVersion.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_the_daily_job_asks_for_them_before_the_reminders(people: dict[str, User]) -> None:
    from saishang.apps.jobs.kinds import kinds
    from saishang.apps.jobs.work import Work

    class Quiet(Work):
        def __init__(self) -> None:
            pass

        def progress(self, *_given: object, **_more: object) -> None:
            pass

    make_item("T11-640100-001", "640100", cadence="month", assigned_on=date(2026, 10, 1))
    kind = kinds()["open_reports"]
    assert kind.schedule is not None and kind.schedule.minute < 50
    with patch.object(timezone, "localdate", return_value=date(2026, 11, 2)):
        assert kind.work(Quiet()) == {"reports": 1, "2026-M10": 1}
        assert kind.work(Quiet()) == {"reports": 0}
