"""Addresses of the portal. The first part of a name (before the dash) is the navigation entry it belongs to."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from saishang.web.pages import about, account, calculators, rulebook, site
from saishang.web.security import public

__all__ = ["urlpatterns"]

handler400 = "saishang.web.pages.errors.bad_request"
handler403 = "saishang.web.pages.errors.forbidden"
handler404 = "saishang.web.pages.errors.not_found"
handler500 = "saishang.web.pages.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", about.about, name="overview"),
    path("plan/", about.about, name="plan"),
    path("targets/", about.about, name="targets"),
    path("air/", about.about, name="air"),
    path("data/", about.about, name="data"),
    path("data/upload/", about.about, name="data-upload"),
    path("calculators/", calculators.index, name="calculators"),
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
