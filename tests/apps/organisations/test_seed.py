"""The tree from the rules: what stands in the tables, a second time nothing, and what people changed stays."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.organisations import queries
from saishang.apps.organisations.actions import (
    Doing,
    Named,
    add_organisation,
    move_organisation,
    rename_organisation,
    seed_organisations,
)
from saishang.apps.organisations.models import Organisation, OrganisationName
from saishang.apps.organisations.refusals import ChangeRefused, NotAllowed
from saishang.rules import Rules, load_rules

pytestmark = pytest.mark.django_db
SHELL = Doing("tests", "from the rules")


def with_row(folder: Path, *rows: str) -> Rules:
    """The shipped rules with rows of agencies laid over them."""
    import saishang.rules

    head = (Path(saishang.rules.__file__).parent / "agencies.csv").read_text(encoding="utf-8").splitlines()[0]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "agencies.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return load_rules(folder)


STT = (
    "NX-STT,{zh},Department of Ecology and Environment,{short},生态环境厅;自治区生态环境厅,government_department,"
    "autonomous_region,{parent},640000,,,a test,a test,confirmed,"
)
NEW = (
    "NX-SJJ,宁夏回族自治区数据局,Data Administration,数据局,数据局,directly_affiliated,autonomous_region,,640000,,,"
    "a test,a test,confirmed,"
)
ZH = "宁夏回族自治区生态环境厅"


def test_the_tree_of_the_tables() -> None:
    done = seed_organisations(SHELL, load_rules(), "640000")
    # By hand from the tables: 1 region, 37 agencies of it (38 rows with region 640000 are those without the three of
    # many bodies and without the base), 5 cities, 22 counties, 1 base.
    views = {view.code: view for view in queries.tree()}
    kinds = [view.kind for view in views.values()]
    assert (kinds.count("government"), kinds.count("leading_group")) == (1 + 5 + 22 + 1, 2)
    assert views["640000"].depth == 0 and views["640000"].zh == "宁夏回族自治区党委和政府"
    parents = {code: views[code].parent for code in ("NX-LCJ", "NX-YJJ", "NX-LDXZB", "NX-STT", "640104", "NX-NINGDONG")}
    assert parents == {
        "NX-LCJ": "NX-ZRT", "NX-YJJ": "NX-SCT", "NX-LDXZB": "NX-LDXZ", "NX-STT": "640000", "640104": "640100",
        "NX-NINGDONG": "640000",
    }  # fmt: skip
    assert not {"NX-RDCWH", "NX-ZX", "NX-DFDZ", "610000", "150000"} & set(views)
    assert len(done.added) == len(views) and done.taken == done.kept == ()
    assert views["NX-NINGDONG"].kind == "government" and views["NX-NINGDONG"].region == "NX-NINGDONG"
    assert [view.code for view in queries.find("自治区住建厅")] == ["NX-ZJT"]
    assert [view.code for view in queries.find("银川市")] == ["640100"]
    assert [view.code for view in queries.find("宁东管委会")] == ["NX-NINGDONG"]
    entry = ActionLogEntry.objects.get()
    assert entry.verb == "organisations.seed" and len(entry.after["added"]) == len(views)


def test_a_second_time_changes_nothing() -> None:
    seed_organisations(SHELL, load_rules(), "640000")
    before = list(Organisation.objects.order_by("pk").values()), list(OrganisationName.objects.order_by("pk").values())
    done = seed_organisations(SHELL, load_rules(), "640000")
    assert done.unchanged and done.kept == ()
    after = list(Organisation.objects.order_by("pk").values()), list(OrganisationName.objects.order_by("pk").values())
    assert before == after and ActionLogEntry.objects.count() == 1


def test_new_rules_are_taken_over_where_nobody_changed_it(tmp_path: Path) -> None:
    seed_organisations(SHELL, load_rules(), "640000")
    rules = with_row(tmp_path / "a", STT.format(zh=ZH, short="环境厅", parent=""), NEW)
    done = seed_organisations(SHELL, rules, "640000")
    assert done.added == ("NX-SJJ",)
    assert "NX-STT: short 生态环境厅 → 环境厅" in done.taken
    found = queries.one("NX-STT")
    assert found is not None and found.short == "环境厅"
    # Positions of those behind a new row move; nothing else does.
    assert all(": position " in told for told in done.taken if not told.startswith("NX-STT: short"))
    assert seed_organisations(SHELL, rules, "640000").unchanged


def test_what_people_changed_is_told_and_stays(tmp_path: Path) -> None:
    seed_organisations(SHELL, load_rules(), "640000")
    rename_organisation(SHELL, "NX-STT", Named("宁夏回族自治区生态环境和气候厅"), date(2026, 9, 1))
    move_organisation(SHELL, "NX-LCJ", "640000")
    # A rename has its own day: the rules' first name may still be corrected beneath it.
    rules = with_row(tmp_path / "a", STT.format(zh=ZH, short="环保厅", parent="NX-ZRT"))
    done = seed_organisations(SHELL, rules, "640000")
    assert any(told.startswith("NX-STT: parent 640000 → NX-ZRT in the rules; here it is 640000") for told in done.kept)
    assert Organisation.objects.get(code="NX-STT").path == "/640000/NX-STT/"
    assert Organisation.objects.get(code="NX-LCJ").path == "/640000/NX-LCJ/"
    found = queries.one("NX-STT", date(2026, 9, 1))
    assert found is not None and found.zh == "宁夏回族自治区生态环境和气候厅"
    # Somebody corrects the first name here; the rules say a third thing: it is told, not overwritten.
    OrganisationName.objects.filter(organisation__code="NX-STT", first=None).update(short="省厅")
    done = seed_organisations(SHELL, with_row(tmp_path / "b", STT.format(zh=ZH, short="生环厅", parent="")), "640000")
    assert "NX-STT: short 环保厅 → 生环厅 in the rules; here it is 省厅" in done.kept
    assert OrganisationName.objects.get(organisation__code="NX-STT", first=None).short == "省厅"


def test_what_the_rules_never_had_or_dropped_is_told(tmp_path: Path) -> None:
    seed_organisations(SHELL, with_row(tmp_path / "a", NEW), "640000")
    add_organisation(SHELL, "NX-STT", "NX-DQC", Named("大气处"))
    done = seed_organisations(SHELL, load_rules(), "640000")
    assert done.kept == ("NX-SJJ: not in the rules any more",)
    theirs = NEW.replace("NX-SJJ", "NX-DQC").replace("宁夏回族自治区数据局", "大气处")
    done = seed_organisations(SHELL, with_row(tmp_path / "b", theirs), "640000")
    assert "NX-DQC: made by people, the rules now have it too" in done.kept


def test_who_may_seed_and_from_where() -> None:
    from saishang.apps.organisations.models import Membership, User

    with pytest.raises(ChangeRefused, match="region of the rules"):
        seed_organisations(SHELL, load_rules(), "999999")
    with pytest.raises(ChangeRefused, match="reason"):
        seed_organisations(Doing("tests", ""), load_rules(), "640000")
    seed_organisations(SHELL, load_rules(), "640000")
    whole = User.objects.create(username="whole")
    Membership.objects.create(user=whole, organisation=Organisation.objects.get(code="640000"), role="administrator",
                              first=date(2026, 1, 1), granted_by="tests", reason="x")  # fmt: skip
    with pytest.raises(NotAllowed):
        seed_organisations(Doing(whole, "because"), load_rules(), "640000")
