"""Every change of organisations and people: what is refused, days just below, at and above, and what the log says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from saishang.apps.core.actions import verify_chain
from saishang.apps.core.models import ActionLogEntry
from saishang.apps.organisations import queries
from saishang.apps.organisations.actions import (
    Doing,
    Named,
    activate,
    add_organisation,
    change_own_password,
    close_organisation,
    deactivate,
    end_one,
    end_role,
    grant_role,
    make_person,
    move_organisation,
    rename_organisation,
    reset_password,
)
from saishang.apps.organisations.actions.end_sign_in import begin_sign_in
from saishang.apps.organisations.models import Membership, Organisation, OrganisationName, SignIn, User
from saishang.apps.organisations.refusals import ChangeRefused, NotAllowed

pytestmark = pytest.mark.django_db
SHELL = Doing("tests", "because")
ONE = timedelta(1)


def today() -> date:
    return timezone.localdate()


@pytest.fixture
def tree() -> dict[str, Organisation]:
    def make(code: str, above: Organisation | None, zh: str) -> Organisation:
        path = f"{above.path if above else '/'}{code}/"
        made = Organisation.objects.create(code=code, kind="government", parent=above, path=path)
        OrganisationName.objects.create(organisation=made, zh=zh, en=f"{code} in English")
        return made

    top = make("640000", None, "自治区党委和政府")
    city = make("640100", top, "银川市党委和政府")
    county = make("640104", city, "兴庆区党委和政府")
    return {
        "top": top, "city": city, "county": county, "beside": make("640200", top, "石嘴山市党委和政府"),
        "agency": make("NX-STT", top, "自治区生态环境厅"),
    }  # fmt: skip


def person(name: str, where: str = "", role: str = "reporter", **more: Any) -> User:
    made = User.objects.create(username=name, display_name=name, role=more.pop("post", "member"))
    if where:
        Membership.objects.create(
            user=made, organisation=Organisation.objects.get(code=where), role=role, granted_by="tests", reason="x",
            first=more.pop("first", date(2026, 1, 1)), **more,
        )  # fmt: skip
    return made


def last() -> ActionLogEntry:
    return ActionLogEntry.objects.latest("sequence")


def faults(error: pytest.ExceptionInfo[ChangeRefused]) -> set[str]:
    return {fault.field for fault in error.value.faults}


# --- organisations ---------------------------------------------------------------------------------------------------


def test_an_office_is_added_below_and_its_days_begin(tree: dict[str, Organisation]) -> None:
    opened = today() + 5 * ONE
    made = add_organisation(SHELL, "NX-STT", "NX-STT-DQC", Named("大气环境处", "Air Division"), opened=opened)
    assert (made.path, made.kind) == ("/640000/NX-STT/NX-STT-DQC/", "office")
    assert not made.open_on(opened - ONE) and made.open_on(opened) and made.open_on(opened + ONE)
    entry = last()
    assert (entry.verb, entry.reason, entry.before) == ("organisations.add", "because", None)
    assert entry.after["parent"] == "NX-STT" and entry.after["opened"] == opened.isoformat()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"code": "x"}, "code"), ({"code": "NX STT"}, "code"), ({"code": "a/b"}, "code"), ({"code": "nx-stt"}, "code"),
        ({"zh": "  "}, "zh"), ({"zh": "自治区　生态环境厅"}, "zh"), ({"zh": "长" * 201}, "zh"),
        ({"kind": "ministry"}, "kind"), ({"reason": " "}, "reason"), ({"reason": "长" * 301}, "reason"),
    ],
)  # fmt: skip
def test_an_office_that_cannot_be(tree: dict[str, Organisation], given: dict[str, str], field: str) -> None:
    told = {"code": "NX-STT-1", "zh": "大气处", "kind": "office", "reason": "because"} | given
    with pytest.raises(ChangeRefused) as error:
        add_organisation(Doing("tests", told["reason"]), "NX-STT", told["code"], Named(told["zh"]), kind=told["kind"])
    assert faults(error) == {field}
    assert Organisation.objects.count() == 5 and not ActionLogEntry.objects.exists()


def test_every_fault_is_told_at_once(tree: dict[str, Organisation]) -> None:
    with pytest.raises(ChangeRefused) as error:
        add_organisation(Doing("tests", ""), "NX-STT", "x", Named(""))
    assert faults(error) == {"reason", "code", "zh"}
    with pytest.raises(ChangeRefused, match="expected the code of an organisation"):
        add_organisation(SHELL, "NX-NONE", "NX-1", Named("处"))


def test_nothing_is_added_below_a_closed_one(tree: dict[str, Organisation]) -> None:
    day = today() + 10 * ONE
    close_organisation(SHELL, "NX-STT", day)
    add_organisation(SHELL, "NX-STT", "NX-STT-1", Named("一处"), opened=day - ONE)
    with pytest.raises(ChangeRefused) as error:
        add_organisation(SHELL, "NX-STT", "NX-STT-2", Named("二处"), opened=day)
    assert faults(error) == {"opened"}


def test_a_name_holds_from_its_day_on(tree: dict[str, Organisation]) -> None:
    day = date(2026, 9, 1)
    rename_organisation(SHELL, "NX-STT", Named("自治区生态环境和气候厅", "Ecology and Climate", "气候厅"), day)
    for on, zh in (
        (day - ONE, "自治区生态环境厅"),
        (day, "自治区生态环境和气候厅"),
        (day + ONE, "自治区生态环境和气候厅"),
    ):
        view = queries.one("NX-STT", on)
        assert view is not None and view.zh == zh
    # The old name still leads there, now as an alias; on the day before, as the name.
    assert [view.code for view in queries.find("自治区生态环境厅", day)] == ["NX-STT"]
    assert [view.code for view in queries.find("气候厅", day)] == ["NX-STT"]
    assert queries.find("气候厅", day - ONE) == []
    entry = last()
    assert entry.verb == "organisations.rename" and entry.before["zh"] == "自治区生态环境厅"
    assert entry.after["first"] == "2026-09-01"


def test_names_that_cannot_be(tree: dict[str, Organisation]) -> None:
    day = date(2026, 9, 1)
    rename_organisation(SHELL, "NX-STT", Named("甲厅"), day)
    for first, named, field in (
        (day - ONE, "乙厅", "first"), (day, "乙厅", "first"), (day + ONE, "甲厅", "zh"),
        (day + ONE, "银川市党委和政府", "zh"), (day + ONE, "", "zh"),
    ):  # fmt: skip
        with pytest.raises(ChangeRefused) as error:
            rename_organisation(SHELL, "NX-STT", Named(named), first)
        assert field in faults(error), (first, named)
    rename_organisation(SHELL, "NX-STT", Named("乙厅"), day + ONE)
    # A name that was given up may be taken by somebody else.
    rename_organisation(SHELL, "640200", Named("自治区生态环境厅"), day + ONE)
    assert queries.find("自治区生态环境厅", day + ONE)[0].code == "640200"


def test_a_name_only_while_it_exists(tree: dict[str, Organisation]) -> None:
    opened, day = today() - 9 * ONE, today() + 3 * ONE
    Organisation.objects.filter(code="NX-STT").update(opened=opened)
    close_organisation(SHELL, "NX-STT", day)
    for first in (opened - ONE, day):
        with pytest.raises(ChangeRefused) as error:
            rename_organisation(SHELL, "NX-STT", Named("甲厅"), first)
        assert faults(error) == {"first"}
    rename_organisation(SHELL, "NX-STT", Named("甲厅"), opened)
    rename_organisation(SHELL, "NX-STT", Named("乙厅"), day - ONE)


def test_a_move_takes_everything_below_along(tree: dict[str, Organisation]) -> None:
    twin = add_organisation(SHELL, "640000", "6401001", Named("同首"))
    move_organisation(SHELL, "640100", "NX-STT")
    paths = dict(Organisation.objects.values_list("code", "path"))
    assert paths["640100"] == "/640000/NX-STT/640100/"
    assert paths["640104"] == "/640000/NX-STT/640100/640104/"
    assert paths["6401001"] == twin.path == "/640000/6401001/"
    assert Organisation.objects.get(code="640100").parent == tree["agency"]
    entry = last()
    assert (entry.verb, entry.before["parent"], entry.after["moved"]) == ("organisations.move", "640000", 2)


@pytest.mark.parametrize(("code", "parent"), [("640000", "NX-STT"), ("640100", "640000"), ("640100", "640100"),
                                               ("640100", "640104")])  # fmt: skip
def test_moves_that_cannot_be(tree: dict[str, Organisation], code: str, parent: str) -> None:
    with pytest.raises(ChangeRefused) as error:
        move_organisation(SHELL, code, parent)
    assert faults(error) == {"parent"}
    assert Organisation.objects.get(code="640104").path == "/640000/640100/640104/"


def test_no_move_under_a_closed_one(tree: dict[str, Organisation]) -> None:
    close_organisation(SHELL, "NX-STT", today() + ONE)
    move_organisation(SHELL, "640104", "NX-STT")  # its last day is today
    move_organisation(SHELL, "640104", "640100")
    Organisation.objects.filter(code="NX-STT").update(closed=today() - ONE)
    with pytest.raises(ChangeRefused, match="does not exist"):
        move_organisation(SHELL, "640104", "NX-STT")


def test_a_merger_ends_its_roles_the_day_before_and_tells(tree: dict[str, Organisation]) -> None:
    day = today() + 10 * ONE
    held = person("held", "640104")
    until = person("until", "640104", last=day - ONE)
    over = person("over", "640104", last=day)
    later = person("later", "640104", first=day)
    done = close_organisation(SHELL, "640104", day, "640200")
    assert done.last == day - ONE and sorted(done.ended) == ["held (reporter)", "over (reporter)"]
    assert done.withdrawn == ("later (reporter)",)
    assert {row.user.username: row.last for row in Membership.objects.all()} == dict.fromkeys(
        ("held", "until", "over"), day - ONE
    )
    county = Organisation.objects.get(code="640104")
    assert county.successor == tree["beside"] and county.open_on(day - ONE) and not county.open_on(day)
    assert queries.codes_owed("640200") == ["640200", "640104"]
    entry = last()
    assert entry.verb == "organisations.close" and entry.after["successor"] == "640200"
    assert entry.after["withdrawn"] == ["later (reporter)"]
    verbs = list(ActionLogEntry.objects.order_by("sequence").values_list("verb", flat=True))
    assert sorted(verbs) == ["organisations.close", "organisations.end_role", "organisations.end_role",
                             "organisations.withdraw_role"]  # fmt: skip
    assert held.is_active and until.is_active and over.is_active and later.is_active


def test_closings_that_cannot_be(tree: dict[str, Organisation]) -> None:
    opened = today() + 3 * ONE
    add_organisation(SHELL, "NX-STT", "NX-STT-1", Named("一处"), opened=opened)
    for code, day, heir, field in (
        ("640104", today() - ONE, "", "day"), ("640100", today(), "", "day"), ("640000", today(), "", "day"),
        ("NX-STT-1", opened, "", "day"), ("NX-STT", opened + ONE, "NX-STT-1", "day"),
        ("640104", today(), "640104", "successor"), ("640104", opened - ONE, "NX-STT-1", "successor"),
    ):  # fmt: skip
        with pytest.raises(ChangeRefused) as error:
            close_organisation(SHELL, code, day, heir)
        assert field in faults(error), (code, day, heir)
    close_organisation(SHELL, "NX-STT-1", opened + ONE)  # its only day
    with pytest.raises(ChangeRefused, match="closed already"):
        close_organisation(SHELL, "NX-STT-1", opened + 2 * ONE)
    close_organisation(SHELL, "640104", today())  # from today on it is gone
    assert not Organisation.objects.get(code="640104").open_on(today())


def test_no_closing_on_a_day_on_which_a_role_began(tree: dict[str, Organisation]) -> None:
    person("new", "640104", first=today())
    with pytest.raises(ChangeRefused, match="has begun on or after"):
        close_organisation(SHELL, "640104", today())
    assert close_organisation(SHELL, "640104", today() + ONE).ended == ("new (reporter)",)


# --- people ----------------------------------------------------------------------------------------------------------


def test_a_person_is_made_with_a_password_that_has_to_be_changed(tree: dict[str, Organisation]) -> None:
    made = make_person(SHELL, "zhang.san", "张三", "NX-STT", "reporter", email="z@example.org")
    assert made.person.role == "member" and made.person.must_change_password
    assert len(made.password) == 16 and made.person.check_password(made.password)
    entries = list(ActionLogEntry.objects.order_by("sequence"))
    assert [entry.verb for entry in entries] == ["organisations.make_person", "organisations.grant_role"]
    assert all(made.password not in str(entry.after) for entry in entries)
    assert [row.user.username for row in queries.members("NX-STT")] == ["zhang.san"]
    assert verify_chain() == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"username": "zhang san"}, "username"), ({"username": ""}, "username"), ({"username": "TAKEN"}, "username"),
        ({"display_name": " "}, "display_name"), ({"display_name": "张" * 81}, "display_name"),
        ({"role": "king"}, "role"), ({"email": "no"}, "email"), ({"reason": ""}, "reason"),
    ],
)  # fmt: skip
def test_people_who_cannot_be(tree: dict[str, Organisation], given: dict[str, str], field: str) -> None:
    person("taken")
    told = {"username": "li.si", "display_name": "李四", "role": "head", "email": "", "reason": "because"} | given
    with pytest.raises(ChangeRefused) as error:
        make_person(Doing("tests", told["reason"]), told["username"], told["display_name"], "NX-STT", told["role"],
                    email=told["email"])  # fmt: skip
    assert faults(error) == {field}
    assert User.objects.count() == 1 and not Membership.objects.exists()


def test_nobody_grants_what_reaches_further_than_they_do(tree: dict[str, Organisation]) -> None:
    mayor = Doing(person("mayor", "640100", "administrator"), "because")
    target = person("target")
    for where in ("640000", "640200", "NX-STT"):
        with pytest.raises(NotAllowed):
            grant_role(mayor, "target", where, "reporter")
    for role in ("office", "assessor", "auditor"):
        with pytest.raises(ChangeRefused) as error:
            grant_role(mayor, "target", "640100", role)
        assert faults(error) == {"role"}
    for role in ("reporter", "reviewer", "head", "administrator"):
        assert grant_role(mayor, "target", "640104", role).granted_by == "mayor"
    assert target.memberships.count() == 4
    # Even the administrator of the whole tree does not reach what belongs to nobody; one of the system does.
    whole = Doing(person("whole", "640000", "administrator"), "because")
    with pytest.raises(ChangeRefused):
        grant_role(whole, "target", "640000", "auditor")
    grant_role(Doing(person("keeper", post="admin"), "because"), "target", "640000", "auditor")


@pytest.mark.parametrize("role", ["reporter", "reviewer", "head", "office", "assessor", "auditor"])
def test_other_roles_grant_nothing(tree: dict[str, Organisation], role: str) -> None:
    doing = Doing(person("someone", "640000", role), "because")
    person("target", "640100")
    with pytest.raises(NotAllowed):
        grant_role(doing, "target", "640100", "reporter")
    with pytest.raises(NotAllowed):
        make_person(doing, "new", "新人", "640100", "reporter")
    for act in (deactivate, reset_password, activate):
        with pytest.raises(NotAllowed):
            act(doing, "target")
    for organise in (
        lambda: add_organisation(doing, "640100", "NEW-1", Named("新处")),
        lambda: rename_organisation(doing, "640100", Named("新名"), today()),
        lambda: move_organisation(doing, "640104", "NX-STT"),
        lambda: close_organisation(doing, "640104", today()),
    ):
        with pytest.raises(NotAllowed):
            organise()
    assert not ActionLogEntry.objects.exists()


def test_an_administrator_keeps_the_own_subtree_and_does_not_move_it(tree: dict[str, Organisation]) -> None:
    doing = Doing(person("mayor", "640100", "administrator"), "because")
    add_organisation(doing, "640100", "YC-1", Named("银川一处"))
    rename_organisation(doing, "640100", Named("银川市"), today())
    move_organisation(doing, "YC-1", "640104")
    close_organisation(doing, "YC-1", today() + ONE)
    for refused in (
        lambda: move_organisation(doing, "640100", "NX-STT"),
        lambda: move_organisation(doing, "640104", "640200"),
        lambda: close_organisation(doing, "640100", today()),
        lambda: close_organisation(doing, "640104", today(), "640200"),
        lambda: add_organisation(doing, "640000", "X-1", Named("某处")),
        lambda: rename_organisation(doing, "640200", Named("某市"), today()),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_days_of_a_grant(tree: dict[str, Organisation]) -> None:
    keeper = Doing(person("keeper", post="admin"), "because")
    person("target")
    with pytest.raises(ChangeRefused) as error:
        grant_role(keeper, "target", "640100", "head", first=today() - ONE)
    assert faults(error) == {"first"}
    with pytest.raises(ChangeRefused) as error:
        grant_role(keeper, "target", "640100", "head", first=today() + ONE, last=today())
    assert faults(error) == {"last"}
    grant_role(keeper, "target", "640100", "head", first=today(), last=today() + 5 * ONE)
    with pytest.raises(ChangeRefused) as error:
        grant_role(keeper, "target", "640100", "head", first=today() + 5 * ONE)
    assert faults(error) == {"role"}
    grant_role(keeper, "target", "640100", "head", first=today() + 6 * ONE)
    with pytest.raises(ChangeRefused) as error:
        grant_role(keeper, "target", "640100", "head", first=today() + 20 * ONE)
    assert faults(error) == {"role"}
    close_organisation(SHELL, "640104", today() + 3 * ONE)
    grant_role(keeper, "target", "640104", "reporter", first=today() + 2 * ONE, last=today() + 2 * ONE)
    with pytest.raises(ChangeRefused) as error:
        grant_role(keeper, "target", "640104", "reviewer", first=today() + 3 * ONE)
    assert faults(error) == {"first"}


def test_nobody_grants_to_themself_or_to_a_closed_account(tree: dict[str, Organisation]) -> None:
    keeper = person("keeper", post="admin")
    with pytest.raises(ChangeRefused, match="themself"):
        grant_role(Doing(keeper, "because"), "keeper", "640000", "auditor")
    person("gone")
    User.objects.filter(username="gone").update(is_active=False)
    with pytest.raises(ChangeRefused, match="not active"):
        grant_role(Doing(keeper, "because"), "gone", "640100", "reporter")
    with pytest.raises(ChangeRefused, match="name of an account"):
        grant_role(Doing(keeper, "because"), "nobody", "640100", "reporter")


def test_days_of_an_end(tree: dict[str, Organisation]) -> None:
    row = person("target", "640100", first=today() - 3 * ONE).memberships.get()
    with pytest.raises(ChangeRefused) as error:
        end_role(SHELL, row.pk, today() - 2 * ONE)
    assert faults(error) == {"last"}
    assert end_role(SHELL, row.pk, today() + ONE) is not None
    for day in (today() + ONE, today() + 2 * ONE):
        with pytest.raises(ChangeRefused, match="already"):
            end_role(SHELL, row.pk, day)
    ended = end_role(SHELL, row.pk, today() - ONE)
    assert ended is not None and ended.last == today() - ONE
    entry = last()
    assert (entry.verb, entry.before["last"], entry.after["last"]) == (
        "organisations.end_role", (today() + ONE).isoformat(), (today() - ONE).isoformat(),
    )  # fmt: skip
    with pytest.raises(ChangeRefused, match="no such role"):
        end_role(SHELL, 0, today())


def test_a_role_that_began_today_ends_today_at_the_earliest_and_one_to_come_is_withdrawn(
    tree: dict[str, Organisation],
) -> None:
    row = person("target", "640100", first=today()).memberships.get()
    with pytest.raises(ChangeRefused) as error:
        end_role(SHELL, row.pk, today() - ONE)
    assert faults(error) == {"last"}
    assert end_role(SHELL, row.pk, today()) is not None
    later = person("later", "640100", first=today() + ONE).memberships.get()
    assert end_role(SHELL, later.pk, today()) is None
    assert not Membership.objects.filter(pk=later.pk).exists()
    assert last().verb == "organisations.withdraw_role"


def test_the_last_administrator_stays(tree: dict[str, Organisation]) -> None:
    keeper, second = person("keeper", post="admin"), person("second", post="admin")
    deactivate(Doing(keeper, "because"), "second")
    with pytest.raises(ChangeRefused, match="last administrator of the system"):
        deactivate(SHELL, "keeper")
    activate(Doing(keeper, "because"), "second")
    with pytest.raises(ChangeRefused, match="own account"):
        deactivate(Doing(keeper, "because"), "keeper")
    assert not SignIn.objects.filter(user=second).exists()
    row = person("whole", "640000", "administrator").memberships.get()
    with pytest.raises(ChangeRefused, match="last administrator of the whole tree"):
        end_role(SHELL, row.pk, today() + 30 * ONE)
    with pytest.raises(ChangeRefused, match="last administrator of the whole tree"):
        deactivate(SHELL, "whole")
    assert User.objects.get(username="whole").is_active
    # One who begins on the day after is enough; one who begins a day later is not.
    person("next", "640000", "administrator", first=today() + 2 * ONE)
    with pytest.raises(ChangeRefused):
        end_role(SHELL, row.pk, today())
    assert end_role(SHELL, row.pk, today() + ONE) is not None
    # Administrators of a part are not the last ones of the whole.
    end_role(SHELL, person("mayor", "640100", "administrator").memberships.get().pk, today())


def test_whoever_takes_an_account_over_must_reach_as_far(tree: dict[str, Organisation]) -> None:
    mayor = Doing(person("mayor", "640100", "administrator"), "because")
    person("inside", "640104")
    both = person("both", "640104")
    grant_role(SHELL, "both", "640200", "reporter")
    person("assessor", "640104", "assessor")
    person("worker", "640104", post="viewer")
    person("loose")
    assert reset_password(mayor, "inside").person.must_change_password
    for name in ("both", "assessor", "worker", "loose"):
        for act in (deactivate, reset_password):
            with pytest.raises(NotAllowed):
                act(mayor, name)
    # When the role elsewhere has ended, the person is the city's alone.
    row = both.memberships.get(organisation__code="640200")
    row.first = row.last = today() - ONE
    row.save()
    assert not deactivate(mayor, "both").is_active


def test_a_new_password_and_a_closed_account_end_every_session(tree: dict[str, Organisation]) -> None:
    target = person("target", "640104")
    begin_sign_in(target, "password", "10.0.0.1", "a browser")
    assert deactivate(SHELL, "target").is_active is False
    assert last().after == {"active": False, "sessions_ended": 1}
    assert SignIn.objects.get().end_reason == "deactivated"
    activate(SHELL, "target")
    with pytest.raises(ChangeRefused, match="is active"):
        activate(SHELL, "target")
    begin_sign_in(target, "password", None, "")
    made = reset_password(SHELL, "target")
    assert SignIn.objects.filter(ended__isnull=True).count() == 0
    assert made.password not in str(last().after) and made.person.check_password(made.password)


def test_changing_ones_own_password_keeps_this_session_alone(tree: dict[str, Organisation]) -> None:
    target = person("target")
    target.set_password("the-first-secret-1")
    target.save()
    this, other = (begin_sign_in(target, "password", None, "") for _ in range(2))
    for new in ("short", "1234567890", "password123", "the-first-secret-1"):
        with pytest.raises(ChangeRefused):
            change_own_password(target, new, keep=this.pk)
    assert change_own_password(target, "another-long-secret-9", keep=this.pk) == 1
    this.refresh_from_db()
    other.refresh_from_db()
    assert this.ended is None and other.end_reason == "password"
    assert last().verb == "organisations.change_password"


def test_one_ends_only_ones_own_sign_ins(tree: dict[str, Organisation]) -> None:
    mine, theirs = person("mine"), person("theirs")
    row = begin_sign_in(theirs, "password", None, "")
    with pytest.raises(ChangeRefused, match="not one of yours"):
        end_one(mine, row.pk)
    assert end_one(theirs, row.pk).end_reason == "ended"
    with pytest.raises(ChangeRefused):
        end_one(theirs, row.pk)


# --- reading ---------------------------------------------------------------------------------------------------------


def test_tree_search_filters_and_history(tree: dict[str, Organisation]) -> None:
    person("target")
    grant_role(SHELL, "target", "640104", "head")
    assert [view.code for view in queries.tree()] == ["640000", "640100", "640104", "640200", "NX-STT"]
    assert [view.depth for view in queries.tree()] == [0, 1, 2, 1, 1]
    assert [view.members for view in queries.tree(members=True)] == [0, 0, 1, 0, 0]
    assert [view.code for view in queries.tree(queries.Filter("银川"))] == ["640100"]
    close_organisation(SHELL, "NX-STT", today())
    assert "NX-STT" not in {view.code for view in queries.tree()}
    assert "NX-STT" in {view.code for view in queries.tree(queries.Filter(closed=True))}
    assert "NX-STT" in {view.code for view in queries.tree(queries.Filter(on=today() - ONE))}
    assert [entry.verb for entry in queries.history("640104")] == ["organisations.grant_role"]
    assert [view.code for view in queries.find("nx-stt", today() - ONE)] == ["NX-STT"]
    assert queries.find("厅") == [] and queries.find(" ") == []
    found = queries.one("640104")
    assert found is not None and [view.code for view in queries.path_of(found)] == ["640000", "640100"]


def test_people_are_listed_within_a_span(tree: dict[str, Organisation]) -> None:
    from saishang.apps.organisations.access import reach

    mayor = person("mayor", "640100", "administrator")
    person("inside", "640104")
    person("outside", "640200")
    person("gone", "640104", last=today() - ONE)
    span = reach(mayor, "manage_members")
    assert [user.username for user in queries.people(span)] == ["gone", "inside", "mayor"]
    wanted = queries.PeopleFilter(role="reporter")
    assert [user.username for user in queries.people(span, wanted)] == ["inside"]
    # A filter for another organisation tells nothing of people outside.
    assert not queries.people(span, queries.PeopleFilter(organisation="640200"))
    wanted = queries.PeopleFilter(organisation="640000", text="in", state="active")
    assert [user.username for user in queries.people(span, wanted)] == ["inside"]
