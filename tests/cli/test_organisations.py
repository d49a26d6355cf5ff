"""`saishang organisations` and `saishang people`, and the demonstration's people."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.organisations.models import Membership, Organisation, User
from tests.command import Run, runner

pytestmark = pytest.mark.django_db
WHY = ("--reason", "宁编办〔2026〕1号")


@pytest.fixture
def organisations(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    made = runner("organisations", monkeypatch, capsys)
    assert "新增 new 66" in made("seed").out
    return made


@pytest.fixture
def people(organisations: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner("people", monkeypatch, capsys)


def test_the_tree_is_kept(organisations: Run) -> None:
    assert "新增 new 0，更新 updated 0，保留 kept 0" in organisations("seed").out
    assert organisations("add", "NX-STT", "NX-STT-DQC", "大气处", *WHY).code == 0
    assert organisations("rename", "NX-STT-DQC", "大气与气候处", *WHY).code == 0
    assert organisations("move", "NX-STT-DQC", "NX-LCJ", *WHY).code == 0
    listed = json.loads(organisations("list", "气候", "--json").out)
    assert [(row["code"], row["parent"]) for row in listed] == [("NX-STT-DQC", "NX-LCJ")]
    tomorrow = (date.today() + timedelta(1)).isoformat()
    closed = organisations("close", "NX-STT-DQC", "--into", "NX-STT", "--day", tomorrow, *WHY)
    assert closed.code == 0 and date.today().isoformat() in closed.out
    assert Organisation.objects.get(code="NX-STT-DQC").successor.code == "NX-STT"
    refused = organisations("close", "640000", *WHY)
    assert refused.code == 1 and "top of the tree" in refused.err
    assert organisations("add", "NX-STT", "NX-STT-X", "某处", *WHY, "--opened", "soon").code == 2
    assert ActionLogEntry.objects.latest("sequence").actor_name.startswith("saishang (")


def test_people_come_and_go(people: Run) -> None:
    made = people("add", "zhang.san", "张三", "NX-STT", "reporter", *WHY)
    secret = re.findall(r"password (\S+)", made.out)[0]
    assert User.objects.get(username="zhang.san").check_password(secret)
    assert people("grant", "zhang.san", "640100", "head", *WHY).code == 0
    rows = json.loads(people("list", "--role", "head", "--json").out)
    assert [(row["username"], sorted(row["roles"])) for row in rows] == [
        ("zhang.san", ["head@640100", "reporter@NX-STT"])
    ]
    assert people("end", "zhang.san", "640100", "head", *WHY).code == 0
    assert Membership.objects.get(role="head").last == date.today()
    assert people("end", "zhang.san", "640100", "assessor", *WHY).code == 1
    assert people("deactivate", "zhang.san", *WHY).code == 0
    assert people("activate", "zhang.san", *WHY).code == 0
    assert "password" in people("reset", "zhang.san", *WHY).out
    assert people("reset", "zhang.san", "--codes", *WHY).code == 1
    assert people("add", "li.si", "李四", "NX-STT", "king", *WHY).code == 1
    assert people("add", "li.si", "李四", "NX-STT", "head").code == 2  # without reason


def test_the_demonstrations_people(organisations: Run, tmp_path: Path) -> None:
    from saishang.cli.demo_steps import make_users
    from saishang.config import load_config

    config = load_config({"SAISHANG_VAR": str(tmp_path)})
    users = make_users(config)
    held = {
        user.username: sorted((row.organisation.code, row.role) for row in user.memberships.all())
        for user in User.objects.prefetch_related("memberships__organisation") if user.username.startswith("demo-")
    }  # fmt: skip
    # Three work in the department and in the city, so that the whole way of a report can be walked.
    assert {name: roles for name, roles in held.items() if roles} == {
        "demo-reporter": [("640100", "reporter"), ("NX-STT", "reporter")],
        "demo-reviewer": [("640100", "reviewer"), ("NX-STT", "reviewer")],
        "demo-head": [("640100", "head"), ("NX-STT", "head")],
        "demo-office": [("NX-LDXZB", "office")],
        "demo-auditor": [("640000", "auditor")],
    }
    assert not User.objects.filter(memberships__isnull=False).exclude(role="member", must_change_password=False)
    assert [user.role for user in users[:3]] == ["admin", "editor", "viewer"] and len(users) == 8
    assert all("虚构" in user.display_name and user.place for user in users[3:])
    assert all(User.objects.get(username=user.username).check_password(user.password) for user in users)
    entries = ActionLogEntry.objects.count()
    assert make_users(config) == users and ActionLogEntry.objects.count() == entries
