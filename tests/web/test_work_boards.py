"""Boards of work: who sees what, where every count leads, how many questions are asked, what is drawn where."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from saishang.apps.execution.models import ItemUnit, Milestone, WorkItem
from saishang.apps.execution.queries_boards import Group
from saishang.apps.organisations.models import Organisation, User
from saishang.apps.plan.actions import import_plan_from_rules
from saishang.apps.plan.headings import headings
from saishang.science.execution.standing import STANDINGS
from saishang.web.pages.work_boards_common import bar, letter, patterns, regions
from saishang.web.pages.work_summary import month_before, ranked
from saishang.web.pages.work_timeline_draw import Window, months, picture, window_of
from tests.work_world import ROLES, make_item, make_people, make_report, make_tree

CODES = {"own": "640100", "below": "640104", "above": "640000", "beside": "640200", "elsewhere": "NX-STT"}
EVERYWHERE, OWN, BELOW = frozenset(CODES), frozenset({"own"}), frozenset({"own", "below"})
#: Whose items a role of the city sees.
SEES = {
    "reporter": OWN, "reviewer": BELOW, "head": BELOW, "office": EVERYWHERE, "assessor": EVERYWHERE,
    "auditor": EVERYWHERE, "administrator": OWN, "viewer": EVERYWHERE, "editor": EVERYWHERE, "admin": EVERYWHERE,
}  # fmt: skip
PAGES = ("/work/board/", "/work/matrix/", "/work/timeline/", "/work/summary/")


@pytest.fixture
def world(db: None) -> dict[str, WorkItem]:
    """In each place one item that is late, with a milestone and a report that is owed."""
    make_tree()
    day, made = timezone.localdate(), {}
    for place, code in CODES.items():
        made[place] = make_item(
            f"T10-{code}-001", code, region=code if code.isdigit() else "", start=day - timedelta(days=100),
            due=day - timedelta(days=1), milestones=(("试验里程碑", day + timedelta(days=9), 1),),
        )  # fmt: skip
        make_report(made[place], "2026-M01", date(2026, 1, 1), date(2026, 1, 31), day - timedelta(days=5))
    return made


def signed_in(role: str | None) -> Client:
    client = Client()
    if role in ROLES:
        user = make_people(CODES["own"], (str(role),))[str(role)]
    else:
        user = User.objects.create(username="somebody", role=role or "member")
    client.force_login(user)
    return client


def rows(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("role", sorted(SEES))
def test_role_by_board_by_place(world: dict[str, WorkItem], role: str) -> None:
    client = signed_in(role)
    seen = {CODES[place] for place in SEES[role]}
    lines = rows(client, "/work/board/?by=organisation&format=csv")
    assert {line["编码"] for line in lines} == seen
    assert {(line["工作事项"], line["逾期"], line["欠报报告"]) for line in lines} == {("1", "1", "1")}
    assert rows(client, "/work/board/?by=task&format=csv")[0]["工作事项"] == str(len(seen))
    assert {line["编码"] for line in rows(client, "/work/board/?by=region&format=csv")} == {
        code if code.isdigit() else "" for code in seen
    }
    assert {line["地区代码"] for line in rows(client, "/work/matrix/?format=csv")} == {
        code if code.isdigit() else "" for code in seen
    }
    codes = {f"T10-{code}-001" for code in seen}
    window = "&zoom=all"
    assert {line["编号"] for line in rows(client, f"/work/timeline/?format=csv{window}")} == codes
    summary = client.get("/work/summary/").content.decode()
    assert {code for code in (f"T10-{code}-001" for code in CODES.values()) if f"事项 {code}" in summary} == codes
    for place, code in CODES.items():
        answer = client.get(f"/work/organisations/{code}/")
        assert answer.status_code == (200 if place in SEES[role] else 403), (role, place)
        if place == "own":
            page = answer.content.decode()
            assert ("事项 T10-640104-001" in page) is ("below" in SEES[role]), role


@pytest.mark.parametrize("address", [*PAGES, "/work/organisations/640100/"])
def test_the_public_and_people_without_a_role_see_nothing(world: Any, address: str) -> None:
    assert Client().get(address)["Location"].startswith("/account/sign-in/?next=")
    assert signed_in(None).get(address).status_code == 403


def test_a_part_in_an_item_shows_it_on_every_board(world: dict[str, WorkItem]) -> None:
    own = Organisation.objects.get(code="640100")
    ItemUnit.objects.create(item=world["elsewhere"], organisation=own, role="support")
    client = signed_in("reporter")
    assert {line["编码"] for line in rows(client, "/work/board/?by=organisation&format=csv")} == {"640100", "NX-STT"}
    page = client.get("/work/board/?by=organisation").content.decode()
    # The board of that department is not theirs to open, so nothing leads there.
    assert "/work/organisations/640100/" in page
    assert "/work/organisations/NX-STT/" not in page


def test_an_organisation_that_is_not_there(world: Any) -> None:
    assert signed_in("office").get("/work/organisations/NONE/").status_code == 404


def test_counts_lead_to_the_items_they_count(world: Any) -> None:
    page = signed_in("office").get("/work/board/").content.decode()
    assert 'href="/work/items/?task=T10&amp;standing=late"' in page
    assert 'href="/work/items/?standing=late"' in page
    assert 'href="/work/reports/?task=T10&amp;overdue=1"' in page
    page = signed_in("head").get("/work/board/?by=region&kind=action").content.decode()
    assert 'href="/work/items/?kind=action&amp;region=640104&amp;standing=late"' in page
    matrix = signed_in("assessor").get("/work/matrix/").content.decode()
    assert 'href="/work/items/?task=T10&amp;region=640104"' in matrix


@pytest.mark.parametrize("role", ["office", "head"])
@pytest.mark.parametrize(
    "address",
    [
        "/work/board/", "/work/board/?by=organisation", "/work/board/?by=region", "/work/board/?year=2026&kind=action",
        "/work/board/?by=organisation&organisation=640100", "/work/board/?by=task&region=none",
        "/work/board/?by=organisation&standing=unreported", "/work/board/?by=task&section={section}",
        "/work/board/?by=region&task=T10", "/work/programmes/", "/work/summary/",
    ],
)  # fmt: skip
def test_every_number_is_that_of_the_list_behind_it(world: Any, role: str, address: str) -> None:
    """Each link of a board whose text is a number is followed, and the lines of the list are counted."""
    import_plan_from_rules("tests", "ningxia")
    groups = {row.id: row.group for row in headings()}
    for number, code in enumerate(("640100", "640104", "NX-STT"), start=1):
        duty = make_item(f"T11-{code}-D", code, kind="duty", cadence="year", region=code if code.isdigit() else "")
        make_item(f"T10-{code}-00{number}-done", code, state="done", region="640104")
        make_report(duty, "2025", date(2025, 1, 1), date(2025, 12, 31), date(2025, 12, 31))
    client = signed_in(role)
    page = client.get(address.replace("{section}", groups["T11"])).content.decode()
    found = re.findall(r'<a href="(/work/(?:items|reports)/[^"]*)"[^>]*>(?:<b>)?(\d+)<', page)
    found += re.findall(r'<a href="(/work/(?:items|reports)/[^"]*)"[^>]*>[^<\d]*?(\d+)[^<\d]*</a>', page)
    assert "board" not in address or len(found) > 3 or role == "head"
    for href, number in set(found):
        plain = unescape(href)
        assert len(rows(client, f"{plain}{'&' if '?' in plain else '?'}format=csv")) == int(number), href
    if address == "/work/board/":
        assert any("section=" in href and "items" in href for href, _number in found)
        assert any("section=" in href and "overdue" in href for href, _number in found)


def test_a_matrix_cell_of_a_section_leads_to_its_items(world: Any) -> None:
    import_plan_from_rules("tests", "ningxia")
    make_item("T11-640104-002", "640104", region="640104")
    section = {row.id: row.group for row in headings()}["T10"]
    client = signed_in("office")
    page = client.get("/work/matrix/").content.decode()
    hrefs = [unescape(href) for href in re.findall(r'href="(/work/items/\?section=[^"]*)"', page)]
    there = next(href for href in hrefs if urlencode({"section": section}) in href and "region=640104" in href)
    assert {row["编号"] for row in rows(client, f"{there}&format=csv")} >= {"T10-640104-001"}
    whole = next(href for href in hrefs if "region=none" in href)
    assert {row["编号"] for row in rows(client, f"{whole}&format=csv")} == {"T10-NX-STT-001"}
    narrow = rows(client, f"/work/matrix/?{urlencode({'section': section})}&region=none&format=csv")
    assert [(row["任务编号"], row["地区代码"]) for row in narrow] == [("T10", "")]


def test_sorting_by_share_and_by_percent(world: Any) -> None:
    day = timezone.localdate()
    make_item("T11-640200-002", "640200", due=day + timedelta(days=400), percent=40)
    make_item("T11-640104-002", "640104", due=day + timedelta(days=400), percent=90)
    make_item("T11-640104-003", "640104", due=day + timedelta(days=400))
    client = signed_in("office")
    shares = [(line["编码"], line["逾期比例 [%]"]) for line in rows(
        client, "/work/board/?by=organisation&sort=share&format=csv")]  # fmt: skip
    # 640200: 1 of 2; 640104: 1 of 3; the others 1 of 1, in the order of the tree.
    assert shares == [("640000", "100.0"), ("640100", "100.0"), ("NX-STT", "100.0"), ("640200", "50.0"),
                      ("640104", "33.3")]  # fmt: skip
    means = [line["编码"] for line in rows(client, "/work/board/?by=organisation&sort=percent&format=csv")]
    assert means[:2] == ["640104", "640200"]
    lowest = [line["编码"] for line in rows(client, "/work/board/?by=organisation&sort=percent-up&format=csv")]
    assert lowest[:2] == ["640200", "640104"]


def test_matrix_folds_and_narrows(world: Any) -> None:
    import_plan_from_rules("tests", "ningxia")
    client = signed_in("office")
    page = client.get("/work/matrix/").content.decode()
    assert 'scope="colgroup" colspan="2"' in page  # the city itself and its district
    assert page.count('scope="rowgroup"') > 1
    folded = client.get("/work/matrix/?folded=640100").content.decode()
    assert 'scope="colgroup"' not in folded
    assert "逾期 2" in folded  # the city and its district in one cell
    # A list is of one region: the cell leads to the city's own regions, and each of these to its list.
    found = re.search(r'href="(/work/matrix/\?[^"]*task=T10[^"]*)" title="逾期 2', folded)
    assert found is not None
    inside = client.get(unescape(found[1])).content.decode()
    assert {"银川市", "兴庆区"} <= set(re.findall(r'<th scope="row" class="head-col">([^<]+)</th>', inside))
    assert inside.count("/work/items/?") >= 2
    # A file is not folded.
    assert "640104" in {line["地区代码"] for line in rows(client, "/work/matrix/?folded=640100&format=csv")}
    one = client.get("/work/matrix/?task=T10").content.decode()
    assert "兴庆区" in one and 'scope="rowgroup"' not in one
    place = rows(client, "/work/matrix/?region=640100&format=csv")
    assert [line["地区代码"] for line in place] == ["640100", "640104"]
    assert "1/1" in client.get("/work/matrix/?numbers=1").content.decode()


@pytest.mark.parametrize("address", [*PAGES, "/work/organisations/640100/"])
@pytest.mark.parametrize("role", ["office", "head"])
def test_few_queries_however_many_items(world: Any, role: str, address: str) -> None:
    """A page asks at most 22 questions of its own, however much there is: each part asks which organisations it covers.

    The frame (session, account, memberships, notices) asks the rest.
    """
    import_plan_from_rules("tests", "ningxia")
    for number in range(30):
        made = make_item(f"T1{number % 3}-640104-1{number:02d}", "640104", region="640104", due=date(2026, 12, 1))
        Milestone.objects.create(item=made, position=1, title="x", due=date(2026, 12, 1))
    client = signed_in(role)
    with CaptureQueriesContext(
        connection,
    ) as frame:
        client.get("/calculators/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    own = [query["sql"] for query in asked.captured_queries]
    memberships = sum("organisations_membership" in sql and "organisations_user" not in sql for sql in own)
    assert len(own) - len(frame.captured_queries) <= 22 + memberships, "\n".join(own)


@pytest.mark.parametrize("address", PAGES)
def test_nothing_yet_says_what_to_do(db: None, address: str) -> None:
    make_tree()
    client = signed_in("office")
    assert "分解到单位" in client.get(address).content.decode()
    if address != "/work/summary/":
        assert "没有" in client.get(f"{address}?task=T99").content.decode()


@pytest.mark.parametrize("address", [*PAGES[:3], "/work/organisations/640100/", "/work/summary/"])
def test_exports_open(world: Any, address: str) -> None:
    client = signed_in("office")
    for wanted in ("csv", "xlsx"):
        answer = client.get(address, {"format": wanted})
        assert answer.status_code == 200
        assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("address", PAGES[:3])
def test_htmx_gets_the_results_alone(world: Any, address: str) -> None:
    answer = signed_in("office").get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in answer
    assert "T10" in answer


@pytest.mark.parametrize(
    "query",
    ["year=x", "year=99999", "zoom=week", "quarter=9", "by=x", "sort=x", "page=99", "region=nowhere", "task=<zz>"],
)
@pytest.mark.parametrize("address", PAGES)
def test_nonsense_in_the_address_does_no_harm(world: Any, address: str, query: str) -> None:
    answer = signed_in("office").get(f"{address}?{query}")
    assert answer.status_code == 200
    assert "<zz>" not in answer.content.decode()


# Pure parts


def test_a_month_before() -> None:
    assert month_before(date(2026, 11, 30)) == date(2026, 10, 30)
    assert month_before(date(2026, 3, 31)) == date(2026, 2, 28)
    assert month_before(date(2028, 3, 29)) == date(2028, 2, 29)
    assert month_before(date(2026, 1, 15)) == date(2025, 12, 15)


def group(late: int, dated: int) -> Group:
    return Group({"late": late, "on_time": dated - late}, dated=dated)


def test_offices_are_ranked_by_share_and_only_with_enough_behind_it() -> None:
    found = ranked({
        "many": group(30, 100), "half": group(5, 10), "five": group(2, 5), "four": group(4, 4), "none": group(0, 50),
        "tie-small": group(1, 5), "tie-large": group(4, 20),
    }, least=5)  # fmt: skip
    # 50 %, 40 %, 30 %, then 20 % twice with the larger first; four items are too few, none late is no entry.
    assert [key for key, _group in found.lines] == ["half", "five", "many", "tie-large", "tie-small"]
    assert (found.few, found.few_late) == (1, 4)


def test_windows() -> None:
    assert window_of("quarter", 2026, 4, None) == Window(date(2026, 10, 1), date(2026, 12, 31))
    assert window_of("quarter", 2026, 1, None) == Window(date(2026, 1, 1), date(2026, 3, 31))
    assert window_of("year", 2028, 1, None).days == 366
    assert window_of("all", 2026, 1, (date(2025, 5, 1), date(2027, 2, 1))) == Window(
        date(2025, 1, 1), date(2027, 12, 31)
    )
    assert window_of("all", 2026, 1, None) == Window(date(2026, 1, 1), date(2026, 12, 31))
    assert [day.month for day, _words in months(Window(date(2026, 10, 1), date(2026, 12, 31)))] == [10, 11, 12]
    assert len(months(Window(date(2026, 1, 1), date(2027, 12, 31)))) == 8
    assert len(months(Window(date(2025, 1, 1), date(2030, 12, 31)))) == 6
    window = Window(date(2026, 10, 1), date(2026, 12, 31))  # 92 days
    assert window.at(date(2026, 10, 1)) == 0
    assert window.at(date(2026, 11, 16)) == 50  # 46 days after the first
    assert window.at(date(2027, 1, 1)) == 100


def drawn(item: WorkItem, today: date, standing: str) -> str:
    item.standing = standing  # type: ignore[attr-defined]
    return str(picture(item, Window(date(2026, 10, 1), date(2026, 12, 31)), today))


def bars(svg: str) -> list[tuple[float, float, str]]:
    found = re.findall(
        r'<rect class="tl-bar[^"]*" x="([\d.]+)%" y="6" width="([\d.]+)%"[^>]*fill="url\(#([a-z_-]+)\)', svg
    )
    return [(float(x), float(width), fill) for x, width, fill in found]


def test_bars_and_diamonds(db: None) -> None:
    make_tree()
    steps = (("到了", date(2026, 10, 24), 1), ("没到", date(2026, 11, 16), 1), ("以后", date(2026, 12, 9), 1))
    item = make_item("T1-1", "640100", start=date(2026, 10, 1), due=date(2026, 11, 15), percent=50, milestones=steps)
    item.milestones.filter(title="到了").update(reached=date(2026, 10, 24))
    # 46 of 92 days to the due day, included; then late from the 16th to the 8th of December, included: 23 days.
    assert bars(drawn(item, date(2026, 12, 8), "late")) == [(0, 50, "st-on_time"), (50, 25, "st-late")]
    assert bars(drawn(item, date(2026, 11, 15), "due_soon")) == [(0, 50, "st-due_soon")]
    svg = drawn(item, date(2026, 11, 16), "late")
    assert svg.count("is-reached") == 1
    assert svg.count("is-late") == 0  # due today: still in time
    assert svg.count("is-open") == 2
    assert drawn(item, date(2026, 11, 17), "late").count("is-late") == 1
    assert 'class="tl-far" x="0%" y="20" width="25%"' in svg  # half of half
    # Beyond both edges: the whole width, with an arrow at each.
    item.start, item.due = date(2026, 1, 1), date(2027, 12, 31)
    wide = drawn(item, date(2026, 11, 17), "on_time")
    assert bars(wide) == [(0, 100, "st-on_time")]
    assert wide.count("tl-edge") == 2
    # Without a due day it runs on, and its edge is dashed.
    item.start, item.due = date(2026, 11, 16), None
    assert bars(drawn(item, date(2026, 11, 17), "no_day")) == [(50, 50, "st-no_day")]
    assert "tl-open" in drawn(item, date(2026, 11, 17), "no_day")
    # Over before the window: nothing of the bar is left, the diamonds stay.
    item.start, item.due = date(2026, 1, 1), date(2026, 2, 1)
    assert bars(drawn(item, date(2026, 3, 1), "late")) == []


def test_a_bar_of_standings_tells_by_pattern_letter_and_words() -> None:
    svg = str(bar({"late": 1, "on_time": 3}))
    assert 'x="0%" y="0" width="25%" height="100%" fill="url(#st-late)"' in svg
    assert 'x="25%" y="0" width="75%" height="100%" fill="url(#st-on_time)"' in svg
    assert "逾期 1、正常推进 3" in svg
    assert "style=" not in svg
    assert len({letter(name) for name in STANDINGS}) == len(STANDINGS)
    with override("en"):
        assert len({letter(name) for name in STANDINGS}) == len(STANDINGS)
    drawn = re.findall(r'<pattern id="st-([a-z_]+)".*?class="st-lines[^"]*" d="([^"]*)"', str(patterns()))
    assert {name for name, _path in drawn} == set(STANDINGS)
    assert len({path for _name, path in drawn}) == len(STANDINGS)
    assert "没有事项" in str(bar({}))


def test_regions_stand_by_city() -> None:
    found = regions()
    assert [row.code for row in found[:4]] == ["640000", "640100", "640104", "640105"]
    assert found[-1].code == "NX-NINGDONG"
    assert len(found) == 29  # the whole, 5 cities, 22 counties and districts, one base


def test_many_organisations_are_counted_with_the_one_above_them(
    world: dict[str, WorkItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    day = timezone.localdate()
    make_item("T10-640104-002", "640104", due=day + timedelta(days=400), region="640104")
    monkeypatch.setattr("saishang.web.pages.work_board._MOST_LINES", 4)
    client = signed_in("office")
    page = client.get("/work/board/?by=organisation").content.decode()
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    lines = {unescape(re.sub(r"<[^>]+>", " ", line)).split()[0]: line for line in body.split("<tr>")[1:]}
    # The whole, two cities, an agency; the district goes with its city: one late item each, and one that is not.
    assert len(lines) == 4
    city = next(line for name, line in lines.items() if name.startswith("银川"))
    assert "含下级，共 2 个单位" in city and 'href="/work/items/?organisation=640100">3</a>' in city
    assert "organisation=640100&amp;standing=late" in city
    listed = rows(client, "/work/items/?organisation=640100&format=csv")
    assert {row["编号"] for row in listed} == {"T10-640100-001", "T10-640104-001", "T10-640104-002"}
    # The name opens them one by one.
    opened = re.search(r'href="([^"]*by=organisation[^"]*)"', city)
    assert opened is not None
    branch = client.get(unescape(opened[1])).content.decode()
    assert "含下级，共" not in branch and "only=1" in branch
    # A line of one organisation leads to what it owes itself; a file has a line for each.
    other = next(line for name, line in lines.items() if name.startswith("石嘴山"))
    assert "organisation=640200&amp;only=1" in other and "含下级，共" not in other
    assert len(rows(client, "/work/board/?by=organisation&format=csv")) == 5
