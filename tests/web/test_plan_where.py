"""The plan and where it lives: no dead link, no claim without a page, no row left out; live figures and filters."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import openpyxl
import pytest
from django.test import Client

from saishang.apps.plan.where import WORKING, System, check_where, systems
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of
from saishang.rules import check_rules, load_rules
from saishang.rules.loader import ROOT
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
        assert system.state == "not_built" or parts & WORKING, system.id


def test_commitments_are_held_against_what_counts_them(tmp_path: Path) -> None:
    folder = tmp_path / "plans" / "ningxia"
    copytree(ROOT / "plans" / "ningxia", folder)
    path = folder / "commitments.csv"
    head = path.read_text(encoding="utf-8").splitlines()[0]
    tail = "source,task 3,confirmed"
    rows = [
        f"K01,T3,C01,coverage,甲,A,energy.online_monitoring,基数,base,,,{tail}",
        f"K02,T3,C01,zero,乙,B,energy.online_monitoring,基数,base,,,{tail}",  # a share is no number of what is left
        f"K03,T3,,coverage,丙,C,industry.green_factories,基数,base,,,{tail}",  # a number is no share
        f"K04,T3,,share,丁,D,air.good_days,基数,base,,,{tail}",  # no register, and no word why
        f"K05,T3,,share,戊,E,air.good_days,基数,base,只有年度值。,Yearly values only.,{tail}",
        f"K06,T3,,coverage,己,F,radiation.emf_network,基数,base,,,{tail}",
    ]
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    rules, problems = check_rules(tmp_path)
    assert not problems
    found = {(problem.line, problem.cell, problem.got) for problem in check_where(rules)}
    assert found == {(3, "indicator", "share"), (4, "indicator", "count"), (5, "missing", "nothing")}


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
        ("state=not_built", {"S001", "S010"}, {"S012", "S086"}),
        ("state=works", {"S094", "S086"}, {"S001", "S008", "S116", "S120"}),
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


def test_a_figure_leads_to_the_entries_that_it_counts(portal: Portal) -> None:
    """The number of the row stands on the page that it leads to, over as many entries as it counts."""
    kind = kind_of(RULES, "regulations_standards")
    law = {
        "code": "LG-1", "name": "甲", "region": "640000", "kind": "regulation", "field": "climate",
        "region_level": "region", "drafter": "乙", "plan_by": "2026-12-31", "mark": "confirmed",
    }  # fmt: skip
    # Two on climate on their way, of these one a regulation; one on water, which the row on climate leaves out.
    for more in ({}, {"code": "LG-2", "kind": "discharge_standard"}, {"code": "LG-3", "field": "water"}):
        add_entry("tests", kind, RULES, law | more, today=date(2026, 1, 5))
    page = Client().get(PAGE).content.decode()
    for system, figure, number, keys in (
        ("S012", "climate_under_way", "2", {"LG-1", "LG-2"}), ("S193", "laws_under_way", "2", {"LG-1", "LG-3"}),
        ("S190", "discharge_standards", "0", set()),
    ):  # fmt: skip
        line = page[page.index(f'<li id="{system}">') :].partition("</li>")[0]
        found = re.search(rf'<a href="([^"]*/figures/{figure}/[^"]*)"><b class="num">(\d+) ', line)
        assert found is not None and found[2] == number, system
        behind = Client().get(found[1].replace("&amp;", "&")).content.decode()
        assert f'<strong class="num">{number} ' in behind
        assert set(re.findall(r">(LG-\d)<", behind)) == keys


def test_items_of_all_tasks_are_those_of_the_list(portal: Portal) -> None:
    """A safeguard has no items of its own: its row counts those of all tasks, and never stands at 0 beside them."""
    page = client(portal, "viewer").get(PAGE).content.decode()
    for system in ("S218", "S225", "S227"):
        line = page[page.index(f'<li id="{system}">') :].partition("</li>")[0]
        found = re.search(r'全部任务在办和办结的事项.*?<a href="(/work/items/)"><b class="num">(\d+)</b>', line)
        assert found is not None, line
        told = client(portal, "viewer").get(found[1]).content.decode()
        assert found[2] != "0" and f"{found[2]} 项" in told
    assert "全部任务在办和办结的事项" in Client().get(PAGE).content.decode()


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


def test_faults_of_the_table_are_told_with_their_line(tmp_path: Path) -> None:
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
        # Claims that only look like ones: nothing that anybody can use, a gap beside "works", numbers from elsewhere.
        f"X006,T1,system,yes,己,F,works,target:G01;indicator:air.good_days,,,,{tail}",
        f"X007,T1,system,yes,庚,G,works,register:villages,,缺。,Lacking.,{tail}",
        f"X008,T1,system,yes,辛,H,works,page:search;register:parks;register:parks,villages.villages;findings,,,{tail}",
        f"X009,T1,system,yes,壬,I,works,page:work-board,items;indicator:rural.toilet_share,,,{tail}",
        f"X010,T1,system,yes,癸,J,works,page:targets,indicator:carbon.uncounted,,,{tail}",
    ]
    path.write_text("\n".join([head, *bad]) + "\n", encoding="utf-8")
    # An indicator that nothing computes: somebody would have to report it.
    there = next((ROOT / "indicators").glob("reported.yaml")).read_text(encoding="utf-8")
    one = there[there.index("  - id: transport.nev_share") :].partition("\n  - id: ")[0]
    kept = [line for line in one.splitlines() if not line.startswith(("    also:", "      - {source"))]
    (tmp_path / "indicators").mkdir()
    (tmp_path / "indicators" / "site.yaml").write_text(
        "indicators:\n" + "\n".join(kept).replace("transport.nev_share", "carbon.uncounted") + "\n", encoding="utf-8"
    )
    rules, problems = check_rules(tmp_path)
    assert not problems
    found = {(problem.line, problem.cell, problem.got) for problem in check_where(rules)}
    assert found == {
        (2, "item", "'T99'"), (3, "links", "nothing"), (4, "note", "nothing"), (4, "links", "'nothing'"),
        (4, "figures", "'villages.nothing'"), (5, "note_en", "one"), (5, "links", "'nope'"),
        (5, "figures", "'no.such'"), (6, "links", "'G99'"), (6, "links", "'no/such'"),
        (6, "links", "none"), (7, "links", "none"), (8, "note", "a gap"), (9, "links", "'parks'"),
        (9, "figures", "'villages.villages'"), (9, "figures", "'findings'"), (10, "figures", "'rural.toilet_share'"),
        (11, "figures", "'carbon.uncounted'"),
    }  # fmt: skip
    # A page that the portal does not have is refused by the schema.
    path.write_text(f"{head}\nX001,T1,system,yes,甲,A,works,page:nowhere,,,,{tail}\n", encoding="utf-8")
    assert [(problem.line, problem.cell) for problem in check_rules(tmp_path)[1]] == [(2, "links")]
