"""A merged organisation's work goes on: what its successor takes over, what stays, who may; an owner that changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from saishang.apps.execution.actions import change_item, draft_of, take_over
from saishang.apps.execution.known import known
from saishang.apps.execution.models import ItemUnit, ProgressReport, WorkItem
from saishang.apps.execution.refusals import NotAllowed, WorkRefused
from saishang.apps.organisations.models import Organisation, User
from saishang.apps.organisations.refusals import ChangeRefused
from saishang.apps.plan.actions import import_plan_from_rules
from saishang.apps.supervision import actions as supervision
from saishang.apps.supervision.models import Case
from saishang.rules import load_rules
from tests.work_world import doing, make_item, make_people, make_report, make_tree

pytestmark = pytest.mark.django_db
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 6))


@pytest.fixture
def people() -> dict[str, User]:
    make_tree()
    return make_people("NX-STT", ("reporter",)) | {"office": make_people("640000", ("office",))["office"]}


def merge(code: str, into: str, last: date) -> None:
    heir = Organisation.objects.get(code=into)
    Organisation.objects.filter(code=code).update(closed=last, successor=heir)


def yesterday() -> date:
    return timezone.localdate() - timedelta(1)


def test_what_is_not_settled_goes_to_the_successor(people: dict[str, User]) -> None:
    item = make_item("T10-NX-SLT-001", "NX-SLT", due=date(2026, 10, 1))
    done = make_item("T10-NX-SLT-002", "NX-SLT", state="verified")
    twin = make_item("T11-NX-STT-D", "NX-STT", kind="duty")
    duty = make_item("T11-NX-SLT-D", "NX-SLT", kind="duty")
    below = make_item("T11-NX-SLT-003", "NX-SLT", parent=duty)
    alone = make_item("T12-NX-SLT-D", "NX-SLT", kind="duty")
    other = make_item("T10-640100-001", "640100")
    ItemUnit.objects.create(item=other, organisation=done.organisation, role="support")
    unsent = make_report(item, "2026-M10", *OCTOBER)
    sent = make_report(item, "2026-M09", date(2026, 9, 1), date(2026, 9, 30), date(2026, 10, 8), state="submitted")
    merge("NX-SLT", "NX-STT", yesterday())
    told = take_over(doing(people["office"], "机构改革"), "NX-SLT")
    assert (told.successor, told.items, told.known, told.reports) == (
        "NX-STT", (item.code, below.code, alone.code), (duty.code,), 1,
    )  # fmt: skip
    owners = dict(WorkItem.objects.values_list("code", "organisation__code"))
    assert owners[item.code] == owners[below.code] == owners[alone.code] == "NX-STT"
    assert owners[done.code] == owners[duty.code] == "NX-SLT"
    assert WorkItem.objects.get(pk=duty.pk).state == "cancelled" and WorkItem.objects.get(pk=below.pk).parent == twin
    assert [row.organisation.code for row in ItemUnit.objects.all()] == ["NX-STT"]
    # What was handed in stays with whoever handed it in; what is still to be written is the successor's to write.
    assert ProgressReport.objects.get(pk=unsent.pk).organisation.code == "NX-STT"
    assert ProgressReport.objects.get(pk=sent.pk).organisation.code == "NX-SLT"
    assert take_over(doing(people["office"], "再一次"), "NX-SLT").items == ()


def test_who_may_and_when(people: dict[str, User]) -> None:
    make_item("T10-NX-SLT-001", "NX-SLT")
    with pytest.raises(ChangeRefused, match="what it owes stays with it"):
        take_over(doing(people["office"], "试"), "NX-SLT")
    merge("NX-SLT", "NX-STT", timezone.localdate())  # today is its last day: it exists
    with pytest.raises(ChangeRefused, match="what it owes stays with it"):
        take_over(doing(people["office"], "试"), "NX-SLT")
    merge("NX-SLT", "NX-STT", yesterday())
    with pytest.raises(NotAllowed):
        take_over(doing(people["reporter"], "试"), "NX-SLT")
    with pytest.raises(WorkRefused, match="needs a reason"):
        take_over(doing(people["office"]), "NX-SLT")
    Organisation.objects.filter(code="NX-SLT").update(successor=None)
    with pytest.raises(ChangeRefused, match="nobody follows"):
        take_over(doing(people["office"], "试"), "NX-SLT")
    assert WorkItem.objects.get().organisation.code == "NX-SLT"


def test_through_two_mergers(people: dict[str, User]) -> None:
    make_item("T10-NX-STT-DQC-001", "NX-STT-DQC")
    merge("NX-STT-DQC", "NX-SLT", yesterday() - timedelta(30))
    merge("NX-SLT", "NX-STT", yesterday())
    assert take_over(doing(people["office"], "改革"), "NX-STT-DQC").successor == "NX-STT"


def test_from_the_page_with_what_supervision_asks(people: dict[str, User]) -> None:
    make_item("T10-NX-SLT-001", "NX-SLT", due=date(2026, 10, 1))
    supervision.open_case(
        doing(people["office"]), load_rules(), supervision.CaseDraft("item", "T10-NX-SLT-001", "prompt", "请说明")
    )
    merge("NX-SLT", "NX-STT", yesterday())
    office, reporter = Client(), Client()
    office.force_login(people["office"])
    reporter.force_login(people["reporter"])
    page = office.get("/organisations/NX-SLT/").content.decode()
    assert '名下未办结的事项：<span class="num">1</span>' in page and "由接续单位办理" in page
    assert "由接续单位办理" not in reporter.get("/organisations/NX-SLT/").content.decode()
    assert reporter.post("/organisations/NX-SLT/take-over/", {"reason": "试"}).status_code == 403
    assert office.post("/organisations/NX-SLT/take-over/", {"reason": "机构改革"}).status_code == 302
    assert WorkItem.objects.get().organisation.code == Case.objects.get().organisation.code == "NX-STT"
    last = Case.objects.get().acts.order_by("-number").first()
    assert last is not None and (last.action, last.text, last.reason) == ("take_over", "NX-SLT → NX-STT", "机构改革")
    assert "名下未办结的事项" not in office.get("/organisations/NX-SLT/").content.decode()


def test_a_new_owner_writes_the_reports_that_are_not_handed_in(people: dict[str, User]) -> None:
    rules = load_rules()
    import_plan_from_rules("tests", "ningxia")
    item = make_item("T10-NX-SLT-001", "NX-SLT")
    unsent = make_report(item, "2026-M10", *OCTOBER)
    sent = make_report(item, "2026-M09", date(2026, 9, 1), date(2026, 9, 30), date(2026, 10, 8), state="accepted")
    there = known(rules, timezone.localdate())
    change_item(doing(people["office"], "改由生态厅负责"), item.code, replace(draft_of(item), organisation="NX-STT"),
                there, None)  # fmt: skip
    assert ProgressReport.objects.get(pk=unsent.pk).organisation.code == "NX-STT"
    assert ProgressReport.objects.get(pk=sent.pk).organisation.code == "NX-SLT"
