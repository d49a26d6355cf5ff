"""Pages of notices: one's own only, in both languages; the bell; what comes by e-mail; the keepers' list of e-mails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from saishang.apps.notices import kinds as registry
from saishang.apps.notices.actions import notify
from saishang.apps.notices.kinds import DUE, Family, NoticeKind, due_words, register, register_family
from saishang.apps.notices.models import Mail, Notice, Preference
from saishang.apps.organisations.models import User

pytestmark = pytest.mark.django_db
REPORT = ("年度报告 <1>", "annual report <1>")


@pytest.fixture(autouse=True)
def registries() -> Iterator[None]:
    kept = [dict(known) for known in (registry._FAMILIES, registry._KINDS)]
    register_family(Family("other", "其他事项", "other things", "once"))
    register(NoticeKind("test.due", DUE.id, lambda params: due_words(REPORT, params)))
    register(NoticeKind("test.other", "other", lambda params: (f"第 {params['n']} 件", f"matter {params['n']}")))
    yield
    for known, before in zip((registry._FAMILIES, registry._KINDS), kept, strict=True):
        known.clear()  # type: ignore[attr-defined]
        known.update(before)  # type: ignore[attr-defined]


@pytest.fixture
def two() -> tuple[User, User]:
    make = User.objects.create_user
    return make("wang", email="wang@example.org", role="member"), make("li", role="member")


def client_of(user: User, language: str = "") -> Client:
    client = Client()
    client.force_login(user)
    if language:
        client.cookies["django_language"] = language
    return client


def due(person: User, key: str = "due") -> Notice:
    params = {"due": "2026-12-31", "told": "2026-12-28", "days": -3, "complete": True}
    notify([person], "test.due", key, params, subject=("t", "1"), url="/targets/?x=1")
    return Notice.objects.filter(person=person).latest("pk")


def others(person: User, count: int) -> None:
    for n in range(count):
        notify([person], "test.other", f"other {n}", {"n": n}, subject=("t", "2"), url="/plan/")


def text(answer: Any) -> str:
    assert answer.status_code in (200, 422), answer.status_code
    page: str = answer.content.decode()
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=|<style", page)
    return page


def bell(page: str) -> tuple[str, str]:
    """What the bell says, and the figure on it."""
    found = re.search(r'class="tool bell" href="([^"]*)" aria-label="([^"]*)"', page)
    assert found is not None
    figure = re.search(r'class="bell-count" aria-hidden="true">([^<]*)<', page)
    return found[2], figure[1] if figure else ""


def test_an_empty_list_says_what_will_come_and_has_no_figure(two: tuple[User, User]) -> None:
    page = text(client_of(two[0]).get("/notices/"))
    assert "还没有通知" in page and bell(page) == ("通知", "") and "全部标为已读" not in page
    assert "没有符合条件的通知" in text(client_of(two[0]).get("/notices/?show=unread"))
    assert "bell" not in text(Client().get("/about/"))


def test_ones_own_notices_in_both_languages_and_nobody_elses(two: tuple[User, User]) -> None:
    wang, li = two
    mine = due(wang)
    page = text(client_of(wang).get("/notices/"))
    assert "年度报告 &lt;1&gt;：2026-12-31 到期，提醒时还有 3 个工作日" in page
    assert bell(page) == (
        "通知，1 条未读",
        "1",
    )
    english = text(client_of(wang, "en").get("/notices/"))
    assert "annual report &lt;1&gt;: due 2026-12-31, 3 working days left" in english
    assert bell(english) == ("Notices, 1 unread", "1") and not re.search(r"[\u4e00-\u9fff]", _main(english))
    other = client_of(li)
    assert "年度报告" not in text(other.get("/notices/"))
    for answer in (other.get(f"/notices/{mine.pk}/"), other.post(f"/notices/{mine.pk}/read/")):
        assert answer.status_code == 404
    assert other.post("/notices/read/", {"last": mine.pk}).status_code == 302
    assert Notice.objects.get().read is None


def _main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def test_opening_one_leads_to_it_and_marks_it_as_read(two: tuple[User, User]) -> None:
    mine = due(two[0])
    client = client_of(two[0])
    answer = client.get(f"/notices/{mine.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/targets/?x=1")
    page = text(client.get("/notices/"))
    assert bell(page) == ("通知", "") and "年度报告" in page and "标为已读</button>" not in page


def test_marking_one_or_all(two: tuple[User, User]) -> None:
    client = client_of(two[0])
    others(two[0], 3)
    first = Notice.objects.earliest("pk")
    back = "/notices/?show=unread&family=other"
    assert client.post(f"/notices/{first.pk}/read/", {"next": back})["Location"] == back
    assert client.post(f"/notices/{first.pk}/read/", {"next": "https://example.org/"})["Location"] == "/notices/"
    page = text(client.get(back))
    newest = Notice.objects.latest("pk").pk
    assert f'name="last" value="{newest}"' in page and page.count("标为已读</button>") == 3  # two, and all
    late = due(two[0])  # comes while the page is looked at
    assert client.post("/notices/read/", {"last": newest, "next": "/notices/"}).status_code == 302
    assert [row.pk for row in Notice.objects.filter(read__isnull=True)] == [late.pk]
    for nonsense in ("", "x", "9" * 40, "-1", "²"):
        assert client.post("/notices/read/", {"last": nonsense}).status_code == 302
    assert Notice.objects.filter(read__isnull=True).count() == 1
    assert (
        client.get("/notices/read/").status_code == 405 and client.get(f"/notices/{late.pk}/read/").status_code == 405
    )


def test_filters_and_pages(two: tuple[User, User]) -> None:
    client = client_of(two[0])
    others(two[0], 60)
    due(two[0])
    page = text(client.get("/notices/"))
    assert page.count('<li class="unread">') == 50 and "共 61 条" in page
    second = text(client.get("/notices/?page=2"))
    assert second.count('<li class="unread">') == 11 and "第 0 件" in second
    only = text(client.get("/notices/?family=due"))
    assert only.count('<li class="unread">') == 1 and "年度报告" in only
    Notice.objects.filter(kind="test.due").update(read=timezone.now())
    assert "没有符合条件的通知" in text(client.get("/notices/?family=due&show=unread"))
    assert text(client.get("/notices/?family=nonsense&page=99")).count("<li") > 5
    others_more = [Notice(person=two[0], key=f"m{n}", kind="test.other", params={"n": n}, subject_type="t",
                          subject_id="2", url="/plan/", created=timezone.now()) for n in range(60)]  # fmt: skip
    Notice.objects.bulk_create(others_more)
    assert bell(text(client.get("/notices/"))) == ("通知，99+ 条未读", "99+")


def test_the_list_asks_the_database_a_fixed_number_of_times(
    two: tuple[User, User], django_assert_max_num_queries: Any
) -> None:
    client = client_of(two[0])
    others(two[0], 50)
    client.get("/notices/")
    with django_assert_max_num_queries(12):
        client.get("/notices/")


def test_what_comes_by_email_is_chosen_on_the_account(two: tuple[User, User]) -> None:
    client = client_of(two[0])
    assert 'href="/account/notices/"' in text(client.get("/account/"))
    page = text(client.get("/account/notices/"))
    assert "wang@example.org" in page and '<option value="once" selected>' in page
    assert client.post("/account/notices/", {"other": "off", "due": "daily", "nonsense": "x"}).status_code == 302
    assert Preference.objects.get().mail == "off" and Preference.objects.get().person == two[0]
    assert '<option value="off" selected>' in text(client.get("/account/notices/"))
    refused = client.post("/account/notices/", {"other": "hourly"})
    assert refused.status_code == 422 and "请为每一类通知选择一种发送方式" in text(refused)
    assert "没有登记" in text(client_of(two[1]).get("/account/notices/"))
    assert "none on record" in text(client_of(two[1], "en").get("/account/notices/"))


def test_keepers_see_what_became_of_emails(two: tuple[User, User]) -> None:
    others(two[0], 1)
    Mail.objects.update(state="given_up", attempts=8, reason="550 no such user")
    admin = client_of(User.objects.create_user("admin", role="admin"))
    page = text(admin.get("/notices/mails/?state=given_up"))
    assert "550 no such user" in page and "未能送达" in page and "wang" in page
    assert "没有符合条件的邮件" in text(admin.get("/notices/mails/?state=sent"))
    lines = admin.get("/notices/mails/?format=csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and "550 no such user" in lines[1]
    assert client_of(two[0]).get("/notices/mails/").status_code == 403
    # Whom it was for learns of it on the own page.
    assert "550 no such user" in text(client_of(two[0]).get("/account/notices/"))
    Mail.objects.update(reason="the account has no usable address")
    assert "账户没有可用的邮件地址" in text(client_of(two[0]).get("/account/notices/"))
