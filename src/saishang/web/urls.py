"""Addresses of the portal. The first part of a name (before the dash) is the navigation entry it belongs to."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from saishang.web.pages import (
    about,
    account,
    air,
    air_day,
    air_periods,
    air_ranking,
    air_stations,
    calculator_list,
    calculators,
    chain,
    climate,
    data,
    data_batch,
    data_gaps,
    data_runs,
    data_upload,
    dust,
    jobs,
    morning,
    morning_item,
    overview,
    plan,
    rulebook,
    site,
    target,
    targets,
    values,
)
from saishang.web.security import public

__all__ = ["urlpatterns"]

handler400 = "saishang.web.pages.errors.bad_request"
handler403 = "saishang.web.pages.errors.forbidden"
handler404 = "saishang.web.pages.errors.not_found"
handler500 = "saishang.web.pages.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.overview, name="overview"),
    path("morning/", morning.morning, name="morning"),
    path("morning/<str:place>/<str:parameter>/", morning_item.item, name="morning-item"),
    path("plan/", plan.index, name="plan"),
    path("plan/<str:item>/", plan.task, name="plan-task"),
    path("targets/", targets.index, name="targets"),
    path("targets/chain/<str:run>/station/<str:station>/", chain.station_days, name="targets-chain-station"),
    path("targets/chain/<str:run>/station/<str:station>/<str:day>/", chain.hours, name="targets-chain-hours"),
    path("targets/chain/<str:run>/<str:indicator>/<str:region>/", chain.chain, name="targets-chain"),
    path("targets/values/", values.index, name="targets-values"),
    path("targets/values/enter/", values.enter, name="targets-values-enter"),
    path("targets/values/table/", values.table, name="targets-values-table"),
    path("targets/<str:target>/", target.target, name="target"),
    path("air/", air.calendar, name="air"),
    path("air/periods/", air_periods.periods, name="air-periods"),
    path("air/ranking/", air_ranking.ranking, name="air-ranking"),
    path("air/stations/", air_stations.stations, name="air-stations"),
    path("air/dust/", dust.days, name="air-dust"),
    path("air/dust/<str:region>/<str:on>/", dust.day, name="air-dust-day"),
    path("air/dust/<str:region>/<str:on>/decide/", dust.decide, name="air-dust-decide"),
    path("air/<str:city>/<str:on>/", air_day.day, name="air-day"),
    path("climate/", climate.climate, name="climate"),
    path("data/", data.index, name="data"),
    path("data/batches/<int:number>/", data_batch.batch, name="data-batch"),
    path("data/batches/<int:number>/line/<int:line>/", data_batch.raw_line, name="data-line"),
    path("data/gaps/", data_gaps.gaps, name="data-gaps"),
    path("data/upload/", data_upload.upload, name="data-upload"),
    path("data/runs/", data_runs.runs, name="data-runs"),
    path("data/runs/evaluate/", data_runs.evaluate, name="data-runs-evaluate"),
    path("jobs/", jobs.index, name="jobs"),
    path("jobs/start/", jobs.start, name="jobs-start"),
    path("jobs/<int:number>/", jobs.job, name="jobs-job"),
    path("jobs/<int:number>/progress/", jobs.progress, name="jobs-progress"),
    path("jobs/<int:number>/cancel/", jobs.cancel, name="jobs-cancel"),
    path("jobs/<int:number>/retry/", jobs.retry, name="jobs-retry"),
    path("calculators/", calculator_list.index, name="calculators"),
    path("calculators/<str:topic>/", calculators.calculator, name="calculators-topic"),
    path("rules/", rulebook.index, name="rules"),
    path("rules/<path:name>/", rulebook.document, name="rules-document"),
    path("about/", about.about, name="about"),
    path("health/", about.health, name="health"),
    path("geometry/<slug:name>.geojson", site.geometry, name="geometry"),
    path("account/sign-in/", account.sign_in, name="sign-in"),
    path("account/sign-out/", account.sign_out, name="sign-out"),
    path("account/password/", account.change_password, name="password-change"),
    path("language/", public(set_language), name="set_language"),
]
