"""The demonstration's organisations, taken from the rules, and five invented people with roles in them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import NamedTuple

from saishang.rules import Rules

__all__ = ["PEOPLE", "DemoPerson", "load_organisations", "make_people"]

_REASON = "演示：虚构人员，不代表任何真实任职 · demonstration only, nobody real"


class DemoPerson(NamedTuple):
    """An invented person: name of the account, name, organisation, role."""

    username: str
    display_name: str
    organisation: str
    role: str


PEOPLE = (
    DemoPerson("demo-reporter", "演示填报人（虚构）", "NX-STT", "reporter"),
    DemoPerson("demo-reviewer", "演示审核人（虚构）", "NX-STT", "reviewer"),
    DemoPerson("demo-head", "演示负责人（虚构）", "640100", "head"),
    DemoPerson("demo-office", "演示领导小组办公室（虚构）", "NX-LDXZB", "office"),
    DemoPerson("demo-auditor", "演示审计人（虚构）", "640000", "auditor"),
)


#: Further roles of the same people, so that the whole way of a report can be walked with five accounts.
MORE = (
    ("demo-reporter", "640100", "reporter"), ("demo-reviewer", "640100", "reviewer"), ("demo-head", "NX-STT", "head"),
)  # fmt: skip


def load_organisations(actor: str, rules: Rules, region: str) -> str:
    """Take the tree over from the rules; what came of it, in one line."""
    from saishang.apps.organisations.actions import Doing, seed_organisations
    from saishang.apps.organisations.queries import tree

    done = seed_organisations(Doing(actor, "按规则中的部门表和地区表 · from the tables of the rules"), rules, region)
    told = f"{len(tree())}，新增 new {len(done.added)}，更新 updated {len(done.taken)}"
    return told + (f"，保留 kept {len(done.kept)}" if done.kept else "")


def make_people(actor: str, known: Mapping[str, str]) -> list[tuple[DemoPerson, str]]:
    """Make them once, each with its role; a password that this installation knows already stays."""
    from saishang.apps.organisations.actions import Doing, grant_role, make_person
    from saishang.apps.organisations.models import Membership, User

    made = []
    for person in PEOPLE:
        password = known.get(person.username) or secrets.token_urlsafe(12)
        user = User.objects.filter(username=person.username).first()
        if user is None:
            make_person(Doing(actor, _REASON), *person, password=password)
        elif not user.check_password(password):
            user.set_password(password)
            user.save()
        made.append((person, password))
    for username, code, role in MORE:
        held = Membership.objects.filter(user__username=username, organisation__code=code, role=role)
        if not held.filter(last__isnull=True).exists():
            grant_role(Doing(actor, _REASON), username, code, role)
    return made
