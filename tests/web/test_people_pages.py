"""Pages about organisations, people and one's account: what they show, to whom, and what their forms do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.organisations.actions import Doing, close_organisation, grant_role, seed_organisations
from saishang.apps.organisations.models import Membership, Organisation, SignIn, User
from saishang.rules import load_rules

pytestmark = pytest.mark.django_db
SHELL = Doing("tests", "for a test")
SECRET = "correct-horse-battery"


@pytest.fixture
def tree() -> None:
    seed_organisations(SHELL, load_rules(), "640000")


@pytest.fixture
def english() -> Iterator[None]:
    from django.utils import translation

    with translation.override("en"):
        yield


def someone(name: str, code: str, role: str, post: str = "member") -> User:
    made = User.objects.create_user(name, password=SECRET, role=post, display_name=f"某{name}")
    grant_role(SHELL, name, code, role)
    return made


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    page: str = answer.content.decode()
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=|<style", page)
    return page


def test_the_tree_its_search_its_filter_and_its_export(tree: None) -> None:
    client = Client()
    page = text(client.get("/organisations/"))
    assert "宁夏回族自治区生态环境厅" in page and "66 个机构" in page and "/organisations/NX-STT/" in page
    found = text(client.get("/organisations/?q=住建厅"))
    assert "宁夏回族自治区住房和城乡建设厅" in found and "宁夏回族自治区生态环境厅" not in found
    assert "1 个机构" in found
    groups = text(client.get("/organisations/?kind=leading_group"))
    assert "2 个机构" in groups
    lines = client.get("/organisations/?format=csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 67 and not any(cell.startswith("　") for cell in lines)
    assert "人员" not in lines[0]
    assert client.get("/organisations/", headers={"HX-Request": "true"}).content.decode().count("<html") == 0


def test_before_seeding_the_page_says_what_to_do() -> None:
    assert "saishang organisations seed" in text(Client().get("/organisations/"))


def test_closed_ones_on_request_and_by_day(tree: None) -> None:
    day = timezone.localdate()
    close_organisation(SHELL, "NX-JRJ", day, "NX-CZT")
    client = Client()
    assert "地方金融监督管理局" not in text(client.get("/organisations/"))
    assert "地方金融监督管理局" in text(client.get("/organisations/?closed=1"))
    yesterday = day - timedelta(1)
    assert "地方金融监督管理局" in text(client.get(f"/organisations/?on={yesterday}"))
    page = text(client.get("/organisations/NX-JRJ/"))
    assert f"最后一日：{yesterday}" in page and "/organisations/NX-CZT/" in page
    assert "/organisations/NX-JRJ/" in text(client.get("/organisations/NX-CZT/"))


def test_one_organisation_owes_its_tasks_and_the_public_sees_no_people(tree: None) -> None:
    from saishang.apps.plan.actions import import_plan_from_rules

    import_plan_from_rules("tests", "ningxia")
    user = someone("zhao", "NX-QXJ", "reporter")
    page = text(Client().get("/organisations/NX-QXJ/"))
    # agencies.csv: the meteorological administration stands in task 20 alone.
    assert re.findall(r'href="/plan/(\w+)/"', page) == ["T20"]
    assert "某zhao" not in page and "登录后可见" in page and "授予角色" not in page
    assert "某zhao" not in Client().get("/organisations/NX-QXJ/?format=csv&table=members").content.decode()
    seen = text(client_of(user).get("/organisations/NX-QXJ/"))
    assert "某zhao" in seen and "授予角色" in seen
    # What was merged into it is its own.
    close_organisation(SHELL, "NX-QXJ", timezone.localdate() + timedelta(1), "NX-TJJ")
    heir = text(Client().get("/organisations/NX-TJJ/"))
    assert {"T2", "T3", "T20"} == {key.replace("T0", "T") for key in re.findall(r'href="/plan/(\w+)/"', heir)}
    # A county owes what the plan writes to all places at once, and says so.
    county = text(Client().get("/organisations/640104/"))
    assert "各市、县（区）" in county or "各设区市" in county


def test_unknown_codes(tree: None) -> None:
    assert Client().get("/organisations/NX-NONE/").status_code == 404


def test_the_forms_of_an_organisation(tree: None) -> None:
    client = client_of(someone("keeper", "640000", "administrator"))
    day = timezone.localdate()
    empty = client.post("/organisations/NX-STT/add/", {})
    assert empty.status_code == 422
    form = {"zh": "大气环境处", "code": "NX-STT-DQC", "kind": "office", "opened": day, "reason": "宁编办〔2026〕1号"}
    assert client.post("/organisations/NX-STT/add/", form)["Location"] == "/organisations/NX-STT-DQC/"
    twice = client.post("/organisations/NX-STT/add/", form)
    assert twice.status_code == 422 and "NX-STT-DQC" in text(twice)
    form = {"zh": "大气与气候处", "first": day, "reason": "更名"}
    assert client.post("/organisations/NX-STT-DQC/rename/", form).status_code == 302
    assert "大气环境处" in text(client.get("/organisations/NX-STT-DQC/"))
    assert client.post("/organisations/NX-STT-DQC/move/", {"parent": "NX-LCJ", "reason": "划转"}).status_code == 302
    assert Organisation.objects.get(code="NX-STT-DQC").path == "/640000/NX-ZRT/NX-LCJ/NX-STT-DQC/"
    form = {"day": day + timedelta(1), "successor": "NX-STT", "reason": "合并"}
    assert client.post("/organisations/NX-STT-DQC/close/", form).status_code == 302
    page = text(client.get("/organisations/NX-STT-DQC/"))
    assert "合并" in page and "更名" in page and "划转" in page
    verbs = ActionLogEntry.objects.order_by("-sequence").values_list("verb", flat=True)[:4]
    assert [verb.split(".")[1] for verb in reversed(verbs)] == ["add", "rename", "move", "close"]


def test_a_new_person_sees_the_password_page_first(tree: None) -> None:
    client = client_of(someone("keeper", "640000", "administrator"))
    form = {"username": "li.si", "display_name": "李四", "role": "reporter", "first": timezone.localdate(),
            "reason": "任命"}  # fmt: skip
    made = client.post("/organisations/NX-STT/people/new/", form)
    assert made.status_code == 200 and "no-store" in made["Cache-Control"]
    secret = re.findall(r"<code>([\w-]{16})</code>", text(made))[0]
    mine = Client()
    assert mine.post("/account/sign-in/", {"username": "li.si", "password": secret})["Location"] == "/"
    assert mine.get("/organisations/")["Location"] == "/account/password/"
    assert mine.get("/account/")["Location"] == "/account/password/"
    new = {"old_password": secret, "new_password1": SECRET, "new_password2": SECRET}
    same = {"old_password": secret, "new_password1": secret, "new_password2": secret}
    assert mine.post("/account/password/", same).status_code == 422
    assert mine.post("/account/password/", new).status_code == 302
    assert mine.get("/account/").status_code == 200
    # The page with the password is gone: asking for it again shows an empty form.
    assert secret not in text(client.get("/organisations/NX-STT/people/new/"))


def test_roles_offered_are_those_that_may_be_granted(tree: None) -> None:
    city = client_of(someone("mayor", "640100", "administrator"))
    page = text(city.get("/organisations/640104/people/grant/"))
    offered = set(re.findall(r'<option value="(\w+)"', page))
    assert offered == {"reporter", "reviewer", "head", "administrator"}
    system = client_of(User.objects.create_user("root", password=SECRET, role="admin"))
    page = text(system.get("/organisations/640104/people/grant/"))
    assert {"office", "assessor", "auditor"} <= set(re.findall(r'<option value="(\w+)"', page))
    # Whoever sends another role by hand is refused.
    User.objects.create_user("target", password=SECRET)
    form = {"username": "target", "role": "auditor", "first": timezone.localdate(), "reason": "x"}
    assert city.post("/organisations/640104/people/grant/", form).status_code == 422
    assert not Membership.objects.filter(role="auditor").exists()


def test_grant_and_end_through_the_pages(tree: None) -> None:
    city = client_of(someone("mayor", "640100", "administrator"))
    User.objects.create_user("target", password=SECRET, role="member")
    day = timezone.localdate()
    form = {"username": "target", "role": "head", "first": day, "last": "", "reason": "任命"}
    assert city.post("/organisations/640104/people/grant/", form).status_code == 302
    row = Membership.objects.get(user__username="target")
    page = text(city.get(f"/people/{row.user_id}/"))
    assert f"/organisations/640104/people/{row.pk}/end/" in page
    late = {"last": day - timedelta(2), "reason": "免去"}
    assert city.post(f"/organisations/640104/people/{row.pk}/end/", late).status_code == 422
    assert city.post(f"/organisations/640104/people/{row.pk}/end/", late | {"last": day}).status_code == 302
    row.refresh_from_db()
    assert row.last == day


def test_deactivating_ends_the_session_at_once(tree: None) -> None:
    target = someone("target", "NX-STT", "reporter")
    theirs, keeper = client_of(target), client_of(someone("keeper", "640000", "administrator"))
    assert theirs.get("/account/").status_code == 200
    bare = keeper.post(f"/people/{target.pk}/deactivate/")
    assert bare.status_code == 302 and User.objects.get(pk=target.pk).is_active
    keeper.post(f"/people/{target.pk}/deactivate/", {"reason": "调离"})
    assert theirs.get("/account/")["Location"].startswith("/account/sign-in/")
    assert Client().post("/account/sign-in/", {"username": "target", "password": SECRET}).status_code == 422
    keeper.post(f"/people/{target.pk}/activate/", {"reason": "回来"})
    # The old session stays ended.
    assert theirs.get("/account/")["Location"].startswith("/account/sign-in/")
    reset = keeper.post(f"/people/{target.pk}/password/", {"reason": "忘记"})
    assert reset.status_code == 200 and "临时密码" in text(reset)
    assert keeper.post(f"/people/{target.pk}/nonsense/", {"reason": "x"}).status_code == 404


def test_my_account_lists_and_ends_my_sessions(tree: None) -> None:
    user = someone("mine", "NX-STT", "reviewer")
    here, there = client_of(user), client_of(user)
    page = text(here.get("/account/"))
    assert "审核进展" in page and "本单位和下级" in page
    ends = re.findall(r"/account/sessions/(\d+)/end/", page)
    assert len(ends) == 1  # the other one; this one is left by signing out
    assert there.get("/account/").status_code == 200
    here.post(f"/account/sessions/{ends[0]}/end/")
    assert there.get("/account/")["Location"].startswith("/account/sign-in/")
    assert here.get("/account/").status_code == 200
    foreign = client_of(someone("other", "NX-STT", "reporter"))
    own = SignIn.objects.get(user=user, ended__isnull=True).pk
    foreign.post(f"/account/sessions/{own}/end/")
    assert here.get("/account/").status_code == 200
    here.post("/account/sign-out/")
    assert SignIn.objects.get(pk=own).end_reason == "signed_out"


def test_a_new_password_ends_the_other_sessions(tree: None) -> None:
    user = someone("mine", "NX-STT", "reviewer")
    here, there = client_of(user), client_of(user)
    new = "another-long-secret-9"
    form = {"old_password": SECRET, "new_password1": new, "new_password2": new}
    assert here.post("/account/password/", form).status_code == 302
    assert here.get("/account/").status_code == 200
    assert there.get("/account/")["Location"].startswith("/account/sign-in/")


@pytest.mark.parametrize(
    ("field", "ago", "holds"),
    [
        ("seen", timedelta(minutes=59), True), ("seen", timedelta(minutes=60), False),
        ("seen", timedelta(minutes=61), False), ("started", timedelta(hours=7, minutes=59), True),
        ("started", timedelta(hours=8), False), ("started", timedelta(hours=9), False),
    ],
)  # fmt: skip
def test_sessions_end_idle_or_old(field: str, ago: timedelta, holds: bool) -> None:
    assert (settings.CONFIG.session_idle_minutes, settings.CONFIG.session_hours) == (60, 8)
    user = User.objects.create_user("mine", password=SECRET)
    client = client_of(user)
    SignIn.objects.filter(user=user).update(**{field: timezone.now() - ago})
    answer = client.get("/account/")
    assert (answer.status_code == 200) is holds
    row = SignIn.objects.get(user=user)
    if holds:
        assert row.ended is None and timezone.now() - row.seen < timedelta(minutes=1)
    else:
        assert row.end_reason == {"seen": "idle", "started": "too_long"}[field]
        assert "登录已到时限" in client.get("/account/sign-in/").content.decode()


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in() -> None:
    user = User.objects.create_user("mine", password=SECRET, role="viewer")
    client = client_of(user)
    before = timezone.now() - timedelta(minutes=30)
    SignIn.objects.filter(user=user).update(seen=before)
    client.get("/jobs/1/progress/")
    assert SignIn.objects.get(user=user).seen == before


def test_pages_in_english(tree: None, english: None) -> None:
    client = client_of(someone("keeper", "640000", "administrator"))
    client.cookies["django_language"] = "en"
    for address in ("/organisations/", "/organisations/NX-STT/", "/organisations/NX-STT/add/", "/people/", "/account/",
                    "/account/second-factor/", "/organisations/NX-STT/people/new/"):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "Department of Ecology" in answer.content.decode() or "NX-STT" not in address


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("qinghe-20", "密码至少 10 个字符。"), ("xx-Li.Si-77", "密码里不能含有用户名。"),
        ("is.il-2026-ok", "密码里不能含有用户名。"), ("qinghe-202", None),
    ],
)  # fmt: skip
def test_a_password_is_long_enough_and_holds_no_name(new: str, said: str | None) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    person = User(username="li.si", display_name="李四")
    if said is None:
        validate_password(new, person)
        return
    with pytest.raises(ValidationError) as told:
        validate_password(new, person)
    assert said in told.value.messages
    assert not any(re.search("[a-z]", words) for words in told.value.messages)


def test_a_name_of_three_letters_may_be_in_a_password() -> None:
    from django.contrib.auth.password_validation import validate_password

    validate_password("qinghe-wang-2026", User(username="wan"))
