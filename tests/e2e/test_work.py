"""A report in a real browser: it saves itself, outlives a dropped connection, and goes its way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect

from saishang.apps.execution.models import ProgressReport
from tests.portal import PASSWORD, Portal

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def signed_in(browser: Browser, address: str, name: str) -> tuple[BrowserContext, Page]:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{address}/account/sign-in/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(r"^(?!.*sign-in)"))
    return context, page


def committed(act: Callable[[], Any]) -> Any:
    """Do it on a connection of its own, outside the transaction of the test: the server sees it."""

    def alone() -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(alone).result()


@pytest.fixture
def writing(browser: Browser, site: tuple[str, Portal]) -> Iterator[tuple[BrowserContext, Page, ProgressReport]]:
    """The member writes the office's report; nothing is in it."""
    address, portal = site
    rows = ProgressReport.objects.filter(pk=portal.report)
    committed(lambda: rows.update(state="draft", version=0, done="", problems=""))
    context, page = signed_in(browser, address, "member")
    page.goto(f"{address}/work/reports/{portal.report}/")
    yield context, page, ProgressReport.objects.get(pk=portal.report)
    context.close()


def test_what_is_typed_saves_itself(writing: tuple[BrowserContext, Page, ProgressReport]) -> None:
    _context, page, report = writing
    page.fill("#id_done", "完成两项")
    expect(page.locator("[data-autosave-state]")).to_contain_text("已自动保存", timeout=15_000)
    report.refresh_from_db()
    assert (report.done, report.version) == ("完成两项", 1)
    page.fill("#id_problems", "缺资金")
    expect(page.locator("input[name=version]").first).to_have_value("2", timeout=15_000)
    report.refresh_from_db()
    assert report.problems == "缺资金"


def test_a_dropped_connection_loses_nothing(writing: tuple[BrowserContext, Page, ProgressReport]) -> None:
    context, page, report = writing
    context.set_offline(True)
    page.fill("#id_done", "断网时写的")
    expect(page.locator("[data-autosave-state]")).to_contain_text("网络不通", timeout=15_000)
    report.refresh_from_db()
    assert report.done == ""
    context.set_offline(False)
    expect(page.locator("[data-autosave-state]")).to_contain_text("已自动保存", timeout=30_000)
    report.refresh_from_db()
    assert report.done == "断网时写的"


def test_a_window_that_was_closed_offline_is_offered_again(
    writing: tuple[BrowserContext, Page, ProgressReport], site: tuple[str, Portal]
) -> None:
    context, page, report = writing
    context.set_offline(True)
    page.fill("#id_done", "关窗前写的")
    expect(page.locator("[data-autosave-state]")).to_contain_text("网络不通", timeout=15_000)
    # A closing window is back on line for a moment, as the emulation leaves before its page ends: it would send.
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('offline')) }")
    page.close(run_before_unload=False)
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{site[0]}/work/reports/{report.pk}/")
    assert again.input_value("#id_done") == ""
    again.get_by_role("button", name="恢复").click()
    assert again.input_value("#id_done") == "关窗前写的"
    expect(again.locator("[data-autosave-state]")).to_contain_text("已自动保存", timeout=15_000)
    report.refresh_from_db()
    assert report.done == "关窗前写的"
