"""The boards of work in a real browser: one sheet of A4 whatever there is, readable by everybody, by keyboard too."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, Page

from saishang.apps.execution.models import Milestone, ProgressReport, WorkItem
from saishang.apps.organisations.models import Organisation, OrganisationName
from tests.e2e.test_portal import opened
from tests.portal import PASSWORD, Portal

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Site = tuple[str, Portal]
LONG = "推进城镇污水处理厂扩容改造和再生水利用设施建设并同步完善配套管网与在线监测系统" * 7
#: Sheets in a file of Chromium: its objects stand there uncompressed.
SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")
PAGES = ["/work/board/", "/work/board/?by=organisation", "/work/matrix/", "/work/timeline/?zoom=all",
         "/work/organisations/NX-STT/", "/work/summary/"]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def dated(browser: Browser, site: Site, django_db_blocker: Any) -> None:
    """The portal's item has a day, so that it stands on the timeline.

    After the browser: the site's connections belong to its loop, and are closed there.
    """
    with django_db_blocker.unblock():
        WorkItem.objects.filter(code=site[1].item).update(due=timezone.localdate() + timedelta(days=10))
        connections.close_all()


@pytest.fixture(scope="module")
def a_lot(site: Site, django_db_blocker: Any) -> None:
    """Sixty offices, three thousand items with titles as long as can be, problems without end; to the module's end.

    Not within a test's transaction: the server would not see it.
    """
    with django_db_blocker.unblock():
        fill()
        connections.close_all()


def fill() -> None:
    top, now, day = Organisation.objects.get(code="640000"), timezone.now(), timezone.localdate()
    offices = [
        Organisation(code=f"NX-L{number:02d}", kind="agency", parent=top, path=f"/640000/NX-L{number:02d}/")
        for number in range(60)
    ]  # fmt: skip
    Organisation.objects.bulk_create(offices)
    OrganisationName.objects.bulk_create(
        OrganisationName(organisation=office, zh=f"名称很长的生态环境保护综合协调管理办公室{office.code}",
                         en=f"Office of coordination with a very long name indeed, {office.code}") for office in offices
    )  # fmt: skip
    WorkItem.objects.bulk_create(
        WorkItem(
            code=f"T{number % 31 + 1}-L-{number:04d}", plan="ningxia", task=f"T{number % 31 + 1}", kind="action",
            title=(f"{number:04d}" + LONG)[:300], organisation=offices[number % 60],
            state=("active", "active", "active", "draft", "done", "verified", "paused", "cancelled")[number % 8],
            start=date(2026, 1, 1), due=day + timedelta(days=number % 400 - 100), assigned_on=date(2026, 1, 1),
            percent=number % 101, changed_at=now, changed_by="tests",
        ) for number in range(3000)
    )  # fmt: skip
    items = list(WorkItem.objects.filter(code__contains="-L-")[:50])
    Milestone.objects.bulk_create(
        Milestone(item=item, position=1, title=LONG[:200], due=day + timedelta(days=3)) for item in items
    )
    ProgressReport.objects.bulk_create(
        ProgressReport(item=item, organisation_id=item.organisation_id, period="2026-M09", first=date(2026, 9, 1),
                       last=date(2026, 9, 30), due=date(2026, 10, 9), state="submitted", submitted_at=now, late=False,
                       problems=LONG * 3) for item in items
    )  # fmt: skip


@pytest.fixture
def doubtful_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every target is off track and has a long title; in the run before it was on track."""
    from saishang.apps.indicators import queries

    real = queries.target_rows

    def rows(identifier: str, **more: Any) -> list[Any]:
        status = "on_track" if identifier == "before" else "off_track"
        return [replace(row, status=status, title_zh=LONG[:120], title_en="A title that goes on and on, " * 6)
                for row in real("latest", **more)]  # fmt: skip

    class Before:
        id, as_of = "before", date(2014, 12, 31)

    class Found:
        def filter(self, **_more: Any) -> Found:
            return self

        def first(self) -> Any:
            return Before

    monkeypatch.setattr("saishang.web.pages.work_summary.queries", SimpleNamespace(target_rows=rows, runs=Found))


def sign_in(page: Page, address: str) -> None:
    """Sign in, and go on to a page without maps: leaving it must not break off their loading."""
    page.goto(f"{address}/account/sign-in/?next=/about/")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".who").wait_for(state="attached")
    page.wait_for_load_state("load")


def one_sheet(page: Page, address: str, portal: Portal) -> None:
    """The sheet is one page, and nothing of it is cut off."""
    page.goto(f"{address}/work/summary/")
    assert len(SHEET.findall(page.pdf(prefer_css_page_size=True))) == 1
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 710, "height": 1046})  # A4 between its margins of 10 and 11 mm, at 96 to the inch
    box = page.locator(".sheet")
    # 258 mm is where the sheet is cut off: nothing may come so far down.
    assert box.evaluate("node => node.getBoundingClientRect().height") < 258 / 25.4 * 96
    foot = "node => node.querySelector('.sheet-foot').getBoundingClientRect().bottom"
    assert box.evaluate(foot) <= box.evaluate("node => node.getBoundingClientRect().bottom") + 1
    assert portal.run in box.locator(".sheet-foot").inner_text()
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_summary_is_one_sheet(browser: Browser, site: Site, language: str) -> None:
    address, portal = site
    with opened(browser, address, language=language) as (_context, page, complaints):
        sign_in(page, address)
        one_sheet(page, address, portal)
        assert not complaints


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("path", PAGES)
def test_boards_are_readable_by_everybody(browser: Browser, site: Site, path: str, width: str) -> None:
    address, _portal = site
    with opened(browser, address, width=width) as (_context, page, complaints):
        sign_in(page, address)
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert not complaints


def test_bars_are_reached_by_keyboard_and_named(browser: Browser, site: Site) -> None:
    address, _portal = site
    with opened(browser, address) as (_context, page, complaints):
        sign_in(page, address)
        page.goto(f"{address}/work/timeline/?zoom=all")
        bar = page.locator(".tl a").first
        bar.focus()
        assert page.evaluate("document.activeElement.closest('svg') !== null")
        assert (bar.get_attribute("aria-label") or "").startswith("事项 T10-NX-STT-001")
        assert not complaints


def test_filters_stay_in_the_address(browser: Browser, site: Site) -> None:
    address, _portal = site
    with opened(browser, address) as (_context, page, complaints):
        sign_in(page, address)
        page.goto(f"{address}/work/board/")
        page.select_option("#by", "organisation")
        page.wait_for_url("**by=organisation**")
        page.locator("#results th", has_text="责任单位").first.wait_for()
        page.reload()
        assert page.locator("#by").input_value() == "organisation"
        assert not complaints


# English is the longer one: where it fits, Chinese does.
@pytest.mark.parametrize("language", [pytest.param("zh-hans", marks=pytest.mark.soak), "en"])
def test_the_summary_is_one_sheet_with_a_lot_more(
    browser: Browser, site: Site, a_lot: None, doubtful_targets: None, language: str
) -> None:  # fmt: skip
    address, portal = site
    with opened(browser, address, language=language) as (_context, page, complaints):
        sign_in(page, address)
        one_sheet(page, address, portal)
        assert page.locator(".sheet-list li").count() == 9
        assert not complaints
