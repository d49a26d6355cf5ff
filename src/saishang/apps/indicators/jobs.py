"""Kind of job: evaluate all targets as of a date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings

from saishang.apps.jobs.kinds import Kind, Step, register
from saishang.apps.jobs.work import Work

__all__ = ["EVALUATE"]


def _evaluate(work: Work) -> Mapping[str, Any]:
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.indicators.actions.make_forecast import make_forecast
    from saishang.apps.indicators.actions.make_leads import make_leads
    from saishang.apps.indicators.actions.make_origin import make_origin
    from saishang.apps.indicators.actions.make_weather import make_weather
    from saishang.apps.indicators.air_again import prepare
    from saishang.apps.observations.queries import site_lake

    lake = site_lake()
    run = evaluate(
        work.actor, settings.CONFIG, lake, lake.rules, date.fromisoformat(work.params["as_of"]),
        site=work.params["site"], region=work.params["region"], progress=work.progress,
    )  # fmt: skip
    work.progress("forecast")
    make_forecast(work.actor, run.id)
    work.progress("origin")
    make_origin(work.actor, run.id)
    work.progress("weather")
    make_weather(work.actor, run.id)
    work.progress("leads")
    make_leads(work.actor, run.id)
    work.progress("corrections")
    prepare(
        settings.CONFIG, lake, lake.rules, site=work.params["site"], region=work.params["region"], as_of=run.as_of,
        version=run.lake_version,
    )  # fmt: skip
    return {"run": run.id, "as_of": run.as_of.isoformat(), "lake_version": run.lake_version}


def _day(params: Mapping[str, Any]) -> tuple[str, str]:
    day = str(params.get("as_of", ""))
    return f"截至 {day}", f"as of {day}"


EVALUATE = register(
    Kind(
        "evaluate", "评估全部目标", "Evaluate all targets", _evaluate,
        {
            "observations": Step("读取观测数据", "read the observations"),
            "dust": Step("沙尘日提案", "propose dust days", 5),
            "days": Step("日统计", "daily statistics", 20),
            "periods": Step("月、季、年统计", "months, quarters, years", 50),
            "values": Step("指标值", "indicator values", 80),
            "targets": Step("目标状态", "states of the targets", 88),
            "write": Step("写入运行", "write the run", 90),
            "forecast": Step("预测", "forecasts", 94),
            "origin": Step("污染物溯源", "sources of the pollution", 96),
            "weather": Step("天气还是治理", "weather or policy", 97),
            "leads": Step("可疑数据线索", "leads of suspicious data", 98),
            "corrections": Step("为更正做准备", "get ready for corrections", 99),
        },
        permission="run_evaluation", title=_day,
    )
)  # fmt: skip
