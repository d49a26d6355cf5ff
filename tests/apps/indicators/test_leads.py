"""Leads behind a run: searched once, kept, reviewed by people, never changed; the pages that show them to staff."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from saishang.errors import SaishangError
from tests.emptying import own_site

pytestmark = pytest.mark.django_db
STATIONS = ("1488A", "1489A", "2924A", "2925A", "2926A")
FLAT = 500  # first of twenty hours of 1489A that stand still
PASSWORD = "correct-horse-battery"


def hours(path: Path) -> Path:
    """Seventy days of five stations of Yinchuan: one stands still for twenty hours, one repeats another."""
    rng = np.random.default_rng(8)
    count = 70 * 24
    shared = np.repeat(np.exp(rng.normal(0, 0.3, 70)), 24)[:, None]
    coarse = np.rint(90 * shared * np.exp(rng.normal(0, 0.15, (count, 5))))
    fine = np.rint(coarse * 0.45 * np.exp(rng.normal(0, 0.1, (count, 5))))
    coarse[FLAT : FLAT + 20, 1] = 88.0
    coarse[1000:1030, 3] = coarse[700:730, 0]
    end = np.datetime64("2019-01-01T01", "us") + np.arange(count).astype("timedelta64[h]")
    table = pa.table({
        "time": np.repeat(end, 5), "station_code": list(STATIONS) * count,
        "pm25": pa.array(fine.ravel().astype("int16")), "pm10": pa.array(coarse.ravel().astype("int16")),
        **{name: pa.nulls(count * 5, pa.int16()) for name in ("so2", "no2", "o3")},
        "co": pa.nulls(count * 5, pa.float32()),
    })  # fmt: skip
    pq.write_table(table, path)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """A run over these hours, and its leads."""
    from django.conf import settings

    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.indicators.actions.make_leads import make_leads
    from saishang.apps.organisations.models import ROLES, User
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.rules import load_rules

    folder = tmp_path_factory.mktemp("leads")
    with django_db_blocker.unblock(), own_site(folder) as lake:
        import_plan_from_rules("tests", "ningxia")
        lake.ingest(hours(folder / "air_hourly_tests.parquet"))
        run = evaluate("tests", settings.CONFIG, lake, load_rules(), date(2019, 3, 31), site="ningxia", region="640000")
        people = {role: User.objects.create_user(f"l-{role}", password=PASSWORD, role=role) for role in ROLES}
        yield run, make_leads("tests", run.id), people


def lead(made: Any, signal: str) -> Any:
    return next(row for row in made[1] if row.signal == signal)


def test_what_was_planted_is_found_and_nothing_else(made: Any) -> None:
    from saishang.apps.indicators import leads

    run, rows, _people = made
    exact = [row for row in rows if row.signal in ("copies", "flat", "digits", "sprinkled")]
    assert [(row.signal, row.station, row.parameter) for row in exact] == [
        ("copies", "2925A", "PM10"), ("flat", "1489A", "PM10"),
    ]  # fmt: skip
    # Copied PM10 beside PM2.5 of its own: the ratio does not fit either, and nobody else is named.
    assert {row.station for row in rows} == {"1489A", "2925A"}
    flat = lead(made, "flat")
    assert (flat.first, flat.last) == ("2019-01-21T20:00", "2019-01-22T16:00")  # hour 500, twenty hours
    assert flat.numbers["hours"] == 20 and flat.numbers["value"] == 88
    copied = lead(made, "copies")
    assert (copied.other, copied.numbers["shift_hours"], copied.numbers["hours"]) == ("1488A", 300, 30)
    assert all(row.harmless for row in rows)
    covered = leads.searched(run.id)
    assert covered is not None and (covered.stations, covered.hours) == (5, 2 * 5 * 70 * 24)
    assert leads.read(run.id) == rows
    # Five stations in one city have all families counted by station.
    assert {row.station for row in leads.stations_of(rows)} == {row.station for row in rows}


def test_made_again_it_comes_out_the_same(made: Any) -> None:
    from saishang.apps.indicators.actions.make_leads import make_leads

    assert make_leads("tests", made[0].id, again=True) == made[1]
    with pytest.raises(SaishangError, match="may not make analyses"):
        make_leads(made[2]["viewer"], made[0].id, again=True)


def test_evidence_ends_where_the_run_ends(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from saishang.apps.indicators import lead_evidence

    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(lead_evidence, "network_of", lambda *given: asked.append(given))
    flat = lead(made, "flat")
    lead_evidence.evidence(made[0].id, flat)
    lead_evidence.evidence(made[0].id, replace(flat, last="2019-03-31T20:00"))
    # Two days after the lead, and never after the day of the run, 31 March.
    assert [str(given[5]) for given in asked] == ["2019-01-24 16:00:00", "2019-04-01 00:00:00"]
    assert asked[0][7] == {"PM10"}


def test_a_station_without_coordinates_has_no_neighbours() -> None:
    from saishang.apps.indicators.leads import _arrays
    from saishang.rules import load_rules
    from saishang.science.suspicion.from_rules import rule_of

    rules = load_rules()
    rows = pa.table({"station": ["C", "A", "B", "A"], "parameter": ["PM10", "PM10", "PM10", "CO"],
                     "hour": [0, 1, 2, 23], "value": [7.0, 8.0, 9.0, 0.4]})  # fmt: skip
    places = {code: {"region": "640100", "lon": lon, "lat": 38.5} for code, lon in
              (("A", 106.2), ("B", 106.3), ("C", None))}  # fmt: skip
    start = np.arange(np.datetime64("2019-01-01T00", "h"), np.datetime64("2019-01-02T00", "h"))
    network = _arrays(rows, start, places, rules, rule_of(rules.document("suspicion")))
    assert network.stations == ("A", "B", "C") and set(network.values) == {"PM10", "CO"}
    filled = {(int(t), int(s)): float(network.values["PM10"][t, s]) for t, s in np.argwhere(network.values["PM10"] > 0)}
    assert filled == {(0, 2): 7.0, (1, 0): 8.0, (2, 1): 9.0} and network.values["CO"][23, 0] == 0.4
    assert [near.tolist() for near in network.neighbours] == [[1], [0], []]


def test_identity_by_hand(made: Any) -> None:
    import hashlib

    flat = lead(made, "flat")
    told = "flat||1489A|PM10||2019-01-21T20:00"
    assert flat.id == hashlib.sha256(told.encode()).hexdigest()[:12]


def test_review_follows_its_table_and_is_logged(made: Any) -> None:
    from saishang.apps.core.models import ActionLogEntry
    from saishang.apps.indicators.actions.review_lead import review_lead
    from saishang.apps.indicators.leads import reviews_of

    run, rows, people = made
    flat = lead(made, "flat")

    def act(event: str, reason: str = "looked at the logger", cause: str = "", who: str = "editor") -> Any:
        return review_lead(people[who], run.id, flat, event, reason, cause=cause)

    for event, reason, cause, who, message in (
        ("check", "x", "", "viewer", "by a named person who may"),
        ("check", "  ", "", "editor", "needs a reason"),
        ("explain", "x", "clean_air", "editor", "is open does not allow explain"),
        ("hand", "x", "", "editor", "is open does not allow hand"),
        ("nonsense", "x", "", "editor", "does not allow nonsense"),
        ("check", "x", "clean_air", "editor", "belongs to a lead that is explained"),
    ):
        with pytest.raises(SaishangError, match=message):
            act(event, reason, cause, who)
    with pytest.raises(SaishangError, match="by a named person"):
        review_lead("a command", run.id, flat, "check", "x")
    assert act("check").state == "checking"
    with pytest.raises(SaishangError, match="by a harmless cause"):
        act("explain", cause="magic")
    explained = act("explain", "the link was down", "transmission_repeat", "admin")
    assert (explained.state, explained.cause, explained.reviewed_by) == (
        "explained",
        "transmission_repeat",
        people["admin"],
    )
    assert act("reopen").state == "checking" and act("hand").state == "handed"
    assert [one.event for one in reviews_of(rows)[flat.id]] == ["check", "explain", "reopen", "hand"]
    entries = ActionLogEntry.objects.filter(verb="indicators.review_lead").order_by("sequence")
    assert [(e.before["state"], e.after["state"], e.reason) for e in entries][1] == (
        "checking", "explained", "the link was down",
    )  # fmt: skip
    assert entries.count() == 4

    # A later run in which the same run of hours is longer: the review is known, another question is not.
    longer = replace(flat, id="0" * 12, first="2019-01-21T18:00")
    elsewhere = replace(flat, id="1" * 12, station="1488A")
    after = replace(flat, id="2" * 12, first=flat.last, last="2019-01-23T00:00")
    known = reviews_of([longer, elsewhere, after])
    assert list(known) == ["0" * 12] and known["0" * 12][-1].state == "handed"
    assert review_lead(people["editor"], run.id, longer, "reopen", "again").lead == flat.id


def test_reviews_never_change(made: Any) -> None:
    from saishang.apps.indicators.actions.review_lead import review_lead
    from saishang.apps.indicators.models import LeadReview

    kept = review_lead(made[2]["editor"], made[0].id, lead(made, "copies"), "check", "begun")
    for change in (
        lambda: LeadReview.objects.filter(pk=kept.pk).update(state="explained"),
        lambda: LeadReview.objects.filter(pk=kept.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="reviews of leads never change"), transaction.atomic():
            change()
    assert LeadReview.objects.filter(pk=kept.pk, state="checking").exists()


def signed_in(made: Any, role: str, language: str = "zh-hans") -> Client:
    client = Client()
    client.force_login(made[2][role])
    client.cookies["django_language"] = language
    return client


def test_nobody_without_an_account_sees_leads(made: Any) -> None:
    flat = lead(made, "flat")
    for address in ("/data/leads/", f"/data/leads/{flat.id}/"):
        answer = Client().get(address)
        assert answer.status_code == 302 and answer["Location"].startswith("/account/sign-in/?next=")
    assert Client().post(f"/data/leads/{flat.id}/review/", {"event": "check", "reason": "x"}).status_code == 302
    assert signed_in(made, "viewer").post(f"/data/leads/{flat.id}/review/", {"event": "check"}).status_code == 403
    assert "data/leads" not in Client().get("/data/gaps/").content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", ("可疑数据线索", "线索不是定论", "恒值", "复制序列", "待核", "1489A 学院路")),
     ("en", ("Leads of suspicious data", "A lead is no verdict", "Flat line", "Copied series", "Open", "Xueyuan"))],
)  # fmt: skip
def test_the_list_in_both_languages(made: Any, language: str, words: tuple[str, ...]) -> None:
    page = signed_in(made, "viewer", language).get("/data/leads/").content.decode()
    assert [word for word in words if word not in page] == []
    if language == "en":
        main = page[page.index("<main") : page.index("</main>")]
        assert not [c for c in main if "\u4e00" <= c <= "\u9fff"]


def test_filters_search_and_export(made: Any) -> None:
    client = signed_in(made, "viewer")

    def listed(query: str) -> list[str]:
        body = client.get(f"/data/leads/?format=csv&table=leads&{query}").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(body)))
        head = next(n for n, row in enumerate(rows) if row and row[0] == "分值")
        return [row[rows[head].index("线索编号")] for row in rows[head + 1 :] if len(row) > 5]

    flat, copied = lead(made, "flat"), lead(made, "copies")
    assert set(listed("")) == {row.id for row in made[1]}
    assert flat.id in listed("signal=flat") and copied.id not in listed("signal=flat")
    assert listed("signal=copies&station=2925A") == [copied.id]
    assert flat.id in listed("q=1489a+pm10+2019-01") and listed("q=nothing") == []
    assert listed("region=640500") == [] and flat.id in listed("region=640100&state=open")
    assert "没有符合条件的线索" in client.get("/data/leads/?q=nothing").content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("signal", ["flat", "copies"])
def test_a_lead_leads_to_its_rows(made: Any, signal: str, language: str) -> None:
    row = lead(made, signal)
    client = signed_in(made, "viewer", language)
    page = client.get(f"/data/leads/{row.id}/").content.decode()
    told = {
        "zh-hans": ("无害的解释", "这是线索，不是定论"),
        "en": ("Harmless explanations", "This is a lead, no verdict"),
    }
    assert [words for words in told[language] if words not in page] == []
    day = row.first[:10]
    link = f"/targets/chain/{made[0].id}/station/{row.station}/{day}/?parameter=PM10"
    assert link in page
    assert client.get(link).status_code == 200
    assert 'name="reason"' not in page  # a viewer may not review
    if language == "en":
        main = page[page.index("<main") : page.index("</main>")]
        without = main.replace("环境监测数据弄虚作假行为判定及处理办法（环发〔2015〕175号）", "").replace(
            "生态环境法典", ""
        )
        assert not [c for c in without if "\u4e00" <= c <= "\u9fff"]
    table = "hours-0" if signal == "flat" else "copies-0"
    body = client.get(f"/data/leads/{row.id}/?format=csv&table={table}").content.decode("utf-8-sig")
    figures = [line.split(",") for line in body.splitlines() if line.startswith("2019-")]
    if signal == "flat":
        assert sum(float(cells[1] or 0) == 88 for cells in figures) >= 20
    else:
        assert sum(cells[1] == cells[2] for cells in figures) >= 30


def test_review_by_the_form(made: Any) -> None:
    flat = lead(made, "flat")
    client = signed_in(made, "editor")
    address = f"/data/leads/{flat.id}/"
    assert 'name="reason"' in client.get(address).content.decode()
    refused = client.post(f"{address}review/", {"event": "hand", "reason": "x"}, follow=True).content.decode()
    assert "状态为 open 的线索不能做 hand" in refused
    page = client.post(f"{address}review/", {"event": "check", "reason": "请运维查日志"}, follow=True).content.decode()
    assert "已记录：核查中" in page and "请运维查日志" in page
    assert "核查中" in client.get("/data/leads/?state=checking").content.decode()
    assert client.get("/data/leads/ffffffffffff/").status_code == 404


def test_a_run_that_nobody_searched_says_what_to_do(made: Any) -> None:
    from saishang.apps.indicators.leads import KEPT

    path = KEPT.file_of(made[0].id)
    away = path.rename(path.with_suffix(".away"))
    try:
        page = signed_in(made, "viewer").get("/data/leads/").content.decode()
        assert "这次评估还没有检验过线索" in page and f"saishang leads --run {made[0].id}" in page
    finally:
        away.rename(path)


def test_states_are_a_closed_table() -> None:
    from saishang.apps.indicators.lead_states import EVENTS, STATES, TRANSITIONS, next_state, open_events

    assert {state for pair in TRANSITIONS.items() for state in (pair[0][0], pair[1])} == set(STATES)
    assert {event for _, event in TRANSITIONS} == set(EVENTS)
    assert open_events("open") == ("check",) and next_state("handed", "explain") is None
    assert all(open_events(state) for state in STATES), (
        "nothing is final: what comes to light later can be written down"
    )
