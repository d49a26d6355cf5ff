"""Signing in through OpenID Connect, against a provider that runs as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
import requests
from django.conf import settings
from django.test import Client
from django.utils import timezone

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.organisations.models import Membership, OutsideIdentity, SecondFactor, SignIn, User
from saishang.config import Oidc, load_config
from saishang.errors import ConfigurationError
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.django_db
BACK = "http://testserver/account/outside/back/"
PEOPLE = {
    "zhang": {"sub": "1001", "preferred_username": "zhang", "email": "z@example.org", "email_verified": True},
    "renamed": {"sub": "1001", "preferred_username": "somebody-else"},
    "impostor": {"sub": "1002", "preferred_username": "zhang"},
    "stranger": {"sub": "1003", "preferred_username": "stranger"},
    "nameless": {"sub": "1004"},
    "unsure": {"sub": "1005", "email": "z@example.org", "email_verified": False},
    "root": {"sub": "1006", "preferred_username": "root", "role": "admin", "groups": ["admin"]},
}


def provider(folder: Path, secret: str) -> Iterator[str]:
    port_file = folder / "address"
    told = {"client": {"id": "saishang", "secret": secret, "back": [BACK]}, "people": PEOPLE}
    process = subprocess.Popen([sys.executable, "-m", "tests.oidc_provider", str(port_file), json.dumps(told)],
                               cwd=REPOSITORY)  # fmt: skip
    try:
        for _wait in range(600):
            if port_file.exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        yield port_file.read_text()
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from provider(tmp_path_factory.mktemp("oidc"), "between-us")


@pytest.fixture
def oidc(issuer: str, monkeypatch: pytest.MonkeyPatch) -> Oidc:
    made = Oidc(issuer, "saishang", "between-us", "preferred_username", "openid profile")
    use(monkeypatch, made)
    return made


def use(monkeypatch: pytest.MonkeyPatch, oidc: Oidc) -> None:
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, oidc=oidc))


def through(client: Client, login: str, after: str = "") -> tuple[str, Any]:
    """Where the portal sends the browser, and where the provider sends it back to."""
    first = client.get("/account/outside/", {"next": after} if after else {})
    assert first.status_code == 302, first.content.decode()[-900:]
    asked = str(first["Location"])
    answer = requests.get(f"{asked}&{urlencode({'login': login})}", allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return asked, client.get(urlunsplit(("", "", back.path, back.query, "")))


def test_the_whole_way(oidc: Oidc) -> None:
    user = User.objects.create_user("zhang", password="x-y-z-long-enough-1")
    client = Client()
    asked, answer = through(client, "zhang", "/account/")
    query = parse_qs(urlsplit(asked).query)
    assert query["code_challenge_method"] == ["S256"] and len(query["code_challenge"][0]) == 43
    assert query["response_type"] == ["code"] and query["state"] and query["nonce"] and query["redirect_uri"] == [BACK]
    assert answer.status_code == 302 and answer["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert SignIn.objects.get(user=user).way == "outside"
    tied = OutsideIdentity.objects.get()
    assert (tied.user, tied.issuer, tied.subject) == (user, oidc.issuer, "1001")
    assert ActionLogEntry.objects.get().verb == "organisations.tie_outside_identity"
    # A second time it is the same subject, whatever the name is by now.
    again = Client()
    assert through(again, "renamed")[1]["Location"] == "/"
    assert SignIn.objects.filter(user=user).count() == 2 and ActionLogEntry.objects.count() == 1


@pytest.mark.parametrize(("login", "words"), [("stranger", "没有属于此人的账户"), ("nameless", "没有给出")])
def test_nobody_is_made_and_nothing_granted(oidc: Oidc, login: str, words: str) -> None:
    client = Client()
    answer = through(client, login)[1]
    assert answer.status_code == 403 and words in answer.content.decode()
    assert not User.objects.exists() and not OutsideIdentity.objects.exists()
    assert client.get("/account/").status_code == 302


def test_claims_of_roles_change_nothing(oidc: Oidc) -> None:
    User.objects.create_user("root", password="x-y-z-long-enough-1")
    assert through(Client(), "root")[1].status_code == 302
    user = User.objects.get()
    assert (user.role, user.is_superuser, user.is_staff) == ("member", False, False)
    assert not Membership.objects.exists()


def test_the_same_name_of_another_subject_is_refused(oidc: Oidc) -> None:
    User.objects.create_user("zhang", password="x-y-z-long-enough-1")
    assert through(Client(), "zhang")[1].status_code == 302
    answer = through(Client(), "impostor")[1]
    assert answer.status_code == 403 and "已绑定" in answer.content.decode()


def test_a_closed_account_stays_out(oidc: Oidc) -> None:
    User.objects.create_user("zhang", password="x-y-z-long-enough-1", is_active=False)
    assert through(Client(), "zhang")[1].status_code == 403
    User.objects.update(is_active=True)
    assert through(Client(), "zhang")[1].status_code == 302
    User.objects.update(is_active=False)
    assert through(Client(), "zhang")[1].status_code == 403


def test_only_a_verified_address_names_an_account(oidc: Oidc, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, replace(oidc, claim="email", scopes="openid profile email"))
    User.objects.create_user("li", email="Z@example.org", password="x-y-z-long-enough-1")
    assert through(Client(), "unsure")[1].status_code == 403
    assert through(Client(), "zhang")[1].status_code == 302
    OutsideIdentity.objects.all().delete()
    User.objects.create_user("wang", email="z@example.org", password="x-y-z-long-enough-1")
    assert through(Client(), "zhang")[1].status_code == 403  # whose is it?


def test_one_time_codes_are_asked_here_too(oidc: Oidc) -> None:
    user = User.objects.create_user("zhang", password="x-y-z-long-enough-1")
    now = timezone.now()
    SecondFactor.objects.create(user=user, secret="x", begun=now, confirmed=now)
    client = Client()
    assert through(client, "zhang")[1]["Location"] == "/account/code/"
    assert client.get("/account/").status_code == 302


def test_a_foreign_state_a_code_twice_and_an_error_of_the_provider(oidc: Oidc) -> None:
    User.objects.create_user("zhang", password="x-y-z-long-enough-1")
    client, thief = Client(), Client()
    asked = client.get("/account/outside/")["Location"]
    back = urlsplit(requests.get(f"{asked}&login=zhang", allow_redirects=False, timeout=10).headers["Location"])
    address = f"{back.path}?{back.query}"
    # Somebody else's browser has not begun this sign-in.
    assert thief.get(address).status_code == 400
    assert client.get(address).status_code == 302
    fresh = Client()
    state = parse_qs(urlsplit(fresh.get("/account/outside/")["Location"]).query)["state"][0]
    code = parse_qs(back.query)["code"][0]
    assert fresh.get(f"{back.path}?{urlencode({'code': code, 'state': state})}").status_code == 400
    assert fresh.get(f"{back.path}?error=access_denied&state={state}").status_code == 400
    assert fresh.get(back.path).status_code == 400
    assert fresh.get("/account/").status_code == 302


def test_a_wrong_secret_and_a_provider_that_is_away(oidc: Oidc, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("zhang", password="x-y-z-long-enough-1")
    use(monkeypatch, replace(oidc, client_secret="not-ours"))
    assert through(Client(), "zhang")[1].status_code == 400
    use(monkeypatch, replace(oidc, issuer="http://127.0.0.1:9"))
    assert Client().get("/account/outside/").status_code == 502


def test_pkce_alone_without_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("zhang", password="x-y-z-long-enough-1")
    for issuer in provider(tmp_path, ""):
        use(monkeypatch, Oidc(issuer, "saishang", "", "preferred_username", "openid profile"))
        assert through(Client(), "zhang")[1].status_code == 302


def test_off_unless_set() -> None:
    assert settings.CONFIG.oidc is None
    assert "统一身份认证" not in Client().get("/account/sign-in/").content.decode()
    assert Client().get("/account/outside/").status_code == 404


def test_the_button_is_there_when_set(oidc: Oidc) -> None:
    page = Client().get("/account/sign-in/?next=/data/").content.decode()
    assert "/account/outside/?next=/data/" in page


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"SAISHANG_OIDC_ISSUER": "http://sso.example.org"}, "SAISHANG_OIDC_ISSUER"),
        ({"SAISHANG_OIDC_ISSUER": "sso.example.org"}, "SAISHANG_OIDC_ISSUER"),
        ({"SAISHANG_OIDC_ISSUER": "https://sso.example.org"}, "SAISHANG_OIDC_CLIENT_ID"),
        ({"SAISHANG_OIDC_ISSUER": "https://sso.example.org", "SAISHANG_OIDC_CLIENT_ID": "x",
          "SAISHANG_OIDC_SCOPES": "profile"}, "SAISHANG_OIDC_SCOPES"),
        ({"SAISHANG_SESSION_IDLE_MINUTES": "0"}, "SAISHANG_SESSION_IDLE_MINUTES"),
        ({"SAISHANG_SESSION_HOURS": "721"}, "SAISHANG_SESSION_HOURS"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be(given: dict[str, str], where: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        load_config(given)
    assert error.value.where == where


def test_settings_that_can_be() -> None:
    config = load_config({
        "SAISHANG_OIDC_ISSUER": "https://sso.example.org/", "SAISHANG_OIDC_CLIENT_ID": "x",
        "SAISHANG_OIDC_CLAIM": "email", "SAISHANG_SESSION_IDLE_MINUTES": "1", "SAISHANG_SESSION_HOURS": "720",
        "SAISHANG_TOTP_ROLES": "office, admin",
    })  # fmt: skip
    assert config.oidc == Oidc("https://sso.example.org", "x", "", "email", "openid profile email")
    assert (config.session_idle_minutes, config.session_hours) == (1, 720)
    assert config.totp_roles == ("office", "admin")
    assert load_config({}).oidc is None
