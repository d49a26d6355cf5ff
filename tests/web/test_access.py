"""Every address says who may open it, and keeps to it; every answer carries the policy."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from saishang.apps.organisations.models import Membership, Organisation, User
from saishang.web.security import POLICY, access_of
from tests.portal import PASSWORD, Portal

#: Name → who may open it. Written down here a second time on purpose: a slip in a view must disagree with it.
AUDIENCE = {
    "overview": "public", "morning": "public", "morning-item": "public", "plan": "public", "plan-task": "public",
    "plan-compare": "public", "plan-where": "public", "plan-units": "import_plan", "targets": "public",
    "target": "public",
    "targets-values": "public", "targets-values-enter": "report_value", "targets-values-table": "report_value",
    "targets-registers": "public", "targets-indicator": "public",
    "targets-certificate": "public", "targets-chain": "public",
    "targets-chain-station": "public", "targets-chain-hours": "public", "air": "public",
    "air-periods": "public", "air-ranking": "public", "air-stations": "public", "air-weather": "public",
    "air-day": "public",
    "climate": "public", "climate-cities": "public",
    "water": "public", "water-months": "public", "water-ratios": "public",
    "noise": "public", "noise-months": "public", "noise-cities": "public", "noise-station": "public",
    "water-drains": "public", "water-outfalls": "public", "water-section": "public",
    "water-ranking": "public", "water-sources": "public", "water-flow": "public", "water-black": "public",
    "air-origin": "public", "air-origin-paths": "public", "air-origin-links": "public",
    "air-dust": "public", "air-dust-day": "public", "air-dust-decide": "decide_dust", "data": "public",
    "data-batch": "public", "data-line": "public", "data-line-numbers": "public", "data-gaps": "public",
    "data-upload": "upload_data",
    "calculators": "public", "calculators-topic": "public", "rules": "public", "rules-document": "public",
    "about": "public", "health": "public", "geometry": "public", "sign-in": "public", "sign-out": "public",
    "sign-in-code": "public", "sign-in-outside": "public", "sign-in-outside-back": "public", "account": "staff",
    "account-second-factor": "staff", "account-recovery": "staff", "account-session-end": "staff",
    "account-notices": "staff", "notices": "staff", "notices-open": "staff", "notices-read": "staff",
    "notices-read-all": "staff", "notices-mails": "manage_users",
    "organisations": "public", "organisations-one": "public", "organisations-add": "manage_organisations",
    "organisations-rename": "manage_organisations", "organisations-move": "manage_organisations",
    "organisations-close": "manage_organisations", "organisations-take-over": "assign_items",
    "organisations-new-person": "manage_members",
    "organisations-grant": "manage_members", "organisations-end-role": "manage_members",
    "reports": "view_internal", "reports-make": "make_report", "reports-one": "view_internal",
    "reports-file": "view_internal",
    "people": "manage_members", "people-person": "manage_members", "people-act": "manage_members",
    "password-change": "staff", "set_language": "public", "data-runs": "public",
    "data-runs-evaluate": "run_evaluation", "jobs": "view_jobs", "jobs-job": "view_jobs", "jobs-progress": "view_jobs",
    "data-runs-compare": "public", "data-changes": "public", "data-changes-waiting": "run_evaluation",
    "data-changes-release": "release_changes",
    "target-setting": "public", "target-change": "set_targets", "target-withdraw": "set_targets",
    "target-split": "set_targets", "target-dissolve": "set_targets",
    "data-leads": "view_internal", "data-lead": "view_internal", "data-lead-review": "review_leads",
    "registers": "public", "registers-list": "public", "registers-figures": "public", "registers-places": "public",
    "registers-tile": "public",
    "registers-entry": "public", "registers-new": "propose_entries", "registers-edit": "propose_entries",
    "registers-proposals": "propose_entries", "registers-proposal": "review_entries",
    "registers-proposal-decide": "review_entries", "registers-proposal-evidence": "review_entries",
    "registers-changes": "edit_registers", "registers-change": "edit_registers",
    "registers-propose-table": "propose_entries", "registers-bundle": "review_entries",
    "registers-bundle-decide": "review_entries", "registers-decide-ticked": "review_entries",
    "registers-preview": "edit_registers",
    "registers-import": "edit_registers", "registers-import-undo": "edit_registers",
    "registers-views": "staff", "registers-view": "staff", "registers-labels": "public",
    "registers-bulk": "propose_entries", "registers-running": "edit_registers", "registers-batch": "edit_registers",
    "registers-import-again": "edit_registers", "registers-import-mend": "edit_registers",
    "registers-import-mend-small": "edit_registers",
    "registers-move": "propose_entries", "registers-back": "propose_entries", "registers-evidence": "view_internal",
    "registers-open": "public", "registers-counted": "public",
    # tests/contracts/test_access.py walks role × address for these, and looks into the answers.
    **dict.fromkeys((
        "api", "api-openapi", "api-registers", "api-register", "api-schema", "api-entries", "api-entry", "api-figures",
        "api-counted", "api-open", "api-open-table", "api-catalog", "ogc", "ogc-conformance", "ogc-api",
        "ogc-collections", "ogc-collection", "ogc-queryables", "ogc-items", "ogc-item",
    ), "public"),
    "radiation": "public", "radiation-station": "public", "radiation-sources": "view_internal",
    "soil": "public", "soil-plots": "public", "soil-farmland": "public", "soil-points": "public",
    "soil-point": "public", "groundwater": "public", "groundwater-point": "public",
    "ecology": "public", "ecology-protected": "public", "ecology-alien": "public", "ecology-species": "public",
    "ecology-species-upload": "edit_registers", "ecology-species-archive": "public", "ecology-fish": "public",
    "ecology-land": "public", "ecology-functions": "public",
    "waste": "public", "waste-streams": "public", "waste-manifests": "view_internal", "waste-pollutants": "public",
    "jobs-start": "start_jobs", "jobs-cancel": "start_jobs", "jobs-retry": "start_jobs",
    "search": "public",
    "work": "staff", "work-move": "staff", "work-reports": "view_internal", "work-report": "view_internal",
    "work-report-save": "write_progress", "work-report-step": "view_internal",
    "work-report-remark": "view_internal", "work-report-version": "view_internal",
    "work-report-attach": "write_progress", "work-report-evidence": "view_internal",
    "work-report-strike": "write_progress",
    "work-board": "view_internal", "work-matrix": "view_internal", "work-timeline": "view_internal",
    "work-summary": "view_internal", "work-organisation": "view_internal",
    "supervision": "view_internal", "supervision-proposals": "supervise", "supervision-case-new": "supervise",
    "supervision-case": "view_internal", "supervision-case-file": "answer_supervision",
    "supervision-case-move": "answer_supervision", "supervision-findings": "view_internal",
    "supervision-finding-new": "supervise", "supervision-findings-import": "supervise",
    "supervision-finding": "view_internal", "supervision-finding-change": "supervise",
    "supervision-finding-plan": "answer_supervision", "supervision-finding-items": "answer_supervision",
    "supervision-finding-file": "answer_supervision", "supervision-finding-move": "answer_supervision",
    "supervision-finding-supersede": "supervise", "supervision-matters": "view_internal",
    "supervision-matter-new": "edit_items", "supervision-matter": "view_internal",
    "supervision-matter-file": "answer_supervision", "supervision-matter-reply": "answer_supervision",
    "supervision-matter-move": "supervise", "supervision-duties": "view_internal",
    "supervision-duties-open": "supervise", "supervision-duty": "view_internal",
    "supervision-duty-file": "answer_supervision", "supervision-duty-annual": "answer_supervision",
    "supervision-duty-undo": "supervise", "supervision-bulletins": "view_internal",
    "supervision-bulletins-make": "supervise", "supervision-bulletin": "view_internal",
    "supervision-file": "view_internal", "supervision-file-strike": "answer_supervision",
    "work-items": "view_internal", "work-item": "view_internal", "work-item-new": "edit_items",
    "work-item-change": "edit_items", "work-item-move": "edit_items", "work-item-percent": "accept_progress",
    "work-item-attach": "edit_items", "work-item-evidence": "view_internal", "work-item-strike": "edit_items",
    "work-items-import": "edit_items", "work-items-loading": "edit_items", "work-items-loaded": "edit_items",
    "work-items-undo": "edit_items", "work-templates": "edit_items", "work-programmes": "view_internal",
    "work-plans": "view_internal", "work-plans-begin": "edit_items", "work-plan": "view_internal",
    "work-plan-draft": "edit_items", "work-plan-aim": "edit_items", "work-plan-out": "edit_items",
    "work-plan-move": "view_internal",
}  # fmt: skip
#: Whose organisation decides: tests/web/test_work_access.py walks role × address × place for these.
#: tests/web/test_work_items_access.py does so for items and work plans.
BY_PLACE = {name for name in AUDIENCE if name.startswith("work-report-") or name == "work-report"} | {
    "work-item", "work-item-change", "work-item-move", "work-item-percent", "work-item-attach", "work-item-evidence",
    "work-item-strike", "work-plan", "work-plan-draft", "work-plan-aim", "work-plan-out", "work-plan-move",
}  # fmt: skip
#: What only roles in organisations hold: no post in the data workshop keeps a list of items.
IN_ORGANISATIONS_ONLY = {"edit_items", "assign_items"}
#: Addresses of a thing of supervision, or of what the leading group's office alone does: here is no such thing and no
#: such office; tests/web/test_supervision_access.py walks role × address × place for every one of them.
SUPERVISED = {
    name for name in AUDIENCE
    if name.startswith("supervision-") and name not in {
        "supervision-findings", "supervision-matters", "supervision-duties", "supervision-bulletins",
    }
}  # fmt: skip
ROLES = [None, "viewer", "editor", "admin"]
#: Which roles may upload and decide: written by hand, not read from the code.
UPLOADERS = {"editor", "admin"}
#: What the leading group's office keeps to itself: by which goals people are judged.
OFFICE_ONLY = {"set_targets", "make_report"}
#: What administrators of organisations do: here nobody has such a role; tests/web/test_organisations_access.py has all.
KEEPERS_ONLY = {"manage_organisations", "manage_members", "manage_users"}
#: What everybody who signs in may see.
SEEN_BY_ALL = {"view_jobs", "view_internal"}


def patterns() -> dict[str, URLPattern]:
    found = [p for p in get_resolver().url_patterns if isinstance(p, URLPattern)]
    assert len(found) == len(get_resolver().url_patterns), "nested addresses need this test to look into them"
    return {str(p.name): p for p in found}


def test_every_address_declares_its_audience() -> None:
    declared = {}
    for name, pattern in patterns().items():
        access = access_of(pattern.callback)
        assert access is not None, f"{name} says nothing about who may open it"
        declared[name] = access.permission or access.audience
    assert declared == AUDIENCE


def address(name: str, portal: Portal) -> str:
    return {
        "overview": "/", "morning": "/morning/", "morning-item": "/morning/640100/PM2.5/", "plan": "/plan/",
        "plan-task": "/plan/T10/",
        "plan-compare": "/plan/compare/", "plan-where": "/plan/where/", "plan-units": "/plan/units/",
        "targets": "/targets/",
        "target": "/targets/G02/", "target-setting": "/targets/G02/setting/",
        "target-change": "/targets/G02/setting/change/", "target-withdraw": "/targets/G02/setting/withdraw/",
        "target-split": "/targets/G02/split/", "target-dissolve": "/targets/G02/split/dissolve/",
        "targets-registers": "/targets/registers/", "targets-indicator": "/targets/indicator/water.black_odorous/",
        "targets-values": "/targets/values/",
        "targets-values-enter": "/targets/values/enter/", "targets-values-table": "/targets/values/table/",
        "targets-certificate": f"/targets/certificate/{portal.run}/air.pm25.mean/640000/?period=2015",
        "targets-chain": f"/targets/chain/{portal.run}/air.pm25.mean/640000/?period=2015",
        "targets-chain-station": f"/targets/chain/{portal.run}/station/1488A/?parameter=PM2.5&period=2015-06",
        "targets-chain-hours": f"/targets/chain/{portal.run}/station/1488A/2015-06-01/?parameter=PM2.5",
        "air": "/air/", "air-periods": "/air/periods/", "air-ranking": "/air/ranking/",
        "air-stations": "/air/stations/", "air-day": "/air/640100/2015-05-12/", "air-dust": "/air/dust/",
        "air-origin": "/air/origin/", "air-origin-paths": "/air/origin/paths/",
        "air-origin-links": "/air/origin/links/",
        "air-weather": "/air/weather/",
        "climate": "/climate/", "climate-cities": "/climate/cities/",
        "noise": "/noise/", "noise-months": "/noise/months/", "noise-cities": "/noise/cities/",
        # The run of these tests has no noise stations; tests/web/test_noise.py gives it some.
        "noise-station": "/noise/N-01/",
        "water": "/water/", "water-months": "/water/months/",
        "water-ratios": "/water/ratios/", "water-drains": "/water/drains/", "water-outfalls": "/water/outfalls/",
        "water-ranking": "/water/ranking/", "water-sources": "/water/sources/", "water-flow": "/water/flow/",
        "water-black": "/water/black-odorous/",
        # The run of these tests holds no water and says so; tests/web/test_water.py gives it some.
        "water-section": "/water/section/中卫下河沿/",
        # The run of these tests proposes no days; test_dust.py gives it some and decides.
        "air-dust-day": "/air/dust/640100/2015-03-02/", "air-dust-decide": "/air/dust/640100/2015-03-02/decide/",
        "data": "/data/", "data-batch": f"/data/batches/{portal.bad_batch}/",
        "data-line": f"/data/batches/{portal.bad_batch}/line/3/?cell=4", "data-gaps": "/data/gaps/",
        "data-line-numbers": f"/data/batches/{portal.bad_batch}/line/3/numbers/",
        "data-upload": "/data/upload/", "calculators": "/calculators/", "calculators-topic": "/calculators/AQI/",
        "rules": "/rules/", "rules-document": "/rules/standards/air/limits/", "about": "/about/", "health": "/health/",
        "geometry": "/geometry/prefecture.geojson", "sign-in": "/account/sign-in/", "sign-out": "/account/sign-out/",
        "sign-in-code": "/account/code/", "sign-in-outside": "/account/outside/",
        "sign-in-outside-back": "/account/outside/back/", "account": "/account/",
        "account-second-factor": "/account/second-factor/", "account-recovery": "/account/second-factor/recovery/",
        "account-notices": "/account/notices/", "notices": "/notices/", "notices-mails": "/notices/mails/",
        # A notice that nobody has; tests/web/test_notices.py has some.
        "notices-open": "/notices/0/", "notices-read": "/notices/0/read/", "notices-read-all": "/notices/read/",
        "account-session-end": "/account/sessions/0/end/", "organisations": "/organisations/",
        **{f"organisations-{name}": f"/organisations/{portal.office}/{rest}" for name, rest in {
            "one": "", "add": "add/", "rename": "rename/", "move": "move/", "close": "close/",
            "take-over": "take-over/", "new-person": "people/new/", "grant": "people/grant/",
            "end-role": f"people/{portal.membership}/end/",
        }.items()},
        "reports": "/reports/", **{
            f"reports-{name}": f"/reports/{portal.office}/{rest}"
            for name, rest in {"make": "make/", "one": f"{portal.annual}/", "file": f"{portal.annual}/file/"}.items()
        },
        "people": "/people/", "people-person": f"/people/{portal.people['member'].pk}/",
        "people-act": f"/people/{portal.people['member'].pk}/activate/",
        "password-change": "/account/password/", "set_language": "/language/", "data-runs": "/data/runs/",
        "data-runs-evaluate": "/data/runs/evaluate/", "jobs": "/jobs/", "jobs-job": f"/jobs/{portal.job}/",
        "jobs-progress": f"/jobs/{portal.job}/progress/", "jobs-start": "/jobs/start/",
        "data-changes": "/data/changes/", "data-changes-waiting": "/data/changes/waiting/",
        "data-changes-release": "/data/changes/release/",
        # The run of these tests has no hours and no leads; tests/apps/indicators/test_leads.py gives it some.
        "data-leads": "/data/leads/", "data-lead": f"/data/leads/{'0' * 12}/",
        "data-lead-review": f"/data/leads/{'0' * 12}/review/",
        "data-runs-compare": "/data/runs/compare/", "registers": "/registers/", "soil": "/soil/",
        "registers-changes": "/registers/changes/",
        "registers-preview": "/registers/preview/",
        "radiation": "/radiation/", "radiation-sources": "/radiation/sources/",
        "radiation-station": f"/radiation/{portal.monitor}/",
        "soil-plots": "/soil/plots/", "soil-farmland": "/soil/farmland/", "soil-points": "/soil/points/",
        "groundwater": "/groundwater/",
        # These registers are empty here; tests/web/test_ground.py fills them.
        "soil-point": "/soil/points/S-001/", "groundwater-point": "/groundwater/point/W-001/",
        "ecology": "/ecology/", "ecology-protected": "/ecology/protected/", "ecology-alien": "/ecology/alien/",
        "ecology-species": "/ecology/species/", "ecology-species-upload": "/ecology/species/upload/",
        "ecology-species-archive": "/ecology/species/archive.zip", "ecology-fish": "/ecology/fish/",
        "ecology-land": "/ecology/land/", "ecology-functions": "/ecology/functions/",
        "waste": "/waste/", "waste-streams": "/waste/streams/", "waste-manifests": "/waste/manifests/",
        "waste-pollutants": "/waste/pollutants/", **{
            f"registers-{name}": f"/registers/construction_plots/{rest}"
            for name, rest in {
                "change": "changes/", "open": "open/", "counted": "figures/with_record/?region=640000",
                "list": "", "figures": "figures/", "places": "places.geojson", "tile": "tiles/6/50/24/",
                "new": "new/", "import": "import/",
                "import-undo": "import/undo/", "entry": f"{portal.plot}/", "edit": f"{portal.plot}/edit/",
                "move": f"{portal.plot}/move/", "back": f"{portal.plot}/back/",
                "evidence": f"{portal.plot}/evidence/{'0' * 64}/",
                # Nobody has proposed anything here; tests/web/test_registers_access.py has proposals.
                "proposals": "proposals/", "proposal": "proposals/0/", "proposal-decide": "proposals/0/decide/",
                "proposal-evidence": f"proposals/0/evidence/{'0' * 64}/", "propose-table": "proposals/table/",
                "bundle": "bundles/0/", "bundle-decide": "bundles/0/decide/", "decide-ticked": "proposals/decide/",
                # Jobs and batches: tests/web/test_registers_bulk.py has some.
                "views": "views/", "view": "views/0/", "labels": f"labels/?pk={portal.plot}",
                "bulk": f"bulk/?pk={portal.plot}", "running": "running/0/", "batch": f"batches/{'0' * 32}/",
                "import-again": "import/0/again/", "import-mend": "import/0/mend/", "import-mend-small": "import/mend/",
            }.items()
        },
        "api": "/api/", "api-openapi": "/api/openapi.json", "api-catalog": "/api/catalog",
        "api-registers": "/api/registers", "ogc": "/ogc/", "ogc-conformance": "/ogc/conformance", "ogc-api": "/ogc/api",
        "ogc-collections": "/ogc/collections", **{
            f"api-{name}": f"/api/registers/construction_plots{rest}"
            for name, rest in {
                "register": "", "schema": "/schema", "entries": "/entries", "entry": "/entries/TEST-001",
                "figures": "/figures", "counted": "/figures/with_record/entries", "open": "/open",
                "open-table": "/open/table",
            }.items()
        }, **{
            f"ogc-{name}": f"/ogc/collections/construction_plots{rest}"
            for name, rest in {
                "collection": "", "queryables": "/queryables", "items": "/items", "item": f"/items/{portal.plot}",
            }.items()
        },
        "jobs-cancel": f"/jobs/{portal.job}/cancel/", "jobs-retry": f"/jobs/{portal.job}/retry/",
        "search": "/search/?q=PM2.5",
        "work": "/work/", "work-move": "/work/move/", "work-reports": "/work/reports/",
        "work-report": f"/work/reports/{portal.report}/",
        "work-board": "/work/board/", "work-matrix": "/work/matrix/", "work-timeline": "/work/timeline/",
        "work-summary": "/work/summary/", "work-organisation": f"/work/organisations/{portal.office}/",
        "supervision": "/supervision/", "supervision-findings": "/supervision/findings/",
        "supervision-matters": "/supervision/matters/", "supervision-duties": "/supervision/duties/",
        "supervision-bulletins": "/supervision/bulletins/",
        **{
            f"work-report-{name}": f"/work/reports/{portal.report}/{rest}/"
            for name, rest in {
                "save": "save", "step": "step", "remark": "remark", "version": "versions/1", "attach": "evidence",
                "evidence": "evidence/0", "strike": "evidence/0/strike",
            }.items()
        },
        "work-items": "/work/items/", "work-items-import": "/work/items/import/", "work-item-new": "/work/items/new/",
        "work-templates": "/work/items/templates/", "work-programmes": "/work/programmes/",
        "work-items-loading": f"/work/items/import/running/{portal.job}/",
        "work-items-loaded": f"/work/items/import/{'0' * 32}/",
        "work-items-undo": f"/work/items/import/{'0' * 32}/undo/",
        "work-plans": "/work/plans/", "work-plans-begin": "/work/plans/begin/",
        "work-item": f"/work/items/{portal.item}/", **{
            f"work-item-{name}": f"/work/items/{portal.item}/{rest}/"
            for name, rest in {
                "change": "change", "move": "move", "percent": "percent", "attach": "evidence",
                "evidence": "evidence/0", "strike": "evidence/0/strike",
            }.items()
        },
        "work-plan": f"/work/plans/{portal.office}/2027/", **{
            f"work-plan-{name}": f"/work/plans/{portal.office}/2027/{name}/" for name in ("draft", "aim", "out", "move")
        },
    }[name]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", sorted(set(AUDIENCE) - BY_PLACE - SUPERVISED))
def test_role_by_address(name: str, role: str | None, portal: Portal, terse_refusals: None) -> None:
    client = Client()
    if role is not None:
        client.force_login(portal.people[role])
    works = name in {"jobs-start", "jobs-cancel", "jobs-retry"}
    posts = (
        works
        or name
        in {
            "registers-views",
            "registers-view",
            "registers-import-undo",
            "registers-import-again",
            "registers-move",
            "registers-back",
            "registers-proposal-decide",
            "registers-bundle-decide",
            "registers-decide-ticked",
        }
        or name in {"sign-out", "set_language", "air-dust-decide", "data-runs-evaluate", "data-changes-release"}
        or name == "data-lead-review"
        or name in {"target-withdraw", "target-dissolve", "account-session-end", "account-recovery", "people-act"}
        or name in {"notices-read", "notices-read-all"}
    )
    # An empty form of an evaluation is refused with its reasons; changes of jobs lead to a page.
    refused = {"data-runs-evaluate", "registers-decide-ticked", "registers-move", "registers-back", "account-recovery"}
    absent = name.startswith("air-dust-d") or name in {
        "registers-evidence", "noise-station", "soil-point", "groundwater-point", "data-lead", "data-lead-review",
        # No provider is set here; tests/web/test_outside.py starts one.
        "sign-in-outside", "sign-in-outside-back", "notices-open", "notices-read",
        "registers-proposal", "registers-proposal-decide", "registers-proposal-evidence",
        "registers-running", "registers-batch", "registers-import-again", "registers-import-mend",
        "registers-bundle", "registers-bundle-decide",
    }  # fmt: skip
    works = works or name in {
        "registers-views",
        "registers-view",
        "registers-import-undo",
        "registers-import-mend-small",
        "data-changes-release",
        "target-withdraw",
        "target-dissolve",
    }
    # The second step of a sign-in that nobody has begun leads to the first.
    works = works or name in {"account-session-end", "people-act", "sign-in-code", "work-move", "notices-read-all"}
    # Who writes at once is led to the import.
    works = works or name == "registers-propose-table"
    posts = posts or name == "work-move"
    good = 404 if absent else 422 if name in refused else 302 if works else 200
    target = address(name, portal)
    answer = client.post(target) if posts else client.get(target)
    if answer.streaming:  # read to its end, as a browser does: only so many are sent at once
        b"".join(answer.streaming_content)
    wanted = AUDIENCE[name]
    if wanted == "public":
        assert answer.status_code == (302 if posts else good), answer.content[:500]
    elif role is None:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/sign-in/?next=")
    elif wanted in OFFICE_ONLY | KEEPERS_ONLY:
        assert answer.status_code == (good if role == "admin" else 403)
    elif wanted in IN_ORGANISATIONS_ONLY:
        assert answer.status_code == 403
    elif wanted == "staff" or wanted in SEEN_BY_ALL or role in UPLOADERS:
        assert answer.status_code == good
    else:
        assert answer.status_code == 403
    assert answer["Content-Security-Policy"] == POLICY


#: Lists that everybody with a role has, cut to what the role reaches.
WORK = {
    "work-reports", "work-board", "work-matrix", "work-timeline", "work-summary", "reports", "work-items", "work-plans",
    "work-programmes", "supervision", "supervision-findings", "supervision-matters", "supervision-duties",
    "supervision-bulletins",
}  # fmt: skip
#: What roles in organisations open besides, whatever their organisation: the leading group's office sets targets and
#: makes reports, three roles see everything internal, an administrator of some organisation has a list of people.
#: Of what is kept of items, the load that is named here is nobody's.
WORK_KEPT = {"work-item-new", "work-items-import", "work-items-loading", "work-items-loaded", "work-items-undo",
             "work-templates", "work-plans-begin"}  # fmt: skip
IN_ORGANISATIONS = {
    "reporter": {*WORK, *WORK_KEPT}, "reviewer": {*WORK, *WORK_KEPT}, "head": {*WORK, *WORK_KEPT},
    "office": {"set_targets", "view_internal", "edit_items", "assign_items", "accept_progress", "make_report",
               "review_entries", "registers-proposals", "registers-move"},
    "assessor": {"view_internal"}, "auditor": {"view_internal"}, "administrator": {"people", *WORK},
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(IN_ORGANISATIONS))
def test_roles_in_organisations_open_nothing_else(role: str, portal: Portal, terse_refusals: None) -> None:
    elsewhere = Organisation.objects.create(
        code="NX-ZRT", kind="agency", parent=Organisation.objects.get(code="640000"), path="/640000/NX-ZRT/"
    )
    user = User.objects.create(username="somebody", role="member")
    Membership.objects.create(
        user=user, organisation=elsewhere, role=role, first=timezone.localdate(), granted_by="tests", reason="x"
    )
    client = Client()
    client.force_login(user)
    for name, wanted in AUDIENCE.items():
        if wanted in ("public", "staff") or name in SUPERVISED:
            continue
        opens = bool({name, wanted} & IN_ORGANISATIONS[role])
        target = address(name, portal)
        code = client.get(target).status_code
        # An address that takes only a form says so to whoever may send one.
        code = client.post(target).status_code if code == 405 else code
        assert (code == 403) is not opens, (role, name, code)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["viewer", "member"])
def test_a_refusal_is_a_page_that_says_so(role: str, portal: Portal) -> None:
    client = Client()
    client.force_login(portal.people[role])
    answer = client.get("/plan/units/")
    page = answer.content.decode()
    assert answer.status_code == 403 and answer["Content-Security-Policy"] == POLICY
    assert "没有权限" in page and "请联系系统管理员调整角色" in page
    assert not re.search(r"\s(style|on[a-z]+)\s*=", page)


def test_the_policy_allows_no_inline_code_and_no_other_origin() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert "default-src 'self'" in POLICY


@pytest.mark.django_db
def test_pages_hold_no_inline_script_or_style(portal: Portal) -> None:
    client = Client()
    client.force_login(portal.people["admin"])
    for name in sorted(AUDIENCE):
        if name in {
            "sign-out",
            "set_language",
            "geometry",
            "health",
            "air-dust-decide",
            "registers-places",
            "registers-tile",
        }:
            continue
        if name in {
            "jobs-start",
            "jobs-cancel",
            "jobs-retry",
            "data-runs-evaluate",
            "data-changes-release",
            "data-lead-review",
        }:
            continue
        if name in {"target-withdraw", "target-dissolve"}:  # answered by a redirection
            continue
        if name in {"ecology-species-archive", "reports-file", "api-open"}:  # a file, no page
            continue
        if name in {"registers-import-undo", "registers-move", "registers-back", "registers-evidence"}:
            continue
        if (
            name
            in {
                "registers-proposal-decide",
                "registers-proposal-evidence",
                "registers-bundle-decide",
                "registers-decide-ticked",
            }
            or "-import-" in name
        ):
            continue
        if name in {"registers-views", "registers-view"}:  # take a form
            continue
        if name in {"account-session-end", "account-recovery", "people-act", "work-move"}:  # take a form
            continue
        if name in {"notices-read", "notices-read-all"}:  # take a form
            continue
        if name in BY_PLACE - {"work-report", "work-item", "work-item-change", "work-plan"} | SUPERVISED:
            continue  # take a form, or a file; or are tried elsewhere
        if name in {"work-items-undo", "work-plans-begin"}:
            continue
        page = client.get(address(name, portal)).content.decode()
        assert not re.search(r"\sstyle\s*=", page), name
        assert not re.search(r"\son[a-z]+\s*=", page), name
        for script in re.findall(r"<script\b[^>]*>", page):
            assert "src=" in script or 'type="application/json"' in script, (name, script)
        assert "<style" not in page


@pytest.mark.django_db
def test_five_wrong_passwords_lock_the_name(portal: Portal) -> None:
    client = Client()
    for _ in range(5):
        assert client.post("/account/sign-in/", {"username": "viewer", "password": "wrong"}).status_code == 422
    # The right password does not help any more within the window.
    answer = client.post("/account/sign-in/", {"username": "viewer", "password": PASSWORD})
    assert answer.status_code == 429
    assert "分钟" in answer.content.decode()


@pytest.mark.django_db
def test_sign_in_goes_only_to_our_own_addresses(portal: Portal) -> None:
    form = {"username": "editor", "password": PASSWORD}
    assert Client().post("/account/sign-in/?next=/data/", form | {"next": "/data/"})["Location"] == "/data/"
    for elsewhere in ("https://example.org/", "//example.org", "javascript:alert(1)"):
        assert Client().post("/account/sign-in/", form | {"next": elsewhere})["Location"] == "/"


@pytest.mark.django_db
def test_changing_the_password_is_logged(portal: Portal) -> None:
    from saishang.apps.core.models import ActionLogEntry

    client = Client()
    client.force_login(portal.people["viewer"])
    new = "another-long-secret-9"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/account/password/", form).status_code == 302
    entry = ActionLogEntry.objects.latest("sequence")
    assert (entry.verb, entry.actor_name) == ("organisations.change_password", "viewer")
    assert client.get("/account/password/").status_code == 200  # this session goes on


def test_forms_without_a_token_are_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/account/sign-out/")
    assert answer.status_code == 403
    assert "表单" in answer.content.decode()
