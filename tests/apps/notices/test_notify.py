"""Telling people: once under a key, only who is there, with an e-mail as each has chosen."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.timezone import now

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.notices import queries
from saishang.apps.notices.actions import NoticeRefused, choose, make_digests, mark_all_read, mark_read, notify
from saishang.apps.notices.kinds import NoticeKind, due_words, register, words_of
from saishang.apps.notices.models import Mail, Notice, Preference
from saishang.apps.organisations.models import User
from saishang.errors import SaishangError

pytestmark = pytest.mark.django_db


def tell(people: Any, kind: str = "k-off", key: str = "a", **more: Any) -> int:
    given = {"subject": ("things.Thing", "1"), "url": "/plan/"} | more
    return notify(people, kind, key, {"n": 1}, **given)


def test_the_same_key_reaches_a_person_once(two: tuple[User, User]) -> None:
    wang, li = two
    assert tell([wang]) == 1
    assert tell([wang, li, li]) == 1  # only she had not heard
    assert tell([wang, li]) == 0
    assert tell([wang], key="b") == 1
    assert [(row.person_id, row.key) for row in Notice.objects.order_by("pk")] == [
        (wang.pk, "a"), (li.pk, "a"), (wang.pk, "b"),
    ]  # fmt: skip
    assert queries.unread(wang) == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(
            person=wang, kind="k-off", key="a", created="2026-01-01T00:00Z", url="/", subject_type="", subject_id=""
        )


def test_closed_accounts_and_nobody_hear_nothing(two: tuple[User, User]) -> None:
    User.objects.filter(pk=two[0].pk).update(is_active=False)
    assert tell(list(User.objects.filter(pk=two[0].pk))) == 0
    assert tell([]) == 0
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    "url", ["", "plan/", "//example.org/", "/\\example.org", "https://example.org/", "javascript:x"]
)
def test_a_notice_never_leads_out_of_the_portal(two: tuple[User, User], url: str) -> None:
    with pytest.raises(NoticeRefused, match="within the portal"):
        tell(two, url=url)


def test_kinds_and_keys_that_cannot_be(two: tuple[User, User]) -> None:
    with pytest.raises(SaishangError, match="no kind of notice"):
        tell(two, kind="k-none")
    with pytest.raises(SaishangError, match="no family"):
        register(NoticeKind("x", "f-none", lambda params: ("", "")))
    for key in ("", "k" * 201):
        with pytest.raises(NoticeRefused, match="1 to 200"):
            tell(two, key=key)
    assert tell(two, key="k" * 200) == 2


def test_what_is_rolled_back_was_never_told(two: tuple[User, User]) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        tell(two, "k-once")
        raise Stop
    assert not Notice.objects.exists() and not Mail.objects.exists()


def test_an_email_at_once_daily_or_not_at_all(two: tuple[User, User]) -> None:
    wang, li = two
    for kind in ("k-once", "k-daily", "k-off"):
        tell([wang], kind, key=kind)
    assert dict(Notice.objects.values_list("kind", "mailing")) == {"k-once": "once", "k-daily": "daily", "k-off": "off"}
    (mail,) = Mail.objects.all()
    assert [row.kind for row in mail.notices.all()] == ["k-once"]
    # Another one joins the e-mail that nobody has begun to send; once it is begun there is a new one.
    tell([wang], "k-once", key="second")
    assert Mail.objects.count() == 1 and mail.notices.count() == 2
    Mail.objects.update(attempts=1)
    tell([wang, li], "k-once", key="third")
    assert Mail.objects.filter(person=wang).count() == 2 and Mail.objects.filter(person=li).count() == 1


def test_without_an_address_nothing_waits_to_be_sent(two: tuple[User, User]) -> None:
    wang, _li = two
    User.objects.filter(pk=wang.pk).update(email="")
    tell(list(User.objects.filter(pk=wang.pk)), "k-once")
    assert Notice.objects.get().mailing == "off" and not Mail.objects.exists()


def test_choices_are_ones_own_and_are_logged(two: tuple[User, User]) -> None:
    wang, li = two
    assert queries.preferences(wang)["f-once"] == "once"
    choose(wang, {"f-once": "off", "f-daily": "daily"}, address="10.0.0.1")
    assert (queries.preferences(wang)["f-once"], queries.preferences(li)["f-once"]) == ("off", "once")
    assert Preference.objects.count() == 1  # what stays as it was is not written
    entry = ActionLogEntry.objects.get(verb="notices.choose")
    assert (entry.actor_name, entry.before, entry.after, entry.address) == (
        "wang", {"f-once": "once"}, {"f-once": "off"}, "10.0.0.1",
    )  # fmt: skip
    tell(two, "k-once")
    assert [mail.person_id for mail in Mail.objects.all()] == [li.pk]
    for wrong in ({"f-none": "off"}, {"f-once": "hourly"}):
        with pytest.raises(NoticeRefused, match="off, once or daily"):
            choose(wang, wrong)


def test_one_email_a_day_for_what_is_unread(two: tuple[User, User]) -> None:
    wang, li = two
    for key in "abc":
        tell(two, "k-daily", key=key)
    mark_read(li, Notice.objects.get(person=li, key="a").pk)
    assert make_digests() == 2
    assert make_digests() == 0  # a job that is done again
    assert {mail.person_id: mail.notices.count() for mail in Mail.objects.all()} == {wang.pk: 3, li.pk: 2}
    tell([li], "k-daily", key="d")
    mark_all_read(li, Notice.objects.latest("pk").pk)
    assert make_digests() == 0


def test_only_ones_own_can_be_read(two: tuple[User, User]) -> None:
    wang, li = two
    tell([wang])
    row = Notice.objects.get()
    with pytest.raises(NoticeRefused, match=f"no notice {row.pk}"):
        mark_read(li, row.pk)
    assert mark_all_read(li, row.pk) == 0
    assert mark_read(wang, row.pk).url == "/plan/"
    when = Notice.objects.get().read
    mark_read(wang, row.pk)
    assert Notice.objects.get().read == when is not None  # the first reading counts


def test_all_read_leaves_what_came_later_and_other_families(two: tuple[User, User]) -> None:
    wang, _li = two
    for key, kind in (("a", "k-off"), ("b", "k-daily"), ("c", "k-off")):
        tell([wang], kind, key=key)
    seen = Notice.objects.get(key="b").pk
    assert mark_all_read(wang, seen, "f-off") == 1
    assert {row.key for row in Notice.objects.filter(read__isnull=True)} == {"b", "c"}
    assert mark_all_read(wang, seen) == 1
    assert queries.unread(wang) == 1


def test_the_bell_counts_up_to_a_hundred_with_one_query(two: tuple[User, User], django_assert_num_queries: Any) -> None:
    wang, li = two
    for number in range(120):
        tell([wang], key=str(number))
    with django_assert_num_queries(1):
        assert queries.unread(wang) == 100
    assert queries.unread(li) == 0
    # Years of notices that were read do not make the count slower: it looks at unread ones alone.
    made = {"kind": "k-off", "subject_type": "", "subject_id": "", "url": "/", "created": now(), "read": now()}
    Notice.objects.bulk_create(Notice(person=wang, key=f"old {number}", **made) for number in range(5_000))
    with connection.cursor() as cursor:
        cursor.execute("analyze notices_notice")
        cursor.execute(
            "explain select 1 from notices_notice where person_id = %s and read is null limit 100", [wang.pk]
        )
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "notices_notice_unread" in plan


def test_words_of_what_is_not_understood_any_more() -> None:
    assert words_of("k-off", {"n": 3}) == ("事 3", "thing 3")
    for kind, params in (("k-off", {}), ("k-gone", {"n": 3})):
        assert words_of(kind, params) == ("有一条通知", "There is a notice")


@pytest.mark.parametrize(
    ("told", "days", "zh", "en"),
    [
        ("2026-12-28", -3, "2026-12-31 到期，提醒时还有 3 个工作日", "due 2026-12-31, 3 working days left when"),
        ("2026-12-30", -1, "2026-12-31 到期，提醒时还有 1 个工作日", "due 2026-12-31, 1 working day left when"),
        ("2026-12-31", 0, "2026-12-31 当天到期", "due 2026-12-31, the day on which"),
        (
            "2027-01-01",
            1,
            "2026-12-31 已到期，提醒时逾期 1 个工作日",
            "was due 2026-12-31, 1 working day late when",
        ),
        (
            "2027-01-11",
            7,
            "2026-12-31 已到期，提醒时逾期 7 个工作日",
            "was due 2026-12-31, 7 working days late when",
        ),
    ],
)
def test_words_of_reminders(told: str, days: int, zh: str, en: str) -> None:
    params = {"due": "2026-12-31", "told": told, "days": days, "complete": True}
    assert due_words(("年度报告", "annual report"), params) == (f"年度报告：{zh}", f"annual report: {en} this was sent")
    unsure = due_words(("年度报告", "annual report"), params | {"complete": False})
    assert unsure[0].endswith("（节假日安排未知，按周末计）")
    assert unsure[1].endswith("(holidays not known, weekends only)")


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_time_tell_once(two: tuple[User, User]) -> None:
    told: list[int] = []

    def work() -> None:
        try:
            told.append(tell(two, "k-once"))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(told) == 2 and len(told) == 8
    assert Notice.objects.count() == 2 and Mail.objects.count() == 2
