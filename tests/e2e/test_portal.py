"""A real browser walks the portal: no console message, no breach of the policy, readable by everybody."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.portal import PASSWORD, Portal

# The mark of the database makes pytest-django create it also when only these tests run.
pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Site = tuple[str, Portal]

PAGES = [
    "/", "/morning/", "/morning/640100/PM2.5/", "/plan/", "/plan/T10/", "/targets/", "/targets/G02/",
    "/targets/values/", "/targets/chain/{run}/air.pm25.mean/640000/?period=2015",
    "/air/?year=2015", "/air/periods/", "/air/ranking/", "/air/stations/", "/air/dust/",
    "/air/640100/2015-05-12/", "/data/",
    "/data/batches/{bad}/", "/data/batches/{bad}/line/3/?cell=4", "/data/gaps/", "/calculators/", "/calculators/AQI/",
    "/rules/", "/rules/standards/air/categories/", "/about/", "/account/sign-in/",
    "/organisations/", "/organisations/NX-STT/",
    "/noise/", "/radiation/", "/water/outfalls/", "/registers/", "/registers/radiation_stations/figures/", "/waste/",
]  # fmt: skip
#: On a phone the same elements stand in another order; these pages also hide or change some.
NARROW_AXE = {"/", "/targets/G02/", "/air/?year=2015", "/air/dust/", "/data/", "/calculators/AQI/"}
#: The table of targets is the overview's; axe would take its seconds twice.
SAME_AS_BEFORE = {"/targets/"}
WIDTHS = {"wide": (1280, 900), "narrow": (390, 844)}
#: What the software renderer says about itself when a picture of the page is taken; it is not ours.
RENDERER = re.compile(r"GL Driver Message")


@contextmanager
def opened(
    browser: Browser, site: str, *, width: str = "wide", language: str = "zh-hans", dark: bool = False
) -> Iterator[tuple[BrowserContext, Page, list[str]]]:
    """A page whose every complaint is collected."""
    across, down = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": across, "height": down}, color_scheme="dark" if dark else "light", accept_downloads=True
    )
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: (
            complaints.append(f"{page.url}: {message.type}: {message.text}")
            if message.type in {"error", "warning"} and not RENDERER.search(message.text)
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("requestfailed", lambda request: complaints.append(f"{page.url}: failed {request.url}"))
    try:
        yield context, page, complaints
    finally:
        context.close()


def settle(page: Page) -> None:
    """Wait for charts and maps on screen, and open every fold so that what is in them is checked too."""
    page.wait_for_load_state("load")
    # Folds are opened, but not those with hundreds of rows: the same template row again and again takes axe minutes.
    page.evaluate(
        "for (const d of document.querySelectorAll('details:not(.node-more)'))"
        " d.open = d.querySelectorAll('tr').length < 60;"
    )
    # Two frames: what a newly opened fold brings on screen has begun to load by then.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(page.locator("[data-ready=loading]")).to_have_count(0, timeout=20_000)
    expect(page.locator("[data-ready=failed]")).to_have_count(0)


@pytest.mark.parametrize(
    ("width", "language"),
    [
        ("wide", "zh-hans"),
        ("narrow", "en"),
        # Each width and each language is walked above; crosswise they look for nothing but what overflows.
        pytest.param("wide", "en", marks=pytest.mark.soak),
        pytest.param("narrow", "zh-hans", marks=pytest.mark.soak),
    ],
)
def test_every_page_is_clean(browser: Browser, site: Site, width: str, language: str) -> None:
    address, portal = site
    axe = Axe()
    with opened(browser, address, width=width, language=language) as (_, page, complaints):
        problems: list[str] = []
        for path in PAGES:
            where = path.format(run=portal.run, bad=portal.bad_batch)
            answer = page.goto(address + where)
            assert answer is not None
            assert answer.status == 200, where
            settle(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width][0], (
                f"{where} scrolls sideways"
            )
            if language == "en" and not where.startswith(("/rules/standards", "/data/batches", "/targets/chain")):
                heading = page.locator("h1").inner_text()
                assert not re.search(r"[\u4e00-\u9fff]", heading), (where, heading)
            wanted = {("wide", "zh-hans"): path not in SAME_AS_BEFORE, ("narrow", "en"): path in NARROW_AXE}
            if not wanted.get((width, language)):
                continue
            found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
            problems += [
                f"{where} [{v['impact']}] {v['id']}: {v['nodes'][0]['html'][:160]}"
                for v in found
                if v["impact"] in {"serious", "critical"}
            ]
        assert not problems, "\n".join(problems)
        assert not complaints, "\n".join(complaints)


def test_dark_colours_have_contrast(browser: Browser, site: Site) -> None:
    address, portal = site
    axe = Axe()
    with opened(browser, address, dark=True) as (_, page, complaints):
        problems = []
        for path in ("/", "/targets/G02/", "/data/batches/{bad}/", "/calculators/AQI/"):
            page.goto(address + path.format(bad=portal.bad_batch))
            settle(page)
            assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
            found = axe.run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
            problems += [f"{path} {v['nodes'][0]['html'][:160]}" for v in found]
        assert not problems, "\n".join(problems)
        assert not complaints


def test_exports_open(browser: Browser, site: Site) -> None:
    address, _ = site
    with opened(browser, address) as (_context, page, complaints):
        page.goto(address + "/targets/")
        with page.expect_download() as waiting:
            page.get_by_role("link", name=re.compile("导出为 Excel")).first.click()
        book = load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
        assert book.worksheets[0].max_row == 38
        with page.expect_download() as waiting:
            page.get_by_role("link", name=re.compile("导出为 CSV")).first.click()
        assert waiting.value.path().read_bytes().startswith(b"\xef\xbb\xbf")
        assert not complaints


def test_search_answers_while_typing(browser: Browser, site: Site) -> None:
    address, _ = site
    with opened(browser, address) as (_context, page, complaints):
        page.goto(address + "/plan/")
        before = page.locator("#results .task").count()
        page.get_by_label("查找任务、措施或目标").fill("蓝天")
        expect(page.locator("#results .task")).to_have_count(1)
        assert before > 31
        assert "q=" in page.url
        assert not complaints


def test_chain_opens_down_to_the_raw_line(browser: Browser, site: Site) -> None:
    address, portal = site
    with opened(browser, address) as (_context, page, complaints):
        page.goto(f"{address}/targets/chain/{portal.run}/air.pm25.mean/640000/?period=2015&basis=measured")
        page.locator("summary", has_text="银川市").first.click()
        page.locator("summary", has_text="1488A").first.click()
        page.locator("details.node-station[open] > details > summary").click()
        row = page.locator(".node-table tr", has_text="2015-05-31").first
        row.get_by_role("link").click()
        page.locator("tr", has_text="china_sites_20150601.csv").get_by_role("link", name="查看").click()
        expect(page.locator("pre.raw")).to_contain_text("20150601,0,PM2.5")
        assert not complaints


def test_keyboard_skips_to_the_content_and_closes_the_menu(browser: Browser, site: Site) -> None:
    address, _ = site
    with opened(browser, address, width="narrow") as (_context, page, complaints):
        page.goto(address + "/about/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        button = page.get_by_role("button", name="菜单")
        button.click()
        expect(page.get_by_role("link", name="总览")).to_be_visible()
        page.locator(".nav-group summary").first.click()
        expect(page.get_by_role("link", name="空气")).to_be_visible()
        page.keyboard.press("Escape")
        expect(button).to_have_attribute("aria-expanded", "false")
        assert not complaints


def test_language_and_colours_are_switched_and_kept(browser: Browser, site: Site) -> None:
    address, _ = site
    with opened(browser, address) as (_context, page, complaints):
        page.goto(address + "/about/")
        page.get_by_role("button", name="English").click()
        expect(page.locator("h1")).to_have_text("Help and data sources")
        page.get_by_role("button", name="Dark mode").click()
        page.reload()
        assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
        assert page.evaluate("document.documentElement.lang") == "en"
        assert not complaints


def test_an_editor_uploads_and_a_viewer_may_not(browser: Browser, site: Site) -> None:
    address, _ = site
    with opened(browser, address) as (_context, page, complaints):
        page.goto(address + "/data/upload/")
        page.get_by_label("用户名").fill("editor")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.get_by_label("文件").set_input_files(
            {"name": "china_sites_20150603.csv", "mimeType": "text/csv",
             "buffer": b"date,hour,type,1484A\n20150603,0,PM2.5,12\n20150603,1,PM2.5,?\n"}
        )  # fmt: skip
        page.get_by_role("button", name="上传并载入").click()
        # The load is a job; no worker runs here, tests/apps/jobs follows one to its batch.
        page.wait_for_url(re.compile(r"/jobs/\d+/"))
        expect(page.locator("main")).to_contain_text("china_sites_20150603.csv")
        expect(page.locator("main")).to_contain_text("排队中")
        assert not complaints
    with opened(browser, address) as (_context, page, _):
        page.goto(address + "/account/sign-in/")
        page.get_by_label("用户名").fill("viewer")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        answer = page.goto(address + "/data/upload/")
        assert answer is not None
        assert answer.status == 403


def test_paper_has_maps_and_open_groups_and_no_navigation(browser: Browser, site: Site) -> None:
    address, _ = site
    with opened(browser, address) as (_context, page, complaints):
        page.goto(address + "/")
        settle(page)
        expect(page.locator(".map-paper svg path").first).to_be_attached()
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(page.locator(".site-head")).to_be_hidden()
        expect(page.locator(".map-paper svg")).to_be_visible()
        assert page.locator("details.target-group:not([open])").count() == 0
        # A4 between its margins is narrower than a small screen; it keeps the table all the same.
        page.set_viewport_size({"width": 695, "height": 1000})
        expect(page.locator("table.targets thead").first).to_be_visible()
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
        assert not complaints


def test_a_calendar_cell_leads_to_its_day(browser: Browser, site: Site) -> None:
    address, _ = site
    with opened(browser, address) as (_context, page, complaints):
        page.goto(address + "/air/?city=640100&year=2015")
        settle(page)
        canvas = page.locator("[data-chart=spec-calendar] canvas").first
        box = canvas.bounding_box()
        assert box is not None
        # Monday of the tenth week: 44 pixels of labels, then cells of 20 pixels side by side.
        page.mouse.click(box["x"] + 44 + 20 * 9 + 10, box["y"] + 24 + 10)
        page.wait_for_url(re.compile(r"/air/640100/2015-0[23]-\d\d/"))
        expect(page.get_by_role("heading", name="六项污染物的日均值与分指数")).to_be_visible()
        assert not complaints


def test_a_filter_announces_what_it_found(browser: Browser, site: Site) -> None:
    address, _ = site
    with opened(browser, address) as (_context, page, complaints):
        page.goto(address + "/calculators/")
        page.get_by_label("查找计算、标准或输入项").fill("综合指数")
        expect(page.locator("#announcer")).to_contain_text("项计算")
        assert not complaints


def test_maps_are_drawn_without_webgl(launch: Callable[..., Browser], site: Site) -> None:
    address, _ = site
    with opened(launch("--disable-3d-apis"), address) as (_context, page, complaints):
        page.goto(address + "/")
        settle(page)
        expect(page.locator(".map.is-svg svg path").first).to_be_visible()
        expect(page.locator(".map.is-svg a")).to_have_count(5)
        assert not complaints


def test_pages_say_the_same_without_scripts(browser: Browser, site: Site) -> None:
    address, _ = site
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(address + "/")
    expect(page.get_by_role("link", name="空气").first).to_be_visible()
    assert page.locator("svg.spark").count() > 0
    context.close()
