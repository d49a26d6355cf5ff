"""The tutorial "a register in ten minutes" does what it says, step by step; its two languages say the same."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.e2e.follow import Follower, read_steps
from tests.emptying import own_site
from tests.portal import DEMO

DOCS = Path(__file__).resolve().parents[2] / "docs" / "tutorials"
PAGES = {"zh": DOCS / "a-register-in-ten-minutes.zh-CN.md", "en": DOCS / "a-register-in-ten-minutes.md"}
EDITOR = ("editor", "correct-horse-battery")


def _database() -> str:
    """Address of the database of these tests, for programs beside this one."""
    from django.db import connection

    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Callable[[str], Follower]]:
    """A newcomer at a site that has the plan, measurements and an editor's account, as an installation has.

    Both languages are followed at it, one after the other: the portal is started once, and is empty for each.
    """
    from django.contrib.auth.hashers import PBKDF2PasswordHasher
    from django.db import connections

    from saishang.apps.organisations.models import User
    from saishang.apps.plan.actions import import_plan_from_rules

    followers: list[Follower] = []
    home = tmp_path_factory.mktemp("tutorial") / "saishang"
    var = home / "var"
    var.mkdir(parents=True)
    with django_db_blocker.unblock(), own_site(var) as lake:
        import_plan_from_rules("tests", "ningxia")
        lake.ingest(DEMO / "air_city_daily_ningxia_2013_12_2015_12.parquet", source="city-daily-aqi")
        # As the portal itself keeps passwords, not as the fast settings of these tests do.
        User.objects.create(
            username=EDITOR[0], role="editor", password=PBKDF2PasswordHasher().encode(EDITOR[1], "salt")
        )

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]

        def made(language: str) -> Follower:
            context = browser.new_context(locale="zh-CN", accept_downloads=True)
            chosen = {"zh": "zh-hans", "en": "en"}[language]
            context.add_cookies([{"name": "django_language", "value": chosen, "url": f"http://127.0.0.1:{port}"}])
            if followers:
                (follower,) = followers
                follower.page.context.close()
                _forget_entries()
                follower.another_language(context.new_page())
            else:
                followers.append(Follower(home, {"DATABASE_URL": _database()}, context.new_page(), port, EDITOR))
            return followers[0]

        try:
            yield made
        finally:
            for follower in followers:
                follower.end()
                follower.page.context.close()
    with django_db_blocker.unblock():
        connections.close_all()


def _forget_entries() -> None:
    """Empty the register again, as it was when the portal was started.

    By a connection of its own: the test's is inside a transaction, whose lock the portal would wait for.
    """
    import psycopg

    with psycopg.connect(_database(), autocommit=True) as connection:
        # The kept sums hang on no entry.
        sums = "registers_movement, registers_cellmovement, registers_book"
        connection.execute(f"truncate registers_entry, {sums} cascade")


@pytest.mark.browser
@pytest.mark.django_db
@pytest.mark.timeout(900)  # some 60 s of work, half of it in programs of their own, which a busy machine stretches
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_tutorial_does_what_it_says(site: Callable[[str], Follower], language: str) -> None:
    follower = site(language)
    for step in read_steps(PAGES[language].read_text(encoding="utf-8"), language):
        follower.follow(step)
    assert not follower.again, "the other language does more at the site"


def test_both_languages_have_the_same_steps() -> None:
    """Same actions on the same files; the words of pages are the portal's own translation of each other."""
    from django.utils.translation import gettext, override

    zh, en = (read_steps(PAGES[name].read_text(encoding="utf-8"), name) for name in ("zh", "en"))
    actions = [
        (step.number, one, other)
        for step, twin in zip(zh, en, strict=True)
        for one, other in zip(step.actions, twin.actions, strict=True)
    ]
    named = {
        names[0].strip('"'): names[1].strip('"')
        for _number, one, _other in actions
        for names in re.findall(r"zh: ([^,}\n]+)[,\n]\s*en: ([^,}\n]+)", one.block)
    }
    labels = 0
    for number, one, other in actions:
        assert one.what == other.what, number
        if one.what != "rows":
            assert one.block == other.block, number
        else:
            assert len(one.block.splitlines()) == len(other.block.splitlines()), number
        if one.what in {"click", "fill", "choose", "file", "untick", "paste", "change", "save", "row", "today"}:
            spoken = one.words[1] if one.what == "paste" else one.words[0]
            told = other.words[1] if one.what == "paste" else other.words[0]
            with override("en"):
                assert told in {named.get(spoken), gettext(spoken)}, (number, spoken, told, gettext(spoken))
            labels += 1
        elif one.what in {"open", "write", "said"}:
            assert one.words == other.words, number
    assert labels > 15


def test_a_sentence_that_nobody_can_follow_is_a_fault() -> None:
    with pytest.raises(ValueError, match="step 2: expected one of the sentences"):
        read_steps("1. 打开 `/`。\n2. 打开 `/`。想一想。\n", "zh")
    with pytest.raises(ValueError, match="expected step 2, got 3"):
        read_steps("1. 打开 `/`。\n3. 打开 `/`。\n", "zh")
    with pytest.raises(ValueError, match="expected a fenced block or a table"):
        read_steps("1. 在终端运行：saishang\n", "zh")
