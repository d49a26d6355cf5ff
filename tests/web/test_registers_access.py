"""Registers that an office keeps: role × own, sibling, parent, foreign × address, and what a page offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from saishang.apps.organisations.models import User
from saishang.apps.registers.actions import Wish, add_entry, propose_entry
from saishang.apps.registers.models import Bundle, Entry, Proposal, Version
from saishang.lake.archive import Archive
from saishang.rules import load_rules
from saishang.science.register.kind import Kind
from tests.registers_world import GOOD, OWNER, few_kinds, owned_plots
from tests.work_world import ROLES, make_people, make_tree

pytestmark = pytest.mark.django_db
KIND = "/registers/construction_plots/"
PDF = b"%PDF-1.7 paper"
#: Places, seen from a plot in a county: its own government, the city above, the city beside, the owner, an office below
#: the owner, another department.
PLACES = {"own": "640104", "parent": "640100", "sibling": "640200", "owner": OWNER, "below": "NX-STT-DQC",
          "foreign": "NX-SLT"}  # fmt: skip
WRITE = ("reporter", "reviewer", "head")
#: Address → who opens it, as (place, role); posts stand by themselves. Everything by hand.
PROPOSES_HERE = {(place, role) for place in ("own", "owner") for role in WRITE}
PROPOSES = PROPOSES_HERE | {(place, role) for place in ("parent", "sibling") for role in WRITE}
REVIEWS = {("owner", "reviewer"), ("owner", "head")} | {(place, "office") for place in PLACES}
SEES = REVIEWS | {("owner", role) for role in ROLES} | {(place, role) for place in PLACES for role in
                                                        ("assessor", "auditor")}  # fmt: skip
AUDIENCE = {
    "new/": PROPOSES, "edit/": PROPOSES_HERE, "move/": PROPOSES_HERE | REVIEWS, "back/": PROPOSES_HERE,
    "proposals/": PROPOSES | REVIEWS, "proposal/": REVIEWS, "decide/": REVIEWS, "paper/": REVIEWS,
    "evidence/": SEES | PROPOSES_HERE, "import/": set[tuple[str, str]](), "table/": PROPOSES, "bundle/": REVIEWS,
    "bundle decide/": REVIEWS, "ticked/": REVIEWS, "bulk/": PROPOSES,
}  # fmt: skip


@pytest.fixture
def plots(tmp_path: Path) -> Iterator[Kind]:
    before = settings.CONFIG
    settings.CONFIG = replace(before, archive=tmp_path / "archive")
    with owned_plots() as kind:
        yield kind
    settings.CONFIG = before


@pytest.fixture
def people() -> dict[tuple[str, str], User]:
    make_tree()
    made = {(place, role): user for place, code in PLACES.items() for role, user in make_people(code).items()}
    for post in ("viewer", "editor", "admin"):
        made["post", post] = User.objects.create_user(post, role=post)
    return made


def entry(kind: Kind, **changes: str) -> Entry:
    day = timezone.localdate()
    return add_entry("tests", kind, load_rules(), GOOD | {"land_class": "1", "contact": "张三"} | changes, today=day)


def propose(user: User, kind: Kind, wish: Wish) -> Proposal:
    archive = Archive(settings.CONFIG.archive)
    return propose_entry(user, kind, load_rules(), archive, wish, today=timezone.localdate())


def client(user: User | None) -> Client:
    made = Client()
    if user is not None:
        made.force_login(user)
    return made


def files() -> dict[str, Any]:
    return {f"evidence-{name}": SimpleUploadedFile(f"{name}.pdf", PDF) for name in ("survey_report", "survey_review")}


def test_role_by_address_by_place(people: dict[tuple[str, str], User], plots: Kind, terse_refusals: None) -> None:
    row = entry(plots)
    # By somebody with a role that is tried nowhere else.
    writer = User.objects.create_user("writer", role="editor")
    asked = Proposal.objects.create(
        kind=plots.id, entry=row, number=1, action="withdraw", key=row.key, title=row.title, region=row.region,
        organisation=people["own", "head"].memberships.get().organisation, actor=writer, actor_name="writer",
        proposed_at=timezone.now(),
    )  # fmt: skip
    bundle = Bundle.objects.create(kind=plots.id, file="f.csv", sha256="0" * 64, rows=1, refused=0, reason="x",
                                   actor=writer, actor_name="writer", proposed_at=timezone.now())  # fmt: skip
    at = f"{KIND}{row.pk}/"
    mine = f"{KIND}proposals/{asked.pk}/"
    zero = "0" * 64
    addresses: dict[str, tuple[str, str, int]] = {
        "new/": ("get", f"{KIND}new/", 200), "edit/": ("get", f"{at}edit/", 200), "move/": ("post", f"{at}move/", 422),
        "back/": ("post", f"{at}back/", 422), "proposals/": ("get", f"{KIND}proposals/", 200),
        "proposal/": ("get", mine, 200), "decide/": ("post", f"{mine}decide/", 422),
        "paper/": ("get", f"{mine}evidence/{zero}/", 404), "evidence/": ("get", f"{at}evidence/{zero}/", 404),
        "import/": ("get", f"{KIND}import/", 200), "table/": ("post", f"{KIND}proposals/table/", 422),
        "bundle/": ("get", f"{KIND}bundles/{bundle.pk}/", 200),
        "bundle decide/": ("post", f"{KIND}bundles/{bundle.pk}/decide/", 422),
        "ticked/": ("post", f"{KIND}proposals/decide/", 422), "bulk/": ("get", f"{KIND}bulk/?pk={row.pk}", 200),
    }  # fmt: skip
    for (place, role), user in people.items():
        visitor = client(user)
        for name, (method, address, good) in addresses.items():
            opens = (place, role) in AUDIENCE[name] or (place, role) in {("post", "editor"), ("post", "admin")}
            opens = opens or (name == "evidence/" and place == "post")
            status = getattr(visitor, method)(address).status_code
            if name == "table/" and place == "post" and opens:
                good = 302  # who writes at once is led to the import
            assert status == (good if opens else 403), (place, role, name, status)
    for _name, (method, address, _good) in addresses.items():
        answer = getattr(Client(), method)(address)
        assert answer.status_code == 302 and answer["Location"].startswith("/account/sign-in/?next=")


def test_without_an_owner_the_register_is_the_workshops(
    people: dict[tuple[str, str], User], tmp_path: Path, terse_refusals: None
) -> None:
    with owned_plots("") as kind:
        row = entry(kind)
        for (place, role), user in people.items():
            visitor, good = client(user), (place, role) in {("post", "editor"), ("post", "admin")}
            for address in ("new/", f"{row.pk}/edit/", "proposals/"):
                assert (visitor.get(KIND + address).status_code == 200) is good, (place, role, address)


def test_a_register_for_staff_opens_to_its_owner_and_entries_to_their_government(
    people: dict[tuple[str, str], User], plots: Kind, terse_refusals: None
) -> None:
    row, beside = entry(plots), entry(plots, code="640202-001", region="640200")
    with few_kinds(replace(plots, public=False)):
        _opens_to_its_owner(people, row, beside)


def _opens_to_its_owner(people: dict[tuple[str, str], User], row: Entry, beside: Entry) -> None:
    for (place, role), user in people.items():
        visitor, inside = client(user), (place, role) in SEES or place == "post"
        assert (visitor.get(KIND).status_code == 200) is inside, (place, role)
        here = inside or (place, role) in PROPOSES_HERE
        page = visitor.get(f"{KIND}{row.pk}/")
        assert (page.status_code == 200) is here, (place, role)
        assert ("张三" in page.content.decode()) is here
        there = inside or (place == "sibling" and role in WRITE)
        assert (visitor.get(f"{KIND}{beside.pk}/").status_code == 200) is there, (place, role)
        assert ("建设用地土壤环境地块" in visitor.get("/registers/").content.decode()) is inside
    assert client(people["own", "reporter"]).get(f"{KIND}new/").status_code == 200


def test_who_sees_inside_one_register_does_not_see_inside_another(
    people: dict[tuple[str, str], User], plots: Kind
) -> None:
    from django.test import RequestFactory

    from saishang.apps.registers.kinds import kind_of
    from saishang.web.pages.registers_common import Reader

    other = kind_of(load_rules(), "environmental_talents")  # of another department
    for user, elsewhere in ((people["owner", "head"], False), (people["owner", "auditor"], True)):
        request = RequestFactory().get("/")
        request.user = user
        reader = Reader(request, plots)
        assert reader.staff and reader.inside(plots)
        assert reader.inside(other) is elsewhere


def test_from_the_form_to_the_register(people: dict[tuple[str, str], User], plots: Kind) -> None:
    reporter, head = client(people["own", "reporter"]), client(people["owner", "head"])
    page = reporter.get(f"{KIND}new/").content.decode()
    assert "提交审核" in page and "审核前可以收回" in page and ">保存<" not in page
    refused = reporter.post(f"{KIND}new/", GOOD | {"code": "短", "area": ""})
    assert refused.status_code == 422 and "此项必填" in refused.content.decode()
    abroad = reporter.post(f"{KIND}new/", GOOD | {"region": "640200"})
    assert abroad.status_code == 422 and "此账号不能为该地区提交这一名录的登记" in abroad.content.decode()
    assert not Proposal.objects.exists() and not Entry.objects.exists()
    sent = reporter.post(f"{KIND}new/", GOOD | {"reason": "普查"})
    asked = Proposal.objects.get()
    address = f"{KIND}proposals/{asked.pk}/"
    assert sent.status_code == 302 and sent["Location"] == address
    mine = reporter.get(address).content.decode()
    assert "待审核" in mine and "1200.50" in mine and "收回" in mine and "通过，写入名录" not in mine
    work = head.get("/work/").content.decode()
    assert "名录待审" in work and address in work
    assert "名录待审" not in reporter.get("/work/").content.decode()
    theirs = head.get(address).content.decode()
    assert "通过，写入名录" in theirs and "兴庆区" in theirs
    # Without a remark it does not go back.
    bare = head.post(f"{address}decide/", {"what": "return"})
    assert bare.status_code == 422 and "退回须填写审核意见" in bare.content.decode()
    assert head.post(f"{address}decide/", {"what": "return", "remark": "面积有误"}).status_code == 302
    back = reporter.get("/work/").content.decode()
    assert "名录被退回" in back and "面积有误" in back
    again = reporter.get(f"{KIND}new/?again={asked.pk}").content.decode()
    assert 'value="640104-001"' in again and 'value="普查"' in again
    # Nobody else takes up what somebody wrote.
    other = client(people["own", "head"]).get(f"{KIND}new/?again={asked.pk}").content.decode()
    assert 'value="640104-001"' not in other
    reporter.post(f"{KIND}new/", GOOD | {"area": "1300", "reason": "普查"})
    assert "名录被退回" not in reporter.get("/work/").content.decode()
    second = Proposal.objects.latest("pk")
    done = head.post(f"{KIND}proposals/{second.pk}/decide/", {"what": "accept"})
    assert done.status_code == 302
    assert Entry.objects.get().values["area"] == "1300"
    assert Version.objects.get().actor == people["owner", "head"]
    assert "已通过" in reporter.get(f"{KIND}proposals/?state=accepted").content.decode()
    # Who proposed it is nobody's business in public.
    assert "640104-reporter" not in Client().get(f"{KIND}{Entry.objects.get().pk}/").content.decode()


def test_a_change_shows_what_differs_and_the_entry_says_that_it_waits(
    people: dict[tuple[str, str], User], plots: Kind
) -> None:
    row = entry(plots)
    reporter, head = client(people["own", "reporter"]), client(people["owner", "head"])
    given = GOOD | {"land_class": "1", "contact": "张三", "name": "新名", "number": "1"}
    assert reporter.post(f"{KIND}{row.pk}/edit/", given).status_code == 302
    asked = Proposal.objects.get()
    address = f"{KIND}proposals/{asked.pk}/"
    csv = head.get(f"{address}?format=csv").content.decode("utf-8-sig")
    assert csv.strip().splitlines()[-1] == "地块名称,老化工厂地块,新名", csv
    for visitor, told in (
        (head, True),
        (reporter, True),
        (client(None), False),
        (client(people["foreign", "head"]), False),
    ):
        page = visitor.get(f"{KIND}{row.pk}/").content.decode()
        assert ("等待审核" in page) is told and (address in page) is told
    # Meanwhile the workshop changes it: the page says so, and nothing is overwritten.
    editor = client(people["post", "editor"])
    assert editor.post(f"{KIND}{row.pk}/edit/", given | {"name": "工作台"}).status_code == 302
    assert "提交之后条目又有改动" in head.get(address).content.decode()
    late = head.post(f"{address}decide/", {"what": "accept"})
    assert late.status_code == 422 and "提交依据的是第 1 版" in late.content.decode()
    row.refresh_from_db()
    assert (row.title, row.number) == ("工作台", 2)
    assert reporter.post(f"{address}decide/", {"what": "take_back"}).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "taken_back"


def test_moves_and_withdrawals_are_proposed_with_their_papers(people: dict[tuple[str, str], User], plots: Kind) -> None:
    row = entry(plots)
    reporter, reviewer = client(people["own", "reporter"]), client(people["owner", "reviewer"])
    said = {"action": "survey_within", "number": "1"}
    page = reporter.get(f"{KIND}{row.pk}/").content.decode()
    assert "提交审核：撤销条目" in page and "恢复条目" not in page and "撤回上一次改动" not in page
    missing = reporter.post(f"{KIND}{row.pk}/move/", said)
    assert missing.status_code == 422 and not Proposal.objects.exists()
    assert reporter.post(f"{KIND}{row.pk}/move/", said | files()).status_code == 302
    asked = Proposal.objects.get()
    paper = f"{KIND}proposals/{asked.pk}/evidence/{asked.evidence[0]['sha256']}/"
    assert b"".join(reviewer.get(paper)) == b"".join(reporter.get(paper)) == PDF  # type: ignore[arg-type]
    assert client(people["own", "head"]).get(paper).status_code == 403
    assert reviewer.post(f"{KIND}proposals/{asked.pk}/decide/", {"what": "accept"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.number) == ("clear", 2)
    gone = reporter.post(f"{KIND}{row.pk}/back/", {"what": "withdraw", "number": "2", "reason": "重复登记"})
    assert gone.status_code == 302 and Proposal.objects.latest("pk").action == "withdraw"
    for what in ("undo", "restore"):
        answer = reporter.post(f"{KIND}{row.pk}/back/", {"what": what, "number": "2", "reason": "x"})
        assert answer.status_code == 422, what
    row.refresh_from_db()
    assert not row.withdrawn
    # Who reviews makes a move at once.
    second = entry(plots, code="640104-002")
    assert reviewer.post(f"{KIND}{second.pk}/move/", said | files()).status_code == 302
    second.refresh_from_db()
    assert second.state == "clear" and Proposal.objects.count() == 2


def test_nobody_decides_about_the_own(people: dict[tuple[str, str], User], plots: Kind) -> None:
    reviewer = client(people["owner", "reviewer"])
    reviewer.post(f"{KIND}new/", GOOD)
    asked = Proposal.objects.get()
    page = reviewer.get(f"{KIND}proposals/{asked.pk}/").content.decode()
    assert "通过，写入名录" not in page and "收回" in page
    assert "名录待审" not in reviewer.get("/work/").content.decode()
    answer = reviewer.post(f"{KIND}proposals/{asked.pk}/decide/", {"what": "accept"})
    assert answer.status_code == 422 and "不能审核本人提交的内容" in answer.content.decode()
    assert not Entry.objects.exists()


def test_own_proposals_only_for_who_does_not_review(people: dict[tuple[str, str], User], plots: Kind) -> None:
    first = propose(people["own", "reporter"], plots, Wish("add", given=GOOD))
    second = propose(people["sibling", "reporter"], plots,
                     Wish("add", given=GOOD | {"code": "640202-001", "region": "640200"}))  # fmt: skip
    listed = client(people["own", "reporter"]).get(f"{KIND}proposals/").content.decode()
    assert first.key in listed and second.key not in listed and "只列出您本人" in listed
    assert client(people["own", "reporter"]).get(f"{KIND}proposals/{second.pk}/").status_code == 403
    everything = client(people["owner", "head"]).get(f"{KIND}proposals/").content.decode()
    assert first.key in everything and second.key in everything
    assert first.key not in client(people["owner", "head"]).get(f"{KIND}proposals/?state=returned").content.decode()


def test_pages_of_proposals_speak_english(people: dict[tuple[str, str], User], plots: Kind) -> None:
    import re

    row = entry(plots, name="Plot", contact="")
    given = GOOD | {"land_class": "1", "name": "Other", "number": "1"}
    reporter = client(people["own", "reporter"])
    reporter.cookies["django_language"] = "en"
    assert reporter.post(f"{KIND}{row.pk}/edit/", given).status_code == 302
    asked = Proposal.objects.get()
    for address in (f"{KIND}new/", f"{KIND}proposals/", f"{KIND}proposals/{asked.pk}/", f"{KIND}{row.pk}/"):
        page = reporter.get(address).content.decode()
        body = page[page.index("<main") : page.index("</main>")]
        text = re.sub(r"<script.*?</script>|<[^>]*>", " ", body, flags=re.S)
        # Names of offices without an English one stay what they are.
        left = re.findall(r"[\u4e00-\u9fff]+", text.replace("兴庆区党委和政府", "").replace("自治区生态环境厅", ""))
        assert not [word for word in left if word not in ("生态环境厅", "土壤污染责任人")], (address, left)
