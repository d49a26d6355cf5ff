"""Versions of a plan in the portal: the comparison, and the form that settles an unknown unit."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from saishang.apps.plan import queries
from saishang.apps.plan.actions import import_plan_from_file

pytestmark = pytest.mark.django_db

VERSIONS = Path(__file__).parents[1] / "apps" / "plan" / "versions"


def _import() -> None:
    for label in ("draft", "final"):
        import_plan_from_file("command", VERSIONS / f"{label}.txt", plan="qingyuan", label=label)


def test_the_newest_two_versions_are_compared() -> None:
    _import()
    client = Client()
    page = client.get("/plan/compare/").content.decode()
    for words in ("31 项 → 28 项，未变 18 项", "修复矿山", "守护生态系统 → 打好净土保卫战", "≥ 55% → ≥ 58%"):
        assert words in page
    same = client.get("/plan/compare/?before=qingyuan@final&after=qingyuan@final").content.decode()
    assert "所选是同一个版本" in same
    table = client.get("/plan/compare/?format=csv&table=changes").content.decode("utf-8-sig")
    assert "建设无废细胞" in table


def test_a_person_settles_a_unit(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(
        "柳溪市清水行动方案\n一、重点任务\n1．整治河道。开展清漂。（清流专班牵头，市水务局配合）\n2．巡河。落实巡查。（市水务局）\n",
        encoding="utf-8",
    )
    version = import_plan_from_file("command", path, plan="rivers")
    client = Client()
    client.force_login(get_user_model().objects.create_user(username="e", password="x", role="editor"))
    page = client.get("/plan/units/").content.decode()
    assert "清流专班" in page
    answer = client.post("/plan/units/", {"unit": "清流专班", "agency": "", "reason": ""})
    assert answer.status_code == 422
    answer = client.post(
        "/plan/units/", {"unit": "清流专班", "agency": "柳溪市清流行动办公室", "reason": "来函"}, follow=True
    )
    assert "没有待确认的单位" in answer.content.decode()
    assert [i.id for i in queries.items(version.pk, owner="柳溪市清流行动办公室")] == ["T1"]
