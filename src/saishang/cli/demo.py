"""Command `saishang demo`: the main road on real data, ending with the portal and a printed summary."""

from __future__ import annotations

import time
from datetime import date
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from saishang.cli.console import console
from saishang.config import load_config

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add `demo`."""

    @app.command()
    def demo(
        check: Annotated[
            bool,
            typer.Option("--check", help="完成演示、抓取主要页面并与运行核对，然后退出 · verify the pages and exit."),
        ] = False,
        serve: Annotated[bool, typer.Option(help="最后启动门户 · serve the portal at the end.")] = True,
        host: Annotated[str, typer.Option(help="监听地址 · address to listen on.")] = "127.0.0.1",
        port: Annotated[
            int | None, typer.Option(help="端口；不给时取 8000 起的空闲端口 · default: free from 8000.")
        ] = None,
    ) -> None:
        """用真实数据跑完主流程并启动门户 · run the main road on real data and serve the portal."""
        from saishang.cli import demo_steps as steps
        from saishang.cli.demo_check import check_portal
        from saishang.cli.demo_ecology import load_ecology
        from saishang.cli.demo_noise import load_noise
        from saishang.cli.demo_people import load_organisations
        from saishang.cli.demo_registers import load_demo_registers
        from saishang.cli.demo_supervision import load_supervision
        from saishang.cli.demo_targets import split_target
        from saishang.cli.demo_waste import load_waste
        from saishang.cli.demo_work import load_work
        from saishang.cli.evaluate import print_targets
        from saishang.cli.serve import check_port, free_port, prepare, serve_forever

        config = load_config()
        # Now, not after the minutes that the main road takes.
        if port is None:
            port = free_port(host)
        elif serve and not check:
            check_port(host, port)
        begun = time.monotonic()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("准备数据库和页面 · database and pages", total=None)
            prepare()

            from saishang.apps.indicators import queries
            from saishang.apps.indicators.actions.make_forecast import make_forecast
            from saishang.apps.indicators.actions.make_leads import make_leads
            from saishang.apps.indicators.actions.make_origin import make_origin
            from saishang.apps.indicators.actions.make_weather import make_weather
            from saishang.apps.search.actions import rebuild
            from saishang.lake import Lake
            from saishang.rules import load_rules

            rules = load_rules(config.rules_overlay)
            lake = Lake.open(config)
            bar.update(task, description="方案 · plan")
            version = steps.load_plan(rules)
            parts = split_target(rules)
            bar.update(task, description="观测数据 · measurements")
            batches = steps.load_data(
                lake, lambda batch: bar.update(task, description=f"观测数据 · measurements: {batch.file_name}")
            )
            bar.update(task, description="名录 · registers")
            registers = steps.load_registers(config, rules, date.today())
            batches += steps.load_invented(
                lake, lambda batch: bar.update(task, description=f"虚构测值 · invented values: {batch.file_name}")
            )
            bar.update(task, description="演示噪声 · demonstration noise")
            noise = load_noise(steps.ACTOR, config, lake, rules, date.today())
            bar.update(task, description="质控与缺数台账 · quality control and gap ledger")
            quality = steps.check_quality(lake)
            registered = steps.registered_gaps(lake)
            ecology = load_ecology(config, rules, date.today(), steps.ACTOR)
            waste = load_waste(config, rules, date.today())
            bar.update(task, description="各类名录 · registers of every kind")
            invented = load_demo_registers(steps.ACTOR, config, rules, date.today())
            organisations = load_organisations(steps.ACTOR, rules, steps.REGION)
            bar.update(task, description="任务落实 · work on the plan")
            work = load_work(steps.ACTOR, rules, date.today())
            supervision = load_supervision(steps.ACTOR, rules, date.today())
            users = steps.make_users(config)
            bar.update(task, description="沙尘日 · dust days")
            new, dust = steps.confirm_dust(config, lake, rules)
            runs = []
            for run in steps.evaluate(
                config, lake, rules, lambda step: bar.update(task, description=f"评估 · {step}"), date.today()
            ):
                bar.update(task, description="预测 · forecasts")
                make_forecast(steps.ACTOR, run.id)
                bar.update(task, description="天气还是治理 · weather or policy")
                make_weather(steps.ACTOR, run.id)
                runs.append(run)
            bar.update(task, description="污染物溯源 · sources of the pollution")
            # Of the newest run only: both rest on the same measurements of air.
            make_origin(steps.ACTOR, runs[-1].id)
            # Only once: both runs look at the same hours.
            bar.update(task, description="可疑数据线索 · leads of suspicious data")
            leads = make_leads(steps.ACTOR, runs[-1].id)
            bar.update(task, description="检索索引 · search index")
            found = rebuild()
        facts = [queries.run_facts(run.id) for run in runs]
        print_targets(
            queries.target_rows(runs[-1].id), f"目标进展 · targets  {facts[-1].region_name}  {facts[-1].as_of}"
        )
        console.rule("演示小结 · summary")
        console.print(f"方案 plan          {version}", highlight=False)
        console.print(f"目标 targets       {parts}", highlight=False)
        for batch in batches:
            console.print(
                f"批次 batch {batch.id:<4} {batch.file_name}: {batch.accepted:,} 接收 accepted, "
                f"{batch.rejected:,} 拒绝 rejected, {batch.empty:,} 空 empty",
                highlight=False,
            )
        console.print(f"质控 quality       {quality}", highlight=False)
        for line in registers:
            console.print(f"名录 registers     {line}", highlight=False)
        console.print(f"名录 registers     {invented}", highlight=False)
        console.print(f"噪声 noise         {noise}", highlight=False)
        console.print(f"缺数 gaps          {registered}", highlight=False)
        console.print(f"生态 ecology       {ecology}", highlight=False)
        console.print(f"固废 waste         {waste}", highlight=False)
        console.print(f"沙尘日 dust days   {dust}（演示确认 confirmed for the demonstration: {new}）", highlight=False)
        console.print(f"线索 leads         {len(leads)}（可疑数据线索，不是定论 leads, no verdicts）", highlight=False)
        for one in facts:
            told = "，".join(f"{zh} {number}" for zh, number in one.counts_zh if number)
            console.print(f"运行 run           {one.id}  {one.as_of}  {told}", highlight=False)
        console.print(f"落实 work          {work}", highlight=False)
        console.print(f"督办 supervision   {supervision}", highlight=False)
        console.print(f"机构 organisations {organisations}", highlight=False)
        console.print(f"检索 search        {found:,}", highlight=False)
        for user in users:
            place = f" · {user.place}" if user.place else ""
            console.print(
                f"登录 sign in       {user.username} / {user.password}   {user.display_name}{place}", highlight=False
            )
        console.print(f"用时 took          {time.monotonic() - begun:.0f} s", highlight=False)
        if check:
            check_portal(runs[-1].id)
            return
        if serve:
            console.print(f"门户 portal        http://{host}:{port}/   （Ctrl-C 停止 · to stop）", highlight=False)
            raise typer.Exit(serve_forever(host, port, 2))
