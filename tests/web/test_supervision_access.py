"""Every role × every address of supervision × own, below, above, beside, elsewhere: against tables written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from saishang.apps.organisations.models import Membership, Organisation, User
from saishang.apps.supervision.actions import CaseDraft, attach_file, make_bulletin, open_case, raise_matter
from saishang.apps.supervision.actions.coordination import MatterDraft
from saishang.apps.supervision.models import Acceptance, Case, Coordination, File, Finding, Occurrence
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from tests.standing import standing
from tests.supervision_world import TODAY, make_finding, on_day, paper
from tests.web.test_work_access import close_file
from tests.work_world import doing, make_item, make_people, make_tree

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("terse_refusals")]

PLACES = ("own", "below", "above", "beside", "elsewhere")
#: Where each place lies for somebody of the city.
CODES = {"own": "640100", "below": "640104", "above": "640000", "beside": "640200", "elsewhere": "NX-STT"}
OWN, BELOW, ALL, NONE = {"own"}, {"own", "below"}, set(PLACES), set[str]()
#: Role of the city → where it sees, answers, supervises, keeps lists.
SEES = {
    "reporter": OWN, "reviewer": BELOW, "head": BELOW, "office": ALL, "assessor": ALL, "auditor": ALL,
    "administrator": OWN, "viewer": ALL, "editor": ALL, "admin": ALL,
}  # fmt: skip
ANSWERS = {"reporter": OWN, "reviewer": OWN, "head": OWN}
OFFICE = {"office": ALL}
EITHER = ANSWERS | OFFICE
RAISES = {"reporter": OWN, "reviewer": OWN, "head": OWN, "office": ALL}
#: Address → who opens it where, and what it answers then to the method that it takes.
ADDRESSES: dict[str, tuple[dict[str, set[str]], str, int]] = {
    "supervision-case": (SEES, "get", 200),
    "supervision-case-file": (EITHER, "post", 302),
    "supervision-case-move": (EITHER, "get", 200),
    "supervision-finding": (SEES, "get", 200),
    "supervision-finding-change": (OFFICE, "get", 200),
    "supervision-finding-plan": (ANSWERS, "get", 200),
    "supervision-finding-items": (EITHER, "post", 302),
    "supervision-finding-file": (EITHER, "post", 302),
    "supervision-finding-move": (EITHER, "get", 200),
    "supervision-finding-supersede": (OFFICE, "get", 200),
    "supervision-matter": (SEES, "get", 200),
    "supervision-matter-file": (EITHER, "post", 302),
    # Nobody of the city belongs to the office that is asked; a test below replies as one of it.
    "supervision-matter-reply": ({}, "get", 200),
    "supervision-matter-move": (RAISES, "get", 200),
    "supervision-duty": (SEES, "get", 200),
    "supervision-duty-file": (EITHER, "post", 302),
    "supervision-duty-annual": (EITHER, "post", 302),
    "supervision-duty-undo": (OFFICE, "get", 200),
    "supervision-file": (SEES, "get", 200),
    "supervision-file-strike": (EITHER, "post", 302),
}
#: Address of no thing → the roles that open it. What everybody sees inside, the office alone, whoever keeps a list.
INSIDE, OFFICE_ALONE, KEEPS = set(SEES), {"office"}, set(RAISES)
PLAIN: dict[str, tuple[set[str], str, int]] = {
    "supervision": (INSIDE, "get", 200), "supervision-proposals": (OFFICE_ALONE, "get", 200),
    "supervision-case-new": (OFFICE_ALONE, "get", 200), "supervision-findings": (INSIDE, "get", 200),
    "supervision-finding-new": (OFFICE_ALONE, "get", 200), "supervision-findings-import": (OFFICE_ALONE, "get", 200),
    "supervision-matters": (INSIDE, "get", 200), "supervision-matter-new": (KEEPS, "get", 200),
    "supervision-duties": (INSIDE, "get", 200), "supervision-duties-open": (OFFICE_ALONE, "post", 302),
    "supervision-bulletins": (INSIDE, "get", 200), "supervision-bulletins-make": (OFFICE_ALONE, "post", 302),
    "supervision-bulletin": (INSIDE, "get", 200),
}  # fmt: skip
EVERYBODY = [*SEES, None, "public"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Path]:
    """In each place a case, a finding with a check, a matter that is put to an office elsewhere, a duty and a file."""
    folder = tmp_path_factory.mktemp("supervision")
    rules, files = load_rules(), Archive(folder / "archive")
    with standing(django_db_blocker), on_day(TODAY):
        make_tree()
        office = make_people("NX-SLT", ("office",))["office"]
        for number, (place, code) in enumerate(CODES.items(), start=1):
            make_item(f"T11-{code}-001", code)
            case = open_case(doing(office), rules, CaseDraft("item", f"T11-{code}-001", "prompt", "请答复"))
            finding = make_finding({"office": office}, number=number, organisation=code, units=())
            Acceptance.objects.create(
                finding=finding, number=1, passed=True, checked_on=TODAY, way="site", opinion="x", members="y",
                at=case.changed_at, actor_name="tests",
            )  # fmt: skip
            # Raised by this place; asked is an office that no reader belongs to.
            raise_matter(doing("tests"), rules, MatterDraft(code, ("NX-STT-DQC",), "事项", place))
            Occurrence.objects.create(
                plan="ningxia", duty="D04", year=2026, organisation=finding.organisation, stated=False
            )
            path = paper(folder, f"{place}.png")
            attach_file(doing(office), rules, files, case, path, path.name)
        make_bulletin(doing(office))
        yield folder / "archive"


@pytest.fixture
def world(archive: Path, db: None, settings: Any) -> Iterator[dict[str, dict[str, Any]]]:
    settings.CONFIG = replace(settings.CONFIG, archive=archive)
    with on_day(TODAY):
        things: dict[str, dict[str, Any]] = {}
        for place, code in CODES.items():
            case = Case.objects.get(organisation__code=code)
            finding = Finding.objects.get(organisation__code=code)
            things[place] = {
                "case": case, "finding": finding, "check": Acceptance.objects.get(finding=finding),
                "matter": Coordination.objects.get(matter=place),
                "duty": Occurrence.objects.get(organisation__code=code), "file": File.objects.get(name=f"{place}.png"),
            }  # fmt: skip
        yield things


def address(name: str, things: dict[str, Any]) -> str:
    case, finding, matter, duty = things["case"], things["finding"], things["matter"], things["duty"]
    part = name.split("-")[1]
    more: dict[str, list[Any]] = {
        "supervision-case-move": [case.pk, "settle"], "supervision-finding-move": [finding.code, "submit_plan"],
        "supervision-finding-supersede": [finding.code, things["check"].pk],
        "supervision-duty-annual": [duty.pk, 1],
        "supervision-matter-reply": [matter.pk, "NX-STT-DQC"], "supervision-matter-move": [matter.pk, "withdraw"],
    }  # fmt: skip
    first = {"case": case.pk, "finding": finding.code, "matter": matter.pk, "duty": duty.pk, "file": things["file"].pk}
    return reverse(name, args=more.get(name, [first[part]]))


def signed_in(role: str | None) -> Client:
    client = Client()
    if role != "public":
        post = role if role in ("admin", "viewer", "editor") else "member"
        user = User.objects.create(username="somebody", role=post)
        if role in SEES and post == "member":
            Membership.objects.create(user=user, organisation=Organisation.objects.get(code="640100"), role=role,
                                      first=date(2026, 1, 1), granted_by="tests", reason="x")  # fmt: skip
        client.force_login(user)
    return client


def test_the_tables_hold_every_address() -> None:
    found = {
        str(pattern.name) for pattern in get_resolver().url_patterns
        if isinstance(pattern, URLPattern) and str(pattern.pattern).startswith("supervision/")
    }  # fmt: skip
    assert found == set(ADDRESSES) | set(PLAIN)


@pytest.mark.parametrize("role", EVERYBODY)
def test_role_by_address_by_place(world: dict[str, dict[str, Any]], role: str | None) -> None:
    client = signed_in(role)
    for name, (who, method, good) in ADDRESSES.items():
        for place in PLACES:
            opens = place in who.get(str(role), NONE)
            got = getattr(client, method)(address(name, world[place]))
            if got.streaming:
                close_file(got)
            if role == "public":
                assert got.status_code == 302 and got["Location"].startswith("/account/sign-in/?next="), (name, place)
            else:
                assert got.status_code == (good if opens else 403), (role, name, place)
                if opens and method == "get" and name != "supervision-file":
                    page = got.content.decode()
                    assert not re.search(r"\s(style|on[a-z]+)\s*=", page), name


@pytest.mark.parametrize("role", EVERYBODY)
def test_role_by_plain_address(world: dict[str, dict[str, Any]], role: str | None) -> None:
    client = signed_in(role)
    for name, (who, method, good) in PLAIN.items():
        target = reverse(name, args=[TODAY.isoformat()] if name == "supervision-bulletin" else [])
        got = getattr(client, method)(target)
        if role == "public":
            assert got.status_code == 302 and got["Location"].startswith("/account/sign-in/?next="), name
        else:
            assert got.status_code == (good if role in who else 403), (role, name)


@pytest.mark.parametrize("role", ["reporter", "reviewer", "head", "assessor", "auditor", "administrator", "office"])
def test_lists_show_what_is_in_reach(world: dict[str, dict[str, Any]], role: str) -> None:
    client = signed_in(role)
    for name, kind in (("supervision", "case"), ("supervision-findings", "finding"), ("supervision-matters", "matter")):
        for asked in ("", "?format=csv"):
            shown = client.get(reverse(name) + asked).content.decode()
            for place in PLACES:
                # The place's own thing by its code; what is above the city is not below it.
                assert (world[place][kind].code in shown) is (place in SEES[role]), (name, place, asked)


def test_who_is_asked_sees_and_replies(world: dict[str, dict[str, Any]]) -> None:
    person = make_people("NX-STT-DQC", ("reporter",))["reporter"]
    client = Client()
    client.force_login(person)
    matter = world["own"]["matter"]
    assert client.get(f"/supervision/matters/{matter.pk}/").status_code == 200
    where = f"/supervision/matters/{matter.pk}/reply/NX-STT-DQC/"
    assert client.get(where).status_code == 200
    assert client.post(where, {"text": ""}).status_code == 422
    assert client.post(where, {"text": "同意"}).status_code == 302
    # Not for somebody who is not asked, and not the outcome.
    assert client.get(f"/supervision/matters/{matter.pk}/reply/640100/").status_code == 404
    assert client.get(f"/supervision/matters/{matter.pk}/move/settle/").status_code == 403


def test_a_helping_unit_reads_and_does_not_answer(world: dict[str, dict[str, Any]]) -> None:
    finding: Finding = world["beside"]["finding"]
    finding.units.create(organisation=Organisation.objects.get(code="640100"))
    client = signed_in("reporter")
    assert client.get(f"/supervision/findings/{finding.code}/").status_code == 200
    for rest in ("plan/", "move/submit_plan/"):
        assert client.get(f"/supervision/findings/{finding.code}/{rest}").status_code == 403


def test_what_is_not_there_looks_like_what_is_not_ours(world: dict[str, dict[str, Any]]) -> None:
    client = signed_in("head")
    for rest in ("cases/999999/", "findings/ZY-X-001/", "matters/999999/", "duties/999999/", "files/999999/"):
        assert client.get(f"/supervision/{rest}").status_code == 403
    pk = world["own"]["case"].pk
    assert client.get(f"/supervision/cases/{pk}/move/explode/").status_code == 404
