"""A province's work at full size, in a database of its own: people, organisations, items, milestones, reports.

    python bench/fill_work.py --var FOLDER [--users 5000] [--items 200000] [--reports 2000000] [--demo]

The folder gets an embedded server of its own; one that was not made here is refused, so that no site is ever filled.
`--demo` first takes the demonstration's whole road (a minute or two), so that pages of figures have figures.
Organisations of the rules are followed by invented ones: offices in every agency, bureaus in every city and county,
stations below those. Rows are made inside PostgreSQL (insert-select) from shares and parts of sentences that stand in
this file; the same seed gives the same rows. Every person has the same password, and every hash is that one hash: what
a sign-in costs is the same, and making the hashes does not take an hour. Left out, because pages read them by one key
only: entries of the action log (a chain that has to be sealed one by one) and versions of reports. Due days of reports
are counted in days, not on the working calendar.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from saishang.rules import Rules

PASSWORD = "a province at work"
MARK = "made-for-bench"
REGION = "640000"
REASON = "bench: invented"
#: Reports per item of a cadence that make up the mean that is asked for; months weigh more than years.
_SHARES = {"month": (0.45, 1.6), "quarter": (0.40, 0.85), "year": (0.15, 0.25)}
#: Offices below an agency, bureaus below a city or county, stations below a bureau.
_OFFICES = ("综合处", "规划处", "执法监督处", "科技财务处")
_BUREAUS = ("发展改革局", "工业和信息化局", "公安局", "财政局", "自然资源局", "生态环境分局", "住房和城乡建设局",
            "交通运输局", "水务局", "农业农村局", "林业和草原局", "综合执法局")  # fmt: skip
_STATIONS = ("生态环境分局", "水务局", "农业农村局", "住房和城乡建设局", "自然资源局", "林业和草原局", "综合执法局",
             "交通运输局")  # fmt: skip
#: What people hold: role, share, where (any organisation, or the offices that oversee everybody).
_ROLES = (("reporter", 0.58, "any"), ("reviewer", 0.22, "any"), ("head", 0.10, "any"), ("administrator", 0.07, "any"),
          ("office", 0.01, "office"), ("assessor", 0.01, "top"), ("auditor", 0.01, "top"))  # fmt: skip
_FAMILY = "马王李张杨刘陈赵丁周吴白海田韩"
_GIVEN = "晓明建国志强丽华文静海燕立军秀英学东玉兰伟宁国庆春梅永平"
_WHAT = ("燃煤锅炉淘汰", "扬尘管控", "污水处理厂提标改造", "黑臭水体整治", "农村生活污水治理", "工业固体废物综合利用",
         "重点行业超低排放改造", "入河排污口排查整治", "矿山生态修复", "防沙治沙", "湿地保护恢复", "土壤污染源头防控",
         "地下水污染防治", "噪声污染防治", "挥发性有机物治理", "清洁取暖改造", "秸秆综合利用", "环境监测网络建设",
         "突发环境事件应急演练", "绿色低碳园区创建")  # fmt: skip
_HOW = ("实施方案编制", "工程建设", "专项检查", "示范项目", "能力提升", "问题整改", "长效机制建设", "设施运行维护")
_DONE = ("完成前期勘察和可行性论证", "开展现场检查并建立台账", "完成主体工程建设", "组织召开推进会并明确分工",
         "完成设备采购和安装调试", "对重点企业逐一核查", "完成资金拨付", "开展第三方评估", "组织业务培训",
         "完成阶段性验收", "通过在线监测核实运行情况", "与相关部门开展联合执法")  # fmt: skip
_PROBLEMS = ("", "", "部分项目资金到位偏慢", "冬季施工受低温影响", "个别企业主体责任落实不到位", "基层专业人员不足",
             "跨区域协调机制还不顺畅", "监测数据质量有待提高")  # fmt: skip
_NEXT = ("加快工程进度，确保按期完成", "加强调度，每周通报进展", "对照清单逐项销号", "争取资金支持",
         "强化督导检查", "总结经验并推广")  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """How many of each; reports are what fits: items that are new have few."""

    users: int = 5000
    items: int = 200_000
    reports: int = 2_000_000
    #: Organisations under the bureaus of counties are added until there are about so many.
    organisations: int = 700


def fill(sizes: Sizes, rules: Rules, today: date, seed: int = 1) -> dict[str, int]:
    """Fill the database that Django is connected to; rows by table.

    The plan and the organisations of the rules are taken in first when they are not there.
    """
    from django.contrib.auth.hashers import make_password
    from django.db import connection, transaction

    from saishang.apps.organisations.actions import Doing, seed_organisations
    from saishang.apps.plan import queries as plans
    from saishang.apps.plan.actions import import_plan_from_rules

    if plans.current_version() is None:
        import_plan_from_rules("bench", "ningxia")
    seed_organisations(Doing("bench", REASON), rules, REGION)
    version = plans.current_version()
    assert version is not None
    tasks = [item.id for item in plans.items(version.id) if item.role in ("task", "safeguard")]
    programmes = [str(row["id"]) for row in rules.document(f"plans/{version.plan}/work")["programmes"]]
    with transaction.atomic(), connection.cursor() as cursor:
        # Keys hold by construction: asking for each of millions would be most of the time.
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("select setseed(%s)", [1 / (seed + 1)])
        _organisations(cursor, sizes.organisations)
        _people(cursor, sizes.users, make_password(PASSWORD), today)
        _items(cursor, sizes.items, version.plan, tasks, programmes, today)
        _reports(cursor, sizes.items, sizes.reports, today)
        _work_plans(cursor, today)
        cursor.execute("update core_generation set number = nextval('core_generation_number')")
        return {table: _count(cursor, table) for table in _TABLES}


_TABLES = ("organisations_organisation", "organisations_user", "organisations_membership", "execution_workitem",
           "execution_itemunit", "execution_milestone", "execution_progressreport", "execution_workplan",
           "execution_workplanline")  # fmt: skip


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f"select count(*) from {table}")
    return int(cursor.fetchone()[0])


def _organisations(cursor: Any, wanted: int) -> None:
    """Offices, bureaus and stations below what the rules bring."""
    make = """
        with made as (
          insert into organisations_organisation (code, kind, parent_id, path, region, position)
          select p.code || '-' || b.short || b.n, 'office', p.id, p.path || p.code || '-' || b.short || b.n || '/',
                 p.region, b.n
          from organisations_organisation p cross join unnest(%s::text[]) with ordinality as u(zh, n)
          cross join lateral (select u.n::int as n, %s as short) b
          where {where} order by p.path, u.n limit %s
          returning id, code, parent_id, position)
        insert into organisations_organisationname (organisation_id, zh, en, short, aliases)
        select made.id, left(n.zh || (%s::text[])[made.position], 200), '', (%s::text[])[made.position], '[]'
        from made join organisations_organisationname n on n.organisation_id = made.parent_id and n.first is null
    """
    agencies = "p.kind = 'agency' and p.closed is null and p.code not like '%%-K%%'"
    places = f"p.kind = 'government' and p.parent_id is not null and p.code <> '{REGION}'"
    for short, names, where in (("K", _OFFICES, agencies), ("J", _BUREAUS, places)):
        cursor.execute(make.format(where=where), [list(names), short, 10_000, list(names), list(names)])
    missing = max(0, wanted - _count(cursor, "organisations_organisation"))
    stations = [f"第{number}工作站" for number in (1, 2, 3)]
    for name in _STATIONS:
        where = f"p.code ~ '-J{_BUREAUS.index(name) + 1}$'"
        cursor.execute(make.format(where=where), [stations, "Z", missing, stations, stations])
        missing = max(0, wanted - _count(cursor, "organisations_organisation"))


def _people(cursor: Any, count: int, password: str, today: date) -> None:
    """People with one role each, every tenth with a second one elsewhere."""
    cursor.execute(
        """
        insert into organisations_user (password, is_superuser, username, first_name, last_name, email, is_staff,
          is_active, date_joined, display_name, agency, role, must_change_password)
        select %s, false, 'bench-' || n, '', '', 'bench-' || n || '@example.invalid', false, true, now(),
          substr(%s, 1 + (n %% %s), 1) || substr(%s, 1 + 2 * (n * 7 %% %s), 2), '', 'member', false
        from generate_series(1, %s) n
        """,
        [password, _FAMILY, len(_FAMILY), _GIVEN, len(_GIVEN) // 2, count],
    )
    cursor.execute(
        """
        create temporary table bench_place on commit drop as
        select id, path, region, kind, code, row_number() over (order by path) - 1 as n
        from organisations_organisation where closed is null
        """
    )
    cursor.execute("create unique index on bench_place (n)")
    bounds, total = [], 0.0
    for _role, share, _where in _ROLES:
        total += share
        bounds.append(total)
    cursor.execute(
        """
        create temporary table bench_user on commit drop as
        select id, row_number() over (order by id) - 1 as n from organisations_user where username like 'bench-%'
        """
    )
    # The first so many have each role by turns, so that a small number has every role, too.
    cursor.execute(
        """
        insert into organisations_membership (user_id, organisation_id, role, first, granted_by, reason)
        select u.id, case r.place when 'top' then top.id when 'office' then office.id else p.id end, r.role, %s,
          'bench', %s
        from bench_user u
        cross join (select count(*) c from bench_place) c
        cross join (select id from organisations_organisation where code = %s) top
        cross join (select id from organisations_organisation where code = 'NX-LDXZB') office
        cross join lateral (select case when u.n < 7 then u.n::int + 1 else
            1 + width_bucket((u.n * 0.61803398875) %% 1, %s::numeric[]) end as k) k
        join (select role, place, n from unnest(%s::text[], %s::text[]) with ordinality as x(role, place, n)) r
          on r.n = k.k
        join bench_place p on p.n = u.n %% c.c
        """,
        [date(2021, 1, 4), REASON, REGION, bounds[:-1], [row[0] for row in _ROLES], [row[2] for row in _ROLES]],
    )
    cursor.execute(
        """
        insert into organisations_membership (user_id, organisation_id, role, first, granted_by, reason)
        select u.id, p.id, 'reporter', %s, 'bench', %s
        from bench_user u cross join (select count(*) c from bench_place) c
        join bench_place p on p.n = (u.n * 31 + 17) %% c.c
        where u.n %% 10 = 9 and not exists (select from organisations_membership m where m.user_id = u.id
          and m.organisation_id = p.id and m.role = 'reporter')
        """,
        [date(2021, 1, 4), REASON],
    )


def _items(cursor: Any, count: int, plan: str, tasks: list[str], programmes: list[str], today: date) -> None:
    """Items of every organisation in every state, their milestones and who else has a part in them."""
    first, last = date(2021, 1, 1), today - timedelta(days=30)
    cursor.execute(
        """
        insert into execution_workitem (code, plan, task, kind, title, content, expected, organisation_id, region,
          programme, start, due, budget, targets, cadence, state, assigned_on, finished, finished_by, percent,
          override_by, override_reason, origin, batch, invented, version, changed_at, changed_by)
        select 'B' || lpad(x.n::text, 7, '0'), %(plan)s, x.task, x.kind,
          x.what || x.how || '（' || x.n || '号）',
          '围绕' || x.what || '，' || x.done || '；' || x.done2 || '。由责任单位牵头，按季度调度。',
          '完成' || x.what || x.how || '，形成可核查的成果。', p.id,
          case when p.region ~ '^[0-9]' and p.region <> %(region)s then p.region else '' end,
          case when x.kind = 'project' then (%(programmes)s::text[])[1 + x.n %% %(programme_count)s] else '' end,
          x.start, case when x.chance < 0.03 then null else x.start + 120 + (x.r1 * 1500)::int end,
          case when x.kind = 'project' then round((x.r2 * 9000)::numeric, 2) end, '[]', x.cadence, x.state,
          case when x.state in ('draft', 'proposed') then null else x.start end,
          case when x.state in ('done', 'verified') then least(%(today)s, x.start + 300) end,
          case when x.state in ('done', 'verified') then 'bench' else '' end,
          null, '', '', 'typed', '', true, 1, now(), 'bench'
        from (
          select n, chance, r1, r2,
            (%(tasks)s::text[])[1 + floor(r3 * %(task_count)s)::int] task,
            case when r4 < 0.35 then 'measure' when r4 < 0.75 then 'action' else 'project' end kind,
            (%(what)s::text[])[1 + floor(r5 * %(what_count)s)::int] what,
            (%(how)s::text[])[1 + floor(r6 * %(how_count)s)::int] how,
            (%(done)s::text[])[1 + floor(r6 * %(done_count)s)::int] done,
            (%(done)s::text[])[1 + floor(r5 * %(done_count)s)::int] done2,
            %(first)s::date + floor(r7 * %(days)s)::int start,
            case when r8 < 0.45 then 'month' when r8 < 0.85 then 'quarter' else 'year' end cadence,
            case when r9 < 0.62 then 'active' when r9 < 0.70 then 'done' when r9 < 0.87 then 'verified'
                 when r9 < 0.90 then 'paused' when r9 < 0.95 then 'draft' when r9 < 0.97 then 'proposed'
                 else 'cancelled' end state,
            -- Many of a few, few of many: agencies and counties own far more than their offices.
            floor(power(r10, 1.5) * c.c)::int place
          from (select n, random() chance, random() r1, random() r2, random() r3, random() r4, random() r5, random() r6,
                  random() r7, random() r8, random() r9, random() r10 from generate_series(1, %(count)s) n) raw
          cross join (select count(*) c from bench_place) c
        ) x join bench_place p on p.n = x.place
        """,
        {
            "plan": plan, "region": REGION, "programmes": programmes, "programme_count": len(programmes),
            "today": today, "tasks": tasks, "task_count": len(tasks), "what": list(_WHAT), "what_count": len(_WHAT),
            "how": list(_HOW), "how_count": len(_HOW), "done": list(_DONE), "done_count": len(_DONE), "first": first,
            "days": (last - first).days, "count": count,
        },
    )  # fmt: skip
    cursor.execute(
        """
        insert into execution_milestone (item_id, position, title, due, weight, reached, reached_by)
        select i.id, m, (array['完成方案编制', '完成主体任务', '完成验收'])[m], i.start + m * 100, m,
          case when i.start + m * 100 < %s and (i.id * 7 + m) %% 5 <> 0 then i.start + m * 100 - 3 end,
          case when i.start + m * 100 < %s and (i.id * 7 + m) %% 5 <> 0 then 'bench' else '' end
        from execution_workitem i cross join generate_series(1, 3) m
        where i.changed_by = 'bench' and i.id %% 5 <> 0
        """,
        [today, today],
    )
    cursor.execute(
        """
        update execution_workitem i set percent = m.percent from (
          select item_id, floor(100 * sum(case when reached is null then 0 else weight end) / sum(weight)) percent
          from execution_milestone group by item_id) m
        where m.item_id = i.id and i.changed_by = 'bench'
        """
    )
    cursor.execute(
        """
        insert into execution_itemunit (item_id, organisation_id, role)
        select i.id, p.id, (array['support', 'lead', 'guide'])[1 + (i.id + k) % 3]
        from execution_workitem i cross join generate_series(0, 1) k cross join (select count(*) c from bench_place) c
        join bench_place p on p.n = (i.id * 13 + k * 101) % c.c and p.id <> i.organisation_id
        where i.changed_by = 'bench' and (i.id + k) % 3 <> 0
        """
    )


def _reports(cursor: Any, items: int, count: int, today: date) -> None:
    """Reports on ended periods, the newest first, until there are as many as asked for."""
    mean = count / items
    # One more than the mean asks for: what began late has fewer periods behind it, and the limit cuts the rest.
    many = {kind: max(1, round(mean * weight) + 1) for kind, (_share, weight) in _SHARES.items()}
    cursor.execute(
        """
        create temporary table bench_writer on commit drop as
        select organisation_id, min(user_id) user_id from organisations_membership
        where role in ('reporter', 'reviewer') group by organisation_id
        """
    )
    cursor.execute(
        """
        insert into execution_progressreport (done, problems, next_steps, figures, milestones, percent, percent_reason,
          period, first, last, due, state, version, written_at, submitted_at, late, published_at, invented, item_id,
          organisation_id, written_by_id)
        select case when w.written then '本期' || d[1 + floor(r.a * %(dones)s)::int] || '，'
              || d[1 + floor(r.b * %(dones)s)::int] || '，累计完成' || floor(r.c * 500)::int || '项（处），'
              || '投入资金' || floor(r.a * 900)::int || '万元；' || d[1 + floor(r.c * %(dones)s)::int] || '。'
            else '' end,
          case when w.written then (%(problems)s::text[])[1 + floor(r.b * %(problem_count)s)::int] else '' end,
          case when w.written then (%(next)s::text[])[1 + floor(r.c * %(next_count)s)::int] else '' end,
          case when w.written then jsonb_build_array(jsonb_build_object('name', '完成数量', 'value',
            floor(r.c * 500)::int::text, 'unit', '项')) else '[]' end,
          '{}', null, '', x.period, x.first, x.last, x.due, w.state, case when w.written then 2 else 0 end,
          case when w.written then x.handed - interval '1 day' end,
          case when w.state in ('submitted', 'accepted', 'published') then x.handed end,
          case when w.state in ('submitted', 'accepted', 'published') then x.handed::date > x.due end,
          case when w.state = 'published' then x.handed + interval '9 days' end, true, x.item, x.organisation, b.user_id
        from (
          select i.id item, i.organisation_id organisation, s.period, s.first, s.last, s.due, s.k,
            (s.due - 4 + floor(random() * random() * 14)::int)::timestamptz + interval '10 hours' handed
          from execution_workitem i
          cross join lateral (
            select k, to_char(f, case i.cadence when 'month' then 'YYYY-"M"MM' when 'quarter' then 'YYYY-"Q"Q'
                       else 'YYYY' end) period, f::date first, (f + step - interval '1 day')::date last,
              case i.cadence when 'month' then (f + step + interval '6 days')::date
                when 'quarter' then (f + step + interval '13 days')::date
                else (f + step - interval '1 day')::date end due
            from generate_series(1, case i.cadence when 'month' then %(months)s when 'quarter' then %(quarters)s
                                 else %(years)s end) k,
            lateral (select case i.cadence when 'month' then interval '1 month' when 'quarter' then interval '3 months'
                       else interval '1 year' end step) st,
            lateral (select date_trunc(i.cadence, %(today)s::timestamp) - k * step f) fs
          ) s
          where i.changed_by = 'bench' and i.state not in ('draft', 'proposed')
        ) x
        cross join lateral (select random() a, random() b, random() c, random() e, x.item, x.k) r
        cross join lateral (select case
            when x.k = 1 and r.e < 0.35 then 'draft' when x.k = 1 and r.e < 0.45 then 'in_review'
            when x.k = 1 and r.e < 0.5 then 'reviewed' when x.k = 1 and r.e < 0.75 then 'submitted'
            when r.e < 0.01 then 'returned' when r.e < 0.02 then 'draft' when r.e < 0.05 then 'submitted'
            when r.e < 0.40 then 'accepted' else 'published' end state) st
        cross join lateral (select st.state, st.state <> 'draft' written) w
        cross join (select %(done)s::text[] d) d
        left join bench_writer b on b.organisation_id = x.organisation
        limit %(count)s
        """,
        {
            "done": list(_DONE), "dones": len(_DONE), "problems": list(_PROBLEMS), "problem_count": len(_PROBLEMS),
            "next": list(_NEXT), "next_count": len(_NEXT), "today": today, "count": count,
            "months": many["month"], "quarters": many["quarter"], "years": many["year"],
        },
    )  # fmt: skip


def _work_plans(cursor: Any, today: date) -> None:
    """This year's and last year's plan of every organisation, with a line per item in force."""
    cursor.execute(
        """
        insert into execution_workplan (organisation_id, year, state, note, submitted_by, version, invented, changed_at,
          changed_by)
        select p.id, y, 'approved', '', 'bench', 1, true, now(), 'bench'
        from bench_place p cross join generate_series(%s, %s) y on conflict do nothing
        """,
        [today.year - 1, today.year],
    )
    cursor.execute(
        """
        insert into execution_workplanline (work_plan_id, item_id, aim, origin)
        select w.id, i.id, '按计划推进' || i.title, 'carried'
        from execution_workitem i join execution_workplan w on w.organisation_id = i.organisation_id
          and w.changed_by = 'bench' and extract(year from i.start) <= w.year and extract(year from i.due) >= w.year
        where i.changed_by = 'bench' and i.state in ('active', 'done', 'verified')
        """
    )


def own_folder(folder: Path) -> None:
    """Take the folder, and nothing else, for everything that follows; one that is not ours is refused."""
    folder = folder.absolute()
    mark = folder / MARK
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise SystemExit(f"expected an empty folder or one that this bench made, got {folder}; name another with --var")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    mark.touch()
    # Nothing of a site's own settings: its lake and its database are somewhere else, too.
    for name in [name for name in os.environ if name.startswith("SAISHANG_") or name == "DATABASE_URL"]:
        del os.environ[name]
    os.environ |= {"SAISHANG_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "saishang.web.settings"}


def prepare(folder: Path, sizes: Sizes, *, demo: bool, today: date) -> dict[str, int]:
    """Make and fill the folder's database once; a filled one is left as it is."""
    own_folder(folder)
    if demo and not (folder / "demo-users.txt").exists():
        subprocess.run([sys.executable, "-m", "saishang", "demo", "--no-serve"], check=True, stdout=subprocess.DEVNULL)
    from saishang.web.boot import setup_django

    setup_django()
    from django.db import connection

    from saishang.apps.search.actions import rebuild
    from saishang.rules import load_rules

    with connection.cursor() as cursor:
        cursor.execute("select count(*) from organisations_user where username like 'bench-%'")
        if cursor.fetchone()[0]:
            return {table: _count(cursor, table) for table in _TABLES}
    begun = time.perf_counter()
    rows = fill(sizes, load_rules(), today)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    print(f"filled in {time.perf_counter() - begun:.0f} s")
    # Rows made inside the database pass by the triggers that tell the search of changes.
    begun = time.perf_counter()
    print(f"{rebuild():,} documents of the search in {time.perf_counter() - begun:.0f} s")
    return rows


def options(parser: argparse.ArgumentParser) -> None:
    """Options of the sizes and of where they go."""
    parser.add_argument("--var", type=Path, required=True, help="folder for this database alone")
    parser.add_argument("--users", type=int, default=Sizes.users)
    parser.add_argument("--items", type=int, default=Sizes.items)
    parser.add_argument("--reports", type=int, default=Sizes.reports)
    parser.add_argument("--demo", action="store_true", help="first the demonstration's road, for pages of figures")


def sizes_of(chosen: argparse.Namespace) -> Sizes:
    """Sizes as they were given."""
    return Sizes(chosen.users, chosen.items, chosen.reports)


def main() -> None:
    """Fill and print how many rows there are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options(parser)
    chosen = parser.parse_args()
    for table, rows in prepare(chosen.var, sizes_of(chosen), demo=chosen.demo, today=date.today()).items():
        print(f"{table:<32}{rows:>12,}")


if __name__ == "__main__":
    main()
