"""The plan and where it lives: no dead link, no claim without a page, no row left out; live figures and filters."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.test import Client

from saishang.apps.plan.where import System, check_where, systems
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of
from saishang.rules import load_rules
from saishang.web.pages.plan_where_words import link_of
from tests.portal import Portal
from tests.shared_material import shared

pytestmark = pytest.mark.django_db
RULES = load_rules()
LISTED = systems(RULES, "ningxia")
PAGE = "/plan/where/"
VILLAGE = {
    "code": "VL-1", "name": "试验村", "region": "640424", "town": "试验镇", "people": "900", "households": "250",
    "heritage": "none", "sewage": "已治理（管控）达到要求", "black_water": "否", "refuse": "sorted",
}  # fmt: skip


def client(portal: Portal, role: str | None) -> Client:
    made = Client()
    if role is not None:
        made.force_login(portal.people[role])
    return made


#: Some hundred addresses, in so many parts: each part by itself is quick on a busy machine, too.
_PARTS = 8


@pytest.mark.usefixtures("terse_refusals")
@pytest.mark.parametrize("part", range(_PARTS))
def test_every_link_opens_for_the_reader_whom_it_is_for(portal: Portal, part: int) -> None:
    """Those of the mapping, and those that figures bring: statistics of registers, chains of indicators, lists."""
    insiders = [client(portal, role) for role in ("viewer", "member")]
    inside = {href for system in LISTED for _words, href, closed in map(link_of, system.links) if closed}
    opened = {href for system in LISTED for _words, href, closed in map(link_of, system.links) if not closed}
    assert len(opened) > 90 and len(inside) > 10
    opened |= hrefs(Client()) - inside
    inside |= hrefs(insiders[0]) - opened
    dead = {href: status for href in sorted(opened)[part::_PARTS] if (status := Client().get(href).status_code) != 200}
    for href in sorted(inside)[part::_PARTS]:
        # Who is outside is asked to sign in; a viewer of the workshop, or a reporter of an office, gets in.
        answer = Client().get(href)
        assert answer.status_code == 302 and answer["Location"].startswith("/account/sign-in/"), href
        if all(reader.get(href).status_code != 200 for reader in insiders):
            dead[href] = 403
    assert not dead


def hrefs(reader: Client) -> set[str]:
    """Addresses in the lines of the page, the task pages left out: every one of them is opened elsewhere."""
    page = reader.get(f"{PAGE}?all=1").content.decode()
    lines = page[page.index('id="results"') :]
    found = {href.replace("&amp;", "&") for href in re.findall(r'<a href="(/[^"]*)"', lines)}
    return {href for href in found if not re.fullmatch(r"/plan/\w+/|/", href)}


@pytest.mark.parametrize("system", [one for one in LISTED if one.state != "works"], ids=lambda one: one.id)
def test_what_is_missing_is_said(system: System) -> None:
    assert system.note.endswith("。") and system.note_en.endswith(".")


def test_no_claim_without_a_part() -> None:
    assert not check_where(RULES)
    for system in LISTED:
        parts = {part.kind for part in system.links}
        assert system.state == "not_built" or parts & {"register", "page", "calculator"}, system.id


def test_every_row_of_the_reference_has_its_place() -> None:
    with shared("reference/plan/systems.csv").open(encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert {system.id for system in LISTED} == set(rows)
    for system in LISTED:
        row = rows[system.id]
        task = row["task_no"]
        assert system.item == (task if task.startswith("S") else f"T{task}")
        assert (system.kind, system.named) == (row["kind"], row["named_in_plan_as_system"] == "yes")


def shown(page: str) -> set[str]:
    return set(re.findall(r'<li id="(S\d{3})">', page))


def test_the_named_ones_first_and_all_on_request(portal: Portal) -> None:
    named = shown(Client().get(PAGE).content.decode())
    everything = shown(Client().get(f"{PAGE}?all=1").content.decode())
    assert (len(named), len(everything)) == (91, 237)
    assert named < everything


@pytest.mark.parametrize(
    ("query", "inside", "outside"),
    [
        ("all=1&task=T16", {"S116", "S120"}, {"S115", "S122"}),
        ("kind=mechanism", {"S116", "S051"}, {"S117"}),
        ("state=not_built", {"S001", "S010"}, {"S012", "S120"}),
        ("state=works", {"S120", "S012"}, {"S001", "S008", "S116"}),
        ("agency=宁夏回族自治区发展和改革委员会", {"S013", "S063"}, {"S001"}),
        ("q=禁渔", {"S120"}, {"S116"}),
        ("q=nothing-of-the-kind", set(), {"S120"}),
    ],
)
def test_filters_and_search(portal: Portal, query: str, inside: set[str], outside: set[str]) -> None:
    found = shown(Client().get(f"{PAGE}?{query}").content.decode())
    assert inside <= found and not outside & found


def test_totals_are_of_the_scope(portal: Portal) -> None:
    page = Client().get(f"{PAGE}?state=works").content.decode()
    totals = [int(number) for number in re.findall(r'<b class="num"><a href="[^"]*state=\w+[^"]*">(\d+)</a></b>', page)]
    states = [sum(one.named and one.state == state for one in LISTED) for state in ("works", "partly", "not_built")]
    assert totals == states and sum(totals) == 91
    assert len(shown(page)) == states[0]


def test_figures_move_with_the_register_and_keep_to_who_may_see(portal: Portal) -> None:
    def line(reader: Client, system: str) -> str:
        item = next(one.item for one in LISTED if one.id == system)
        page = reader.get(f"{PAGE}?all=1&task={item}").content.decode()
        return page[page.index(f'<li id="{system}">') :].partition("</li>")[0]

    before = re.search(r"行政村</a>.*?(\d+) 条", line(Client(), "S161"))
    assert before is not None and before[1] == "0"
    add_entry("tests", kind_of(RULES, "villages"), RULES, VILLAGE, today=date(2026, 1, 5))
    after = line(Client(), "S161")
    assert re.search(r"行政村</a>.*?1 条.*?变动 2026-01-05", after), after
    # A register for staff shows its name to everybody, and what is in it to those who may see it.
    assert "仅工作人员可见" in line(Client(), "S132") and " 条" not in line(Client(), "S132")
    assert " 条" in line(client(portal, "viewer"), "S132")
    # Counts of supervision are for people who see all of it.
    assert "未销号的反馈问题" not in line(Client(), "S228")


def test_export_holds_what_the_page_shows(portal: Portal) -> None:
    body = Client().get(f"{PAGE}?state=partly&format=csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    wanted = [one for one in LISTED if one.named and one.state == "partly"]
    assert [row["编号"] for row in rows] == [one.id for one in wanted]
    assert all(row["还缺什么"] and row["落在何处"] for row in rows)
    answer: Any = Client().get(f"{PAGE}?all=1&format=xlsx")
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].max_row == 238


def test_task_pages_show_their_systems_and_the_pages_lead_there(portal: Portal) -> None:
    page = Client().get("/plan/T16/").content.decode()
    assert shown(page) == {"S116", "S117", "S118", "S119", "S120", "S121"}
    for address in ("/plan/", "/registers/", "/plan/T16/"):
        assert PAGE in Client().get(address).content.decode(), address
    part = Client().get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and len(shown(part)) == 91


def test_faults_of_the_table_are_told_with_their_line(tmp_path: Any) -> None:
    from shutil import copytree

    from saishang.rules import check_rules
    from saishang.rules.loader import ROOT

    folder = tmp_path / "plans" / "ningxia"
    copytree(ROOT / "plans" / "ningxia", folder)
    path = folder / "where.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    head = lines[0]
    tail = "source,task 1,confirmed"
    bad = [
        f"X001,T99,system,yes,甲,A,works,register:villages,,,,{tail}",
        f"X002,T1,system,yes,乙,B,works,,,,,{tail}",
        f"X003,T1,system,yes,丙,C,partly,register:nothing,villages.nothing,,,{tail}",
        f"X004,T1,system,yes,丁,D,not_built,calculator:nope,indicator:no.such,缺。,,{tail}",
        f"X005,T1,system,yes,戊,E,works,target:G99;rules:no/such,,,,{tail}",
    ]
    path.write_text("\n".join([head, *bad]) + "\n", encoding="utf-8")
    rules, problems = check_rules(tmp_path)
    assert not problems
    found = {(problem.line, problem.cell, problem.got) for problem in check_where(rules)}
    assert found == {
        (2, "item", "'T99'"), (3, "links", "nothing"), (4, "note", "nothing"), (4, "links", "'nothing'"),
        (4, "figures", "'villages.nothing'"), (5, "note_en", "one"), (5, "links", "'nope'"),
        (5, "figures", "'no.such'"), (6, "links", "'G99'"), (6, "links", "'no/such'"),
    }  # fmt: skip
    # A page that the portal does not have is refused by the schema.
    path.write_text(f"{head}\nX001,T1,system,yes,甲,A,works,page:nowhere,,,,{tail}\n", encoding="utf-8")
    assert [(problem.line, problem.cell) for problem in check_rules(tmp_path)[1]] == [(2, "links")]
